"""Clean pages in this process, in one thread beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from scraper import pipeline
from scraper.config import Settings
from scraper.errors import NotAnArticle, PageError
from scraper.records import Failed, Outcome, Response, Skipped
from scraper.report import as_bug

Result = TypeVar("Result")


def guarded(url: str, work: Callable[[], Result]) -> Result | Skipped | Failed:
    """Return what ``work`` returns, or the outcome that its error stands for; one that nobody foresaw is a ``bug``."""
    try:
        return work()
    except NotAnArticle as error:
        return Skipped(url=url, reason=error.reason, detail=error.detail)
    except PageError as error:
        return Failed(url=url, reason=error.reason, detail=error.detail)
    except MemoryError:
        return Failed(url=url, reason="out_of_memory", detail="the page does not fit into memory")
    except Exception as error:
        return as_bug(url, error)


def clean_guarded(responses: Sequence[Response], settings: Settings) -> Outcome:
    """Return the outcome of one article's pages (the first page first), whatever happens."""
    first = responses[0]
    url = first.url or first.target.url or first.target.source
    return guarded(url, lambda: pipeline.clean(responses, settings))


class LocalEngine:
    """One page at a time: a second thread would only wait for Python's lock."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="clean")

    async def clean(self, responses: Sequence[Response]) -> Outcome:
        """Return the outcome of one article's pages (the first page first)."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, clean_guarded, responses, self._settings)
