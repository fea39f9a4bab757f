"""Test data of other projects, from ``$SCRAPER_SHARED/data``, and how much of it has to pass.

None of it is part of this project: where it is missing the tests are skipped and say so. ``floors.json`` holds for
each set how many cases passed, and of how many. Raise a number when more pass; lower one only with a reason.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("SCRAPER_SHARED", HERE.parents[2] / "shared")) / "data"

Data = Callable[[str], Path]
Reached = Callable[[str, list[bool]], None]


@pytest.fixture
def data() -> Data:
    """Return the path of a data file, or skip the test where it is missing."""

    def path_of(name: str) -> Path:
        path = FOLDER / name
        if not path.exists():
            pytest.skip(f"no {path}; set SCRAPER_SHARED")
        return path

    return path_of


@pytest.fixture
def reached() -> Reached:
    """Compare the cases of a set that passed with its floor."""
    floors = json.loads((HERE / "floors.json").read_text())

    def check(name: str, cases: list[bool]) -> None:
        floor = floors[name]
        assert len(cases) == floor["of"], f"{name}: another number of cases than the floor was measured on"
        assert sum(cases) >= floor["passed"], (
            f"{name}: {sum(cases)} of {len(cases)} pass; the floor is {floor['passed']}"
        )

    return check
