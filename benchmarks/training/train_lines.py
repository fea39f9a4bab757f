"""Build the line model for flattened texts, and one model a fold. Run by `make train`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import lightgbm
import msgspec
import numpy as np

from benchmarks import sets
from benchmarks.training.examples import TRAINING_SETS, Example
from benchmarks.training.line_examples import line_examples
from benchmarks.training.network import UNITS, train_network
from benchmarks.training.out_of_fold import example_areas
from benchmarks.training.train import FOLD_MODELS, MODEL, train
from scraper.extraction.lines import shipped_line_model
from scraper.extraction.model import ModelHeader, encode_model, load_model

LINE_MODEL = MODEL.with_name("line_model.json")
# More and smaller steps than the block model takes: 0.006 of word F1 on every set, at 0.001 less recall lost.
TREES = 500
RATE = 0.05
# The network hears farther than that of blocks: a line says less of itself.
DILATIONS = (1, 3, 9, 27)
ROUNDS = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Train on the sets of ``--data`` and write the models."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with the zips (else $SCRAPER_SHARED/eval)")
    parser.add_argument(
        "--date", metavar="YYYY-MM-DD", help="the model's date, part of its name (else today's model's)"
    )
    options = parser.parse_args(arguments)
    folder = sets.data_folder(options.data)
    missing = set(TRAINING_SETS) - set(sets.available(folder))
    if missing:
        print(f"{folder}: {', '.join(sorted(missing))} missing; give the folder with --data", file=sys.stderr)
        return 2
    made, names = line_examples(folder)
    date = options.date or shipped_line_model().header.date
    header = ModelHeader(
        name=f"lines-{date}",
        date=date,
        data={name: sets.data_hash(folder, name) for name in TRAINING_SETS},
        scores={},
        trainer=f"lightgbm {lightgbm.__version__}, {TREES} trees; numpy {np.__version__}, a network of {UNITS} units",
    )
    for fold in range(sets.FOLDS):
        rest = [page for page in made if page.fold != fold]
        (FOLD_MODELS / f"lines-{fold}.json").write_bytes(line_model(header, rest, names))
        print(f"fold {fold}: written", flush=True)
    models = {fold: load_model(FOLD_MODELS / f"lines-{fold}.json") for fold in range(sets.FOLDS)}
    header = msgspec.structs.replace(header, scores=example_areas(made, names, models))
    LINE_MODEL.write_bytes(line_model(header, made, names))
    print(f"{LINE_MODEL.name}: written")
    return 0


def line_model(header: ModelHeader, pages: Sequence[Example], names: Sequence[str]) -> bytes:
    """Return the file of a model of trees and a network."""
    network = train_network(pages, names, DILATIONS, ROUNDS)
    return encode_model(header, names, train(pages, names, RATE, TREES), network)


if __name__ == "__main__":
    sys.exit(main())
