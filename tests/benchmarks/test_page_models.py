"""How page models are judged: the area under the curve, and out of fold by kind of page."""

from __future__ import annotations

import pytest

from benchmarks.measures import area_under_curve


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
