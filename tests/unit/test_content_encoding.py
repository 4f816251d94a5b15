"""Content codings are undone within bounds, or not at all."""

from __future__ import annotations

import gzip
import sys
import tracemalloc
import zlib
from collections.abc import Callable

import brotlicffi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsdesk.contracts import Reason
from newsdesk.errors import PermanentError, TransientError
from newsdesk.web import decode_body, decode_start, decoded_pieces, single_encoding
from newsdesk.web.content_encoding import MAXIMUM_MEMBERS

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PLENTY = 1 << 20
SKIPPED_FRAME = b"\x50\x2a\x4d\x18\x05\x00\x00\x00notes"


def as_gzip(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def as_raw_deflate(body: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(body) + compressor.flush()


def as_brotli(body: bytes) -> bytes:
    compressed: bytes = brotlicffi.compress(body, quality=5)
    return compressed  # the best, 11, takes longer than a property test may


bodies = st.binary(max_size=2000) | st.builds(
    lambda byte, count: byte * count, st.binary(max_size=3), st.integers(0, 5000)
)
codings = st.sampled_from(
    [
        ("gzip", as_gzip),
        ("x-gzip", as_gzip),
        ("deflate", zlib.compress),
        ("deflate", as_raw_deflate),
        ("br", as_brotli),
        ("zstd", zstd.compress),
    ]
)


@given(bodies, codings)
def test_an_encoded_body_comes_back_as_it_was(body: bytes, coding: tuple[str, Callable[[bytes], bytes]]) -> None:
    name, encode = coding
    assert decode_body(encode(body), name, PLENTY) == body


@given(bodies)
def test_an_identity_body_is_left_alone(body: bytes) -> None:
    assert decode_body(body, None, PLENTY) == body
    assert decode_body(body, "identity", PLENTY) == body


@given(bodies, codings, st.integers(0, 6000))
def test_no_more_than_the_cap_comes_out(body: bytes, coding: tuple[str, Callable[[bytes], bytes]], cap: int) -> None:
    name, encode = coding
    if len(body) <= cap:
        assert decode_body(encode(body), name, cap) == body
        return
    with pytest.raises(PermanentError) as caught:
        decode_body(encode(body), name, cap)
    assert caught.value.reason is Reason.TOO_LARGE


@given(bodies, codings, st.data())
def test_a_truncated_stream_is_never_accepted(
    body: bytes, coding: tuple[str, Callable[[bytes], bytes]], data: st.DataObject
) -> None:
    # Given an encoded body that lost its end
    name, encode = coding
    encoded = encode(body)
    cut = data.draw(st.integers(0, len(encoded) - 1))

    # When it is decoded
    with pytest.raises((TransientError, PermanentError)) as caught:
        decode_body(encoded[:cut], name, PLENTY)

    # Then that is said, and nothing else can be meant by it; a raw stream's first bytes alone may mean anything
    expected = {Reason.TRUNCATED} if encode is not as_raw_deflate else {Reason.TRUNCATED, Reason.CONTENT_ENCODING}
    assert isinstance(caught.value, TransientError | PermanentError)
    assert caught.value.reason in expected


@given(st.binary(max_size=500), st.sampled_from(["gzip", "deflate", "br", "zstd"]))
def test_bytes_that_are_anything_at_all_end_in_a_classified_way(body: bytes, name: str) -> None:
    reason = None
    try:
        decode_body(body, name, 5000)
    except (PermanentError, TransientError) as error:
        reason = error.reason
    assert reason in {None, Reason.CONTENT_ENCODING, Reason.TRUNCATED, Reason.TOO_LARGE}


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=6))
def test_all_members_of_a_gzip_body_are_read(parts: list[bytes]) -> None:
    assert decode_body(b"".join(as_gzip(part) for part in parts), "gzip", PLENTY) == b"".join(parts)


def test_the_cap_is_for_all_members_together() -> None:
    with pytest.raises(PermanentError) as caught:
        decode_body(as_gzip(b"x" * 60) * 2, "gzip", 100)
    assert caught.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize("cut", [1, 5, 15])
def test_a_second_member_cut_short_is_truncated(cut: int) -> None:
    with pytest.raises(TransientError) as caught:
        decode_body(as_gzip(b"first") + as_gzip(b"second")[:cut], "gzip", PLENTY)
    assert caught.value.reason is Reason.TRUNCATED


@pytest.mark.parametrize("rubbish", [b"\x00" * 512, b"\n", b"<!-- cached -->"])
def test_what_follows_the_last_member_is_ignored(rubbish: bytes) -> None:
    assert decode_body(as_gzip(b"page") + rubbish, "gzip", PLENTY) == b"page"


def test_a_flood_of_empty_members_is_refused() -> None:
    with pytest.raises(PermanentError) as caught:
        decode_body(as_gzip(b"") * (MAXIMUM_MEMBERS + 1), "gzip", PLENTY)
    assert caught.value.reason is Reason.CONTENT_ENCODING


def test_a_corrupt_checksum_is_refused() -> None:
    encoded = bytearray(as_gzip(b"page" * 100))
    encoded[-6] ^= 0xFF
    with pytest.raises(PermanentError) as caught:
        decode_body(bytes(encoded), "gzip", PLENTY)
    assert caught.value.reason is Reason.CONTENT_ENCODING


def test_a_body_that_is_not_what_it_claims_is_refused() -> None:
    with pytest.raises(PermanentError) as caught:
        decode_body(b"<html>not gzip at all</html>", "gzip", PLENTY)
    assert caught.value.reason is Reason.CONTENT_ENCODING


