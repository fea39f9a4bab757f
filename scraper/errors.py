"""Every error that the package raises on purpose.

    ScraperError
    +-- NotAnArticle         the page holds no article; ``.reason`` is one of ``SkipReason``
    +-- PageError            the page could not be read; ``.reason`` is one of ``FailReason``
    +-- ConfigError          settings, rules or options that cannot be used (exit code 2)
    +-- OutputError          the output or the state cannot be written (exit code 5)
    +-- StateError           the state cannot be read (exit code 6)
    +-- CorpusBusy           another run holds the corpus (exit code 75)

A message says where, what was found and what to do about it.
"""

from __future__ import annotations

from scraper.records import FailReason, SkipReason


class ScraperError(Exception):
    """Base of all errors of this package."""


class NotAnArticle(ScraperError):
    """The page was read, but there is no article to give back."""

    def __init__(self, reason: SkipReason, detail: str = "", url: str | None = None) -> None:
        self.reason = reason
        self.detail = detail
        self.url = url
        super().__init__(f"{url or 'page'}: {reason}" + (f" ({detail})" if detail else ""))


class PageError(ScraperError):
    """The page could not be fetched, decoded or parsed."""

    def __init__(self, reason: FailReason, detail: str = "", url: str | None = None) -> None:
        self.reason = reason
        self.detail = detail
        self.url = url
        super().__init__(f"{url or 'page'}: {reason}" + (f" ({detail})" if detail else ""))


class ConfigError(ScraperError):
    """Settings, rules or options that cannot be used."""


class OutputError(ScraperError):
    """The output or the state cannot be written."""


class StateError(ScraperError):
    """The state cannot be read."""


class CorpusBusy(ScraperError):
    """Another run holds the corpus."""
