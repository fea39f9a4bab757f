"""`scraper get`: fetch and clean a few pages, or a list of ten thousand."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any

import click
import msgspec

from scraper.cli.logs import log_options
from scraper.cli.options import fetch_options, fetch_settings, output_options, read_settings
from scraper.cli.outlet import Outlet, broken_output_code
from scraper.cli.progress import Progress, progress
from scraper.config import FetchSettings
from scraper.engines.workers import WorkerEngine
from scraper.errors import OutputError
from scraper.protocols import Engine
from scraper.records import Failed, Skipped, Target
from scraper.run import Decided, Stop, outcomes
from scraper.sources.files import STANDARD_INPUT, standard_input, unreadable
from scraper.sources.url_lists import listed_targets, named_targets
from scraper.urls import normalise
from scraper.write.articles import addresses_in

log = logging.getLogger("scraper")


@click.command(short_help="Fetch and clean pages.")
@click.argument("urls", nargs=-1, metavar="[URL]...")
@click.option(
    "-i", "--input", "lists", multiple=True, metavar="FILE",
    help="Read urls from FILE, one a line; - is standard input. Blank lines and lines that begin with # are left out.",
)  # fmt: skip
@output_options
@click.option("--append", is_flag=True, help="With -o: leave out the pages whose article FILE holds already.")
@fetch_options
@log_options
def get(urls: tuple[str, ...], lists: tuple[str, ...], append: bool, **options: Any) -> int:
    """Fetch pages and write their articles.

    Each url ends as an article or with a line on standard error that says why not. A url that comes twice is fetched
    once. robots.txt is obeyed, and each host gets one request at a time. Interrupted by Ctrl-C, a run with -o goes on
    where it stopped when it is started again with --append.

    \b
      scraper get https://news.example/story
      scraper get -i urls.txt -o articles.jsonl --append --failures failures.jsonl
      scraper get https://news.example/story --format markdown
    """
    if not urls and not lists:
        raise click.UsageError("no url; name one, or a file of urls with -i")
    output: Path | None = options["output"]
    if append and (output is None or str(output) == "-" or options["form"] not in (None, "jsonl")):
        raise click.UsageError("--append needs -o FILE and the format jsonl; add them, or leave --append out")
    settings = read_settings(
        options["settings_path"], languages=options["languages"], min_quality=options["min_quality"]
    )
    settings = msgspec.structs.replace(settings, fetch=fetch_settings(settings.fetch, options))
    _mention_proxy(settings.fetch.proxy)
    with (
        closing(WorkerEngine(settings)) as engine,  # first of all: it forks
        Outlet(output, options["form"], options["failures"]) as outlet,
    ):
        seen = {normalise(url) for url in addresses_in(output)} if append and output else set()
        # Read to its end first: waiting for a slow writer would let the fetches time out.
        typed = list(_from_standard_input()) if "-" in lists else []
        with progress(None if lists else len(urls)) as bar:
            targets = _unseen(_targets(urls, lists, typed), seen)
            codes = asyncio.run(_get(targets, settings.fetch, engine, outlet, bar))
        return outlet.end(*codes)


async def _get(
    targets: Iterable[Target | Decided], settings: FetchSettings, engine: Engine, outlet: Outlet, bar: Progress
) -> set[int]:
    """Take each target to its outcome; return the exit codes of a stop or of an output that broke."""
    from scraper.fetch.fetcher import HttpFetcher  # noqa: PLC0415 httpx costs 100 ms, which a wrong option should not

    stop = Stop()
    codes: set[int] = set()
    loop = asyncio.get_running_loop()
    # Not in the loop: a reader of the output that pauses (`| less`) must not let the fetches time out.
    writer = ThreadPoolExecutor(1, thread_name_prefix="write")
    async with HttpFetcher(settings, on_wait=bar.wait) as fetcher:
        with stop.on_signals():
            stream = outcomes(targets, fetcher, engine, stop=stop)
            async with aclosing(stream):
                async for target, outcome in stream:
                    try:
                        await loop.run_in_executor(writer, outlet.take, outcome)
                    except (OutputError, BrokenPipeError) as error:
                        if not codes:
                            codes.add(broken_output_code(error))
                            stop.request()
                        outlet.drop(target.url)
                    bar.advance(outlet.report)
    return codes | ({128 + stop.signal} if stop.signal else set())


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


def _mention_proxy(used: str) -> None:
    names = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
    name = next((name for name in names if os.environ.get(name)), None)
    if name and not used:
        log.info("%s is set but not used; pages are fetched directly unless --proxy names a proxy", name)
