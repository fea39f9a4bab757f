"""The one exception inside this folder: why there is no response."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scraper.records import DEFER_REASONS, SKIP_REASONS, Deferred, Failed, Skipped


@dataclass(eq=False)
class Trouble(Exception):  # noqa: N818  # half of the reasons are no errors: robots, not_modified
    """Ends a fetch. ``reason`` is any reason to skip, to fail or to defer."""

    reason: Any
    detail: str = ""
    retry: bool = False  # another try can help
    rest_s: float = 0.0  # how long the host wants to be left alone
    until: datetime | None = None  # the same as a time, for a later run
    busy: bool = False  # the host says that it has too much to do
    closed_host: bool = False  # it was the last of too many failures of its host

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)

    def outcome(self, url: str) -> Skipped | Failed | Deferred:
        """Return what the caller of ``fetch`` gets."""
        if self.reason in SKIP_REASONS:
            return Skipped(url=url, reason=self.reason, detail=self.detail)
        if self.reason in DEFER_REASONS:
            return Deferred(url=url, reason=self.reason, detail=self.detail, not_before=self.until)
        return Failed(url=url, reason=self.reason, detail=self.detail)
