"""Whatever bytes come in, an outcome comes out."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scraper
from scraper.config import Settings
from scraper.pipeline import clean
from scraper.records import Article, Failed, Outcome, Response, Skipped, Target
from scraper.write.strict_json import json_line

TAGS = [
    *("p", "div", "li", "ul", "h1", "h2", "table", "tr", "td", "a", "br", "blockquote", "pre", "article", "body"),
    *("html", "script", "style", "title", "meta", "head", "nav", "figure", "img", "time", "svg", "template", "!--"),
]
WORDS = [
    *("the bridge was closed on Monday, they said.", "新的桥梁将于明年开放。", "Cookies", "https://a.test/", "<", ">"),
    *("&#0;", "&nbsp;", "\u2028", "\x00", "\ufffe", "\U0001f600", "e\u0301", "\x1b[31m"),
    *('{"@type":"NewsArticle"}', "2026-02-31T25:61"),
]
CHARSETS = ["", "utf-8", "gbk", "utf-7", "iso-2022-jp", "utf-16", "x", "big5", "euc-jp"]

markup = st.lists(
    st.one_of(
        st.sampled_from(TAGS).map(lambda tag: f"<{tag}>"),
        st.sampled_from(TAGS).map(lambda tag: f"</{tag}>"),
        st.sampled_from(TAGS).map(lambda tag: f'<{tag} class="content" href="//[" id=\'x datetime="?">'),
        st.sampled_from(WORDS),
        st.text(max_size=20),
    ),
    max_size=60,
).map("".join)
encoded = st.builds(
    lambda html, codec: html.encode(codec, "replace"), markup, st.sampled_from(["utf-8", "utf-16-le", "gb18030"])
)
pages = st.one_of(st.binary(max_size=400), encoded, st.lists(st.one_of(encoded, st.binary(max_size=20))).map(b"".join))

quick = settings(
    max_examples=150,
    deadline=timedelta(seconds=10),
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def outcome_of(body: bytes, charset: str = "") -> Outcome:
    headers = {"content-type": f"text/html; charset={charset}"} if charset else {}
    url = "https://news.test/story"
    return clean((Response(target=Target(url=url), url=url, headers=headers, body=body),), Settings())


@quick
@given(body=pages, charset=st.sampled_from(CHARSETS))
def test_any_bytes_give_an_outcome_that_can_be_written(body: bytes, charset: str) -> None:
    outcome = outcome_of(body, charset)

    assert isinstance(outcome, (Article, Skipped, Failed))
    if isinstance(outcome, Article):
        line = json_line(outcome)
        assert b"\n" not in line.rstrip(b"\n")
        assert "\x00" not in line.decode("utf-8")


@quick
@given(page=st.one_of(pages, markup))
def test_extract_raises_nothing_but_its_own_errors(page: bytes | str) -> None:
    with contextlib.suppress(scraper.ScraperError):
        assert scraper.extract(page).text


@settings(quick, max_examples=30)
@given(body=pages)
def test_the_same_bytes_give_the_same_outcome(body: bytes) -> None:
    assert outcome_of(body) == outcome_of(body)


@pytest.mark.parametrize("page", ["\ud800", "<p>\ud800 word", "\x00", "<p>" + "\x00" * 50])
def test_a_text_with_what_no_file_can_hold_gives_an_error_of_our_own(page: str) -> None:
    with pytest.raises(scraper.NotAnArticle):
        scraper.extract(page)
