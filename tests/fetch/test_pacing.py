"""Turns: one request a host, rests in between, hosts side by side."""

from __future__ import annotations

import asyncio

import pytest

from scraper.fetch.pacing import Lanes, Load, Pace
from scraper.fetch.trouble import Trouble


def lanes(jobs: int = 9, host_failures: int = 5, told: list[str] | None = None) -> Lanes:
    return Lanes(jobs, host_failures, (told if told is not None else []).append)


async def visit(lanes: Lanes, host: str, log: list[str], name: str, delay_s: float = 0.0) -> None:
    async with lanes.turn(host, f"http://{host}", Pace(delay_s)):
        log.append(f"+{name}")
        await asyncio.sleep(0.01)
        log.append(f"-{name}")


def test_requests_to_one_host_never_overlap_and_keep_their_order() -> None:
    log: list[str] = []

    async def run() -> None:
        shared = lanes()
        await asyncio.gather(*(visit(shared, "a", log, name) for name in "123"))

    asyncio.run(run())
    assert log == ["+1", "-1", "+2", "-2", "+3", "-3"]


def test_hosts_do_not_wait_for_each_other() -> None:
    log: list[str] = []

    async def run() -> None:
        shared = lanes()
        await asyncio.gather(*(visit(shared, host, log, host) for host in "abc"))

    asyncio.run(run())
    assert log[:3] == ["+a", "+b", "+c"]


def test_no_more_hosts_than_jobs_are_asked_at_once() -> None:
    log: list[str] = []

    async def run() -> None:
        shared = lanes(jobs=2)
        await asyncio.gather(*(visit(shared, host, log, host) for host in "abcd"))

    asyncio.run(run())
    running = [sum(1 if step[0] == "+" else -1 for step in log[: n + 1]) for n in range(len(log))]
    assert max(running) == 2


def test_a_host_rests_after_each_request() -> None:
    async def run() -> float:
        shared, log = lanes(), []  # type: ignore[var-annotated]
        start = asyncio.get_running_loop().time()
        await asyncio.gather(*(visit(shared, "a", log, name, delay_s=0.1) for name in "123"))
        return asyncio.get_running_loop().time() - start

    assert asyncio.run(run()) >= 0.2


def test_a_long_wait_says_why() -> None:
    told: list[str] = []

    async def run() -> None:
        shared = lanes(told=told)
        await visit(shared, "a", [], "1", delay_s=0.0)
        shared.rest("a", Pace(60.0, "Crawl-delay"))
        task = asyncio.create_task(visit(shared, "a", [], "2"))
        await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(run())
    assert told == ["waiting 60 s: Crawl-delay of a"]


def test_a_short_rest_does_not_shorten_a_long_one() -> None:
    told: list[str] = []

    async def run() -> None:
        shared = lanes(told=told)
        shared.rest("a", Pace(90.0, "Retry-After"))
        shared.rest("a", Pace(1.0))
        task = asyncio.create_task(visit(shared, "a", [], "1"))
        await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(run())
    assert told == ["waiting 90 s: Retry-After of a"]


async def fail(lanes: Lanes, reason: str, origin: str = "http://a") -> str:
    with pytest.raises(Trouble) as caught:
        async with lanes.turn("a", origin, Pace(0.0)):
            raise Trouble(reason)
    return str(caught.value.reason)


def test_straight_failures_close_a_host() -> None:
    async def run() -> list[str]:
        shared = lanes(host_failures=2)
        return [await fail(shared, reason) for reason in ("connect", "timeout", "connect")]

    assert asyncio.run(run()) == ["connect", "timeout", "host_down"]


def test_an_answer_in_between_keeps_a_host_open() -> None:
    async def run() -> list[str]:
        shared = lanes(host_failures=2)
        return [await fail(shared, reason) for reason in ("connect", "http_4xx", "connect", "connect")]

    assert asyncio.run(run()) == ["connect", "http_4xx", "connect", "connect"]


def test_a_dead_port_does_not_close_the_others() -> None:
    async def run() -> list[str]:
        shared = lanes(host_failures=1)
        await fail(shared, "connect", "http://a:81")
        return [await fail(shared, "http_4xx", "http://a"), await fail(shared, "connect", "http://a:81")]

    assert asyncio.run(run()) == ["http_4xx", "host_down"]


def test_many_urls_of_a_closed_host_do_not_wait_for_its_rest() -> None:
    async def run() -> None:
        shared = lanes(host_failures=1)
        await fail(shared, "connect")
        shared.rest("a", Pace(60.0))
        for _ in range(100):
            with pytest.raises(Trouble, match="host_down"):
                async with shared.turn("a", "http://a", Pace(60.0)):
                    pass

    asyncio.run(asyncio.wait_for(run(), timeout=5))


def rests(*answers: tuple[float, bool], delay_s: float = 1.0, max_s: float = 120.0) -> list[float]:
    """Return the rest after each answer: how long it took, and whether it was 429 or 503."""
    load = Load()
    return [round(load.rest_after(took_s, busy, Pace(delay_s), max_s).delay_s, 2) for took_s, busy in answers]


def test_a_busy_host_gets_longer_rests_and_slowly_shorter_ones_again() -> None:
    assert rests((0.1, True), (0.1, True), (0.1, False), (0.1, False)) == [2.0, 4.0, 3.2, 2.56]


def test_an_answer_that_takes_much_longer_than_usual_earns_a_rest_of_its_own_length() -> None:
    assert rests((0.2, False), (0.2, False), (3.0, False), (0.2, False)) == [1.0, 1.0, 3.0, 1.0]


def test_a_host_that_is_always_slow_is_not_taken_for_a_busy_one() -> None:
    assert rests(*[(5.0, False)] * 4) == [1.0] * 4


def test_slowing_down_has_an_end() -> None:
    assert rests(*[(0.1, True)] * 20, max_s=30.0)[-1] == 30.0


def test_where_no_delay_is_wanted_there_is_none_to_lengthen() -> None:
    assert rests((0.1, True), (0.1, False), delay_s=0.0) == [0.0, 0.0]


def test_a_long_crawl_delay_is_never_shortened() -> None:
    assert rests((0.1, True), delay_s=200.0, max_s=120.0) == [200.0]
