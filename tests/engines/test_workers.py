"""Workers: what a job may do to its process, and what that means for the others."""

from __future__ import annotations

import asyncio
import logging
import mmap
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scraper.config import EngineSettings
from scraper.engines.shared import AHEAD, ROOM_BYTES
from scraper.engines.worker import resident_bytes
from scraper.engines.workers import Workers
from scraper.records import Deferred, Failed

log = logging.getLogger("scraper")

MEGABYTE = 1024 * 1024
ONE = EngineSettings(workers=1, page_memory_bytes=300 * MEGABYTE)
QUICK = EngineSettings(workers=1, page_deadline_s=0.5)


def hold(megabytes: int) -> str:
    """Take memory, and let it go."""
    blocks = [b"x" * MEGABYTE for _ in range(megabytes)]
    return f"held {len(blocks)} MB"


def spin() -> None:
    while True:
        pass


def crash(number: int) -> None:
    os.kill(os.getpid(), number)


def warn(text: str) -> str:
    log.warning("it says %s", text)
    return text


def report_error() -> str:
    try:
        int("surprise")
    except ValueError:
        log.exception("a bug")
    return "reported"


LOADED: list[int] = []  # by which process


def load() -> None:
    LOADED.append(os.getpid())


def loaded() -> list[int]:
    return LOADED


def obey(job: tuple[Any, ...]) -> Any:
    """Call a function with arguments: what a job is in these tests."""
    function, *arguments = job
    return function(*arguments)


def run(
    jobs: Sequence[tuple[Any, ...]], settings: EngineSettings = ONE, warm: Callable[[], object] = lambda: None
) -> list[Any]:
    async def all_results(workers: Workers[tuple[Any, ...], Any]) -> list[Any]:
        return await asyncio.gather(*(workers.submit(job, f"job {number}") for number, job in enumerate(jobs)))

    with closing(Workers(obey, settings, warm)) as workers:
        return asyncio.run(all_results(workers))


def reason(result: Any) -> str:
    assert isinstance(result, Failed), result
    return result.reason


def test_results_are_those_of_the_jobs() -> None:
    assert run([(len, "abc"), (str.upper, "abc"), (abs, -7)]) == [3, "ABC", 7]


def test_what_is_loaded_once_is_there_in_each_worker_also_in_one_that_takes_anothers_place() -> None:
    first, _, second = run([(loaded,), (crash, signal.SIGKILL), (loaded,)], warm=load)

    assert len(first) == 1
    assert first == second
    assert first != [os.getpid()]


def test_what_is_no_unicode_survives_the_way() -> None:
    # A file name that is no UTF-8 reaches Python with lone surrogates.
    assert run([(str, "caf\udce9.html")]) == ["caf\udce9.html"]


def test_a_job_of_many_megabytes_and_a_result_as_large_go_both_ways() -> None:
    text = "x" * 20_000_000

    assert run([(str, text), (len, text)]) == [text, 20_000_000]


def test_jobs_that_just_fit_into_their_room_and_jobs_that_just_do_not_arrive_whole() -> None:
    texts = [chr(ord("a") + number) * (ROOM_BYTES - 100 + 20 * number) for number in range(3 * AHEAD)]

    assert run([(str, text) for text in texts]) == texts


def test_a_job_that_takes_too_long_fails_alone() -> None:
    results = run([(abs, -1), (spin,), (abs, -2), (abs, -3)], QUICK)

    assert results[1] == Failed(
        url="job 1", reason="parse_timeout", detail="cleaning it took more than 0.5 s (engine.page_deadline_s)"
    )
    assert [results[0], *results[2:]] == [1, 2, 3]


def test_time_counts_for_each_job_of_a_batch_alone() -> None:
    assert run([(time.sleep, 0.06)] * 10, QUICK) == [None] * 10


def test_a_job_that_takes_too_much_memory_fails_alone() -> None:
    results = run([(abs, -1), (hold, 2_000), (abs, -2)])

    assert results[1] == Failed(
        url="job 1", reason="out_of_memory", detail="cleaning it took more than 300 MB (engine.page_memory_bytes)"
    )
    assert (results[0], results[2]) == (1, 2)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
def test_a_job_that_kills_its_process_fails_alone(number: signal.Signals) -> None:
    results = run([(abs, -1), (crash, number), (abs, -2)])

    assert results[1] == Failed(
        url="job 1", reason="worker_died", detail=f"the process that cleaned it ended by {number.name}"
    )
    assert (results[0], results[2]) == (1, 2)


