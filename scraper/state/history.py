"""What each run had of each source and host, and which alarms hold."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

# Appended to, never changed: see MIGRATIONS.
TABLES = """
    CREATE TABLE sources (
        source TEXT PRIMARY KEY,
        first_at TEXT NOT NULL,    -- of the first run with it
        read_at TEXT,              -- of the last run in which it could be read
        article_at TEXT            -- of the last run in which it had a new article
    ) WITHOUT ROWID;
    CREATE TABLE source_days (
        source TEXT NOT NULL,
        day TEXT NOT NULL,         -- UTC, on which it was read
        articles INTEGER NOT NULL, -- new ones
        PRIMARY KEY (source, day)
    ) WITHOUT ROWID;
    CREATE TABLE source_runs (     -- of runs in which anything came of a source
        source TEXT NOT NULL,
        run INTEGER NOT NULL,
        at TEXT NOT NULL,
        articles INTEGER NOT NULL,
        report TEXT NOT NULL,      -- JSON: SourceRun
        PRIMARY KEY (source, run)
    ) WITHOUT ROWID;
    CREATE TABLE host_runs (       -- of hosts that refused a page, since the last run in which they refused none
        host TEXT NOT NULL,
        run INTEGER NOT NULL,
        at TEXT NOT NULL,
        pages INTEGER NOT NULL,    -- that it was asked for
        refused INTEGER NOT NULL,
        PRIMARY KEY (host, run)
    ) WITHOUT ROWID;
    CREATE TABLE alarms (          -- that hold
        source TEXT NOT NULL,
        kind TEXT NOT NULL,
        since TEXT NOT NULL,
        told_at TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (source, kind)
    ) WITHOUT ROWID;
"""

# Twelve weeks: a habit of weekends shows, and what a source was like before its relaunch is forgotten.
KEEP = timedelta(days=84)
# Of a source that has articles in every run; with 10 a run they are 1,000 articles.
MAX_RUNS = 100
# Runs whose yield is kept, also where nothing came.
MAX_YIELDS = 10
# Numbers of single articles that are kept of one run.
MAX_SAMPLES = 50

Rows = Callable[[str, Sequence[Any]], list[Any]]  # runs a query on the state


class SourceRun(msgspec.Struct, kw_only=True):
    """What one run had of one source."""

    source: str
    run: int = 0
    at: datetime = datetime.min.replace(tzinfo=UTC)
    named: int | None = None  # pages that it names; None: it did not change, or could not be read
    error: str = ""  # why it could not be read
    found: int = 0  # = seen + new
    seen: int = 0
    new: int = 0  # = articles + skipped + failed + deferred
    articles: int = 0
    revisions: int = 0  # of the articles, those that are new versions
    duplicates: int = 0  # of the articles, those that repeat another one; and what was skipped for that
    skipped: dict[str, int] = {}  # by reason
    failed: dict[str, int] = {}
    deferred: dict[str, int] = {}
    requests: int = 0
    bytes: int = 0
    chars: list[int] = []  # of single articles
    removed: list[float] = []  # share of the characters that was taken out
    dated: int = 0
    signed: int = 0  # with an author

    @property
    def has_anything(self) -> bool:
        """Whether it is worth keeping."""
        return bool(self.new or self.error)


class HostRun(msgspec.Struct, frozen=True, kw_only=True):
    """How one run fared with one host."""

    host: str
    run: int
    at: datetime
    pages: int
    refused: int


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm that holds."""

    source: str
    kind: str
    since: datetime
    told_at: datetime
    text: str


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """When a source was read."""

    source: str
    first_at: datetime
    read_at: datetime | None
    article_at: datetime | None
    yields: list[int]  # articles of the last runs, the newest last


