"""Turn a page into a tree that holds all of its text, however broken the mark-up is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from typing import Any

from lxml import etree

from scraper.errors import NotAnArticle
from scraper.records import Document, Page
from scraper.urls import resolve

# Elements that a browser shows as blocks (HTML Standard, "Rendering"): text inside and outside is never one line.
BLOCK_TAGS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form frameset h1 h2 h3 h4 h5 h6 header hgroup html legend li main menu nav noframes ol optgroup p pre "
    "section summary table tbody td tfoot th thead tr ul head".split()
)
_VOID_TAGS = frozenset(
    "area base basefont bgsound br col embed frame hr image img input keygen link meta param source track wbr".split()
)
_BODY_ENDS = re.compile(rb"</(?:body|html)\s*>", re.IGNORECASE)
_FEED = re.compile(
    rb"(?:<\?xml[^>]*>\s*)?(?:<\?[^>]*>\s*|<!--.*?-->\s*)*<(?:rss|feed|urlset|sitemapindex|rdf:RDF|svg)\b"
)
_HEAD = 1024
# Deeper elements become siblings at this level: lxml's cost of an element grows with its depth.
MAX_LEVELS = 1000
_NAME = re.compile(r"[a-zA-Z_][\w.-]{0,99}", re.ASCII)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML forbids them


def parse(page: Page) -> Document:
    """Return the tree of a page; raise :class:`NotAnArticle` where there is no mark-up or nothing in it.

    Where lxml's parser cut the page (it stops at 2,048 levels, and only its log tells), html.parser, which knows no
    limit, parses it again; the warning "tolerant_parser" says so. The tree is lxml's in both cases.
    """
    _refuse_other_formats(page.utf8, page.response.url)
    tree, was_cut = _lxml_tree(page.utf8)
    warnings = page.warnings
    if was_cut:
        tolerant = _tolerant_tree(page.html)
        tree = tree if tolerant is None else tolerant
        warnings = (*warnings, "parser_limited" if tolerant is None else "tolerant_parser")
    if tree is None:
        raise NotAnArticle("no_text", "the mark-up holds nothing", page.response.url)
    return Document(page=page, tree=tree, base_url=_base_url(page.response.url, tree), warnings=warnings)


def _lxml_tree(body: bytes) -> tuple[Any, bool]:
    """Return lxml's tree (``None`` if it is empty) and whether the parser gave up before the end of the page."""
    # A parser for each page: its log is the page's. huge_tree moves the limits from 256 levels and 10 MB of text.
    # Nothing looks an element up by its id: without the index of ids a page takes a twentieth less.
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, collect_ids=False
    )
    try:
        # libxml2 drops what follows the first ``</html>``, a browser does not.
        tree = etree.fromstring(_buffer(without_end_tags(body)), parser)
    except etree.XMLSyntaxError:
        return None, False
    log = parser.error_log
    return tree, bool(log) and log[-1].level == etree.ErrorLevels.FATAL


def _without_end_tags(body: bytes) -> bytes | memoryview:
    """Return a page without the end tags of body and html.

    Of most pages that is a view of what stands before them, so that nothing is copied: only white space follows, which
    shows nothing.
    """
    first = _BODY_ENDS.search(body)
    if first is None:
        return body
    end, rest = first.start(), _BODY_ENDS.sub(b"", body[first.end() :])
    # lxml takes no view of nothing.
    return body[:end] + rest if rest.strip(b" \t\r\n") or not end else memoryview(body)[:end]


try:
    from scraper._text import without_end_tags as _compiled
except ImportError:  # nothing was compiled on this machine: hatch_build.py
    _compiled = None
without_end_tags: Callable[[bytes], bytes | memoryview] = _compiled or _without_end_tags


def _buffer(body: bytes | memoryview) -> Any:
    """Return what lxml can parse: it takes views since version 6."""
    return body if etree.LXML_VERSION >= (6,) else bytes(body)


def _tolerant_tree(html: str) -> Any:
    """Return the page as html.parser reads it, or ``None`` if that fails, too."""
    parser = _TolerantParser()
    try:
        parser.feed(html)
        parser.close()
    except AssertionError:  # what html.parser says of a declaration that it cannot read
        return None
    parser.texts.flush()
    return parser.root


class _TolerantParser(HTMLParser):
    """Makes lxml's tree of the tags as they come, at any depth. An end tag closes the last open element of its name."""

    def __init__(self) -> None:
        super().__init__()
        self.root = etree.Element("html")
        self.texts = _Texts()
        self._open: list[tuple[str, Any, int]] = [("", self.root, 0)]  # name, element, level
        self._names: Counter[str] = Counter()  # of the open ones

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        _, parent, level = self._open[-1]
        if tag == "html" and parent is self.root:  # a page's own html element is the root
            place = self.root, 1
        elif level <= MAX_LEVELS:
            place = _element(parent, tag, attrs), level + 1
        elif tag in BLOCK_TAGS:
            place = _element(parent.getparent(), tag, attrs), level
        else:
            place = parent, level
        if tag not in _VOID_TAGS:
            self._open.append((tag, *place))
            self._names[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        while self._names[tag]:
            name = self._open.pop()[0]
            self._names[name] -= 1
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        name, parent, level = self._open[-1]
        if level > MAX_LEVELS and parent.getnext() is not None:
            # A flattened element goes on behind its child.
            parent = etree.SubElement(parent.getparent(), parent.tag)
            self._open[-1] = name, parent, level
        self.texts.add(parent, _CONTROLS.sub("", data))


def _element(parent: Any, tag: str, attrs: Iterable[tuple[str, str | None]]) -> Any:
    """Return a new last child of ``parent``; names that XML forbids become span, such attributes are left out."""
    kept = {key: _CONTROLS.sub("", value or "") for key, value in attrs if _NAME.fullmatch(key)}
    return etree.SubElement(parent, tag if _NAME.fullmatch(tag) else "span", kept)


class _Texts:
    """Adds texts to elements. What goes to the same place is joined first: lxml copies a text that is added to."""

    def __init__(self) -> None:
        self._element: Any = None
        self._name = ""
        self._pieces: list[str] = []

    def add(self, parent: Any, text: str) -> None:
        """Add a text to the end of an element."""
        last = next(parent.iterchildren(reversed=True), None)
        element, name = (parent, "text") if last is None else (last, "tail")
        if element is not self._element or name != self._name:
            self.flush()
            self._element, self._name = element, name
        self._pieces.append(text)

    def flush(self) -> None:
        """Write what was added last."""
        if self._pieces:
            setattr(self._element, self._name, (getattr(self._element, self._name) or "") + "".join(self._pieces))
            self._pieces = []


def _base_url(url: str, tree: Any) -> str:
    """Return the url that the page's links are relative to."""
    base = next(tree.iter("base"), None)
    href = base.get("href") if base is not None else None
    return (resolve(url, href) or url) if href else url


def _refuse_other_formats(body: bytes, url: str) -> None:
    """Raise for text that is no page: JSON, a feed, a sitemap, a drawing, or words without any mark-up."""
    head = body[:_HEAD].lstrip()
    if b"<" not in body:
        raise NotAnArticle("not_html", "there is no mark-up in it", url)
    if _FEED.match(head):
        raise NotAnArticle("not_html", "it is XML, a feed or a sitemap", url)
    if head[:1] in (b"{", b"[") and body[-_HEAD:].rstrip()[-1:] in (b"}", b"]"):
        raise NotAnArticle("not_html", "it is JSON", url)
