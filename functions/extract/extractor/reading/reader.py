"""Read a page: in full, or in fallback mode.

Comes in: a body, content coding undone, and how it was found. Goes out: the extraction's result, and whether it holds
an article. Importing this module loads no HTML library: that happens when the first page is read.
"""

from __future__ import annotations

from extractor.contract import ExtractionResult, PageToRead, Reading
from newsdesk.errors import PermanentError


def read_page(page: PageToRead) -> Reading:
    """Read a page in this process, however long it takes."""
    from extractor.html import decode_text
    from extractor.reading.full import extract, extract_plain_text

    extract_as = extract_plain_text if page.is_plain_text else extract
    return _judged(extract_as(decode_text(page.body, page.content_type), page))


def read_fallback(page: PageToRead) -> Reading:
    """Read a page that :func:`read_page` cannot cope with: by one simple rule, in time that follows its size."""
    from extractor.html import decode_text
    from extractor.reading.plain import extract_fallback

    return _judged(extract_fallback(decode_text(page.body, page.content_type), page))


def _judged(result: ExtractionResult) -> Reading:
    from extractor.reading.full import require_article

    try:
        require_article(result)
    except PermanentError as error:
        return Reading(result, error.reason, error.detail)
    return Reading(result)
