"""The article's title, without the name of the site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from scraper.extraction import json_ld
from scraper.extraction.evidence import Evidence
from scraper.text import letters

# What stands between a headline and the site's name; "_" on Chinese portals.
_SEPARATOR = re.compile(
    r"\s+[|\-–—―:·•»«/~>]+\s+|\s*[|｜¦_：]+\s*|\s+::\s+|\s*[»›]\s*|\s+[|\-–—]|[—–]{2}|(?<=\S): (?=\S+\.\S+$)"
)
_SEPARATOR_MARKS = frozenset("|-–—―:·•»«/~>›｜¦_：")  # one of them is in each
_SEPARATOR_BESIDE_QUOTES = re.compile(_SEPARATOR.pattern.replace("»«", "").replace(r"|\s*[»›]\s*", ""))
_TOKEN = re.compile(r"\w+")
# From here on (CJK radicals) scripts write without spaces: characters are compared, not words.
_FIRST_UNSPACED = "\u2e80"
# An h1 that shares this much with a title of the head is the headline; measured on the development sets.
MIN_SHARED = 0.6
MIN_SHARED_OF_ONLY_H1 = 0.2
MAX_TITLE_CHARS = 500
# Headings that are looked at, of each kind; pages with more are listings or use h1 for every section.
MAX_HEADINGS = 8
# A heading further inside the text than this is that of a section, unless it says what the head says.
MAX_BLOCKS_INTO_TEXT = 2
MIN_KICKER_LETTERS = 5
MIN_CUT_CHARS = 90
# The title stands among a page's first blocks.
MAX_TITLE_BLOCK = 150


class Title(NamedTuple):
    """The title, where it came from, and the block that shows it."""

    text: str | None
    source: str | None
    block: int | None


def title(evidence: Evidence) -> Title:
    """Return the title: the heading that the head agrees with, else the head's, less the site's name.

    A news article's JSON-LD headline comes before its h1, which may hold a kicker or a short form.
    """
    names = _name_keys(evidence)
    claims = _claims(evidence, names)
    block = _shown(evidence, claims, names)
    heading = None if block is None else json_ld.folded(evidence.columns.text[block][:MAX_TITLE_CHARS])
    news = bool(claims) and claims[0][1] == "json-ld" and evidence.is_news
    if claims and (heading is None or (news and not _is_cut(claims[0][0], heading))):
        text, source = claims[0]
    elif block is not None and heading is not None:
        text, source = without_site(heading, names), _tag(evidence, block)
    else:
        return Title(None, None, None)
    return Title(_without_kicker(text, claims), source, block)


def _claims(evidence: Evidence, names: frozenset[str]) -> list[tuple[str, str]]:
    """Return what the head calls the page, best first, cleaned of the site's names."""
    claims = [
        (json_ld.text(evidence.article, "headline") or json_ld.text(evidence.article, "name"), "json-ld"),
        (evidence.meta("og:title"), "meta"),
        (evidence.meta("twitter:title", "dc.title", "parsely-title", "sailthru.title"), "meta"),
        (evidence.columns.title, "title"),
    ]
    first: dict[str, str] = {}  # most pages say the same in several places
    for text, source in claims:
        if text:
            first.setdefault(json_ld.folded(text)[:MAX_TITLE_CHARS], source)
    cleaned = ((without_site(text, names), source) for text, source in first.items())
    return [(text, source) for text, source in cleaned if text and key(text) not in names]


def _is_cut(claim: str, heading: str) -> bool:
    """Say whether a headline in JSON-LD is the page's, cut after the 110 characters that search engines ask for."""
    return len(claim) >= MIN_CUT_CHARS and heading.startswith(claim.rstrip(" .…")) and len(heading) > len(claim)


def _shown(evidence: Evidence, claims: Sequence[tuple[str, str]], names: frozenset[str]) -> int | None:
    """Return the block that shows the title: the heading most like a claim, or text that the title element holds."""
    columns = evidence.columns
    heads = [b for b in columns.headings[:MAX_HEADINGS] if not _names_the_site(evidence, b, names)]
    wanted = [tokens(claim) for claim, _ in claims]
    found = _most_alike(columns.text, heads, wanted, MIN_SHARED)
    last = evidence.body[0] + MAX_BLOCKS_INTO_TEXT if evidence.body else len(columns.text)
    heads = [block for block in heads if block <= last]
    if found is None and heads:
        # An h1 that says the same in other words is what the reader sees; "Our blog" shares nothing.
        sure = len(heads) > 1 or evidence.article or "og:title" in evidence.metas
        least = MIN_SHARED_OF_ONLY_H1 if sure else 0.0
        found = heads[0] if not wanted else _most_alike(columns.text, heads, wanted, least)
    if found is None:
        found = _verbatim(evidence, names)
    if found is None:
        others = [block for block, tag in enumerate(columns.tag[: last + 1]) if tag == "h2"][:MAX_HEADINGS]
        found = _most_alike(columns.text, others, wanted, MIN_SHARED)
    return found


