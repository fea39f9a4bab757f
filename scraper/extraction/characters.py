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


class CharacterCounts:
    """Arrays with one entry a block: how many characters of each kind its text has."""

    def __init__(self, texts: Sequence[str]) -> None:
        joined = "\n".join(texts) + "\n"
        codes = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32)
        classes = _TABLE[np.minimum(codes, _SIZE - 1)]
        self.chars = np.fromiter(map(len, texts), np.int64, len(texts))
        starts = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(self.chars + 1, out=starts[1:])

        def count(bit: int) -> npt.NDArray[np.int64]:
            sums = np.zeros(len(codes) + 1, np.int64)
            np.cumsum((classes & bit) != 0, out=sums[1:])
            return sums[starts[1:]] - sums[starts[:-1]]

        self.spaces = count(SPACE)  # the line end after each block included: one more than inside
        self.unspaced = count(UNSPACED)
        self.sentence_ends = count(SENTENCE_END)
        self.commas = count(COMMA)
        self.digits = count(DIGIT)
        self.upper = count(UPPER)
        self.letters = count(LETTER) + self.unspaced
        self.marks = count(MARK)
        ends = starts[1:] - 2  # the last character of each block, and the one before it for a closing quote
        last = classes[np.maximum(ends, 0)] | np.where(self.chars > 1, classes[np.maximum(ends - 1, 0)], 0)
        self.ends_sentence = (last & SENTENCE_END) != 0
        self.first = classes[np.minimum(starts[:-1], len(classes) - 1)]
        self.last_code = codes[np.maximum(ends, 0)]
        spaced_words = np.where(self.unspaced > 0, (self.letters - self.unspaced) / 5.0, self.spaces)
        self.words = np.maximum(spaced_words + self.unspaced / 2.0, 1.0)
