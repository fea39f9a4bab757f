"""Ask a site for feeds, sitemaps and listing pages: within a budget, and only for what changed since the last run."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import msgspec

from scraper.errors import PageError
from scraper.records import Deferred, Failed, Response, Skipped, Target
from scraper.urls import normalise

log = logging.getLogger("scraper")

Fetch = Callable[[Target], Awaitable[Response | Skipped | Failed | Deferred]]


class Lead(msgspec.Struct, frozen=True):
    """An address that a document led to."""

    kind: str  # "feed", "sitemap", "section", or "covered": a front page whose articles the sitemaps name
    url: str


class Remembered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is remembered of a feed, a sitemap or a listing page."""

    url: str = ""
    etag: str | None = None
    last_modified: str | None = None
    digest: str = ""  # of the body: many servers send neither of the two
    stated: str = ""  # when it changed, as the index says that names it
    leads: tuple[Lead, ...] = ()
    families: Mapping[str, int] = {}  # how the addresses of articles look, see KnownShapes
    patterns: Mapping[str, int] = {}


class Memory(Protocol):
    """Where that is kept."""

    def document(self, url: str) -> Remembered | None:
        """Return what is remembered."""
        ...


class Forgetful:
    """Keeps nothing: every document is read."""

    def document(self, url: str) -> Remembered | None:
        """Return nothing."""
        del url
        return None


class Asker:
    """Fetches documents and notes what is to be remembered of them in :attr:`notes`."""

    def __init__(self, fetch: Fetch, memory: Memory, source: str, max_requests: int) -> None:
        self.notes: dict[str, Remembered] = {}
        self.left = max_requests
        self._fetch = fetch
        self._memory = memory
        self._source = source
        self._asked: set[str] = set()

    def before(self, url: str) -> Remembered | None:
        """Return what is remembered from earlier runs."""
        return self._memory.document(normalise(url))

    def is_new(self, url: str) -> bool:
        """Tell whether ``url`` was not asked for yet."""
        return normalise(url) not in self._asked

    async def ask(self, url: str) -> Response | None:
        """Return a document, ``None`` where it did not change; raise :class:`PageError` where there is none."""
        key = normalise(url)
        if self.left <= 0:
            raise PageError("unreadable", "budget: no request is left", url)
        self.left -= 1
        self._asked.add(key)
        before = self._memory.document(key)
        target = Target(url=url, source=self._source)
        if before:
            target = msgspec.structs.replace(target, etag=before.etag, last_modified=before.last_modified)
        response = await self._fetch(target)
        if isinstance(response, Skipped) and response.reason == "not_modified":
            return None
        if not isinstance(response, Response):
            raise PageError("unreadable", f"{response.reason}: {response.detail}", url)
        self._asked.add(normalise(response.url))
        digest = hashlib.sha256(response.body).hexdigest()[:32]
        self.notes[key] = msgspec.structs.replace(
            before or Remembered(url=key),
            etag=response.headers.get("etag"),
            last_modified=response.headers.get("last-modified"),
            digest=digest,
        )
        return None if before and before.digest == digest else response

    def note(self, url: str, **what: object) -> None:
        """Remember more of a document that was asked for."""
        key = normalise(url)
        if key in self.notes:
            self.notes[key] = msgspec.structs.replace(self.notes[key], **what)

    def forget(self, url: str) -> None:
        """Remember nothing new of a document: it could not be read, and is to be read again."""
        self.notes.pop(normalise(url), None)

    def forget_if_spent(self, url: str) -> None:
        """Remember nothing new of a document that may lead further where no request is left for that."""
        if self.left <= 0:
            self.forget(url)

    def take_back(self, url: str) -> None:
        """Act as if ``url`` had not been asked for."""
        self._asked.discard(normalise(url))
        self.forget(url)
        self.left += 1
