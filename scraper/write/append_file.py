"""A file that is only ever added to, and that is ours: no link is followed, no foreign file is touched."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from scraper.errors import CorpusBusy, OutputError
from scraper.write.stream import write_all


class AppendFile:
    """Append bytes to ``path``, which is created where it is missing.

    ``start`` is how the file begins; one that begins otherwise is somebody else's, and with ``None`` each file that
    holds anything. Raises :class:`OutputError` for such a file, a folder, a link and a disk that fails,
    :class:`CorpusBusy` where another process writes to it.
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
            raise write_failure(self.path, error) from error
        except BaseException:
            os.close(self._file)
            raise

    def add(self, data: bytes) -> None:
        """Add bytes. Where that fails no part of them stays in the file."""
        try:
            write_all(self._file, data)
        except OSError as error:
            self._forget_torn()
            raise write_failure(self.path, error) from error
        except KeyboardInterrupt:
            self._forget_torn()
            raise
        self.length += len(data)

    def _forget_torn(self) -> None:
        with suppress(OSError):  # what stays behind is cut off when the file is opened again
            os.ftruncate(self._file, self.length)

    def sync(self) -> None:
        """Return once the records are on the disk."""
        try:
            os.fsync(self._file)
        except OSError as error:
            raise write_failure(self.path, error) from error

    def cut(self, length: int) -> None:
        """Drop what lies beyond ``length`` bytes: records that were written but not committed."""
        try:
            os.ftruncate(self._file, length)
        except OSError as error:
            raise write_failure(self.path, error) from error
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
        """Put right what a crash left; what is committed is known elsewhere."""


def _open(path: Path) -> int:
    try:
        # O_NONBLOCK: opening a pipe that nobody reads would wait for ever.
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        file = os.open(path, flags, 0o666)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise write_failure(path, error) from error
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OutputError(f"{path}: is no regular file; name one, or leave -o out to write to standard output")
    return file


def _lock(file: int, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CorpusBusy(f"{path}: another process is writing to it; wait for its end or name another file") from error


def write_failure(path: Path, error: OSError | ValueError) -> OutputError:
    """Return what an error of the disk means for who runs the command."""
    number = error.errno if isinstance(error, OSError) else None
    advice = {
        errno.ELOOP: "is a symbolic link, which is not followed; name the file itself",
        errno.EISDIR: "is a folder; name a file",
        errno.ENXIO: "is no regular file; name one, or leave -o out to write to standard output",
        errno.ENOENT: "its folder does not exist; create it first",
        errno.ENOSPC: "the disk is full; make room and run it again",
        errno.EDQUOT: "the disk quota is used up; make room and run it again",
        errno.EACCES: "may not be written; change its permissions or name another file",
        errno.EROFS: "lies on a disk that is read-only; make it writable or name another file",
    }
    what = error.strerror if isinstance(error, OSError) else str(error)
    return OutputError(f"{path}: {advice.get(number or 0, f'cannot be written ({what}); name another file')}")
