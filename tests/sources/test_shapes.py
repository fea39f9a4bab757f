"""What an address alone tells."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scraper.sources.shapes import shape_of


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/2026/11/24/a-story", 24),
        ("/zh/2026-11-24/c_1123.htm", 24),
        ("/202611/t20261124_4711.html", 24),
        ("/a/20261124A0123.html", 24),
        ("/2026/nov/24/a-story", 24),
        ("/2026/11/a-story", None),
        ("/news/a-story-of-2026", None),
        ("/item/20264711", None),
    ],
)
def test_the_day_in_an_address(path: str, day: int | None) -> None:
    assert shape_of(f"https://a.example{path}").date == (datetime(2026, 11, day, tzinfo=UTC) if day else None)


def test_siblings_share_a_pattern() -> None:
    one = shape_of("https://a.example/sport/2026/11/24/the-ferry-is-back")
    other = shape_of("https://a.example/sport/2025/01/02/a-museum-opens-again")

    assert one.pattern == other.pattern


def test_sections_share_a_family_and_no_pattern() -> None:
    one = shape_of("https://a.example/sport/the-ferry-is-back-4711.html")
    other = shape_of("https://a.example/stadt/a-museum-opens-again-4712.html")

    assert (one.family == other.family, one.pattern == other.pattern) == (True, False)


@pytest.mark.parametrize(
    "path",
    [
        "/tag/harbour",
        "/author/ferrymore",
        "/remote-jobs/baker",
        "/store/products/tea-5501",
        "/privacy-policy-and-more",
        "/%E6%A0%87%E7%AD%BE/1",
    ],
)
def test_addresses_of_what_is_no_article(path: str) -> None:
    assert shape_of(f"https://a.example{path}").listed


@pytest.mark.parametrize("path", ["/news/jobs-return-to-the-harbour", "/2026/11/24/shop-opens", "/zh/c_20509.htm"])
def test_a_headline_may_hold_such_a_word(path: str) -> None:
    assert not shape_of(f"https://a.example{path}").listed


def test_words_of_scripts_without_spaces_are_counted() -> None:
    assert (
        shape_of("https://a.example/%E6%96%B0%E9%97%BB/%E5%9F%8E%E5%B8%82%E7%9A%84%E9%9B%A8%E5%A4%A9").slug_words == 2
    )


def test_a_directory_that_repeats_is_a_trap() -> None:
    assert shape_of("https://a.example/a/b/a/b/a/b/story").repeats


@pytest.mark.parametrize(
    "path", ["/video/the-boat-1", "/वीडियो/the-boat-1", "/news/video/the-boat-1", "/shop/the-boat-1"]
)
def test_what_lies_below_videos_or_goods_is_something_else(path: str) -> None:
    assert shape_of(f"https://news.example{path}").other


def test_marks_of_vowels_are_parts_of_words() -> None:
    assert shape_of("https://news.example/वीडियो").slug_words == 1
