"""Find the rule of a line: words first, patterns only for the few rules whose words are there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Literal

from scraper.rules.rule import Rule, fold, pattern_of

Edge = Literal["any", "start", "end"]

_TOKEN = re.compile(r"\w+")
# Scripts that do not put a space between words (Han, kana, Hangul with its particles, Thai, Lao, Khmer, Burmese):
# a word of theirs is looked up as a substring, and it ends a token of another script ("打开app").
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_SPACED_TOKEN = re.compile(rf"[^\W{_UNSPACED}]+")
# A glued-on credit or "Read more: ..." is seldom longer, and the rest of the paragraph need not be looked at.
_TAIL_CHARS = 200
_SENTENCE_END = re.compile(
    r"[.!?…][\"'”’»)\]]*\s+|[。！？…]+[”’」』）】]*\s*|(?<=[.!?…。！？”\"’」』)）])\s*(?=[(（\[【][^(（\[【]*$)"
)


class RuleSet:
    """Rules that are looked up by their words. Where several match a line, the first id in sorted order is named."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.id))
        self.max_chars = max((rule.max_chars for rule in self.rules), default=0)
        self._patterns: dict[str, re.Pattern[str]] = {}  # compiled when first needed: all at once cost 100 ms
        self._tokens: dict[str, list[Rule]] = defaultdict(list)
        self._parts: dict[str, list[tuple[str, Rule]]] = defaultdict(list)  # first character -> words and rules
        for rule in self.rules:
            for word in rule.words:
                if _SPACED_TOKEN.fullmatch(word):
                    self._tokens[word].append(rule)
                else:
                    self._parts[word[0]].append((word, rule))
        self._known = frozenset(self._tokens)
        self._first = re.compile(f"[{re.escape(''.join(sorted(self._parts)))}]") if self._parts else None
        self._tails = [(word, rule) for rule in self.rules if rule.tail for word in rule.words]

    def match(self, line: str, edge: Edge = "any") -> Rule | None:
        """Return the rule that takes the whole of ``line`` where it stands at ``edge``, or ``None``."""
        if len(line) > self.max_chars:
            return None
        candidates = self._candidates(line.lower())
        if not candidates:
            return None
        folded = fold(line)
        for rule in sorted(candidates, key=lambda rule: rule.id):
            if (rule.where in ("any", edge) or (rule.where == "edges" and edge != "any")) and self._takes(rule, folded):
                return rule
        return None

    def tail(self, text: str) -> tuple[int, Rule] | None:
        """Return where furniture begins that is glued to the end of a paragraph, and its rule."""
        start = max(0, len(text) - _TAIL_CHARS)
        window = text[start:].lower()
        rules = [rule for word, rule in self._tails if word in window]
        if not rules:
            return None
        for boundary in reversed(list(_SENTENCE_END.finditer(text, start))):
            cut = boundary.end()
            folded = fold(text[cut:])
            for rule in rules:
                if self._takes(rule, folded):
                    return cut, rule
        return None

    def _candidates(self, lowered: str) -> list[Rule]:
        found: dict[str, Rule] = {}
        tokens = (_TOKEN if lowered.isascii() else _SPACED_TOKEN).findall(lowered)
        for token in self._known.intersection(tokens):
            for rule in self._tokens[token]:
                found[rule.id] = rule
        if self._first is not None and not lowered.isascii():
            for character in set(self._first.findall(lowered)):
                for word, rule in self._parts[character]:
                    if word in lowered:
                        found[rule.id] = rule
        return list(found.values())

    def _takes(self, rule: Rule, folded: str) -> bool:
        if len(folded) > rule.max_chars:
            return False
        pattern = self._patterns.get(rule.id)
        if pattern is None:
            pattern = self._patterns[rule.id] = pattern_of(rule)
        return pattern.fullmatch(folded) is not None
