"""What a page says about itself: title, authors, dates, language, site, section, tags, rights ..."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from scraper.extraction import json_ld
from scraper.extraction.assemble import absolute
from scraper.extraction.authors import byline
from scraper.extraction.columns import Columns
from scraper.extraction.dates import dates
from scraper.extraction.evidence import Evidence, gather
from scraper.extraction.language import decide
from scraper.extraction.rights import rights
from scraper.extraction.titles import title
from scraper.records import FieldSources, Image, Metadata, PageKind, Paywall

MAX_TAGS = 30
MAX_TAG_CHARS = 60
# How the metas of Facebook and Outbrain call what a reader may see.
_TIERS: dict[str, Paywall] = {"free": "free", "metered": "metered", "locked": "hard", "premium": "hard"}
_KINDS: dict[str, PageKind] = {
    "liveblogposting": "live_blog",
    "imagegallery": "gallery",
    "mediagallery": "gallery",
}
_TAG_SEPARATOR = re.compile(r"\s*[,;，、；|]\s*")


def metadata(
    columns: Columns, url: str, text: str, now: datetime | None, body: tuple[int, int] | None = None
) -> Metadata:
    """Return the metadata of a page.

    ``text`` is the article's text, for its language. ``now`` is when the page was fetched: no date lies behind it.
    ``body`` holds the first and the last block of the main content: dates and bylines stand near it.
    """
    evidence = gather(columns, url, body)
    headline = title(evidence)
    evidence.title_block = headline.block
    when = dates(evidence, now)
    signed = byline(evidence)
    language, decided_by = decide(text, evidence.language)
    return Metadata(
        title=headline.text,
        authors=signed.people,
        organizations=signed.organizations,
        published=when.published.iso if when.published else None,
        published_precision=when.published.precision if when.published else None,
        modified=when.modified.iso if when.modified else None,
        language=language,
        site=evidence.site_names[0] if evidence.site_names else None,
        section=_section(evidence),
        tags=_tags(evidence),
        description=evidence.meta("og:description", "description", "twitter:description", "dc.description")
        or json_ld.text(evidence.article, "description"),
        canonical=_canonical(evidence),
        images=_images(evidence),
        paywall=_paywall(evidence),
        page_kind=_page_kind(evidence),
        rights=rights(evidence),
        sources=FieldSources(
            title=headline.source,
            authors=signed.source,
            published=when.published_source,
            modified=when.modified_source,
            language=decided_by,
        ),
        warnings=("date_in_future_dropped",) if when.refused_future else (),
    )


def _section(evidence: Evidence) -> str | None:
    hints = (hint.value or hint.text for hint in evidence.columns.hints if hint.kind == "section")
    return (
        evidence.meta("article:section", "og:article:section", "parsely-section", "section", "category")
        or json_ld.text(evidence.article, "articleSection")
        or next(filter(None, hints), None)
    )


def _tags(evidence: Evidence) -> tuple[str, ...]:
    """Return the article's keywords from the first source that has any; the keywords meta is the site's, often."""
    links = [hint.text for hint in evidence.columns.hints if hint.kind == "tag" and hint.how == "rel"]
    sources: tuple[Iterable[str], ...] = (
        evidence.metas.get("article:tag", ()),
        json_ld.texts(evidence.article.get("keywords")) if evidence.article else (),
        links,
        evidence.metas.get("news_keywords", ()),
        evidence.metas.get("parsely-tags", ()),
        evidence.metas.get("keywords", ()),
    )
    for values in sources:
        tags = (tag for value in values for tag in _TAG_SEPARATOR.split(json_ld.folded(value)))
        found = tuple(dict.fromkeys(tag for tag in tags if tag and len(tag) <= MAX_TAG_CHARS))
        if found:
            return found[:MAX_TAGS]
    return ()


def _canonical(evidence: Evidence) -> str | None:
    for link in evidence.columns.head_links:
        if link.get("rel", "").lower() == "canonical":
            return absolute(evidence.url, link.get("href", ""))
    stated = evidence.meta("og:url")
    return absolute(evidence.url, stated) if stated else None


def _images(evidence: Evidence) -> tuple[Image, ...]:
    """Return the images that the head names, without repeats."""
    names = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")
    stated = [content for name in names for content in evidence.metas.get(name, ())]
    if evidence.article:
        stated += json_ld.texts(evidence.article.get("image"), "url")
    urls = dict.fromkeys(absolute(evidence.url, url.strip()) for url in stated)
    return tuple(Image(url=url) for url in urls if url)


def _paywall(evidence: Evidence) -> Paywall:
    tier = evidence.meta("article:content_tier", "og:article:content_tier")
    if tier and tier.lower() in _TIERS:
        return _TIERS[tier.lower()]
    for node in (evidence.article, evidence.page):
        free = node.get("isAccessibleForFree") if node else None
        if free is not None:
            return "free" if str(free).lower() in ("true", "1", "yes") else "hard"
    return "unknown"


def _page_kind(evidence: Evidence) -> PageKind | None:
    """Return the kind that the page claims to be, or ``None``."""
    kinds = [kind for node in evidence.nodes for kind in json_ld.types(node)]
    for kind in kinds:
        if kind in _KINDS:
            return _KINDS[kind]
    if evidence.article is not None:
        return "article"
    claim = evidence.meta("og:type") or ""
    if claim.startswith("video") or "videoobject" in kinds:
        return "video"
    return "article" if claim == "article" else None
