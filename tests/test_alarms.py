"""Alarms: when a source is no longer what it was, and when nothing is to be said."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from scraper.config import AlarmSettings
from scraper.corpus.alarms import Alarm, changes, refusal, silence, to_tell
from scraper.state.history import HostRun, SourceRun, Told

MONDAY = date(2025, 3, 3)
NOW = datetime(2025, 6, 1, tzinfo=UTC)
USUAL = AlarmSettings()


def days(articles: Callable[[date], int], number: int) -> dict[date, int]:
    every = [MONDAY + timedelta(days=at) for at in range(number)]
    return {day: articles(day) for day in every}


def first_silence(articles: Callable[[date], int], number: int = 80) -> date | None:
    """Return the day of the first run that complains."""
    for length in range(1, number + 1):
        known = days(articles, length)
        today = MONDAY + timedelta(days=length - 1)
        if silence("s", known, today, USUAL):
            return today
    return None


def runs(articles: int, at: int = 0, **fields: Any) -> list[SourceRun]:
    """One article a run; ``fields`` are functions of its number or values."""
    found = []
    for number in range(at, at + articles):
        values = {name: value(number) if callable(value) else value for name, value in fields.items()}
        one = {"chars": 3000, "removed": 0.1, "dated": 1, "signed": 1, **values}
        lists = {name: [one[name]] for name in ("chars", "removed")}
        found.append(SourceRun(source="s", articles=1, dated=one["dated"], signed=one["signed"], **lists))
    return found


def kinds(*parts: list[SourceRun]) -> list[str]:
    return [alarm.kind for alarm in changes("s", [run for part in parts for run in part], USUAL)]


def test_a_daily_source_is_silent_after_two_whole_days() -> None:
    stops = MONDAY + timedelta(days=20)

    assert first_silence(lambda day: int(day < stops)) == stops + timedelta(days=2)


def test_a_source_that_goes_on_is_never_silent() -> None:
    assert first_silence(lambda _day: 1) is None


def test_a_source_without_a_past_is_not_judged() -> None:
    assert first_silence(lambda day: int(day < MONDAY + timedelta(days=6))) is None


def test_a_source_that_never_publishes_on_weekends_is_not_silent_on_them() -> None:
    assert first_silence(lambda day: int(day.weekday() < 5)) is None


def test_silence_over_a_weekend_counts_the_working_days() -> None:
    stops = MONDAY + timedelta(days=4 * 7 + 4)  # a Friday
    found = first_silence(lambda day: int(day.weekday() < 5 and day < stops))

    assert found == stops + timedelta(days=4)  # Friday and Monday were silent: told on Tuesday


def test_no_silence_is_told_on_days_of_rest_also_with_an_odd_article_on_one() -> None:
    stops = MONDAY + timedelta(days=7 * 7 + 2)  # a Wednesday
    odd = MONDAY + timedelta(days=3 * 7 + 5)
    known = days(lambda day: int((day.weekday() < 5 and day < stops) or day == odd), 7 * 8 + 1)

    silent = {day: silence("s", {one: known[one] for one in known if one <= day}, day, USUAL) for day in known}

    told = {day: alarm.rests for day, alarm in silent.items() if alarm}
    assert told == {stops + timedelta(days=2): False, **{stops + timedelta(days=at): at < 5 for at in (3, 4, 5)}}


def test_a_source_that_seldom_has_an_article_has_no_days_of_rest() -> None:
    draw = random.Random(1)
    seldom = {MONDAY + timedelta(days=at): int(draw.random() < 0.12) for at in range(84)}  # kept for twelve weeks
    later = {MONDAY + timedelta(days=84 + at): 0 for at in range(80)}

    assert silence("s", {**seldom, **later}, MONDAY + timedelta(days=164), USUAL)


def test_a_weekly_source_has_its_own_measure() -> None:
    assert first_silence(lambda day: int(day.weekday() == 3)) is None


def test_a_source_of_few_articles_may_be_silent_as_long_as_twice_its_usual_gap() -> None:
    stops = MONDAY + timedelta(days=45)
    found = first_silence(lambda day: int((day - MONDAY).days % 4 == 0 and day < stops), number=80)

    assert found == MONDAY + timedelta(days=44 + 9)


def test_days_on_which_nobody_asked_do_not_count() -> None:
    known = {day: articles for day, articles in days(lambda _day: 1, 30).items() if day.day != 25}
    known[MONDAY + timedelta(days=60)] = 0

    assert silence("s", known, MONDAY + timedelta(days=60), USUAL) is None


def test_the_line_says_what_is_wrong_and_since_when() -> None:
    alarm = silence("harbour", days(lambda day: int(day < MONDAY + timedelta(days=10)), 13), date(2025, 3, 15), USUAL)

    assert alarm
    assert alarm.text == "source harbour: no new article since 2025-03-12; it had some every day before"


def test_articles_as_they_always_were_are_no_alarm() -> None:
    draw = random.Random(1)
    for _ in range(200):
        every = runs(
            60,
            chars=lambda _: round(3000 * draw.lognormvariate(0, 0.6)),
            removed=lambda _: draw.uniform(0, 0.3),
            dated=lambda _: int(draw.random() < 0.95),
            signed=lambda _: int(draw.random() < 0.7),
        )
        assert kinds(every) == []


@pytest.mark.parametrize("chars", [600, 12000])
def test_articles_of_another_length_are_told(chars: int) -> None:
    assert kinds(runs(40), runs(20, chars=chars)) == ["length"]


def test_a_few_odd_articles_are_not_told() -> None:
    assert kinds(runs(40), runs(3, chars=100, dated=0), runs(17)) == []


def test_a_field_that_is_no_longer_there_is_told() -> None:
    assert kinds(runs(40), runs(20, dated=0, signed=0)) == ["dates", "authors"]


def test_a_field_that_was_rare_is_not_missed() -> None:
    assert kinds(runs(40, signed=lambda number: int(number % 3 == 0)), runs(20, signed=0)) == []


def test_more_text_taken_out_than_ever_is_told() -> None:
    assert kinds(runs(40), runs(20, removed=0.6)) == ["removed"]


def test_a_source_with_few_articles_is_not_judged_yet() -> None:
    assert kinds(runs(29), runs(20, chars=100)) == []


def test_a_run_with_many_articles_is_the_newest_of_them() -> None:
    relaunch = SourceRun(source="s", articles=20, chars=[500] * 20, removed=[0.1] * 20, dated=20, signed=20)

    assert [alarm.text for alarm in changes("s", [*runs(40), relaunch], USUAL)] == [
        "source s: the last 20 articles have 500 characters (median), 3000 before"
    ]


def refusals(*pages: tuple[int, int]) -> list[HostRun]:
    return [HostRun(host="h", run=at, at=NOW, pages=of, refused=refused) for at, (refused, of) in enumerate(pages)]


@pytest.mark.parametrize(
    ("history", "told"),
    [
        (refusals((2, 2), (2, 2), (1, 1)), True),
        (refusals((2, 2), (3, 3)), False),
        (refusals((1, 1), (1, 1), (1, 1)), False),
        (refusals((2, 2), (2, 3), (2, 2)), False),
    ],
)
def test_a_host_that_refuses_all_in_three_runs_is_told(history: list[HostRun], told: bool) -> None:
    assert bool(refusal("h", history, NOW)) == told


def test_a_host_that_nobody_asked_for_a_week_is_told_no_more() -> None:
    history = refusals((2, 2), (2, 2), (2, 2))

    assert refusal("h", history, NOW + timedelta(days=6))
    assert refusal("h", history, NOW + timedelta(days=8)) is None


ALARM = Alarm(source="s", kind="silent", text="source s: silent")


def told(hours_ago: float) -> Told:
    moment = NOW - timedelta(hours=hours_ago)
    return Told(source="s", kind="silent", since=NOW - timedelta(days=3), told_at=moment, text="source s: silent")


def test_an_alarm_is_told_at_once_and_once_a_day_while_it_holds() -> None:
    assert to_tell([ALARM], [], NOW, USUAL)[0] == ["source s: silent"]
    assert to_tell([ALARM], [told(23)], NOW, USUAL) == ([], [told(23)])
    lines, hold = to_tell([ALARM], [told(24)], NOW, USUAL)
    assert lines == ["source s: silent"]
    assert (hold[0].since, hold[0].told_at) == (NOW - timedelta(days=3), NOW)


def test_on_a_day_of_rest_an_alarm_holds_and_is_not_told() -> None:
    resting = Alarm(source="s", kind="silent", text="source s: silent", rests=True)

    assert to_tell([resting], [told(30)], NOW, USUAL) == ([], [told(30)])
    assert to_tell([resting], [], NOW, USUAL) == ([], [])


def test_an_alarm_that_is_over_is_forgotten() -> None:
    assert to_tell([], [told(1)], NOW, USUAL) == ([], [])
