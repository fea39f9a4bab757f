"""Align a reference text with the blocks of its page: which share of each block is main content."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from scraper.extraction.columns import Columns

# Words, but single characters for scripts without spaces, as in the measures.
_TOKEN = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|\w+"
)
GRAM = 4


def tokens(text: str) -> list[str]:
    """Return the folded tokens of a text."""
    return _TOKEN.findall(text.casefold())


def block_labels(columns: Columns, reference: str, titles: Sequence[int] = ()) -> list[float]:
    """Return, a block, the share of its tokens (0 to 1) that the reference holds.

    The reference's 4-grams are claimed once each: by long blocks first, because a long block is sure, and by blocks of
    links last. A block of fewer than four tokens counts where it is a line of the reference, or where it stands in the
    reference between its neighbours. ``titles`` are blocks that show the page's title: they count only as a whole line.
    """
    supply = Counter(_grams(tokens(reference)))
    lines = Counter(tuple(tokens(line)) for line in reference.split("\n"))
    text_tokens = [tokens(text) for text in columns.text]
    labels = [0.0] * len(text_tokens)
    order = sorted(range(len(text_tokens)), key=lambda index: _claim(columns, index, len(text_tokens[index])))
    whole_lines = set(titles)
    for index in order:
        words = text_tokens[index]
        if len(words) < GRAM:
            continue
        if index in whole_lines:
            if not lines[tuple(words)]:
                continue
            lines[tuple(words)] -= 1
        grams = Counter(_grams(words))
        taken = grams & supply
        labels[index] = sum(taken.values()) / (len(words) - GRAM + 1)
        if labels[index] > 0.2:
            supply -= taken
    _label_short(labels, text_tokens, lines, reference, whole_lines)
    return labels


def _claim(columns: Columns, index: int, size: int) -> tuple[bool, int, int]:
    """Order of claims: text before links, long before short, early before late."""
    linked = 2 * columns.link_chars[index] > len(columns.text[index])
    return linked, -min(size, 40) // 10, index


def _grams(words: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(*(words[start:] for start in range(GRAM)), strict=False))


def _label_short(
    labels: list[float],
    text_tokens: Sequence[list[str]],
    lines: Counter[tuple[str, ...]],
    reference: str,
    whole_lines: set[int],
) -> None:
    flat = tokens(reference)
    follows: dict[str, list[int]] = defaultdict(list)
    for place, word in enumerate(flat):
        follows[word].append(place)
    for index, words in enumerate(text_tokens):
        if not words or len(words) >= GRAM:
            continue
        if lines[tuple(words)] > 0 and _has_true_neighbour(labels, index):
            lines[tuple(words)] -= 1
            labels[index] = 1.0
        elif index not in whole_lines and index and labels[index - 1] > 0.5:
            before = text_tokens[index - 1][-2:]
            if any(flat[place - len(before) : place + len(words)] == before + words for place in follows[words[0]]):
                labels[index] = 1.0


def _has_true_neighbour(labels: Sequence[float], index: int, reach: int = 6) -> bool:
    near = labels[max(index - reach, 0) : index + reach + 1]
    return any(label > 0.5 for label in near)
