"""Pages come from the zips, and pages of one domain are in one fold."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from benchmarks import sets


def a_row(url: str | None = None, row_id: str = "0001") -> sets.Row:
    return {"page": "pages/0.html", "id": row_id, "url": url, "kind": "article", "text": "Low tide.", "title": None}


def a_folder(tmp_path: Path, *rows: sets.Row) -> Path:
    with zipfile.ZipFile(tmp_path / "wcxb.zip", "w") as archive:
        archive.writestr("truth.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        archive.writestr("pages/0.html", b"<p>Low tide.")
    return tmp_path


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.news.example.com/a", "example.com"),
        ("https://www.bbc.co.uk/news", "bbc.co.uk"),
        ("http://politics.people.com.cn/n1/", "people.com.cn"),
        ("http://blog.example.de:8080/", "example.de"),
        ("https://example.com", "example.com"),
    ],
)
def test_the_registered_domain_is_what_somebody_registered(url: str, domain: str) -> None:
    assert sets.registered_domain(a_row(url)) == domain


@pytest.mark.parametrize(
    ("row_id", "domain"),
    [("pl_www.theguardian.com", "theguardian.com"), ("gne_163_2", "163"), ("4547", "article-4547")],
)
def test_a_page_without_address_is_known_by_its_id(row_id: str, domain: str) -> None:
    assert sets.registered_domain(a_row(None, row_id)) == domain


def test_all_pages_of_a_site_are_in_one_fold() -> None:
    rows = [a_row("https://www.163.com/x"), a_row("http://news.163.com/y"), a_row(None, "gne_163_2")]

    assert len({sets.fold_of(row) for row in rows}) == 1


def test_the_folds_of_today_are_the_folds_of_the_models() -> None:
    urls = ["https://a.test/", "https://b.test/", "https://c.test/", "https://d.test/"]

    assert [sets.fold_of(a_row(url)) for url in urls] == [0, 1, 0, 4]


def test_rows_are_split_at_line_feeds_only(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, a_row() | {"text": "Low\u2028tide\x85out"}, a_row())

    assert [row["text"] for row in sets.rows(folder, "wcxb")] == ["Low\u2028tide\x85out", "Low tide."]


def test_a_page_with_an_empty_reference_is_left_out_and_one_without_any_is_not(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, a_row() | {"text": " "}, a_row() | {"text": None})

    assert [page.truth["text"] for page in sets.pages(folder, "wcxb")] == [None]


def test_only_sets_that_are_there_are_available(tmp_path: Path) -> None:
    assert sets.available(a_folder(tmp_path), ["wcxb", "world"]) == ["wcxb"]


def test_the_folder_is_the_given_one_or_beside_the_shared_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRAPER_SHARED", "/srv/shared")

    assert sets.data_folder() == Path("/srv/shared/eval")
    assert sets.data_folder("/srv/pages") == Path("/srv/pages")
