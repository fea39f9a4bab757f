"""What a run may spend on a host and altogether."""

from __future__ import annotations

import logging

import pytest
from loopback import answer, fetch_from, reasons

from scraper.config import FetchSettings
from scraper.fetch.budget import Budgets
from scraper.fetch.trouble import Trouble


def test_a_host_s_pages_are_counted_and_the_rest_is_deferred(caplog: pytest.LogCaptureFixture) -> None:
    routes = {f"/{number}": answer("<p>text") for number in range(5)}
    with caplog.at_level(logging.WARNING, "scraper"):
        outcomes, site = fetch_from(routes, *routes, host_max_pages=3)

    assert reasons(outcomes) == ["ok", "ok", "ok", "budget", "budget"]
    assert site.asked == ["/robots.txt", "/0", "/1", "/2"]
    assert [record.getMessage() for record in caplog.records] == [
        "127.0.0.2: 3 requests made (fetch.host_max_pages); the rest is left to a later run"
    ]


def test_what_the_answers_are_long_counts() -> None:
    routes = {f"/{number}": answer("x" * 4000) for number in range(4)}

    assert reasons(fetch_from(routes, *routes, run_max_bytes=6000)[0]) == ["ok", "ok", "budget", "budget"]


def test_each_host_has_its_own_budget_and_the_run_has_one_for_all() -> None:
    budgets = Budgets(FetchSettings(host_max_pages=2, run_max_pages=3))
    for host in ("a", "a", "b"):
        budgets.take_page(host)

    with pytest.raises(Trouble, match="budget: this run: 3 requests"):
        budgets.take_page("c")


def test_seconds_count_from_the_first_request() -> None:
    clock = iter([0.0, 100.0, 104.9, 105.0]).__next__
    budgets = Budgets(FetchSettings(host_max_s=5.0), clock)
    budgets.take_page("a")

    budgets.check("a")
    with pytest.raises(Trouble, match=r"budget: a: 5 s are over \(fetch\.host_max_s\)"):
        budgets.check("a")


def test_without_limits_nothing_ends() -> None:
    budgets = Budgets(FetchSettings())
    for _ in range(10_000):
        budgets.take_page("a")
        budgets.add_bytes("a", 10_000_000)

    budgets.check("a")
