"""Find the articles of sites: the sources' discovery, with what it takes from other parts."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from scraper.config import DiscoverSettings, EngineSettings
from scraper.engines.local import guarded
from scraper.engines.workers import Workers
from scraper.extraction.date_parsing import FIRST_VISIBLE_YEAR, read_moment
from scraper.records import Failed, Response, Skipped
from scraper.sources.asking import Fetch, Memory
from scraper.sources.discovery import Discovery, Parse
from scraper.sources.found import Wish
from scraper.sources.listings import Listing, read_listing


class ListReader:
    """Reads listing pages in a worker of its own, which can be killed as those that clean pages. It forks."""

    def __init__(self, settings: EngineSettings) -> None:
        self._workers = Workers(_read, msgspec.structs.replace(settings, workers=1))

    async def read(self, response: Response, first: str) -> Listing | Skipped | Failed:
        """Return what a page lists; ``first`` is the address of the list's first page."""
        return await self._workers.submit((response, first), response.url)

    def close(self) -> None:
        """End the worker."""
        self._workers.close()


def discovery(
    fetch: Fetch, read: Parse, settings: DiscoverSettings, wish: Wish, memory: Memory | None = None
) -> Discovery:
    """Return what finds the articles of one site. ``fetch`` takes a body of any type."""
    return Discovery(fetch, read, wish, datetime.now(UTC), settings.max_requests, memory)


def _read(job: tuple[Response, str]) -> Listing | Skipped | Failed:
    response, first = job
    return guarded(response.url, lambda: read_listing(response, first, read_date))


@lru_cache(maxsize=4096)  # the same day stands beside many links
def read_date(text: str) -> datetime | None:
    """Return the date in a short text beside a link."""
    moment = read_moment(text, "", FIRST_VISIBLE_YEAR)
    return moment.instant if moment else None
