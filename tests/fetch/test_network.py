"""Names to addresses to connections, with look-ups that answer what a test wants."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest
from loopback import serve

from scraper.fetch.addresses import AddressGuard
from scraper.fetch.network import GuardedNetwork
from scraper.fetch.resolver import Lookup, Resolver
from scraper.fetch.trouble import Trouble


async def dial(lookup: Lookup, port: int, host: str = "a.test", allow: Sequence[str] = ("127.0.0.2/32",)) -> str:
    network = GuardedNetwork(AddressGuard(allow), Resolver(2.0, lookup))
    try:
        stream = await network.connect_tcp(host, port, timeout=2.0)
    except Trouble as trouble:
        return str(trouble)
    await stream.aclose()
    return "connected"


def test_a_name_with_one_public_and_one_local_address_is_not_dialled_at_all() -> None:
    async def run() -> tuple[str, list[str]]:
        async with serve({}) as site:
            return await dial(lambda _: ["127.0.0.2", "10.0.0.1"], site.port), site.asked

    outcome, asked = asyncio.run(run())

    assert outcome.startswith("refused_address: a.test: 10.0.0.1 is not a public address")
    assert asked == []


def test_the_address_that_was_checked_is_the_one_that_is_dialled() -> None:
    answers = [["127.0.0.2"], ["10.0.0.1"]]

    async def run() -> tuple[str, int]:
        async with serve({}) as site:
            return await dial(lambda _: answers.pop(0), site.port), len(answers)

    assert asyncio.run(run()) == ("connected", 1)


def test_the_next_address_is_dialled_where_the_first_is_dead() -> None:
    async def run() -> str:
        async with serve({}) as site:
            return await dial(lambda _: ["127.0.0.3", "127.0.0.2"], site.port, allow=["127.0.0.0/8"])

    assert asyncio.run(run()) == "connected"


def test_a_refused_connection_names_address_and_port() -> None:
    async def run() -> tuple[str, int]:
        async with serve({}) as site:
            pass
        return await dial(lambda _: ["127.0.0.2"], site.port), site.port

    outcome, port = asyncio.run(run())
    assert outcome == f"connect: 127.0.0.2 port {port}: connection refused"


def test_a_name_that_is_unknown_fails_as_dns() -> None:
    def unknown(_: str) -> list[str]:
        raise OSError(-2, "Name or service not known")

    assert asyncio.run(dial(unknown, 80)) == "dns: a.test: Name or service not known"


@pytest.mark.parametrize("host", ["a" * 64 + ".test", "a..test"])
def test_a_name_that_no_name_server_could_know_fails_as_dns(host: str) -> None:
    async def run() -> str:
        with pytest.raises(Trouble) as caught:
            await Resolver(2.0).addresses(host)
        return str(caught.value.reason)

    assert asyncio.run(run()) == "dns"


def test_dead_names_do_not_hold_up_a_living_one() -> None:
    release = threading.Event()

    def lookup(host: str) -> list[str]:
        if host != "alive.test":
            release.wait(10)
        return ["127.0.0.2"]

    async def run() -> list[str]:
        resolver = Resolver(9.0, lookup)
        dead = [asyncio.create_task(resolver.addresses(f"{number}.test")) for number in range(40)]
        await asyncio.sleep(0)
        found = await asyncio.wait_for(resolver.addresses("alive.test"), timeout=5)
        release.set()
        await asyncio.gather(*dead)
        return [str(address) for address in found]

    assert asyncio.run(run()) == ["127.0.0.2"]


def test_a_name_server_that_does_not_answer_fails_in_time() -> None:
    release = threading.Event()

    def lookup(_: str) -> list[str]:
        release.wait(10)
        return []

    async def run() -> str:
        with pytest.raises(Trouble) as caught:
            await Resolver(0.05, lookup).addresses("slow.test")
        release.set()
        return str(caught.value)

    assert asyncio.run(run()) == "dns: no answer for slow.test within 0.05 s"


def test_answers_and_failures_are_remembered_for_a_while() -> None:
    asked: list[str] = []

    def lookup(host: str) -> list[str]:
        asked.append(host)
        return [] if host == "dead.test" else ["127.0.0.2"]

    async def run() -> None:
        resolver = Resolver(2.0, lookup)
        for _ in range(2):
            await resolver.addresses("alive.test")
            with pytest.raises(Trouble, match="has no address"):
                await resolver.addresses("dead.test")

    asyncio.run(run())
    assert asked == ["alive.test", "dead.test"]


def test_a_literal_address_needs_no_look_up() -> None:
    async def run() -> list[str]:
        resolver = Resolver(2.0, lambda _: pytest.fail("looked up"))
        return [str(*await resolver.addresses(host)) for host in ("127.0.0.1", "[::1]", "::1")]

    assert asyncio.run(run()) == ["127.0.0.1", "::1", "::1"]
