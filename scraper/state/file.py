"""The file of the state on the disk: its lock, and how it is made, checked and copied."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from scraper.disk import sync_folder
from scraper.errors import CorpusBusy, OutputError, StateError
from scraper.state.schema import NEWEST, prepare


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file, or raise :class:`CorpusBusy` at once. The system frees it however the process ends."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise OutputError(
            f"{path}: the lock cannot be opened ({error.strerror}); its folder must be there and writable"
        ) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _busy(path, lock) from error
        with suppress(OSError):  # the number only helps a reader; a full disk is told of where it matters
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(lock)


def check_free(path: Path) -> None:
    """Raise :class:`CorpusBusy` where somebody holds a lock file; change nothing."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise OutputError(f"{path}: the lock cannot be opened ({error.strerror}); put that right") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise _busy(path, lock) from error
    finally:
        os.close(lock)


def _busy(path: Path, lock: int) -> CorpusBusy:
    holder = os.read(lock, 20).decode("ascii", "replace").strip() or "unknown"
    return CorpusBusy(f"{path}: another run (process {holder}) holds the corpus; wait for its end")


def check_place(path: Path) -> None:
    """Raise :class:`OutputError` where a link, a folder or a device lies where the file goes. No link is followed."""
    for end in ("", "-wal", "-shm"):
        file = path.with_name(path.name + end)
        if file.is_symlink():
            raise OutputError(f"{file}: is a symbolic link, which is not followed; put the file itself there")
        if os.path.lexists(file) and not file.is_file():
            raise OutputError(f"{file}: is no regular file; move it away, or give another name as corpus.state")


def create(path: Path) -> None:
    """Make the file under another name and rename it, so that what has the name is always whole."""
    new = path.with_name(path.name + ".new")
    # A write-ahead log that outlived its file would be replayed into the new one.
    for leftover in (new, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        leftover.unlink(missing_ok=True)
    file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with closing(sqlite3.connect(new, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = OFF")  # one sync at the end, not four for each migration
            prepare(db)
        os.fsync(file)
    finally:
        os.close(file)
    new.rename(path)
    sync_folder(path.parent)


def check(path: Path) -> int:
    """Return the number of its last migration; raise unless the file is a whole state that this version knows.

    Only reads; 0.5 s for a million urls.
    """
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as db:
            number = db.execute("SELECT max(number) FROM migrations").fetchone()[0]
            verdict = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise _damaged(path, str(error)) from error
    if verdict != "ok":
        raise _damaged(path, verdict)
    if not isinstance(number, int) or number > NEWEST:
        raise StateError(
            f"{path}: was written by a newer version (schema {number}, this one knows {NEWEST}); install that version"
        )
    return number


def back_up(db: sqlite3.Connection, path: Path) -> None:
    """Copy the whole state to another file, which only its owner can read; an older copy of that name is replaced."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(new)) as copy:
        db.backup(copy)
    new.rename(path)
    sync_folder(path.parent)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Say what an error of SQLite or of the disk means for the user."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:  # full, locked, read-only
        raise OutputError(f"{path}: the state cannot be written ({error}); put that right and run again") from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path, str(error)) from error


def _damaged(path: Path, what: str) -> StateError:
    return StateError(
        f"{path}: is damaged or no state of a corpus ({' '.join(what.split())}); it was not changed. Restore it from a"
        f" backup together with the articles, or let `scraper state CONFIG rebuild` make it anew from them; to begin"
        f" with nothing, move both away (and {path.name}-wal)"
    )
