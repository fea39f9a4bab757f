"""Politeness: one request a host at a time, with a rest after each, and none to a host that is down."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from scraper.fetch.trouble import Trouble

# Shorter waits are the normal rhythm (a second); telling each of them would bury the others.
MIN_TOLD_S = 1.5

_HOST_FAILURES = frozenset({"connect", "timeout", "too_slow"})


@dataclass(frozen=True)
class Pace:
    """How long a host rests after a request, and on whose wish."""

    delay_s: float
    why: str = "delay between two requests"


@dataclass
class _Lane:
    """One host."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    ready_at: float = 0.0  # on the monotonic clock
    why: str = ""
    failures: Counter[str] = field(default_factory=Counter)  # straight ones, by origin: one port may be dead alone


class Lanes:
    """Hands out turns. At most ``jobs`` hosts are asked at once; waiting for a turn costs nothing else."""

    def __init__(self, jobs: int, host_failures: int, on_wait: Callable[[str], None]) -> None:
        self._lanes: dict[str, _Lane] = {}
        self._jobs = asyncio.Semaphore(jobs)
        self._host_failures = host_failures
        self._on_wait = on_wait

    @asynccontextmanager
    async def turn(self, host: str, origin: str, pace: Pace) -> AsyncIterator[None]:
        """Wait until ``host`` may be asked; its rest begins when the block ends.

        Raises Trouble ``host_down`` at once where the host failed too often. The block must not ask for a turn itself.
        """
        lane = self._lanes.setdefault(host, _Lane())
        async with lane.turn:
            if lane.failures[origin] >= self._host_failures:
                raise Trouble("host_down", f"{origin} failed {lane.failures[origin]} times in a row")
            await self._until_ready(host, lane)
            async with self._jobs:
                try:
                    yield
                    lane.failures[origin] = 0
                except Trouble as trouble:
                    lane.failures[origin] = lane.failures[origin] + 1 if trouble.reason in _HOST_FAILURES else 0
                    self.rest(host, Pace(trouble.rest_s, "Retry-After"))
                    raise
                finally:
                    self.rest(host, pace)

    def rest(self, host: str, pace: Pace) -> None:
        """Leave ``host`` alone for a while from now on; a longer rest that runs already stays."""
        lane = self._lanes.setdefault(host, _Lane())
        ready_at = time.monotonic() + pace.delay_s
        if ready_at > lane.ready_at:
            lane.ready_at, lane.why = ready_at, pace.why

    async def _until_ready(self, host: str, lane: _Lane) -> None:
        while (wait_s := lane.ready_at - time.monotonic()) > 0:
            if wait_s >= MIN_TOLD_S:
                self._on_wait(f"waiting {wait_s:.0f} s: {lane.why} of {host}")
            await asyncio.sleep(wait_s)
