"""`scraper discover`: which articles a site offers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import click
import msgspec

from scraper.cli.finding import fetchable, finding_options, wish_of
from scraper.cli.logs import log_options
from scraper.cli.options import fetch_options, fetch_settings, language_codes, mention_proxy
from scraper.config import Settings, load_settings
from scraper.discover import ListReader, discovery, rendering
from scraper.errors import PageError
from scraper.run import Stop
from scraper.sources.discovery import Discovery
from scraper.sources.found import Found, Wish, newest_first
from scraper.text import counted, safe_for_terminal
from scraper.write.stream import write_out
from scraper.write.strict_json import json_line

log = logging.getLogger("scraper")

NOTHING_FOUND = "no article was found"


@click.command(short_help="Find the articles of a site.")
@click.argument("urls", nargs=-1, required=True, metavar="URL...", callback=fetchable)
@click.option("--json", "as_json", is_flag=True, help="One object a line: url, title, published, language, where from.")
@finding_options
@click.option(
    "--lang", "languages", multiple=True, metavar="CODE", callback=language_codes,
    help="Leave out links that are known to be in another language; several: --lang en,zh.",
)  # fmt: skip
@click.option(
    "--settings", "settings_path", type=click.Path(path_type=Path), metavar="FILE",
    help="Read settings from a TOML file; options count more.",
)  # fmt: skip
@fetch_options
@log_options
def discover(urls: tuple[str, ...], as_json: bool, **options: Any) -> int:
    """Print the addresses of a site's articles, the newest first.

    They come from its feeds, its sitemaps and the pages that list articles. URL is the address of the site, or of a
    single section, feed or sitemap. What has no known date comes last and is never too old for --since.

    \b
      scraper discover https://news.example
      scraper discover https://news.example --since 2d --max 50 --json
      scraper discover https://news.example/sport --exclude /live/ | scraper get -i - -o sport.jsonl
    """
    settings = load_settings(options["settings_path"]) if options["settings_path"] else Settings()
    settings = msgspec.structs.replace(settings, fetch=fetch_settings(settings.fetch, options))
    mention_proxy(settings.fetch.proxy)
    with closing(ListReader(settings.engine)) as reader:
        return asyncio.run(_discover(urls, settings, reader, wish_of(options), as_json))


async def _discover(urls: tuple[str, ...], settings: Settings, reader: ListReader, wish: Wish, as_json: bool) -> int:
    from scraper.fetch.fetcher import HttpFetcher  # noqa: PLC0415 httpx costs 100 ms, which a wrong option should not
    from scraper.fetch.render import BrowserRenderer  # noqa: PLC0415

    stop = Stop()
    async with (
        HttpFetcher(settings.fetch, on_wait=partial(log.debug, "%s")) as fetcher,
        BrowserRenderer(settings.fetch, fetcher) as renderer,
    ):
        for url in urls:
            fetcher.identity.name(url)
        with stop.on_signals():
            fetch = partial(fetcher.fetch, any_type=True)
            read = rendering(reader.read, renderer)
            finders = {url: discovery(fetch, read, settings.discover, wish) for url in urls}
            found, failed = await found_at(finders, stop)
    for error in failed:
        log.warning("%s", error)
    for one in newest_first(found):
        write_out(json_line(one) if as_json else f"{safe_for_terminal(one.url)}\n".encode())
    if stop.signal:
        return 128 + stop.signal
    if not found:
        log.warning(NOTHING_FOUND)
        return 4
    return 3 if failed else 0


async def found_at(finders: Mapping[str, Discovery], stop: Stop) -> tuple[list[Found], list[PageError]]:
    """Return what was found at each address, and why nothing could be read at others. All are asked at once."""
    tasks = [asyncio.ensure_future(_of_one(url, finder)) for url, finder in finders.items()]
    loop = asyncio.get_running_loop()
    stop.on_request(lambda: [loop.call_soon_threadsafe(task.cancel) for task in tasks])
    found: list[Found] = []
    failed = []
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, PageError):
            failed.append(result)
        elif isinstance(result, list):
            found += result
        elif not isinstance(result, asyncio.CancelledError):
            raise result
    return found, failed


async def _of_one(url: str, finder: Discovery) -> list[Found]:
    found = await finder.site(url)
    read = ", ".join(counted(count, kind) for kind, count in sorted(finder.search.read.items()))
    log.info("%s: %s, from %s", url, counted(len(found), "article"), read or "nothing")
    return found
