"""What the robots.txt of hosts said: it counts for a day, in whatever run it was asked for (RFC 9309, 2.4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from scraper.state.schema import as_text

KEEP = timedelta(days=1)


class KeptRobots:
    """Looks up what earlier runs were answered, and gathers what this one is."""

    def __init__(self, rows: Callable[[str, Sequence[Any]], list[Any]]) -> None:
        self._rows = rows
        self._new: dict[str, tuple[bytes, datetime]] = {}

    def get(self, origin: str) -> tuple[bytes, datetime] | None:
        """Return the robots.txt of an origin, and when it was asked for."""
        if origin in self._new:
            return self._new[origin]
        rows = self._rows("SELECT body, asked_at FROM robots WHERE origin = ?", [origin])
        return (bytes(rows[0][0]), datetime.fromisoformat(rows[0][1])) if rows else None

    def put(self, origin: str, body: bytes, at: datetime) -> None:
        """Note one, to be written with :meth:`write`."""
        self._new[origin] = (body, at)

    def write(self, db: sqlite3.Connection, now: datetime) -> None:
        """Write what is new, inside a transaction, and forget what counts no more."""
        db.execute("DELETE FROM robots WHERE asked_at < ?", [as_text(now - KEEP)])
        db.executemany(
            "INSERT OR REPLACE INTO robots VALUES (?, ?, ?)",
            [[origin, body, as_text(at)] for origin, (body, at) in self._new.items()],
        )
        self._new.clear()
