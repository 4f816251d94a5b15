"""A dateline ends where the story's first sentence begins."""

from __future__ import annotations

import pytest

from enricher.text import dateline_ends


@pytest.mark.parametrize(
    "dateline",
    [
        "OSLO (AP) — ",
        "OSLO, Norway (AP) — ",
        "Oslo (AFP) – ",
        "OSLO, Nov 20 (Reuters) - ",
        "Oslo, 20 November 2026 – ",
        "OSLO, Norway — ",
        "NEW YORK -- ",
        "WASHINGTON, D.C. — ",
        "ST. LOUIS (AP) — ",
        "Rio de Janeiro (EFE) — ",
        "PORT-AU-PRINCE, Haiti (AP) — ",
        "ÅLESUND (NTB) – ",
        "OSLO—",
    ],
)
@pytest.mark.parametrize("story", ["The mine is closed.", "“It is closed,” she said.", "46 miners left."])
def test_a_dateline_ends_behind_its_dash(dateline: str, story: str) -> None:
    body = f"A heading\n{dateline}{story}"
    assert [body[end:] for end in dateline_ends(body)] == [story]


@pytest.mark.parametrize(
    "line",
    [
        "NATO — the alliance of 32 states — said it would send troops.",
        "Marta Lind — The Bridge and Its Town",
        "CO-OP-Bank reported a loss.",
        "The mine (see below) — It is closed.",
        "She left Oslo (AP) — The mine is closed.",
        "THE MINE OF THE NORTH IS CLOSED — Hundreds leave",
    ],
)
def test_another_dash_is_no_dateline(line: str) -> None:
    assert list(dateline_ends(line)) == []
