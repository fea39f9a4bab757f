"""An article that may lack text says so: against its articleBody, what nearly made it, and the paywall."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scraper.extraction.assemble import assemble
from scraper.extraction.completeness import _grams, _surely_shared, is_cut, stated_body
from scraper.records import Metadata
from tests.builders import STORY
from tests.extraction.scored_pages import URL, scored_page

BODY = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
WALL = "<div class=paywall><p>Read on with a subscription.</p></div>"


def cut(body: str = BODY, stated: str = "", wall: str = "", likely: float = 0.95, **meta: str) -> bool:
    """Return what the check says of a page whose paragraphs are kept with this probability, and its wall not at all."""
    scored = scored_page(body + wall, dropped=("Read on with a subscription.",))
    probability = np.where(scored.kept, likely, 0.02)
    scored = dataclasses.replace(scored, probability=probability)
    return is_cut(scored, assemble(scored, URL)[0], Metadata(**meta), stated)  # type: ignore[arg-type]


def test_a_whole_article_is_not_cut() -> None:
    assert not cut(stated=" ".join(STORY))


def test_an_article_that_lacks_half_of_its_stated_body_is_cut() -> None:
    stated = " ".join(STORY) + " " + " ".join(paragraph.replace("e", "a") for paragraph in STORY)

    assert cut(stated=stated)


def test_a_stated_body_of_a_sentence_is_no_measure() -> None:
    assert not cut(stated="Another sentence altogether.")


def test_blocks_that_nearly_made_it_count_as_missing() -> None:
    scored = scored_page(BODY, dropped=STORY[2:])
    probability = np.where(scored.kept, 0.9, 0.29)
    scored = dataclasses.replace(scored, probability=probability)

    assert is_cut(scored, assemble(scored, URL)[0], Metadata(), "")


def test_a_text_that_breaks_off_at_a_wall_is_cut() -> None:
    assert cut(body=BODY.replace("saves.</p>", "…</p>"), wall=WALL)


def test_a_short_text_that_is_not_free_is_cut() -> None:
    assert cut(paywall="hard")


def test_a_free_text_is_whole_whatever_its_classes_say() -> None:
    assert not cut(body=BODY.replace("saves.</p>", "…</p>"), wall=WALL, paywall="free")


def test_markup_in_the_stated_body_is_no_text() -> None:
    data = json.dumps({"@type": "NewsArticle", "articleBody": "<p>One &amp; <b>two</b></p>"})

    assert stated_body([data], URL).split() == ["One", "&", "two"]


@given(st.data(), st.lists(st.sampled_from("abc"), max_size=200))
def test_pieces_never_promise_more_grams_than_there_are(data: st.DataObject, found: list[str]) -> None:
    start = data.draw(st.integers(0, len(found)))
    wanted = [*found[start:], *data.draw(st.lists(st.sampled_from("abc"), max_size=50)), *found[:start]]

    assert _surely_shared(wanted, " ".join(found)) <= (_grams(wanted) & _grams(found)).total()
