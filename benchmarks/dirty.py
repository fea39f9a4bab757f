"""Flatten pages the way careless pipelines do: every visible line, or the container that seems to hold the article."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate

from benchmarks.sets import Annotated
from scraper.decode import decode
from scraper.errors import ScraperError
from scraper.extraction.columns import Columns
from scraper.extraction.walk import walk
from scraper.parse import parse
from scraper.records import Response, Target

# Of the characters in the page's paragraphs. It keeps too much on purpose: a careless pipeline wants to lose nothing.
ENOUGH = 0.99


def every_line(columns: Columns) -> list[str]:
    """Return all that the page shows: menus, headline, story, footer."""
    return _lines(columns.text)


def main_container(columns: Columns) -> list[str]:
    """Return all lines of the smallest container that holds nearly all characters of the page's paragraphs."""
    chars = [len(text) if tag == "p" else 0 for text, tag in zip(columns.text, columns.tag, strict=True)]
    sums = list(accumulate(chars, initial=0))
    if not sums[-1]:
        return every_line(columns)
    spans = zip(columns.c_first, columns.c_last, strict=True)
    holding = [(last - first, first, last) for first, last in spans if sums[last] - sums[first] >= ENOUGH * sums[-1]]
    _, first, last = min(holding)  # the root is one
    return _lines(columns.text[first:last])


DUMPS: dict[str, Callable[[Columns], list[str]]] = {"every line": every_line, "container": main_container}


def columns_of(page: Annotated) -> Columns | None:
    """Return the page's blocks with nothing left out, ``None`` where it cannot be read."""
    url = page.truth["url"] or ""
    try:
        document = parse(decode(Response(target=Target(url=url), url=url, body=page.body)))
    except ScraperError:
        return None
    return walk(document.tree, prune=False)


def _lines(texts: list[str]) -> list[str]:
    return [line for text in texts for line in text.split("\n") if line.strip()]
