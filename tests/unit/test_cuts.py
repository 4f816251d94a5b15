"""What was cut from a page, in the few characters that an object's metadata take.

Comes in: cut blocks. Goes out: assertions.
"""

from __future__ import annotations

import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsdesk.articles import CUTS, pack_cuts, read_cuts
from newsdesk.contracts import DroppedBlock, DropReason
from newsdesk.errors import UnreadableObjectError

S3_METADATA_BYTES = 2048

FURNITURE = DroppedBlock(text="Most read", reason=DropReason.PAGE_FURNITURE)
TEASER = DroppedBlock(text="Ferry prices rise again, and nobody on the island says why", reason="foreign_teaser")
COMMENT = DroppedBlock(text="I never liked that bridge, says Ida Moss of 4 Quay Lane", reason=DropReason.COMMENTS)


def test_what_was_cut_comes_back_in_the_order_of_the_page() -> None:
    cuts = read_cuts(pack_cuts([FURNITURE, TEASER, FURNITURE]))
    assert cuts.blocks == (FURNITURE, TEASER, FURNITURE)
    assert [(count.reason, count.blocks, count.words) for count in cuts.counts] == [
        ("page_furniture", 2, 4),
        ("foreign_teaser", 1, 11),
    ]
    assert cuts.total == 3


def test_comments_are_counted_and_not_quoted() -> None:
    packed = pack_cuts([COMMENT, FURNITURE])
    assert read_cuts(packed).blocks == (FURNITURE,)
    assert read_cuts(packed).total == 2
    assert b"Ida Moss" not in zlib.decompress(base64.b64decode(packed))


def test_of_many_blocks_the_longest_are_quoted_and_all_are_counted() -> None:
    # Given two thousand short blocks, each unlike the others, and one paragraph
    many = [DroppedBlock(text=f"Item {number * 7919 % 100_003:x}", reason="page_furniture") for number in range(2_000)]
    # When
    packed = pack_cuts([*many[:1_000], TEASER, *many[1_000:]])
    cuts = read_cuts(packed)
    # Then
    assert TEASER in cuts.blocks
    assert 50 < len(cuts.blocks) < 2_000
    assert cuts.total == 2_001
    assert len(CUTS) + len(packed) <= S3_METADATA_BYTES


def test_long_blocks_are_cut_between_two_words() -> None:
    (block,) = read_cuts(pack_cuts([DroppedBlock(text="harbour " * 300, reason="promotion")])).blocks
    assert block.text.endswith("harbour …")
    assert len(block.text) < 120


blocks = st.builds(DroppedBlock, text=st.text(max_size=300), reason=st.sampled_from([*DropReason]))


@given(st.lists(blocks, max_size=60))
def test_whatever_was_cut_fits_into_metadata_and_is_readable(dropped: list[DroppedBlock]) -> None:
    packed = pack_cuts(dropped)
    assert packed.isascii()
    assert packed.isprintable()
    assert len(CUTS) + len(packed) <= S3_METADATA_BYTES
    assert read_cuts(packed).total == len(dropped)
    assert pack_cuts(dropped) == packed


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "no base64",
        base64.b64encode(b"no zlib").decode(),
        base64.b64encode(zlib.compress(b"[]")).decode(),
        base64.b64encode(zlib.compress(b" " * 10_000_000)).decode(),
    ],
)
def test_what_cannot_be_read_is_said_to_be_unreadable(stored: str) -> None:
    with pytest.raises(UnreadableObjectError):
        read_cuts(stored)
