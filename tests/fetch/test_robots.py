"""robots.txt: what each answer means (RFC 9309), and how fast it lets us go."""

from __future__ import annotations

import asyncio
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from loopback import answer, fetch_from, reasons

from scraper.config import FetchSettings
from scraper.fetch.identity import Identity
from scraper.fetch.pacing import Pace
from scraper.fetch.robots import Robots, Rules, concerning, robots_text
from scraper.fetch.trouble import Trouble
from scraper.records import Deferred, Response

DATA = Path(os.environ.get("SCRAPER_SHARED", Path(__file__).parents[3] / "shared")) / "data" / "robots"
PAGE = answer("<p>text")


def robots(text: str) -> bytes:
    return answer(text, kind="text/plain")


def test_a_disallowed_path_is_never_requested() -> None:
    outcomes, site = fetch_from(
        {"/robots.txt": robots("User-agent: *\nDisallow: /private"), "/a": PAGE}, "/private/1", "/a"
    )

    assert reasons(outcomes) == ["robots", "ok"]
    assert site.asked == ["/robots.txt", "/a"]


def test_the_group_with_our_name_wins_over_the_group_for_all() -> None:
    text = "User-agent: *\nDisallow: /\n\nUser-agent: scraper\nAllow: /"

    assert reasons(fetch_from({"/robots.txt": robots(text), "/a": PAGE}, "/a")[0]) == ["ok"]


def test_a_user_agent_of_one_s_own_is_looked_up_by_its_own_name() -> None:
    text = "User-agent: scraper\nDisallow: /\n\nUser-agent: newsdesk\nAllow: /"
    routes = {"/robots.txt": robots(text), "/a": PAGE}

    assert reasons(fetch_from(routes, "/a", headers={"user-agent": "newsdesk/1.0"})[0]) == ["ok"]


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "401 Unauthorized", "410 Gone"])
def test_a_robots_txt_that_is_not_there_allows_everything(status: str) -> None:
    assert reasons(fetch_from({"/robots.txt": answer(status=status), "/a": PAGE}, "/a")[0]) == ["ok"]


