"""The measures on cases small enough to count by hand."""

from __future__ import annotations

import pytest

from benchmarks.measures import (
    PrecisionRecall,
    Snippets,
    author_f1,
    match,
    mean,
    same_day,
    same_title,
    shingles,
    words,
)


def test_shingles_are_runs_of_four_words() -> None:
    assert shingles("one, two three -- four five") == {
        ("one", "two", "three", "four"): 1,
        ("two", "three", "four", "five"): 1,
    }


def test_a_text_of_fewer_words_is_one_shingle() -> None:
    assert shingles("one two") == {("one", "two"): 1}
    assert shingles(" -- ") == {}


def test_shingles_of_chinese_and_japanese_are_of_characters() -> None:
    assert shingles("港口开放了") == {("港", "口", "开", "放"): 1, ("口", "开", "放", "了"): 1}
    assert shingles("2024年の本") == {("2024", "年", "の", "本"): 1}


def test_words_are_counted_and_korean_is_counted_by_syllables() -> None:
    assert words("a b a") == {("a",): 2, ("b",): 1}
    assert words("항구 A") == {("항",): 1, ("구",): 1, ("A",): 1}


def test_a_match_has_the_share_of_what_was_found_and_of_what_was_wanted() -> None:
    assert match(words("a b b c"), words("a b d e e")) == PrecisionRecall(2 / 4, 2 / 5)


def test_nothing_found_where_something_was_wanted_scores_nothing() -> None:
    assert match(words(""), words("a")) == PrecisionRecall(0.0, 0.0)
    assert match(words(""), words("a")).f1 == 0.0
    assert match(words(""), words("")).f1 == 1.0


def test_the_f1_of_a_set_is_that_of_its_mean_precision_and_mean_recall() -> None:
    assert mean([PrecisionRecall(1.0, 0.5), PrecisionRecall(0.5, 0.5)]) == PrecisionRecall(0.75, 0.5)
    assert mean([PrecisionRecall(1.0, 0.5), PrecisionRecall(0.5, 0.5)]).f1 == pytest.approx(0.6)


def test_snippets_count_over_all_pages_with_white_space_folded() -> None:
    snippets = Snippets()
    snippets.add("the  tide\nis low", ["tide is", "is high"], ["low"])
    snippets.add("and rises", ["rises"], ["falls"])

    assert (snippets.found, snippets.missed, snippets.surplus) == (2, 1, 1)
    assert snippets.f1 == 4 / 6


@pytest.mark.parametrize(
    ("found", "wanted", "same"),
    [
        ("The tide: low!", "the TIDE low", True),
        ("Ｔｉｄｅ", "tide", True),
        ("“Tide”", '"Tide"', True),
        ("Tide", "Tides", False),
        (None, "Tide", False),
    ],
)
def test_titles_are_compared_without_case_width_and_punctuation(found: str | None, wanted: str, same: bool) -> None:
    assert same_title(found, wanted) is same


def test_authors_are_compared_as_sets_of_names() -> None:
    assert author_f1(["Ann Lee", "Bo Li"], ["bo li"]) == 2 / 3
    assert author_f1([], ["Bo Li"]) == 0.0
    assert author_f1([], []) == 1.0


def test_an_annotation_with_several_names_or_credentials_is_taken_apart() -> None:
    assert author_f1(["Ann Lee", "Bo Li"], ["Ann Lee; Bo Li"]) == 1.0
    assert author_f1(["Ann Lee"], ["Ann Lee, MD, RD"]) == 1.0
    assert author_f1(["Redaktion"], ["Redaktion, Nordby"]) == 1.0


def test_dates_are_compared_by_the_day_as_written() -> None:
    assert same_day("2026-03-01T23:30:00+09:00", "2026-03-01")
    assert not same_day("2026-03-01", "2026-03-02")
    assert not same_day(None, "2026-03-02")
