"""Jobs from a thread that reads, in order, to the workers; what becomes of them, in the same order, to a function."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, Self

from scraper.engines.workers import Job, Result, Workers
from scraper.records import Deferred, Failed

# Of the jobs that are read and not done; enough for a hundred pages, which is more than the workers hold.
ROOM_BYTES = 16 * 1024 * 1024

# Jobs whose result is not given back, because one before them is not done. 2,048 articles take some 35 MB.
WINDOW = 2048

# How long a stop waits for a result that is being written, perhaps into a pipe that nobody reads.
STOP_S = 3.0


class InOrder(Generic[Job, Result]):
    """Reading may block for as long as it likes: results are given back meanwhile, from a thread of their own.

    Leave the block after :meth:`finish`, or what is under way is stopped.
    """

    def __init__(self, workers: Workers[Job, Result], take: Callable[[Result | Failed | Deferred], object]) -> None:
        self._workers = workers
        self._take = take
        self._room = _Room(ROOM_BYTES)
        self._places = threading.Semaphore(WINDOW)
        self._line: asyncio.Queue[tuple[str, asyncio.Future[Any]] | None] = asyncio.Queue()
        self._jobs: set[asyncio.Future[Any]] = set()
        self._error: Exception | None = None
        self._loop = asyncio.new_event_loop()
        # Not Thread.join: where a signal interrupts it, the thread counts as ended (CPython, bpo-45274).
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._run, name="in-order", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._ended.is_set():
            self._in_loop(self._cancel)
            self._in_loop(self._line.put_nowait, None)
            self._ended.wait(STOP_S)
        if self._ended.is_set():
            self._loop.close()

    def put(self, job: Job, name: str, size: int) -> None:
        """Have a job of ``size`` bytes done; wait while too many are under way. Its failure goes by ``name``."""
        self._room.take(size)
        self._place(self._begin, job, name, size)

    def put_result(self, result: Failed) -> None:
        """Give a result that needs no worker its place."""
        self._place(self._admit, result)

    def finish(self) -> None:
        """Wait until all results are given back, and raise what the function raised."""
        self._in_loop(self._line.put_nowait, None)
        self._ended.wait()
        if self._error:
            raise self._error

    def _place(self, admit: Callable[..., object], *arguments: Any) -> None:
        self._places.acquire()
        if self._error:
            raise self._error
        self._in_loop(admit, *arguments)

    def _in_loop(self, function: Callable[..., object], *arguments: Any) -> None:
        self._loop.call_soon_threadsafe(function, *arguments)

    # What follows runs in the thread.

    def _run(self) -> None:
        self._loop.run_until_complete(self._give_back())
        self._ended.set()

    def _begin(self, job: Job, name: str, size: int) -> None:
        result = self._workers.submit(job, name)
        self._jobs.add(result)
        result.add_done_callback(self._jobs.discard)
        result.add_done_callback(lambda _result: self._room.leave(size))
        self._line.put_nowait((name, result))

    def _admit(self, known: Failed) -> None:
        result = self._loop.create_future()
        result.set_result(known)
        self._line.put_nowait((known.url, result))

    def _cancel(self) -> None:
        for result in self._jobs:
            result.cancel()

    async def _give_back(self) -> None:
        while place := await self._line.get():
            name, future = place
            try:
                result = await future
            except asyncio.CancelledError:
                result = Deferred(url=name, reason="interrupted", detail="the run was stopped")
            self._places.release()
            if self._error is None:
                try:
                    self._take(result)
                except Exception as error:  # it is raised where the reader is
                    self._error = error


class _Room:
    """A number of bytes that jobs share; one that is larger has it alone."""

    def __init__(self, size: int) -> None:
        self._free = self._size = size
        self._changed = threading.Condition()

    def take(self, size: int) -> None:
        """Wait for room, and take it."""
        with self._changed:
            self._changed.wait_for(lambda: self._free >= min(size, self._size))
            self._free -= size

    def leave(self, size: int) -> None:
        """Make room."""
        with self._changed:
            self._free += size
            self._changed.notify()
