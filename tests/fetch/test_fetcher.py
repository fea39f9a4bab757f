"""Redirects, statuses, tries and turns, over a transport that answers from a function."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import httpx
import pytest
from loopback import reasons

from scraper.config import FetchSettings
from scraper.errors import ConfigError
from scraper.fetch import HttpFetcher
from scraper.records import Deferred, Failed, Response, Skipped, Target

Handler = Callable[[httpx.Request], httpx.Response]


def reply(status: int = 200, body: bytes = b"<p>text", kind: str = "text/html", **headers: str) -> httpx.Response:
    async def stream() -> AsyncIterator[bytes]:
        yield body

    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers={"Content-Type": kind} | named, content=stream())


class World:
    """Answers by url; each url's answers come one after the other and the last one stays. robots.txt is a 404."""

    def __init__(self, answers: dict[str, list[httpx.Response] | Callable[[], httpx.Response]]) -> None:
        self.answers = answers
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found = self.answers.get(str(request.url), [reply(404)])
        if callable(found):
            return found()
        return found.pop(0) if len(found) > 1 else found[0]

    @property
    def asked(self) -> list[str]:
        return [str(request.url) for request in self.requests if request.url.path != "/robots.txt"]


def fetch(world: World, *targets: Target | str, told: list[str] | None = None, **settings: object) -> list[object]:
    """Fetch one target after the other."""
    plain: dict[str, object] = {"delay_s": 0.0, "backoff_s": 0.0, "max_delay_s": 5.0}

    async def run() -> list[object]:
        chosen = FetchSettings(**(plain | settings))  # type: ignore[arg-type]
        tell = (told if told is not None else []).append
        async with HttpFetcher(chosen, httpx.MockTransport(world), tell) as fetcher:
            return [await fetcher.fetch(Target(url=t) if isinstance(t, str) else t) for t in targets]

    return asyncio.run(run())


A, B = "https://a.test/1", "https://b.test/2"


def test_redirects_are_followed_and_the_last_address_is_the_response_s() -> None:
    world = World({A: [reply(301, Location="//b.test/2#top")], B: [reply(body=b"there")]})

    (page,) = fetch(world, A)

    assert isinstance(page, Response)
    assert (page.url, page.body, page.target.url) == (B, b"there", A)


def test_a_host_in_the_middle_whose_robots_txt_was_not_asked_for_is_told() -> None:
    last = "https://c.test/3"

    def world() -> World:
        return World({A: [reply(301, Location=B)], B: [reply(301, Location=last)], last: [reply()]})

    told = [fetch(world(), A, ignore_robots=(host,))[0] for host in ("b.test", "d.test")]

    assert [page.robots_ignored for page in told if isinstance(page, Response)] == [True, False]


def test_ten_redirects_are_followed_and_the_eleventh_is_not() -> None:
    hops = {f"https://a.test/{n}": [reply(302, Location=f"/{n + 1}")] for n in range(20)}
    world = World({**hops, "https://a.test/10": [reply()]})
    endless = World(dict(hops))

    assert reasons(fetch(world, "https://a.test/0")) == ["ok"]
    assert reasons(fetch(endless, "https://a.test/0")) == ["redirects"]
    assert len(endless.asked) == 11


def test_a_circle_of_redirects_ends_when_it_closes() -> None:
    world = World({A: [reply(302, Location=B)], B: [reply(302, Location=A)]})

    assert reasons(fetch(world, A)) == ["redirects"]
    assert world.asked == [A, B]


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://a.test/x", "data:text/html,canary", "JavaScript:alert()"]
)
def test_a_redirect_to_another_scheme_is_refused(location: str) -> None:
    assert reasons(fetch(World({A: [reply(302, Location=location)]}), A)) == ["refused_address"]


def test_a_redirect_to_nonsense_is_a_bad_url() -> None:
    assert reasons(fetch(World({A: [reply(302, Location="http://[:::/")]}), A)) == ["bad_url"]


def test_the_robots_txt_of_a_redirect_s_host_counts_too() -> None:
    robots = reply(body=b"User-agent: *\nDisallow: /", kind="text/plain")
    world = World({A: [reply(302, Location=B)], B: [reply()], "https://b.test/robots.txt": [robots]})

    assert reasons(fetch(world, A)) == ["robots"]
    assert world.asked == [A]


@pytest.mark.parametrize(
    ("status", "reason"),
    [(400, "http_4xx"), (401, "http_4xx"), (403, "http_4xx"), (404, "http_4xx"), (410, "http_4xx"), (451, "http_4xx")],
)
def test_a_client_error_fails_at_the_first_try(status: int, reason: str) -> None:
    world = World({A: [reply(status)]})

    (outcome,) = fetch(world, A)

    assert isinstance(outcome, Failed)
    assert (outcome.reason, outcome.detail, len(world.asked)) == (reason, f"HTTP {status}", 1)


def test_a_challenge_for_browsers_is_blocked() -> None:
    (outcome,) = fetch(World({A: [reply(403, cf_mitigated="challenge")]}), A)

    assert isinstance(outcome, Skipped)
    assert outcome.reason == "blocked"


def test_an_unchanged_page_is_not_modified() -> None:
    world = World({A: [reply(304)]})

    outcomes = fetch(world, Target(url=A, etag='"7"', last_modified="Mon, 02 Nov 2026 08:00:00 GMT"))

    assert reasons(outcomes) == ["not_modified"]
    sent = world.requests[-1].headers
    assert (sent["If-None-Match"], sent["If-Modified-Since"]) == ('"7"', "Mon, 02 Nov 2026 08:00:00 GMT")


