"""The network that reads the blocks of a page in their order."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import ConfigError
from scraper.extraction import network
from scraper.extraction.model import shipped_model
from scraper.extraction.network import TAGS, Network, NetworkFile

FEATURES = ("words", "tag", "links")
UNITS = 4


def a_file(seed: int = 3, features: int = len(FEATURES), tags: int = TAGS) -> NetworkFile:
    random = np.random.default_rng(seed)

    def some(*shape: int) -> list:  # type: ignore[type-arg]
        return random.normal(size=shape).tolist()  # type: ignore[no-any-return]

    return NetworkFile(
        half=[5.0] * features,
        input=some(features + tags, UNITS),
        input_bias=some(UNITS),
        dilations=[1, 3],
        kernels=some(2, 3, UNITS, UNITS),
        biases=some(2, UNITS),
        average=some(UNITS, UNITS),
        output=some(UNITS),
        output_bias=0.25,
        share=0.5,
    )


def a_page(blocks: int, seed: int = 0) -> npt.NDArray[np.float32]:
    random = np.random.default_rng(seed)
    page = random.integers(-2, 40, (len(FEATURES), blocks)).astype(np.float32)
    page[1] %= TAGS
    return page


@given(blocks=st.integers(0, 100), seed=st.integers(0, 50))
def test_the_compiled_loop_says_what_the_matrices_say(blocks: int, seed: int) -> None:
    pytest.importorskip("scraper.extraction._network", reason="nothing was compiled: there is no C compiler")
    some, page = Network(a_file(seed), FEATURES), a_page(blocks, seed)
    compiled = np.full(blocks, 7.0)

    some.add_margins(page, compiled)

    wanted = some.margins(page) if blocks else np.zeros(0)
    assert compiled == pytest.approx(7.0 + 0.5 * wanted, abs=1e-3, rel=1e-5)


def test_without_a_compiler_the_matrices_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    some, page = Network(a_file(), FEATURES), a_page(40)
    compiled, plain = np.zeros(40), np.zeros(40)
    some.add_margins(page, compiled)

    monkeypatch.setattr(network, "compiled_add_margins", None)
    some.add_margins(page, plain)

    assert plain == pytest.approx(compiled, abs=1e-3, rel=1e-5)


def test_a_block_hears_of_its_neighbours_and_of_the_page() -> None:
    some, page = Network(a_file(), FEATURES), a_page(60)
    other = page.copy()
    other[0, 30] += 20

    changed = np.flatnonzero(some.margins(page) != some.margins(other))

    assert {27, 29, 30, 31, 33} <= set(changed.tolist())
    assert len(changed) > 9, "the mean over the page reaches blocks that no convolution does"


def test_features_without_tags_need_no_rows_for_them() -> None:
    some = Network(a_file(features=2, tags=0), ("words", "chars"))
    page = a_page(50)[:2].copy()
    margins = np.zeros(50)

    some.add_margins(page, margins)

    assert margins == pytest.approx(0.5 * some.margins(page), abs=1e-3, rel=1e-5)


def test_a_network_that_does_not_fit_its_features_is_refused() -> None:
    with pytest.raises(ConfigError, match="make train"):
        Network(a_file(features=2), FEATURES)
    with pytest.raises(ConfigError, match="make train"):
        Network(msgspec.structs.replace(a_file(), dilations=[1]), FEATURES)


def test_the_shipped_model_takes_both_trees_and_network() -> None:
    model = shipped_model()
    page = np.zeros((len(model.features), 5), np.float32)
    trees, network_only = np.zeros(5), np.zeros(5)
    model.add_margins(page, trees)
    assert model.network is not None
    model.network.add_margins(page, network_only)

    together = (1.0 - model.network.share) * trees + network_only

    assert model.probabilities_of(page) == pytest.approx(1.0 / (1.0 + np.exp(-together)))
