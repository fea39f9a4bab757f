"""Read a body with a bound: decoded in slices, never more of it in memory than was allowed.

httpx decodes without an output bound (809 bytes of Brotli become one chunk of 1 GiB) and takes a compressed stream that
ends early for a whole one. So the raw stream is read and decoded here.
"""

from __future__ import annotations

import asyncio
import sys
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Sequence
from typing import IO, Protocol

import brotli  # type: ignore[import-untyped]  # it ships no types

from scraper.fetch.trouble import Trouble
from scraper.text import counted

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPT_ENCODING = "gzip, deflate, br, zstd"

# Servers that compress twice exist; three times is an attack.
MAX_LAYERS = 2

# Decoding a slice takes about a millisecond, so the event loop is never blocked for long.
SLICE_BYTES = 256 * 1024

# RFC 9659: zstd as a content encoding needs no window above 8 MB. The library's own bound is 128 MB.
_ZSTD_OPTIONS: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}
_ZSTD_MAGIC, _ZSTD_SKIPPABLE = 0xFD2FB528, 0x184D2A50
_ZSTD_MAGIC_BYTES = 4
_GZIP_MAGIC = b"\x1f\x8b"


class Decoder(Protocol):
    """One content encoding."""

    @property
    def whole(self) -> bool:
        """Whether the end of the stream was seen."""
        ...

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield slices of at most :data:`SLICE_BYTES`, empty ones too; raise Trouble ``bad_encoding``."""
        ...


async def read_body(chunks: AsyncIterable[bytes], encoding: str, max_bytes: int, *, cut: bool = False) -> bytes:
    """Return the decoded body; ``encoding`` is the Content-Encoding header.

    Raises Trouble ``too_large`` above ``max_bytes`` decoded bytes (with ``cut`` the first ``max_bytes`` are returned
    instead), ``truncated`` where the compressed stream has no end, ``bad_encoding`` where it is none.
    """
    body = bytearray()
    async for piece in _pieces(chunks, encoding, max_bytes):
        body += piece
        if len(body) > max_bytes:
            if cut:
                return bytes(body[:max_bytes])
            raise Trouble("too_large", f"the body has more than {counted(max_bytes, 'byte')}")
    return bytes(body)


async def save_body(chunks: AsyncIterable[bytes], encoding: str, max_bytes: int, file: IO[bytes]) -> None:
    """Write the first ``max_bytes`` of the decoded body to ``file``, in place of what it holds; raise as read_body."""
    try:
        file.seek(0)
        file.truncate()
        left = max_bytes
        async for piece in _pieces(chunks, encoding, max_bytes):
            file.write(piece[:left])
            left -= len(piece)
            if left < 0:
                return
    except OSError as error:
        raise Trouble("unreadable", f"the body cannot be kept in a temporary file ({error.strerror})") from error


async def _pieces(chunks: AsyncIterable[bytes], encoding: str, max_bytes: int) -> AsyncIterator[bytes]:
    """Yield the decoded body in slices; raise Trouble where it is not whole."""
    decoders = [_Bounded(decoder, max_bytes) for decoder in _decoders(encoding)]
    async for chunk in chunks:
        for piece in _decoded(chunk, decoders):
            yield piece
            await asyncio.sleep(0)  # a deadline or another page may come in between
    for decoder in decoders:
        if decoder.started and not decoder.whole:
            raise Trouble("truncated", f"the {encoding} stream ends early", retry=True)


def _decoders(encoding: str) -> list[Decoder]:
    """Return the decoders in the order in which they are to be applied: the last encoding named comes off first."""
    names = [name.strip().lower() for name in encoding.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > MAX_LAYERS:
        raise Trouble("bad_encoding", f"{len(names)} content encodings; at most {MAX_LAYERS} are undone")
    unknown = [name for name in names if name not in _DECODERS]
    if unknown:
        raise Trouble("bad_encoding", f"the content encoding {unknown[0][:40]!a} is not known")
    return [_DECODERS[name]() for name in reversed(names)]


def _decoded(data: bytes, decoders: Sequence[Decoder]) -> Iterator[bytes]:
    if not decoders:
        yield data
        return
    for piece in decoders[0].feed(data):
        yield from _decoded(piece, decoders[1:])


class _Bounded:
    """Stops a layer whose output passes the cap even where the next layer makes nothing of it."""

    def __init__(self, decoder: Decoder, max_bytes: int) -> None:
        self._decoder = decoder
        self._left = max_bytes + 4 * SLICE_BYTES  # so that the reader's own check comes first
        self.started = False

    @property
    def whole(self) -> bool:
        return self._decoder.whole

    def feed(self, data: bytes) -> Iterator[bytes]:
        self.started = self.started or bool(data)
        for piece in self._decoder.feed(data):
            self._left -= len(piece)
            if self._left < 0:
                raise Trouble("too_large", "the body's inner encoding expands without end")
            yield piece


class _Zlib:
    """gzip of any number of members, and deflate with or without its zlib header."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._stream: zlib._Decompress | None = None
        self._head = b""
        self.whole = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        data = self._head + data
        self._head = b""
        full = False
        while data or full:
            if self._stream is None or self.whole:
                if len(data) < len(_GZIP_MAGIC):
                    self._head = data  # too little to tell what it is
                    return
                if self.whole and not (self._encoding == "gzip" and data.startswith(_GZIP_MAGIC)):
                    return  # what follows the stream is padding, as browsers see it
                self._stream = zlib.decompressobj(self._window_bits(data))
            try:
                piece = self._stream.decompress(data, SLICE_BYTES)
            except zlib.error as error:
                raise Trouble("bad_encoding", f"the body is no {self._encoding} ({error})") from error
            self.whole = self._stream.eof
            # All input may be used up with output still waiting inside.
            full = len(piece) == SLICE_BYTES and not self.whole
            data = self._stream.unused_data if self.whole else self._stream.unconsumed_tail
            yield piece

    def _window_bits(self, data: bytes) -> int:
        if self._encoding == "gzip":
            return zlib.MAX_WBITS + 16
        # RFC 1950: the header's first two bytes are a multiple of 31. Many servers leave it out.
        has_header = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
        return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS


