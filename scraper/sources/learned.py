"""What a site itself shows of how the addresses of its articles look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from scraper.sources.link_score import MIN_KNOWN, KnownShapes, links_of
from scraper.sources.listings import Listing
from scraper.sources.shapes import NOT_ARTICLES
from scraper.urls import normalise

# How much what was learned from the looks of links alone counts, beside what feeds and news sitemaps say.
OWN_TRUST = 0.4


class Learned:
    """Grows while a site is read."""

    def __init__(self) -> None:
        self._families: Counter[str] = Counter()
        self._patterns: Counter[str] = Counter()
        self._off: dict[str, None] = {}
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
            likely = KnownShapes.of(urls)
            self._families.update(likely.families)
            self._patterns.update(likely.patterns)

    def add_menu(self, listing: Listing) -> None:
        """Learn from a menu which directories hold videos, jobs or a shop, where addresses do not say so."""
        for link in links_of(listing.anchors):
            if link.everywhere_in in ("menu", "foot") and link.text.lower() in NOT_ARTICLES and link.shape.segments:
                self._off[normalise(link.url).rstrip("/") + "/"] = None

    @property
    def shapes(self) -> KnownShapes:
        """What is known so far."""
        return KnownShapes(self._patterns, self._families, 1.0 if self._sure else OWN_TRUST, tuple(self._off))
