"""The page that explains an extraction, and the page it is about, from a file or from the web.

Comes in: extraction results and pages on a local server. Goes out: assertions. Changes: temporary files.
"""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml.html import HtmlElement, fromstring

from extractor.contract import ExtractionResult, JudgedSegment, JudgedStatement, PageToRead
from newsdesk.contracts import (
    Extracted,
    FieldConflict,
    FieldSource,
    Image,
    ModelProvenance,
    Part,
    Person,
    Provenance,
    Quality,
    Reason,
    StatedValue,
)
from newsdesk.errors import PermanentError, TransientError
from newsdesk_cli.pages import explanation_page
from newsdesk_cli.single_page import Observation, fetch_page, observe, saved_page
from tests.functional.misbehaving_server import HTML, MisbehavingServer, answer, redirect
from tests.functional.test_command_line import PAGE, newsdesk

FIRST = "The pier was rebuilt in timber, as it was before."
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def segment(index: int, text: str, decision: str = "kept", **more: object) -> JudgedSegment:
    return JudgedSegment(index, text, "p", decision, **more)  # type: ignore[arg-type]


def explained(*judged: JudgedSegment, reason: str | None = None, **fields: object) -> HtmlElement:
    url = "https://a.example/pier"
    article = Extracted(
        **{"headline": "The pier", "article_body": FIRST, "url": url, "word_count": 10, **fields},
        provenance=Provenance(requested_url=url, final_url=url, extractor=ModelProvenance(name="x", version="1")),
    )
    page = explanation_page("pier.html", Observation(reason, ExtractionResult(article, judged=judged)))
    return fromstring(page.encode("utf-8"))


def texts(tree: HtmlElement, path: str) -> list[str]:
    return [" ".join(element.text_content().split()) for element in tree.xpath(path)]


def test_every_piece_of_the_page_is_shown_in_its_order() -> None:
    # Given a page with something kept, dropped and uncertain
    tree = explained(
        segment(0, "Home", "dropped", reason="page_furniture", score=0.01),
        segment(1, FIRST, score=0.97),
        segment(2, "More on piers", "uncertain", reason="promotion", score=0.48),
    )
    # Then all are there, each in its own way, with reason and score
    assert texts(tree, "//main//*[@class='text']") == ["Home", FIRST, "More on piers"]
    classes = [element.get("class").split()[1] for element in tree.xpath("//div[contains(@class, 'piece')]")]
    assert classes == ["dropped", "kept", "uncertain"]
    notes = texts(tree, "//main//*[@class='notes']")
    assert notes[0] == "page_furniture0.01"
    assert notes[1] == "0.97"
    assert "left out" in notes[2]


def test_each_field_shows_which_statements_were_not_taken_and_why() -> None:
    # Given a page that states its headline in two wordings
    url = "https://a.example/pier"
    provenance = Provenance(requested_url=url, final_url=url, extractor=ModelProvenance(name="x", version="1"))
    article = Extracted(headline="The pier", article_body=FIRST, url=url, word_count=10, provenance=provenance)
    statements = (
        JudgedStatement("headline", "The pier", "jsonld, h1"),
        JudgedStatement("headline", HOSTILE, "og", "less likely: 0.12"),
        JudgedStatement("author", "Nobody", "meta", "another place is trusted more"),
    )
    result = ExtractionResult(article, judged=(segment(0, FIRST),), statements=statements)
    # When it is explained
    tree = fromstring(explanation_page("pier.html", Observation(None, result)).encode("utf-8"))
    # Then what lost is listed with the place that states it and the reason, and no more
    assert texts(tree, "//dd[@class='lost']//li") == [f"{HOSTILE} og less likely: 0.12"]


def test_many_dropped_pieces_in_a_row_are_folded_and_still_there() -> None:
    # Given a menu of nine
    tree = explained(
        *(segment(i, f"Item {i}", "dropped", reason="page_furniture") for i in range(9)), segment(9, FIRST)
    )
    # Then it is one line that opens
    (run,) = tree.xpath("//details")
    assert "9 pieces dropped (page_furniture 9): Item 0" in texts(run, "./summary")[0]
    assert len(run.xpath(".//div[contains(@class, 'piece')]")) == 9


def test_a_page_without_end_is_shown_to_its_ten_thousandth_piece() -> None:
    # Given
    tree = explained(*(segment(index, f"Line {index}") for index in range(10_003)))
    # Then
    assert len(tree.xpath("//main/div[contains(@class, 'piece')]")) == 10_000
    assert texts(tree, "//main/p") == ["And 3 more pieces."]


