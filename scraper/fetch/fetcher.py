"""Target to response: robots.txt, turn, request, redirects, tries."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import IO, TYPE_CHECKING

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from scraper import urls
from scraper.challenges import challenge_in
from scraper.config import FetchSettings
from scraper.fetch.body import read_body, save_body
from scraper.fetch.client import Client, Reply
from scraper.fetch.cookies import Chain, cookie_file
from scraper.fetch.deadline import Deadline
from scraper.fetch.identity import Identity, sendable
from scraper.fetch.manners import Manners
from scraper.fetch.pacing import MIN_TOLD_S, Pace
from scraper.fetch.robots import RobotsMemory
from scraper.fetch.status import REDIRECTS, status_trouble, type_trouble
from scraper.fetch.trouble import Trouble
from scraper.records import Deferred, Failed, Response, Skipped, Target
from scraper.report import as_bug

if TYPE_CHECKING:
    import httpx

MAX_BACKOFF_S = 60.0

# Of the wait before another try, where no connection came about: what a new connection mends, it mends at once, and a
# host that is down should not hold up the end of a run.
CONNECT_SHARE = 0.1


# Of the page that comes with an error, to see whether it is a challenge; those have some 10 KB.
ERROR_PAGE_BYTES = 64 * 1024
ERROR_PAGE_S = 5.0


@dataclass(frozen=True, kw_only=True)
class _Wish:
    """A url, and what is wanted of it."""

    target: Target
    url: str
    max_bytes: int
    any_type: bool = True
    robots_txt: bool = False  # its own rules do not apply, the first ``max_bytes`` are enough
    into: IO[bytes] | None = None  # where the body goes, its first ``max_bytes`` at most


@dataclass(frozen=True)
class _Try:
    """One try of a wish: a chain of redirects."""

    wish: _Wish
    deadline: Deadline  # of all tries
    is_last: bool
    cookies: Chain
    hops: list[str] = field(default_factory=list)


class HttpFetcher:
    """The :class:`scraper.protocols.Fetcher` for http and https: an async context manager, for one event loop.

    ``on_wait`` is told why a wait of more than a second happens. ``transport`` replaces the network in tests.
    ``robots`` keeps what robots.txt files said for later runs.
    A browser shares :attr:`identity` and :attr:`manners`.
    """

    def __init__(
        self,
        settings: FetchSettings,
        transport: httpx.AsyncBaseTransport | None = None,
        on_wait: Callable[[str], None] = lambda _: None,
        robots: RobotsMemory | None = None,
    ) -> None:
        self._settings = settings
        self.identity = Identity(settings)
        self.manners = Manners(settings, self.identity, self._robots_txt, on_wait, robots)
        self._cookies = cookie_file(settings.cookies) if settings.cookies else None
        self._client = Client(settings, transport)
        self._on_wait = on_wait
        self.requests: Counter[str] = Counter()  # made, by the source of their target; those for robots.txt have none
        self.received: Counter[str] = Counter()  # bytes

    async def __aenter__(self) -> HttpFetcher:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def fetch(
        self, target: Target, *, any_type: bool = False, into: IO[bytes] | None = None, max_bytes: int = 0
    ) -> Response | Skipped | Failed | Deferred:
        """Fetch one target. With ``any_type`` a body of any Content-Type is taken (compressed sitemaps).

        With ``into`` the first ``max_bytes`` of the body go to that file, and the response's own is empty.
        """
        try:
            wish = self._wish(target, any_type=any_type, into=into, max_bytes=max_bytes or self._settings.max_bytes)
            self.manners.lanes.check(urls.host_of(wish.url), urls.origin_of(wish.url))
            is_robots_txt = any_type and wish.url == f"{urls.origin_of(wish.url)}/robots.txt"
            if is_robots_txt and self.manners.obeys(urls.host_of(wish.url)):
                return await self._known_sitemaps(wish)
            return await self._tried(wish)
        except Trouble as trouble:
            await asyncio.sleep(0)  # a thousand urls of a dead host may end here in a row
            return trouble.outcome(target.url)
        except Exception as error:  # each target ends in exactly one value
            return as_bug(target.url, error)

    def _wish(self, target: Target, *, any_type: bool, into: IO[bytes] | None, max_bytes: int) -> _Wish:
        url = urls.parse(target.url)
        if url is None:
            raise Trouble("bad_url", urls.problem(target.url) or "")
        return _Wish(target=target, url=url.partition("#")[0], max_bytes=max_bytes, any_type=any_type, into=into)

    async def _known_sitemaps(self, wish: _Wish) -> Response:
        """Return a robots.txt, which is known already, as far as it names sitemaps."""
        lines = await self.manners.robots.sitemaps(wish.url)
        url = urls.without_secrets(wish.url)
        return Response(target=wish.target, url=url, body=lines.encode(), fetched_at=datetime.now(UTC))

    async def _robots_txt(self, url: str, deadline: Deadline | None) -> bytes:
        wish = _Wish(target=Target(url=url), url=url, max_bytes=self._settings.robots_max_bytes, robots_txt=True)
        return (await self._tried(wish, deadline)).body

    async def _tried(self, wish: _Wish, shared: Deadline | None = None) -> Response:
        """Follow ``wish`` again while a try failed in a way that another one can mend.

        ``shared`` is the deadline of another url, whose time this takes.
        """
        settings = self._settings
        retrying = AsyncRetrying(
            retry=retry_if_exception(
                lambda error: isinstance(error, Trouble) and error.retry and not error.closed_host
            ),
            stop=stop_after_attempt(settings.tries),
            wait=self._wait_s,
            before_sleep=lambda state: self._tell(wish.url, state),
            reraise=True,
        )
        deadline = shared or Deadline(settings.deadline_s)

        async def one_try() -> Response:
            is_last = retrying.statistics["attempt_number"] >= settings.tries
            return await self._followed(_Try(wish, deadline, is_last, Chain(self._cookies)))

        try:
            return await retrying(one_try)
        except Trouble as trouble:
            if trouble.closed_host and trouble.retry and retrying.statistics["attempt_number"] < settings.tries:
                raise Trouble("host_down", f"{trouble.detail}, once too often for this host") from trouble
            raise

    def _wait_s(self, state: RetryCallState) -> float:
        backoff_s = self._settings.backoff_s
        wait_s = wait_exponential_jitter(multiplier=backoff_s, max=MAX_BACKOFF_S, jitter=backoff_s)(state)
        return wait_s * CONNECT_SHARE if _trouble_of(state).reason == "connect" else wait_s

    async def _followed(self, one: _Try) -> Response:
        """Go where redirects lead; each hop is checked like the first."""
        url, seen = one.wish.url, set()
        for _ in range(self._settings.max_redirects + 1):
            headers = self._headers_for(one.wish, url, one.cookies)
            # With a new cookie the same address may give another answer.
            if (url, headers.get("Cookie")) in seen:
                raise Trouble("redirects", f"{url} leads back to itself")
            seen.add((url, headers.get("Cookie")))
            one.hops.append(url)
            result = await self._asked(one, url, headers)
            if isinstance(result, Response):
                return result
            url = result
        raise Trouble("redirects", f"more than {self._settings.max_redirects}")

    async def _asked(self, one: _Try, url: str, headers: Mapping[str, str]) -> Response | str:
        """Make one request; return the response or the url that it redirects to."""
        wish, host = one.wish, urls.host_of(url)
        self.manners.budgets.check(host)
        # That of the first host is for all of its urls; those of the hosts behind it could come one after the other.
        charged = one.deadline if len(one.hops) > 1 else None
        pace = Pace(0.0) if wish.robots_txt else await self.manners.pace(url, charged)
        turn = self.manners.lanes.turn(host, urls.origin_of(url), pace, is_last=one.is_last)
        async with turn, one.deadline.running() as meter:
            if not wish.robots_txt:
                self.manners.budgets.take_page(host)
            self.requests[wish.target.source] += 1
            try:
                async with self._client.get(url, headers) as reply:
                    one.cookies.take(url, reply.set_cookies)
                    if reply.status in REDIRECTS and "location" in reply.headers:
                        return _next_hop(url, reply.headers["location"])
                    return await self._response(one, url, reply)
            finally:
                self.manners.budgets.add_bytes(host, meter.received)
                self.received[wish.target.source] += meter.received

    async def _response(self, one: _Try, url: str, reply: Reply) -> Response:
        wish, now = one.wish, datetime.now(UTC)
        max_wait_s = self._settings.max_delay_s
        trouble = status_trouble(reply.status, reply.headers, now, max_wait_s, robots_txt=wish.robots_txt)
        trouble = trouble or (None if wish.any_type else type_trouble(reply.headers))
        if trouble:
            raise await self._blocked(reply) or trouble if _may_be_a_block(wish, reply, trouble) else trouble
        body = await self._body(wish, reply)
        return Response(
            target=wish.target,
            url=urls.without_secrets(url),
            status=reply.status,
            headers=reply.headers,
            body=body,
            fetched_at=now,
            robots_ignored=not all(self.manners.obeys(urls.host_of(hop)) for hop in one.hops),
        )

    async def _blocked(self, reply: Reply) -> Trouble | None:
        """Return that the page of an error is a challenge or a block, where it says so."""
        try:
            async with asyncio.timeout(ERROR_PAGE_S):
                encoding = reply.headers.get("content-encoding", "")
                page = await read_body(reply.chunks, encoding, ERROR_PAGE_BYTES, cut=True)
        except (Trouble, TimeoutError):  # the status says enough
            return None
        said = challenge_in(page)
        return Trouble("blocked", f"HTTP {reply.status}, a challenge or a block: {said!r}") if said else None

    async def _body(self, wish: _Wish, reply: Reply) -> bytes:
        encoding = reply.headers.get("content-encoding", "")
        if wish.into:
            await save_body(reply.chunks, encoding, wish.max_bytes, wish.into)
            return b""
        length = reply.headers.get("content-length", "")
        if length.isdigit() and int(length) > wish.max_bytes and not wish.robots_txt:
            raise Trouble("too_large", f"the body has {length} bytes, more than {wish.max_bytes}")
        return await read_body(reply.chunks, encoding, wish.max_bytes, cut=wish.robots_txt)

    def _headers_for(self, wish: _Wish, url: str, cookies: Chain) -> dict[str, str]:
        """Return the headers of one hop."""
        headers = self.identity.headers(url)
        if wish.robots_txt:
            return headers
        headers |= self.identity.secrets(url, wish.url)
        if url == wish.url:
            conditions = {"If-None-Match": wish.target.etag, "If-Modified-Since": wish.target.last_modified}
            headers |= {name: value for name, value in conditions.items() if value and sendable(value)}
        given = next((headers.pop(name) for name in list(headers) if name.lower() == "cookie"), "")
        cookie = cookies.header(url, given)
        return headers | ({"Cookie": cookie} if cookie else {})

    def _tell(self, url: str, state: RetryCallState) -> None:
        wait_s = state.next_action.sleep if state.next_action else 0.0
        if wait_s >= MIN_TOLD_S:
            self._on_wait(f"waiting {wait_s:.0f} s: trying {urls.without_login(url)} again ({_trouble_of(state)})")


def _may_be_a_block(wish: _Wish, reply: Reply, trouble: Trouble) -> bool:
    """Tell whether the page of an error may say more than its status. A Retry-After means what it says."""
    is_html = reply.headers.get("content-type", "").lower().startswith("text/html")
    said = trouble.reason == "blocked" or trouble.until
    return reply.status in (403, 429, 503) and is_html and not said and not wish.robots_txt


def _trouble_of(state: RetryCallState) -> Trouble:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, Trouble)
    return error


def _next_hop(url: str, location: str) -> str:
    """Return the url that a redirect leads to; raise Trouble where it is none that can be fetched."""
    target = urls.resolve(url, location)
    if target:
        return target.partition("#")[0]
    shown = f"a redirect to {location[:200]!a}"
    if urls.scheme_of(location.strip()) not in (None, "http", "https"):
        raise Trouble("refused_address", f"{shown}; only http and https can be fetched")
    raise Trouble("bad_url", f"{shown}, which is no url")
