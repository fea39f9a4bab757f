"""Turn the kept blocks into the article's blocks: kinds, levels, tables, links, each text once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from scraper.extraction.columns import Columns
from scraper.extraction.date_parsing import read_moment
from scraper.extraction.flags import BIT
from scraper.extraction.repeats import without_next_articles, without_repeats
from scraper.extraction.score import Scored
from scraper.extraction.tables import CELL_SEPARATOR, data_rows
from scraper.records import Block, BlockKind, BlockLink
from scraper.text import visible

HEADING_LEVELS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_ITEM_TAGS = frozenset(["li", "dt", "dd"])
_LIST_TAGS = frozenset(["ul", "ol", "dl", "menu", "dir"])
MAX_STANDFIRST_PLACE = 2  # a standfirst is among the first kept blocks
MIN_STANDFIRST_CHARS = 60  # of one that is marked up as a heading
MIN_LEAD_WORDS = 5.0  # of a line that the text may begin with, above a title
MAX_DATE_CHARS = 45  # of a line that holds a date and nothing else
MAX_DATE_LETTERS = 24  # "Veröffentlicht am 6. September 2022" has more, and is left to the rules
MAX_CODE_GAP = 4  # blocks from one kept block to the next
# A heading less likely than the cut is the article's where the block that it leads to is as likely as this, of which
# 120 headings are in the references and 19 are not; of those above another kept block 174 and 53.
SURE_SECTION = 0.7
MIN_HEADING = 0.1  # "Related articles" above a teaser that looks like a paragraph
ROW_SEPARATOR = "\n"
_DATA_STARTS = ('{"', "[{")
_FROM_ROOT = re.compile(r"(?:/[\w%~+-][\w%~+.-]*)+/?", re.ASCII)  # a path that is complete and has no "." or ".."
_JOINERS = "\u200c\u200d"  # seen between letters only: a block of nothing else is an empty one


def assemble(scored: Scored, base_url: str) -> tuple[tuple[Block, ...], tuple[int, ...]]:
    """Return the article's blocks in document order, and the column index that each comes from."""
    kept: Sequence[int] = [index for index in scored.kept.nonzero()[0].tolist() if _is_text(scored.columns, index)]
    kept = _with_code(scored.columns, _with_headings(scored, kept))
    kept = without_repeats(scored, without_next_articles(scored, kept))
    kept = _without_head(scored, kept)
    rows = data_rows(scored, kept)
    blocks: list[Block] = []
    places: list[int] = []
    table = items = -1  # the table, and the list item, that the block before belongs to
    for index in kept:
        if index in rows.taken:
            continue
        if index in rows.cells:
            row = _row(scored, rows.cells[index], base_url)
            if rows.table_of[index] == table and blocks:
                blocks[-1] = _joined(blocks[-1], row, ROW_SEPARATOR)
                continue
            table, block = rows.table_of[index], row
        else:
            table, block = -1, _block(scored, index, base_url, first=len(blocks) < MAX_STANDFIRST_PLACE)
        item = _item(scored.columns, index) if block.kind == "item" else -1
        if item >= 0 and item == items:  # the second paragraph of a list item is no item of its own
            block = Block(kind="paragraph", text=block.text, links=block.links, flags=block.flags, score=block.score)
        items = item
        if block.text.strip(_JOINERS):
            blocks.append(block)
            places.append(index)
    return tuple(blocks), tuple(places)


def _is_text(columns: Columns, index: int) -> bool:
    """Tell text from captions, which are a field of their image, and from data that some sites show as text."""
    return columns.tag[index] != "figcaption" and not columns.text[index].startswith(_DATA_STARTS)


def _with_headings(scored: Scored, kept: Sequence[int]) -> Sequence[int]:
    """Add the headings that stand right above a kept block, as its siblings; not those above the first one."""
    columns = scored.columns
    result: list[int] = []
    for index in kept:
        heading = index - 1
        if (
            result
            and result[-1] != heading
            and columns.tag[heading] in HEADING_LEVELS
            and columns.c_parent[columns.container[heading]] == columns.c_parent[columns.container[index]]
            and scored.probability[index] >= SURE_SECTION
            and scored.probability[heading] >= MIN_HEADING
            and not scored.regions.equals_title[heading]
        ):
            result.append(heading)
        result.append(index)
    return result


def _with_code(columns: Columns, kept: Sequence[int]) -> Sequence[int]:
    """Add the preformatted text between kept blocks: it reads like nothing else on a page, and a story needs it."""
    if "pre" not in columns.tag:
        return kept
    result: list[int] = []
    for index in kept:
        before = result[-1] if result else index
        if index - before <= MAX_CODE_GAP:
            result += [between for between in range(before + 1, index) if columns.tag[between] == "pre"]
        result.append(index)
    return result


def _without_head(scored: Scored, kept: Sequence[int]) -> Sequence[int]:
    """Drop title and date before the text, which are fields of their own, and the short lines above the title."""
    title = -1
    dates: set[int] = set()
    for index in kept:
        if scored.regions.equals_title[index]:
            title = index
        elif _is_date(scored.columns, index):
            dates.add(index)
        elif scored.counts.words[index] >= MIN_LEAD_WORDS:
            break
    return [index for index in kept if index > title and index not in dates] or kept


