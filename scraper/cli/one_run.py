"""One run of a corpus: sources, fetches, the corpus, and what is told about them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from scraper.cli.corpus_settings import span_s
from scraper.cli.progress import Progress, progress
from scraper.cli.report_file import write_report
from scraper.config import Settings, SourceSettings
from scraper.corpus.alarms import Alarm, changes, refusal, silence, to_tell
from scraper.corpus.corpus import Corpus
from scraper.corpus.from_files import FilesFirst
from scraper.corpus.keeping import KeepingEngine
from scraper.corpus.revisits import NotingFetcher
from scraper.corpus.run_report import RunReport
from scraper.discover import CorpusSources, ListReader, rendering
from scraper.engines.workers import WorkerEngine
from scraper.errors import PageError
from scraper.records import Article, Deferred, Failed, Outcome, Target
from scraper.report import exit_code, outcome_line
from scraper.run import Stop, outcomes
from scraper.sources.asking import NoAnswer
from scraper.text import counted

log = logging.getLogger("scraper")

Named = list[tuple[SourceSettings, list[Target | Failed]]]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the options ask of a run, beside the settings."""

    only: tuple[str, ...] = ()  # sources; () is all
    recheck: timedelta | None = None
    forgetful: bool = False  # the sources were read otherwise than in other runs: nothing is remembered of them
    strict: bool = False
    report: Path | None = None

    @classmethod
    def of(cls, options: Mapping[str, Any], settings: Settings, *, strict: bool, report: Path | None) -> Wanted:
        """Return what the options of the command say."""
        recheck = settings.corpus.recheck
        return cls(
            only=options["only"],
            recheck=timedelta(seconds=span_s(recheck)) if recheck else None,
            forgetful=bool(options["since"]),
            strict=strict,
            report=report,
        )


