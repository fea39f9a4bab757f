"""What a site itself shows of how the addresses of its articles look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from scraper.sources.link_score import MIN_KNOWN, KnownShapes, Link, links_of
from scraper.sources.listings import Listing
from scraper.sources.shapes import NOT_ARTICLES, shape_of
from scraper.text import reading_words
from scraper.urls import normalise

# How much what was learned from the looks of links alone counts, beside what feeds and news sitemaps say.
OWN_TRUST = 0.4
HEADLINE_WORDS = 4
LONG_NAME_WORDS = 3  # in the address of a page about the site that looks like an article's


def _about_site(footer: Iterable[Link]) -> set[str]:
    """Return the addresses in a footer that stand in one list with the imprint, as far as their names are long."""
    links = list(footer)
    named = (link for link in links if link.shape.listed or link.text.lower() in NOT_ARTICLES)
    places = {anchor.place for link in named for anchor in link.anchors}
    return {
        normalise(link.url)
        for link in links
        if link.shape.slug_words >= LONG_NAME_WORDS and not link.date and not link.shape.month
        if any(anchor.place in places for anchor in link.anchors)
    }


class Learned:
    """Grows while a site is read."""

    def __init__(self) -> None:
        self._families: Counter[str] = Counter()
        self._patterns: Counter[str] = Counter()
        self._off: dict[str, None] = {}
        self._about: set[str] = set()
        self._sure = False

    def add_known(self, families: Mapping[str, int], patterns: Mapping[str, int]) -> None:
        """Take in what a feed or a news sitemap says; what was only learned from links no longer counts."""
        if not self._sure:
            self._families.clear()
            self._patterns.clear()
        self._families.update(families)
        self._patterns.update(patterns)
        self._sure = sum(self._families.values()) >= MIN_KNOWN

    def add_likely(self, urls: Iterable[str]) -> None:
        """Take in the links that look most like articles, as long as nothing better is known."""
        if not self._sure:
            likely = KnownShapes.of(url for url in urls if not shape_of(url).listed)
            self._families.update(likely.families)
            self._patterns.update(likely.patterns)

    def add_menu(self, listing: Listing) -> None:
        """Learn from a page which directories hold videos, jobs or a shop, where addresses do not say so.

        A menu names them. In a footer, what stands in one list with the imprint is about the site as well, however long
        its name is.
        """
        links = [link for link in links_of(listing.anchors) if link.shape.segments]
        headlines = sum(link.everywhere_in != "foot" and reading_words(link.text) >= HEADLINE_WORDS for link in links)
        for link in links:
            if link.everywhere_in in ("menu", "foot") and link.text.lower() in NOT_ARTICLES:
                self._off[normalise(link.url).rstrip("/") + "/"] = None
        if headlines >= MIN_KNOWN:  # where all is called a footer, nothing is one
            self._about.update(_about_site(link for link in links if link.everywhere_in == "foot"))

    @property
    def shapes(self) -> KnownShapes:
        """What is known so far."""
        trust = 1.0 if self._sure else OWN_TRUST
        return KnownShapes(self._patterns, self._families, trust, tuple(self._off), frozenset(self._about))
