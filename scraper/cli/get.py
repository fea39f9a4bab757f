"""`scraper get`: fetch and clean a few pages, or a list of ten thousand."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, closing
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import click
import msgspec

from scraper.cli.discover import NOTHING_FOUND, found_at
from scraper.cli.finding import fetchable, finding_options, wish_of
from scraper.cli.logs import log_options
from scraper.cli.options import fetch_options, fetch_settings, mention_proxy, output_options, read_settings
from scraper.cli.outlet import Outlet, broken_output_code
from scraper.cli.progress import Progress, progress
from scraper.config import Settings
from scraper.discover import ListReader, discovery, rendering
from scraper.engines.workers import WorkerEngine
from scraper.errors import OutputError
from scraper.protocols import Engine
from scraper.records import Article, Failed, Outcome, Skipped, Target
from scraper.run import Decided, Stop, outcomes
from scraper.sources.files import STANDARD_INPUT, standard_input, unreadable
from scraper.sources.found import Wish, newest_first
from scraper.sources.url_lists import listed_targets, named_targets
from scraper.urls import normalise
from scraper.write.articles import addresses_in

log = logging.getLogger("scraper")

# How long a stop waits for an outcome that is being written, perhaps into a pipe that nobody reads.
STOP_S = 5.0


@click.command(short_help="Fetch and clean pages.")
@click.argument("urls", nargs=-1, metavar="[URL]...")
@click.option(
    "-i", "--input", "lists", multiple=True, metavar="FILE",
    help="Read urls from FILE, one a line; - is standard input. Blank lines and lines that begin with # are left out.",
)  # fmt: skip
@click.option(
    "--from", "sites", multiple=True, metavar="URL", callback=fetchable,
    help="Find the articles of the site, section, feed or sitemap at URL as `scraper discover` does, and fetch them. "
    "May be repeated.",
)  # fmt: skip
@finding_options
@output_options
@click.option("--append", is_flag=True, help="With -o: leave out the pages whose article FILE holds already.")
@fetch_options
@log_options
def get(urls: tuple[str, ...], lists: tuple[str, ...], sites: tuple[str, ...], append: bool, **options: Any) -> int:
    """Fetch pages and write their articles.

    Each url ends as an article or with a line on standard error that says why not. A url that comes twice is fetched
    once. robots.txt is obeyed, and each host gets one request at a time. Interrupted by Ctrl-C, a run with -o goes on
    where it stopped when it is started again with --append.

    \b
      scraper get https://news.example/story
      scraper get -i urls.txt -o articles.jsonl --append --failures failures.jsonl
      scraper get https://news.example/story --format markdown
      scraper get --from https://news.example --since 2d -o articles.jsonl --append
    """
    if not urls and not lists and not sites:
        raise click.UsageError("no url; name one, a file of urls with -i, or a site with --from")
    output: Path | None = options["output"]
    if append and (output is None or str(output) == "-" or options["form"] not in (None, "jsonl")):
        raise click.UsageError("--append needs -o FILE and the format jsonl; add them, or leave --append out")
    settings = read_settings(options)
    settings = msgspec.structs.replace(settings, fetch=fetch_settings(settings.fetch, options))
    mention_proxy(settings.fetch.proxy)
    with (
        closing(WorkerEngine(settings)) as engine,  # first of all: it forks, as the next does
        closing(ListReader(settings.engine)) as reader,
        Outlet(output, options["form"], options["failures"]) as outlet,
    ):
        seen = {normalise(url) for url in addresses_in(output)} if append and output else set()
        # Read to its end first: waiting for a slow writer would let the fetches time out.
        typed = list(_from_standard_input()) if "-" in lists else []
        wish = wish_of(options)

        def targets(found: Iterable[Target | Failed], name: Callable[[str], object]) -> Iterator[Target | Decided]:
            return _unseen(chain(_told(_targets(urls, lists, typed), name), found), seen)

        with progress(None if lists or sites else len(urls)) as bar:
            work = _Get(settings, engine, outlet, bar, wish)
            codes = asyncio.run(work.to_the_end(sites, reader, targets))
        return outlet.end(*codes)


class _Get:
    """Takes targets to their outcomes."""

    def __init__(self, settings: Settings, engine: Engine, outlet: Outlet, bar: Progress, wish: Wish) -> None:
        self._settings = settings
        self._engine = engine
        self._outlet = outlet
        self._bar = bar
        self._wish = wish
        self._stop = Stop()
        self._codes: set[int] = set()

    async def to_the_end(
        self,
        sites: Iterable[str],
        reader: ListReader,
        targets: Callable[[Iterable[Target | Failed], Callable[[str], object]], Iterable[Target | Decided]],
    ) -> set[int]:
        """Find what the sites offer and fetch it; return the exit codes of a stop or of an output that broke.

        ``targets`` takes what was found, and what is to be told each url that the user named.
        """
        from scraper.fetch.fetcher import HttpFetcher  # noqa: PLC0415 100 ms, which a wrong option should not cost
        from scraper.fetch.render import BrowserRenderer  # noqa: PLC0415

        settings = self._settings.fetch
        async with (
            HttpFetcher(settings, on_wait=self._bar.wait) as fetcher,
            BrowserRenderer(settings, fetcher) as renderer,
        ):
            name = fetcher.identity.name
            for url in sites:
                name(url)
            with self._stop.on_signals():
                fetch = partial(fetcher.fetch, any_type=True)
                read = rendering(reader.read, renderer)
                finders = {url: discovery(fetch, read, self._settings.discover, self._wish) for url in sites}
                found, failed = await found_at(finders, self._stop)
                if finders and not found:
                    log.warning(NOTHING_FOUND)
                named = [one.target(one.source) for one in newest_first(found)]
                undone = [Failed(url=error.url or "", reason=error.reason, detail=error.detail) for error in failed]
                items = targets([*named, *undone], name)
                stream = outcomes(items, fetcher, self._engine, stop=self._stop, renderer=renderer)
                async with aclosing(stream):
                    await self._take_all(stream)
        return self._codes | ({128 + self._stop.signal} if self._stop.signal else set())

    async def _take_all(self, stream: AsyncIterator[tuple[Target, Outcome]]) -> None:
        # Not in the loop: a reader of the output that pauses (`| less`) must not let the fetches time out.
        writer = ThreadPoolExecutor(1, thread_name_prefix="write")
        loop = asyncio.get_running_loop()
        self._stop.on_request(lambda: loop.call_soon_threadsafe(loop.call_later, STOP_S, _leave, self._stop))
        async for target, outcome in stream:
            try:
                await loop.run_in_executor(writer, self._outlet.take, self._recent(target, outcome))
            except (OutputError, BrokenPipeError) as error:
                if not self._codes:
                    self._codes.add(broken_output_code(error))
                    self._stop.request()
                self._outlet.drop(target.url)
            self._bar.advance(self._outlet.report)

    def _recent(self, target: Target, outcome: Outcome) -> Outcome:
        """Return a page that says itself that it is older than ``--since`` as what it is."""
        since = self._wish.since
        if since and isinstance(outcome, Article) and outcome.published:
            published = datetime.fromisoformat(outcome.published)
            published = published if published.tzinfo else published.replace(tzinfo=UTC)
            # Of a day alone it is not known when it was.
            published += timedelta(days=1) if outcome.published_precision == "day" else timedelta()
            if published < since:
                return Skipped(url=outcome.url or target.url, reason="too_old", detail=f"of {outcome.published}")
        return outcome


def _leave(stop: Stop) -> None:
    """End the process: a stop takes no second unless the reader of the output pauses."""
    log.warning("stopped by signal %s; standard output was not read to its end", stop.signal)
    os._exit(128 + (stop.signal or signal.SIGPIPE))


def _from_standard_input() -> Iterator[Target | Failed]:
    try:
        yield from listed_targets(standard_input(), STANDARD_INPUT)
    except OSError as error:
        yield unreadable(STANDARD_INPUT, error)


def _targets(urls: Iterable[str], lists: Iterable[str], typed: Iterable[Target | Failed]) -> Iterator[Target | Failed]:
    """Yield what is to be fetched, and what is wrong with the lists."""
    yield from named_targets(urls)
    for name in lists:
        if name == "-":
            yield from typed
            continue
        try:
            with Path(name).open("rb") as stream:
                yield from listed_targets(stream, name)
        except OSError as error:
            yield unreadable(name, error)


def _told(items: Iterable[Target | Failed], name: Callable[[str], object]) -> Iterator[Target | Failed]:
    """Yield the items; ``name`` is told their urls before."""
    for item in items:
        if isinstance(item, Target):
            name(item.url)
        yield item


def _unseen(items: Iterable[Target | Failed], seen: set[str]) -> Iterator[Target | Decided]:
    """Yield the items, of pages that are in ``seen`` or came before only that they were seen."""
    earlier: set[str] = set()
    for item in items:
        if not isinstance(item, Target):
            yield item
            continue
        page = normalise(item.url)
        if page in seen:
            yield Skipped(url=item.url, reason="seen", detail="its article is in the output already")
        elif page in earlier:
            yield Skipped(url=item.url, reason="seen", detail="the same address came before")
        else:
            earlier.add(page)
            yield item
