"""One page's score, and the figures of a set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks import measures
from benchmarks.sets import Annotated
from scraper.records import Article

MEASURES = (
    "shingle P", "shingle R", "shingle F1", "word F1", "exact", "snippet F", "title", "author", "date", "articles",
)  # fmt: skip
"""The columns of the table. "articles" is the share of pages that an article came out of."""


@dataclass(slots=True)
class Scored:
    """What came out for one page. A figure is ``None`` where the page is not annotated for it."""

    page: Annotated
    fold: int
    text: str
    reason: str  # why there is no article
    shingles: measures.PrecisionRecall | None = None
    words: float | None = None
    exact: bool | None = None
    title: bool | None = None
    author: float | None = None
    date: bool | None = None
    snippets: measures.Snippets = field(default_factory=measures.Snippets)


def _named(article: Article | None) -> list[str]:
    """Return who an article names: people, or where it names none the organizations, as the references do."""
    return (article.authors or article.organizations) if article else []


def score(page: Annotated, fold: int, article: Article | None, reason: str = "") -> Scored:
    """Compare an article with the annotation of its page; no article is an empty one."""
    truth = page.truth
    row = Scored(page, fold, article.text if article else "", reason)
    if truth["text"] is not None:
        found, wanted = measures.shingles(row.text), measures.shingles(truth["text"])
        row.shingles, row.exact = measures.match(found, wanted), found == wanted
        row.words = measures.match(measures.words(row.text), measures.words(truth["text"])).f1
    if truth["title"]:
        row.title = measures.same_title(article.title if article else None, truth["title"])
    if truth["authors"]:
        row.author = measures.author_f1(_named(article), truth["authors"])
    if truth["date"]:
        row.date = measures.same_day(article.published if article else None, truth["date"])
    row.snippets.add(row.text, truth["with"], truth["without"])
    return row


def summary(rows: Sequence[Scored]) -> dict[str, Any]:
    """Return the figures of a set, ``None`` for what it is not annotated for."""
    texts = [row.shingles for row in rows if row.shingles is not None]
    whole = measures.mean(texts) if texts else None
    snippets = measures.Snippets()
    for row in rows:
        snippets.found += row.snippets.found
        snippets.missed += row.snippets.missed
        snippets.surplus += row.snippets.surplus
    figures = {
        "shingle P": whole and whole.precision,
        "shingle R": whole and whole.recall,
        "shingle F1": whole and whole.f1,
        "word F1": _mean([row.words for row in rows]),
        "exact": _mean([row.exact for row in rows]),
        "snippet F": snippets.f1 if snippets.found + snippets.missed else None,
        "title": _mean([row.title for row in rows]),
        "author": _mean([row.author for row in rows]),
        "date": _mean([row.date for row in rows]),
        "articles": _mean([not row.reason for row in rows]),
    }
    return {"pages": len(rows)} | {key: value and round(value, 4) for key, value in figures.items()}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