def test_the_page_has_no_scripts_and_nothing_of_the_source_is_markup() -> None:
    # Given hostile text everywhere that a page can put it
    tree = explained(
        segment(0, HOSTILE),
        segment(1, HOSTILE, "dropped", reason=HOSTILE),
        headline=HOSTILE,
        description=HOSTILE,
        author=(Person(name=HOSTILE),),
        keywords=(HOSTILE,),
        image=(Image(url=f"javascript:{HOSTILE}", caption=HOSTILE),),
        parts=(Part(headline=HOSTILE, text=HOSTILE),),
        quality=Quality(warnings=(HOSTILE,), field_sources={"headline": FieldSource(source=HOSTILE)}),
        reason=HOSTILE,
    )
    # Then it is text, and the page fetches and runs nothing
    assert tree.xpath("//script | //img | //a | //link | //iframe") == []
    assert not [name for element in tree.iter() for name in element.keys() if name.startswith("on")]  # noqa: SIM118
    assert tree.text_content().count('alert("x")') >= 9
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    assert not re.search(r"url\(|@import", tree.findtext(".//style"))


def test_metadata_say_their_source_and_how_sure_it_is() -> None:
    # Given
    sources = {"headline": FieldSource(source="jsonld", confidence=0.9), "author": FieldSource(source="dom")}
    stated = (StatedValue(value="The pier", source="jsonld"), StatedValue(value="A pier", source="meta"))
    conflict = FieldConflict(field="headline", values=stated)
    quality = Quality(field_sources=sources, leak_score=0.4, conflicts=(conflict,))
    tree = explained(author=(Person(name="Maren Oldcastle"),), quality=quality)
    # Then
    values = texts(tree, "//dd[not(@class)]")
    shown = dict(zip(texts(tree, "//dt"), values, strict=True))
    assert shown["Headlinejsonld 90% sure"] == "The pier"
    assert shown["Authorsdom"] == "Maren Oldcastle"
    assert texts(tree, "//dd[@class='conflict']") == ["places differ: “The pier” (jsonld), “A pier” (meta)"]
    assert "published" in texts(tree, "//*[@class='absent']")[0]
    assert "leak score 0.40" in texts(tree, "//*[contains(@class, 'badge')]")


def test_a_warning_says_what_it_means_and_one_of_another_version_stands_alone() -> None:
    # Given one of each kind, one with a reason, and one that this version does not know
    warnings = ("hidden_text", "canonical_link:other_site", "wall:short", "type:listing", "of_another_version")
    # When
    tree = explained(quality=Quality(warnings=warnings))
    # Then
    shown = [tuple(texts(item, "./*")) for item in tree.xpath("//section[h2='Warnings']/ul/li")]
    assert shown == [
        ("hidden_text", "The page hides prose within the article."),
        ("canonical_link:other_site", "The page's canonical link was not believed, for the reason behind the colon."),
        ("wall:short", "The text has fewer than 250 words."),
        ("type:listing", "A front page, a list of articles, or the page of an author."),
        ("of_another_version",),
    ]


def test_a_refused_page_says_why() -> None:
    tree = explained(reason="no_article")
    assert "outcome no_article" in texts(tree, "//*[contains(@class, 'badge')]")


def test_a_page_that_could_not_be_read_is_explained_too() -> None:
    page = explanation_page("x.html", Observation("extraction_error", None))
    assert "extraction_error" in page
    assert "The page has no text." in page


def test_a_saved_page_may_be_gzipped_or_plain_text(tmp_path: Path) -> None:
    # Given
    text = tmp_path / "note.txt"
    text.write_text("Notice\n\nThe lower towpath between the two locks is closed until the nineteenth.\n")
    # When / Then
    assert saved_page(text).is_plain_text
    assert "kept: 2 pieces" in explanation_page("note.txt", observe(saved_page(text)))
    assert not saved_page(PAGE).is_plain_text
    assert observe(saved_page(PAGE, "https://courier.example/a")).reason is None


def test_a_body_that_is_no_text_is_refused_by_its_reason() -> None:
    page = PageToRead(b"\x00\x01\x02\xff" * 500, None, "https://a.example/", datetime(2026, 11, 22, tzinfo=UTC))
    assert observe(page).reason == "undecodable"


NETWORKS = ["127.0.0.1/32"]


def test_a_page_of_the_web_is_fetched_as_it_is(server: MisbehavingServer) -> None:
    # Given a site without robots.txt that compresses
    server.on("/robots.txt", answer(b"", status=404))
    url = server.on("/pier", answer(gzip.compress(PAGE.read_bytes()), ("Content-Encoding", "gzip")))
    # When
    page = fetch_page(url, NETWORKS)
    # Then
    assert page.body == PAGE.read_bytes()
    assert page.url == url
    assert page.content_type == HTML[1]


