"""Flattened texts as numbers: the features of each line, and the share of it that the reference holds.

Each page is shown flattened in two ways and as its reference alone: a model must also know a clean text.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import numpy as np

from benchmarks import dirty, sets
from benchmarks.training.examples import HOLES, MAX_WEIGHT, MIN_REFERENCE_WORDS, TRAINING_SETS, Example
from benchmarks.training.labels import block_labels
from scraper.extraction.columns import Columns
from scraper.extraction.line_features import line_features
from scraper.rules import load_rules
from scraper.strip.judge import Known, judge

# Of so many texts one is shown as if no rule knew a line of it: rules know some languages, the model is for all.
BLIND = 4


def line_examples(folder: Path) -> tuple[list[Example], tuple[str, ...]]:
    """Return the texts of all pages of the training sets, and the features' names."""
    made: list[Example] = []
    names: tuple[str, ...] = ()
    rules = Known(load_rules())
    for name in TRAINING_SETS:
        for page in sets.pages(folder, name):
            for place, (lines, labels) in enumerate(_texts(page)):
                known = _known(lines, rules)
                if crc32(f"{name}/{page.truth['page']}/{place}".encode()) % BLIND == 0:
                    known = [False] * len(lines)
                rows = line_features(lines, known)
                names = tuple(rows)
                words = np.asarray(rows["words"], np.float64)
                total = max(float((words * labels).sum()), MIN_REFERENCE_WORDS)
                made.append(
                    Example(
                        set_name=name,
                        page=page.truth["page"],
                        fold=sets.fold_of(page.truth),
                        features=np.array(list(rows.values()), np.float32).T,
                        labels=np.array(labels),
                        weights=np.minimum((words + 2.0) / total, MAX_WEIGHT),
                        excluded=name == "wcxb" and page.truth["id"] in HOLES,
                    )
                )
    return made, names


def _known(lines: list[str], rules: Known) -> list[bool]:
    """Tell which lines rules take whole, as they would of any flattened text."""
    verdicts = judge(lines, rules)
    return [number in verdicts and verdicts[number].keep == 0 for number in range(len(lines))]


def _texts(page: sets.Annotated) -> Iterator[tuple[list[str], list[float]]]:
    """Yield lines and their labels."""
    reference: str = page.truth["text"]
    columns = dirty.columns_of(page)
    if columns is not None:
        for dump in dirty.DUMPS.values():
            lines = dump(columns)
            if lines:
                yield lines, block_labels(Columns(text=lines, link_chars=array("q", bytes(8 * len(lines)))), reference)
    lines = [line for line in reference.split("\n") if line.strip()]
    yield lines, [1.0] * len(lines)
