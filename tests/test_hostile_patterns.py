"""No pattern of a rule may take more than linear time, whatever the line.

Lines longer than a rule's ``max_chars`` never reach its pattern, so 10,000 characters are far beyond what can happen.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scraper.rules import Rule, fold, load_rules
from scraper.rules.loading import read_rules
from scraper.rules.rule import pattern_of

SIZES = (100, 1_000, 10_000)  # small ones first, so that an exponential pattern fails soon instead of hanging
LIMIT_S = 0.005
TRIES = 3
# On a busy machine everything is slow: a harmless pattern on as many characters gives the scale.
CONTROL = re.compile("(?:[a-z] ?)*x")
CONTROL_S = 0.0005  # what it takes on an idle machine

FILES = sorted((Path(__file__).parents[1] / "scraper" / "rules").glob("*.toml"))
RULES = [rule for path in FILES for rule in read_rules(path)]


def hostile(rule: Rule) -> Iterator[str]:
    """Yield what a pattern may have to try again and again: runs, and its own words and examples repeated."""
    yield from ("a", " ", "1", "(", "a ", ", ", "的", "网 ", ": a ")
    for word in rule.words:
        yield from (word, f"{word} ", f"{word}, ", f"{word} | ")
    for line in map(fold, rule.drops):
        yield from (line, f"{line} ", line[: len(line) // 2])


def seconds(pattern: re.Pattern[str], text: str) -> float:
    start = time.perf_counter()
    pattern.fullmatch(text)
    return time.perf_counter() - start


def is_slow(pattern: re.Pattern[str], text: str) -> bool:
    for _ in range(TRIES):
        if seconds(pattern, text) < LIMIT_S * max(1.0, seconds(CONTROL, "abc" * 3_334) / CONTROL_S):
            return False
    return True


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_pattern_takes_linear_time_on_hostile_lines(rule: Rule) -> None:
    pattern = pattern_of(rule)
    for size in SIZES:
        slow = [piece for piece in hostile(rule) if is_slow(pattern, (piece * size)[: size - 1] + "\0")]

        assert slow == [], f"at {size} characters"


def test_the_control_run_tells_a_hostile_pattern() -> None:
    assert is_slow(re.compile("(a|a)*b"), "a" * 20 + "\0")


def test_looking_for_a_tail_takes_linear_time() -> None:
    rules = load_rules()
    for piece in (". ", "。", "(", "）", "“”", "a. (", "read more: "):
        start = time.perf_counter()
        rules.tail(piece * 5_000)

        assert time.perf_counter() - start < 1.0
