"""Count kinds of characters in many blocks at once, in every script."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

try:
    from scraper.extraction._characters import count as fill
except ImportError:  # nothing was compiled on this machine: hatch_build.py
    fill = None
compiled_count: Callable[..., None] | None = fill

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
        fill = count if compiled_count is None else _count_compiled
        self.kinds, self.words, self.last_code, self.first, self.ends_sentence = fill(texts)
        # The line end after each block is a space: one more than inside.
        self.spaces, self.unspaced, self.sentence_ends, self.commas, self.digits, self.upper, *rest = self.kinds
        self.letters, self.marks, self.chars = rest


Counts = tuple[
    npt.NDArray[np.int64],  # kinds x blocks: in the order of the bits of a class, and all
    npt.NDArray[np.float64],  # words
    npt.NDArray[np.uint32],  # the last character
    npt.NDArray[np.uint8],  # class of the first character
    npt.NDArray[np.bool_],  # ends with the end of a sentence; a quotation mark may follow
]


def count(texts: Sequence[str]) -> Counts:
    """Count the characters of each text, and of a line end behind it; ``_characters.pyx`` does the same."""
    joined = "\n".join(texts) + "\n"
    codes = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32)
    chars = np.fromiter(map(len, texts), np.int64, len(texts))
    ends = np.cumsum(chars + 1)
    starts = ends - chars - 1
    kinds: list[npt.NDArray[np.int64]] = []
    for addends in _ADDENDS:
        sums = np.add.reduceat(addends.take(codes, mode="clip"), starts)
        kinds += [sums & ((1 << _HALF) - 1), sums >> _HALF]
    spaces, unspaced, letters = kinds[0], kinds[1], kinds[6]
    words = np.maximum(np.where(unspaced > 0, letters / 5.0, spaces) + unspaced / 2.0, 1.0)
    kinds[6] = letters + unspaced
    last = ends - 2
    before = np.where(chars > 1, _classes(codes[np.maximum(last - 1, 0)]), 0)
    ends_sentence = ((_classes(codes[last]) | before) & SENTENCE_END) != 0
    return np.array([*kinds, chars]), words, codes[last], _classes(codes[starts]), ends_sentence


def _count_compiled(texts: Sequence[str]) -> Counts:
    assert compiled_count is not None
    size = len(texts)
    kinds, words, last = np.empty((9, size), np.int64), np.empty(size), np.empty(size, np.uint32)
    first, ends_sentence = np.empty(size, np.uint8), np.empty(size, bool)
    compiled_count(list(texts), _TABLE, kinds, words, last, first, ends_sentence.view(np.uint8))
    return kinds, words, last, first, ends_sentence


def _classes(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    return _TABLE.take(codes, mode="clip")
