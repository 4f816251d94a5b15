"""Words that tell what a name names: given names and surnames, titles, heads of organisations and of places, roles.

Comes in: a word. Goes out: what it is evidence of. The lists of ``names.toml`` are of our own writing.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from enricher.text import given_names as listed_given_names
from enricher.text import read_word_lists
from enricher.text import surnames as listed_surnames


@cache
def given_names() -> frozenset[str]:
    """Return given names of some eighty countries, and more that are met in news."""
    return listed_given_names() | _MORE_GIVEN_NAMES


def surnames() -> frozenset[str]:
    """Return surnames of some eighty countries."""
    return listed_surnames()


_LISTS = read_word_lists(Path(__file__).with_name("names.toml"))

_MORE_GIVEN_NAMES = _LISTS["more_given_names"]

TITLES = _LISTS["titles"]

TITLE_PREFIXES = _LISTS["title_prefixes"]

PERSON_PARTICLES = _LISTS["person_particles"]

GENERATIONS = _LISTS["generations"]

ORGANISATION_HEADS = _LISTS["organisation_heads"]

CLUB_OPENINGS = _LISTS["club_openings"]

COMPANY_SUFFIXES = _LISTS["company_suffixes"]

PLACE_HEADS = _LISTS["place_heads"]

NUMBERED_ROADS = _LISTS["numbered_roads"]

PLACE_OPENINGS = _LISTS["place_openings"]

STORMS = _LISTS["storms"]

SIZES_OF_PLACES = _LISTS["sizes_of_places"]
"""Little Dalby, Great Yarmouth."""

VENUES = _LISTS["venues"]
"""What stands before the name of a place where people eat: Café Élan."""

COMPASS = _LISTS["compass"]

ORGANISATION_NOUNS = _LISTS["organisation_nouns"]

PLACE_NOUNS = _LISTS["place_nouns"]

PERSON_NOUNS = _LISTS["person_nouns"]

PERSON_VERBS = _LISTS["person_verbs"]

ORGANISATION_VERBS = _LISTS["organisation_verbs"]

ELECTING_VERBS = _LISTS["electing_verbs"]

JOINING_VERBS = _LISTS["joining_verbs"]

TEAM_WORDS = _LISTS["team_words"]

FOLLOWING_PLACE = _LISTS["following_place"]

FOLLOWING_PERSON = _LISTS["following_person"]

PLACE_ENDINGS = tuple(sorted(_LISTS["place_endings"]))

PERSON_ENDINGS = tuple(sorted(_LISTS["person_endings"]))

PLACE_PREPOSITIONS = {
    "in": 1.9, "near": 2.0, "throughout": 2.0, "across": 1.5, "around": 1.0, "outside": 1.6, "inside": 1.6,
    "within": 1.2, "into": 1.2, "at": 0.6, "from": 0.7, "to": 0.5, "towards": 0.7, "toward": 0.7, "between": 0.3,
    "north": 2.0, "south": 2.0, "east": 2.0, "west": 2.0, "via": 1.0, "through": 0.8, "off": 1.0, "onto": 0.5,
    "over": 0.2, "along": 1.2, "downtown": 2.0, "central": 1.5, "beyond": 0.6, "of": 0.2,
}  # fmt: skip

PERSON_PREPOSITIONS = {"by": 0.6, "with": 0.4, "against": 0.0, "after": 0.2, "for": 0.0}

ORGANISATION_PREPOSITIONS = {"against": 0.9, "for": 0.7, "by": 0.3, "with": 0.3, "at": 0.2, "over": 0.5}

MATCH_VERBS = _LISTS["match_verbs"]

MATCH_NOUNS = _LISTS["match_nouns"]

MOVING_VERBS = _LISTS["moving_verbs"]

PLAYING_NOUNS = _LISTS["playing_nouns"]

THING_NOUNS = _LISTS["thing_nouns"]
"""Ships, works and the like, which have names as persons have."""

BUSINESS_ROLES = _LISTS["business_roles"]
"""What a company is as often as a person."""

PAPER_WORDS = _LISTS["paper_words"]
"""Last words of newspapers that are named by their town."""

SPORT_NOUNS = _LISTS["sport_nouns"]

WEAK_SPORT_NOUNS = _LISTS["weak_sport_nouns"]
"""Those that other texts have, too: only two of them tell of sport."""

REGIONS = _LISTS["regions"]
"""Historical countries, regions, seas and rivers that lists of cities and countries leave out."""

ORGANISATIONS = _LISTS["organisations"]
"""Widely known agencies, media, companies, bodies of state, parties and movements that their words do not give away."""

HEADS_WITH_COMPLEMENTS = _LISTS["heads_with_complements"]

OFFICES = _LISTS["offices"]

AUTHORS_VERBS = _LISTS["authors_verbs"]
"""Behind which a name after "in" is more often of what it was written in than of where."""

OBLASTS = _LISTS["oblasts"]

EVENT_HEADS = _LISTS["event_heads"]

LONE_PLACES = _LISTS["lone_places"]
"""The Channel, the Gulf."""

NUMBERED = _LISTS["numbered"]
"""What a number or a letter tells apart, and no name: Group C."""

HEADS_ANYWHERE = _LISTS["heads_anywhere"]

MEMBERSHIP_NOUNS = _LISTS["membership_nouns"]

RULE_AND_DIRECTION_NOUNS = _LISTS["rule_and_direction_nouns"]

FAMILY_NOUNS = _LISTS["family_nouns"]

PARTY_WORDS = _LISTS["party_words"]

NOT_NAMES = _LISTS["not_names"]
