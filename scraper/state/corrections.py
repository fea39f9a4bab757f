"""What a person corrects in the state: pages that are to be forgotten, and pages that they have already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from scraper.state import IMPORTED, PURGED, Known, State
from scraper.state.purged import enforce_purged
from scraper.state.texts import forget_all_texts
from scraper.urls import host_of

# Rows that are read or written at once.
_MANY = 10_000


def article_pages(state: State) -> Iterator[str]:
    """Yield the pages that are articles."""
    yield from _each(state, "SELECT url FROM urls WHERE status = 'article' AND url > ? ORDER BY url LIMIT ?")


def was_forgotten(state: State, url: str) -> bool:
    """Tell whether somebody had a page, or the name of one, forgotten."""
    with state.reading() as db:
        return db.execute("SELECT 1 FROM forgotten WHERE url = ?", [url]).fetchone() is not None


def names_of(state: State, url: str) -> list[str]:
    """Return the other names of a page."""
    with state.reading() as db:
        return [alias for (alias,) in db.execute("SELECT alias FROM aliases WHERE url = ? ORDER BY alias", [url])]


def seen_at(state: State, url: str) -> str | None:
    """Return when a page was last looked at."""
    with state.reading() as db:
        row = db.execute("SELECT seen_at FROM urls WHERE url = ?", [url]).fetchone()
    return row[0] if row else None


def documents_at(state: State, url: str) -> list[dict[str, Any]]:
    """Return what is known of an address as a feed, a sitemap or a listing page."""
    query = "SELECT source, etag, last_modified, seen_at FROM documents WHERE url = ? ORDER BY source"
    with state.reading() as db:
        rows = db.execute(query, [url]).fetchall()
    return [dict(zip(("source", "etag", "last_modified", "seen_at"), row, strict=True)) for row in rows]


def pages_of_host(state: State, host: str) -> list[str]:
    """Return the pages of a host and of all hosts below it. Looks at every page: some 2 s for a million."""
    found = [url for url in _each(state, "SELECT url FROM urls WHERE url > ? ORDER BY url LIMIT ?") if _on(url, host)]
    aliases = _each(state, "SELECT alias FROM aliases WHERE alias > ? ORDER BY alias LIMIT ?")
    return list(dict.fromkeys(found + [_page(state, alias) for alias in aliases if _on(alias, host)]))


def forget(state: State, pages: Iterable[str]) -> tuple[int, int]:
    """Forget pages with all their names, and what is known of feeds and lists.

    Return how many pages were known, and how many were purged and are not forgotten for that. A feed that did not
    change is not read again, so nobody would name the pages.
    """
    count = purged = 0
    with state.writing() as db:
        for url in pages:
            if db.execute("SELECT 1 FROM purged WHERE url = ?", [url]).fetchone():
                purged += 1
                continue
            _note_forgotten(
                db, "SELECT url FROM urls WHERE url = ?1 UNION SELECT alias FROM aliases WHERE url = ?1", url
            )
            count += db.execute("DELETE FROM urls WHERE url = ?", [url]).rowcount
            db.execute("DELETE FROM aliases WHERE url = ?", [url])
        db.execute("DELETE FROM documents")
    return count, purged


def reset(state: State, now: datetime) -> int:
    """Forget all pages, feeds, lists and habits of sites, but not what was purged; return how many pages that were.

    Articles stay.
    """
    with state.writing() as db:
        _note_forgotten(db, "SELECT url FROM urls WHERE status = 'article' UNION SELECT alias FROM aliases")
        count = db.execute("DELETE FROM urls WHERE reason != ?", [PURGED]).rowcount
        for table in ("aliases", "documents", "sketches", "robots"):
            db.execute(f"DELETE FROM {table}")
        forget_all_texts(db)
        enforce_purged(db, now)
    return count


def add_imported(state: State, pages: Iterable[tuple[str, list[str]]], now: datetime) -> tuple[int, int]:
    """Note pages that somebody has already, each with its other names; return how many are new, and how many known.

    What is known as an article stays one.
    """
    new = known = 0
    with state.writing() as db:
        for url, names in pages:
            if _is_done(state.get(url)):
                known += 1
                continue
            new += 1
            db.execute("DELETE FROM aliases WHERE alias = ?", [url])
            db.execute(
                "INSERT OR REPLACE INTO urls (url, requested, source, status, reason, tries, seen_at)"
                " VALUES (?1, ?1, 'import', 'skipped', ?2, 0, ?3)",
                [url, IMPORTED, now.isoformat(timespec="milliseconds")],
            )
            for name in names:
                if not _is_done(state.get(name)):
                    db.execute("DELETE FROM urls WHERE url = ?", [name])
                    db.execute("INSERT OR REPLACE INTO aliases VALUES (?, ?)", [name, url])
    return new, known


def _is_done(known: Known | None) -> bool:
    return known is not None and (known.status == "article" or known.reason in (IMPORTED, PURGED))


def _note_forgotten(db: Any, query: str, *values: str) -> None:
    db.execute(f"INSERT OR IGNORE INTO forgotten {query}", values)


def _on(url: str, host: str) -> bool:
    found = host_of(url)
    return found == host or found.endswith("." + host)


def _page(state: State, name: str) -> str:
    with state.reading() as db:
        row = db.execute("SELECT url FROM aliases WHERE alias = ?", [name]).fetchone()
    return str(row[0]) if row else name


def _each(state: State, query: str) -> Iterator[str]:
    """Yield the first column of a query that asks for the rows behind a value, at most so many."""
    last = ""
    while True:
        with state.reading() as db:
            rows = db.execute(query, [last, _MANY]).fetchall()
        if not rows:
            return
        yield from (row[0] for row in rows)
        last = rows[-1][0]
