"""An article as Markdown (CommonMark, with GitHub's tables)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from scraper.records import Article, Link, TextBlock
from scraper.text import safe_lines

# Characters that would start emphasis, code, a link or a tag in the middle of a line.
_INLINE = re.compile(r"[\\`*_\[\]<>|]")
# What would make a line a heading, a quote, a list or a rule.
_AT_START = re.compile(r"^([^\S\n]*)(#+(?=\s)|[-+](?=\s)|=+$|-+$|~~~)", re.MULTILINE)
_NUMBER_AT_START = re.compile(r"^([^\S\n]*\d+)([.)])(?=\s)", re.MULTILINE)


def markdown(article: Article) -> bytes:
    """Return title, one line about the article, and the text with its headings, lists, quotes, tables and links."""
    about = [*article.authors, *article.organizations, article.published, article.site, article.url]
    parts = [f"# {_escaped(article.title)}"] if article.title else []
    parts.append("*" + " · ".join(_escaped(item) for item in about if item) + "*" if any(about) else "")
    body = "\n\n".join(part for part in [*parts, *_blocks(article)] if part)
    return (safe_lines(body) + "\n").encode()


def _blocks(article: Article) -> Iterator[str]:
    """Yield a part for each block; neighbouring items of a list and rows of a table are one part."""
    for kind, blocks in groupby(article.blocks, key=lambda block: block.kind):
        parts = [_block(article, block) for block in blocks]
        if kind == "table":
            yield _table(parts)
        elif kind == "item":
            yield "\n".join(parts)
        else:
            yield from parts


def _block(article: Article, block: TextBlock) -> str:
    if block.kind == "code":
        return _fenced(article.text[block.start : block.end])
    text = _with_links(article, block)
    if block.kind == "heading":
        # The title is the only heading of the first level.
        return "#" * min(max(block.level or 2, 2), 6) + " " + text.replace("\n", " ")
    if block.kind == "quote":
        return "> " + text.replace("\n", "\n> ")
    if block.kind == "item":
        indent = "  " * ((block.level or 1) - 1)
        return f"{indent}- " + text.removeprefix("- ").replace("\n", f"\n{indent}  ")
    if block.kind == "table":
        return text.replace(r"\|", "|")
    text = _NUMBER_AT_START.sub(r"\1\\\2", _AT_START.sub(r"\1\\\2", text))
    return "".join(f"**{_escaped(label)}** " for label in (block.time, block.speaker) if label) + text


def _table(parts: list[str]) -> str:
    """Return rows, of which the first is the head: Markdown has no table without one."""
    rows = [f"| {row} |" for part in parts for row in part.split("\n")]
    return "\n".join([rows[0], "|" + " --- |" * (rows[0].count(" | ") + 1), *rows[1:]])


def _with_links(article: Article, block: TextBlock) -> str:
    """Return the block's text, escaped, with Markdown links."""
    parts: list[str] = []
    at = block.start
    for link in _inside(article.links, block):
        if link.start < at:  # overlaps with the one before
            continue
        parts.append(_escaped(article.text[at : link.start]))
        address = link.url.replace(" ", "%20").replace("<", "%3C").replace(">", "%3E").replace("\n", "")
        parts.append(f"[{_escaped(article.text[link.start : link.end])}](<{address}>)")
        at = link.end
    parts.append(_escaped(article.text[at : block.end]))
    return "".join(parts)


def _inside(links: list[Link], block: TextBlock) -> list[Link]:
    return [link for link in links if block.start <= link.start < link.end <= block.end]


def _escaped(text: str) -> str:
    return _INLINE.sub(r"\\\g<0>", text)


def _fenced(text: str) -> str:
    """Return a code block whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
