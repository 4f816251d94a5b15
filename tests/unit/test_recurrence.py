"""What a site repeats is cut, and nothing of an article ever is for being known already.

Comes in: pages of one host. Goes out: assertions.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.body import judge_recurrence
from extractor.body.recurrence import RECURS_ON_PAGES
from extractor.html import Page, read_html
from newsdesk.hosts import FINGERPRINTS_PER_PAGE, PROFILE_PAGES, SEASON_SECONDS, HostProfile, ProfilePage
from newsdesk.web import article_id

NOW = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)

BIOGRAPHY = (
    "Ada Ferry writes about harbours, tides and the people who live beside them, and has done so from the same desk "
    "above the fish market since the year in which the old bridge was closed."
)
SIGN_UP = "Sign up for the morning letter and never miss a tide"
WORDS = (
    "harbour", "bridge", "tide", "keeper", "gate", "river", "engine", "boat", "market", "council", "winter", "letter",
    "station", "garden", "school", "theatre", "doctor", "baker", "window", "summer", "village", "mountain", "railway",
)  # fmt: skip


def prose(seed: int, paragraphs: int = 6, words: int = 30) -> list[str]:
    """Paragraphs that no other seed has."""
    source = random.Random(seed)
    return [" ".join(source.choices(WORDS, k=words)).capitalize() + "." for _ in range(paragraphs)]


def page(
    paragraphs: Iterable[str],
    *,
    end: str = f"<div class='about'><p>{BIOGRAPHY}</p></div>",
    after: str = f"<aside><p>{SIGN_UP}</p></aside>",
    address: str = "https://news.example/news/story",
) -> Page:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    html = f"<html><body><h1>A title of this page</h1><div class='entry'>{body}{end}</div>{after}</body></html>"
    read = read_html(html, address)
    assert read is not None
    return read


def shown(number: int, read: Page, captured_at: datetime = NOW) -> ProfilePage:
    identity = article_id(f"https://news.example/{number}")
    return ProfilePage.of(identity, captured_at, judge_recurrence(None, read).fingerprints, read.address)


def profile_of(*pages: Page) -> HostProfile:
    profile = HostProfile()
    for number, read in enumerate(pages):
        profile = profile.with_page(shown(number, read))
    return profile


def cut(profile: HostProfile, read: Page, identity: str = "") -> list[str]:
    return [read.segments[index].text for index in judge_recurrence(profile, read, identity).segments]


# --------------------------------------------------------------------------------------- what is cut


def test_what_three_other_articles_have_in_the_same_place_is_cut_with_the_reason() -> None:
    # Given a host of which three pages are known
    profile = profile_of(*(page(prose(seed)) for seed in range(RECURS_ON_PAGES)))

    # When a fourth is read
    read = page(prose(9))
    found = judge_recurrence(profile, read)

    # Then its biography and the sign-up are cut, and nothing else; what was known is on record
    assert [read.segments[index].text for index in found.segments] == [BIOGRAPHY, SIGN_UP]
    assert set(found.segments.values()) == {"recurs_on_site"}
    assert found.used is not None
    assert found.used.id == profile.id
    assert len(found.used.recurring) == 2


def test_three_pages_of_another_author_cut_nothing_of_a_victims_article() -> None:
    # Given an article of a shared host, and three pages of another author that repeat its end
    victim = prose(9)
    victim[-1] = "And the tide went out."
    target = page(victim, address="https://blogs.example/ada/harbour")
    copies = [
        page([*prose(seed), *victim[-2:]], address=f"https://blogs.example/mallory/{seed}")
        for seed in range(RECURS_ON_PAGES + 2)
    ]

    # Then nothing of it is cut
    assert cut(profile_of(*copies), target) == []

    # And pages of as many authors as it takes cut no long paragraph of its own, and say what they cut
    copies = [
        page([*prose(seed), *victim[-2:]], address=f"https://blogs.example/mallory-{seed}/1")
        for seed in range(RECURS_ON_PAGES)
    ]
    found = judge_recurrence(profile_of(*copies), target)
    assert [target.segments[index].text for index in found.segments] == [victim[-1], BIOGRAPHY, SIGN_UP]
    assert found.warnings == ("recurs_on_site",)


@pytest.mark.parametrize(
    "paths",
    [
        ["mallory/1", "%6dallory/1", "Mallory/1", "mallory;a=1/1", "mallory./1"],
        ["mallory/1", "/mallory/2", "mallory//3", "mallory%2f4", "%4d%41llory%20/5"],
        ["mallory/a/1", "mallory/b/2", "mallory/c/3", "mallory/d/e/4"],
        ["ada-s/1", "ada-s/2", "ada-s/3", "ada-s/4"],
    ],
    ids=["spellings of a folder", "slashes", "folders in a folder", "a name that begins alike"],
)
def test_an_author_is_one_source_however_the_folder_is_written(paths: list[str]) -> None:
    victim = prose(9)
    victim[-1] = "And the tide went out."
    target = page(victim, address="https://blogs.example/ada/harbour")
    copies = [
        page([*prose(seed), *victim[-2:]], address=f"https://blogs.example/{path}") for seed, path in enumerate(paths)
    ]
    assert cut(profile_of(*copies), target) == []


def test_authors_whose_folders_lie_in_one_folder_are_several_sources() -> None:
    # Given a host with an author in each second folder, and many pages of one that repeat the end of another's article
    victim = prose(9)
    victim[-1] = "And the tide went out."
    target = page(victim, address="https://blogs.example/users/ada/harbour")

    def copy(seed: int, author: str) -> Page:
        return page([*prose(seed), *victim[-2:]], address=f"https://blogs.example/users/{author}/{seed}")

    # Then they count once, and the author's own pages count each
    assert cut(profile_of(*(copy(seed, "mallory") for seed in range(RECURS_ON_PAGES + 2))), target) == []
    own = profile_of(*(copy(seed, "ada") for seed in range(RECURS_ON_PAGES)))
    assert cut(own, target) == [victim[-1], BIOGRAPHY, SIGN_UP]


def test_a_paragraph_in_a_wrapper_of_its_own_is_the_articles_too() -> None:
    def wrapped(paragraphs: Iterable[str], address: str) -> Page:
        return page([], end="".join(f"<div class='par'><p>{text}</p></div>" for text in paragraphs), address=address)

    victim = prose(9)
    copies = [wrapped([*prose(seed)[:4], *victim[-2:]], f"https://blogs.example/m-{seed}/1") for seed in range(4)]
    found = cut(profile_of(*copies), wrapped(victim, "https://blogs.example/ada/1"))
    assert not set(victim) & set(found)


def test_two_other_articles_are_not_enough() -> None:
    assert cut(profile_of(page(prose(1)), page(prose(2))), page(prose(9))) == []


def test_the_pages_own_article_does_not_count() -> None:
    # Given three known pages, one of them of the very article that is read again
    profile = profile_of(*(page(prose(seed)) for seed in range(3)))
    assert cut(profile, page(prose(0)), article_id("https://news.example/0")) == []
    assert cut(profile, page(prose(0)), article_id("https://news.example/another")) == []  # the same prose: a twin


def test_numbers_and_case_make_no_difference() -> None:
    pages = [
        page(prose(seed), after=f"<footer><p>© {2020 + seed} The Harbour Post, all rights</p></footer>")
        for seed in range(3)
    ]
    last = page(prose(9), after="<footer><p>© 2031 THE HARBOUR POST, all rights</p></footer>")
    assert cut(profile_of(*pages), last) == [BIOGRAPHY, "© 2031 THE HARBOUR POST, all rights"]


def test_a_page_of_an_unknown_host_is_left_alone() -> None:
    found = judge_recurrence(HostProfile(), page(prose(9)))
    assert (found.segments, found.used) == ({}, None)
    assert judge_recurrence(None, page(prose(9))).segments == {}


# --------------------------------------------------------------------------------- what is never cut


def test_an_article_under_several_urls_is_not_cut() -> None:
    profile = profile_of(*(page(prose(1)) for _ in range(5)))
    assert cut(profile, page(prose(1))) == []


def test_a_live_story_is_not_cut_by_its_earlier_states() -> None:
    # Given a story that grew from page to page, each under its own URL, newest first
    story = prose(1, paragraphs=12)
    profile = profile_of(*(page(story[start:]) for start in (8, 6, 4, 2)))
    # When it is read again, Then what it said before is still its own
    assert cut(profile, page(story)) == []


def test_states_of_one_story_count_as_one_article() -> None:
    # Given three states of one story, which quote a paragraph that another article has at its end
    quoted = prose(77, paragraphs=1)[0]
    profile = profile_of(*(page([*prose(1), *extra], end=f"<p>{quoted}</p>") for extra in ([], prose(2), prose(3))))
    # When that other article is read, Then one article is not three
    assert cut(profile, page(prose(9), end=f"<p>{quoted}</p>", after="")) == []


def test_the_standing_sentence_of_a_serial_column_is_not_cut() -> None:
    standing = (
        "Every Friday we look back at a week of tides, gates and weather, and say what it meant for the harbour here."
    )
    profile = profile_of(*(page([standing, *prose(seed)]) for seed in range(6)))
    assert standing not in cut(profile, page([standing, *prose(9)]))


def test_a_standing_heading_among_the_prose_is_not_cut() -> None:
    def column(seed: int) -> Page:
        first, *rest = prose(seed)
        return page([first, "Why it all matters", *rest])

    assert "Why it all matters" not in cut(profile_of(*map(column, range(6))), column(9))


def test_a_background_paragraph_that_several_stories_share_is_not_cut() -> None:
    background = prose(55, paragraphs=1)[0]

    def story(seed: int) -> Page:
        first, *rest = prose(seed)
        return page([first, background, *rest])

    assert background not in cut(profile_of(*map(story, range(6))), story(9))


@pytest.mark.parametrize("paragraphs", [1, 2, 3, 8])
def test_an_article_that_other_pages_tease_is_not_cut(paragraphs: int) -> None:
    # Given pages below whose articles the first paragraphs of another one stand, in the same markup, to be read on
    teased = prose(9, paragraphs=paragraphs)
    below = "".join(f"<p>{text}</p>" for text in teased[:2])
    profile = profile_of(*(page(prose(seed), end=below) for seed in range(8)))
    # When that other one is read, Then it is whole
    assert not set(cut(profile, page(teased))) & set(teased)


def test_an_article_that_is_appended_to_other_pages_in_full_is_not_cut() -> None:
    appended = prose(9)
    end = "".join(f"<p>{text}</p>" for text in appended)
    profile = profile_of(*(page(prose(seed), end=end) for seed in range(8)))
    assert not set(cut(profile, page(appended))) & set(appended)


def test_a_page_without_a_long_text_of_its_own_is_left_alone() -> None:
    profile = profile_of(*(page([], after="") for _ in range(4)), *(page(prose(seed)) for seed in range(4)))
    assert cut(profile, page([], after="")) == []


# ------------------------------------------------------------------------------------- reproduction


def test_what_is_on_record_gives_the_same_cut_again_whatever_is_known_by_now() -> None:
    # Given a page that was cut by what was known of its host
    read = page(prose(9))
    found = judge_recurrence(profile_of(*(page(prose(seed)) for seed in range(3))), read)

    # When it is judged again by the record alone, Then the same is cut and the same is recorded
    again = judge_recurrence(found.used, read)
    assert (again.segments, again.used) == (found.segments, found.used)


# ------------------------------------------------------------------------------------------ profile


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 4), st.integers(0, 3)), max_size=60), st.randoms())
def test_order_and_repetition_do_not_change_a_profile(
    captures: list[tuple[int, int, int]], shuffler: random.Random
) -> None:
    # Given captures of articles, several of the same one, over some seasons
    pages = [
        ProfilePage.of(
            article_id(f"https://news.example/{article}"), NOW + timedelta(seconds=SEASON_SECONDS * season), [kind]
        )
        for article, season, kind in captures
    ]
    # When they arrive in another order, some twice
    other = [*pages, *pages[::3]]
    shuffler.shuffle(other)
    one, two = HostProfile(), HostProfile()
    for it in pages:
        one = one.with_page(it)
    for it in other:
        two = two.with_page(it)
    # Then the same is known of the host
    assert one == two
    assert one.id == two.id
    assert HostProfile.unpacked(one.packed()) == one
    assert len(one.packed()) < 8000


def test_the_largest_profile_is_less_than_eight_kilobytes() -> None:
    # Given two seasons of more pages and more fingerprints than are kept
    profile = HostProfile()
    for number in range(100):
        captured_at = NOW + timedelta(seconds=SEASON_SECONDS * (number % 2))
        identity = article_id(f"https://news.example/{number}")
        profile = profile.with_page(ProfilePage.of(identity, captured_at, range(number * 1000, number * 1000 + 500)))
    assert len(profile.pages) == 2 * PROFILE_PAGES
    assert all(len(known.fingerprints) == FINGERPRINTS_PER_PAGE for known in profile.pages)
    assert 7000 < len(profile.packed()) < 8000


def test_a_page_that_is_not_of_the_sample_changes_nothing() -> None:
    pages = [shown(number, page(prose(number))) for number in range(40)]
    profile = HostProfile()
    for it in pages:
        profile = profile.with_page(it)
    assert len(profile.pages) == PROFILE_PAGES
    assert all(profile.with_page(it) is profile for it in pages)


def test_a_new_design_displaces_the_old_within_two_seasons() -> None:
    season = timedelta(seconds=SEASON_SECONDS)
    profile = HostProfile()
    for later in range(3):
        for number in range(4):
            profile = profile.with_page(shown(number + 10 * later, page(prose(number)), NOW + later * season))
    seasons = {shown(0, page(()), NOW + later * season).season for later in (1, 2)}
    assert {known.season for known in profile.pages} == seasons


def test_the_first_capture_of_an_article_in_a_season_is_the_one_that_counts() -> None:
    captures = [shown(1, page(prose(seed)), NOW + timedelta(minutes=seed)) for seed in range(3)]
    results = set()
    for order in permutations(captures):
        profile = HostProfile()
        for it in order:
            profile = profile.with_page(it)
        results.add(profile.pages)
    assert results == {(captures[0],)}
