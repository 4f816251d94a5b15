"""Near-duplicates: which articles tell the same text, and which is a copy of which.

Comes in: an article's sketch, and a store of those that came before. Goes out: its cluster. Changes: the store.

``index`` does this over the table; the batch command does the very same over a dictionary.

Two articles have the same text when most of the shorter one is in the longer one. What at least three articles share
that are no copies of one another is furniture of a site or of a template, and counts for nothing where it is all that
speaks for a match; so twins of a template are distinguished from versions of a text once three of them are there. A
cluster is what can be reached by such steps. An article that belongs to several clusters makes them one; the lowest id
stays.

A page that puts several stories one after the other holds each of them, and is a version of none. So an article makes
several clusters one only if it lies for the most part in each of them, and a text that lies in a longer one is taken
for its version only while no other text lies there that has nothing in common with it. A merge that was wrong all the
same can be revoked (``unlink``).

Only articles that have a current revision count: what was taken back, or never came to be committed, is named nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from newsdesk.articles.ports import ClusterStore
from newsdesk.articles.similarity import Overlap, decode_sketch, entry_keys, lookup_keys, overlap
from newsdesk.articles.state import Neighbour, Standing
from newsdesk.pauses import Pauses

SAME_TEXT = 0.6
"""Part of the shorter text's shingles from which two articles tell the same text. Furniture that makes up half of two
articles stays below it by two standard errors of the estimate, sqrt(0.5 * 0.5 / 128) = 0.044."""

CLEARLY_SAME_TEXT = 0.75
"""Part from which they do whatever others share with them: versions of one text that was cut and amended by many have
as much in common with some other one, twins of a template less."""

CERTAIN_COPY = 0.9
"""Part of an article's shingles from which it is a copy of the other, whatever the other has besides."""

FEWEST_COMMON = 8
"""Fewer common values than this are no evidence of anything."""

FURNITURE_HOLDERS = 3
"""A shingle that so many articles have which are no copies of one another is not the text of any of them."""


APART = 0.1
"""Two texts that share less of the shorter one have nothing to do with each other."""

MOST_COLLECTIONS = 4
"""Longer texts that one text is held against what else they hold; in further ones it is not looked for."""

MOST_HELD = 20
"""Texts that one holds and that are held against each other."""

CHECKED_KEYS = 4
"""Of the keys of an article, those that are asked again: a copy that has .8 of its text is under one of them in 998 of
1,000 cases, and such a copy has to come within milliseconds of the other to be missed at first."""

COMMITTING = Pauses(tries=5)
"""For an article that stands at its commit, which takes milliseconds: three quarters of a second at most."""


@dataclass(frozen=True, slots=True)
class Relation:
    """How an article stands to those that are there already.

    Attributes
    ----------
    cluster_id : str
        The id of the article that stands for its cluster; its own while it is alone.
    duplicate_of : str or None
        The article that it is certainly a copy of.
    merged : tuple of str
        Clusters that turned out to be this one.
    """

    cluster_id: str
    duplicate_of: str | None = None
    merged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Match:
    neighbour: Neighbour
    overlap: Overlap


def relate(
    store: ClusterStore,
    article_id: str,
    sketch: str,
    kept: Relation | None = None,
    *,
    published: str | None = None,
    pauses: Pauses = COMMITTING,
) -> Relation:
    """Find an article's cluster, and make the article findable for later ones.

    It can be repeated: what a delivery that died has united stays united, and the next one reports it.

    Parameters
    ----------
    kept : Relation or None
        What an earlier revision was given. The article stays in that cluster, whatever its text has become, and becomes
        no copy of what came after it; the text, under which later ones find it, is entered with the cluster of what it
        resembles now.
    published : str or None
        When the article says that it was published: it is no copy of what was published later.
    pauses : Pauses
        For how long to wait for an article that is about to be committed.
    """
    values = decode_sketch(sketch)
    neighbours = {neighbour.article_id: neighbour for neighbour in store.neighbours(lookup_keys(values))}
    relation, entry = _placed(store, article_id, sketch, list(neighbours.values()), kept, published, pauses)
    store.add_bands(entry_keys(values), entry)
    # Two that looked at the same moment have missed each other. Whichever entered its text last sees the other one now.
    checked = store.neighbours(entry_keys(values)[:CHECKED_KEYS], is_consistent=True)
    late = [other for other in checked if other.article_id not in {article_id, *neighbours}]
    if late:
        found = [*neighbours.values(), *late]
        relation, corrected = _placed(store, article_id, sketch, found, kept, published, pauses)
        if corrected != entry:
            store.add_bands(entry_keys(values), corrected)
    return relation


