"""Find the article in the data of a page's scripts: an HTML string, or a list of paragraphs in one of many forms.

Paragraphs are strings, or objects as content management systems and editors write them (``{"type": "text", "content":
"..."}``, ``{"nodeType": "paragraph", "content": [{"value": "..."}]}``), or React's elements (``["$", "p", null,
{"children": "..."}]``). Each candidate is made to HTML. The object of the page's own article is the one that has the
page's title or address; without one, the longest candidate counts.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from scraper.script_state import json_of
from scraper.text import SENTENCE_END

MIN_PARAGRAPHS = 2
MIN_PARAGRAPH_CHARS = 40  # shorter ones are labels, unless they stand between longer ones
MAX_VALUES = 200_000  # of a page's state that are looked at
MAX_DEPTH = 12  # of what is in one paragraph
MIN_NAME_CHARS = 10  # of a title that is no word of many pages

_PARAGRAPH = re.compile(r"<p\b", re.IGNORECASE)
_MARKUP = re.compile(r"</?[a-z][a-z0-9]{0,9}\b[^<>]{0,2000}>|&[a-z#0-9]{2,8};", re.IGNORECASE)
_LINES = re.compile(r"\s*\n\s*")
_ADDRESS = re.compile(r"(?:\w+:)?/\S*|\w+:\S+")
_TOKEN = re.compile(r"[A-Z]?[a-z]+\d?|[A-Z]+\d?(?![a-z])")
_TYPE_KEYS = ("type", "_type", "nodeType", "kind", "__typename", "component", "blockName", "name", "tag", "style")
_TEXT_KEYS = (
    "text html content value body paragraph children content_elements items data props attributes attrs".split()
)
# What a paragraph without a type may hold besides its text: with a title, an author or an address it is another story.
_PLAIN_KEYS = frozenset((*_TEXT_KEYS, "id", "_id", "_key", "key", "order", "index", "marks", "level", "align"))
_BODY_KEYS = frozenset("articlebody body bodytext content text story fulltext articletext".split())
_OTHER = frozenset(
    "image img picture photo video audio gallery slideshow embed iframe ad ads advert advertisement related link links "
    "promo raw newsletter caption button social correction interstitial recommendation recommendations media figure "
    "script style svg nav footer aside form input menu".split()
)
_TAGS = {
    **dict.fromkeys("heading header subheading subhead h1 h2 h3 h4 h5 h6".split(), "h2"),
    **dict.fromkeys("quote blockquote bq".split(), "blockquote"),
    **dict.fromkeys("item li listitem uli oli".split(), "li"),
    **dict.fromkeys("list ul ol".split(), "ul"),
    **dict.fromkeys("text paragraph p block unstyled normal html rich".split(), "p"),
}  # fmt: skip
_RANKED = ("h2", "blockquote", "li", "ul", "p")  # of several tags that the types of one object mean
_REACT_TEXT = frozenset("p h2 h3 h4 h5 h6 li blockquote ul ol".split())
_WRAPPERS = frozenset("div section article main span".split())


def story_in(values: Iterable[Any], titles: Sequence[str], path: str) -> str:
    """Return the article in a page's data as HTML, "" where there is none. ``path`` is that of the page's address."""
    search = _Search(titles, path)
    for value in values:
        search.look_at(value)
    return max(search.found, key=lambda one: (one[0], len(one[1]), one[1]), default=(False, ""))[1]


class _Search:
    """Looks at values; ``found`` are candidates, each with whether it is in an object of the page's own."""

    def __init__(self, titles: Sequence[str], path: str) -> None:
        self.found: set[tuple[bool, str]] = set()
        self._titles = titles
        self._path = path.rstrip("/")
        self._left = MAX_VALUES
        self._seen: set[int] = set()
        self._kept: list[Any] = []  # so that no id is given twice

    def look_at(self, root: Any) -> None:
        waiting: list[tuple[Any, bool, str]] = [(root, False, "")]
        while waiting and self._left > 0:
            self._left -= 1
            value, own, key = waiting.pop()
            if isinstance(value, str):
                waiting += [(held, own, "") for held in self._text(value, own, key)]
            elif isinstance(value, (dict, list)) and id(value) not in self._seen:
                self._seen.add(id(value))
                self._kept.append(value)
                if isinstance(value, dict):
                    own = own or self._is_own(value)
                    waiting += [(item, own, name.lower()) for name, item in value.items()]
                else:
                    self._list(value, own)
                    waiting += [(item, own, key) for item in value]

    def _text(self, text: str, own: bool, key: str) -> Iterator[Any]:
        """Take in an HTML string, or a text that its key says is a body; yield the JSON that a string holds."""
        if text[:1] in ("{", "[") and (held := json_of(text)) is not None:
            yield held
        elif len(_PARAGRAPH.findall(text)) >= MIN_PARAGRAPHS:
            self.found.add((own, text))
        elif key.replace("_", "") in _BODY_KEYS and "\n" in text.strip():
            self._add([("p", line) for line in _LINES.split(text)], own)

    def _list(self, items: list[Any], own: bool) -> None:
        if items[:1] == ["$"] and len(items) == 4:
            return  # one element of React's, no list
        self._add([part for item in items for part in self._paragraphs(item, MAX_DEPTH)], own)

    def _add(self, parts: Sequence[tuple[str, str]], own: bool) -> None:
        """Take in a list of paragraphs, each with its tag, if it reads like a story."""
        parts = [(tag, text.strip()) for tag, text in parts if text.strip() and not _ADDRESS.fullmatch(text.strip())]
        long = [text for tag, text in parts if tag != "h2" and len(text) >= MIN_PARAGRAPH_CHARS]
        ends = sum(bool(SENTENCE_END.search(_MARKUP.sub("", text[-200:]))) for text in long)
        if len(long) >= MIN_PARAGRAPHS and 2 * ends >= len(long) and 3 * len(long) >= len(parts):
            self.found.add((own, "".join(_marked_up(tag, text) for tag, text in parts)))

    def _is_own(self, value: dict[str, Any]) -> bool:
        return any(isinstance(item, str) and self._names_page(item) for item in value.values())

    def _names_page(self, text: str) -> bool:
        text = text.strip().rstrip("/")
        if len(text) < MIN_NAME_CHARS or len(text) > 1000:
            return False
        return any(text in title and 2 * len(text) >= len(title) for title in self._titles) or (
            len(self._path) >= MIN_NAME_CHARS and text.endswith(self._path)
        )

    def _paragraphs(self, item: Any, depth: int) -> Iterator[tuple[str, str]]:
        """Yield the paragraphs that one item of a list is, each with its tag."""
        self._left -= 1
        if self._left < 0 or depth < 0:
            return
        if isinstance(item, str):
            yield "p", item
        elif isinstance(item, dict):
            yield from self._of_object(item, depth)
        elif isinstance(item, list) and len(item) == 4 and item[0] == "$" and isinstance(item[1], str):
            yield from self._of_element(item[1], item[3], depth)

    def _of_object(self, item: dict[str, Any], depth: int) -> Iterator[tuple[str, str]]:
        kinds = [item[key] for key in _TYPE_KEYS if isinstance(item.get(key), str)]
        tokens = {token.lower() for token in _TOKEN.findall(" ".join(kinds)[:200])}
        meant = {_TAGS[token] for token in tokens & _TAGS.keys()}
        tag = next((tag for tag in _RANKED if tag in meant), "")
        held = next((item[key] for key in _TEXT_KEYS if item.get(key)), None)
        if tokens & _OTHER or held is None or (not tag and (kinds or item.keys() - _PLAIN_KEYS)):
            return
        if tag == "ul" and isinstance(held, list):
            for one in held:
                yield "li", self._inline(one, depth - 1)
        else:
            yield tag or "p", self._inline(held, depth - 1)

    def _of_element(self, tag: str, props: Any, depth: int) -> Iterator[tuple[str, str]]:
        """Yield the paragraphs of one element of React's; one that wraps a single other stands for that."""
        children = props.get("children") if isinstance(props, dict) else None
        if tag in ("ul", "ol") and isinstance(children, list):
            for child in [children] if children[:1] == ["$"] else children:
                yield "li", self._inline(child, depth - 1)
        elif tag in _REACT_TEXT:
            yield ("h2" if tag[0] == "h" else tag), self._inline(children, depth - 1)
        elif (tag in _WRAPPERS or tag.startswith("$")) and isinstance(props, dict):
            if isinstance(children, list) and children[:1] == ["$"]:
                yield from self._paragraphs(children, depth - 1)
            elif tag.startswith("$") and children is None:
                yield from self._of_object(props, depth - 1)

    def _inline(self, value: Any, depth: int) -> str:
        """Return the text of what stands inside one paragraph."""
        self._left -= 1
        if self._left < 0 or depth < 0:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            if len(value) == 4 and value[0] == "$" and isinstance(value[3], dict):
                return "" if str(value[1]) in _OTHER else self._inline(value[3].get("children"), depth - 1)
            return "".join(self._inline(one, depth - 1) for one in value)
        if isinstance(value, dict):
            return next((self._inline(value[key], depth - 1) for key in _TEXT_KEYS if value.get(key)), "")
        return str(value) if type(value) is int else ""


def _marked_up(tag: str, text: str) -> str:
    inner = text if _MARKUP.search(text) else html.escape(text, quote=False)
    return f"<{tag}>{inner}</{tag}>"
