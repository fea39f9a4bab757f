"""Find the rules whose words a line has, without trying a pattern."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import Any, NamedTuple

from scraper.rules.rule import Rule, spellings

try:  # lines in scripts with spaces are looked up by a compiled loop where there is one: hatch_build.py
    from scraper._text import Words
except ImportError:
    Words = None
compiled_words: Callable[..., Any] | None = Words

# Tokens are cut out of UTF-8 bytes, a third of the time of a pattern: in ASCII everything but letters, digits and "_"
# becomes a space, and a capital a small letter.
_KEPT = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_\1")
_SPACES = bytes(
    code if code in _KEPT or code >= 128 else code + 32 if code + 32 in _KEPT and chr(code).isupper() else 32
    for code in range(256)
)
# So do the usual marks beyond it: of U+2000 to U+203F (quotes, dashes, spaces), of Latin-1, "،", "؛", "؟" and "।".
_PUNCTUATION = re.compile(rb"\xe2\x80[\x80-\xbf]")
_LATIN_SIGNS = re.compile(rb"\xc2[\xa0-\xbf]")
_WIDE_MARKS = re.compile(rb"\xef\xbc[\x81-\x8f\x9a-\xa0\xbb-\xbd]|\xef\xbd[\x9b-\x9d]")  # "：", "（", "｜"
_ARABIC_MARKS = re.compile(rb"\xd8[\x8c\x9b\x9f]")
_DANDA, _DOT_ABOVE = "।".encode(), "\u0307".encode()  # "İ" in lower case is "i̇"
_COPYRIGHT = b" \1 "  # a token for "©", "ⓒ" and "(c)", in ASCII
# Scripts that do not put a space between words (Han, kana, Hangul with its particles, Thai, Lao, Khmer, Burmese):
# a word of theirs is looked up as a substring, and it ends a token of another script ("打开app").
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_THAI = re.compile("[\u0e00-\u0e7f]")
_ASCII_ONLY = _SPACES[:128] + b" " * 128
_ASCII = bytes(range(128))
_QUOTES = b"\xe2\x80"  # begins all characters of U+2000 to U+203F
# The first bytes of their characters, but for the few that Vietnamese shares. No line in Latin, Greek, Cyrillic or
# Arabic script has one, so that these lines need not be searched.
_LEADS = frozenset([0xE0, *range(0xE3, 0xEE)])
_THAI_OR_INDIC = b"\xe0"  # the latter has spaces


class Entry(NamedTuple):
    """The words of a rule by the way in which they are looked up."""

    number: int
    tokens: tuple[bytes, ...]
    parts: tuple[str, ...]  # of scripts without spaces


def entry_of(rule: Rule, number: int = 0) -> Entry:
    """Sort the words of ``rule`` by how they are found; it is found as ``number``."""
    tokens: list[bytes] = []
    parts: list[str] = []
    for word in rule.words:
        if word.isascii():
            tokens.append(word.encode() if word.isalnum() else _longest_token(word))
        elif _UNSPACED.search(word):
            parts += spellings(word)
        elif word.isalpha():
            tokens += [spelling.encode() for spelling in spellings(word)]
        else:
            tokens += map(_longest_token, spellings(word))
    return Entry(number, tuple(tokens), tuple(parts))


class Lookup:
    """An index of rules by their words: tokens, or substrings by their first two characters."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._tokens: dict[bytes, list[int]] = defaultdict(list)
        self._parts: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
        # Parts of one character; and those in Thai, whose few letters make each pair of theirs a usual one.
        self._singles: list[tuple[str, int]] = []
        self._thai: list[tuple[str, int]] = []
        number = -1
        for number, tokens, parts in sorted(entries):
            for token in dict.fromkeys(tokens):
                self._tokens[token].append(number)
            for part in parts:
                if len(part) == 1:
                    self._singles.append((part, number))
                elif _THAI.match(part):
                    self._thai.append((part, number))
                else:
                    self._parts[part[0], part[1]].append((part, number))
        self._known = set(self._tokens)
        first, second = (re.escape("".join({pair[side] for pair in self._parts})) for side in (0, 1))
        self._pairs = re.compile(f"([{first}])(?=([{second}]))") if self._parts else None
        leads = _LEADS.union(char.encode()[0] for pair in self._parts for char in pair if _UNSPACED.search(char))
        self._no_lead = bytes(byte for byte in range(256) if byte not in leads)
        self._allowed = b"\1" * (number + 1)
        self._words = None
        if compiled_words:
            self._words = compiled_words(self._tokens, _SPACES, self._no_lead, self._allowed)

    def among(self, numbers: Iterable[int]) -> Lookup:
        """Return a look-up of some of the rules. It shares the index, which takes milliseconds to make."""
        some = copy(self)
        wanted = frozenset(numbers)
        some._allowed = bytes(number in wanted for number in range(len(self._allowed)))
        some._words = self._words.among(some._allowed) if self._words else None
        return some

    def find(self, line: str) -> Sequence[int]:
        """Return the numbers of the rules that have a word in ``line``, in order."""
        numbers: Sequence[int] | None = self._words.find(line) if self._words else None
        if numbers is not None:
            return numbers
        found: list[int] = []
        spaces = _SPACES
        if line.isascii():
            encoded = line.encode()
            if b"(" in encoded:
                encoded = encoded.replace(b"(c)", _COPYRIGHT).replace(b"(C)", _COPYRIGHT)
        else:
            encoded = line.encode("utf-8", "replace")
            beyond = encoded.translate(None, _ASCII)
            # Of six lines of articles beyond ASCII, four are English with quotes and dashes: a third of the time.
            if 3 * beyond.count(_QUOTES) == len(beyond):
                encoded, spaces = encoded.replace(b"(c)", _COPYRIGHT).replace(b"(C)", _COPYRIGHT), _ASCII_ONLY
            else:
                lowered = line.lower()
                encoded = _without_marks(lowered)
                leads = encoded.translate(None, self._no_lead)
                if leads:
                    found, spaces = self._by_parts(lowered, leads)
        for token in self._known.intersection(encoded.translate(spaces).split()):
            found += self._tokens[token]
        return sorted(filter(self._allowed.__getitem__, set(found))) if found else ()

    def _by_parts(self, lowered: str, leads: bytes) -> tuple[list[int], bytes]:
        """Return the numbers of the rules with a substring in a line, and the table of what separates its tokens."""
        single, spaces = self._singles, _ASCII_ONLY
        if _THAI_OR_INDIC in leads:
            single = single + self._thai if _THAI.search(lowered) else single
            spaces = spaces if _UNSPACED.search(lowered) else _SPACES
        found = [number for part, number in single if part in lowered]
        if self._pairs:
            for pair in self._parts.keys() & self._pairs.findall(lowered):
                found += [number for part, number in self._parts[pair] if part in lowered]
        return found, spaces


