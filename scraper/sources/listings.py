"""Read a page that lists others: its links, its feeds, and where its list goes on. Also lists that are JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from scraper.decode import decode
from scraper.errors import NotAnArticle, PageError
from scraper.parse import parse
from scraper.records import Document, Response
from scraper.script_state import states
from scraper.sources.anchors import Anchor, ReadDate, anchors
from scraper.sources.feeds import feeds_named
from scraper.sources.list_pages import MAX_SCRIPT_CHARS, Pager, next_pages, pagers, scripts_of
from scraper.text import reading_words
from scraper.urls import origin_of, resolve, same_site

MAX_JSON_NODES = 50_000
# A list has at least so many links of so many words; with fewer, and scripts, only these may make the others.
MIN_HEADLINES = 3
MIN_HEADLINE_WORDS = 4
MAX_ELEMENTS_OF_LINK = 100

_URL_KEYS = ("url", "link", "href", "permalink", "canonical_url", "canonicalUrl", "path", "uri", "shareUrl", "docurl")
_TITLE_KEYS = ("title", "headline", "name", "heading", "docTitle", "text")
_DATE_KEYS = (
    "published",
    "publishedAt",
    "published_at",
    "datePublished",
    "date",
    "pubDate",
    "publishTime",
    "time",
    "created_at",
)
_NEXT_KEYS = ("next", "nextUrl", "next_url", "nextPage", "next_page", "more")


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What a page offers besides its own text."""

    url: str
    anchors: tuple[Anchor, ...] = ()
    feeds: tuple[str, ...] = ()
    next_pages: tuple[str, ...] = ()  # the likeliest first
    pagers: tuple[Pager, ...] = ()
    language: str = ""  # of the page, primary subtag
    alternates: tuple[tuple[str, str], ...] = ()  # hreflang and url of the same page in other languages
    needs_js: bool = False  # it seems that only a script makes its links
    rendered: bool = False  # its scripts ran before it was read


def read_listing(response: Response, first: str, read_date: ReadDate) -> Listing:
    """Return what a page lists. ``first`` is the address of the list's first page.

    Raises :class:`NotAnArticle` or :class:`PageError` where the response is neither mark-up nor JSON.
    """
    if response.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return _of_json(response, first, read_date)
    document = parse(decode(response))
    if document.tree is None:
        raise NotAnArticle("not_html", "there is no mark-up in it", response.url)
    found = (*anchors(document, read_date), *_embedded(document, read_date))
    needs_js = _is_shell(document, found)
    if needs_js:
        found = (*found, *_in_state(document, read_date))
    scripts = scripts_of(document)
    return Listing(
        url=response.url,
        anchors=found,
        feeds=tuple(feeds_named(document)),
        next_pages=tuple(next_pages(document, found, first, scripts)),
        pagers=tuple(pagers(response.url, scripts)),
        language=(document.tree.get("lang") or "").strip().lower()[:2],
        alternates=tuple(_alternates(document)),
        needs_js=needs_js and _headlines(found) < MIN_HEADLINES,
    )


def _alternates(document: Document) -> Iterator[tuple[str, str]]:
    for link in document.tree.iter("link") if document.tree is not None else ():
        if link.get("hreflang") and "alternate" in (link.get("rel") or "").lower():
            url = resolve(document.base_url, link.get("href") or "")
            if url:
                yield (link.get("hreflang") or "").lower(), url


def _embedded(document: Document, read_date: ReadDate) -> Iterator[Anchor]:
    """Yield the links in the data of a page: those that a script would make."""
    if document.tree is None:
        return
    for script in document.tree.iter("script"):
        text = script.text or ""
        if "json" in (script.get("type") or "") and len(text) <= 20 * MAX_SCRIPT_CHARS:
            try:
                data = json.loads(text)
            except (ValueError, RecursionError):
                continue
            yield from _links_in(data, document.base_url, read_date)


