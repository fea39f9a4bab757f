"""Floors hold for the pages that were measured, rise by themselves and are lowered with a reason only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import floors


def figures(**changes: float | None) -> floors.Figures:
    return {"wcxb": dict.fromkeys(floors.FLOORED) | {"pages": 100, "word F1": 0.95, "title": 0.9} | changes}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "wcxb.zip").write_bytes(b"the pages")
    floors.update(tmp_path, figures(), path=tmp_path / "floors.json")
    return tmp_path


def pinned(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "floors.json").read_text())
    return content


def check(folder: Path, measured: floors.Figures) -> int:
    return floors.check(folder, measured, folder / "floors.json")


def test_a_figure_at_its_floor_passes_and_what_was_not_measured_has_no_floor(folder: Path) -> None:
    assert check(folder, figures()) == 0
    assert pinned(folder)["floors"] == {"wcxb": {"word F1": 0.95, "title": 0.9}}


def test_a_figure_inside_the_noise_band_passes(folder: Path) -> None:
    assert check(folder, figures(**{"word F1": 0.949})) == 0


def test_a_share_of_pages_may_lose_a_page_and_no_more(folder: Path) -> None:
    assert check(folder, figures(title=0.891)) == 0
    assert check(folder, figures(title=0.889)) == 1


def test_a_figure_below_the_noise_band_fails_and_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(folder, figures(**{"word F1": 0.94})) == 1
    assert "wcxb: word F1 is 0.94, below its floor of 0.95" in capsys.readouterr().out


def test_a_figure_that_is_missing_fails(folder: Path) -> None:
    assert check(folder, figures(**{"word F1": None})) == 1


def test_other_pages_than_those_measured_fail(folder: Path) -> None:
    (folder / "wcxb.zip").write_bytes(b"other pages")

    assert check(folder, figures()) == 1


def test_floors_rise_with_the_figures(folder: Path) -> None:
    floors.update(folder, figures(**{"word F1": 0.96}), path=folder / "floors.json")

    assert pinned(folder)["floors"] == {"wcxb": {"word F1": 0.96, "title": 0.9}}


def test_floors_do_not_sink_by_themselves(folder: Path) -> None:
    floors.update(folder, figures(**{"word F1": 0.94}), path=folder / "floors.json")

    assert pinned(folder)["floors"] == {"wcxb": {"word F1": 0.95, "title": 0.9}}


def test_a_floor_is_lowered_with_a_reason_that_stays(folder: Path) -> None:
    floors.update(folder, figures(**{"word F1": 0.94}), "captions are fields now", path=folder / "floors.json")

    assert pinned(folder)["floors"] == {"wcxb": {"word F1": 0.94, "title": 0.9}}
    assert pinned(folder)["lowered"] == [
        {"set": "wcxb", "from": {"word F1": 0.95}, "to": {"word F1": 0.94}, "reason": "captions are fields now"}
    ]
