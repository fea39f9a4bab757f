"""Fetch the further pages of an article that is spread over several."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from scraper.extraction.next_page import same_article
from scraper.paging import may_go_on
from scraper.protocols import Engine, Fetcher, Renderer
from scraper.records import Article, Continuation, Deferred, Failed, Outcome, Response, Skipped, Target
from scraper.urls import goes_on, normalise

log = logging.getLogger("scraper")

# Longer ones are picture galleries, and traps.
MAX_PAGES = 20


async def article_of(response: Response, fetcher: Fetcher, engine: Engine, renderer: Renderer | None = None) -> Outcome:
    """Return the outcome of an article with all its pages, its scripts run where that was asked for.

    A further page that cannot be had is told in the article's warnings.
    """
    mode = renderer.mode(response.url) if renderer else "never"
    if renderer and mode == "always":
        rendered = await renderer.render(response)
        if isinstance(rendered, Failed):
            return rendered
        response = rendered
    outcome = await _with_pages(response, fetcher, engine)
    if renderer and mode == "auto" and isinstance(outcome, Skipped) and outcome.reason == "needs_js":
        rendered = await renderer.render(response)
        if isinstance(rendered, Failed):
            return msgspec.structs.replace(outcome, detail=rendered.detail)
        return await _with_pages(rendered, fetcher, engine)
    return outcome


async def _with_pages(response: Response, fetcher: Fetcher, engine: Engine) -> Outcome:
    if not may_go_on(response.url, response.body):
        return await engine.clean([response])
    try:
        pages, complete = await _Pages(response, fetcher, engine).all()
    except _PutOffError as error:
        return msgspec.structs.replace(error.outcome, url=response.target.url)
    outcome = await engine.clean(pages)
    if isinstance(outcome, Article) and not complete and "possibly_truncated" not in outcome.warnings:
        return msgspec.structs.replace(outcome, warnings=[*outcome.warnings, "possibly_truncated"])
    return outcome


class _Pages:
    """Follows one article from its first page."""

    def __init__(self, first: Response, fetcher: Fetcher, engine: Engine) -> None:
        self._first = first
        self._fetcher = fetcher
        self._engine = engine
        self._start = Continuation()

    async def all(self) -> tuple[Sequence[Response], bool]:
        """Return the article's pages, the first page first, and whether these are all."""
        first = self._first
        start = await self._engine.continuation(first, first.url, 1)
        if not isinstance(start, Continuation):
            return [first], True
        self._start = start
        with suppress(_MissingError):
            whole = await self._page(start.whole, 1) if start.whole else None
            if whole:  # it was not asked for: whoever did asked for the first page
                return [msgspec.structs.replace(whole[0], target=first.target)], True
        pages, following = [first], start.next
        try:
            while following and len(pages) < MAX_PAGES:
                page = await self._page(following, len(pages) + 1)
                if page is None or normalise(page[0].url) in {normalise(known.url) for known in pages}:
                    return pages, True
                pages.append(page[0])
                following = page[1].next
        except _MissingError:
            return pages, False
        return pages, following is None

    async def _page(self, url: str, position: int) -> tuple[Response, Continuation] | None:
        """Return another page and where that goes on, ``None`` where it is of another article."""
        response = await self._fetcher.fetch(Target(url=url, source=self._first.target.source))
        if isinstance(response, Deferred):
            raise _PutOffError(response)
        if not isinstance(response, Response):
            log.info("%s: a further page of the article is missing: %s", url, response.reason)
            raise _MissingError
        if not goes_on(self._first.url, response.url):
            return None
        found = await self._engine.continuation(response, self._first.url, position)
        return (response, found) if isinstance(found, Continuation) and same_article(self._start, found) else None


class _MissingError(Exception):
    """A further page cannot be had."""


class _PutOffError(Exception):
    """A further page can be had later, and so the whole article."""

    def __init__(self, outcome: Deferred) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome
