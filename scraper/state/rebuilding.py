"""Fill a state with what the files of a corpus tell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from scraper.memory import Sketch, packed, sketch_key
from scraper.state import State
from scraper.state.purged import enforce_purged
from scraper.state.segments import OpenFile, Segment, insert_segment
from scraper.state.texts import Text, forget_all_texts, write_texts


class FoundArticle(msgspec.Struct, frozen=True, kw_only=True):
    """What an article in a segment tells of its page."""

    url: str  # its identity
    requested: str
    aliases: list[str]
    source: str
    content_hash: str
    revision: int
    lines_hash: str
    text: Text | None  # for the index; None where the article repeats another
    at: str  # when it was fetched


def refill(
    state: State,
    segments: Iterable[Segment],
    opened: Iterable[OpenFile],
    half_made: Iterable[str],
    articles: Iterable[FoundArticle],
    *,
    replace: bool,
    now: datetime,
) -> None:
    """Record the files and articles, all or nothing; with ``replace`` no other page stays an article.

    Files that are ``half_made`` become pending: they are to be removed. Pages that are no articles stay as they are.
    Of several versions of an article the last one counts. What was purged stays so.
    """
    with state.writing() as db:
        db.execute("DELETE FROM segments")
        if replace:
            db.execute("DELETE FROM urls WHERE status = 'article'")
            forget_all_texts(db)
        db.executemany("INSERT OR REPLACE INTO pending VALUES (?)", [[file] for file in half_made])
        for segment in segments:
            insert_segment(db, segment)
        for file in opened:
            db.execute(
                "INSERT OR REPLACE INTO output (file, length, records, began_at) VALUES (?, ?, ?, ?)",
                [file.file, file.length, file.records, file.began_at and file.began_at.isoformat()],
            )
        for article in articles:
            db.execute("DELETE FROM aliases WHERE alias = ?", [article.url])
            db.execute(
                "INSERT OR REPLACE INTO urls (url, requested, source, status, reason, tries, content_hash, revision,"
                " lines_hash, first_at, seen_at) VALUES (?1, ?2, ?3, 'article', '', 0, ?4, ?5, ?6, ?7, ?7)",
                [
                    *(article.url, article.requested, article.source, article.content_hash),
                    *(article.revision, article.lines_hash, article.at),
                ],
            )
            if replace and article.text:
                write_texts(db, [article.text])
            for alias in article.aliases:
                row = db.execute("SELECT status FROM urls WHERE url = ?", [alias]).fetchone()
                if row is None or row[0] != "article":
                    db.execute("DELETE FROM urls WHERE url = ?", [alias])
                    db.execute("INSERT OR REPLACE INTO aliases VALUES (?, ?)", [alias, article.url])
        # Names that later pages turned out to be stand in no article: they stay with theirs.
        db.execute("DELETE FROM aliases WHERE url NOT IN (SELECT url FROM urls) OR alias IN (SELECT url FROM urls)")
        enforce_purged(db, now)


def add_sketches(state: State, sketches: Iterable[tuple[str, Sketch]]) -> None:
    """Record what the articles of sites repeat, as if it had been learned before all runs."""
    with state.writing() as db:
        db.executemany(
            "INSERT OR REPLACE INTO sketches VALUES (?, ?, ?, 0)",
            [[site, sketch_key(lines), packed(lines)] for site, lines in sketches],
        )
