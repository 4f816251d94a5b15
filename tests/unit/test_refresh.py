"""A page that only sends its reader on is no page to be read.

Comes in: pages and header fields. Goes out: assertions.
"""

from __future__ import annotations

import gzip

import pytest

from newsdesk.web.transport.refresh import MOST_WORDS, READ_BYTES, refresh_target

PROSE = "<p>The harbour bridge reopened to traffic on Saturday morning after nine months of repairs to it.</p>" * 5


def target_of(page: str, *fields: tuple[str, str]) -> str | None:
    found = refresh_target(fields, page.encode(), None)
    return None if found is None else found[0]


@pytest.mark.parametrize(
    "page",
    [
        '<meta http-equiv="refresh" content="0; url=/new">',
        "<meta http-equiv=REFRESH content='3;URL=/new'>",
        '<meta content="5, /new" http-equiv="Refresh">',
        """<meta http-equiv="refresh" content="1.5 ; url = '/new' and more">""",
        '<body><noscript><meta http-equiv="refresh" content="0;/new"></noscript><script>go()</script>',
        '<title>Moved</title><meta http-equiv="refresh" content="0; url=&#47;new"><p>You are being sent on.</p>',
        f'<nav>{PROSE}</nav><meta http-equiv="refresh" content="0; url=/new"><p>Einen Moment bitte …</p>',
        f'<meta http-equiv="refresh" content="0; url=/new"><script>{PROSE}</script><footer>{PROSE}</footer>',
        '<meta http-equiv="refresh" content="2; url=/new"><p>正在为您跳转至目标页面，请稍候。</p>',
        '<meta http-equiv="refresh" content="300"><meta http-equiv="refresh" content="0; url=/new">',
    ],
)
def test_a_page_that_sends_its_reader_on_says_where(page: str) -> None:
    assert target_of(page) == "/new"


@pytest.mark.parametrize(
    "page",
    [
        '<meta http-equiv="refresh" content="300; url=/new">',
        '<meta http-equiv="refresh" content="5">',
        '<meta http-equiv="refresh" content="0; url=\'\'">',
        '<meta http-equiv="refresh" content="url=/new">',
        '<meta http-equiv="refresh">',
        '<meta name="refresh" content="0; url=/new">',
        '<!-- <meta http-equiv="refresh" content="0; url=/new"> -->',
        '<script>document.write(\'<meta http-equiv="refresh" content="0; url=/new">\')</script>',
        '<template><meta http-equiv="refresh" content="0; url=/new"></template>',
        f'<meta http-equiv="refresh" content="0; url=/new"><article>{PROSE}</article>',
        f'<meta http-equiv="refresh" content="0; url=/new"><p>{"word " * (MOST_WORDS + 1)}</p>',
        f'<meta http-equiv="refresh" content="0; url=/new"><!--{"x" * READ_BYTES}-->',
    ],
)
def test_another_page_leads_nowhere(page: str) -> None:
    assert target_of(page) is None


def test_a_field_leads_on_before_an_element_does() -> None:
    page = '<meta http-equiv="refresh" content="0; url=/element">'
    assert target_of(page, ("refresh", "0; url=/field")) == "/field"
    assert target_of("", ("Refresh", "0;/field")) == "/field"
    assert target_of(page, ("Refresh", "600; url=/field")) == "/element"
    assert target_of(f"<article>{PROSE}</article>", ("Refresh", "0; url=/field")) is None
    assert target_of(PROSE.replace("<p>", "").replace("</p>", " "), ("Refresh", "0; url=/field")) is None


def test_an_element_is_relative_to_the_pages_base() -> None:
    page = b'<base href="https://other.example/a/"><meta http-equiv="refresh" content="0; url=b">'
    assert refresh_target((), gzip.compress(page), "gzip") == ("b", "https://other.example/a/")
