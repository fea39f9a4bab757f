"""One iterative walk over the tree that fills the columns: no recursion, no XPath, no edits of the tree."""

from __future__ import annotations

from typing import Any

from scraper.extraction.columns import Columns, Hint, Picture
from scraper.extraction.flags import BIT, ITEMPROP_FLAGS, ROLE_FLAGS, TAG_FLAGS, class_flags
from scraper.parse import BLOCK_TAGS

# Never text of a page as a browser shows it. rt and rp are readings beside ruby text.
SKIPPED_TAGS = frozenset(
    "style noscript template svg iframe object embed video audio canvas select option textarea input map area applet "
    "datalist rp rt source track param frame progress meter".split()
)
HEAD_TAGS = frozenset(["meta", "link", "title", "script", "base"])
IMAGE_TAGS = frozenset(["img", "amp-img"])
BREAK = "\x02"  # stands for a br inside a block until white space is folded
MAX_HINTS = 80
MAX_HINT_CHARS = 300

_HINT_FLAGS = BIT["AUTHOR"] | BIT["DATE"] | BIT["CREDIT"]
_HINT_PROPS = {
    "author": "author",
    "creator": "author",
    "datepublished": "date",
    "datecreated": "date",
    "datemodified": "modified",
    "headline": "headline",
    "articlesection": "section",
    "keywords": "tag",
    "description": "description",
}
_PRUNED = BIT["NAV"] | BIT["FOOTER"]
# Unclosed tags swallow whole pages into a nav or footer: one that holds a headline, an article or more than six
# paragraphs is walked like any other element.
MAX_PRUNED_PARAGRAPHS = 6


def walk(root: Any, prune: bool = True) -> Columns:
    """Return the columns of the tree below ``root``; ``prune=False`` also enters nav, footer and noscript.

    The loop is one long function on purpose: it visits every element of the page, and a call per element would
    double its cost.
    """
    columns = Columns()
    walker = _Walker(columns)
    stack: list[Any] = [root]
    closes: list[tuple[Any, ...]] = []
    pop, push, extend = stack.pop, stack.append, stack.extend
    parts = walker.parts
    add = parts.append
    skipped = SKIPPED_TAGS if prune else SKIPPED_TAGS - {"noscript"}
    while stack:
        element = pop()
        if element is None:
            close, tail = closes.pop()
            close()
            if tail and (parts or not tail.isspace()):
                add(tail)
            continue
        tag = element.tag
        if tag in BLOCK_TAGS:
            if prune and tag in ("nav", "footer") and not _holds_article(element):
                walker.flush()
            else:
                walker.open_block(element, tag)
                text = element.text
                if text and not text.isspace():
                    add(text)
                closes.append((walker.close_block, element.tail))
                push(None)
                extend(element[::-1])
                continue
        elif tag == "br":
            walker.line_break()
        elif tag in HEAD_TAGS:
            walker.head(element, tag)
        elif tag in IMAGE_TAGS:
            walker.picture(element)
        elif tag == "hr":
            walker.flush()
        elif tag not in skipped:
            text = element.text
            if tag == "a" or element.keys():
                walker.open_inline(element, tag)
                if text:
                    add(text)
                if len(element):
                    closes.append((walker.close_inline, element.tail))
                    push(None)
                    extend(element[::-1])
                    continue
                walker.close_inline()
            else:
                if text:
                    add(text)
                if len(element):
                    closes.append((_nothing, element.tail))
                    push(None)
                    extend(element[::-1])
                    continue
        tail = element.tail
        if tail and (parts or not tail.isspace()):
            add(tail)
    walker.flush()
    return columns


def _nothing() -> None:
    """Close an element that changed no state."""


def _holds_article(element: Any) -> bool:
    """Say whether a nav or footer holds more than navigation."""
    for paragraphs, child in enumerate(element.iter("h1", "article", "p"), 1):
        if child.tag != "p" or paragraphs > MAX_PRUNED_PARAGRAPHS:
            return True
    return False


def _hides(name: str, value: str) -> bool:
    """Say whether an attribute keeps its element from being shown."""
    if name == "style":
        return "display" in value and "display:none" in value.replace(" ", "")
    return name == "hidden" or (name == "aria-hidden" and value == "true")


