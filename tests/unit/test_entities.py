"""Names are found where they stand, typed by what they name, and put together where they name the same."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enricher.composer import analysis_of
from enricher.entities.entities import EntitiesEnricher
from enricher.places.gazetteer import Gazetteer
from enricher.ports import Document, NotApplicableError
from newsdesk.contracts import SURE, Enrichment, Entity, Language

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = Enrichment(language=Language(code="en", confidence=1.0))

STORY = """Mayor Ilse Brandt reopened the Harbour Bridge in Wendlitz on Friday. "It took too long," Brandt said.

The Wendlitz Port Authority (WPA) had closed it in May. WPA engineer Dr. Tomás Oliveira told Reuters that the steel
came from Poland and Mali. Oliveira's team checked every bolt, and Oliveira left for the U.S. on Sunday.
"""


def weight_of_some_places(name: str) -> float:
    return {"Mali": 4.5, "Poland": 4.5, "U.S.": 4.5, "Niger": 4.5, "Wendlitz": 1.2}.get(name, 0.0)


def entities(body: str, headline: str | None = None) -> tuple[Entity, ...]:
    return EntitiesEnricher(weight_of_some_places).enrich(analysis_of(Document(body, headline)), ENGLISH).entities


@cache
def story() -> dict[str, Entity]:
    return {entity.name: entity for entity in entities(STORY, "Wendlitz has its bridge back")}


def texts(entity: Entity) -> list[str]:
    return [mention.text for mention in entity.mentions]


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("Ilse Brandt", "PERSON"),
        ("Tomás Oliveira", "PERSON"),
        ("Wendlitz Port Authority", "ORG"),
        ("Reuters", "ORG"),
        ("Wendlitz", "PLACE"),
        ("Mali", "PLACE"),
        ("U.S.", "PLACE"),
    ],
)
def test_a_name_is_typed(name: str, type_: str) -> None:
    assert story()[name].type == type_


def test_a_surname_is_a_mention_of_the_person() -> None:
    assert texts(story()["Ilse Brandt"]) == ["Ilse Brandt", "Brandt"]
    assert texts(story()["Tomás Oliveira"]) == ["Tomás Oliveira", "Oliveira", "Oliveira"]


def test_an_acronym_is_a_mention_of_its_long_form() -> None:
    assert texts(story()["Wendlitz Port Authority"]) == ["Wendlitz Port Authority", "WPA", "WPA"]


def test_a_title_is_kept_apart_from_the_name() -> None:
    assert story()["Ilse Brandt"].title == "Mayor"
    assert story()["Tomás Oliveira"].title == "Dr."
    assert story()["Reuters"].title is None


def test_possessives_and_articles_stay_outside() -> None:
    found = {mention for entity in entities("The Senate backed Ilse Brandt's plan.") for mention in texts(entity)}
    assert found == {"Senate", "Ilse Brandt"}


def test_mentions_of_an_entity_are_in_order_and_overlap_no_other() -> None:
    spans = sorted((mention.begin, mention.end) for entity in story().values() for mention in entity.mentions)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    for entity in story().values():
        begins = [mention.begin for mention in entity.mentions]
        assert begins == sorted(begins)


def test_the_headline_frequency_and_position_make_an_entity_salient() -> None:
    salience = [entity.salience or 0.0 for entity in story().values()]
    assert salience == sorted(salience, reverse=True)
    assert (story()["Wendlitz"].salience or 0) > (story()["Mali"].salience or 0)


def test_countries_that_look_like_names_of_people_are_places() -> None:
    found = {
        entity.name: entity.type for entity in entities("Niger and Mali cut their ties, and Mali's junta said so.")
    }
    assert found == {"Niger": "PLACE", "Mali": "PLACE"}


def test_the_place_in_a_compound_is_a_mention() -> None:
    found = entities("The army used U.S.-supplied weapons.")
    assert [(entity.type, texts(entity)) for entity in found] == [("PLACE", ["U.S."])]


def test_the_party_of_a_lawmaker_is_no_part_of_the_state() -> None:
    found = entities("Sen. Jane Roe (R-Utah) said no.")
    assert [(entity.type, texts(entity), entity.title) for entity in found] == [
        ("PERSON", ["Jane Roe"], "Sen."),
        ("PLACE", ["Utah"], None),
    ]


def test_a_capitalised_article_within_a_sentence_is_part_of_an_organisations_name() -> None:
    assert texts(entities("She was hired by The Lakes Company in May.")[0]) == ["The Lakes Company"]


@pytest.mark.parametrize("era", ["300 B.C.", "44 BC", "the third century B.C.", "A.D. 70", "79 AD"])
def test_an_era_is_no_name(era: str) -> None:
    assert entities(f"The pot dates from {era} and came from the river.") == ()


def test_a_province_is_no_era() -> None:
    assert "B.C." in {
        mention.text for entity in entities("He left Vancouver, B.C., in May.") for mention in entity.mentions
    }


def test_adjectives_of_nationality_are_no_places() -> None:
    assert entities("Polish engineers met German students.") == ()


def test_the_office_between_an_organisation_and_a_name_belongs_to_neither() -> None:
    found = {entity.name: entity for entity in entities("Baltic Institute Fellow Mark Petersen wonders why.")}
    assert found["Baltic Institute"].type == "ORG"
    assert found["Mark Petersen"].title == "Fellow"


def test_an_organisation_whose_name_begins_like_a_persons_is_none() -> None:
    # Given first words that are given names, too, and offices behind the organisations
    for body in (
        "Victoria Institute Harbour Research Fellow Ilse Brandt spoke.",
        "Ilse Brandt, a Quentin Institute Harbour Research Fellow, spoke.",
    ):
        # When / Then
        found = entities(body)
        assert [entity.name for entity in found if entity.type == "PERSON"] == ["Ilse Brandt"]
        assert [" Institute" in entity.name for entity in found if entity.type == "ORG"] == [True]


def test_a_title_by_itself_is_nobody() -> None:
    body = "“No, Madam,” she said. “Yes, Madam Chair,” Ilse Brandt said."
    assert [entity.name for entity in entities(body) if entity.type == "PERSON"] == ["Ilse Brandt"]


def test_a_region_of_several_words_is_no_person() -> None:
    def weight(name: str) -> float:
        return 4.0 if name == "Victoria Garland" else 0.0

    body = "Victoria Garland accused the court of delay. Victoria Garland said it had written to Ilse Brandt."
    found = EntitiesEnricher(weight).enrich(analysis_of(Document(body)), ENGLISH).entities
    assert {entity.name: entity.type for entity in found} == {"Victoria Garland": "PLACE", "Ilse Brandt": "PERSON"}


def test_an_oblast_bears_its_capitals_name_and_another_countrys_region_its_own() -> None:
    gazetteer = Gazetteer.default()
    body = "Shells fell on the Belgorod region and on Belgorod. Rain fell on the Hamburg region."
    found = (
        EntitiesEnricher(gazetteer.weight, gazetteer.has_oblast).enrich(analysis_of(Document(body)), ENGLISH).entities
    )
    assert [entity.name for entity in found] == ["Belgorod region", "Belgorod", "Hamburg"]


def test_who_writes_in_a_publication_is_not_in_a_place() -> None:
    body = "The war goes on, Ilse Brandt wrote this week in QX. Prices rise in Poland, Ilse Brandt said."
    assert {e.name: e.type for e in entities(body)} == {"Ilse Brandt": "PERSON", "QX": "ORG", "Poland": "PLACE"}


def with_gazetteer(body: str) -> dict[str, str]:
    gazetteer = Gazetteer.default()
    found = (
        EntitiesEnricher(gazetteer.weight, gazetteer.has_oblast).enrich(analysis_of(Document(body)), ENGLISH).entities
    )
    return {entity.name: entity.type for entity in found}


def test_a_person_named_like_a_country_stays_one_though_places_are_named() -> None:
    # Given a person of a country's name, in a text that names places
    body = (
        "Michael Jordan was born in New York and went to school in North Carolina. On Monday he flew to Georgia to "
        "open a school. Jordan said he loved the state and would be back soon with his family."
    )
    # When / Then
    found = EntitiesEnricher(Gazetteer.default().weight).enrich(analysis_of(Document(body)), ENGLISH).entities
    assert [texts(entity) for entity in found if "Jordan" in entity.name] == [["Michael Jordan", "Jordan"]]


def test_a_company_named_like_a_place_is_whole_before_an_office_too() -> None:
    body = "Norfolk Southern Chief Executive Mark George said it would grow. Norfolk Southern shares rose."
    assert with_gazetteer(body) == {"Norfolk Southern": "ORG", "Mark George": "PERSON"}


def test_a_point_of_the_compass_may_be_a_surname() -> None:
    body = "A spokeswoman for Union Pacific, Kristen South, disputed the figures on Monday."
    assert with_gazetteer(body)["Kristen South"] == "PERSON"


def test_a_storm_is_an_event() -> None:
    found = with_gazetteer("Hurricane Helena made landfall in Florida. Typhoon Mirna hit Manila.")
    assert (found["Hurricane Helena"], found["Typhoon Mirna"]) == ("EVENT", "EVENT")


def test_a_team_that_the_model_passes_over_is_an_organisation() -> None:
    assert with_gazetteer("The Lakers beat the Celtics on Sunday.") == {"Lakers": "ORG", "Celtics": "ORG"}


def test_what_somebody_is_by_nationality_is_no_name() -> None:
    assert with_gazetteer("The Spaniard won the final in three sets.") == {}


def test_other_languages_are_left_alone() -> None:
    with pytest.raises(NotApplicableError):
        EntitiesEnricher().enrich(analysis_of(Document("Die Brücke ist offen.")), Enrichment())


ANY_TEXT = st.text(max_size=200)
NAMES_AMONG_ANYTHING = st.lists(
    st.sampled_from(
        ["Ilse Brandt", "the WPA", "Mr.", "’s", "U.S.-based", "\n", "🇺🇦", "İstanbul", "Brandt", ", ", " of "]
    )
    | st.text(max_size=12),
    max_size=25,
).map(" ".join)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(ANY_TEXT | NAMES_AMONG_ANYTHING)
def test_offsets_point_at_the_text_they_name(body: str) -> None:
    for entity in entities(body, body[:20]):
        assert entity.name
        assert entity.salience is not None
        for mention in entity.mentions:
            assert body[mention.begin : mention.end] == mention.text
            assert mention.text.strip() == mention.text


def test_a_name_that_much_speaks_for_is_surer_than_one_that_little_speaks_for() -> None:
    # Given a title, a given name and a verb of saying; and a word that nothing tells anything of
    sure = {entity.name: entity.confidence for entity in entities("Mayor Ilse Brandt said so. They waited for Vexo.")}
    assert 0 < (sure["Vexo"] or 0) < 0.8 < (sure["Ilse Brandt"] or 0) <= 1


def test_an_event_that_its_name_says_is_surer_than_something_else() -> None:
    found = {e.name: e for e in entities("Hurricane Katrina hit the coast. The ferry Margaret Ann sank.")}
    storm, ferry = found["Hurricane Katrina"].confidence, found["Margaret Ann"].confidence
    assert storm is not None
    assert ferry is not None
    assert storm >= SURE > ferry


def types_in(body: str) -> dict[str, str]:
    found = EntitiesEnricher(Gazetteer.default().weight).enrich(analysis_of(Document(body)), ENGLISH)
    return {entity.name: entity.type for entity in found.entities}


@pytest.mark.parametrize("body", ["Sail away from the safe harbour.", "Cons\nPoor battery life and a dull screen."])
def test_a_common_word_that_opens_a_sentence_or_a_heading_is_nobody(body: str) -> None:
    assert types_in(body) == {}


@pytest.mark.parametrize("name", ["Crispy Pizza", "Chocolate Peppermint Granola", "Half Dome"])
def test_a_name_of_common_words_is_no_person(name: str) -> None:
    assert "PERSON" not in types_in(f"The shop sold {name} and other things on Friday.").values()


@pytest.mark.parametrize("name", ["Grace Hunter", "Mark Rice"])
def test_a_given_name_or_a_surname_may_be_a_common_word(name: str) -> None:
    assert types_in(f"{name} said so on Friday.") == {name: "PERSON"}


def test_a_state_that_speaks_is_no_person() -> None:
    assert types_in("Tamil Nadu said so. Tamil Nadu, which wants a board, accused them.") == {"Tamil Nadu": "PLACE"}


def test_a_surname_like_a_country_is_the_persons_whose_full_name_the_text_gives() -> None:
    body = "The reporter Bill Holland was there. Holland covered the case for years, and Holland recalled it well."
    assert types_in(body) == {"Bill Holland": "PERSON"}


def test_the_capital_and_its_district_are_one_place() -> None:
    assert types_in("They met in Washington, D.C., on Friday.") == {"Washington, D.C.": "PLACE"}


def test_a_name_ends_before_brackets_that_it_does_not_close() -> None:
    found = types_in("It comes as the Chartered Institute of Building (CIOB) and the Institute (CIOB) say so.")
    assert not any("(" in name for name in found)


def test_a_family_name_that_looks_like_a_number_is_of_the_person() -> None:
    assert types_in("President Xi Jinping spoke. Xi said that the reform would go on.") == {"Xi Jinping": "PERSON"}


TOWNS = {"Bologna": 2.2, "Udinese": 0.0, "Cardiff": 2.2, "Bari": 2.2, "Boston": 2.2, "Chicago": 3.0, "Fresno": 2.2}


def typed(body: str) -> dict[str, str]:
    """Return the names of a text and their types, in a world of few places."""
    countries = dict.fromkeys(("Germany", "Portugal", "Trinidad and Tobago", "French Guiana"), 4.5)
    gazetteer = TOWNS | countries | {"Austin": 2.2, "Texas": 4.0}
    enricher = EntitiesEnricher(lambda name: gazetteer.get(name, 0.0))
    found = enricher.enrich(analysis_of(Document(body)), ENGLISH).entities
    return {mention.text: entity.type for entity in found for mention in entity.mentions}


@pytest.mark.parametrize(
    ("body", "name", "type_"),
    [
        ("Marco Tellini scored twice as Bologna beat Udinese 3-1 on Sunday.", "Bologna", "ORG"),
        ("He made his debut in a 2-0 win over Cardiff in August.", "Cardiff", "ORG"),
        ("She played for Bari before she retired.", "Bari", "ORG"),
        ("He was born in Bari, a city by the sea.", "Bari", "PLACE"),
        ("Boston defeated Chicago 5-3 after he homered in the ninth inning.", "Chicago", "ORG"),
        ("The team checked every bolt, and she left for Boston on Sunday.", "Boston", "PLACE"),
        ("Germany beat Portugal 2-1 in the final.", "Portugal", "PLACE"),
        ("Results on Sunday:\nLahti 1 Jazz Pori 0", "Jazz Pori", "ORG"),
        ("The Fresno Bee reported on Monday that the plant would close.", "Fresno Bee", "ORG"),
    ],
)
def test_clubs_and_papers_named_by_their_town_are_no_towns(body: str, name: str, type_: str) -> None:
    assert typed(body)[name] == type_


@pytest.mark.parametrize(
    ("body", "name", "type_"),
    [
        ("She spoke in Stow-on-the-Wold on Friday.", "Stow-on-the-Wold", "PLACE"),
        ("The forces of Laurent-Désiré Moke moved north.", "Laurent-Désiré Moke", "PERSON"),
        ("Researchers at King Abdulaziz University agreed.", "King Abdulaziz University", "ORG"),
        ("She taught at the University of Texas at Austin.", "University of Texas at Austin", "ORG"),
        ("He led the Bureau of Alcohol, Tobacco and Firearms.", "Bureau of Alcohol, Tobacco and Firearms", "ORG"),
        ("He left the Justice and Truth Alliance in May.", "Justice and Truth Alliance", "ORG"),
        ("The Workers' Party of Belgium won a seat.", "Workers' Party of Belgium", "ORG"),
        ("The wedding was at St James's Church on Friday.", "St James's Church", "ORG"),
        ("Trinidad and Tobago abstained.", "Trinidad and Tobago", "PLACE"),
        ("The road crosses U.S. Route 41 near the mill.", "U.S. Route 41", "PLACE"),
        ("Lieutenant-General Ivor Stamp spoke.", "Ivor Stamp", "PERSON"),
    ],
)
def test_a_name_is_whole(body: str, name: str, type_: str) -> None:
    assert typed(body)[name] == type_


@pytest.mark.parametrize(
    ("body", "name", "type_"),
    [
        ("The contractor, Ansell Marine, was paid in advance.", "Ansell Marine", "ORG"),
        ("Her company, Hollis Grant, makes valves.", "Hollis Grant", "ORG"),
        ("Walter Moffat, a bakery in the old town, employs ten people.", "Walter Moffat", "ORG"),
        ("The band Ruby Warren played at the fair.", "Ruby Warren", "ORG"),
        ("The café, Dolly's, has been there since 1950.", "Dolly's", "ORG"),
        ("The charity Emma's Kitchen feeds 400 people a day.", "Emma's Kitchen", "ORG"),
        ("The ferry Margaret Ann was built in 1950.", "Margaret Ann", "OTHER"),
        ("The school that Ruby Warren attended closed in June.", "Ruby Warren", "PERSON"),
        ("The contractor, Ellen Grant, was paid in advance.", "Ellen Grant", "PERSON"),
    ],
)
def test_a_noun_beside_a_name_says_what_it_is(body: str, name: str, type_: str) -> None:
    assert typed(body)[name] == type_


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Texas Governor John Philips agreed.", {"Texas": "PLACE", "John Philips": "PERSON"}),
        ("Labour MP Joan Whitty asked him.", {"Labour": "ORG", "Joan Whitty": "PERSON"}),
        ("They asked Defence Secretary Mark Tolland.", {"Mark Tolland": "PERSON"}),
        ("Crossing Lake Erie takes a day.", {"Lake Erie": "PLACE"}),
        ("Starring Pip Dunne, the series ran for years.", {"Pip Dunne": "PERSON"}),
        ("MAYOR ELLEN BURKE QUITS AFTER LONG FIGHT\nIt was late.", {"ELLEN BURKE": "PERSON"}),
    ],
)
def test_offices_and_the_words_of_headings_are_no_part_of_a_name(body: str, found: dict[str, str]) -> None:
    assert typed(body) == found


def test_a_plural_behind_a_list_says_what_it_lists() -> None:
    found = typed("It covers all or part of Marion, Boone, Hancock, Hamilton and Shelby counties.")
    assert found == dict.fromkeys(("Marion", "Boone", "Hancock", "Hamilton", "Shelby"), "PLACE")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Kitchen Renovation Costs\nThe mill is old.", {}),
        ("Known for its bread, the mill draws a crowd.", {}),
        ("Specializing in bread, the mill draws a crowd.", {}),
        ("It takes months • Manage your files • Enhance your photos.", {}),
        ("She moved to French Guiana in May.", {"French Guiana": "PLACE"}),
        ("They met at the Solomon R. Guggenheim Museum in May.", {"Solomon R. Guggenheim Museum": "PLACE"}),
        ("He insured it at Lloyd's of London.", {"Lloyd's of London": "ORG"}),
        ("Owners of the Café Élan agreed.", {"Café Élan": "ORG"}),
        ("There was a recovery on Little Skerry.", {"Little Skerry": "PLACE"}),
    ],
)
def test_words_with_a_capital_alone_are_no_names(body: str, found: dict[str, str]) -> None:
    assert typed(body) == found


def test_a_dash_between_spaces_parts_a_name_from_what_is_said_of_it() -> None:
    line = "{} Food Shuttle - Volunteers pack food for the poor."
    found = typed("\n".join(line.format(town) for town in ("Boston", "Chicago", "Fresno", "Bari")))
    assert not any("Volunteers" in name for name in found)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (
            "Coins of the Royal Mint of Weights and Measures, he said. The Royal Mint of Weights and Measures moved.",
            {"Royal Mint of Weights and Measures": "ORG"},
        ),
        (
            "The AU Peace Council met in May. Former Peace Council members wrote to the AU Peace Council.",
            {"AU Peace Council": "ORG", "Peace Council": "ORG"},
        ),
        ("It went to the European Court of Justice in May.", {"European Court of Justice": "ORG"}),
        ("It was noted by the NTA Office of Inspector General on Friday.", {"NTA Office of Inspector General": "ORG"}),
        ("She told Secretary of State Ellen Burke in May.", {"Ellen Burke": "PERSON"}),
        ("The paper blamed Minister of Defence Karl Hauser.", {"Karl Hauser": "PERSON"}),
    ],
)
def test_a_name_is_as_long_as_the_text_has_it_elsewhere(body: str, found: dict[str, str]) -> None:
    assert typed(body) == found


def test_a_name_without_whose_it_is_means_the_same() -> None:
    body = (
        "The Department of Rural Affairs paid. Rural Affairs said so, and the EU Fishing Council agreed. "
        "The Fishing Council met."
    )
    assert {name: entity.name for entity in entities(body) for name in texts(entity)} == {
        "Department of Rural Affairs": "Department of Rural Affairs",
        "Rural Affairs": "Department of Rural Affairs",
        "EU Fishing Council": "EU Fishing Council",
        "Fishing Council": "EU Fishing Council",
    }


@pytest.mark.parametrize(
    "body",
    [
        "Heat pumps need a coefficient of performance (COP). The COP fell, and a higher COP helps.",
        "Those with chronic kidney disease (CKD) are told early. CKD has no cure.",
        "Every learning management system (LMS) is slow, and most LMSs are dear.",
        "They drew with them in Group D, and Group F is open.",
        "See Table 3 and Figure 2 for more.",
        "She said “So it is going to be a long night” twice.",
    ],
)
def test_what_is_written_like_a_name_may_be_none(body: str) -> None:
    assert typed(body) == {}


def test_an_acronym_of_a_name_is_one() -> None:
    assert typed("The Rural Housing Fund (RHF) paid, and RHF rents fell.") == {
        "Rural Housing Fund": "ORG",
        "RHF": "ORG",
    }


@pytest.mark.parametrize(
    "event", ["Harwood Cup", "Carter Cup", "Nordic Championships", "Great Depression", "Tour Finals"]
)
def test_what_a_name_ends_in_may_say_that_it_happens(event: str) -> None:
    assert typed(f"They met again after the {event} in May.") == {event: "EVENT"}


def test_a_heading_makes_no_names_of_common_words() -> None:
    headings = ("6). Hoard With Purpose", "7). Repair & Maintenance", "Emergency-Ready Cabinets")
    body = "\n".join(f"{heading}\nMany pay for it." for heading in headings)
    assert typed(body) == {}


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("She swam the Channel twice, and the Channel was cold.", "Channel"),
        ("Oil from the Gulf is dear this year.", "Gulf"),
        ("Ships pass the Strait every day.", "Strait"),
    ],
)
def test_water_and_land_may_be_named_by_what_they_are(body: str, name: str) -> None:
    assert typed(body) == {name: "PLACE"}


def test_a_single_name_has_one_type() -> None:
    body = (
        "Experts at the blog Coinfolio counted them. Buyers pay more, according to Coinfolio. "
        "Coinfolio, they say, errs."
    )
    assert len({entity.type for entity in entities(body)}) == 1
