"""Pages that are saved already."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from scraper.records import Failed, Response, Target
from scraper.sources.saved_pages import SavedPages


def a_page(folder: Path, name: str = "one.html", body: str = "<p>A story.</p>") -> Path:
    path = folder / name
    path.write_text(body, encoding="utf-8")
    return path


def test_the_time_of_change_of_a_file_is_what_a_source_says_of_its_page(tmp_path: Path) -> None:
    os.utime(a_page(tmp_path), (0, 86400))

    [found] = SavedPages(tmp_path, 1000).find("one.html", "saved")

    assert found == Target(url="file:one.html", source="saved", modified=datetime(1970, 1, 2, tzinfo=UTC))


def test_a_file_outside_goes_by_its_whole_path(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    path = a_page(tmp_path)

    [found] = SavedPages(tmp_path / "corpus", 1000).find(str(path), "saved")

    assert found.url == f"file:{path}"


def test_a_page_has_no_address_but_its_own(tmp_path: Path) -> None:
    a_page(tmp_path)
    saved = SavedPages(tmp_path, 1000)
    [found] = saved.find("one.html", "saved")
    assert isinstance(found, Target)

    response = saved.read(found)

    assert isinstance(response, Response)
    assert (response.url, response.body, response.fetched_at) == ("", b"<p>A story.</p>", None)


def test_a_page_that_is_too_large_or_gone_is_told(tmp_path: Path) -> None:
    large = a_page(tmp_path, "large.html", "<p>" + "x" * 2000)
    saved = SavedPages(tmp_path, 1000)
    [found] = saved.find("large.html", "saved")
    assert isinstance(found, Target)

    assert _reason(saved.read(found)) == "too_large"
    large.unlink()
    assert _reason(saved.read(found)) == "unreadable"
    assert _reason(saved.read(Target(url="file:never.html"))) == "unreadable"


def test_a_search_can_be_stopped(tmp_path: Path) -> None:
    a_page(tmp_path)
    saved = SavedPages(tmp_path, 1000)
    saved.stop()

    assert saved.find(".", "saved") == []


def _reason(outcome: Response | Failed) -> str:
    assert isinstance(outcome, Failed)
    return outcome.reason