@pytest.mark.parametrize(
    "broken",
    [
        answer(status="500 Internal Server Error"),
        answer(status="503 Service Unavailable", Retry_After="86400"),
        answer(status="429 Too Many Requests"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nUser-",
        b"SSH-2.0-x\r\n",
    ],
)
def test_a_robots_txt_that_cannot_be_read_defers_its_pages(broken: bytes) -> None:
    (first, second), site = fetch_from({"/robots.txt": broken, "/a": PAGE, "/b": PAGE}, "/a", "/b")

    assert isinstance(first, Deferred)
    assert isinstance(second, Deferred)
    # The second says what the host itself asked for.
    asked = "retry_after" if b"Retry-After" in broken else "robots_unreachable"
    assert reasons([first, second]) == ["robots_unreachable", asked]
    assert "/a" not in site.asked


def test_it_is_asked_for_once_a_run() -> None:
    _, site = fetch_from({"/a": PAGE, "/b": PAGE}, "/a", "/b", "/a")

    assert site.asked == ["/robots.txt", "/a", "/b", "/a"]


def test_five_redirects_lead_to_it() -> None:
    hops = {f"/{n}": answer(status="302 Found", Location=f"/{n + 1}") for n in range(1, 5)}
    first = {"/robots.txt": answer(status="301 Moved", Location="/1")}
    rules = {"/5": robots("User-agent: *\nDisallow: /a")}

    assert reasons(fetch_from({**first, **hops, **rules}, "/a")[0]) == ["robots"]


def test_redirects_in_a_circle_count_as_none() -> None:
    routes = {"/robots.txt": answer(status="302 Found", Location="/robots.txt"), "/a": PAGE}

    assert reasons(fetch_from(routes, "/a")[0]) == ["ok"]


def test_the_user_s_headers_are_not_for_it() -> None:
    _, site = fetch_from({"/a": PAGE}, "/a", headers={"X-Key": "s"})

    assert ["x-key" in headers for headers in site.headers] == [False, True]


def test_only_the_first_512_kib_are_read() -> None:
    padding = "# filler\n" * 60_000
    late, early = f"User-agent: *\n{padding}Disallow: /a", f"User-agent: *\nDisallow: /a\n{padding}"

    assert reasons(fetch_from({"/robots.txt": robots(late), "/a": PAGE}, "/a")[0]) == ["ok"]
    assert reasons(fetch_from({"/robots.txt": robots(early), "/a": PAGE}, "/a")[0]) == ["robots"]


def test_a_line_that_the_cut_tears_is_dropped() -> None:
    assert robots_text(b"Disallow: /a\nDisallow: /b", cut=True) == "Disallow: /a"


def test_html_in_its_place_allows_everything() -> None:
    assert reasons(fetch_from({"/robots.txt": answer("<html><p>Disallow: nothing"), "/a": PAGE}, "/a")[0]) == ["ok"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_byte_order_marks_are_understood(encoding: str) -> None:
    body = "User-agent: *\nDisallow: /a".encode(encoding)

    assert reasons(fetch_from({"/robots.txt": answer(body), "/a": PAGE}, "/a")[0]) == ["robots"]


def test_robots_can_be_switched_off_and_the_response_says_so() -> None:
    (page,), site = fetch_from({"/robots.txt": robots("User-agent: *\nDisallow: /"), "/a": PAGE}, "/a", robots=False)

    assert isinstance(page, Response)
    assert (page.robots_ignored, site.asked) == (True, ["/a"])


@pytest.mark.parametrize(
    ("line", "pace"),
    [
        ("Crawl-delay: 10", Pace(10.0, "Crawl-delay")),
        ("Request-rate: 1/20", Pace(20.0, "Request-rate")),
        ("Request-rate: 2/1m", Pace(30.0, "Request-rate")),
        ("Crawl-delay: 0.2", Pace(1.0)),
        ("Crawl-delay: 1e9", Pace(120.0, "Crawl-delay")),
        ("Crawl-delay: soon", Pace(1.0)),
        ("Disallow: /b", Pace(1.0)),
    ],
)
def test_the_longer_delay_wins_up_to_the_cap(line: str, pace: Pace) -> None:
    assert Rules(f"User-agent: *\n{line}", "scraper").pace(default_s=1.0, max_s=120.0) == pace


def test_an_unreachable_host_is_not_remembered_as_a_robots_txt() -> None:
    answers = [Trouble("connect", "refused"), b""]

    async def fetch(_: str, __: object) -> bytes:
        answer = answers.pop(0)
        if isinstance(answer, Trouble):
            raise answer
        return answer

    async def run() -> Pace:
        robots = Robots(FetchSettings(), Identity(FetchSettings()), fetch)
        with pytest.raises(Trouble, match="connect"):
            await robots.pace("https://a.test/1")
        return await robots.pace("https://a.test/1")

    assert asyncio.run(run()) == Pace(1.0)


@pytest.mark.skipif(not DATA.exists(), reason=f"no {DATA}")
def test_no_real_robots_txt_is_too_much() -> None:
    with zipfile.ZipFile(DATA / "real-robots-txt.zip") as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        for name in names:
            rules = Rules(robots_text(archive.read(name)[: 512 * 1024], cut=False), "scraper")
            rules.allow("https://example.org/news/2026/11/harbour")
            rules.pace(1.0, 120.0)

    assert len(names) > 4000


def test_groups_of_other_robots_are_made_one() -> None:
    text = "User-agent: googlebot\nuser agent bingbot # c\nUserAgent: Scraper*\nUser-agent: *\nDisallow: /x"

    assert concerning(text, "scraper").splitlines() == [
        "User-agent: somebody-else",
        "User-agent: somebody-else",
        "User-agent: scraper",
        "User-agent: *",
        "Disallow: /x",
    ]


def test_many_groups_with_many_rules_take_no_more_than_their_size() -> None:
    agents = "".join(f"user-agent:{number}\n" for number in range(15_000))
    rules = "".join(f"disallow:/{number}\n" for number in range(15_000))

    assert not Rules(agents + "user-agent:*\n" + rules, "scraper").allow("https://a.test/14999")


def test_the_robots_txt_of_a_host_can_be_ignored_alone() -> None:
    routes = {"/robots.txt": robots("User-agent: *\nDisallow: /"), "/a": PAGE}

    (page,), site = fetch_from(routes, "/a", ignore_robots=("127.0.0.2",))
    (other,), _ = fetch_from(routes, "/a", ignore_robots=("127.0.0.3",))

    assert isinstance(page, Response)
    assert (page.robots_ignored, site.asked) == (True, ["/a"])
    assert reasons([other]) == ["robots"]


class Kept(dict[str, tuple[bytes, datetime]]):
    """What earlier runs were answered."""

    def put(self, origin: str, body: bytes, at: datetime) -> None:
        self[origin] = (body, at)


def paces(kept: Kept, answers: list[bytes | Trouble]) -> list[Pace]:
    """Ask twice for the pace of one host, whose robots.txt answers with one of ``answers`` each time."""

    async def fetch(_url: str, __: object) -> bytes:
        answer = answers.pop(0)
        if isinstance(answer, Trouble):
            raise answer
        return answer

    async def ask() -> list[Pace]:
        robots = Robots(FetchSettings(delay_s=0.0), Identity(FetchSettings()), fetch, kept)
        return [await robots.pace("http://a.test/1"), await robots.pace("http://a.test/2")]

    return asyncio.run(ask())


def test_what_an_earlier_run_was_answered_counts_for_a_day() -> None:
    now = datetime.now(UTC)
    kept = Kept({"http://a.test": (b"User-agent: *\nCrawl-delay: 7", now - timedelta(hours=23))})

    assert [pace.delay_s for pace in paces(kept, [])] == [7.0, 7.0]


@pytest.mark.parametrize("age", [timedelta(hours=25), timedelta(hours=-1)])
def test_what_is_older_than_a_day_or_of_tomorrow_is_asked_for_again(age: timedelta) -> None:
    kept = Kept({"http://a.test": (b"User-agent: *\nCrawl-delay: 7", datetime.now(UTC) - age)})

    assert [pace.delay_s for pace in paces(kept, [b"User-agent: *\nCrawl-delay: 3"])] == [3.0, 3.0]
    assert kept["http://a.test"][0] == b"User-agent: *\nCrawl-delay: 3"


def test_that_there_is_no_robots_txt_is_kept_and_that_it_cannot_be_reached_is_not() -> None:
    kept = Kept()
    paces(kept, [Trouble("http_4xx", "HTTP 404")])
    assert kept["http://a.test"][0] == b""

    lost = Kept()
    with pytest.raises(Trouble):
        paces(lost, [Trouble("http_5xx", "HTTP 500")])
    assert lost == {}
