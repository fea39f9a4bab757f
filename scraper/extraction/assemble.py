"""Turn the kept blocks into the article's blocks: kinds, levels, tables, links, each text once."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urljoin

from scraper.extraction.columns import Columns
from scraper.extraction.flags import BIT
from scraper.extraction.score import Scored
from scraper.records import Block, BlockKind, BlockLink
from scraper.text import visible

HEADING_LEVELS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_ITEM_TAGS = frozenset(["li", "dt", "dd"])
_LIST_TAGS = frozenset(["ul", "ol", "dl", "menu", "dir"])
_CELL_TAGS = frozenset(["td", "th"])
MIN_REPEATED_WORDS = 3  # a shorter line ("Yes.") may well stand twice in a story
MAX_CELL_WORDS = 20.0  # on average; a table of longer cells is layout
MAX_STANDFIRST_PLACE = 2  # a standfirst is among the first kept blocks


def assemble(scored: Scored, base_url: str) -> tuple[tuple[Block, ...], tuple[int, ...]]:
    """Return the article's blocks in document order, and the column index that each comes from."""
    kept = [int(index) for index in scored.kept.nonzero()[0]]
    kept = _without_title(scored, _without_repeats(scored, kept))
    rows = _table_rows(scored.columns, scored, kept)
    blocks: list[Block] = []
    places: list[int] = []
    for index in kept:
        if index in rows:
            block = _row_block(scored, rows[index])
        elif index in rows.taken:
            continue
        else:
            block = _block(scored, index, base_url, first=len(blocks) < MAX_STANDFIRST_PLACE)
        if block.text:
            blocks.append(block)
            places.append(index)
    return _joined_tables(blocks, places)


def _without_repeats(scored: Scored, kept: Iterable[int]) -> list[int]:
    """Drop the second of two equal blocks (phone and desktop copies), and data that is no text."""
    seen: set[str] = set()
    result = []
    for index in kept:
        text = scored.columns.text[index]
        if scored.counts.words[index] >= MIN_REPEATED_WORDS:
            if text in seen or text.startswith(('{"', "[{")):
                continue
            seen.add(text)
        result.append(index)
    return result


def _without_title(scored: Scored, kept: list[int]) -> list[int]:
    """Drop the title where it stands before the text: it has a field of its own."""
    start = 0
    while start < len(kept) and scored.regions.equals_title[kept[start]]:
        start += 1
    return kept[start:] or kept


def _block(scored: Scored, index: int, base_url: str, first: bool) -> Block:
    columns = scored.columns
    tag = columns.tag[index]
    flags = int(scored.regions.all_flags[columns.container[index]]) | columns.flags[index]
    near = int(scored.regions.near_flags[columns.container[index]]) | columns.flags[index]
    kind: BlockKind = "paragraph"
    level = None
    if tag in HEADING_LEVELS:
        kind, level = "heading", HEADING_LEVELS[tag]
    elif first and (near & BIT["STANDFIRST"] or scored.regions.equals_description[index]):
        kind = "standfirst"
    elif tag in ("pre", "code"):
        kind = "code"
    elif flags & BIT["IN_LIST"] and (depth := _list_depth(columns, columns.container[index])):
        kind, level = "item", depth
    elif flags & BIT["IN_QUOTE"]:
        kind = "quote"
    text = columns.text[index]
    links = _links(columns, index, base_url)
    return Block(
        kind=kind, text=visible(text), level=level, links=links, flags=flags, score=float(scored.probability[index])
    )


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


def _links(columns: Columns, index: int, base_url: str) -> tuple[BlockLink, ...]:
    found = columns.links[index]
    if not found:
        return ()
    text = columns.text[index]
    result = []
    for start, end, href in found:
        url = absolute(base_url, href)
        if url:
            if not text.isascii():
                start, end = len(visible(text[:start])), len(visible(text[:end]))
            result.append(BlockLink(start, end, url))
    return tuple(result)


def absolute(base_url: str, href: str) -> str | None:
    """Return the web address that a link means, or ``None`` where it leads nowhere on the web."""
    href = href.strip()
    if not href or href[0] == "#":
        return None
    try:
        url = href if href.startswith(("https://", "http://")) else urljoin(base_url, href)
    except ValueError:  # "http://[": no address
        return None
    return url if url.startswith(("https://", "http://")) else None


class _Rows(dict[int, list[int]]):
    """First cell of each data row: its cells. ``taken`` are the cells behind the first."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: set[int] = set()


def _table_rows(columns: Columns, scored: Scored, kept: Iterable[int]) -> _Rows:
    """Group the kept cells of data tables by row. A table of long cells, or of one column, is layout."""
    if "tr" not in columns.c_tag:
        return _Rows()
    tables: dict[int, dict[int, list[int]]] = {}
    for index in kept:
        row, table = _row_and_table(columns, columns.container[index])
        if table >= 0:
            tables.setdefault(table, {}).setdefault(row, []).append(index)
    result = _Rows()
    for rows in tables.values():
        cells = [index for row in rows.values() for index in row]
        words = sum(float(scored.counts.words[index]) for index in cells) / len(cells)
        if max(map(len, rows.values())) > 1 and len(rows) > 1 and words <= MAX_CELL_WORDS:
            for row_cells in rows.values():
                result[row_cells[0]] = row_cells
                result.taken.update(row_cells[1:])
    return result


def _row_and_table(columns: Columns, container: int) -> tuple[int, int]:
    row = -1
    while container >= 0:
        tag = columns.c_tag[container]
        if tag == "tr" and row < 0:
            row = container
        elif tag == "table" and row >= 0:
            return row, container
        container = columns.c_parent[container]
    return -1, -1


def _row_block(scored: Scored, cells: list[int]) -> Block:
    text = " | ".join(visible(scored.columns.text[index].replace("\n", " ")) for index in cells)
    return Block(kind="table", text=text, score=float(scored.probability[cells].mean()))


def _joined_tables(blocks: list[Block], places: list[int]) -> tuple[tuple[Block, ...], tuple[int, ...]]:
    """Make one block of the rows that follow each other."""
    joined: list[Block] = []
    starts: list[int] = []
    for block, place in zip(blocks, places, strict=True):
        if block.kind == "table" and joined and joined[-1].kind == "table":
            before = joined[-1]
            joined[-1] = Block(kind="table", text=f"{before.text}\n{block.text}", score=before.score)
        else:
            joined.append(block)
            starts.append(place)
    return tuple(joined), tuple(starts)