def _is_shell(document: Document, found: Sequence[Anchor]) -> bool:
    """Tell whether a page has hardly a headline, but scripts, and a place that they fill or a wish for them."""
    tree = document.tree
    if tree is None or _headlines(found) >= MIN_HEADLINES:
        return False
    if all("json" in (script.get("type") or "") for script in tree.iter("script")):
        return False
    wishes = any("javascript" in "".join(map(str, one.itertext())).lower() for one in tree.iter("noscript"))
    places = tree.iter("div", "main", "ul")
    return wishes or any(one.get("id") and not len(one) and not (one.text or "").strip() for one in places)


def _headlines(found: Sequence[Anchor]) -> int:
    """Return how many links outside of menus and footers read like headlines."""
    return sum(one.zone not in ("menu", "foot") and reading_words(one.text) >= MIN_HEADLINE_WORDS for one in found)


def _in_state(document: Document, read_date: ReadDate) -> Iterator[Anchor]:
    """Yield the links in what the scripts of a page are handed, React's elements among it."""
    for state in states(document.tree):
        yield from _links_in(state, document.base_url, read_date)


def _of_json(response: Response, first: str, read_date: ReadDate) -> Listing:
    try:
        data = json.loads(response.body)
    except (ValueError, RecursionError) as error:
        raise PageError("unreadable", "it is no list of links: neither mark-up nor JSON", response.url) from error
    following = [
        url
        for node in _nodes(data)
        if isinstance(node, dict)
        for key in _NEXT_KEYS
        if isinstance(node.get(key), str) and (url := resolve(response.url, node[key])) and same_site(url, response.url)
    ]
    for node in _nodes(data):  # HTML in JSON, as such services often answer
        if isinstance(node, str) and "<a " in node:
            inner = msgspec.structs.replace(response, body=node.encode("utf-8", "replace"), headers={})
            listing = read_listing(inner, first, read_date)
            return msgspec.structs.replace(listing, next_pages=(*following, *listing.next_pages))
    return Listing(
        url=response.url, anchors=tuple(_links_in(data, response.url, read_date)), next_pages=tuple(following)
    )


def _links_in(data: Any, base: str, read_date: ReadDate) -> Iterator[Anchor]:
    """Yield an anchor for each object that has an address and a title."""
    for node in _nodes(data):
        if not isinstance(node, dict):
            continue
        href = next((node[key] for key in _URL_KEYS if isinstance(node.get(key), str)), None)
        title = next((node[key] for key in _TITLE_KEYS if isinstance(node.get(key), str)), None)
        title = title or (_text_in(node["children"]) if "children" in node else None)
        if not href or not title or " " in href or not ("/" in href or "?" in href):
            continue
        url = resolve(base, href)
        if url and origin_of(url):
            yield Anchor(
                url=url.partition("#")[0],
                text=" ".join(title.split())[:300],
                zone="",
                place="data",
                heading=True,
                picture=False,
                date=_date_of(node, read_date),
                price=False,
                rel="",
                language="",
            )


def _date_of(node: dict[str, Any], read_date: ReadDate) -> datetime | None:
    stated = next((node[key] for key in _DATE_KEYS if isinstance(node.get(key), (str, int))), None)
    return read_date(str(stated)[:60]) if stated is not None else None


def _text_in(children: Any) -> str:
    """Return the text in an element of React's: ``["$", tag, key, {"children": ...}]``."""
    parts: list[str] = []
    stack = [children]
    for _ in range(MAX_ELEMENTS_OF_LINK):
        if not stack:
            break
        node = stack.pop()
        if isinstance(node, str):
            parts.append(node)
        elif isinstance(node, list) and node[:1] == ["$"]:
            stack.append(node[3].get("children") if len(node) == 4 and isinstance(node[3], dict) else None)
        elif isinstance(node, list):
            stack += reversed(node)
    return " ".join("".join(parts).split())


def _nodes(data: Any) -> Iterator[Any]:
    """Yield the values in JSON data, in order, without recursion, each once."""
    stack = [data]
    seen: set[int] = set()
    for _ in range(MAX_JSON_NODES):
        if not stack:
            return
        node = stack.pop()
        if isinstance(node, (dict, list)):
            if id(node) in seen:
                continue
            seen.add(id(node))
        yield node
        if isinstance(node, dict):
            stack += reversed(node.values())
        elif isinstance(node, list):
            stack += reversed(node)
