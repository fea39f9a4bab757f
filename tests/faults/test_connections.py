"""Rows 1, 2, 3, 14, 15, 39 and 41 of the matrix: hosts that do not answer, never come to an end, or are nobody."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
from loopback import Answer, answer, dripping

from faults.conftest import LOOPBACK, Command, Run, Servers, good_page

pytestmark = pytest.mark.slow

# For the good pages, and for what else runs on the machine.
SLACK_S = 1.0
ROUNDS = 6
MOST_DELAY_S = 0.1
HERE = Path(__file__).parent
CERTIFICATES = {"self-signed": HERE.parent / "fetch" / "self_signed.pem", "expired": HERE / "expired.pem"}


def test_row_1_a_refused_connection_is_tried_three_times(among_good: Command, servers: Servers) -> None:
    dead = servers.nobody()

    done = among_good(f"{dead}/")

    assert done.reasons == ["connect"]
    assert done.dials(dead) == 3
    assert done.code == 3


def test_row_1_the_rest_of_a_host_that_refuses_is_deferred(among_good: Command, servers: Servers) -> None:
    dead = servers.nobody()
    urls = [f"{dead}/{number}" for number in range(4)]

    done = among_good(*urls)

    assert [done.reason(url) for url in urls] == ["connect", "host_down", "host_down", "host_down"]
    assert done.dials(dead) == 5  # three for the first url; with two more failures the host is given up
    assert done.code == 3


async def say_nothing(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def drip_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"A: b\r\n")
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
        (dripping(), "too_slow"),
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
    living = [site.url("/ok") for site in sites]
    urls = [url for pair in zip(dead, living, strict=True) for url in pair]

    def delays_s(*urls: str) -> tuple[Run, float]:
        """Return a run, and how long after the first living page the last one was asked for."""
        done = scraper("get", *LOOPBACK, *urls, names=names, fetch={"connect_timeout_s": 1.8, "deadline_s": 5.0})
        moments = [site.moments[-1] for site in sites]  # robots.txt, then the page
        return done, max(moments) - min(moments)

    # What else runs on the machine delays pages, too, so each round has a run without the dead names to compare with,
    # and one good round is enough: whoever waited for a dead name, for 1.8 s, would do so in all.
    found = []
    for _ in range(ROUNDS):
        done, delayed_s = delays_s(*urls)
        assert done.reasons == ["dns"] * 20
        assert len(done.articles) == 20
        assert done.code == 3
        alone, usual_s = delays_s(*living)
        found.append((delayed_s - usual_s, done.pause_ms - alone.pause_ms))
        if delayed_s - usual_s < MOST_DELAY_S and done.pause_ms - alone.pause_ms < MOST_DELAY_S * 1000:
            return
    pytest.fail(f"delays in s, and pauses in ms, beyond the usual: {found}")


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


async def cut(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\nshort")
    await writer.drain()


@pytest.mark.parametrize(
    ("behaviour", "reason", "tries"),
    [
        (answer(status="500 Internal Server Error"), "http_5xx", 3),
        (answer(status="429 Too Many Requests"), "rate_limited", 3),
        (answer(status="503 Service Unavailable", Retry_After="0"), "retry_after", 3),
        (cut, "truncated", 3),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "protocol", 1),
    ],
    ids=["500", "429", "503", "cut", "ssh"],
)
def test_row_39_a_host_that_answers_with_failures_alone_is_given_up(
    among_good: Command, servers: Servers, behaviour: Answer, reason: str, tries: int
) -> None:
    paths = [f"/{number}" for number in range(30)]
    site = servers.serve(dict.fromkeys(paths, behaviour if callable(behaviour) else [behaviour]))

    done = among_good(*map(site.url, paths))

    assert done.reasons == [reason] * 5 + ["host_down"] * 25
    assert len(site.asked) - site.asked.count("/robots.txt") == 5 * tries
    assert done.code == 3


def test_row_39_a_host_without_a_certificate_that_is_valid_is_given_up(among_good: Command, servers: Servers) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATES["self-signed"])
    site = servers.serve({}, "127.0.0.5", tls)

    done = among_good(*(site.url(f"/{number}") for number in range(30)))

    assert done.reasons == ["tls"] * 5 + ["host_down"] * 25
    assert done.dials(site.url("/").rstrip("/")) == 5
    assert done.code == 3


def test_row_39_a_page_in_between_keeps_a_host_open(among_good: Command, servers: Servers) -> None:
    broken = answer(status="500 Internal Server Error")
    routes = {f"/{number}": [good_page(3) if number % 5 == 4 else broken] for number in range(15)}
    site = servers.serve(dict(routes))

    done = among_good(*map(site.url, routes))

    assert done.reasons == ["http_5xx"] * 12


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
