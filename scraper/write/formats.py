"""The forms that an article can be written in."""

from __future__ import annotations

from collections.abc import Callable

from scraper.records import Article
from scraper.text import safe_lines
from scraper.write.markdown import markdown
from scraper.write.strict_json import indented_json, json_line


def plain_text(text: str) -> bytes:
    """Return an article's text alone."""
    return (safe_lines(text) + "\n").encode()


# What is written between two articles of one output; JSON needs nothing.
SEPARATORS = {"jsonl": b"", "json": b"", "markdown": b"\n---\n\n", "text": b"\n\n"}

FORMATS: dict[str, Callable[[Article], bytes]] = {
    "jsonl": json_line,
    "json": indented_json,
    "markdown": markdown,
    "text": lambda article: plain_text(article.text),
}
