"""The scores in a model's header: how well fold models tell what is wanted on pages of domains that they never saw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from benchmarks.measures import area_under_curve
from benchmarks.training.examples import Example
from scraper.extraction.model import BlockModel

DIGITS = 4
Judged = tuple[str, float, bool]
"""Of a block, a line or a page: its set, what the model says, and whether it is wanted."""


def areas(judged: Iterable[Judged]) -> dict[str, float]:
    """Return, a set, how likely the model puts what is wanted above what is not; no set without both."""
    sets: defaultdict[str, tuple[list[float], list[bool]]] = defaultdict(lambda: ([], []))
    for name, said, wanted in judged:
        sets[name][0].append(said)
        sets[name][1].append(wanted)
    both = {name: pair for name, pair in sets.items() if any(pair[1]) and not all(pair[1])}
    return {name: round(area_under_curve(*pair), DIGITS) for name, pair in both.items()}


def example_areas(pages: Iterable[Example], names: Sequence[str], models: Mapping[int, BlockModel]) -> dict[str, float]:
    """Return the areas of blocks or lines; wanted is one of which the reference holds at least half."""
    judged: list[Judged] = []
    for page in pages:
        if page.excluded:
            continue
        said = models[page.fold].probabilities(dict(zip(names, page.features.T, strict=True)))
        for value, label, weight in zip(said.tolist(), page.labels.tolist(), page.weights.tolist(), strict=True):
            if weight > 0:  # of a page with snippets only the blocks that are annotated
                judged.append((page.set_name, value, label >= 0.5))
    return areas(judged)
