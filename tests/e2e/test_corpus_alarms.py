"""Each alarm, as a crontab sees it: real runs on simulated days against a site on loopback."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from growing_site import Site, a_corpus, a_site, a_story, command
from simulated_cron import Cron, a_cron


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as running:
        yield running


@pytest.fixture
def cron(tmp_path: Path) -> Cron:
    return a_cron(tmp_path)


def codes(cron: Cron) -> list[int]:
    return [code for code, _, _ in cron.runs]


def last_alarms(cron: Cron) -> list[str]:
    found: list[str] = cron.runs[-1][1]["alarms"]
    return found


def publish(site: Site, number: int, day: int, *, line: str = "", inside: str = "", status: int = 200) -> list[str]:
    """Put stories of a day on the site, and return their addresses."""
    links = []
    for at in range(number):
        page = a_story(100 * day + at).replace("</h1>", f"</h1>{line}").replace("</p><p>", f"</p>{inside}<p>")
        links.append(site.put(f"/story/{day}/{at}", page, status=status))
    return links


def test_a_host_that_only_refuses_is_told_each_day_until_it_answers(site: Site, cron: Cron) -> None:
    links: list[str] = []
    a_corpus(cron.folder, site.put_feed(links), corpus="tries = 1")
    for day in range(6):
        # On days 3 and 4 nothing is new, so that nobody asks the host for a page.
        links += publish(site, 2, day, status=200 if day == 5 else 403) if day not in (3, 4) else []
        site.put_feed(links)
        cron.run(site, day)
        if day == 3:
            cron.run(site, day)

    assert codes(cron) == [0, 0, 7, 7, 0, 7, 0], "told once a day; on the last day it answers"
    assert cron.runs[3][1]["alarms"] == [
        "host 127.0.0.1: refused all of 6 pages in the last 3 runs that asked it; ask its operator"
    ]


def test_a_source_that_rests_on_weekends_is_told_on_working_days_only(site: Site, cron: Cron) -> None:
    links: list[str] = []
    a_corpus(cron.folder, site.put_feed(links))
    for day in range(30):
        links += publish(site, 1, day) if day % 7 < 5 and day < 23 else []  # the last is of a Tuesday
        site.put_feed(links)
        cron.run(site, day)

    assert [day for day, code in enumerate(codes(cron)) if code] == [25, 28, 29], "Friday, Monday, Tuesday"
    status = subprocess.run(
        command(cron.folder / "corpus.toml", verb="status"), capture_output=True, text=True, check=True
    )
    assert "source source 0: no new article since 2025-03-25; it had some every day before" in status.stdout


def test_articles_without_date_and_author_and_with_more_taken_out_are_told(site: Site, cron: Cron) -> None:
    byline = (
        '<p class="byline">By <a rel="author" href="/by/1">Lucinda Ferrymore</a></p>'
        '<time datetime="2025-03-01">1 March</time>'
    )
    links = publish(site, 35, 0, line=byline)
    a_corpus(cron.folder, site.put_feed(links))
    cron.run(site, 0)
    furniture = "".join(f"<p>Read more: The {number} lanterns of Nether Wold are lit again</p>" for number in range(4))
    links += publish(site, 20, 1, inside=furniture)
    site.put_feed(links)
    cron.run(site, 1)

    assert codes(cron) == [0, 7]
    alarms = last_alarms(cron)
    assert [alarm.split(": ")[1] for alarm in alarms[:2]] == [
        "0 of the last 20 articles have a date, 35 of 35 before",
        "0 of the last 20 articles have an author, 35 of 35 before",
    ]
    assert "of the last 20 articles was taken out (median), 0% before" in alarms[2]
