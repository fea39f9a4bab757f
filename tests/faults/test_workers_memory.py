"""Row 42 of the matrix: the memory of a command and its workers does not grow with the pages that it has done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.memory import Sample, samples_of, typical
from benchmarks.site import page
from benchmarks.soak import SMALL_BYTES, fetched

pytestmark = pytest.mark.slow

MOST = 1.2


def growth(samples: list[Sample], early: int, last: int) -> float:
    """Return how many times the memory of the beginning the end takes."""
    return typical(samples, last * 9 // 10, last) / typical(samples, early // 2, early * 3 // 2)


def a_page(number: int) -> dict[str, str]:
    return {"html": page(number, SMALL_BYTES).decode()}


def a_text(number: int) -> dict[str, str]:
    """Return what takes a tenth of the time."""
    return {"text": f"In report {number} the boats were counted.\nRead more: Low tide in pictures\n" * 5}


def test_twenty_thousand_pages_of_a_file_leave_nothing_behind(tmp_path: Path) -> None:
    pages = 20_000
    lines, output = tmp_path / "pages.jsonl", tmp_path / "clean.jsonl"
    with lines.open("w") as file:
        for number in range(pages):
            file.write(json.dumps(a_page(number) if number % 5 == 0 else a_text(number)) + "\n")

    samples = samples_of(["clean", str(lines), "-o", str(output)], output)

    assert growth(samples, 2_000, pages) < MOST


@pytest.mark.parametrize(("command", "pages"), [("get", 3_000), ("run", 20_000)])
def test_pages_that_are_fetched_leave_nothing_behind(tmp_path: Path, command: str, pages: int) -> None:
    samples = fetched(command, pages, tmp_path)

    assert growth(samples, min(2_000, pages // 3), pages) < MOST
