"""Train the network that reads the blocks of a page in their order (``scraper/extraction/network.py``).

Stochastic gradient descent on cross entropy by hand, a page at a time: the network is so small that arrays do, and the
same data, versions and kind of processor give the same numbers, bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.training.examples import Example
from scraper.extraction.network import AVERAGED, TAG, TAGS, NetworkFile, as_input, shifted

UNITS = 32
DILATIONS = (1, 3, 9)
ROUNDS = 10  # over all pages, where nothing else is asked for
PAGES = 8  # a step
RATE = 3e-3  # of AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019), after the warm-up
WARM_UP = 0.3  # of all steps; then the rate falls as a cosine (Loshchilov and Hutter, "SGDR", ICLR 2017)
FIRST_RATE = 0.04  # of RATE
WEIGHT_DECAY = 0.05
MOMENTS = (0.9, 0.999)
LONGEST_STEP = 1.0  # of a gradient
DROPPED, DROPPED_INPUTS = 0.25, 0.15  # Srivastava et al., "Dropout" (JMLR 2014)
LEAST_DEVIATION = 0.1  # a flag of one block in a thousand is not blown up
SHARE = 0.5  # of the network's margin in the model's
SEED = 1
DIGITS = 5

Array = npt.NDArray[np.float32]
Parameters = dict[str, Array]


@dataclass(frozen=True, slots=True)
class _Scale:
    """What makes features alike: the number that becomes one half, then mean and deviation of what is made of it."""

    half: Array
    mean: Array
    deviation: Array


@dataclass(frozen=True, slots=True)
class _Step:
    """What a layer saw, for the way back."""

    state: Array
    sides: tuple[Array, Array]
    made: Array
    mask: Array


def train_network(
    pages: Sequence[Example], names: Sequence[str], dilations: Sequence[int] = DILATIONS, rounds: int = ROUNDS
) -> NetworkFile:
    """Return a network learned from the pages whose reference is whole, which are gone over so many times."""
    used = [page for page in pages if not page.excluded and page.weights.any()]
    tag = list(names).index(TAG) if TAG in names else -1
    tags = TAGS if tag >= 0 else 0
    scale = _scale_of(used, tags)
    inputs = [(as_input(page.features.T, scale.half, tag) - scale.mean) / scale.deviation for page in used]
    labels = [page.labels.astype(np.float32) for page in used]
    weights = [page.weights.astype(np.float32) for page in used]
    random = np.random.Generator(np.random.PCG64(SEED))
    parameters = _begin(random, len(names) + tags, len(dilations))
    optimiser = _AdamW(parameters, rounds * -(-len(used) // PAGES))
    for _ in range(rounds):
        order = random.permutation(len(used))
        for start in range(0, len(order), PAGES):
            gradients = {name: np.zeros_like(value) for name, value in parameters.items()}
            for page in order[start : start + PAGES]:
                _learn(parameters, gradients, dilations, (inputs[page], labels[page], weights[page]), random)
            optimiser.step(gradients)
    return _file(parameters, scale, dilations)


def _scale_of(pages: Sequence[Example], tags: int) -> _Scale:
    """Return the scale of the features, and of so many tags behind them, which stay as they are."""
    numbers = np.concatenate([page.features for page in pages])
    sizes = np.abs(numbers)
    half = np.array([np.median(size[size > 0]) if size.any() else 1.0 for size in sizes.T], np.float32)
    numbers /= sizes + half
    mean = np.concatenate([numbers.mean(axis=0, dtype=np.float64), np.zeros(tags)])
    deviation = np.concatenate([numbers.std(axis=0, dtype=np.float64), np.ones(tags)])
    return _Scale(half, mean.astype(np.float32), np.maximum(deviation, LEAST_DEVIATION).astype(np.float32))


def _begin(random: np.random.Generator, inputs: int, layers: int) -> Parameters:
    def spread(inputs: int, *shape: int) -> Array:
        return random.uniform(-1.0, 1.0, shape).astype(np.float32) / np.float32(np.sqrt(inputs))

    parameters = {
        "input": spread(inputs, inputs, UNITS),
        "input_bias": spread(inputs, UNITS),
        "average": spread(UNITS, UNITS, UNITS),
        "output": spread(UNITS, UNITS),
        "output_bias": spread(UNITS, 1),
    }
    for layer in range(layers):
        parameters[f"kernel{layer}"] = spread(3 * UNITS, 3, UNITS, UNITS)
        parameters[f"bias{layer}"] = spread(3 * UNITS, UNITS)
    return parameters


def _learn(
    parameters: Parameters,
    gradients: Parameters,
    dilations: Sequence[int],
    page: tuple[Array, Array, Array],
    random: np.random.Generator,
) -> None:
    """Add the gradients of the cross entropy of a page: its inputs, labels and weights."""
    inputs, labels, weights = page
    inputs = inputs * _mask(random, inputs.shape, DROPPED_INPUTS)
    made = np.maximum(inputs @ parameters["input"] + parameters["input_bias"], 0.0)
    mask = _mask(random, made.shape, DROPPED)
    steps = []
    state = made * mask
    for layer, dilation in enumerate(dilations):
        step = _mixed(parameters, layer, state, dilation, random)
        steps.append(step)
        state = state + step.made * step.mask
    margins = state @ parameters["output"] + parameters["output_bias"]
    error = (weights * (1.0 / (1.0 + np.exp(-margins)) - labels) / PAGES).astype(np.float32)
    gradients["output"] += state.T @ error
    gradients["output_bias"] += error.sum()
    back = np.outer(error, parameters["output"])
    for layer in reversed(range(len(dilations))):
        back = _back(parameters, gradients, layer, dilations[layer], steps[layer], back)
    change = back * mask * (made > 0)
    gradients["input"] += inputs.T @ change
    gradients["input_bias"] += change.sum(axis=0)


def _mixed(parameters: Parameters, layer: int, state: Array, dilation: int, random: np.random.Generator) -> _Step:
    kernel = parameters[f"kernel{layer}"]
    before, after = shifted(state, dilation)
    mixed = before @ kernel[0] + state @ kernel[1] + after @ kernel[2] + parameters[f"bias{layer}"]
    if layer == AVERAGED:
        mixed += state.mean(axis=0) @ parameters["average"]
    made = np.maximum(mixed, 0.0)
    return _Step(state, (before, after), made, _mask(random, made.shape, DROPPED))


def _back(parameters: Parameters, gradients: Parameters, layer: int, dilation: int, step: _Step, back: Array) -> Array:
    """Add the gradients of a layer, and return that of the state before it."""
    kernel, own = parameters[f"kernel{layer}"], gradients[f"kernel{layer}"]
    change = back * step.mask * (step.made > 0)
    before, after = step.sides
    own[0] += before.T @ change
    own[1] += step.state.T @ change
    own[2] += after.T @ change
    gradients[f"bias{layer}"] += change.sum(axis=0)
    # What a block gave to those behind it comes back from there, and the other way round.
    _, from_behind = shifted(change @ kernel[0].T, dilation)
    from_before, _ = shifted(change @ kernel[2].T, dilation)
    back = back + change @ kernel[1].T + from_behind + from_before
    if layer == AVERAGED:
        total = change.sum(axis=0)
        gradients["average"] += np.outer(step.state.mean(axis=0), total)
        back = back + total @ parameters["average"].T / np.float32(len(back))
    return back


def _mask(random: np.random.Generator, shape: tuple[int, ...], share: float) -> Array:
    kept: Array = (random.random(shape, np.float32) >= share) * np.float32(1.0 / (1.0 - share))
    return kept


class _AdamW:
    def __init__(self, parameters: Parameters, steps: int) -> None:
        self.parameters = parameters
        self.first = {name: np.zeros_like(value) for name, value in parameters.items()}
        self.second = {name: np.zeros_like(value) for name, value in parameters.items()}
        self.steps, self.done = steps, 0

    def rate(self) -> float:
        share = self.done / self.steps
        if share < WARM_UP:
            return RATE * (FIRST_RATE + (1.0 - FIRST_RATE) * (0.5 - 0.5 * float(np.cos(np.pi * share / WARM_UP))))
        return RATE * (0.5 + 0.5 * float(np.cos(np.pi * (share - WARM_UP) / (1.0 - WARM_UP))))

    def step(self, gradients: Parameters) -> None:
        length = float(np.sqrt(sum(float((gradient * gradient).sum()) for gradient in gradients.values())))
        shorter = np.float32(min(1.0, LONGEST_STEP / (length + 1e-6)))
        rate = self.rate()
        self.done += 1
        for name, value in self.parameters.items():
            gradient = gradients[name] * shorter
            for moment, decay, power in ((self.first, MOMENTS[0], gradient), (self.second, MOMENTS[1], gradient**2)):
                moment[name] = (np.float32(decay) * moment[name] + np.float32(1.0 - decay) * power).astype(np.float32)
            first = self.first[name] / np.float32(1.0 - MOMENTS[0] ** self.done)
            second = self.second[name] / np.float32(1.0 - MOMENTS[1] ** self.done)
            kept = np.float32(1.0 - rate * WEIGHT_DECAY) * value
            value[...] = kept - np.float32(rate) * first / (np.sqrt(second) + np.float32(1e-8))


def _file(parameters: Parameters, scale: _Scale, dilations: Sequence[int]) -> NetworkFile:
    """Return the numbers with mean and deviation of the inputs taken into the first layer."""
    weights = parameters["input"] / scale.deviation[:, None]
    bias = parameters["input_bias"] - scale.mean @ weights
    layers = range(len(dilations))
    return NetworkFile(
        half=_rounded(scale.half),
        input=_rounded(weights),
        input_bias=_rounded(bias),
        dilations=list(dilations),
        kernels=[_rounded(parameters[f"kernel{layer}"]) for layer in layers],
        biases=[_rounded(parameters[f"bias{layer}"]) for layer in layers],
        average=_rounded(parameters["average"]),
        output=_rounded(parameters["output"]),
        output_bias=_rounded(parameters["output_bias"])[0],
        share=SHARE,
    )


def _rounded(numbers: Array) -> Any:
    """Return the numbers as lists in lists, with so many digits as make no difference."""
    if numbers.ndim > 1:
        return [_rounded(row) for row in numbers]
    return [float(f"{number:.{DIGITS}g}") for number in numbers.tolist()]
