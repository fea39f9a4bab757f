"""The worst pages as an HTML list, with the lines that are missing and the lines that are too many.

It quotes the evaluation texts: for the eyes of a developer, never to be committed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from benchmarks.measures import shingles
from benchmarks.scores import Scored

_SHOWN = 200
_STYLE = "body{font:14px sans-serif;max-width:70em} .missing{color:#a00} .surplus{color:#06c}"


def page(scored: Sequence[Scored], shown: int = _SHOWN) -> str:
    """Return the HTML document, the worst page first."""
    ranked = sorted((row for row in scored if row.words is not None), key=lambda row: row.words or 0.0)
    items = "\n".join(map(_item, ranked[:shown]))
    return f'<!doctype html><meta charset="utf-8"><title>Worst pages</title><style>{_STYLE}</style>\n{items}\n'


def _item(row: Scored) -> str:
    truth = row.page.truth
    where = f"{row.page.set_name} {truth['page']} {truth['id']} fold {row.fold}"
    head = f"<h3>{row.words:.3f} {escape(where)} {escape(row.reason)}</h3><p>{escape(truth['url'] or '')}</p>"
    missing = "".join(f'<p class="missing">- {escape(line)}</p>' for line in _unmatched(truth["text"], row.text))
    surplus = "".join(f'<p class="surplus">+ {escape(line)}</p>' for line in _unmatched(row.text, truth["text"]))
    return head + missing + surplus


def _unmatched(text: str, other: str) -> Iterator[str]:
    """Yield the lines of ``text`` of which less than half is in ``other``."""
    known = shingles(other)
    for line in text.split("\n"):
        here = shingles(line)
        if here and (here & known).total() < 0.5 * here.total():
            yield line[:400]
