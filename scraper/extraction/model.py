"""The block model: gradient-boosted trees that say how likely a block is main content.

The trees have at most nine leaves, so the eight comparisons of a tree fit into one byte. That byte indexes a table of
256 leaves: scoring a page is a handful of array operations, whatever the number of trees. The idea of encoding
which comparisons hold as bits is QuickScorer's (Lucchese et al., SIGIR 2015).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from scraper.errors import ConfigError
from scraper.extraction.network import Network, NetworkFile

try:
    from scraper.extraction._trees import add_margins
except ImportError:  # nothing was compiled on this machine: hatch_build.py
    add_margins = None
compiled_add_margins: Callable[..., None] | None = add_margins

SPLITS = 8  # a tree
_TABLE = 1 << SPLITS
_MOST_THRESHOLDS = 255  # of a feature: a byte tells how many of them a number is above


class ModelHeader(msgspec.Struct, frozen=True, kw_only=True):
    """Where a model comes from; see docs/model.md."""

    name: str
    date: str
    data: dict[str, str]  # set name: sha256 of its zip
    scores: dict[str, float]  # out of fold
    trainer: str


class _ModelFile(msgspec.Struct, frozen=True, kw_only=True):
    header: ModelHeader
    features: list[str]
    features_of_splits: list[list[int]]  # a tree: the feature of each split
    thresholds: list[list[float]]  # a tree: goes left where the feature is at most the threshold
    leaves: list[list[tuple[int, int, float]]]  # a tree: splits on the leaf's path, which of them go left, value
    network: NetworkFile | None = None


class BlockModel:
    """Trees as arrays. Immutable after it is made."""

    def __init__(self, file: _ModelFile) -> None:
        self.header = file.header
        self.features: tuple[str, ...] = tuple(file.features)
        trees = len(file.leaves)
        split_feature = np.zeros((trees, SPLITS), np.int64)
        threshold = np.full((trees, SPLITS), np.inf, np.float32)
        # Of each code the number of its leaf, a byte, and not its value: so all of it stays in the processor's cache.
        self._leaves = np.zeros((trees, _TABLE), np.uint8)
        self._values = np.zeros((trees, SPLITS + 2), np.float64)  # the first is that of no leaf
        codes = np.arange(_TABLE)
        for tree, leaves in enumerate(file.leaves):
            used = len(file.thresholds[tree])
            split_feature[tree, :used] = file.features_of_splits[tree]
            threshold[tree, :used] = file.thresholds[tree]
            for leaf, (path, left, value) in enumerate(leaves, 1):
                self._leaves[tree, (codes & path) == left] = leaf
                self._values[tree, leaf] = value
        self._split_features, self._thresholds = split_feature, threshold
        self._steps, self._starts, self._most = _ranked(split_feature, threshold, len(self.features))
        self._leaf_offsets = (np.arange(trees) * _TABLE)[:, None]
        self.network = Network(file.network, self.features) if file.network is not None else None
        self._value_offsets = (np.arange(trees) * self._values.shape[1])[:, None]

    def probabilities(self, rows: Mapping[str, npt.NDArray[np.generic]]) -> npt.NDArray[np.float64]:
        """Return, an entry of the rows, how likely it is what the model looks for; see :meth:`probabilities_of`."""
        return self.probabilities_of(as_matrix(rows, self.features))

    def probabilities_of(self, matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Return, a block, the probability that it is main content. ``matrix`` has the rows that the model knows."""
        margins = np.zeros(matrix.shape[1])
        self.add_margins(matrix, margins)
        if self.network is not None:
            margins *= 1.0 - self.network.share
            self.network.add_margins(matrix, margins)
        probabilities: npt.NDArray[np.float64] = 1.0 / (1.0 + np.exp(-margins))
        return probabilities

    def add_margins(self, matrix: npt.NDArray[np.float32], margins: npt.NDArray[np.float64]) -> None:
        """Add to ``margins`` (a block) the values of the leaves that the columns of ``matrix`` end in."""
        if compiled_add_margins is not None:
            compiled_add_margins(
                matrix, self._steps, self._starts, self._split_features, self._most, self._leaves, self._values, margins
            )
            return
        codes = np.zeros((len(self._leaves), matrix.shape[1]), np.uint8)
        for place in range(SPLITS):
            goes_left = matrix[self._split_features[:, place]] <= self._thresholds[:, place, None]
            codes |= goes_left.view(np.uint8) << place
        # Not sum(): it adds a single block's values in another order, and its last digit would be another.
        leaves = self._leaves.ravel().take(codes + self._leaf_offsets)
        margins += self._values.ravel().take(leaves + self._value_offsets).cumsum(axis=0)[-1]


