"""Ask a site for feeds, sitemaps and listing pages: within a budget, and only for what changed since the last run."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import IO, Protocol

import msgspec

from scraper.errors import PageError
from scraper.records import Deferred, Failed, Response, Skipped, Target
from scraper.urls import normalise

log = logging.getLogger("scraper")

Outcome = Response | Skipped | Failed | Deferred

# Of a document that goes to a file, so much is held in memory before it does.
SPOOL_BYTES = 1024 * 1024

# Failures that the next run will most likely meet again; after any other one, what was asked for may be there.
_LASTING = frozenset({"http_4xx", "dns", "tls", "refused_address", "bad_url"})


class Fetch(Protocol):
    """Fetches a document; ``into`` takes the first ``max_bytes`` of a large one."""

    async def __call__(self, target: Target, *, into: IO[bytes] | None = None, max_bytes: int = 0) -> Outcome:
        """Never raises for anything that a server does."""
        ...


class NoAnswer(PageError):  # noqa: N818  # it says what happened
    """A document could not be fetched; ``reason`` is the fetcher's."""

    def __init__(self, outcome: Skipped | Failed | Deferred, url: str) -> None:
        self.not_before = outcome.not_before if isinstance(outcome, Deferred) else None
        self.why = outcome.reason
        self.passes = isinstance(outcome, Deferred | Failed) and outcome.reason not in _LASTING
        until = f"; not before {self.not_before.isoformat(timespec='seconds')}" if self.not_before else ""
        super().__init__("unreadable", f"{outcome.reason}: {outcome.detail}{until}", url)


class Lead(msgspec.Struct, frozen=True):
    """An address that a document led to."""

    # "feed", "sitemap", "section", "covered": a front page whose articles the sitemaps name, "newest": a front page
    # that shows what feeds and sitemaps name as their newest, or "below": what a front page stands for
    kind: str
    url: str


class Remembered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is remembered of a feed, a sitemap or a listing page."""

    url: str = ""
    etag: str | None = None
    last_modified: str | None = None
    digest: str = ""  # of the body: many servers send neither of the two
    not_before: datetime | None = None  # when its host wants to be asked again
    looked_at: datetime | None = None  # of a front page: when all that it leads to was last asked for and answered
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
    """Fetches documents and notes what is to be remembered of them in :attr:`notes` and :attr:`waits`."""

    def __init__(self, fetch: Fetch, memory: Memory, source: str, max_requests: int) -> None:
        self.notes: dict[str, Remembered] = {}
        self.waits: dict[str, Remembered] = {}  # of documents that were refused for a while
        self.left = max_requests
        self.is_whole = True  # nothing that was asked for may come in a later run only
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
        """Return a document, ``None`` where it did not change; raise :class:`NoAnswer` where there is none."""
        response = await self._answer(url)
        if response is None or not self._is_news(url, response, hashlib.sha256(response.body).hexdigest()):
            return None
        return response

    @asynccontextmanager
    async def ask_for_file(self, url: str, max_bytes: int) -> AsyncIterator[tuple[Response, IO[bytes]] | None]:
        """Give what :meth:`ask` returns, with the first ``max_bytes`` of the body in a file that is gone afterwards."""
        with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as file:
            response = await self._answer(url, file, max_bytes)
            if response is not None:
                digest = await asyncio.to_thread(_digest, file)
                if self._is_news(url, response, digest):
                    yield response, file
                    return
            yield None

    async def _answer(self, url: str, into: IO[bytes] | None = None, max_bytes: int = 0) -> Response | None:
        key = normalise(url)
        before = self._memory.document(key)
        if before and before.not_before and before.not_before > datetime.now(UTC):
            asked = "its host asked for it in an earlier run"
            waits = Deferred(url=url, reason="retry_after", detail=asked, not_before=before.not_before)
            raise self._no_answer(waits, url)
        if self.left <= 0:
            raise self._no_answer(Deferred(url=url, reason="budget", detail="no request is left"), url)
        self.left -= 1
        self._asked.add(key)
        target = Target(url=url, source=self._source)
        if before:
            target = msgspec.structs.replace(target, etag=before.etag, last_modified=before.last_modified)
        outcome = await self._fetch(target, into=into, max_bytes=max_bytes)
        if isinstance(outcome, Response):
            self._asked.add(normalise(outcome.url))
            return outcome
        if isinstance(outcome, Skipped) and outcome.reason == "not_modified":
            return None
        if isinstance(outcome, Deferred) and outcome.not_before:
            self.waits[key] = msgspec.structs.replace(before or Remembered(url=key), not_before=outcome.not_before)
        raise self._no_answer(outcome, url)

    def _no_answer(self, outcome: Skipped | Failed | Deferred, url: str) -> NoAnswer:
        error = NoAnswer(outcome, url)
        self.is_whole = self.is_whole and not error.passes
        return error

    def _is_news(self, url: str, response: Response, digest: str) -> bool:
        """Note a response; tell whether it is another one than last time."""
        key, digest = normalise(url), digest[:32]
        before = self._memory.document(key)
        self.notes[key] = msgspec.structs.replace(
            before or Remembered(url=key),
            etag=response.headers.get("etag"),
            last_modified=response.headers.get("last-modified"),
            digest=digest,
            not_before=None,
        )
        return before is None or before.digest != digest

    def note(self, url: str, **what: object) -> None:
        """Remember more of a document that was asked for."""
        key = normalise(url)
        if key in self.notes:
            self.notes[key] = msgspec.structs.replace(self.notes[key], **what)

    def note_look(self, url: str, now: datetime) -> None:
        """Remember of a front page, changed or not, when all that it leads to was asked for."""
        key = normalise(url)
        known = self.notes.get(key) or self.before(url)
        if known and self.is_whole:
            self.notes[key] = msgspec.structs.replace(known, looked_at=now)

    def forget(self, url: str) -> None:
        """Remember nothing new of a document: it could not be read, and is to be read again."""
        self.notes.pop(normalise(url), None)

    def take_back(self, url: str) -> None:
        """Act as if ``url`` had not been asked for."""
        self._asked.discard(normalise(url))
        self.forget(url)
        self.left += 1


def _digest(file: IO[bytes]) -> str:
    """Return the hash of a file, which is at its beginning afterwards."""
    file.seek(0)
    digest = hashlib.sha256()
    while data := file.read(SPOOL_BYTES):
        digest.update(data)
    file.seek(0)
    return digest.hexdigest()
