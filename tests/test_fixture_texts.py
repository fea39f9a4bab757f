"""Every folder of fixtures/text is a flattened text, what must stay of it and what goes, rule by rule."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from scraper.strip import clean_text

FOLDERS = sorted(path.parent for path in Path(__file__).parents[1].glob("fixtures/text/*/input.txt"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_story_stays_and_each_line_of_furniture_goes_by_its_rule(folder: Path) -> None:
    cleaned = clean_text((folder / "input.txt").read_text(encoding="utf-8"))

    assert cleaned.text == (folder / "expected.txt").read_text(encoding="utf-8")
    assert list(msgspec.to_builtins(cleaned.removed)) == json.loads(
        (folder / "removed.json").read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_clean_text_stays_as_it_is(folder: Path) -> None:
    text = (folder / "expected.txt").read_text(encoding="utf-8")

    assert clean_text(text).text == text
    assert clean_text(text).removed == ()
