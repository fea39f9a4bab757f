"""`scraper verify`: check a corpus from its first article to its last."""

from __future__ import annotations

import logging
from contextlib import closing
from pathlib import Path

import click

from scraper.cli.logs import log_options
from scraper.config import load_settings
from scraper.corpus.opening import existing_state, lock_of
from scraper.corpus.verify import Verification
from scraper.state import State
from scraper.state.file import locked
from scraper.text import counted

log = logging.getLogger("scraper")

# A file that is gone can make a million lines of what the state expects in it.
MOST_SHOWN = 100


@click.command(short_help="Check a corpus: files, articles, state.")
@click.argument("config", type=click.Path(path_type=Path))
@log_options
def verify(config: Path) -> int:
    """Check a corpus against its manifest, the schema of articles, and its state. Nothing is changed.

    Each thing that is wrong has a line that says where, what, and what to do. What a run that was killed left behind,
    and the next one puts right, is no fault. Exit codes: 0 all is well, 6 something is damaged or missing, or the
    state is of an older version that no run brought up to date, 75 a run is at work.

    \b
      scraper verify corpus.toml
    """
    settings = load_settings(config).corpus
    root = config.parent / settings.folder
    state_file = existing_state(settings, root)
    damaged = 0
    with locked(lock_of(settings, root)), closing(State.to_read(state_file)) as state:
        verification = Verification(root, state, settings.output)
        for finding in verification.findings():
            if finding.harmless:
                log.info("%s", finding)
                continue
            damaged += 1
            if damaged <= MOST_SHOWN:
                log.error("%s", finding)
    if damaged > MOST_SHOWN:
        log.error("... and %s more", damaged - MOST_SHOWN)
    counts = f"{counted(verification.articles, 'article')}, {counted(len(verification.segments), 'finished segment')}"
    kept = f", {counted(verification.pages, 'kept page')}" if verification.pages else ""
    log.log(logging.ERROR if damaged else logging.INFO, "%s%s: %s", counts, kept, _verdict(damaged))
    return 6 if damaged else 0


def _verdict(damaged: int) -> str:
    return counted(damaged, "fault") if damaged else "all is well"
