"""No pattern of a rule may take more than linear time, whatever the line."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from scraper.rules import Rule, hostile, load_rules
from scraper.rules.hostile import is_hostile, is_slow, slow_piece
from scraper.rules.loading import read_rules

FILES = sorted((Path(__file__).parents[1] / "scraper" / "rules").glob("*.toml"))
RULES = [rule for path in FILES for rule in read_rules(path)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_pattern_takes_linear_time_on_hostile_lines(rule: Rule) -> None:
    assert slow_piece(rule) is None


@pytest.mark.parametrize("line", ["(a+)+ tide", "(a|a)*tide", "(tide ?)+(tide ?)+(tide ?)+!"])
def test_a_pattern_that_is_not_linear_is_told(line: str) -> None:
    assert is_hostile(Rule(id="a.a", about="", lang=("en",), words=("tide",), line=(line,)))


def test_a_pattern_that_never_comes_back_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hostile, "HANGS_S", 1.0)

    assert is_hostile(Rule(id="a.a", about="", lang=("en",), words=("tide",), line=("(.*,)*.*tide",)))


def test_the_control_run_tells_a_hostile_pattern() -> None:
    assert is_slow(re.compile("(a|a)*b"), "a" * 20 + "\0")


def test_looking_for_a_tail_takes_linear_time() -> None:
    rules = load_rules()
    for piece in (". ", "。", "(", "）", "“”", "a. (", "read more: "):
        start = time.perf_counter()
        rules.tail(piece * 5_000)

        assert time.perf_counter() - start < 1.0
