"""Tell where a page may hold more of its article than was found, or less than the site has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from scraper.extraction import json_ld
from scraper.extraction.flags import BIT
from scraper.extraction.score import Scored
from scraper.records import Block, Metadata

# Expected share of the article that was kept, by the probabilities of all blocks: what nearly made it is missing.
# On the annotated pages, 1.5 % of those with a recall of at least .9 are below, and a third of those under .8.
MIN_EXPECTED_RECALL = 0.84
# Of the 4-grams of JSON-LD's articleBody; it often holds captions, so not all need be found.
BODY_SHARE = 0.7
MIN_BODY_TOKENS = 40
MAX_BODY_CHARS = 200_000
GRAM = 4
PIECE = 40  # tokens that are looked for at once
MAX_MISSING = 8  # of these; each that is missing costs a search through all of the text
BEHIND_WALL_WORDS = 150.0  # a text that a hard wall cuts is shorter
_TOKEN = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|[^\W_]+")
_TYPOGRAPHIC = "‘’“”–—…\xa0"
_SPACES = str.maketrans({chr(code): " " for code in range(128) if not chr(code).isalnum()})  # in ASCII
_MARKUP = re.compile(r"<[^>]{0,2000}>")
_CUT = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])[\s\"”»）)\]]*$")


def is_cut(scored: Scored, blocks: Sequence[Block], meta: Metadata, body: str) -> bool:
    """Tell whether text of the article may be missing; ``body`` is the article's text as JSON-LD has it, or empty."""
    return _misses_body(blocks, body) or _missed_nearly(scored) or _ends_at_wall(scored, blocks, meta)


def stated_body(texts: Sequence[str], url: str) -> str:
    """Return JSON-LD's articleBody as plain text, empty where there is none."""
    if not any("articleBody" in text for text in texts):
        return ""
    node = json_ld.article(json_ld.read(texts), url)
    body = node.get("articleBody") if node else None
    return _MARKUP.sub(" ", json_ld.folded(body[:MAX_BODY_CHARS])) if isinstance(body, str) else ""


def _misses_body(blocks: Sequence[Block], body: str) -> bool:
    wanted = tokens_apart(body).split()
    grams = len(wanted) - GRAM + 1
    if grams < MIN_BODY_TOKENS:
        return False
    found = tokens_apart(" ".join(block.text for block in blocks))
    if _surely_shared(wanted, found) >= BODY_SHARE * grams:
        return False
    return (_grams(wanted) & _grams(found.split())).total() < BODY_SHARE * grams


def _surely_shared(wanted: Sequence[str], found: str) -> int:
    """Return how many grams two texts share at least: those in pieces that come in the same order in both.

    Most pages show the whole text, and then no gram need be made. Where many pieces are missing, it is not worth it.
    """
    text = f" {found} "
    shared = place = missing = 0
    for start in range(0, len(wanted), PIECE):
        tokens = wanted[start : start + PIECE]
        piece = f" {' '.join(tokens)} "
        at = text.find(piece, place)
        if at >= 0:
            shared += max(0, len(tokens) - GRAM + 1)
            place = at + len(piece) - 1  # the space ends this piece and begins the next
        elif (missing := missing + 1) > MAX_MISSING:
            return 0
    return shared


def _missed_nearly(scored: Scored) -> bool:
    expected = scored.probability * scored.counts.words
    return float(expected[scored.kept].sum()) < MIN_EXPECTED_RECALL * float(expected.sum())


def _ends_at_wall(scored: Scored, blocks: Sequence[Block], meta: Metadata) -> bool:
    """Tell a text that stops where a paywall begins."""
    if meta.paywall == "free" or not blocks:
        return False
    kept = np.flatnonzero(scored.kept)
    flags = scored.regions.near_flags[scored.regions.container] | np.array(scored.columns.flags, np.int64)
    walled = bool((flags[int(kept[-1]) :] & BIT["PAYWALL"]).any()) if len(kept) else False
    if meta.paywall == "unknown" and not walled:
        return False
    short = float(scored.counts.words[kept].sum()) < BEHIND_WALL_WORDS
    return short or _CUT.search(blocks[-1].text) is not None


def _tokens_apart(text: str) -> str:
    """Return the words of a text, and each character of scripts without spaces, with a space between them."""
    if not text.isascii():
        for mark in _TYPOGRAPHIC:
            text = text.replace(mark, " ")
    if text.isascii():  # a fifth of the time
        return " ".join(text.lower().translate(_SPACES).split())
    return " ".join(_TOKEN.findall(text.casefold()))


try:
    from scraper._text import tokens_apart as _compiled
except ImportError:  # nothing was compiled on this machine: hatch_build.py
    _compiled = None
tokens_apart: Callable[[str], str] = _compiled or _tokens_apart


def _grams(tokens: Sequence[str]) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(tokens[start:] for start in range(GRAM)), strict=False))
