"""The gradients by hand are those of the loss, and training learns what only the order of blocks tells."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.training import network as training
from benchmarks.training.examples import Example
from scraper.extraction.network import Network

NAMES = ("words", "tag", "links")


def pages(count: int) -> list[Example]:
    """Return pages whose story is what follows the block of 40 words; the blocks themselves are all alike."""
    random = np.random.default_rng(4)
    made = []
    for _ in range(count):
        features = random.integers(1, 5, (12, 3)).astype(np.float32)
        start = int(random.integers(2, 9))
        features[start, 0] = 40
        labels = (np.arange(12) == start + 1).astype(np.float64)
        made.append(Example("wcxb", "x", 0, features, labels, np.full(12, 0.1), False))
    return made


def loss(parameters: training.Parameters, inputs: training.Array, labels: training.Array) -> float:
    nothing_dropped = np.random.default_rng(0)
    state = np.maximum(inputs @ parameters["input"] + parameters["input_bias"], 0.0)
    for layer, dilation in enumerate(training.DILATIONS):
        state = state + training._mixed(parameters, layer, state, dilation, nothing_dropped).made
    margins = (state @ parameters["output"] + parameters["output_bias"]).astype(np.float64)
    return float((np.logaddexp(0.0, margins) - labels * margins).sum()) / training.PAGES


def test_gradients_are_those_of_the_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "DROPPED", 0.0)
    monkeypatch.setattr(training, "DROPPED_INPUTS", 0.0)
    random = np.random.Generator(np.random.PCG64(2))
    inputs = random.normal(size=(15, 6))
    labels = random.random(15)
    parameters = {
        name: value.astype(np.float64) for name, value in training._begin(random, 6, len(training.DILATIONS)).items()
    }
    gradients = {name: np.zeros_like(value) for name, value in parameters.items()}
    page = (inputs, labels, np.ones(15))
    training._learn(parameters, gradients, training.DILATIONS, page, random)  # type: ignore[arg-type]

    for name, value in parameters.items():
        place = tuple(int(random.integers(size)) for size in value.shape)
        before = value[place]
        value[place] = before + 1e-5
        above = loss(parameters, inputs, labels)  # type: ignore[arg-type]
        value[place] = before - 1e-5
        below = loss(parameters, inputs, labels)  # type: ignore[arg-type]
        value[place] = before
        assert gradients[name][place] == pytest.approx((above - below) / 2e-5, rel=1e-3, abs=1e-6), name


def test_training_learns_the_order_of_blocks_and_is_repeatable() -> None:
    some = pages(200)

    file = training.train_network(some, NAMES)

    margins = Network(file, NAMES).margins(some[0].features.T.copy())
    assert int(np.argmax(margins)) == int(np.argmax(some[0].labels))
    assert training.train_network(some, NAMES) == file