class OneRun:
    """Runs a corpus once."""

    def __init__(self, settings: Settings, folder: Path, corpus: Corpus, wanted: Wanted) -> None:
        self._settings = settings
        self._folder = folder
        self._corpus = corpus
        self._wanted = wanted
        self._report = RunReport(source.name for source in settings.source)
        self._stop = Stop()
        self._progress = Progress()
        self._began = time.monotonic()
        self._began_at = datetime.now(UTC)

    async def to_the_end(self, engine: WorkerEngine, reader: ListReader) -> int:
        """Run, say the totals and return the exit code."""
        from scraper.fetch.fetcher import HttpFetcher  # noqa: PLC0415 httpx costs 100 ms, which a busy corpus should not
        from scraper.fetch.render import BrowserRenderer  # noqa: PLC0415

        with self._stop.on_signals():
            settings = self._settings.fetch
            async with (
                HttpFetcher(settings, on_wait=self._wait, robots=self._corpus.robots) as fetcher,
                BrowserRenderer(settings, fetcher) as renderer,
            ):
                fetch = partial(fetcher.fetch, any_type=True)
                corpus = self._corpus
                read = rendering(reader.read, renderer)
                sources = CorpusSources(self._folder, self._settings, fetch, read, corpus.document)
                name = fetcher.identity.name
                for source in self._settings.source:
                    name(source.url or "")
                named = await self._named(sources)
                for url in (item.url for source, items in named if source.kind == "urls" for item in items):
                    name(url)
                targets = self._planned(named)
                if self._settings.strip.memory:
                    engine.remember(corpus.memory(targets))
                of_files = {source.name for source in self._settings.source if source.kind == "files"}
                first = FilesFirst(fetcher, renderer, sources.saved, of_files)
                noting = NotingFetcher(first)
                keeper = KeepingEngine(engine) if self._settings.corpus.keep_pages else None
                stream = outcomes(targets, noting, keeper or engine, stop=self._stop, renderer=first)
                with progress(len(targets), alone=True) as self._progress:
                    async with aclosing(stream) as results:
                        async for target, outcome in results:
                            kept = keeper.taken(target) if keeper else b""
                            self._count(target.source, corpus.take(noting.noted(target), outcome, kept))
                self._report.add_traffic(fetcher.requests, fetcher.received)
            corpus.remember([] if self._wanted.forgetful else sources.documents)
        return self._end(fetcher.requests.total(), fetcher.received.total())

    def _wait(self, why: str) -> None:
        self._progress.wait(why)

    async def _named(self, sources: CorpusSources) -> Named:
        """Return what the sources name; a source that fails names nothing, and after a stop none does."""
        every = self._settings.source
        reading = asyncio.gather(*(self._read(source, sources) for source in every))
        loop = asyncio.get_running_loop()
        self._stop.on_request(lambda: loop.call_soon_threadsafe(reading.cancel))
        self._stop.on_request(sources.saved.stop)
        try:
            return list(zip(every, await reading, strict=True))
        except asyncio.CancelledError:
            if not self._stop.requested:
                raise
            sources.documents.clear()  # what they name is not fetched
            return []

    async def _read(self, source: SourceSettings, sources: CorpusSources) -> list[Target | Failed]:
        try:
            named = await sources.read(source)
        except NoAnswer as error:
            return self._unread(source, error, put_off=error.not_before is not None)
        except PageError as error:
            return self._unread(source, error)
        if named is None:
            log.info("source %s: not_modified, it did not change since the last run", source.name)
            self._report.not_modified.add(source.name)
            return []
        self._report.sources[source.name].named = len(named)
        log.info("source %s names %s", source.name, counted(len(named), "page"))
        return named

    def _unread(self, source: SourceSettings, error: PageError, *, put_off: bool = False) -> list[Target | Failed]:
        """Tell why a source names nothing. One whose host asked for a rest has not failed: it is asked again later."""
        if put_off and not self._wanted.strict:
            log.info("source %s is put off: %s", source.name, error)
            return []
        self._report.sources[source.name].error = str(error)
        log.warning("source %s %s: %s", source.name, "is put off" if put_off else "failed", error)
        return []

    def _planned(self, named: Named) -> list[Target]:
        """Return what is to be fetched; count the rest."""
        targets = [item for _, items in named for item in items if isinstance(item, Target)]
        plan = self._corpus.plan(targets, self._wanted.recheck, self._wanted.only)
        self._report.add_seen(plan.seen_of)
        for source, items in named:
            for item in items:
                if isinstance(item, Failed):
                    self._count(source.name, item, asked=False)
        for target, waiting in plan.waiting:
            self._count(target.source, waiting, asked=False)
        limit = self._settings.corpus.max_pages
        if not limit:
            return plan.fetch
        for target in plan.fetch[limit:]:
            later = Deferred(
                url=target.url, reason="budget", detail=f"{counted(limit, 'page')} a run (corpus.max_pages)"
            )
            self._count(target.source, self._corpus.take(target, later), asked=False)
        return plan.fetch[:limit]

    def _count(self, source: str, outcome: Outcome, *, asked: bool = True) -> None:
        self._report.count(source, outcome, asked=asked)
        if asked:
            self._progress.advance(self._report.totals)
        if not isinstance(outcome, Article) and outcome.reason != "interrupted":
            # In a crontab only warnings are mailed, and a page that fails is no news: it is tried again.
            log.log(logging.WARNING if self._wanted.strict else logging.INFO, "%s", outcome_line(outcome))

    def _end(self, requests: int, received: int) -> int:
        report, stopped = self._report, self._stop.signal
        totals = {name: report.totals.total(name) for name in ("skipped", "failed", "deferred")}
        codes = {128 + stopped} if stopped else set()
        if report.totals.reasons["failed", "bug"]:
            codes.add(1)
        if report.failed_sources or (self._wanted.strict and (totals["failed"] or totals["deferred"])):
            codes.add(3)
        told = [] if stopped else self._alarms()
        if told:
            codes.add(7)
        code = exit_code(codes)
        counts = {"found": report.found, "seen": report.seen, "articles": report.totals.articles, **totals}
        self._corpus.finish(code, counts)
        self._tell(code, told, requests, received)
        return code

    def _tell(self, code: int, alarms: list[str], requests: int, received: int) -> None:
        report = self._report
        seconds = round(time.monotonic() - self._began, 3)
        began = self._began_at.isoformat(timespec="seconds")
        as_json = report.as_json(
            at=began, exit_code=code, seconds=seconds, requests=requests, bytes=received, alarms=alarms
        )
        if self._wanted.report:
            write_report(self._wanted.report, as_json)
        for line in (*report.lines(), report.detail_line(requests, received, seconds)):
            log.info("%s", line)
        # An alarm is told by its own line; in a mail the totals are for what failed.
        level = logging.WARNING if code not in (0, 7) else logging.INFO
        log.log(level, "%s", report.last_line(), extra={"report": as_json})

    def _alarms(self) -> list[str]:
        """Note what the run had; return the lines of the alarms that are to be told."""
        corpus, now, settings = self._corpus, self._began_at, self._settings.alarms
        hosts = self._report.hosts(corpus.run, now)
        corpus.note_sources(self._report.runs(corpus.run, now), hosts)
        if not settings.on:
            return []
        history = corpus.history()
        before = history.alarms()
        # A run of single sources, or one that asked a host for nothing, knows nothing of the others.
        asked = {host.host for host in hosts}
        # But what a host has refused until now holds until it is asked again, so that it is not told once only.
        refused = set() if self._wanted.only else {told.source for told in before if told.kind == "refused"}
        found: list[Alarm | None] = [refusal(host, history.hosts(host), now) for host in sorted(asked | refused)]
        for source in self._settings.source:
            found.append(silence(source.name, history.days(source.name), now.date(), settings))
            found += changes(source.name, history.runs(source.name, with_articles=True), settings)
        judged = {source.name for source in self._settings.source} | asked | refused
        lines, hold = to_tell([one for one in found if one], before, now, settings)
        corpus.note_alarms([*hold, *(told for told in before if told.source not in judged)])
        for line in lines:
            log.warning("%s", line)
        return lines
