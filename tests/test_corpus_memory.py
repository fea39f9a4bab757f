"""What one run of a corpus learns of its sites, the next one knows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from builders import an_article

from scraper.config import CorpusSettings
from scraper.corpus.opening import open_corpus
from scraper.memory import MAX_SKETCHES, Memory
from scraper.records import Article, Removed, Target

NOON = datetime(2025, 5, 6, 12, tzinfo=UTC)
DESK = "The desk by the window"
SITE = "news.example"


def story(number: int, *, known: bool = False) -> Article:
    """Return an article with the site's line in it, or with the line taken out since the site is known for it."""
    removed = [Removed(rule="site.repeated", text=DESK, side="after")] if known else []
    lines = [f"{'abcdefghij'[number % 10]}{'klmnopqrst'[number // 10 % 10]} boats came in."]
    paragraphs = lines if known else [*lines, DESK]
    return an_article(*paragraphs, url=f"https://{SITE}/{number}", content_hash=str(number), removed=removed)


def run(folder: Path, *articles: Article, killed: bool = False) -> Memory:
    """Take articles in a run of their own; return what it knew of the site."""
    with open_corpus(CorpusSettings(), folder, clock=lambda: NOON) as corpus:
        known = corpus.memory([Target(url=f"https://{SITE}/next")])
        for article in articles:
            corpus.take(Target(url=article.url or ""), article)
        corpus.commit()
        if not killed:
            corpus.finish(0, {})
    return known


def test_a_run_knows_what_earlier_runs_saw_and_not_what_it_sees_itself(tmp_path: Path) -> None:
    first = run(tmp_path, story(1), story(2), story(3))
    second = run(tmp_path)

    assert first == Memory()
    assert second.of(SITE).share(DESK) == 1.0


def test_a_line_that_the_memory_takes_out_is_not_forgotten(tmp_path: Path) -> None:
    run(tmp_path, story(1), story(2), story(3))
    run(tmp_path, *(story(number, known=True) for number in range(4, 9)))

    assert run(tmp_path).of(SITE).share(DESK) == 1.0


def test_what_a_killed_run_saw_counts_only_once_another_run_has_ended(tmp_path: Path) -> None:
    run(tmp_path, story(1), story(2), story(3), killed=True)

    assert run(tmp_path) == Memory()
    assert run(tmp_path).of(SITE).articles == 3


def test_only_the_sites_of_the_pages_are_looked_up(tmp_path: Path) -> None:
    run(tmp_path, story(1), story(2), story(3))

    with open_corpus(CorpusSettings(), tmp_path, clock=lambda: NOON) as corpus:
        assert corpus.memory([Target(url="https://other.example/")]) == Memory()


def test_the_oldest_articles_of_a_site_are_forgotten(tmp_path: Path) -> None:
    run(tmp_path, *(story(number) for number in range(60)))
    run(tmp_path, *(story(number, known=True) for number in range(60, 100)))
    run(tmp_path, *(an_article(f"Line {number:c}", url=f"https://{SITE}/new{number}", content_hash=f"n{number}")
                    for number in range(0x4E00, 0x4E00 + MAX_SKETCHES // 2)))  # fmt: skip

    with closing(sqlite3.connect(tmp_path / "corpus.sqlite")) as db:
        assert db.execute("SELECT count(*), max(run) FROM sketches").fetchone() == (MAX_SKETCHES, 3)
        assert db.execute("SELECT count(*) FROM sketches WHERE run = 3").fetchone() == (MAX_SKETCHES // 2,)
        assert db.execute("SELECT count(*) FROM sketches WHERE run = 2").fetchone() == (40,)
