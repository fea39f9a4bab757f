"""`scraper state`: look into the memory of a corpus, correct it, tell it what you have already."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from scraper.cli.having import Having, havings_in
from scraper.cli.logs import log_options
from scraper.config import CorpusSettings, load_settings
from scraper.corpus import utc_now
from scraper.corpus.opening import existing_state, lock_of, root_of
from scraper.corpus.purge_list import keep_purge_list, write_purge_list
from scraper.corpus.rebuild import rebuild as rebuild_state
from scraper.state import State
from scraper.state import corrections as memory
from scraper.state.file import locked
from scraper.state.purged import allow as allow_purged
from scraper.text import counted
from scraper.urls import host_of, normalise
from scraper.write.stream import write_out
from scraper.write.strict_json import indented_json

log = logging.getLogger("scraper")

Command = TypeVar("Command", bound=Callable[..., Any])


class _Place:
    """Where a corpus is; the settings are read when they are needed, so that help needs none."""

    def __init__(self, config: Path) -> None:
        self._config = config

    @cached_property
    def settings(self) -> CorpusSettings:
        """Its settings."""
        return load_settings(self._config).corpus

    @cached_property
    def root(self) -> Path:
        """Its folder."""
        return root_of(self.settings, self._config.parent)

    @contextmanager
    def state(self, *, new: bool = False) -> Iterator[State]:
        """Hold the lock and open the state, which must be there unless it may be ``new``."""
        path = self.root / self.settings.state if new else existing_state(self.settings, self.root)
        with locked(lock_of(self.settings, self.root)), closing(State(path)) as state:
            yield state


@click.group(short_help="Look into the memory of a corpus, and correct it.")
@click.argument("config", type=click.Path(path_type=Path))
@click.pass_context
def state(context: click.Context, config: Path) -> None:
    """Look into the memory of the corpus that CONFIG describes, and correct it.

    Articles are never touched; `scraper purge` takes them out. While a run is at work, all end at once with 75.

    \b
      scraper state corpus.toml show https://news.example/story
      scraper state corpus.toml forget --host news.example
      scraper state corpus.toml import what-i-have.jsonl
    """
    context.obj = _Place(config)


def _of_pages(command: Command) -> Command:
    """Add the addresses and hosts that a command is about."""
    told = "All pages of HOST and of all hosts below it."
    with_hosts = click.option("--host", "hosts", multiple=True, metavar="HOST", help=told)(command)
    return click.argument("urls", nargs=-1, metavar="[URL]...")(with_hosts)


@state.command(short_help="Print what is known of an address.")
@click.argument("url")
@click.pass_obj
@log_options
def show(place: _Place, url: str) -> int:
    """Print what is known of URL as a page, and as a feed or list, as JSON. Exit code 4: nothing is known."""
    name = normalise(url)
    with place.state() as opened:
        known = opened.get(name)
        facts: dict[str, Any] = msgspec.structs.asdict(known) if known else {}
        if known:
            facts |= {"seen_at": memory.seen_at(opened, known.url), "aliases": memory.names_of(opened, known.url)}
        if documents := memory.documents_at(opened, name):
            facts["documents"] = documents
    if not facts:
        log.warning("%s: nothing is known of it; the next run that finds it fetches it", name)
        return 4
    write_out(indented_json(facts))
    return 0


@state.command(short_help="Forget pages: the next run that finds them fetches them.")
@_of_pages
@click.pass_obj
@log_options
def forget(place: _Place, urls: tuple[str, ...], hosts: tuple[str, ...]) -> int:
    """Forget pages with all their names, so that the next run that finds them fetches them.

    Their articles stay in the corpus, so each may be there twice afterwards. What is known of feeds and lists is
    forgotten, too: one that did not change would not be read again. What `scraper purge` took out is not forgotten:
    see `allow`. Exit code 4: none was known.
    """
    if not urls and not hosts:
        raise click.UsageError("nothing to forget; give addresses, or --host HOST")
    with place.state() as opened:
        count, purged = memory.forget(opened, sorted(_pages(opened, urls, hosts)))
    if purged:
        stay = "was purged and stays so" if purged == 1 else "were purged and stay so"
        log.warning("%s %s; `scraper state CONFIG allow` lets purged pages come back", counted(purged, "page"), stay)
    log.info("%s forgotten; articles stay", counted(count, "page"))
    return 0 if count else 4


@state.command(short_help="Let pages come back that `scraper purge` took out.")
@_of_pages
@click.pass_obj
@log_options
def allow(place: _Place, urls: tuple[str, ...], hosts: tuple[str, ...]) -> int:
    """Let pages come back that `scraper purge` took out: the next run that finds them fetches them.

    Takes them out of purged.jsonl as well, and forgets what is known of feeds and lists, as `forget` does. Exit
    code 4: none was purged.
    """
    if not urls and not hosts:
        raise click.UsageError("nothing to allow; give addresses, or --host HOST")
    with place.state() as opened:
        keep_purge_list(place.root, opened, utc_now())
        count = allow_purged(opened, _pages(opened, urls, hosts))
        write_purge_list(place.root, opened)
    log.info("%s may come back", counted(count, "page"))
    return 0 if count else 4


def _pages(opened: State, urls: Iterable[str], hosts: Iterable[str]) -> set[str]:
    """Return the pages that addresses and hosts name."""
    pages = {known.url if (known := opened.get(normalise(url))) else normalise(url) for url in urls}
    for host in hosts:
        pages.update(memory.pages_of_host(opened, host_of(f"https://{host}/") or host))
    return pages


@state.command(short_help="Forget everything but the articles.")
@click.option("--yes", is_flag=True, help="Yes, forget everything.")
@click.pass_obj
@log_options
def reset(place: _Place, yes: bool) -> int:
    """Forget all pages, feeds and lists, and what sites repeat. Articles stay, and all pages are fetched again.

    What `scraper purge` took out does not come back.
    """
    if not yes:
        raise click.UsageError("this forgets every page; add --yes if that is what you want")
    with place.state() as opened:
        count = memory.reset(opened, utc_now())
    log.info("%s forgotten; articles stay", counted(count, "page"))
    return 0


@state.command(short_help="Make the state anew from the articles.")
@click.pass_obj
@log_options
def rebuild(place: _Place) -> int:
    """Make the state anew from the segments, where it is lost, damaged, or does not fit them.

    A state that can be read is copied to a file that ends with .before-rebuild-1 (or the next number that is free)
    first, and keeps what it knows of pages that are no articles. One that cannot be read is moved to a file that ends
    with .damaged-1. What `scraper purge` took out does not come back: it stands in purged.jsonl, too.
    """
    with locked(lock_of(place.settings, place.root)):
        report = rebuild_state(place.settings, place.root, utc_now)
    log.info("%s; %s", report.contents, report.before)
    return 0


@state.command("import", short_help="Note pages that you have already.")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
@log_options
def import_(place: _Place, file: Path) -> int:
    """Note the pages in FILE as known, so that they are not fetched: you have them already.

    FILE holds addresses, one a line, or JSON lines with a `url`; of articles of this program the addresses that they
    were asked for and name as canonical count, too. Exit code 3: some lines hold no address.
    """
    faults = 0

    def pages() -> Iterator[tuple[str, list[str]]]:
        nonlocal faults
        for found in havings_in(file):
            if isinstance(found, Having):
                url, *names = dict.fromkeys(map(normalise, found.names))
                yield url, names
            else:
                faults += 1
                log.warning("%s", found.detail)

    with place.state(new=True) as opened:
        new, known = memory.add_imported(opened, pages(), utc_now())
    total = new + known + faults
    without = counted(faults, "line") + " without an address"
    log.info("%s = %s new + %s known + %s", counted(total, "page"), new, known, without)
    return 3 if faults else 0
