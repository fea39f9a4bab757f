"""Tell the lines of a flattened text that are no story, by their form and neighbours, in any language.

A model gives each line the probability that it is story. It is told which lines rules know as furniture: a whole page
has many, a clean text has none. Lines go only where that is worth it: the more of the text seems to be story, the more
a lost line weighs against one that is left over.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scraper.extraction.line_features import line_features
from scraper.extraction.model import BlockModel, load_model

# Fewer lines have too few neighbours to tell anything.
MIN_LINES = 5
SURE = 0.8  # a probability of story


class Caution(NamedTuple):
    """When a text is judged, and how many times a lost word weighs a word that is left over (the beta of an F measure).

    A text is judged only if ``sure`` of what seems to be story is sure to be: a list, a poem or a chat of short lines
    looks like furniture all through, and stays. Of another text go lines that are less likely story than ``hopeless``.
    """

    sure_in_dirty: float
    sure: float
    beta_in_dirty: float
    beta: float
    beta_in_clean: float
    hopeless_in_dirty: float
    hopeless: float


# Where rules know next to no line, most texts that the model has seen were clean: it takes a menu for story more
# easily, and hopeless lines may be those of a list.
CAUTION = Caution(0.6, 0.8, 3.2, 4.3, 7.0, 0.01, 0.02)
CAUTION_WITHOUT_RULES = Caution(0.65, 0.88, 2.1, 2.3, 6.0, 0.0, 0.0)
KNOWN_SHARE = 0.01  # of the lines, from which on a text counts as one that rules know
# Of the words of a text, what is expected to be story: below, it is dirty (a whole page), above, clean.
DIRTY_SHARE = 0.45
CLEAN_SHARE = 0.8
# What is more likely story than not stays, whatever the text.
MAX_PROBABILITY = 0.5

Array = npt.NDArray[np.float64]


def furniture(lines: Sequence[str], known: Sequence[bool] = (), model: BlockModel | None = None) -> list[bool]:
    """Return, a line, whether it is furniture. No line may be empty. ``known`` tells which lines are for sure."""
    gone = np.array(known or [False] * len(lines), np.bool_)
    open_ = ~gone
    if open_.sum() >= MIN_LINES:
        rows = line_features(lines, known)
        probability = (model or shipped_line_model()).probabilities(rows)
        words = np.asarray(rows["words"], np.float64)
        caution = CAUTION if gone.mean() >= KNOWN_SHARE else CAUTION_WITHOUT_RULES
        gone[open_] = _unwanted(probability[open_], words[open_], caution)
    return [bool(line) for line in gone]


@lru_cache(maxsize=1)
def shipped_line_model() -> BlockModel:
    """Return the model that the package ships."""
    return load_model(Path(__file__).with_name("line_model.json"))


def _unwanted(probability: Array, words: Array, caution: Caution) -> npt.NDArray[np.bool_]:
    story = probability * words
    expected = float(story.sum())
    share = expected / float(words.sum())
    dirty = share < DIRTY_SHARE
    if story[probability >= SURE].sum() < (caution.sure_in_dirty if dirty else caution.sure) * expected:
        hopeless: npt.NDArray[np.bool_] = probability < (caution.hopeless_in_dirty if dirty else caution.hopeless)
        return hopeless
    beta = caution.beta_in_dirty if dirty else caution.beta_in_clean if share > CLEAN_SHARE else caution.beta
    order = np.argsort(-probability, kind="stable")
    hits, kept = np.cumsum(story[order]), np.cumsum(words[order])
    # Expected F-beta of keeping the likeliest lines, as in `scraper.extraction.score`.
    best = int(np.argmax((1.0 + beta**2) * hits / (beta**2 * expected + kept)))
    lowest = min(float(probability[order[best]]), MAX_PROBABILITY)
    return probability < lowest
