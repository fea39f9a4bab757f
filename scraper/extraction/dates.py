"""When the article was published and last changed, as the page states it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from scraper.extraction import json_ld
from scraper.extraction.date_parsing import FIRST_VISIBLE_YEAR, Moment, read_moment
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

# In front of a date: this one says when the text was changed last.
_CHANGED = re.compile(
    r"\b(?:updated?|modified|revised|reviewed|aktualisiert|geändert|stand:|mis à jour|modifié|actualizad[oa]|"
    r"aggiornato|atualizad[oa]|bijgewerkt|gewijzigd|opdateret|uppdaterad|oppdatert|päivitetty|aktualizováno|"
    r"aktualizacja|обновлен[оа]?|оновлено|frissítve|güncelle\w+|ενημέρωση)|更新|最終更新|修改|수정",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"\b(?:published|posted|publié|veröffentlicht|publicado|pubblicato|erstellt)|発行|公開|发布|發布|입력",
    re.IGNORECASE,
)
_URL_DATE = re.compile(r"/((?:19|20)\d\d)([/-]?)(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?=\D|$)")
# Longer blocks are prose that mentions dates.
MAX_LINE_CHARS = 160
# "Last updated on" in a block of its own.
MAX_LABEL_CHARS = 30
# A page is read at most half a day of time zones and a slow clock before it says it was written.
TOLERANCE = timedelta(hours=26)


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
            if self.latest is None or moment.instant <= self.latest:
                return moment, source
            self.refused = True
        return None, None


def dates(evidence: Evidence, now: datetime | None) -> Dates:
    """Return when the article was published and modified; ``None`` rather than a guess."""
    clock = _Clock(now)
    published, published_source = clock.first(_published(evidence))
    modified, modified_source = clock.first(_modified(evidence))
    if published and modified and modified.day < published.day:
        modified = modified_source = None
    return Dates(published, published_source, modified, modified_source, clock.refused)


Candidate = tuple[Moment | None, str]


def _published(evidence: Evidence) -> Iterator[Candidate]:
    """Yield dates of publication, the most trustworthy first; later sources are not even read.

    A news article's JSON-LD is made by its system; on other pages metas are right more often than JSON-LD.
    """
    declared = _json_ld(evidence, "datePublished")
    news = evidence.article is not None and not json_ld.NEWS_TYPES.isdisjoint(json_ld.types(evidence.article))
    if news:
        yield from declared
    yield from _metas(evidence, PUBLISHED_METAS)
    yield from _other_metas(evidence)
    yield from _microdata(evidence, "date")
    yield from _visible(evidence, changed=False)
    if not news:
        yield from declared
    yield _from_url(evidence), "url"
    yield from _visible(evidence, changed=True)
    yield from _marked(evidence)
    yield from _labelled(evidence, _PUBLISHED)


def _modified(evidence: Evidence) -> Iterator[Candidate]:
    yield from _json_ld(evidence, "dateModified")
    yield from _metas(evidence, MODIFIED_METAS)
    yield from _microdata(evidence, "modified")
    yield from _visible(evidence, changed=True)


def _read(evidence: Evidence, text: str) -> Moment | None:
    return read_moment(text, evidence.language)


def _json_ld(evidence: Evidence, key: str) -> list[Candidate]:
    texts = [
        json_ld.text(node, key)
        for node in (evidence.article, evidence.page if evidence.article or key != "datePublished" else None)
    ]
    return [(_read(evidence, text), "json-ld") for text in texts if text]


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


def _visible(evidence: Evidence, *, changed: bool) -> Iterator[Candidate]:
    """Yield dates in short lines near the title, then right behind the text."""
    columns = evidence.columns
    near = evidence.near()
    for block, value, text in columns.times:
        if block in near and _says_changed(evidence, block) == changed:
            yield _read(evidence, value) or read_moment(text, evidence.language, FIRST_VISIBLE_YEAR), "time"
    for block in (*near, *evidence.after()):
        if block != evidence.title_block and len(columns.text[block]) <= MAX_LINE_CHARS:
            moment = read_moment(columns.text[block], evidence.language, FIRST_VISIBLE_YEAR)
            if moment and _says_changed(evidence, block) == changed:
                yield moment, "visible"


def _says_changed(evidence: Evidence, block: int) -> bool:
    """Say whether a line, or the label in front of it, speaks of the last change."""
    texts = evidence.columns.text
    label = texts[block - 1] if block and len(texts[block - 1]) <= MAX_LABEL_CHARS else ""
    return block < len(texts) and bool(_CHANGED.search(f"{label} {texts[block][:MAX_LINE_CHARS]}"))


def _marked(evidence: Evidence) -> Iterator[Candidate]:
    """Yield what elements of class "date" hold, wherever they stand, if they all hold one day."""
    hints = (hint for hint in evidence.columns.hints if hint.kind == "date" and hint.how == "class")
    moments = [moment for hint in hints if (moment := _read(evidence, hint.value or hint.text))]
    if len({moment.day for moment in moments}) == 1:
        yield moments[0], "visible"


def _labelled(evidence: Evidence, label: re.Pattern[str]) -> Iterator[Candidate]:
    """Yield dates in short lines anywhere that say what they are the date of."""
    for text in evidence.columns.text:
        if len(text) <= MAX_LINE_CHARS and label.search(text):
            yield read_moment(text, evidence.language, FIRST_VISIBLE_YEAR), "visible"


def _from_url(evidence: Evidence) -> Moment | None:
    match = _URL_DATE.search(evidence.url)
    return read_moment("-".join((match[1], match[3].zfill(2), match[4].zfill(2)))) if match else None
