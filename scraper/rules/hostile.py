"""Try patterns on hostile lines: what takes more than linear time there makes a page hang that has such a line."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection

from scraper.rules.rule import Rule, fold, pattern_of

# Small ones first: an exponential pattern is told from twenty characters, and would not come back from a hundred.
SIZES = (20, 100, 1_000, 10_000)
LIMIT_S = 0.005
TRIES = 3
# On a busy machine everything is slow: a harmless pattern on as many characters gives the scale.
CONTROL = re.compile("(?:[a-z] ?)*x")
CONTROL_S = 0.0005  # what it takes on an idle machine
# Of a process that tries one rule: all of them take less than a tenth, and a pattern that hangs never comes back.
HANGS_S = 10.0


def slow_piece(rule: Rule) -> tuple[str, int] | None:
    """Return what the rule's pattern takes too long for, repeated to so many characters; ``None`` if there is nothing.

    Lines longer than ``max_chars`` never reach the pattern, so 10,000 characters are far beyond what can happen.
    """
    pattern = pattern_of(rule)
    pieces = list(_pieces(rule))
    for size in SIZES:
        for piece in pieces:
            if is_slow(pattern, (piece * size)[: size - 1] + "\0"):
                return piece, size
    return None


def is_hostile(rule: Rule) -> bool:
    """Tell whether there is a line on which the rule is slow or hangs. A process of its own tries, and may die."""
    here, there = Pipe(duplex=False)
    process = Process(target=_try, args=(rule, there), daemon=True)
    process.start()
    try:
        return not here.poll(HANGS_S) or here.recv() is not None
    finally:
        process.kill()
        process.join()


def _try(rule: Rule, answer: Connection) -> None:
    answer.send(slow_piece(rule))


def is_slow(pattern: re.Pattern[str], text: str) -> bool:
    """Tell whether the pattern takes longer than :data:`LIMIT_S` for the text, also when it is tried again."""
    for _ in range(TRIES):
        if _seconds(pattern, text) < LIMIT_S * max(1.0, _seconds(CONTROL, "abc" * 3_334) / CONTROL_S):
            return False
    return True


def _pieces(rule: Rule) -> Iterator[str]:
    """Yield what a pattern may have to try again and again: runs, and its own words and examples repeated."""
    yield from ("a", " ", "1", "(", "a ", ", ", "的", "网 ", ": a ")
    for word in rule.words:
        yield from (word, f"{word} ", f"{word}, ", f"{word} | ")
    for line in map(fold, rule.drops):
        yield from (line, f"{line} ", line[: len(line) // 2])


def _seconds(pattern: re.Pattern[str], text: str) -> float:
    start = time.perf_counter()
    pattern.fullmatch(text)
    return time.perf_counter() - start
