"""Compare two texts line by line: which lines are too many, and which sentences are missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from benchmarks.measures import shingles, tokens
from scraper.text import visible

SHORT = 4  # tokens; a line with fewer has no 4-gram and is judged by what stands next to it
SAME = 0.5  # of the 4-grams; extractors cut and join lines a little differently
_SENTENCE = re.compile(r".+?(?:[.!?…؟।]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』”’）]*|$)")


class Text:
    """A text, ready to be asked what it holds."""

    def __init__(self, text: str) -> None:
        self.lines = [line for line in visible(text).split("\n") if line.strip()]
        self.tokens = [tokens(line) for line in self.lines]
        flat = [token for words in self.tokens for token in words]
        self._grams = set(shingles("\n".join(self.lines)))
        self._flat = folded(flat)
        self._whole = Counter(map(folded, self.tokens))

    def holds(self, part: str) -> bool:
        """Tell whether at least half of ``part`` stands here, or all of it where it is shorter than a 4-gram."""
        words = tokens(part)
        if len(words) < SHORT:
            return folded(words) in self._flat
        grams = shingles(part)
        return sum(gram in self._grams for gram in grams) >= SAME * len(grams)

    def count(self, folded: str) -> int:
        """Return how many lines here have these words; see :func:`folded`."""
        return self._whole[folded]


def leftover(found: Text, wanted: Text) -> list[int]:
    """Return the places in ``found.lines`` of the lines that are not in ``wanted``, or there less often.

    A short line counts as wanted where it is a line there, or stands there beside the words that it stands beside here:
    "Share" is no part of a story that has the word somewhere.
    """
    places = []
    seen: Counter[str] = Counter()
    for place, words in enumerate(found.tokens):
        if not words:
            continue
        key = folded(words)
        seen[key] += 1
        if len(words) < SHORT:
            if not wanted.count(key) and not any(map(wanted.holds, _beside(found, place))):
                places.append(place)
        elif seen[key] > max(wanted.count(key), 1) or not wanted.holds(found.lines[place]):
            places.append(place)
    return places


def lost(found: Text, wanted: Text) -> list[str]:
    """Return the sentences of ``wanted`` that are not in ``found``."""
    return [sentence for line in wanted.lines for sentence in sentences(line) if not found.holds(sentence)]


def sentences(line: str) -> Iterator[str]:
    """Yield the sentences of a line that have a word."""
    for match in _SENTENCE.finditer(line):
        if tokens(match[0]):
            yield match[0].strip()


def _beside(found: Text, place: int) -> Iterator[str]:
    """Yield a short line with the words before it, and with the words behind it."""
    before = [token for words in found.tokens[max(place - SHORT, 0) : place] for token in words]
    behind = [token for words in found.tokens[place + 1 : place + 1 + SHORT] for token in words]
    for run in ([*before[-SHORT:], *found.tokens[place]], [*found.tokens[place], *behind[:SHORT]]):
        if len(run) >= SHORT:
            yield " ".join(run)


def folded(words: list[str]) -> str:
    """Return words as one string that can be looked for in others."""
    return f" {' '.join(words)} ".casefold()
