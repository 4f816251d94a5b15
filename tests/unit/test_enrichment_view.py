"""What enrichment found, marked: nothing is lost of the text, and nothing in it is obeyed.

Comes in: articles of our own writing, and any Unicode. Goes out: assertions.
"""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from newsdesk.contracts import (
    Article,
    ChangeType,
    Country,
    Enrichment,
    EnrichmentError,
    Entity,
    Geo,
    Mention,
    ModelProvenance,
    NotApplicable,
    Provenance,
    Quote,
    Speaker,
)
from newsdesk_cli.enrichment_view import enrichment_view
from newsdesk_cli.marking import pieces_of
from newsdesk_cli.pages import article_page

BODY = "😀 “We sail at dawn,” said Captain Ida Moss of Port Lorne."


def span(text: str, body: str = BODY) -> Mention:
    begin = body.index(text)
    return Mention(begin=begin, end=begin + len(text), text=text)


SPEAKER, QUOTE = span("Ida Moss"), span("“We sail at dawn,”")
FOUND = Enrichment(
    entities=(
        Entity(type="PERSON", name="Ida Moss", title="Captain", mentions=(SPEAKER,)),
        Entity(type="PLACE", name="Port Lorne", mentions=(span("Port Lorne"),)),
    ),
    countries=(Country(iso2="CA", weight=1.0),),
    quotes=(
        Quote(
            kind="direct",
            begin=QUOTE.begin,
            end=QUOTE.end,
            text=QUOTE.text,
            speaker=Speaker(text="Ida Moss", begin=SPEAKER.begin, end=SPEAKER.end, name="Ida Moss"),
            cue=span("said"),
        ),
    ),
    summary=(span("“We sail at dawn,” said Captain Ida Moss of Port Lorne."),),
    not_applicable=(NotApplicable(enricher="topics", detail="too short"),),
    errors=(EnrichmentError(enricher="summary", kind="timed_out", detail="too long"),),
)


def article(
    body: str = BODY, found: Enrichment = FOUND, headline: str = "At dawn", url: str = "https://a.example/"
) -> Article:
    return Article(
        headline=headline,
        article_body=body,
        url=url,
        word_count=1,
        provenance=Provenance(
            requested_url=url, final_url=url, extractor=ModelProvenance(name="newsdesk.extract", version="1")
        ),
        article_id="a" * 26,
        revision=1,
        change_type=ChangeType.CREATED,
        enrichment=found,
    )


