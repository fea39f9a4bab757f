"""Run the scripts of a page that was fetched, in a browser that can reach no more than the fetcher.

The page itself is not asked for again: the browser is handed the response. What its scripts ask for goes through
:mod:`scraper.fetch.browser_proxy`, has to be allowed by robots.txt and counts for the budgets that the fetcher keeps.
While a page's scripts run, nobody else asks its host; then the host rests. Pictures, fonts and sound are not loaded.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import msgspec

from scraper.config import FetchSettings
from scraper.errors import ConfigError
from scraper.fetch.addresses import AddressGuard
from scraper.fetch.browser_proxy import GuardingProxy, Purse
from scraper.fetch.fetcher import HttpFetcher
from scraper.fetch.identity import of_host
from scraper.fetch.manners import Manners
from scraper.fetch.network import GuardedNetwork
from scraper.fetch.pacing import Pace
from scraper.fetch.resolver import Resolver
from scraper.fetch.trouble import Trouble
from scraper.records import Failed, Response
from scraper.urls import host_of, origin_of

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page, Playwright, Route

log = logging.getLogger("scraper")

HOW_TO_GET_ONE = (
    'no browser is there; install one: pip install "newsgleaner[browser]", then `playwright install chromium`'
    " or the chromium of the system (apt-get install chromium)"
)

# What makes a text; anything else is weight.
_LOADED = frozenset({"document", "script", "xhr", "fetch", "stylesheet"})
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_ARGUMENTS = (
    "--disable-quic",  # it would go around the proxy, as would the next three
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--mute-audio",
)
MAX_REQUESTS = 100  # of one page
MAX_CONTEXTS = 8  # hosts whose cookies and scripts are kept at the same time
PAGES_PER_CONTEXT = 50  # then it is thrown away, with what has piled up in it
PAGES_PER_BROWSER = 500
PAGES_AT_ONCE = 4  # a page takes some 100 MB
# A page is done when nothing more comes, or its text has stayed the same.
QUIET_MS = 5000
STEADY_S = 0.3


@dataclass
class _Room:
    """A context of the browser: one host."""

    context: BrowserContext
    purse: Purse
    pages: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class BrowserRenderer:
    """An async context manager; the browser starts with the first page."""

    def __init__(self, settings: FetchSettings, fetcher: HttpFetcher) -> None:
        modes = {settings.render, *(table.render for table in settings.host.values())} - {"never", ""}
        if modes and settings.proxy:
            raise ConfigError("fetch.render: a browser does not go through fetch.proxy; leave one of the two out")
        if modes and missing():
            raise ConfigError(f"fetch.render: {missing()}")
        self._wanted = bool(modes)
        self._settings = settings
        self._identity = fetcher.identity
        self._manners = fetcher.manners
        self._proxy = GuardingProxy(
            GuardedNetwork(AddressGuard(settings.allow_net), Resolver(settings.connect_timeout_s))
        )
        self._lock = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._rooms: OrderedDict[str, _Room] = OrderedDict()
        self._pages = 0
        self._busy = 0
        self._slots = asyncio.Semaphore(PAGES_AT_ONCE)

    def mode(self, url: str) -> str:
        """Return ``never``, ``always``, or ``auto``: where a page says that it needs scripts."""
        own = of_host(self._settings.host, host_of(url), None)
        return (own.render if own else "") or self._settings.render

    async def __aenter__(self) -> BrowserRenderer:
        """Raise :class:`ConfigError` where no browser is there: later, each page would say so, and lose a try."""
        if self._wanted and installed_browser() is None:
            await self._start_playwright()
            assert self._playwright is not None
            if not Path(self._playwright.chromium.executable_path).exists():
                await self._stop_playwright()
                raise ConfigError(f"fetch.render: {HOW_TO_GET_ONE}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._close_browser()
        await self._stop_playwright()

    async def render(self, response: Response) -> Response | Failed:
        """Return a page as it is after its scripts ran; never raises for anything that a page does."""
        async with self._slots:
            self._busy += 1
            try:
                return await self._guarded(response)
            finally:
                self._busy -= 1

    async def _guarded(self, response: Response) -> Response | Failed:
        host = host_of(response.url)
        try:
            room = await self._room(host)
            pace = await self._manners.pace(response.url)
            async with room.turn, self._manners.lanes.visit(host, pace):
                return await self._visited(room, _Visit(response, self._manners))
        except _NoBrowserError:
            return Failed(url=response.url, reason="unreadable", detail=HOW_TO_GET_ONE)
        except TimeoutError:
            detail = f"the browser took more than {self._settings.deadline_s:g} s"
            return Failed(url=response.url, reason="too_slow", detail=detail)
        except Exception as error:
            return _failed(response, error)

    async def _visited(self, room: _Room, visit: _Visit) -> Response | Failed:
        """Render a page; what that took of other hosts is on record afterwards, however it ends."""
        room.pages += 1
        room.purse.fill(self._settings.max_bytes)
        try:
            return await asyncio.wait_for(self._rendered(room, visit), self._settings.deadline_s)
        finally:
            visit.end(room.purse)

    async def _rendered(self, room: _Room, visit: _Visit) -> Response | Failed:
        response = visit.response
        page = await room.context.new_page()
        try:
            await page.route("**/*", visit.decide)
            page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.dismiss()))
            await page.goto(response.url, wait_until="domcontentloaded", timeout=1000 * self._settings.deadline_s)
            await _settled(page)
            html = await page.content()
            if room.purse.refused:
                log.info("%s: a script asked for what is not dialled: %s", response.url, room.purse.refused)
            if len(html) > self._settings.max_bytes:
                return Failed(url=response.url, reason="too_large", detail="the page grew too large in the browser")
            headers = {**response.headers, "content-type": "text/html; charset=utf-8"}
            return msgspec.structs.replace(response, body=html.encode("utf-8", "replace"), headers=headers)
        finally:
            with suppress(Exception):
                await page.close()

    async def _room(self, host: str) -> _Room:
        async with self._lock:
            old = self._pages >= PAGES_PER_BROWSER and self._busy == 1  # in the middle of no other page
            if old or self._browser is None or not self._browser.is_connected():
                await self._start_browser()
            self._pages += 1
            room = self._rooms.get(host)
            if room and room.pages >= PAGES_PER_CONTEXT and not room.turn.locked():
                await self._leave(host)
                room = None
            if room is None:
                room = await self._new_room(host)
            self._rooms.move_to_end(host)
            return room

    async def _new_room(self, host: str) -> _Room:
        for other in [name for name, room in self._rooms.items() if not room.turn.locked()]:
            if len(self._rooms) >= MAX_CONTEXTS:
                await self._leave(other)
        assert self._browser is not None
        name, password, purse = self._proxy.user(host)
        context = await self._browser.new_context(
            proxy={"server": self._proxy.address, "username": name, "password": password},
            user_agent=self._identity.headers(f"https://{host}/")["User-Agent"],
            accept_downloads=False,
            service_workers="block",
            bypass_csp=False,
        )
        self._rooms[host] = room = _Room(context, purse)
        return room

    async def _leave(self, host: str) -> None:
        with suppress(Exception):
            await self._rooms.pop(host).context.close()

    async def _start_browser(self) -> None:
        from playwright.async_api import Error  # noqa: PLC0415 an extra that few installs have

        await self._close_browser()
        await self._start_playwright()
        assert self._playwright is not None
        try:
            self._browser = await self._playwright.chromium.launch(
                executable_path=installed_browser(),
                args=list(_ARGUMENTS),
                proxy={"server": self._proxy.address},
                # Chromium's sandbox does not work for root.
                chromium_sandbox=os.geteuid() != 0,
            )
        except Error as error:
            log.debug("the browser does not start: %s", error)
            raise _NoBrowserError from error

    async def _start_playwright(self) -> None:
        from playwright.async_api import async_playwright  # noqa: PLC0415

        if self._playwright is None:
            self._playwright = await async_playwright().start()
            await self._proxy.start()

    async def _stop_playwright(self) -> None:
        if self._playwright:
            await self._playwright.stop()
            await self._proxy.aclose()
            self._playwright = None

    async def _close_browser(self) -> None:
        for host in list(self._rooms):
            await self._leave(host)
        if self._browser:
            with suppress(Exception):
                await self._browser.close()
        self._browser, self._pages = None, 0


class _Visit:
    """Decides about each request of one page."""

    def __init__(self, response: Response, manners: Manners) -> None:
        self.response = response
        self._manners = manners
        self._handed_over = False
        self._requests = 0
        self._paces: dict[str, Pace] = {}  # of the other hosts that were asked

    async def decide(self, route: Route) -> None:
        """Answer the page itself from what was fetched, let scripts and data through, and nothing else."""
        request = route.request
        with suppress(Exception):  # the page may be closed by now
            if request.is_navigation_request():
                await self._navigate(route)
            elif request.resource_type in _LOADED and await self._allowed(request.url):
                await route.continue_()
            else:
                await route.abort()

    async def _navigate(self, route: Route) -> None:
        """Hand over the page, once; to other pages, and into frames, the browser does not go."""
        if self._handed_over:
            await route.fulfill(status=204)  # the page stays; an abort would put an error in its place
            return
        self._handed_over = True
        kind = self.response.headers.get("content-type") or "text/html"
        await route.fulfill(status=200, body=self.response.body, headers={"content-type": kind})

    async def _allowed(self, url: str) -> bool:
        self._requests += 1
        if self._requests > MAX_REQUESTS or not url.startswith(("http://", "https://")):
            return False
        host = host_of(url)
        try:
            pace = await self._manners.pace(url)
            self._manners.lanes.check(host, origin_of(url))
            if host != host_of(self.response.url) and host not in self._paces:
                await self._manners.lanes.ready(host)
                self._paces[host] = pace
            self._manners.budgets.take_page(host)
        except Trouble as trouble:
            log.debug("%s: a script may not have %s: %s", self.response.url, url, trouble)
            return False
        return True

    def end(self, purse: Purse) -> None:
        """Let the other hosts rest that were asked, and count what came from each."""
        for host, pace in self._paces.items():
            self._manners.lanes.rest(host, pace)
        for host, received in purse.received.items():
            self._manners.budgets.add_bytes(host, received)


async def _settled(page: Page) -> None:
    """Wait until nothing more is loaded and the text stays the same."""
    from playwright.async_api import Error  # noqa: PLC0415

    with suppress(Error):
        await page.wait_for_load_state("networkidle", timeout=QUIET_MS)
    before = -1
    for _ in range(10):
        length = await page.evaluate("document.body ? document.body.innerText.length : 0")
        if length == before and length:
            return
        before = length
        await asyncio.sleep(STEADY_S)


class _NoBrowserError(Exception):
    """There is none, or it does not start."""


def installed_browser() -> str | None:
    """Return the system's browser; ``None``: the one that Playwright has, if it has one."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


def missing() -> str:
    """Return how to get what is missing to render pages, "" where nothing is."""
    try:
        import playwright.async_api  # noqa: F401, PLC0415
    except ImportError:
        return HOW_TO_GET_ONE
    return ""


def _failed(response: Response, error: Any) -> Failed:
    return Failed(url=response.url, reason="unreadable", detail=f"the browser: {str(error).splitlines()[0][:200]}")