class _Brotli:
    """br. Its slices can be twice as long as asked for."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self.whole = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        while not self.whole:
            try:
                piece = self._stream.process(data, output_buffer_limit=SLICE_BYTES)
            except brotli.error as error:
                raise Trouble("bad_encoding", f"the body is no br ({error})") from error
            self.whole = self._stream.is_finished()
            yield piece
            # It says that it accepts data while output still waits inside; only a slice that is not full ends it.
            if self._stream.can_accept_more_data() and len(piece) < SLICE_BYTES:
                return
            data = b""


class _Zstd:
    """zstd of any number of frames."""

    def __init__(self) -> None:
        self._stream: zstd.ZstdDecompressor | None = None
        self._head = b""
        self.whole = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        data = self._head + data
        self._head = b""
        while True:
            if self._stream is None or self.whole:
                if len(data) < _ZSTD_MAGIC_BYTES:
                    self._head = data  # too little to tell what it is
                    return
                if self.whole and not _begins_zstd_frame(data):
                    return
                self._stream = zstd.ZstdDecompressor(options=_ZSTD_OPTIONS)
            try:
                piece = self._stream.decompress(data, SLICE_BYTES)
            except zstd.ZstdError as error:
                raise Trouble("bad_encoding", f"the body is no zstd ({error})") from error
            self.whole = self._stream.eof
            data = self._stream.unused_data if self.whole else b""
            yield piece
            if not self.whole and self._stream.needs_input:
                return


def _begins_zstd_frame(data: bytes) -> bool:
    """Tell whether a frame begins here, be it one to be skipped (RFC 8878, 3.1)."""
    magic = int.from_bytes(data[:_ZSTD_MAGIC_BYTES], "little")
    return magic == _ZSTD_MAGIC or magic & ~0xF == _ZSTD_SKIPPABLE


_DECODERS: dict[str, Callable[[], Decoder]] = {
    "gzip": lambda: _Zlib("gzip"),
    "x-gzip": lambda: _Zlib("gzip"),
    "deflate": lambda: _Zlib("deflate"),
    "br": _Brotli,
    "zstd": _Zstd,
}
