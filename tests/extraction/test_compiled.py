"""What is compiled does the same as what is in Python, and was compiled from the sources that are here."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from scraper.decode import decode
from scraper.errors import ScraperError
from scraper.extraction import characters, model, walk
from scraper.extraction.columns import Columns
from scraper.extraction.flags import WORD_FLAGS, class_flags
from scraper.parse import parse
from scraper.records import Response, Target

compiled = pytest.importorskip("scraper.extraction._walk", reason="nothing was compiled: there is no C compiler")

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (ROOT / "fixtures").rglob("*") if path.is_file() and path.suffix != ".json")

TAGS = (
    "div p a span b br li ul nav table tr td time img pre h1 noscript footer hr ruby rt svg button amp-img x-y".split()
)
ATTRIBUTES = (
    "", ' class="byline"', ' class="Foot-note  nav2 x"', ' id="main"', " hidden", ' style="display: none"',
    ' itemprop="author"', ' href="/a b"', ' rel="author"', ' role="navigation"', ' aria-hidden="true"', ' src="a.png"',
    ' datetime="2026-01-02"', ' class=""', ' class="\u00e9t\u00e9"',
)  # fmt: skip
TEXTS = (
    "",
    " ",
    "\n",
    "a",
    "two words",
    " lead",
    "trail ",
    "\u00a0",
    "\u3000",
    "\u6c34",
    "&amp;",
    "\u00e9",
    "<!-- -->",
    "<![CDATA[x]]>",
)


def both(tree: Any, prune: bool, monkeypatch: pytest.MonkeyPatch) -> tuple[Columns, Columns]:
    fast = walk.walk(tree, prune)
    with monkeypatch.context() as patched:
        patched.setattr(walk, "_fill", walk.fill)
        return fast, walk.walk(tree, prune)


@pytest.fixture(scope="module")
def module_patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_what_was_compiled_is_what_is_here() -> None:
    spec = spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    build = module_from_spec(spec)
    spec.loader.exec_module(build)

    assert build.digest(ROOT) == compiled.SOURCES, "run `make setup`"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "fixtures")))
@pytest.mark.parametrize("prune", [True, False], ids=["pruned", "all"])
def test_every_fixture_gives_the_same_columns(path: Path, prune: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        tree = parse(decode(Response(target=Target(url=""), url="", body=path.read_bytes()))).tree
    except ScraperError:
        return

    fast, slow = both(tree, prune, monkeypatch)

    assert fast == slow


@st.composite
def pages(draw: st.DrawFn) -> str:
    """Return markup, nested and torn."""
    pieces: list[str] = []
    for _ in range(draw(st.integers(1, 25))):
        tag = draw(st.sampled_from(TAGS))
        close = draw(st.booleans())
        pieces += [f"<{tag}{draw(st.sampled_from(ATTRIBUTES))}>", draw(st.sampled_from(TEXTS))]
        pieces += [f"</{tag}>" if close else "", draw(st.sampled_from(TEXTS))]
    return "".join(pieces)


@given(html=pages(), prune=st.booleans())
def test_any_markup_gives_the_same_columns(html: str, prune: bool, module_patch: pytest.MonkeyPatch) -> None:
    tree = etree.fromstring(f"<html><body>{html}", etree.HTMLParser(remove_comments=True))

    fast, slow = both(tree, prune, module_patch)

    assert fast == slow


@given(
    pieces=st.lists(
        st.text("ab  \n\x1c\u00a0\u00e9\u6c34\x7f", max_size=20)
        | st.sampled_from(["<a href=/x>", "</a>", "<br>", "<b class=byline>", "</b>", "word " * 4, "longerwords"]),
        max_size=20,
    ),
    tag=st.sampled_from(["p", "pre"]),
)
def test_white_space_is_folded_at_the_same_places(
    pieces: list[str], tag: str, module_patch: pytest.MonkeyPatch
) -> None:
    tree = etree.fromstring(f"<html><body><{tag}>{''.join(pieces)}", etree.HTMLParser())

    fast, slow = both(tree, True, module_patch)

    assert fast == slow


def test_what_follows_the_root_is_not_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    body = etree.fromstring("<body><div>in <b>it</b></div>behind it</body>")

    fast, slow = both(body[0], True, monkeypatch)

    assert fast.text == slow.text == ["in it"]


@given(
    st.lists(
        st.one_of(st.sampled_from(sorted(WORD_FLAGS)), st.text("aBc1-_ \t\u00e9", max_size=6)).flatmap(
            lambda word: st.sampled_from([word, word.title(), word.upper(), word[:3]])
        ),
        max_size=8,
    ),
    st.sampled_from(["", "-", " ", "  ", "_", "1"]),
)
def test_any_class_has_the_same_flags_and_words(words: list[str], between: str) -> None:
    value = between.join(words)

    assert compiled.class_flags(value) == class_flags(value)


def test_a_long_class_is_cut_at_the_same_place() -> None:
    for value in ("nav " * 300, "x" * 500, "aB-cd " * 90, " " * 401 + "nav"):
        assert compiled.class_flags(value) == class_flags(value)


@given(
    st.lists(st.text(min_size=1) | st.text("Aa1.!,;|水日あ한 \ud800\U0010ffff", min_size=1, max_size=600), min_size=1)
)
def test_any_texts_have_the_same_counts(texts: list[str]) -> None:
    fast, slow = characters._count_compiled(texts), characters.count(texts)

    for ours, theirs in zip(fast, slow, strict=True):
        assert np.array_equal(np.array(ours), np.array(theirs))


@given(blocks=st.integers(1, 40), seed=st.integers(0, 2**32 - 1))
def test_the_trees_give_the_same_probabilities(blocks: int, seed: int, module_patch: pytest.MonkeyPatch) -> None:
    shipped = model.shipped_model()
    random = np.random.default_rng(seed)
    values = random.normal(0, 40, (len(shipped.features), blocks)).round(1)
    for row, begin, end in zip(values, shipped._starts, shipped._starts[1:], strict=False):
        if end > begin:  # some are exactly at a threshold
            row[::2] = random.choice(shipped._steps[begin:end], len(row[::2]))
    rows = dict(zip(shipped.features, values, strict=True))

    fast = shipped.probabilities(rows)
    with module_patch.context() as patched:
        patched.setattr(model, "compiled_add_margins", None)
        slow = shipped.probabilities(rows)

    assert fast.tolist() == slow.tolist()
