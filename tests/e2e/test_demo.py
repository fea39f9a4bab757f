"""`make demo`: the little news site, fetched and cleaned by the real command."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures"
CHROME = tomllib.loads((FIXTURES / "site" / "chrome.toml").read_text(encoding="utf-8"))
STORIES = {
    story["slug"]: story
    for story in (tomllib.loads(path.read_text(encoding="utf-8")) for path in FIXTURES.glob("site/stories/*.toml"))
    if story.get("listed", True) and not story.get("paywall")
}
MARKS = ("## ", "> ", "- ", "@more ")


@pytest.fixture(scope="module")
def articles() -> dict[str, dict[str, Any]]:
    """Run the demo; return its articles by the path of their address."""
    demo = [sys.executable, str(FIXTURES / "demo.py"), "--format", "jsonl"]
    done = subprocess.run(demo, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {"/" + article["url"].split("/", 3)[3]: article for article in found}


def lines_of(story: dict[str, Any]) -> list[str]:
    """Return the story's lines as a reader sees them, without the link amid the story."""
    lines = [line for line in story["body"].strip().split("\n") if line and not line.startswith("@more")]
    for mark in MARKS:
        lines = [line.removeprefix(mark) for line in lines]
    return lines


@pytest.mark.parametrize("slug", sorted(STORIES))
def test_every_line_of_the_story_arrives(articles: dict[str, dict[str, Any]], slug: str) -> None:
    text = articles[STORIES[slug]["path"]]["text"]

    assert [line for line in lines_of(STORIES[slug]) if line not in text] == []


@pytest.mark.parametrize("slug", sorted(STORIES))
def test_nothing_of_the_site_around_it_arrives(articles: dict[str, dict[str, Any]], slug: str) -> None:
    story = STORIES[slug]
    text = articles[story["path"]]["text"]
    furniture = [words for words in CHROME[story["language"]].values() if isinstance(words, str) and len(words) > 8]

    assert [words for words in [*furniture, *story["image"][1:]] if words in text] == []


@pytest.mark.parametrize("slug", sorted(STORIES))
def test_the_article_knows_who_wrote_what_when(articles: dict[str, dict[str, Any]], slug: str) -> None:
    story, article = STORIES[slug], articles[STORIES[slug]["path"]]

    assert article["title"] == story["title"]
    assert article["authors"] == [story["author"]]
    assert article["published"][:16] == story["published"][:16]
    assert article["language"] == story["language"]


def test_a_page_whose_encoding_only_its_head_tells_is_read_in_it(articles: dict[str, dict[str, Any]]) -> None:
    fetch = articles[STORIES["library"]["path"]]["fetch"]

    assert (fetch["encoding"], fetch["encoding_from"]) == ("gb18030", "meta")
