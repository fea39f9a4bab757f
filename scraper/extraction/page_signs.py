"""What the markup of a page holds besides text: titles, buttons, forms, where it leads. Read from short pages only."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from scraper.extraction import page_words
from scraper.records import Document
from scraper.urls import normalise, resolve

# Longer scripts are programs: what address they hold is for a click, not for the load.
MAX_REDIRECT_CHARS = 400
MAX_BUTTON_CHARS = 60

_REDIRECT = re.compile(
    r"location(?:\.href)?\s*=\s*[\"']([^\"'\s]{1,2000})[\"']\s*(?:[;}]|$)"
    r"|location\.(?:replace|assign)\(\s*[\"']([^\"'\s]{1,2000})[\"']\s*\)"
)
_REFRESH = re.compile(r"\s*(\d{0,9})[\d.]*\s*[;,]?\s*url\s*=\s*[\"']?\s*([^\"'\s]+)", re.IGNORECASE)
_UNSHOWN = frozenset(("script", "style", "noscript", "title", "template"))
MAX_REFRESH_S = 15  # longer: a page that is loaded again now and then
# Ids of the element that a script builds its page in.
_MOUNTS = frozenset("root app __next __nuxt __layout main-app react-root app-root svelte ___gatsby".split())


@dataclass
class Signs:
    """All texts are in lower case with white space folded."""

    buttons: list[str] = field(default_factory=list)
    passwords: int = 0
    noscript: str = ""
    refresh: str = ""  # where a refresh leads at once: an absolute url of another page
    jump: str = ""  # where a script does
    text: str = ""  # all that a browser without scripts would show
    scripts: int = 0
    has_mount: bool = False  # an empty element that a script fills
    has_challenge: bool = False


def read_titles(document: Document) -> list[str]:
    """Return what title and h1 hold, in lower case with white space folded; asked of more pages than the signs."""
    found = document.tree.iter("title", "h1") if document.tree is not None else ()
    return [title for element in found if (title := _text(element))]


def read_signs(document: Document) -> Signs:
    """Return the signs of a page; none for a page without a tree."""
    signs, url = Signs(), document.page.response.url
    shown: list[str] = []
    for element in document.tree.iter() if document.tree is not None else ():
        tag = element.tag
        reader = _READERS.get(tag)
        if reader:
            reader(signs, element, document.base_url)
        if tag not in _UNSHOWN and (text := element.text):
            shown.append(text)
        if tail := element.tail:
            shown.append(tail)
        if not signs.has_mount and element.get("id") in _MOUNTS and not _text(element):
            signs.has_mount = True
    signs.text = " ".join(" ".join(shown).lower().split())
    signs.refresh, signs.jump = (
        "" if normalise(address) == normalise(url) else address for address in (signs.refresh, signs.jump)
    )
    return signs


def _button(signs: Signs, element: Any, _base: str) -> None:
    text = _text(element)
    if text and len(text) <= MAX_BUTTON_CHARS:
        signs.buttons.append(text)


def _input(signs: Signs, element: Any, _base: str) -> None:
    kind = (element.get("type") or "").lower()
    signs.passwords += kind == "password"
    if kind in ("submit", "button"):
        signs.buttons.append(" ".join((element.get("value") or "").lower().split()))


def _noscript(signs: Signs, element: Any, _base: str) -> None:
    signs.noscript += f" {_text(element)}"


def _meta(signs: Signs, element: Any, base: str) -> None:
    if (element.get("http-equiv") or "").lower() != "refresh" or element.getparent().tag == "noscript":
        return
    found = _REFRESH.match(element.get("content") or "")
    if found and int(found[1] or 0) <= MAX_REFRESH_S:
        signs.refresh = signs.refresh or resolve(base, found[2]) or ""


def _script(signs: Signs, element: Any, base: str) -> None:
    signs.scripts += 1
    source, text = element.get("src") or "", element.text or ""
    signs.has_challenge |= bool(page_words.CHALLENGE_MARKS.search(source.lower() or text[:MAX_REDIRECT_CHARS].lower()))
    found = _REDIRECT.search(text) if len(text) <= MAX_REDIRECT_CHARS else None
    if found:
        signs.jump = signs.jump or resolve(base, (found[1] or found[2]).replace("\\/", "/")) or ""


def _frame(signs: Signs, element: Any, _base: str) -> None:
    signs.has_challenge |= bool(page_words.CHALLENGE_MARKS.search((element.get("src") or "").lower()))


_READERS = {
    "button": _button,
    "a": _button,
    "input": _input,
    "noscript": _noscript,
    "meta": _meta,
    "script": _script,
    "iframe": _frame,
}


def _text(element: Any) -> str:
    return " ".join(" ".join(element.itertext()).lower().split())
