"""Count kinds of characters in many blocks at once, in every script."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

# Bits of the class of a character.
SPACE, UNSPACED, SENTENCE_END, COMMA, DIGIT, UPPER, LETTER, MARK = (1 << place for place in range(8))

# Scripts that are written without spaces between words; two characters count as a word in every length.
_UNSPACED_RANGES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han, extension A
    (0x4E00, 0x9FFF),  # Han
    (0xF900, 0xFAFF),
    (0x20000, 0x2FFFF),
)
_SENTENCE_ENDS = ".!?…。！？｡؟।۔።"
_COMMAS = ",;、，；،؛"
_MARKS = "|/»›>•·:：#@*+=_©®→▶"

_SIZE = 0x30000


def _class_table() -> npt.NDArray[np.uint8]:
    table = np.zeros(_SIZE, np.uint8)
    # 0x2E80: no script above it has upper case or needs more than the ranges say.
    for code in range(0x2E80):
        char = chr(code)
        if char.isalpha():
            table[code] |= LETTER
            if char.isupper():
                table[code] |= UPPER
        elif char.isdigit():
            table[code] |= DIGIT
    table[0xAC00:0xD7A4] |= LETTER  # Hangul is written with spaces
    for first, last in _UNSPACED_RANGES:
        table[first : last + 1] |= UNSPACED
    for chars, bit in ((_SENTENCE_ENDS, SENTENCE_END), (_COMMAS, COMMA), (_MARKS, MARK), (" \n", SPACE)):
        for char in chars:
            table[ord(char)] |= bit
    return table


_TABLE = _class_table()

# Two kinds are counted in one addition, one in each half of a number of 64 bits.
_PAIRS = ((SPACE, UNSPACED), (SENTENCE_END, COMMA), (DIGIT, UPPER), (LETTER, MARK))
_HALF = 32
_ADDENDS = tuple(
    ((_TABLE & low) != 0).astype(np.int64) | ((_TABLE & high) != 0).astype(np.int64) << _HALF for low, high in _PAIRS
)


class CharacterCounts:
    """Arrays with one entry a block: how many characters of each kind its text has."""

    def __init__(self, texts: Sequence[str]) -> None:
        joined = "\n".join(texts) + "\n"
        codes = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32)
        self.chars = np.fromiter(map(len, texts), np.int64, len(texts))
        ends = np.cumsum(self.chars + 1)
        starts = ends - self.chars - 1
        counts: dict[int, npt.NDArray[np.int64]] = {}
        for (low, high), addends in zip(_PAIRS, _ADDENDS, strict=True):
            sums = np.add.reduceat(addends.take(codes, mode="clip"), starts)
            counts[low], counts[high] = sums & ((1 << _HALF) - 1), sums >> _HALF

        self.spaces = counts[SPACE]  # the line end after each block included: one more than inside
        self.unspaced = counts[UNSPACED]
        self.sentence_ends = counts[SENTENCE_END]
        self.commas = counts[COMMA]
        self.digits = counts[DIGIT]
        self.upper = counts[UPPER]
        self.letters = counts[LETTER] + self.unspaced
        self.marks = counts[MARK]
        last = ends - 2  # the last character of each block, and the one before it for a closing quote
        self.last_code = codes[last]
        before = np.where(self.chars > 1, _classes(codes[np.maximum(last - 1, 0)]), 0)
        self.ends_sentence = ((_classes(self.last_code) | before) & SENTENCE_END) != 0
        self.first = _classes(codes[starts])
        spaced_words = np.where(self.unspaced > 0, (self.letters - self.unspaced) / 5.0, self.spaces)
        self.words = np.maximum(spaced_words + self.unspaced / 2.0, 1.0)


def _classes(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    return _TABLE.take(codes, mode="clip")
