"""Who wrote the article: people, and the agencies and newsrooms that sign it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import repeat
from operator import contains
from typing import Any, NamedTuple

from scraper.extraction import json_ld
from scraper.extraction.evidence import Evidence
from scraper.extraction.flags import BIT
from scraper.extraction.names import MAX_PEN_NAME_CHARS, Names, is_label, names, names_in_line, signature
from scraper.extraction.titles import key

# A part of the address of a person's page on most systems.
_PROFILE = frozenset(
    """author authors autor autoren autores auteur auteurs autori by people person staff contributor contributors writer
    writers editor editors profile profiles journalist journalisten journaliste journalists redakteur redakteure
    columnist columnists reporter reporters team user users""".split()
)
_AUTHOR_METAS = (
    "author", "parsely-author", "sailthru.author", "byl", "dc.creator", "dcterms.creator", "article:author_name",
    "citation_author", "article:author", "creator", "cxenseparse:author", "mediator_author", "twitter:data1",
)  # fmt: skip
# A byline with roles, date and reading time takes less; longer lines are prose.
MAX_BYLINE_CHARS = 160
# A name, perhaps with a date, and nothing else.
MAX_LONE_CHARS = 80
MAX_LONE_WORDS = 3
MAX_VIETNAMESE_WORDS = 4
_DATED = re.compile(r"(?:19|20)\d\d|\d+ min", re.IGNORECASE)
_REVIEWED = re.compile(r"\b(?:reviewed|edited|fact[- ]checked) by", re.IGNORECASE)
_LONE_PARTS = re.compile(r"\s*[|•·/\n]\s*|\s[–—-]\s|\d{4}")


class Byline(NamedTuple):
    """The article's authors, its organizations, and where they came from."""

    people: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    source: str | None = None


Source = Callable[[Evidence, frozenset[str]], Iterator[Names]]


def byline(evidence: Evidence) -> Byline:
    """Return the people of the best source that names any, and the organizations of the best that names any.

    Where the page shows none of the people that its head names (the account that pressed the button), people that it
    does show come first. Where an organization is named as the author, only a plain byline adds people.
    """
    site = frozenset(filter(None, (*map(key, evidence.site_names), key(evidence.host.removeprefix("www.")))))
    organizations: tuple[str, ...] = ()
    origin = None
    hidden: Byline | None = None
    shown = evidence.columns.text
    for source, read in _SOURCES:
        if read in _WEAK and any(key(organization) not in site for organization in organizations):
            continue
        if read is _from_lone_names and hidden:  # any line may look like a name
            break
        for found in read(evidence, site):
            people = tuple(person for person in found.people if not _is_part(person, organizations))
            if source in _VISIBLE:
                people = tuple(person for person in people if not _is_ordinary(person, shown))
            if people:
                result = Byline(people, found.organizations or organizations, source)
                if source in _VISIBLE or any(any(map(contains, shown, repeat(person))) for person in people):
                    return result
                hidden = hidden or result
            if found.organizations and not organizations:
                organizations, origin = found.organizations, source
    return hidden or Byline((), organizations, origin)


def _is_ordinary(name: str, shown: Sequence[str]) -> bool:
    """Say whether a would-be name is made of words that the page also writes small, as prose does ("Buying Guides")."""
    words = [word for word in name.split() if len(word) > 2 and word.isascii() and word.isalpha()]
    if not words or name.islower():  # a pen name, which is written as it is meant
        return False
    page = "\n".join(shown)
    small = [word for word in words if _times(word.lower(), page) > word.islower()]
    return len(small) > len(words) / 2


def _times(word: str, text: str) -> int:
    """Return how often (2 is enough) a word occurs in a text, in this case and not as a part of another."""
    times = 0
    start = text.find(word)
    while start >= 0 and times < 2:
        end = start + len(word)
        times += not (text[start - 1 : start].isalpha() or text[end : end + 1].isalpha() or _in_address(text, start))
        start = text.find(word, end)
    return times


