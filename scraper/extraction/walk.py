"""One iterative walk over the tree that fills the columns: no recursion, no XPath, no edits of the tree."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from scraper.extraction.columns import Columns
from scraper.extraction.flags import BIT, ITEMPROP_FLAGS, ROLE_FLAGS, TAG_FLAGS, class_flags
from scraper.extraction.runs import (
    HIDING,
    HINT_FLAGS,
    HINT_PROPS,
    IMAGE_TAGS,
    PRUNED_TAGS,
    SKIPPED_TAGS,
    VOID_TAGS,
    Run,
    hides,
    holds_article,
    take_head,
)
from scraper.parse import BLOCK_TAGS

_INLINE, _PLAIN = -2, -3  # in the place of a container: an inline element that changes the run, and one that does not


def walk(root: Any, prune: bool = True) -> Columns:
    """Return the columns of the tree below ``root``; ``prune=False`` also enters nav, footer and noscript."""
    columns = Columns()
    run = Run(columns)
    _fill(run, root, prune)
    if run.rows:
        columns.text, columns.links, columns.link_chars, columns.tag, columns.flags, columns.container = map(
            list, zip(*run.rows, strict=True)
        )
        columns.headings = [index for index, tag in enumerate(columns.tag) if tag == "h1"]
    if run.containers:
        columns.c_tag, columns.c_parent, columns.c_flags, columns.c_first, columns.c_signature = map(
            list, zip(*run.containers, strict=True)
        )
        columns.language = root.get("lang") or ""
    return columns


def fill(run: Run, root: Any, prune: bool) -> None:
    """Let ``run`` take all that stands below ``root``.

    The loop is one long function on purpose: it visits every element of the page, and a call per element would cost as
    much as the rest of it. What is rarer (a block that ends, a link, an image, the head) has its own function.
    ``_walk.pyx`` is the same loop over the nodes of libxml2, four times as fast where it was compiled; a test compares
    the two.
    """
    if root.tail:  # what follows the root is not in it
        root = deepcopy(root)
        root.tail = None
    columns = run.columns
    parts = run.parts
    add = parts.append
    blocks = run.rows
    containers = run.containers
    last: list[int] = columns.c_last
    ends: list[int] = columns.c_end
    signatures: dict[tuple[int, str, str], int] = {}
    container, signature, block_tag = -1, -1, "html"
    skipped = SKIPPED_TAGS if prune else SKIPPED_TAGS - {"noscript"}
    # Open elements: for a block its container, signature, tag; for an inline element that changes the run, -2.
    closes: list[tuple[int, int, str, str | None]] = []
    stack: list[Any] = [root]
    pop, push, extend, close = stack.pop, stack.append, stack.extend, closes.pop
    while stack:
        element = pop()
        if element is None:
            at, its_signature, its_tag, tail = close()
            if at >= -1:
                if parts:
                    run.flush(block_tag, container)
                last[container] = len(blocks)
                ends[container] = len(containers)
                container, signature, block_tag = at, its_signature, its_tag
            elif at == _INLINE:
                run.close_inline()
        else:
            tag = element.tag
            tail = element.tail
            if tag in BLOCK_TAGS:
                if parts:
                    run.flush(block_tag, container)
                if not (prune and tag in PRUNED_TAGS) or holds_article(element):
                    flags = TAG_FLAGS.get(tag, 0)
                    key = ""
                    attributes = element.items()
                    if attributes:
                        flags, key, prop = _block_flags(attributes, flags)
                        if flags & HINT_FLAGS or prop in HINT_PROPS:
                            run.hint(element, flags, prop, "")
                    path = (signature, tag, key)
                    found = signatures.get(path)
                    if found is None:
                        found = signatures[path] = len(signatures)
                    containers.append((tag, container, flags, len(blocks), found))
                    text = element.text
                    if text and not text.isspace():
                        add(text)
                    if len(element):
                        closes.append((container, signature, block_tag, tail))
                        container, signature, block_tag = len(last), found, tag
                        last.append(-1)
                        ends.append(-1)
                        push(None)
                        extend(element[::-1])
                        continue
                    if parts:
                        run.flush(tag, len(last))
                    last.append(len(blocks))
                    ends.append(len(containers))
            elif tag in VOID_TAGS:
                if tag == "br":
                    run.line_break(block_tag, container)
                elif tag in IMAGE_TAGS:
                    run.picture(element, container)
                elif tag != "hr":
                    take_head(columns, element, tag)
                elif parts:
                    run.flush(block_tag, container)
            elif tag not in skipped:
                text = element.text
                changes = tag == "a" or element.keys()
                if changes:
                    run.open_inline(element, tag)
                if text:
                    add(text)
                if len(element):
                    closes.append((_INLINE if changes else _PLAIN, 0, "", tail))
                    push(None)
                    extend(element[::-1])
                    continue
                if changes:
                    run.close_inline()
        if tail and (parts or not tail.isspace()):
            add(tail)
    if parts:
        run.flush(block_tag, container)


def _block_flags(attributes: list[tuple[str, str]], flags: int) -> tuple[int, str, str]:
    """Return the flags of a block element, the words of its class (for its signature) and its itemprop."""
    key = prop = ""
    for name, value in attributes:
        if name == "class":
            more, key = class_flags(value)
            flags |= more
        elif name == "id":
            flags |= class_flags(value)[0]
        elif name == "itemprop":
            prop = value.lower()
            flags |= ITEMPROP_FLAGS.get(prop, 0)
        elif name == "role":
            flags |= ROLE_FLAGS.get(value, 0)
        elif name in HIDING and hides(name, value):
            flags |= BIT["HIDDEN"]
    return flags, key, prop


try:  # the same loop, compiled: not there where nothing could be compiled, of no use beside another lxml's structs
    from scraper.extraction._walk import fill as compiled_fill

    _fill = compiled_fill
except (ImportError, ValueError):
    _fill = fill
