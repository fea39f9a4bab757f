"""Row 43 of the matrix: no pattern of the package takes a second on a megabyte that somebody made for it.

Patterns of rules are held to more by tests/test_hostile_patterns.py; here they get the megabyte as well.
"""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import scraper
from scraper.config import EngineSettings
from scraper.engines.workers import Workers
from scraper.records import Failed
from scraper.rules import Rule
from scraper.rules.loading import read_rules
from scraper.rules.rule import pattern_of

pytestmark = pytest.mark.slow

SIZE = 1_000_000
LIMIT_S = 1.0
DEADLINE_S = 20.0  # a busy machine is slow, and the limit is processor time

# What is repeated: what patterns look for, and what they skip on their way.
PIECES = (
    "a", " ", "\n", "\t\n", "1", ".", "-", "=", "[", "(", "<", '"', "/", "&#", "a ", "1 ", "a-", ": ", "1:", "by ",
    "Jan ", "http://", "a@a.", '{"', "\\u", "的",
)  # fmt: skip

# What a folded line may hold: one space between words, no line breaks.
LINE_PIECES = ("a", "a ", "1", "1 ", "(", ": ", "a@a.", "的")

# These never see what a stranger wrote.
TRUSTED = {
    "scraper.rules.rule._GROUP": "reads the patterns in rule files, which are the operator's own",
    "scraper.rules.hostile.CONTROL": "is slow on purpose, and tried on one text: what others are compared with",
}

SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in Path(scraper.__file__).parent.rglob("*.py"))
METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")


class Use(NamedTuple):
    """A pattern as the package uses it."""

    name: str
    pattern: str | bytes
    flags: int
    method: str

    def seconds(self, piece: str) -> float:
        """Return the processor time that it takes on a megabyte of ``piece``."""
        text: Any = (piece * (SIZE // len(piece) + 1))[: SIZE - 1] + "\0"
        if isinstance(self.pattern, bytes):
            text = text.encode()[:SIZE]
        pattern = re.compile(self.pattern, self.flags)
        start = time.process_time()
        found = getattr(pattern, self.method)(*((text[:0], text) if self.method in ("sub", "subn") else (text,)))
        if self.method == "finditer":
            for _ in found:
                pass
        return time.process_time() - start


def uses() -> Iterator[Use]:
    """Yield every compiled pattern of the package, with each method that is called on its name."""
    for module in pkgutil.walk_packages(scraper.__path__, "scraper."):
        if not module.name.endswith("__main__"):
            for attribute, value in vars(importlib.import_module(module.name)).items():
                for pattern in patterns_in(value):
                    called = [name for name in METHODS if re.search(rf"\b{attribute}\.{name}\b", SOURCE)]
                    for method in called or ["search"]:
                        yield Use(f"{module.name}.{attribute}", pattern.pattern, pattern.flags, method)


def patterns_in(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from patterns_in([*value, *value.values()])
    elif isinstance(value, (tuple, list, set, frozenset)):
        for item in value:
            yield from patterns_in(item)


def all_rules() -> Iterator[Rule]:
    for path in sorted((Path(scraper.__file__).parent / "rules").glob("*.toml")):
        yield from read_rules(path)


USES = {(use.pattern, use.method): use for use in uses() if use.name not in TRUSTED}
RULES = [Use(rule.id, pattern_of(rule).pattern, pattern_of(rule).flags, "fullmatch") for rule in all_rules()]


def work(job: tuple[Use, str]) -> float:
    use, piece = job
    return use.seconds(piece)


def slow_ones(found: list[Use], pieces: Sequence[str] = PIECES, deadline_s: float = DEADLINE_S) -> list[str]:
    jobs = [(use, piece) for use in found for piece in pieces]

    async def seconds(workers: Workers[tuple[Use, str], float]) -> list[float | Failed]:
        return await asyncio.gather(*(workers.submit(job, job[0].name) for job in jobs))

    with closing(Workers(work, EngineSettings(page_deadline_s=deadline_s))) as workers:
        results = asyncio.run(seconds(workers))
    return [
        f"{use.name}.{use.method} on {piece!r}: {result}"
        for (use, piece), result in zip(jobs, results, strict=True)
        if isinstance(result, Failed) or result > LIMIT_S
    ]


def test_every_pattern_of_the_package_takes_less_than_a_second_for_a_megabyte() -> None:
    assert len(USES) > 50
    assert slow_ones(list(USES.values())) == []


def test_every_pattern_of_a_rule_takes_less_than_a_second_for_a_megabyte() -> None:
    assert len(RULES) > 50
    assert slow_ones(RULES, LINE_PIECES) == []


def test_a_pattern_that_takes_quadratic_time_is_found_out() -> None:
    found = slow_ones([Use("hostile", r" +x", 0, "search")], deadline_s=2.0)

    assert [line.partition(":")[0] for line in found] == ["hostile.search on ' '"]
