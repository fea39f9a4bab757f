"""Extract a page of a host that something is known of: by selectors first, by the model where they say nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
from lxml import etree
from lxml.cssselect import CSSSelector

from scraper.extraction.assemble import assemble
from scraper.extraction.date_parsing import read_moment
from scraper.extraction.extract import extract, head_titles
from scraper.extraction.model import BlockModel, shipped_model
from scraper.extraction.page_kind import PageModels
from scraper.extraction.score import score
from scraper.extraction.walk import walk
from scraper.records import Block, Document, Draft, Metadata, Removed, Side
from scraper.rules.hosts import HostRules
from scraper.text import visible

_SOURCE = "host"  # of a field, in an article's `from`
MAX_REMOVED_CHARS = 300
MAX_FIELD_CHARS = 300


def extract_by_host(
    document: Document, rules: HostRules, model: BlockModel | None = None, pages: PageModels | None = None
) -> Draft:
    """Return the article of a page as :func:`scraper.extraction.extract.extract` does, but where ``rules`` know better.

    What is dropped from the article's region is in ``removals``. Selectors that find nothing change nothing.
    """
    tree = document.tree
    if tree is None:
        return extract(document, model, pages)
    dropped = _found(tree, rules.css("drop"))
    texts = Counter(visible(text) for element in dropped for text in walk(element, prune=False).text)
    intact = extract(document, model, pages) if texts else None
    for element in dropped:
        _drop(element)
    draft = extract(document, model, pages)
    blocks = _all_blocks(_found(tree, rules.css("keep")), document, model)
    if blocks:  # an element without words (a shell that a script fills) says no more than none
        draft = msgspec.structs.replace(draft, blocks=blocks)
    if intact is not None:
        draft = msgspec.structs.replace(draft, removals=tuple(_removals(intact.blocks, draft.blocks, texts, rules.id)))
    return msgspec.structs.replace(draft, metadata=_metadata(draft.metadata, tree, rules, document))


def selector_faults(rules: HostRules) -> Iterator[str]:
    """Yield what the examples of the selectors say that is not so."""
    for selector in rules.select:
        for html in selector.hits:
            if not _select(_fragment(html), selector.css):
                yield f"{rules.id}: {selector.css!r} does not find anything in {html!r}"
        for html in selector.misses:
            if _select(_fragment(html), selector.css):
                yield f"{rules.id}: {selector.css!r} finds something in {html!r}"


def _found(tree: Any, selectors: Iterable[str]) -> list[Any]:
    """Return the elements that any of the selectors finds, in document order and none inside another."""
    found = {element for css in selectors for element in _select(tree, css)}
    outer = [element for element in found if not any(above in found for above in element.iterancestors())]
    order = {element: place for place, element in enumerate(tree.iter())} if len(outer) > 1 else {}
    return sorted(outer, key=lambda element: order.get(element, 0))


def _select(tree: Any, css: str) -> Any:
    return CSSSelector(css, translator="html")(tree)


def _drop(element: Any) -> None:
    """Take an element out of its tree; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail or ""
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _all_blocks(elements: Sequence[Any], document: Document, model: BlockModel | None) -> tuple[Block, ...]:
    """Return all that the elements show, as an article's blocks."""
    root = etree.Element("html")
    body = etree.SubElement(root, "body")
    body.extend(deepcopy(element) for element in elements)
    columns = walk(root, prune=False)
    if not columns.text:
        return ()
    scored = score(columns, *head_titles(columns), model or shipped_model())
    blocks, _ = assemble(replace(scored, kept=np.ones(len(columns.text), np.bool_)), document.base_url)
    return blocks


def _removals(intact: Sequence[Block], blocks: Sequence[Block], dropped: Counter[str], rule: str) -> Iterator[Removed]:
    """Yield the blocks of the page as it was that went with a dropped element, and where they stood."""
    stay = Counter(block.text for block in blocks)
    place = 0  # how many blocks that stay were passed
    for block in intact:
        if stay[block.text]:
            stay[block.text] -= 1
            place += 1
        elif dropped[block.text]:
            side: Side = "before" if not place else "after" if place >= len(blocks) else "inside"
            at = None if side == "after" else place
            yield Removed(rule=rule, text=block.text[:MAX_REMOVED_CHARS], block=at, side=side)


def _metadata(meta: Metadata, tree: Any, rules: HostRules, document: Document) -> Metadata:
    changes: dict[str, Any] = {}
    sources = meta.sources
    for element in _found(tree, rules.css("title"))[:1]:
        title = visible(" ".join("".join(element.itertext()).split()))[:MAX_FIELD_CHARS]
        if title:
            changes["title"] = title
            sources = msgspec.structs.replace(sources, title=_SOURCE)
    for element in _found(tree, rules.css("date"))[:1]:
        stated = element.get("datetime") or element.get("content") or " ".join("".join(element.itertext()).split())
        moment = read_moment(stated, meta.language or "")
        now = document.page.response.fetched_at
        if moment and (now is None or moment.instant <= now):
            changes |= {"published": moment.iso, "published_precision": moment.precision}
            sources = msgspec.structs.replace(sources, published=_SOURCE)
    return msgspec.structs.replace(meta, **changes, sources=sources) if changes else meta


def _fragment(html: str) -> Any:
    return etree.fromstring(html.encode(), etree.HTMLParser(encoding="utf-8"))
