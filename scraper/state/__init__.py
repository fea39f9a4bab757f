"""What a corpus remembers between runs: one SQLite file that a person can open."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import quote

import msgspec

from scraper.errors import StateError
from scraper.memory import MAX_SKETCHES, Memory, Sketch, packed, site_memory, sketch_key, unpacked
from scraper.state import history, texts
from scraper.state.file import back_up, check, check_place, create, explained
from scraper.state.schema import NEWEST, as_text, migrate, prepare, schema_of, transaction

Status = Literal["article", "skipped", "failed", "deferred"]

IMPORTED = "imported"  # the reason of a page that somebody had already
PURGED = "purged"  # of one whose article and page were taken out of the corpus

# The index of texts is written all over. With SQLite's own 2 MB and 1,000 pages an article takes it 54 us at 10,000
# articles and 167 at 100,000; with these 51 and 133.
_CACHE_KB = 16_000
_CHECKPOINT_PAGES = 4_000


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a page."""

    url: str  # its identity
    requested: str
    source: str = ""
    status: Status
    reason: str = ""
    tries: int = 0
    next_try: datetime | None = None  # None: never again
    content_hash: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    stated: datetime | None = None  # when an article was published or changed, as its source says
    revision: int | None = None
    lines_hash: str | None = None  # of the text with what the memory of its site took out
    first_at: datetime | None = None  # when it became an article


