"""A file of JSON lines: whole records, and never somebody else's file."""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

import pytest

from scraper.errors import CorpusBusy, OutputError
from scraper.write.line_file import LineFile

START = b'{"schema":"1.'


def article(number: int) -> dict[str, str | int]:
    return {"schema": "1.0", "number": number}


def test_records_are_added_to_those_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"

    for number in (1, 2):
        with LineFile(path, START) as file:
            file.append(article(number))

    assert path.read_bytes() == b'{"schema":"1.0","number":1}\n{"schema":"1.0","number":2}\n'


def test_a_record_is_in_the_file_as_soon_as_it_was_added(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"

    with LineFile(path, START) as file:
        file.append(article(1))
        assert path.read_bytes() == b'{"schema":"1.0","number":1}\n'


@pytest.mark.parametrize(
    "torn", [b'{"schema":"1.0","num', b'{"sch', b"{", b'{"schema":"1.0","number":"\xe6\xb6', b"\0\0\0"]
)
def test_a_torn_last_line_is_cut_off(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b'{"schema":"1.0","number":1}\n' + torn)

    with LineFile(path, START) as file:
        file.append(article(2))

    assert path.read_bytes() == b'{"schema":"1.0","number":1}\n{"schema":"1.0","number":2}\n'


def test_a_torn_first_line_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b'{"schema":"1.0","num')

    with LineFile(path, START):
        pass

    assert path.read_bytes() == b""


def test_a_torn_line_longer_than_one_step_of_the_search_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b'{"schema":"1.0","number":1}\n{"schema":"1.0","text":"' + b"x" * 200_000)

    with LineFile(path, START):
        pass

    assert path.read_bytes() == b'{"schema":"1.0","number":1}\n'


def test_a_whole_last_line_gets_its_newline(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b'{"schema":"1.0","number":1}')

    with LineFile(path, START) as file:
        file.append(article(2))

    assert path.read_bytes() == b'{"schema":"1.0","number":1}\n{"schema":"1.0","number":2}\n'


@pytest.mark.parametrize("content", [b"notes\n", b"notes", b'{"id":1}\n', b"[]", b'{"schema":"2.0"}\n', b"\n"])
def test_the_file_of_somebody_else_is_refused_and_not_changed(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)

    with pytest.raises(OutputError, match=r"notes\.txt: holds something else"):
        LineFile(path, START)

    assert path.read_bytes() == content


def test_without_a_start_only_an_empty_file_will_do(tmp_path: Path) -> None:
    path = tmp_path / "articles.md"
    with LineFile(path, None) as file:
        file.append_line(b"# Title\n")

    with pytest.raises(OutputError, match="holds something else"):
        LineFile(path, None)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"")
    link = tmp_path / "articles.jsonl"
    link.symlink_to(tmp_path / "target")

    with pytest.raises(OutputError, match="symbolic link"):
        LineFile(link, START)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"):
        LineFile(tmp_path, START)


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(OutputError, match="no regular file"):
        LineFile(tmp_path / "pipe", START)


@pytest.mark.parametrize(
    ("name", "message"),
    [("missing/articles.jsonl", "folder does not exist"), ("a\0b", "null byte"), ("x" * 300, "too long")],
)
def test_a_name_that_cannot_be_is_refused(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(OutputError, match=message):
        LineFile(tmp_path / name, START)


def test_two_writers_do_not_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"

    with LineFile(path, START), pytest.raises(CorpusBusy, match="another process"):
        LineFile(path, START)


def test_records_that_were_not_committed_can_be_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    with LineFile(path, START) as file:
        file.append(article(1))
        committed = file.length
        file.append(article(2))
        file.cut(committed)

    assert path.read_bytes() == b'{"schema":"1.0","number":1}\n'


def test_a_full_disk_leaves_whole_records_and_says_which_file(tmp_path: Path) -> None:

    path = tmp_path / "articles.jsonl"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with LineFile(path, START) as file:
            file.append(article(1))
            resource.setrlimit(resource.RLIMIT_FSIZE, (40, before[1]))
            with pytest.raises(OutputError, match=r"articles\.jsonl: "):
                file.append(article(2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)

    assert path.read_bytes() == b'{"schema":"1.0","number":1}\n'
