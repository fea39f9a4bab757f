"""Read schema.org JSON-LD, as broken as pages write it, and find the node that is the page's article."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from scraper.literals import LiteralReader, json_in

Node = dict[str, Any]

# https://schema.org/Article and its subtypes, and the types that blogs, recipes and reports use in its place.
ARTICLE_TYPES = frozenset(
    """newsarticle article blogposting reportagenewsarticle liveblogposting analysisnewsarticle
    askpublicnewsarticle backgroundnewsarticle opinionnewsarticle reviewnewsarticle techarticle scholarlyarticle
    medicalscholarlyarticle report satiricalarticle advertisercontentarticle socialmediaposting
    discussionforumposting""".split()
)
# Where no article is declared, these tell date and author as well: the food, how-to and review pages of blogs.
ARTICLE_LIKE_TYPES = frozenset("recipe howto review creativework medicalwebpage faqpage learningresource".split())
PAGE_TYPES = frozenset(("webpage", "itempage", "collectionpage", "newspage"))
NEWS_TYPES = frozenset(t for t in ARTICLE_TYPES if t.endswith("newsarticle") or t == "liveblogposting")

# Keys under which the article itself may be nested.
_NESTS = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart")
# A page with more nodes is a listing or an attack: the article is among the first.
_MAX_NODES = 400
_CONTROLS = dict.fromkeys(range(32), " ")
_TRAILING_COMMA = re.compile(r",(?=\s{0,99}[}\]])")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')


def read(texts: Sequence[str]) -> list[Node]:
    """Return the nodes of all blocks in document order, the nested ones after their parent. Never raises."""
    return list(_read(tuple(texts)))


# Metadata, completeness and page kind ask for the same page one after the other.
@lru_cache(maxsize=2)
def _read(texts: tuple[str, ...]) -> tuple[Node, ...]:
    reader = LiteralReader()  # one, so that broken blocks share its limit
    return tuple(node for text in texts for node in _nodes(_decode(text, reader)))


def _decode(text: str, reader: LiteralReader) -> Any:
    """Return the value of a block, repaired if need be; of a broken one what stands before the damage, or ``None``."""
    for make in (str, _repaired):
        try:
            return msgspec.json.decode(make(text))
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            continue
    return json_in(text, reader)


def _repaired(text: str) -> str:
    """Undo what pages do to JSON: comment and CDATA wrappers, raw line breaks, entities, trailing commas."""
    text = text.replace("<![CDATA[", "").replace("]]>", "")
    start = min((place for place in (text.find("{"), text.find("[")) if place >= 0), default=0)
    end = max(text.rfind("}"), text.rfind("]")) + 1
    text = text[start:end].translate(_CONTROLS)
    if "&quot;" in text and '"' not in text:
        text = html.unescape(text)
    return _BAD_ESCAPE.sub("", _TRAILING_COMMA.sub("", text))


def _nodes(value: Any) -> Iterator[Node]:
    waiting = [value]
    found = 0
    while waiting and found < _MAX_NODES:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            found += 1
            yield value
            waiting.extend(value[key] for key in _NESTS if isinstance(value.get(key), dict | list))


def types(node: Node) -> list[str]:
    """Return the node's types in lower case, without the vocabulary's address."""
    stated = node.get("@type")
    if isinstance(stated, str):  # nearly always
        return [stated.rsplit("/", 1)[-1].lower()] if stated else []
    return [value.rsplit("/", 1)[-1].lower() for value in texts(stated)]


def article(nodes: Sequence[Node], url: str) -> Node | None:
    """Return the node that describes the page's article, or ``None``.

    Declared articles come before recipes, reviews and the like; among equals one that carries the page's address,
    then one with a headline and a date, then the first.
    """
    typed = [(node, types(node)) for node in nodes]
    for wanted in (ARTICLE_TYPES, ARTICLE_LIKE_TYPES):
        candidates = [node for node, its_types in typed if not wanted.isdisjoint(its_types)]
        if candidates:
            return max(candidates, key=lambda node: (_is_about(node, url), "headline" in node, "datePublished" in node))
    return None


def page(nodes: Sequence[Node]) -> Node | None:
    """Return the node that describes the page as a page (date, language), or ``None``."""
    return next((node for node in nodes if not PAGE_TYPES.isdisjoint(types(node))), None)


def _is_about(node: Node, url: str) -> bool:
    path = re.split("[?#]", url.partition("://")[2].partition("/")[2], maxsplit=1)[0].strip("/")
    if not path:
        return False
    return any(path in claim for key in ("url", "@id", "mainEntityOfPage") for claim in texts(node.get(key), key="@id"))


def by_id(nodes: Iterable[Node]) -> dict[str, Node]:
    """Return the nodes that have more than an id, by ``@id``."""
    return {node["@id"]: node for node in nodes if len(node) > 1 and isinstance(node.get("@id"), str)}


def texts(value: Any, key: str = "name") -> list[str]:
    """Return the strings of a value that may be a string, an object with ``key``, or a list of either."""
    if isinstance(value, str):
        return [value] if value else []
    values = value if isinstance(value, list) else [value]
    values = [item.get(key) if isinstance(item, dict) else item for item in values]
    values = [one for item in values for one in (item if isinstance(item, list) else (item,))]
    return [item for item in values if isinstance(item, str) and item]


def text(node: Node | None, name: str, key: str = "name") -> str | None:
    """Return the first string of a property, white space folded and entities resolved, or ``None``."""
    found = texts(node.get(name), key) if node else []
    return folded(found[0]) or None if found else None


def folded(value: str) -> str:
    """Return a text from JSON or an attribute with entities resolved and white space folded."""
    return " ".join((html.unescape(value) if "&" in value else value).split())
