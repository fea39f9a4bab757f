"""The JSON lines file of the inputs that gave no article, each with its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scraper.records import Deferred, Failed, Skipped
from scraper.report import outcome_class
from scraper.urls import without_login
from scraper.write.line_file import LineFile

_START = b'{"outcome":"'


def failure_file(path: str | Path) -> LineFile:
    """Open a file to append failures to; see :class:`LineFile` for what it refuses."""
    return LineFile(path, _START)


def failure_record(outcome: Skipped | Failed | Deferred) -> dict[str, Any]:
    """Return the object that stands in the file for one input."""
    return {
        "outcome": outcome_class(outcome),
        "url": without_login(outcome.url),
        "reason": outcome.reason,
        "detail": outcome.detail,
        "not_before": outcome.not_before if isinstance(outcome, Deferred) else None,
    }
