"""One rule of boilerplate, and how a line is folded before a rule sees it."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

import msgspec

Where = Literal["any", "start", "end", "edges"]

# Zero-width characters, soft hyphen, direction marks: nobody sees them, and they would break a match.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+")
# Bullets, arrows and rules that sites put round furniture: "» Read more", "- THE END -", "更多>>".
_ORNAMENT = " •·●▪■◆▶►▷▲△▼▽←→↑↓»«›‹><|*—–-_=~↵✕×\ufe0f"
# Letters that one word is written with and without: capitals in Greek and Turkish, an Arabic keyboard for Persian,
# hamza and vowel signs in Arabic, "ё" in Russian. Lines and patterns are folded alike, so both may have either.
_LETTERS = dict(zip("ıёάέήίϊΐόύϋΰώأإآيىك", "iеαεηιιιουυυωاااییک", strict=True)) | dict.fromkeys(
    ["\u0307", "\u0640", *map(chr, range(0x064B, 0x0653))], ""
)
_HAS_LETTERS = re.compile(f"[{''.join(_LETTERS)}]")
# The usual marks that NFKC changes: ten replacements cost a twentieth of the normalization of a Chinese line.
_WIDE = (*zip("，：（）！？；／．\u3000", ",:()!?;/. ", strict=True), ("…", "..."))


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line that is furniture, wherever it stands or at an edge of the text."""

    id: str
    about: str
    lang: tuple[str, ...]  # where such a line is usual; rules of every language see every line
    where: Where = "any"
    words: tuple[str, ...]  # in lower case; a match contains one of these
    line: tuple[str, ...]  # patterns; one of them matches the whole folded line
    max_chars: int = 120
    tail: bool = False  # also taken where it is glued to the end of a paragraph
    drops: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()


def fold(line: str) -> str:
    """Return ``line`` as the patterns see it: NFKC (so ``：`` is ``:``), lower case, one space between words,
    without invisible characters, without bullets or arrows round it, and with one spelling of a word (``ı`` is ``i``).
    """
    plain = line.isprintable()  # so it has no invisible character, and no white space but " "
    if not line.isascii():
        if not plain:
            line = _INVISIBLE.sub("", line)
        for wide, narrow in _WIDE:
            line = line.replace(wide, narrow)
        line = fold_letters(unicodedata.normalize("NFKC", line).lower())
    else:
        line = line.lower()
    if not plain or "  " in line:
        line = " ".join(line.split())
    return line.strip(_ORNAMENT)


def fold_letters(lowered: str) -> str:
    """Return a word, line or pattern in lower case with one letter for those that are written in two ways."""
    if _HAS_LETTERS.search(lowered):
        # A replacement for each is faster than str.translate(), which takes 80 ns a letter.
        for letter, folded in _LETTERS.items():
            lowered = lowered.replace(letter, folded)
    return lowered


def spellings(word: str) -> set[str]:
    """Return the ways in which a word is met in lines that are in lower case but not folded."""
    folded = fold_letters(word)
    if "ی" in folded or "ک" in folded:  # a Persian word is often typed with the Arabic letters
        return {word, folded, folded.replace("ی", "ي").replace("ک", "ك")}
    return {word, folded}


# What is escaped, a set of characters, or a group that captures: the last is what is looked for.
_GROUP = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(\()(?!\?)", re.DOTALL)


def pattern_of(rule: Rule) -> re.Pattern[str]:
    """Return one pattern for all the shapes of a rule's line. Raises ``re.error``.

    Groups do not capture: nobody asks what they hold, and in a possessive repeat Python 3.11 loses their span and
    raises ``SystemError``.
    """
    shapes = (shape if shape.isascii() else fold_letters(unicodedata.normalize("NFKC", shape)) for shape in rule.line)
    return re.compile("|".join(f"(?:{_GROUP.sub(_without_capture, shape)})" for shape in shapes))


def _without_capture(found: re.Match[str]) -> str:
    return "(?:" if found[1] else found[0]
