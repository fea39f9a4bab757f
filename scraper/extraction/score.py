"""Which blocks are the article: the model's probabilities, smoothed over equal structure, and the cut between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scraper.extraction.characters import CharacterCounts
from scraper.extraction.columns import Columns
from scraper.extraction.features import feature_matrix
from scraper.extraction.flags import BIT
from scraper.extraction.model import BlockModel
from scraper.extraction.regions import Regions

# The cut that maximises the expected F1 is trusted between these: outside, the probabilities of a strange page decide.
LOWEST_CUT = 0.30
HIGHEST_CUT = 0.55
THREAD = BIT["COMMENT"] | BIT["IN_LIST"]
OWN_SHARE = 0.5  # of a block's own probability against the mean of the blocks with the same signature


@dataclass(frozen=True, slots=True)
class Scored:
    """The blocks of a page with what was decided about them."""

    columns: Columns
    counts: CharacterCounts
    regions: Regions
    probability: npt.NDArray[np.float64]
    kept: npt.NDArray[np.bool_]
    expected_f1: float  # of the kept blocks, by words, if the probabilities are right


def score(columns: Columns, titles: list[str], description: str, model: BlockModel) -> Scored:
    """Decide about every block. ``titles`` are what the page's head calls it; ``columns`` must have a block."""
    counts = CharacterCounts(columns.text)
    regions = Regions(columns, counts, titles, description)
    own = model.probabilities_of(feature_matrix(columns, counts, regions, model.features))
    if compiled_decide is None:
        return Scored(columns, counts, regions, *decide(columns, regions, counts.words, own))
    kept = np.empty(len(own), bool)
    expected = compiled_decide(columns, regions, counts.words, own, kept.view(np.uint8))
    return Scored(columns, counts, regions, own, kept, expected)


def decide(
    columns: Columns, regions: Regions, words: npt.NDArray[np.float64], own: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], float]:
    """Return the probabilities after the vote, which blocks are kept, and the expected F1 of these.

    ``own`` are the model's probabilities, and are changed. ``_score.pyx`` does the same; a test compares the two.
    """
    own[_is_no_story(own, regions)] = 0.0
    probability = _vote(own, words, regions.signature[regions.container])
    kept, expected = _cut(probability, words)
    # Code between paragraphs reads like no text: in the article's container it stays at the lowest cut.
    code = np.array([tag == "pre" for tag in columns.tag])
    kept |= code & regions.in_guess[regions.container] & (probability >= LOWEST_CUT)
    return probability, kept, expected


def _is_no_story(own: npt.NDArray[np.float64], regions: Regions) -> npt.NDArray[np.bool_]:
    """Tell the blocks that are no article whatever the model says: words for search engines, and what is beside it.

    Beside it is the text in a dialog (none of 204 pages with one has a line of its article there) and a thread of
    comments below it of which the model is not sure. Where nothing else is sure, these may be the article all the same.
    """
    flags = regions.all_flags[regions.container]
    in_dialog = (flags & BIT["IN_DIALOG"]) != 0
    in_thread = ((flags & THREAD) == THREAD) & (own < HIGHEST_CUT)
    beside: npt.NDArray[np.bool_] = in_dialog | in_thread
    if not beside.any():
        return regions.stuffed
    sure = np.flatnonzero(~beside & (own >= HIGHEST_CUT))
    if not len(sure):
        return regions.stuffed
    last = int(sure[-1])
    beside[:last] = in_dialog[:last]
    return beside | regions.stuffed


def _vote(
    own: npt.NDArray[np.float64], words: npt.NDArray[np.float64], signature: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Mix each block's probability with the word-weighted mean over its signature."""
    total = np.bincount(signature, words)
    mean = np.bincount(signature, own * words) / np.maximum(total, 1e-9)
    mixed: npt.NDArray[np.float64] = OWN_SHARE * own + (1.0 - OWN_SHARE) * mean[signature]
    return mixed


def _cut(probability: npt.NDArray[np.float64], words: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.bool_], float]:
    """Keep the blocks whose set has the highest expected F1 (Nan et al., "Optimizing F-measure", ICML 2012)."""
    order = np.argsort(-probability, kind="stable")
    hits = probability[order] * words[order]
    found = hits.cumsum()
    expected = 2.0 * found / (words[order].cumsum() + found[-1] + 1e-9)
    best = float(probability[order][int(np.argmax(expected))])
    kept = probability >= min(max(best, LOWEST_CUT), HIGHEST_CUT)
    count = int(kept.sum())
    return kept, float(expected[count - 1]) if count else 0.0


# Down here, since the compiled loops take their numbers from above: not there where nothing could be compiled.
compiled_decide: Callable[..., float] | None
try:
    from scraper.extraction._score import decide as compiled

    compiled_decide = compiled
except ImportError:
    compiled_decide = None