def _without_marks(lowered: str) -> bytes:
    """Return a line in UTF-8 with spaces for the usual marks beyond ASCII; most have no byte of theirs."""
    encoded = lowered.encode("utf-8", "replace")
    if b"(c)" in encoded:
        encoded = encoded.replace(b"(c)", _COPYRIGHT)
    if b"\xe2" in encoded:
        encoded = _PUNCTUATION.sub(b" ", encoded.replace("ⓒ".encode(), _COPYRIGHT))
    if b"\xc2" in encoded:
        encoded = _LATIN_SIGNS.sub(b" ", encoded.replace("©".encode(), _COPYRIGHT))
    if b"\xcc" in encoded:
        encoded = encoded.replace(_DOT_ABOVE, b"")
    if b"\xd8" in encoded:
        encoded = _ARABIC_MARKS.sub(b" ", encoded)
    if b"\xef" in encoded:
        encoded = _WIDE_MARKS.sub(b" ", encoded)
    if b"\xe0" in encoded:
        encoded = encoded.replace(_DANDA, b" ")
    return encoded


def _longest_token(word: str) -> bytes:
    """Return what is looked up for a word: all of it, or the longest piece between punctuation ("foto" of "foto's")."""
    return max(_without_marks(word).translate(_SPACES).split(), key=len, default=b"")
