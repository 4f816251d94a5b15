"""What each name of a text means: in rounds, each hearing what the others mean.

Comes in: the names. Goes out: a place for each, or none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import exp, log1p, log10

from enricher.places.candidates import find_candidates
from enricher.places.gazetteer import Gazetteer, Place
from enricher.places.place_names import PlaceName
from enricher.text import interpolated

_PRIOR = {"world": 13.0, "known": 8.0}
"""Weights of parts of the world and of well-known places; that of others is the power of ten of their people, and what
follows."""
_OF_A_COUNTRY = 2.5
_OF_A_CAPITAL = 3.0
_OF_A_MILLION = 1.5
_OF_A_REGION = 0.5
_OF_FAME = 0.5
"""The weight of a town's having a tenth of the spellings of the best known one of its name."""
_OF_AN_ALTERNATE_NAME = -2.0

_OF_ITS_COUNTRY = 5.0
"""The weight of all other names being in the same country."""
_OF_ITS_REGION = 2.0
_OF_A_QUALIFIER = 20.0
_OF_THE_PUBLISHERS_COUNTRY = 2.0
_OF_A_PUBLIC_BODY = 1.5
"""What is responsible for a place is rather named after one than after anything else."""
_LEAST_SCORE = 5.0
"""A town of less than 100,000 without other evidence is not accepted."""

WEIGHT_INSIDE_A_NAME = 0.5
"""The weight of the country in the name of an organisation or an event, relative to that of a place."""
_CONFIDENCE = ((0.0, 0.7), (2.0, 0.9), (6.0, 0.99))
"""By how much a place scores above the least, and above the best one in another country, and how sure that makes its
country: rules of thumb in round numbers, set by hand and no statistics of a corpus."""
_ROUNDS = 2
_MOST_CANDIDATES = 20

_Key = tuple[str, frozenset[tuple[str | None, str | None]]]
_Scores = dict[Place, float]
_Countries = defaultdict[tuple[str, str | None], float]


@dataclass(frozen=True, slots=True)
class Sense:
    """What a name means.

    Attributes
    ----------
    confidence : float
        How likely the name is that of a place in that country.
    """

    place: Place
    confidence: float


Senses = dict[_Key, Sense]


def senses_of(names: Sequence[PlaceName], gazetteer: Gazetteer, home: str | None = None) -> Senses:
    """Resolve the names that mean a place, in rounds: what the others mean says what this one means.

    ``home`` is the country of the publisher, if it is known.
    """
    distinct: dict[_Key, PlaceName] = {}
    for name in names:
        if name.demonym_of is None:
            distinct.setdefault(name.key, name)
    scores = {key: _scores(name, gazetteer, home) for key, name in distinct.items()}
    count = Counter(name.key for name in names)
    demonyms = Counter(name.demonym_of for name in names if name.demonym_of is not None)
    weight = {key: log1p(count[key]) * (WEIGHT_INSIDE_A_NAME if name.inside else 1) for key, name in distinct.items()}
    votes = {key: _votes(scores[key]) for key in distinct}
    senses: Senses = {}
    for _ in range(_ROUNDS):
        total = _Countries(float)
        for country, times in demonyms.items():
            total[country, None] += log1p(times)
        for key, shares in votes.items():
            _count(total, shares, weight[key])
        whole = sum(weight for (_, region), weight in total.items() if region is None)
        found = {
            key: _best(scores[key], total, whole, {place: -weight[key] * share for place, share in votes[key].items()})
            for key in distinct
        }
        senses = {key: sense for key, sense in found.items() if sense is not None}
        votes = {key: {senses[key].place: 1.0} if key in senses else {} for key in distinct}
    qualified = {key[0]: sense for key, sense in senses.items() if distinct[key].qualifiers}
    for key, name in distinct.items():
        if not name.qualifiers and key[0] in qualified:  # "Springfield, Ohio" settles what "Springfield" is
            senses[key] = qualified[key[0]]
    return senses


def _count(total: _Countries, shares: Mapping[Place, float], weight: float) -> None:
    for place, share in shares.items():
        if place.country is not None:
            total[place.country, None] += share * weight
            if place.region is not None:
                total[place.country, place.region] += share * weight


def _scores(name: PlaceName, gazetteer: Gazetteer, home: str | None) -> _Scores:
    """Score the places of a name by all but what the text's other names say."""
    candidates = find_candidates(name.text, gazetteer, inside=name.inside)
    best_known = max((place.spellings for place in candidates), default=0)
    return {
        place: _prior(place, best_known)
        + _OF_A_QUALIFIER * _is_within(place, name.qualifiers)
        + _OF_A_PUBLIC_BODY * (name.inside and name.is_mention is True)
        + _OF_THE_PUBLISHERS_COUNTRY * (place.country is not None and place.country == home)
        for place in candidates
    }


def _votes(scores: _Scores) -> Mapping[Place, float]:
    """Share one vote among the most likely places of a name."""
    if not scores:
        return {}
    best = max(scores.values())
    powers = {place: exp(score - best) for place, score in islice(scores.items(), _MOST_CANDIDATES)}
    whole = sum(powers.values())
    sure = min(1.0, max(0.1, (best - 3.0) / 4.0))  # a village's name may be any word
    return {place: sure * power / whole for place, power in powers.items() if power / whole > 0.02}


def _prior(place: Place, best_known: int) -> float:
    score = _PRIOR.get(place.kind)
    if score is None:
        score = log10(place.population + 100)
        score = score + _OF_A_COUNTRY if place.kind == "country" else min(7.0, score)
        if place.kind in ("city", "capital"):
            score += _OF_FAME * log10((1 + place.spellings) / (1 + best_known))
        score += _OF_A_REGION if place.kind in ("region", "county") else 0.0
        score += _OF_A_CAPITAL if place.kind == "capital" and not place.alternate else 0.0
        score += _OF_A_MILLION if place.kind == "city" and place.population >= 1_000_000 else 0.0
    return score + (_OF_AN_ALTERNATE_NAME if place.alternate else 0.0)


def _best(scores: _Scores, total: _Countries, whole: float, own: Mapping[Place, float]) -> Sense | None:
    """Return the likeliest place, if it is likelier than none; ``own`` is what the name itself said, taken off."""
    others = _Countries(float)
    _count(others, own, 1.0)
    whole = max(1.0, whole + sum(weight for (_, region), weight in others.items() if region is None))

    def share(country: str | None, region: str | None) -> float:
        where = (country or "", region)
        return (total.get(where, 0.0) + others.get(where, 0.0)) / whole

    heard = {
        place: score
        + _OF_ITS_COUNTRY * share(place.country, None)
        + _OF_ITS_REGION * min(1.0, 2 * share(place.country, place.region) if place.region else 0.0)
        for place, score in scores.items()
    }
    best = max(heard, key=lambda place: heard[place], default=None)
    if best is None or heard[best] < _LEAST_SCORE:
        return None
    rivals = [score for place, score in heard.items() if place.country != best.country]
    lead = heard[best] - max([_LEAST_SCORE, *rivals])
    return Sense(best, interpolated(lead, _CONFIDENCE))


def is_any_within(candidates: Iterable[Place], areas: Sequence[Place]) -> bool:
    """Return whether one of the places is in one of the areas."""
    return any(_is_within(candidate, areas) for candidate in candidates)


def _is_within(place: Place, areas: Iterable[Place]) -> bool:
    return any(
        place.country == area.country
        and place.kind != "country"
        and (area.region is None or place.region == area.region)
        for area in areas
    )
