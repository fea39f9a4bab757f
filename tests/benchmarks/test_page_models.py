"""How page models are judged: the area under the curve, and out of fold by kind of page."""

from __future__ import annotations

import pytest

from benchmarks.measures import area_under_curve
from benchmarks.training.out_of_fold import areas
from scraper.extraction.lines import shipped_line_model
from scraper.extraction.model import shipped_model
from scraper.extraction.page_kind import shipped_page_models


@pytest.mark.parametrize(
    ("scores", "positive", "area"),
    [
        ([0.1, 0.2, 0.8, 0.9], [False, False, True, True], 1.0),
        ([0.1, 0.2, 0.8, 0.9], [True, True, False, False], 0.0),
        ([0.5, 0.5, 0.5], [False, True, False], 0.5),
        ([0.1, 0.4, 0.35, 0.8], [False, False, True, True], 0.75),
    ],
    ids=["told apart", "the wrong way round", "all alike", "one pair swapped"],
)
def test_the_area_is_the_chance_that_a_positive_scores_above_a_negative(
    scores: list[float], positive: list[bool], area: float
) -> None:
    assert area_under_curve(scores, positive) == area


def test_areas_are_by_set_and_of_sets_that_have_both_kinds() -> None:
    judged = [("a", 0.9, True), ("a", 0.2, False), ("b", 0.1, True), ("b", 0.3, False), ("c", 0.5, True)]

    assert areas(judged) == {"a": 1.0, "b": 0.0}


def test_the_headers_of_all_models_say_how_well_they_do_on_unseen_domains() -> None:
    models = (shipped_model(), shipped_line_model(), *shipped_page_models())

    assert all(0.8 < score < 1.0 for model in models for score in model.header.scores.values())
    assert [bool(model.header.scores) for model in models] == [True] * 4
