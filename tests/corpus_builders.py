"""Articles and corpora for tests that look at one run after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from scraper.config import CorpusSettings, DuplicateSettings
from scraper.corpus.corpus import Corpus
from scraper.corpus.opening import open_corpus
from scraper.corpus.plan import Plan
from scraper.records import (
    Article,
    Duplicate,
    Fetched,
    FieldSources,
    Outcome,
    Removed,
    Rights,
    Target,
    Tool,
)

NOON = datetime(2025, 5, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

STORY = " ".join(f"The {number}th boat came in before the harbour was closed for the night." for number in range(40))
OTHER = " ".join(f"In the valley {number} houses were painted again after the long winter." for number in range(40))


def short_hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def an_article(url: str, text: str = STORY, **fields: Any) -> Article:
    plain = Article(
        id=short_hash(url), url=url, title=None, authors=[], organizations=[], published=None,
        published_precision=None, modified=None, language=None, site=None, section=None, tags=[], description=None,
        text=text, blocks=[], links=[], images=[], words=1, chars=len(text), page_kind="article", quality=1.0,
        paywall="unknown", warnings=[], removed=[], content_hash=short_hash(text), revision=1, previous_hash=None,
        duplicate=Duplicate(), rights=Rights(), fetch=Fetched(url_requested=url), from_=FieldSources(),
        tool=Tool(name="scraper", version="0", rules="0", model="0"),
    )  # fmt: skip
    return msgspec.structs.replace(plain, **fields)


def removed(rule: str, text: str) -> Removed:
    return Removed(rule=rule, text=text)


@contextmanager
def opened(folder: Path, now: datetime = NOON, **duplicates: Any) -> Iterator[Corpus]:
    settings = DuplicateSettings(**duplicates)
    with open_corpus(CorpusSettings(), folder, clock=lambda: now, duplicates=settings) as corpus:
        yield corpus


def keep(folder: Path, *results: tuple[Target, Outcome], now: datetime = NOON, **duplicates: Any) -> list[Outcome]:
    """Plan and take results in a run of their own, and commit them."""
    with opened(folder, now, **duplicates) as corpus:
        corpus.plan([target for target, _ in results])
        outcomes = [corpus.take(target, outcome) for target, outcome in results]
        corpus.commit()
    return outcomes


def plan(folder: Path, *targets: Target, now: datetime = NOON, **wishes: Any) -> Plan:
    with opened(folder, now) as corpus:
        return corpus.plan(targets, **wishes)


def records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "articles.jsonl").read_bytes().split(b"\n")[:-1]]
