"""The links of a page: what they are called, where they stand, and what stands beside them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Literal

import msgspec

from scraper.records import Document
from scraper.urls import resolve

ReadDate = Callable[[str], datetime | None]
Zone = Literal["menu", "foot", "aside", "main", ""]

MAX_LINKS = 5000
MAX_TEXT_CHARS = 300
# What a list shows of one story: a picture, a headline, a teaser, a topic, an author. More links are several stories.
MAX_CARD_LINKS = 4
MAX_CARD_LEVELS = 6
_MAX_DATE_CHARS = 60
_DATE_LIKE = re.compile(r"\d{4}|\d\s?[-/.]\s?\d")
_CURRENCY = r"(?:[$€£¥₹₽₩₺฿]|USD|EUR|руб\.?|円|元|kr\.?|zł|Kč|Ft)"
_PRICE = re.compile(rf"^\W*{_CURRENCY}\s?[\d.,\s]+\W*$|^\W*\d[\d.,\s]*{_CURRENCY}\W*$|{_CURRENCY}\s?\d+[.,]\d\d\b")
_TOKEN = re.compile(r"[a-z]+")
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_ZONES: dict[str, Zone] = {
    **dict.fromkeys("nav navbar navigation menu menubar breadcrumb breadcrumbs header masthead topbar".split(), "menu"),
    **dict.fromkeys("footer foot contentinfo colophon".split(), "foot"),
    **dict.fromkeys("aside sidebar complementary rail".split(), "aside"),
    **dict.fromkeys("main article".split(), "main"),
}  # fmt: skip
_SKIPPED = frozenset("script style noscript template svg".split())
_INLINE = frozenset("b i em strong mark u font sup sub wbr small".split())  # part of a word at times


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """One link of a page."""

    url: str  # absolute
    text: str  # white space folded
    zone: Zone  # of the page, as its mark-up names it
    place: str  # tags and classes of the elements around it: the same for the links of one list
    heading: bool  # is a heading, or stands in one
    picture: bool
    date: datetime | None  # that stands beside it
    price: bool  # a sum of money stands beside it
    rel: str
    language: str  # hreflang


def anchors(document: Document, read_date: ReadDate) -> list[Anchor]:
    """Return the links of a page in its order."""
    page = _Flat(document.tree)
    dates = _dates(page, read_date)
    prices = [at for at, element in enumerate(page.elements) if _has_price(element)]
    found = []
    for at in page.links[:MAX_LINKS]:
        element = page.elements[at]
        url = resolve(document.base_url, element.get("href").strip())
        if not url:
            continue
        card = page.card(at)
        heading = page.heading(at)
        text = _text(element)
        found.append(
            Anchor(
                url=url.partition("#")[0],
                text=text or (element.get("title") or "").strip()[:MAX_TEXT_CHARS],
                zone=page.zone(at),
                place=page.place(at),
                heading=heading,
                picture=page.has(at, "img"),
                date=_within(dates, card, page.ends[card]),
                price=_any_within(prices, card, page.ends[card]),
                rel=(element.get("rel") or "").lower(),
                language=(element.get("hreflang") or "").lower(),
            )
        )
    return found


class _Flat:
    """The elements of a tree in document order, each with the end of its subtree."""

    def __init__(self, tree: Any) -> None:
        self.elements = [element for element in tree.iter() if isinstance(element.tag, str)]
        index = {element: at for at, element in enumerate(self.elements)}
        self.parents = [index.get(element.getparent(), -1) for element in self.elements]
        self.ends = list(range(1, len(self.elements) + 1))
        for at in range(len(self.elements) - 1, 0, -1):
            parent = self.parents[at]
            self.ends[parent] = max(self.ends[parent], self.ends[at])
        self.links = [at for at, element in enumerate(self.elements) if element.tag == "a" and element.get("href")]
        self._marks = [_marks(element) for element in self.elements]

    def up(self, at: int) -> Iterator[int]:
        """Yield the elements around one, the nearest first."""
        while (at := self.parents[at]) >= 0:
            yield at

    def has(self, at: int, tag: str) -> bool:
        return any(self.elements[inner].tag == tag for inner in range(at, self.ends[at]))

    def heading(self, at: int) -> bool:
        inside = any(self.elements[inner].tag in _HEADINGS for inner in range(at, self.ends[at]))
        return inside or any(self.elements[outer].tag in _HEADINGS for outer in islice(self.up(at), 3))

    def zone(self, at: int) -> Zone:
        """Return the nearest zone around a link; one that holds headings with links is no menu."""
        for outer in self.up(at):
            tag, marks = self._marks[outer]
            for mark in (tag, *marks):
                zone = _ZONES.get(mark)
                if zone and tag not in ("body", "html"):
                    return zone
        return ""

    def place(self, at: int) -> str:
        steps = [at, *islice(self.up(at), 4)]
        return ">".join(
            f"{tag}.{'.'.join(marks[:3])}" for tag, marks in (self._marks[step] for step in reversed(steps))
        )

    def card(self, at: int) -> int:
        """Return the largest element around a link that is about one story."""
        card = at
        for outer in islice(self.up(at), MAX_CARD_LEVELS):
            if self.elements[outer].tag in ("body", "html", "main", "ul", "ol", "tbody", "table"):
                break
            first = bisect_left(self.links, outer)
            last = bisect_left(self.links, self.ends[outer])
            inside = [self.elements[link] for link in self.links[first : min(last, first + 40)]]
            if len({link.get("href").partition("#")[0] for link in inside}) > MAX_CARD_LINKS or last - first > 12:
                break
            if sum(self.elements[inner].tag in _HEADINGS for inner in range(outer, self.ends[outer])) > 1:
                break
            card = outer
        return card


def _marks(element: Any) -> tuple[str, tuple[str, ...]]:
    names = f"{element.get('role') or ''} {element.get('class') or ''} {element.get('id') or ''}"[:200].lower()
    return element.tag, tuple(dict.fromkeys(_TOKEN.findall(names)))


def _text(element: Any) -> str:
    """Return the headline in a link, or else all of its text, white space folded."""
    heading = next((inner for inner in element.iter(*_HEADINGS)), element)
    parts: list[str] = []
    length = 0
    stack: list[Any] = [heading]
    while stack and length < 4 * MAX_TEXT_CHARS:
        node = stack.pop()
        if isinstance(node, str):
            parts.append(node)
            length += len(node)
        elif node.tag not in _SKIPPED and isinstance(node.tag, str):
            gap = "" if node.tag in _INLINE else " "
            stack.append(gap)
            for child in reversed(node):
                stack += [child.tail or "", child]
            stack += [node.text or "", gap]
    return " ".join("".join(parts).split())[:MAX_TEXT_CHARS]


def _dates(page: _Flat, read_date: ReadDate) -> list[tuple[int, datetime]]:
    """Return the dates in the short texts of a page, each with the place of the element that it stands in."""
    found = []
    for at, element in enumerate(page.elements):
        if element.tag in _SKIPPED:
            continue
        stated = element.get("datetime") if element.tag == "time" else None
        moment = _date_in(stated, read_date) or _date_in(element.text, read_date)
        if moment:
            found.append((at, moment))
        after = _date_in(element.tail, read_date)
        if after:
            found.append((page.ends[at] - 1, after))
    return sorted(found)


def _date_in(text: str | None, read_date: ReadDate) -> datetime | None:
    if not text or not _DATE_LIKE.search(text[: 4 * _MAX_DATE_CHARS]):
        return None
    text = " ".join(text.split())
    return read_date(text) if len(text) <= _MAX_DATE_CHARS else None


def _has_price(element: Any) -> bool:
    # In two digits after the point, or alone: a headline may name a sum.
    texts = (element.text, element.tail)
    return any(text and len(text) <= _MAX_DATE_CHARS and _PRICE.search(text) for text in texts)


def _any_within(places: list[int], start: int, end: int) -> bool:
    first = bisect_left(places, start)
    return first < len(places) and places[first] < end


def _within(dates: list[tuple[int, datetime]], start: int, end: int) -> datetime | None:
    first = bisect_left(dates, start, key=lambda date: date[0])
    return dates[first][1] if first < len(dates) and dates[first][0] < end else None
