"""Broken input has a known outcome: every file of fixtures/broken, as its line of expected.json says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scraper.config import Settings
from scraper.pipeline import clean
from scraper.records import Article, Response, Target

FOLDER = Path(__file__).parents[1] / "fixtures" / "broken"
CASES: list[dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_broken_input_comes_out_as_expected(case: dict[str, Any]) -> None:
    headers = {"content-type": case["content_type"]}
    body = (FOLDER / case["file"]).read_bytes()
    outcome = clean((Response(target=Target(url=""), url="", headers=headers, body=body),), Settings())

    if not isinstance(outcome, Article):
        assert outcome.reason in case["outcome"], case["about"]
        return
    assert case["outcome"] == "article", case["about"]
    everything = "\n".join([outcome.title or "", outcome.text])
    assert [piece for piece in case.get("has", []) if piece not in everything] == []
    assert [piece for piece in case.get("has_not", []) if piece in everything] == []
    assert outcome.fetch.encoding == case.get("encoding", outcome.fetch.encoding)
    assert set(case.get("warnings", [])) <= set(outcome.warnings)


def test_every_broken_file_has_its_line() -> None:
    assert {case["file"] for case in CASES} == {path.name for path in FOLDER.iterdir()} - {"expected.json"}
