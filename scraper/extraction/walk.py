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


def walk(root: Any, prune: bool = True) -> Columns:
    """Return the columns of the tree below ``root``; ``prune=False`` also enters nav, footer and noscript."""
    columns = Columns()
    run = Run(columns)
    _fill(run, root, prune)
    columns.headings = [index for index, tag in enumerate(columns.tag) if tag == "h1"]
    if columns.c_tag:
        columns.language = root.get("lang") or ""
    return columns


def fill(run: Run, root: Any, prune: bool) -> None:
    """Let ``run`` take all that stands below ``root``.

    ``_walk.pyx`` does the same over the nodes of libxml2, and takes its place where it was compiled; a test compares
    the two.
    """
    if root.tail:  # what follows the root is not in it
        root = deepcopy(root)
        root.tail = None
    elements = _OpenElements(run, prune)
    parts = run.parts
    stack: list[Any] = [root]
    while stack:
        element = stack.pop()
        if element is None:
            tail = elements.close()
        else:
            tail = element.tail
            if elements.opens(element):
                stack.append(None)
                stack.extend(element[::-1])
                continue
        if tail and (parts or not tail.isspace()):
            parts.append(tail)
    if parts:
        run.flush(elements.tag, elements.container)


class _OpenElements:
    """The elements that the walk is in, and what is round it: container, signature and tag of the nearest block."""

    __slots__ = ("_closes", "_prune", "_run", "_signatures", "_skipped", "container", "signature", "tag")

    def __init__(self, run: Run, prune: bool) -> None:
        self._run = run
        self._prune = prune
        self.container, self.signature, self.tag = -1, -1, "html"
        self._skipped = SKIPPED_TAGS if prune else SKIPPED_TAGS - {"noscript"}
        self._signatures: dict[tuple[int, str, str], int] = {}
        # What ends with each, and the text behind it: for a block what was round it, else whether it changes the run.
        self._closes: list[tuple[tuple[int, int, str] | bool, str | None]] = []

    def opens(self, element: Any) -> bool:
        """Take an element; return whether its children are next, and then :meth:`close`."""
        tag = element.tag
        if tag in BLOCK_TAGS:
            if self._run.parts:
                self._run.flush(self.tag, self.container)
            return not (self._prune and tag in PRUNED_TAGS and not holds_article(element)) and self._block(element, tag)
        if tag in VOID_TAGS:
            self._void(element, tag)
            return False
        return tag not in self._skipped and self._inline(element, tag)

    def close(self) -> str | None:
        """End the innermost element; return the text behind it."""
        run = self._run
        around, tail = self._closes.pop()
        if isinstance(around, tuple):
            if run.parts:
                run.flush(self.tag, self.container)
            run.columns.c_last[self.container] = len(run.columns.text)
            run.columns.c_end[self.container] = len(run.columns.c_tag)
            self.container, self.signature, self.tag = around
        elif around:
            run.close_inline()
        return tail

    def _block(self, element: Any, tag: str) -> bool:
        run = self._run
        flags = TAG_FLAGS.get(tag, 0)
        key = ""
        attributes = element.items()
        if attributes:
            flags, key, prop = _block_flags(attributes, flags)
            if flags & HINT_FLAGS or prop in HINT_PROPS:
                run.hint(element, flags, prop, "")
        signature = self._signatures.setdefault((self.signature, tag, key), len(self._signatures))
        self._closes.append(((self.container, self.signature, self.tag), element.tail))
        self._add_container(tag, flags, signature)
        text = element.text
        if text and not text.isspace():
            run.parts.append(text)
        if len(element):
            return True
        self.close()
        return False

    def _add_container(self, tag: str, flags: int, signature: int) -> None:
        """Enter a container; its ends are not known yet."""
        columns = self._run.columns
        columns.c_parent.append(self.container)
        self.container, self.signature, self.tag = len(columns.c_tag), signature, tag
        columns.c_tag.append(tag)
        columns.c_flags.append(flags)
        columns.c_first.append(len(columns.text))
        columns.c_last.append(-1)
        columns.c_end.append(-1)
        columns.c_signature.append(signature)

    def _inline(self, element: Any, tag: str) -> bool:
        run = self._run
        changes = tag == "a" or bool(element.keys())
        if changes:
            run.open_inline(element, tag)
        if element.text:
            run.parts.append(element.text)
        if len(element):
            self._closes.append((changes, element.tail))
            return True
        if changes:
            run.close_inline()
        return False

    def _void(self, element: Any, tag: str) -> None:
        run = self._run
        if tag == "br":
            run.line_break(self.tag, self.container)
        elif tag in IMAGE_TAGS:
            run.picture(element, self.container)
        elif tag != "hr":
            take_head(run.columns, element, tag)
        elif run.parts:
            run.flush(self.tag, self.container)


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
