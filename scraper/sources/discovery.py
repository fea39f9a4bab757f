"""Find the articles of a site: its feeds, its sitemaps, and the pages that list what is new."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from scraper.errors import PageError
from scraper.records import Failed, Response, Skipped
from scraper.sources import feeds
from scraper.sources.anchors import Anchor
from scraper.sources.asking import Asker, Fetch, Forgetful, Lead, Memory
from scraper.sources.feeds import Feed, read_feed
from scraper.sources.found import Finds, Found, Wish
from scraper.sources.learned import Learned
from scraper.sources.link_score import ARTICLE, KnownShapes, links_of, scores
from scraper.sources.listings import Listing
from scraper.sources.sections import sections
from scraper.sources.shapes import shape_of
from scraper.sources.sitemap_score import article_entries
from scraper.sources.sitemap_tree import SitemapTree
from scraper.sources.sitemaps import Entry, Sitemap
from scraper.urls import normalise, origin_of, same_site

log = logging.getLogger("scraper")

Parse = Callable[[Response, str], Awaitable[Listing | Skipped | Failed]]

MAX_FEEDS = 8
MAX_SECTIONS = 40
# A list that goes on longer is an archive of years, or a trap.
MAX_PAGES_OF_LIST = 50
# Addresses of a next page that are tried: the likeliest one is sometimes the page itself under another name.
MAX_WAYS_ON = 2
# Links that are this likely articles show how addresses of articles look where no feed does.
SURE = 0.85
# With so many of the front page's articles in feeds and sitemaps, these name all there are.
COVERED = 0.95

_FEED_HEAD = re.compile(
    rb"\s*(?:<\?[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<(?:rss|feed|(?:\w+:)?RDF)\b", re.DOTALL
)
_SITEMAP_HEAD = re.compile(rb"\s*(?:<\?[^>]*>\s*|<!--.*?-->\s*)*<(?:\w+:)?(?:urlset|sitemapindex)\b", re.DOTALL)
_LANGUAGE_ROOT = re.compile(r"/(?:[a-z]{2}(?:-[a-z]{2,4})?/?)?(?:(?:index|default|home)\.[a-z]{3,5})?", re.IGNORECASE)


class Discovery:
    """Looks for articles at one address. :attr:`asker` tells afterwards what is to be remembered."""

    def __init__(
        self, fetch: Fetch, parse: Parse, wish: Wish, now: datetime, max_requests: int, memory: Memory | None = None
    ) -> None:
        self.asker = Asker(fetch, memory or Forgetful(), "discover", max_requests)
        self.finds = Finds(wish, now)
        self.sources: Counter[str] = Counter()  # what was read
        self.full_text_feeds: list[str] = []
        self._parse = parse
        self._wish = wish
        self._tree = SitemapTree(self.asker, fetch, wish, self._take_sitemap)
        self._entries: list[tuple[str, Entry]] = []
        self._anchors: list[tuple[str, Anchor]] = []  # page, link
        self._learned = Learned()
        self._language = ""

    async def site(self, url: str) -> list[Found]:
        """Return the links that a site offers, or that a single feed, sitemap or section offers if ``url`` is one.

        Raises :class:`PageError` where ``url`` cannot be read.
        """
        response = await self.asker.ask(url)
        if response is not None and _is_feed(response):
            await self._take_feed(url, response, anywhere=True)
        elif response is not None and _is_sitemap(response):
            await self._again(url, self._tree.read)
        else:
            await self._of_site(url, response)
        return self._result(url)

    async def feed(self, url: str) -> list[Found]:
        """Return the links of a feed, wherever they lead; raise :class:`PageError` where there is none."""
        response = await self.asker.ask(url)
        if response:
            await self._take_feed(url, response, anywhere=True)
        return self._result(url)

    async def sitemap(self, url: str) -> list[Found]:
        """Return the links of a sitemap and those below it; raise :class:`PageError` where there is none."""
        if not await self._tree.read(url):
            raise PageError("unreadable", "no sitemap to read", url)
        return self._result(url)

    async def listing(self, url: str) -> list[Found]:
        """Return the links of a page and of the pages on which its list goes on; raise :class:`PageError`."""
        response = await self.asker.ask(url)
        if response:
            await self._list(url, await self._parsed(response, url))
        self._settle()
        return self._result(url)

    async def _again(self, url: str, read: Callable[[str], Awaitable[bool]]) -> None:
        """Read what was asked for already as what it turned out to be."""
        self.asker.take_back(url)
        await read(url)

    async def _of_site(self, url: str, response: Response | None) -> None:
        listing = await self._parsed(response, url) if response else None
        before = self.asker.before(url)
        leads = before.leads if listing is None and before else ()
        is_root = _LANGUAGE_ROOT.fullmatch(urlsplit(response.url if response else url).path or "/") is not None
        if listing:
            self._language = listing.language
            self._learned.add_menu(listing)
            self._add_anchors(listing)
            self._learn_from_looks()
        found_feeds = list(listing.feeds) if listing else [lead.url for lead in leads if lead.kind == "feed"]
        found_feeds = await self._feeds(url, found_feeds, is_root)
        if not self.finds.enough() and is_root:
            await self._tree.of_site(listing.url if listing else url, self.finds.enough)
        self._settle()
        ways = [lead.url for lead in leads if lead.kind == "section"]
        if listing and not self.finds.enough():
            front = self._articles_of(listing)
            covered = sum(link in self.finds for link in front)
            if self.sources["sitemap"] and front and covered >= COVERED * len(front):
                ways = []
            else:
                ways = sections(listing, front, self._wish) if is_root else []
                self._take_links(listing.url)
                await self._list(url, listing)
        for way in ways[:MAX_SECTIONS]:
            if self.finds.enough():
                break
            await self._section(way)
        self._settle()
        every = [*(Lead("feed", feed) for feed in found_feeds), *(Lead("section", way) for way in ways[:MAX_SECTIONS])]
        self.asker.note(url, leads=tuple(every))

    async def _feeds(self, url: str, named: list[str], is_root: bool) -> list[str]:
        """Read the feeds that a page names, else those at the usual places of a site; return those that are there."""
        there = [feed for feed in named[:MAX_FEEDS] if self.asker.is_new(feed) and await self._try_feed(feed)]
        if not there and is_root:
            for place in feeds.COMMON_PLACES:
                feed = origin_of(url) + place
                if self.asker.is_new(feed) and await self._try_feed(feed):
                    return [feed]
        return there

    async def _try_feed(self, url: str) -> bool:
        try:
            response = await self.asker.ask(url)
            if response:
                await self._take_feed(url, response)
            else:
                before = self.asker.before(url)
                if before:
                    self._learned.add_known(before.families, before.patterns)
        except PageError as error:
            self.asker.forget(url)
            log.debug("no feed: %s", error)
            return False
        return True

    async def _take_feed(self, url: str, response: Response, *, anywhere: bool = False) -> None:
        feed: Feed = await asyncio.to_thread(read_feed, response)
        if feed.cut:
            log.warning("feed %s was not read to its end: only its first %d entries count", url, feeds.MAX_ENTRIES)
        if feed.full_text:
            self.full_text_feeds.append(url)
        self.sources["feed"] += 1
        own = [entry for entry in feed.entries if not anywhere and same_site(entry.url, response.url)]
        pages = [entry for entry in own or feed.entries if shape_of(entry.url).is_page]
        for entry in pages:
            self.finds.add(
                Found(
                    url=entry.url,
                    title=entry.title,
                    published=entry.published,
                    language=feed.language,
                    via="feed",
                    source=url,
                )
            )
        known = KnownShapes.of(entry.url for entry in pages)
        self.asker.note(url, families=known.families, patterns=known.patterns)
        self._learned.add_known(known.families, known.patterns)

    async def _take_sitemap(self, url: str, sitemap: Sitemap) -> None:
        self.sources["sitemap"] += 1
        for entry in sitemap.entries:
            if not same_site(entry.url, url) or self._wish.is_old(entry.modified, entry.published):
                continue
            if entry.title and entry.published:
                self._add_entry(url, entry, "news sitemap")
                known = KnownShapes.of([entry.url])
                self._learned.add_known(known.families, known.patterns)
            elif self._wish.takes_address(entry.url):
                self._entries.append((url, entry))

    def _add_entry(self, source: str, entry: Entry, via: str) -> None:
        self.finds.add(
            Found(
                url=self._in_language(entry),
                title=entry.title,
                published=entry.published,
                modified=entry.modified,
                language=entry.language,
                via="news sitemap" if via == "news sitemap" else "sitemap",
                source=source,
            )
        )

    def _in_language(self, entry: Entry) -> str:
        """Return the one of a page's addresses in several languages that is wanted."""
        by_language = {language[:2]: url for language, url in reversed(entry.alternates)}
        for language in (*self._wish.languages, self._language, "x-"):
            if language in by_language:
                return by_language[language]
        return entry.alternates[0][1] if entry.alternates else entry.url

    async def _parsed(self, response: Response, first: str) -> Listing:
        parsed = await self._parse(response, first)
        if isinstance(parsed, Listing):
            self.sources["listing"] += 1
            return parsed
        self.asker.forget(response.target.url)
        raise PageError("unreadable", f"{parsed.reason}: {parsed.detail}", response.url)

    async def _section(self, url: str) -> None:
        if not self.asker.is_new(url):
            return
        try:
            response = await self.asker.ask(url)
            if response:
                await self._list(url, await self._parsed(response, url))
        except PageError as error:
            log.debug("no list: %s", error)

    async def _list(self, first: str, listing: Listing) -> None:
        """Take the links of a list's first page, and of those that follow as long as they bring new articles."""
        self._add_anchors(listing)
        self._take_links(listing.url)
        pager = next(iter(listing.pagers), None)
        for number in range(2, MAX_PAGES_OF_LIST + 1):
            if self.finds.enough() or self._all_old(listing):
                return
            ways = [url for url in listing.next_pages if self.asker.is_new(url)]
            if pager and not ways:
                ways = [way for way in map(pager.address, (number - 1, number)) if self.asker.is_new(way)]
            following = await self._first_with_news(ways[:MAX_WAYS_ON], first)
            if following is None:
                return
            listing = following
            pager = next(iter(listing.pagers), pager)

    async def _first_with_news(self, urls: Sequence[str], first: str) -> Listing | None:
        """Return the first of these pages that names new articles, which are taken."""
        for url in urls:
            try:
                response = await self.asker.ask(url)
                if response is not None:
                    listing = await self._parsed(response, first)
                    self._add_anchors(listing)
                    if self._take_links(listing.url):
                        return listing
            except PageError as error:
                log.debug("the list does not go on: %s", error)
        return None

    def _all_old(self, listing: Listing) -> bool:
        dates = [anchor.date for anchor in listing.anchors if anchor.date]
        return bool(dates) and self._wish.is_old(*dates)

    def _add_anchors(self, listing: Listing) -> None:
        foreign = set(map(normalise, listing.alternates))
        self._anchors += [
            (listing.url, anchor)
            for anchor in listing.anchors
            if same_site(anchor.url, listing.url)
            and normalise(anchor.url) not in foreign
            and not (anchor.language and listing.language and anchor.language[:2] != listing.language)
            and "alternate" not in anchor.rel
        ]

    def _articles_of(self, listing: Listing) -> list[str]:
        links = links_of([anchor for page, anchor in self._anchors if page == listing.url])
        return [
            link.url for link, score in zip(links, scores(links, self._learned.shapes), strict=True) if score >= ARTICLE
        ]

    def _take_links(self, page: str) -> int:
        """Add the links of a page that look like articles; return how many were not known."""
        front = self._anchors[0][0] if self._anchors else ""
        # The front page's links are siblings for a page of few links.
        links = links_of([anchor for at, anchor in self._anchors if at in (front, page)])
        here = {normalise(anchor.url) for at, anchor in self._anchors if at == page}
        new = 0
        found = scores(links, self._learned.shapes)
        self._learned.add_likely(link.url for link, score in zip(links, found, strict=True) if score >= SURE)
        found = scores(links, self._learned.shapes)
        for link, score in zip(links, found, strict=True):
            shape = link.shape
            if score >= ARTICLE and normalise(link.url) in here and shape.is_page and not shape.repeats:
                new += self.finds.add(
                    Found(url=link.url, title=link.title or None, published=link.date, via="listing", source=page)
                )
        return new

    def _learn_from_looks(self) -> None:
        links = links_of([anchor for _, anchor in self._anchors])
        found = scores(links, self._learned.shapes)
        self._learned.add_likely(link.url for link, score in zip(links, found, strict=True) if score >= SURE)

    def _settle(self) -> None:
        """Decide about the sitemaps' pages, now that it is known how articles of this site look."""
        if not self._entries:
            return
        taken = article_entries([entry for _, entry in self._entries], self._learned.shapes)
        for (source, entry), takes in zip(self._entries, taken, strict=True):
            if takes:
                self._add_entry(source, entry, "sitemap")
        self._entries = []

    def _result(self, url: str) -> list[Found]:
        self._settle()
        if self.asker.ran_out:
            log.warning(
                "%s: stopped after as many requests as a site may take; there may be more (discover.max_requests)",
                origin_of(url),
            )
        return self.finds.wanted()


def _is_feed(response: Response) -> bool:
    head = response.body[:2000].lstrip(b"\xef\xbb\xbf")
    return _FEED_HEAD.match(head) is not None or (head.lstrip()[:1] == b"{" and b"jsonfeed.org" in head)


def _is_sitemap(response: Response) -> bool:
    head = response.body[:2000].lstrip(b"\xef\xbb\xbf")
    return _SITEMAP_HEAD.match(head) is not None or head.startswith((b"\x1f\x8b", b"http://", b"https://"))
