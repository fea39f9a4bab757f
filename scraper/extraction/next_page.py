"""Where an article that is spread over several pages goes on: a link that says next, or the number that follows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scraper.paging import is_next, is_whole, page_number
from scraper.records import Continuation, Document
from scraper.urls import goes_on, normalise, origin_of, resolve

_NUMBER = re.compile(r"\d{1,3}")
# What a title says of the page, and what stands between it and the title.
_PAGE_WORDS = re.compile(
    r"(?:\b(?:page|seite|página|pagina|strona|strana|sida|side|sayfa|part|teil|страница|стр)\b|第|页|頁|ページ|페이지)"
    r"|[\d\W_]+",
    re.IGNORECASE,
)
_MAX_TEXT_CHARS = 40
_TARGETS = ("data-href", "data-url", "data-next", "data-link")


def continuation(document: Document, first: str, position: int = 1) -> Continuation:
    """Return where the article goes on; its first page is at ``first``, this one is the ``position``-th.

    Only numbered siblings of the first page count: "next" is also what links to other articles are called.
    """
    url = document.page.response.url
    here = 0 if normalise(url) == normalise(first) else page_number(first, url) or 0
    following: str | None = None
    numbered: str | None = None
    whole: str | None = None
    for href, text, rel in _links(document):
        says_next = "next" in rel or is_next(text)
        label = _NUMBER.findall(text)
        if not (says_next or label == [str(position + 1)] or is_whole(text)):
            continue
        target = _as_safe_as(url, resolve(document.base_url, href) or "")
        if not goes_on(url, target) or normalise(target) in (normalise(url), normalise(first)):
            continue
        if is_whole(text):
            whole = whole or (target if _stem_of(first) in target else None)
            continue
        number = page_number(first, target)
        if number is None or number <= here:
            continue
        if says_next:
            following = following or target
        else:
            numbered = numbered or target
    return Continuation(titles=tuple(_titles(document)), next=following or numbered, whole=whole)


def same_article(one: Continuation, other: Continuation) -> bool:
    """Tell whether two pages have a title in common, numbers of pages aside."""
    return bool({_plain(title) for title in one.titles} & {_plain(title) for title in other.titles} - {""})


def _links(document: Document) -> Iterator[tuple[str, str, list[str]]]:
    if document.tree is None:
        return
    for element in document.tree.iter("a", "link", "button"):
        href = element.get("href") or ""
        if href[:1] in ("", "#") or href.startswith("javascript:"):  # a script goes where another attribute says
            href = next((value for name in _TARGETS if (value := element.get(name))), "")
        if href:
            text = "" if element.tag == "link" else " ".join(_text(element)[:200].split())
            yield href, text[:_MAX_TEXT_CHARS], (element.get("rel") or "").lower().split()


def _as_safe_as(url: str, target: str) -> str:
    """Return a link of a page at ``url`` with https where the page has it: many sites never rewrote their old links."""
    safe = re.sub("^http:", "https:", target)
    return safe if origin_of(safe) == origin_of(url) else target


def _titles(document: Document) -> Iterator[str]:
    """Yield what the page calls itself: headline, title for other sites, title of the window."""
    if document.tree is None:
        return
    for element in document.tree.iter("h1", "title"):
        yield _text(element)[:300]
    for element in document.tree.iter("meta"):
        if (element.get("property") or element.get("name")) in ("og:title", "twitter:title"):
            yield (element.get("content") or "")[:300]


def _text(element: Any) -> str:
    return "".join(map(str, element.itertext()))


def _plain(title: str) -> str:
    return _PAGE_WORDS.sub("", title).casefold()


def _stem_of(url: str) -> str:
    """Return the beginning that the address of all pages as one has in common with the first page."""
    path = url.partition("?")[0].rstrip("/")
    return path.rpartition(".")[0] if re.search(r"\.\w{3,5}$", path) else path
