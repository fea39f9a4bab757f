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
from scraper.sources.languages import LANGUAGES
from scraper.sources.link_score import KnownShapes
from scraper.sources.list_search import ListSearch
from scraper.sources.listings import Listing
from scraper.sources.search import NEWEST, Parse, Search
from scraper.sources.sections import sections
from scraper.sources.sitemap_score import article_entries
from scraper.sources.sitemap_tree import NoBranchError, SitemapTree
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
BROWSER_HINT = 'run it in a browser, with --render auto or with render = "auto" among the settings of fetch'

# Not at the very beginning: servers put their warnings before it, and declarations stand there.
HEAD_BYTES = 4000
_FEED_HEAD = re.compile(rb"<(?:rss|feed|(?:\w+:)?RDF)[\s>]")
_SITEMAP_HEAD = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]")
_PAGE_HEAD = re.compile(rb"<(?:html|head|body)[\s>]", re.IGNORECASE)
_ROOT = re.compile(
    r"/?(?P<language>[a-z]{2})?(?:[-_][a-z]{2,4})?/?(?:(?:index|default|home)\.[a-z]{3,5})?", re.IGNORECASE
)


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
        self._fronts: dict[str, str] = {}  # language by address of the front pages that are not the site's root
        self._below = ""  # how the addresses of what is wanted begin, where a site has its languages apart

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
        except PageError as error:
            if isinstance(error, (NoAnswer, NoBranchError)) or error.reason == "damaged":
                raise
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
        kinds = ("feed", "sitemap", "section", "covered", "newest", "below")
        leads: dict[str, list[str]] = {kind: [] for kind in kinds}
        for lead in before.leads if before else ():
            leads[lead.kind].append(lead.url)
        is_root = _is_root(response.url if response else url)
        guess = is_root and before is None  # later the front page says what is new
        listing = await self._lists.parsed(response, url) if response else None
        if listing and (other := self._in_wanted_language(listing)) and await self._of_other(other):
            search.asker.forget(url)  # it is read each time, since only it says where to go
            return
        front = self._look_at_front(listing) if listing else []
        if listing:
            leads["below"] = [below] if (below := _below(listing.url, front)) else []
        self._below = "".join(leads["below"])
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
        if leads["feed"] or leads["sitemap"]:
            search.shells.clear()  # the site can be read without
        if listing and search.newest:
            leads["newest"] = [listing.url] if self._shows_newest(listing) and not leads["section"] else []
        every = tuple(Lead(kind, lead) for kind, urls in leads.items() for lead in urls)
        search.asker.note(url, leads=every)
        search.asker.note_look(url, self._now)
        search.forget_if_spent(url)

    def _look_at_front(self, listing: Listing) -> list[str]:
        """Learn from the page that was named; return the addresses of the articles that it links to."""
        self.search.language = listing.language
        fronts = ((link, language[:2]) for language, link in listing.alternates)
        self._fronts = {link: language for link, language in fronts if urlsplit(link).path.strip("/")}
        self.search.learned.add_menu(listing)
        return self._lists.look_at(listing)

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

    async def _of_other(self, url: str) -> bool:
        """Read a site from its front page in another language; return whether there is one."""
        try:
            response = await self.search.asker.ask(url)
        except PageError as error:
            log.info("no page in the language that is asked for: %s", error)
            return False
        await self._of_site(url, response)
        return True

    def _in_wanted_language(self, listing: Listing) -> str | None:
        """Return the same page in a language that is asked for, where this one is in another."""
        wanted = self.search.wish.languages
        if not wanted or not listing.language or listing.language in wanted:
            return None
        for language in wanted:
            for stated, url in listing.alternates:
                if stated[:2] == language and same_site(url, listing.url) and self.search.asker.is_new(url):
                    return url
        return None

    async def _take_sitemap(self, url: str, sitemap: Sitemap) -> None:
        self.search.read["sitemap"] += 1
        wish = self.search.wish
        news = [(entry.published, entry.url) for entry in sitemap.entries if entry.title and entry.published]
        self.search.newest += [newest for _, newest in sorted(news, reverse=True)[:NEWEST]]
        for entry in sitemap.entries:
            if not same_site(entry.url, url) or wish.is_old(entry.modified, entry.published):
                continue
            if self._below and not self._in_language(entry).startswith(self._below):
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
                language=entry.language or self._language_below(entry.url),
                via="news sitemap" if entry.title else "sitemap",
                source=source,
            )
        )

    def _language_below(self, url: str) -> str | None:
        """Return the language of the front page that an address lies below."""
        below = (language for front, language in self._fronts.items() if url.startswith(front.rstrip("/") + "/"))
        return next(below, None)

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
        found = self.search.finds.wanted()
        if self.search.shells and not found:
            log.warning("%s: needs_js: only a script makes its links; %s", self.search.shells[0], BROWSER_HINT)
        return found


def _is_root(url: str) -> bool:
    """Tell whether an address is a site's front page, or that of one of its languages."""
    found = _ROOT.fullmatch(urlsplit(url).path or "/")
    return found is not None and (found["language"] or "en").lower() in LANGUAGES


def _below(url: str, front: Sequence[str]) -> str:
    """Return the beginning of the addresses of a front page in one language, if its articles have it in common."""
    path = urlsplit(url).path
    if not (_is_root(url) and path.strip("/") and path.endswith("/")) or not front:
        return ""
    prefix = origin_of(url) + path
    return prefix if 2 * sum(link.startswith(prefix) for link in front) > len(front) else ""


def _is_feed(response: Response) -> bool:
    head = _head(response)
    return _FEED_HEAD.search(head) is not None or (head.lstrip()[:1] == b"{" and b"jsonfeed.org" in head)


def _is_sitemap(response: Response) -> bool:
    head = _head(response)
    return _SITEMAP_HEAD.search(head) is not None or head.startswith((b"\x1f\x8b", b"http://", b"https://"))


def _head(response: Response) -> bytes:
    """Return the beginning of a document, empty for a page; UTF-16 as if it were ASCII."""
    head = response.body[:HEAD_BYTES].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return b"" if _PAGE_HEAD.search(head) else head
