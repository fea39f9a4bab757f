"""The memory of a site: what repeats in many of its articles is furniture, in any language and with no rule.

Of each article a *sketch* is kept: the fingerprints of its short lines. A line counts once an article, and copies of
one article count as one. What was seen in enough articles is known, with its share of them; how large a share is enough
depends on where a line stands, which :mod:`scraper.strip` knows.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import PurePath
from zlib import crc32

from scraper.rules import fold
from scraper.urls import site_of

# A longer line is a paragraph; an article's `removed` keeps as many characters of one.
MAX_CHARS = 300
# Two articles may share a quote, a headline or a correction by chance; what stands in three is a habit of the site.
MIN_ARTICLES = 3
# Sketches of a site, some 150 bytes each. A share of one fifth is known within 8 points, which is enough, and a site
# that changes its furniture has new sketches soon.
MAX_SKETCHES = 100
# Lines of a sketch; a page of 10 MB may have 100,000, and its sketch is made where all other pages wait.
MAX_LINES = 1000

_DIGITS = re.compile(r"\d+")
_TWO_LETTERS = re.compile(r"[^\W\d_].*?[^\W\d_]")  # "Q" and "A" are an interview
_ZEROS = bytes(ord("0") if chr(code).isdigit() else code for code in range(128)) + bytes(range(128, 256))
_MANY_ZEROS = re.compile(rb"0+")
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())

Sketch = frozenset[int]


def fingerprint(line: str) -> int:
    """Return 32 bits that tell lines apart but for case, width, white space, ornaments and numbers; 0 for no words.

    Numbers do not count, so that "12 comments" and "7 comments" are one line. A site has some hundred lines that are
    furniture, so another line is taken for one of them once in ten million.
    """
    if len(line) > MAX_CHARS:
        return 0
    folded = fold(line)
    if folded.isascii():  # the same in a third of the time
        data = folded.encode().translate(_ZEROS)
        if b"00" in data:
            data = _MANY_ZEROS.sub(b"0", data)
        return crc32(data) if len(data.translate(None, _NO_LETTERS)) > 1 else 0
    folded = _DIGITS.sub("0", folded)
    return crc32(folded.encode("utf-8", "replace")) if _TWO_LETTERS.search(folded) else 0


def sketch(lines: Iterable[str]) -> Sketch:
    """Return the fingerprints of an article's short lines.

    Lines that differ in a number only are left out where they stand in one article ("Step 1", "Step 2"): they are its
    order, and no furniture. Of a text with more than :data:`MAX_LINES` lines, the middle is left out: furniture
    stands at the ends.
    """
    texts: defaultdict[int, set[str]] = defaultdict(set)
    lines = list(lines)
    if len(lines) > MAX_LINES:
        lines = lines[: MAX_LINES // 2] + lines[-MAX_LINES // 2 :]
    for line in lines:
        texts[fingerprint(line)].add(fold(line))
    return frozenset(print_ for print_, found in texts.items() if print_ and len(found) == 1)


@dataclass(frozen=True, slots=True)
class SiteMemory:
    """What is known of one site: of how many articles, and in how many of them each line was seen."""

    articles: int = 0
    seen: Mapping[int, int] = field(default_factory=dict)  # fingerprint -> articles, `MIN_ARTICLES` or more

    def share(self, line: str) -> float:
        """Return the share of the site's articles that have this line; 0 if it is no habit of the site."""
        if not self.seen or len(line) > MAX_CHARS:
            return 0.0
        return self.seen.get(fingerprint(line), 0) / self.articles


NO_MEMORY = SiteMemory()


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of many sites. It never changes: what a run learns is for the next one."""

    sites: Mapping[str, SiteMemory] = field(default_factory=dict)

    def of(self, site: str) -> SiteMemory:
        """Return what is known of a site."""
        return self.sites.get(site, NO_MEMORY)

    def only(self, site: str) -> Memory:
        """Return what is known of one site alone."""
        return Memory({site: self.sites[site]}) if site in self.sites else Memory()


def site_memory(sketches: Iterable[Sketch]) -> SiteMemory:
    """Return what the sketches of a site's articles tell."""
    distinct = set(sketches)  # of copies, one
    counts = Counter(print_ for lines in distinct for print_ in lines)
    return SiteMemory(len(distinct), {print_: count for print_, count in counts.items() if count >= MIN_ARTICLES})


class Learner:
    """Collects sketches, of each site a sample that does not depend on the order in which they come."""

    def __init__(self) -> None:
        self._sketches: defaultdict[str, dict[bytes, Sketch]] = defaultdict(dict)

    def add(self, site: str, lines: Iterable[str]) -> None:
        """Take in an article of a site."""
        found = sketch(lines)
        kept = self._sketches[site]
        kept[sketch_key(found)] = found
        if len(kept) > 2 * MAX_SKETCHES:
            self._sketches[site] = _sample(kept)

    def memory(self) -> Memory:
        """Return what was learned."""
        return Memory({site: site_memory(_sample(kept).values()) for site, kept in self._sketches.items()})


def sketch_key(lines: Sketch) -> bytes:
    """Return eight bytes that tell sketches apart."""
    return blake2b(packed(lines), digest_size=8).digest()


def packed(lines: Sketch) -> bytes:
    """Return a sketch as bytes, four a line."""
    return b"".join(print_.to_bytes(4, "big") for print_ in sorted(lines))


def unpacked(data: bytes) -> Sketch:
    """Return the sketch that was packed."""
    return frozenset(int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data), 4))


def site_name(url: str, source: str) -> str:
    """Return the site of a page: the host of its address, or the folder of its file where it has none."""
    return site_of(url) or (url.rpartition("/")[0] if url.startswith("file:") else str(PurePath(source).parent))


def _sample(sketches: Mapping[bytes, Sketch]) -> dict[bytes, Sketch]:
    """Return the sketches with the smallest keys: a random sample, and always the same one."""
    return dict(sorted(sketches.items())[:MAX_SKETCHES])
