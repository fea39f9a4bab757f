"""Text that a page holds only as data: the articleBody of its JSON-LD, or a story in the state of its scripts."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from lxml import etree

from scraper.extraction import json_ld, page_words
from scraper.extraction.assemble import HEADING_LEVELS
from scraper.extraction.columns import Columns
from scraper.extraction.story_in_state import story_in
from scraper.extraction.walk import walk
from scraper.records import Block, BlockKind, Document
from scraper.rules import Edge, RuleSet, load_rules
from scraper.script_state import states
from scraper.text import visible

_TAG = re.compile(r"<(?:p|br|div|h[1-6]|li)\b", re.IGNORECASE)
# Without line ends a body is one paragraph; sites that flatten it leave two or more spaces, or glue sentences.
_PARAGRAPH_END = re.compile(r"\s*\n\s*|\s{3,}")
DATA_GAIN = 1.5  # data must hold this much more than what the page shows
MIN_SHOWN_CHARS = 40  # of a block that must be in the data, if the page shows one
_FURNITURE_WORDS = ("javascript", "©", "(c) 20", "cookie", *page_words.CONSENT)
_EDGES: tuple[Edge, ...] = ("any", "start", "end")


def data_instead(
    columns: Columns, document: Document, titles: Sequence[str], shown: Sequence[Block]
) -> tuple[Block, ...]:
    """Return the article that the page holds as data, empty where ``shown`` is about as much.

    JSON-LD says which text is the article's. In the state of scripts it is the longest story, of those in an object
    that has one of the page's ``titles`` if there are any; but where the page shows text of its own, only if that text
    is in it: the state may hold other articles, too.
    """
    own = own_text(shown)
    enough = DATA_GAIN * _length(own)
    stated = blocks_of_json_ld(columns, document.base_url)
    if _length(stated) > enough:
        return stated
    story = story_in(states(document.tree), titles, _path_of(document.base_url))
    loaded = _from_markup(story) if story else ()
    return loaded if _length(loaded) > enough and _holds(loaded, own) else ()


def _path_of(url: str) -> str:
    return "/" + url.partition("://")[2].partition("?")[0].partition("#")[0].partition("/")[2]


def own_text(shown: Sequence[Block]) -> list[Block]:
    """Return the blocks of a page that are no furniture: no headings, no notice of cookies, rights or scripts."""
    rules = load_rules()
    return [block for block in shown if block.kind != "heading" and not _is_furniture(block.text, rules)]


def _is_furniture(text: str, rules: RuleSet) -> bool:
    lowered = text.casefold()
    return any(map(lowered.__contains__, _FURNITURE_WORDS)) or any(rules.match(text, edge) for edge in _EDGES)


def _holds(loaded: Sequence[Block], own: Sequence[Block]) -> bool:
    """Say whether a text that a page shows is in its data."""
    long = [block.text for block in own if len(block.text) >= MIN_SHOWN_CHARS]
    text = "\n".join(block.text for block in loaded)
    return not long or any(part[:MIN_SHOWN_CHARS] in text for part in long)


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
    return tuple(_block(text, tag) for text, tag in zip(columns.text, columns.tag, strict=True) if tag != "figcaption")


def _block(text: str, tag: str) -> Block:
    level = HEADING_LEVELS.get(tag)
    kind: BlockKind = "heading" if level else "item" if tag == "li" else "quote" if tag == "blockquote" else "paragraph"
    return Block(kind=kind, text=visible(text), level=level or (1 if kind == "item" else None))


def _length(blocks: Sequence[Block]) -> int:
    return sum(len(block.text) for block in blocks)
