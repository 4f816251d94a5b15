"""Near-duplicates: which articles tell the same text, and which is a copy of which.

Comes in: an article's sketch, and a store of those that came before. Goes out: its cluster. Changes: the store.

``index`` does this over the table; the batch command does the very same over a dictionary.

Two articles have the same text when most of the shorter one is in the longer one. What at least three articles share
that are no copies of one another is furniture of a site or of a template, and counts for nothing where it is all that
speaks for a match; so twins of a template are distinguished from versions of a text once three of them are there. A
cluster is what can be reached by such steps. An article that belongs to several clusters makes them one; the lowest id
stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from newsdesk.articles.ports import ClusterStore
from newsdesk.articles.similarity import Overlap, decode_sketch, index_keys, overlap
from newsdesk.articles.state import Neighbour

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


def relate(store: ClusterStore, article_id: str, sketch: str, kept: Relation | None = None) -> Relation:
    """Find an article's cluster, and make the article findable for later ones.

    It can be repeated: what a delivery that died has united stays united, and the next one reports it.

    Parameters
    ----------
    kept : Relation or None
        What an earlier revision was given. The article stays in that cluster, whatever its text has become, and becomes
        no copy of what came after it; the text, under which later ones find it, is entered with the cluster of what it
        resembles now.
    """
    values = decode_sketch(sketch)
    keys = index_keys(values)
    neighbours = [neighbour for neighbour in store.neighbours(keys) if neighbour.article_id != article_id]
    matches = _matches(values, neighbours)
    united = {match.neighbour.cluster_id for match in matches}
    text_cluster = store.unite(united) if united else kept.cluster_id if kept else article_id
    originals = _originals(article_id, matches)
    if kept is None:
        relation = Relation(text_cluster, originals[0] if originals else None, tuple(sorted(united - {text_cluster})))
    else:
        root = store.cluster_roots([kept.cluster_id])[kept.cluster_id]
        relation = Relation(root, kept.duplicate_of if kept.duplicate_of in originals else None)
    entry = Neighbour(
        article_id=article_id, signature=sketch, cluster_id=text_cluster, duplicate_of=relation.duplicate_of
    )
    store.add_bands(keys, entry)
    return relation


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

    def neighbours(self, bands: Sequence[str], limit_per_band: int = 20) -> Sequence[Neighbour]:
        """Return the articles that share a band; see the port."""
        found: dict[str, Neighbour] = {}
        for band in bands:
            members = self.bands.get(band, {})
            found |= {article_id: members[article_id] for article_id in sorted(members)[:limit_per_band]}
        return [found[article_id] for article_id in sorted(found)]

    def add_bands(self, bands: Sequence[str], neighbour: Neighbour) -> None:
        """Make an article findable under its bands; see the port."""
        for band in bands:
            self.bands[band][neighbour.article_id] = neighbour

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
