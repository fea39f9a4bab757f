"""Turn news pages into clean JSON articles.

>>> import scraper
>>> article = scraper.extract(html, url="https://example.org/story.html")  # doctest: +SKIP
>>> scraper.clean_text("A line of the story.\\n(Cover via CMG)").text
'A line of the story.'
"""

from __future__ import annotations

from typing import cast

from scraper.config import Settings
from scraper.errors import (
    ConfigError,
    CorpusBusy,
    NotAnArticle,
    OutputError,
    PageError,
    ScraperError,
    StateError,
)
from scraper.pipeline import clean as _clean
from scraper.pipeline import clean_text
from scraper.records import Article, CleanText, Failed, Response, Skipped, Target
from scraper.version import VERSION

__all__ = [
    "Article",
    "CleanText",
    "ConfigError",
    "CorpusBusy",
    "NotAnArticle",
    "OutputError",
    "PageError",
    "ScraperError",
    "Settings",
    "StateError",
    "__version__",
    "clean_text",
    "extract",
]

__version__ = VERSION

_UTF8 = {"content-type": "text/html; charset=utf-8"}


def extract(html: bytes | str, url: str | None = None, settings: Settings | None = None) -> Article:
    """Return the article of a page.

    ``bytes`` are decoded as a browser would; a ``str`` is taken as it is. ``url`` is the page's address: links become
    absolute with it. Raises :class:`NotAnArticle` where there is none, and :class:`PageError` where the page cannot
    be read; both have a ``reason``. Nothing else is raised, whatever the page holds.
    """
    address = url or ""
    if isinstance(html, str):
        response = Response(
            target=Target(url=address), url=address, body=html.encode("utf-8", "replace"), headers=_UTF8
        )
    else:
        response = Response(target=Target(url=address), url=address, body=html)
    outcome = _clean((response,), settings or Settings())
    if isinstance(outcome, Skipped):
        raise NotAnArticle(outcome.reason, outcome.detail, url)
    if isinstance(outcome, Failed):
        raise PageError(outcome.reason, outcome.detail, url)
    return cast(Article, outcome)
