"""Who wrote the article: people, and the agencies and newsrooms that sign it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from scraper.extraction import json_ld
from scraper.extraction.evidence import Evidence
from scraper.extraction.names import Names, names, names_in_line
from scraper.extraction.titles import key

# The address of a person's page on most systems.
_PROFILE = re.compile(r"/(?:authors?|autor(?:en|es)?|auteurs?|autori|by|people|person|staff|contributors?|writers?|profiles?|journalist(?:en|e|s)?|redakteure?|columnists?|reporters?|team|user|users)/", re.IGNORECASE)
_AUTHOR_METAS = (
    "author", "parsely-author", "sailthru.author", "byl", "dc.creator", "dcterms.creator", "article:author_name",
    "citation_author", "article:author", "creator", "cxenseparse:author", "mediator_author", "twitter:data1",
)  # fmt: skip
MAX_BYLINE_CHARS = 160
MAX_LONE_CHARS = 80
_DATED = re.compile(r"(?:19|20)\d\d|\d+ min", re.IGNORECASE)


class Byline(NamedTuple):
    """The article's authors, its organizations, and where they came from."""

    people: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    source: str | None = None


def byline(evidence: Evidence) -> Byline:
    """Return the people of the best source that names any, and the organizations of the best that names any.

    Where the page shows none of the people that its head names (the account that pressed the button), people that it
    does show come first.
    """
    site = frozenset(filter(None, (*map(key, evidence.site_names), key(evidence.host.removeprefix("www.")))))
    organizations: tuple[str, ...] = ()
    origin = None
    hidden: Byline | None = None
    shown = "\n".join(evidence.columns.text)
    for source, read in _SOURCES:
        for found in read(evidence, site):
            people = tuple(person for person in found.people if not _is_part(person, organizations))
            if found.organizations and not organizations:
                organizations, origin = found.organizations, source
            if people:
                result = Byline(people, found.organizations or organizations, source)
                if source not in ("json-ld", "meta") or any(person in shown for person in people):
                    return result
                hidden = hidden or result
    return hidden or Byline((), organizations, origin)


def _is_part(person: str, organizations: tuple[str, ...]) -> bool:
    """Say whether a name is a piece of an organization's ("Center for Rest and Research")."""
    return any(person in organization for organization in organizations)


