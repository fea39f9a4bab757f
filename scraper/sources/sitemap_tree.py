"""Walk a site's sitemaps: from robots.txt or the usual places, through indexes, what is new first."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from scraper.errors import PageError
from scraper.records import Response, Target
from scraper.sources.asking import Asker, Fetch, Lead
from scraper.sources.found import Wish
from scraper.sources.sitemaps import Entry, Sitemap, read_sitemap
from scraper.urls import origin_of, resolve, same_site

log = logging.getLogger("scraper")

COMMON_PLACES = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml")
MAX_DEPTH = 3

_SITEMAP_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_WORDS = re.compile(r"[a-z]+")
# Words in the names of sitemaps that hold no articles. "page" is what WordPress calls its pages that are no posts.
_OTHER = frozenset(
    "image images video videos category categories tag tags author authors product products shop store job jobs page "
    "pages taxonomy users user location locations event events podcast podcasts galleries gallery section sections "
    "topic topics archives static brands".split()
)
_ARTICLES = frozenset("news post posts article articles story stories blog artikel noticias".split())

TakeSitemap = Callable[[str, Sitemap], Awaitable[None]]


class SitemapTree:
    """The sitemaps of one site."""

    def __init__(self, asker: Asker, fetch: Fetch, wish: Wish, take: TakeSitemap) -> None:
        self._asker = asker
        self._fetch = fetch
        self._wish = wish
        self._take = take

    async def of_site(self, url: str, enough: Callable[[], bool]) -> None:
        """Read the sitemaps that robots.txt names, else those at the usual places."""
        origin = origin_of(url)
        named = list(await self._named_in_robots(origin))
        for root in sorted(named, key=_rank) or [origin + place for place in COMMON_PLACES]:
            if enough() or self._asker.left <= 0:
                return
            found = await self.read(root, enough)
            if found and not named:
                return

    async def read(
        self, url: str, enough: Callable[[], bool] = lambda: False, stated: str = "", depth: int = 0
    ) -> bool:
        """Read a sitemap and all below it; return whether there is one."""
        if not self._asker.is_new(url):
            return True
        try:
            response = await self._asker.ask(url)
            sitemap = await asyncio.to_thread(read_sitemap, response) if response else None
        except PageError as error:
            self._asker.forget(url)
            log.debug("no sitemap: %s", error)
            return False
        if sitemap is None or response is None:
            # An index that did not change may lead to sitemaps that did, where it does not say when they changed.
            before = self._asker.before(url)
            below = [Entry(url=lead.url) for lead in before.leads] if before else []
        else:
            if sitemap.cut:
                log.warning("sitemap %s was not read to its end: %s", url, sitemap.cut)
            self._asker.note(url, stated=stated)
            below = self._below(url, response, sitemap)
            if sitemap.kind != "index":
                await self._take(url, sitemap)
        if depth < MAX_DEPTH:
            for entry in below:
                if enough() or self._asker.left <= 0:
                    break
                await self.read(entry.url, enough, str(entry.modified or ""), depth + 1)
        return True

    def _below(self, url: str, response: Response, sitemap: Sitemap) -> list[Entry]:
        """Return the sitemaps to read that an index names."""
        if sitemap.kind != "index":
            return []
        entries = [entry for entry in sitemap.entries if same_site(entry.url, response.url)]
        kept = [entry for entry in entries if not _is_other(entry.url) and not self._wish.is_old(entry.modified)]
        self._asker.note(url, leads=tuple(Lead("sitemap", entry.url) for entry in kept if not entry.modified))
        return [entry for entry in _newest_first(kept) if self._changed(entry)]

    def _changed(self, entry: Entry) -> bool:
        before = self._asker.before(entry.url)
        return before is None or not entry.modified or before.stated != str(entry.modified)

    async def _named_in_robots(self, origin: str) -> Iterable[str]:
        response = await self._fetch(Target(url=f"{origin}/robots.txt"))
        if not isinstance(response, Response):
            return ()
        text = response.body.decode("utf-8", "replace").replace("\r", "\n")
        urls = (resolve(response.url, match[1]) for match in _SITEMAP_LINE.finditer(text))
        return dict.fromkeys(url for url in urls if url)


def _newest_first(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Yield sitemaps: of news first, then the newest, then, as they are often numbered or named by date, the last."""
    oldest = datetime.min.replace(tzinfo=UTC)
    placed = list(enumerate(entries))
    placed.sort(key=lambda item: (-_rank(item[1].url), item[1].modified or oldest, item[0]), reverse=True)
    yield from (entry for _, entry in placed)


def _rank(url: str) -> int:
    words = _words(url)
    return 0 if "news" in words else 1 if words & _ARTICLES else 2


def _is_other(url: str) -> bool:
    words = _words(url)
    return bool(words & _OTHER) and not words & _ARTICLES


def _words(url: str) -> set[str]:
    return set(_WORDS.findall(url.partition("//")[2].partition("/")[2].lower())) - {"sitemap", "xml"}
