"""Places are linked to what they are, by what else the text names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enricher.composer import analysis_of
from enricher.places import Gazetteer
from enricher.places.places import PlacesEnricher
from enricher.ports import Document, NotApplicableError
from newsdesk.contracts import Enrichment, Entity, Language, Mention

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = Language(code="en", confidence=1.0)
ENRICHER = PlacesEnricher(Gazetteer.default())


def entity(body: str, name: str, type_: str = "PLACE") -> Entity:
    begins = [found.start() for found in re.finditer(rf"{re.escape(name)}(?!\w)", body)]
    mentions = tuple(Mention(begin=at, end=at + len(name), text=name) for at in begins)
    return Entity.model_validate({"type": type_, "name": name, "mentions": mentions})


def placed(body: str, *names: str, **others: str) -> Enrichment:
    """Enrich a body whose places are the names, and whose other entities are given as ORG="...", PERSON="..."."""
    entities = [entity(body, name) for name in names] + [entity(body, name, type_) for type_, name in others.items()]
    return PlacesEnricher(Gazetteer.default()).enrich(
        analysis_of(Document(body)), Enrichment(language=ENGLISH, entities=tuple(entities))
    )


def countries_of(enrichment: Enrichment) -> dict[str, str | None]:
    return {entity.name: entity.geo.country if entity.geo else None for entity in enrichment.entities}


def weights(enrichment: Enrichment) -> dict[str, float]:
    return {country.iso2: country.weight for country in enrichment.countries}


def test_a_city_is_linked_to_geonames() -> None:
    (munich,) = placed("A fair opened in Munich.", "Munich").entities
    assert munich.geo is not None
    assert (munich.geo.country, munich.geo.geonameid) == ("DE", 2867714)
    assert munich.geo.lat == pytest.approx(48.14, abs=0.05)
    assert [(link.register_name, link.id) for link in munich.links] == [("GeoNames", "2867714")]


def test_a_country_is_linked_to_both_registers() -> None:
    (mali,) = placed("The rains came late to Mali.", "Mali").entities
    assert {(link.register_name, link.id) for link in mali.links} == {("GeoNames", "2453866"), ("ISO 3166", "ML")}


@pytest.mark.parametrize(
    ("body", "names", "name", "country"),
    [
        ("He moved to Paris.", ("Paris",), "Paris", "FR"),
        ("A U.S. envoy flew from Washington to Paris.", ("U.S.", "Washington", "Paris"), "Paris", "FR"),
        ("Ohio sold corn to Mexico; Dayton and Akron gain.", ("Ohio", "Mexico", "Dayton", "Akron"), "Mexico", "MX"),
        ("He moved to Paris, Texas.", ("Paris", "Texas"), "Paris", "US"),
        ("He moved to Paris, TX, in May.", ("Paris",), "Paris", "US"),
        ("He moved to Athens (Ga.) in May.", ("Athens", "Ga."), "Athens", "US"),
        ("He moved to London, Ont., in May.", ("London", "Ont."), "London", "CA"),
        ("From Tbilisi to Batumi all Georgia voted.", ("Tbilisi", "Batumi", "Georgia"), "Georgia", "GE"),
        ("From Atlanta to Savannah, Georgia voted.", ("Atlanta", "Savannah", "Georgia"), "Georgia", "US"),
        ("Ohio's troopers closed a road near Lima; Toledo helped.", ("Ohio", "Lima", "Toledo"), "Toledo", "US"),
    ],
)
def test_a_name_of_several_places_means_what_its_text_speaks_for(
    body: str, names: tuple[str, ...], name: str, country: str
) -> None:
    assert countries_of(placed(body, *names))[name] == country


@pytest.mark.parametrize(
    ("body", "names", "name", "geonameid"),
    [
        ("DOHA (Reuters) - Envoys of Egypt met those of Israel.", ("DOHA", "Egypt", "Israel"), "DOHA", 290030),
        ("ROME — He won on Sunday and goes to Paris.", ("ROME", "Paris"), "ROME", 3169070),
        ("MALI, Nov 20 - It rained in Paris.", ("MALI", "Paris"), "MALI", 2453866),
    ],
)
def test_four_letters_in_capitals_may_be_a_town_or_a_country(
    body: str, names: tuple[str, ...], name: str, geonameid: int
) -> None:
    found = {entity.name: entity.geo for entity in placed(body, *names).entities}[name]
    assert found is not None
    assert found.geonameid == geonameid


def test_an_acronym_of_a_country_is_one_in_capitals_alone() -> None:
    assert countries_of(placed("Fighting went on in the CAR.", "CAR")) == {"CAR": "CF"}
    assert countries_of(placed("She rented from National Car Rental.", "Car")) == {"Car": None}
    assert Gazetteer.default().weight("Car") == 0


def test_who_speaks_under_the_name_of_a_people_is_a_person() -> None:
    assert placed("“We waited,” French said. “No,” said German.").countries == ()
    assert set(weights(placed("The French said no. Many Danish said yes, the Swiss said no."))) == {"FR", "DK", "CH"}


def test_a_language_among_languages_is_no_country() -> None:
    found = placed("You pick a language such as Danish, English or French. The Danish capital is far.")
    assert set(countries_of(found).values()) == {"DK"}


def test_an_acronym_inside_a_name_is_no_town() -> None:
    assert placed("The KOBE IN TOWN show closed.", "KOBE IN TOWN").entities[0].geo is None


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Democratic Republic of Congo", "CD"),
        ("Democratic Republic of the Congo", "CD"),
        ("Republic of Congo", "CG"),
        ("Former Republic of Congo", "CD"),
        ("Democratic People's Republic of Korea", "KP"),
        ("Republic of Korea", "KR"),
        ("Socialist Republic of Vietnam", "VN"),
    ],
)
def test_a_state_is_known_by_its_full_name(name: str, country: str) -> None:
    assert weights(placed(f"The {name} signed.", name)) == {country: 1.0}


@pytest.mark.parametrize(
    ("name", "country", "geonameid"),
    [
        ("Geneva", "CH", 2660646),
        ("Tel Aviv", "IL", 293397),
        ("Basra", "IQ", 99532),
        ("Donetsk", "UA", 709717),
        ("Ulaanbaatar", "MN", 2028462),
        ("Valencia", "ES", 2509954),
        ("Newcastle", "GB", 2641673),
        ("Gaza City", "PS", 281133),
        ("Hanover", "DE", 2910831),
        ("Londonderry", "GB", 2643736),
        ("Hodeidah", "YE", 79415),
        ("Nur-Sultan", "KZ", 1526273),
        ("Łódź", "PL", 3093133),
        ("Oklahoma", "US", 4544379),
        ("Quebec", "CA", None),
    ],
)
def test_a_name_alone_means_the_best_known_place_of_that_name(name: str, country: str, geonameid: int | None) -> None:
    geo = placed(f"They met in {name} on Monday.", name).entities[0].geo
    assert geo is not None
    assert (geo.country, geo.geonameid) == (country, geonameid)


def test_a_region_stays_one_behind_the_comma_of_a_town() -> None:
    town = placed("They met in Carouge, Geneva.", "Carouge", "Geneva").entities[0]
    assert town.geo is not None
    assert town.geo.country == "CH"


def test_a_continent_is_linked_and_lies_in_no_country() -> None:
    (africa,) = placed("It rained all over Africa.", "Africa").entities
    assert [(link.register_name, link.id) for link in africa.links] == [("GeoNames", "6255146")]
    assert africa.geo is None


def test_one_name_for_two_places_becomes_two_entities() -> None:
    body = "Teams came from Springfield, Illinois, and Springfield, Missouri."
    towns = [
        entity
        for entity in placed(body, "Springfield", "Illinois", "Missouri").entities
        if entity.name == "Springfield"
    ]
    assert len({town.geo.geonameid for town in towns if town.geo}) == 2
    assert [len(town.mentions) for town in towns] == [1, 1]


def test_a_qualified_name_tells_what_the_bare_one_means() -> None:
    (paris, _) = placed("In Paris, Texas, it rained. Paris was wet.", "Paris", "Texas").entities
    assert paris.geo is not None
    assert paris.geo.country == "US"
    assert len(paris.mentions) == 2


@pytest.mark.parametrize("name", ["Black Sea", "Europe", "Danube", "Middle East", "Pacific Ocean"])
def test_what_belongs_to_no_country_has_none(name: str) -> None:
    enrichment = placed(f"Ships crossed to the {name}.", name)
    assert enrichment.entities[0].geo is None
    assert enrichment.countries == ()


def test_adjectives_and_peoples_speak_for_their_country_and_are_mentions_of_it() -> None:
    enrichment = placed("Peru and two Peruvian firms met. The Latin American market grew. Dutch traders left.", "Peru")
    peru, netherlands = enrichment.entities
    assert [mention.text for mention in peru.mentions] == ["Peru", "Peruvian"]
    assert [mention.text for mention in netherlands.mentions] == ["Dutch"]
    assert set(weights(enrichment)) == {"PE", "NL"}


def test_an_organisation_speaks_for_the_country_in_its_name_and_stays_what_it_is() -> None:
    enrichment = placed("The Bank of Japan waits.", ORG="Bank of Japan")
    (bank,) = enrichment.entities
    assert (bank.type, bank.geo, bank.links) == ("ORG", None, ())
    assert set(weights(enrichment)) == {"JP"}


def test_a_small_town_inside_a_name_speaks_for_no_country() -> None:
    assert placed("The Jericho Mountain Park opened.", "Jericho Mountain Park").countries == ()


def test_a_person_named_like_a_country_speaks_for_none() -> None:
    assert placed("Chad Jordan won.", PERSON="Chad Jordan").countries == ()


def test_countries_are_weighed_by_what_the_text_says_of_them() -> None:
    enrichment = placed("Kenya beat Chile. Kenya sang, and Nairobi danced.", "Kenya", "Chile", "Nairobi")
    assert [country.iso2 for country in enrichment.countries] == ["KE", "CL"]
    assert weights(enrichment) == {"KE": 0.75, "CL": 0.25}


def test_an_unknown_place_is_in_the_country_of_the_others_without_a_number() -> None:
    body = "Police searched Wexvort and drove to Chicago, Illinois."
    unknown = placed(body, "Wexvort", "Chicago", "Illinois").entities[0]
    assert unknown.geo is not None
    assert (unknown.geo.country, unknown.geo.geonameid, unknown.links) == ("US", None, ())


@pytest.mark.parametrize(
    "structure", ["West 11th Street", "Wexvort Hall", "Wexvort High School", "Highway 904", "Hotel Wexvort"]
)
@pytest.mark.parametrize(
    ("told", "places"), [("from Ivory Coast", ("Ivory Coast",)), ("from Lagos", ("Lagos",)), ("of Kenyan birth", ())]
)
def test_a_structure_is_not_where_a_single_other_name_is(structure: str, told: str, places: tuple[str, ...]) -> None:
    body = f"A dancer {told} was found near {structure} on Monday."
    assert countries_of(placed(body, structure, *places))[structure] is None


@pytest.mark.parametrize(
    "where",
    ["Wexvort Street in Chicago", "Wexvort Street, Chicago", "Wexvort Street in downtown Chicago"],
)
def test_a_structure_is_where_the_text_puts_it(where: str) -> None:
    body = f"A dancer of Kenya and Uganda fell on {where}."
    assert countries_of(placed(body, "Wexvort Street", "Kenya", "Uganda", "Chicago"))["Wexvort Street"] == "US"


def test_a_structure_is_in_the_country_that_several_names_speak_for() -> None:
    body = "Police closed Wexvort Hall. Cars drove by Chicago, and others by Boston."
    assert countries_of(placed(body, "Wexvort Hall", "Chicago", "Boston"))["Wexvort Hall"] == "US"


@pytest.mark.parametrize(("name", "people"), [("Marcus French", "French"), ("Ida English", "English")])
def test_a_surname_is_no_people(name: str, people: str) -> None:
    enrichment = placed(f"{name} closed the mine. {people} said that it would stay closed.", PERSON=name)
    assert enrichment.countries == ()
    (person,) = enrichment.entities
    assert [mention.text for mention in person.mentions] == [name, people]


def test_a_people_is_one_beside_a_person_who_is_named_like_it() -> None:
    enrichment = placed("Marcus French closed the mine. French officials were told.", PERSON="Marcus French")
    assert list(weights(enrichment)) == ["FR"]


def test_an_unknown_place_is_in_the_country_that_its_own_name_tells() -> None:
    body = "The envoy left Wexvort Tokyo for Chicago, Illinois, and Boston."
    unknown = placed(body, "Wexvort Tokyo", "Chicago", "Illinois", "Boston").entities[0]
    assert unknown.geo is not None
    assert (unknown.geo.country, unknown.geo.geonameid) == ("JP", None)


def test_a_city_is_meant_rather_than_the_state_of_its_name() -> None:
    (new_york,) = placed("It snowed in New York.", "New York").entities
    assert new_york.geo is not None
    assert new_york.geo.geonameid == 5128581


def test_an_unknown_place_among_no_others_is_nowhere() -> None:
    (street,) = placed("Police closed Wexvort Street.", "Wexvort Street").entities
    assert street.geo is None


def test_a_text_that_is_not_english_is_left_alone() -> None:
    german = Enrichment(language=Language(code="de", confidence=1.0))
    with pytest.raises(NotApplicableError):
        PlacesEnricher(Gazetteer.default()).enrich(analysis_of(Document("In München regnet es.")), german)


PIECES = st.sampled_from(
    [
        "Paris",
        ", ",
        "Texas",
        "U.S.",
        "Georgia",
        "Dutch",
        "South Korean",
        "(",
        ")",
        " ",
        "🌍",
        "Springfield",
        ", IL",
        "\n",
    ]
) | st.text(max_size=5)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(pieces=st.lists(PIECES, max_size=20), types=st.lists(st.sampled_from(["PLACE", "ORG", "PERSON"]), min_size=20))
def test_offsets_point_at_the_text_they_name_and_no_mention_is_lost(pieces: list[str], types: list[str]) -> None:
    # Given a body of pieces, each of which is an entity
    body, entities = "", []
    for piece, type_ in zip(pieces, types, strict=False):
        if piece.strip():
            mention = Mention(begin=len(body), end=len(body) + len(piece), text=piece)
            entities.append(Entity.model_validate({"type": type_, "name": piece, "mentions": (mention,)}))
        body += piece + " "
    # When its places are linked
    enrichment = PlacesEnricher(Gazetteer.default()).enrich(
        analysis_of(Document(body)), Enrichment(language=ENGLISH, entities=tuple(entities))
    )
    # Then
    mentions = [(entity.type, mention) for entity in enrichment.entities for mention in entity.mentions]
    assert all(body[mention.begin : mention.end] == mention.text for _, mention in mentions)
    assert {(entity.type, mention) for entity in entities for mention in entity.mentions} <= set(mentions)
    assert len(mentions) == len(set(mentions))


def mentions_of_places(enrichment: Enrichment) -> dict[str, list[str]]:
    places = [entity for entity in enrichment.entities if entity.type == "PLACE"]
    return {place.name: [mention.text for mention in place.mentions] for place in places}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("Licking County Sheriff's Office", "Licking County"),
        ("Slidell Police Department", "Slidell"),
        ("Ministry of Health of Peru", "Peru"),
        ("Supreme Court of Canada", "Canada"),
    ],
)
def test_a_public_bodys_name_mentions_the_place_that_it_is_responsible_for(body: str, place: str) -> None:
    enrichment = placed(f"The {body} said so.", ORG=body)
    (found,) = (entity for entity in enrichment.entities if entity.type == "PLACE")
    assert [mention.text for mention in found.mentions] == [place]
    assert found.geo is not None


def test_any_name_mentions_a_place_that_the_text_names_elsewhere_too() -> None:
    enrichment = placed("The Bank of Japan waits. A Japanese firm left.", ORG="Bank of Japan")
    assert mentions_of_places(enrichment) == {"Japan": ["Japan", "Japanese"]}


def test_a_teams_name_mentions_no_place() -> None:
    enrichment = placed("The Japan Orioles won. A Japanese firm left.", ORG="Japan Orioles")
    assert mentions_of_places(enrichment) == {"Japan": ["Japanese"]}


def test_a_department_of_the_nation_is_no_small_town() -> None:
    assert mentions_of_places(placed("The Commerce Ministry said so.", ORG="Commerce Ministry")) == {}


def test_a_street_is_not_where_it_is_named_after() -> None:
    assert countries_of(placed("A car stopped in London Road.", "London Road")) == {"London Road": None}


def test_a_hall_is_in_the_town_of_its_name() -> None:
    assert countries_of(placed("It was shown in Chicago Hall.", "Chicago Hall")) == {"Chicago Hall": "US"}


@pytest.mark.parametrize(
    "body", ["He shouted in Spanish.", "She learned to speak Portuguese.", "It was translated into Dutch."]
)
def test_a_language_is_no_country(body: str) -> None:
    assert placed(f"{body} The room was full.").countries == ()


@pytest.mark.parametrize("body", ["They sold it in Spanish towns.", "He met the Spanish.", "She knows many Dutch."])
def test_a_people_or_what_is_theirs_is_no_language(body: str) -> None:
    assert placed(f"{body} The room was full.").countries != ()


def test_a_capitals_former_name_is_rather_the_town_that_has_it_now() -> None:
    body = "The agents went to Salisbury, British police said."
    assert countries_of(placed(body, "Salisbury"))["Salisbury"] == "GB"


def test_a_large_country_is_no_village_of_the_state_that_the_text_is_about() -> None:
    body = "Mills in Augusta, Maine, Bangor, Maine and Portland, Maine, sell wood to China."
    names = ("Augusta", "Bangor", "Portland", "Maine", "China")
    assert countries_of(placed(body, *names))["China"] == "CN"


def test_an_ocean_is_no_county() -> None:
    body = "Storms on the Atlantic hit Trenton, New Jersey, and Newark, New Jersey."
    assert countries_of(placed(body, "Atlantic", "Trenton", "Newark", "New Jersey"))["Atlantic"] is None


def test_what_tells_the_kind_of_a_place_leaves_more_than_three_letters_of_its_name() -> None:
    assert countries_of(placed("They lost to Man City.", "Man City")) == {"Man City": None}


def located(body: str, *names: str, url: str | None = None, language: str | None = None) -> dict[str, str | None]:
    document = Document(body, url=url, declared_language=language)
    found = Enrichment(language=ENGLISH, entities=tuple(entity(body, name) for name in names))
    return countries_of(ENRICHER.enrich(analysis_of(document), found))


@pytest.mark.parametrize(
    ("url", "language", "country"),
    [
        ("https://paper.example.co.uk/a", None, "GB"),
        ("https://paper.example.co.za/a", "en-US", "ZA"),
        ("https://paper.example.com/a", "en_GB", "GB"),
        ("https://paper.example.com/a", "en-US", "US"),
        ("https://paper.example.io/a", None, "US"),
        (None, None, "US"),
    ],
)
def test_a_town_of_two_countries_is_rather_the_publishers(url: str | None, language: str | None, country: str) -> None:
    assert located("The council of Worcester met.", "Worcester", url=url, language=language) == {"Worcester": country}


def sureness_of(body: str, *names: str) -> dict[str, float | None]:
    return {entity.name: entity.geo.confidence if entity.geo else None for entity in placed(body, *names).entities}


def test_a_country_that_other_names_speak_for_is_surer() -> None:
    alone = sureness_of("It rained in Worcester.", "Worcester")["Worcester"]
    among_others = sureness_of("It rained in Worcester, Leeds and Exeter.", "Worcester", "Leeds", "Exeter")["Worcester"]
    assert alone is not None
    assert among_others is not None
    assert alone < among_others <= 1


def test_a_place_that_the_gazetteer_lacks_is_less_sure_than_those_that_put_it_there() -> None:
    sure = sureness_of("It rained in Leeds, Exeter and Wexvort.", "Leeds", "Exeter", "Wexvort")
    assert (sure["Wexvort"] or 1) < min(sure["Leeds"] or 0, sure["Exeter"] or 0)


def test_a_country_named_by_its_adjective_alone_has_a_confidence_too() -> None:
    (peru,) = placed("A Peruvian firm left.").entities
    assert peru.confidence is not None
    assert peru.geo is not None
    assert peru.geo.confidence == peru.confidence


@pytest.mark.parametrize("structure", ["Victoria Hospital", "Jordan's House", "Georgia Hall"])
def test_what_stands_in_a_town_is_named_after_somebody_rather_than_a_far_place(structure: str) -> None:
    body = f"A man was brought to {structure} in May."
    assert weights(placed(body, structure)) == {}
