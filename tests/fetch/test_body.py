"""Content encodings, undone within bounds."""

from __future__ import annotations

import asyncio
import gzip
import os
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.fetch.body import read_body, zstd
from scraper.fetch.trouble import Trouble

DATA = Path(os.environ.get("SCRAPER_SHARED", Path(__file__).parents[3] / "shared")) / "data" / "compressed"

TEXT = b"<p>The ferry sails again on Monday. " * 30


def raw_deflate(data: bytes) -> bytes:
    return zlib.compress(data)[2:-4]


ENCODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
    "identity": bytes,
    "": bytes,
}


def read(body: bytes, encoding: str, max_bytes: int = 1_000_000, chunk: int = 64 * 1024, cut: bool = False) -> bytes:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), chunk):
            yield body[start : start + chunk]

    return asyncio.run(read_body(chunks(), encoding, max_bytes, cut=cut))


def reason(body: bytes, encoding: str, **options: int) -> str:
    with pytest.raises(Trouble) as caught:
        read(body, encoding, **options)  # type: ignore[arg-type]
    return str(caught.value.reason)


@pytest.mark.parametrize("chunk", [1, 7, 64 * 1024])
@pytest.mark.parametrize("encoding", ENCODERS)
def test_each_encoding_is_undone_however_the_bytes_arrive(encoding: str, chunk: int) -> None:
    assert read(ENCODERS[encoding](TEXT), encoding, chunk=chunk) == TEXT


@pytest.mark.parametrize("chunk", [1, 64 * 1024])
def test_deflate_without_its_header_is_undone(chunk: int) -> None:
    assert read(raw_deflate(TEXT), "deflate", chunk=chunk) == TEXT


def test_an_output_of_exactly_one_slice_is_whole() -> None:
    data = os.urandom(256 * 1024)

    assert read(raw_deflate(data), "deflate") == data


def test_two_encodings_come_off_in_reverse_order() -> None:
    assert read(brotli.compress(gzip.compress(TEXT)), "gzip, br") == TEXT


def test_gzip_members_and_zstd_frames_are_joined() -> None:
    assert read(gzip.compress(b"one ") + gzip.compress(b"two"), "gzip", chunk=3) == b"one two"
    assert read(zstd.compress(b"one ") + zstd.compress(b"two"), "zstd") == b"one two"


@pytest.mark.parametrize("chunk", [1, 2, 3, 64 * 1024])
def test_frames_of_zstd_are_joined_however_the_bytes_arrive(chunk: int) -> None:
    skipped = b"\x5a\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"any"  # RFC 8878, 3.1.2

    assert read(skipped + zstd.compress(b"one ") + skipped + zstd.compress(b"two"), "zstd", chunk=chunk) == b"one two"
    assert read(zstd.compress(TEXT) + b"\0\0", "zstd", chunk=chunk) == TEXT


def test_padding_after_gzip_is_ignored() -> None:
    assert read(gzip.compress(TEXT) + b"\0" * 9, "gzip") == TEXT


def test_no_bytes_at_all_are_an_empty_body() -> None:
    assert read(b"", "gzip") == b""


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_stream_without_its_end_is_truncated(encoding: str) -> None:
    assert reason(ENCODERS[encoding](os.urandom(5000))[:-5], encoding) == "truncated"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_plain_html_under_a_wrong_name_is_a_bad_encoding(encoding: str) -> None:
    assert reason(b"<html><body>" + TEXT, encoding) == "bad_encoding"


@pytest.mark.parametrize("encoding", ["compress", "gzip, gzip, gzip", "gzip\x1b]0;x"])
def test_encodings_that_are_unknown_or_too_many_are_refused(encoding: str) -> None:
    assert reason(b"x", encoding) == "bad_encoding"


@pytest.mark.parametrize("encoding", ENCODERS)
def test_the_cap_is_on_the_decoded_body(encoding: str) -> None:
    body = ENCODERS[encoding](bytes(2_000_000))

    assert reason(body, encoding) == "too_large"
    assert read(body, encoding, cut=True) == bytes(1_000_000)


def test_an_inner_encoding_that_expands_to_nothing_is_stopped() -> None:
    # Empty stored blocks: 20 MB that decode to no byte at all, behind 20 KB.
    nothing = gzip.compress(b"")[:10] + b"\x00\x00\x00\xff\xff" * 4_000_000

    assert reason(gzip.compress(nothing), "gzip, gzip") == "too_large"


def test_a_zstd_window_that_takes_too_much_memory_is_refused() -> None:
    options = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.content_size_flag: 0}
    compressor = zstd.ZstdCompressor(options=options)
    body = compressor.compress(TEXT) + compressor.flush()

    assert reason(body, "zstd") == "bad_encoding"


def test_a_long_body_leaves_room_for_others() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield gzip.compress(bytes(3_000_000))

    async def run() -> int:
        reading = asyncio.create_task(read_body(chunks(), "gzip", 5_000_000))
        turns = 0
        while not reading.done():
            turns += 1
            await asyncio.sleep(0)
        return turns

    assert asyncio.run(run()) > 10


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, deflate", "br, zstd"]))
def test_any_bytes_give_a_body_or_a_reason(body: bytes, encoding: str) -> None:
    try:
        read(body, encoding)
    except Trouble as trouble:
        assert trouble.reason in {"bad_encoding", "truncated"}  # noqa: PT017


@pytest.mark.skipif(not DATA.exists(), reason=f"no {DATA}")
@pytest.mark.parametrize(
    ("name", "encoding", "result"),
    [
        ("html-br.bin", "br", 74837),
        ("html-gzip.bin", "gzip", 74837),
        ("html-gzip-deflate.bin", "gzip, deflate", 74837),
        ("html-rawdeflate.bin", "deflate", 74840),
        ("html-zlibdeflate.bin", "deflate", 74840),
        ("html-zstd-static-content-size.bin", "zstd", 74837),
        ("html-zstd-static-no-content-size.bin", "zstd", 74837),
        ("html-zstd-streaming-no-content-size.bin", "zstd", 74837),
    ],
)
def test_the_good_bodies_of_another_project_are_read(name: str, encoding: str, result: int) -> None:
    assert len(read((DATA / name).read_bytes(), encoding)) == result


@pytest.mark.skipif(not DATA.exists(), reason=f"no {DATA}")
@pytest.mark.parametrize(
    ("name", "encoding", "result"),
    [
        ("bomb-br.bin", "br", "too_large"),
        ("bomb-deflate.bin", "deflate", "too_large"),
        ("bomb-gzip.bin", "gzip", "too_large"),
        ("bomb-zstd.bin", "zstd", "too_large"),
        ("truncated-crc-error.gz", "gzip", "truncated"),
        ("truncated-crc-error-short.gz", "gzip", "truncated"),
        ("unexpected-eof.gz", "gzip", "truncated"),
    ],
)
def test_the_bad_bodies_of_another_project_have_their_reason(name: str, encoding: str, result: str) -> None:
    assert reason((DATA / name).read_bytes(), encoding, max_bytes=10_000_000) == result
