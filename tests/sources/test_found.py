"""Which links are wanted, and in which order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scraper.errors import ConfigError
from scraper.sources.found import Finds, Found, Wish, moment_of

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def a_link(number: int, days: float | None = None, **more: object) -> Found:
    published = NOW - timedelta(days=days) if days is not None else None
    fields = {"url": f"https://news.example/{number}", "published": published, "via": "feed", "source": "x"} | more
    return Found(**fields)  # type: ignore[arg-type]


def wanted(*links: Found, **wish: object) -> list[str]:
    finds = Finds(Wish(**wish), NOW)  # type: ignore[arg-type]
    for link in links:
        finds.add(link)
    return [link.url.rpartition("/")[2] for link in finds.wanted()]


def test_the_newest_come_first_and_the_undated_last() -> None:
    assert wanted(a_link(1), a_link(2, days=3), a_link(3, days=1), a_link(4)) == ["3", "2", "1", "4"]


def test_most_takes_the_newest() -> None:
    assert wanted(a_link(1), a_link(2, days=3), a_link(3, days=1), most=2) == ["3", "2"]


def test_since_leaves_out_what_is_known_to_be_older() -> None:
    assert wanted(a_link(1), a_link(2, days=3), a_link(3, days=1), since=NOW - timedelta(days=2)) == ["3", "1"]


def test_of_a_day_without_an_hour_the_end_counts() -> None:
    assert wanted(a_link(1, days=0.5), a_link(2, days=1.5), since=NOW - timedelta(hours=3)) == ["1"]


def test_a_language_leaves_out_what_is_known_to_be_in_another() -> None:
    assert wanted(a_link(1, language="de"), a_link(2, language="en"), a_link(3), languages=("en",)) == ["2", "3"]


@pytest.mark.parametrize("days", [-2, 20_000])
def test_a_date_that_cannot_be_is_unknown(days: int) -> None:
    finds = Finds(Wish(), NOW)
    finds.add(a_link(1, days=days))

    assert [link.published for link in finds.wanted()] == [None]


def test_a_day_in_the_address_counts_where_there_is_no_other() -> None:
    finds = Finds(Wish(), NOW)
    finds.add(a_link(1, url="https://news.example/2026/11/23/story"))

    assert finds.wanted()[0].published == datetime(2026, 11, 23, tzinfo=UTC)


def test_twins_are_one_link_with_all_that_is_known() -> None:
    finds = Finds(Wish(), NOW)
    finds.add(a_link(1, url="https://news.example/story/amp"))
    finds.add(a_link(1, url="https://news.example/story", title="A story", days=1))

    assert [(link.url, link.title) for link in finds.wanted()] == [("https://news.example/story", "A story")]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2d", datetime(2026, 11, 22, 12, tzinfo=UTC)),
        ("12h", datetime(2026, 11, 24, tzinfo=UTC)),
        ("1w", datetime(2026, 11, 17, 12, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
    ],
)
def test_times_are_given_as_ages_or_days(text: str, moment: datetime) -> None:
    assert moment_of(text, NOW) == moment


@pytest.mark.parametrize("text", ["yesterday", "", "2 months", "2026-13-01"])
def test_other_words_are_no_time(text: str) -> None:
    with pytest.raises(ConfigError, match="is no time"):
        moment_of(text, NOW)
