"""Tell when a source is no longer what it was: silent, shorter, emptier, or refused. Pure.

All is measured against the source's own past, with medians, which a few odd articles do not move. Nothing is said of a
source that is too young to have a past.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Literal

import msgspec

from scraper.config import AlarmSettings
from scraper.state.history import HostRun, SourceRun, Told

Kind = Literal["silent", "length", "dates", "authors", "removed", "refused"]

# Days with articles that make a habit; a week of a daily source.
MIN_DAYS = 7
# Weeks until a day of the week may count as a day of rest ...
MIN_WEEKS = 3
# ... and its articles beside those of the busiest day of the week: an odd one on a Saturday makes it no working day.
MAX_REST = 0.2
# Of the gaps between days with articles the longest tenth is no habit.
USUAL_GAP = 0.9
# Standard errors of a median; with 20 articles and lengths that vary as those of news do (0.7 in the
# logarithm), a third or three times the length.
MANY_ERRORS = 5.0
# A change that a reader would not notice is none, however sure it is: 1.65 times as long or short ...
MIN_LENGTH_CHANGE = 0.5
# ... and 15 of 100 characters taken out more or less than before.
MIN_REMOVED_CHANGE = 0.15
# A field that fewer articles than this had is not missed.
MIN_FILL = 0.5
# How improbable it is by chance that so few articles have a field.
MAX_CHANCE = 1e-6
# Runs and pages of a host that only refuses, until it is told.
REFUSED_RUNS = 3
REFUSED_PAGES = 5
# A host that was asked for nothing for so long may be open again, or its source is gone.
REFUSED_FOR = timedelta(days=7)

# A crontab does not run to the second: what is told once a day must not miss every other day for that.
SLACK = 0.99

_NORMAL = 1.4826  # median absolute deviation to standard deviation
_MEDIAN_ERROR = 1.2533  # of the standard error of a mean


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a source or host."""

    source: str
    kind: Kind
    text: str
    rests: bool = False  # today its source has a day of rest: the alarm holds, but is not told


def silence(source: str, days: Mapping[date, int], today: date, settings: AlarmSettings) -> Alarm | None:
    """Return an alarm where a source has had no new article for longer than it ever usually had.

    ``days`` are those on which it was read, with the number of articles. Days of the week on which it hardly ever has
    any do not count, nor do days on which no run was.
    """
    with_articles = [day for day, articles in days.items() if articles]
    if len(with_articles) < MIN_DAYS:
        return None
    working = _working_days(days)
    last = with_articles[-1]
    elapsed = _between(days, last, today - timedelta(days=1), working)  # today is not over
    gaps = sorted(_between(days, one, other, working) for one, other in pairwise(with_articles))
    usual = gaps[min(int(USUAL_GAP * len(gaps)), len(gaps) - 1)]
    if elapsed < max(settings.silent_days, 2 * usual):
        return None
    often = "every day" if usual <= 1 else f"every {usual} days"
    return Alarm(
        source=source,
        kind="silent",
        text=f"source {source}: no new article since {last.isoformat()}; it had some {often} before",
        rests=today.weekday() not in working,
    )


def changes(source: str, runs: Sequence[SourceRun], settings: AlarmSettings) -> list[Alarm]:
    """Return alarms where the newest articles of a source are unlike those before. ``runs`` had some, newest last."""
    at = _split(runs, settings.recent)
    past, recent = runs[:at], runs[at:]
    if sum(run.articles for run in past) < settings.history or not recent:
        return []
    found = [
        _length(source, past, recent),
        _fill(source, "dates", "a date", past, recent),
        _fill(source, "authors", "an author", past, recent),
        _removed(source, past, recent),
    ]
    return [alarm for alarm in found if alarm]


def refusal(host: str, runs: Sequence[HostRun], now: datetime) -> Alarm | None:
    """Return an alarm where a host has refused all pages in its last runs, also if this one asked it for none."""
    last = runs[-REFUSED_RUNS:]
    if last and now - last[-1].at > REFUSED_FOR:
        return None
    pages = sum(run.pages for run in last)
    if len(last) < REFUSED_RUNS or pages < REFUSED_PAGES or any(run.refused < run.pages for run in last):
        return None
    text = f"host {host}: refused all of {pages} pages in the last {len(last)} runs that asked it; ask its operator"
    return Alarm(source=host, kind="refused", text=text)