def test_a_job_that_ends_its_process_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    results = run([(int, "no number"), (abs, -2)])

    assert results == [
        Failed(url="job 0", reason="worker_died", detail="the process that cleaned it ended with exit code 1"), 2,
    ]  # fmt: skip
    assert "ValueError: invalid literal" in capfd.readouterr().err


def test_a_job_that_ends_its_process_as_if_all_were_well_is_named_too() -> None:
    results = run([(os._exit, 0), (abs, -2)])

    assert (reason(results[0]), results[1]) == ("worker_died", 2)


def test_a_limit_below_what_a_worker_needs_to_begin_fails_the_jobs_and_ends() -> None:
    results = run([(time.sleep, 1)] * 3, EngineSettings(workers=1, page_memory_bytes=MEGABYTE))

    assert [reason(result) for result in results] == ["out_of_memory"] * 3


def test_a_small_limit_lets_small_jobs_through() -> None:
    base = resident_bytes("self")

    assert run([(abs, -1)] * 50, EngineSettings(workers=1, page_memory_bytes=base + 100 * MEGABYTE)) == [1] * 50


def test_every_second_job_may_kill_its_process() -> None:
    results = run([(crash, signal.SIGSEGV) if number % 2 else (abs, number) for number in range(40)])

    assert results[::2] == list(range(0, 40, 2))
    assert {reason(result) for result in results[1::2]} == {"worker_died"}


def test_a_worker_that_is_killed_while_it_has_nothing_to_do_harms_nobody() -> None:
    async def kill_between(workers: Workers[tuple[Any, ...], Any]) -> list[Any]:
        first = await workers.submit((os.getpid,), "first")
        os.kill(first, signal.SIGKILL)
        return [await workers.submit((abs, -number), "later") for number in range(3)]

    with closing(Workers(obey, ONE)) as workers:
        assert asyncio.run(kill_between(workers)) == [0, 1, 2]


def test_a_worker_that_is_killed_while_it_answers_harms_nobody(tmp_path: Path) -> None:
    async def kill_while_it_sends(workers: Workers[tuple[Any, ...], Any]) -> Any:
        job = workers.submit((much, tmp_path / "pid"), "job")
        while not (tmp_path / "pid").exists():
            time.sleep(0.01)
        time.sleep(0.5)
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
        return await job

    with closing(Workers(obey, EngineSettings(workers=1))) as workers:
        assert asyncio.run(kill_while_it_sends(workers)) == "x" * 20_000_000


def much(path: Path) -> str:
    """Return more than a pipe holds."""
    (path.parent / "new").write_text(str(os.getpid()))
    (path.parent / "new").rename(path)
    return "x" * 20_000_000


def test_a_result_that_cannot_be_read_is_a_bug_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    results = run([(abs, -1), (Unreadable,), (abs, -2)])

    assert (results[0], reason(results[1]), results[2]) == (1, "bug", 2)
    assert "job 1: a bug: no number" in caplog.text


class Unreadable:
    """A result whose pickle raises where it is read."""

    def __reduce__(self) -> Any:
        return refuse, ()


def refuse() -> None:
    raise ValueError("no number")


def test_signals_that_a_terminal_sends_to_all_processes_do_not_end_a_worker() -> None:
    jobs = [(crash, number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]

    assert run(jobs) == [None, None, None]


def test_a_worker_is_replaced_after_a_number_of_pages() -> None:
    async def one_after_the_other(workers: Workers[tuple[Any, ...], Any]) -> list[Any]:
        return [await workers.submit((os.getpid,), "job") for _ in range(7)]

    with closing(Workers(obey, EngineSettings(workers=1, pages_per_worker=3))) as workers:
        pids = asyncio.run(one_after_the_other(workers))

    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 1]


def test_a_worker_that_has_grown_is_replaced_before_its_heap_is_blamed_on_the_next_page() -> None:
    async def one_after_the_other(workers: Workers[tuple[Any, ...], Any]) -> list[Any]:
        return [await workers.submit(job, "job") for job in [(os.getpid,), (keep, 200), (os.getpid,)]]

    # A worker begins with the memory of this process, which has run other tests.
    limit = resident_bytes("self") + 300 * MEGABYTE
    with closing(Workers(obey, EngineSettings(workers=1, page_memory_bytes=limit))) as workers:
        first, kept, last = asyncio.run(one_after_the_other(workers))

    assert kept == 200
    assert first != last


