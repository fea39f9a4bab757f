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
_ORNAMENT = " •·●▪■◆▶►▷▲△▼▽←→↑↓»«›‹>|*—–-_=~↵✕×\ufe0f"


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
    without invisible characters and without bullets or arrows round it."""
    if not line.isascii():
        line = unicodedata.normalize("NFKC", _INVISIBLE.sub("", line))
    return " ".join(line.lower().split()).strip(_ORNAMENT)


def pattern_of(rule: Rule) -> re.Pattern[str]:
    """Return one pattern for all the shapes of a rule's line. Raises ``re.error``."""
    return re.compile("|".join(f"(?:{shape})" for shape in rule.line))
