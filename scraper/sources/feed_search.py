"""Read the feeds of a site: those that it names, or else those at the usual places."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from scraper.errors import PageError
from scraper.records import Response
from scraper.sources.asking import NoAnswer
from scraper.sources.feeds import COMMON_PLACES, MAX_ENTRIES, read_feed
from scraper.sources.found import Found
from scraper.sources.link_score import KnownShapes
from scraper.sources.search import NEWEST, Search
from scraper.sources.shapes import shape_of
from scraper.urls import origin_of, same_site

log = logging.getLogger("scraper")

MAX_FEEDS = 8


async def feeds_of_site(search: Search, url: str, named: Sequence[str], *, guess: bool) -> list[str]:
    """Read these feeds; with ``guess``, where there are none, that at the first usual place.

    Returns those that are there, or may be when they are asked again.
    """
    there = [feed for feed in named[:MAX_FEEDS] if search.asker.is_new(feed) and await _try_feed(search, feed)]
    if there or not guess:
        return there
    for place in COMMON_PLACES:
        feed = origin_of(url) + place
        if search.asker.is_new(feed) and await _try_feed(search, feed):
            return [feed]
    return []


async def _try_feed(search: Search, url: str) -> bool:
    try:
        response = await search.asker.ask(url)
        if response:
            await take_feed(search, url, response)
        else:
            before = search.asker.before(url)
            if before:
                search.learned.add_known(before.families, before.patterns)
    except PageError as error:
        search.asker.forget(url)
        log.debug("no feed: %s", error)
        return isinstance(error, NoAnswer) and error.passes
    return True


async def take_feed(search: Search, url: str, response: Response, *, anywhere: bool = False) -> None:
    """Take in what a feed names; links to other sites only with ``anywhere``, or where there are no others."""
    feed = await asyncio.to_thread(read_feed, response)
    search.read["feed"] += 1
    if feed.cut:
        log.warning("feed %s was not read to its end: only its first %d entries count", url, MAX_ENTRIES)
    if feed.full_text:
        log.info("feed %s holds whole articles", url)
    own = [entry for entry in feed.entries if not anywhere and same_site(entry.url, response.url)]
    pages = [entry for entry in own or feed.entries if shape_of(entry.url).is_page]
    for entry in pages:
        search.finds.add(
            Found(
                url=entry.url,
                title=entry.title,
                published=entry.published,
                modified=entry.modified,
                language=feed.language,
                via="feed",
                source=url,
            )
        )
    search.newest += [entry.url for entry in pages[:NEWEST]]
    known = KnownShapes.of(entry.url for entry in pages)
    search.asker.note(url, families=known.families, patterns=known.patterns)
    search.learned.add_known(known.families, known.patterns)
