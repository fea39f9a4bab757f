"""`scraper run`: one incremental run of a corpus, made for cron."""

from __future__ import annotations

import asyncio
import os
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import msgspec

from scraper.cli.corpus_settings import changed_settings, run_options
from scraper.cli.dry_run import dry_run
from scraper.cli.logs import log_options
from scraper.cli.one_run import OneRun, Wanted
from scraper.cli.options import mention_proxy, with_rules
from scraper.cli.report_file import check_report
from scraper.cli.secrets import fetch_secrets
from scraper.config import load_settings
from scraper.corpus.opening import open_corpus
from scraper.discover import ListReader
from scraper.engines.workers import WorkerEngine


@click.command(short_help="Run a corpus once; made for cron.")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--dry-run", "is_dry", is_flag=True, help="Read the sources, print what would be fetched, keep nothing.")
@click.option("--strict", is_flag=True, help="Exit with 3 also where single pages failed or were put off.")
@click.option(
    "--report", "report_path", type=click.Path(path_type=Path), metavar="FILE",
    help="Write what the last lines say to FILE, as one JSON object.",
)  # fmt: skip
@run_options
@log_options
def run(config: Path, is_dry: bool, strict: bool, report_path: Path | None, **options: Any) -> int:
    """Add to a corpus what is new in its sources.

    CONFIG is a TOML file that names the sources (lists of urls, feeds, sitemaps, pages that list articles, sites), the
    file that articles are added to, and the file that remembers which pages were seen; `scraper init` writes one to
    begin with. A page that failed is tried again in a later run. Exit codes: 0 all is well, also with nothing new; 3 a
    whole source could not be read; 7 a source fell silent or its articles are not what they were; 75 another run is at
    work; docs/cron.md has all.

    \b
      scraper run corpus.toml
      scraper run --quiet corpus.toml              in a crontab
      scraper run corpus.toml --dry-run
      scraper run corpus.toml --source harbour --since 2d --max-pages 50
    """
    settings = changed_settings(load_settings(config), config, options)
    settings = with_rules(settings, options["own_rules"])
    mention_proxy(settings.fetch.proxy)
    contact = settings.fetch.contact or os.environ.get("SCRAPER_CONTACT", "")
    fetch = fetch_secrets(msgspec.structs.replace(settings.fetch, contact=contact))
    settings = msgspec.structs.replace(settings, fetch=fetch)
    if report_path:
        check_report(report_path)
    wanted = Wanted.of(options, settings, strict=strict, report=report_path)
    if is_dry:
        with closing(ListReader(settings.engine)) as reader:
            return asyncio.run(dry_run(settings, config.parent, wanted, reader))
    with (
        closing(WorkerEngine(settings)) as engine,  # first of all: it forks, as the next does
        closing(ListReader(settings.engine)) as reader,
        open_corpus(settings.corpus, config.parent, duplicates=settings.duplicates) as corpus,
    ):
        return asyncio.run(OneRun(settings, config.parent, corpus, wanted).to_the_end(engine, reader))
