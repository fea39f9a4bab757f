"""Which pages a run asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from scraper.corpus.revisits import again, is_newer, rest_of
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
    resting: Sequence[Known] = ()  # articles that a source says are newer, with the end of their rest as next try


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
    resting: list[Known] = []
    seen: Counter[str] = Counter()
    for url, target in targets.items():
        known = state.get(url)
        if known is None:
            fetch.append(target)
        elif known.status == "article":
            once_more = again(target, known)
            due = None if once_more.url in revisited else _due(state, known, target, recent_urls)
            if due and due <= now:
                revisited[once_more.url] = known
                fetch.append(once_more)
            else:
                seen[target.source] += 1
                if due and known.next_try is None and is_newer(target, known):  # its source may say it only once
                    resting.append(msgspec.structs.replace(known, next_try=due))
        elif known.next_try and known.next_try <= now:
            fetch.append(target)
        elif known.next_try:
            waiting.append((target, _waiting(target, known)))
        else:
            seen[target.source] += 1
    return Plan(
        fetch=fetch, waiting=waiting, seen=seen.total(), seen_of=dict(seen), again=revisited, resting=tuple(resting)
    )


def _due(state: State, known: Known, target: Target, recent: Collection[str]) -> datetime | None:
    """Return when an article is to be looked at again, ``None`` for never."""
    if known.next_try or not (known.url in recent or is_newer(target, known)):
        return known.next_try
    return state.recorded_at(known.url) + rest_of(known)


def _waiting(target: Target, known: Known) -> Deferred:
    detail = f"{known.reason} at the last try"
    return Deferred(url=target.url, reason="retry_after", detail=detail, not_before=known.next_try)