def _is_date(columns: Columns, index: int) -> bool:
    text = columns.text[index]
    if len(text) > MAX_DATE_CHARS or sum(map(str.isalpha, text)) > MAX_DATE_LETTERS or not any(map(str.isdigit, text)):
        return False
    return read_moment(text, columns.language) is not None


def _block(scored: Scored, index: int, base_url: str, first: bool) -> Block:
    columns, regions = scored.columns, scored.regions
    tag = columns.tag[index]
    text = columns.text[index]
    container = columns.container[index]
    flags = regions.all_flags.item(container) | columns.flags[index]
    kind: BlockKind = "paragraph"
    level = None
    leads = first and _leads(scored, index)
    if tag in HEADING_LEVELS and not (leads and len(text) >= MIN_STANDFIRST_CHARS):
        kind, level = "heading", HEADING_LEVELS[tag]
    elif leads:
        kind = "standfirst"
    elif tag in ("pre", "code"):
        kind = "code"
    elif flags & BIT["IN_LIST"] and (depth := _list_depth(columns, container)):
        kind, level = "item", depth
    elif flags & BIT["IN_QUOTE"]:
        kind = "quote"
    return Block(
        kind=kind,
        text=_shown(text, code=kind == "code"),
        level=level,
        links=_links(columns, index, base_url) if columns.links[index] else (),
        flags=flags,
        score=scored.probability.item(index),
    )


def _leads(scored: Scored, index: int) -> bool:
    """Tell a standfirst by its class, or by the description of the page."""
    near = scored.regions.near_flags.item(scored.columns.container[index]) | scored.columns.flags[index]
    return bool(near & BIT["STANDFIRST"] or scored.regions.equals_description[index])


def _list_depth(columns: Columns, container: int) -> int:
    """Return how many lists a block stands in, 0 where its own list item is layout round a whole section."""
    depth = 0
    inside_item = False
    while container >= 0:
        tag = columns.c_tag[container]
        if tag in _ITEM_TAGS:
            inside_item = True
        elif tag in _LIST_TAGS and inside_item:
            depth += 1
        container = columns.c_parent[container]
    return depth


def _item(columns: Columns, index: int) -> int:
    """Return the list item that a block stands in."""
    container = columns.container[index]
    while container >= 0 and columns.c_tag[container] not in _ITEM_TAGS:
        container = columns.c_parent[container]
    return container


def _links(columns: Columns, index: int, base_url: str) -> tuple[BlockLink, ...]:
    text = columns.text[index]
    is_same = _shown(text) == text  # then so is each beginning of it
    result = []
    for start, end, href in columns.links[index] or ():
        url = absolute(base_url, href)
        if url and is_same:
            result.append(BlockLink(start, end, url))
        elif url:
            first, last = len(_shown(text[:start])), len(_shown(text[:end]))
            if first < last:
                result.append(BlockLink(first, last, url))
    return tuple(result)


def _shown(text: str, code: bool = False) -> str:
    """Return the text as an article holds it; a character that shows nothing leaves no two spaces in its place."""
    if text.isascii():
        return text
    text = visible(text)
    while not code and "  " in text:
        text = text.replace("  ", " ")
    return text


def absolute(base_url: str, href: str) -> str | None:
    """Return the web address that a link means, or ``None`` where it leads nowhere on the web."""
    href = href.strip()
    if not href or href[0] == "#":
        return None
    if href.startswith(("https://", "http://")):
        return href
    try:
        if _FROM_ROOT.fullmatch(href) and (root := _root(base_url)):
            return root + href
        url = urljoin(base_url, href)
    except ValueError:  # "http://[": no address
        return None
    return url if url.startswith(("https://", "http://")) else None


@lru_cache(maxsize=8)
def _root(url: str) -> str:
    """Return what all addresses of a host begin with, empty where there is none. Raises ``ValueError`` like urljoin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("https", "http") and parts.netloc else ""


def _row(scored: Scored, cells: Iterable[Sequence[int]], base_url: str) -> Block:
    """Return a row of a table as one block of one line."""
    row = Block(kind="table", text="")
    count = 0
    for place, cell in enumerate(cells):
        content = Block(kind="table", text="")
        for index in cell:
            part = _block(scored, index, base_url, first=False)
            part = Block(kind="table", text=part.text.replace("\n", " "), links=part.links, score=part.score)
            content = _joined(content, part, " ") if content.text else part
        row = _joined(row, content, CELL_SEPARATOR) if place else content
        count += len(cell)
    score = sum(float(scored.probability[index]) for cell in cells for index in cell) / max(count, 1)
    return Block(kind="table", text=row.text.rstrip(), links=row.links, score=score)


def _joined(left: Block, right: Block, separator: str) -> Block:
    offset = len(left.text) + len(separator)
    moved = (BlockLink(link.start + offset, link.end + offset, link.url) for link in right.links)
    return Block(
        kind=left.kind, text=f"{left.text}{separator}{right.text}", links=(*left.links, *moved), score=left.score
    )
