"""Which pages were purged: no run fetches them, whatever is forgotten, until somebody allows it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import msgspec

from scraper.state import PURGED, State
from scraper.state.schema import as_text
from scraper.state.texts import forget_texts


class Purged(msgspec.Struct, frozen=True):
    """A page that was purged, and its other names."""

    url: str
    names: list[str] = []


def purged_pages(state: State) -> list[Purged]:
    """Return the pages that were purged."""
    rows = state.rows("SELECT url, names FROM purged ORDER BY url")
    return [Purged(url, msgspec.json.decode(names)) for url, names in rows]


def names_of_pages(state: State, pages: Collection[str]) -> list[Purged]:
    """Return pages with the names that the state knows of them. Looks at all names: 1 s for a million."""
    names: dict[str, list[str]] = {url: [] for url in sorted(pages)}
    with state.reading() as db:
        for alias, url in db.execute("SELECT alias, url FROM aliases ORDER BY alias"):
            if url in names:
                names[url].append(alias)
    return [Purged(url, found) for url, found in names.items()]


def mark_purged(db: Any, pages: Iterable[Purged], now: datetime) -> None:
    """Note, in a transaction, pages that are not to come back."""
    for page in pages:
        row = db.execute("SELECT names FROM purged WHERE url = ?", [page.url]).fetchone()
        names = sorted({*page.names, *(msgspec.json.decode(row[0]) if row else ())} - {page.url})
        db.execute("INSERT OR REPLACE INTO purged VALUES (?, ?)", [page.url, msgspec.json.encode(names).decode()])
        _enforce(db, page.url, names, now)


def enforce_purged(db: Any, now: datetime) -> None:
    """Note again, in a transaction, what is not to come back, after other pages were forgotten or written anew."""
    for url, names in db.execute("SELECT url, names FROM purged").fetchall():
        _enforce(db, url, msgspec.json.decode(names), now)


def allow(state: State, pages: Collection[str]) -> int:
    """Let pages come back, named by any of their names; return how many were purged.

    What is known of feeds and lists is forgotten: one that did not change would not name them again.
    """
    allowed = [page.url for page in purged_pages(state) if not {page.url, *page.names}.isdisjoint(pages)]
    with state.writing() as db:
        for url in allowed:
            for query in ("purged WHERE url = ?", "urls WHERE url = ?", "aliases WHERE url = ?"):
                db.execute(f"DELETE FROM {query}", [url])
        if allowed:
            db.execute("DELETE FROM documents")
    return len(allowed)


def _enforce(db: Any, url: str, names: Iterable[str], now: datetime) -> None:
    """Leave nothing of a page but its addresses, and the reason why it is not fetched."""
    forget_texts(db, [url])
    db.execute("DELETE FROM aliases WHERE alias = ?", [url])
    db.execute(
        "INSERT INTO urls (url, requested, source, status, reason, tries, seen_at)"
        " VALUES (?1, ?1, '', 'skipped', ?2, 0, ?3)"
        " ON CONFLICT DO UPDATE SET status = 'skipped', reason = ?2, content_hash = NULL, next_try = NULL,"
        " etag = NULL, last_modified = NULL, stated = NULL, revision = NULL, lines_hash = NULL, first_at = NULL",
        [url, PURGED, as_text(now)],
    )
    for name in names:
        if not db.execute("SELECT 1 FROM urls WHERE url = ?", [name]).fetchone():
            db.execute("INSERT OR REPLACE INTO aliases VALUES (?, ?)", [name, url])
