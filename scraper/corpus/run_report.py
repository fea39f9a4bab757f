"""What a run had of each source: counted as it goes, told in the end, kept for the next runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from statistics import median
from typing import Any

import msgspec

from scraper.records import Article, Deferred, Failed, Outcome
from scraper.report import Report, outcome_class
from scraper.state.history import MAX_SAMPLES, HostRun, SourceRun
from scraper.text import counted
from scraper.urls import host_of

# Answers of a host that wants no readers like us.
_REFUSED = frozenset({"blocked", "rate_limited"})
_REFUSED_STATUS = frozenset({"HTTP 401", "HTTP 403", "HTTP 451"})


class RunReport:
    """Counts pages by source; each is in the totals once."""

    def __init__(self, sources: Iterable[str]) -> None:
        self.totals = Report()
        self.seen = 0
        self.sources = {name: SourceRun(source=name) for name in sources}
        self.not_modified: set[str] = set()  # sources that name nothing, because they did not change
        self._asked: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()

    @property
    def found(self) -> int:
        """Pages that the sources name, and those of earlier runs whose time has come."""
        return self.seen + self.totals.articles + self.totals.reasons.total()

    @property
    def failed_sources(self) -> list[str]:
        """The sources that could not be read."""
        return [name for name, run in self.sources.items() if run.error]

    def add_seen(self, seen_of: Mapping[str, int]) -> None:
        """Count pages that an earlier run was done with."""
        for name, number in seen_of.items():
            self.seen += number
            self._of(name).seen += number
            self._of(name).found += number

    def count(self, source: str, outcome: Outcome, *, asked: bool = True) -> None:
        """Count one page of a source; ``asked``: its host was asked for it, or would have been."""
        self.totals.count(outcome)
        run = self._of(source)
        run.found += 1
        run.new += 1
        if isinstance(outcome, Article):
            _add_article(run, outcome)
        else:
            reasons = {"skipped": run.skipped, "failed": run.failed, "deferred": run.deferred}[outcome_class(outcome)]
            reasons[outcome.reason] = reasons.get(outcome.reason, 0) + 1
            run.duplicates += outcome.reason == "duplicate"
        if asked:
            self._count_host(outcome)

    def add_traffic(self, requests: Mapping[str, int], received: Mapping[str, int]) -> None:
        """Add requests and bytes by source; those of no source are in the totals only."""
        for name in requests.keys() & self.sources.keys():
            self.sources[name].requests += requests[name]
            self.sources[name].bytes += received[name]

    def runs(self, run: int, at: datetime) -> list[SourceRun]:
        """Return what is to be kept."""
        return [msgspec.structs.replace(one, run=run, at=at) for one in self.sources.values()]

    def hosts(self, run: int, at: datetime) -> list[HostRun]:
        """Return how the hosts fared that were asked for pages."""
        return [
            HostRun(host=host, run=run, at=at, pages=pages, refused=self._refused[host])
            for host, pages in self._asked.items()
        ]

    def lines(self) -> list[str]:
        """Return a line for each source that anything came of, where there are several."""
        several = len(self.sources) > 1
        told = [one for one in self.sources.values() if several and (one.found or one.error)]
        return [f"{one.source}: {_line(one)}{self._suffix(one)}" for one in told]

    def _suffix(self, run: SourceRun) -> str:
        return "; the source itself: not_modified" if run.source in self.not_modified else ""

    def last_line(self) -> str:
        """Return ``"3 found = 1 seen + 2 articles + 0 skipped + 0 failed + 0 deferred"``."""
        return f"{self.found} found = {self.seen} seen + {self.totals.line().partition(' = ')[2]}"

    def detail_line(self, requests: int, received: int, seconds: float) -> str:
        """Return what the totals do not say."""
        every = self.sources.values()
        new, duplicates, revisions = (
            sum(getattr(one, name) for one in every) for name in ("new", "duplicates", "revisions")
        )
        return (
            f"{new} new, {counted(duplicates, 'duplicate')}, {counted(revisions, 'new version')};"
            f" {counted(requests, 'request')}, {in_bytes(received)} in {seconds:.1f} s"
        )

    def as_json(self, **more: Any) -> dict[str, Any]:
        """Return the totals and the sources as one object; ``more`` comes first."""
        every = list(self.sources.values())
        names = ("found", "seen", "new", "articles", "revisions", "duplicates")
        return {
            **more,
            **{name: sum(getattr(one, name) for one in every) for name in names},
            **{name: _summed(getattr(one, name) for one in every) for name in ("skipped", "failed", "deferred")},
            "sources": [{**_source_json(one), "not_modified": one.source in self.not_modified} for one in every],
        }

    def _of(self, source: str) -> SourceRun:
        """A page that is due may be of a source that the settings no longer have."""
        return self.sources.setdefault(source, SourceRun(source=source))

    def _count_host(self, outcome: Outcome) -> None:
        url = (outcome.fetch.url_requested or outcome.url or "") if isinstance(outcome, Article) else outcome.url
        host = host_of(url)
        if not host or (isinstance(outcome, Deferred) and outcome.reason not in _REFUSED):
            return  # a file; or it was not asked, or could not answer
        self._asked[host] += 1
        if not isinstance(outcome, Article) and (
            outcome.reason in _REFUSED or (isinstance(outcome, Failed) and outcome.detail in _REFUSED_STATUS)
        ):
            self._refused[host] += 1


def in_bytes(number: int) -> str:
    """Return ``"512 B"``, ``"34 KB"``, ``"1.2 MB"``."""
    if number < 1000:
        return f"{number} B"
    return f"{number / 1000:.0f} KB" if number < 1_000_000 else f"{number / 1_000_000:.1f} MB"


def _add_article(run: SourceRun, article: Article) -> None:
    run.articles += 1
    run.revisions += article.revision > 1
    run.duplicates += article.duplicate.kind is not None
    run.dated += article.published is not None
    run.signed += bool(article.authors)
    if len(run.chars) < MAX_SAMPLES:
        removed = sum(len(one.text) for one in article.removed if one.side == "inside")
        run.chars.append(article.chars)
        run.removed.append(round(removed / (removed + article.chars), 3) if removed else 0.0)


def _line(run: SourceRun) -> str:
    if run.error:
        return f"failed: {run.error}"
    report = Report()
    report.articles = run.articles
    for kind in ("skipped", "failed", "deferred"):
        report.reasons.update({(kind, reason): number for reason, number in getattr(run, kind).items()})
    line = f"{run.found} found = {run.seen} seen + {report.line().partition(' = ')[2]}"
    extra = [counted(run.duplicates, "duplicate")] * bool(run.duplicates)
    extra += [counted(run.revisions, "new version")] * bool(run.revisions)
    return "; ".join([line, *extra, f"{counted(run.requests, 'request')}, {in_bytes(run.bytes)}"])


def _source_json(run: SourceRun) -> dict[str, Any]:
    kept = {
        name: value for name, value in msgspec.to_builtins(run).items() if name not in ("run", "at", "chars", "removed")
    }
    return {
        **kept,
        "median_chars": round(median(run.chars)) if run.chars else None,
        "median_removed": round(median(run.removed), 3) if run.removed else None,
    }


def _summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(sorted(total.items()))
