"""Where a list goes on: what links, buttons and attributes say, numbered siblings, addresses that scripts make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import msgspec

from scraper.paging import MAX_PAGE, is_next, page_number
from scraper.records import Document
from scraper.sources.anchors import Anchor
from scraper.sources.shapes import shape_of
from scraper.urls import normalise, resolve, same_site

MAX_SCRIPT_CHARS = 200_000
MAX_BUTTON_TEXTS = 20

_DATA_ATTRIBUTE = re.compile(r"data-[\w-]*(?:url|href|next|src|page|more|link|endpoint|load)[\w-]*|onclick|formaction")
_NEXT_ATTRIBUTE = re.compile(r"data-(?:[\w-]*-)?(?:next|more|load|loadmore|infinite)(?:-[\w-]*)?")
# Where a button keeps the address that a script asks for.
_TARGET = re.compile(r"data-(?:[\w-]*-)?(?:url|href|link|src|endpoint|page-url|target-url)")
_BUTTONS = frozenset("a button span div li".split())
_LIKE_ADDRESS = re.compile(r"[^\s]*[/?][^\s]*|[\w-]+\.(?:[sx]?html?|php|json)")
_ADDRESS = re.compile(r"""["'(=\s]?((?:https?://|/|\./|\?)[^"'\s()<>]{1,300})""")
# "prefix" + number + "suffix", and `prefix${number}suffix`
_JOINED = re.compile(
    r"""["']([^"'\s#]{1,200}[/_=.-])["']\s*\+\s*\(?[\w.$]{1,40}(?:\s*\+\s*1)?\)?(?:\s*\+\s*["']([\w./?&=-]{0,40})["'])?"""
)
_TEMPLATE = re.compile(r"`([^`$\s#]{1,200}[/_=.-])\$\{[^}\n]{1,60}\}([\w./?&=-]{0,40})`")
# The pager of a content management system that writes index_1.shtml, index_2.shtml ...
_PAGE_HTML = re.compile(
    r"""createPageHTML\(\s*['"]?(\d{1,4})['"]?\s*,\s*['"]?\d+['"]?\s*,\s*['"](\w+)['"]\s*,\s*['"](\w+)['"]"""
)


class Pager(msgspec.Struct, frozen=True):
    """Addresses that a script makes: the number of a page between two fixed parts."""

    prefix: str  # absolute
    suffix: str
    last: int = MAX_PAGE

    def addresses(self, number: int) -> list[str]:
        """Return the addresses that the page with this number, counted from 1, may have: some count from 0."""
        return [f"{self.prefix}{page}{self.suffix}" for page in (number - 1, number) if page <= self.last]


def next_pages(document: Document, found: Sequence[Anchor], first: str, scripts: Sequence[str]) -> Iterator[str]:
    """Yield addresses of later pages: those that say so, then numbered siblings in order, then those in scripts."""
    url = document.base_url
    for link in document.tree.iter("link") if document.tree is not None else ():
        if "next" in (link.get("rel") or "").lower().split():
            yield from filter(None, [resolve(url, link.get("href") or "")])
    for anchor in found:
        if normalise(anchor.url) == normalise(document.page.response.url):
            continue  # "#": a script goes on
        if "next" in anchor.rel.split() or (is_next(anchor.text) and _goes_on(first, anchor.url)):
            yield anchor.url
    yield from _said_next(document)
    here = page_number(first, document.page.response.url) or 1
    yield from _siblings((anchor.url for anchor in found), first, here)
    yield from _siblings(_addresses(document, scripts), first, here)


def _goes_on(first: str, url: str) -> bool:
    """Tell whether an address whose link says "next" can be a page of the list, and not of something else."""
    shape = shape_of(url)
    if page_number(first, url) is not None or shape.paging or "page" in shape.segments:
        return True
    # "More" is also what links from a teaser to its story are called: with a query, but not that of the list.
    return "?" in url and urlsplit(url).path.rstrip("/") == urlsplit(first).path.rstrip("/")


def _siblings(urls: Iterator[str], first: str, here: int) -> Iterator[str]:
    numbered: dict[int, str] = {}
    for url in urls:
        number = page_number(first, url)
        # The number 1 may be the second page's, but seldom is.
        if number is not None and (number > here or number == here == 1) and normalise(url) != normalise(first):
            numbered.setdefault(number if number > 1 else MAX_PAGE + 1, url)
    yield from (url for _, url in sorted(numbered.items()))


def _said_next(document: Document) -> Iterator[str]:
    """Yield the addresses in attributes that say, by their names or by the text beside, that a list goes on there."""
    for element in document.tree.iter() if document.tree is not None else ():
        if not isinstance(element.tag, str):
            continue
        for name, value in element.items():
            stated = _NEXT_ATTRIBUTE.fullmatch(str(name)) or (_TARGET.fullmatch(str(name)) and _says_next(element))
            if stated and _LIKE_ADDRESS.fullmatch(str(value)):
                url = resolve(document.base_url, str(value))
                if url and same_site(url, document.base_url):
                    yield url


def _says_next(element: Any) -> bool:
    return element.tag in _BUTTONS and is_next("".join(map(str, islice(element.itertext(), MAX_BUTTON_TEXTS)))[:200])


def _addresses(document: Document, scripts: Sequence[str]) -> Iterator[str]:
    """Yield addresses of the same host in data attributes, handlers and scripts that look like pages of a list."""
    values = [
        str(value)
        for element in (document.tree.iter() if document.tree is not None else ())
        if isinstance(element.tag, str)
        for name, value in element.items()
        if _DATA_ATTRIBUTE.fullmatch(str(name))
    ]
    for text in (*values, *scripts):
        for match in _ADDRESS.finditer(text[:MAX_SCRIPT_CHARS]):
            url = resolve(document.base_url, match[1].replace("\\/", "/").replace("&amp;", "&"))
            if url and same_site(url, document.base_url):
                yield url


def pagers(base: str, scripts: Sequence[str]) -> Iterator[Pager]:
    """Yield the pagers in a page's scripts."""
    for script in scripts:
        for match in _PAGE_HTML.finditer(script):
            prefix = resolve(base, f"{match[2]}_")
            if prefix and int(match[1]) > 1:
                yield Pager(prefix, f".{match[3]}", int(match[1]) - 1)
        for match in (*_JOINED.finditer(script), *_TEMPLATE.finditer(script)):
            prefix = resolve(base, match[1])
            if prefix and same_site(prefix, base) and _pages_a_list(prefix + "2" + (match[2] or ""), base):
                yield Pager(prefix, match[2] or "")


def _pages_a_list(url: str, base: str) -> bool:
    shape = shape_of(url)
    if not shape.is_page and not url.endswith(".json"):
        return False
    words = set(re.findall(r"[a-z]+", url.partition("//")[2].partition("/")[2].lower()))
    return page_number(base, url) is not None or bool(
        words & {"page", "list", "p", "more", "latest", "archive", "seite"}
    )


def scripts_of(document: Document) -> list[str]:
    """Return the texts of a page's scripts, of long ones the beginning."""
    return [
        script.text[:MAX_SCRIPT_CHARS]
        for script in (document.tree.iter("script") if document.tree is not None else ())
        if script.text and "json" not in (script.get("type") or "")
    ]
