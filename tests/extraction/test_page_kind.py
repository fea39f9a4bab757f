"""Front pages, sections and shops are listings; articles are not, however short."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.config import ExtractSettings
from scraper.extraction.page_kind import _numbered, likenesses, shipped_page_models
from tests.builders import STORY, a_page
from tests.extraction.scored_pages import draft_of_page

TEASERS = "".join(
    f"<div class=teaser><h2><a href=/news/{number}>{text[:40]}</a></h2><p>{text[40:90]}</p></div>"
    for number, text in enumerate(STORY * 3)
)
LISTING = ExtractSettings().max_listing


def listing(body: str, head: str = "", url: str = "https://news.example/sea/story-of-the-day") -> float:
    return draft_of_page(body, head, url).signals["listing"]


def test_an_article_is_no_listing() -> None:
    assert listing(a_page()) < LISTING


@pytest.mark.parametrize("url", ["https://news.example/", "https://news.example/sport", ""])
def test_a_page_of_teasers_is_a_listing(url: str) -> None:
    assert listing(f"<main><h1>Sport</h1>{TEASERS}</main>", url=url) > LISTING


def test_an_article_with_teasers_below_it_is_no_listing() -> None:
    story = "".join(f"<p>{paragraph}</p>" for paragraph in STORY * 2)

    assert listing(f"<main><article><h1>Ferry</h1>{story}</article>{TEASERS}</main>") < LISTING


def test_a_page_that_calls_itself_a_product_is_a_listing() -> None:
    head = '<meta property="og:type" content="product">'

    assert listing(f"<h1>Rain hat</h1><p>{STORY[0]}</p>", head) > LISTING


def test_an_article_on_the_root_of_a_host_is_no_listing() -> None:
    head = '<meta property="article:published_time" content="2026-05-03T10:00:00Z">'
    story = "".join(f"<p>{paragraph}</p>" for paragraph in STORY * 2)

    assert listing(f"<article><h1>Ferry</h1>{story}</article>", head, "https://news.example/") < LISTING


def test_the_page_models_ask_for_signals_that_there_are() -> None:
    found = draft_of_page(a_page()).signals

    assert {name for model in shipped_page_models() for name in model.features} <= set(found)
    assert set(likenesses(found)) == {"listing", "other"}


@given(st.lists(st.integers(-3, 9), min_size=1))
def test_groups_are_numbered_as_numpy_numbers_them(values: list[int]) -> None:
    _, of, count = np.unique(values, return_inverse=True, return_counts=True)

    numbered, counted = _numbered(np.array(values, np.int64))

    assert (numbered.tolist(), counted.tolist()) == (of.tolist(), count.tolist())
