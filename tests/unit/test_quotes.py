"""Who said what: quoted and reported speech with its speaker and its cue, on texts of our own."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enricher.composer import analysis_of, compose, default_enrichers
from enricher.ports import Document, Enricher
from enricher.speech import CitedSourcesEnricher, QuotesEnricher
from enricher.statistics import KeyphrasesEnricher, LanguageEnricher
from newsdesk.contracts import Enrichment, Entity, Language, Mention, Quote, Speaker

ENGLISH = Language(code="en", confidence=1.0)
GERMAN = Language(code="de", confidence=1.0)


def persons(body: str, *names: str) -> tuple[Entity, ...]:
    """The persons of a text, each named in full and by the last word."""
    found = []
    for name in names:
        spans = [(body.find(form), form) for form in (name, name.split()[-1])]
        mentions = tuple(Mention(begin=at, end=at + len(form), text=form) for at, form in spans if at >= 0)
        found.append(Entity(type="PERSON", name=name, mentions=mentions))
    return tuple(found)


def quotes(body: str, *names: str, language: Language = ENGLISH) -> tuple[Quote, ...]:
    found = Enrichment(language=language, entities=persons(body, *names))
    return QuotesEnricher().enrich(analysis_of(Document(body)), found).quotes


def told(body: str, *names: str) -> list[tuple[str, str | None, str | None, str]]:
    """Kind, speaker, cue and content of each quote."""
    return [
        (
            quote.kind,
            quote.speaker.text if quote.speaker else None,
            quote.cue.text if quote.cue else None,
            quote.text,
        )
        for quote in quotes(body, *names)
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("“The bridge will open,” Marta Lind said.", ("direct", "Marta Lind", "said", "“The bridge will open,”")),
        ("“The bridge will open,” said Marta Lind.", ("direct", "Marta Lind", "said", "“The bridge will open,”")),
        ("“The bridge will open,” Marta Lind shared.", ("direct", "Marta Lind", "shared", "“The bridge will open,”")),
        ("Marta Lind said, “The bridge will open.”", ("direct", "Marta Lind", "said", "“The bridge will open.”")),
        ("Said Marta Lind: “The bridge will open.”", ("direct", "Marta Lind", "Said", "“The bridge will open.”")),
        ("Marta Lind: “The bridge will open.”", ("direct", "Marta Lind", None, "“The bridge will open.”")),
        ("“Will the bridge open?” asked Marta Lind.", ("direct", "Marta Lind", "asked", "“Will the bridge open?”")),
        ("“The bridge is safe.” — Marta Lind", ("direct", "Marta Lind", None, "“The bridge is safe.”")),
        ("“The bridge is safe.” - Marta Lind", ("direct", "Marta Lind", None, "“The bridge is safe.”")),
        (
            "“The bridge is safe for the winter.” –Mayor Marta Lind The bridge had been closed since May.",
            ("direct", "Mayor Marta Lind", None, "“The bridge is safe for the winter.”"),
        ),
        (
            "“The bridge is safe for the winter.” — Marta Lind, engineer. It has been closed since May.",
            ("direct", "Marta Lind", None, "“The bridge is safe for the winter.”"),
        ),
        (
            "The ‘bridge’ was ‘gone’, Marta Lind said.",
            ("mixed", "Marta Lind", "said", "The ‘bridge’ was ‘gone’"),
        ),
        ("“Gone,” said Marta Lind.", ("direct", "Marta Lind", "said", "“Gone,”")),
        ("'The bridge is safe,' Marta Lind said.", ("direct", "Marta Lind", "said", "'The bridge is safe,'")),
        (
            "Marta Lind said that the bridge will open in May.",
            ("indirect", "Marta Lind", "said", "that the bridge will open in May"),
        ),
        (
            "The bridge will open in May, Marta Lind said.",
            ("indirect", "Marta Lind", "said", "The bridge will open in May"),
        ),
        (
            "Marta Lind told the council that the bridge “will never be safe” in a storm.",
            ("mixed", "Marta Lind", "told", "that the bridge “will never be safe” in a storm"),
        ),
        (
            "According to Marta Lind, the bridge will open in May.",
            ("indirect", "Marta Lind", "According", "the bridge will open in May"),
        ),
        (
            "Marta Lind criticized the plan to close the bridge.",
            ("indirect", "Marta Lind", "criticized", "the plan to close the bridge"),
        ),
        ("Marta Lind vowed to repair the bridge.", ("indirect", "Marta Lind", "vowed", "to repair the bridge")),
        (
            "Marta Lind accused the firm of hiding the cracks for years.",
            ("indirect", "Marta Lind", "accused", "hiding the cracks for years"),
        ),
        ("Marta Lind denied closing the old bridge.", ("indirect", "Marta Lind", "denied", "closing the old bridge")),
        (
            "Marta Lind discussed how the bridge could be saved.",
            ("indirect", "Marta Lind", "discussed", "how the bridge could be saved"),
        ),
        (
            "Marta Lind was confident that the bridge would open in May.",
            ("indirect", "Marta Lind", "confident", "that the bridge would open in May"),
        ),
        (
            "Marta Lind's view is that the bridge should stay closed.",
            ("indirect", "Marta Lind", "view", "that the bridge should stay closed"),
        ),
        (
            "Warnings from Marta Lind that the bridge would fall were ignored.",
            ("indirect", "Marta Lind", "Warnings", "that the bridge would fall"),
        ),
    ],
)
def test_what_is_said_has_kind_speaker_and_cue(body: str, expected: tuple[str, str, str, str]) -> None:
    assert told(body, "Marta Lind") == [expected]


@pytest.mark.parametrize(
    "body",
    [
        "Several officials welcomed the repair of the bridge.",
        "The mayor praised the divers from the lock and their crew.",
        "Ruth Nolan confirmed the date of the opening on Monday.",
        "Neighbours complained about the noise of the night trains.",
        "The board announced a new bus line for the summer months.",
        "The minister dismissed the claims of fraud at the two polls.",
        "They called for an independent inquiry into the old bridge.",
        "The mayor told the council about the cracks in the stone.",
        "The party's opposition to the new bridge was well known.",
    ],
)
def test_what_names_a_thing_and_says_nothing_of_it_is_no_indirect_quote(body: str) -> None:
    assert quotes(body) == ()


@pytest.mark.parametrize(
    "body",
    ["Marta Lind vowed to sue.", "Marta Lind said the bridge broke.", "Marta Lind called him a fool."],
)
def test_three_words_are_no_indirect_quote(body: str) -> None:
    assert quotes(body, "Marta Lind") == ()


@pytest.mark.parametrize(
    "body",
    [
        "Marta Lind called for “a full and open inquiry” into the bridge.",
        "Marta Lind welcomed “the best news of the year” on Monday.",
    ],
)
def test_few_words_without_a_verb_are_a_quote_where_marks_show_that_they_were_said(body: str) -> None:
    (quote,) = quotes(body, "Marta Lind")
    assert quote.kind in {"direct", "mixed"}


def test_an_object_that_says_nothing_does_not_hide_what_is_said_in_it() -> None:
    body = "The minister welcomed the divers, who warned that the bridge would not last the winter."
    (found,) = told(body)
    assert found[1:] == ("who", "warned", "that the bridge would not last the winter")


@pytest.mark.parametrize(
    "body",
    [
        "Imagine that the bridge had never been built.",
        "Fears that the bridge would fall were everywhere.",
        "Do you think that the bridge should have been closed?",
        "No one knows how long the bridge will be closed.",
        "No scientist has said that the lake will recover by itself.",
        "Nobody said that the lake “will recover by itself”.",
        "Few experts believe that the bridge will last the winter.",
        "While much is unclear, the town is poised to offer a new bridge.",
    ],
)
def test_what_nobody_says_is_no_quote(body: str) -> None:
    assert quotes(body) == ()


@pytest.mark.parametrize(
    ("body", "speaker"),
    [
        ("Warning that the bridge would fall in a storm, Marta Lind left.", "Marta Lind"),
        ("After saying that the bridge would fall in a storm, Marta Lind left.", "Marta Lind"),
        ("Costs have risen since May and Marta Lind said the bridge would stay closed.", "Marta Lind"),
        ("Marta Lind said she would pay for the bridge and warned that it would cost more.", "Marta Lind"),
    ],
)
def test_who_says_it_need_not_be_the_next_noun(body: str, speaker: str) -> None:
    found = quotes(body, "Marta Lind")
    assert found
    assert {quote.speaker and quote.speaker.text for quote in found} == {speaker}


def test_what_goes_on_behind_a_report_is_another() -> None:
    body = "Marta Lind said the town would pay for the bridge and warned that it would cost more."
    assert [text for *_, text in told(body)] == ["the town would pay for the bridge", "that it would cost more"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Marta Lind said after the vote she would not sell the harbour.", ["she would not sell the harbour"]),
        (
            "Marta Lind continued to insist, most recently in a letter to the board, that she really wants to sell the "
            "harbour but can not because it is leased.",
            ["that she really wants to sell the harbour but can not because it is leased"],
        ),
        (
            "These ships, Marta Lind explained earlier in the hearing at the town hall, were far too old for us.",
            ["These ships, Marta Lind explained earlier in the hearing at the town hall, were far too old for us"],
        ),
        (
            "The harbour, which was built in 1990, has grown beyond its purpose, they say.",
            ["The harbour, which was built in 1990, has grown beyond its purpose"],
        ),
        (
            "Marta Lind said the town had paid for the bridge, arguing that the county was a bigger hurdle.",
            ["the town had paid for the bridge", "that the county was a bigger hurdle"],
        ),
        (
            "Marta Lind said they had doubts about the bridge, but could not bear to close the harbour.",
            ["they had doubts about the bridge, but could not bear to close the harbour"],
        ),
        (
            "“We squeezed the harbour to the breaking point” to drive up the price, Marta Lind said.",
            ["“We squeezed the harbour to the breaking point” to drive up the price"],
        ),
        (
            "Marta Lind persisted in arguments that the town was trying to sell the harbour.",
            ["that the town was trying to sell the harbour"],
        ),
    ],
)
def test_what_is_said_is_found_whole_where_the_parse_hangs_it_elsewhere(body: str, said: list[str]) -> None:
    assert [text for *_, text in told(body, "Marta Lind")] == said


def test_what_comes_before_a_verb_that_has_a_clause_behind_it_is_not_said() -> None:
    body = "But when the town cut its funding two years later, Marta Lind said the county had broken the agreement."
    assert [text for *_, text in told(body, "Marta Lind")] == ["the county had broken the agreement"]


def test_a_mark_that_stands_for_an_apostrophe_is_no_part_of_a_name() -> None:
    body = "Marta Lind‘s harbour has been closed for years. Marta Lind said it would open in May."
    names = [entity.name for entity in compose(Document(body), default_enrichers()).entities if entity.type == "PERSON"]
    assert names == ["Marta Lind"]


def test_who_goes_on_behind_what_they_said_is_who_said_it() -> None:
    body = "Marta Lind said it would take years, adding that she would wait."
    assert [speaker for _, speaker, _, _ in told(body, "Marta Lind")] == ["Marta Lind", "Marta Lind"]


@pytest.mark.parametrize(
    "body",
    [
        "It is worth noting that the harbour has been closed for two years.",
        "The town knows this well: Marta Lind declared war on the county.",
        "The three officials asked on Monday not to be named.",
        "Marta Lind did not say whether the town would pay for the bridge.",
    ],
)
def test_a_clause_that_is_nobodys_is_no_quote(body: str) -> None:
    assert told(body, "Marta Lind") == []


def test_a_mark_that_is_never_closed_does_not_hide_the_quotation_behind_it() -> None:
    body = (
        '"Nobody looked under water, said the keeper of the lock. The engineer, Marta Lind, said: "We trusted three '
        'inspections, and we shall not do so again." The board meets in May.'
    )
    (quote,) = [quote for quote in quotes(body, "Marta Lind") if quote.kind == "direct"]
    assert quote.text == '"We trusted three inspections, and we shall not do so again."'
    assert quote.speaker is not None
    assert quote.speaker.name == "Marta Lind"


def test_a_quotation_that_its_cue_interrupts_for_a_few_words_is_one() -> None:
    body = "“We waited,” she said. “Then we left.”"
    assert told(body) == [("direct", "she", "said", body)]


def test_after_a_longer_interruption_the_same_speaker_goes_on_in_another_quotation() -> None:
    body = "“We waited,” said Marta Lind, who has kept the harbour for thirty years. “Then we left.”"
    assert [(quote.text, quote.speaker and quote.speaker.name) for quote in quotes(body, "Marta Lind")] == [
        ("“We waited,”", "Marta Lind"),
        ("“Then we left.”", "Marta Lind"),
    ]


def test_a_sentence_that_goes_on_after_a_longer_interruption_is_one_quotation() -> None:
    body = "“We waited for years,” said Marta Lind, who has kept the harbour since May, “and then we left the harbour.”"
    (quote,) = quotes(body, "Marta Lind")
    assert quote.text == body


def test_a_quotation_without_a_cue_goes_to_who_spoke_before_it() -> None:
    body = "“The bridge is safe,” Marta Lind said.\n\n“We have looked at every stone of it.”"
    second = quotes(body, "Marta Lind")[1]
    assert (second.speaker and second.speaker.text, second.cue) == ("Marta Lind", None)


def test_a_pronoun_means_the_last_person_that_fits() -> None:
    body = "Mary Cole met John Hart in the harbour on Monday. “It is over,” she said. “It has begun,” he said."
    names = [quote.speaker and quote.speaker.name for quote in quotes(body, "Mary Cole", "John Hart")]
    assert names == ["Mary Cole", "John Hart"]


def test_a_pronoun_between_two_parts_means_whom_the_words_behind_them_name() -> None:
    body = "Mary Cole owns a farm.\n\n“We waited for hours,” she says, “and nobody came to help us,” says Jane Roe."
    (quote,) = quotes(body, "Mary Cole", "Jane Roe")
    assert (quote.speaker and quote.speaker.name, quote.text.count("“")) == ("Jane Roe", 2)


def test_a_pronoun_does_not_mean_whose_mother_spoke() -> None:
    body = "Mary Cole sings. Speaking in May, John Hart's mother confirmed that it was over. She added, “It is sad.”"
    (_, quote) = quotes(body, "Mary Cole", "John Hart")
    assert quote.speaker is not None
    assert quote.speaker.name != "John Hart"


def test_a_pronoun_that_two_persons_fit_alike_has_no_name() -> None:
    body = "Mary Cole met Anna Hart's mother, Jane Hart. John Cole and Peter Hart were there. “It is over,” he said."
    (speaker,) = [quote.speaker for quote in quotes(body, "Mary Cole", "John Cole", "Peter Hart")]
    assert speaker is not None
    assert (speaker.text, speaker.name) == ("he", None)


@pytest.mark.parametrize(("before", "speaker"), [("Bottom line", None), ("Her mother", "Her mother")])
def test_a_word_before_a_colon_speaks_where_it_is_somebody(before: str, speaker: str | None) -> None:
    (quote,) = quotes(f"{before}: “Simply pour and garnish the glass.”")
    assert (quote.speaker and quote.speaker.text) == speaker


def test_an_outlet_may_be_called_after_nothing() -> None:
    (quote,) = quotes("Zero Hedge said that the bridge will open in May.")
    assert quote.speaker is not None
    assert quote.speaker.text == "Zero Hedge"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("Marta Lind met a worker who said that the bridge would fall in May.", None),
        ("It was Marta Lind, who said that the bridge would fall in May.", "Marta Lind"),
    ],
)
def test_a_relative_pronoun_means_the_noun_that_it_hangs_on(body: str, name: str | None) -> None:
    speakers = [quote.speaker for quote in quotes(body, "Marta Lind") if quote.cue and quote.cue.text == "said"]
    assert [(speaker.text, speaker.name) for speaker in speakers if speaker] == [("who", name)]


def test_a_clause_keeps_the_subject_that_the_parse_leaves_out() -> None:
    body = "He said 82% of hours worked nationally are done in the office and in person."
    assert [text for *_, text in told(body)] == [body.removeprefix("He said ").removesuffix(".")]


def test_a_pronoun_does_not_mean_whom_the_quotation_names() -> None:
    body = "John Hart left the meeting early. “Peter Falk will not like it,” he said."
    assert [quote.speaker and quote.speaker.name for quote in quotes(body, "John Hart", "Peter Falk")] == ["John Hart"]


@pytest.mark.parametrize(
    "body",
    [
        "“The bridge will open,” Marta Lind, the mayor, said.",
        "“The bridge will open,” said Marta Lind, the mayor of the town.",
        "“The bridge will open,” Marta Lind, 52, who has been mayor since May, said.",
        "“The bridge will open,” the mayor, Marta Lind, said.",
        "“The bridge will open,” said the mayor, Marta Lind.",
        "“The bridge will open,” said the mayor (Marta Lind).",
        "The mayor — Marta Lind — said the bridge will open.",
        "A spokeswoman for the town, Marta Lind, said that the bridge will open.",
    ],
)
def test_a_speaker_is_recognised_whichever_of_name_and_description_comes_first(body: str) -> None:
    (quote,) = quotes(body, "Marta Lind")
    assert quote.speaker is not None
    assert quote.speaker.name == "Marta Lind"


@pytest.mark.parametrize(
    "body",
    [
        "“The bridge will open,” said the mayor, and Marta Lind left.",
        "“The bridge will open,” said the mayor, Marta Lind having left the town.",
    ],
)
def test_a_name_behind_a_description_is_no_speaker_where_it_does_something_else(body: str) -> None:
    (quote,) = quotes(body, "Marta Lind")
    assert quote.speaker is not None
    assert quote.speaker.name is None


def test_a_spokesman_is_not_the_person_he_speaks_for() -> None:
    body = "Mary Cole's spokesman said that the harbour would open."
    speaker = quotes(body, "Mary Cole")[0].speaker
    assert speaker is not None
    assert (speaker.text, speaker.name) == ("Mary Cole's spokesman", None)


@pytest.mark.parametrize(
    ("description", "name"),
    [
        ("The mayor of Wendlitz", None),
        ("Officials in Wendlitz", None),
        ("A spokesman for Wendlitz", None),
        ("The town of Wendlitz", "Wendlitz"),
        ("Wendlitz", "Wendlitz"),
    ],
)
def test_a_name_within_a_description_of_somebody_else_is_not_the_speaker(description: str, name: str | None) -> None:
    body = f"{description} said that the harbour would open."
    at = body.index("Wendlitz")
    town = Entity(type="PLACE", name="Wendlitz", mentions=(Mention(begin=at, end=at + 8, text="Wendlitz"),))
    (quote,) = (
        QuotesEnricher().enrich(analysis_of(Document(body)), Enrichment(language=ENGLISH, entities=(town,))).quotes
    )
    assert quote.speaker is not None
    assert (quote.speaker.text, quote.speaker.name) == (description, name)


@pytest.mark.parametrize(
    ("body", "speaker"),
    [
        ("But the Harbour Workers Union said in a letter seen by Reuters that the port had closed.", "Union"),
        ("Amnesty International said in a report that the port had closed in May.", "Amnesty International"),
        ("A report by the WHO said that the port had closed.", "report by the WHO"),
    ],
)
def test_who_says_something_in_a_letter_is_the_speaker(body: str, speaker: str) -> None:
    (quote,) = quotes(body)
    assert quote.speaker is not None
    assert quote.cue is not None
    assert quote.speaker.text.endswith(speaker)
    assert (quote.cue.text, quote.text.startswith("that the port had closed")) == ("said", True)


@pytest.mark.parametrize(
    "body",
    [
        "The Harbour Times, citing two people familiar with the plan, said that the port had closed.",
        "The Harbour Times said, citing a plan by the town, that the port had closed.",
        "The Harbour Times, which first reported the plan, said that the port had closed.",
    ],
)
def test_what_a_report_rests_on_is_not_what_it_says(body: str) -> None:
    spoken = [(quote.speaker and quote.speaker.text, quote.text) for quote in quotes(body)]
    assert ("The Harbour Times", "that the port had closed") in spoken
    assert not any("citing" in text or "two people" in text or "Times" in text for _, text in spoken)


def test_who_speaks_after_reports_does_not_say_what_they_do() -> None:
    found = quotes("Marta Lind testified after reports that the port had closed.", "Marta Lind")
    assert not any(quote.speaker and quote.speaker.name == "Marta Lind" for quote in found)


def test_a_name_that_no_comma_parts_from_its_description_belongs_to_it() -> None:
    (quote,) = quotes("The opposition leader Raila Odinga said that the vote had been stolen.", "Raila Odinga")
    assert quote.speaker is not None
    assert quote.speaker.name == "Raila Odinga"


@pytest.mark.parametrize(
    "body",
    [
        "The so-called “green fund” holds no money.",
        "Its film, “The Long Winter,” opens on Friday.",
        "The harbour has two cranes. They are old.",
    ],
)
def test_words_set_in_marks_that_nobody_says_are_no_quote(body: str) -> None:
    assert quotes(body) == ()


def test_words_on_signs_are_no_speech() -> None:
    body = "Protesters carried signs that read “Hands off our library” and “Books not bombs”. A banner said “Go home.”"
    assert not any(quote.kind == "direct" for quote in quotes(body))


def test_headings_and_short_titles_are_no_speech() -> None:
    body = "The mine closed in May, Marta Lind said.\n\n'All Bets Are Off.'\n\nIt rained on Monday. See “Flood,” below."
    assert not any(quote.kind == "direct" for quote in quotes(body, "Marta Lind"))


def test_a_short_sentence_without_a_cue_is_no_heading() -> None:
    body = "Marta Lind called the firm in May. “Nobody came back to us.”"
    assert [quote.text for quote in quotes(body, "Marta Lind")] == ["“Nobody came back to us.”"]


@pytest.mark.parametrize(
    "body",
    [
        "The club's motto is “we row until the river ends” and its colours are blue.",
        "Its slogan was “more bridges for fewer people” until May.",
        "The book is titled “how to build a river with your own hands” and costs ten pounds.",
    ],
)
def test_names_and_slogans_are_no_speech(body: str) -> None:
    assert not any(quote.kind == "direct" for quote in quotes(body))


@pytest.mark.parametrize("who", ["The mayor is", "His answer was", "Marta Lind is"])
def test_what_somebody_is_in_words_of_their_own_stays_a_quote(who: str) -> None:
    (quote,) = quotes(f"{who} “not at all worried about the bridge” in spring.", "Marta Lind")
    assert quote.text == "“not at all worried about the bridge”"


def test_a_transcript_is_read_turn_by_turn() -> None:
    body = "LIND: Is the bridge safe?\nHART: It is.\nLIND: Then open it."
    assert [(quote.speaker and quote.speaker.text, quote.text) for quote in quotes(body)] == [
        ("LIND", "Is the bridge safe?"),
        ("HART", "It is."),
        ("LIND", "Then open it."),
    ]


def test_an_interview_is_read_by_question_and_answer() -> None:
    body = "Q: When did you see the crack?\nA: In the spring.\nQ: Did you report it?\nA: I did."
    assert [(quote.kind, quote.speaker, quote.text) for quote in quotes(body)] == [
        ("direct", None, "When did you see the crack?"),
        ("direct", None, "In the spring."),
        ("direct", None, "Did you report it?"),
        ("direct", None, "I did."),
    ]


@pytest.mark.parametrize("said", ["said Marta Lind, who sold her boat in June", "Marta Lind said", "she said"])
def test_a_quotation_that_is_never_closed_ends_where_the_text_says_who_spoke(said: str) -> None:
    body = f"“We never had a choice, {said}. The harbour closed a month later."
    (quote,) = [quote for quote in quotes(body, "Marta Lind") if quote.kind == "direct"]
    assert quote.text == "“We never had a choice,"
    assert quote.speaker is not None


def test_who_was_asked_speaks_and_not_what_the_question_is_about() -> None:
    body = "Asked whether the ferry would sail, the harbour master, Marta Lind, was blunt: “Not today.”"
    (quote,) = [quote for quote in quotes(body, "Marta Lind") if quote.kind == "direct"]
    assert quote.speaker is not None
    assert quote.speaker.name == "Marta Lind"


def test_of_reports_inside_each_other_the_outer_is_kept_but_not_instead_of_who_was_cited() -> None:
    assert len(quotes("Marta Lind said that she believes that the bridge is safe.")) == 1
    cited = told("According to the gazette, officials said the bridge was closed.")
    assert [(speaker, cue) for _, speaker, cue, _ in cited] == [("the gazette", "According"), ("officials", "said")]


def test_without_a_parse_statements_in_marks_are_quotes_without_a_speaker() -> None:
    body = "Die Brücke sei sicher, sagte sie. „Wir haben jeden Stein davon angesehen.“ Das schrieb „Der Bote“."
    found = quotes(body, language=GERMAN)
    assert [(quote.kind, quote.text, quote.speaker) for quote in found] == [
        ("direct", "„Wir haben jeden Stein davon angesehen.“", None)
    ]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("„Wir müssen handeln“, sagte sie.", "„Wir müssen handeln“"),
        ("Sie sagte: „Wir müssen handeln“ und ging.", "„Wir müssen handeln“"),
        ("«Мы готовы», — сказала она.", "«Мы готовы»"),
        ("« Nous sommes prêts », a-t-elle dit.", "« Nous sommes prêts »"),
    ],
)
def test_without_a_parse_a_few_words_that_somebody_says_are_a_quote(body: str, text: str) -> None:
    assert [(quote.kind, quote.text) for quote in quotes(body, language=GERMAN)] == [("direct", text)]


@pytest.mark.parametrize(
    "body", ["„Der Bote“, eine Zeitung, schrieb das.", "Sie las „die neue Zeit“, ging und schwieg."]
)
def test_without_a_parse_a_name_in_marks_is_no_quote(body: str) -> None:
    assert quotes(body, language=GERMAN) == ()


def test_without_a_parse_the_article_says_what_was_left_out() -> None:
    body = "„Wir haben jeden Stein davon angesehen“, sagte sie laut Reuters am Montag in Berlin."
    enrichers: list[Enricher] = [LanguageEnricher(), QuotesEnricher(), CitedSourcesEnricher(), KeyphrasesEnricher()]
    enrichment = compose(Document(body), enrichers)
    assert (len(enrichment.quotes), len(enrichment.cited_sources)) == (1, 1)
    assert enrichment.keyphrases
    assert [left.enricher for left in enrichment.not_applicable] == ["quotes", "citedSources", "keyphrases"]
    assert enrichment.errors == ()


def sureness(body: str, *names: str) -> float:
    (quote,) = quotes(body, *names)
    assert quote.confidence is not None
    return quote.confidence


def test_words_in_marks_with_a_name_beside_them_are_sure() -> None:
    assert sureness("“The bridge is safe for the winter,” Marta Lind said.", "Marta Lind") >= 0.95


@pytest.mark.parametrize(
    ("surer", "less"),
    [
        ("Marta Lind said that the bridge will open in May.", "Marta Lind plans to open the old bridge in May."),
        ("Marta Lind said the bridge will open in May.", "They said the bridge will open in May."),
        ("“The bridge is safe for the winter,” Marta Lind said.", "“The bridge is safe for the winter.”"),
        ("Marta Lind said the bridge will open in May.", "Marta Lind said the bridge is closed."),
    ],
)
def test_a_quote_is_the_less_sure_the_less_speaks_for_it(surer: str, less: str) -> None:
    assert sureness(surer, "Marta Lind") > sureness(less, "Marta Lind")


def test_without_a_parse_nothing_is_known_of_how_sure_a_quote_is() -> None:
    (quote,) = quotes("„Wir haben jeden Stein davon angesehen“, sagte Marta Lind.", language=GERMAN)
    assert quote.confidence is None


PIECES = st.sampled_from(
    [
        "“", "”", '"', "'", "’", "«", "»", " ", "\n\n", "\n", ",", ".", "?", ":", " — ", "(", "𝒜", "\U0001f600", "é",
        " said", " Marta Lind", " she", " told the BBC", " that", " the bridge is safe", "According to", " who",
        " accused him of lying", " called it a mistake", "LIND: ", " as she put it,", " to leave", "\u00a0", "''",
        "\nMAYOR SAYS THE BRIDGE DEAL IS DONE AND GONE\n", "\nMayor Says Town Will Mend Bridge Soon\n",
        " mend town mayor ", "We–will–rebuild—" * 20, "\nOSLO (AP) — The",
    ]
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join))
def test_spans_name_their_text_in_code_points(body: str) -> None:
    for quote in quotes(body):
        assert body[quote.begin : quote.end] == quote.text != ""
        for part in (quote.speaker, quote.cue):
            if part is not None:
                assert body[part.begin : part.end] == part.text != ""


@pytest.mark.parametrize(
    "body",
    [
        "MAYOR SAYS THE BRIDGE DEAL IS DONE AND GONE\nThe mayor said the deal was done.",
        "“" + "We–will–rebuild—" * 30 + "” said Marta Lind.",
    ],
)
def test_a_quote_is_in_the_words_of_the_body_however_it_was_parsed(body: str) -> None:
    for quote in (found := quotes(body)):
        assert body[quote.begin : quote.end] == quote.text
        parts: tuple[Speaker | Mention | None, ...] = (quote.speaker, quote.cue)
        for part in parts:
            if part is None:
                continue
            assert body[part.begin : part.end] == part.text
    assert found


@pytest.mark.parametrize(
    ("dateline", "speaker"),
    [
        ("OSLO (AP) — ", "Harbour minister Marta Lind"),
        ("BERLIN, Germany (AP) — ", "Germany's minister"),
        ("MOSCOW, Nov 20 (Reuters) - ", "Russia's foreign minister"),
        ("Paris (AFP) – ", "French police"),
        ("JERUSALEM — ", "The Supreme Court"),
    ],
)
def test_the_town_of_a_dateline_says_nothing(dateline: str, speaker: str) -> None:
    (quote,) = quotes(f"{dateline}{speaker} said on Friday that the bridge will open.")
    assert quote.speaker is not None
    assert (quote.speaker.text, quote.text) == (speaker, "that the bridge will open")


def test_a_dateline_is_no_part_of_what_is_said() -> None:
    body = "KATHMANDU, Nepal (AP) — A bridge broke in the storm, police said."
    assert told(body) == [("indirect", "police", "said", "A bridge broke in the storm")]


@pytest.mark.parametrize(
    ("body", "said", "name"),
    [
        ("The letter from Marta Lind ran to one line: “I will not sign.”", "“I will not sign.”", "Marta Lind"),
        ("“They told us to wait.” Marta Lind has run the mill since May.", "“They told us to wait.”", "Marta Lind"),
        ("“I never saw it. Marta Lind has kept the receipts in a box.", "“I never saw it.", "Marta Lind"),
        ("“We will wait,” she says. Marta Lind has run the mill for years.", "“We will wait,”", "Marta Lind"),
        ("“Water forgets nothing.”\n— Marta Lind, miller", "“Water forgets nothing.”", "Marta Lind"),
        ("“There's no plan B,” was how Marta Lind put it.", "“There's no plan B,”", "Marta Lind"),
        ("“Why now?” Marta Lind, the mayor's aide on roads, wanted to know.", "“Why now?”", "Marta Lind"),
        ("The banner read “Hands off”. “I made it myself,” Marta Lind confided.", "“I made it myself,”", "Marta Lind"),
    ],
)
def test_who_speaks_is_found_where_no_usual_cue_tells_it(body: str, said: str, name: str) -> None:
    found = {quote.text: quote.speaker.name for quote in quotes(body, "Marta Lind") if quote.speaker is not None}
    assert found == {said: name}


def test_a_quotation_goes_on_behind_who_said_it_and_where() -> None:
    body = "“We will appeal,” Marta Lind said outside the court, “and we will win.”"
    assert [content for *_, content in told(body, "Marta Lind")] == [body]


def test_a_mark_behind_a_sentence_that_is_never_closed_opens_a_quotation() -> None:
    body = "“I asked them three times.” Marta Lind keeps the letters. “Nobody ever wrote back"
    assert [content for *_, content in told(body, "Marta Lind")][-1] == "“Nobody ever wrote back"


def test_turns_of_an_interview_need_no_capitals() -> None:
    body = "Editor: Where were you at nine?\nLind: At home.\nEditor: Who saw you there?\nLind: Nobody did."
    assert [kind for kind, *_ in told(body)] == ["direct"] * 4


def test_a_list_of_headings_is_no_interview() -> None:
    assert told("When: At nine on Friday.\nWhere: In the old mill.\nEntry: Free for all who come.\nTea: Free.") == []


@pytest.mark.parametrize(
    "body",
    [
        "The illness is called “baker's asthma.” It passes.",
        "These inns became known as “houses of the fog” among sailors.",
        "There is also “hot hay fever,” which comes in May.",
        "The novel asks in passing, and shows, what it means to be old in a city.",
        "Nothing indicated that the pump had failed before Monday.",
        "When buying a lamp, consider how it will look in a small room.",
        "Purpose\nKnowing what the room is for will help you choose.",
    ],
)
def test_what_nobody_says_is_no_quote_however_it_is_put(body: str) -> None:
    assert quotes(body) == ()


def test_a_line_in_marks_between_paragraphs_is_a_heading() -> None:
    body = "Marta Lind left early on Monday.\n“We build with haste”\nThe bridge was late."
    assert quotes(body, "Marta Lind") == ()


@pytest.mark.parametrize(
    "behind",
    [
        "Marta Lind, head of Stova, a small bridge building firm in Norway told the council.",
        "Marta Lind, the engineer of the port, a member of the board, said.",
    ],
)
def test_who_is_named_behind_a_quotation_speaks_however_long_the_description(behind: str) -> None:
    (quote,) = quotes(f"“It is rare that a bridge moves,” {behind}", "Marta Lind")
    assert quote.speaker is not None
    assert quote.speaker.name == "Marta Lind"


def test_whose_words_a_colon_introduces_is_the_speaker() -> None:
    (quote,) = quotes("Here is how bad it got in the words of the engineer: “Nobody could cross it for a week.”")
    assert quote.speaker is not None
    assert quote.speaker.text == "the engineer"


def test_a_paper_is_not_the_person_who_is_named_behind_its_comma() -> None:
    # Given a paper that is known as one
    body = "According to the Harbour Post, Marta Lind, an adviser to the port, said that the bridge would open in May."
    at = body.index("Harbour Post")
    mention = Mention(begin=at, end=at + len("Harbour Post"), text="Harbour Post")
    paper = Entity(type="ORG", name="Harbour Post", mentions=(mention,))
    known = Enrichment(language=ENGLISH, entities=(*persons(body, "Marta Lind"), paper))
    # When
    found = QuotesEnricher().enrich(analysis_of(Document(body)), known).quotes
    # Then
    speakers = {quote.speaker.text: quote.speaker.name for quote in found if quote.speaker}
    assert speakers == {"the Harbour Post": "Harbour Post", "Marta Lind": "Marta Lind"}
