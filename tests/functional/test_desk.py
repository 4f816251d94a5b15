"""The desk's pages over a stack in moto.

Comes in: articles, captures, sources and submissions, some of them hostile. Goes out: assertions. Changes: moto's
memory.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from urllib.parse import quote

import boto3
import pytest
from lxml.html import HtmlElement, fromstring
from starlette.types import ASGIApp

from newsdesk.articles import Stage, pack_cuts
from newsdesk.contracts import (
    Block,
    BlockType,
    ContentStatus,
    Country,
    DroppedBlock,
    Enrichment,
    Entity,
    Language,
    Mention,
)
from newsdesk_cli.desk.figures import CloudWatchFigures
from newsdesk_cli.desk.guard import CAPTURE_POLICY
from newsdesk_cli.desk.overview import Funnel
from tests.examples import advanced, article_of, current_of, id_of, new_state, rejection_of
from tests.newsroom import FIGURES, NOW, TURNED, Counted, Newsroom, Words, ask, committed, desk, hostile


@pytest.fixture
def newsroom(cloud: None) -> Newsroom:
    return Newsroom()


@pytest.fixture
def application(newsroom: Newsroom) -> ASGIApp:
    return desk(newsroom)


def page(application: ASGIApp, path: str, status: int = 200) -> HtmlElement:
    answer = ask(application, path)
    assert answer.status_code == status, answer.text
    return fromstring(answer.content)


def texts(tree: HtmlElement, path: str) -> list[str]:
    return [" ".join(element.text_content().split()) for element in tree.xpath(path)]


def headlines(tree: HtmlElement) -> list[str]:
    return texts(tree, "//*[@id='rows']//*[contains(@class, 'headline')]")


# ------------------------------------------------------------------------------------------------- overview


def test_the_overview_shows_the_funnel_outcomes_queues_and_what_waits(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given an article that is to be tried again
    waiting = newsroom.waiting()
    # When
    tree = page(application, "/?hours=24")
    # Then
    assert texts(tree, "//h1") == ["The last 24 hours"]
    assert texts(tree, "//dl[@class='funnel']/dt")[:2] == ["Received", "Fetched"]
    assert texts(tree, "//dl[@class='funnel']/dd[@class='number']")[:2] == ["120", "104"]
    assert "9 failed" in texts(tree, "//dl[@class='funnel']/dd[@class='left']")[1]
    assert "failed:not_found" in texts(tree, "//tbody/tr/th")
    dead = {row[0]: row[3] for row in (texts(row, "./*") for row in tree.xpath("//tr[count(*)=4]"))}
    assert (dead["submit"], dead["fetch"]) == ("0", "1")
    assert texts(tree, "//code") == ["newsdesk redrive fetch --stack newsroom"]
    assert texts(tree, f"//a[@href='/articles/{waiting.article_id}']") == [waiting.url]
    assert "tried again in 5 minutes" in tree.text_content()


def test_numbers_that_are_billed_are_asked_for_once_a_minute(newsroom: Newsroom) -> None:
    # Given
    source, now = Counted(FIGURES), [NOW]
    funnel = Funnel(source, lambda: now[0])
    # When
    for seconds in (0, 30, 59, 61):
        now[0] = NOW + timedelta(seconds=seconds)
        funnel.of_last(6)
    funnel.of_last(24)
    # Then
    assert source.asked == 3


def test_a_deployed_stacks_numbers_come_from_its_metrics(newsroom: Newsroom) -> None:
    # Given values of this stack and of another one
    client = boto3.client("cloudwatch")
    for stage, status, value in (("newsroom", "fetched", 3.0), ("newsroom", "fetched", 4.0), ("other", "fetched", 9.0)):
        dimensions = [{"Name": "service", "Value": "newsdesk"}, {"Name": "stage", "Value": stage}]
        client.put_metric_data(
            Namespace="Newsdesk",
            MetricData=[
                {
                    "MetricName": "PagesFetched",
                    "Dimensions": [*dimensions, {"Name": "status", "Value": status}],
                    "Timestamp": NOW - timedelta(minutes=5),
                    "Value": value,
                }
            ],
        )
    # When
    found = CloudWatchFigures(newsroom.stack).between(NOW - timedelta(hours=1), NOW)
    # Then
    assert found.of("PagesFetched") == Counter(fetched=7)


# ------------------------------------------------------------------------------------------------- articles


def test_the_latest_changes_come_first_page_by_page(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given more articles than a page has, and one that was retracted
    for number in range(30):
        newsroom.article(number)
    newsroom.change(committed(29), None, reason="gone")
    # When
    first = page(application, "/articles")
    (following,) = first.xpath("//a[@id='more-link']/@href")
    second = page(application, following)
    # Then
    assert len(headlines(first)) == 25
    assert headlines(first)[:2] == [committed(29).url, "Story 29"]
    assert headlines(second) == [f"Story {number}" for number in (5, 4, 3, 2, 1, 0)]
    assert second.xpath("//a[@id='more-link']") == []


def test_articles_are_narrowed_by_host_day_language_country_and_status(
    newsroom: Newsroom, application: ASGIApp
) -> None:
    # Given
    german = Enrichment(language=Language(code="de", confidence=1.0), countries=(Country(iso2="AT", weight=1.0),))
    newsroom.article(1, headline="Brücke", enrichment=german)
    newsroom.article(2, "other.example", headline="Elsewhere")
    newsroom.article(3, headline="Cut short", content_status=ContentStatus.TRUNCATED)
    newsroom.change(committed(3), None, reason="gone")
    # When, Then
    wanted = {
        "language=de": ["Brücke"],
        "country=AT": ["Brücke"],
        "country=NL": [],
        "host=other.example": ["Elsewhere"],
        "host=other.example&language=de": [],
        "day=2026-03-14&host=news.example": ["Cut short", "Brücke"],
        "day=2026-03-15": [],
        "status=truncated": ["Cut short"],
        "status=created&host=news.example": ["Cut short", "Brücke"],
        "status=retracted": [committed(3).url],
    }
    found = {query: headlines(page(application, f"/articles?{query}")) for query in wanted}
    assert {query: sorted(names) for query, names in found.items()} == {q: sorted(names) for q, names in wanted.items()}


@pytest.mark.parametrize("query", ["day=tomorrow", "status=famous", "cursor=nonsense", "host=news.example&cursor=x"])
def test_an_address_that_says_nothing_sensible_is_answered_plainly(application: ASGIApp, query: str) -> None:
    tree = page(application, f"/articles?{query}", 400)
    assert texts(tree, "//*[contains(@class, 'note')]") != []


def test_words_are_searched_for_where_there_is_a_search(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given
    newsroom.article(1), newsroom.article(2, "other.example")
    search = Words(id_of(2, "other.example"), id_of(1), id_of(3))
    # When
    tree = page(desk(newsroom, search), "/articles?words=bridge&host=news.example")
    # Then what it finds comes in its order, and the other filters hold
    assert headlines(tree) == ["Story 1"]
    assert [words for words, _ in search.asked] == ["bridge"]
    assert page(application, "/articles").xpath("//input[@name='words']") == []


# ------------------------------------------------------------------------------------------------- one article


def test_an_article_is_typeset_with_its_marks_sources_and_captions(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given
    state = newsroom.bridge()
    # When
    tree = page(application, f"/articles/{state.article_id}")
    # Then
    assert texts(tree, "//article/h2") == ["A longer job than planned"]
    assert texts(tree, "//article//span[contains(@class, 'person')]") == ["Maureen Tilley"]
    assert tree.xpath("//input[@type='checkbox'][@checked]") == []
    about = texts(tree, "//aside")[0]
    assert "jsonld" in about
    assert "97% sure" in about
    assert "places differ: “Bridge reopens” (jsonld), “The bridge” (meta)" in about
    assert "The number 4 bus" in about
    assert tree.xpath("//img") == []


def test_what_was_cut_is_shown_with_its_reason(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given
    state = newsroom.bridge()
    # When
    tree = page(application, f"/articles/{state.article_id}/cut")
    # Then
    assert texts(tree, "//*[@id='rows']/li/div") == ["Most read"] * 3
    assert "page_furniture" in texts(tree, "//aside//a")
    assert "It serves the page" in texts(tree, "//aside")[0]


def test_what_was_cut_lies_beside_every_article_for_good(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given an article whose work object is gone, and a comment that was cut
    state = committed(3)
    newsroom.commit(state, article_of(state))
    cut = [
        DroppedBlock(text="Ferry prices rise again", reason="foreign_teaser"),
        DroppedBlock(text="I live at 4 Quay Lane", reason="comments"),
    ]
    newsroom.cut(state, pack_cuts(cut))
    # When
    tree = page(application, f"/articles/{state.article_id}/cut")
    # Then
    assert texts(tree, "//*[@id='rows']/li/div") == ["Ferry prices rise again"]
    assert texts(tree, "//aside//td/a") == ["foreign_teaser", "comments"]
    assert "It announces another article" in texts(tree, "//aside")[0]
    assert "1 more block is only counted" in tree.text_content()
    assert "Quay Lane" not in tree.text_content()
    # And of one reason
    tree = page(application, f"/articles/{state.article_id}/cut?reason=comments")
    assert texts(tree, "//*[@id='rows']/li/div") == []
    assert "1 more block is only counted" in tree.text_content()


@pytest.mark.parametrize("stored", [None, "no base64"])
def test_what_was_cut_may_not_be_kept(newsroom: Newsroom, application: ASGIApp, stored: str | None) -> None:
    article = newsroom.article(1)
    if stored:
        newsroom.cut(committed(1), stored)
    assert "is not kept of this revision" in page(application, f"/articles/{article.article_id}/cut").text_content()
    assert "No page of it was captured" not in page(application, f"/articles/{article.article_id}").text_content()


def test_two_revisions_stand_side_by_side(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given
    state = newsroom.bridge()
    # When
    tree = page(application, f"/articles/{state.article_id}/revisions")
    # Then
    assert texts(tree, "//tbody/tr/th") == ["2", "1"]
    assert "14" in texts(tree, "//td[@class='gone']//del")
    assert "12" in texts(tree, "//td[@class='come']//ins")
    old = page(application, f"/articles/{state.article_id}?revision=1")
    assert "the current one is 2" in old.text_content()
    assert page(application, f"/articles/{state.article_id}?revision=9", 404) is not None


def test_the_capture_is_framed_without_a_right_to_do_anything(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given
    state = newsroom.bridge()
    # When
    tree = page(application, f"/articles/{state.article_id}/capture")
    (frame,) = tree.xpath("//iframe")
    answer = ask(application, frame.get("src"))
    # Then the frame may do nothing, and neither may the page by itself
    assert frame.get("sandbox") == ""
    assert answer.headers["content-security-policy"] == CAPTURE_POLICY
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script>alert(1)</script>" in answer.text
    assert re.search(r"(^|; )sandbox;", CAPTURE_POLICY)
    assert "script-src" not in CAPTURE_POLICY


def test_a_captures_type_is_text_whatever_its_server_said(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given pages whose servers call them an image, a script, and something that would end the header
    for number, stated in enumerate(("image/svg+xml", "application/javascript", "text/html; charset=x\x0b-evil: 1")):
        state = committed(number)
        key = newsroom.capture(state, b"<p>page</p>", stated)
        article = article_of(state)
        provenance = article.provenance.model_copy(update={"capture_key": key})
        newsroom.commit(state, article.model_copy(update={"provenance": provenance}))
        # When
        answer = ask(application, f"/articles/{state.article_id}/capture/page")
        # Then
        assert answer.headers["content-type"].startswith("text/html")
        assert "evil" not in answer.headers


def test_a_capture_is_read_again_piece_by_piece(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given
    state = newsroom.bridge()
    # When
    tree = page(application, f"/articles/{state.article_id}/explanation")
    # Then
    pieces = texts(tree, "//div[contains(@class, 'piece')]//*[@class='text']")
    assert any(piece.startswith("The harbour bridge at Carrow Bay") for piece in pieces)


def test_an_article_that_is_not_there_says_why(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given an article that never came to anything
    state = newsroom.waiting()
    # When, Then
    assert "No revision of it was ever committed" in page(application, f"/articles/{state.article_id}").text_content()
    for path in ("", "/cut", "/revisions", "/capture", "/explanation"):
        assert ask(application, f"/articles/{'a' * 26}{path}").status_code == 404
        assert ask(application, f"/articles/no-id{path}").status_code == 404


def test_what_is_known_under_another_id_leads_to_it(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given
    article = newsroom.article(1)
    newsroom.store.add_alias(id_of(2), article.article_id)
    # When
    answer = ask(application, f"/articles/{id_of(2)}/cut")
    # Then
    assert (answer.status_code, answer.headers["location"]) == (307, f"/articles/{article.article_id}")


# ------------------------------------------------------------------------------------------------- sources, submissions


def test_sources_are_listed_with_their_yield_and_shown_one_by_one(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given
    source_id = newsroom.source("Courier")
    # When
    listed, shown = page(application, "/sources"), page(application, f"/sources/{source_id}")
    # Then
    cells = texts(listed, "//tbody/tr[1]/*")
    assert cells[0].startswith("Courier")
    assert cells[3:7] == ["20", "0", "3", "1"]
    assert texts(shown, "//tbody/tr[1]/*")[0] == "2026-03-14"
    assert "75% of 4 are articles" in shown.text_content()
    assert ask(application, "/sources/nothing").status_code == 404


def test_a_registry_without_sources_says_how_to_add_one(application: ASGIApp) -> None:
    assert texts(page(application, "/sources"), "//code") == [
        "newsdesk sources add https://example.org/ --stack newsroom"
    ]


def test_a_submissions_way_is_shown_to_its_end_or_to_where_it_is(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given one that ended, one that waits, and one that was refused
    newsroom.ended()
    newsroom.waiting()
    newsroom.store.reject(rejection_of("refused"))
    # When
    ways = {
        name: [
            (step.get("class"), texts(step, "./b")[0])
            for step in page(application, f"/submissions/{name}").xpath("//li[b]")
        ]
        for name in ("ended-1", "waiting-1", "refused")
    }
    # Then
    assert ways["ended-1"] == [("done", "Received"), ("done", "Extracted"), ("done", "indexed")]
    assert ways["waiting-1"][:2] == [("done", "Received"), ("here", "In fetch")]
    assert [kind for kind, _ in ways["waiting-1"][2:]] == ["ahead"] * 3
    assert ways["refused"] == [("done", "Received"), ("failed", "rejected:invalid_url")]
    assert ask(application, "/submissions/none").status_code == 404


@pytest.mark.parametrize("name", ["refused", "a/b", "naïve ?&#%"])
def test_an_id_or_a_url_leads_to_its_page(newsroom: Newsroom, application: ASGIApp, name: str) -> None:
    # Given
    article = newsroom.article(1)
    newsroom.store.reject(rejection_of(name))
    # When, Then
    for subject in (article.article_id, article.url):
        assert ask(application, f"/find?subject={subject}").headers["location"] == f"/articles/{article.article_id}"
    location = ask(application, f"/find?subject={quote(name, safe='')}").headers["location"]
    assert ask(application, location).status_code == 200
    assert ask(application, "/find?subject=").status_code == 404
    assert ask(application, "/find?subject=http://").status_code == 400


def test_a_stack_that_does_not_answer_is_said_so(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given a table that is not there any more
    boto3.client("dynamodb").delete_table(TableName="articles")
    # When
    tree = page(application, f"/articles/{'a' * 26}", 502)
    # Then
    assert "ResourceNotFoundException" in texts(tree, "//*[contains(@class, 'note')]")[0]


# ------------------------------------------------------------------------------------------------- hostile articles


@pytest.mark.parametrize("path", ["", "/cut", "/revisions", "/capture", "/explanation"])
def test_nothing_that_an_article_says_is_markup(newsroom: Newsroom, application: ASGIApp, path: str) -> None:
    # Given
    article_id = hostile(newsroom)
    # When
    tree = page(application, f"/articles/{article_id}{path}")
    # Then the only script is the desk's own, nothing handles events, and no address runs anything
    assert tree.xpath("//script/@src") == ["/static/htmx.min.js"]
    assert [element for element in tree.xpath("//script") if (element.text or "").strip()] == []
    assert tree.xpath("//img") == []
    named = [name for element in tree.iter() for name in element.keys()]  # noqa: SIM118
    assert [name for name in named if name.startswith(("on", "style", "hx-on"))] == []
    addresses = tree.xpath("//@href | //@src | //@action | //@hx-get")
    assert [url for url in addresses if not url.startswith(("/", "http://", "https://", "?", "#content"))] == []
    assert "49" not in texts(tree, "//h1")[0]


def test_an_articles_text_turns_nothing_around_it(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given text with an override of direction in it
    hostile(newsroom)
    # When
    for path in (f"/articles/{committed(666).article_id}", "/articles"):
        tree = page(application, path)
        # Then it stands in an element that closes it in
        for element in tree.iter():
            if TURNED[0] in (element.text or ""):
                around = [element, *element.iterancestors()]
                assert any(one.tag == "bdi" or one.get("dir") == "auto" for one in around), element.tag


@pytest.mark.slow
def test_vast_articles_make_small_pages(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given a million characters with ten thousand names in them, and thousands of cut blocks
    state = committed(7)
    line = "Ida Moss sailed at dawn, and nobody has seen the boat since that day in March, as far as is known. " * 10
    body = "\n".join([line] * 1000)
    mentions = tuple(Mention(begin=at, end=at + 8, text="Ida Moss") for at in range(0, len(body) - 1000, 100))
    article = article_of(state).model_copy(
        update={
            "article_body": body,
            "blocks": tuple(Block(type=BlockType.PARAGRAPH, text=line) for _ in range(1000)),
            "enrichment": Enrichment(entities=(Entity(type="PERSON", name="Ida Moss", mentions=mentions),)),
        }
    )
    key = newsroom.capture(state, b"<p>" + b"x" * 10_000_000)
    article = article.model_copy(update={"provenance": article.provenance.model_copy(update={"capture_key": key})})
    newsroom.work(article, [DroppedBlock(text="y" * 5_000, reason="promotion")] * 2_000)
    newsroom.commit(state, article, article.model_copy(update={"revision": 2, "article_body": body + "."}))
    # When
    sizes = {
        path: len(ask(application, f"/articles/{state.article_id}{path}").content)
        for path in ("", "?part=7", "/cut", "/cut?from=1900", "/revisions", "/capture")
    }
    # Then
    assert {path: size for path, size in sizes.items() if size > 500_000} == {}
    tree = page(application, f"/articles/{state.article_id}/cut?from=1900")
    assert len(tree.xpath("//*[@id='rows']/li")) == 100


def test_what_a_damaged_object_holds_costs_nothing_but_itself(newsroom: Newsroom, application: ASGIApp) -> None:
    # Given an article whose object is no article, and a capture that is none
    state = advanced(new_state(8), Stage.REST)
    current = current_of(state)
    newsroom.store.save(state.model_copy(update={"version": 1, "current": current}))
    boto3.client("s3").put_object(Bucket=newsroom.stack.bucket, Key=current.key, Body=b"{")
    assert state.capture is None or state.capture.key
    # When, Then
    assert "cannot be read" in page(application, f"/articles/{state.article_id}").text_content()
    assert ask(application, f"/articles/{state.article_id}/capture").status_code == 404
