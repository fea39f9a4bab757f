"""What a hostile or broken server can do to a fetch, over real connections."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import time
import tracemalloc
from functools import partial
from pathlib import Path

import brotli
import pytest
from loopback import Answer, answer, dripping, fetch_from, quick, reasons, serve

from scraper.fetch import HttpFetcher
from scraper.fetch.body import zstd
from scraper.records import Failed, Response, Target


def test_a_page_arrives_whole_with_its_address_and_headers() -> None:
    (page,), site = fetch_from({"/a": answer("<p>The harbour reopened.", ETag='"7"')}, "/a")

    assert isinstance(page, Response)
    assert (page.body, page.status, page.url) == (b"<p>The harbour reopened.", 200, site.url("/a"))
    assert page.headers["etag"] == '"7"'


async def say_nothing(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def drip_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"A: b\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)


async def continue_forever(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (say_nothing, "timeout"),
        (drip_headers, "too_slow"),
        (dripping(), "too_slow"),
        (continue_forever, "too_slow"),
    ],
)
def test_the_deadline_ends_whatever_the_server_does(behaviour: object, reason: str) -> None:
    start = time.monotonic()
    outcomes, site = fetch_from({"/a": behaviour}, "/a", deadline_s=0.4)  # type: ignore[dict-item]

    assert reasons(outcomes) == [reason]
    assert site.asked.count("/a") == 1
    assert time.monotonic() - start < 1.4


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "protocol"),
        (b"<html>HTTP/0.9 has no headers</html>", "protocol"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", "protocol"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "protocol"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1e30\r\n\r\nabc", "protocol"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc", "protocol"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "protocol"),
        (b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabcde", "truncated"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", "truncated"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nabc", "too_large"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n<html>", "bad_encoding"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip, gzip\r\n\r\nx", "bad_encoding"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 100_000 + b"\r\n", "too_large"),
        (b"", "connect"),
    ],
)
def test_broken_http_has_its_reason(raw: bytes, reason: str) -> None:
    outcomes, _ = fetch_from({"/a": raw}, "/a")

    assert reasons(outcomes) == [reason]


def test_a_compressed_body_that_ends_early_is_no_page() -> None:
    body = gzip.compress(b"<p>" + bytes(range(256)) * 20)[:-9]

    outcomes, site = fetch_from({"/a": answer(body, Content_Encoding="gzip")}, "/a")

    assert reasons(outcomes) == ["truncated"]
    assert site.asked.count("/a") == 3


def test_compressed_bytes_that_no_header_names_stay_as_they_are() -> None:
    body = gzip.compress(b"<p>text")

    (page,), _ = fetch_from({"/a": answer(body)}, "/a")

    assert isinstance(page, Response)
    assert page.body == body


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_a_bomb_takes_no_more_memory_than_the_cap(encoding: str) -> None:
    zeros = bytes(50_000_000)
    bomb = {"gzip": gzip.compress, "br": partial(brotli.compress, quality=1), "zstd": zstd.compress}[encoding](zeros)
    del zeros
    tracemalloc.start()

    outcomes, _ = fetch_from({"/a": answer(bomb, Content_Encoding=encoding)}, "/a", max_bytes=2_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert reasons(outcomes) == ["too_large"]
    assert peak < 12_000_000


def test_an_endless_body_ends_at_the_cap() -> None:
    async def pour(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    outcomes, _ = fetch_from({"/a": pour}, "/a", max_bytes=1_000_000)

    assert reasons(outcomes) == ["too_large"]


def test_a_refused_connection_is_tried_three_times_and_then_the_host_is_left_alone() -> None:
    async def run() -> list[str]:
        async with serve({}) as site:
            pass
        async with HttpFetcher(quick()) as fetcher:
            return reasons([await fetcher.fetch(Target(url=site.url(f"/{number}"))) for number in range(4)])

    # 5 straight failures: 3 tries for the first url, 2 for the second.
    assert asyncio.run(run()) == ["connect", "host_down", "host_down", "host_down"]


def test_an_untrusted_certificate_is_refused_and_not_tried_again() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(Path(__file__).with_name("self_signed.pem"))

    async def run() -> tuple[object, list[str]]:
        async with serve({"/a": answer("secret")}, tls=tls) as site, HttpFetcher(quick()) as fetcher:
            return await fetcher.fetch(Target(url=site.url("/a"))), site.asked

    outcome, asked = asyncio.run(run())

    assert isinstance(outcome, Failed)
    assert (outcome.reason, asked) == ("tls", [])
    assert "self-signed certificate" in outcome.detail


@pytest.mark.parametrize(
    "host", ["127.0.0.9", "127.1", "0x7f.0.0.9", "2130706441", "[::ffff:127.0.0.9]", "[64:ff9b::7f00:9]"]
)
def test_a_loopback_address_in_any_spelling_is_never_dialled(host: str) -> None:
    async def run() -> tuple[object, list[str]]:
        async with serve({}, host="127.0.0.9") as canary, HttpFetcher(quick(allow_net=())) as fetcher:
            return await fetcher.fetch(Target(url=f"http://{host}:{canary.port}/")), canary.asked

    outcome, asked = asyncio.run(run())

    assert isinstance(outcome, Failed)
    assert (outcome.reason, asked) == ("refused_address", [])
    assert "--allow-net 127.0.0.0/8 allows it" in outcome.detail


@pytest.mark.parametrize("location", ["http://127.0.0.9:{port}/", "//127.0.0.9:{port}/", "http://0x7f000009:{port}/"])
def test_a_redirect_to_an_address_that_is_not_allowed_is_not_followed(location: str) -> None:
    async def run() -> tuple[object, list[str]]:
        async with serve({}, host="127.0.0.9") as canary:
            routes = {"/a": answer(status="302 Found", Location=location.format(port=canary.port))}
            async with serve(routes) as site, HttpFetcher(quick(allow_net=("127.0.0.2/32",))) as fetcher:  # type: ignore[arg-type]
                return await fetcher.fetch(Target(url=site.url("/a"))), canary.asked

    outcome, asked = asyncio.run(run())

    assert isinstance(outcome, Failed)
    assert (outcome.reason, asked) == ("refused_address", [])


def test_secrets_stay_at_the_origin_of_the_url_when_a_redirect_leads_to_another_port() -> None:
    async def run() -> tuple[object, dict[str, str], dict[str, str]]:
        routes: dict[str, Answer] = {}
        secrets = {"Authorization": "Bearer s", "Cookie": "id=s", "X-Key": "s"}
        async with serve({"/b": answer("there")}) as other, serve(routes) as site:
            routes["/a"] = answer(status="302 Found", Location=other.url("/b"))
            async with HttpFetcher(quick(headers=secrets)) as fetcher:
                fetcher.identity.name(site.url("/a"))
                page = await fetcher.fetch(Target(url=site.url("/a")))
            return page, site.headers[-1], other.headers[-1]

    page, first, second = asyncio.run(run())

    assert isinstance(page, Response)
    assert page.body == b"there"
    assert (first["authorization"], first["cookie"], first["x-key"]) == ("Bearer s", "id=s", "s")
    assert not {"authorization", "cookie", "x-key"} & second.keys()


def test_a_cookie_that_one_page_sets_is_not_sent_with_the_next() -> None:
    _, site = fetch_from({"/a": answer("a", Set_Cookie="id=1"), "/b": answer("b")}, "/a", "/b")

    assert "cookie" not in site.headers[-1]


def test_a_cancelled_fetch_ends_at_once() -> None:
    async def run() -> None:
        async with serve({"/a": say_nothing}) as site, HttpFetcher(quick()) as fetcher:
            task = asyncio.create_task(fetcher.fetch(Target(url=site.url("/a"))))
            while "/a" not in site.asked:
                await asyncio.sleep(0.01)
            task.cancel()
            await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run())


def test_redirects_that_cross_between_two_hosts_do_not_wait_for_each_other() -> None:
    async def run() -> list[str]:
        here: dict[str, Answer] = {"/ok": answer("here")}
        there: dict[str, Answer] = {"/ok": answer("there")}
        async with serve(here) as a, serve(there, "127.0.0.3") as b, HttpFetcher(quick(jobs=1)) as fetcher:
            here["/a"] = answer(status="302 Found", Location=b.url("/ok"))
            there["/a"] = answer(status="302 Found", Location=a.url("/ok"))
            fetches = [fetcher.fetch(Target(url=site.url("/a"))) for site in (a, b) for _ in range(5)]
            return reasons(await asyncio.wait_for(asyncio.gather(*fetches), timeout=10))

    assert asyncio.run(run()) == ["ok"] * 10


def test_a_thousand_urls_of_a_dead_host_cost_five_connections() -> None:
    async def run() -> tuple[list[str], list[str]]:
        async def hang_up(_: asyncio.StreamWriter) -> None:
            pass

        async with serve({"/robots.txt": hang_up}) as site, HttpFetcher(quick()) as fetcher:
            fetches = [fetcher.fetch(Target(url=site.url(f"/{number}"))) for number in range(1000)]
            return reasons(await asyncio.gather(*fetches)), site.asked

    outcomes, asked = asyncio.run(run())

    assert asked == ["/robots.txt"] * 5
    assert set(outcomes) == {"connect", "host_down"}