def _names_the_site(evidence: Evidence, block: int, names: frozenset[str]) -> bool:
    """Say whether a heading is the site's name: it says so, leads to the front page, or ends the title element."""
    columns = evidence.columns
    text = columns.text[block]
    links = columns.links[block]
    if key(text) in names or (links and links[0][2].rstrip("/") in ("", evidence.root, "#")):
        return True
    if not columns.title.endswith(text):
        return False
    rest = columns.title.removesuffix(text).strip()
    rest = rest.rstrip("|-–—»«·:_ ")
    parted = bool(rest) and len(rest) < len(columns.title) - len(text)
    return parted and rest in columns.text[:MAX_TITLE_BLOCK]


def _most_alike(
    texts: Sequence[str], blocks: Sequence[int], claims: Sequence[frozenset[str]], least: float
) -> int | None:
    """Return the block most like one of the claims, the first of equals; ``None`` where none shares enough."""
    best, score = None, 0.0
    for block in blocks:
        heading = tokens(texts[block][:MAX_TITLE_CHARS])
        likeness = max((_likeness(heading, claim, least) for claim in claims), default=0.0)
        if likeness > score:
            best, score = block, likeness
    return best


def _verbatim(evidence: Evidence, names: frozenset[str]) -> int | None:
    """Return the first block that is a good part of the title element, word for word."""
    whole = evidence.columns.title
    least = max(4, 0.4 * len(whole))
    for block, text in enumerate(evidence.columns.text[:MAX_TITLE_BLOCK]):
        fits = least <= len(text) <= len(whole) and evidence.columns.tag[block] != "h1"  # those were looked at before
        if fits and text in whole and key(text) not in names:
            return block
    return None


def _likeness(heading: frozenset[str], claim: frozenset[str], least: float) -> float:
    """Return how alike the two are, 0 where too little of the heading occurs in the claim."""
    both = len(heading & claim)
    if not both or both < least * len(heading):
        return 0.0
    return 2 * both / (len(heading) + len(claim))


def _without_kicker(text: str, claims: Sequence[tuple[str, str]]) -> str:
    """Return the text without the topic line in front of it, where a claim does without."""
    for claim, _ in claims:
        if len(claim) < len(text) and text.endswith(claim) and _is_kicker(text[: -len(claim)]):
            return claim
    return text


def _is_kicker(text: str) -> bool:
    """Say whether this, in front of a headline, is a topic and not its first words ("The", "10")."""
    bare = text.strip()
    return bare[-1:] in ":-–—|" or (sum(map(str.isalpha, bare)) >= MIN_KICKER_LETTERS and text != bare)


def _tag(evidence: Evidence, block: int) -> str:
    return evidence.columns.tag[block] if evidence.columns.tag[block] == "h1" else "visible"


def tokens(text: str) -> frozenset[str]:
    """Return the words of a text, or its characters where the script has no spaces."""
    folded = text.casefold()
    if not text.isascii() and any(mark >= _FIRST_UNSPACED for mark in text):
        return frozenset(mark for mark in folded if mark.isalnum())
    return frozenset(_TOKEN.findall(folded))


def key(text: str) -> str:
    """Return a name without case, spaces and punctuation, to compare it."""
    return letters(text)


def _name_keys(evidence: Evidence) -> frozenset[str]:
    """Return the site's names as keys: as it calls itself, and what its host says."""
    names = [key(name) for name in evidence.site_names]
    labels = evidence.host.removeprefix("www.").split(".")
    names += [key(evidence.host.removeprefix("www.")), *(label for label in labels[:-1] if len(label) > 2)]
    return frozenset(filter(None, names))


def without_site(text: str, names: Iterable[str]) -> str:
    """Return a title without the parts at its ends that name the site."""
    if _SEPARATOR_MARKS.isdisjoint(text):
        return text
    separator = _SEPARATOR_BESIDE_QUOTES if "«" in text and "»" in text else _SEPARATOR
    spans = [match.span() for match in separator.finditer(text)]
    if not spans:
        return text
    start, end = 0, len(text)
    parts = [text[last:first] for (_, last), (first, _) in pairwise([(0, 0), *spans, (end, end)])]
    first, last = 0, len(parts) - 1
    while first < last and _is_name(parts[last], names):
        last -= 1
        end = spans[last][0]
    while first < last and _is_name(parts[first], names):
        start = spans[first][1]
        first += 1
    return text[start:end].strip()


def _is_name(part: str, names: Iterable[str]) -> bool:
    folded = key(part)
    return not folded or any(
        folded == name or (len(name) > 3 and name in folded and len(folded) < 2 * len(name)) for name in names
    )
