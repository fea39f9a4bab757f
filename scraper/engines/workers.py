"""Clean pages in processes that can be killed: one that hangs, crashes or grows too big takes one page with it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Generic, TypeVar

from scraper.config import EngineSettings, Settings
from scraper.engines.handle import Handle, Task
from scraper.engines.local import clean_guarded
from scraper.engines.nursery import Nursery
from scraper.engines.worker import resident_bytes, serve
from scraper.records import Failed, FailReason, Outcome, Response

log = logging.getLogger("scraper")

# A page that a worker is at, and one in its pipe, so that it never waits for us. More would wait behind a slow page
# while another worker has nothing to do.
AHEAD = 2

# How often the memory of busy workers is looked at. A parser takes at most some 50 MB in that time.
WATCH_S = 0.05

Job = TypeVar("Job")
Result = TypeVar("Result")


class Workers(Generic[Job, Result]):
    """Runs a function on jobs, in processes that are started as they are needed. Use it from one event loop."""

    def __init__(self, work: Callable[[Job], Result], settings: EngineSettings) -> None:
        """``work`` goes to the workers as it is now, and never raises for what is in a job."""
        self.count = settings.workers or _cores()
        self._settings = settings
        self._nursery = Nursery(partial(serve, work=work, settings=settings))
        self._waiting: deque[Task] = deque()
        self._handles: list[Handle] = []
        self._watched = False

    async def run(self, job: Job, name: str) -> Result | Failed:
        """Return what the function makes of a job, or the failure of ``name`` if the worker did not survive it."""
        result: asyncio.Future[Result | Failed] = asyncio.get_running_loop().create_future()
        self._waiting.append(Task(job, name, result))
        self._dispatch()
        return await result

    def close(self) -> None:
        """End the workers, whatever they are doing."""
        self._nursery.close()
        for handle in self._handles:
            handle.pipe.close()

    def _dispatch(self) -> None:
        """Hand out what waits, to the workers that have least to do."""
        while self._waiting:
            if self._waiting[0].result.done():  # nobody waits for it any longer
                self._waiting.popleft()
                continue
            handle = self._next()
            if handle is None:
                return
            handle.send(self._waiting.popleft())
            self._start_watch()

    def _next(self) -> Handle | None:
        """Return a worker with room for a job, a new one if all are at work."""
        handle = min(self._handles, key=lambda handle: len(handle.tasks), default=None)
        if (handle is None or handle.tasks) and len(self._handles) < self.count:
            try:
                handle = self._started()
            except OSError as error:
                log.warning("a process to clean pages in cannot be started: %s", error)
                if handle is None:
                    self._fail_all(str(error))
        return handle if handle and len(handle.tasks) < AHEAD else None

    def _started(self) -> Handle:
        pid, pipe = self._nursery.fork()
        handle = Handle(pid, pipe, on_answer=self._dispatch, on_end=self._bury)
        self._handles.append(handle)
        return handle

    def _fail_all(self, why: str) -> None:
        for task in self._waiting:
            task.finish(Failed(url=task.name, reason="worker_died", detail=f"no process to clean it in: {why}"))
        self._waiting.clear()

    def _bury(self, handle: Handle) -> None:
        """Answer for the page that a worker died of, and give its other pages to the next one."""
        handle.close()
        self._handles.remove(handle)
        code = self._nursery.end(handle.pid)
        if handle.tasks and code != 0:  # 0: it had grown old or big
            task = handle.tasks.popleft()
            reason, detail = self._cause(code, handle.too_big)
            task.finish(Failed(url=task.name, reason=reason, detail=detail))
        self._waiting.extendleft(reversed(handle.tasks))
        self._dispatch()

    def _cause(self, code: int | None, too_big: bool) -> tuple[FailReason, str]:
        if too_big:
            limit_mb = self._settings.page_memory_bytes / 1024**2
            return "out_of_memory", f"cleaning it took more than {limit_mb:.0f} MB (engine.page_memory_bytes)"
        if code == -signal.SIGALRM:
            limit_s = self._settings.page_deadline_s
            return "parse_timeout", f"cleaning it took more than {limit_s:g} s (engine.page_deadline_s)"
        if code is None:
            return "worker_died", "the process that cleaned it is gone"
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        return "worker_died", f"the process that cleaned it ended {how}"

    def _start_watch(self) -> None:
        if not self._watched:
            self._watched = True
            asyncio.get_running_loop().call_later(WATCH_S, self._watch)

    def _watch(self) -> None:
        """End the workers that have grown beyond the limit, as long as any has work."""
        busy = [handle for handle in self._handles if handle.tasks]
        for handle in busy:
            if resident_bytes(handle.pid) > self._settings.page_memory_bytes:
                handle.too_big = True
                os.kill(handle.pid, signal.SIGKILL)  # until it is buried, the number is still its own
        self._watched = False
        if busy:
            self._start_watch()


def _cores() -> int:
    """Return how many processor cores we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class WorkerEngine:
    """An engine that cleans in workers."""

    def __init__(self, settings: Settings) -> None:
        self._workers = Workers(partial(clean_guarded, settings=settings), settings.engine)

    async def clean(self, responses: Sequence[Response]) -> Outcome:
        """Return the outcome of one article's pages (the first page first)."""
        first = responses[0]
        return await self._workers.run(responses, first.url or first.target.url)

    def close(self) -> None:
        """End the workers, whatever they are doing."""
        self._workers.close()


@contextmanager
def worker_engine(settings: Settings) -> Iterator[WorkerEngine]:
    """Give an engine; open it before the program starts threads."""
    engine = WorkerEngine(settings)
    try:
        yield engine
    finally:
        engine.close()
