"""The links that were found, and which of them are wanted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Literal

import msgspec

from scraper.errors import ConfigError
from scraper.records import Target
from scraper.sources.shapes import shape_of
from scraper.sources.twins import plainness, twin_key

_AGO = re.compile(r"(\d{1,6})\s*([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}

Via = Literal["feed", "news sitemap", "sitemap", "listing"]

# Clocks and time zones are wrong by hours; what is dated further ahead has no known date.
FUTURE = timedelta(days=1)
LAST_SECOND = timedelta(hours=23, minutes=59, seconds=59)  # of a day
FIRST_YEAR = 1990


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A link to an article. What is not known is ``None``."""

    url: str
    title: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    language: str | None = None
    via: Via
    source: str  # address of the feed, the sitemap or the page that names it

    @property
    def moment(self) -> datetime | None:
        """When it was published or, where that is not known, changed."""
        return self.published or self.modified

    def target(self, source: str) -> Target:
        """Return what to fetch."""
        return Target(url=self.url, source=source, title=self.title, published=self.published, modified=self.modified)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Which links are wanted."""

    since: datetime | None = None
    most: int = 0  # the newest so many; 0: all
    include: tuple[str, ...] = ()  # parts of addresses, * stands for anything
    exclude: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    def takes(self, found: Found) -> bool:
        """Tell whether a link is wanted; what is not known of it does not count against it."""
        if self.is_old(found.moment):
            return False
        if self.languages and found.language and found.language not in self.languages:
            return False
        return self.takes_address(found.url)

    def takes_address(self, url: str) -> bool:
        """Tell whether an address is wanted."""
        if self.include and not any(_holds(url, part) for part in self.include):
            return False
        return not any(_holds(url, part) for part in self.exclude)

    def is_old(self, *moments: datetime | None) -> bool:
        """Tell whether the newest of what is known lies before :attr:`since`."""
        known = [_latest(moment) for moment in moments if moment]
        return bool(self.since and known and max(known) < self.since)


def _latest(moment: datetime) -> datetime:
    """Return the end of a day where only the day is known: feeds and sitemaps give it as its first second."""
    return moment + LAST_SECOND if moment.time() == time() else moment


class Finds:
    """All links that were found, each page once."""

    def __init__(self, wish: Wish, now: datetime) -> None:
        self._wish = wish
        self._now = now
        self._pages: dict[str, Found] = {}

    def add(self, found: Found) -> bool:
        """Take a link in; return whether it is new. What an earlier one does not know of the page is filled in."""
        found = self._sane(found)
        key = twin_key(found.url)
        before = self._pages.get(key)
        if before is None:
            self._pages[key] = found
            return True
        self._pages[key] = msgspec.structs.replace(
            before,
            url=min(before.url, found.url, key=plainness),
            title=before.title or found.title,
            published=before.published or found.published,
            modified=before.modified or found.modified,
            language=before.language or found.language,
        )
        return False

    def __contains__(self, url: str) -> bool:
        return twin_key(url) in self._pages

    def enough(self) -> bool:
        """Tell whether as many dated links are there as are wanted."""
        return 0 < self._wish.most <= sum(found.published is not None for found in self.wanted())

    def wanted(self) -> list[Found]:
        """Return what is wanted, the newest first; what has no date comes last, in the order in which it was found."""
        taken = [found for found in self._pages.values() if self._wish.takes(found)]
        every = _sorted(taken)
        return every[: self._wish.most] if self._wish.most else every

    def _sane(self, found: Found) -> Found:
        """Drop dates that cannot be; a day in the address counts where there is no other."""

        def possible(moment: datetime | None) -> datetime | None:
            return moment if moment and moment.year >= FIRST_YEAR and moment <= self._now + FUTURE else None

        published = possible(found.published) or possible(shape_of(found.url).date)
        return msgspec.structs.replace(found, published=published, modified=possible(found.modified))


def moment_of(text: str, now: datetime) -> datetime:
    """Return the time that "2d", "12h" or a day means; raise :class:`ConfigError` where it means none."""
    ago = _AGO.fullmatch(text.strip().lower())
    if ago:
        try:
            return now - timedelta(hours=int(ago[1]) * _HOURS[ago[2]])
        except OverflowError:
            return datetime.min.replace(tzinfo=UTC)
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ConfigError(f"{text!r} is no time; write 2d, 12h, 1w or a day as 2026-11-01") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def newest_first(found: Iterable[Found]) -> list[Found]:
    """Return the links of several sites, the newest first, those without a date last."""
    return _sorted(list(found))


def _holds(url: str, part: str) -> bool:
    return re.search(".*?".join(map(re.escape, part.split("*"))), url) is not None


def _sorted(every: list[Found]) -> list[Found]:
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(every, key=lambda one: (one.moment is not None, one.moment or oldest), reverse=True)
