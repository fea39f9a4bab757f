"""Wins and losses page by page, and how sure a difference is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import compare, quality
from benchmarks.scores import Scored
from benchmarks.sets import Annotated


def a_row(page: str, fold: int, words: float) -> Scored:
    truth = {"page": page, "text": "x"}
    return Scored(page=Annotated("wcxb", truth, b""), fold=fold, text="", reason="", words=words)


def test_a_page_that_got_better_is_won_and_one_that_got_worse_is_lost() -> None:
    old = {"wcxb 1": {"word F1": 0.5}, "wcxb 2": {"word F1": 0.9}, "wcxb 3": {"word F1": 1.0}, "wcxb 4": {}}
    new = {"wcxb 1": {"word F1": 0.8}, "wcxb 2": {"word F1": 0.7}, "wcxb 3": {"word F1": 1.0}, "magic 5": {}}

    lines = compare.report(old, new).split("\n")

    assert lines[0].startswith("3 pages that both have")
    assert "word F1    +0.0333" in lines[1]
    assert lines[1].endswith("1 pages won, 1 lost of 3")
    assert lines[2:] == ["lost most: wcxb 2 0.900 -> 0.700", "won most: wcxb 1 0.500 -> 0.800"]


def test_an_interval_holds_the_mean_and_is_narrower_with_more_pages() -> None:
    few, many = compare.interval([0.0, 1.0] * 5), compare.interval([0.0, 1.0] * 500)

    assert few[0] < 0.5 < few[1]
    assert many[1] - many[0] < (few[1] - few[0]) / 5
    assert compare.interval([0.25] * 9) == (0.25, 0.25)


@pytest.mark.parametrize(("held_out", "gap"), [(0.9, "+0.0000"), (0.4, "-0.5000")])
def test_the_gap_of_the_held_out_fold_is_told_with_its_interval(held_out: float, gap: str) -> None:
    rows = [a_row(str(number), number % 5, held_out if number % 5 == 0 else 0.9) for number in range(50)]

    told = compare.held_out_gap(rows)

    assert told.startswith(f"word F1, held-out domains - the rest, pooled: {gap}")


def test_without_a_held_out_page_that_is_said() -> None:
    assert compare.held_out_gap([a_row("1", 3, 0.9)]) == "word F1: no page is held out, or all are"


def test_the_benchmark_writes_what_it_compares_with_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(quality.sets, "available", lambda *_: ["wcxb"])
    monkeypatch.setattr(quality, "run", lambda *_: [a_row("1", 1, 0.5)])
    quality.main(["--json", str(tmp_path / "old.json")])
    monkeypatch.setattr(quality, "run", lambda *_: [a_row("1", 1, 0.75)])

    quality.main(["--compare", str(tmp_path / "old.json")])

    assert json.loads((tmp_path / "old.json").read_text())["by page"] == {"wcxb 1": {"word F1": 0.5}}
    assert "wcxb         word F1    +0.2500 (+0.2500 to +0.2500), 1 pages won, 0 lost of 1" in capsys.readouterr().out
