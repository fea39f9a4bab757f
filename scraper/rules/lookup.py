"""Find the rules whose words a line has, without trying a pattern."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from scraper.rules.rule import Rule

# In a line of ASCII everything but letters, digits and "_" becomes a space: half the time of a pattern.
_SPACES = bytes(code if chr(code).isalnum() or chr(code) == "_" else 32 for code in range(256))
_TYPOGRAPHY = "’‘“”–—…\u00a0"  # what keeps most lines in Latin script from being ASCII
_TOKEN = re.compile(r"\w+")
# Scripts that do not put a space between words (Han, kana, Hangul with its particles, Thai, Lao, Khmer, Burmese):
# a word of theirs is looked up as a substring, and it ends a token of another script ("打开app").
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_HAS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_SPACED_TOKEN = re.compile(rf"[^\W{_UNSPACED}]+")  # three times slower, so only where it is needed


class Lookup:
    """An index of rules by their words: tokens, or substrings by their first character."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._tokens: dict[str, list[Rule]] = defaultdict(list)
        self._parts: dict[str, list[tuple[str, Rule]]] = defaultdict(list)
        for rule in rules:
            for word in rule.words:
                if _SPACED_TOKEN.fullmatch(word):
                    self._tokens[word].append(rule)
                else:
                    self._parts[word[0]].append((word, rule))
        self._known = frozenset(self._tokens)
        self._known_ascii = frozenset(word.encode() for word in self._tokens if word.isascii())
        self._first = re.compile(f"[{re.escape(''.join(sorted(self._parts)))}]") if self._parts else None

    def find(self, lowered: str) -> Sequence[Rule]:
        """Return the rules that have a word in ``lowered``, sorted by id."""
        if not lowered.isascii():
            for mark in _TYPOGRAPHY:
                lowered = lowered.replace(mark, " ")
        if lowered.isascii():
            words = [
                word.decode() for word in self._known_ascii.intersection(lowered.encode().translate(_SPACES).split())
            ]
            found = [rule for word in words for rule in self._tokens[word]]
        else:
            tokens = (_SPACED_TOKEN if _HAS_UNSPACED.search(lowered) else _TOKEN).findall(lowered)
            found = [rule for token in self._known.intersection(tokens) for rule in self._tokens[token]]
            for first in set(self._first.findall(lowered)) if self._first else ():
                found += [rule for word, rule in self._parts[first] if word in lowered]
        return sorted({rule.id: rule for rule in found}.values(), key=lambda rule: rule.id) if found else ()
