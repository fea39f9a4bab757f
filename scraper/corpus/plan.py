"""Which pages a run asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import msgspec

from scraper.corpus.revisits import again, has_rested, is_newer
from scraper.records import Deferred, Target
from scraper.state import Known, State
from scraper.urls import normalise


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of the pages that a run knows of; each is in exactly one of the three."""

    fetch: list[Target]
    waiting: list[tuple[Target, Deferred]]  # the time of their next try has not come
    seen: int  # done with in an earlier run
    seen_of: Mapping[str, int] = {}  # the same by the names of the sources
    again: Mapping[str, Known] = {}  # articles that are looked at again, by what they are asked for


def plan_of(
    state: State, named: Iterable[Target], now: datetime, *, recheck: datetime | None = None, only: Collection[str] = ()
) -> Plan:
    """Decide about the pages that the sources name, and the pages of earlier runs whose time has come.

    Articles that are known since ``recheck`` are looked at again, too; ``only`` limits what is not named to sources.
    """
    targets: dict[str, Target] = {}
    for target in named:
        targets.setdefault(normalise(target.url), target)
    recent = state.articles_since(recheck) if recheck else []
    recent_urls = {page.url for page in recent}
    for page in [*state.due(now), *recent]:
        if not only or page.source in only:
            targets.setdefault(page.url, Target(url=page.requested, source=page.source))
    fetch: list[Target] = []
    waiting: list[tuple[Target, Deferred]] = []
    revisited: dict[str, Known] = {}
    seen: Counter[str] = Counter()
    for url, target in targets.items():
        known = state.get(url)
        if known is None:
            fetch.append(target)
        elif known.status == "article":
            once_more = again(target, known)
            if once_more.url not in revisited and _is_due(state, known, target, now, recent_urls):
                revisited[once_more.url] = known
                fetch.append(once_more)
            else:
                seen[target.source] += 1
        elif known.next_try and known.next_try <= now:
            fetch.append(target)
        elif known.next_try:
            waiting.append((target, _waiting(target, known)))
        else:
            seen[target.source] += 1
    return Plan(fetch=fetch, waiting=waiting, seen=seen.total(), seen_of=dict(seen), again=revisited)


def _is_due(state: State, known: Known, target: Target, now: datetime, recent: Collection[str]) -> bool:
    """Tell whether an article is to be looked at again."""
    if known.next_try:
        return known.next_try <= now
    wanted = known.url in recent or is_newer(target, known)
    return wanted and has_rested(known, state.recorded_at(known.url), now)


def _waiting(target: Target, known: Known) -> Deferred:
    detail = f"{known.reason} at the last try"
    return Deferred(url=target.url, reason="retry_after", detail=detail, not_before=known.next_try)
