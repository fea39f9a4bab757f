"""Pages as numbers: the features of each block, and the share of it that the reference holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks import sets
from benchmarks.training.labels import block_labels
from scraper.decode import decode
from scraper.errors import ScraperError
from scraper.extraction.characters import CharacterCounts
from scraper.extraction.columns import Columns
from scraper.extraction.extract import head_titles
from scraper.extraction.features import block_features
from scraper.extraction.regions import Regions
from scraper.extraction.walk import walk
from scraper.parse import parse
from scraper.records import Response, Target

TRAINING_SETS = ("wcxb", "fundus", "magic", "world")  # the sets with full text
SNIPPET_SET = "trafilatura"  # only some lines of a page are known to be in or out

# Pages whose reference misses a large part of the article (read one by one): nothing can be learned from a hole.
HOLES = frozenset("4893 2498 2218 1708 0397 0476 2020 4677 4072 4694 2269".split())
MIN_REFERENCE_WORDS = 30.0  # the weight of a very short page's blocks is bounded by it
MAX_WEIGHT = 0.5
WANTED_WEIGHT, UNWANTED_WEIGHT = 0.15, 0.08  # of a block that a snippet is in: a page has three of each
MAX_UNWANTED_CHARS = 400  # a longer block holds an unwanted line beside others that may be wanted


@dataclass(frozen=True, slots=True)
class Example:
    """A page: ``features`` is blocks x features, ``labels`` and ``weights`` have one entry a block."""

    set_name: str
    page: str
    fold: int
    features: npt.NDArray[np.float32]
    labels: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]
    excluded: bool  # from training: its reference has a hole


def example(page: sets.Annotated) -> tuple[Example, tuple[str, ...]] | None:
    """Return a page as numbers and the features' names, ``None`` for a page without blocks."""
    url = page.truth["url"] or ""
    try:
        document = parse(decode(Response(target=Target(url=url), url=url, body=page.body)))
    except ScraperError:
        return None
    columns = walk(document.tree)
    if not columns.text:
        return None
    counts = CharacterCounts(columns.text)
    regions = Regions(columns, counts, *head_titles(columns))
    rows = block_features(columns, counts, regions)
    shown = np.flatnonzero(regions.equals_title).tolist() + columns.headings
    if page.truth["text"] is None:
        labels, weights = _snippet_labels(columns, page.truth["with"], page.truth["without"])
    else:
        labels = np.array(block_labels(columns, page.truth["text"], shown))
        weights = _weights(counts.words, labels)
    made = Example(
        set_name=page.set_name,
        page=page.truth["page"],
        fold=sets.fold_of(page.truth),
        features=np.array(list(rows.values()), np.float32).T,
        labels=labels,
        weights=weights,
        excluded=page.set_name == "wcxb" and page.truth["id"] in HOLES,
    )
    return made, tuple(rows)


def examples(folder: Path) -> tuple[list[Example], tuple[str, ...]]:
    """Return all pages of the training sets and the features' names. A page that two sets hold counts once."""
    made: list[Example] = []
    names: tuple[str, ...] = ()
    seen: set[str] = set()
    for name in (*TRAINING_SETS, SNIPPET_SET):
        for page in sets.pages(folder, name):
            if name == SNIPPET_SET and page.truth["id"] in seen:
                continue
            seen.add(page.truth["id"])
            pair = example(page)
            if pair:
                made.append(pair[0])
                names = pair[1]
    return made, names


def _weights(words: npt.NDArray[np.float64], labels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Weigh a block by its share of the reference: a page counts as a page, whatever its length."""
    total = max(float((words * labels).sum()), MIN_REFERENCE_WORDS)
    weights: npt.NDArray[np.float64] = np.minimum((words + 2.0) / total, MAX_WEIGHT)
    return weights


def _snippet_labels(
    columns: Columns, wanted: Sequence[str], unwanted: Sequence[str]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return labels and weights where only some lines of the page are annotated; other blocks weigh nothing."""
    texts = [" ".join(text.split()) for text in columns.text]
    labels = np.zeros(len(texts))
    weights = np.zeros(len(texts))
    for snippet in wanted:
        line = " ".join(snippet.split())
        place = next((index for index, text in enumerate(texts) if line in text), None)
        if place is not None:
            labels[place] = 1.0
            weights[place] = WANTED_WEIGHT
    for snippet in unwanted:
        line = " ".join(snippet.split())
        for index, text in enumerate(texts):
            if line in text and len(text) < max(MAX_UNWANTED_CHARS, 4 * len(line)) and not labels[index]:
                weights[index] = UNWANTED_WEIGHT
    return labels, weights