def _ranked(
    split_feature: npt.NDArray[np.int64], threshold: npt.NDArray[np.float32], features: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Return the thresholds of all features, where each feature's begin, and of each split the place of its own there.

    What is above at most so many thresholds of the feature goes left; that is everything where nothing is compared.
    """
    used = np.isfinite(threshold)
    order = np.lexsort((threshold[used], split_feature[used]))
    feature, step = split_feature[used][order], threshold[used][order]
    new = np.ones(len(order), bool)
    new[1:] = (feature[1:] != feature[:-1]) | (step[1:] != step[:-1])
    starts = np.searchsorted(feature[new], np.arange(features + 1))
    if np.diff(starts).max(initial=0) > _MOST_THRESHOLDS:
        raise ConfigError(f"a feature of the model has more than {_MOST_THRESHOLDS} thresholds; train it with fewer")
    places = np.empty(len(order), np.uint8)
    places[order] = new.cumsum() - 1 - starts[feature]
    most = np.full(threshold.shape, _MOST_THRESHOLDS, np.uint8)
    most[used] = places
    return np.append(step[new], np.float32(0)), starts, most


def as_matrix(rows: Mapping[str, npt.NDArray[np.generic]], names: Sequence[str]) -> npt.NDArray[np.float32]:
    """Return the rows with these names in one piece."""
    matrix = np.concatenate([rows[name] for name in names], dtype=np.float32, casting="unsafe")
    return matrix.reshape(len(names), -1)


def load_model(path: str | Path) -> BlockModel:
    """Read a model; raise :class:`ConfigError` where the file is none."""
    return _decode(Path(path).read_bytes(), str(path))


@lru_cache(maxsize=1)
def shipped_model() -> BlockModel:
    """Return the model that the package ships."""
    return _decode(_shipped_bytes(), "the shipped model")


def model_version() -> str:
    """Return the name of the shipped model, without building its tables."""
    return _header(_shipped_bytes()).name


def encode_model(
    header: ModelHeader, features: Sequence[str], trees: Sequence[Tree], network: NetworkFile | None = None
) -> bytes:
    """Return the model file as JSON, a tree or a row of a matrix a line, so that a change can be reviewed."""
    parts = [f'"header":{_json(header)}', f'"features":{_json(list(features))}']
    for name, index in (("features_of_splits", 0), ("thresholds", 1), ("leaves", 2)):
        parts.append(f'"{name}":[\n' + ",\n".join(_json(tree[index]) for tree in trees) + "\n]")
    if network is not None:
        parts.append('"network":' + _json(network).replace("],[", "],\n[").replace('],"', '],\n"'))
    return ("{" + ",\n".join(parts) + "}\n").encode()


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


Tree = tuple[list[int], list[float], list[tuple[int, int, float]]]


class _OnlyHeader(msgspec.Struct):
    header: ModelHeader


def _header(data: bytes) -> ModelHeader:
    return msgspec.json.decode(data, type=_OnlyHeader).header


def _shipped_bytes() -> bytes:
    return resources.files("scraper.extraction").joinpath("model.json").read_bytes()


def _decode(data: bytes, name: str) -> BlockModel:
    try:
        return BlockModel(msgspec.json.decode(data, type=_ModelFile))
    except msgspec.DecodeError as error:
        raise ConfigError(f"{name}: is no block model ({error}); `make train` writes one") from error
