"""Keep the pages that an engine is given, compressed, until their outcome is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from scraper.protocols import Engine
from scraper.records import Article, Continuation, Deferred, Failed, Outcome, Response, Skipped, Target
from scraper.write.kept_pages import page_records


class KeepingEngine:
    """An engine that remembers what the other one cleaned."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: dict[str, bytes] = {}

    async def clean(self, responses: Sequence[Response]) -> Outcome:
        """Return the outcome of one article's pages, and keep them."""
        outcome = await self._engine.clean(responses)
        if isinstance(outcome, Article | Skipped):
            # In a thread, since it takes 3 ms. Compressed at once, since thousands may wait for one before them.
            self._kept[responses[0].target.url] = await asyncio.to_thread(page_records, responses)
        return outcome

    async def continuation(
        self, response: Response, first: str, position: int
    ) -> Continuation | Skipped | Failed | Deferred:
        """Return what the other engine does."""
        return await self._engine.continuation(response, first, position)

    def taken(self, target: Target) -> bytes:
        """Return the pages of a target as records, and keep them no longer; nothing where there are none."""
        return self._kept.pop(target.url, b"")
