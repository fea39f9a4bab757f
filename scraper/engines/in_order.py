"""Jobs from a thread that reads, in order, to the workers; what becomes of them, in the same order, to a function."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, Self

from scraper.engines.workers import Job, Result, Workers
from scraper.records import Deferred, Failed

# Jobs that are read and not done, for each worker: enough that none waits for the reader.
READ_AHEAD = 8

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
        self._room = threading.Semaphore(READ_AHEAD * workers.count)
        self._places = threading.Semaphore(WINDOW)
        self._line: asyncio.Queue[tuple[str, asyncio.Future[Any]] | None] = asyncio.Queue()
        self._jobs: set[asyncio.Task[Result | Failed]] = set()
        self._error: Exception | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_until_complete, args=[self._give_back()], name="in-order", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread.is_alive():
            self.stop()
        if not self._thread.is_alive():
            self._loop.close()

    def put(self, job: Job, name: str) -> None:
        """Have a job done; wait while too many are under way. ``name`` is what its failure goes by."""
        self._room.acquire()
        self._place(self._begin, job, name)

    def put_result(self, result: Failed) -> None:
        """Give a result that needs no worker its place."""
        self._place(self._admit, result)

    def finish(self) -> None:
        """Wait until all results are given back, and raise what the function raised."""
        self._in_loop(self._line.put_nowait, None)
        self._thread.join()
        self._check()

    def stop(self) -> None:
        """Give back the results that are there, and the others as ``interrupted``."""
        self._in_loop(self._cancel)
        self._in_loop(self._line.put_nowait, None)
        self._thread.join(STOP_S)

    def _place(self, admit: Callable[..., object], *arguments: Any) -> None:
        self._check()
        self._places.acquire()
        self._in_loop(admit, *arguments)

    def _check(self) -> None:
        if self._error:
            raise self._error

    def _in_loop(self, function: Callable[..., object], *arguments: Any) -> None:
        self._loop.call_soon_threadsafe(function, *arguments)

    # What follows runs in the thread.

    def _begin(self, job: Job, name: str) -> None:
        task = self._loop.create_task(self._done(job, name))
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)
        self._line.put_nowait((name, task))

    def _admit(self, result: Failed) -> None:
        future = self._loop.create_future()
        future.set_result(result)
        self._line.put_nowait((result.url, future))

    async def _done(self, job: Job, name: str) -> Result | Failed:
        try:
            return await self._workers.run(job, name)
        finally:
            self._room.release()

    def _cancel(self) -> None:
        for task in self._jobs:
            task.cancel()

    async def _give_back(self) -> None:
        while (place := await self._line.get()) is not None:
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
