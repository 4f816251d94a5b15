"""Versions of one text make one cluster; twins of a template make hardly any."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from enricher.statistics.near_duplicates import signature_of
from newsdesk.articles import ClustersInMemory, Neighbour, relate

FIRST_NAMES = ["Ada", "Bert", "Carl", "Dora", "Emil", "Fay", "Gus", "Hal", "Ina", "Jan", "Kai", "Liv"]
LAST_NAMES = ["Ames", "Birch", "Cobb", "Dunn", "Eads", "Frye", "Gant", "Hobbs", "Ives", "Judd", "Kerr", "Lund"]
TOWNS = [
    "Alderby",
    "Brackwell",
    "Coldham",
    "Dunsley",
    "Elmstead",
    "Fernhill",
    "Garsdale",
    "Holmby",
    "Ickford",
    "Jerton",
    "Kelbrook",
]


def cluster_sizes(texts: Iterable[list[str]]) -> list[int]:
    """Return the sizes of the clusters of texts that come one after another, the largest first."""
    store = ClustersInMemory()
    given = []
    for number, words in enumerate(texts):
        given.append(relate(store, f"article-{number:02}", signature_of(words).sketch).cluster_id)
    roots = store.cluster_roots(given)
    return [size for _, size in Counter(roots[cluster] for cluster in given).most_common()]


def weather_report(source: random.Random) -> list[str]:
    def somebody() -> str:
        return f"{source.choice(FIRST_NAMES)} {source.choice(LAST_NAMES)}"

    home, other = source.sample(TOWNS, 2)
    return (
        f"Weather for {home} and {other}: the day begins with {source.randint(2, 9)} degrees and light wind. "
        f"{somebody()} of the county station expects rain from {source.randint(10, 23)} hours on, and {somebody()} "
        f"adds that the roads to {home} stay open. In the last week {source.randint(11, 99)} millimetres fell on the "
        f"gauge at {other} mill. Drivers ask {somebody()} at the depot for the state of the passes. The next report "
        "follows tomorrow morning. For the tides and the height of the rivers see the table below this report."
    ).split()


def story(source: random.Random, number: int) -> list[str]:
    return [f"word{source.randrange(5000)}" for _ in range(number)]


def test_twins_of_a_template_do_not_gather_in_one_cluster() -> None:
    # Given forty reports of one template, of which any two share more than half on average
    source = random.Random(30)
    reports = [weather_report(source) for _ in range(40)]
    # When they come one after another
    sizes = cluster_sizes(reports)
    # Then hardly more than the first three are taken for one text
    assert max(sizes) <= 4
    assert len(sizes) >= 30


class Overtaken(ClustersInMemory):
    """Lets another article come whole between the first look of one and its entry."""

    def __init__(self, overtake: Callable[[ClustersInMemory], object]) -> None:
        super().__init__()
        self._overtakes = [overtake]

    def neighbours(self, bands: Sequence[str], limit_per_band: int = 20, **_: bool) -> Sequence[Neighbour]:
        found = super().neighbours(bands, limit_per_band)
        while self._overtakes:
            self._overtakes.pop()(self)
        return found


def test_copies_that_look_for_each_other_at_the_same_moment_find_each_other() -> None:
    # Given a text whose copy comes after the text's look for copies, and before it can be found itself
    text = signature_of(story(random.Random(33), 300)).sketch
    store = Overtaken(lambda store: relate(store, "copy", text))
    # When it is entered
    relation = relate(store, "text", text)
    # Then the two are one cluster, and whatever comes next finds it
    assert relation.cluster_id == "copy"
    assert relate(store, "third", text).cluster_id == "copy"


def test_versions_of_a_story_gather_in_one_cluster() -> None:
    # Given twelve papers' versions of a story, each without two of its ten paragraphs and with one of its own
    source = random.Random(31)
    paragraphs = [story(source, 40) for _ in range(10)]
    versions = []
    for _ in range(12):
        dropped = set(source.sample(range(10), 2))
        kept = [word for number, part in enumerate(paragraphs) if number not in dropped for word in part]
        versions.append(kept + story(source, 40))
    # When they come one after another, Then they are one cluster
    assert cluster_sizes(versions) == [12]


def test_the_furniture_of_a_site_makes_no_cluster() -> None:
    # Given forty articles of a site, with more words of furniture than of their own
    source = random.Random(32)
    furniture = story(source, 185)
    articles = [story(source, 100) + furniture for _ in range(40)]
    # When they come one after another, Then no more than the first three are taken for one text
    assert max(cluster_sizes(articles)) <= 3


def test_a_copy_is_found_among_twins_of_a_template() -> None:
    # Given reports of one template, and the last one again
    source = random.Random(33)
    store = ClustersInMemory()
    reports = [weather_report(source) for _ in range(10)]
    for number, words in enumerate(reports):
        relate(store, f"article-{number:02}", signature_of(words).sketch)
    # When it is related, Then it is a copy of that one
    assert relate(store, "copy", signature_of(reports[-1]).sketch).duplicate_of == "article-09"
