"""`scraper run --dry-run`: what a run would fetch, found out without changing anything."""

from __future__ import annotations

import logging
import os
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from scraper.cli.one_run import Wanted
from scraper.config import Settings
from scraper.corpus.opening import state_path
from scraper.corpus.plan import Plan, plan_of
from scraper.discover import CorpusSources, ListReader, rendering
from scraper.errors import PageError
from scraper.records import Target
from scraper.report import counted
from scraper.state import State
from scraper.text import safe_for_terminal
from scraper.write.stream import write_out

log = logging.getLogger("scraper")


async def dry_run(settings: Settings, folder: Path, wanted: Wanted, reader: ListReader) -> int:
    """Read the sources and print the addresses that a run would fetch; return the exit code."""
    from scraper.fetch.fetcher import HttpFetcher  # noqa: PLC0415 httpx costs 100 ms, which a wrong option should not
    from scraper.fetch.render import BrowserRenderer  # noqa: PLC0415

    path = state_path(settings.corpus, folder)
    # Sources are read as if for the first time: what they name is to be seen, also where it did not change.
    async with (
        HttpFetcher(settings.fetch, on_wait=partial(log.info, "%s")) as fetcher,
        BrowserRenderer(settings.fetch, fetcher) as renderer,
    ):
        fetch = partial(fetcher.fetch, any_type=True)
        sources = CorpusSources(folder, settings, fetch, rendering(reader.read, renderer), lambda _source, _url: None)
        named: list[Target] = []
        failed = False
        for source in settings.source:
            try:
                items = await sources.read(source) or []
            except PageError as error:
                log.warning("source %s failed: %s", source.name, error)
                failed = True
                continue
            log.info("source %s names %s", source.name, counted(len(items), "page"))
            named += [item for item in items if isinstance(item, Target)]
    now = datetime.now(UTC)
    if os.path.lexists(path):
        with closing(State.to_read(path)) as state:
            recheck = now - wanted.recheck if wanted.recheck else None
            plan = plan_of(state, named, now, recheck=recheck, only=wanted.only)
    else:
        plan = _first_plan(named)
    targets = plan.fetch[: wanted.max_pages]
    for target in targets:
        write_out(f"{safe_for_terminal(target.url)}\n".encode())
    revisited = sum(target.url in plan.again for target in targets)
    log.info(
        "would fetch %s, %s of them again; %s were seen, %s wait for their next try",
        *(counted(len(targets), "page"), revisited, plan.seen, len(plan.waiting)),
    )
    return 3 if failed else 0


def _first_plan(named: list[Target]) -> Plan:
    with closing(State.nowhere()) as state:
        return plan_of(state, named, datetime.now(UTC))
