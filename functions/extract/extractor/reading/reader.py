"""Read a page: in full, or in fallback mode.

Comes in: a body, content coding undone, and how it was found. Goes out: the extraction's result, and whether it holds
an article. Importing this module loads no HTML library: that happens when the first page is read.
"""

from __future__ import annotations

from extractor.contract import ExtractionResult, PageToRead, Reading
from newsdesk.contracts import Reason
from newsdesk.errors import PermanentError


def read_page(page: PageToRead) -> Reading:
    """Read a page in this process, however long it takes."""
    from extractor.reading.full import extract, extract_plain_text

    text = _text_of(page)
    extract_as = extract_plain_text if _is_plain(text, page) else extract
    return _judged(extract_as(text, page))


def read_fallback(page: PageToRead) -> Reading:
    """Read a page that :func:`read_page` cannot cope with: by one simple rule, in time that follows its size."""
    from extractor.reading.plain import extract_fallback

    text = _text_of(page)
    return _judged(extract_fallback(text, page, is_plain_text=_is_plain(text, page)))


def _text_of(page: PageToRead) -> str:
    """Return a body as text, and refuse what is neither HTML nor plain text."""
    from extractor.html import decode_text, other_format

    text = decode_text(page.body, page.content_type)
    format_name = other_format(text)
    if format_name is not None:
        raise PermanentError(Reason.CONTENT_TYPE, f"{format_name}, whatever it was called")
    return text


def _is_plain(text: str, page: PageToRead) -> bool:
    """Return whether there is no markup in a text: its type says so, or it has none."""
    from extractor.html import has_markup

    return page.is_plain_text or not has_markup(text)


def _judged(result: ExtractionResult) -> Reading:
    from extractor.reading.bounds import bounded
    from extractor.reading.full import require_article

    result = bounded(result)
    try:
        require_article(result)
    except PermanentError as error:
        return Reading(result, error.reason, error.detail)
    return Reading(result)
