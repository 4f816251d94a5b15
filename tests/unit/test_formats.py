"""Feeds, sitemaps, JSON and the errors of programs are no pages, whatever type a server gives them.

Comes in: bodies. Goes out: assertions.
"""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime

import pytest

from extractor.contract import PageToRead
from extractor.html import has_markup, other_format
from extractor.kinds import is_program_error
from newsdesk.contracts import Reason, WallSign
from newsdesk_cli.single_page import observe

CAPTURED_AT = datetime(2026, 11, 22, tzinfo=UTC)
OTHER_PROSE = (
    "Those who want to know when it turns next read the harbour's feed. It says so in a line that most programs show "
    "in the wrong place, because it stands in an element of its own. The keeper has complained in vain."
)
PROSE = "The swing bridge at Tarn Lock turned again on Tuesday, two winters after a cracked pinion had left it open."


def page_of(body: str) -> PageToRead:
    return PageToRead(body.encode(), "text/html", "https://paper.example/bridge", CAPTURED_AT)


@pytest.mark.parametrize(
    "body",
    [
        f'<?xml version="1.0"?><rss version="2.0"><channel><item><title>{PROSE}</title></item></channel></rss>',
        f"\ufeff\n <RSS><channel><description>{PROSE}</description></channel></RSS>",
        '<?xml version="1.0"?>\n<!-- made <by> hand -->\n<feed xmlns="http://www.w3.org/2005/Atom"><entry/></feed>',
        '<?xml version="1.0"?><?xml-stylesheet href="/s.xsl"?><urlset xmlns="http://www.sitemaps.org/"><url/></urlset>',
        "<sitemapindex><sitemap><loc>https://paper.example/a.xml</loc></sitemap></sitemapindex>",
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel/></rdf:RDF>',
        '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "b">]><rss/>',
        '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>The key does not exist.</Message></Error>',
        f'{{"message": "{PROSE}"}}',
        f'\n[{{"title": "{PROSE}", "body": "<p>{PROSE}</p>"}}]\n',
        f'"{PROSE}"',
        f')]}}\',\n{{"content": "{PROSE}"}}',
        f'for(;;);{{"content": "{PROSE}"}}',
        f'/**/ shown.article({{"content": "{PROSE}"}});',
        f'{{"a": "{PROSE}"}}\n{{"a": "{PROSE}"}}\n',
        f'{{"error": {{"message": "{PROSE}", "cut',
        '{"a":' * 100_000,
    ],
)
def test_what_is_no_page_is_refused(body: str) -> None:
    assert other_format(body) is not None
    assert observe(page_of(body)).reason == Reason.CONTENT_TYPE


@pytest.mark.parametrize(
    "body",
    [
        f'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x.dtd"><html><p>{PROSE}</p></html>',
        f'<?xml version="1.0"?><div>{PROSE}</div>',
        f"<article><p>{PROSE}</p></article>",
        f"<!-- a <rss> in a comment --><p>{PROSE}</p>",
        f"[Update] {PROSE}",
        f'"{PROSE}", says the keeper.',
        f"{{% if page %}}<p>{PROSE}</p>",
        f"(function) {PROSE}",
        "",
    ],
)
def test_a_page_or_a_text_is_none_of_them(body: str) -> None:
    assert other_format(body) is None


def test_a_text_without_elements_is_plain_text() -> None:
    assert not has_markup(f"{PROSE}\n\n1 < 2, a<b and <3")
    assert has_markup("<p>")
    assert has_markup("text <br/> text")
    # Given such a text that its server calls a page
    seen = observe(page_of(f"Swing bridge reopens\n\n{PROSE}\n\n{PROSE.replace('Tuesday', 'Friday')}"))
    # Then its lines are its paragraphs
    assert seen.article is not None
    assert [block.text for block in seen.article.blocks] == [PROSE, PROSE.replace("Tuesday", "Friday")]


