"""What one walk over the tree leaves behind: flat columns of blocks and containers, and the page's own words on itself.

A *block* is a run of inline text between two block boundaries (or double ``br``). A *container* is an element that
holds blocks. Everything after the walk (features, score, assembly, metadata) works on these columns and never touches
the tree, so that another walk (a compiled one, or one over another tree) can fill them instead.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import msgspec


class Hint(msgspec.Struct, gc=False):
    """An element that says what it is: an author, a date, a section, a tag, a site name."""

    kind: str  # "author" | "date" | "modified" | "section" | "tag" | "headline" | "caption" | "credit" | "description"
    how: str  # "itemprop" | "rel" | "class"
    block: int  # index of the block it stands in or before
    text: str  # white space folded, at most 300 characters
    value: str  # content, datetime or href attribute, else ""


class Picture(msgspec.Struct, gc=False):
    """An ``img`` of the page."""

    block: int  # index of the block it stands before
    container: int
    url: str  # as written
    width: int  # 0 where unknown


def _numbers() -> array[int]:
    return array("q")


@dataclass(slots=True)
class Columns:
    """Blocks and containers in document order, and the head of the page. Block index ``len(text)`` is the end.

    Numbers are arrays: numpy takes them as they are, where it would have to look at each item of a list.
    """

    # blocks
    text: list[str] = field(default_factory=list)  # white space folded as a browser shows it; "\n" where a br was
    links: list[list[tuple[int, int, str]] | None] = field(default_factory=list)  # start, end in text, href as written
    link_chars: array[int] = field(default_factory=_numbers)
    tag: list[str] = field(default_factory=list)  # nearest block-level ancestor: "p", "h2", "li", "td", "div", ...
    flags: array[int] = field(default_factory=_numbers)  # of inline elements that hold most of the block's text
    container: array[int] = field(default_factory=_numbers)

    # containers
    c_tag: list[str] = field(default_factory=list)
    c_parent: array[int] = field(default_factory=_numbers)  # -1 for the root
    c_flags: array[int] = field(default_factory=_numbers)  # flags of its own tag, classes, id, role (extraction.flags)
    c_first: array[int] = field(default_factory=_numbers)  # first block
    c_last: array[int] = field(default_factory=_numbers)  # one past the last block
    c_end: array[int] = field(default_factory=_numbers)  # one past the last container inside
    c_signature: array[int] = field(default_factory=_numbers)  # same number: same path of tags and classes

    # the page on itself
    title: str = ""  # of the title element
    language: str = ""  # lang attribute of html
    metas: list[tuple[str, str]] = field(default_factory=list)  # name, property, itemprop or http-equiv in lower case
    head_links: list[dict[str, str]] = field(default_factory=list)  # attributes of links of runs.LINK_RELS
    json_ld: list[str] = field(default_factory=list)  # texts of script type="application/ld+json"
    times: list[tuple[int, str, str]] = field(default_factory=list)  # block, datetime attribute, text
    hints: list[Hint] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)  # block indexes of h1
