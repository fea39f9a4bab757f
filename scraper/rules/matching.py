"""Find the rule of a line: words first, patterns only for the few rules whose words are there."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import Literal

from scraper.rules.lookup import Lookup, entry_of
from scraper.rules.rule import Rule, fold, pattern_of

try:
    from scraper._text import sentence_starts as compiled_starts
except ImportError:  # nothing was compiled on this machine: hatch_build.py
    compiled_starts = None

Edge = Literal["any", "start", "end"]

# A line is looked up among the rules of its length only: few rules allow the length of a paragraph of the story.
_LENGTHS = (40, 80, 120, 160, 200, 280, 400)
# A glued-on credit or "Read more: ..." is seldom longer, and the rest of the paragraph need not be looked at.
_TAIL_CHARS = 200
_TAIL_HEAD = 24  # the words of a tail stand at its beginning
_CLOSING = "\"'”’」』»)）】\\]"
_SENTENCE_END = re.compile(
    rf"[.!?…。！？][{_CLOSING}]*(?:(?<=[。！？…])|(?<=[。！？…][{_CLOSING}])|\s)\s*(?=[^\s{_CLOSING}])"
)
_ENGLISH = "en"
_BRACKETS = {")": "(", "）": "（", "】": "【", "]": "["}


class RuleSet:
    """Rules that are looked up by their words.

    Where several match a line, one of the page's language is named, else one in English, which patterns of related
    languages may match, too; of these the first id in sorted order.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.id))
        self.max_chars = max((rule.max_chars for rule in self.rules), default=0)
        # Compiled when first needed: all at once cost half a second.
        self._matchers: list[Callable[[str], object] | None] = [None] * len(self.rules)
        self._limits = [rule.max_chars for rule in self.rules]
        # By edge and length of the line; those of a class of lengths are one, made when first needed.
        self._lookups: dict[Edge, list[Lookup | None]] = {
            edge: [None] * (self.max_chars + 1) for edge in ("any", "start", "end")
        }
        self._all = Lookup(entry_of(rule, number) for number, rule in enumerate(self.rules))
        self._tails = self._all.among(number for number, rule in enumerate(self.rules) if rule.tail)

    def match(self, line: str, edge: Edge = "any", language: str | None = None) -> Rule | None:
        """Return the rule that takes the whole of ``line`` where it stands at ``edge``, or ``None``.

        ``language`` is that of the page, which changes no more than what is named.
        """
        length = len(line)
        if length > self.max_chars:
            return None
        lookup = self._lookups[edge][length] or self._lookup(edge, length)
        candidates = lookup.find(line)
        return self._that_takes(candidates, line, language) if candidates else None

    def tail(self, text: str, language: str | None = None) -> tuple[int, Rule] | None:
        """Return where furniture begins that is glued to the end of a paragraph, and its rule."""
        starts = sentence_starts(text, max(0, len(text) - _TAIL_CHARS))
        opening = _BRACKETS.get(text[-1:])
        if opening is not None:
            starts.append(text.rfind(opening))
        if not starts:
            return None
        for start in sorted(starts, reverse=True):
            candidates = self._tails.find(text[start : start + _TAIL_HEAD]) if start > 0 else ()
            rule = self._that_takes(candidates, text[start:], language) if candidates else None
            if rule is not None:
                return start, rule
        return None

    def _lookup(self, edge: Edge, length: int) -> Lookup:
        """Make the look-up of the rules that may take a line of the class of ``length`` at ``edge``."""
        class_ = bisect_left(_LENGTHS, length)
        shorter, longest = ([-1, *_LENGTHS, self.max_chars][place] for place in (class_, class_ + 1))
        places = ("any",) if edge == "any" else ("any", "edges", edge)
        made = self._all.among(
            number for number, rule in enumerate(self.rules) if rule.max_chars > shorter and rule.where in places
        )
        for chars in range(shorter + 1, min(longest, self.max_chars) + 1):
            self._lookups[edge][chars] = made
        return made

    def _that_takes(self, candidates: Iterable[int], line: str, language: str | None) -> Rule | None:
        folded = fold(line)
        length = len(folded)
        found: Rule | None = None
        for number in candidates:
            if length <= self._limits[number]:
                takes = self._matchers[number]
                if takes is None:
                    takes = self._matchers[number] = pattern_of(self.rules[number]).fullmatch
                if takes(folded):
                    rule = self.rules[number]
                    if (language or _ENGLISH) in rule.lang:
                        return rule
                    if found is None or (_ENGLISH in rule.lang and _ENGLISH not in found.lang):
                        found = rule
        return found


def _sentence_starts(text: str, begin: int) -> list[int]:
    """Return where sentences begin behind the end of another, from ``begin`` on."""
    return [end.end() for end in _SENTENCE_END.finditer(text, begin)]


sentence_starts: Callable[[str, int], list[int]] = compiled_starts or _sentence_starts
