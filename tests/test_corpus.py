"""The corpus on the disk: what is planned, kept and tried again, and what a crash leaves behind."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scraper.config import CorpusSettings
from scraper.corpus.corpus import Corpus
from scraper.corpus.opening import open_corpus
from scraper.corpus.plan import Plan
from scraper.errors import OutputError, StateError
from scraper.records import (
    Article,
    Deferred,
    Duplicate,
    Failed,
    Fetched,
    FieldSources,
    Outcome,
    Rights,
    Skipped,
    Target,
    Tool,
)

NOON = datetime(2025, 5, 6, 12, tzinfo=UTC)
A, B, C = (Target(url=f"http://news.test/{name}", source="main") for name in "abc")


def an_article(url: str, requested: str | None = None, canonical: str | None = None, text: str = "Words.") -> Article:
    return Article(
        id=url, url=url, title=None, authors=[], organizations=[], published=None, published_precision=None,
        modified=None, language=None, site=None, section=None, tags=[], description=None, text=text, blocks=[],
        links=[], images=[], words=1, chars=len(text), page_kind="article", quality=1.0, paywall="unknown",
        warnings=[], removed=[], content_hash=str(hash(text)), revision=1, previous_hash=None, duplicate=Duplicate(),
        rights=Rights(), fetch=Fetched(url_requested=requested or url, url_canonical=canonical),
        from_=FieldSources(), tool=Tool(name="scraper", version="0", rules="0", model="0"),
    )  # fmt: skip


@contextmanager
def opened(folder: Path, now: datetime = NOON, tries: int = 5) -> Iterator[Corpus]:
    with open_corpus(CorpusSettings(tries=tries), folder, clock=lambda: now) as corpus:
        yield corpus


def keep(folder: Path, *results: tuple[Target, Outcome], now: datetime = NOON, tries: int = 5) -> list[Outcome]:
    """Take results in a run of their own, and commit them."""
    with opened(folder, now, tries) as corpus:
        outcomes = [corpus.take(target, outcome) for target, outcome in results]
        corpus.commit()
    return outcomes


def plan(folder: Path, *targets: Target, now: datetime = NOON) -> Plan:
    with opened(folder, now) as corpus:
        return corpus.plan(targets)


def urls_in(folder: Path) -> list[str]:
    return [json.loads(line)["url"] for line in (folder / "articles.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_page_that_gave_an_article_is_not_fetched_again(tmp_path: Path) -> None:
    keep(tmp_path, (A, an_article(A.url)))

    assert plan(tmp_path, A, B) == Plan(fetch=[B], waiting=[], seen=1, seen_of={"main": 1})


def test_a_page_that_was_skipped_is_not_fetched_again(tmp_path: Path) -> None:
    keep(tmp_path, (A, Skipped(url=A.url, reason="robots")))

    assert plan(tmp_path, A) == Plan(fetch=[], waiting=[], seen=1, seen_of={"main": 1})


def test_two_addresses_of_one_page_are_fetched_once(tmp_path: Path) -> None:
    tracked = Target(url="http://NEWS.test/a?utm_source=letter#top", source="other")

    assert plan(tmp_path, A, tracked, A).fetch == [A]


def test_a_page_that_failed_waits_half_an_hour_and_each_time_four_times_longer(tmp_path: Path) -> None:
    failed = Failed(url=A.url, reason="timeout")
    keep(tmp_path, (A, failed))

    assert plan(tmp_path, A, now=NOON + timedelta(minutes=29)).waiting == [
        (
            A,
            Deferred(
                url=A.url,
                reason="retry_after",
                detail="timeout at the last try",
                not_before=NOON + timedelta(minutes=30),
            ),
        ),
    ]
    later = NOON + timedelta(minutes=30)
    assert plan(tmp_path, A, now=later).fetch == [A]

    keep(tmp_path, (A, failed), now=later)
    assert plan(tmp_path, A, now=later + timedelta(minutes=119)).fetch == []
    assert plan(tmp_path, A, now=later + timedelta(minutes=120)).fetch == [A]


def test_a_page_is_given_up_after_its_last_try(tmp_path: Path) -> None:
    for day in (0, 10, 20):
        keep(tmp_path, (A, Failed(url=A.url, reason="timeout")), now=NOON + timedelta(days=day), tries=3)

    assert plan(tmp_path, A, now=NOON + timedelta(days=900)) == Plan(fetch=[], waiting=[], seen=1, seen_of={"main": 1})


def test_a_page_that_failed_is_tried_again_although_no_source_names_it_any_more(tmp_path: Path) -> None:
    asked = Target(url="http://news.test/a?utm_source=letter", source="main")
    keep(tmp_path, (asked, Failed(url=asked.url, reason="timeout")))

    assert plan(tmp_path, now=NOON + timedelta(hours=1)).fetch == [asked]


def test_a_page_that_was_put_off_is_not_fetched_before_its_time(tmp_path: Path) -> None:
    until = NOON + timedelta(hours=6)
    keep(tmp_path, (A, Deferred(url=A.url, reason="retry_after", not_before=until)))

    assert plan(tmp_path, A, now=until - timedelta(seconds=1)).fetch == []
    assert plan(tmp_path, now=until).fetch == [A]


def test_an_interrupted_page_is_due_in_the_next_run_and_has_lost_no_try(tmp_path: Path) -> None:
    for _ in range(9):
        keep(tmp_path, (A, Deferred(url=A.url, reason="interrupted")))

    assert plan(tmp_path).fetch == [A]


@pytest.mark.parametrize("status", ["404", "410"])
def test_a_page_that_no_longer_exists_is_gone_for_good(tmp_path: Path, status: str) -> None:
    failed = Failed(url=A.url, reason="http_4xx", detail=f"HTTP {status}")

    assert keep(tmp_path, (A, failed)) == [Skipped(url=A.url, reason="gone", detail=f"HTTP {status}")]
    assert plan(tmp_path, A).seen == 1


def test_a_page_that_redirects_to_a_known_article_is_its_duplicate(tmp_path: Path) -> None:
    kept = keep(tmp_path, (A, an_article(A.url)), (B, an_article(A.url, requested=B.url)))

    assert kept[1] == Skipped(url=B.url, reason="duplicate", detail=A.url)
    assert urls_in(tmp_path) == [A.url]
    assert plan(tmp_path, A, B).seen == 2


def test_an_article_is_known_by_the_address_that_was_asked_for_and_by_its_own(tmp_path: Path) -> None:
    keep(tmp_path, (A, an_article(B.url, requested=A.url, canonical=C.url)))

    assert plan(tmp_path, A, B, C).seen == 3


def test_a_page_whose_canonical_address_is_that_of_another_text_is_kept_under_its_own(tmp_path: Path) -> None:
    """A careless template can give every page of a site the same canonical url."""
    keep(tmp_path, (A, an_article(C.url, A.url, C.url)), (B, an_article(C.url, B.url, C.url, text="Other words.")))

    assert urls_in(tmp_path) == [C.url, B.url]


def test_an_article_that_names_another_one_as_canonical_does_not_take_its_place(tmp_path: Path) -> None:
    keep(tmp_path, (C, an_article(C.url)), (B, an_article(B.url, canonical=C.url, text="Other words.")))

    with closing(sqlite3.connect(tmp_path / "corpus.sqlite")) as db:
        assert db.execute("SELECT url FROM urls ORDER BY url").fetchall() == [(B.url,), (C.url,)]


def test_what_was_not_committed_is_cut_off_by_the_next_run(tmp_path: Path) -> None:
    keep(tmp_path, (A, an_article(A.url)))
    output = tmp_path / "articles.jsonl"
    whole = output.read_bytes()
    output.write_bytes(whole + whole + whole[:40])

    with opened(tmp_path):
        assert output.read_bytes() == whole


def test_a_run_that_was_killed_before_its_first_commit_is_no_obstacle(tmp_path: Path) -> None:
    with opened(tmp_path):
        pass
    (tmp_path / "articles.jsonl").write_bytes(b'{"schema":"1.0","id"')

    keep(tmp_path, (A, an_article(A.url)))

    assert urls_in(tmp_path) == [A.url]


def test_a_file_that_the_state_does_not_know_is_not_touched(tmp_path: Path) -> None:
    output = tmp_path / "articles.jsonl"
    output.write_bytes(b"my own notes")

    with (
        pytest.raises(OutputError, match=r"articles\.jsonl: holds 12 bytes that the state knows nothing of"),
        opened(tmp_path),
    ):
        pass

    assert output.read_bytes() == b"my own notes"


def test_a_file_that_is_shorter_than_it_was_is_damage_and_is_not_touched(tmp_path: Path) -> None:
    keep(tmp_path, (A, an_article(A.url)))
    output = tmp_path / "articles.jsonl"
    output.write_bytes(output.read_bytes()[:50])

    with pytest.raises(StateError, match=r"has 50 bytes; written: .* Restore the file from a backup"), opened(tmp_path):
        pass

    assert output.stat().st_size == 50


def test_a_new_output_leaves_known_pages_known(tmp_path: Path) -> None:
    keep(tmp_path, (A, an_article(A.url)))

    with open_corpus(CorpusSettings(output="2026.jsonl"), tmp_path) as corpus:
        assert corpus.plan([A, B]).fetch == [B]


def test_a_link_where_the_articles_go_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"")
    (tmp_path / "articles.jsonl").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OutputError, match="symbolic link"), opened(tmp_path):
        pass


def test_a_run_is_noted_with_its_totals(tmp_path: Path) -> None:
    with opened(tmp_path) as corpus:
        corpus.finish(0, {"found": 1})

    with closing(sqlite3.connect(tmp_path / "corpus.sqlite")) as db:
        assert db.execute("SELECT exit_code, totals FROM runs").fetchall() == [(0, '{"found":1}')]
