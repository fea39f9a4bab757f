"""The program's end of one worker: what it was sent and has not answered, and its pipe."""

from __future__ import annotations

import asyncio
import logging
import pickle
import socket
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from scraper.engines.packing import Parts
from scraper.engines.shared import Shared
from scraper.engines.worker import LENGTH_BYTES, Remark
from scraper.records import Failed, FailReason
from scraper.report import as_bug

log = logging.getLogger("scraper")

_READ_BYTES = 256 * 1024


@dataclass(frozen=True)
class Task:
    """A job as it travels, the name that its failure goes by, and what becomes of it."""

    parts: Parts
    name: str
    result: asyncio.Future[Any]

    @property
    def size(self) -> int:
        """How many bytes it has on its way."""
        return sum(map(len, self.parts))

    def finish(self, result: Any) -> None:
        """Give the result to who waits, if anybody still does."""
        if not self.result.done():
            self.result.set_result(result)

    def fail(self, reason: FailReason, detail: str) -> None:
        """Say that there is no result."""
        self.finish(Failed(url=self.name, reason=reason, detail=detail))


@dataclass(eq=False)
class Handle:
    """A worker answers in the order in which it was asked, so the first of ``batches`` is the one that it is at."""

    number: int
    pid: int
    pipe: socket.socket
    shared: Shared
    on_answer: Callable[[], object]
    on_end: Callable[[Handle], object]
    batches: deque[list[Task]] = field(default_factory=deque)
    sent: int = 0  # batches
    answers: int = 0
    too_big: bool = False  # it was ended because it took too much memory
    _unsent: bytearray = field(default_factory=bytearray)
    _received: bytearray = field(default_factory=bytearray)
    _waits: bool = False  # for room in the pipe

    def __post_init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.pipe.setblocking(False)
        self._loop.add_reader(self.pipe, self._read)

    def send(self, batch: list[Task]) -> None:
        """Send jobs, whose results come back together."""
        parts = [part for task in batch for part in task.parts]
        in_room = self.shared.put(self.number, self.sent, parts)
        self.batches.append(batch)
        self.sent += 1
        self._unsent += pickle.dumps((in_room, [list(map(len, task.parts)) for task in batch]))
        if not in_room:
            self._unsent += b"".join(parts)
        self._write()

    def close(self) -> None:
        """Close the pipe."""
        self._loop.remove_reader(self.pipe)
        self._loop.remove_writer(self.pipe)
        self.pipe.close()

    def _write(self) -> None:
        try:
            del self._unsent[: self.pipe.send(self._unsent)]
        except BlockingIOError:
            pass
        except OSError:  # it has ended, which the reader is about to hear
            self._unsent.clear()
        if self._unsent and not self._waits:
            self._loop.add_writer(self.pipe, self._write)
        elif self._waits and not self._unsent:
            self._loop.remove_writer(self.pipe)
        self._waits = bool(self._unsent)

    def _read(self) -> None:
        try:
            data = self.pipe.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:  # it has ended with a job in its pipe
            data = b""
        if not data:
            self.on_end(self)
            return
        self._received += data
        for message in _messages(self._received):
            self._finish(self.batches.popleft(), message)
        self.on_answer()

    def _finish(self, batch: list[Task], message: bytes) -> None:
        self.answers += 1
        try:
            results, remarks = pickle.loads(message)
        except Exception as error:  # a result that is not what its type says
            for task in batch:
                task.finish(as_bug(task.name, error))
            return
        _log(remarks)
        for task, result in zip(batch, results, strict=True):
            task.finish(result)


def _messages(received: bytearray) -> Iterator[bytes]:
    """Take the whole messages out of what was received."""
    while len(received) >= LENGTH_BYTES:
        end = LENGTH_BYTES + int.from_bytes(received[:LENGTH_BYTES])
        if len(received) < end:
            return
        message = bytes(received[LENGTH_BYTES:end])
        del received[:end]
        yield message


class _Elsewhere(Exception):  # noqa: N818 it is the traceback of an error, for the log
    """What went wrong in another process."""


def _log(remarks: list[Remark]) -> None:
    for level, message, trace in remarks:
        log.log(level, "%s", message, exc_info=_Elsewhere(trace) if trace else None)
