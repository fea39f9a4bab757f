"""`scraper purge`: take articles out of a corpus for good."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from scraper.cli.logs import log_options
from scraper.config import load_settings
from scraper.corpus.opening import existing_state, open_segments, root_of
from scraper.corpus.purge import Purge
from scraper.text import counted
from scraper.urls import host_of

log = logging.getLogger("scraper")


@click.command(short_help="Take articles out of a corpus for good.")
@click.argument("config", type=click.Path(path_type=Path))
@click.argument("urls", nargs=-1, metavar="[URL]...")
@click.option("--host", "hosts", multiple=True, metavar="HOST", help="All pages of HOST and of all hosts below it.")
@click.option("--yes", is_flag=True, help="Yes, take them out; only a backup brings them back.")
@log_options
def purge(config: Path, urls: tuple[str, ...], hosts: tuple[str, ...], yes: bool) -> int:
    """Take the articles and kept pages of addresses or hosts out of a corpus, and never fetch them again.

    An article goes by each address that it was asked for, arrived at or names as canonical. The open segment is
    finished, and each segment that holds one of them is written anew. The addresses stay, in the state and in
    purged.jsonl beside the articles, so that no run fetches them, whatever `scraper state` forgets or makes anew;
    `scraper state CONFIG allow` lets one come back. New pages of a host still come, until its source is taken out of
    CONFIG. A purge that was killed can be started again. Exit code 4: nothing was there to take out.

    \b
      scraper purge corpus.toml https://news.example/story --yes
      scraper purge corpus.toml --host news.example --yes
    """
    if not urls and not hosts:
        raise click.UsageError("nothing to take out; give addresses, or --host HOST")
    if not yes:
        raise click.UsageError("this takes articles out for good; add --yes if that is what you want")
    settings = load_settings(config).corpus
    existing_state(settings, root_of(settings, config.parent))
    with open_segments(settings, config.parent) as segments:
        work = Purge(segments, urls, [host_of(f"https://{host}/") or host for host in hosts])
        work.run()
    articles, pages = counted(work.articles, "article"), counted(work.pages, "kept page")
    log.info("%s and %s taken out; %s will not be fetched again", articles, pages, counted(work.addresses, "page"))
    return 0 if work.articles or work.pages else 4
