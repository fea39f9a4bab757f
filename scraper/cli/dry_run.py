"""`scraper run --dry-run`: what a run would fetch, found out without changing anything."""

from __future__ import annotations

import logging
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from scraper.cli.one_run import Wanted
from scraper.config import Settings
from scraper.corpus.opening import lock_of, state_path
from scraper.corpus.plan import plan_of
from scraper.corpus.preflight import check_files, check_lock
from scraper.discover import CorpusSources, ListReader, rendering
from scraper.errors import PageError
from scraper.records import Target
from scraper.state import State
from scraper.state.file import check_place
from scraper.text import counted, safe_for_terminal
from scraper.write.stream import write_out

log = logging.getLogger("scraper")


async def dry_run(settings: Settings, folder: Path, wanted: Wanted, reader: ListReader) -> int:
    """Read the sources and print the addresses that a run would fetch; return the exit code.

    Raises what keeps a run from opening the corpus, before anything is fetched.
    """
    from scraper.fetch.fetcher import HttpFetcher  # noqa: PLC0415 httpx costs 100 ms, which a wrong option should not
    from scraper.fetch.render import BrowserRenderer  # noqa: PLC0415

    with _existing_state(settings, folder) as state:
        check_files(settings.corpus, folder / settings.corpus.folder, state)
    # Sources are read as if for the first time: what they name is to be seen, also where it did not change.
    async with (
        HttpFetcher(settings.fetch, on_wait=partial(log.info, "%s")) as fetcher,
        BrowserRenderer(settings.fetch, fetcher) as renderer,
    ):
        for source in settings.source:
            fetcher.identity.name(source.url or "")
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
    with _existing_state(settings, folder) as state:
        recheck = now - wanted.recheck if wanted.recheck else None
        plan = plan_of(state, named, now, recheck=recheck, only=wanted.only)
    targets = plan.fetch[: settings.corpus.max_pages or None]
    for target in targets:
        write_out(f"{safe_for_terminal(target.url)}\n".encode())
    revisited = sum(target.url in plan.again for target in targets)
    again = f", {revisited} of them again" if revisited else ""
    more = f"seen: {plan.seen}, waiting for their next try: {len(plan.waiting)}"
    log.info("would fetch %s%s; %s", counted(len(targets), "page"), again, more)
    return 3 if failed else 0


def _existing_state(settings: Settings, folder: Path) -> closing[State]:
    """Return the state of the corpus, an empty one where there is none; raise where a run would."""
    root, path = folder / settings.corpus.folder, state_path(settings.corpus, folder)
    check_lock(lock_of(settings.corpus, root), root)
    check_place(path)
    return closing(State.to_read(path) if path.exists() else State.nowhere())
