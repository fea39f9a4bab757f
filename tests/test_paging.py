"""Pages of one thing."""

from __future__ import annotations

import pytest

from scraper.paging import is_next, is_whole, may_go_on, page_number


@pytest.mark.parametrize(
    ("first", "url", "number"),
    [
        ("/news/", "/news/page/2/", 2),
        ("/news/", "/news?page=3", 3),
        ("/news/", "/news/index_1.shtml", 1),
        ("/news/index.html", "/news/index_2.html", 2),
        ("/", "/page/2", 2),
        ("/list/1.html", "/list/2.html", 2),
        ("/s/story.html", "/s/story_2.html", 2),
        ("/s/story.html", "/s/story,seite-2.html", 2),
        ("/s/story", "/s/story/2", 2),
        ("/s/story?id=4", "/s/story?id=4&page=2", 2),
        ("/s/story?page=1", "/s/story?page=2", 2),
        ("/s/story-5.html", "/s/story-5-2.html", 2),
        ("/s/story", "/s/story", 1),
    ],
)
def test_numbered_siblings(first: str, url: str, number: int) -> None:
    assert page_number(f"https://a.example{first}", f"https://a.example{url}") == number


@pytest.mark.parametrize(
    ("first", "url"),
    [
        ("/s/story-5.html", "/s/story-6.html"),
        ("/s/story", "/s/other/2"),
        ("/s/story?id=4", "/s/story?id=5"),
        ("/news/", "/sport/page/2"),
        ("/s/story", "/s/story-2026"),
    ],
)
def test_other_pages_are_no_siblings(first: str, url: str) -> None:
    assert page_number(f"https://a.example{first}", f"https://a.example{url}") is None


@pytest.mark.parametrize(
    "text", ["Next", "Next page »", "Ältere Beiträge", "下一页", "次のページ", "다음", "→", "ถัดไป"]
)
def test_words_for_next(text: str) -> None:
    assert is_next(text)


@pytest.mark.parametrize("text", ["Next week's tides", "Read the next chapter", "2", "下一篇", ""])
def test_words_for_something_else(text: str) -> None:
    assert not is_next(text)


@pytest.mark.parametrize("text", ["View as one page", "Auf einer Seite lesen", "阅读全文", "全文表示"])
def test_words_for_all_pages_as_one(text: str) -> None:
    assert is_whole(text)


def test_only_a_page_that_names_a_sibling_may_go_on() -> None:
    url = "https://a.example/s/the-story.html"

    assert may_go_on(url, b'<a href="/s/the-story_2.html">2</a>')
    assert may_go_on(url, b'<a href="/s/the-story.html?page=all">all</a>')
    assert not may_go_on(url, b'<link rel="canonical" href="/s/the-story.html"><a href="/s/other_2.html">2</a>')
