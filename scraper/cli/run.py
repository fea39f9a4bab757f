"""`scraper run`: one incremental run of a corpus, made for cron."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterable
from contextlib import aclosing, closing
from functools import partial
from pathlib import Path

import click
import msgspec

from scraper.cli.logs import log_options
from scraper.cli.options import mention_proxy, with_rules
from scraper.config import Settings, SourceSettings, load_settings
from scraper.corpus import Corpus, open_corpus
from scraper.discover import CorpusSources, ListReader, wish_of
from scraper.engines.workers import WorkerEngine
from scraper.errors import ConfigError, PageError
from scraper.keeping import KeepingEngine
from scraper.records import Article, Failed, Outcome, Target
from scraper.report import Report, exit_code, outcome_line
from scraper.run import Stop, outcomes
from scraper.sources.asking import NoAnswer
from scraper.urls import problem

log = logging.getLogger("scraper")


@click.command(short_help="Run a corpus once; made for cron.")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Exit with 3 also where single pages failed or were put off.")
@click.option(
    "--rules", "own_rules", multiple=True, metavar="DIR",
    help="Also strip by the rules in this file or folder, as `strip.rules` does. May be repeated.",
)  # fmt: skip
@log_options
def run(config: Path, strict: bool, own_rules: tuple[str, ...]) -> int:
    """Add to a corpus what is new in its sources.

    CONFIG is a TOML file that names the sources (lists of urls, feeds, sitemaps, pages that list articles, sites), the
    file that articles are added to, and the file that remembers which pages were seen. A page that failed is tried
    again in a later run. Exit codes: 0 all is well, also with nothing new; 3 a whole source could not be read; 75
    another run is at work; docs/cron.md has all.

    \b
      scraper run corpus.toml
      scraper run --quiet corpus.toml     in a crontab
    """
    settings = with_rules(load_settings(config), own_rules)
    _check(settings, config)
    mention_proxy(settings.fetch.proxy)
    contact = settings.fetch.contact or os.environ.get("SCRAPER_CONTACT", "")
    settings = msgspec.structs.replace(settings, fetch=msgspec.structs.replace(settings.fetch, contact=contact))
    with (
        closing(WorkerEngine(settings)) as engine,  # first of all: it forks, as the next does
        closing(ListReader(settings.engine)) as reader,
        open_corpus(settings.corpus, config.parent) as corpus,
    ):
        return asyncio.run(_Run(settings, config.parent, corpus, strict).to_the_end(engine, reader))


class _Run:
    """Sources, fetches and the corpus, and what is told about them."""

    def __init__(self, settings: Settings, folder: Path, corpus: Corpus, strict: bool) -> None:
        self._settings = settings
        self._folder = folder
        self._corpus = corpus
        self._strict = strict
        self._report = Report()
        self._seen = 0
        self._stop = Stop()
        self._sources_failed = 0

    async def to_the_end(self, engine: WorkerEngine, reader: ListReader) -> int:
        """Run, say the totals and return the exit code."""
        from scraper.fetch.fetcher import HttpFetcher  # noqa: PLC0415 httpx costs 100 ms, which a busy corpus should not
        from scraper.fetch.render import BrowserRenderer  # noqa: PLC0415

        with self._stop.on_signals():
            settings = self._settings.fetch
            async with (
                HttpFetcher(settings, on_wait=partial(log.info, "%s")) as fetcher,
                BrowserRenderer(settings, fetcher) as renderer,
            ):
                fetch = partial(fetcher.fetch, any_type=True)
                corpus = self._corpus
                sources = CorpusSources(self._folder, self._settings.discover, fetch, reader.read, corpus.document)
                named = await self._named(sources)
                targets = self._planned(named)
                if self._settings.strip.memory:
                    engine.remember(corpus.memory(targets))
                keeper = KeepingEngine(engine) if self._settings.corpus.keep_pages else None
                stream = outcomes(targets, fetcher, keeper or engine, stop=self._stop, renderer=renderer)
                async with aclosing(stream) as results:
                    async for target, outcome in results:
                        kept = keeper.taken(target) if keeper else b""
                        self._count(self._corpus.take(target, outcome, kept))
            self._corpus.remember(sources.documents)
        return self._end()

    async def _named(self, sources: CorpusSources) -> list[Target | Failed]:
        """Return what the sources name; a source that fails names nothing, and after a stop none does."""
        reading = asyncio.gather(*(self._read(source, sources) for source in self._settings.source))
        loop = asyncio.get_running_loop()
        self._stop.on_request(lambda: loop.call_soon_threadsafe(reading.cancel))
        try:
            return [item for named in await reading for item in named]
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
            log.info("source %s did not change", source.name)
            return []
        log.info("source %s names %s pages", source.name, len(named))
        return named

    def _unread(self, source: SourceSettings, error: PageError, *, put_off: bool = False) -> list[Target | Failed]:
        """Tell why a source names nothing. One whose host asked for a rest has not failed: it is asked again later."""
        self._sources_failed += self._strict or not put_off
        if put_off:
            log.log(logging.WARNING if self._strict else logging.INFO, "source %s is put off: %s", source.name, error)
        else:
            log.warning("source %s failed: %s", source.name, error)
        return []

    def _planned(self, named: Iterable[Target | Failed]) -> list[Target]:
        """Return what is to be fetched; count the rest."""
        named = list(named)
        plan = self._corpus.plan(item for item in named if isinstance(item, Target))
        self._seen = plan.seen
        undone: list[Outcome] = [item for item in named if isinstance(item, Failed)]
        for outcome in undone + plan.waiting:
            self._count(outcome)
        return plan.fetch

    def _count(self, outcome: Outcome) -> None:
        self._report.count(outcome)
        if not isinstance(outcome, Article) and outcome.reason != "interrupted":
            # In a crontab only warnings are mailed, and a page that fails is no news: it is tried again.
            log.log(logging.WARNING if self._strict else logging.INFO, "%s", outcome_line(outcome))

    def _end(self) -> int:
        report = self._report
        totals = {name: report.total(name) for name in ("skipped", "failed", "deferred")}
        found = self._seen + report.articles + sum(totals.values())
        codes = {128 + self._stop.signal} if self._stop.signal else set()
        if report.reasons["failed", "bug"]:
            codes.add(1)
        if self._sources_failed or (self._strict and (totals["failed"] or totals["deferred"])):
            codes.add(3)
        code = exit_code(codes)
        self._corpus.finish(code, {"found": found, "seen": self._seen, "articles": report.articles, **totals})
        parts = report.line().partition(" = ")[2]
        log.log(logging.WARNING if code else logging.INFO, "%s found = %s seen + %s", found, self._seen, parts)
        return code


def _check(settings: Settings, config: Path) -> None:
    """Raise :class:`ConfigError` for sources that cannot be read."""
    if not settings.source:
        raise ConfigError(f"{config}: names no source; add a [[source]] with name, kind and path or url")
    names: set[str] = set()
    for source in settings.source:
        key = "path" if source.kind == "urls" else "url"
        if not getattr(source, key):
            raise ConfigError(f"{config}: source {source.name!r} of kind {source.kind!r} has no {key}; add one")
        wrong = problem(source.url or "") if key == "url" else None
        if wrong:
            raise ConfigError(f"{config}: source {source.name!r}: {source.url!r}: {wrong}")
        wish_of(source)
        if source.name in names:
            raise ConfigError(f"{config}: two sources are named {source.name!r}; give each a name of its own")
        names.add(source.name)
