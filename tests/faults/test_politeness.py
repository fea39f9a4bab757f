"""Rows 16 to 20 and 29 of the matrix: hosts that ask for patience, and robots.txt in all its forms."""

from __future__ import annotations

import asyncio
import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from loopback import Answer, answer, dripping

from faults.conftest import LOOPBACK, Command, Run, Servers, good_page

pytestmark = pytest.mark.slow

# No clock goes that far, and no time zone.
TOO_LATE = "Mon, 01 Jan 2026 00:00:00 +99999999999999"


def busy(status: str, after: str) -> bytes:
    return answer(status=status, Retry_After=after)


@pytest.mark.parametrize("value", ["2", "a date", "soon", "-5", "1e9", "", TOO_LATE])
def test_row_16_a_rest_is_kept_and_junk_is_none(among_good: Command, servers: Servers, value: str) -> None:
    async def first_busy(writer: asyncio.StreamWriter) -> None:
        in_3_s = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True)
        is_first = site.asked.count("/bad") == 1
        after = in_3_s if value == "a date" else value
        writer.write(busy("429 Too Many Requests", after) if is_first else good_page(3))
        await writer.drain()

    site = servers.serve({"/bad": first_busy})

    done = among_good(site.url("/bad"))

    first, second = (moment for path, moment in zip(site.asked, site.moments, strict=True) if path == "/bad")
    # A date has whole seconds: up to one is lost.
    assert second - first >= {"2": 2.0, "a date": 2.0}.get(value, 0.0)
    assert second - first < 10.0
    assert len(done.articles) == 3
    assert done.code == 0


def test_row_17_a_rest_of_a_day_is_left_to_a_later_run(among_good: Command) -> None:
    done = among_good(busy("503 Service Unavailable", "86400"))

    assert done.reasons == ["retry_after"]
    not_before = datetime.fromisoformat(done.failures[0]["not_before"])
    assert timedelta(hours=5) < not_before - datetime.now(UTC) <= timedelta(hours=6)
    assert done.loop_s < 2.0
    assert done.code == 3


def test_row_17_a_host_that_wants_a_rest_of_a_day_is_asked_nothing_more(among_good: Command, servers: Servers) -> None:
    site = servers.serve({"/1": busy("503 Service Unavailable", "86400"), "/2": good_page(3), "/3": good_page(4)})

    done = among_good(*map(site.url, ("/1", "/2", "/3")))

    assert done.reasons == ["retry_after"] * 3
    assert len({failure["not_before"] for failure in done.failures}) == 1
    assert site.asked == ["/robots.txt", "/1"]
    assert done.code == 3


def test_row_18_the_third_try_brings_the_page(among_good: Command, servers: Servers) -> None:
    unavailable = answer(status="503 Service Unavailable")
    site = servers.serve({"/bad": [unavailable, unavailable, good_page(3)]})

    done = among_good(site.url("/bad"))

    assert site.asked.count("/bad") == 3
    assert len(done.articles) == 3
    assert done.code == 0


