"""What a worker does: one page after the other, each under a limit of time, until it has grown old or big."""

from __future__ import annotations

import itertools
import logging
import os
import pickle
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from scraper.config import EngineSettings
from scraper.engines.packing import pickled, whole
from scraper.engines.shared import ANSWERING, Shared

# A message to the program is its length and a pickle: of all encodings it alone keeps file names that are no UTF-8.
LENGTH_BYTES = 8

# A heap that has grown does not shrink. With a quarter of the limit gone, the next page may not have room.
BIG = 0.25

# Level, message and traceback of what was logged: nothing but text travels.
Remark = tuple[int, str, str]


def serve(
    number: int,
    connection: socket.socket,
    work: Callable[[Any], Any],
    settings: EngineSettings,
    shared: Shared,
) -> None:
    """Answer each batch of jobs that comes with the results of ``work``, until the program closes its end.

    The program sees in ``shared`` which job of the batch is being done. One that takes too long ends the process: the
    alarm has no handler, so the system does it, in the middle of a parser's loop, too, and when the program is long
    gone.
    """
    remarks = _Remarks()
    logging.getLogger().handlers[:] = [remarks]
    at, done, begin = shared.at, 0, resident_bytes("self")
    with connection.makefile("rb") as pipe, suppress(EOFError, pickle.UnpicklingError):  # the program is gone
        for turn in itertools.count():
            results = []
            in_room, jobs = pickle.load(pipe)
            read = shared.reader(number, turn) if in_room else pipe.read
            for index, sizes in enumerate(jobs):
                at[number] = 1 + index
                job = whole([read(size) for size in sizes])
                signal.setitimer(signal.ITIMER_REAL, settings.page_deadline_s)
                results.append(work(job))
                signal.setitimer(signal.ITIMER_REAL, 0)
            done += len(results)
            data = pickled((results, remarks.take()))
            at[number] = ANSWERING
            connection.sendall(len(data).to_bytes(LENGTH_BYTES) + data)
            at[number] = 0
            grown = resident_bytes("self") - begin > BIG * settings.page_memory_bytes
            if grown or done >= settings.pages_per_worker:
                return


class _Remarks(logging.Handler):
    """Keeps what is logged for the program, which alone writes to standard error."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: list[Remark] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one message."""
        trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        self._kept.append((record.levelno, record.getMessage(), trace))

    def take(self) -> list[Remark]:
        """Return what was kept, and keep it no longer."""
        kept, self._kept = self._kept, []
        return kept


def resident_bytes(process: int | str) -> int:
    """Return how much memory a process holds; 0 where it has ended or the system does not tell."""
    try:
        with open(f"/proc/{process}/statm", "rb") as file:  # noqa: PTH123 a Path would double the time
            pages = int(file.read().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
