"""Text that a page holds only as data: the articleBody of its JSON-LD, or HTML in the state that its scripts load."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from lxml import etree

from scraper.extraction import json_ld
from scraper.extraction.assemble import HEADING_LEVELS
from scraper.extraction.columns import Columns
from scraper.extraction.walk import walk
from scraper.records import Block, BlockKind
from scraper.text import visible

_TAG = re.compile(r"<(?:p|br|div|h[1-6]|li)\b", re.IGNORECASE)
# Without line ends a body is one paragraph; sites that flatten it leave two or more spaces, or glue sentences.
_PARAGRAPH_END = re.compile(r"\s*\n\s*|\s{3,}")
_PARAGRAPH = re.compile(r"<p\b", re.IGNORECASE)
DATA_GAIN = 1.5  # data must hold this much more than what the page shows
MIN_SHOWN_CHARS = 40  # of a block that must be in the data, if the page shows one
MIN_PARAGRAPHS = 2  # of an HTML string that may be an article
MAX_VALUES = 200_000  # of a page's state that are looked at
# State that is no JSON script: assigned to a variable, or pushed in pieces by a framework that streams it.
_ASSIGNED = re.compile(r"\s*(?:window\.|self\.|var |let |const )?[\w.$\[\]'\"]{1,80}\s*=\s*(?=[{\[])")
_PUSHED = re.compile(r"\s*\(?\s*self\.__\w+\s*=\s*self\.__\w+\s*\|\|\s*\[\]\s*\)?\.push\(|\s*self\.__\w+\.push\(")
# A row of React's stream: its number, then the size of a text, or letters that say what its JSON is.
_ROW = re.compile(rb"\s*[0-9a-f]+:(?:T([0-9a-f]{1,8}),|[A-Z]{0,2}(?=[\[{\"\w-]))")


def data_instead(columns: Columns, tree: Any, url: str, shown: Sequence[Block]) -> tuple[Block, ...]:
    """Return the article that the page holds as data, empty where ``shown`` is about as much.

    JSON-LD says which text is the article's. In the state of scripts it is the longest HTML string, but where the page
    shows some text, only if that text is in it: the state may hold other articles, too.
    """
    enough = DATA_GAIN * _length(shown)
    stated = blocks_of_json_ld(columns, url)
    if _length(stated) > enough:
        return stated
    loaded = _blocks_of_scripts(columns, tree)
    return loaded if _length(loaded) > enough and _holds(loaded, shown) else ()


def _holds(loaded: Sequence[Block], shown: Sequence[Block]) -> bool:
    """Say whether what a page shows is in its data. A heading or "Please enable JavaScript" need not be."""
    long = [
        block.text
        for block in shown
        if len(block.text) >= MIN_SHOWN_CHARS and block.kind != "heading" and "javascript" not in block.text.casefold()
    ]
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


def _blocks_of_scripts(columns: Columns, tree: Any) -> tuple[Block, ...]:
    found: set[str] = set()
    for state in _states(columns, tree):
        found.update(text for text in _strings(state) if len(_PARAGRAPH.findall(text)) >= MIN_PARAGRAPHS)
    return _from_markup(max(found, key=lambda text: (len(text), text))) if found else ()


def _states(columns: Columns, tree: Any) -> Iterator[Any]:
    """Yield the values of scripts that hold nothing but data."""
    for _, text in columns.data_scripts:
        yield _json(text)
    streamed: list[str] = []
    for script in tree.iter("script"):
        text = script.text or ""
        if script.get("type") not in (None, "", "text/javascript", "module"):
            continue
        if pushed := _PUSHED.match(text):
            pieces = _assigned_json(text[pushed.end() :])
            streamed += [piece for piece in pieces if isinstance(piece, str)] if isinstance(pieces, list) else []
        elif ("<p" in text or "\\u003cp" in text) and (assigned := _ASSIGNED.match(text)):
            yield _assigned_json(text[assigned.end() :])
    if streamed:  # a row that was too long for one piece goes on in the next
        yield from _rows("".join(streamed).encode("utf-8", "replace"))


def _rows(stream: bytes) -> Iterator[Any]:
    """Yield the values of a stream as React writes it: lines ``ID:JSON``, and ``ID:TSIZE,`` with that many bytes."""
    place = 0
    while row := _ROW.match(stream, place):
        if row[1]:
            place = row.end() + int(row[1], 16)
            yield stream[row.end() : place].decode("utf-8", "replace")
        else:
            place = stream.find(b"\n", row.end()) + 1 or len(stream) + 1
            yield _json(stream[row.end() : place - 1].decode("utf-8", "replace"))
    if place == 0:  # another framework's
        yield stream.decode("utf-8", "replace")


def _assigned_json(text: str) -> Any:
    return _json(text.rstrip().rstrip(";").removesuffix(")"))


def _json(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _strings(value: Any) -> Iterator[str]:
    """Yield the strings in a value, also those in JSON that a string holds."""
    waiting = [value]
    for _ in range(MAX_VALUES):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, str):
            if value[:1] in ("{", "[") and (held := _json(value)) is not None:
                waiting.append(held)
            else:
                yield value


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
