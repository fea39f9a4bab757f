"""Find the articles of a site: its feeds, its sitemaps, and the pages that list what is new."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from scraper.errors import PageError
from scraper.records import Response
from scraper.sources.asking import Asker, Fetch, Forgetful, Lead, Memory, NoAnswer, Remembered
from scraper.sources.feed_search import feeds_of_site, take_feed
from scraper.sources.found import Finds, Found, Wish
from scraper.sources.link_score import KnownShapes
from scraper.sources.list_search import ListSearch
from scraper.sources.listings import Listing
from scraper.sources.search import NEWEST, Parse, Search
from scraper.sources.sections import sections
from scraper.sources.sitemap_score import article_entries
from scraper.sources.sitemap_tree import SitemapTree
from scraper.sources.sitemaps import Entry, Sitemap
from scraper.sources.twins import twin_key
from scraper.urls import origin_of, same_site

log = logging.getLogger("scraper")

MAX_SECTIONS = 40
# A front page that did not change, and that shows what is new, stands for the whole site so long. Then all is asked for
# again: it may be one that nobody takes care of any more.
STANDS_FOR_ALL = timedelta(days=7)
# With so many of the front page's articles in feeds and sitemaps, these name all there are.
COVERED = 0.95

_FEED_HEAD = re.compile(
    rb"\s*(?:<\?[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<(?:rss|feed|(?:\w+:)?RDF)\b", re.DOTALL
)
_SITEMAP_HEAD = re.compile(rb"\s*(?:<\?[^>]*>\s*|<!--.*?-->\s*)*<(?:\w+:)?(?:urlset|sitemapindex)\b", re.DOTALL)
_LANGUAGE_ROOT = re.compile(r"/(?:[a-z]{2}(?:-[a-z]{2,4})?/?)?(?:(?:index|default|home)\.[a-z]{3,5})?", re.IGNORECASE)


class Discovery:
    """Looks for articles at one address. :attr:`search` tells afterwards what was read and is to be remembered."""

    def __init__(
        self, fetch: Fetch, parse: Parse, wish: Wish, now: datetime, max_requests: int, memory: Memory | None = None
    ) -> None:
        asker = Asker(fetch, memory or Forgetful(), "discover", max_requests)
        self.search = Search(asker, parse, wish, Finds(wish, now))
        self._now = now
        self._lists = ListSearch(self.search)
        self._tree = SitemapTree(self.search, self._take_sitemap)
        self._entries: list[tuple[str, Entry]] = []  # of sitemaps that say nothing but addresses

    async def site(self, url: str) -> list[Found]:
        """Return the links that a site offers, or that a single feed, sitemap or section offers if ``url`` is one.

        Raises :class:`PageError` where ``url`` cannot be read.
        """
        if "sitemap" in urlsplit(url).path.lower() and await self._is_tree(url):
            return self._result(url)
        try:
            response = await self.search.asker.ask(url)
        except NoAnswer as error:
            if error.why != "too_large":
                raise
            self.search.asker.take_back(url)
            await self._tree.must_read(url)  # sitemaps may be larger than pages
            return self._result(url)
        if response is not None and _is_feed(response):
            await take_feed(self.search, url, response, anywhere=True)
        elif response is not None and _is_sitemap(response):
            await self._tree.take(url, response)
        else:
            await self._of_site(url, response)
        return self._result(url)

    async def _is_tree(self, url: str) -> bool:
        """Read what is called a sitemap as one, since those may be larger than pages; return whether it was one."""
        try:
            await self._tree.must_read(url)
        except NoAnswer:
            raise
        except PageError:
            self.search.asker.take_back(url)
            return False
        return True

    async def feed(self, url: str) -> list[Found]:
        """Return the links of a feed, wherever they lead; raise :class:`PageError` where there is none."""
        response = await self.search.asker.ask(url)
        if response:
            await take_feed(self.search, url, response, anywhere=True)
        return self._result(url)

    async def sitemap(self, url: str) -> list[Found]:
        """Return the links of a sitemap and those below it; raise :class:`PageError` where there is none."""
        await self._tree.must_read(url)
        return self._result(url)

    async def listing(self, url: str) -> list[Found]:
        """Return the links of a page and of the pages on which its list goes on; raise :class:`PageError`."""
        response = await self.search.asker.ask(url)
        if response:
            await self._lists.follow(url, await self._lists.parsed(response, url))
        return self._result(url)

    async def _of_site(self, url: str, response: Response | None) -> None:
        """Read feeds, sitemaps and lists, in this order; the lists only as far as the others do not name all."""
        search = self.search
        before = search.asker.before(url)
        if response is None and before and self._stands_for_all(before):
            return
        leads: dict[str, list[str]] = {kind: [] for kind in ("feed", "sitemap", "section", "covered", "newest")}
        for lead in before.leads if before else ():
            leads[lead.kind].append(lead.url)
        is_root = _LANGUAGE_ROOT.fullmatch(urlsplit(response.url if response else url).path or "/") is not None
        guess = is_root and before is None  # later the front page says what is new
        listing = await self._lists.parsed(response, url) if response else None
        front: list[str] = []
        if listing:
            search.language = listing.language
            search.learned.add_menu(listing)
            front = self._lists.look_at(listing)
        named = [*(listing.feeds if listing else ()), *leads["feed"]]
        leads["feed"] = await feeds_of_site(search, url, named, guess=guess)
        if is_root and not search.over():
            leads["sitemap"] = await self._tree.of_site(listing.url if listing else url, leads["sitemap"], guess=guess)
        if listing and not search.over():
            if not leads["covered"] and self._covers(front):
                leads["covered"] = [listing.url]
            leads["section"] = await self._lists_of(url, listing, front, search_all=not leads["covered"])
        wanted, leads["section"] = leads["section"] if is_root else [], []
        for section in wanted:
            if not search.over():
                await self._lists.section(section)
                leads["section"].append(section)
        if listing and search.newest:
            leads["newest"] = [listing.url] if self._shows_newest(listing) and not leads["section"] else []
        every = tuple(Lead(kind, lead) for kind, urls in leads.items() for lead in urls)
        search.asker.note(url, leads=every)
        search.asker.note_look(url, self._now)
        search.forget_if_spent(url)

    def _stands_for_all(self, front: Remembered) -> bool:
        """Tell whether nothing of a site can be new, since its front page did not change."""
        shows = any(lead.kind == "newest" for lead in front.leads)
        return shows and front.looked_at is not None and self._now - front.looked_at < STANDS_FOR_ALL

    def _shows_newest(self, listing: Listing) -> bool:
        """Tell whether a front page links to all that feeds and news sitemaps name as their newest."""
        shown = {twin_key(anchor.url) for anchor in listing.anchors}
        return bool(self.search.newest) and all(twin_key(url) in shown for url in self.search.newest)

    def _covers(self, front: Sequence[str]) -> bool:
        """Tell whether the sitemaps name what the front page does."""
        self._settle()
        known = sum(link in self.search.finds for link in front)
        return bool(self.search.read["sitemap"] and front and known >= COVERED * len(front))

    async def _lists_of(self, url: str, listing: Listing, front: Sequence[str], *, search_all: bool) -> list[str]:
        if not search_all:
            self._lists.take_links(listing.url)
            return []
        await self._lists.follow(url, listing)
        return sections(listing, front, self.search.wish)[:MAX_SECTIONS]

    async def _take_sitemap(self, url: str, sitemap: Sitemap) -> None:
        self.search.read["sitemap"] += 1
        wish = self.search.wish
        news = [(entry.published, entry.url) for entry in sitemap.entries if entry.title and entry.published]
        self.search.newest += [newest for _, newest in sorted(news, reverse=True)[:NEWEST]]
        for entry in sitemap.entries:
            if not same_site(entry.url, url) or wish.is_old(entry.modified, entry.published):
                continue
            if entry.title and entry.published:
                self._add_entry(url, entry)
                known = KnownShapes.of([entry.url])
                self.search.learned.add_known(known.families, known.patterns)
                self.search.links += 1
            elif wish.takes_address(entry.url):
                self._entries.append((url, entry))
                self.search.links += 1

    def _add_entry(self, source: str, entry: Entry) -> None:
        self.search.finds.add(
            Found(
                url=self._in_language(entry),
                title=entry.title,
                published=entry.published,
                modified=entry.modified,
                language=entry.language,
                via="news sitemap" if entry.title else "sitemap",
                source=source,
            )
        )

    def _in_language(self, entry: Entry) -> str:
        """Return the one of a page's addresses in several languages that is wanted."""
        by_language = {language[:2]: url for language, url in reversed(entry.alternates)}
        for language in (*self.search.wish.languages, self.search.language, "x-"):
            if language in by_language:
                return by_language[language]
        return entry.alternates[0][1] if entry.alternates else entry.url

    def _settle(self) -> None:
        """Decide about the sitemaps' pages, now that it is known how articles of this site look."""
        if self._entries:
            taken = article_entries([entry for _, entry in self._entries], self.search.learned.shapes)
            for (source, entry), takes in zip(self._entries, taken, strict=True):
                if takes:
                    self._add_entry(source, entry)
            self._entries = []

    def _result(self, url: str) -> list[Found]:
        self._settle()
        if self.search.spent:
            log.warning("%s: stopped %s", origin_of(url), self.search.spent)
        return self.search.finds.wanted()


def _is_feed(response: Response) -> bool:
    head = response.body[:2000].lstrip(b"\xef\xbb\xbf")
    return _FEED_HEAD.match(head) is not None or (head.lstrip()[:1] == b"{" and b"jsonfeed.org" in head)


def _is_sitemap(response: Response) -> bool:
    head = response.body[:2000].lstrip(b"\xef\xbb\xbf")
    return _SITEMAP_HEAD.match(head) is not None or head.startswith((b"\x1f\x8b", b"http://", b"https://"))
