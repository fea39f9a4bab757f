"""Numbers about every line of a flattened text: its length and punctuation, what stands near it, what it repeats.

No feature knows a language; which lines are known to be furniture is told by rules, which do. The ideas are those of
:mod:`scraper.extraction.features` for text without mark-up; that a line of the story shares its words with the rest of
the story is Kohlschuetter's and Nejdl's ("A Densitometric Approach to Web Page Segmentation", CIKM 2008) turned to
single lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scraper.extraction.characters import UPPER, CharacterCounts

Array = npt.NDArray[np.float64]
Rows = dict[str, npt.NDArray[np.generic]]

_WINDOWS = (1, 3, 6, 12, 24)  # lines to each side
_KNOWN_WINDOWS = (1, 3, 12, 24)
_GOOD_WORDS = 8.0  # a line with a sentence end
_GOOD_WORDS_WITHOUT_END = 20.0
_NO_GOOD_LINE = 99.0
_NO_KNOWN_LINE = 99.0
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_SHORT_WORD = 3  # characters; "the" and "der" are everywhere and tell nothing
_MANY = 5  # lines that share a word; more tell no more


def line_features(lines: Sequence[str], known: Sequence[bool] = ()) -> Rows:
    """Return all rows for a text, one entry a line. No line may be empty. ``known`` tells which lines are furniture."""
    counts = CharacterCounts(lines)
    words = counts.words
    enough = (counts.sentence_ends > 0) & (words >= _GOOD_WORDS) | (words >= _GOOD_WORDS_WITHOUT_END)
    good = np.where(enough, words, 0.0)
    rows = _line_rows(lines, counts)
    rows |= _window_rows(words, good, counts.ends_sentence)
    rows |= _place_rows(good)
    rows |= _vocabulary_rows(lines, enough)
    rows |= _text_rows(words, good, counts)
    rows |= _known_rows(np.array(known or [False] * len(lines), np.float64))
    return rows


def _line_rows(lines: Sequence[str], counts: CharacterCounts) -> Rows:
    chars = np.maximum(counts.chars, 1)
    letters = np.maximum(counts.letters, 1)
    words = counts.words
    seen = Counter(lines)
    return {
        "words": words,
        "chars": chars,
        "sentence_ends": counts.sentence_ends,
        "ends_sentence": counts.ends_sentence,
        "sentence_words": words / (counts.sentence_ends + 1.0),
        "ends_colon": (counts.last_code == ord(":")) | (counts.last_code == ord("：")),
        "ends_question": (counts.last_code == ord("?")) | (counts.last_code == ord("？")),
        "commas": counts.commas,
        "comma_share": counts.commas / words,
        "digit_share": counts.digits / chars,
        "upper_share": counts.upper / letters,
        "starts_upper": (counts.first & UPPER) != 0,
        "mark_share": counts.marks / chars,
        "letter_share": counts.letters / chars,
        "word_chars": counts.letters / words,
        "copies": np.array([seen[line] for line in lines], np.float64),
    }


def _window_rows(words: Array, good: Array, ends: npt.NDArray[np.bool_]) -> Rows:
    rows: Rows = {}
    count = len(words)
    index = np.arange(count)
    all_words, good_words, good_lines = (_running(values) for values in (words, good, good > 0))
    for size in _WINDOWS:
        first = np.maximum(index - size, 0)
        last = np.minimum(index + size + 1, count)
        for side, low, high in (("before", first, index), ("after", index + 1, last)):
            total = all_words[high] - all_words[low]
            rows[f"words_{side}_{size}"] = total
            rows[f"good_{side}_{size}"] = (good_words[high] - good_words[low]) / (total + 1.0)
            rows[f"good_lines_{side}_{size}"] = (good_lines[high] - good_lines[low]) / np.maximum(high - low, 1)
    for step in (1, 2):
        for side, shift in (("before", step), ("after", -step)):
            rows[f"length_{side}_{step}"] = _shifted(words, shift)
            rows[f"ends_{side}_{step}"] = _shifted(ends.astype(np.float64), shift)
    return rows


def _place_rows(good: Array) -> Rows:
    count = len(good)
    index = np.arange(count)
    running = _running(good)
    total = max(float(running[-1]), 1.0)
    above = np.maximum.accumulate(np.where(good > 0, index, -1))
    below = np.minimum.accumulate(np.where(good > 0, index, count)[::-1])[::-1]
    nearest_above = np.concatenate(([-1], above[:-1]))
    nearest_below = np.concatenate((below[1:], [count]))
    return {
        "place": index / count,
        "from_start": index,
        "from_end": count - 1 - index,
        "good_place": running[:-1] / total,
        "good_before": running[:-1],
        "good_left": running[-1] - running[1:],
        "steps_from_good": np.where(nearest_above >= 0, index - nearest_above, _NO_GOOD_LINE),
        "steps_to_good": np.where(nearest_below < count, nearest_below - index, _NO_GOOD_LINE),
    }


def _vocabulary_rows(lines: Sequence[str], good: npt.NDArray[np.bool_]) -> Rows:
    """Rows about the words that a line shares with the good lines, and with any other line."""
    known = list(map(_vocabulary, lines))
    in_good = Counter(word for words, is_good in zip(known, good, strict=True) if is_good for word in words)
    anywhere = Counter(word for words in known for word in words)
    shared = np.zeros((3, len(lines)))
    for place, words in enumerate(known):
        if words:
            others = [in_good[word] - bool(good[place]) for word in words]
            shared[0, place] = sum(number > 0 for number in others) / len(words)
            shared[1, place] = sum(min(number, _MANY) for number in others) / len(words)
            shared[2, place] = sum(anywhere[word] > 1 for word in words) / len(words)
    return {"shared": shared[0], "shared_often": shared[1], "shared_anywhere": shared[2]}


def _text_rows(words: Array, good: Array, counts: CharacterCounts) -> Rows:
    total = max(float(words.sum()), 1.0)
    about = {
        "text_lines": len(words),
        "text_good": good.sum(),
        "text_good_share": good.sum() / total,
        "text_good_lines": (good > 0).mean(),
        "text_mean": words.mean(),
        "text_median": np.median(words),
        "text_ends": counts.ends_sentence.mean(),
        "text_unspaced": counts.unspaced.sum() / max(float(counts.chars.sum()), 1.0),
    }
    return {name: np.full(len(words), float(value)) for name, value in about.items()}


def _known_rows(known: Array) -> Rows:
    """Rows about the lines that are known to be furniture: where such a line stands, its neighbours often are, too."""
    count = len(known)
    index = np.arange(count)
    running = _running(known)
    rows: Rows = {}
    for size in _KNOWN_WINDOWS:
        first = np.maximum(index - size, 0)
        last = np.minimum(index + size + 1, count)
        rows[f"known_before_{size}"] = (running[index] - running[first]) / np.maximum(index - first, 1)
        rows[f"known_after_{size}"] = (running[last] - running[index + 1]) / np.maximum(last - index - 1, 1)
    above = np.maximum.accumulate(np.where(known > 0, index, -1))
    below = np.minimum.accumulate(np.where(known > 0, index, count)[::-1])[::-1]
    return rows | {
        "steps_from_known": np.where(above >= 0, index - above, _NO_KNOWN_LINE),
        "steps_to_known": np.where(below < count, below - index, _NO_KNOWN_LINE),
        "known_above": running[:-1],
        "known_below": running[-1] - running[1:],
        "text_known": np.full(count, running[-1]),
        "text_known_share": np.full(count, running[-1] / count),
    }


def _vocabulary(line: str) -> set[str]:
    """Return the longer words of a line; of scripts without spaces, the pairs of characters."""
    words = _WORD.findall(line.lower())
    if line.isascii() or not _UNSPACED.search(line):
        return {word for word in words if len(word) > _SHORT_WORD}
    pairs = {word[at : at + 2] for word in words if _UNSPACED.search(word) for at in range(len(word) - 1)}
    return pairs | {word for word in words if len(word) > _SHORT_WORD and not _UNSPACED.search(word)}


def _shifted(values: Array, shift: int) -> Array:
    """Return the value ``shift`` lines above (or below, if negative), -1 where there is no such line."""
    result = np.full(len(values), -1.0)
    if abs(shift) < len(values):
        if shift > 0:
            result[shift:] = values[:-shift]
        else:
            result[:shift] = values[-shift:]
    return result


def _running(values: npt.NDArray[np.generic]) -> Array:
    sums = np.zeros(len(values) + 1)
    np.cumsum(values, out=sums[1:])
    return sums
