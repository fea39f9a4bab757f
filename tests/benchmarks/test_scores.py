"""A page's score compares what came out with the annotation; a set's figures leave out what is not annotated."""

from __future__ import annotations

from benchmarks.scores import score, summary
from benchmarks.sets import Annotated


def a_page(**truth: object) -> Annotated:
    blank = dict.fromkeys(["text", "title", "authors", "date"])
    return Annotated("wcxb", blank | {"with": [], "without": []} | truth, b"")


def test_a_page_that_gave_no_article_scores_as_an_empty_one() -> None:
    row = score(a_page(text="The tide is low.", title="Low tide", date="2026-03-01"), 0, None, "too_short")

    assert (row.words, row.exact, row.title, row.date) == (0.0, False, False, False)


def test_what_is_not_annotated_is_not_scored() -> None:
    rows = [score(a_page(title="Low tide"), 0, None, "no_text"), score(a_page(), 0, None, "no_text")]

    figures = summary(rows)
    assert figures["pages"] == 2
    assert figures["title"] == 0.0
    assert figures["word F1"] is None
    assert figures["author"] is None
    assert figures["snippet F"] is None


def test_the_share_of_pages_with_an_article_is_shown() -> None:
    rows = [score(a_page(), 0, None, "no_text"), score(a_page(), 0, None, "")]

    assert summary(rows)["articles"] == 0.5
