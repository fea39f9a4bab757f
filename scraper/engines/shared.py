"""Memory that the program and its workers have in common: where each worker is, and what it was sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from mmap import mmap

# Batches that a worker has been given: one that it is at, and enough behind it to last while the program's event loop
# is busy for some milliseconds. More would wait behind a slow page while another worker has nothing to do.
AHEAD = 4

# Where a worker is that has done its batch and is sending the results: its end is no job's fault.
ANSWERING = 255

# Room for a batch. 99 of 100 pages are smaller; a larger one goes through the pipe.
ROOM_BYTES = 1024 * 1024


class Shared:
    """Made before the workers are forked.

    ``at[number]`` is the job of its batch that a worker is at: 1 the first, 0 none, or :data:`ANSWERING`. Each worker
    has ``AHEAD`` rooms, which its batches take in turn: what was in a room has been answered when the next takes it.
    """

    def __init__(self, workers: int) -> None:
        self.at = mmap(-1, workers)
        self._rooms = memoryview(mmap(-1, workers * AHEAD * ROOM_BYTES))

    def put(self, number: int, turn: int, parts: Sequence[bytes | memoryview]) -> bool:
        """Put the ``turn``-th batch of a worker into its room, if it fits."""
        if sum(map(len, parts)) > ROOM_BYTES:
            return False
        start = _start(number, turn)
        for part in parts:
            self._rooms[start : start + len(part)] = part
            start += len(part)
        return True

    def reader(self, number: int, turn: int) -> Callable[[int], memoryview]:
        """Return a function that gives the next bytes of what was put; they are valid until the batch is answered."""
        start = _start(number, turn)

        def read(size: int) -> memoryview:
            nonlocal start
            start += size
            return self._rooms[start - size : start]

        return read


def _start(number: int, turn: int) -> int:
    return (number * AHEAD + turn % AHEAD) * ROOM_BYTES
