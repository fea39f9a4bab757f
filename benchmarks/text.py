"""Print how well flattened texts are cleaned: the development pages as careless pipelines flatten them, set by set.

Line figures are of removal: of the lines that went, the share that is not in the reference (precision); of the lines
that are not in it, the share that went (recall). Word F1 and recall of the reference are means over pages, before and
after. "clean" are the references themselves, which should come out as they went in. The line model is out of fold.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from benchmarks import dirty, lines, sets
from benchmarks.measures import PrecisionRecall, match, words
from benchmarks.quality import FOLDS
from benchmarks.training.examples import HOLES, TRAINING_SETS
from scraper.extraction.lines import furniture
from scraper.extraction.model import BlockModel, load_model
from scraper.rules import load_rules
from scraper.strip import clean_text

CLEAN = "clean"
MIN_GAIN = 0.05  # in word F1, from the container dump
MAX_LOST_RECALL = 0.005  # from the same
MIN_F1 = 0.80  # from every visible line
MAX_LOST_WORDS = 0.002  # of the clean references
Figures = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text before and after."""

    set_name: str
    dump: str
    before: PrecisionRecall
    after: PrecisionRecall
    gone: int  # lines that went
    rightly: int  # of these, not in the reference
    unwanted: int  # lines that are not in the reference
    words: int  # of the reference
    lost: int  # of these, in the text before and not after


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; with ``--check``, return 1 if a figure misses its bar."""
    options = _parser().parse_args(arguments)
    folder = sets.data_folder(options.data)
    names = sets.available(folder, options.set)
    if not names:
        print(f"{folder}: none of {', '.join(options.set)} is there: nothing measured; give the folder with --data")
        return 0
    pages = (page for name in names for page in list(sets.pages(folder, name))[:: options.every])
    with ProcessPoolExecutor(options.jobs) as pool:
        rows = [row for found in pool.map(partial(measure, model=not options.rules_only), pages) for row in found]
    figures = tabulate(rows)
    print(table(figures))
    missed = misses(figures)
    print("\n".join(missed) or "all bars are met")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 1 if options.check and missed else 0


def measure(page: sets.Annotated, model: bool = True) -> list[Cleaned]:
    """Clean a page's text in every form; nothing for a page whose reference has a hole."""
    truth = page.truth
    if page.set_name == "wcxb" and truth["id"] in HOLES:
        return []
    fold = sets.fold_of(truth) if model else None
    return [_cleaned(page.set_name, dump, dirty_lines, truth["text"], fold) for dump, dirty_lines in _texts(page)]


def tabulate(rows: Iterable[Cleaned]) -> Figures:
    """Return the figures by set and dump."""
    grouped: dict[str, list[Cleaned]] = {}
    for row in rows:
        grouped.setdefault(f"{row.set_name}, {row.dump}", []).append(row)
    return {name: _figures(found) for name, found in grouped.items()}


def table(figures: Figures) -> str:
    """Return the figures as lines of text."""
    heads = ["pages", "line P", "line R", "F1 before", "F1 after", "R before", "R after", "lost words"]
    out = [" ".join([f"{'':20}", *(f"{head:>10}" for head in heads)])]
    for name, found in figures.items():
        out.append(
            " ".join([f"{name:20}", *(f"{value:10.{0 if key == 'pages' else 4}f}" for key, value in found.items())])
        )
    return "\n".join(out)


def misses(figures: Figures) -> list[str]:
    """Return the bars that are missed, a line each."""
    out = []
    for name, found in figures.items():
        gain, lost = found["f1_after"] - found["f1_before"], found["recall_before"] - found["recall_after"]
        if name.endswith("container") and (gain < MIN_GAIN or lost > MAX_LOST_RECALL):
            out.append(f"{name}: F1 {gain:+.3f}, recall {-lost:+.4f}; asked for +{MIN_GAIN} and -{MAX_LOST_RECALL}")
        if name.endswith("every line") and found["f1_after"] < MIN_F1:
            out.append(f"{name}: F1 {found['f1_after']:.3f}; asked for {MIN_F1}")
        if name.endswith(CLEAN) and found["lost_words"] > MAX_LOST_WORDS:
            out.append(f"{name}: {found['lost_words']:.4f} of the words lost; asked for {MAX_LOST_WORDS}")
    return out


def _texts(page: sets.Annotated) -> Iterator[tuple[str, list[str]]]:
    columns = dirty.columns_of(page)
    if columns is not None:
        for name, dump in dirty.DUMPS.items():
            yield name, dump(columns)
    yield CLEAN, [line for line in page.truth["text"].split("\n") if line.strip()]


def _cleaned(set_name: str, dump: str, texts: Sequence[str], reference: str, fold: int | None) -> Cleaned:
    before = "\n".join(texts)
    judge = partial(furniture, model=line_model(fold)) if fold is not None else None
    after = clean_text(before, rules=load_rules(), furniture=judge).text
    wanted, kept = lines.Text(reference), Counter(after.split("\n"))
    found = lines.Text(before)
    unwanted = set(lines.leftover(found, wanted)) if dump != CLEAN else set()
    gone = []
    for place, line in enumerate(found.lines):
        if kept[line]:
            kept[line] -= 1
        else:
            gone.append(place)
    bag = words(reference)
    bags = words(before), words(after)
    return Cleaned(
        set_name=set_name,
        dump=dump,
        before=match(bags[0], bag),
        after=match(bags[1], bag),
        gone=len(gone),
        rightly=len(unwanted.intersection(gone)),
        unwanted=len(unwanted),
        words=bag.total(),
        lost=(bag & bags[0]).total() - (bag & bags[1]).total(),
    )


def _figures(rows: Sequence[Cleaned]) -> dict[str, float]:
    def mean(values: Iterable[float]) -> float:
        return sum(values) / len(rows)

    return {
        "pages": len(rows),
        "line_precision": sum(row.rightly for row in rows) / max(sum(row.gone for row in rows), 1),
        "line_recall": sum(row.rightly for row in rows) / max(sum(row.unwanted for row in rows), 1),
        "f1_before": mean(row.before.f1 for row in rows),
        "f1_after": mean(row.after.f1 for row in rows),
        "recall_before": mean(row.before.recall for row in rows),
        "recall_after": mean(row.after.recall for row in rows),
        "lost_words": sum(row.lost for row in rows) / sum(row.words for row in rows),
    }


@cache
def line_model(fold: int) -> BlockModel:
    """Return the line model that never saw a domain of the fold."""
    return load_model(FOLDS / f"lines-{fold}.json")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.text", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with the zips (else $SCRAPER_SHARED/eval)")
    parser.add_argument("--set", nargs="+", metavar="NAME", default=TRAINING_SETS, help=", ".join(TRAINING_SETS))
    parser.add_argument("--every", type=int, default=1, metavar="N", help="measure every Nth page only")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument("--rules-only", action="store_true", help="without the line model")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a figure misses its bar")
    return parser


if __name__ == "__main__":
    sys.exit(main())
