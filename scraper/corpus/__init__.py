"""A corpus on the disk: articles in segments of JSON lines and the state beside them, committed together.

Articles are appended and fsynced, then one transaction records their pages and the file's new length. What lies
beyond the recorded length at the start of a run was never committed and is cut off. So a kill at any moment loses no
article and doubles none; :mod:`scraper.corpus.segments` has the files.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)
