"""Cookies: of the user's file, each for its own host, and of one chain of redirects."""

from __future__ import annotations

from pathlib import Path

import pytest
from loopback import answer, fetch_from, reasons

from scraper.errors import ConfigError
from scraper.fetch.cookies import Chain, cookie_file

FILE = """# Netscape HTTP Cookie File
.paper.test\tTRUE\t/\tFALSE\t0\tedition\tnorth
#HttpOnly_www.paper.test\tFALSE\t/\tTRUE\t4102444800\tsid\ts3cret
www.paper.test\tFALSE\t/\tFALSE\t946684800\told\t1
"""


@pytest.fixture
def kept(tmp_path: Path) -> Chain:
    path = tmp_path / "cookies.txt"
    path.write_text(FILE)
    return Chain(cookie_file(str(path)))


@pytest.mark.parametrize(
    ("url", "header"),
    [
        ("https://www.paper.test/a", "edition=north; sid=s3cret"),
        ("http://www.paper.test/a", "edition=north"),  # sid is only for https
        ("https://news.paper.test/", "edition=north"),
        ("https://other.test/", ""),
        ("https://badpaper.test/", ""),
    ],
)
def test_each_cookie_of_the_file_goes_where_it_belongs_and_none_that_is_past_its_time(
    kept: Chain, url: str, header: str
) -> None:
    assert sorted(kept.header(url).split("; ")) == sorted(header.split("; "))


def test_a_cookie_that_was_set_on_the_way_beats_the_file_and_what_was_given() -> None:
    chain = Chain()
    chain.take("https://paper.test/", ["sid=2; Path=/", "seen=1"])

    assert chain.header("https://paper.test/b", "sid=1; lang=en") == "sid=2; lang=en; seen=1"


def test_a_host_cannot_set_a_cookie_for_another_one() -> None:
    chain = Chain()
    chain.take("https://paper.test/", ["sid=1; Domain=other.test", "a=2; Domain=.test"])

    assert chain.header("https://other.test/") == ""


@pytest.mark.parametrize("line", ["a=" + "x" * 5000, "a=ä", "", "=;;", "a=1; expires=never; max-age=soon"])
def test_nonsense_is_no_harm(line: str) -> None:
    chain = Chain()
    chain.take("https://paper.test/", [line] * 200)

    assert len(chain.header("https://paper.test/")) < 100


@pytest.mark.parametrize("content", ["not cookies\n", '[{"name": "sid"}]', "\xff\xfe"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "c").write_bytes(content.encode("latin-1"))

    with pytest.raises(ConfigError, match=r"cookies|cannot be read"):
        cookie_file(str(tmp_path / "c"))


def test_a_missing_file_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"no/such\.txt: cannot be read"):
        cookie_file("no/such.txt")


def test_a_page_that_sets_a_cookie_and_redirects_to_itself_is_reached() -> None:
    gate = answer(status="302 Found", Location="/a", Set_Cookie="seen=1")
    outcomes, site = fetch_from({"/a": [gate, answer("behind the gate")]}, "/a")

    assert reasons(outcomes) == ["ok"]
    assert site.headers[-1]["cookie"] == "seen=1"


def test_a_gate_that_never_opens_ends_after_two_requests() -> None:
    gate = answer(status="302 Found", Location="/a", Set_Cookie="seen=1")
    outcomes, site = fetch_from({"/a": gate}, "/a")

    assert reasons(outcomes) == ["redirects"]
    assert site.asked.count("/a") == 2
