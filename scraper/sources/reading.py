"""Read the sources of a corpus: which pages they name at the moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from scraper.config import SourceSettings
from scraper.errors import PageError
from scraper.records import Deferred, Failed, Response, Skipped, Target
from scraper.sources.feeds import feed_targets
from scraper.sources.url_lists import listed_targets

Fetch = Callable[[Target], Awaitable[Response | Skipped | Failed | Deferred]]


async def read_source(source: SourceSettings, folder: Path, fetch: Fetch) -> list[Target | Failed]:
    """Return the pages that a source names, and the lines of a url list that are none.

    Paths start at ``folder``. Raises :class:`PageError` where there is nothing to read.
    """
    if source.kind == "feed":
        return [*await _read_feed(source, fetch)]
    path = folder / (source.path or "")
    try:
        with path.open("rb") as stream:
            return list(listed_targets(stream, source.name))
    except OSError as error:
        raise PageError("unreadable", error.strerror or str(error), str(path)) from error


async def _read_feed(source: SourceSettings, fetch: Fetch) -> list[Target]:
    url = source.url or ""
    response = await fetch(Target(url=url, source=source.name))
    if not isinstance(response, Response):
        raise PageError("unreadable", f"{response.reason}: {response.detail}", url)
    # Not in the event loop: a long feed takes seconds (docs/decisions/0051-feeds.md).
    return await asyncio.to_thread(feed_targets, response, source.name)