def _in_address(text: str, place: int) -> bool:
    """Say whether a word in a text belongs to an address or a handle ("ann.bell@courier.example")."""
    start = max(text.rfind(" ", 0, place), text.rfind("\n", 0, place)) + 1
    return "@" in text[start : place + MAX_LONE_CHARS].split(None, 1)[0]


def _is_part(person: str, organizations: Iterable[str]) -> bool:
    """Say whether a name is a piece of an organization's ("Center for Rest and Research")."""
    return any(person in organization or organization in person for organization in organizations)


def _from_json_ld(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
    if evidence.article is None:
        return
    known = json_ld.by_id(evidence.nodes)
    for field in ("author", "creator"):
        value = evidence.article.get(field)
        stated = [_of_node(item, known, site) for item in (value if isinstance(value, list) else [value])]
        yield _joined(stated)


def _of_node(item: Any, known: dict[str, json_ld.Node], site: frozenset[str]) -> Names:
    """Return the names of one author: a text, an object, or the id of an object elsewhere in the page."""
    if isinstance(item, dict) and not item.get("name") and isinstance(item.get("@id"), str):
        item = known.get(item["@id"], item)
    text = json_ld.folded(", ".join(json_ld.texts(item)) or _given_and_family(item))
    if not text or text.startswith("http"):
        return Names()
    if isinstance(item, dict) and any(kind.endswith("organization") for kind in json_ld.types(item)):
        return Names((), (text,))
    return names(text, site, trusted=True)


def _given_and_family(item: Any) -> str:
    """Return the name of a person whose node has it in two pieces only."""
    pieces = (item.get("givenName"), item.get("familyName")) if isinstance(item, dict) else ()
    return " ".join(piece for piece in pieces if isinstance(piece, str))


def _from_metas(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
    for name in _AUTHOR_METAS:
        texts = [text for text in map(json_ld.folded, evidence.metas.get(name, ())) if text and "://" not in text]
        if texts:
            yield _joined(names(_turned(text), site, trusted=True) for text in texts)


def _turned(text: str) -> str:
    """Return "Ann Bell" for "Bell, Ann", as libraries write it."""
    last, comma, first = text.partition(", ")
    return f"{first} {last}" if comma and " " not in last and first.count(" ") < 2 and "," not in first else text


def _joined(found: Iterable[Names]) -> Names:
    people: dict[str, None] = {}
    organizations: dict[str, None] = {}
    for one in found:
        people.update(dict.fromkeys(one.people))
        organizations.update(dict.fromkeys(one.organizations))
    return Names(tuple(people), tuple(organizations))


def _from_hints(how: str) -> Source:
    def read(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
        """Yield the names of the hints that stand together near the title, or right behind the text."""
        hints = [hint for hint in evidence.columns.hints if hint.kind == "author" and hint.how == how and hint.text]
        for place in (evidence.near(), evidence.after()):
            together = [hint for hint in hints if hint.block in place]
            if together:
                texts = [hint.text for hint in together if hint.block <= together[0].block + 2]
                yield _joined(_of_hint(text, site, how) for text in _innermost(texts))
        anywhere = _joined(names(text, site) for text in dict.fromkeys(hint.text for hint in hints))
        if how == "class" and len(anywhere.people) == 1:  # several are the authors of other articles, or of comments
            yield anywhere

    return read


def _of_hint(text: str, site: frozenset[str], how: str) -> Names:
    """Return the names in an element's text; where a class promised them, perhaps behind a section or a date."""
    found = names(text, site, trusted=how != "class")
    if any(found) or how != "class" or len(text) > MAX_LONE_CHARS:
        return found
    return next((part for part in (names(part, site) for part in _LONE_PARTS.split(text)) if part.people), found)


def _innermost(texts: list[str]) -> list[str]:
    """Return the texts that hold none of the others: the name, not the box around it."""
    return [text for text in texts if not any(other != text and other in text and len(other) > 3 for other in texts)]


def _from_profiles(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
    """Yield the names on links to authors' pages; who reviewed or edited is no author."""
    columns = evidence.columns
    for block in (*evidence.near(), *evidence.after()):
        if columns.c_flags[columns.container[block]] & BIT["TAGS"]:  # the people that the article is about
            continue
        spans = [(start, end) for start, end, href in columns.links[block] or () if _leads_to_person(href)]
        if spans:
            text = columns.text[block]
            reviewed = _REVIEWED.search(text)
            stop = reviewed.start() if reviewed else len(text)
            yield _joined(names(text[start:end], site) for start, end in spans if start < stop)


def _leads_to_person(href: str) -> bool:
    """Say whether an address is that of a person's page: a folder in it is called "author" or the like."""
    return not _PROFILE.isdisjoint(href.lower().split("/")[:-1])


def _from_lines(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
    """Yield the names in lines that begin with "By" or the like, near the title, then behind the text."""
    columns = evidence.columns
    for block in (*evidence.near(), *evidence.after()):
        if is_label(columns.text[block]) and block + 1 < len(columns.text):
            below = columns.text[block + 1]
            if len(below) <= MAX_LONE_CHARS and not below[:1].isdigit():
                yield names(below, site, trusted=len(below) <= MAX_PEN_NAME_CHARS)
            continue
        for line in columns.text[block].split("\n")[:3]:
            if len(line) <= MAX_BYLINE_CHARS and block != evidence.title_block:
                yield names_in_line(line, site)


def _from_brackets(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
    """Yield the reporters in brackets at the begin of a Chinese text, and who signs at its end."""
    del site
    if evidence.body:
        first, last = (evidence.columns.text[place] for place in (evidence.body[0], evidence.body[-1]))
        yield Names(signature(first, last))


def _from_last_line(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
    """Yield the name below a Vietnamese text, where its author signs."""
    if evidence.language[:2] == "vi" and evidence.body:
        last = evidence.body[1]
        for line in evidence.columns.text[last : last + 2]:
            if len(line.split()) <= MAX_VIETNAMESE_WORDS:
                yield Names(names(line, site).people)


def _from_lone_names(evidence: Evidence, site: frozenset[str]) -> Iterator[Names]:
    """Yield the names in lines without a label: several parted by strokes, or with a date in the line or beside it."""
    columns = evidence.columns
    title = evidence.title_block
    if title is None:
        return
    reach = 0 if evidence.language[:2].lower() == "de" else 1  # German writes every noun like a name
    for block in range(max(0, title - 2), min(title + 8, len(columns.text))):
        text = columns.text[block]
        if block == title or len(text) > MAX_LONE_CHARS or columns.tag[block] in ("h1", "li"):
            continue
        several = [names(part, site).people for part in text.split("/")] if "/" in text else []
        if several and all(several):
            yield _joined(map(Names, several))
        beside = columns.text[max(0, block - reach) : block + reach + 1]
        if any(len(line) <= MAX_LONE_CHARS and _DATED.search(line) for line in beside):
            for part in _LONE_PARTS.split(text)[:3]:
                if not part.isupper() and len(part.split()) <= MAX_LONE_WORDS:
                    yield Names(names(part, site).people)


# The share of pages on which each source names the right people, where it is there (development sets): JSON-LD .88 to
# .92, metas .76 to .87, links to profiles .83 to .88, "By" lines .75, classes .57 to .79.
_from_rel, _from_microdata, _from_classes = _from_hints("rel"), _from_hints("itemprop"), _from_hints("class")
_SOURCES: tuple[tuple[str, Source], ...] = (
    ("json-ld", _from_json_ld),
    ("meta", _from_metas),
    ("rel", _from_rel),
    ("microdata", _from_microdata),
    ("profile", _from_profiles),
    ("visible", _from_lines),
    ("class", _from_classes),
    ("visible", _from_brackets),
    ("visible", _from_last_line),
    ("visible", _from_lone_names),
)
_WEAK = (_from_profiles, _from_classes, _from_lone_names)
_VISIBLE = frozenset(source for source, _ in _SOURCES[2:])
