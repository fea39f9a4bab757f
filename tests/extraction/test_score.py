"""What is no article whatever the model says."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scraper.extraction.extract import head_titles
from scraper.extraction.model import BlockModel, shipped_model
from scraper.extraction.score import Scored, score
from scraper.extraction.walk import walk
from tests.extraction.scored_pages import a_document

STORY = (
    "<p>The ferry to the outer islands was back in service on Monday, two days after the storm had torn its ramp.</p>"
    * 4
)
NOTICE = (
    "<p>This notice explains how we and our partners use small files on your device, and what you can do about it.</p>"
)


def scored(body: str) -> Scored:
    columns = walk(a_document(body).tree)
    return score(columns, *head_titles(columns), shipped_model())


def test_text_in_a_dialog_is_not_the_article() -> None:
    page = scored(f"<article><h1>The ferry is back</h1>{STORY}</article><div role=dialog>{NOTICE * 12}</div>")

    assert [text for text, kept in zip(page.columns.text, page.kept, strict=True) if kept and "notice" in text] == []
    assert page.kept.sum() >= 4


def test_an_article_that_a_page_shows_in_a_dialog_stays() -> None:
    page = scored(f"<a href=/>Home</a><div role=dialog><h1>The ferry is back</h1>{STORY}</div>")

    assert page.kept.sum() >= 4


def test_a_thread_of_comments_below_the_article_must_be_surer_than_other_text() -> None:
    comments = "".join(f"<li>Number {number} says that the ramp should have been steel.</li>" for number in range(3))
    columns = walk(
        a_document(f"<article>{STORY}</article><ol class=comments>{comments}</ol><p>Corrected on Tuesday.").tree
    )

    page = score(columns, [], "", _Thinks([0.9] * 4 + [0.5] * 4))

    assert page.kept.tolist() == [True] * 4 + [False] * 3 + [True]


class _Thinks(BlockModel):
    """A model that has made up its mind."""

    def __init__(self, probabilities: list[float]) -> None:
        self.features = ()
        self._probabilities = np.array(probabilities)

    def probabilities_of(self, matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        return self._probabilities[: matrix.shape[1]]


def test_words_for_search_engines_weigh_nothing() -> None:
    words = " ".join(f"cheap ferry ticket {number}" for number in range(2000))
    page = scored(f"<article><h1>The ferry is back</h1>{STORY}</article><div style='display:none'>{words}</div>")

    assert not page.kept[page.regions.stuffed].any()
    assert page.regions.stuffed.sum() == 1
    assert page.regions.words[0] < 200


def test_a_long_list_of_words_that_a_page_shows_is_text() -> None:
    words = " ".join(f"island {number}" for number in range(2000))

    assert not scored(f"<article><p>{words}</p></article>").regions.stuffed.any()