def _placed(
    store: ClusterStore,
    article_id: str,
    sketch: str,
    neighbours: Sequence[Neighbour],
    kept: Relation | None,
    published: str | None,
    pauses: Pauses,
) -> tuple[Relation, Neighbour]:
    """Unite the clusters that an article shows to be one; return its place and the entry that later ones find it by."""
    values = decode_sketch(sketch)
    found = _matches(values, [neighbour for neighbour in neighbours if neighbour.article_id != article_id])
    standings = _standings(store, article_id, found, pauses)
    current = [match for match in found if match.neighbour.article_id in standings]
    matches = _of_one_text(store, values, current)
    united = {match.neighbour.cluster_id for match in matches}
    text_cluster = store.unite(united) if united else kept.cluster_id if kept else article_id
    originals = [
        original
        for original in _originals(article_id, matches)
        if not _is_later(standings[original].published, published)
    ]
    if kept is None:
        relation = Relation(text_cluster, originals[0] if originals else None, tuple(sorted(united - {text_cluster})))
    else:
        root = store.cluster_roots([kept.cluster_id])[kept.cluster_id]
        relation = Relation(root, kept.duplicate_of if kept.duplicate_of in originals else None)
    # Entered with the cluster of its closest match, not with what that one is part of by now: a merge can be revoked.
    closest = max(matches, key=lambda match: match.overlap.resemblance, default=None)
    entry = Neighbour(
        article_id=article_id,
        signature=sketch,
        cluster_id=closest.neighbour.cluster_id if closest else text_cluster,
        duplicate_of=relation.duplicate_of,
    )
    return relation, entry


def _standings(
    store: ClusterStore, article_id: str, matches: Sequence[_Match], pauses: Pauses
) -> Mapping[str, Standing]:
    """Return how those of the matches stand that have a current revision.

    Of two articles that are committed at the same time, each has entered its text and neither is there for the other.
    The one with the higher id waits for the other, for a moment.
    """
    asked = [match.neighbour.article_id for match in matches]
    standings: Mapping[str, Standing] = {}
    for _ in pauses.attempts() if asked else ():
        standings = store.standings(asked)
        if not any(standing.is_committing and other < article_id for other, standing in standings.items()):
            break
    return {other: standing for other, standing in standings.items() if standing.is_current}


def _of_one_text(store: ClusterStore, values: Sequence[int], matches: Sequence[_Match]) -> list[_Match]:
    """Leave out what this text only holds, beside others, and what only holds this one."""
    parts = sorted(
        (match for match in matches if _is_part(match.overlap)), key=lambda match: -match.overlap.resemblance
    )
    looked_at, others = parts[:MOST_COLLECTIONS], parts[MOST_COLLECTIONS:]
    collections = [*others, *(match for match in looked_at if _is_collection(store, values, match))]
    matches = [match for match in matches if match not in collections]
    clusters = {match.neighbour.cluster_id for match in matches}
    roots = store.cluster_roots(clusters) if len(clusters) > 1 else {}
    if len(set(roots.values())) < 2 or not _hold_several_stories(matches, roots):
        return matches
    resembled = {
        roots[match.neighbour.cluster_id] for match in matches if match.overlap.containment_of_one >= SAME_TEXT
    }
    return [match for match in matches if roots[match.neighbour.cluster_id] in resembled]


def _hold_several_stories(matches: Sequence[_Match], roots: Mapping[str, str]) -> bool:
    """Return whether two of the clusters that a text matches have nothing in common; versions of a story have."""
    known = [(roots[match.neighbour.cluster_id], decode_sketch(match.neighbour.signature)) for match in matches]
    return any(
        root != other_root and overlap(sketch, other).containment < APART
        for (root, sketch), (other_root, other) in combinations(known[:MOST_HELD], 2)
    )


def _is_part(shared: Overlap) -> bool:
    """Return whether the other text holds much beside the first one."""
    return shared.containment_of_one >= SAME_TEXT > shared.common / (shared.of_other or 1)


