"""How much a link of a site looks like one to an article, judged by the site itself.

A link counts for what it is (address, words, place, date beside it) and for its siblings: the links whose addresses
have the same pattern, and those that stand in the same kind of place. What feeds and news sitemaps name is known to be
an article, so that their patterns count more than anything else.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from scraper.sources.anchors import Anchor
from scraper.sources.shapes import Shape, shape_of
from scraper.text import reading_words
from scraper.urls import normalise

ARTICLE = 0.5

# Fewer siblings are no evidence.
MIN_SIBLINGS = 3
MIN_KNOWN = 3

WEIGHTS: Mapping[str, float] = {
    "bias": -1.6,
    # the address
    "month": 2.0,
    "slug": 0.9,
    "long slug": 0.7,
    "number": 1.0,
    "listed": -5.0,
    "other": -4.5,
    "shallow": -1.2,
    "directory": -1.5,
    # the link
    "words": 1.6,
    "no words": -1.2,
    "heading": 1.2,
    "date": 1.5,
    "picture": 0.3,
    "price": -5.0,
    "twice": 0.4,
    "menu": -1.8,
    "foot": -2.4,
    "aside": -0.2,
    "main": 0.5,
    # siblings by place and by pattern, each -1 to 1
    "place words": 1.2,
    "pattern words": 2.0,
    "pattern dates": 0.8,
    "pattern menu": -1.2,
    # what is known of the site, -1 to 1
    "known": 4.0,
}


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """All anchors of one address taken together."""

    url: str
    text: str  # the longest
    anchors: tuple[Anchor, ...]
    shape: Shape

    @property
    def title(self) -> str:
        """The headline, as far as one of the anchors is one."""
        return next((anchor.text for anchor in self.anchors if anchor.heading and anchor.text), self.text)

    @property
    def date(self) -> datetime | None:
        """The date beside it."""
        return next((anchor.date for anchor in self.anchors if anchor.date), None)

    @property
    def everywhere_in(self) -> str:
        """The zone that all anchors stand in, "" where they stand in several."""
        zones = {anchor.zone for anchor in self.anchors}
        return zones.pop() if len(zones) == 1 else ""


class KnownShapes(msgspec.Struct, frozen=True):
    """How the addresses of known articles of a site look, each with its count."""

    patterns: Mapping[str, int] = {}
    families: Mapping[str, int] = {}
    trust: float = 1.0  # how sure it is that they are articles
    off: tuple[str, ...] = ()  # directories of videos, jobs, a shop
    about: frozenset[str] = frozenset()  # normalised addresses of pages about the site itself

    @classmethod
    def of(cls, urls: Iterable[str]) -> KnownShapes:
        """Return the shapes of the addresses of known articles."""
        shapes = [shape_of(url) for url in urls]
        return cls(Counter(shape.pattern for shape in shapes), Counter(shape.family for shape in shapes))

    def verdict(self, shape: Shape) -> float:
        """Return 1 for a pattern that known articles have, -1 for one that none of many has, else what is between."""
        return self.trust * self._verdict(shape, sum(self.families.values()))

    def _verdict(self, shape: Shape, total: int) -> float:
        if total < MIN_KNOWN:
            return 0.0
        if self.patterns.get(shape.pattern, 0) > 1 or self.families.get(shape.family, 0) > max(1, total // 20):
            return 0.4 if shape.listed and not self.patterns.get(shape.pattern) else 1.0
        return 0.5 if shape.family in self.families else -min(1.0, total / 20) / 2

    def is_off(self, url: str) -> bool:
        """Tell whether an address is known to be none of an article."""
        address = normalise(url)
        return address in self.about or (address.rstrip("/") + "/").startswith(self.off)


def links_of(anchors: Sequence[Anchor]) -> list[Link]:
    """Return one link for each address, in the order of their first anchors."""
    by_url: dict[str, list[Anchor]] = defaultdict(list)
    for anchor in anchors:
        by_url[normalise(anchor.url)].append(anchor)
    return [
        Link(
            url=group[0].url,
            text=max((anchor.text for anchor in group), key=lambda text: (reading_words(text), len(text))),
            anchors=tuple(group),
            shape=shape_of(group[0].url),
        )
        for group in by_url.values()
    ]


def scores(links: Sequence[Link], known: KnownShapes) -> list[float]:
    """Return for each link how likely it leads to an article, 0 to 1; a front page never is one."""
    rows = zip(links, features(links, known), strict=True)
    return [_probability(row) if link.shape.segments or "?" in link.url else 0.0 for link, row in rows]


def features(links: Sequence[Link], known: KnownShapes) -> list[dict[str, float]]:
    """Return what speaks for and against each link; the keys are those of :data:`WEIGHTS`."""
    directories = Counter(
        link.url.partition("//")[2].split("/", 1)[0] + "/" + "/".join(link.shape.segments[:depth])
        for link in links
        for depth in range(1, len(link.shape.segments))
    )
    places = _siblings((anchor.place, link) for link in links for anchor in link.anchors)
    patterns = _siblings((link.shape.pattern, link) for link in links)
    rows = []
    for link in links:
        shape = link.shape
        own = link.url.partition("//")[2].split("/", 1)[0] + "/" + "/".join(shape.segments)
        words = _worth(link.text)
        zone = link.everywhere_in
        around = [places[anchor.place] for anchor in link.anchors if anchor.place in places]
        alike = patterns.get(shape.pattern)
        rows.append(
            {
                "bias": 1.0,
                "month": float(shape.month),
                "slug": float(shape.slug_words >= 3),
                "long slug": float(shape.slug_words >= 5),
                "number": float(shape.digits >= 4),
                "listed": float(shape.listed or shape.paging or known.is_off(link.url)),
                "other": float(shape.other),
                "shallow": float(len(shape.segments) < 2 and shape.slug_words < 3 and shape.digits < 4),
                "directory": min(directories[own], 2) / 2,
                "words": max(0.0, words),
                "no words": max(0.0, -words),
                "heading": float(any(anchor.heading for anchor in link.anchors)),
                "date": float(link.date is not None),
                "picture": float(any(anchor.picture for anchor in link.anchors)),
                "price": float(any(anchor.price for anchor in link.anchors)),
                "twice": float(len({anchor.place for anchor in link.anchors}) > 1),
                "menu": float(zone == "menu"),
                "foot": float(zone == "foot"),
                "aside": float(zone == "aside"),
                "main": float(any(anchor.zone == "main" for anchor in link.anchors)),
                "place words": max((place.words for place in around), default=0.0),
                # Among videos or goods, siblings that look like articles are videos or goods, too.
                "pattern words": alike.words if alike and not shape.other else 0.0,
                "pattern dates": alike.dates if alike and not shape.other else 0.0,
                "pattern menu": alike.menu if alike else 0.0,
                "known": known.verdict(shape),
            }
        )
    return rows


class _Siblings(msgspec.Struct, frozen=True):
    words: float
    dates: float
    menu: float


def _siblings(pairs: Iterable[tuple[str, Link]]) -> dict[str, _Siblings]:
    groups: dict[str, dict[str, Link]] = defaultdict(dict)
    for key, link in pairs:
        groups[key][link.url] = link
    found = {}
    for key, group in groups.items():
        size = len(group)
        if size >= MIN_SIBLINGS:
            members = group.values()
            found[key] = _Siblings(
                words=sum(_worth(link.text) for link in members) / size,
                dates=sum(link.date is not None for link in members) / size,
                menu=sum(link.everywhere_in in ("menu", "foot") for link in members) / size,
            )
    return found


def _worth(text: str) -> float:
    """Return -1 for one word, 0 for three, 1 for a headline of eight or more."""
    words = reading_words(text)
    return max(-1.0, (words - 3) / 2) if words < 3 else min(1.0, (words - 3) / 5)


def _probability(row: Mapping[str, float]) -> float:
    return 1 / (1 + math.exp(-sum(WEIGHTS[name] * value for name, value in row.items())))
