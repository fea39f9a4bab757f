"""Things that many tests need, with only what a test is about spelled out."""

from __future__ import annotations

from html import escape
from typing import Any

import msgspec

from scraper.records import Article, Duplicate, Fetched, FieldSources, Rights, TextBlock, Tool

# Long enough to be an article, and on one subject, so that nothing in them looks like furniture.
STORY = (
    "The ferry between the two islands went back into service on Monday after eleven weeks in the dockyard.",
    "Its new engines use a third less fuel, the harbour office said, and the crossing now takes twenty minutes.",
    "Teachers and nurses who live on the smaller island had shared a fishing boat to get to work during the repairs.",
    "The council will decide in spring whether a second vessel can be bought with what the lower fuel bill saves.",
)


def a_page(*paragraphs: str, title: str = "Ferry returns to the islands", body: str = "", head: str = "") -> str:
    """Return a small page: the paragraphs (default: a story), or ``body`` as it is, between a menu and a footer."""
    story = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs or STORY)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>{head}</head>\n'
        '<body><nav><a href="/">Home</a> <a href="/sport">Sport</a> <a href="/weather">Weather</a></nav>\n'
        f"<main><article><h1>{escape(title)}</h1>\n{body or story}\n</article></main>\n"
        '<footer><a href="/about">About us</a> <a href="/terms">Terms of use</a></footer></body></html>\n'
    )


def an_article(*paragraphs: str, **changes: Any) -> Article:
    """Return an article of these paragraphs (default: one), with changes to its other fields."""
    paragraphs = paragraphs or ("The ferry is back.",)
    blocks, start = [], 0
    for paragraph in paragraphs:
        blocks.append(TextBlock(kind="paragraph", start=start, end=start + len(paragraph)))
        start += len(paragraph) + 2
    text = "\n\n".join(paragraphs)
    article = Article(
        id="0123456789abcdef",
        url="https://news.example/ferry",
        title=None,
        authors=[],
        organizations=[],
        published=None,
        published_precision=None,
        modified=None,
        language="en",
        site=None,
        section=None,
        tags=[],
        description=None,
        text=text,
        blocks=blocks,
        links=[],
        images=[],
        words=len(text.split()),
        chars=len(text),
        page_kind="article",
        quality=0.9,
        paywall="unknown",
        warnings=[],
        removed=[],
        content_hash="fedcba9876543210",
        revision=1,
        previous_hash=None,
        duplicate=Duplicate(),
        rights=Rights(),
        fetch=Fetched(),
        from_=FieldSources(),
        tool=Tool(name="scraper", version="0", rules="0", model="0"),
    )
    return msgspec.structs.replace(article, **changes)
