"""`scraper reclean`: make the articles of a corpus again from the pages that were kept."""

from __future__ import annotations

import asyncio
import logging
from contextlib import closing
from pathlib import Path

import click

from scraper.cli.logs import log_options
from scraper.cli.options import with_rules
from scraper.config import load_settings
from scraper.corpus.opening import existing_state, open_segments, root_of
from scraper.corpus.reclean import Recleaning
from scraper.engines.workers import WorkerEngine
from scraper.text import counted

log = logging.getLogger("scraper")


@click.command(short_help="Make a corpus again from its kept pages.")
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--rules", "own_rules", multiple=True, metavar="DIR",
    help="Also strip by the rules in this file or folder, as `strip.rules` does. May be repeated.",
)  # fmt: skip
@log_options
def reclean(config: Path, own_rules: tuple[str, ...]) -> int:
    """Clean the pages that a corpus keeps (corpus.keep_pages) again, and write the articles into new segments.

    For a newer version of the program, other rules or other settings; nothing is fetched. An article keeps its id, url
    and revision. One whose page is no article any more goes, one of a page that was skipped may come, and one without a
    kept page stays as it is. The open segment is finished first. A reclean that was stopped or killed leaves whole
    segments, old ones and new ones, and can be started again.

    \b
      scraper reclean corpus.toml
    """
    settings = with_rules(load_settings(config), own_rules)
    existing_state(settings.corpus, root_of(settings.corpus, config.parent))
    with (
        closing(WorkerEngine(settings)) as engine,  # first of all: it forks
        open_segments(settings.corpus, config.parent) as segments,
    ):
        work = Recleaning(segments, engine, engine.remember if settings.strip.memory else None)
        asyncio.run(work.run())
    tally = work.tally
    articles = tally.same + tally.changed + tally.new + tally.left
    log.info(
        "%s = %s with the same text + %s with another + %s new + %s left as they were; %s dropped",
        *(counted(articles, "article"), tally.same, tally.changed, tally.new, tally.left, tally.dropped),
    )
    return 0