def test_conditions_are_for_the_url_itself_and_not_for_where_it_redirects() -> None:
    world = World({A: [reply(302, Location="/3")], "https://a.test/3": [reply()]})

    fetch(world, Target(url=A, etag='"7"'))

    assert "If-None-Match" not in world.requests[-1].headers


def test_a_stored_etag_that_no_header_can_carry_is_left_out() -> None:
    world = World({A: [reply()]})

    assert reasons(fetch(world, Target(url=A, etag='"ä"\r\nX: y'))) == ["ok"]
    assert "If-None-Match" not in world.requests[-1].headers


def test_the_third_try_brings_the_page() -> None:
    world = World({A: [reply(503), reply(500), reply(body=b"at last")]})

    (page,) = fetch(world, A)

    assert isinstance(page, Response)
    assert (page.body, len(world.asked)) == (b"at last", 3)


def test_a_server_error_fails_after_three_tries() -> None:
    world = World({A: [reply(502)]})

    assert reasons(fetch(world, A)) == ["http_5xx"]
    assert len(world.asked) == 3


def test_retry_after_is_waited_for_and_told() -> None:
    told: list[str] = []
    world = World({A: [reply(429, Retry_After="2"), reply()]})

    start = time.monotonic()
    outcomes = fetch(world, A, told=told)

    assert reasons(outcomes) == ["ok"]
    assert time.monotonic() - start >= 2.0
    assert told == ["waiting 2 s: Retry-After of a.test"]


def test_a_long_retry_after_is_left_to_a_later_run() -> None:
    world = World({A: [reply(503, Retry_After="86400")]})

    (outcome,) = fetch(world, A)

    assert isinstance(outcome, Deferred)
    assert (outcome.reason, len(world.asked)) == ("retry_after", 1)
    assert outcome.not_before is not None
    # The header may be a mistake: six hours at most.
    assert 5.9 < (outcome.not_before - datetime.now(UTC)).total_seconds() / 3600 <= 6.0


def test_too_many_requests_without_an_end_is_deferred() -> None:
    outcomes = fetch(World({A: lambda: reply(429)}), A)

    assert isinstance(outcomes[0], Deferred)
    assert reasons(outcomes) == ["rate_limited"]


@pytest.mark.parametrize(
    "kind", ["image/jpeg", "video/mp4", "application/pdf", "application/octet-stream", "font/woff"]
)
def test_what_is_no_page_by_its_type_is_skipped(kind: str) -> None:
    (outcome,) = fetch(World({A: [reply(kind=kind)]}), A)

    assert isinstance(outcome, Skipped)
    assert (outcome.reason, outcome.detail) == ("not_html", f"the type is {kind!r}")


@pytest.mark.parametrize(
    "kind", ["text/html; charset=gbk", "application/xhtml+xml", "TEXT/PLAIN", "application/rss+xml"]
)
def test_pages_texts_and_feeds_are_read(kind: str) -> None:
    assert reasons(fetch(World({A: [reply(kind=kind)]}), A)) == ["ok"]


def test_any_type_is_read_where_the_caller_says_so() -> None:
    async def run() -> object:
        world = World({A: [reply(kind="application/gzip")]})
        async with HttpFetcher(FetchSettings(), httpx.MockTransport(world)) as fetcher:
            return await fetcher.fetch(Target(url=A), any_type=True)

    assert isinstance(asyncio.run(run()), Response)


def test_the_type_is_looked_at_before_the_body_is_read() -> None:
    async def unreadable() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    world = World({A: lambda: httpx.Response(200, headers={"Content-Type": "image/png"}, content=unreadable())})

    assert reasons(fetch(world, A)) == ["not_html"]


def test_a_url_that_cannot_be_fetched_says_what_to_do() -> None:
    (outcome,) = fetch(World({}), "a.test/1")

    assert isinstance(outcome, Failed)
    assert (outcome.url, outcome.reason) == ("a.test/1", "bad_url")
    assert outcome.detail == "no scheme; did you mean https://a.test/1?"


def test_the_request_is_honest_and_asks_only_for_what_can_be_decoded() -> None:
    world = World({A: [reply()]})

    fetch(world, A, contact="mailto:news@example.org")

    sent = world.requests[-1].headers
    assert sent["User-Agent"].startswith("scraper/")
    assert sent["User-Agent"].endswith(" (+mailto:news@example.org)")
    assert sent["Accept-Encoding"] == "gzip, deflate, br, zstd"


def test_tracking_parameters_are_requested_as_given() -> None:
    world = World({})

    fetch(world, "https://a.test/1?utm_source=feed#part")

    assert world.asked == ["https://a.test/1?utm_source=feed"]


def test_a_password_in_a_url_is_sent_but_not_kept() -> None:
    world = World({"https://reader:secret@a.test/1": [reply()]})

    (page,) = fetch(world, "https://reader:secret@a.test/1")

    assert isinstance(page, Response)
    assert page.url == A
    assert world.requests[-1].headers["Authorization"] == "Basic cmVhZGVyOnNlY3JldA=="


def test_settings_that_no_request_can_carry_are_refused_without_showing_the_secret() -> None:
    with pytest.raises(ConfigError, match="X-Key") as caught:
        HttpFetcher(FetchSettings(headers={"X-Key": "hunter2\r\nHost: evil"}))
    assert "hunter2" not in str(caught.value)


def test_an_address_range_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="allow_net"):
        HttpFetcher(FetchSettings(allow_net=("everything",)))


def test_an_unforeseen_error_is_a_bug_of_one_url() -> None:
    def broken() -> httpx.Response:
        raise RuntimeError("unforeseen")

    outcomes = fetch(World({A: broken, B: [reply()]}), A, B)

    assert reasons(outcomes) == ["bug", "ok"]