def _from_json_ld(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
    if evidence.article is None:
        return
    known = json_ld.by_id(evidence.nodes)
    for field in ("author", "creator"):
        value = evidence.article.get(field)
        people: list[str] = []
        organizations: list[str] = []
        for item in value if isinstance(value, list) else [value]:
            node = item
            if isinstance(item, dict) and not item.get("name") and isinstance(item.get("@id"), str):
                node = known.get(item["@id"], item)
            text = json_ld.folded(next(iter(json_ld.texts(node)), ""))
            if not text or text.startswith("http"):
                continue
            if isinstance(node, dict) and "organization" in "".join(json_ld.types(node)):
                organizations.append(text)
                continue
            found = names(text, site, trusted=True)
            people += found.people
            organizations += found.organizations
        if people or organizations:
            yield Names(tuple(dict.fromkeys(people)), tuple(dict.fromkeys(organizations)))


def _from_metas(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
    for name in _AUTHOR_METAS:
        texts = [text for text in map(json_ld.folded, evidence.metas.get(name, ())) if text and "://" not in text]
        if texts:
            yield _joined(texts, site, trusted=True)


def _joined(texts: list[str], site: frozenset[str], *, trusted: bool) -> Names:
    found = [names(text, site, trusted=trusted) for text in texts]
    people = dict.fromkeys(person for one in found for person in one.people)
    return Names(tuple(people), tuple(dict.fromkeys(o for one in found for o in one.organizations)))


def _from_hints(how: str) -> Callable[[Evidence, frozenset[str]], Iterator[Names]]:
    def read(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
        """Yield the names of the hints that stand together near the title, or right behind the text."""
        hints = [hint for hint in evidence.columns.hints if hint.kind == "author" and hint.how == how and hint.text]
        for place in (evidence.near(), evidence.after()):
            together = [hint for hint in hints if hint.block in place]
            if together:
                texts = [hint.text for hint in together if hint.block <= together[0].block + 2]
                yield _joined(_innermost(texts), site, trusted=how != "class")

    return read


def _innermost(texts: list[str]) -> list[str]:
    """Return the texts that hold none of the others: the name, not the box around it."""
    return [text for text in texts if not any(other != text and other in text and len(other) > 3 for other in texts)]  # noqa: PLR2004


def _from_profiles(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
    """Yield the names on links to authors' pages."""
    columns = evidence.columns
    for place in (evidence.near(), evidence.after()):
        texts = []
        for block in place:
            for start, end, href in columns.links[block] or ():
                if _PROFILE.search(href):
                    texts.append(columns.text[block][start:end])
        if texts:
            yield _joined(texts, site, trusted=False)


def _from_lines(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
    """Yield the names in lines that begin with "By" or the like, near the title, then behind the text."""
    columns = evidence.columns
    for block in (*evidence.near(), *evidence.after()):
        for line in columns.text[block].split("\n")[:3]:
            if len(line) <= MAX_BYLINE_CHARS and block != evidence.title_block:
                yield names_in_line(line, site)


def _from_lone_names(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
    """Yield the names in lines without a label, if a date stands in the line or beside it."""
    columns = evidence.columns
    if evidence.title_block is None:
        return
    for block in range(max(0, evidence.title_block - 2), min(evidence.title_block + 8, len(columns.text))):
        text = columns.text[block]
        if len(text) <= MAX_LONE_CHARS and block != evidence.title_block and columns.tag[block] not in ("h1", "li"):
            beside = columns.text[max(0, block - 1) : block + 2]
            if any(len(line) <= MAX_LONE_CHARS and _DATED.search(line) for line in beside):
                for part in re.split(r"\s*[|•·/\n]\s*|\s[–—-]\s|\d{4}", text)[:3]:
                    yield Names(names(part, site).people)


_SOURCES:
        for found in read(evidence, site):
            people = tuple(person for person in found.people if not _is_part(person, organizations))
            if found.organizations and not organizations:
                organizations, origin = found.organizations, source
            if people:
                result = Byline(people, found.organizations or organizations, source)
                if source not in ("json-ld", "meta") or any(person in shown for person in people):
                    return result
                hidden = hidden or result
    return hidden or Byline((), organizations, origin)


def _is_part(person: str, organizations: tuple[str, ...]) -> bool:
    """Say whether a name is a piece of an organization's ("Center for Rest and Research")."""
    return any(person in organization for organization in organizations)


def _from_json_ld(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
    if evidence.article is None:
        return
    known = json_ld.by_id(evidence.nodes)
    for field in ("author", "creator"):
        value = evidence.article.get(field)
        people: list[str] = []
        organizations: list[str] = []
        for item in value if isinstance(value, list) else [value]:
            node = item
            if isinstance(item, dict) and not item.get("name") and isinstance(item.get("@id"), str):
                node = known.get(item["@id"], item)
            text = json_ld.folded(next(iter(json_ld.texts(node)), ""))
            if not text or text.startswith("http"):
                continue
            if isinstance(node, dict) and "organization" in "".join(json_ld.types(node)):
                organizations.append(text)
                continue
            found = names(text, site, trusted=True)
            people += found.people
            organizations += found.organizations
        if people or organizations:
            yield Names(tuple(dict.fromkeys(people)), tuple(dict.fromkeys(organizations)))


def _from_metas(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
    for name in _AUTHOR_METAS:
        texts = [text for text in map(json_ld.folded, evidence.metas.get(name, ())) if text and "://" not in text]
        if texts:
            yield _joined(texts, site, trusted=True)


def _joined(texts: list[str], site: frozenset[str], *, trusted: bool) -> Names:
    found = [names(text, site, trusted=trusted) for text in texts]
    people = dict.fromkeys(person for one in found for person in one.people)
    return Names(tuple(people), tuple(dict.fromkeys(o for one in found for o in one.organizations)))


def _from_hints(how: str) -> Callable[[Evidence, frozenset[str]], Iterator[Names]]:
    def read(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
        """Yield the names of the hints that stand together near the title, or right behind the text."""
        hints = [hint for hint in evidence.columns.hints if hint.kind == "author" and hint.how == how and hint.text]
        for place in (evidence.near(), evidence.after()):
            together = [hint for hint in hints if hint.block in place]
            if together:
                texts = [hint.text for hint in together if hint.block <= together[0].block + 2]
                yield _joined(_innermost(texts), site, trusted=how != "class")

    return read


def _innermost(texts: list[str]) -> list[str]:
    """Return the texts that hold none of the others: the name, not the box around it."""
    return [text for text in texts if not any(other != text and other in text and len(other) > 3 for other in texts)]  # noqa: PLR2004


def _from_profiles(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
    """Yield the names on links to authors' pages."""
    columns = evidence.columns
    for place in (evidence.near(), evidence.after()):
        texts = []
        for block in place:
            for start, end, href in columns.links[block] or ():
                if _PROFILE.search(href):
                    texts.append(columns.text[block][start:end])
        if texts:
            yield _joined(texts, site, trusted=False)


def _from_lines(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
    """Yield the names in lines that begin with "By"."""
    columns = evidence.columns
    for block in (*evidence.near(), *evidence.after()):
        for line in columns.text[block].split("\n")[:3]:
            if len(line) <= MAX_BYLINE_CHARS and block != evidence.title_block and labelled(line):
                yield names(line, site)


_SOURCES: tuple[tuple[str, Callable[[Evidence, frozenset[str]], Iterator[Names]]], ...] = (
    ("json-ld", _from_json_ld),
    ("meta", _from_metas),
    ("rel", _from_hints("rel")),
    ("microdata", _from_hints("itemprop")),
    ("profile", _from_profiles),
    ("visible", _from_lines),
    ("class", _from_hints("class")),
    ("visible", _from_lone_names),
)
