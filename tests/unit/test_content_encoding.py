"""Content codings are undone within bounds, or not at all."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsdesk.content_encoding import MAXIMUM_GZIP_MEMBERS, decode_body, single_encoding
from newsdesk.errors import PermanentError, TransientError
from newsdesk.outcomes import Reason

PLENTY = 1 << 20


def as_gzip(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def as_raw_deflate(body: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(body) + compressor.flush()


ENCODERS = {"gzip": as_gzip, "x-gzip": as_gzip, "deflate": zlib.compress}

bodies = st.binary(max_size=2000) | st.builds(
    lambda byte, count: byte * count, st.binary(max_size=3), st.integers(0, 5000)
)
codings = st.sampled_from(
    [("gzip", as_gzip), ("x-gzip", as_gzip), ("deflate", zlib.compress), ("deflate", as_raw_deflate)]
)


@given(bodies, codings)
def test_an_encoded_body_comes_back_as_it_was(body, coding):
    name, encode = coding
    assert decode_body(encode(body), name, PLENTY) == body


@given(bodies)
def test_an_identity_body_is_left_alone(body):
    assert decode_body(body, None, PLENTY) == body
    assert decode_body(body, "identity", PLENTY) == body


@given(bodies, codings, st.integers(0, 6000))
def test_no_more_than_the_cap_comes_out(body, coding, cap):
    name, encode = coding
    if len(body) <= cap:
        assert decode_body(encode(body), name, cap) == body
        return
    with pytest.raises(PermanentError) as caught:
        decode_body(encode(body), name, cap)
    assert caught.value.reason is Reason.TOO_LARGE


@given(bodies, codings, st.data())
def test_a_truncated_stream_is_never_accepted(body, coding, data):
    # Given an encoded body that lost its end
    name, encode = coding
    encoded = encode(body)
    cut = data.draw(st.integers(0, len(encoded) - 1))

    # When it is decoded
    with pytest.raises((TransientError, PermanentError)) as caught:
        decode_body(encoded[:cut], name, PLENTY)

    # Then that is said, and nothing else can be meant by it; a raw stream's first bytes alone may mean anything
    expected = {Reason.TRUNCATED} if encode is not as_raw_deflate else {Reason.TRUNCATED, Reason.CONTENT_ENCODING}
    assert caught.value.reason in expected


@given(st.binary(max_size=500), st.sampled_from(["gzip", "deflate"]))
def test_bytes_that_are_anything_at_all_end_in_a_classified_way(body, name):
    reason = None
    try:
        decode_body(body, name, 5000)
    except (PermanentError, TransientError) as error:
        reason = error.reason
    assert reason in {None, Reason.CONTENT_ENCODING, Reason.TRUNCATED, Reason.TOO_LARGE}


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=6))
def test_all_members_of_a_gzip_body_are_read(parts):
    assert decode_body(b"".join(as_gzip(part) for part in parts), "gzip", PLENTY) == b"".join(parts)


def test_the_cap_is_for_all_members_together():
    with pytest.raises(PermanentError) as caught:
        decode_body(as_gzip(b"x" * 60) * 2, "gzip", 100)
    assert caught.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize("cut", [1, 5, 15])
def test_a_second_member_cut_short_is_truncated(cut):
    with pytest.raises(TransientError) as caught:
        decode_body(as_gzip(b"first") + as_gzip(b"second")[:cut], "gzip", PLENTY)
    assert caught.value.reason is Reason.TRUNCATED


@pytest.mark.parametrize("rubbish", [b"\x00" * 512, b"\n", b"<!-- cached -->"])
def test_what_follows_the_last_member_is_ignored(rubbish):
    assert decode_body(as_gzip(b"page") + rubbish, "gzip", PLENTY) == b"page"


def test_a_flood_of_empty_members_is_refused():
    with pytest.raises(PermanentError) as caught:
        decode_body(as_gzip(b"") * (MAXIMUM_GZIP_MEMBERS + 1), "gzip", PLENTY)
    assert caught.value.reason is Reason.CONTENT_ENCODING


def test_a_corrupt_checksum_is_refused():
    encoded = bytearray(as_gzip(b"page" * 100))
    encoded[-6] ^= 0xFF
    with pytest.raises(PermanentError) as caught:
        decode_body(bytes(encoded), "gzip", PLENTY)
    assert caught.value.reason is Reason.CONTENT_ENCODING


def test_a_body_that_is_not_what_it_claims_is_refused():
    with pytest.raises(PermanentError) as caught:
        decode_body(b"<html>not gzip at all</html>", "gzip", PLENTY)
    assert caught.value.reason is Reason.CONTENT_ENCODING


def test_a_bomb_costs_no_more_memory_than_the_cap():
    # Given a small body that decodes to 256 MiB
    compressor = zlib.compressobj(9, wbits=31)
    bomb = b"".join(compressor.compress(bytes(1 << 20)) for _ in range(256)) + compressor.flush()

    # When it is decoded
    tracemalloc.start()
    with pytest.raises(PermanentError) as caught:
        decode_body(bomb, "gzip", PLENTY)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # Then it is refused at the cap
    assert caught.value.reason is Reason.TOO_LARGE
    assert peak < 8 * PLENTY


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([], None),
        ([""], None),
        (["identity"], None),
        (["GZIP"], "gzip"),
        ([" x-gzip "], "x-gzip"),
        (["identity, deflate"], "deflate"),
    ],
)
def test_the_one_coding_is_found(fields, expected):
    assert single_encoding(fields) == expected


@pytest.mark.parametrize(
    "fields", [["gzip, gzip"], ["gzip", "gzip"], ["br"], ["zstd"], ["gzip, br"], ["rot13"], [", ".join(["gzip"] * 200)]]
)
def test_unknown_and_stacked_codings_are_refused(fields):
    with pytest.raises(PermanentError) as caught:
        single_encoding(fields)
    assert caught.value.reason is Reason.CONTENT_ENCODING
