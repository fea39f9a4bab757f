"""Build the block model, and one model a fold that never saw the fold's domains. Run by `make train`.

Same data, same versions, one thread: the same files, bit for bit.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lightgbm
import msgspec
import numpy as np

from benchmarks import sets
from benchmarks.training.examples import SNIPPET_SET, TRAINING_SETS, Example, examples
from benchmarks.training.network import UNITS, train_network
from benchmarks.training.out_of_fold import example_areas
from scraper.extraction.model import SPLITS, ModelHeader, Tree, encode_model, load_model, shipped_model

PARAMETERS: dict[str, Any] = {
    "objective": "cross_entropy",  # labels are shares
    "num_leaves": SPLITS + 1,
    "learning_rate": 0.08,
    "min_data_in_leaf": 40,
    "lambda_l2": 0.05,
    "feature_fraction": 0.2,  # trees that see few features each do better on unseen domains than trees that see all
    "max_bin": 127,
    "seed": 7,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}
TREES = 200
MODEL = Path(__file__).resolve().parents[2] / "scraper" / "extraction" / "model.json"
FOLD_MODELS = Path(__file__).resolve().parents[1] / "folds"


def main(arguments: Sequence[str] | None = None) -> int:
    """Train on the sets of ``--data`` and write the models."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with the zips (else $SCRAPER_SHARED/eval)")
    parser.add_argument(
        "--date", metavar="YYYY-MM-DD", help="the model's date, part of its name (else today's model's)"
    )
    options = parser.parse_args(arguments)
    folder = sets.data_folder(options.data)
    used = (*TRAINING_SETS, SNIPPET_SET)
    missing = set(used) - set(sets.available(folder))
    if missing:
        print(f"{folder}: {', '.join(sorted(missing))} missing; give the folder with --data", file=sys.stderr)
        return 2
    made, names = examples(folder)
    date = options.date or shipped_model().header.date
    hashes = {name: sets.data_hash(folder, name) for name in used}
    header = ModelHeader(
        name=f"blocks-{date}",
        date=date,
        data=hashes,
        scores={},
        trainer=f"lightgbm {lightgbm.__version__}, {TREES} trees; numpy {np.__version__}, a network of {UNITS} units",
    )
    FOLD_MODELS.mkdir(exist_ok=True)
    for fold in range(sets.FOLDS):
        rest = [page for page in made if page.fold != fold]
        (FOLD_MODELS / f"fold-{fold}.json").write_bytes(block_model(header, rest, names))
        print(f"fold {fold}: written", flush=True)
    models = {fold: load_model(FOLD_MODELS / f"fold-{fold}.json") for fold in range(sets.FOLDS)}
    header = msgspec.structs.replace(header, scores=example_areas(made, names, models))
    MODEL.write_bytes(block_model(header, made, names))
    print(f"{MODEL.name}: written")
    return 0


def block_model(header: ModelHeader, pages: Sequence[Example], names: Sequence[str]) -> bytes:
    """Return the file of a model of trees and a network, which is told all features."""
    return encode_model(header, names, train(pages, names), train_network(pages, names))


def train(
    pages: Sequence[Example], names: Sequence[str], rate: float = PARAMETERS["learning_rate"], count: int = TREES
) -> list[Tree]:
    """Return ``count`` trees learned from the pages."""
    used = [page for page in pages if not page.excluded]
    data = lightgbm.Dataset(
        np.concatenate([page.features for page in used]),
        np.concatenate([page.labels for page in used]),
        weight=np.concatenate([page.weights for page in used]),
        feature_name=list(names),
    )
    booster = lightgbm.train(PARAMETERS | {"learning_rate": rate}, data, count)
    return [tree_of(info["tree_structure"]) for info in booster.dump_model()["tree_info"]]


def encode(header: ModelHeader, names: Sequence[str], trees: Sequence[Tree]) -> bytes:
    """Return the model file with only the features that a tree asks for."""
    used = sorted({feature for tree in trees for feature in tree[0]})
    place = {feature: index for index, feature in enumerate(used)}
    renamed: list[Tree] = [([place[feature] for feature in tree[0]], tree[1], tree[2]) for tree in trees]
    return encode_model(header, [names[feature] for feature in used], renamed)


def tree_of(root: dict[str, Any]) -> Tree:
    """Return features and thresholds of the splits, and for each leaf its path as bits (see ``BlockModel``)."""
    features: list[int] = []
    thresholds: list[float] = []
    leaves: list[tuple[int, int, float]] = []
    todo: list[tuple[dict[str, Any], int, int]] = [(root, 0, 0)]
    while todo:
        node, path, left = todo.pop()
        if "leaf_value" in node:
            leaves.append((path, left, round(node["leaf_value"], 6)))
            continue
        bit = 1 << len(features)
        features.append(node["split_feature"])
        thresholds.append(float(np.float32(node["threshold"])))
        todo.append((node["right_child"], path | bit, left))
        todo.append((node["left_child"], path | bit, left | bit))
    return features, thresholds, leaves


if __name__ == "__main__":
    sys.exit(main())
