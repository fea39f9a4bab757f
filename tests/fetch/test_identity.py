"""Which headers go where: the user's own may be secrets."""

from __future__ import annotations

import pytest

from scraper.config import FetchSettings, HostSettings
from scraper.errors import ConfigError
from scraper.fetch.identity import Identity

FIRST = "https://paper.test/1"


def identity(**settings: object) -> Identity:
    told = Identity(FetchSettings(**settings))  # type: ignore[arg-type]
    told.name(FIRST)
    return told


def of_host(**table: object) -> Identity:
    return identity(host={"paper.test": HostSettings(**table)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://paper.test/2", {"X-Key": "s"}),
        ("https://paper.test:8443/2", {}),
        ("http://paper.test/2", {}),
        ("https://www.paper.test/2", {}),
    ],
)
def test_headers_for_all_hosts_stay_at_the_origin_of_the_url(url: str, sent: dict[str, str]) -> None:
    assert identity(headers={"X-Key": "s"}).secrets(url, FIRST) == sent


@pytest.mark.parametrize("url", ["https://other.test/1", "http://paper.test/1", "https://paper.test:8443/1"])
def test_headers_for_all_hosts_go_to_no_origin_that_was_not_named(url: str) -> None:
    assert identity(headers={"X-Key": "s"}).secrets(url, url) == {}


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        (FIRST, {"X-Key": "s"}),
        ("https://www.paper.test/2", {"X-Key": "s"}),
        ("http://paper.test/2", {}),
        ("https://other.test/", {}),
        ("https://badpaper.test/", {}),
    ],
)
def test_headers_of_a_host_s_table_go_to_that_host_and_not_in_clear_text(url: str, sent: dict[str, str]) -> None:
    assert of_host(headers={"X-Key": "s"}).secrets(url, FIRST) == sent


def test_headers_of_a_host_s_table_go_in_clear_text_where_the_url_says_http() -> None:
    assert of_host(headers={"X-Key": "s"}).secrets("http://paper.test/", "http://paper.test/") == {"X-Key": "s"}


def test_the_cookies_of_a_host_s_table_become_one_header() -> None:
    assert of_host(cookies={"sid": "1", "edition": "north"}).secrets(FIRST, FIRST) == {"Cookie": "sid=1; edition=north"}


def test_a_host_s_table_beats_the_headers_for_all() -> None:
    both = identity(headers={"x-key": "a", "X-Other": "b"}, host={"paper.test": HostSettings(headers={"X-Key": "s"})})

    assert both.secrets(FIRST, FIRST) == {"X-Other": "b", "X-Key": "s"}


def test_the_nearest_table_is_a_host_s_own() -> None:
    hosts = {"paper.test": HostSettings(delay_s=5.0), "www.paper.test": HostSettings(delay_s=0.5)}
    told = identity(host=hosts)

    assert [told.delay_s(host) for host in ("www.paper.test", "m.paper.test", "other.test")] == [0.5, 5.0, 1.0]


def test_the_user_agent_is_for_every_request_of_its_host_and_for_robots_txt() -> None:
    told = of_host(user_agent="newsdesk/2.0")

    assert told.headers("https://www.paper.test/")["User-Agent"] == "newsdesk/2.0"
    assert told.robots_agent("paper.test") == "newsdesk/2.0"
    assert told.headers("https://other.test/")["User-Agent"].startswith("scraper/")
    assert told.robots_agent("other.test") == "scraper"


def test_a_user_agent_among_the_headers_is_no_secret_and_goes_along() -> None:
    told = identity(headers={"user-agent": "newsdesk/2.0", "X-Key": "s"})

    assert told.headers("https://other.test/")["User-Agent"] == "newsdesk/2.0"
    assert told.secrets(FIRST, FIRST) == {"X-Key": "s"}


@pytest.mark.parametrize(
    "table", [{"headers": {"X Key": "s"}}, {"cookies": {"sid": "hunter2\r\n"}}, {"user_agent": "hunter2\n"}]
)
def test_what_no_request_can_carry_is_refused_without_being_shown(table: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=r"fetch\.host\.paper\.test") as caught:
        of_host(**table)
    assert "hunter2" not in str(caught.value)