class Page(HTMLParser):
    """Reads a page as a browser does: its tags, and the text of its article with the classes that cover it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[tuple[str, str, str]] = []
        self._open: list[dict[str, str | None]] = []
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside |= tag == "article"
        self._open.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        self._inside &= tag != "article"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._inside and data.strip("\n"):
            over = self._open[-1]
            self.pieces.append((data, over.get("class") or "", over.get("title") or ""))


def printed(article: Article, *, colours: bool) -> str:
    console = Console(width=100, force_terminal=colours, color_system="truecolor" if colours else None)
    with console.capture() as capture:
        console.print(enrichment_view(article))
    return capture.get()


def test_the_page_marks_entities_quotes_speakers_cues_and_summary() -> None:
    # When
    pieces = Page(article_page(article())).pieces
    # Then
    assert "".join(text for text, _, _ in pieces) == BODY
    classes = {text: set(names.split()) for text, names, _ in pieces}
    assert classes["“We sail at dawn,”"] == {"q", "direct", "summary"}
    assert classes["Ida Moss"] == {"e", "person", "speaker", "summary"}
    assert classes["Port Lorne"] == {"e", "place", "summary"}
    assert classes["said"] == {"cue", "summary"}
    assert classes["😀 "] == set()
    assert [title for text, _, title in pieces if text == "Ida Moss"] == ["PERSON Captain Ida Moss"]


def test_the_terminal_shows_the_text_with_marks_and_lists_what_was_found() -> None:
    plain, coloured = printed(article(), colours=False), printed(article(), colours=True)
    assert BODY in plain
    assert BODY not in coloured
    for found in ("Ida Moss", "Captain", "CA", "topics", "too short", "summary", "timed_out"):
        assert plain.count(found)


def test_an_article_in_which_nothing_was_found_is_shown_all_the_same() -> None:
    bare = article(found=Enrichment())
    assert BODY in printed(bare, colours=False)
    assert "".join(text for text, _, _ in Page(article_page(bare)).pieces) == BODY


def test_what_the_text_and_its_enrichment_say_is_never_markup() -> None:
    # Given an attack in every field that is shown
    attack = (
        "</article></title></style><script>alert(1)</script><img src=x onerror=alert(1)>\" onclick='alert(1)' [red]"
    )
    found = Enrichment(
        entities=(Entity(type="ORG", name=attack, title=attack, mentions=(span(attack, attack),)),),
        quotes=(Quote(kind="direct", begin=0, end=5, text=attack, speaker=Speaker(text=attack)),),
        not_applicable=(NotApplicable(enricher=attack, detail=attack),),
        errors=(EnrichmentError(enricher=attack, kind="failed", detail=attack),),
    )
    hostile = article(attack, found, headline=attack, url=f"https://a.example/{attack}")
    # When
    page = Page(article_page(hostile))
    # Then
    assert {tag for tag, _ in page.tags} & {"script", "img"} == set()
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "src"]
    assert "".join(text for text, _, _ in page.pieces) == attack
    assert "[red]" in printed(hostile, colours=False)


def test_only_addresses_of_the_web_are_links() -> None:
    links = [
        attributes["href"]
        for url in ("https://a.example/", "javascript:alert(1)")
        for tag, attributes in Page(article_page(article(url=url))).tags
        if tag == "a"
    ]
    assert set(links) == {"https://a.example/"}


def test_the_terminal_obeys_nothing_in_the_text() -> None:
    shown = printed(
        article("dawn \x1b[31mred\x1b]0;title\x07 \x9b2J\r\nend", Enrichment(), headline="\x1b[2J"), colours=False
    )
    assert not {char for char in shown if ord(char) < 32 or 127 <= ord(char) < 160} - {"\n"}
    assert "red" in shown


def test_spans_beyond_the_text_mark_what_there_is() -> None:
    # Given spans that reach out of it, as a reader of other versions may meet
    found = Enrichment(summary=(Mention(begin=50, end=900, text="x"), Mention(begin=800, end=900, text="x")))
    # When / Then
    assert "".join(part.text for part in pieces_of(BODY, found)) == BODY


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 45), st.integers(0, 45)), max_size=6))
def test_the_pieces_are_the_text_whatever_overlaps(body: str, spans: list[tuple[int, int]]) -> None:
    # Given
    mentions = [Mention(begin=min(pair), end=max(pair), text="x") for pair in spans]
    found = Enrichment(
        entities=tuple(Entity(type="OTHER", name="x", mentions=(mention,)) for mention in mentions[::2]),
        quotes=tuple(Quote(kind="mixed", begin=m.begin, end=m.end, text="x") for m in mentions[1::2]),
    )
    # When
    pieces = list(pieces_of(body, found))
    # Then
    assert "".join(piece.text for piece in pieces) == body
    shortest: dict[int, int] = {}
    for mention in mentions[::2]:
        for at in range(mention.begin, min(mention.end, len(body))):
            shortest[at] = min(shortest.get(at, 99), mention.end - mention.begin)
    shown = [piece.entity for piece in pieces for _ in piece.text]
    for at, entity in enumerate(shown):
        assert (entity.mentions[0].end - entity.mentions[0].begin if entity else None) == shortest.get(at)


def printed_plainly(found: Article) -> str:
    return printed(found, colours=False)


def with_found(**found: object) -> Article:
    return article(found=FOUND.model_copy(update=found))


def test_what_is_not_sure_is_left_out_and_counted() -> None:
    # Given a quote and a person that are less than sure
    (quote,) = FOUND.quotes
    person, place = FOUND.entities
    found = with_found(
        quotes=(quote.model_copy(update={"confidence": 0.79}),),
        entities=(person.model_copy(update={"confidence": 0.5}), place.model_copy(update={"confidence": 0.8})),
    )
    # When / Then
    for view in (printed_plainly(found), article_page(found)):
        assert "Quotes" not in view
        assert "PERSON" not in view
        assert "PLACE" in view
        assert "Less sure, not shown" in view


def test_where_a_place_lies_is_left_out_where_that_is_not_sure() -> None:
    place = FOUND.entities[1]
    unsure, sure = (
        place.model_copy(update={"geo": Geo(country="CA", geonameid=101, confidence=confidence)})
        for confidence in (0.4, 0.9)
    )
    assert "101" not in printed_plainly(with_found(entities=(unsure,)))
    assert "101" in printed_plainly(with_found(entities=(sure,)))


def test_a_pronoun_is_shown_with_the_name_that_it_means() -> None:
    (quote,) = FOUND.quotes
    assert quote.speaker is not None
    speaker = quote.speaker.model_copy(update={"text": "she"})
    found = with_found(quotes=(quote.model_copy(update={"speaker": speaker}),))
    assert "Ida Moss (she)" in printed_plainly(found)
