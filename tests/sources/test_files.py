"""Which files there are, and what each one holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from scraper.records import Failed
from scraper.sources.files import files_in, is_page, kind_of


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("page.html", b"no tag at all", "html"),
        ("PAGE.HTM", b"", "html"),
        ("story.txt", b"A story.", "text"),
        ("story.txt", b"<!DOCTYPE html><p>", "html"),
        ("story.txt", b"< 5 percent", "text"),
        ("corpus.jsonl", b"broken", "jsonl"),
        ("corpus.json", b'\xef\xbb\xbf {"text":', "jsonl"),
        ("-", b"\n\n<p>A fragment", "html"),
        ("-", '\ufeff<html lang="en">'.encode("utf-16-le"), "html"),
        ("corpus.json", b'[\n  {"text":', "jsonl"),
        ("-", b"[A story in brackets]", "text"),
        ("-", b"{A story in braces}", "text"),
        ("-", b"", "text"),
    ],
)
def test_the_kind_follows_from_content_and_name(name: str, head: bytes, kind: str) -> None:
    assert kind_of(name, head) == kind


@pytest.mark.parametrize(("name", "page"), [("a.css", False), ("a.txt", True), ("a.jpg", False), ("notes.json", False)])
def test_a_file_beside_a_page_is_known_by_its_name(name: str, page: bool) -> None:
    assert is_page(name, b'{"margin": 0}') is page


def test_a_page_of_any_name_is_known_by_its_content() -> None:
    assert is_page("index.php?page=3", b"<!doctype html>")


def test_files_come_in_the_order_of_names_from_all_depths(tmp_path: Path) -> None:
    for name in ("b/y", "b/x/1", "a", "c", ".git/config"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    assert [str(Path(str(path)).relative_to(tmp_path)) for path in files_in(tmp_path)] == ["a", "b/x/1", "b/y", "c"]


def test_a_folder_that_is_linked_into_itself_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "page.html").touch()

    assert list(files_in(tmp_path)) == [tmp_path / "page.html"]


def test_a_folder_that_is_gone_is_an_outcome(tmp_path: Path) -> None:
    (item,) = files_in(tmp_path / "gone")

    assert isinstance(item, Failed)
    assert item.reason == "unreadable"
