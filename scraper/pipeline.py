"""From the bytes of a page to an outcome: decode, parse, extract, strip, article. Pure and synchronous."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from scraper import rules
from scraper.article import article
from scraper.config import Settings, SourceSettings
from scraper.decode import decode, given
from scraper.errors import NotAnArticle, PageError
from scraper.extraction import lines, next_page
from scraper.extraction.extract import extract
from scraper.extraction.language import detect
from scraper.extraction.model import BlockModel, model_version, shipped_model
from scraper.extraction.page_guard import refusal
from scraper.extraction.page_kind import PageModels
from scraper.memory import NO_MEMORY, Memory, site_name
from scraper.parse import parse
from scraper.records import (
    Block,
    CleanText,
    Continuation,
    Document,
    Draft,
    Failed,
    FieldSources,
    Metadata,
    Outcome,
    Response,
    Skipped,
    Target,
    Tool,
)
from scraper.rules.hosts import host_rules
from scraper.strip import clean_text as strip_text
from scraper.strip import strip
from scraper.version import VERSION

PLAIN_TEXT_QUALITY = 1.0  # nothing was guessed: somebody else found the text


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python's cycle collector from going over a page's many short-lived objects: hardly any make a cycle.

    It took 6 % of the time of a page.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@_collector_paused()
def clean(
    responses: Sequence[Response],
    settings: Settings,
    model: BlockModel | None = None,
    pages: PageModels | None = None,
    memory: Memory | None = None,
) -> Outcome:
    """Return the article of a page (``responses`` holds its parts, the first page first) or the reason for none.

    Same bytes, url, settings, models, memory and version: same output, to the byte. Whatever a page holds, the answer
    is an outcome; only a bug raises.
    """
    first = responses[0]
    url = first.url or first.target.url
    model = model or shipped_model()
    source = settings.of_source(first.target.source)
    settings = _for_source(settings, source)
    known = rules.load_rules(settings.strip.rules, settings.strip.disable)
    site = memory.of(site_name(first.target.url or url, first.target.source)) if memory else NO_MEMORY
    try:
        drafts = [strip(_draft(response, settings, model, pages), known, site) for response in responses]
    except NotAnArticle as error:
        return Skipped(url=url, reason=error.reason, detail=error.detail)
    except PageError as error:
        return Failed(url=url, reason=error.reason, detail=error.detail)
    if refused := refusal(drafts[0]):
        return Skipped(url=url, reason=refused[0], detail=refused[1])
    draft = _one(drafts)
    if source:
        draft = msgspec.structs.replace(draft, metadata=_with_source(draft.metadata, source))
    return article(draft, settings.extract, _tool(model.header.name), pages=len(drafts))


def _for_source(settings: Settings, source: SourceSettings | None) -> Settings:
    """Return the settings that hold for the pages of a source."""
    if source is None or not (source.language or source.rules):
        return settings
    extract = msgspec.structs.replace(settings.extract, language=source.language or settings.extract.language)
    strip = msgspec.structs.replace(settings.strip, rules=tuple(dict.fromkeys((*settings.strip.rules, *source.rules))))
    return msgspec.structs.replace(settings, extract=extract, strip=strip)


def _with_source(metadata: Metadata, source: SourceSettings) -> Metadata:
    """Add what is known of all pages of a source. Of the language the page knows more, if it tells."""
    if source.language and len(source.language) == 1 and metadata.language is None:
        sources = msgspec.structs.replace(metadata.sources, language="source")
        metadata = msgspec.structs.replace(metadata, language=source.language[0], sources=sources)
    tags = dict.fromkeys((*metadata.tags, *source.tags))
    return msgspec.structs.replace(metadata, tags=tuple(tags))


def _draft(response: Response, settings: Settings, model: BlockModel, pages: PageModels | None) -> Draft:
    document = parse(decode(response))
    of_host = host_rules(response.url or response.target.url, settings.strip.rules)
    if of_host is None:
        return extract(document, model, pages)
    from scraper.extraction.by_host import extract_by_host  # noqa: PLC0415 few hosts have rules

    return extract_by_host(document, of_host, model, pages)


def continuation(response: Response, first: str, position: int) -> Continuation:
    """Return where an article goes on after its page number ``position``; ``first`` is where its first page is.

    Raises :class:`NotAnArticle` or :class:`PageError` where there is no page.
    """
    return next_page.continuation(parse(decode(response)), first, position)


def clean_text(
    text: str, url: str | None = None, settings: Settings | None = None, source: str = "", memory: Memory | None = None
) -> CleanText:
    """Return a text that somebody flattened long ago without its furniture.

    A line that stays is not changed. ``url`` is the address that the text comes from.
    """
    settings = settings or Settings()
    known = rules.load_rules(settings.strip.rules, settings.strip.disable)
    site = memory.of(site_name(url or "", source)) if memory else NO_MEMORY
    return strip_text(text, url, known, site, lines.furniture if settings.strip.lines else None)


def clean_flat_text(
    text: str, url: str | None, settings: Settings, source: str = "", memory: Memory | None = None
) -> Outcome:
    """Return the article of a text that somebody flattened long ago, or the reason for none."""
    response = Response(target=Target(url=url or "", source=source), url=url or "")
    try:
        page = given(response, text)
    except NotAnArticle as error:
        return Skipped(url=url or "", reason=error.reason, detail=error.detail)
    cleaned = clean_text(page.html, url, settings, source, memory)
    paragraphs = [" ".join(line.split()) for line in cleaned.text.split("\n")]
    language = detect(cleaned.text, "")
    draft = Draft(
        document=Document(page=page, tree=None, base_url=url or ""),
        metadata=Metadata(language=language, sources=FieldSources(language="text" if language else None)),
        blocks=tuple(Block(kind="paragraph", text=line) for line in paragraphs if line),
        removals=cleaned.removed,
        page_kind="other",
        quality=PLAIN_TEXT_QUALITY,
    )
    # A text is skipped only where nothing is left of it: it was chosen by whoever made it.
    anything = msgspec.structs.replace(settings.extract, min_words=0)
    model = lines.shipped_line_model().header.name if settings.strip.lines else model_version()
    return article(draft, anything, _tool(model))


def _one(drafts: Sequence[Draft]) -> Draft:
    """Join the pages of one article; a block that a page repeats from an earlier one counts once."""
    first = drafts[0]
    if len(drafts) == 1:
        return first
    seen = {block.text for block in first.blocks}
    blocks = list(first.blocks)
    for draft in drafts[1:]:
        blocks += [block for block in draft.blocks if block.text not in seen]
        seen |= {block.text for block in draft.blocks}
    removals = [removal for draft in drafts for removal in draft.removals]
    return msgspec.structs.replace(first, blocks=tuple(blocks), removals=tuple(removals))


def _tool(model: str) -> Tool:
    return Tool(name="scraper", version=VERSION, rules=rules.rules_version(), model=model)
