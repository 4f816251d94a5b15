"""The pages on which the boundary between articles is measured are what they claim to be.

Comes in: pages by number. Goes out: assertions.
"""

from __future__ import annotations

from html import unescape

import pytest

from training.seedlike import seedlike_page, stories


def test_a_number_is_always_the_same_page() -> None:
    assert seedlike_page(7) == seedlike_page(7)
    assert len({seedlike_page(number).html for number in range(50)}) == 50


@pytest.mark.parametrize("number", range(25))
def test_everything_that_is_said_to_be_on_a_page_is_there_once(number: int) -> None:
    # Given a page
    page = seedlike_page(number)
    text = unescape(page.html)
    # Then its article and the others are on it, apart from one another
    assert len(page.own) >= 4
    assert len(page.foreign) >= 3
    assert not set(page.own) & set(page.foreign)
    assert all(text.count(paragraph) == 1 for paragraph in (*page.own, *page.foreign))


def test_the_founding_story_is_among_them() -> None:
    assert "Diplomacy Watch: Ukraine takes the war inside Russia" in {story.headline for story in stories()}
