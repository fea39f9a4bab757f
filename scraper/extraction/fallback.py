"""Text that a page holds only as data: the articleBody of its JSON-LD."""

from __future__ import annotations

import html
import re

from lxml import etree

from scraper.extraction import json_ld
from scraper.extraction.assemble import HEADING_LEVELS
from scraper.extraction.columns import Columns
from scraper.extraction.walk import walk
from scraper.records import Block
from scraper.text import visible

_TAG = re.compile(r"<(?:p|br|div|h[1-6]|li)\b", re.IGNORECASE)
# Without line ends a body is one paragraph; sites that flatten it leave two or more spaces, or glue sentences.
_PARAGRAPH_END = re.compile(r"\s*\n\s*|\s{3,}")


def blocks_of_json_ld(columns: Columns, url: str) -> tuple[Block, ...]:
    """Return the paragraphs of the article's ``articleBody``; empty where there is none."""
    if not columns.json_ld:
        return ()
    node = json_ld.article(json_ld.read(columns.json_ld), url)
    body = node.get("articleBody") if node else None
    if not isinstance(body, str) or not body.strip():
        return ()
    if "&lt;" in body and "<" not in body:
        body = html.unescape(body)
    return _from_markup(body) if _TAG.search(body) else _from_text(html.unescape(body))


def _from_text(body: str) -> tuple[Block, ...]:
    paragraphs = (visible(" ".join(part.split())) for part in _PARAGRAPH_END.split(body))
    return tuple(Block(kind="paragraph", text=text) for text in paragraphs if text)


def _from_markup(body: str) -> tuple[Block, ...]:
    try:
        tree = etree.fromstring(body.encode("utf-8", "replace"), etree.HTMLParser(encoding="utf-8"))
    except etree.XMLSyntaxError:
        return ()
    columns = walk(tree) if tree is not None else Columns()
    blocks = []
    for text, tag in zip(columns.text, columns.tag, strict=True):
        level = HEADING_LEVELS.get(tag)
        blocks.append(Block(kind="heading" if level else "paragraph", text=visible(text), level=level))
    return tuple(blocks)
