"""What each name of a text means: in rounds, each hearing what the others mean.

Comes in: the names. Goes out: a place for each, or none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import exp, log1p, log10

from enricher.places.candidates import find_candidates
from enricher.places.gazetteer import Gazetteer, Place
from enricher.places.place_names import PlaceName

_PRIOR = {"country": 9.5, "world": 8.5, "known": 8.0}
"""Weights of places that are not towns; that of a town or region is the power of ten of its people, and what
follows."""
_OF_A_CAPITAL = 3.0
_OF_A_MILLION = 1.5
_OF_A_REGION = 0.5
_OF_AN_ALTERNATE_NAME = -2.0

_OF_ITS_COUNTRY = 4.0
"""The weight of all other names being in the same country."""
_OF_ITS_REGION = 1.5
_OF_A_QUALIFIER = 20.0
_LEAST_SCORE = 5.0
"""A town of less than 100,000 without other evidence is not accepted."""

WEIGHT_INSIDE_A_NAME = 0.5
"""The weight of the country in the name of an organisation or an event, relative to that of a place."""
_ROUNDS = 2

_Key = tuple[str, frozenset[tuple[str | None, str | None]]]
Senses = dict[_Key, Place | None]


def senses_of(names: Sequence[PlaceName], gazetteer: Gazetteer) -> Senses:
    """Resolve each name, in rounds: what the others mean says what this one means."""
    distinct: dict[_Key, PlaceName] = {}
    for name in names:
        if name.demonym_of is None:
            distinct.setdefault(name.key, name)
    candidates = {key: find_candidates(name.text, gazetteer, inside=name.inside) for key, name in distinct.items()}
    count = Counter(name.key for name in names)
    demonyms = Counter(name.demonym_of for name in names if name.demonym_of is not None)
    weight = {key: log1p(count[key]) * (WEIGHT_INSIDE_A_NAME if name.inside else 1) for key, name in distinct.items()}
    votes = {key: _votes(candidates[key], name.qualifiers) for key, name in distinct.items()}
    senses: Senses = {}
    for _ in range(_ROUNDS):
        total: defaultdict[tuple[str, str | None], float] = defaultdict(float)
        for country, times in demonyms.items():
            total[country, None] += log1p(times)
        for key, shares in votes.items():
            _count(total, shares, weight[key])
        for key, name in distinct.items():
            others = total.copy()
            _count(others, votes[key], -weight[key])
            senses[key] = _best(candidates[key], name.qualifiers, others)
        votes = {key: {place: 1.0} if place is not None else {} for key, place in senses.items()}
    qualified = {key[0]: sense for key, sense in senses.items() if distinct[key].qualifiers and sense is not None}
    for key, name in distinct.items():
        if not name.qualifiers and key[0] in qualified:  # "Springfield, Ohio" settles what "Springfield" is
            senses[key] = qualified[key[0]]
    return senses


def _count(total: defaultdict[tuple[str, str | None], float], shares: dict[Place, float], weight: float) -> None:
    for place, share in shares.items():
        if place.country is not None:
            total[place.country, None] += share * weight
            if place.region is not None:
                total[place.country, place.region] += share * weight


def _votes(candidates: Sequence[Place], qualifiers: Sequence[Place]) -> dict[Place, float]:
    scores = {place: _prior(place) + _OF_A_QUALIFIER * _is_within(place, qualifiers) for place in candidates[:20]}
    if not scores:
        return {}
    best = max(scores.values())
    powers = {place: exp(score - best) for place, score in scores.items()}
    whole = sum(powers.values())
    sure = min(1.0, max(0.1, (best - 3.0) / 4.0))  # a village's name may be any word
    return {place: sure * power / whole for place, power in powers.items() if power / whole > 0.02}


def _prior(place: Place) -> float:
    score = _PRIOR.get(place.kind)
    if score is None:
        score = min(7.0, log10(place.population + 100))
        score += _OF_A_REGION if place.kind in ("region", "county") else 0.0
        score += _OF_A_CAPITAL if place.kind == "capital" else 0.0
        score += _OF_A_MILLION if place.kind == "city" and place.population >= 1_000_000 else 0.0
    return score + (_OF_AN_ALTERNATE_NAME if place.alternate else 0.0)


def _best(
    candidates: Sequence[Place], qualifiers: Sequence[Place], others: dict[tuple[str, str | None], float]
) -> Place | None:
    whole = max(1.0, sum(weight for (_, region), weight in others.items() if region is None))

    def score(place: Place) -> float:
        country = others.get((place.country or "", None), 0.0) / whole
        region = others.get((place.country or "", place.region), 0.0) / whole if place.region else 0.0
        bonus = _OF_ITS_COUNTRY * country + _OF_ITS_REGION * min(1.0, 2 * region)
        return _prior(place) + bonus + _OF_A_QUALIFIER * _is_within(place, qualifiers)

    best = max(candidates, key=score, default=None)
    return best if best is not None and score(best) >= _LEAST_SCORE else None


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
