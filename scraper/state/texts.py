"""The index of a corpus by text: which earlier article has the same text, or nearly the same.

It lies in the state file, so memory does not grow with the corpus. Only the first article of a cluster is indexed: what
repeats it is told, and adds nothing, so a text that comes ten thousand times is one candidate and not ten thousand.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from scraper.duplicates import Signature, exact_key, signature, similarity
from scraper.records import Duplicate

# Appended to, never changed: see MIGRATIONS.
TABLES = """
    CREATE TABLE texts (
        number INTEGER PRIMARY KEY,
        article TEXT NOT NULL,     -- id of the first article with this text
        url TEXT NOT NULL,         -- identity of its page
        hash TEXT NOT NULL,        -- of the text
        signature BLOB             -- MinHash, a byte a value. Null: too short for one
    );
    CREATE TABLE text_keys (
        key INTEGER NOT NULL,      -- of the whole text, or of a band of its signature
        number INTEGER NOT NULL,
        PRIMARY KEY (key, number)
    ) WITHOUT ROWID;
"""

NEW_KEYS = """
    CREATE TABLE text_keys_new (    -- as text_keys, which they go to some thousands at a time
        key INTEGER NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (key, number)
    ) WITHOUT ROWID
"""
# Keys are hashes: one goes to one page of the table, the next to another. Of so many texts at once, several go to each
# page, and it is written once.
MERGED_TEXTS = 4096

# Texts with a key in common that are compared at most. Standing phrases can put hundreds under one key.
MAX_CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class Text:
    """The text of one article, as the index keeps it."""

    article: str
    url: str
    hash: str
    signature: Signature | None

    @property
    def keys(self) -> list[int]:
        """The keys that it is found by."""
        return [exact_key(self.hash), *(self.signature.keys if self.signature else ())]


@dataclass(frozen=True, slots=True)
class Match:
    """What an article repeats."""

    duplicate: Duplicate
    url: str  # of the earlier article


def text_of(article: str, url: str, content_hash: str, text: str, *, near: bool) -> Text:
    """Return what the index keeps of an article's text; without ``near`` only its hash."""
    return Text(article, url, content_hash, signature(text) if near else None)


@dataclass
class TextIndex:
    """Finds the article that a text repeats, among those of the state and those that are not committed yet."""

    rows: Callable[[str, Sequence[Any]], list[Any]]  # runs a query on the state
    similarity: float  # from this share of shingles on, two texts are near-duplicates
    _new: list[Text] = field(default_factory=list)
    _new_keys: dict[int, list[Text]] = field(default_factory=dict)

    def find(self, text: Text) -> Match | None:
        """Return what an article repeats, ``None`` for nothing; earlier texts of the same page do not count.

        Of several near-duplicates it is the most similar one, the earliest of those that are equally similar.
        """
        best, best_share = None, 0.0
        for candidate in self._candidates(text):
            if candidate.hash == text.hash:
                return _match(candidate, "exact")
            if text.signature and candidate.signature:
                share = similarity(text.signature.values, candidate.signature.values)
                if share >= self.similarity and share > best_share:
                    best, best_share = candidate, share
        return _match(best, "near") if best else None

    def add(self, text: Text) -> None:
        """Index a text that repeats none."""
        self._new.append(text)
        for key in text.keys:
            self._new_keys.setdefault(key, []).append(text)

    def take(self) -> list[Text]:
        """Return the texts that are to be committed, and hold them no longer."""
        new, self._new, self._new_keys = self._new, [], {}
        return new

    def _candidates(self, text: Text) -> list[Text]:
        """Return the texts with a key in common, in the order in which they came, the exact ones first."""
        keys = text.keys
        wanted = f"WHERE key IN ({', '.join('?' * len(keys))})"
        rows = self.rows(
            "SELECT article, url, hash, signature FROM texts WHERE number IN"
            f" (SELECT number FROM text_keys {wanted} UNION SELECT number FROM text_keys_new {wanted})"
            " ORDER BY hash != ?, number LIMIT ?",
            [*keys, *keys, text.hash, MAX_CANDIDATES],
        )
        found = [
            Text(article, url, hash_, Signature(values, ()) if values else None) for article, url, hash_, values in rows
        ]
        found += {id(one): one for key in keys for one in self._new_keys.get(key, ())}.values()
        return [one for one in found if one.url != text.url]


def _match(earlier: Text, kind: Literal["exact", "near"]) -> Match:
    return Match(Duplicate(of=earlier.article, kind=kind, cluster=earlier.article), earlier.url)


def write_texts(db: sqlite3.Connection, texts: Iterable[Text]) -> None:
    """Write new texts, inside the transaction that writes their articles."""
    keys: list[tuple[int, int]] = []
    for text in texts:
        number = cast(
            int,
            db.execute(
                "INSERT INTO texts (article, url, hash, signature) VALUES (?, ?, ?, ?)",
                [text.article, text.url, text.hash, text.signature.values if text.signature else None],
            ).lastrowid,
        )
        keys += [(key, number) for key in text.keys]
    db.executemany("INSERT OR IGNORE INTO text_keys_new VALUES (?, ?)", sorted(keys))
    if keys and keys[-1][1] // MERGED_TEXTS > (keys[0][1] - 1) // MERGED_TEXTS:
        db.execute("INSERT OR IGNORE INTO text_keys SELECT key, number FROM text_keys_new ORDER BY key, number")
        db.execute("DELETE FROM text_keys_new")


def forget_texts(db: sqlite3.Connection, urls: Iterable[str]) -> None:
    """Forget the texts of pages, inside a transaction: what comes later repeats them no more."""
    numbers = [row for url in urls for row in db.execute("SELECT number FROM texts WHERE url = ?", [url]).fetchall()]
    db.executemany("DELETE FROM texts WHERE number = ?", numbers)  # their keys lead nowhere then


def replace_text(db: sqlite3.Connection, text: Text) -> None:
    """Put the text that a page has now in the place of the one that the index knows, if it knows one."""
    if db.execute("SELECT 1 FROM texts WHERE url = ?", [text.url]).fetchone():
        forget_texts(db, [text.url])
        write_texts(db, [text])


def forget_all_texts(db: sqlite3.Connection) -> None:
    """Empty the index, inside a transaction."""
    for table in ("texts", "text_keys", "text_keys_new"):
        db.execute(f"DELETE FROM {table}")
