"""Compressed bodies, JSON-LD that is broken in all ways, and naughty strings through every writer."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from builders import STORY, a_page, an_article

from conformance.conftest import Data, Reached
from scraper.config import Settings
from scraper.extraction import json_ld
from scraper.fetch.body import read_body
from scraper.fetch.trouble import Trouble
from scraper.pipeline import clean
from scraper.records import Article, Response, Skipped, Target
from scraper.write.articles import article_file
from scraper.write.failures import failure_record
from scraper.write.formats import FORMATS
from scraper.write.strict_json import json_line

CAP = 1_000_000


def body_of(path: Path, encoding: str, chunk: int = 97) -> bytes | str:
    """Return a decoded body, or the reason why there is none; it comes in small pieces, as from a slow server."""
    raw = path.read_bytes()

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(raw), chunk):
            yield raw[start : start + chunk]

    try:
        return asyncio.run(read_body(chunks(), encoding, CAP))
    except Trouble as trouble:
        return str(trouble.reason)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("html-gzip", "gzip"),
        ("html-gzip", "x-gzip"),
        ("html-zlibdeflate", "deflate"),
        ("html-rawdeflate", "deflate"),
        ("html-br", "br"),
        ("html-zstd-static-content-size", "zstd"),
        ("html-zstd-static-no-content-size", "zstd"),
        ("html-zstd-streaming-no-content-size", "zstd"),
        ("html-gzip-deflate", "gzip, deflate"),
    ],
)
def test_good_bodies_are_read(data: Data, name: str, encoding: str) -> None:
    body = body_of(data(f"compressed/{name}.bin"), encoding)

    assert isinstance(body, bytes)
    assert b"<html" in body.lower() or b"<!doctype" in body.lower()
    assert b"</html>" in body.lower()


@pytest.mark.parametrize(
    ("name", "encoding", "reason"),
    [
        ("bomb-gzip.bin", "gzip", "too_large"),
        ("bomb-deflate.bin", "deflate", "too_large"),
        ("bomb-br.bin", "br", "too_large"),
        ("bomb-zstd.bin", "zstd", "too_large"),
        ("html-gzip-deflate-gzip.bin", "gzip, deflate, gzip", "bad_encoding"),
        ("unexpected-eof.gz", "gzip", "truncated"),
        ("truncated-crc-error.gz", "gzip", "truncated"),
        ("truncated-crc-error-short.gz", "gzip", "truncated"),
    ],
)
def test_bombs_and_broken_bodies_have_their_reason(data: Data, name: str, encoding: str, reason: str) -> None:
    assert body_of(data(f"compressed/{name}"), encoding) == reason


def json_texts(data: Data) -> dict[str, bytes]:
    with zipfile.ZipFile(data("json/JSONTestSuite-test_parsing.zip")) as archive:
        return {Path(name).stem: archive.read(name) for name in archive.namelist() if name.endswith(".json")}


def test_no_json_text_raises_or_costs_an_article(data: Data, reached: Reached) -> None:
    right = []
    for text in json_texts(data).values():
        before, _, after = a_page().encode().partition(b"</head>")
        body = before + b'<script type="application/ld+json">' + text + b"</script></head>" + after
        outcome = clean([Response(target=Target(url=""), url="https://news.test/ferry", body=body)], Settings())
        right.append(isinstance(outcome, Article) and outcome.text == "\n\n".join(STORY))

    reached("JSONTestSuite: articles kept", right)


def test_valid_objects_are_read_as_json_ld(data: Data, reached: Reached) -> None:
    texts = {name: text for name, text in json_texts(data).items() if name.startswith("y_object")}

    reached("JSONTestSuite: valid objects", [bool(json_ld.read([text.decode()])) for text in texts.values()])


def naughty(data: Data) -> list[str]:
    strings: list[str] = json.loads(data("strings/blns.json").read_text(encoding="utf-8"))
    return strings


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_naughty_strings_go_through_every_writer(data: Data, form: str) -> None:
    for text in naughty(data):
        changes = {"authors": [text], "tags": [text, text], "site": text, "description": text}
        written = FORMATS[form](an_article(text or "x", title=text, **changes))

        lines = written.decode("utf-8").splitlines()
        assert form != "jsonl" or len(lines) == 1


def test_naughty_strings_come_back_from_json_as_they_were(data: Data) -> None:
    strings = naughty(data)
    for text in strings:
        record = json.loads(json_line(an_article(text or "x", title=text, authors=[text])))
        assert (record["title"], record["authors"]) == (text, [text])
        skipped = json.loads(json_line(failure_record(Skipped(url=text, reason="too_short", detail=text))))
        assert (skipped["url"], skipped["detail"]) == (text, text)
    assert len(strings) == 515


def test_naughty_strings_in_a_file_are_a_line_each(data: Data, tmp_path: Path) -> None:
    strings = naughty(data)
    file = article_file(tmp_path / "articles.jsonl")
    for text in strings:
        file.append(an_article(text or "x", title=text))
    file.close()

    lines = (tmp_path / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["title"] for line in lines] == strings
