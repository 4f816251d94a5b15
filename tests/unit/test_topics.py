"""Topics are those of the IPTC's top level, or none."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from enricher.composer import analysis_of, compose
from enricher.ports import Document
from enricher.statistics import LanguageEnricher, TopicsEnricher
from enricher.statistics.topics import MOST_TOPICS
from newsdesk.contracts import Enrichment, Language, Topic

EXAMPLES = Path(__file__).with_name("topic_examples.jsonl")
ENGLISH = Enrichment(language=Language(code="en", confidence=1.0))


def topics_of(body: str, headline: str | None = None) -> tuple[Topic, ...]:
    return TopicsEnricher().enrich(analysis_of(Document(body, headline)), ENGLISH).topics


def test_most_examples_of_our_own_writing_get_their_topic_and_hardly_one_a_wrong_one() -> None:
    # Given four short texts for each of the seventeen topics and six about nothing
    examples = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    assert len(examples) == 4 * 17 + 6
    # When their topics are found
    answers = [(example["topic"], topics_of(example["body"], example["headline"])) for example in examples]
    # Then nine in ten have the right one first, none of the six has any, and a wrong one comes first at most once
    right = sum(bool(topics) and topics[0].id == topic for topic, topics in answers)
    wrong = sum(bool(topics) and topics[0].id != topic for topic, topics in answers)
    assert right >= 61
    assert wrong <= 1
    assert all(not topics for topic, topics in answers if topic is None)


def test_a_topic_has_its_id_label_and_share() -> None:
    (topic,) = topics_of("The coach praised the goalkeeper after the cup final, and the league congratulated the club.")
    assert (topic.id, topic.label) == ("medtop:15000000", "sport")
    assert 0.5 < topic.score <= 1.0


def test_an_article_between_two_topics_has_both_best_first() -> None:
    topics = topics_of(
        "The court heard how the hospital's surgeon had falsified the results of a clinical trial. A prosecutor told "
        "the jury that patients with cancer were given a drug that doctors knew to be useless. The judge will sentence "
        "the defendant next week. The hospital has since changed its treatment of tumours."
    )
    assert {topic.id for topic in topics} == {"medtop:02000000", "medtop:07000000"}
    assert [topic.score for topic in topics] == sorted((topic.score for topic in topics), reverse=True)
    assert len(topics) <= MOST_TOPICS


def test_a_text_about_nothing_has_no_topic() -> None:
    assert topics_of("It was there, and then it was not. Nobody could say why.") == ()
    assert topics_of("") == ()


def test_other_languages_are_not_applicable() -> None:
    enrichment = compose(
        Document("Der Torwart hielt im Finale drei Elfmeter, und der Trainer lobte die Mannschaft."),
        [LanguageEnricher(), TopicsEnricher()],
    )
    assert [left.enricher for left in enrichment.not_applicable] == ["topics"]


@pytest.mark.parametrize("form", ["earthquake", "earthquakes", "Earthquake's", "EARTHQUAKES"])
def test_forms_of_a_word_are_one(form: str) -> None:
    topics = topics_of(f"The {form} and an avalanche: rescuers, firefighters and the death toll after the landslide.")
    assert [topic.id for topic in topics] == ["medtop:03000000"]


def test_the_vocabulary_is_the_whole_top_level_each_concept_once() -> None:
    text = (Path(__file__).parents[2] / "functions/enrich/enricher/statistics/topics.toml").read_text(encoding="utf-8")
    assert re.findall(r'^id = "medtop:(\d\d)000000"$', text, re.MULTILINE) == [f"{n:02d}" for n in range(1, 18)]
