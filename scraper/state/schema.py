"""The tables of the state, and how an older file comes to have them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from scraper.state import history, texts

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
    (8, "an index of texts by page: they are forgotten and written anew", "CREATE INDEX texts_url ON texts (url)"),
    (9, "keys of texts that are merged in bulk", texts.NEW_KEYS),
    (
        10,
        "robots: what the robots.txt of hosts said",
        """
        CREATE TABLE robots (
            origin TEXT PRIMARY KEY,   -- scheme, host and port
            body BLOB NOT NULL,        -- empty: there is none
            asked_at TEXT NOT NULL
        ) WITHOUT ROWID
        """,
    ),
    (
        11,
        "purged: the pages that are not to come back, whatever is forgotten",
        """
        CREATE TABLE purged (
            url TEXT PRIMARY KEY,
            names TEXT NOT NULL        -- JSON: its other names
        ) WITHOUT ROWID;
        INSERT INTO purged
            SELECT url, (SELECT json_group_array(alias) FROM aliases WHERE aliases.url = urls.url)
            FROM urls WHERE reason = 'purged'
        """,
    ),
    (
        12,
        "the yield of the last runs of sources",
        # JSON: of the last runs with it the new articles, also where there was none, the newest last
        "ALTER TABLE sources ADD COLUMN yields TEXT NOT NULL DEFAULT '[]'",
    ),
)

NEWEST = MIGRATIONS[-1][0]


def prepare(db: sqlite3.Connection) -> None:
    """Make the tables of an empty file."""
    db.execute("CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)")
    migrate(db)


def schema_of(db: sqlite3.Connection) -> int:
    """Return the number of the newest migration that was applied."""
    return int(db.execute("SELECT coalesce(max(number), 0) FROM migrations").fetchone()[0])


def migrate(db: sqlite3.Connection) -> None:
    """Apply what the file has not yet, each migration in a transaction of its own."""
    newest = schema_of(db)
    for number, name, script in MIGRATIONS:
        if number > newest:
            with transaction(db):
                for statement in script.split(";"):
                    db.execute(statement)
                db.execute("INSERT INTO migrations VALUES (?, ?, ?)", [number, name, as_text(datetime.now(UTC))])


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All that is written inside, or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # already rolled back
            db.execute("ROLLBACK")
        raise


def as_text(moment: datetime) -> str:
    """Return a time as text that sorts: UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
