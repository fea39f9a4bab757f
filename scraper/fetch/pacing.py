"""Politeness: one request a host at a time, with a rest after each, and none to a host that is down."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from scraper.fetch.trouble import Trouble

# Shorter waits are the normal rhythm (a second); telling each of them would bury the others.
MIN_TOLD_S = 1.5

# A host that says 429 or 503 gets twice the rest; three good answers later half of it is taken back.
SLOWING, EASING = 2.0, 0.8
MAX_SLOWDOWN = 64.0

# An answer that takes this much longer than the host's usual is a sign of load; it earns a rest of its own length.
RISING, RISING_S = 2.0, 0.5
USUAL_WEIGHT = 0.2  # of the newest answer in the moving mean

_HOST_FAILURES = frozenset({"connect", "timeout", "too_slow"})
# These count once a url, at its last try: a host that is busy for a moment has the page at the second or third.
_ANSWER_FAILURES = frozenset({"http_5xx", "rate_limited", "retry_after", "truncated", "protocol", "tls"})


@dataclass(frozen=True)
class Pace:
    """How long a host rests after a request, and on whose wish."""

    delay_s: float
    why: str = "delay between two requests"


@dataclass
class Load:
    """How busy one host seems, and what that does to its rests."""

    slowdown: float = 1.0
    usual_s: float = 0.0  # moving mean of what its answers take

    def rest_after(self, took_s: float, busy: bool, pace: Pace, max_s: float) -> Pace:
        """Return the rest after an answer; ``max_s`` bounds what is added to ``pace``."""
        self.slowdown = min(self.slowdown * SLOWING, MAX_SLOWDOWN) if busy else max(self.slowdown * EASING, 1.0)
        rising = self.usual_s > 0.0 and took_s > RISING * self.usual_s + RISING_S
        self.usual_s += (took_s - self.usual_s) * (USUAL_WEIGHT if self.usual_s else 1.0)
        slowed_s = max(pace.delay_s * self.slowdown, took_s if rising else 0.0)
        if slowed_s <= pace.delay_s:
            return pace
        return Pace(max(pace.delay_s, min(slowed_s, max_s)), "slow answers" if rising else "answers 429 or 503")


@dataclass
class _Lane:
    """One host."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    ready_at: float = 0.0  # on the monotonic clock
    why: str = ""
    refused: Trouble | None = None  # it wants to be left alone for longer than this run waits
    failures: Counter[str] = field(default_factory=Counter)  # straight ones, by origin: one port may be dead alone
    load: Load = field(default_factory=Load)


class Lanes:
    """Hands out turns. At most ``jobs`` hosts are asked at once; waiting for a turn costs nothing else."""

    def __init__(
        self, jobs: int, host_failures: int, on_wait: Callable[[str], None], max_slowed_s: float = 120.0
    ) -> None:
        self._lanes: dict[str, _Lane] = {}
        self._jobs = asyncio.Semaphore(jobs)
        self._host_failures = host_failures
        self._on_wait = on_wait
        self._max_slowed_s = max_slowed_s

    @asynccontextmanager
    async def turn(self, host: str, origin: str, pace: Pace, *, is_last: bool = True) -> AsyncIterator[None]:
        """Wait until ``host`` may be asked; its rest begins when the block ends.

        Raises Trouble ``host_down`` at once where the host failed too often; the Trouble of the block that closes the
        host says so (``closed_host``). ``is_last``: the url will not be tried again. The block must not ask for a turn
        itself.
        """
        lane = self._lanes.setdefault(host, _Lane())
        async with lane.turn:
            self.check(host, origin)
            await self._until_ready(host, lane)
            async with self._jobs:
                start, busy = time.monotonic(), False
                try:
                    yield
                    lane.failures[origin] = 0
                except Trouble as trouble:
                    busy = trouble.busy
                    lane.refused = trouble if trouble.reason == "retry_after" and not trouble.retry else None
                    lane.failures[origin] = _failures_after(trouble, lane.failures[origin], is_last=is_last)
                    trouble.closed_host = lane.failures[origin] >= self._host_failures
                    self.rest(host, Pace(trouble.rest_s, "Retry-After"))
                    raise
                finally:
                    took_s = time.monotonic() - start
                    self.rest(host, lane.load.rest_after(took_s, busy, pace, self._max_slowed_s))

    @asynccontextmanager
    async def visit(self, host: str, pace: Pace) -> AsyncIterator[None]:
        """Wait until ``host`` may be asked, and let nobody else ask it until the block ends; then it rests.

        For what is no single request: what the scripts of a page ask for.
        """
        lane = self._lanes.setdefault(host, _Lane())
        async with lane.turn:
            await self._until_ready(host, lane)
            try:
                yield
            finally:
                self.rest(host, pace)

    async def ready(self, host: str) -> None:
        """Wait until the rest of ``host`` is over."""
        lane = self._lanes.get(host)
        if lane:
            await self._until_ready(host, lane)

    def check(self, host: str, origin: str) -> None:
        """Raise Trouble ``host_down`` where a host failed too often, ``retry_after`` where it asked for a long rest."""
        lane = self._lanes.get(host)
        if lane and lane.refused and lane.refused.until and lane.refused.until > datetime.now(UTC):
            raise Trouble("retry_after", f"{host} said: {lane.refused.detail}", until=lane.refused.until)
        if lane and lane.failures[origin] >= self._host_failures:
            raise Trouble("host_down", f"{origin} failed {lane.failures[origin]} times in a row")

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


def _failures_after(trouble: Trouble, failures: int, *, is_last: bool) -> int:
    """Return how many times an origin failed in a row; any other answer, if it is no page either, shows it alive."""
    if trouble.reason in _HOST_FAILURES:
        return failures + 1
    if trouble.reason in _ANSWER_FAILURES:
        return failures + 1 if is_last or not trouble.retry else failures
    return 0
