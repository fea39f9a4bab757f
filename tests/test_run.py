"""The driver: order, one outcome for each input, a stop that loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import aclosing

from scraper.records import Deferred, Failed, Outcome, Response, Skipped, Target
from scraper.run import Stop, outcomes


class Site:
    """A fetcher in memory: a host called "dead" never answers, one called "broken" raises."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def fetch(self, target: Target) -> Response | Skipped | Failed | Deferred:
        self.asked.append(target.url)
        if "//dead/" in target.url:
            await asyncio.sleep(3600)
        if "//broken/" in target.url:
            raise ValueError("surprise")
        await asyncio.sleep(0)
        return Response(target=target, url=target.url, body=b"page")


class Clean:
    """An engine that finds no article anywhere."""

    async def clean(self, responses: Sequence[Response]) -> Outcome:
        return Skipped(url=responses[0].url, reason="listing")


def targets(*urls: str) -> list[Target]:
    return [Target(url=url) for url in urls]


def run(items: Iterable[Target | Failed], window: int = 100) -> list[tuple[str, str]]:
    async def collect() -> list[tuple[str, str]]:
        return [(target.url, reason(outcome)) async for target, outcome in outcomes(items, Site(), Clean(), window)]

    return asyncio.run(collect())


def reason(outcome: Outcome) -> str:
    assert isinstance(outcome, Skipped | Failed | Deferred)
    return outcome.reason


def test_outcomes_come_in_the_order_of_the_inputs() -> None:
    urls = ["http://a/1", "http://a/2", "http://b/1", "http://a/3", "http://c/1"]

    assert run(targets(*urls)) == [(url, "listing") for url in urls]


def test_an_input_that_is_decided_already_keeps_its_place() -> None:
    items = [*targets("http://a/1"), Failed(url="junk", reason="bad_url"), *targets("http://a/2")]

    assert run(items) == [("http://a/1", "listing"), ("junk", "bad_url"), ("http://a/2", "listing")]


def test_an_error_of_the_fetcher_is_a_bug_and_the_others_go_on() -> None:
    assert run(targets("http://broken/1", "http://a/1")) == [("http://broken/1", "bug"), ("http://a/1", "listing")]


def test_a_malformed_url_reaches_the_fetcher_which_knows_what_to_say() -> None:
    assert run(targets("http://[::1", "http://a/1")) == [("http://[::1", "listing"), ("http://a/1", "listing")]


def test_inputs_are_read_only_as_far_as_the_window() -> None:
    read: list[int] = []

    def endless() -> Iterable[Target]:
        for number in range(1_000_000):
            read.append(number)
            yield Target(url=f"http://a/{number}")

    async def first() -> None:
        async with aclosing(outcomes(endless(), Site(), Clean(), window=5)) as stream:
            async for _ in stream:
                return

    asyncio.run(first())

    assert read == [0, 1, 2, 3, 4]


def test_a_dead_host_at_the_head_of_the_list_does_not_hold_up_the_others() -> None:
    site, stop = Site(), Stop()
    dead = [f"http://dead/{number}" for number in range(1000)]
    good = [f"http://good-{number}/" for number in range(100)]

    async def collect() -> list[str]:
        asyncio.get_running_loop().call_later(0.2, stop.request)
        stream = outcomes(targets(*dead, *good), site, Clean(), stop=stop)
        return [reason(outcome) async for _, outcome in stream]

    assert asyncio.run(collect()) == ["interrupted"] * 1000 + ["listing"] * 100
    assert len(site.asked) == 101


def test_after_a_stop_every_input_that_was_not_read_yet_is_deferred() -> None:
    stop = Stop()

    async def collect() -> list[str]:
        found = []
        items = targets(*(f"http://a/{number}" for number in range(20)))
        async for _, outcome in outcomes(items, Site(), Clean(), window=2, stop=stop):
            found.append(reason(outcome))
            if len(found) == 3:
                stop.request()
        return found

    found = asyncio.run(collect())

    assert len(found) == 20
    assert found[:3] == ["listing"] * 3
    assert found[-15:] == ["interrupted"] * 15


def test_leaving_early_ends_the_fetches_in_flight() -> None:
    async def leave() -> int:
        items = targets("http://a/1", "http://dead/1")
        async with aclosing(outcomes(items, Site(), Clean())) as stream:
            async for _ in stream:
                break
        return len(asyncio.all_tasks())

    assert asyncio.run(leave()) == 1