def test_a_page_that_robots_txt_disallows_is_not_asked_for(server: MisbehavingServer) -> None:
    # Given
    server.on("/robots.txt", answer(b"User-agent: *\nDisallow: /pier\n"))
    url = server.on("/pier", answer(PAGE.read_bytes()))
    # When
    with pytest.raises(PermanentError) as caught:
        fetch_page(url, NETWORKS)
    # Then
    assert caught.value.reason is Reason.ROBOTS_DISALLOWED
    assert [request.target for request in server.requests] == ["/robots.txt"]


def test_where_a_page_redirects_to_is_asked_about_too(server: MisbehavingServer) -> None:
    # Given a redirect to what robots.txt disallows
    server.on("/robots.txt", answer(b"User-agent: *\nDisallow: /secret\n"))
    url = server.on("/pier", redirect("/secret"))
    # When / Then
    with pytest.raises(PermanentError) as caught:
        fetch_page(url, NETWORKS)
    assert caught.value.reason is Reason.ROBOTS_DISALLOWED


def test_nothing_is_asked_of_a_site_whose_robots_txt_is_out_of_reach(server: MisbehavingServer) -> None:
    # Given
    server.on("/robots.txt", answer(b"", status=503))
    # When / Then
    with pytest.raises(TransientError) as caught:
        fetch_page(server.url("/pier"), NETWORKS)
    assert caught.value.reason is Reason.ROBOTS_UNAVAILABLE


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/"])
def test_addresses_inside_are_not_dialled(dialled: list[str], url: str) -> None:
    # When
    with pytest.raises(PermanentError) as caught:
        fetch_page(url)
    # Then
    assert caught.value.reason is Reason.BLOCKED_ADDRESS
    assert dialled == []


def test_the_command_explains_a_file_and_a_url(tmp_path: Path, server: MisbehavingServer) -> None:
    # Given
    server.on("/robots.txt", answer(b"", status=404))
    url = server.on("/bridge", answer(PAGE.read_bytes()))
    # When
    of_file = newsdesk("extract", "--explain", str(PAGE), folder=tmp_path)
    of_url = newsdesk("extract", "--explain", url, "--out", "url.html", "--allow-network", NETWORKS[0], folder=tmp_path)
    # Then
    assert of_file.returncode == 0, of_file.stderr
    assert of_url.returncode == 0, of_url.stderr
    for name in ("explanation.html", "url.html"):
        tree = fromstring((tmp_path / name).read_bytes())
        assert texts(tree, "//h1") == ["Harbour bridge reopens after fourteen months of repairs"]
        kept = texts(tree, "//main/div[contains(@class, 'kept')]//*[@class='text']")
        assert len(kept) >= 3


def test_the_command_says_plainly_why_it_cannot(tmp_path: Path) -> None:
    blocked = newsdesk("extract", "--explain", "http://127.0.0.1/x", folder=tmp_path)
    missing = newsdesk("extract", "--explain", "no-such-file.html", folder=tmp_path)
    assert (blocked.returncode, missing.returncode) == (1, 2)
    assert "blocked_address" in blocked.stderr
    assert "no-such-file.html" in missing.stderr
    assert "Traceback" not in blocked.stderr + missing.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_command_adds_a_page_case(tmp_path: Path) -> None:
    # When
    arguments = ("add-page-case", str(PAGE), "--url", "https://courier.example/a", "--slug", "bridge")
    done = newsdesk(*arguments, "--pages", "pages", folder=tmp_path)
    again = newsdesk(*arguments, "--pages", "pages", folder=tmp_path)
    # Then
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "pages" / "bridge").iterdir()} == {
        "source.html",
        "expected.json",
        "PROVENANCE.md",
    }
    assert again.returncode == 2
    assert "there already" in again.stderr


def test_a_piece_is_left_out_for_its_reason_though_the_article_has_its_words() -> None:
    # Given a label that stands twice on the page, once in the article
    tree = explained(
        segment(0, FIRST, score=0.97),
        segment(1, FIRST, "uncertain", reason="page_furniture", score=0.55),
        segment(2, FIRST, "uncertain", score=0.6),
    )
    # When the page is explained, Then each is what was decided of it
    assert texts(tree, "//main//*[@class='notes']") == [
        "0.97",
        "uncertain, left outpage_furniture0.55",
        "uncertain, kept0.60",
    ]
