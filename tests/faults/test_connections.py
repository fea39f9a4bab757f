"""Rows 1, 2, 3, 14, 15, 39 and 41 of the matrix: hosts that do not answer, never come to an end, or are nobody."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
from loopback import Answer

from faults.conftest import LOOPBACK, Command, Servers, good_page

pytestmark = pytest.mark.slow

# For the good pages, and for what else runs on the machine.
SLACK_S = 1.0
HERE = Path(__file__).parent
CERTIFICATES = {"self-signed": HERE.parent / "fetch" / "self_signed.pem", "expired": HERE / "expired.pem"}


def test_row_1_a_refused_connection_is_tried_three_times_and_the_rest_of_the_host_deferred(
    among_good: Command, servers: Servers
) -> None:
    dead = servers.nobody()
    urls = [f"{dead}/{number}" for number in range(4)]

    done = among_good(*urls)

    assert [done.reason(url) for url in urls] == ["connect", "host_down", "host_down", "host_down"]
    assert done.code == 3


async def say_nothing(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def drip_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"A: b\r\n")
        await writer.drain()
        await asyncio.sleep(0.1)


async def drip_body(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.1)


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
        (drip_body, "too_slow"),
        (continue_forever, "too_slow"),
    ],
)
def test_rows_2_and_3_the_deadline_ends_whatever_the_server_does(
    among_good: Command, behaviour: Answer, reason: str
) -> None:
    done = among_good(behaviour, fetch={"deadline_s": 2.0})

    assert done.reasons == [reason]
    assert 2.0 < done.loop_s < 2.0 + 1.0 + SLACK_S
    assert done.code == 3


def test_row_14_dead_names_hold_up_no_living_host(scraper: Command, servers: Servers) -> None:
    dead = [f"http://dead-{number}.test/" for number in range(20)]
    names = {f"dead-{number}.test": None for number in range(20)}
    sites = [servers.serve({"/ok": good_page(number)}, f"127.0.1.{number + 1}") for number in range(20)]
    urls = [url for pair in zip(dead, (site.url("/ok") for site in sites), strict=True) for url in pair]

    done = scraper("get", *LOOPBACK, *urls, names=names, fetch={"connect_timeout_s": 1.8, "deadline_s": 5.0})

    assert done.reasons == ["dns"] * 20
    assert len(done.articles) == 20
    pages = [site.moments[site.asked.index("/ok")] for site in sites]
    # The dead names are given up after 1.8 s: whoever waited for one of them would come after that.
    assert max(pages) - min(pages) < 1.5
    assert done.code == 3


@pytest.mark.parametrize(
    ("name", "host", "why"),
    [("self-signed", "127.0.0.2", "self-signed certificate"), ("expired", "127.0.0.3", "certificate has expired")],
)
def test_row_15_a_certificate_that_is_not_valid_is_refused_and_not_tried_again(
    among_good: Command, servers: Servers, name: str, host: str, why: str
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATES[name])
    site = servers.serve({"/bad": good_page(3)}, host, tls)
    trusted = {"ca_bundle": str(CERTIFICATES[name])} if name == "expired" else {}

    done = among_good(site.url("/bad"), fetch=trusted)

    assert done.reasons == ["tls"]
    assert why in done.failures[0]["detail"]
    assert site.asked == []
    assert done.code == 3


def test_row_39_a_thousand_urls_of_a_dead_host_cost_five_connections_and_no_time(
    scraper: Command, servers: Servers, tmp_path: Path
) -> None:
    async def hang_up(_: asyncio.StreamWriter) -> None:
        pass

    good = [
        servers.serve({f"/{number}": good_page(number) for number in range(50)}, host)
        for host in ("127.0.0.2", "127.0.0.4")
    ]
    dead = servers.serve({"/robots.txt": hang_up})
    (tmp_path / "good.txt").write_text("".join(f"{site.url(f'/{number}')}\n" for site in good for number in range(50)))
    (tmp_path / "dead.txt").write_text("".join(f"{dead.url(f'/{number}')}\n" for number in range(1000)))
    slow = {"backoff_s": 1.0}  # as it is by default

    alone = scraper("get", *LOOPBACK, "-i", "good.txt", "--delay", "0.1", fetch=slow)
    both = scraper("get", *LOOPBACK, "-i", "dead.txt", "-i", "good.txt", "--delay", "0.1", fetch=slow)

    assert dead.connections <= 5
    assert len(both.articles) == 100
    assert (both.reasons.count("connect"), both.reasons.count("host_down")) == (1, 999)
    assert both.loop_s < 1.2 * alone.loop_s + SLACK_S
    assert both.code == 3


def test_row_41_few_open_files_are_enough_for_many_hosts(scraper: Command, servers: Servers, tmp_path: Path) -> None:
    async def pages(writer: asyncio.StreamWriter) -> None:
        writer.write(good_page(0))
        await writer.drain()

    hosts = [servers.serve({f"/{number}": pages for number in range(10)}, f"127.0.1.{host + 1}") for host in range(50)]
    urls = [host.url(f"/{number}") for number in range(10) for host in hosts]
    (tmp_path / "urls.txt").write_text("\n".join(urls))

    done = scraper("get", *LOOPBACK, "-i", "urls.txt", "--jobs", "200", max_files=64)

    assert len(done.articles) == 500, done.stderr
    assert done.code == 0
