"""A file of JSON lines that is only ever added to: every record in it is whole, and it is ours."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from scraper.errors import CorpusBusy, OutputError
from scraper.write.stream import write_all
from scraper.write.strict_json import json_line

# Read at once while looking for the start of the last line; a record has some 20 KB.
_STEP = 64 * 1024


class LineFile:
    """Append records to ``path``, which is created where it is missing.

    ``start`` is how each record begins; a file that begins otherwise is somebody else's, and with ``None`` each file
    that holds anything. Raises :class:`OutputError`
    for such a file, a folder, a link and a disk that fails, :class:`CorpusBusy` where another process writes to it.

    A crash can tear the last line. On opening, a last line without its newline is cut off if it is no whole JSON value,
    and gets its newline if it is.
    """

    def __init__(self, path: str | Path, start: bytes | None) -> None:
        self.path = Path(path)
        self._file = _open(self.path)
        try:
            _lock(self._file, self.path)
            self._check_owner(start)
            self._repair()
            self.length = os.lseek(self._file, 0, os.SEEK_END)
        except OSError as error:
            os.close(self._file)
            raise _failure(self.path, error) from error
        except BaseException:
            os.close(self._file)
            raise

    def append(self, record: Any) -> None:
        """Add one record. Where that fails no part of it stays in the file."""
        self.append_line(json_line(record))

    def append_line(self, line: bytes) -> None:
        """Add bytes that are whole lines already."""
        try:
            write_all(self._file, line)
        except OSError as error:
            self._forget_torn()
            raise _failure(self.path, error) from error
        except KeyboardInterrupt:
            self._forget_torn()
            raise
        self.length += len(line)

    def _forget_torn(self) -> None:
        with suppress(OSError):  # what stays behind is cut off when the file is opened again
            os.ftruncate(self._file, self.length)

    def sync(self) -> None:
        """Return once the records are on the disk."""
        try:
            os.fsync(self._file)
        except OSError as error:
            raise _failure(self.path, error) from error

    def cut(self, length: int) -> None:
        """Drop what lies beyond ``length`` bytes: records that were written but not committed."""
        try:
            os.ftruncate(self._file, length)
        except OSError as error:
            raise _failure(self.path, error) from error
        self.length = length

    def close(self) -> None:
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check_owner(self, start: bytes | None) -> None:
        head = os.pread(self._file, len(start or b"x"), 0)
        if head and not (start or b"").startswith(head):
            raise OutputError(f"{self.path}: holds something else than what would be added; name another file")

    def _repair(self) -> None:
        """Cut off a torn last line, or end a whole one."""
        end = os.lseek(self._file, 0, os.SEEK_END)
        begin = _last_line(self._file, end)
        if begin == end:
            return
        if _is_whole(os.pread(self._file, end - begin, begin)):
            write_all(self._file, b"\n")
        else:
            os.ftruncate(self._file, begin)


def _open(path: Path) -> int:
    try:
        # O_NONBLOCK: opening a pipe that nobody reads would wait for ever.
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        file = os.open(path, flags, 0o666)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise _failure(path, error) from error
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OutputError(f"{path}: is no regular file; name one, or leave -o out to write to standard output")
    return file


def _lock(file: int, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CorpusBusy(f"{path}: another process is writing to it; wait for its end or name another file") from error


def _last_line(file: int, end: int) -> int:
    """Return the offset behind the last newline before ``end``."""
    at = end
    while at > 0:
        step = min(_STEP, at)
        found = os.pread(file, step, at - step).rfind(b"\n")
        if found >= 0:
            return at - step + found + 1
        at -= step
    return 0


def _is_whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _failure(path: Path, error: OSError | ValueError) -> OutputError:
    number = error.errno if isinstance(error, OSError) else None
    advice = {
        errno.ELOOP: "is a symbolic link, which is not followed; name the file itself",
        errno.EISDIR: "is a folder; name a file",
        errno.ENXIO: "is no regular file; name one, or leave -o out to write to standard output",
        errno.ENOENT: "its folder does not exist; create it first",
        errno.ENOSPC: "the disk is full; make room and run it again",
        errno.EDQUOT: "the disk quota is used up; make room and run it again",
        errno.EACCES: "may not be written; change its permissions or name another file",
    }
    what = error.strerror if isinstance(error, OSError) else str(error)
    return OutputError(f"{path}: {advice.get(number or 0, f'cannot be written ({what}); name another file')}")