def to_tell(
    alarms: Sequence[Alarm], before: Sequence[Told], now: datetime, settings: AlarmSettings
) -> tuple[list[str], list[Told]]:
    """Return the lines that are to be told now, and all alarms that hold."""
    known = {(told.source, told.kind): told for told in before}
    lines, hold = [], []
    for alarm in alarms:
        told = known.get((alarm.source, alarm.kind))
        if alarm.rests and told is None:
            continue  # it is found again when the rest is over
        since = told.since if told else now
        if alarm.rests and told:
            told_at = told.told_at
        elif told is None or now - told.told_at >= SLACK * timedelta(hours=settings.repeat_h):
            lines.append(alarm.text)
            told_at = now
        else:
            told_at = told.told_at
        hold.append(Told(source=alarm.source, kind=alarm.kind, since=since, told_at=told_at, text=alarm.text))
    return lines, hold


def _working_days(days: Mapping[date, int]) -> frozenset[int]:
    """Return the days of the week on which there are usually articles, or on which that is not known yet."""
    asked = Counter(day.weekday() for day in days)
    spoken = Counter(day.weekday() for day, articles in days.items() if articles)
    busiest = max(spoken[weekday] / asked[weekday] for weekday in asked)
    return frozenset(
        weekday
        for weekday in range(7)
        if asked[weekday] < MIN_WEEKS or spoken[weekday] / asked[weekday] > MAX_REST * busiest
    )


def _between(days: Mapping[date, int], after: date, until: date, working: frozenset[int]) -> int:
    """Return how many days that count come after one, up to another."""
    return sum(after < day <= until and day.weekday() in working for day in days)


def _split(runs: Sequence[SourceRun], recent: int) -> int:
    """Return where the runs begin that have the newest ``recent`` articles."""
    count = 0
    for at in range(len(runs) - 1, -1, -1):
        count += runs[at].articles
        if count >= recent:
            return at
    return 0


def _length(source: str, past: Sequence[SourceRun], recent: Sequence[SourceRun]) -> Alarm | None:
    before = [math.log(max(chars, 1)) for run in past for chars in run.chars]
    now = [math.log(max(chars, 1)) for run in recent for chars in run.chars]
    if not _has_left(before, now, MIN_LENGTH_CHANGE):
        return None
    usual, newest = round(math.exp(median(before))), round(math.exp(median(now)))
    text = f"source {source}: the last {len(now)} articles have {newest} characters (median), {usual} before"
    return Alarm(source=source, kind="length", text=text)


def _removed(source: str, past: Sequence[SourceRun], recent: Sequence[SourceRun]) -> Alarm | None:
    before = [share for run in past for share in run.removed]
    now = [share for run in recent for share in run.removed]
    if not _has_left(before, now, MIN_REMOVED_CHANGE):
        return None
    text = (
        f"source {source}: {median(now):.0%} of the last {len(now)} articles was taken out (median),"
        f" {median(before):.0%} before"
    )
    return Alarm(source=source, kind="removed", text=text)


def _fill(
    source: str, kind: Literal["dates", "authors"], what: str, past: Sequence[SourceRun], recent: Sequence[SourceRun]
) -> Alarm | None:
    name = {"dates": "dated", "authors": "signed"}[kind]
    had, of = sum(getattr(run, name) for run in past), sum(run.articles for run in past)
    has, number = sum(getattr(run, name) for run in recent), sum(run.articles for run in recent)
    share = (had + 1) / (of + 2)  # Laplace: "always so far" is not "always"
    if had / of < MIN_FILL or _at_most(has, number, share) > MAX_CHANCE:
        return None
    text = f"source {source}: {has} of the last {number} articles have {what}, {had} of {of} before"
    return Alarm(source=source, kind=kind, text=text)


def _has_left(before: Sequence[float], now: Sequence[float], least: float) -> bool:
    """Tell whether the median moved by more than ``least`` and than chance explains."""
    if not before or not now:
        return False
    middle = median(before)
    spread = _NORMAL * median(abs(value - middle) for value in before)
    error = _MEDIAN_ERROR * spread * math.sqrt(1 / len(now) + 1 / len(before))
    return abs(median(now) - middle) > max(least, MANY_ERRORS * error)


def _at_most(has: int, number: int, share: float) -> float:
    """Return the chance that of ``number`` articles at most ``has`` have a field that ``share`` of all have."""
    return sum(math.comb(number, k) * share**k * (1 - share) ** (number - k) for k in range(has + 1))
