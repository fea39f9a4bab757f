"""Tell the lines of a flattened text that are no story, by their form and neighbours, in any language.

A model gives each line the probability that it is story. Lines go only where that is worth it: the more of the text
seems to be story, the more a lost line weighs against one that is left over.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scraper.extraction.line_features import line_features
from scraper.extraction.model import BlockModel, load_model

# Fewer lines have too few neighbours to tell anything.
MIN_LINES = 5
# A text is judged only if most of what seems to be story is sure to be: a list, a poem or a chat of short lines looks
# like furniture all through, and stays.
SURE = 0.8
SURE_SHARE = 0.75
SURE_SHARE_IN_DIRTY = 0.65
# How many times a lost word weighs a word that is left over, as the beta of an F measure.
BETA = 3.0
BETA_IN_DIRTY = 2.0
BETA_IN_CLEAN = 5.0
# Of the words of a text, what is expected to be story: below, it is dirty (a whole page), above, clean.
DIRTY_SHARE = 0.45
CLEAN_SHARE = 0.8
# What is more likely story than not stays, whatever the text.
MAX_PROBABILITY = 0.5

Array = npt.NDArray[np.float64]


def furniture(lines: Sequence[str], model: BlockModel | None = None) -> list[bool]:
    """Return, a line, whether it is furniture. No line may be empty."""
    if len(lines) < MIN_LINES:
        return [False] * len(lines)
    rows = line_features(lines)
    probability = (model or shipped_line_model()).probabilities(rows)
    return [bool(gone) for gone in _unwanted(probability, np.asarray(rows["words"], np.float64))]


@lru_cache(maxsize=1)
def shipped_line_model() -> BlockModel:
    """Return the model that the package ships."""
    return load_model(Path(__file__).with_name("line_model.json"))


def _unwanted(probability: Array, words: Array) -> npt.NDArray[np.bool_]:
    story = probability * words
    expected = float(story.sum())
    share = expected / float(words.sum())
    dirty = share < DIRTY_SHARE
    if story[probability >= SURE].sum() < (SURE_SHARE_IN_DIRTY if dirty else SURE_SHARE) * expected:
        return np.zeros(len(words), np.bool_)
    beta = BETA_IN_DIRTY if dirty else BETA_IN_CLEAN if share > CLEAN_SHARE else BETA
    order = np.argsort(-probability, kind="stable")
    hits, kept = np.cumsum(story[order]), np.cumsum(words[order])
    # Expected F-beta of keeping the likeliest lines, as in `scraper.extraction.score`.
    best = int(np.argmax((1.0 + beta**2) * hits / (beta**2 * expected + kept)))
    lowest = min(float(probability[order[best]]), MAX_PROBABILITY)
    return probability < lowest