class _Walker:
    """The state of the walk: the open block, link and containers."""

    __slots__ = (
        "breaks",
        "btag",
        "columns",
        "container",
        "href",
        "inline",
        "link_start",
        "parts",
        "saved",
        "saved_inline",
        "signatures",
        "spans",
    )  # fmt: skip

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.parts: list[str] = []
        self.spans: list[tuple[int, int, str]] = []  # first part, one past the last, href
        self.inline: list[tuple[int, int, int]] = []  # flags of an inline element, first part, one past the last
        self.href = ""
        self.link_start = 0
        self.breaks = False
        self.btag = "html"
        self.container = -1
        self.saved: list[tuple[str, int]] = []
        self.saved_inline: list[tuple[int, int, str]] = []
        self.signatures: dict[tuple[int, str, str], int] = {}

    def open_block(self, element: Any, tag: str) -> None:
        """End the open block and make the element the innermost container."""
        if self.parts:
            self.flush()
        columns = self.columns
        flags = TAG_FLAGS.get(tag, 0)
        key = ""
        prop = ""
        for name, value in element.items():
            if name == "class":
                more, key = class_flags(value)
                flags |= more
            elif name == "id":
                flags |= class_flags(value)[0]
            elif name == "itemprop":
                prop = value.lower()
                flags |= ITEMPROP_FLAGS.get(prop, 0)
            elif name == "role":
                flags |= ROLE_FLAGS.get(value, 0)
            elif _hides(name, value):
                flags |= BIT["HIDDEN"]
            elif name == "lang" and tag == "html":
                columns.language = value
        parent = self.container
        self.saved.append((self.btag, parent))
        self.btag = tag
        self.container = len(columns.c_tag)
        signatures = self.signatures
        path = (columns.c_signature[parent] if parent >= 0 else -1, tag, key)
        signature = signatures.get(path)
        if signature is None:
            signature = signatures[path] = len(signatures)
        columns.c_tag.append(tag)
        columns.c_parent.append(parent)
        columns.c_flags.append(flags)
        columns.c_first.append(len(columns.text))
        columns.c_last.append(-1)
        columns.c_signature.append(signature)
        if flags & _HINT_FLAGS or prop in _HINT_PROPS:
            self.hint(element, flags, prop, "")

    def close_block(self) -> None:
        """End the open block and go back to the parent container."""
        if self.parts:
            self.flush()
        self.columns.c_last[self.container] = len(self.columns.text)
        self.btag, self.container = self.saved.pop()

    def open_inline(self, element: Any, tag: str) -> None:
        """Remember an inline element's flags and, for a link, its address."""
        flags = TAG_FLAGS.get(tag, 0)
        href = ""
        prop = rel = ""
        for name, value in element.items():
            if name == "class":
                flags |= class_flags(value)[0]
            elif name == "href":
                href = value
            elif name == "rel":
                rel = value.lower()
            elif name == "itemprop":
                prop = value.lower()
            elif _hides(name, value):
                flags |= BIT["HIDDEN"]
        self.saved_inline.append((flags, len(self.parts), self.href))
        if tag == "a" and href:
            if self.href:
                self.spans.append((self.link_start, len(self.parts), self.href))
            self.href = href
            self.link_start = len(self.parts)
        if tag == "time":
            text = " ".join("".join(element.itertext()).split())
            self.columns.times.append((len(self.columns.text), element.get("datetime", ""), text[:MAX_HINT_CHARS]))
        if flags & _HINT_FLAGS or prop in _HINT_PROPS or rel in ("author", "tag", "category tag"):
            self.hint(element, flags, prop, rel)

    def close_inline(self) -> None:
        """Close the innermost inline element."""
        flags, start, href = self.saved_inline.pop()
        parts = self.parts
        if flags and start < len(parts):
            self.inline.append((flags, start, len(parts)))
        if href != self.href:
            if self.link_start < len(parts):
                self.spans.append((self.link_start, len(parts), self.href))
            self.href = href
            self.link_start = len(parts)

    def line_break(self) -> None:
        """Take a br: the second in a row ends the block."""
        parts = self.parts
        for part in reversed(parts):
            if part == BREAK:
                self.flush()
                return
            if not part.isspace():
                break
        if parts:
            parts.append(BREAK)
            self.breaks = True

    def flush(self) -> None:
        """End the open block; a block of white space leaves nothing."""
        parts = self.parts
        if not parts:
            return
        raw = "".join(parts)
        text = fold(raw) if self.breaks else " ".join(raw.split())
        if text:
            self._append(text)
        self.breaks = False
        parts.clear()
        if self.spans:
            self.spans.clear()
        if self.inline:
            self.inline.clear()
        self.link_start = 0
        if self.saved_inline:  # an inline element that goes on in the next block starts there anew
            self.saved_inline = [(flags, 0, href) for flags, _, href in self.saved_inline]

    def _append(self, text: str) -> None:
        columns = self.columns
        parts = self.parts
        spans = self.spans
        if self.href and self.link_start < len(parts):
            spans.append((self.link_start, len(parts), self.href))
        links = None
        link_chars = 0
        if spans:
            links = []
            for first, last, href in spans:
                end = len(fold("".join(parts[:last])))
                start = end - len(fold("".join(parts[first:last])))
                if 0 <= start < end:
                    links.append((start, end, href))
                    link_chars += end - start
        flags = 0
        for more, first, last in self.inline:
            if 2 * len("".join(parts[first:last]).strip()) > len(text):
                flags |= more
        for more, first, _ in self.saved_inline:
            if more and 2 * len("".join(parts[first:]).strip()) > len(text):
                flags |= more
        if self.btag == "pre":
            text = "".join(parts).replace(BREAK, "\n").strip("\n").rstrip()
        columns.text.append(text)
        columns.links.append(links)
        columns.link_chars.append(link_chars)
        columns.tag.append(self.btag)
        columns.flags.append(flags)
        columns.container.append(self.container)
        if self.btag == "h1":
            columns.headings.append(len(columns.text) - 1)

    def head(self, element: Any, tag: str) -> None:
        """Take what a page says about itself."""
        columns = self.columns
        if tag == "meta":
            content = element.get("content")
            if content:
                get = element.get
                name = get("property") or get("name") or get("itemprop") or get("http-equiv")
                if name:
                    columns.metas.append((name.lower(), content))
        elif tag == "link":
            if element.get("rel"):
                columns.head_links.append(dict(element.items()))
        elif tag == "title":
            if not columns.title and element.text:
                columns.title = " ".join(element.text.split())
        elif tag == "script":
            kind = element.get("type") or ""
            if "json" in kind and element.text:
                if "ld+json" in kind:
                    columns.json_ld.append(element.text)
                else:
                    columns.data_scripts.append((element.get("id") or kind, element.text))

    def picture(self, element: Any) -> None:
        """Take an image with the place that it stands in."""
        get = element.get
        url = get("src") or ""
        if not url or url.startswith("data:"):
            url = get("data-src") or get("data-original") or get("data-lazy-src") or ""
        if url:
            width = get("width") or ""
            place = len(self.columns.text)
            number = int(width) if width.isascii() and width.isdigit() and len(width) < 6 else 0
            self.columns.pictures.append(Picture(place, self.container, url, get("alt") or "", number))

    def hint(self, element: Any, flags: int, prop: str, rel: str) -> None:
        """Take an element that says what it is, if it is short."""
        hints = self.columns.hints
        if len(hints) >= MAX_HINTS:
            return
        text = short_text(element)
        value = element.get("content") or element.get("datetime") or element.get("href") or ""
        if text is None or not (text or value):
            return
        if prop in _HINT_PROPS:
            kind, how = _HINT_PROPS[prop], "itemprop"
        elif rel:
            kind, how = ("author" if rel == "author" else "tag"), "rel"
        else:
            kind = "author" if flags & BIT["AUTHOR"] else "date" if flags & BIT["DATE"] else "credit"
            how = "class"
        hints.append(Hint(kind, how, len(self.columns.text), text, value))


def short_text(element: Any) -> str | None:
    """Return the element's text with white space folded, or ``None`` if it is longer than a hint may be."""
    size = 0
    parts = []
    for part in element.itertext():
        size += len(part.strip())
        if size > MAX_HINT_CHARS:
            return None
        parts.append(part)
    return " ".join("".join(parts).split())


def fold(raw: str) -> str:
    """Fold white space as a browser shows it; a break becomes a line end."""
    if BREAK not in raw:
        return " ".join(raw.split())
    lines = (" ".join(line.split()) for line in raw.split(BREAK))
    return "\n".join(lines).strip("\n")
