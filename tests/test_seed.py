"""The text that the project began with: an interview between seven lines of furniture."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scraper.strip import clean_text

SHARED = Path(os.environ.get("SCRAPER_SHARED", Path(__file__).parents[2] / "shared"))
SEEDS = sorted((SHARED / "seed").glob("*.txt"))

needs_seed = pytest.mark.skipif(not SEEDS, reason=f"{SHARED / 'seed'} holds no text; set SCRAPER_SHARED")

RULE_OF_LINE = {
    0: "cookie.continue-means-consent",
    1: "language_picker.choose",
    2: "language_picker.choose",
    3: "registration.licence-zh",
    4: "hotline.report",
    18: "read_more.link",
    19: "credit.cover",
}


@needs_seed
def test_every_sentence_of_the_interview_stays_and_the_seven_lines_go() -> None:
    text = SEEDS[0].read_text(encoding="utf-8")
    lines = text.split("\n")
    cleaned = clean_text(text)

    assert cleaned.text.split("\n") == [line for number, line in enumerate(lines) if number not in RULE_OF_LINE]
    assert [(removed.rule, removed.text) for removed in cleaned.removed] == [
        (rule, lines[number]) for number, rule in RULE_OF_LINE.items()
    ]


@needs_seed
def test_the_removals_say_where_the_lines_stood() -> None:
    cleaned = clean_text(SEEDS[0].read_text(encoding="utf-8"))

    assert [(removed.side, removed.block) for removed in cleaned.removed] == [("before", 0)] * 5 + [("after", None)] * 2