@dataclass(frozen=True)
class History:
    """Reads what was written; the newest comes last."""

    rows: Rows

    def sources(self) -> list[Source]:
        """Return every source that a run had."""
        query = "SELECT source, first_at, read_at, article_at, yields FROM sources ORDER BY source"
        rows = [(*row, msgspec.json.decode(yields)) for *row, yields in self.rows(query, [])]
        return [msgspec.convert(dict(zip(Source.__struct_fields__, row, strict=True)), Source) for row in rows]

    def days(self, source: str) -> dict[date, int]:
        """Return the days on which a source was read, with the number of new articles."""
        rows = self.rows("SELECT day, articles FROM source_days WHERE source = ? ORDER BY day", [source])
        return {date.fromisoformat(day): articles for day, articles in rows}

    def runs(self, source: str, *, with_articles: bool) -> list[SourceRun]:
        """Return the last runs in which anything came of a source."""
        rows = self.rows(
            "SELECT report FROM source_runs WHERE source = ? AND articles >= ? ORDER BY run DESC LIMIT ?",
            [source, int(with_articles), MAX_RUNS],
        )
        return [msgspec.json.decode(row[0], type=SourceRun) for row in reversed(rows)]

    def hosts(self, host: str) -> list[HostRun]:
        """Return the runs since a host refuses pages."""
        end = "FROM host_runs WHERE host = ? ORDER BY run DESC LIMIT ?"
        return _structs(self.rows, HostRun, end, [host, MAX_RUNS])[::-1]

    def alarms(self) -> list[Told]:
        """Return the alarms that hold."""
        return _structs(self.rows, Told, "FROM alarms ORDER BY source, kind")


def write(db: sqlite3.Connection, runs: Iterable[SourceRun], hosts: Iterable[HostRun]) -> None:
    """Write what a run had, inside a transaction, and forget what is too old."""
    oldest = None
    for run in runs:
        _write_source(db, run)
        oldest = run.at - KEEP
    for host in hosts:
        if host.refused:
            values = [host.host, host.run, host.at.isoformat(), host.pages, host.refused]
            db.execute("INSERT OR REPLACE INTO host_runs VALUES (?, ?, ?, ?, ?)", values)
        else:  # what it refused before is forgiven
            db.execute("DELETE FROM host_runs WHERE host = ?", [host.host])
        oldest = host.at - KEEP
    if oldest:
        db.execute("DELETE FROM source_days WHERE day < ?", [oldest.date().isoformat()])
        for table in ("source_runs", "host_runs"):
            db.execute(f"DELETE FROM {table} WHERE at < ?", [oldest.isoformat()])


def write_alarms(db: sqlite3.Connection, told: Iterable[Told]) -> None:
    """Write which alarms hold, inside a transaction."""
    db.execute("DELETE FROM alarms")
    rows = [[one.source, one.kind, one.since.isoformat(), one.told_at.isoformat(), one.text] for one in told]
    db.executemany("INSERT INTO alarms (source, kind, since, told_at, text) VALUES (?, ?, ?, ?, ?)", rows)


def _write_source(db: sqlite3.Connection, run: SourceRun) -> None:
    at = run.at.isoformat()
    first = run.articles - run.revisions
    db.execute("INSERT OR IGNORE INTO sources (source, first_at) VALUES (?, ?)", [run.source, at])
    [yields] = db.execute("SELECT yields FROM sources WHERE source = ?", [run.source]).fetchone()
    last = [*msgspec.json.decode(yields), run.articles][-MAX_YIELDS:]
    db.execute("UPDATE sources SET yields = ? WHERE source = ?", [msgspec.json.encode(last).decode(), run.source])
    if not run.error:
        db.execute("UPDATE sources SET read_at = ? WHERE source = ?", [at, run.source])
        db.execute(
            "INSERT INTO source_days VALUES (?, ?, 0) ON CONFLICT DO NOTHING", [run.source, _day(run.at)]
        )  # a day on which it could not be read says nothing of its habits
    if first:
        db.execute("UPDATE sources SET article_at = ? WHERE source = ?", [at, run.source])
        db.execute(
            "INSERT INTO source_days VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET articles = articles + excluded.articles",
            [run.source, _day(run.at), first],
        )
    if run.has_anything:
        report = msgspec.json.encode(run).decode()
        values = [run.source, run.run, at, run.articles, report]
        db.execute("INSERT OR REPLACE INTO source_runs VALUES (?, ?, ?, ?, ?)", values)


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()


def _structs(rows: Rows, kind: Any, end: str, values: Sequence[Any] = ()) -> list[Any]:
    names = kind.__struct_fields__
    found = rows(f"SELECT {', '.join(names)} {end}", values)
    return [msgspec.convert(dict(zip(names, row, strict=True)), kind) for row in found]
