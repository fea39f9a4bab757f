"""What a corpus remembers between runs: one SQLite file that a person can open, and the lock beside it."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import quote

import msgspec

from scraper.errors import CorpusBusy, OutputError, StateError
from scraper.memory import MAX_SKETCHES, Memory, Sketch, packed, site_memory, sketch_key, unpacked
from scraper.state import history, texts

Status = Literal["article", "skipped", "failed", "deferred"]

# Applied in order, each once. Never change one that was released; add the next.
MIGRATIONS: tuple[tuple[int, str, str], ...] = (
    (
        1,
        "urls, aliases, runs and output",
        """
        CREATE TABLE urls (
            url TEXT PRIMARY KEY,      -- identity of the page
            requested TEXT NOT NULL,   -- what to ask the server for
            source TEXT NOT NULL,
            status TEXT NOT NULL,      -- article, skipped, failed, deferred
            reason TEXT NOT NULL,
            tries INTEGER NOT NULL,
            next_try TEXT,             -- null: never again
            content_hash TEXT,
            seen_at TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX urls_due ON urls (next_try) WHERE next_try IS NOT NULL;
        CREATE TABLE aliases (alias TEXT PRIMARY KEY, url TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE runs (
            run INTEGER PRIMARY KEY, started_at TEXT NOT NULL, ended_at TEXT, exit_code INTEGER, totals TEXT
        );
        CREATE TABLE output (file TEXT PRIMARY KEY, length INTEGER NOT NULL) WITHOUT ROWID;
        """,
    ),
    (
        2,
        "documents: feeds, sitemaps and listing pages",
        """
        CREATE TABLE documents (
            source TEXT NOT NULL,      -- name of the source that it was read for
            url TEXT NOT NULL,
            etag TEXT,                 -- sent with the next request, as the next
            last_modified TEXT,
            digest TEXT NOT NULL,      -- of the body: what did not change is not read again
            notes TEXT NOT NULL,       -- JSON: where it leads, how the addresses of its articles look
            seen_at TEXT NOT NULL,
            PRIMARY KEY (source, url)
        ) WITHOUT ROWID;
        """,
    ),
    (
        3,
        "sketches: the short lines of each site's last articles",
        """
        CREATE TABLE sketches (
            site TEXT NOT NULL,
            key BLOB NOT NULL,         -- tells sketches apart
            lines BLOB NOT NULL,       -- fingerprints, 4 bytes a line
            run INTEGER NOT NULL,      -- that took the article
            PRIMARY KEY (site, key)
        ) WITHOUT ROWID;
        CREATE INDEX sketches_of_run ON sketches (run);
        """,
    ),
    (
        4,
        "segments: the finished files of articles and pages",
        """
        CREATE TABLE segments (
            number INTEGER PRIMARY KEY,    -- in the order of their articles
            file TEXT NOT NULL UNIQUE,     -- as all names of files: from the folder of the corpus on
            articles INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            plain_bytes INTEGER NOT NULL,  -- before it was compressed
            sha256 TEXT NOT NULL,
            finished_at TEXT NOT NULL,
            pages_file TEXT,               -- null: no page was kept, as in the next three
            pages INTEGER,
            pages_bytes INTEGER,
            pages_sha256 TEXT
        );
        -- Files that are being made or removed. What no segment has at the start of a run is removed.
        CREATE TABLE pending (file TEXT PRIMARY KEY) WITHOUT ROWID;
        -- Pages that were forgotten: their articles may be there and not be known, or be there twice.
        CREATE TABLE forgotten (url TEXT PRIMARY KEY) WITHOUT ROWID;
        ALTER TABLE output ADD COLUMN records INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE output ADD COLUMN began_at TEXT;
        """,
    ),
    (
        5,
        "versions of articles",
        """
        -- Of articles: what their pages are asked with when they are looked at again, when they were published or
        -- changed as their source says, the number of the newest record, a hash of the text with what the memory of
        -- the site took out, and since when they are articles.
        ALTER TABLE urls ADD COLUMN etag TEXT;
        ALTER TABLE urls ADD COLUMN last_modified TEXT;
        ALTER TABLE urls ADD COLUMN stated TEXT;
        ALTER TABLE urls ADD COLUMN revision INTEGER;
        ALTER TABLE urls ADD COLUMN lines_hash TEXT;
        ALTER TABLE urls ADD COLUMN first_at TEXT
        """,
    ),
    (6, "texts: what is a duplicate of what", texts.TABLES),
    (7, "history: what each run had of each source", history.TABLES),
)
IMPORTED = "imported"  # the reason of a page that somebody had already
PURGED = "purged"  # of one whose article and page were taken out of the corpus

_NEWEST = MIGRATIONS[-1][0]

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
        with _explained(path):
            if os.path.lexists(path):
                _check(path)
            else:
                _create(path)
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
            self._db.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
            if (schema := _schema(self._db)) < _NEWEST:
                back_up(self._db, path.with_name(f"{path.name}.schema-{schema}"))
            _migrate(self._db)
        self._run = 0

    @classmethod
    def to_read(cls, path: Path) -> State:
        """Open the file without changing anything, also beside a run; raise :class:`StateError` if there is none."""
        if not os.path.lexists(path):
            raise StateError(f"{path}: there is no such file; `scraper run` makes it")
        number = _check(path)
        if number < _NEWEST:
            raise StateError(f"{path}: was written by an older version; `scraper run` brings it up to date")
        state = cls.__new__(cls)
        state._path = path
        state._run = 0
        with _explained(path):
            state._db = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)
        return state

    @classmethod
    def nowhere(cls) -> State:
        """Return an empty state that is not kept."""
        state = cls.__new__(cls)
        state._path = Path("memory")
        state._run = 0
        state._db = sqlite3.connect(":memory:", isolation_level=None)
        _prepare(state._db)
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
        with _explained(self._path):
            yield self._db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection to the other modules of this package: all that they write, or nothing."""
        with _explained(self._path), _transaction(self._db) as db:
            yield db

    def get(self, url: str) -> Known | None:
        """Return what is known of the page with this identity, or of the one that it is another name of."""
        with _explained(self._path):
            row = self._db.execute(
                f"SELECT {_COLUMNS} FROM urls WHERE url = ?1"
                f" UNION ALL SELECT {_COLUMNS} FROM urls WHERE url = (SELECT url FROM aliases WHERE alias = ?1)",
                [url],
            ).fetchone()
        return _known(row) if row else None

    def due(self, now: datetime) -> list[Known]:
        """Return the pages whose next try has come, the longest waiting first."""
        with _explained(self._path):
            rows = self._db.execute(
                f"SELECT {_COLUMNS} FROM urls WHERE next_try <= ? ORDER BY next_try, url", [_text(now)]
            ).fetchall()
        return [_known(row) for row in rows]

    def recorded_at(self, url: str) -> datetime:
        """Return when the page with this identity was last recorded."""
        rows = self.rows("SELECT seen_at FROM urls WHERE url = ?", [url])
        return datetime.fromisoformat(rows[0][0])

    def articles_since(self, since: datetime) -> list[Known]:
        """Return the articles that are known since then, the oldest first. Reads all pages: 1 s for a million."""
        query = f"SELECT {_COLUMNS} FROM urls WHERE status = 'article' AND first_at >= ? ORDER BY first_at, url"
        return [_known(row) for row in self.rows(query, [_text(since)])]

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
        with _explained(self._path):
            return self._db.execute(query, values).fetchall()

    def text_index(self, similarity: float) -> texts.TextIndex:
        """Return the index of texts; from ``similarity`` on two are near-duplicates."""
        return texts.TextIndex(self.rows, similarity)

    def note_sources(self, runs: Iterable[history.SourceRun], hosts: Iterable[history.HostRun]) -> None:
        """Record what a run had of its sources and hosts, and forget what is too old to count."""
        with _explained(self._path), _transaction(self._db) as db:
            history.write(db, runs, hosts)

    def read_history(self) -> history.History:
        """Return what was recorded of sources and hosts."""
        return history.History(self.rows)

    def note_alarms(self, told: Iterable[history.Told]) -> None:
        """Record which alarms hold, and when each was told; the others are over."""
        with _explained(self._path), _transaction(self._db) as db:
            history.write_alarms(db, told)

    def length(self, file: str) -> int | None:
        """Return how many bytes of an output file are committed; ``None`` for a file that the state does not know."""
        with _explained(self._path):
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
        with _explained(self._path), _transaction(self._db) as db:
            db.executemany(
                f"INSERT OR REPLACE INTO urls ({_COLUMNS}, seen_at) VALUES (?{', ?' * len(Known.__struct_fields__)})",
                [[*_row(page), _text(now)] for page in pages],
            )
            for alias, url in aliases:
                db.execute("DELETE FROM urls WHERE url = ?", [alias])
                db.execute("INSERT OR REPLACE INTO aliases VALUES (?, ?)", [alias, url])
            for file, length, added in [(*output, 0), *([kept] if kept else [])]:
                db.execute(
                    "INSERT INTO output (file, length, records, began_at) VALUES (?1, ?2, ?3, iif(?2, ?4, NULL))"
                    " ON CONFLICT DO UPDATE SET length = ?2, records = records + ?3,"
                    " began_at = coalesce(began_at, iif(?2, ?4, NULL))",
                    [file, length, added, _text(now)],
                )
            db.executemany(
                "INSERT OR REPLACE INTO sketches VALUES (?, ?, ?, ?)",
                [[site, sketch_key(lines), packed(lines), self._run] for site, lines in sketches],
            )
            texts.write_texts(db, new_texts)

    def document(self, source: str, url: str) -> Document | None:
        """Return what is known of the feed, sitemap or listing page with this identity, read for a source."""
        with _explained(self._path):
            row = self._db.execute(
                "SELECT source, url, etag, last_modified, digest, notes FROM documents WHERE source = ? AND url = ?",
                [source, url],
            ).fetchone()
        return msgspec.convert(dict(zip(Document.__struct_fields__, row, strict=True)), Document) if row else None

    def remember(self, documents: Iterable[Document], now: datetime) -> None:
        """Record feeds, sitemaps and listing pages, all or none.

        Only once all pages that they name are recorded: a document that did not change is not read again.
        """
        with _explained(self._path), _transaction(self._db) as db:
            db.executemany(
                "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)",
                [[*msgspec.structs.astuple(document), _text(now)] for document in documents],
            )

    def memory(self, sites: Iterable[str]) -> Memory:
        """Return what is known of the sites.

        What a run that was killed has learned counts only once another run has ended: so the run after a kill cleans
        its pages as the one that was killed would have.
        """
        query = "SELECT lines FROM sketches WHERE site = ? AND run <= (SELECT max(run) FROM runs WHERE ended_at > '')"
        with _explained(self._path):
            found = {site: self._db.execute(query, [site]).fetchall() for site in sites}
        return Memory({site: site_memory(unpacked(row[0]) for row in rows) for site, rows in found.items() if rows})

    def begin_run(self, now: datetime) -> int:
        """Note that a run began; return its number."""
        with _explained(self._path):
            self._run = cast(int, self._db.execute("INSERT INTO runs (started_at) VALUES (?)", [_text(now)]).lastrowid)
        return self._run

    def end_run(self, run: int, now: datetime, exit_code: int, totals: Mapping[str, int]) -> None:
        """Note how a run ended, and forget the oldest sketches of its sites; a run that was killed keeps no end."""
        with _explained(self._path), _transaction(self._db) as db:
            db.execute(
                "UPDATE runs SET ended_at = ?, exit_code = ?, totals = ? WHERE run = ?",
                [_text(now), exit_code, msgspec.json.encode(totals).decode(), run],
            )
            for (site,) in db.execute("SELECT DISTINCT site FROM sketches WHERE run = ?", [run]).fetchall():
                db.execute(
                    "DELETE FROM sketches WHERE site = ?1 AND key NOT IN"
                    " (SELECT key FROM sketches WHERE site = ?1 ORDER BY run DESC, key LIMIT ?2)",
                    [site, MAX_SKETCHES],
                )


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
            holder = os.read(lock, 20).decode("ascii", "replace").strip() or "unknown"
            raise CorpusBusy(f"{path}: another run (process {holder}) holds the corpus; wait for its end") from error
        with suppress(OSError):  # the number only helps a reader; a full disk is told of where it matters
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(lock)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _create(path: Path) -> None:
    """Make the file under another name and rename it, so that what has the name is always whole."""
    new = path.with_name(path.name + ".new")
    # A write-ahead log that outlived its file would be replayed into the new one.
    for leftover in (new, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        leftover.unlink(missing_ok=True)
    os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(new, isolation_level=None)) as db:
        _prepare(db)
    new.rename(path)
    sync_folder(path.parent)


def _check(path: Path) -> int:
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
    if not isinstance(number, int) or number > _NEWEST:
        raise StateError(
            f"{path}: was written by a newer version (schema {number}, this one knows {_NEWEST}); install that version"
        )
    return number


def _damaged(path: Path, what: str) -> StateError:
    return StateError(
        f"{path}: is damaged or no state of a corpus ({' '.join(what.split())}); it was not changed. Restore it from a"
        f" backup together with the articles, or let `scraper state CONFIG rebuild` make it anew from them; to begin"
        f" with nothing, move both away (and {path.name}-wal)"
    )


def back_up(db: sqlite3.Connection, path: Path) -> None:
    """Copy the whole state to another file, which only its owner can read; an older copy of that name is replaced."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(new)) as copy:
        db.backup(copy)
    new.rename(path)
    sync_folder(path.parent)


def _prepare(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)")
    _migrate(db)


def _schema(db: sqlite3.Connection) -> int:
    """Return the number of the newest migration that was applied."""
    return int(db.execute("SELECT coalesce(max(number), 0) FROM migrations").fetchone()[0])


def _migrate(db: sqlite3.Connection) -> None:
    newest = _schema(db)
    for number, name, script in MIGRATIONS:
        if number > newest:
            with _transaction(db):
                for statement in script.split(";"):
                    db.execute(statement)
                db.execute("INSERT INTO migrations VALUES (?, ?, ?)", [number, name, _text(datetime.now(UTC))])


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # already rolled back
            db.execute("ROLLBACK")
        raise


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say what an error of SQLite or of the disk means for the user."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:  # full, locked, read-only
        raise OutputError(f"{path}: the state cannot be written ({error}); put that right and run again") from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path, str(error)) from error


def _known(row: tuple[Any, ...]) -> Known:
    return msgspec.convert(dict(zip(Known.__struct_fields__, row, strict=True)), Known)


def _row(page: Known) -> list[Any]:
    return [_text(value) if isinstance(value, datetime) else value for value in msgspec.structs.astuple(page)]


def _text(moment: datetime) -> str:
    """Return a time as text that sorts: UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
