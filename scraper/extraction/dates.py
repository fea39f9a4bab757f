"""When the article was published and last changed, as the page states it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from typing import NamedTuple

from scraper.extraction import json_ld
from scraper.extraction.date_parsing import FIRST_VISIBLE_YEAR, Moment, read_any_language, read_moment
from scraper.extraction.evidence import Evidence

# Meta names that hold the day of publication on news sites, blogs, repositories and Chinese portals.
PUBLISHED_METAS = (
    "article:published_time", "datepublished", "og:published_time", "og:article:published_time", "published",
    "article:published", "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.issued", "dcterms.date",
    "dc.date", "dc.date.created", "dcterms.created", "citation_online_date", "citation_publication_date",
    "citation_date", "prism.publicationdate", "cxenseparse:recs:publishtime", "cxenseparse:publishtime",
    "cxenseparse:recs:published_time", "weibo: article:create_at", "weibo:article:create_at", "og:publish_date",
    "og:pubdate", "og:release_date", "release_date", "publish_date", "publish-date", "publishdate", "pubdate",
    "pub_date", "date-pub", "publication_date", "publication-date", "publicationdate", "published_date",
    "publisheddate", "iso-8601-publish-date", "originalpublicationdate", "rnews:datepublished", "shareaholic:"
    "article_published_time", "vr:published_time", "apub:time", "its_publication", "datecreated", "og:time ",
    "og:time", "creation_date", "dateupdate", "article_date_original", "ptime", "date",
)  # fmt: skip
MODIFIED_METAS = (
    "article:modified_time", "og:updated_time", "og:modified_time", "og:article:modified_time", "datemodified",
    "article:modified", "weibo: article:update_at", "weibo:article:update_at", "dcterms.modified", "dc.date.modified",
    "article_updatetime", "lastmod", "revised", "last-modified",
)  # fmt: skip

# In a line with a date, these say that the text was changed last; compared in lower case.
_CHANGED = (
    "updated", "update:", "modified", "revised", "reviewed", "last edited", "aktualisiert", "geändert", "stand:",
    "mis à jour", "mise à jour", "modifié", "actualizad", "aggiornat", "atualizad", "bijgewerkt", "gewijzigd",
    "opdateret", "uppdaterad", "oppdatert", "päivitetty", "aktualizováno", "aktualizacja", "обновлен", "оновлено",
    "frissítve", "güncelle", "ενημέρωση", "更新", "修改", "수정",
)  # fmt: skip
_PUBLISHED = (
    "published", "posted", "posted on", "post time", "publié", "veröffentlicht", "erstellt", "publicado", "pubblicato",
    "发布", "發布", "公開", "発行", "입력",
)  # fmt: skip
# /2024/05/03/, /2024-5-3, /2024/may/03/, -20240503
_URL_DATE = re.compile(
    r"/(?P<y>(?:19|20)\d\d)([/-])(?P<m>\d\d?|[a-z]{3,9})\2(?P<d>\d\d?)(?!\d)"
    r"|[/_-](?P<yy>(?:19|20)\d\d)(?P<mm>\d\d)(?P<dd>\d\d)(?!\d)"
)
# Longer blocks are prose that mentions dates.
MAX_LINE_CHARS = 160
# "Last updated on" in a block of its own.
MAX_LABEL_CHARS = 30
# A date line above the title is as likely to be the article's as one this many times as far below it: lines near the
# top are often the day of the page itself, or of a list. Three or four are best on the annotated pages.
ABOVE_TITLE = 3
# A page is read at most half a day of time zones and a slow clock before it says it was written.
TOLERANCE = timedelta(hours=26)
# Offsets from UTC are whole or half hours nearly everywhere, and at most this large (IANA time zone database).
MIN_OFFSET_MINUTES = 30
MAX_OFFSET = timedelta(hours=14)


class Dates(NamedTuple):
    """The two dates with their sources, and whether a date in the future was refused."""

    published: Moment | None = None
    published_source: str | None = None
    modified: Moment | None = None
    modified_source: str | None = None
    refused_future: bool = False


class _Clock:
    """Refuses what lies in the future of the page."""

    def __init__(self, now: datetime | None) -> None:
        self.latest = None if now is None else (now if now.tzinfo else now.replace(tzinfo=UTC)) + TOLERANCE
        self.refused = False

    def first(self, candidates: Iterable[tuple[Moment | None, str]]) -> tuple[Moment | None, str | None]:
        for moment, source in candidates:
            if moment is None:
                continue
            for reading in (moment, moment.other):
                if reading and (self.latest is None or reading.instant <= self.latest):
                    return reading, source
            self.refused = True
        return None, None


def dates(evidence: Evidence, now: datetime | None) -> Dates:
    """Return when the article was published and modified; ``None`` rather than a guess."""
    clock = _Clock(now)
    lines = _Lines(evidence)
    published, published_source = clock.first(_published(evidence, lines))
    modified, modified_source = clock.first(_modified(evidence, lines))
    if published and published.other and _misread(published, evidence, lines):
        published = published.other
        modified = modified and (modified.other or modified)
    if published and modified and modified.day < published.day:
        modified = modified_source = None
    published = published and _as_shown(published, lines)
    return Dates(published, published_source, modified, modified_source, clock.refused)


Candidate = tuple[Moment | None, str]


def _published(evidence: Evidence, lines: _Lines, in_words: bool = False) -> Iterator[Candidate]:
    """Yield dates of publication, the most trustworthy first; later sources are not even read.

    A news article's JSON-LD is made by its system; on other pages metas and visible dates are right more often.
    ``in_words``: a date in numbers that can be read in two ways is not asked of dateparser, whose first answer takes a
    quarter of a second.
    """
    declared = _json_ld("datePublished", evidence, evidence.article)
    if evidence.article is not None:  # a page's own date, without an article, is the day that the page was set up
        declared += _json_ld("datePublished", evidence, evidence.page)
    if evidence.is_news:
        yield from declared
    yield from _metas(evidence, PUBLISHED_METAS)
    yield from _other_metas(evidence)
    yield from _microdata(evidence, "date")
    address = _from_url(evidence)
    for moment, source in lines.published:
        # A date beside the title that is not the one of the address is that of something else, or was misread.
        if moment and (address is None or abs(moment.instant - address.instant) <= 2 * TOLERANCE):
            yield moment, source
    yield from declared
    yield address, "url"
    yield from lines.changed
    yield from lines.behind
    yield from _marked(evidence)
    yield from _labelled(evidence)
    yield from _spelled_out(evidence, in_words)


def _misread(moment: Moment, evidence: Evidence, lines: _Lines) -> bool:
    """Say whether what else the page says of its dates speaks for the other order of day and month (5/3 and 3/5)."""
    is_contradicted = False
    for witness, _ in itertools.chain(_published(evidence, lines, in_words=True), _modified(evidence, lines)):
        if witness and not witness.other_day:
            if witness.day == moment.day:
                return False
            is_contradicted |= witness.day == moment.other_day
    return is_contradicted


def _as_shown(moment: Moment, lines: _Lines) -> Moment:
    """Return a moment in UTC with the offset of the site, if a line of the page shows the same minute of another hour.

    Full hours show too little: any two of them are the same minute.
    """
    stated = moment.instant
    if moment.offset != "+00:00" or moment.precision == "day" or stated.minute % MIN_OFFSET_MINUTES == 0:
        return moment
    for shown in lines.clocks:
        offset = shown.instant - stated.replace(second=0)
        if offset % timedelta(minutes=MIN_OFFSET_MINUTES) == timedelta(0) and abs(offset) <= MAX_OFFSET:
            local = stated.astimezone(timezone(offset))
            return Moment(local.date(), local.strftime("%H:%M:%S")[: len(moment.clock)], local.isoformat()[-6:])
    return moment


def _modified(evidence: Evidence, lines: _Lines) -> Iterator[Candidate]:
    yield from _json_ld("dateModified", evidence, evidence.article)
    yield from _json_ld("dateModified", evidence, evidence.page)
    yield from _metas(evidence, MODIFIED_METAS)
    yield from _microdata(evidence, "modified")
    yield from lines.changed


def _read(evidence: Evidence, text: str) -> Moment | None:
    return read_moment(text, evidence.language)


def _json_ld(key: str, evidence: Evidence, node: json_ld.Node | None) -> list[Candidate]:
    stated = json_ld.text(node, key)
    return [(_read(evidence, stated), "json-ld")] if stated else []


def _metas(evidence: Evidence, names: Iterable[str]) -> Iterator[Candidate]:
    for name in names:
        if name in evidence.metas:
            yield _read(evidence, evidence.metas[name][0]), "meta"


def _other_metas(evidence: Evidence) -> Iterator[Candidate]:
    """Yield dates of metas whose name says what they are, in a spelling of the site's own."""
    for name, contents in evidence.metas.items():
        if "publi" in name and ("date" in name or "time" in name) and "modif" not in name:
            yield _read(evidence, contents[0]), "meta"


