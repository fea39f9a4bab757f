"""Check rules by their examples: each takes its ``drops``, and no rule at all touches a ``keeps``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from scraper.rules.hostile import is_hostile
from scraper.rules.loading import load_rules, read_rules
from scraper.rules.matching import Edge, RuleSet
from scraper.rules.rule import Rule

_EDGES: tuple[Edge, ...] = ("any", "start", "end")
# A tail is what follows the end of a sentence, with a space behind it or, in Chinese and Japanese, without.
_BEFORE_A_TAIL = ("", "The harbour froze. ", "港口结冰了。")


def shipped_files() -> list[Path]:
    """Return the rule files of this package."""
    return sorted(Path(__file__).parent.glob("*.toml"))


def own_files(paths: Sequence[str | Path]) -> list[Path]:
    """Return a user's rule files; raise :class:`ConfigError` where rules in them cannot be used."""
    load_rules(paths)
    return [file for path in map(Path, paths) for file in (sorted(path.glob("*.toml")) if path.is_dir() else [path])]


def takers(line: str, rules: RuleSet) -> list[tuple[Rule, str]]:
    """Return the rules that take ``line`` and where: "anywhere", "at the start", "at the end", "as a tail"."""
    found: dict[str, tuple[Rule, list[str]]] = {}
    for edge in _EDGES:
        rule = rules.match(line, edge)
        if rule and "anywhere" not in found.get(rule.id, (rule, []))[1]:
            found.setdefault(rule.id, (rule, []))[1].append("anywhere" if edge == "any" else f"at the {edge}")
    for before in _BEFORE_A_TAIL:
        tail = rules.tail(before + line)
        if tail and "as a tail" not in found.get(tail[1].id, (tail[1], []))[1]:
            found.setdefault(tail[1].id, (tail[1], []))[1].append("as a tail")
    return [(rule, " and ".join(places)) for rule, places in found.values()]


def faults(files: Iterable[Path], known: RuleSet) -> Iterator[str]:
    """Yield what the examples in ``files`` say that is not so; ``known`` are all rules that will run together."""
    for rule in (rule for file in files for rule in read_rules(file)):
        alone = RuleSet([rule])
        for line in rule.drops:
            if not takers(line, alone):
                yield f"{rule.id} does not drop {line!r}"
        for line in rule.keeps:
            for taker, place in takers(line, known):
                yield f"{rule.id} keeps {line!r}, but {taker.id} takes it {place}"


def slow_patterns(files: Iterable[Path]) -> Iterator[str]:
    """Yield the rules in ``files`` whose patterns take more than linear time on a hostile line."""
    for rule in (rule for file in files for rule in read_rules(file)):
        if is_hostile(rule):
            yield f"{rule.id} may hang on a line of 10,000 characters: bound its repeats, see docs/rules.md"
