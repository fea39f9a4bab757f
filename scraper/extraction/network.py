"""A small network that reads the blocks of a page in their order, beside the trees that see one block at a time.

Each block becomes ``units`` numbers; layers of convolutions then mix in the blocks to each side, near ones first (Yu
and Koltun, "Multi-Scale Context Aggregation by Dilated Convolutions", ICLR 2016), and add what they find to what is
there (He et al., "Deep Residual Learning for Image Recognition", CVPR 2016). Judging blocks as a sequence is the idea
of Leonhardt et al., "Boilerplate Removal using a Neural Sequence Labeling Model" (WWW 2020 Companion).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from scraper.errors import ConfigError

try:
    from scraper.extraction._network import add_margins
except ImportError:  # nothing was compiled on this machine: hatch_build.py
    add_margins = None
compiled_add_margins: Callable[..., None] | None = add_margins

Array = npt.NDArray[np.float32]
TAG = "tag"  # the feature that says which tag a block has, if there is such a feature
TAGS = 16  # that it can name
AVERAGED = 1  # the layer that is also told the mean over the page


class NetworkFile(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of a network. A feature ``x`` comes in as ``x / (|x| + half)``; each tag comes in on its own, too."""

    half: list[float]  # a feature
    input: list[list[float]]  # (features + tags) x units
    input_bias: list[float]
    dilations: list[int]  # a layer: how many blocks away the blocks are that it mixes in
    kernels: list[list[list[list[float]]]]  # layers x (before, here, after) x units x units
    biases: list[list[float]]  # layers x units
    average: list[list[float]]  # units x units
    output: list[float]
    output_bias: float
    share: float  # of the network's margin in the model's; the rest is that of the trees


class Network:
    """A network as arrays. Immutable after it is made."""

    def __init__(self, file: NetworkFile, features: Sequence[str]) -> None:
        units = len(file.input_bias)
        self.share = file.share
        self.tag = features.index(TAG) if TAG in features else -1
        self.half = np.array(file.half, np.float32)
        self.input = np.array(file.input, np.float32)
        self.input_bias = np.array(file.input_bias, np.float32)
        self.dilations = np.array(file.dilations, np.int64)
        self.kernels = np.array(file.kernels, np.float32)
        self.biases = np.array(file.biases, np.float32)
        self.average = np.array(file.average, np.float32)
        self.output = np.array(file.output, np.float32)
        self.output_bias = float(np.float32(file.output_bias))
        layers = len(file.dilations)
        if any(
            got.shape != wanted
            for got, wanted in (
                (self.half, (len(features),)),
                (self.input, (len(features) + (TAGS if self.tag >= 0 else 0), units)),
                (self.kernels, (layers, 3, units, units)),
                (self.biases, (layers, units)),
                (self.average, (units, units)),
                (self.output, (units,)),
            )
        ):
            raise ConfigError("the network does not fit its features; `make train` writes one that does")
        # For the compiled loop: of a unit all that goes into it, one after the other.
        self._into = np.ascontiguousarray(self.input.T)
        self._mixed = np.ascontiguousarray(self.kernels.reshape(layers, 3 * units, units).transpose(0, 2, 1))

    def add_margins(self, matrix: Array, margins: npt.NDArray[np.float64]) -> None:
        """Add the network's margin to ``margins`` (a block), by its share. ``matrix`` is features x blocks."""
        if compiled_add_margins is not None:
            compiled_add_margins(self, matrix, self._into, self._mixed, AVERAGED, margins)
        else:
            margins += self.share * self.margins(matrix).astype(np.float64)

    def margins(self, matrix: Array) -> Array:
        """Return the margin of each block. ``_network.pyx`` does the same, adding in another order."""
        state = np.maximum(as_input(matrix, self.half, self.tag) @ self.input + self.input_bias, 0.0)
        for layer, (kernel, bias) in enumerate(zip(self.kernels, self.biases, strict=True)):
            before, after = shifted(state, int(self.dilations[layer]))
            mixed = before @ kernel[0] + state @ kernel[1] + after @ kernel[2] + bias
            if layer == AVERAGED:
                mixed += state.mean(axis=0) @ self.average
            state = state + np.maximum(mixed, 0.0)
        margins: Array = state @ self.output + np.float32(self.output_bias)
        return margins


def as_input(matrix: Array, half: Array, tag: int) -> Array:
    """Return what a network is told: blocks x (features + tags), each number between -1 and 1.

    ``tag`` is the place of the feature ``TAG``, -1 for none.
    """
    squeezed = np.divide(matrix.T, np.abs(matrix.T) + half, dtype=np.float32)
    if tag < 0:
        return squeezed
    tags = matrix[tag, :, None] == np.arange(TAGS)
    return np.concatenate([squeezed, tags], axis=1, dtype=np.float32)


def shifted(state: Array, distance: int) -> tuple[Array, Array]:
    """Return the states of the blocks so far before and behind each block; beyond the page there is nothing."""
    nothing = np.zeros((distance, state.shape[1]), np.float32)
    both = np.concatenate([nothing, state, nothing])
    return both[: len(state)], both[2 * distance :]
