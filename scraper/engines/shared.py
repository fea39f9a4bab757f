"""Memory that the program and its workers have in common: where each worker is, and what it was sent."""

from __future__ import annotations

from collections.abc import Sequence
from mmap import mmap

# Batches that a worker has been given: one that it is at, and enough behind it to last while the program's event loop
# is busy for some milliseconds. More would wait behind a slow page while another worker has nothing to do.
AHEAD = 4

# Room for a batch. 99 of 100 pages are smaller; a larger one goes through the pipe.
ROOM_BYTES = 1024 * 1024


class Shared:
    """Made before the workers are forked.

    ``at[number]`` is the job of its batch that a worker is at: 1 the first, 0 none. Each worker has ``AHEAD`` rooms,
    which its batches take in turn: what was in a room has been answered when the next batch takes it.
    """

    def __init__(self, workers: int) -> None:
        self.at = mmap(-1, workers)
        self._rooms = mmap(-1, workers * AHEAD * ROOM_BYTES)

    def put(self, number: int, turn: int, jobs: Sequence[bytes]) -> int:
        """Put the ``turn``-th batch of a worker into its room; return its size, 0 where the room is too small."""
        size = sum(map(len, jobs))
        if size > ROOM_BYTES:
            return 0
        start = _start(number, turn)
        for job in jobs:
            self._rooms[start : start + len(job)] = job
            start += len(job)
        return size

    def get(self, number: int, turn: int, size: int) -> bytes:
        """Return what was put."""
        start = _start(number, turn)
        return self._rooms[start : start + size]


def _start(number: int, turn: int) -> int:
    return (number * AHEAD + turn % AHEAD) * ROOM_BYTES
