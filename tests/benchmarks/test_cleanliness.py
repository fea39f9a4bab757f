"""The tables of the headline figures, and the bars that they are held to."""

from __future__ import annotations

from benchmarks.cleanliness import Leftover, Row, frequent, ratios, tabulate
from benchmarks.text import misses
from benchmarks.touches import Touch, outdated, unrecorded


def rows() -> list[Row]:
    label = Leftover("inside, label", "12 comments")
    return [
        Row("world", "1.html", "scraper", [label], []),
        Row("world", "2.html", "scraper", [Leftover("inside, label", "7 comments")], ["Lost."]),
        Row("world", "1.html", "trafilatura", [label] * 3, ["Lost."]),
        Row("world", "2.html", "trafilatura", [label], []),
    ]


def test_figures_are_counted_per_hundred_articles() -> None:
    assert tabulate(rows())["world"] == {
        "scraper": {"pages": 2, "leftover": 100.0, "lost": 50.0},
        "trafilatura": {"pages": 2, "leftover": 200.0, "lost": 50.0},
    }


def test_a_figure_above_the_bar_says_so() -> None:
    assert ratios(tabulate(rows())) == [
        "world, leftover: 0.50 of trafilatura",
        "world, lost: 1.00 of trafilatura, above the bar",
    ]


def test_without_the_other_extractor_there_is_no_bar() -> None:
    assert ratios(tabulate(rows()[:2])) == []


def test_lines_that_differ_in_numbers_are_counted_together() -> None:
    assert frequent(rows()).split("\n")[:2] == ["== inside, label: 2", "   2 0 comments   [world/1.html]"]


def test_a_text_that_loses_too_much_misses_its_bar() -> None:
    good = {"f1_before": 0.7, "f1_after": 0.85, "recall_before": 1.0, "recall_after": 0.996, "lost_words": 0.001}

    assert misses({"world, container": good, "world, every line": good, "world, clean": good}) == []
    assert misses({"world, container": good | {"recall_after": 0.99}}) == [
        "world, container: F1 +0.150, recall -0.0100; asked for +0.05 and -0.005"
    ]
    assert misses({"world, every line": good | {"f1_after": 0.79}}) == ["world, every line: F1 0.790; asked for 0.8"]
    assert misses({"world, clean": good | {"lost_words": 0.003}}) == [
        "world, clean: 0.0030 of the words lost; asked for 0.002"
    ]


def test_a_touch_on_record_passes_and_a_record_without_a_touch_is_told() -> None:
    found = [Touch("a.html", "share.label", "Print"), Touch("b.html", "credit.photo", "Photo: X")]
    records = {"a.html": {"share.label": "a button", "app.download": "a button"}}

    assert list(unrecorded(found, records)) == [found[1]]
    assert list(outdated(found, records)) == [("a.html", "app.download")]
