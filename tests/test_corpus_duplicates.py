"""Articles whose text the corpus has already: marked or left out, in one run and from one run to the next."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from corpus_builders import OTHER, STORY, an_article, keep, plan, records, short_hash

from scraper.records import Duplicate, Skipped, Target
from scraper.state import texts

A, B, C, D = (Target(url=f"http://{name}.test/story", source="main") for name in "abcd")
NEARLY = STORY + " This report was first told by another paper of the coast."


def duplicates(folder: Path) -> list[tuple[str | None, str | None, str | None]]:
    return [tuple(record["duplicate"].values()) for record in records(folder)]  # type: ignore[misc]


def test_a_text_that_comes_again_is_marked_with_the_first_article_that_had_it(tmp_path: Path) -> None:
    keep(tmp_path, (A, an_article(A.url)), (B, an_article(B.url, OTHER)), (C, an_article(C.url)))

    first = short_hash(A.url)
    assert duplicates(tmp_path) == [(None, None, None), (None, None, None), (first, "exact", first)]


def test_a_text_is_known_in_later_runs(tmp_path: Path) -> None:
    keep(tmp_path, (A, an_article(A.url)))
    keep(tmp_path, (B, an_article(B.url)))

    assert duplicates(tmp_path)[1] == (short_hash(A.url), "exact", short_hash(A.url))


def test_nearly_the_same_text_is_marked_as_such_in_one_run_and_in_later_ones(tmp_path: Path) -> None:
    keep(tmp_path, (A, an_article(A.url)), (B, an_article(B.url, NEARLY)))
    keep(tmp_path, (C, an_article(C.url, NEARLY + " More will be known tomorrow.")))

    first = short_hash(A.url)
    assert duplicates(tmp_path)[1:] == [(first, "near", first), (first, "near", first)]


def test_near_duplicates_are_not_looked_for_where_that_is_not_wanted(tmp_path: Path) -> None:
    keep(tmp_path, (A, an_article(A.url)), (B, an_article(B.url, NEARLY)), (C, an_article(C.url)), near=False)

    assert [kind for _, kind, _ in duplicates(tmp_path)] == [None, None, "exact"]


def test_what_is_similar_enough_is_a_setting(tmp_path: Path) -> None:
    keep(tmp_path, (A, an_article(A.url)), (B, an_article(B.url, NEARLY)), similarity=1.0)

    assert duplicates(tmp_path)[1] == (None, None, None)


def test_with_keep_first_a_text_that_comes_again_is_left_out_and_remembered(tmp_path: Path) -> None:
    kept = keep(tmp_path, (A, an_article(A.url)), (B, an_article(B.url)), (C, an_article(C.url, NEARLY)), keep="first")

    assert kept[1:] == [
        Skipped(url=B.url, reason="duplicate", detail=f"the same text as {A.url}"),
        Skipped(url=C.url, reason="duplicate", detail=f"nearly the same text as {A.url}"),
    ]
    assert [record["url"] for record in records(tmp_path)] == [A.url]
    assert plan(tmp_path, A, B, C, D).fetch == [D]


def test_a_text_that_comes_a_thousand_times_is_one_candidate(tmp_path: Path) -> None:
    pages = [Target(url=f"http://a.test/{number}", source="main") for number in range(1000)]
    keep(tmp_path, *((page, an_article(page.url)) for page in pages))

    assert {of for of, _, _ in duplicates(tmp_path)[1:]} == {short_hash(pages[0].url)}
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(tmp_path / "corpus.sqlite") as db:
        assert db.execute("SELECT count(*) FROM texts").fetchone() == (1,)


def test_an_article_without_duplicates_says_so(tmp_path: Path) -> None:
    kept = keep(tmp_path, (A, an_article(A.url)))

    assert kept[0].duplicate == Duplicate()  # type: ignore[union-attr]


def test_texts_are_found_before_and_after_their_keys_are_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "MERGED_TEXTS", 2)
    keep(tmp_path, (A, an_article(A.url)))
    assert keys_of(tmp_path, "text_keys") == 0
    keep(tmp_path, (B, an_article(B.url, OTHER)))
    assert keys_of(tmp_path, "text_keys") > 2
    assert keys_of(tmp_path, "text_keys_new") == 0

    keep(tmp_path, (C, an_article(C.url)), (D, an_article(D.url, NEARLY)))

    first = short_hash(A.url)
    assert duplicates(tmp_path)[2:] == [(first, "exact", first), (first, "near", first)]


def keys_of(folder: Path, table: str) -> int:
    with closing(sqlite3.connect(folder / "corpus.sqlite")) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
