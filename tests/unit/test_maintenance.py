"""A page of maintenance with status 200 is told from an article about it.

Comes in: pages. Goes out: assertions.
"""

from __future__ import annotations

import gzip

import pytest

from newsdesk.web.transport.maintenance import is_maintenance_page

SENTENCE = "<p>We are working on our pages and will be there for you again in an hour or two.</p>"


@pytest.mark.parametrize(
    "heading",
    [
        "<title>Maintenance</title>",
        "<title>Site under maintenance | The Paper</title>",
        "<title>The Paper</title><h1>We’ll be back soon!</h1>",
        "<title>Der Bote - Wartungsarbeiten</title>",
        "<title>Le Courrier</title><h1>Site en maintenance</h1>",
        "<h1>Sitio en mantenimiento</h1>",
        "<title>Технические работы</title>",
        "<title>ただいまメンテナンス中です</title>",
        "<h1>系统维护</h1>",
        "<title>الموقع تحت الصيانة</title>",
        "<title>점검 중</title>",
        "<title>Wir sind gleich wieder da</title>",
    ],
)
def test_a_page_of_maintenance_is_known(heading: str) -> None:
    page = f"<html><head>{heading}</head><body>{SENTENCE}</body></html>".encode()
    assert is_maintenance_page(page, None)
    assert is_maintenance_page(gzip.compress(page), "gzip")


@pytest.mark.parametrize(
    "page",
    [
        "<title>Bridge closed for maintenance | The Paper</title>" + SENTENCE,
        "<title>Maintenance</title>" + SENTENCE * 5,
        "<title>Maintenance</title><article>" + SENTENCE + "</article>",
        "<title>Maintenance</title><meta property='og:type' content='article'>" + SENTENCE,
        "<title>Maintenance</title>" + '<a href="/a">Another story</a>' * 9 + SENTENCE,
        "<title>The Paper</title><p>Maintenance</p>" + SENTENCE,
        "<title>Back to school</title>" + SENTENCE,
        "Maintenance",
    ],
)
def test_another_page_is_none(page: str) -> None:
    assert not is_maintenance_page(page.encode(), None)
