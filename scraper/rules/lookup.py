"""Find the rules whose words a line has, without trying a pattern."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from scraper.rules.rule import Rule, spellings

# Tokens are cut out of UTF-8 bytes, a third of the time of a pattern: in ASCII everything but letters, digits and "_"
# becomes a space, and so do these marks, which are the usual ones beyond it.
_SPACES = bytes(code if code >= 128 or chr(code).isalnum() or chr(code) == "_" else 32 for code in range(256))
_MARKS = "’‘“”„–—…\u00a0«»¿¡·،।\u200c"
# Scripts that do not put a space between words (Han, kana, Hangul with its particles, Thai, Lao, Khmer, Burmese):
# a word of theirs is looked up as a substring, and it ends a token of another script ("打开app").
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ASCII_ONLY = _SPACES[:128] + b" " * 128
# The first bytes of their characters, but for the few that Vietnamese shares. No line in Latin, Greek, Cyrillic or
# Arabic script has one, so that these lines need not be searched.
_LEADS = frozenset([0xE0, *range(0xE3, 0xEE)])


class Entry(NamedTuple):
    """A rule, and its words by the way in which they are looked up."""

    rule: Rule
    tokens: tuple[bytes, ...]
    parts: tuple[str, ...]  # of scripts without spaces, two characters or more
    signs: tuple[str, ...]  # "©", "(c)", and single characters of scripts without spaces


def entry_of(rule: Rule) -> Entry:
    """Sort the words of ``rule`` by how they are found."""
    tokens: list[bytes] = []
    parts: list[str] = []
    signs: list[str] = []
    for word in rule.words:
        spelled = {word} if word.isascii() else spellings(word)
        if not word.isascii() and _UNSPACED.search(word):
            for spelling in spelled:
                (parts if len(spelling) > 1 else signs).append(spelling)
        elif _is_token(word):
            tokens += [spelling.encode() for spelling in spelled]
        else:
            signs.append(word)
    return Entry(rule, tuple(tokens), tuple(parts), tuple(signs))


class Lookup:
    """An index of rules by their words: tokens, or substrings by their first two characters."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._tokens: dict[bytes, list[Rule]] = defaultdict(list)
        self._parts: dict[tuple[str, str], list[tuple[str, Rule]]] = defaultdict(list)
        self._signs: list[tuple[str, Rule]] = []
        for entry in entries:
            for token in entry.tokens:
                self._tokens[token].append(entry.rule)
            for part in entry.parts:
                self._parts[part[0], part[1]].append((part, entry.rule))
            self._signs += [(sign, entry.rule) for sign in entry.signs]
        self._known = frozenset(self._tokens)
        first, second = (re.escape("".join({pair[side] for pair in self._parts})) for side in (0, 1))
        self._pairs = re.compile(f"([{first}])(?=([{second}]))") if self._parts else None
        leads = _LEADS.union(first.encode()[0] for first, _ in self._parts)
        self._no_lead = bytes(byte for byte in range(256) if byte not in leads)

    def find(self, lowered: str) -> Sequence[Rule]:
        """Return the rules that have a word in ``lowered``, sorted by id."""
        found = [rule for sign, rule in self._signs if sign in lowered]
        if lowered.isascii():
            tokens = lowered.encode().translate(_SPACES).split()
        else:
            for mark in _MARKS:
                lowered = lowered.replace(mark, " ")
            encoded = lowered.replace("\u0307", "").encode("utf-8", "replace")  # "İ" in lower case is "i̇"
            unspaced = None
            if encoded.translate(None, self._no_lead):
                unspaced = _UNSPACED.search(lowered)
                for pair in set(self._pairs.findall(lowered)) if self._pairs else ():
                    found += [rule for word, rule in self._parts.get(pair, ()) if word in lowered]
            tokens = encoded.translate(_ASCII_ONLY if unspaced else _SPACES).split()
        for token in self._known.intersection(tokens):
            found += self._tokens[token]
        return sorted({rule.id: rule for rule in found}.values(), key=lambda rule: rule.id) if found else ()


def _is_token(word: str) -> bool:
    """Tell whether spaces and punctuation stand round a word: it has letters, digits and vowel signs only."""
    return word.isalnum() or all(char == "_" or unicodedata.category(char)[0] in "LMN" for char in word)
