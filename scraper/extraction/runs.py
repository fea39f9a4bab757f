"""What the walk gathers: runs of inline text that become blocks, and the elements that say something about the page."""

from __future__ import annotations

from itertools import chain
from typing import Any

from scraper.extraction.columns import Columns, Hint, Picture
from scraper.extraction.flags import BIT, TAG_FLAGS, class_flags

# Never text of a page as a browser shows it. rt and rp are readings beside ruby text.
SKIPPED_TAGS = frozenset(
    "style noscript template svg iframe object embed video audio canvas select option textarea input map area applet "
    "datalist rp rt source track param frame progress meter".split()
)
HEAD_TAGS = frozenset(["meta", "link", "title", "script", "base"])
IMAGE_TAGS = frozenset(["img", "amp-img"])
VOID_TAGS = HEAD_TAGS | IMAGE_TAGS | {"br", "hr"}
PRUNED_TAGS = frozenset(["nav", "footer"])
# Unclosed tags swallow whole pages into a nav or footer: one that holds a headline, an article or more than six
# paragraphs is walked like any other element.
MAX_PRUNED_PARAGRAPHS = 6

BREAK = "\x02"  # stands for a br inside a block until white space is folded
MAX_HINTS = 80
MAX_HINT_CHARS = 300

HINT_FLAGS = BIT["AUTHOR"] | BIT["DATE"] | BIT["CREDIT"]
HINT_RELS = frozenset(["author", "tag", "category tag"])
HINT_PROPS = {
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
LINK_RELS = ("canonical", "license")  # of the many links in a head, those that something is asked of
HIDING = frozenset(["hidden", "aria-hidden", "style"])


def holds_article(element: Any) -> bool:
    """Say whether a nav or footer holds more than navigation."""
    for paragraphs, child in enumerate(element.iter("h1", "article", "p"), 1):
        if child.tag != "p" or paragraphs > MAX_PRUNED_PARAGRAPHS:
            return True
    return False


def hides(name: str, value: str) -> bool:
    """Say whether an attribute keeps its element from being shown."""
    if name == "style":
        return "display" in value and "display:none" in value.replace(" ", "")
    return name == "hidden" or (name == "aria-hidden" and value == "true")


class Run:
    """The inline text between two block boundaries: its parts, links and flagged elements."""

    __slots__ = ("breaks", "columns", "href", "inline", "link_start", "open", "parts", "spans")

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.parts: list[str] = []
        self.spans: list[tuple[int, int, str]] = []  # first part, one past the last, href
        self.inline: list[tuple[int, int, int]] = []  # flags of an inline element, first part, one past the last
        self.open: list[tuple[int, int, str]] = []  # open inline elements: flags, first part, href round them
        self.href = ""
        self.link_start = 0
        self.breaks = False

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
            elif name in HIDING and hides(name, value):
                flags |= BIT["HIDDEN"]
        self.open_element(tag, flags, href)
        if tag == "time":
            self.time(element)
        if flags & HINT_FLAGS or prop in HINT_PROPS or rel in HINT_RELS:
            self.hint(element, flags, prop, rel)

    def open_element(self, tag: str, flags: int, href: str) -> None:
        """Note where an inline element begins, and the address of a link."""
        self.open.append((flags, len(self.parts), self.href))
        if tag == "a" and href:
            if self.href:
                self.spans.append((self.link_start, len(self.parts), self.href))
            self.href = href
            self.link_start = len(self.parts)

    def time(self, element: Any) -> None:
        """Take a time element."""
        text = " ".join("".join(element.itertext()).split())
        self.columns.times.append((len(self.columns.text), element.get("datetime", ""), text[:MAX_HINT_CHARS]))

    def close_inline(self) -> None:
        """Close the innermost inline element."""
        flags, start, href = self.open.pop()
        parts = self.parts
        if flags and start < len(parts):
            self.inline.append((flags, start, len(parts)))
        if href != self.href:
            if self.link_start < len(parts):
                self.spans.append((self.link_start, len(parts), self.href))
            self.href = href
            self.link_start = len(parts)

    def line_break(self, tag: str, container: int) -> None:
        """Take a br: the second in a row ends the block."""
        parts = self.parts
        for part in reversed(parts):
            if part == BREAK:
                self.flush(tag, container)
                return
            if not part.isspace():
                break
        if parts:
            parts.append(BREAK)
            self.breaks = True

    def flush(self, tag: str, container: int) -> None:
        """End the block; one of white space leaves nothing."""
        parts = self.parts
        raw = parts[0] if len(parts) == 1 else "".join(parts)
        text = fold(raw) if self.breaks else " ".join(raw.split())
        if text:
            links = None
            link_chars = flags = 0
            if self.spans or self.href:
                links, link_chars = self._links()
            if self.inline or self.open:
                flags = self._flags(len(text))
            if tag == "pre":
                text = raw.replace(BREAK, "\n").strip("\n").rstrip()
            self._take_block(text, links, link_chars, tag, flags, container)
        self.breaks = False
        parts.clear()
        if self.spans:
            self.spans.clear()
        if self.inline:
            self.inline.clear()
        self.link_start = 0
        if self.open:  # an inline element that goes on in the next block starts there anew
            self.open = [(flags, 0, href) for flags, _, href in self.open]

    def _take_block(
        self, text: str, links: list[tuple[int, int, str]] | None, link_chars: int, tag: str, flags: int, container: int
    ) -> None:
        columns = self.columns
        columns.text.append(text)
        columns.links.append(links)
        columns.link_chars.append(link_chars)
        columns.tag.append(tag)
        columns.flags.append(flags)
        columns.container.append(container)

    def _links(self) -> tuple[list[tuple[int, int, str]] | None, int]:
        """Return the links with their places in the folded text, and how many characters they have."""
        parts = self.parts
        spans = self.spans
        if self.href and self.link_start < len(parts):
            spans.append((self.link_start, len(parts), self.href))
        links = []
        place = chars = done = 0  # place: length of the folded text of the parts that are done
        gap = False  # white space is due before the next word
        for first, last, href in spans:
            for start, end in ((done, first), (first, last)):
                piece = "".join(parts[start:end]).replace(BREAK, " ")
                size = len(" ".join(piece.split()))
                if size:
                    place += size + (place > 0 and (gap or piece[0].isspace()))
                    gap = piece[-1].isspace()
                elif piece:
                    gap = True
            done = last
            if size:
                links.append((place - size, place, href))
                chars += size
        return links or None, chars

    def _flags(self, length: int) -> int:
        """Return the flags of the inline elements that hold most of the block's text."""
        flags = 0
        for more, first, last in chain(self.inline, ((flags, first, None) for flags, first, _ in self.open)):
            if more & ~flags and 2 * len("".join(self.parts[first:last]).strip()) > length:
                flags |= more
        return flags

    def picture(self, element: Any, container: int) -> None:
        """Take an image with the place that it stands in."""
        get = element.get
        url = get("src") or ""
        if not url or url.startswith("data:"):
            url = get("data-src") or get("data-original") or get("data-lazy-src") or ""
        if url:
            width = width_of(get("width") or "")
            self.columns.pictures.append(Picture(len(self.columns.text), container, url, width))

    def hint(self, element: Any, flags: int, prop: str, rel: str) -> None:
        """Take an element that says what it is, if it is short."""
        if len(self.columns.hints) < MAX_HINTS:
            value = element.get("content") or element.get("datetime") or element.get("href") or ""
            self.add_hint(short_text(element), value, flags, prop, rel)

    def add_hint(self, text: str | None, value: str, flags: int, prop: str, rel: str) -> None:
        """Take what an element says, unless it is nothing or, as ``None`` tells, too long."""
        if text is None or not (text or value):
            return
        if prop in HINT_PROPS:
            kind, how = HINT_PROPS[prop], "itemprop"
        elif rel:
            kind, how = ("author" if rel == "author" else "tag"), "rel"
        else:
            kind = "author" if flags & BIT["AUTHOR"] else "date" if flags & BIT["DATE"] else "credit"
            how = "class"
        self.columns.hints.append(Hint(kind, how, len(self.columns.text), text, value))


def take_head(columns: Columns, element: Any, tag: str) -> None:
    """Take what a page says about itself."""
    if tag == "meta":
        content = element.get("content") or element.get("value")  # which some templates write for it
        if content:
            get = element.get
            name = get("property") or get("name") or get("itemprop") or get("http-equiv")
            if name:
                columns.metas.append((name.lower(), content))
    elif tag == "link":
        rel = (element.get("rel") or "").lower()
        if any(name in rel for name in LINK_RELS):
            columns.head_links.append(dict(element.items()))
    elif tag == "title":
        if not columns.title and element.text:
            columns.title = " ".join(element.text.split())
    elif tag == "script":
        kind = element.get("type") or ""
        if "ld+json" in kind and element.text:
            columns.json_ld.append(element.text)


def width_of(value: str) -> int:
    """Return the number of pixels that a width attribute states, 0 for anything else."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 0


def short_text(element: Any) -> str | None:
    """Return the element's text with white space folded, or ``None`` if it is longer than a hint may be."""
    size = 0
    parts = []
    for part in element.itertext():
        size += len(part.strip())
        if size > MAX_HINT_CHARS:
            return None
        parts.append(part)
    return " ".join(" ".join(parts).split())  # a space between elements: "Ann Bell" and "May 3" are two things


def fold(raw: str) -> str:
    """Fold white space as a browser shows it; a break becomes a line end."""
    if BREAK not in raw:
        return " ".join(raw.split())
    lines = (" ".join(line.split()) for line in raw.split(BREAK))
    return "\n".join(lines).strip("\n")
