"""Results come back in the order of the jobs, while the reader waits for more, and after a stop."""

from __future__ import annotations

import os
import queue
import signal
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from scraper.config import EngineSettings
from scraper.engines.in_order import InOrder
from scraper.engines.workers import Workers
from scraper.records import Deferred, Failed

Pool = Workers[float, float]

A_MINUTE = 60.0


def nap(seconds: float) -> float:
    """Sleep and return the time; a negative time ends the process."""
    if seconds < 0:
        os.kill(os.getpid(), signal.SIGSEGV)
    time.sleep(seconds)
    return seconds


@pytest.fixture
def workers() -> Iterator[Pool]:
    with closing(Workers(nap, EngineSettings(workers=2))) as pool:
        yield pool


def test_results_come_in_the_order_of_the_jobs(workers: Pool) -> None:
    taken: list[object] = []
    naps = [0.1, 0.0, 0.02, 0.01, -1.0, 0.0]
    with InOrder(workers, taken.append) as line:
        for number, seconds in enumerate(naps):
            line.put(seconds, f"nap {number}", 8)
        line.put_result(Failed(url="known", reason="unreadable"))
        line.finish()

    assert taken[:4] + taken[5:6] == [0.1, 0.0, 0.02, 0.01, 0.0]
    assert [(result.url, result.reason) for result in taken if isinstance(result, Failed)] == [
        ("nap 4", "worker_died"),
        ("known", "unreadable"),
    ]


def test_a_result_is_given_back_while_the_reader_waits_for_its_next_job(workers: Pool) -> None:
    taken: queue.Queue[object] = queue.Queue()
    with InOrder(workers, taken.put) as line:
        line.put(0.01, "first", 8)
        assert taken.get(timeout=30) == 0.01
        line.finish()


def test_a_stop_gives_back_what_is_done_and_the_rest_as_interrupted(workers: Pool) -> None:
    taken: list[object] = []
    done: queue.Queue[object] = queue.Queue()

    def take(result: object) -> None:
        taken.append(result)
        done.put(result)

    with InOrder(workers, take) as line:
        line.put(0.0, "first", 8)
        done.get(timeout=30)
        line.put(A_MINUTE, "endless", 8)
        line.put_result(Failed(url="known", reason="unreadable"))

    assert taken == [
        0.0,
        Deferred(url="endless", reason="interrupted", detail="the run was stopped"),
        Failed(url="known", reason="unreadable"),
    ]


def test_an_error_of_who_takes_the_results_reaches_the_reader(workers: Pool) -> None:
    def refuse(_result: object) -> None:
        raise ValueError("no more")

    with InOrder(workers, refuse) as line:
        line.put(0.0, "first", 8)
        with pytest.raises(ValueError, match="no more"):
            line.finish()


def test_a_job_that_is_larger_than_all_the_room_is_done(workers: Pool) -> None:
    taken: list[object] = []
    with InOrder(workers, taken.append) as line:
        for size in (10, 10**12, 10):
            line.put(0.0, "job", size)
        line.finish()

    assert taken == [0.0, 0.0, 0.0]
