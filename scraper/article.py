"""Draft -> Article or the reason why there is none: join the text, count, hash, and say where all came from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec

from scraper.config import ExtractSettings
from scraper.records import (
    Article,
    Block,
    Draft,
    Duplicate,
    Fetched,
    Image,
    Link,
    Skipped,
    SkipReason,
    TextBlock,
    Tool,
)
from scraper.text import counted, has_controls, reading_words, spaced_words, visible
from scraper.urls import normalise, same_site, without_login

SEPARATOR = "\n\n"
HASH_CHARS = 16  # 64 bits: a collision in a corpus of a hundred million articles has a chance of 1 in 3,700
LIST_MARK = "- "
ENOUGH_CHARS = 20  # a word; nearly every text has as many words as are asked for in its beginning
PHOTO_STORY_CAPTIONS = 3  # different ones: two may be teasers beside a page that holds a line of text


def article(draft: Draft, settings: ExtractSettings, tool: Tool, pages: int = 1) -> Article | Skipped:
    """Return the finished article, or why the draft is none that was asked for."""
    response = draft.document.page.response
    url = response.url or response.target.url
    text, blocks, links = _joined(draft.blocks)
    reason = _refusal(draft, text, settings)
    if reason:
        return Skipped(url=url, reason=reason[0], detail=reason[1])
    meta = draft.metadata
    own_url = _own_url(response.url, meta.canonical)
    return Article(
        id=_hash(own_url or text),
        url=own_url,
        title=_line(meta.title),
        authors=[visible(name) for name in meta.authors],
        organizations=[visible(name) for name in meta.organizations],
        published=meta.published,
        published_precision=meta.published_precision,
        modified=meta.modified,
        language=meta.language,
        site=_line(meta.site),
        section=_line(meta.section),
        tags=[visible(tag) for tag in meta.tags],
        description=_line(meta.description),
        text=text,
        blocks=blocks,
        links=links,
        images=list(draft.images),
        words=spaced_words(text),
        chars=len(text),
        page_kind=draft.page_kind,
        quality=round(draft.quality, 3),
        paywall=meta.paywall,
        warnings=list(dict.fromkeys(draft.warnings)),
        removed=list(draft.removals),
        content_hash=_hash(text),
        revision=1,
        previous_hash=None,
        duplicate=Duplicate(),
        rights=meta.rights,
        fetch=_fetched(draft, pages),
        from_=meta.sources,
        tool=tool,
    )


def under(url: str, found: Article) -> Article:
    """Return an article under another address than the one that its page names as its own."""
    url = normalise(url)
    return msgspec.structs.replace(found, id=_hash(url), url=url)


def _joined(drafted: Sequence[Block]) -> tuple[str, list[TextBlock], list[Link]]:
    """Join the blocks' texts; offsets are code points into the result."""
    parts: list[str] = []
    blocks: list[TextBlock] = []
    links: list[Link] = []
    start = 0
    for block in drafted:
        is_item = block.kind == "item"
        parts.append(LIST_MARK + block.text if is_item else block.text)
        end = start + len(parts[-1])
        blocks.append(
            TextBlock(kind=block.kind, start=start, end=end, level=block.level, speaker=block.speaker, time=block.time)
        )
        if block.links:
            offset = start + len(LIST_MARK) if is_item else start
            links += [Link(start=offset + link.start, end=offset + link.end, url=link.url) for link in block.links]
        start = end + len(SEPARATOR)
    text = SEPARATOR.join(parts)
    return _joined([_without_controls(block) for block in drafted]) if has_controls(text) else (text, blocks, links)


def _without_controls(block: Block) -> Block:
    """Offsets of links would move with the text: a block that hides controls in it loses them."""
    return msgspec.structs.replace(block, text=visible(block.text), links=()) if has_controls(block.text) else block


def _refusal(draft: Draft, text: str, settings: ExtractSettings) -> tuple[SkipReason, str] | None:
    """Return reason and detail where the draft is no article that was asked for."""
    listing = draft.signals.get("listing", 0.0)
    if listing > settings.max_listing:
        return "listing", f"it looks like a front page or a shop: {listing:.3f}; allowed is {settings.max_listing:g}"
    if not text:
        return "no_text", "no main content was found"
    if reading_words(text[: ENOUGH_CHARS * settings.min_words]) < settings.min_words:
        words = reading_words(text)
        if words + _caption_words(draft.images) < settings.min_words:
            return "too_short", f"{counted(words, 'word')}; extract.min_words is {settings.min_words}"
    language = draft.metadata.language
    if settings.language and language not in settings.language:
        return "wrong_language", f"{language or 'unknown'}; asked for {', '.join(settings.language)}"
    if draft.quality < settings.min_quality:
        return "low_quality", f"quality {draft.quality:.3f}; asked for {settings.min_quality:g}"
    return None


def _caption_words(images: Sequence[Image]) -> int:
    """Return the words of the captions of a photo story, which tells its story there; 0 for fewer pictures."""
    captions = {image.caption for image in images if image.caption}
    return reading_words("\n".join(sorted(captions))) if len(captions) >= PHOTO_STORY_CAPTIONS else 0


def _own_url(url: str, canonical: str | None) -> str | None:
    """Return the page's address: its canonical url where that is on the same site and no front page."""
    other = canonical if canonical != url else None
    if other and (not url or same_site(url, other)) and urlsplit(other).path.strip("/"):
        return normalise(other)
    return normalise(url) if url else None


def _fetched(draft: Draft, pages: int) -> Fetched:
    page = draft.document.page
    response = page.response
    return Fetched(
        url_requested=without_login(response.target.url) or None,
        url_canonical=draft.metadata.canonical,
        at=response.fetched_at.isoformat() if response.fetched_at else None,
        status=response.status if response.fetched_at else None,
        encoding=page.encoding,
        encoding_from=page.encoding_from,
        source=response.target.source or None,
        pages=pages,
        robots_ignored=response.robots_ignored,
    )


def _line(text: str | None) -> str | None:
    return visible(text) or None if text else None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:HASH_CHARS]
