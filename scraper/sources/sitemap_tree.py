"""Walk a site's sitemaps: from robots.txt or the usual places, through indexes, what is new first."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import IO

from scraper.errors import PageError
from scraper.records import Response
from scraper.sources.asking import Lead, NoAnswer
from scraper.sources.search import Search
from scraper.sources.sitemaps import MAX_BYTES, Entry, Sitemap, read_sitemap
from scraper.urls import origin_of, resolve, same_site

log = logging.getLogger("scraper")

COMMON_PLACES = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml")
MAX_DEPTH = 3

_SITEMAP_LINE = re.compile(r"^[^\S\n]*sitemap[^\S\n]*:[^\S\n]*(\S+)", re.IGNORECASE | re.MULTILINE)
_WORDS = re.compile(r"[a-z]+")
# Words in the names of sitemaps that hold no articles. "page" is what WordPress calls its pages that are no posts.
_OTHER = frozenset(
    "image images video videos category categories tag tags author authors product products shop store job jobs page "
    "pages taxonomy users user location locations event events podcast podcasts galleries gallery section sections "
    "topic topics archives static brands".split()
)
_ARTICLES = frozenset("news post posts article articles story stories blog artikel noticias".split())


class NoBranchError(PageError):
    """An index could be read, but none of the sitemaps that it names."""


TakeSitemap = Callable[[str, Sitemap], Awaitable[None]]


class SitemapTree:
    """The sitemaps of one site."""

    def __init__(self, search: Search, take: TakeSitemap) -> None:
        self._search = search
        self._asker = search.asker
        self._take = take

    async def of_site(self, url: str, known: Sequence[str], *, guess: bool) -> list[str]:
        """Read the sitemaps that robots.txt names, else those known, else, with ``guess``, those at the usual places.

        Returns those that are there.
        """
        origin = origin_of(url)
        named = sorted(await self._named_in_robots(origin), key=_rank)
        guessed = [origin + place for place in COMMON_PLACES] if guess and not named and not known else []
        there = []
        for root in [*(named or known), *guessed]:
            if not self._search.over() and await self.read(root):
                there.append(root)
                if guessed:
                    break
        return there

    async def read(self, url: str, stated: str = "", depth: int = 0) -> bool:
        """Read a sitemap and all below it; return whether there is one, or may be when it is asked for again."""
        error = await self._trouble(url, stated, depth)
        return error is None or (isinstance(error, NoAnswer) and error.passes)

    async def _trouble(self, url: str, stated: str, depth: int) -> PageError | None:
        try:
            await self.must_read(url, stated, depth)
        except PageError as error:
            log.log(logging.WARNING if error.reason == "damaged" else logging.DEBUG, "no sitemap: %s", error)
            return error
        return None

    async def must_read(self, url: str, stated: str = "", depth: int = 0) -> None:
        """Read a sitemap and all below it; raise :class:`PageError` where there is none, or nothing below it."""
        if not self._asker.is_new(url):
            return
        async with self._asker.ask_for_file(url, MAX_BYTES + 1) as answer:
            # An index that did not change may lead to sitemaps that did, where it does not say when they changed.
            below = await self._read(url, *answer, stated) if answer else self._remembered_below(url)
        await self._go_on(url, below, depth)

    async def take(self, url: str, response: Response) -> None:
        """Read a sitemap that was fetched, and all below it; raise :class:`PageError` where it is none."""
        await self._go_on(url, await self._read(url, response, None, ""), 0)

    async def _read(self, url: str, response: Response, file: IO[bytes] | None, stated: str) -> list[Entry]:
        """Take in a sitemap; return the sitemaps that it names."""
        try:
            sitemap = await asyncio.to_thread(read_sitemap, response, file)
        except PageError:
            self._asker.forget(url)
            raise
        if sitemap.cut:
            log.warning("sitemap %s was not read to its end: %s", url, sitemap.cut)
        if sitemap.damage:
            log.warning("sitemap %s is damaged: %s; what could be read of it counts", url, sitemap.damage)
        self._asker.note(url, stated=stated)
        if sitemap.kind == "index":
            return self._below(url, response, sitemap)
        await self._take(url, sitemap)
        return []

    async def _go_on(self, url: str, below: Sequence[Entry], depth: int) -> None:
        troubles: list[PageError] = []
        asked = 0
        for entry in below if depth < MAX_DEPTH else ():
            if not self._search.over():
                asked += 1
                if trouble := await self._trouble(entry.url, str(entry.modified or ""), depth + 1):
                    troubles.append(trouble)
        self._search.forget_if_spent(url)
        if troubles:
            self._asker.forget(url)  # they are to be asked again, whether it changes or not
        if troubles and len(troubles) == asked:
            if isinstance(troubles[0], NoAnswer):
                raise troubles[0]
            raise NoBranchError(troubles[0].reason, f"none of its sitemaps can be read; the first: {troubles[0]}", url)

    def _remembered_below(self, url: str) -> list[Entry]:
        before = self._asker.before(url)
        return [Entry(url=lead.url) for lead in before.leads] if before else []

    def _below(self, url: str, response: Response, sitemap: Sitemap) -> list[Entry]:
        """Return the sitemaps to read that an index names."""
        entries = [entry for entry in sitemap.entries if same_site(entry.url, response.url)]
        kept = [entry for entry in entries if not _is_other(entry.url) and not self._search.wish.is_old(entry.modified)]
        self._asker.note(url, leads=tuple(Lead("sitemap", entry.url) for entry in kept if not entry.modified))
        return [entry for entry in _newest_first(kept) if self._changed(entry)]

    def _changed(self, entry: Entry) -> bool:
        before = self._asker.before(entry.url)
        return before is None or not entry.modified or before.stated != str(entry.modified)

    async def _named_in_robots(self, origin: str) -> list[str]:
        try:
            response = await self._asker.ask(f"{origin}/robots.txt")
        except PageError:
            return []
        if response is None:
            before = self._asker.before(f"{origin}/robots.txt")
            return [lead.url for lead in before.leads] if before else []
        text = response.body.decode("utf-8", "replace").replace("\r", "\n")
        urls = (resolve(response.url, match[1]) for match in _SITEMAP_LINE.finditer(text))
        named = list(dict.fromkeys(url for url in urls if url))
        self._asker.note(response.url, leads=tuple(Lead("sitemap", url) for url in named))
        return named


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
