"""The one exception inside this folder: why there is no response."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from scraper.records import DEFER_REASONS, SKIP_REASONS, Deferred, Failed, Skipped


class Trouble(Exception):  # noqa: N818  # half of the reasons are no errors: robots, not_modified
    """Ends a fetch. ``reason`` is any reason to skip, to fail or to defer."""

    def __init__(
        self, reason: str, detail: str = "", *, retry: bool = False, rest_s: float = 0.0, until: datetime | None = None
    ) -> None:
        self.reason: Any = reason
        self.detail = detail
        self.retry = retry  # another try can help
        self.rest_s = rest_s  # how long the host wants to be left alone
        self.until = until  # the same as a time, for a later run
        super().__init__(f"{reason}: {detail}" if detail else reason)

    def outcome(self, url: str) -> Skipped | Failed | Deferred:
        """Return what the caller of ``fetch`` gets."""
        if self.reason in SKIP_REASONS:
            return Skipped(url=url, reason=self.reason, detail=self.detail)
        if self.reason in DEFER_REASONS:
            return Deferred(url=url, reason=self.reason, detail=self.detail, not_before=self.until)
        return Failed(url=url, reason=self.reason, detail=self.detail)
