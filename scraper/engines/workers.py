"""Clean pages in processes that can be killed: one that hangs, crashes or grows too big takes one page with it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from scraper.config import EngineSettings, Settings
from scraper.engines.handle import Handle, Task
from scraper.engines.local import Pages, Question, clean_guarded, continuation_guarded, warm_up
from scraper.engines.nursery import Nursery, Warm
from scraper.engines.packing import parts_of
from scraper.engines.shared import AHEAD, ANSWERING, Shared
from scraper.engines.worker import resident_bytes, serve
from scraper.memory import Memory, site_name
from scraper.records import Continuation, Deferred, Failed, FailReason, Outcome, Response, Skipped

log = logging.getLogger("scraper")

# Small jobs travel together, or the way would cost more than a line of text does. Half as many do no better.
BATCH_JOBS = 32
BATCH_BYTES = 32 * 1024

# How often the memory of busy workers is looked at. A parser takes at most some 50 MB in that time.
WATCH_S = 0.05

Job = TypeVar("Job")
Result = TypeVar("Result")


class Workers(Generic[Job, Result]):
    """Runs a function on jobs, in processes that are started as they are needed. Use it from one event loop."""

    def __init__(self, work: Callable[[Job], Result], settings: EngineSettings, warm: Warm = lambda: None) -> None:
        """``work`` goes to the workers as it is now, and never raises for what is in a job.

        ``warm`` is called before the first one is forked, to load what all need.
        """
        self.count = settings.workers or _cores()
        self._settings = settings
        self._shared = Shared(self.count)
        self._nursery = Nursery(partial(serve, work=work, settings=settings, shared=self._shared), warm)
        self._waiting: deque[Task] = deque()
        self._handles: list[Handle] = []
        self._watched = False
        self._warned = False

    def submit(self, job: Job, name: str) -> asyncio.Future[Result | Failed | Deferred]:
        """Return what the function will make of a job, or the failure of ``name`` if the worker does not survive it.

        Where no worker can be started, it is no job's fault, and they are left to a later run.

        To give a job up, cancel it.
        """
        task = Task(parts_of(job), name, asyncio.get_running_loop().create_future())
        self._waiting.append(task)
        self._dispatch()
        return task.result

    def close(self) -> None:
        """End the workers, whatever they are doing."""
        self._nursery.close()
        for handle in self._handles:
            handle.pipe.close()

    def _dispatch(self) -> None:
        """Hand out what waits, to the workers that have least to do."""
        while self._waiting and (handle := self._next()):
            if batch := self._batch():
                handle.send(batch)
                self._start_watch()

    def _batch(self) -> list[Task]:
        """Take from what waits a share that leaves something for the other workers, and that is not long to be done."""
        share = min(BATCH_JOBS, len(self._waiting) // (AHEAD * self.count))
        batch: list[Task] = []
        size = 0
        while self._waiting and (not batch or (len(batch) < share and size + self._waiting[0].size < BATCH_BYTES)):
            task = self._waiting.popleft()
            if not task.result.done():  # or it was given up
                batch.append(task)
                size += task.size
        return batch

    def _next(self) -> Handle | None:
        """Return a worker with room for a batch, a new one if all are at work."""
        handle = min(self._handles, key=lambda handle: len(handle.batches), default=None)
        if (handle is None or handle.batches) and len(self._handles) < self.count:
            try:
                handle = self._started()
            except OSError as error:
                if not self._warned:
                    log.warning("a process to clean pages in cannot be started: %s", error)
                    self._warned = True
                if handle is None:
                    self._put_off_all(str(error))
        return handle if handle and len(handle.batches) < AHEAD else None

    def _started(self) -> Handle:
        number = min(set(range(self.count)) - {handle.number for handle in self._handles})
        self._shared.at[number] = 0
        pid, pipe = self._nursery.fork(number)
        handle = Handle(number, pid, pipe, self._shared, on_answer=self._dispatch, on_end=self._bury)
        self._handles.append(handle)
        return handle

    def _put_off_all(self, why: str) -> None:
        for task in self._waiting:
            detail = f"there is no process to clean it in: {why}"
            task.finish(Deferred(url=task.name, reason="interrupted", detail=detail))
        self._waiting.clear()

    def _bury(self, handle: Handle) -> None:
        """Answer for the page that a worker died of, and give its other pages to the next one."""
        handle.close()
        self._handles.remove(handle)
        code = self._nursery.end(handle.pid)
        at = self._shared.at[handle.number]
        # 0: it ended between two pages, because it had grown old or big, or killed by somebody. But where it never did
        # anything the next one may not either, and somebody must be told.
        if handle.batches and at != ANSWERING and (at or not handle.answers):
            handle.batches[0].pop(max(at - 1, 0)).fail(*self._cause(code, handle.too_big))
        self._waiting.extendleft(task for batch in reversed(handle.batches) for task in reversed(batch))
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
        busy = [handle for handle in self._handles if handle.batches]
        for handle in busy:
            if resident_bytes(handle.pid) > self._settings.page_memory_bytes:
                handle.too_big = True
                os.kill(handle.pid, signal.SIGKILL)  # until it is buried, the number is still its own
        self._watched = False
        if busy:
            self._start_watch()


class WorkerEngine:
    """An engine that cleans in workers."""

    def __init__(self, settings: Settings) -> None:
        self._workers: Workers[Pages | Question, Any] = Workers(
            partial(_work, settings=settings), settings.engine, partial(warm_up, settings)
        )
        self._memory = Memory()

    def remember(self, memory: Memory) -> None:
        """Clean with what is known of the sites from now on; with each page goes what is known of its own."""
        self._memory = memory

    async def clean(self, responses: Sequence[Response]) -> Outcome:
        """Return the outcome of one article's pages (the first page first)."""
        target = responses[0].target
        pages = Pages(responses, self._memory.only(site_name(target.url, target.source)))
        outcome: Outcome = await self._workers.submit(pages, responses[0].url or target.url)
        return outcome

    async def continuation(
        self, response: Response, first: str, position: int
    ) -> Continuation | Skipped | Failed | Deferred:
        """Return where an article goes on after its page number ``position``; ``first`` is where its first page is."""
        question = Question(response, first, position)
        found: Continuation | Skipped | Failed | Deferred = await self._workers.submit(question, response.url)
        return found

    def close(self) -> None:
        """End the workers, whatever they are doing."""
        self._workers.close()


def _work(job: Pages | Question, settings: Settings) -> Outcome | Continuation:
    if isinstance(job, Question):
        return continuation_guarded(job)
    return clean_guarded(job.responses, settings, job.memory)


def _cores() -> int:
    """Return how many processor cores we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