def _microdata(evidence: Evidence, kind: str) -> Iterator[Candidate]:
    for hint in evidence.columns.hints:
        if hint.how == "itemprop" and hint.kind == kind:
            yield _read(evidence, hint.value) or _read(evidence, hint.text), "microdata"


class _Lines:
    """The dates in short lines near the title, then right behind the text; read when they are asked for, and once."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    @property
    def published(self) -> Iterator[Candidate]:
        """Dates of publication: those whose line says so first, then the ones nearest to the title."""
        lines = [line for line in self._all if not line.changed and (line.published or not self._is_behind(line))]
        lines.sort(key=lambda line: (not line.published, self._distance(line)))
        return ((line.moment, line.source) for line in lines)

    @property
    def behind(self) -> Iterator[Candidate]:
        """Dates behind the text that do not say what they are the date of."""
        unlabelled = (line for line in self._all if not line.changed and not line.published)
        return ((line.moment, line.source) for line in unlabelled if self._is_behind(line))

    @property
    def changed(self) -> Iterator[Candidate]:
        return ((line.moment, line.source) for line in self._all if line.changed)

    @property
    def clocks(self) -> Iterator[Moment]:
        """Times of day that say nothing of their offset, to the minute."""
        moments = (line.moment for line in self._all)
        return (moment._replace(clock=moment.clock[:5]) for moment in moments if moment.clock and not moment.offset)

    @cached_property
    def _all(self) -> list[_Line]:
        evidence = self._evidence
        texts = evidence.columns.text
        near = evidence.near()
        found = []
        for block, value, text in evidence.columns.times:
            if block in near and block < len(texts):
                moment = _read(evidence, value) or read_moment(text, evidence.language, FIRST_VISIBLE_YEAR)
                if moment:
                    found.append(_Line(moment, "time", block, texts))
        for block in (*near, *evidence.after()):
            if block != evidence.title_block and len(texts[block]) <= MAX_LINE_CHARS:
                moment = read_moment(texts[block], evidence.language, FIRST_VISIBLE_YEAR)
                if moment:
                    found.append(_Line(moment, "visible", block, texts))
        return found

    def _is_behind(self, line: _Line) -> bool:
        return line.block in self._evidence.after()

    def _distance(self, line: _Line) -> int:
        """Return how far a line is from the title; what stands above it is more often of the page or of a list."""
        title = self._evidence.title_block
        if title is None:
            return 0
        return line.block - title if line.block >= title else ABOVE_TITLE * (title - line.block)


@dataclass
class _Line:
    """A date in a short line, and what the line says that it is the date of, where that is asked."""

    moment: Moment
    source: str
    block: int
    texts: Sequence[str]

    @property
    def published(self) -> bool:
        return self._labels[0]

    @property
    def changed(self) -> bool:
        return self._labels[1]

    @cached_property
    def _labels(self) -> tuple[bool, bool]:
        return _labels(self.texts, self.block)


def _labels(texts: Sequence[str], block: int) -> tuple[bool, bool]:
    """Say whether a line, or the label in front of it, speaks of publication, or else of the last change.

    Where it speaks of both, its first date is that of what it names first.
    """
    label = texts[block - 1] if block else ""
    if len(label) > MAX_LABEL_CHARS or any(map(str.isdigit, label)):  # the line before has a date of its own
        label = ""
    line = f"{label} {texts[block][:MAX_LINE_CHARS]}".lower()
    published = min((place for word in _PUBLISHED if (place := line.find(word)) >= 0), default=-1)
    changed = min((place for word in _CHANGED if (place := line.find(word)) >= 0), default=-1)
    if published >= 0 and changed >= 0:
        return published < changed, changed < published
    return published >= 0, changed >= 0


def _marked(evidence: Evidence) -> Iterator[Candidate]:
    """Yield what elements of class "date" hold, wherever they stand, if they all hold one day."""
    hints = (hint for hint in evidence.columns.hints if hint.kind == "date" and hint.how == "class")
    moments = [moment for hint in hints if (moment := _read(evidence, hint.value or hint.text))]
    if len({moment.day for moment in moments}) == 1:
        yield moments[0], "visible"


def _labelled(evidence: Evidence) -> Iterator[Candidate]:
    """Yield dates in short lines anywhere that say what they are the date of."""
    for text in evidence.columns.text:
        if len(text) <= MAX_LINE_CHARS and ("20" in text or "19" in text):
            line = text.lower()
            if any(word in line for word in _PUBLISHED):
                yield read_moment(text, evidence.language, FIRST_VISIBLE_YEAR), "visible"


def _spelled_out(evidence: Evidence, in_words: bool) -> Iterator[Candidate]:
    """Yield what dateparser reads in elements that are dates for sure, in the page's language."""
    near = evidence.near()
    texts = [text for block, _, text in evidence.columns.times if block in near]
    texts += [hint.text for hint in evidence.columns.hints if hint.kind == "date" and hint.block in near]
    for text in dict.fromkeys(texts):
        known = _read(evidence, text) if in_words else None
        if known and known.other:
            continue
        yield read_any_language(text, evidence.language), "visible"


def _from_url(evidence: Evidence) -> Moment | None:
    match = _URL_DATE.search(evidence.url)
    if match is None:
        return None
    year, month, day = (match[part] or match[2 * part] for part in "ymd")
    return read_moment(f"{year}-{month:0>2}-{day:0>2}" if month.isdigit() else f"{day} {month} {year}", "en")
