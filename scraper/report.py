"""What became of the inputs: the line for each one that gave no article, the totals, the exit code."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable

from scraper.errors import ConfigError, CorpusBusy, OutputError, ScraperError, StateError
from scraper.records import Article, Deferred, Failed, Outcome, Skipped
from scraper.text import counted
from scraper.urls import without_login

log = logging.getLogger("scraper")

_CLASSES: dict[type, str] = {Skipped: "skipped", Failed: "failed", Deferred: "deferred"}

# What the reader of a line can do; a reason whose detail already says it has none.
_ADVICE = {
    "not_html": "give the address of a page",
    "listing": "it lists articles; give the address of one of them",
    "too_short": "lower extract.min_words in the settings to keep it",
    "consent_wall": "the site shows a consent page first",
    "login_wall": "the page is for readers who are logged in; --cookies FILE sends what your browser knows",
    "blocked": "the site refuses automated readers; ask it for permission",
    "needs_js": "the text is built by scripts; --render runs them",
    "paywall_stub": "the rest is for subscribers; --cookies FILE sends what your browser knows",
    "soft_404": "the page is gone, or never was; check the address",
    "aggregator_link": "give the address that it leads to",
    "gone": "the page no longer exists",
    "wrong_language": "change --lang to keep it",
    "low_quality": "lower --min-quality to keep it",
    "robots": "the site's robots.txt forbids it",
    "dns": "check the host's name",
    "connect": "check the address, or try again later",
    "tls": "the site's certificate cannot be trusted; --ca-bundle FILE names others",
    "timeout": "try again later",
    "too_slow": "try again later, or raise fetch.deadline_s in the settings",
    "too_large": "raise fetch.max_bytes in the settings to read it",
    "http_4xx": "check the address",
    "http_5xx": "try again later",
    "truncated": "try again later",
    "bug": "please report it, with this line",
    "rate_limited": "try again later, with a longer --delay",
    "retry_after": "try again later",
    "host_down": "its host failed several times; try again later",
    "robots_unreachable": "robots.txt could not be read; try again later",
    "budget": "run it again for the rest",
    "interrupted": "run it again",
}


def outcome_class(outcome: Outcome) -> str:
    """Return ``"article"``, ``"skipped"``, ``"failed"`` or ``"deferred"``."""
    return _CLASSES.get(type(outcome), "article")


def outcome_line(outcome: Skipped | Failed | Deferred) -> str:
    """Return where, what and what to do: ``"URL: failed, dns: no such host; check the host's name"``."""
    line = f"{without_login(outcome.url) or 'input'}: {outcome_class(outcome)}, {outcome.reason}"
    if outcome.detail:
        line += f": {outcome.detail}"
    if isinstance(outcome, Deferred) and outcome.not_before:
        line += f"; not before {outcome.not_before.isoformat(timespec='seconds')}"
    advice = _ADVICE.get(outcome.reason)
    return f"{line}; {advice}" if advice else line


def as_bug(url: str, error: Exception) -> Failed:
    """Return the outcome for an error that nobody foresaw, and log its traceback."""
    log.error("%s: a bug: %s", without_login(url) or "input", error, exc_info=error)
    return Failed(url=url, reason="bug", detail=f"{type(error).__name__}: {error}")


class Report:
    """Counts outcomes; the totals add up by construction."""

    def __init__(self) -> None:
        self.articles = 0
        self.reasons: Counter[tuple[str, str]] = Counter()

    def count(self, outcome: Outcome) -> None:
        """Count one input."""
        if isinstance(outcome, Article):
            self.count_article()
        else:
            self.reasons[outcome_class(outcome), outcome.reason] += 1

    def count_article(self) -> None:
        """Count one input that came out clean but not as an :class:`Article`."""
        self.articles += 1

    def total(self, name: str) -> int:
        """Return how many inputs were ``"skipped"``, ``"failed"`` or ``"deferred"``."""
        return sum(number for (kind, _), number in self.reasons.items() if kind == name)

    def line(self) -> str:
        """Return ``"3 inputs = 2 articles + 1 skipped (robots 1) + 0 failed + 0 deferred"``."""
        inputs = self.articles + self.reasons.total()
        parts = [counted(self.articles, "article"), *map(self._part, _CLASSES.values())]
        return f"{counted(inputs, 'input')} = {' + '.join(parts)}"

    def _part(self, name: str) -> str:
        reasons = sorted((reason, number) for (kind, reason), number in self.reasons.items() if kind == name)
        listed = ", ".join(f"{reason} {number}" for reason, number in reasons)
        return f"{self.total(name)} {name}" + (f" ({listed})" if listed else "")

    def codes(self) -> set[int]:
        """Return the exit codes that apply to the commands ``get`` and ``clean``."""
        codes = set()
        if self.reasons["failed", "bug"]:
            codes.add(1)
        # An address whose article is in the output already has come out, though in an earlier run.
        if not self.articles and not self.reasons["skipped", "seen"]:
            codes.add(4)
        # A budget that is used up ended the run as its owner wants.
        if self.total("failed") or self.total("deferred") > self.reasons["deferred", "budget"]:
            codes.add(3)
        return codes


def exit_code(codes: Iterable[int]) -> int:
    """Return the code that counts if several apply: the first of 1, 5, 6, 75, 128+n, 7, 4, 3; else 0."""
    ranks = {1: 0, 5: 1, 6: 2, 75: 3, 7: 5, 4: 6, 3: 7, 0: 9}
    return min(codes, key=lambda code: ranks.get(code, 4 if code > 128 else 8), default=0)


def error_code(error: ScraperError) -> int:
    """Return the exit code of a command that ``error`` ended."""
    codes: list[tuple[type[ScraperError], int]] = [
        (ConfigError, 2),
        (OutputError, 5),
        (StateError, 6),
        (CorpusBusy, 75),
    ]
    return next((code for kind, code in codes if isinstance(error, kind)), 1)
