"""What the state knows of the finished segments of a corpus, and of files that are being made or removed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from scraper.state import State


class PagesFile(msgspec.Struct, frozen=True, kw_only=True):
    """The kept pages of a segment."""

    file: str
    pages: int
    bytes: int
    sha256: str


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A finished segment. Names of files begin at the folder of the corpus."""

    segment: int  # its number, in the order of the articles
    file: str
    articles: int
    bytes: int
    plain_bytes: int  # before it was compressed
    sha256: str
    finished_at: str
    pages: PagesFile | None = None

    @property
    def files(self) -> list[str]:
        """Its files."""
        return [self.file, *([self.pages.file] if self.pages else [])]


class OpenFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is added to."""

    file: str
    length: int  # that is committed
    records: int  # of kept pages only
    began_at: datetime | None


def open_files(state: State) -> list[OpenFile]:
    """Return the files that are, or once were, added to."""
    with state.reading() as db:
        rows = db.execute("SELECT file, length, records, began_at FROM output ORDER BY file").fetchall()
    return [
        OpenFile(file=file, length=length, records=records, began_at=datetime.fromisoformat(began) if began else None)
        for file, length, records, began in rows
    ]


def segments(state: State) -> list[Segment]:
    """Return the finished segments in the order of their articles."""
    with state.reading() as db:
        return [_segment(row) for row in db.execute("SELECT * FROM segments ORDER BY number").fetchall()]


def pending(state: State) -> list[str]:
    """Return the files that a run was making or removing when it ended, and that no segment has."""
    query = (
        "SELECT file FROM pending WHERE file NOT IN (SELECT file FROM segments)"
        " AND file NOT IN (SELECT pages_file FROM segments WHERE pages_file IS NOT NULL) ORDER BY file"
    )
    with state.reading() as db:
        return [file for (file,) in db.execute(query).fetchall()]


def announce(state: State, files: Iterable[str]) -> None:
    """Note files before they are made: where that ends half-way, the next start removes them."""
    with state.writing() as db:
        db.executemany("INSERT OR REPLACE INTO pending VALUES (?)", [[file] for file in files])


def nothing_pending(state: State) -> None:
    """Note that no file is half made or half removed."""
    with state.writing() as db:
        db.execute("DELETE FROM pending")


def add_segment(state: State, segment: Segment, emptied: Sequence[str]) -> None:
    """Record a finished segment, and that nothing in the open files ``emptied`` counts any more; all or nothing."""
    with state.writing() as db:
        insert_segment(db, segment)
        db.executemany(
            "UPDATE output SET length = 0, records = 0, began_at = NULL WHERE file = ?", [[file] for file in emptied]
        )


def replace_segment(state: State, old: Segment, new: Segment | None, change: Callable[[Any], None]) -> None:
    """Record that ``new``, or nothing, took the place of a segment, and what ``change`` writes; all or nothing.

    The old files become pending: they are to be removed.
    """
    with state.writing() as db:
        db.execute("DELETE FROM segments WHERE number = ?", [old.segment])
        if new:
            insert_segment(db, new)
        db.executemany("INSERT OR REPLACE INTO pending VALUES (?)", [[file] for file in old.files])
        change(db)


def insert_segment(db: Any, segment: Segment) -> None:
    """Record a segment, in a transaction."""
    pages = segment.pages
    values = [
        *(segment.segment, segment.file, segment.articles, segment.bytes, segment.plain_bytes, segment.sha256),
        segment.finished_at,
        *((pages.file, pages.pages, pages.bytes, pages.sha256) if pages else (None, None, None, None)),
    ]
    db.execute("INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    db.executemany("DELETE FROM pending WHERE file = ?", [[file] for file in segment.files])


def _segment(row: Sequence[Any]) -> Segment:
    number, file, articles, size, plain, digest, finished, pages_file, pages, pages_size, pages_digest = row
    kept = PagesFile(file=pages_file, pages=pages, bytes=pages_size, sha256=pages_digest) if pages_file else None
    return Segment(
        segment=number,
        file=file,
        articles=articles,
        bytes=size,
        plain_bytes=plain,
        sha256=digest,
        finished_at=finished,
        pages=kept,
    )
