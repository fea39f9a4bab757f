"""The files of a corpus: when a segment is finished, how, and what is not touched."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import an_article

from scraper.config import CorpusSettings
from scraper.corpus.corpus import Corpus
from scraper.corpus.opening import open_corpus
from scraper.errors import OutputError
from scraper.records import Response, Target
from scraper.write.kept_pages import page_records, pages_in
from scraper.write.segment_file import lines_of

NOON = datetime(2025, 5, 6, 12, tzinfo=UTC)
SMALL: dict[str, Any] = {"segment_bytes": 1}  # each commit finishes a segment


@contextmanager
def opened(folder: Path, /, now: datetime = NOON, **settings: Any) -> Iterator[Corpus]:
    with open_corpus(CorpusSettings(**settings), folder, clock=lambda: now) as corpus:
        yield corpus


def url_of(number: int) -> str:
    return f"http://news.test/{number}"


def a_response(number: int) -> Response:
    url = url_of(number)
    return Response(target=Target(url=url, source="main"), url=url, body=b"<p>%d" % number, fetched_at=NOON)


def keep(folder: Path, /, *numbers: int, now: datetime = NOON, **settings: Any) -> None:
    """Keep articles in a run of their own, each committed by itself."""
    with opened(folder, now, **settings) as corpus:
        for number in numbers:
            response = a_response(number)
            kept = page_records([response]) if settings.get("keep_pages") else b""
            corpus.take(response.target, an_article(url=url_of(number), content_hash=str(number)), kept)
            corpus.commit()


def urls_in(path: Path) -> list[str]:
    return [json.loads(line)["url"] for line in lines_of(path)]


def manifest(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]


def names_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("form", ["jsonl", "jsonl.gz", "jsonl.zst"])
def test_a_segment_that_has_its_size_is_finished(tmp_path: Path, form: str) -> None:
    keep(tmp_path, 1, 2, segment_format=form, **SMALL)

    assert names_in(tmp_path / "articles") == [f"0001.{form}", f"0002.{form}"]
    assert [urls_in(tmp_path / "articles" / f"000{number}.{form}") for number in (1, 2)] == [[url_of(1)], [url_of(2)]]
    assert (tmp_path / "articles.jsonl").read_bytes() == b""


def test_other_programs_can_read_a_segment(tmp_path: Path) -> None:
    keep(tmp_path, 1, segment_format="jsonl.gz", **SMALL)

    assert json.loads(gzip.decompress((tmp_path / "articles/0001.jsonl.gz").read_bytes()))["url"] == url_of(1)


def test_the_manifest_tells_what_is_in_a_segment(tmp_path: Path) -> None:
    keep(tmp_path, 1, keep_pages=True, **SMALL)

    articles, pages = tmp_path / "articles/0001.jsonl.zst", tmp_path / "articles/0001.warc.gz"
    assert manifest(tmp_path) == [
        {
            "segment": 1,
            "file": "articles/0001.jsonl.zst",
            "articles": 1,
            "bytes": articles.stat().st_size,
            "plain_bytes": sum(map(len, lines_of(articles))),
            "sha256": hashlib.sha256(articles.read_bytes()).hexdigest(),
            "finished_at": "2025-05-06T12:00:00+00:00",
            "pages": {
                "file": "articles/0001.warc.gz",
                "pages": 1,
                "bytes": pages.stat().st_size,
                "sha256": hashlib.sha256(pages.read_bytes()).hexdigest(),
            },
        }
    ]


def test_a_segment_below_its_size_stays_open(tmp_path: Path) -> None:
    keep(tmp_path, 1, 2)

    assert urls_in(tmp_path / "articles.jsonl") == [url_of(1), url_of(2)]
    assert not (tmp_path / "manifest.jsonl").exists()


def test_with_no_size_there_is_one_file_for_ever(tmp_path: Path) -> None:
    keep(tmp_path, *range(20), segment_bytes=0)

    assert len(urls_in(tmp_path / "articles.jsonl")) == 20


def test_each_day_has_its_folder(tmp_path: Path) -> None:
    for day in range(3):
        keep(tmp_path, day, 10 + day, now=NOON + timedelta(days=day), daily_folders=True)

    assert names_in(tmp_path / "articles") == ["2025/05/06/0001.jsonl.zst", "2025/05/07/0001.jsonl.zst"]
    assert urls_in(tmp_path / "articles/2025/05/07/0001.jsonl.zst") == [url_of(1), url_of(11)]
    assert urls_in(tmp_path / "articles.jsonl") == [url_of(2), url_of(12)]


def test_the_corpus_may_lie_in_a_folder_of_its_own(tmp_path: Path) -> None:
    keep(tmp_path, 1, folder="data/corpus", **SMALL)

    assert names_in(tmp_path) == [
        *("data/corpus/articles.jsonl", "data/corpus/articles/0001.jsonl.zst", "data/corpus/corpus.sqlite"),
        *("data/corpus/corpus.sqlite.lock", "data/corpus/manifest.jsonl"),
    ]


def test_a_corpus_of_one_file_becomes_one_of_segments_when_it_is_asked_to(tmp_path: Path) -> None:
    keep(tmp_path, 1, 2, segment_bytes=0)
    keep(tmp_path, 3, **SMALL)

    assert urls_in(tmp_path / "articles/0001.jsonl.zst") == [url_of(1), url_of(2), url_of(3)]


def test_pages_come_back_as_they_were_kept(tmp_path: Path) -> None:
    keep(tmp_path, 1, 2, keep_pages=True)

    assert [pages for pages, _ in pages_in(tmp_path / "articles.warc.gz")] == [[a_response(1)], [a_response(2)]]


def test_pages_that_were_not_committed_are_cut_off(tmp_path: Path) -> None:
    keep(tmp_path, 1, keep_pages=True)
    path = tmp_path / "articles.warc.gz"
    whole = path.read_bytes()
    path.write_bytes(whole + page_records([a_response(2)])[:99])

    with opened(tmp_path, keep_pages=True):
        assert path.read_bytes() == whole


def test_a_file_that_lies_where_a_segment_would_go_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles/0001.jsonl.zst").write_bytes(b"mine")

    keep(tmp_path, 1, **SMALL)

    assert (tmp_path / "articles/0001.jsonl.zst").read_bytes() == b"mine"
    assert manifest(tmp_path)[0]["file"] == "articles/0002.jsonl.zst"


@pytest.mark.parametrize("name", ["articles", "articles/2025"])
def test_a_link_where_segments_go_is_not_followed(tmp_path: Path, name: str) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "corpus"
    outside.mkdir()
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).symlink_to(outside)

    with pytest.raises(OutputError, match=f"{name}: is no folder"):
        keep(folder, 1, daily_folders=True, **SMALL)

    assert names_in(outside) == []
    assert urls_in(folder / "articles.jsonl") == [url_of(1)]


@pytest.mark.parametrize("link", [False, True])
def test_a_manifest_that_is_not_ours_is_not_overwritten(tmp_path: Path, link: bool) -> None:
    mine = tmp_path / ("mine" if link else "manifest.jsonl")
    mine.write_text("mine")
    if link:
        (tmp_path / "manifest.jsonl").symlink_to(mine)

    with pytest.raises(OutputError, match=r"manifest\.jsonl: is not the manifest of a corpus"):
        keep(tmp_path, 1, **SMALL)

    assert mine.read_text() == "mine"


def test_a_manifest_that_was_lost_is_written_again(tmp_path: Path) -> None:
    keep(tmp_path, 1, **SMALL)
    before = manifest(tmp_path)
    (tmp_path / "manifest.jsonl").unlink()

    with opened(tmp_path):
        assert manifest(tmp_path) == before
