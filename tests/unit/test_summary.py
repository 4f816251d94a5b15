"""A summary is made of whole sentences of the body."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enricher.composer import compose
from enricher.ports import Document
from enricher.statistics import LanguageEnricher, SummaryEnricher
from enricher.text import sentences
from newsdesk.contracts import Enrichment

NEWS = """Lighthouse to shine again
Photo: the lighthouse on Farne Island, seen from the harbour in the evening light.
The lighthouse on Farne Island will be lit again on Friday after nineteen years in the dark, its new owner said.
Ingrid Solheim bought the lighthouse from the harbour board in March and repaired its lamp with parts from a museum.
"It was dark for too long," she said.
What the fishermen say
They never liked it. The harbour board had switched the lamp off when ships began to steer by satellite, against the
advice of Dr. E. B. Nilsen of the U.S. Coast Guard, who had inspected it.
The weather on Friday will be dry.
Read more: our series on the islands of the north, with pictures of all of them and a map."""


@cache
def summary_of(body: str, headline: str | None = None) -> Enrichment:
    return compose(Document(body, headline), [LanguageEnricher(), SummaryEnricher()])


def test_the_lead_and_what_is_central_are_chosen() -> None:
    texts = [mention.text for mention in summary_of(NEWS, "Lighthouse to shine again").summary]
    assert len(texts) == 3
    assert texts[0].startswith("The lighthouse on Farne Island will be lit again")
    assert texts[1].startswith("Ingrid Solheim bought the lighthouse")


def test_headings_captions_and_calls_are_left_out() -> None:
    joined = " ".join(mention.text for mention in summary_of(NEWS).summary)
    assert not any(furniture in joined for furniture in ("shine again", "Photo:", "fishermen say", "Read more"))


def test_sentences_stand_in_the_order_of_the_text() -> None:
    begins = [mention.begin for mention in summary_of(NEWS).summary]
    assert begins == sorted(begins)


@pytest.mark.parametrize(
    "body",
    [
        "Der Leuchtturm brennt wieder, wie Dr. Nilsen sagte. Die Tochter kaufte ihn im März vom Amt der Insel. Er war "
        "neunzehn Jahre lang dunkel geblieben. Das Licht reicht nun zwölf Meilen weit.",
        "Der Leuchtturm brennt wieder. „Wir sind froh. Es war dunkel“, sagte die Tochter aus dem Haus am Hafen. Er war "
        "neunzehn Jahre lang dunkel geblieben. »Endlich!«, rief ein alter Fischer vom Rand der kleinen Mole.",
        'Der Leuchtturm brennt nun wieder jede Nacht. „Wir sind froh. Es war dunkel", sagte die Tochter am Hafen. Er '
        "war neunzehn Jahre lang dunkel geblieben.",
        "Latarnia na wyspie znowu świeci po wielu latach. „Cieszymy się wszyscy z tego światła”, powiedziała córka. "
        "Przez dziewiętnaście lat na wyspie było ciemno.",
        "Fyren på ön lyser igen efter många år. ”Vi är glada. Det var mörkt”, sade dottern i hamnen i går. Den hade "
        "varit släckt i nitton år.",
        "द्वीप का प्रकाशस्तंभ कई साल बाद फिर से जल उठा। बेटी ने उसे मार्च में बंदरगाह से खरीद लिया था। "
        "वहाँ उन्नीस साल तक रात को अंधेरा रहा था।",
        "أضاءت المنارة في الجزيرة من جديد بعد سنوات طويلة. هل اشترتها الابنة في مارس من إدارة الميناء القديم؟ كانت "
        "الجزيرة مظلمة منذ تسعة عشر عاما كاملة.",
        "灯台は十九年ぶりに再び点灯した。娘は三月に港の委員会から灯台を買い取った。漁師たちは喜んでいる。島には十一人が住んでいる。",
    ],
    ids=["de", "de quoting", "de with a straight mark", "pl", "sv", "hi", "ar", "ja"],
)
def test_any_language_can_be_summarised(body: str) -> None:
    found = summary_of(body).summary
    assert len(found) == 3
    assert all(mention.text.endswith((".", "。", "।", "؟")) for mention in found)
    assert all("Dr." not in mention.text[-4:] for mention in found)


def test_a_text_without_a_sentence_has_no_summary() -> None:
    enrichment = summary_of("Opening hours\nMonday to Friday\nnine to five")
    assert enrichment.summary == ()
    assert "summary" in {left.enricher for left in enrichment.not_applicable}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One here. Two there!", ["One here.", "Two there!"]),
        ("Mr. Kowalski met J. R. Ewing at 3.30 p.m. on Elm St. in town. He left.", 2),
        ("“It is late. We go,” he said. Then he went.", ["“It is late. We go,” he said.", "Then he went."]),
        ('He said "no. Never." and left. She stayed.', ['He said "no. Never." and left.', "She stayed."]),
        ("A heading\nA sentence. and its rest.\nA cut senten", ["A sentence. and its rest."]),
        ("„Es ist spät. Gehen wir“, sagte er. Er ging.", ["„Es ist spät. Gehen wir“, sagte er.", "Er ging."]),
        ("»Es ist spät.« Er ging.", ["»Es ist spät.«", "Er ging."]),
        ("”Vi går. Nu”, sade han. Han gick.", ["”Vi går. Nu”, sade han.", "Han gick."]),
        ("橋は開いた。「もう遅い。帰ろう」と彼は言った。", ["橋は開いた。", "「もう遅い。帰ろう」と彼は言った。"]),
        ("", []),
    ],
)
def test_a_sentence_is_never_cut(text: str, expected: list[str] | int) -> None:
    found = [text[begin:end] for (begin, end), _ in sentences(text)]
    assert (len(found) if isinstance(expected, int) else found) == expected


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet='aA bB.!?\n"“”„»«。」(): 1é𝒳।', max_size=80))
def test_sentences_lie_in_their_paragraphs_one_after_the_other(text: str) -> None:
    last = 0
    for (begin, end), (first, limit) in sentences(text):
        assert last <= begin < end
        assert first <= begin
        assert end <= limit
        assert "\n" not in text[begin:end]
        assert not text[begin].isspace()
        last = end


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(noise=st.text(max_size=120))
def test_spans_point_at_the_text_that_they_name(noise: str) -> None:
    body = f"{noise}\nThe lighthouse will be lit again on Friday, 𝒳 said. {noise} It had been dark for nineteen years."
    for mention in summary_of(body).summary:
        assert body[mention.begin : mention.end] == mention.text
