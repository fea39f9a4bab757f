"""Find the articles of sites: the sources' discovery, with what it takes from other parts."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import lru_cache

from scraper.config import DiscoverSettings
from scraper.engines.local import guarded
from scraper.extraction.date_parsing import FIRST_VISIBLE_YEAR, read_moment
from scraper.records import Failed, Response, Skipped
from scraper.sources.asking import Fetch, Memory
from scraper.sources.discovery import Discovery
from scraper.sources.found import Wish
from scraper.sources.listings import Listing, read_listing


def discovery(
    fetch: Fetch, settings: DiscoverSettings, wish: Wish, memory: Memory | None = None, now: datetime | None = None
) -> Discovery:
    """Return what finds the articles of one site. ``fetch`` takes a body of any type."""
    return Discovery(fetch, _parse, wish, now or datetime.now(UTC), settings.max_requests, memory)


async def _parse(response: Response, first: str) -> Listing | Skipped | Failed:
    return await asyncio.to_thread(guarded, response.url, lambda: read_listing(response, first, _read_date))


@lru_cache(maxsize=4096)  # the same day stands beside many links
def _read_date(text: str) -> datetime | None:
    moment = read_moment(text, "", FIRST_VISIBLE_YEAR)
    return moment.instant if moment else None
