"""Rows 31, 32 and 38 of the matrix on a corpus: a disk that is full, read-only or breaks, a state that is damaged."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import environment
from e2e.growing_site import a_story
from loopback import answer

from faults.conftest import Servers
from scraper.write.segment_file import lines_of

pytestmark = pytest.mark.slow

STORIES = 40


def _can_mount(folder: Path) -> bool:
    return os.geteuid() == 0 and subprocess.run(_mount(folder, "1m"), capture_output=True, check=False).returncode == 0


def _mount(folder: Path, size: str, *options: str) -> list[str]:
    return ["mount", "-t", "tmpfs", "-o", ",".join([f"size={size}", *options]), "tmpfs", str(folder)]


def remount(disk: Path, *options: str) -> None:
    subprocess.run(["mount", "-o", ",".join(["remount", *options]), str(disk)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not _can_mount(folder):
        pytest.skip("a small disk can be mounted by root only")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def a_corpus(folder: Path, servers: Servers, corpus: str = "", stories: int = STORIES) -> list[str]:
    """Write the settings of a corpus; return the addresses of its stories, some 7 KB each as an article."""
    site = servers.serve({f"/{number}": answer(a_story(number)) for number in range(stories)}, "127.0.0.2")
    urls = [site.url(f"/{number}") for number in range(stories)]
    (folder / "urls.txt").write_text("\n".join(urls))
    (folder / "corpus.toml").write_text(
        f'[corpus]\n{corpus}\n[fetch]\ndelay_s = 0\nallow_net = ["127.0.0.0/8"]\n'
        '[[source]]\nname = "list"\nkind = "urls"\npath = "urls.txt"\n'
    )
    return urls


def scraper(folder: Path, verb: str, *before: str) -> tuple[int, str]:
    """Run a command for the corpus; return its exit code and what it said."""
    command = [*before, sys.executable, "-m", "scraper", verb, str(folder / "corpus.toml")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stderr


def urls_in(folder: Path) -> list[str]:
    """Return what the articles were asked for; each record is whole."""
    paths = [*sorted((folder / "articles").glob("*.jsonl*")), folder / "articles.jsonl"]
    records: list[dict[str, Any]] = [json.loads(line) for path in paths for line in lines_of(path)]
    return sorted(record["fetch"]["url_requested"] for record in records)


IN_SEGMENTS = "segment_bytes = 20_000\nkeep_pages = true"


@pytest.mark.parametrize(
    ("settings", "free_kb"),
    [("", 300), ("", 500), ("", 700), (IN_SEGMENTS, 300), (IN_SEGMENTS, 350), (IN_SEGMENTS, 400)],
)
def test_row_31_a_full_disk_leaves_whole_records_and_the_next_run_adds_the_rest(
    servers: Servers, disk: Path, settings: str, free_kb: int
) -> None:
    urls = a_corpus(disk, servers, settings, stories=150)
    (disk / "ballast").write_bytes(bytes((1024 - free_kb) * 1024))

    code, said = scraper(disk, "run")

    assert code == 5
    assert f"{disk}/" in said.splitlines()[-1]
    assert 0 < len(set(urls_in(disk))) < 150
    remount(disk, "size=20m")
    assert scraper(disk, "run")[0] == 0
    assert urls_in(disk) == sorted(urls)
    assert scraper(disk, "verify")[0] == 0


@pytest.mark.skipif(not shutil.which("strace"), reason="strace injects the error")
@pytest.mark.parametrize("call", ["fsync", "fdatasync"])  # the scraper's own, and SQLite's
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 7, 9])
def test_row_31_a_sync_that_fails_once_loses_nothing(servers: Servers, tmp_path: Path, call: str, number: int) -> None:
    urls = a_corpus(tmp_path, servers, IN_SEGMENTS)
    inject = f"inject={call}:error=EIO:when={number}"

    code, said = scraper(tmp_path, "run", "strace", "-y", "-o", str(tmp_path / "trace"), "-e", inject)

    (broken,) = (line for line in (tmp_path / "trace").read_text().splitlines() if "INJECTED" in line)
    if call == "fsync" or "-wal>" in broken:
        assert code == 5
        assert str(tmp_path) in said.splitlines()[-1]
    else:  # SQLite goes on where the names of a folder are not synced, or where it cannot begin a write-ahead log
        assert code == 0
    assert scraper(tmp_path, "run")[0] == 0
    assert urls_in(tmp_path) == sorted(urls)
    assert scraper(tmp_path, "verify")[0] == 0


@pytest.mark.parametrize("verb", ["run", "verify", "reclean"])
def test_a_corpus_on_a_disk_that_is_read_only_is_told(servers: Servers, disk: Path, verb: str) -> None:
    a_corpus(disk, servers)
    scraper(disk, "run")
    before = (disk / "articles.jsonl").read_bytes()
    remount(disk, "ro")

    code, said = scraper(disk, verb)

    assert code == 5
    assert f"{disk}/" in said
    assert "Read-only file system" in said
    assert (disk / "articles.jsonl").read_bytes() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_told(servers: Servers, tmp_path: Path) -> None:
    a_corpus(tmp_path, servers)
    tmp_path.chmod(0o555)
    try:
        code, said = scraper(tmp_path, "run")
    finally:
        tmp_path.chmod(0o755)

    assert code == 5
    assert "Permission denied" in said


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def noise(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 64)


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("INSERT INTO migrations VALUES (999, 'of tomorrow', '')")
        db.commit()


@pytest.mark.parametrize("damage", [cut, noise, newer])
@pytest.mark.parametrize("verb", ["run", "verify", "reclean"])
def test_row_32_a_state_that_cannot_be_used_is_told_and_not_touched(
    servers: Servers, tmp_path: Path, damage: Callable[[Path], None], verb: str
) -> None:
    a_corpus(tmp_path, servers)
    scraper(tmp_path, "run")
    state = tmp_path / "corpus.sqlite"
    damage(state)
    before = state.read_bytes()
    articles = (tmp_path / "articles.jsonl").read_bytes()

    code, said = scraper(tmp_path, verb)

    assert code == 6
    assert str(state) in said
    assert ("rebuild" in said) or ("install that version" in said)
    assert state.read_bytes() == before
    assert (tmp_path / "articles.jsonl").read_bytes() == articles


def test_row_38_nothing_is_written_through_a_link_below_the_corpus(servers: Servers, tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "corpus"
    for path in (outside, folder):
        path.mkdir()
    a_corpus(folder, servers, IN_SEGMENTS)
    (folder / "articles").symlink_to(outside)

    code, said = scraper(folder, "run")

    assert code == 5
    assert f"{folder}/articles: is no folder" in said
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("there", [True, False], ids=["live", "dangling"])
@pytest.mark.parametrize(
    "verb",
    [["run"], ["run", "--dry-run"], ["verify"], ["status"], ["reclean"], ["state", "rebuild"], ["state", "show"]],
)
def test_row_38_a_link_where_the_state_goes_is_not_followed(
    servers: Servers, tmp_path: Path, verb: list[str], there: bool
) -> None:
    outside, folder = tmp_path / "outside.sqlite", tmp_path / "corpus"
    folder.mkdir()
    a_corpus(folder, servers)
    if there:
        scraper(folder, "run")
        (folder / "corpus.sqlite").rename(outside)
    (folder / "corpus.sqlite").symlink_to(outside)
    before = outside.read_bytes() if there else None

    name, *options = verb
    options += ["http://news.test/"] if "show" in verb else []
    done = subprocess.run(
        [sys.executable, "-m", "scraper", name, str(folder / "corpus.toml"), *options],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 5, done.stderr
    assert f"{folder}/corpus.sqlite: is a symbolic link, which is not followed" in done.stderr
    assert (outside.read_bytes() if outside.exists() else None) == before


def test_row_38_a_folder_where_the_state_goes_is_told(servers: Servers, tmp_path: Path) -> None:
    a_corpus(tmp_path, servers)
    (tmp_path / "corpus.sqlite").mkdir()

    code, said = scraper(tmp_path, "run")

    assert code == 5
    assert "corpus.sqlite: is no regular file" in said
