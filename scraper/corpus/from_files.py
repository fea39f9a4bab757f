"""The pages of a corpus that come from files, beside those that are fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from scraper.protocols import Fetcher, Renderer
from scraper.records import Deferred, Failed, Response, Skipped, Target
from scraper.sources.saved_pages import SavedPages


class FilesFirst:
    """A fetcher and renderer that asks nobody for the pages of some ``sources``, nor runs scripts of theirs."""

    def __init__(self, fetcher: Fetcher, renderer: Renderer, saved: SavedPages, sources: Collection[str]) -> None:
        self._fetcher = fetcher
        self._renderer = renderer
        self._saved = saved
        self._sources = sources

    async def fetch(self, target: Target) -> Response | Skipped | Failed | Deferred:
        """Return a page from where its source has it."""
        if target.source in self._sources:
            return await asyncio.to_thread(self._saved.read, target)
        return await self._fetcher.fetch(target)

    def mode(self, url: str) -> str:
        """Return whether the scripts of a page are run."""
        return "never" if not url or url in self._saved else self._renderer.mode(url)

    async def render(self, response: Response) -> Response | Failed:
        """Return a page as it is after its scripts ran."""
        return await self._renderer.render(response)
