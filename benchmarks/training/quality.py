"""Build the page models, which tell articles from listings and other pages, and say how sure `quality` is.

Run by `make train` after the block models, whose fold models it needs: the numbers about a page come from a block
model that never saw its domain, as they will for every page of the web. Same data, same versions: the same files.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import msgspec
import numpy as np

from benchmarks import measures, sets
from benchmarks.training.examples import HOLES
from benchmarks.training.out_of_fold import areas
from benchmarks.training.train import FOLD_MODELS, MODEL, encode, tree_of
from scraper.config import ExtractSettings
from scraper.decode import decode
from scraper.errors import ScraperError
from scraper.extraction.extract import draft_of
from scraper.extraction.model import BlockModel, ModelHeader, load_model
from scraper.extraction.page_kind import OTHER, likenesses, load_page_models, shipped_page_models
from scraper.parse import parse
from scraper.records import Response, Target

OTHER_KINDS = "wcxb-other-kinds"
TRAINING_SETS = (*sets.SETS, OTHER_KINDS)
LISTINGS = frozenset(("listing", "collection", "product"))
LOW_F1 = 0.8  # of words; `quality` is to tell the pages below it from the others
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 5,
    "learning_rate": 0.03,
    "min_data_in_leaf": 5,
    "lambda_l2": 1.0,
    "feature_fraction": 0.2,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "seed": 7,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}
TREES = 400
LISTING_WEIGHT = 5.0  # there are thirty articles to a listing


@dataclass(frozen=True, slots=True)
class PageExample:
    """A page as numbers."""

    set_name: str
    kind: str
    fold: int
    signals: dict[str, float]
    quality: float
    word_f1: float | None  # of the extracted text; None where there is no full reference, or one with a hole


def main(arguments: Sequence[str] | None = None) -> int:
    """Train on the sets of ``--data``, write the models and print how well they do out of fold."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with the zips (else $SCRAPER_SHARED/eval)")
    parser.add_argument("--date", metavar="YYYY-MM-DD", help="the models' date, part of their names (else today's)")
    options = parser.parse_args(arguments)
    folder = sets.data_folder(options.data)
    missing = set(TRAINING_SETS) - set(sets.available(folder, TRAINING_SETS))
    if missing:
        print(f"{folder}: {', '.join(sorted(missing))} missing; give the folder with --data", file=sys.stderr)
        return 2
    made = examples(folder)
    date = options.date or shipped_page_models().listing.header.date
    header = ModelHeader(
        name=f"pages-{date}",
        date=date,
        data={name: sets.data_hash(folder, name) for name in TRAINING_SETS},
        scores={},
        trainer=f"lightgbm {lightgbm.__version__}, {TREES} trees",
    )
    for fold in range(sets.FOLDS):
        write([page for page in made if page.fold != fold], header, FOLD_MODELS, f"-{fold}")
    write(made, msgspec.structs.replace(header, scores=scores(made)), MODEL.parent, "")
    print(report(made))
    return 0


def examples(folder: Path) -> list[PageExample]:
    """Return all pages, seen by block models that never saw their domains."""
    models = {fold: load_model(FOLD_MODELS / f"fold-{fold}.json") for fold in range(sets.FOLDS)}
    made = []
    for name in TRAINING_SETS:
        for page in sets.pages(folder, name):
            found = example(page, models[sets.fold_of(page.truth)])
            if found:
                made.append(found)
    return made


def example(page: sets.Annotated, model: BlockModel) -> PageExample | None:
    """Return a page as numbers, ``None`` for a page without text."""
    truth, url = page.truth, page.truth["url"] or ""
    try:
        draft = draft_of(parse(decode(Response(target=Target(url=url), url=url, body=page.body))), model, sure=False)
    except ScraperError:
        return None
    if not draft.signals:
        return None
    text = "\n".join(block.text for block in draft.blocks)
    known = truth["text"] is not None and not (page.set_name == "wcxb" and truth["id"] in HOLES)
    return PageExample(
        set_name=page.set_name,
        kind=truth["kind"] if page.set_name == OTHER_KINDS else "article",
        fold=sets.fold_of(truth),
        signals=dict(draft.signals),
        quality=draft.quality,
        word_f1=measures.match(measures.words(text), measures.words(truth["text"])).f1 if known else None,
    )


def write(pages: Sequence[PageExample], header: ModelHeader, folder: Path, suffix: str) -> None:
    """Train both models on the pages and write them."""
    names = tuple(pages[0].signals)
    listings = [page for page in pages if page.kind in LISTINGS or page.kind == "article"]
    for name, used in (("listing", listings), ("other", list(pages))):
        trees = _train(used, names, LISTING_WEIGHT if name == "listing" else 1.0)
        (folder / f"{name}_model{suffix}.json").write_bytes(encode(header, names, trees))


def _train(pages: Sequence[PageExample], names: Sequence[str], weight: float) -> list[Any]:
    rows = np.array([[page.signals[name] for name in names] for page in pages], np.float32)
    labels = np.array([page.kind != "article" for page in pages], np.float64)
    data = lightgbm.Dataset(rows, labels, weight=np.where(labels > 0, weight, 1.0), feature_name=list(names))
    booster = lightgbm.train(PARAMETERS, data, TREES)
    return [tree_of(info["tree_structure"]) for info in booster.dump_model()["tree_info"]]


def scores(pages: Sequence[PageExample]) -> dict[str, float]:
    """Return, out of fold, how well both models and `quality` tell pages apart, as areas under the curve."""
    models = {fold: load_page_models(FOLD_MODELS, f"-{fold}") for fold in range(sets.FOLDS)}
    judged = []
    for page in pages:
        like = likenesses(page.signals, models[page.fold])
        judged.append(("other", like["other"], page.kind != "article"))
        if page.kind in LISTINGS or page.kind == "article":
            judged.append(("listing", like["listing"], page.kind != "article"))
        if page.word_f1 is not None and page.kind == "article":
            judged.append(("low quality", 1.0 - page.quality, page.word_f1 < LOW_F1))
    return areas(judged)


def report(pages: Sequence[PageExample]) -> str:
    """Say, out of fold, how well quality tells low word F1 and which pages come out as listings or other kinds."""
    models = {fold: load_page_models(FOLD_MODELS, f"-{fold}") for fold in range(sets.FOLDS)}
    settings = ExtractSettings()
    scored = [page for page in pages if page.word_f1 is not None and page.kind == "article"]
    low = [(page.word_f1 or 0.0) < LOW_F1 for page in scored]
    area = measures.area_under_curve([1.0 - page.quality for page in scored], low)
    lines = [f"quality, word F1 below {LOW_F1}: {sum(low)} of {len(low)} pages, area under the curve {area:.3f}"]
    groups: dict[str, list[tuple[bool, bool, bool]]] = {}
    for page in pages:
        like = likenesses(page.signals, models[page.fold])
        verdict = (like["listing"] > settings.max_listing, page.quality < settings.min_quality, like["other"] > OTHER)
        groups.setdefault(page.kind if page.set_name == OTHER_KINDS else page.set_name, []).append(verdict)
    lines.append(f"{'':14} pages  listing  low_quality  skipped  kind other")
    for name, rows in groups.items():
        shares = [sum(row[place] for row in rows) / len(rows) for place in range(3)]
        skipped = sum(row[0] or row[1] for row in rows) / len(rows)
        lines.append(f"{name:14} {len(rows):5} {shares[0]:8.3f} {shares[1]:12.3f} {skipped:8.3f} {shares[2]:11.3f}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
