"""Compare two texts line by line: which lines are too many, and which sentences are missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from benchmarks.measures import shingles, tokens

SHORT = 4  # tokens; a line with fewer has no 4-gram and is judged by what stands next to it
SAME = 0.5  # of the 4-grams; extractors cut and join lines a little differently
_SENTENCE = re.compile(r".+?(?:[.!?…؟।]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』”’）]*|$)")


class Text:
    """A text, ready to be asked what it holds."""

    def __init__(self, text: str) -> None:
        self.lines = [line for line in text.split("\n") if line.strip()]
        self._grams = set(shingles(text))
        self._flat = _joined(tokens(text))
        self._whole = Counter(_joined(tokens(line)) for line in self.lines)

    def holds(self, part: str) -> bool:
        """Tell whether at least half of ``part`` stands here, or all of it where it is shorter than a 4-gram."""
        words = tokens(part)
        if len(words) < SHORT:
            return _joined(words) in self._flat
        grams = shingles(part)
        return sum(gram in self._grams for gram in grams) >= SAME * len(grams)

    def count(self, line: str) -> int:
        """Return how often ``line`` stands here as a line."""
        return self._whole[_joined(tokens(line))]


def leftover(found: Text, wanted: Text) -> list[int]:
    """Return the places in ``found.lines`` of the lines that are not in ``wanted``, or there less often.

    A short line counts as wanted where it is a line there, or stands there next to its neighbour here: "Share" is no
    part of a story that has the word somewhere.
    """
    places = []
    seen: Counter[str] = Counter()
    for place, line in enumerate(found.lines):
        words = tokens(line)
        if not words:
            continue
        if len(words) < SHORT:
            if not wanted.count(line) and not any(wanted.holds(with_it) for with_it in _beside(found.lines, place)):
                places.append(place)
            continue
        seen[_joined(words)] += 1
        repeated = seen[_joined(words)] > max(wanted.count(line), 1)
        if repeated or not wanted.holds(line):
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


def _beside(lines: list[str], place: int) -> Iterator[str]:
    """Yield a short line with the end of the line above, and with the beginning of the line below."""
    if place:
        yield " ".join([*tokens(lines[place - 1])[-SHORT:], lines[place]])
    if place + 1 < len(lines):
        yield " ".join([lines[place], *tokens(lines[place + 1])[:SHORT]])


def _joined(words: list[str]) -> str:
    return f" {' '.join(words)} ".casefold()
