"""The schema describes exactly what is written."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from builders import an_article

from scraper.records import Image, Link, Removed
from scraper.write.schema import article_schema
from scraper.write.strict_json import json_line

KEYS = """schema id url title authors organizations published published_precision modified language site section tags
description text blocks links images words chars page_kind quality paywall warnings removed content_hash revision
previous_hash duplicate rights fetch from tool""".split()

VALIDATOR = jsonschema.Draft202012Validator(article_schema())


def written(**changes: Any) -> dict[str, Any]:
    article = an_article(
        links=[Link(start=4, end=9, url="https://news.example/a")],
        images=[Image(url="https://news.example/a.jpg")],
        removed=[Removed(rule="share.buttons", text="Share")],
    )
    data = json.loads(json_line(article))
    return {**data, **changes}


def test_the_schema_is_valid_itself() -> None:
    jsonschema.Draft202012Validator.check_schema(article_schema())


def test_an_article_follows_it() -> None:
    VALIDATOR.validate(written())


def test_the_keys_are_written_in_the_order_that_was_promised() -> None:
    assert list(written()) == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_no_key_is_optional(key: str) -> None:
    data = written()
    del data[key]

    assert not VALIDATOR.is_valid(data)


@pytest.mark.parametrize("key", ["duplicate", "rights", "fetch", "from", "tool"])
def test_an_object_is_never_null(key: str) -> None:
    assert not VALIDATOR.is_valid(written(**{key: None}))


@pytest.mark.parametrize(
    "change",
    [
        {"other": 1},
        {"schema": "2.0"},
        {"published": "yesterday"},
        {"quality": 1.5},
        {"words": -1},
        {"page_kind": "poem"},
        {"authors": None},
        {"images": [{"url": "https://news.example/a.jpg"}]},
        {"removed": [{"rule": "r", "text": "x" * 301, "block": None, "side": "inside"}]},
    ],
)
def test_what_is_never_written_does_not_follow_it(change: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(written(**change))


@pytest.mark.parametrize(
    "time", ["2026-11-24", "2026-11-24T10:00", "2026-11-24T10:00Z", "2026-11-24T10:00:05+08:00", None]
)
def test_times_have_an_offset_where_the_page_states_one(time: str | None) -> None:
    assert VALIDATOR.is_valid(written(published=time))