@pytest.mark.slow
def test_a_bomb_costs_no_more_memory_than_the_cap() -> None:
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
        (["br"], "br"),
        (["Zstd"], "zstd"),
        (["UTF-8"], "utf-8"),
        (["utf-8, gzip"], "gzip"),
        (["gzip", "none"], "gzip"),
    ],
)
def test_the_one_coding_is_found(fields: list[str], expected: str) -> None:
    assert single_encoding(fields) == expected


@pytest.mark.parametrize(
    "fields", [["gzip, gzip"], ["gzip", "gzip"], ["gzip, br"], ["zstd", "gzip"], [", ".join(["gzip"] * 200)]]
)
def test_stacked_codings_are_refused(fields: list[str]) -> None:
    with pytest.raises(PermanentError) as caught:
        single_encoding(fields)
    assert caught.value.reason is Reason.CONTENT_ENCODING


@pytest.mark.parametrize("name", ["utf-8", "none", "text/html", "8bit", "ISO-8859-1", "chunked"])
@pytest.mark.parametrize(
    "body", [b"<p>Br\xc3\xbccke</p>", "\ufeff<p>Brücke</p>".encode("utf-16"), b"<p>Br\xfccke\t\r\n"]
)
def test_text_under_a_name_that_is_no_coding_is_what_it_is(name: str, body: bytes) -> None:
    assert decode_body(body, name, 1000) == body


@pytest.mark.parametrize("body", [b"\x1f\x9d\x90<", b"\x00\x01<p>", b"<p>\x02</p>"])
def test_what_is_no_text_under_a_name_that_is_no_coding_is_refused(body: bytes) -> None:
    with pytest.raises(PermanentError) as caught:
        decode_body(body, "utf-8", 1000)
    assert caught.value.reason is Reason.CONTENT_ENCODING


@given(st.integers(0, 3), st.integers(-2, 2), codings)
def test_sizes_around_the_decoders_own_steps_come_back_as_they_were(
    steps: int, more: int, coding: tuple[str, Callable[[bytes], bytes]]
) -> None:
    # Given a body about as long as a whole number of the pieces in which it is decoded
    name, encode = coding
    body = b"x" * max(0, steps * 65536 + more)

    # When it is decoded, Then it is whole, and every cut of its end is noticed
    assert decode_body(encode(body), name, PLENTY) == body
    with pytest.raises(TransientError):
        decode_body(encode(body)[:-1], name, PLENTY)


@given(bodies, codings, st.integers(0, 6000))
def test_the_start_of_a_body_is_never_more_than_was_asked_for(
    body: bytes, coding: tuple[str, Callable[[bytes], bytes]], cap: int
) -> None:
    name, encode = coding
    assert decode_start(encode(body), name, cap) == (body[:cap], len(body) <= cap)


@given(bodies, codings, st.data())
def test_the_start_of_a_cut_body_is_the_start_of_the_body(
    body: bytes, coding: tuple[str, Callable[[bytes], bytes]], data: st.DataObject
) -> None:
    name, encode = coding
    encoded = encode(body)
    cut = data.draw(st.integers(0, len(encoded) - 1))
    try:
        start, is_whole = decode_start(encoded[:cut], name, PLENTY)
    except PermanentError:  # of a raw stream, the first bytes alone may mean anything
        assert encode is as_raw_deflate
        return
    assert body.startswith(start)
    assert not is_whole


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=6), st.booleans())
def test_all_frames_of_a_zstd_body_are_read(parts: list[bytes], has_notes: bool) -> None:
    between = SKIPPED_FRAME if has_notes else b""
    body = between + between.join(zstd.compress(part) for part in parts) + between
    assert decode_body(body, "zstd", PLENTY) == b"".join(parts)


@pytest.mark.parametrize("cut", [1, 3, 6, 12])
@pytest.mark.parametrize("second", [zstd.compress(b"second" * 10), SKIPPED_FRAME])
def test_a_second_frame_cut_short_is_truncated(cut: int, second: bytes) -> None:
    with pytest.raises(TransientError) as caught:
        decode_body(zstd.compress(b"first") + second[:cut], "zstd", PLENTY)
    assert caught.value.reason is Reason.TRUNCATED


@pytest.mark.parametrize("rubbish", [b"\x00" * 512, b"\n", b"<!-- cached -->"])
def test_what_follows_the_last_frame_is_ignored(rubbish: bytes) -> None:
    assert decode_body(zstd.compress(b"page") + rubbish, "zstd", PLENTY) == b"page"


def test_a_frame_that_wants_a_larger_window_than_http_allows_is_refused() -> None:
    # Given a frame with a window of 128 MiB (RFC 9659 allows 8)
    compressor = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    body = compressor.compress(b"x" * 100) + compressor.flush()

    # When it is decoded, Then the memory is not even asked for
    with pytest.raises(PermanentError) as caught:
        decode_body(body, "zstd", PLENTY)
    assert caught.value.reason is Reason.CONTENT_ENCODING


@pytest.mark.parametrize("name", ["gzip", "br", "zstd", None])
def test_pieces_are_small_whatever_the_body_grows_to(name: str) -> None:
    body = {"gzip": as_gzip, "br": brotlicffi.compress, "zstd": zstd.compress, None: bytes}[name](bytes(PLENTY))
    pieces = list(decoded_pieces(body, name, PLENTY))
    assert b"".join(pieces) == bytes(PLENTY)
    assert max(map(len, pieces)) <= 128 * 1024
