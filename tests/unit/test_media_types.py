"""Of all the media types that an answer states, the one that browsers take counts.

Comes in: values of ``Content-Type``. Goes out: assertions.
"""

from __future__ import annotations

import pytest

from newsdesk.web import media_type_of


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], None),
        (["text/html"], "text/html"),
        (["Text/HTML; Charset=UTF-8"], "text/html; charset=UTF-8"),
        (['text/html;charset="gbk"'], "text/html; charset=gbk"),
        (["text/html, text/html; charset=utf-8"], "text/html; charset=utf-8"),
        (["text/html; charset=utf-8, text/html"], "text/html; charset=utf-8"),
        (["text/html; charset=utf-8", "text/html; charset=latin1"], "text/html; charset=latin1"),
        (["text/plain; charset=utf-8", "text/html"], "text/html"),
        (["application/octet-stream, text/html"], "text/html"),
        (["text/html, application/json"], "application/json"),
        (["text/html, */*"], "text/html"),
        (["text/html, html", "nonsense"], "text/html"),
        (["html"], None),
        (["text/html charset=utf-8"], None),
        (['text/html; boundary="a,b/c"; charset=utf-8'], "text/html; charset=utf-8"),
        (["", ",,", "text/html,"], "text/html"),
        (['text/html; x="'], "text/html"),
    ],
)
def test_the_last_valid_type_counts(values: list[str], expected: str | None) -> None:
    assert media_type_of(values) == expected