def _is_collection(store: ClusterStore, values: Sequence[int], match: _Match) -> bool:
    """Return whether a longer text also holds a third one that has nothing to do with the first.

    Excerpts of one article share its beginning, or are parts of each other; stories on one page do not.
    """
    longer = decode_sketch(match.neighbour.signature)
    for other in store.neighbours(lookup_keys(longer)):
        third = decode_sketch(other.signature)
        inside = overlap(third, longer)
        if inside.common < FEWEST_COMMON or inside.containment_of_one < CLEARLY_SAME_TEXT or not _is_part(inside):
            continue
        if overlap(third, values).containment < APART:
            return True
    return False


def _is_later(other: str | None, own: str | None) -> bool:
    """Return whether another article's date is certainly after this one's: by the second, else by two days."""
    if not other or not own:
        return False
    try:
        one, two = datetime.fromisoformat(other), datetime.fromisoformat(own)
    except ValueError:
        return False
    if one.tzinfo is not None and two.tzinfo is not None:
        return one > two
    return (one.date() - two.date()).days >= 2


def _matches(values: Sequence[int], neighbours: Sequence[Neighbour]) -> list[_Match]:
    sketches = [decode_sketch(neighbour.signature) for neighbour in neighbours]
    own = set(values)
    holders: dict[int, set[str]] = defaultdict(set)
    for neighbour, sketch in zip(neighbours, sketches, strict=True):
        for value in own.intersection(sketch):
            holders[value].add(neighbour.duplicate_of or neighbour.article_id)
    furniture = {value for value, articles in holders.items() if len(articles) >= FURNITURE_HOLDERS}
    matches = []
    for neighbour, sketch in zip(neighbours, sketches, strict=True):
        whole = overlap(values, sketch)
        if _is_at_least(whole, CLEARLY_SAME_TEXT):
            matches.append(_Match(neighbour, whole))
        elif _is_at_least(own_text := overlap(values, sketch, furniture), SAME_TEXT):
            matches.append(_Match(neighbour, own_text))
    return matches


def _is_at_least(shared: Overlap, containment: float) -> bool:
    return shared.common >= FEWEST_COMMON and shared.containment >= containment


def _originals(article_id: str, matches: Sequence[_Match]) -> list[str]:
    """Return the articles that hold nearly all of this one's text: first those that are no copies, the closest first.

    One that is known as a copy of this article came after it.
    """
    certain = [
        match
        for match in matches
        if match.overlap.containment_of_one >= CERTAIN_COPY and match.neighbour.duplicate_of != article_id
    ]
    certain.sort(
        key=lambda match: (
            match.neighbour.duplicate_of is not None,
            -match.overlap.resemblance,
            match.neighbour.article_id,
        )
    )
    return [match.neighbour.article_id for match in certain]


class ClustersInMemory:
    """A :class:`newsdesk.ports.ClusterStore` that lasts as long as the process."""

    def __init__(self) -> None:
        self.bands: dict[str, dict[str, Neighbour]] = defaultdict(dict)
        self.links: dict[str, str] = {}

    def neighbours(self, bands: Sequence[str], limit_per_band: int = 20, **_: bool) -> Sequence[Neighbour]:
        """Return the articles that share a band; see the port. Memory is always consistent."""
        found: dict[str, Neighbour] = {}
        for band in bands:
            members = self.bands.get(band, {})
            found |= {article_id: members[article_id] for article_id in sorted(members)[:limit_per_band]}
        return [found[article_id] for article_id in sorted(found)]

    def add_bands(self, bands: Sequence[str], neighbour: Neighbour) -> None:
        """Make an article findable under its bands; see the port."""
        for band in bands:
            self.bands[band][neighbour.article_id] = neighbour

    def standings(self, article_ids: Collection[str]) -> Mapping[str, Standing]:
        """Return how articles stand: all that were entered are current; see the port."""
        return dict.fromkeys(article_ids, Standing(is_current=True))

    def cluster_roots(self, cluster_ids: Collection[str]) -> Mapping[str, str]:
        """Return what the clusters have become; see the port."""
        roots = {}
        for cluster_id in cluster_ids:
            root = cluster_id
            while root in self.links:
                root = self.links[root]
            roots[cluster_id] = root
        return roots

    def unite(self, cluster_ids: Collection[str]) -> str:
        """Make clusters one; see the port."""
        roots = sorted(set(self.cluster_roots(cluster_ids).values()))
        self.links |= dict.fromkeys(roots[1:], roots[0])
        return roots[0]

    def unlink(self, cluster_id: str) -> bool:
        """Make a cluster stand by itself again; see the port."""
        return self.links.pop(cluster_id, None) is not None