ERRORS = [
    "Fatal error: Uncaught Error: Call to a function get() on null in /srv/www/inc/render.php:212\nStack trace:\n"
    "#0 /srv/www/class-hook.php(324): render()\n#1 {main}\n  thrown in /srv/www/inc/render.php on line 212",
    "Traceback (most recent call last):\n  File \"/srv/app/views.py\", line 88, in article\nKeyError: 'swing-bridge'",
    "java.lang.NullPointerException: null\n\tat org.example.ArticleServlet.doGet(ArticleServlet.java:88)",
    "TypeError: Cannot read properties of undefined\n    at render (/srv/news/routes/article.js:41:22)",
    "Server Error in '/' Application.\nSystem.NullReferenceException: Object reference not set to an instance of an "
    "object.\n   News.ArticlePage.Page_Load(Object sender) in d:\\sites\\Article.aspx.cs:line 41",
    "System.NullReferenceException\n   bei News.ArticlePage.Page_Load() in d:\\sites\\Article.aspx.cs:Zeile 41.",
    "NoMethodError in ArticlesController#show\napp/controllers/articles_controller.rb:12:in `show'",
    "panic: runtime error: invalid address\n\ngoroutine 34 [running]:\nmain.article()\n\t/srv/server.go:112 +0x4a",
    "thread 'main' panicked at src/article.rs:31:9:\nindex out of bounds: the len is 0 but the index is 7",
    "** (UndefinedFunctionError) function Paper.Article.body/1 is undefined\n    (paper 0.1.0) lib/paper/show.ex:17",
    "You have an error in your SQL syntax near 'bridge' at line 1 in /var/www/inc/db.inc.php on line 33",
    "SQLSTATE[HY000] [2002] Connection refused\nUncaught PDOException: could not connect",
    'Can\'t locate object method "body" via package "Article" at /srv/cgi-bin/show.pl line 29.',
]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("as_page", [False, True])
def test_the_error_of_a_program_is_no_article(error: str, as_page: bool) -> None:
    body = f"<html><body><pre>{error}</pre></body></html>" if as_page else error
    assert observe(page_of(body)).reason == Reason.NO_ARTICLE


@pytest.mark.parametrize("error", ERRORS)
def test_an_article_about_an_error_is_one(error: str) -> None:
    assert not is_program_error([PROSE, PROSE, error, PROSE, PROSE])


@pytest.mark.parametrize(
    "line",
    [
        PROSE,
        "The match ended 3:1 (2:0), and bbc.com (1997) was the first to say so.",
        "He quoted Node.js in its version 18, and the RFC of 1997, at line 12 of his letter.",
        "An error of the council cost the town 40,000; an exception was made for the school.",
    ],
)
def test_prose_is_no_error(line: str) -> None:
    assert not is_program_error([line])


FEED = (
    '<?xml version="1.0"?>\n<rss version="2.0"><channel><title>The Paper</title>\n<item><title>Bridge</title>\n'
    f"<description>{PROSE}</description></item>\n<item><title>Oysters</title>\n<description><![CDATA[\n{PROSE}\n"
    "]]></description></item>\n</channel></rss>"
)
JSON = json.dumps({"data": [{"id": 7, "title": "Bridge", "text": PROSE, "tags": ["locks"]}], "next": None}, indent=2)
SITEMAP = "<urlset>" + "".join(f"\n<url><loc>https://paper.example/{n}</loc></url>" for n in range(8)) + "\n</urlset>"


@pytest.mark.parametrize("data", [FEED, JSON, json.dumps([json.loads(JSON)]), SITEMAP])
@pytest.mark.parametrize(
    "frame",
    [
        "<html><body><pre>{}</pre></body></html>",
        "<html><head><title>Answer</title></head><body>{}</body></html>",
        "<html><body><div>This XML file does not appear to have any style information associated with it.</div>"
        "<pre>{}</pre></body></html>",
    ],
)
def test_a_page_around_data_for_programs_is_no_article(data: str, frame: str) -> None:
    found = observe(page_of(frame.format(html.escape(data, quote=False))))
    assert found.reason == Reason.NO_ARTICLE
    assert found.result is not None
    assert f"wall:{WallSign.MACHINE_DATA}" in found.result.wall_warnings


def test_a_feed_within_a_page_is_no_article() -> None:
    items = "".join(f"<item><title>Bridge {n}</title><description>{PROSE}</description></item>" for n in range(3))
    found = observe(page_of(f"<html><body><rss><channel><title>News</title>{items}</channel></rss></body></html>"))
    assert found.reason == Reason.NO_ARTICLE
    assert found.result is not None
    assert f"wall:{WallSign.MACHINE_DATA}" in found.result.wall_warnings


@pytest.mark.parametrize("data", [FEED, JSON, SITEMAP, '{"cut": "'])
@pytest.mark.parametrize("order", ["first", "amid", "last"])
def test_an_article_about_data_is_one(data: str, order: str) -> None:
    code, prose = f"<pre><code>{html.escape(data)}</code></pre>", f"<p>{PROSE}</p><p>{OTHER_PROSE}</p>"
    text = {"first": code + prose + prose, "amid": prose + code + prose, "last": prose + code}[order]
    title = "What a feed says of a bridge"
    found = observe(page_of(f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{text}</body></html>"))
    assert found.article is not None
    assert PROSE in found.article.article_body
