"""Find the articles of sites: the sources' discovery, with what it takes from other parts."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO

import msgspec

from scraper.config import DiscoverSettings, EngineSettings, Settings, SourceSettings
from scraper.engines.local import guarded
from scraper.engines.workers import Workers
from scraper.errors import PageError
from scraper.extraction.date_parsing import FIRST_VISIBLE_YEAR, read_moment
from scraper.protocols import Renderer
from scraper.records import Deferred, Failed, Response, Skipped, Target
from scraper.sources.asking import Fetch, Memory, Remembered
from scraper.sources.discovery import Discovery
from scraper.sources.found import Wish, moment_of
from scraper.sources.listings import Listing, read_listing
from scraper.sources.saved_pages import SavedPages
from scraper.sources.search import Parse
from scraper.sources.url_lists import listed_targets
from scraper.state import Document

log = logging.getLogger("scraper")

Known = Callable[[str, str], Document | None]  # from the name of a source and an address


class ListReader:
    """Reads listing pages in a worker of its own, which can be killed as those that clean pages. It forks."""

    def __init__(self, settings: EngineSettings) -> None:
        self._workers = Workers(_read, msgspec.structs.replace(settings, workers=1))

    async def read(self, response: Response, first: str) -> Listing | Skipped | Failed | Deferred:
        """Return what a page lists; ``first`` is the address of the list's first page."""
        return await self._workers.submit((response, first), response.url)

    def close(self) -> None:
        """End the worker."""
        self._workers.close()


def rendering(read: Parse, renderer: Renderer) -> Parse:
    """Return what reads listing pages after their scripts ran, where that was asked for and is needed."""

    async def read_rendered(response: Response, first: str) -> Listing | Skipped | Failed | Deferred:
        mode = renderer.mode(response.url)
        listing = await read(response, first)
        if isinstance(listing, Listing) and (mode == "always" or (mode == "auto" and listing.needs_js)):
            rendered = await renderer.render(response)
            if isinstance(rendered, Failed):
                log.warning("%s: its list could not be read in a browser: %s", response.url, rendered.detail)
                return listing
            listing = await read(rendered, first)
            if isinstance(listing, Listing):
                return msgspec.structs.replace(listing, needs_js=False, rendered=True)
        return listing

    return read_rendered


def discovery(
    fetch: Fetch, read: Parse, settings: DiscoverSettings, wish: Wish, memory: Memory | None = None
) -> Discovery:
    """Return what finds the articles of one site. ``fetch`` takes a body of any type."""
    return Discovery(fetch, read, wish, datetime.now(UTC), settings.max_requests, memory)


class CorpusSources:
    """Reads the sources of a corpus. ``known`` gives what earlier runs noted of a source's documents."""

    def __init__(self, folder: Path, settings: Settings, fetch: Fetch, read: Parse, known: Known) -> None:
        self.saved = SavedPages(folder, settings.fetch.max_bytes)
        self.documents: list[Document] = []  # what to note, once all that was named is recorded
        self._folder = folder
        self._settings = settings.discover
        self._fetch = fetch
        self._read = read
        self._known = known

    async def read(self, source: SourceSettings) -> list[Target | Failed] | None:
        """Return the pages that a source names and the lines of a url list that are none; ``None``: nothing changed.

        Raises :class:`PageError` where there is nothing to read.
        """
        if source.kind == "urls":
            return self._listed(source)
        if source.kind == "files":
            return await asyncio.to_thread(self.saved.find, source.path or "", source.name)
        memory = SourceMemory(source, self._known)
        finder = discovery(self._fetch_for(source.name), self._read, self._settings, wish_of(source), memory)
        find = {"feed": finder.feed, "sitemap": finder.sitemap, "listing": finder.listing, "site": finder.site}
        try:
            found = await find[source.kind](source.url or "")
        finally:
            self.documents += map(memory.document_of, finder.search.asker.waits.values())
        self.documents += map(memory.document_of, finder.search.asker.notes.values())
        return [one.target(source.name) for one in found] if finder.search.read else None

    def _fetch_for(self, name: str) -> Fetch:
        """Return what fetches for a source, so that its requests are counted as its own."""

        async def fetch(
            target: Target, *, into: IO[bytes] | None = None, max_bytes: int = 0
        ) -> Response | Skipped | Failed | Deferred:
            return await self._fetch(msgspec.structs.replace(target, source=name), into=into, max_bytes=max_bytes)

        return fetch

    def _listed(self, source: SourceSettings) -> list[Target | Failed]:
        path = self._folder / (source.path or "")
        try:
            with path.open("rb") as stream:
                return list(listed_targets(stream, source.name))
        except OSError as error:
            raise PageError("unreadable", error.strerror or str(error), str(path)) from error


def wish_of(source: SourceSettings) -> Wish:
    """Return what a source asks for; raise :class:`ConfigError` for a time that is none."""
    since = moment_of(source.since, datetime.now(UTC)) if source.since else None
    return Wish(since=since, most=source.max, include=source.include, exclude=source.exclude, languages=source.language)


class SourceMemory:
    """What a corpus remembers of the documents of one source, as long as its settings stay the same."""

    def __init__(self, source: SourceSettings, known: Known) -> None:
        self._name = source.name
        self._known = known
        self._settings = hashlib.sha256(msgspec.json.encode(source)).hexdigest()[:32]  # a url may hold a password

    def document(self, url: str) -> Remembered | None:
        """Return what is remembered; notes that cannot be read are none."""
        document = self._known(self._name, url)
        if document is None:
            return None
        try:
            notes = msgspec.json.decode(document.notes, type=_Notes)
        except msgspec.DecodeError:
            return None
        if notes.settings != self._settings:
            return None
        return msgspec.structs.replace(
            notes.remembered,
            url=url,
            etag=document.etag,
            last_modified=document.last_modified,
            digest=document.digest,
        )

    def document_of(self, remembered: Remembered) -> Document:
        """Return what the state is to keep."""
        rest = msgspec.structs.replace(remembered, url="", etag=None, last_modified=None, digest="")
        return Document(
            source=self._name,
            url=remembered.url,
            etag=remembered.etag,
            last_modified=remembered.last_modified,
            digest=remembered.digest,
            notes=msgspec.json.encode(_Notes(self._settings, rest)).decode(),
        )


class _Notes(msgspec.Struct, frozen=True):
    settings: str  # a hash
    remembered: Remembered


def _read(job: tuple[Response, str]) -> Listing | Skipped | Failed:
    response, first = job
    return guarded(response.url, lambda: read_listing(response, first, read_date))


@lru_cache(maxsize=4096)  # the same day stands beside many links
def read_date(text: str) -> datetime | None:
    """Return the date in a short text beside a link."""
    moment = read_moment(text, "", FIRST_VISIBLE_YEAR)
    return moment.instant if moment else None
