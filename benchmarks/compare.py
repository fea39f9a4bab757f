"""What a change does page by page, with bootstrap intervals: a mean alone does not tell luck from gain.

Intervals are percentiles of resampled means (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.scores import Scored

Values = dict[str, dict[str, float]]  # a page ("wcxb 0042"): its figures by measure

RESAMPLES = 4000
SHOWN = 10  # wins and losses that are named
NOTABLE = 0.01  # a smaller difference of a page is no win and no loss
_MEASURES: dict[str, Callable[[Scored], float | bool | None]] = {
    "word F1": lambda row: row.words,
    "shingle F1": lambda row: row.shingles.f1 if row.shingles else None,
    "exact": lambda row: row.exact,
    "title": lambda row: row.title,
    "author": lambda row: row.author,
    "date": lambda row: row.date,
}


def by_page(scored: Sequence[Scored]) -> Values:
    """Return the figures of each page that is annotated for them."""
    found: Values = {}
    for row in scored:
        figures = {name: figure(row) for name, figure in _MEASURES.items()}
        key = f"{row.page.set_name} {row.page.truth['page']}"
        found[key] = {name: round(float(value), 6) for name, value in figures.items() if value is not None}
    return found


def report(old: Values, new: Values) -> str:
    """Return, as lines of text, what changed from ``old`` to ``new``, over the pages that both have."""
    pages = sorted(old.keys() & new.keys())
    lines = [f"{len(pages)} pages that both have; differences are new - old, with the 95 % interval of the mean"]
    for set_name in dict.fromkeys(page.partition(" ")[0] for page in pages):
        mine = [page for page in pages if page.startswith(f"{set_name} ")]
        for measure in _MEASURES:
            differences = [
                new[page][measure] - old[page][measure]
                for page in mine
                if measure in old[page] and measure in new[page]
            ]
            if differences:
                lines.append(f"{set_name:12} {measure:10} {_told(differences)}")
    return "\n".join([*lines, *_extremes(pages, old, new)])


def held_out_gap(scored: Sequence[Scored], measure: str = "word F1") -> str:
    """Say how far the held-out fold is from the others, pooled over the sets as differences from their set's mean."""
    figure = _MEASURES[measure]
    sets: dict[str, list[tuple[int, float]]] = {}
    for row in scored:
        value = figure(row)
        if value is not None:
            sets.setdefault(row.page.set_name, []).append((row.fold, float(value)))
    centred = [
        (fold, value - float(np.mean([each for _, each in rows]))) for rows in sets.values() for fold, value in rows
    ]
    out = np.array([value for fold, value in centred if fold == 0])
    rest = np.array([value for fold, value in centred if fold != 0])
    if not len(out) or not len(rest):
        return f"{measure}: no page is held out, or all are"
    low, high = np.percentile(_resampled(out) - _resampled(rest), [2.5, 97.5])
    gap = float(out.mean() - rest.mean())
    return f"{measure}, held-out domains - the rest, pooled: {gap:+.4f}, 95 % interval {low:+.4f} to {high:+.4f}"


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of the mean."""
    low, high = np.percentile(_resampled(np.array(values, np.float64)), [2.5, 97.5])
    return float(low), float(high)


def _resampled(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the means of samples drawn with replacement; the same ones in every run."""
    drawn = np.random.default_rng(7).integers(0, len(values), (RESAMPLES, len(values)), np.int32)
    means: npt.NDArray[np.float64] = values[drawn].mean(axis=1)
    return means


def _told(differences: Sequence[float]) -> str:
    low, high = interval(differences)
    wins = sum(difference > NOTABLE for difference in differences)
    losses = sum(difference < -NOTABLE for difference in differences)
    mean = float(np.mean(differences))
    return f"{mean:+.4f} ({low:+.4f} to {high:+.4f}), {wins} pages won, {losses} lost of {len(differences)}"


def _extremes(pages: Sequence[str], old: Values, new: Values) -> Iterator[str]:
    """Yield the pages whose word F1 moved most."""

    def moved(page: str) -> float:
        return _word_f1(new[page]) - _word_f1(old[page])

    ranked = sorted((page for page in pages if abs(moved(page)) > NOTABLE), key=moved)
    for title, some in (("lost most", ranked[:SHOWN]), ("won most", ranked[::-1][:SHOWN])):
        for page in some:
            if (moved(page) > 0) == (title == "won most"):
                yield f"{title}: {page} {_word_f1(old[page]):.3f} -> {_word_f1(new[page]):.3f}"


def _word_f1(figures: Mapping[str, float]) -> float:
    return figures.get("word F1", 0.0)