KEPT: list[mmap.mmap] = []


def keep(megabytes: int) -> int:
    """Take memory for good, and none that the process has had before: a heap that was used hands its own out again."""
    for _ in range(megabytes):
        KEPT.append(mmap.mmap(-1, MEGABYTE))
        KEPT[-1].write(b"x" * MEGABYTE)
    return len(KEPT)


def test_one_job_starts_one_worker_and_many_start_all() -> None:
    async def count(workers: Workers[tuple[Any, ...], Any]) -> tuple[int, int]:
        one = {await workers.submit((os.getpid,), "job") for _ in range(3)}
        many = await asyncio.gather(*(workers.submit((sleepy_pid,), "job") for _ in range(12)))
        return len(one), len(set(many))

    with closing(Workers(obey, EngineSettings(workers=3))) as workers:
        assert asyncio.run(count(workers)) == (1, 3)


def sleepy_pid() -> int:
    time.sleep(0.02)
    return os.getpid()


def test_a_job_that_is_given_up_is_not_done(tmp_path: Path) -> None:
    async def give_up(workers: Workers[tuple[Any, ...], Any]) -> None:
        busy = [workers.submit((time.sleep, 0.05), "busy") for _ in range(AHEAD)]
        late = workers.submit((Path.touch, tmp_path / "late"), "late")
        late.cancel()
        await asyncio.gather(*busy)
        await workers.submit((abs, 1), "last")

    with closing(Workers(obey, ONE)) as workers:
        asyncio.run(give_up(workers))

    assert not (tmp_path / "late").exists()


def test_what_a_worker_logs_is_logged_by_the_program(caplog: pytest.LogCaptureFixture) -> None:
    assert run([(warn, "a\x1b[31m"), (report_error,)]) == ["a\x1b[31m", "reported"]

    assert [record.getMessage() for record in caplog.records] == ["it says a\x1b[31m", "a bug"]
    assert "ValueError: invalid literal" in caplog.text


def test_closing_ends_the_workers_and_what_they_are_doing() -> None:
    async def start(workers: Workers[tuple[Any, ...], Any]) -> list[int]:
        pids = await asyncio.gather(*(workers.submit((sleepy_pid,), "job") for _ in range(4)))
        workers.submit((spin,), "endless")
        return pids

    with closing(Workers(obey, EngineSettings(workers=2))) as workers:
        pids = asyncio.run(start(workers))

    assert [pid for pid in set(pids) if is_alive(pid)] == []


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_without_the_process_that_starts_workers_the_rest_is_left_to_a_later_run(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def parent_of(pid: int) -> int:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])

    async def orphan(workers: Workers[tuple[Any, ...], Any]) -> list[Any]:
        pid = await workers.submit((os.getpid,), "first")
        os.kill(parent_of(pid), signal.SIGKILL)
        before = await workers.submit((abs, -1), "before")
        died = await workers.submit((crash, signal.SIGKILL), "died")
        after = [await workers.submit((abs, -2), "after") for _ in range(2)]
        return [before, reason(died), *(isinstance(result, Deferred) and result.reason for result in after)]

    with closing(Workers(obey, ONE)) as workers:
        assert asyncio.run(orphan(workers)) == [1, "worker_died", "interrupted", "interrupted"]
    assert caplog.text.count("cannot be started") == 1


def test_a_worker_ends_when_the_program_is_gone_even_in_the_middle_of_a_page(tmp_path: Path) -> None:
    """The program and the process that starts workers are killed at once: only the alarm is left."""
    pid_file = tmp_path / "pid"

    def program() -> None:
        with closing(Workers(obey, QUICK)) as workers:
            asyncio.run(last_words(workers))

    async def last_words(workers: Workers[tuple[Any, ...], Any]) -> None:
        await workers.submit((note_and_spin, pid_file), "page")

    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        program()
        os._exit(0)
    worker = int(eventually(lambda: pid_file.exists() and pid_file.read_text()))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

    assert eventually(lambda: not is_alive(worker))


def note_and_spin(pid_file: Path) -> None:
    pid_file.write_text(str(os.getpid()))
    spin()


def eventually(condition: Callable[[], Any]) -> Any:
    """Wait until something holds, ten seconds at most."""
    for _ in range(1000):
        if value := condition():
            return value
        time.sleep(0.01)
    raise AssertionError("it never came true")
