"""The measures of the development sets: how near is the text, and how right is the metadata."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# Chinese and Japanese characters are words of their own; for the bag of words, Korean syllables are, too.
_HAN_KANA = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_HANGUL = r"\uac00-\ud7af\u1100-\u11ff"
_SHINGLE_TOKEN = re.compile(rf"[{_HAN_KANA}]|[^\W{_HAN_KANA}]+")
_WORD_TOKEN = re.compile(rf"[{_HAN_KANA}{_HANGUL}]|[^\W{_HAN_KANA}{_HANGUL}]+")
_SPACE = re.compile(r"\s+")
_SHINGLE = 4

Bag = Counter[tuple[str, ...]]


class PrecisionRecall(NamedTuple):
    """Of one page or of a mean over pages."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean, 0 where both are 0."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def mean(values: Iterable[PrecisionRecall]) -> PrecisionRecall:
    """Return the mean precision and the mean recall: the F1 of a set is the F1 of these two."""
    rows = list(values)
    return PrecisionRecall(sum(row.precision for row in rows) / len(rows), sum(row.recall for row in rows) / len(rows))


def tokens(text: str) -> list[str]:
    """Return the words of a text, Chinese and Japanese characters one by one."""
    return _SHINGLE_TOKEN.findall(text)


def shingles(text: str) -> Bag:
    """Return the 4-grams of a text with their counts; a shorter text is one shingle, an empty one has none."""
    found = tokens(text)
    starts = range(max(1, len(found) - _SHINGLE + 1)) if found else ()
    return Counter(tuple(found[at : at + _SHINGLE]) for at in starts)


def words(text: str) -> Bag:
    """Return the words of a text with their counts."""
    return Counter((token,) for token in _WORD_TOKEN.findall(text))


def match(found: Bag, wanted: Bag) -> PrecisionRecall:
    """Compare what was found in a page with what a person found; nothing found is no precision either."""
    common = (found & wanted).total()
    return PrecisionRecall(
        common / found.total() if found else float(not wanted),
        common / wanted.total() if wanted else float(not found),
    )


@dataclass(slots=True)
class Snippets:
    """Counts of the snippets that must and must not appear, over all pages of a set."""

    found: int = 0  # of `with`
    missed: int = 0
    surplus: int = 0  # of `without`, found all the same

    def add(self, text: str, wanted: Sequence[str], unwanted: Sequence[str]) -> None:
        """Count one page."""
        folded = _fold_space(text)
        hits = sum(_fold_space(snippet) in folded for snippet in wanted)
        self.found += hits
        self.missed += len(wanted) - hits
        self.surplus += sum(_fold_space(snippet) in folded for snippet in unwanted)

    @property
    def f1(self) -> float:
        """A snippet of `with` that is there is a true positive, one of `without` a false positive."""
        all_three = 2 * self.found + self.missed + self.surplus
        return 2 * self.found / all_three if all_three else 0.0


def same_title(found: str | None, wanted: str | None) -> bool:
    """Tell whether two titles are equal but for case, width, white space and punctuation."""
    return _fold(found or "") == _fold(wanted or "")


def author_f1(found: Sequence[str], wanted: Sequence[str]) -> float:
    """Return the F1 of two sets of names; two empty sets agree.

    Some annotations hold several names, or a name with credentials, in one string ("Ann Lee, MD; Bo Li"). They are
    cut at commas and semicolons; of the pieces, those of two words count, or else the first.
    """
    left, right = {_fold(name) for name in found}, {_fold(name) for line in wanted for name in _names(line)}
    if not left and not right:
        return 1.0
    return 2 * len(left & right) / (len(left) + len(right))


def same_day(found: str | None, wanted: str | None) -> bool:
    """Tell whether two ISO 8601 times are of one day (as written: no time zone is converted)."""
    return (found or "")[:10] == (wanted or "")[:10]


def area_under_curve(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """Return how likely a positive scores above a negative; a tie counts half (the Mann-Whitney statistic)."""
    ranked = sorted(zip(scores, positive, strict=True))
    wins = 0.0
    below = at = 0  # negatives with a lower score, and with the same
    waiting = 0  # positives with the same score
    last = None
    for value, is_positive in [*ranked, (float("inf"), False)]:
        if value != last:
            wins += waiting * (below + at / 2)
            below, at, waiting, last = below + at, 0, 0, value
        waiting, at = waiting + is_positive, at + (not is_positive)
    count = sum(positive)
    return wins / (count * (len(positive) - count))


def _names(line: str) -> list[str]:
    pieces = [piece.strip() for piece in re.split("[,;]", line) if piece.strip()]
    return [piece for piece in pieces if " " in piece] or pieces[:1]


def _fold_space(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _fold(text: str) -> str:
    """Fold width, case and white space, and drop what is neither letter nor digit."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())