async def say_nothing(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@pytest.mark.parametrize(
    ("robots", "reason", "code"),
    [
        (answer(status="404 Not Found"), "article", 0),
        (answer(status="403 Forbidden"), "article", 0),
        (answer(status="500 Internal Server Error"), "robots_unreachable", 3),
        (answer(status="429 Too Many Requests"), "robots_unreachable", 3),
        (answer(status="429 Too Many Requests", cf_mitigated="challenge"), "robots_unreachable", 3),
        (answer(status="503 Service Unavailable", cf_mitigated="challenge"), "robots_unreachable", 3),
        (answer(status="403 Forbidden", cf_mitigated="challenge"), "article", 0),
        (say_nothing, "robots_unreachable", 3),
        (reset, "connect", 3),
        (answer("User-agent: *\nDisallow: /bad", kind="text/plain"), "robots", 0),
    ],
    ids=[
        "404",
        "403",
        "500",
        "429",
        "429 challenge",
        "503 challenge",
        "403 challenge",
        "silent",
        "reset",
        "disallowed",
    ],
)
def test_row_19_what_robots_txt_says_or_fails_to_say_counts(
    among_good: Command, servers: Servers, robots: Answer, reason: str, code: int
) -> None:
    site = servers.serve({"/robots.txt": robots, "/bad": good_page(3)})

    done = among_good(site.url("/bad"))

    assert done.reason(site.url("/bad")) == reason
    assert ("/bad" in site.asked) == (reason == "article")
    assert done.code == code


def test_row_19_a_later_run_tries_again(scraper: Command, servers: Servers, tmp_path: Path) -> None:
    site = servers.serve({"/robots.txt": answer(status="500 Internal Server Error"), "/story": good_page(1)})
    (tmp_path / "urls.txt").write_text(site.url("/story"))
    (tmp_path / "corpus.toml").write_text(
        '[fetch]\nallow_net = ["127.0.0.0/8"]\ndelay_s = 0\nbackoff_s = 0.01\n'
        '[[source]]\nname = "list"\nkind = "urls"\npath = "urls.txt"\n'
    )

    first = scraper("run", "corpus.toml", with_settings=False)
    site.routes["/robots.txt"] = answer(status="404 Not Found")
    second = scraper("run", "corpus.toml", with_settings=False)

    assert "1 deferred (robots_unreachable 1)" in first.stderr
    assert site.asked.count("/story") == 1
    assert "1 article " in second.stderr
    assert (first.code, second.code) == (0, 0)


RULES = "".join(f"Disallow: /*a{number}*b$\n" for number in range(200_000)).encode()
GROUPS = b"".join(b"User-agent: r%d\n" % number for number in range(20_000))


@pytest.mark.parametrize(
    "robots",
    [
        answer(b"User-agent: *\n" + RULES, kind="text/plain"),
        answer(GROUPS + b"User-agent: *\n" + RULES, kind="text/plain"),
        answer(gzip.compress(bytes(1 << 28)), kind="text/plain", Content_Encoding="gzip"),
        answer("<!doctype html><html><p>Nothing here</html>"),
        answer("User-agent: *\nDisallow: /private".encode("utf-16"), kind="text/plain"),
        answer("User-agent: *\nCrawl-delay: 1e9", kind="text/plain"),
    ],
    ids=["200,000 rules", "20,000 groups", "bomb", "html", "utf-16", "crawl-delay"],
)
def test_row_20_a_hostile_robots_txt_costs_nobody_time(
    among_good: Command, servers: Servers, usual: Run, robots: bytes
) -> None:
    site = servers.serve({"/robots.txt": robots, "/bad": good_page(3)})

    done = among_good(site.url("/bad"), fetch={"deadline_s": 10.0})

    assert len(done.articles) == 3
    assert done.processor_s < usual.processor_s + 2.0
    assert done.stall_ms < 100
    assert done.peak_mb < usual.peak_mb + 200
    assert ("120 s are kept" in done.stderr) == (b"Crawl-delay" in robots)
    assert done.code == 0


def test_row_29_a_calendar_without_end_uses_up_its_host_s_budget_alone(among_good: Command, servers: Servers) -> None:
    async def another_day(writer: asyncio.StreamWriter) -> None:
        writer.write(good_page(3))
        await writer.drain()

    paths = ["/a" * depth for depth in range(1, 41)]
    site = servers.serve(dict.fromkeys(paths, another_day))

    done = among_good(*map(site.url, paths), fetch={"host_max_pages": 10})

    assert len(done.articles) == 12
    assert done.reasons == ["budget"] * 30
    assert f"{site.host}: 10 requests made (fetch.host_max_pages); the rest is left to a later run" in done.stderr
    assert done.code == 0


def test_a_budget_for_the_whole_run_ends_all_hosts(scraper: Command, servers: Servers) -> None:
    sites = [servers.serve({"/ok": good_page(number)}, f"127.0.0.{number}") for number in (2, 3, 4)]

    done = scraper("get", *LOOPBACK, *(site.url("/ok") for site in sites), fetch={"run_max_pages": 1})

    assert len(done.articles) == 1
    assert done.reasons == ["budget", "budget"]
    assert done.code == 0


FIXTURES = Path(__file__).parents[2] / "fixtures" / "pages"


@pytest.mark.parametrize("status", ["403 Forbidden", "429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize("name", ["challenge-checking-the-browser", "block-access-denied-german"])
def test_a_challenge_keeps_its_reason_whatever_its_status(
    among_good: Command, servers: Servers, status: str, name: str
) -> None:
    page = (FIXTURES / name / "page.html").read_bytes()
    site = servers.serve({"/bad": answer(page, status=status)})

    done = among_good(site.url("/bad"))

    assert done.reasons == ["blocked"]
    assert status[:3] in done.failures[0]["detail"]
    assert site.asked.count("/bad") == 1
    assert done.code == 0


CHALLENGE = (FIXTURES / "challenge-checking-the-browser" / "page.html").read_bytes()


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (answer("<title>403 Forbidden</title><h1>403 Forbidden</h1>", status="403 Forbidden"), "http_4xx"),
        (answer("<title>Too Many Requests</title>", status="429 Too Many Requests"), "rate_limited"),
        (answer(CHALLENGE, status="503 Service Unavailable", Retry_After="0"), "retry_after"),
        (answer(b"x" * 70_000 + CHALLENGE, status="503 Service Unavailable"), "http_5xx"),
        (answer(CHALLENGE, status="403 Forbidden", Content_Encoding="gzip"), "http_4xx"),
        (answer(gzip.compress(bytes(1 << 26)), status="403 Forbidden", Content_Encoding="gzip"), "http_4xx"),
        (dripping("403 Forbidden"), "http_4xx"),
    ],
    ids=["plain 403", "plain 429", "a rest", "beyond 64 KB", "no gzip", "bomb", "drip"],
)
def test_a_status_keeps_its_reason_where_its_page_tells_no_other(
    among_good: Command, usual_mb: float, behaviour: Answer, reason: str
) -> None:
    done = among_good(behaviour, fetch={"deadline_s": 30.0})

    assert done.reasons == [reason]
    assert done.loop_s < 8.0
    assert done.peak_mb < usual_mb + 64
    assert done.code == 3