_COLUMNS = ", ".join(Known.__struct_fields__)


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a feed, a sitemap or a listing page."""

    source: str
    url: str  # its identity
    etag: str | None
    last_modified: str | None
    digest: str
    notes: str  # JSON


class State:
    """The open file. Errors of the disk are :class:`OutputError`, a damaged file is a :class:`StateError`.

    One connection, for writing and reading: SQLite before 3.51.3 can lose a write where two connections share a
    write-ahead log (docs/decisions/0050-sqlite.md).
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or make it where there is none; a file that is damaged or newer is left as it is."""
        self._path = path
        check_place(path)
        with explained(path):
            if os.path.lexists(path):
                check(path)
            else:
                create(path)
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
            self._db.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
            if (schema := schema_of(self._db)) < NEWEST:
                back_up(self._db, path.with_name(f"{path.name}.schema-{schema}"))
            migrate(self._db)
        self._run = 0

    @classmethod
    def to_read(cls, path: Path) -> State:
        """Open the file without changing anything, also beside a run; raise :class:`StateError` if there is none."""
        check_place(path)
        if not os.path.lexists(path):
            raise StateError(f"{path}: there is no such file; `scraper run` makes it")
        number = check(path)
        if number < NEWEST:
            raise StateError(f"{path}: was written by an older version; `scraper run` brings it up to date")
        state = cls.__new__(cls)
        state._path = path
        state._run = 0
        with explained(path):
            state._db = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)
        return state

    @classmethod
    def nowhere(cls) -> State:
        """Return an empty state that is not kept."""
        state = cls.__new__(cls)
        state._path = Path("memory")
        state._run = 0
        state._db = sqlite3.connect(":memory:", isolation_level=None)
        prepare(state._db)
        return state

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection to the other modules of this package, to read."""
        with explained(self._path):
            yield self._db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection to the other modules of this package: all that they write, or nothing."""
        with explained(self._path), transaction(self._db) as db:
            yield db

    def get(self, url: str) -> Known | None:
        """Return what is known of the page with this identity, or of the one that it is another name of."""
        with explained(self._path):
            row = self._db.execute(
                f"SELECT {_COLUMNS} FROM urls WHERE url = ?1"
                f" UNION ALL SELECT {_COLUMNS} FROM urls WHERE url = (SELECT url FROM aliases WHERE alias = ?1)",
                [url],
            ).fetchone()
        return _known(row) if row else None

    def due(self, now: datetime) -> list[Known]:
        """Return the pages whose next try has come, the longest waiting first."""
        with explained(self._path):
            rows = self._db.execute(
                f"SELECT {_COLUMNS} FROM urls WHERE next_try <= ? ORDER BY next_try, url", [as_text(now)]
            ).fetchall()
        return [_known(row) for row in rows]

    def recorded_at(self, url: str) -> datetime:
        """Return when the page with this identity was last recorded."""
        rows = self.rows("SELECT seen_at FROM urls WHERE url = ?", [url])
        return datetime.fromisoformat(rows[0][0])

    def articles_since(self, since: datetime) -> list[Known]:
        """Return the articles that are known since then, the oldest first. Reads all pages: 1 s for a million."""
        query = f"SELECT {_COLUMNS} FROM urls WHERE status = 'article' AND first_at >= ? ORDER BY first_at, url"
        return [_known(row) for row in self.rows(query, [as_text(since)])]

    def counts(self) -> dict[str, int]:
        """Return how many pages are articles, skipped, failed and put off. Reads all pages: 1 s for a million."""
        return dict(self.rows("SELECT status, count(*) FROM urls GROUP BY status ORDER BY status"))

    def last_runs(self, number: int) -> list[dict[str, Any]]:
        """Return the last runs, the newest last; one that was killed has no ``exit_code``."""
        names = ("run", "started_at", "ended_at", "exit_code", "totals")
        rows = self.rows(f"SELECT {', '.join(names)} FROM runs ORDER BY run DESC LIMIT ?", [number])
        runs = [dict(zip(names, row, strict=True)) for row in reversed(rows)]
        return [run | {"totals": msgspec.json.decode(run["totals"] or "{}")} for run in runs]

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """Return what a query finds."""
        with explained(self._path):
            return self._db.execute(query, values).fetchall()

    def text_index(self, similarity: float) -> texts.TextIndex:
        """Return the index of texts; from ``similarity`` on two are near-duplicates."""
        return texts.TextIndex(self.rows, similarity)

    def note_sources(self, runs: Iterable[history.SourceRun], hosts: Iterable[history.HostRun]) -> None:
        """Record what a run had of its sources and hosts, and forget what is too old to count."""
        with explained(self._path), transaction(self._db) as db:
            history.write(db, runs, hosts)

    def read_history(self) -> history.History:
        """Return what was recorded of sources and hosts."""
        return history.History(self.rows)

    def note_alarms(self, told: Iterable[history.Told]) -> None:
        """Record which alarms hold, and when each was told; the others are over."""
        with explained(self._path), transaction(self._db) as db:
            history.write_alarms(db, told)

    def length(self, file: str) -> int | None:
        """Return how many bytes of an output file are committed; ``None`` for a file that the state does not know."""
        with explained(self._path):
            row = self._db.execute("SELECT length FROM output WHERE file = ?", [file]).fetchone()
        return int(row[0]) if row else None

    def commit(
        self,
        pages: Iterable[Known],
        aliases: Iterable[tuple[str, str]],
        output: tuple[str, int],
        now: datetime,
        sketches: Iterable[tuple[str, Sketch]] = (),
        kept: tuple[str, int, int] | None = None,
        new_texts: Iterable[texts.Text] = (),
    ) -> None:
        """Record pages, their other names ``(alias, url)``, the output file's name and length, the sketches of articles
        with their sites, of the file of kept pages name, length and how many were added, and new texts; all or nothing.
        """
        with explained(self._path), transaction(self._db) as db:
            db.executemany(
                f"INSERT OR REPLACE INTO urls ({_COLUMNS}, seen_at) VALUES (?{', ?' * len(Known.__struct_fields__)})",
                [[*_row(page), as_text(now)] for page in pages],
            )
            for alias, url in aliases:
                db.execute("DELETE FROM urls WHERE url = ?", [alias])
                db.execute("INSERT OR REPLACE INTO aliases VALUES (?, ?)", [alias, url])
            for file, length, added in [(*output, 0), *([kept] if kept else [])]:
                db.execute(
                    "INSERT INTO output (file, length, records, began_at) VALUES (?1, ?2, ?3, iif(?2, ?4, NULL))"
                    " ON CONFLICT DO UPDATE SET length = ?2, records = records + ?3,"
                    " began_at = coalesce(began_at, iif(?2, ?4, NULL))",
                    [file, length, added, as_text(now)],
                )
            db.executemany(
                "INSERT OR REPLACE INTO sketches VALUES (?, ?, ?, ?)",
                [[site, sketch_key(lines), packed(lines), self._run] for site, lines in sketches],
            )
            texts.write_texts(db, new_texts)

    def document(self, source: str, url: str) -> Document | None:
        """Return what is known of the feed, sitemap or listing page with this identity, read for a source."""
        with explained(self._path):
            row = self._db.execute(
                "SELECT source, url, etag, last_modified, digest, notes FROM documents WHERE source = ? AND url = ?",
                [source, url],
            ).fetchone()
        return msgspec.convert(dict(zip(Document.__struct_fields__, row, strict=True)), Document) if row else None

    def remember(self, documents: Iterable[Document], now: datetime) -> None:
        """Record feeds, sitemaps and listing pages, all or none.

        Only once all pages that they name are recorded: a document that did not change is not read again.
        """
        with explained(self._path), transaction(self._db) as db:
            db.executemany(
                "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)",
                [[*msgspec.structs.astuple(document), as_text(now)] for document in documents],
            )

    def memory(self, sites: Iterable[str]) -> Memory:
        """Return what is known of the sites.

        What a run that was killed has learned counts only once another run has ended: so the run after a kill cleans
        its pages as the one that was killed would have.
        """
        query = "SELECT lines FROM sketches WHERE site = ? AND run <= (SELECT max(run) FROM runs WHERE ended_at > '')"
        with explained(self._path):
            found = {site: self._db.execute(query, [site]).fetchall() for site in sites}
        return Memory({site: site_memory(unpacked(row[0]) for row in rows) for site, rows in found.items() if rows})

    def begin_run(self, now: datetime) -> int:
        """Note that a run began; return its number."""
        with explained(self._path):
            self._run = cast(
                int, self._db.execute("INSERT INTO runs (started_at) VALUES (?)", [as_text(now)]).lastrowid
            )
        return self._run

    def end_run(self, run: int, now: datetime, exit_code: int, totals: Mapping[str, int]) -> None:
        """Note how a run ended, and forget the oldest sketches of its sites; a run that was killed keeps no end."""
        with explained(self._path), transaction(self._db) as db:
            db.execute(
                "UPDATE runs SET ended_at = ?, exit_code = ?, totals = ? WHERE run = ?",
                [as_text(now), exit_code, msgspec.json.encode(totals).decode(), run],
            )
            for (site,) in db.execute("SELECT DISTINCT site FROM sketches WHERE run = ?", [run]).fetchall():
                db.execute(
                    "DELETE FROM sketches WHERE site = ?1 AND key NOT IN"
                    " (SELECT key FROM sketches WHERE site = ?1 ORDER BY run DESC, key LIMIT ?2)",
                    [site, MAX_SKETCHES],
                )


def _known(row: tuple[Any, ...]) -> Known:
    return msgspec.convert(dict(zip(Known.__struct_fields__, row, strict=True)), Known)


def _row(page: Known) -> list[Any]:
    return [as_text(value) if isinstance(value, datetime) else value for value in msgspec.structs.astuple(page)]
