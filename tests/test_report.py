"""Totals, the line for an input without an article, exit codes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders import an_article
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import ConfigError, CorpusBusy, OutputError, ScraperError, StateError
from scraper.records import Deferred, Failed, Outcome, Skipped
from scraper.report import Report, error_code, exit_code, outcome_line

ARTICLE = an_article()
ROBOTS = Skipped(url="https://news.example/a", reason="robots")
SEEN = Skipped(url="https://news.example/a", reason="seen")
DNS = Failed(url="https://news.example/a", reason="dns", detail="no such host")
BUG = Failed(url="https://news.example/a", reason="bug")
LATER = Deferred(
    url="https://news.example/a", reason="retry_after", not_before=datetime(2026, 11, 24, 12, 0, 0, 5, tzinfo=UTC)
)


def report(*outcomes: Outcome) -> Report:
    result = Report()
    for outcome in outcomes:
        result.count(outcome)
    return result


def test_the_totals_name_each_reason() -> None:
    assert report(ARTICLE, ROBOTS, ARTICLE, DNS, DNS, BUG, LATER).line() == (
        "7 inputs = 2 articles + 1 skipped (robots 1) + 3 failed (bug 1, dns 2) + 1 deferred (retry_after 1)"
    )


def test_one_is_written_without_an_s() -> None:
    assert report(ARTICLE).line() == "1 input = 1 article + 0 skipped + 0 failed + 0 deferred"


@given(st.lists(st.sampled_from([ARTICLE, ROBOTS, SEEN, DNS, BUG, LATER])))
def test_the_totals_add_up(outcomes: list[Outcome]) -> None:
    counted = report(*outcomes)

    assert counted.articles + sum(map(counted.total, ("skipped", "failed", "deferred"))) == len(outcomes)


def test_a_line_says_where_what_and_what_to_do() -> None:
    assert outcome_line(DNS) == "https://news.example/a: failed, dns: no such host; check the host's name"


def test_a_line_says_from_when_on_a_page_can_be_tried_again() -> None:
    assert outcome_line(LATER) == (
        "https://news.example/a: deferred, retry_after; not before 2026-11-24T12:00:00+00:00; try again later"
    )


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([ARTICLE], 0),
        ([ARTICLE, ROBOTS], 0),
        ([ARTICLE, DNS], 3),
        ([ARTICLE, LATER], 3),
        ([ROBOTS], 4),
        ([DNS], 4),
        ([], 4),
        ([SEEN], 0),
        ([SEEN, DNS], 3),
        ([ARTICLE, BUG], 1),
    ],
)
def test_the_exit_code_follows_from_the_outcomes(outcomes: list[Outcome], code: int) -> None:
    assert exit_code(report(*outcomes).codes()) == code


def test_the_worst_code_counts() -> None:
    order = [1, 5, 6, 75, 143, 7, 4, 3]

    assert [exit_code(order[place:]) for place in range(len(order))] == order
    assert exit_code([]) == 0


@pytest.mark.parametrize(
    ("error", "code"),
    [(ConfigError("x"), 2), (OutputError("x"), 5), (StateError("x"), 6), (CorpusBusy("x"), 75), (ScraperError("x"), 1)],
)
def test_an_error_that_ends_a_command_has_its_own_code(error: ScraperError, code: int) -> None:
    assert error_code(error) == code
