"""Read the rule files: this package's own and a user's."""

from __future__ import annotations

import difflib
import functools
import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from scraper.errors import ConfigError
from scraper.rules.lookup import entry_of
from scraper.rules.matching import RuleSet
from scraper.rules.rule import Rule, pattern_of

_HERE = Path(__file__).parent
_UPDATED = re.compile(rb"^updated = (\d{4}-\d\d-\d\d)$", re.MULTILINE)
_REQUIRED = ("id", "about", "lang", "words", "line", "drops", "keeps")
_SYNTAX = re.compile(r"[^.^$*+?{}()\[\]|\\]+")


@functools.lru_cache(maxsize=32)
def _load(extra: tuple[str, ...], disable: tuple[str, ...]) -> RuleSet:
    rules = [rule for path in sorted(_HERE.glob("*.toml")) for rule in read_own_rules(path)]
    for path in _rule_files(extra):
        added = read_rules(path)
        for rule in added:
            _compile(rule, path)
        rules += added
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise ConfigError(f"rule {rule.id} is there twice; give one of them another id")
        seen.add(rule.id)
    for unknown in sorted(set(disable) - seen):
        near = difflib.get_close_matches(unknown, seen, n=1)
        hint = f"did you mean {near[0]}?" if near else "take an id that a removal names"
        raise ConfigError(f"strip.disable: no rule is called {unknown!r}; {hint}")
    return RuleSet(rule for rule in rules if rule.id not in disable)


def load_rules(extra: Sequence[str | Path] = (), disable: Sequence[str] = ()) -> RuleSet:
    """Return the rules of this package and of the files or folders ``extra``, without the ids in ``disable``.

    Raises :class:`ConfigError` that names the file, the rule and what to do.
    """
    return _load(tuple(map(str, extra)), tuple(disable))


@functools.cache
def rules_version() -> str:
    """Return the date of the newest rule file and a hash of all of them: ``2026-11-24.1a2b3c4d``."""
    data = b"".join(path.read_bytes().replace(b"\r\n", b"\n") for path in sorted(_HERE.rglob("*.toml")))
    newest = max(_UPDATED.findall(data), default=b"0000-00-00").decode()
    return f"{newest}.{hashlib.sha256(data).hexdigest()[:8]}"


def read_own_rules(path: Path) -> list[Rule]:
    """Return the rules of one of this package's files without their examples, which only the tests read.

    This knows no more TOML than those files have, and checks nothing, because the tests read them by
    :func:`read_rules` and compare. A TOML parser takes many times as long, which every start would pay.
    """
    entries: list[dict[str, Any]] = []
    items: list[str] = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith("    "):
            if line[4] == "'":
                items.append(line[5:-2])  # '...',
        elif line == "[[rule]]":
            entries.append({})
        elif entries and line not in ("", "]"):
            key, value = line.split("=", 1)
            value = value.lstrip()
            if value == "[":
                entries[-1][key.rstrip()] = items = []
            else:
                entries[-1][key.rstrip()] = value[1:-1] if value[0] == "'" else msgspec.json.decode(value)
    for entry in entries:
        entry["drops"] = entry["keeps"] = ()
        if isinstance(entry["line"], str):
            entry["line"] = [entry["line"]]
    return msgspec.convert(entries, list[Rule])


def read_rules(path: Path) -> list[Rule]:
    """Return the rules of one file, checked but for their patterns."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); give a rule file or a folder of them") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8; save the rule file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from error
    entries = data.get("rule")
    if not isinstance(entries, list) or not entries:
        raise ConfigError(f"{path}: holds no rule; write [[rule]] tables")
    rules = [_rule(entry, path, number) for number, entry in enumerate(entries, 1)]
    ids = [rule.id for rule in rules]
    for before, after in pairwise(ids):
        if after <= before:
            raise ConfigError(f"{path}: rule {after} stands after {before}; sort the rules by id, each id once")
    return rules


def _rule(entry: Any, path: Path, number: int) -> Rule:
    name = entry.get("id", f"number {number}") if isinstance(entry, dict) else f"number {number}"
    where = f"{path}: rule {name}"
    try:
        if isinstance(entry, dict) and isinstance(entry.get("line"), str):
            entry = entry | {"line": [entry["line"]]}
        rule = msgspec.convert(entry, Rule)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {str(error)[0].lower()}{str(error)[1:]}; see docs/rules.md") from error
    missing = [key for key in _REQUIRED if not getattr(rule, key)]
    if missing:
        raise ConfigError(f"{where}: {missing[0]} is empty; every rule needs {', '.join(_REQUIRED)}")
    if not rule.id.startswith(f"{path.stem}."):
        raise ConfigError(f'{where}: the id must begin with the file\'s name: "{path.stem}."')
    for word in rule.words:
        if word != unicodedata.normalize("NFC", word).lower().strip() or " " in word:
            raise ConfigError(f"{where}: word {word!r} cannot be looked up; give one word in lower case")
    if b"" in entry_of(rule).tokens:
        raise ConfigError(f"{where}: a word is nothing but punctuation; give one with letters or digits")
    shapes = tuple(unicodedata.normalize("NFKC", shape) for shape in rule.line)
    if any(_SYNTAX.sub("", new) != _SYNTAX.sub("", old) for new, old in zip(shapes, rule.line, strict=True)):
        raise ConfigError(f"{where}: line has a wide character like （ or ？; write \\( or \\?, for lines are folded")
    return rule


def _compile(rule: Rule, path: Path) -> None:
    try:
        pattern_of(rule)
    except re.error as error:
        raise ConfigError(f"{path}: rule {rule.id}: line is no pattern: {error}; see docs/rules.md") from error


def _rule_files(extra: Sequence[str]) -> Iterator[Path]:
    for name in extra:
        path = Path(name)
        found = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not found and not (path / "hosts").is_dir():
            raise ConfigError(f"{path}: holds no *.toml; give a rule file or a folder of them")
        yield from found
