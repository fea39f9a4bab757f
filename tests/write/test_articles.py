"""The file that articles are collected in, and which pages it holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import an_article

from scraper.errors import OutputError
from scraper.records import Failed, Fetched
from scraper.write.articles import addresses_in, article_file
from scraper.write.failures import failure_file, failure_record


def test_the_addresses_are_those_asked_for_arrived_at_and_named(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    fetch = Fetched(url_requested="https://news.example/r", url_canonical="https://news.example/c")
    with article_file(path) as file:
        file.append(an_article(url="https://news.example/u", fetch=fetch))
        file.append(an_article(url=None))

    assert addresses_in(path) == {"https://news.example/u", "https://news.example/r", "https://news.example/c"}


def test_a_line_that_somebody_damaged_does_not_hide_the_others(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b'{"schema":"1.0","url":"https://news.example/a"}\n{"schema":\n{"url":"https://news.example/b"}\n')

    assert addresses_in(path) == {"https://news.example/a", "https://news.example/b"}


def test_articles_of_a_later_version_can_be_added_to(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b'{"schema":"1.7","url":"https://news.example/a","new":1}\n')

    article_file(path).close()

    assert addresses_in(path) == {"https://news.example/a"}


def test_failures_do_not_go_to_the_articles(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    with failure_file(path) as file:
        file.append(failure_record(Failed(url="https://a.example/", reason="dns", detail="no such host")))

    assert path.read_bytes() == (
        b'{"outcome":"failed","url":"https://a.example/","reason":"dns","detail":"no such host","not_before":null}\n'
    )
    with pytest.raises(OutputError):
        article_file(path)
