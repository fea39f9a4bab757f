"""What a run may spend on one host and altogether: pages, bytes and seconds."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from scraper.config import FetchSettings
from scraper.fetch.trouble import Trouble
from scraper.text import counted

log = logging.getLogger("scraper")


@dataclass(frozen=True)
class _Limits:
    """0 is no limit. ``prefix`` is what the settings begin with."""

    prefix: str
    pages: int
    bytes: int
    seconds: float


@dataclass
class _Spent:
    since: float
    pages: int = 0
    bytes: int = 0
    told: bool = False


class Budgets:
    """Counts what was spent and says when it is enough. ``now`` is a monotonic clock in seconds."""

    def __init__(self, settings: FetchSettings, now: Callable[[], float] = time.monotonic) -> None:
        self._host_limits = _Limits("fetch.host", settings.host_max_pages, settings.host_max_bytes, settings.host_max_s)
        self._run_limits = _Limits("fetch.run", settings.run_max_pages, settings.run_max_bytes, settings.run_max_s)
        self._now = now
        self._run = _Spent(now())
        self._hosts: dict[str, _Spent] = {}

    def check(self, host: str) -> None:
        """Raise Trouble ``budget`` where nothing may be spent on ``host`` any more; the first time it is logged."""
        for name, spent, limits in (
            (host, self._hosts.get(host), self._host_limits),
            ("this run", self._run, self._run_limits),
        ):
            over = spent and self._over(spent, limits)
            if spent and over:
                if not spent.told:
                    log.warning("%s: %s; the rest is left to a later run", name, over)
                    spent.told = True
                raise Trouble("budget", f"{name}: {over}")

    def take_page(self, host: str) -> None:
        """Count a request; raise like :meth:`check` where it would be one too many."""
        self.check(host)
        for spent in (self._of(host), self._run):
            spent.pages += 1

    def add_bytes(self, host: str, number: int) -> None:
        """Count what an answer was long."""
        for spent in (self._of(host), self._run):
            spent.bytes += number

    def _of(self, host: str) -> _Spent:
        return self._hosts.setdefault(host, _Spent(self._now()))

    def _over(self, spent: _Spent, limits: _Limits) -> str | None:
        if limits.pages and spent.pages >= limits.pages:
            return f"{counted(spent.pages, 'request')} made ({limits.prefix}_max_pages)"
        if limits.bytes and spent.bytes >= limits.bytes:
            return f"{counted(spent.bytes, 'byte')} received ({limits.prefix}_max_bytes)"
        if limits.seconds and self._now() - spent.since >= limits.seconds:
            return f"{limits.seconds:g} s are over ({limits.prefix}_max_s)"
        return None
