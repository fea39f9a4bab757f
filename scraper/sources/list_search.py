"""Read the pages of a site that list articles, and follow their lists as long as they bring new ones."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from scraper.errors import PageError
from scraper.records import Response
from scraper.sources.anchors import Anchor
from scraper.sources.found import Found
from scraper.sources.languages import LANGUAGES, reads_as
from scraper.sources.link_score import ARTICLE, Link, links_of, scores
from scraper.sources.listings import Listing
from scraper.sources.search import Search
from scraper.urls import normalise, same_site

log = logging.getLogger("scraper")

# A list that goes on longer is an archive of years, or a trap.
MAX_PAGES_OF_LIST = 50
# Addresses of a next page that are tried: the likeliest one is sometimes the page itself under another name.
MAX_WAYS_ON = 2
# Links that are this likely articles show how addresses of articles look where no feed does.
SURE = 0.85


class ListSearch:
    """The lists of one site."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._anchors: dict[str, list[Anchor]] = {}  # by page, the front page first
        self._languages: dict[str, str] = {}

    async def parsed(self, response: Response, first: str) -> Listing:
        """Return what a page lists; raise :class:`PageError` where it is no page."""
        parsed = await self._search.parse(response, first)
        if isinstance(parsed, Listing):
            self._search.read["listing"] += 1
            if parsed.needs_js:
                self._search.shells.append(parsed.url)
            if parsed.needs_js or parsed.rendered:  # what its scripts show changes though the page does not
                self._search.asker.note(response.target.url, etag=None, last_modified=None, digest="")
            return parsed
        self._search.asker.forget(response.target.url)
        raise PageError("unreadable", f"{parsed.reason}: {parsed.detail}", response.url)

    def look_at(self, listing: Listing) -> list[str]:
        """Learn from a page how articles look; return the addresses of those that it links to."""
        self._add(listing)
        links = links_of(self._anchors[listing.url])
        found = scores(links, self._search.learned.shapes)
        self._search.learned.add_likely(link.url for link, score in zip(links, found, strict=True) if score >= SURE)
        return [link.url for link, score in self._scored(listing.url) if score >= ARTICLE]

    def take_links(self, page: str) -> int:
        """Take in the links of a page that look like articles; return how many are new."""
        new = 0
        for link, score in self._scored(page):
            if score >= ARTICLE and link.shape.is_page and not link.shape.repeats:
                found = Found(
                    url=link.url,
                    title=link.title or None,
                    published=link.date,
                    language=language_of(link, self._languages.get(page, "")),
                    via="listing",
                    source=page,
                )
                new += self._search.finds.add(found)
        return new

    async def follow(self, first: str, listing: Listing) -> None:
        """Take in the links of a list's first page, and of those that follow as long as they bring new articles."""
        self.look_at(listing)
        self.take_links(listing.url)
        pager = next(iter(listing.pagers), None)
        for number in range(2, MAX_PAGES_OF_LIST + 1):
            if self._search.over() or self._all_old(listing):
                self._search.forget_if_spent(first)
                return
            ways = [url for url in listing.next_pages if self._search.asker.is_new(url)]
            if pager and not ways:
                ways = [way for way in pager.addresses(number) if self._search.asker.is_new(way)]
            following = await self._first_with_news(ways[:MAX_WAYS_ON], first)
            if following is None:
                return
            listing = following
            pager = next(iter(listing.pagers), pager)
        log.warning("%s: the list was followed over %d pages; there may be more", first, MAX_PAGES_OF_LIST)

    async def section(self, url: str) -> None:
        """Follow the list of a section, if it is one."""
        if not self._search.asker.is_new(url):
            return
        try:
            response = await self._search.asker.ask(url)
            if response:
                await self.follow(url, await self.parsed(response, url))
        except PageError as error:
            log.debug("no list: %s", error)

    async def _first_with_news(self, urls: Sequence[str], first: str) -> Listing | None:
        """Return the first of these pages that names new articles, which are taken in."""
        for url in urls:
            try:
                response = await self._search.asker.ask(url)
                if response is not None:
                    listing = await self.parsed(response, first)
                    self.look_at(listing)
                    if self.take_links(listing.url):
                        return listing
            except PageError as error:
                log.debug("the list does not go on: %s", error)
        return None

    def _scored(self, page: str) -> list[tuple[Link, float]]:
        front = next(iter(self._anchors), page)
        # The front page's links are siblings for a page of few links.
        links = links_of(self._anchors[front] + (self._anchors[page] if page != front else []))
        here = {normalise(anchor.url) for anchor in self._anchors[page]}
        found = zip(links, scores(links, self._search.learned.shapes), strict=True)
        return [(link, score) for link, score in found if normalise(link.url) in here]

    def _all_old(self, listing: Listing) -> bool:
        dates = [anchor.date for anchor in listing.anchors if anchor.date]
        return bool(dates) and self._search.wish.is_old(*dates)

    def _add(self, listing: Listing) -> None:
        foreign = {normalise(url) for _, url in listing.alternates}
        self._languages[listing.url] = listing.language
        self._anchors[listing.url] = [
            anchor
            for anchor in listing.anchors
            if same_site(anchor.url, listing.url)
            and normalise(anchor.url) not in foreign
            and not (anchor.language and listing.language and anchor.language[:2] != listing.language)
            and "alternate" not in anchor.rel
        ]


def language_of(link: Link, listed_in: str) -> str | None:
    """Return the language of what a link leads to: as the link says, or that of the page that lists it.

    Not the latter where the address or the script of the headline is another language's: what a page's mark-up says of
    itself is often what its template was made with.
    """
    stated = next((anchor.language[:2] for anchor in link.anchors if anchor.language), "")
    if stated or not listed_in:
        return stated or None
    named = {segment.lower() for segment in link.shape.segments} & LANGUAGES
    if named and listed_in not in named:
        return named.pop() if len(named) == 1 else None
    return listed_in if reads_as(link.title, listed_in) else None
