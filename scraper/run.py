"""Drive targets through the fetcher and the engine: many hosts at once, outcomes in input order."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from scraper.article_pages import article_of
from scraper.protocols import Engine, Fetcher, Renderer
from scraper.records import Deferred, Failed, Outcome, Response, Skipped, Target
from scraper.report import as_bug
from scraper.urls import host_of, without_login

log = logging.getLogger("scraper")

# Inputs that are read but not yet given back. 2,048, so that 1,000 urls of a dead host at the head of a list leave room
# for the others; an article takes some 17 KB, so a full window some 35 MB.
WINDOW = 2048

# Hosts that are worked on. More than the fetcher's connections, since most wait for their delay; few enough that
# the bodies in memory (at most one a host) stay below 256 pages.
HOSTS_AT_ONCE = 256

Decided = Skipped | Failed


class Stop:
    """The wish to end a run early. ``signal`` is the signal that asked, or ``None``."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self.requested = False
        self._callbacks: list[Callable[[], object]] = []

    def request(self) -> None:
        """Take no new input, drop what is in flight, give back what is finished."""
        self.requested = True
        for callback in self._callbacks:
            callback()

    def on_request(self, callback: Callable[[], object]) -> None:
        """Call ``callback`` once a stop is asked for; it may be called from a signal handler."""
        self._callbacks.append(callback)

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Stop at the first SIGINT or SIGTERM; leave the process at once at the second."""
        # Not loop.add_signal_handler: its handlers run only when the loop does, and a full pipe can block the loop.
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(number, self._signalled) for number in numbers]
        try:
            yield
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)

    def _signalled(self, number: int, _frame: Any) -> None:
        if self.signal is not None:
            os._exit(128 + number)
        self.signal = number
        self.request()


async def outcomes(
    targets: Iterable[Target | Decided],
    fetcher: Fetcher,
    engine: Engine,
    window: int = WINDOW,
    stop: Stop | None = None,
    renderer: Renderer | None = None,
) -> AsyncGenerator[tuple[Target, Outcome], None]:
    """Yield each target with its outcome, in the order of ``targets``, which are read lazily.

    An item that is an outcome already (a malformed line, a url seen before) comes back in its place. After a stop the
    finished ones are still yielded and all others, read or not, end as ``interrupted``. Close the generator
    (``contextlib.aclosing``) if you leave early.
    """
    driver = _Driver(fetcher, engine, stop or Stop(), renderer)
    rest = iter(targets)
    try:
        while True:
            for item in islice(rest, window - len(driver.read)):
                driver.admit(item)
            if not driver.read:
                return
            target, outcome = driver.read[0]
            yield target, await outcome
            driver.read.popleft()
    finally:
        await driver.cancel()


class _Driver:
    """A queue and a task for each host, so that a slow host holds up nobody else."""

    def __init__(self, fetcher: Fetcher, engine: Engine, stop: Stop, renderer: Renderer | None) -> None:
        self.read: deque[tuple[Target, asyncio.Future[Outcome]]] = deque()
        self._fetcher = fetcher
        self._engine = engine
        self._renderer = renderer
        self._stop = stop
        self._loop = asyncio.get_running_loop()
        self._queues: dict[str, deque[tuple[Target, asyncio.Future[Outcome]]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(HOSTS_AT_ONCE)
        stop.on_request(lambda: self._loop.call_soon_threadsafe(self._interrupt))

    def admit(self, item: Target | Decided) -> None:
        """Put an item at the end of the line, and to work."""
        outcome: asyncio.Future[Outcome] = self._loop.create_future()
        target = item if isinstance(item, Target) else Target(url=item.url)
        self.read.append((target, outcome))
        if not isinstance(item, Target):
            outcome.set_result(item)
        elif self._stop.requested:
            outcome.set_result(_interrupted(target))
        else:
            self._enqueue(target, outcome)

    def _enqueue(self, target: Target, outcome: asyncio.Future[Outcome]) -> None:
        host = host_of(target.url) or target.url  # of a file, or malformed: the fetcher says what is wrong with it
        if host in self._queues:
            self._queues[host].append((target, outcome))
            return
        self._queues[host] = deque([(target, outcome)])
        task = self._loop.create_task(self._work(host))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, host: str) -> None:
        queue = self._queues[host]
        while queue:
            async with self._slots:
                target, outcome = queue.popleft()
                result = await self._outcome(target)
            if not outcome.done():
                outcome.set_result(result)
        del self._queues[host]

    async def _outcome(self, target: Target) -> Outcome:
        try:
            shown = without_login(target.url)
            log.debug("%s: taken up", shown)
            response = await self._fetcher.fetch(target)
            if not isinstance(response, Response):
                return response
            log.debug("%s: %d, %d bytes from %s", shown, response.status, len(response.body), response.url)
            return await article_of(response, self._fetcher, self._engine, self._renderer)
        except Exception as error:
            return as_bug(target.url, error)

    def _interrupt(self) -> None:
        for task in self._tasks:
            task.cancel()
        for target, outcome in self.read:
            if not outcome.done():
                outcome.set_result(_interrupted(target))

    async def cancel(self) -> None:
        """End every task that still runs."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _interrupted(target: Target) -> Deferred:
    return Deferred(url=target.url, reason="interrupted", detail="the run was stopped")
