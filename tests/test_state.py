"""The state file: what it remembers, what it does with damage, and the lock."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scraper.errors import CorpusBusy, OutputError, StateError
from scraper.state import Known, State
from scraper.state.file import locked
from scraper.state.schema import MIGRATIONS

NOON = datetime(2025, 5, 6, 12, tzinfo=UTC)
PAGE = Known(url="http://news.test/a", requested="http://news.test/a?utm_source=x", source="main", status="article")


@contextmanager
def opened(path: Path) -> Iterator[State]:
    with closing(State(path)) as state:
        yield state


def a_state(tmp_path: Path, *pages: Known, aliases: tuple[tuple[str, str], ...] = (), length: int = 0) -> Path:
    path = tmp_path / "corpus.sqlite"
    with opened(path) as state:
        state.commit(pages, aliases, ("articles.jsonl", length), NOON)
    return path


def a_failure(next_try: datetime | None, url: str = "http://news.test/b") -> Known:
    return Known(url=url, requested=url, status="failed", reason="timeout", tries=1, next_try=next_try)


def test_a_page_is_known_after_the_file_was_closed(tmp_path: Path) -> None:
    with opened(a_state(tmp_path, PAGE)) as state:
        assert state.get("http://news.test/a") == PAGE


def test_a_page_that_was_never_seen_is_unknown(tmp_path: Path) -> None:
    with opened(a_state(tmp_path, PAGE)) as state:
        assert state.get("http://news.test/other") is None


def test_a_page_is_known_by_its_other_names(tmp_path: Path) -> None:
    with opened(a_state(tmp_path, PAGE, aliases=(("http://t.test/1", PAGE.url),))) as state:
        assert state.get("http://t.test/1") == PAGE


def test_a_name_that_failed_and_then_led_to_an_article_is_no_failure_any_more(tmp_path: Path) -> None:
    path = a_state(tmp_path, a_failure(NOON))
    with opened(path) as state:
        state.commit([PAGE], [("http://news.test/b", PAGE.url)], ("articles.jsonl", 10), NOON)

        assert state.get("http://news.test/b") == PAGE
        assert state.due(NOON) == []


def test_a_later_outcome_replaces_the_earlier_one(tmp_path: Path) -> None:
    path = a_state(tmp_path, a_failure(NOON))
    with opened(path) as state:
        state.commit([a_failure(None)], [], ("articles.jsonl", 0), NOON)

        assert state.get("http://news.test/b") == a_failure(None)


def test_only_pages_whose_time_has_come_are_due_the_longest_waiting_first(tmp_path: Path) -> None:
    late, early = a_failure(NOON, "http://news.test/late"), a_failure(NOON - timedelta(hours=1), "http://news.test/e")
    future, never = a_failure(NOON + timedelta(seconds=1), "http://news.test/f"), a_failure(None, "http://news.test/n")

    with opened(a_state(tmp_path, late, early, future, never)) as state:
        assert state.due(NOON) == [early, late]


def test_the_length_of_the_output_is_committed_with_its_pages(tmp_path: Path) -> None:
    with opened(a_state(tmp_path, length=1234)) as state:
        assert state.length("articles.jsonl") == 1234
        assert state.length("others.jsonl") is None


def test_a_commit_that_fails_in_the_middle_records_nothing(tmp_path: Path) -> None:
    def pages() -> Iterator[Known]:
        yield PAGE
        raise KeyboardInterrupt

    with opened(a_state(tmp_path, length=5)) as state:
        with pytest.raises(KeyboardInterrupt):
            state.commit(pages(), [], ("articles.jsonl", 10), NOON)

        assert state.get(PAGE.url) is None
        assert state.length("articles.jsonl") == 5


def test_a_run_that_ended_is_noted_with_its_totals(tmp_path: Path) -> None:
    path = a_state(tmp_path)
    with opened(path) as state:
        state.end_run(state.begin_run(NOON), NOON + timedelta(minutes=1), 3, {"found": 7, "articles": 2})

    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT run, started_at, ended_at, exit_code, totals FROM runs").fetchall() == [
            (1, "2025-05-06T12:00:00.000+00:00", "2025-05-06T12:01:00.000+00:00", 3, '{"found":7,"articles":2}'),
        ]


def test_only_the_owner_can_read_the_state(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    with opened(path) as state:
        state.commit([PAGE], [], ("articles.jsonl", 0), NOON)

        assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


def test_the_state_is_durable_and_has_numbered_migrations(tmp_path: Path) -> None:
    path = a_state(tmp_path)

    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("SELECT number, name FROM migrations").fetchall() == [
            (1, "urls, aliases, runs and output"),
            (2, "documents: feeds, sitemaps and listing pages"),
            (3, "sketches: the short lines of each site's last articles"),
            (4, "segments: the finished files of articles and pages"),
            (5, "versions of articles"),
            (6, "texts: what is a duplicate of what"),
            (7, "history: what each run had of each source"),
            (8, "an index of texts by page: they are forgotten and written anew"),
            (9, "keys of texts that are merged in bulk"),
            (10, "robots: what the robots.txt of hosts said"),
            (11, "purged: the pages that are not to come back, whatever is forgotten"),
            (12, "the yield of the last runs of sources"),
        ]


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _noise(data: bytes) -> bytes:
    return bytes(range(256)) * (len(data) // 256)


def _noise_in_the_middle(data: bytes) -> bytes:
    return data[:4096] + _noise(data[4096:12288]) + data[12288:]


def _nothing(_data: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [_cut, _noise, _noise_in_the_middle, _nothing])
def test_a_damaged_state_is_told_and_left_as_it_is(tmp_path: Path, damage: object) -> None:
    path = a_state(tmp_path, *(a_failure(NOON, f"http://news.test/{number}") for number in range(200)))
    broken = damage(path.read_bytes())  # type: ignore[operator]
    path.write_bytes(broken)

    with pytest.raises(StateError, match=r"corpus\.sqlite: is damaged or no state .* Restore it"):
        State(path)

    assert path.read_bytes() == broken


def test_the_state_of_a_newer_version_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    path = a_state(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("INSERT INTO migrations VALUES (99, 'later', '2030-01-01')")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.read_bytes()

    with pytest.raises(StateError, match=rf"newer version \(schema 99, this one knows {MIGRATIONS[-1][0]}\)"):
        State(path)

    assert path.read_bytes() == before


def test_an_older_state_is_copied_before_it_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)")
        for number, name, script in MIGRATIONS[:3]:
            db.executescript(script)
            db.execute("INSERT INTO migrations VALUES (?, ?, '2025-05-06')", [number, name])
        db.execute(
            "INSERT INTO urls VALUES (?, ?, 'main', 'article', '', 0, NULL, 'abc', '2025-05-06')", [PAGE.url] * 2
        )
        db.execute("INSERT INTO output VALUES ('articles.jsonl', 77)")
        db.commit()

    with opened(path) as state:
        assert state.length("articles.jsonl") == 77
        assert state.get(PAGE.url)

    copy = tmp_path / "corpus.sqlite.schema-3"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT max(number) FROM migrations").fetchone() == (3,)
        assert db.execute("SELECT * FROM output").fetchall() == [("articles.jsonl", 77)]
        assert db.execute("SELECT url FROM urls").fetchall() == [(PAGE.url,)]


def test_the_database_of_another_program_is_no_state(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE bookmarks (url TEXT)")

    with pytest.raises(StateError, match="no state of a corpus"):
        State(path)


def test_the_log_of_a_state_that_was_deleted_does_not_reach_the_new_one(tmp_path: Path) -> None:
    path = a_state(tmp_path)
    with opened(path) as state:
        state.commit([PAGE], [], ("articles.jsonl", 10), NOON)
        log = path.with_name("corpus.sqlite-wal").read_bytes()
    path.unlink()
    path.with_name("corpus.sqlite-wal").write_bytes(log)

    with opened(path) as state:
        assert state.get(PAGE.url) is None


def test_a_state_that_cannot_be_made_is_an_output_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"nowhere/corpus\.sqlite: the state cannot be written"):
        State(tmp_path / "nowhere" / "corpus.sqlite")


def test_a_second_holder_of_the_lock_is_turned_away_and_told_who_has_it(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite.lock"

    with locked(path), pytest.raises(CorpusBusy, match=f"process {os.getpid()}"), locked(path):
        pass


def test_the_lock_can_be_taken_again_after_its_holder_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite.lock"
    code = (
        "import sys, time, pathlib; from scraper.state.file import locked\n"
        "with locked(pathlib.Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(CorpusBusy), locked(path):
            pass
        holder.kill()
        holder.wait()

        with locked(path):
            assert path.read_text(encoding="ascii") == f"{os.getpid()}\n"


def test_a_lock_is_not_made_through_a_symbolic_link(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite.lock"
    path.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OutputError), locked(path):
        pass

    assert not (tmp_path / "elsewhere").exists()
