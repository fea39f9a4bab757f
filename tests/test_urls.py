"""Urls as browsers read them, against the web platform's own cases too."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.urls import (
    host_of,
    normalise,
    origin_of,
    parse,
    problem,
    resolve,
    same_site,
    without_login,
    without_secrets,
)

DATA = Path(os.environ.get("SCRAPER_SHARED", Path(__file__).parents[2] / "shared")) / "data" / "url"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("example.org/news", "no scheme; did you mean https://example.org/news?"),
        ("not a url", "it is no url; give one such as https://news.example/story"),
        ("//example.org/news", "no scheme; did you mean https://example.org/news?"),
        ("localhost:8000/a", "no scheme; did you mean https://localhost:8000/a?"),
        ("ftp://example.org/a", "the scheme is ftp; only http and https can be fetched"),
        ("mailto:desk@example.org", "the scheme is mailto; only http and https can be fetched"),
        ("https://", "the url names no host"),
        ("https:///", "the url names no host"),
        ("https://exa mple.org/", "the url is malformed; check host and port"),
        ("https://example.org:99999/", "the url is malformed; check host and port"),
        ("https://example.org/\x1b[2J", "the url holds a control character; remove it"),
        ("https://example.org/\ud800", "the url is malformed; check host and port"),
        ("", "the url is empty"),
        ("https://example.org/" + "a" * 9000, "the url has 9020 characters; at most 8192 are possible"),
    ],
)
def test_a_url_that_cannot_be_fetched_says_why(url: str, message: str) -> None:
    assert problem(url) == message
    assert parse(url) is None


@pytest.mark.parametrize(
    ("url", "requested"),
    [
        ("  https://example.org ", "https://example.org/"),
        ("HTTPS://Example.ORG:443/A?b=C#d", "https://example.org/A?b=C#d"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("https://example.org/a/../b?utm_source=x", "https://example.org/b?utm_source=x"),
    ],
)
def test_what_is_requested_is_what_a_browser_would_request(url: str, requested: str) -> None:
    assert problem(url) is None
    assert parse(url) == requested


@pytest.mark.parametrize(
    ("reference", "absolute"),
    [
        ("../b", "https://example.org/b"),
        ("?page=2", "https://example.org/news/a?page=2"),
        ("//other.example/c", "https://other.example/c"),
        (" https://other.example/\n", "https://other.example/"),
        ("javascript:void(0)", None),
        ("mailto:desk@example.org", None),
        ("http://[:::", None),
        ("a" * 9000, None),
    ],
)
def test_a_link_leads_where_a_browser_would_go(reference: str, absolute: str | None) -> None:
    assert resolve("https://example.org/news/a", reference) == absolute


@pytest.mark.parametrize(
    ("url", "identity"),
    [
        ("HTTP://Example.org:80/a#part", "http://example.org/a"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org./a?", "https://example.org/a"),
        ("https://./a", "https://./a"),
        ("https://1../a", "https://0.0.0.1/a"),
        ("https://user:secret@example.org/a", "https://example.org/a"),
        ("https://example.org/%7Euser/%c3%a4%2f", "https://example.org/~user/%C3%A4%2F"),
        ("https://example.org/a?utm_source=x&id=7&fbclid=y&UTM_Medium=z", "https://example.org/a?id=7"),
        ("https://example.org/a?gclid=1", "https://example.org/a"),
        ("https://example.org/a;jsessionid=1F?PHPSESSID=2&id=7", "https://example.org/a?id=7"),
        ("https://example.org/a?b=2&a=1&&c", "https://example.org/a?b=2&a=1&c"),
        ("https://нэб.рф/", "https://xn--90ax2c.xn--p1ai/"),
        (" no url ", "no url"),
    ],
)
def test_the_identity_of_a_page_leaves_out_what_names_no_page(url: str, identity: str) -> None:
    assert normalise(url) == identity


@given(st.from_regex(r"https?://[a-zA-Z0-9.-]{1,20}(:[0-9]{1,5})?(/[!-~]{0,30})?", fullmatch=True))
def test_the_identity_of_an_identity_is_itself(url: str) -> None:
    assert normalise(normalise(url)) == normalise(url)


@given(st.text(max_size=60))
def test_any_text_has_an_answer(text: str) -> None:
    assert (problem(text) is None) == (parse(text) is not None)
    for function in (normalise, host_of, origin_of, without_secrets):
        assert isinstance(function(text), str)
    assert same_site(text, text) == bool(host_of(text))


def test_host_and_origin() -> None:
    url = "HTTPS://u:p@Example.org:8443/a"

    assert (host_of(url), origin_of(url)) == ("example.org", "https://example.org:8443")
    assert origin_of("http://example.org:80/a") == "http://example.org"
    assert host_of("http://[::1]:80/") == "[::1]"


def test_secrets_and_fragment_are_taken_out() -> None:
    assert without_secrets("https://u:p@example.org/a?b#c") == "https://example.org/a?b"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@example.org/a?b#c", "https://example.org/a?b#c"),
        ("https://u@EXAMPLE.org", "https://example.org/"),
        ("https://EXAMPLE.org/@user", "https://EXAMPLE.org/@user"),
        ("desk@example.org", "desk@example.org"),
    ],
)
def test_a_user_name_and_a_password_are_not_shown(url: str, shown: str) -> None:
    assert without_login(url) == shown


@pytest.mark.parametrize(
    ("url", "other", "same"),
    [
        ("https://www.example.org/a", "http://example.org/", True),
        ("https://m.example.org/a", "https://www.example.org/a", True),
        ("https://news.example.org/", "https://example.org/", True),
        ("https://news.example.org/", "https://sport.example.org/", False),
        ("https://badexample.org/", "https://example.org/", False),
        ("https://example.org/", "https://example.com/", False),
        ("https://m.com/", "https://www.com/", False),
        ("nonsense", "nonsense", False),
    ],
)
def test_same_site(url: str, other: str, same: bool) -> None:
    assert same_site(url, other) == same


@pytest.mark.skipif(not DATA.exists(), reason=f"no {DATA}")
def test_the_web_platform_s_cases_pass() -> None:
    cases = [case for case in json.loads((DATA / "urltestdata.json").read_text()) if isinstance(case, dict)]
    web = [case for case in cases if case.get("protocol") in ("http:", "https:") and case["base"]]
    passed = [case for case in web if resolve(case["base"], case["input"]) == case["href"]]
    broken = [case for case in cases if case.get("failure") and case["base"]]
    refused = [case for case in broken if resolve(case["base"], case["input"]) is None]

    assert (len(passed), len(refused)) == (len(web), len(broken))
    assert len(web) > 100
