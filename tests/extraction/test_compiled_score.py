"""The compiled loops of the score fill the same arrays as those in Python, to the last digit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.decode import decode
from scraper.errors import ScraperError
from scraper.extraction import features, regions, score
from scraper.extraction.characters import CharacterCounts
from scraper.extraction.columns import Columns
from scraper.extraction.extract import head_titles
from scraper.extraction.features import NAMES, block_features, feature_matrix
from scraper.extraction.flags import BIT
from scraper.extraction.model import as_matrix
from scraper.extraction.regions import Regions
from scraper.extraction.walk import walk
from scraper.parse import parse
from scraper.records import Response, Target

pytest.importorskip("scraper.extraction._features", reason="nothing was compiled: there is no C compiler")

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (ROOT / "fixtures").rglob("*") if path.is_file() and path.suffix != ".json")
TAGS = ["p", "h1", "h2", "li", "pre", "div", "td"]
TEXTS = [
    "The ferry is back", "The ferry to the outer islands is back", "Menu", "Menu", "emnu", "水水水。", "Why?", "Read:",
    "The ferry to the outer islands was back in service on Monday, two days after the storm had torn its ramp.",
    "The ferry to the outer islands is back in service, the port says, and so is the kiosk", "\u202f", "7 | 8",
    "no end " * 30, "word " * 501,
]  # fmt: skip
FLAGS = [0, 0, 0, *BIT.values()]


@pytest.fixture(scope="module")
def module_patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def assert_same(columns: Columns, titles: list[str], description: str, patch: pytest.MonkeyPatch) -> None:
    counts = CharacterCounts(columns.text)
    fast = Regions(columns, counts, titles, description)
    with patch.context() as patched:
        patched.setattr(regions, "compiled_fill", None)
        patched.setattr(regions, "compiled_mark_titles", None)
        patched.setattr(regions, "compiled_in_common", None)
        slow = Regions(columns, counts, titles, description)

    assert [
        name for name in Regions.__annotations__ if not np.array_equal(getattr(fast, name), getattr(slow, name))
    ] == []
    ours, theirs = feature_matrix(columns, counts, fast, NAMES), as_matrix(block_features(columns, counts, slow), NAMES)
    assert [name for name, one, other in zip(NAMES, ours, theirs, strict=True) if not np.array_equal(one, other)] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "fixtures")))
def test_every_fixture_gives_the_same_regions_and_features(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        tree = parse(decode(Response(target=Target(url=""), url="", body=path.read_bytes()))).tree
    except ScraperError:
        return
    columns = walk(tree)

    if columns.text:
        assert_same(columns, *head_titles(columns), monkeypatch)


@st.composite
def trees(draw: st.DrawFn) -> Columns:
    """Return columns as a walk could leave them, with at least one block."""
    columns = Columns()
    open_containers: list[int] = []
    steps = draw(st.lists(st.sampled_from(["open", "open", "close", "block", "block", "block"]), max_size=40))
    for step in ["open", *steps, "block"]:
        if step == "open":
            add_container(columns, open_containers[-1] if open_containers else -1, draw)
            open_containers.append(len(columns.c_tag) - 1)
        elif step == "block":
            add_block(columns, open_containers[-1], draw)
        elif len(open_containers) > 1:
            close(columns, open_containers.pop())
    for container in reversed(open_containers):
        close(columns, container)
    columns.headings = [index for index, tag in enumerate(columns.tag) if tag == "h1"]
    return columns


def add_container(columns: Columns, parent: int, draw: st.DrawFn) -> None:
    columns.c_signature.append(draw(st.integers(0, len(columns.c_tag))))
    columns.c_tag.append("div")
    columns.c_parent.append(parent)
    columns.c_flags.append(draw(st.sampled_from(FLAGS)) | draw(st.sampled_from(FLAGS)))
    columns.c_first.append(len(columns.text))
    columns.c_last.append(-1)
    columns.c_end.append(-1)


def add_block(columns: Columns, container: int, draw: st.DrawFn) -> None:
    text = draw(st.sampled_from(TEXTS))
    linked = draw(st.sampled_from([0, 0, 1, len(text) // 3, len(text)]))
    columns.text.append(text)
    columns.links.append([(0, linked, "/")] if linked else None)
    columns.link_chars.append(linked)
    columns.tag.append(draw(st.sampled_from(TAGS)))
    columns.flags.append(draw(st.sampled_from(FLAGS)))
    columns.container.append(container)


def close(columns: Columns, container: int) -> None:
    columns.c_last[container] = len(columns.text)
    columns.c_end[container] = len(columns.c_tag)


@given(columns=trees(), titles=st.lists(st.sampled_from(TEXTS), max_size=3), description=st.sampled_from(TEXTS))
def test_any_columns_give_the_same_regions_and_features(
    columns: Columns, titles: list[str], description: str, module_patch: pytest.MonkeyPatch
) -> None:
    assert_same(columns, titles, description, module_patch)


@given(columns=trees(), drawn=st.data())
def test_any_probabilities_give_the_same_decisions(columns: Columns, drawn: st.DataObject) -> None:
    counts = CharacterCounts(columns.text)
    found = Regions(columns, counts, [], "")
    own = np.array(
        [drawn.draw(st.sampled_from([0.0, 0.1, 0.31, 0.4, 0.54, 0.55, 0.7, 0.99, 1.0])) for _ in columns.text]
    )
    probability, kept = own.copy(), np.empty(len(own), bool)
    assert score.compiled_decide is not None

    expected = score.compiled_decide(columns, found, counts.words, probability, kept.view(np.uint8))

    theirs = score.decide(columns, found, counts.words, own)
    assert (probability.tolist(), kept.tolist(), expected) == (theirs[0].tolist(), theirs[1].tolist(), theirs[2])


@given(st.text("abcé水日"), st.text("abcé水日"))
def test_any_texts_have_as_many_characters_in_common(one: str, other: str) -> None:
    assert regions.compiled_in_common is not None
    assert regions.compiled_in_common(one, other) == regions.in_common(one, other)


def test_the_rows_have_the_names_that_the_model_may_ask_for() -> None:
    columns = walk_of("<p>The ferry is back.")
    counts = CharacterCounts(columns.text)

    assert tuple(block_features(columns, counts, Regions(columns, counts, [], ""))) == NAMES


def test_columns_that_are_no_tree_are_refused() -> None:
    columns = walk_of("<p>The ferry is back.")
    columns.container[0] = 99

    with pytest.raises(ValueError, match="not those of a tree"):
        Regions(columns, CharacterCounts(columns.text), [], "")


def test_without_compiled_loops_the_matrix_is_made_of_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = walk_of("<h1>Ferries</h1><p>The ferry is back.<p>So is the kiosk.")
    counts = CharacterCounts(columns.text)
    found = Regions(columns, counts, [], "")
    fast = feature_matrix(columns, counts, found, ("words", "copies"))
    monkeypatch.setattr(features, "compiled_fill", None)

    assert (
        feature_matrix(columns, counts, found, ("words", "copies")).tolist() == fast.tolist() == [[1, 4, 4], [1, 1, 1]]
    )


def walk_of(body: str) -> Columns:
    page = f"<html><body>{body}".encode()
    return walk(parse(decode(Response(target=Target(url=""), url="", body=page))).tree)
