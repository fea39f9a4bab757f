"""Clean pages in this process, in one thread beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from scraper import pipeline
from scraper.config import Settings
from scraper.records import Failed, Outcome, Response
from scraper.report import as_bug


def clean_guarded(responses: Sequence[Response], settings: Settings) -> Outcome:
    """Return :func:`scraper.pipeline.clean`'s outcome; what nobody foresaw becomes a ``bug``."""
    url = responses[0].url or responses[0].target.url
    try:
        return pipeline.clean(responses, settings)
    except MemoryError:
        return Failed(url=url, reason="out_of_memory", detail="the page does not fit into memory")
    except Exception as error:
        return as_bug(url, error)


class LocalEngine:
    """One page at a time: a second thread would only wait for Python's lock."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="clean")

    async def clean(self, responses: Sequence[Response]) -> Outcome:
        """Return the outcome of one article's pages (the first page first)."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, clean_guarded, responses, self._settings)
