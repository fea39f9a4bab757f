"""Write a small file whole or not at all, and make the names in a folder durable."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scraper.disk import sync_folder
from scraper.write.append_file import write_failure
from scraper.write.stream import write_all


def replace_file(path: Path, data: bytes) -> None:
    """Put a file with this content in the place of the one that has its name, if any. Raises :class:`OutputError`."""
    new = path.with_name(half_made(path.name))
    with explained(path):
        new.unlink(missing_ok=True)
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            write_all(file, data)
            os.fsync(file)
        finally:
            os.close(file)
        new.rename(path)
        sync_names(path.parent)


def sync_names(folder: Path) -> None:
    """Make the names in a folder durable. Raises :class:`OutputError`."""
    with explained(folder):
        sync_folder(folder)


def half_made(name: str) -> str:
    """Return the name that a file has while it is written."""
    return f".{name}.new"


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise :class:`OutputError` for an error of the disk."""
    try:
        yield
    except OSError as error:
        raise write_failure(path, error) from error
