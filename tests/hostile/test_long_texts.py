"""Texts as long as any that is read, of one motif: enrichment ends, and no enricher fails.

How long it takes is measured by ``benchmarks/hostile_texts.py``; here, the time limit of a test ends a hang.
"""

from __future__ import annotations

import itertools

import pytest

from enricher.composer import LONGEST_ENRICHED_CHARACTERS, analysis_of, compose, default_enrichers
from enricher.parsing import LONGEST_PARSED_CHARACTERS, parse
from enricher.parsing.parser import MOST_PARSED_TOKENS, loaded_model
from enricher.ports import Analysis, Document
from extractor.contract import PageToRead
from extractor.reading.bounds import LONGEST_BODY
from extractor.reading.reader import read_fallback, read_page
from harness.hostile_texts import MOTIFS, longest_text
from newsdesk.contracts import Enrichment, Language
from newsdesk.words import count_words
from tests.examples import NOW

pytestmark = pytest.mark.slow

ENGLISH = Enrichment(language=Language(code="en", confidence=1.0))


class English:
    """Takes every text for English, so that every enricher reads it."""

    name = "language"
    version = "1"

    def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
        return Enrichment(language=Language(code="en", confidence=1.0))


@pytest.mark.parametrize("motif", MOTIFS.values(), ids=MOTIFS)
def test_every_enricher_reads_the_longest_text_without_failing(motif: str) -> None:
    loaded_model()
    enrichers = [*default_enrichers()[:1], English(), *default_enrichers()[1:]]
    enrichment = compose(Document(longest_text(motif), "A bridge"), enrichers, clock=lambda: 0.0)
    assert enrichment.errors == ()


def test_of_a_body_of_marks_the_beginning_is_parsed() -> None:
    body = '" ' * 30_000
    doc = parse(body).doc
    assert len(doc) == MOST_PARSED_TOKENS
    assert body.startswith(doc.text)


@pytest.mark.parametrize("line", ["she said it to him and he to her and they to us", "bridge", "one, two, three,"])
def test_a_sentence_without_an_end_is_ended_where_a_line_begins(line: str) -> None:
    doc = parse(f"{line}\n" * 1_500).doc
    assert max(len(sentence) for sentence in doc.sents) <= 1_000
    begins = [s.start for s in doc.sents if s.start == 0 or "\n" in doc[s.start - 1].text]
    assert max(after - before for before, after in itertools.pairwise([*begins, len(doc)])) <= 1_000


def test_the_end_of_an_endless_body_is_not_parsed() -> None:
    doc = parse("word " * LONGEST_PARSED_CHARACTERS).doc
    assert len(doc.text) == LONGEST_PARSED_CHARACTERS


@pytest.mark.timeout(60)
@pytest.mark.parametrize("run", ["\"'“'", "-", "a", "a.", "🇺🇦"])
def test_a_run_without_spaces_is_parsed_in_bounded_time(run: str) -> None:
    body = (run * 14_000)[:13_995] + " end."
    doc = parse(body).doc
    assert len(doc.text) == len(body)
    assert [token.text for token in doc if token.text == "end"] == ["end"]
    assert next(token.idx for token in doc if token.text == "end") == body.index("end")


@pytest.mark.parametrize("motif", ["“", "“a ", "“Yes, it is,” she said. ", "a "])
def test_99_of_a_body_without_end_the_enrichers_read_the_beginning(motif: str) -> None:
    # Given ten megabytes of one motif, and of it what is ever read
    body = motif * (10_000_000 // len(motif))
    enrichers = [English(), *default_enrichers()[1:]]
    whole = compose(Document(body, "A bridge"), enrichers, clock=lambda: 0.0)
    start = compose(Document(body[:LONGEST_ENRICHED_CHARACTERS], "A bridge"), enrichers, clock=lambda: 0.0)

    # Then what is found is what is found in that, and it takes no more memory
    assert whole == start
    assert analysis_of(Document(body)).document.body == body[:LONGEST_ENRICHED_CHARACTERS]


@pytest.mark.parametrize("content_type", ["text/html", "text/plain"])
def test_99_a_body_without_end_is_cut_with_a_warning(content_type: str) -> None:
    # Given a page of six megabytes of prose
    prose = "The harbour bridge was opened again on Sunday, after the tide had turned. " * 80_000
    html = f"<html><body><article><h1>The bridge</h1><p>{prose}</p><p>The end.</p></article></body></html>"
    body = (html if content_type == "text/html" else prose).encode()
    page = PageToRead(body, content_type, "https://news.example/bridge", NOW)

    # When it is read, Then the article has a limit and says so
    for read in (read_page, read_fallback):
        article = read(page).result.article
        assert LONGEST_BODY - 1_000 <= len(article.article_body) <= LONGEST_BODY
        assert sum(len(block.text) for block in article.blocks) <= LONGEST_BODY
        assert article.word_count == count_words(article.article_body)
        assert "body_cut" in article.quality.warnings
