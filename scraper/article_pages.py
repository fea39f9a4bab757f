"""Fetch the further pages of an article that is spread over several."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from scraper.extraction.next_page import same_article
from scraper.paging import may_go_on
from scraper.protocols import Engine, Fetcher, Renderer
from scraper.records import Article, Continuation, Failed, Outcome, Response, Skipped, Target
from scraper.urls import host_of, normalise

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
    pages, complete = await _pages(response, fetcher, engine)
    outcome = await engine.clean(pages)
    if isinstance(outcome, Article) and not complete and "possibly_truncated" not in outcome.warnings:
        return msgspec.structs.replace(outcome, warnings=[*outcome.warnings, "possibly_truncated"])
    return outcome


async def _pages(response: Response, fetcher: Fetcher, engine: Engine) -> tuple[Sequence[Response], bool]:
    """Return an article's pages, the first page first, and whether these are all."""
    if not may_go_on(response.url, response.body):
        return [response], True
    start = await engine.continuation(response, response.url, 1)
    if not isinstance(start, Continuation):
        return [response], True
    pages, last = [response], start
    with suppress(_MissingError):
        whole = start.whole and await _next(start.whole, response, start, fetcher, engine, 1)
        if whole:
            return [whole[0]], True
    try:
        while last.next and len(pages) < MAX_PAGES:
            known = {normalise(page.url) for page in pages}
            following = await _next(last.next, response, start, fetcher, engine, len(pages) + 1)
            if following is None or normalise(following[0].url) in known:
                return pages, True
            pages.append(following[0])
            last = following[1]
    except _MissingError:
        return pages, False
    return pages, last.next is None


class _MissingError(Exception):
    """A further page cannot be had."""


async def _next(
    url: str, first: Response, start: Continuation, fetcher: Fetcher, engine: Engine, position: int
) -> tuple[Response, Continuation] | None:
    """Return another page of the article and where that goes on, ``None`` where it is of another article."""
    response = await fetcher.fetch(Target(url=url, source=first.target.source))
    if not isinstance(response, Response):
        log.info("%s: a further page of the article is missing: %s", url, response.reason)
        raise _MissingError
    if host_of(response.url) != host_of(first.url):
        return None
    found = await engine.continuation(response, first.url, position)
    return (response, found) if isinstance(found, Continuation) and same_article(start, found) else None
