"""Addresses of one page."""

from __future__ import annotations

import pytest

from scraper.sources.twins import plainness, twin_key


@pytest.mark.parametrize(
    "twin",
    [
        "http://news.example/a/story",
        "https://www.news.example/a/story/",
        "https://m.news.example/a/story",
        "https://news.example/a/story/amp",
        "https://news.example/amp/a/story",
        "https://news.example/a/story?amp=1",
        "https://news.example/a/story?outputType=amp&utm_source=x",
        "https://news.example/a/story#comments",
    ],
)
def test_twins_have_one_key(twin: str) -> None:
    assert twin_key(twin) == twin_key("https://news.example/a/story")


@pytest.mark.parametrize(
    "other",
    ["https://news.example/a/story-2", "https://news.example/a/story?id=2", "https://news.example/a/camp", "https://x.example/a/story"],
)  # fmt: skip
def test_others_have_another(other: str) -> None:
    assert twin_key(other) != twin_key("https://news.example/a/story")


def test_the_plain_secure_one_is_fetched() -> None:
    twins = ["http://news.example/s", "https://news.example/s/amp", "https://news.example/s"]

    assert min(twins, key=plainness) == "https://news.example/s"
