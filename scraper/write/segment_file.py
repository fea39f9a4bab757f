"""Finished segments of a corpus: JSON lines, compressed or not, in a file that is written once."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Protocol

import msgspec

from scraper.errors import StateError
from scraper.write.replace_file import explained, half_made, sync_names
from scraper.write.stream import write_all

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# On articles of the annotated pages level 6 makes 1 of 3.9 bytes at 106 MB/s, level 3 of 3.6 at 270, level 9 of 4.1 at
# 67; gzip at 6 of 3.5 at 44. The run waits for it.
ZSTD_LEVEL = 6
GZIP_LEVEL = 6
STEP_BYTES = 1024 * 1024


class Facts(msgspec.Struct, frozen=True):
    """What is known of a file that was written."""

    records: int
    bytes: int
    plain_bytes: int
    sha256: str


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


class _Plain:
    def compress(self, data: bytes, /) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


class SegmentFile:
    """Writes a new file, which gets its name when it is whole. Nothing that has the name is overwritten.

    Raises :class:`OutputError`.
    """

    def __init__(self, path: Path) -> None:
        """``path`` says by its end how the file is compressed; what ends otherwise is written as it comes."""
        self.path = path
        self._new = path.with_name(half_made(path.name))
        self._compressor = _compressor(path.name)
        self._records = self._bytes = self._plain_bytes = 0
        self._digest = hashlib.sha256()
        with explained(path):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            self._file: int | None = os.open(self._new, flags, 0o666)

    def write(self, data: bytes) -> None:
        """Add whole lines, or a part of them."""
        self._records += data.count(b"\n")
        self._plain_bytes += len(data)
        self._put(self._compressor.compress(data))

    def finish(self) -> Facts:
        """Return what is known of the file once it is on the disk, whole and under its name."""
        self._put(self._compressor.flush())
        assert self._file is not None
        with explained(self.path):
            os.fsync(self._file)
            self._close()
            if os.path.lexists(self.path):
                raise FileExistsError(errno.EEXIST, "another file has the name")
            self._new.rename(self.path)
            sync_names(self.path.parent)
        return Facts(self._records, self._bytes, self._plain_bytes, self._digest.hexdigest())

    def drop(self) -> None:
        """Remove what was written of it."""
        with suppress(OSError):
            self._close()
            self._new.unlink()

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file = None

    def _put(self, data: bytes) -> None:
        self._digest.update(data)
        self._bytes += len(data)
        assert self._file is not None
        with explained(self.path):
            write_all(self._file, data)


def copied(source: Path, length: int, target: Path) -> Facts:
    """Write the first ``length`` bytes of a file, which has them, to a new one, compressed as the name says."""
    new = SegmentFile(target)
    try:
        with explained(source), source.open("rb") as stream:
            while length > 0 and (data := stream.read(min(STEP_BYTES, length))):
                length -= len(data)
                new.write(data)
        return new.finish()
    except BaseException:
        new.drop()
        raise


def lines_of(path: Path, length: int | None = None) -> Iterator[bytes]:
    """Yield the lines of a segment, of an open one the first ``length`` bytes.

    Raises :class:`StateError` where it is damaged.
    """
    opened: IO[bytes] | Any
    try:
        with path.open("rb") as raw:
            if path.name.endswith(".zst"):
                opened = zstd.ZstdFile(raw)
            elif path.name.endswith(".gz"):
                opened = gzip.GzipFile(fileobj=raw)
            else:
                opened = raw
            for line in io.BufferedReader(opened, STEP_BYTES) if opened is not raw else raw:
                if length is not None:
                    if length < len(line):
                        return
                    length -= len(line)
                yield line
    except (OSError, EOFError, zlib.error, zstd.ZstdError) as error:
        raise unreadable(path, error) from error


def digest_of(path: Path) -> tuple[int, str]:
    """Return the length of a file and its SHA-256; raise :class:`StateError` where it cannot be read."""
    try:
        with path.open("rb") as file:
            return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: Exception) -> StateError:
    """Return what it means that a file of the corpus cannot be read."""
    what = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read ({error})"
    return StateError(f"{path}: {what}; restore it from a backup")


def _compressor(name: str) -> _Compressor:
    if name.endswith(".jsonl.gz"):
        return zlib.compressobj(GZIP_LEVEL, wbits=31)
    if name.endswith(".jsonl.zst"):
        options: dict[int, int] = {
            zstd.CompressionParameter.compression_level: ZSTD_LEVEL,
            zstd.CompressionParameter.checksum_flag: 1,
        }
        return zstd.ZstdCompressor(options=options)
    return _Plain()
