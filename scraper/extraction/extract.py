"""Document -> Draft: find the article's blocks and what the page says about itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from scraper.extraction.assemble import assemble
from scraper.extraction.columns import Columns
from scraper.extraction.completeness import is_cut, stated_body
from scraper.extraction.fallback import data_instead, own_text
from scraper.extraction.live_blog import entries
from scraper.extraction.metadata import metadata
from scraper.extraction.model import BlockModel, shipped_model
from scraper.extraction.page_kind import OTHER, PageModels, is_sure, likenesses, signals
from scraper.extraction.pictures import pictures
from scraper.extraction.score import Scored, score
from scraper.extraction.speakers import with_speakers
from scraper.extraction.walk import walk
from scraper.records import Block, Document, Draft, Metadata, PageKind
from scraper.text import reading_words

# A page with fewer words is looked at again: with navigation and noscript, then for text that is only data.
FEW_WORDS = 50.0
FEW_WORDS_FOR_DATA = 120.0
FEW_WORDS_WITH_FURNITURE = 300.0  # a notice of cookies and a copyright line are hardly longer
DATA_QUALITY = 0.8  # of text that the site itself names as the article, in whatever state
TITLE_METAS = frozenset(["og:title", "twitter:title", "title", "headline", "dc.title"])
DESCRIPTION_METAS = frozenset(["og:description", "description", "twitter:description"])


def extract(document: Document, model: BlockModel | None = None, pages: PageModels | None = None) -> Draft:
    """Return the article of a page as a draft; its blocks are empty where no main content was found."""
    return judged(draft_of(document, model), pages)


def judged(draft: Draft, pages: PageModels | None = None) -> Draft:
    """Add to the signals how much the page looks like a listing and like something other than an article."""
    if not draft.signals:
        return draft
    like = likenesses(draft.signals, pages)
    other = draft.page_kind == "article" and like["other"] > OTHER
    return msgspec.structs.replace(
        draft, page_kind="other" if other else draft.page_kind, signals={**draft.signals, **like}
    )


def draft_of(document: Document, model: BlockModel | None = None, sure: bool = True) -> Draft:
    """Return the draft of :func:`extract` before the page is judged as a whole.

    ``sure=False`` gives signals also to a page that is an article for sure.
    """
    columns = walk(document.tree)
    scored = _scored(columns, model)
    words = _words(scored)
    if words < FEW_WORDS:
        everything = walk(document.tree, prune=False)
        again = _scored(everything, model)
        if _words(again) > words:
            columns, scored, words = everything, again, _words(again)
    blocks, places = assemble(scored, document.base_url) if scored is not None else ((), ())
    from_data: tuple[Block, ...] = ()
    if _shows_little(words, blocks):
        from_data = data_instead(columns, document, head_titles(columns)[0], blocks)
        blocks, places = (from_data, ()) if from_data else (blocks, places)
    meta = _metadata(document, columns, blocks, places)
    blocks, places, kind = _structured(columns, blocks, places, meta)
    cut = (
        scored is not None
        and not from_data
        and is_cut(scored, blocks, meta, stated_body(columns.json_ld, document.base_url))
    )
    doubtful = (
        scored is not None and not from_data and not (sure and is_sure(scored, words, meta, document.page.response.url))
    )
    return Draft(
        document=document,
        metadata=meta,
        blocks=blocks,
        images=pictures(columns, meta, places, document.base_url),
        page_kind=kind,
        quality=DATA_QUALITY if from_data else scored.expected_f1 if scored is not None else 0.0,
        # What a page says that its article is needs no guess whether it has one.
        signals=signals(scored, meta, document.page.response.url) if scored is not None and doubtful else {},
        warnings=(*document.warnings, *meta.warnings, *(("possibly_truncated",) if cut else ())),
    )


def _structured(
    columns: Columns, blocks: tuple[Block, ...], places: tuple[int, ...], meta: Metadata
) -> tuple[tuple[Block, ...], tuple[int, ...], PageKind]:
    """Return blocks with entries or speakers, their places, and the kind of page that they make."""
    live = entries(columns, blocks, places, meta)
    if live is not None:
        return (*live, "live_blog")
    spoken = with_speakers(blocks)
    if spoken is not None and meta.page_kind in (None, "article"):
        return spoken, places, "interview"
    return spoken or blocks, places, meta.page_kind or "article"


def _scored(columns: Columns, model: BlockModel | None) -> Scored | None:
    if not columns.text:
        return None
    titles, description = head_titles(columns)
    return score(columns, titles, description, model or shipped_model())


def _words(scored: Scored | None) -> float:
    return 0.0 if scored is None else float(scored.counts.words[scored.kept].sum())


def _shows_little(words: float, blocks: Sequence[Block]) -> bool:
    """Tell whether what a page shows besides furniture is too little for an article, so that its data is asked."""
    if words < FEW_WORDS_FOR_DATA:
        return True
    return words < FEW_WORDS_WITH_FURNITURE and (
        sum(reading_words(block.text) for block in own_text(blocks)) < FEW_WORDS_FOR_DATA
    )


def head_titles(columns: Columns) -> tuple[list[str], str]:
    """Return what the page's head calls the page, without repeats, and how it describes it."""
    titles: dict[str, None] = {}
    description = ""
    for name, content in columns.metas:
        if name in TITLE_METAS:
            titles[" ".join(content.split())] = None
        elif name in DESCRIPTION_METAS and not description:
            description = " ".join(content.split())
    if columns.title:
        titles[columns.title] = None
    return list(titles), description


def _metadata(document: Document, columns: Columns, blocks: Sequence[Block], places: Sequence[int]) -> Metadata:
    response = document.page.response
    text = "\n".join(block.text for block in blocks)
    now: datetime | None = response.fetched_at
    body = (places[0], places[-1]) if places else None
    return metadata(columns, response.url, text, now, body)
