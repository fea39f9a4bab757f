"""Rows 4 to 10 of the matrix: headers and bodies that are broken, or made to fill the memory."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from functools import cache, partial

import brotli
import pytest
from builders import a_page
from loopback import Answer, answer

from faults.conftest import Command
from scraper.fetch.body import zstd

pytestmark = pytest.mark.slow

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
PAGE = a_page().encode()
GIGABYTE = 1 << 30


def test_row_4_a_million_headers_take_no_memory(among_good: Command, usual_mb: float) -> None:
    done = among_good(OK + b"A: b\r\n" * 1_000_000 + b"\r\n")

    assert done.reasons == ["too_large"]
    assert done.peak_mb < usual_mb + 5
    assert done.code == 3


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"<html><body>a page of HTTP/0.9</body></html>", "protocol"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "protocol"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "protocol"),
        (OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "protocol"),
        (OK + b"Content-Length: 1e30\r\n\r\nabc", "protocol"),
        (OK + b"Content-Length: 1000\r\n\r\nabcde", "truncated"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n" + PAGE[:200], "truncated"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nwrong\r\n" + PAGE, "protocol"),
        (OK + b"Content-Encoding: gzip\r\n\r\n" + PAGE, "bad_encoding"),
        (OK + b"Content-Encoding: gzip, gzip, gzip, gzip, gzip, gzip\r\n\r\n" + PAGE, "bad_encoding"),
    ],
)
def test_rows_5_6_and_8_broken_http_has_its_reason_and_gives_no_record(
    among_good: Command, raw: bytes, reason: str
) -> None:
    done = among_good(raw)

    assert done.reasons == [reason]
    assert done.code == 3


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_row_7_a_compressed_body_that_ends_early_is_no_page(among_good: Command, encoding: str) -> None:
    body = COMPRESS[encoding](PAGE)[:-9]

    done = among_good(answer(body, Content_Encoding=encoding))

    assert done.reasons == ["truncated"]
    assert done.code == 3


@cache
def gzip_bomb(layers: int) -> bytes:
    """Return 256 MB of zeros, compressed this many times."""
    body = bytes(GIGABYTE >> 2)
    for _ in range(layers):
        body = gzip.compress(body, 6)
    return body


def brotli_bomb() -> bytes:
    """Return a gigabyte of zeros in some 800 bytes."""
    packer = brotli.Compressor(quality=9, lgwin=24)
    block = bytes(1 << 20)
    return b"".join([*(packer.process(block) for _ in range(GIGABYTE >> 20)), packer.finish()])


def zstd_bomb() -> bytes:
    """Return a gigabyte of zeros in some 30 KB."""
    packer = zstd.ZstdCompressor()
    block = bytes(1 << 20)
    return b"".join([*(packer.compress(block) for _ in range(GIGABYTE >> 20)), packer.flush()])


COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "br": partial(brotli.compress, quality=1),
    "zstd": zstd.compress,
}


@pytest.mark.parametrize(
    ("bomb", "encoding", "reason"),
    [
        (brotli_bomb, "br", "too_large"),
        (zstd_bomb, "zstd", "too_large"),
        (partial(gzip_bomb, 1), "gzip", "too_large"),
        (partial(gzip_bomb, 2), "gzip, gzip", "too_large"),
        (partial(gzip_bomb, 4), "gzip, gzip, gzip, gzip", "bad_encoding"),
        (lambda: PAGE, "gzip, br, zstd, gzip, br, deflate", "bad_encoding"),
    ],
    ids=["br", "zstd", "gzip", "two-gzips", "four-gzips", "six-encodings"],
)
def test_row_9_a_bomb_takes_little_memory_and_never_blocks_the_others(
    among_good: Command, usual_mb: float, bomb: Callable[[], bytes], encoding: str, reason: str
) -> None:
    done = among_good(answer(bomb(), Content_Encoding=encoding))

    assert done.reasons == [reason]
    assert done.peak_mb < usual_mb + 64
    assert done.stall_ms < 100
    assert done.code == 3


def test_row_9_an_endless_body_ends_at_the_cap(among_good: Command, usual_mb: float) -> None:
    async def pour(writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"\r\n")
        while True:
            writer.write(b"<p>more and more " * 4096)
            await writer.drain()

    endless: Answer = pour

    done = among_good(endless, fetch={"deadline_s": 20.0})

    assert done.reasons == ["too_large"]
    assert done.peak_mb < usual_mb + 64
    assert done.stall_ms < 100
    assert done.code == 3


@pytest.mark.parametrize("piece", [b"bad/", b"=?&", b"&p=1", b"=1"])
def test_row_9_a_large_page_full_of_addresses_never_blocks_the_others(among_good: Command, piece: bytes) -> None:
    story = PAGE.replace(b"</body>", b"<!-- " + piece * (9_000_000 // len(piece)) + b" --></body>")

    done = among_good(answer(story))

    assert story != PAGE
    assert len(done.articles) == 3
    assert done.stall_ms < 100
    assert done.code == 0


def test_row_10_compressed_bytes_that_no_header_names_are_no_page(among_good: Command) -> None:
    done = among_good(answer(gzip.compress(PAGE)))

    assert done.reasons == ["not_html"]
    assert done.code == 0
