"""Tables of data, row by row; a table that only places things on the page is not one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from scraper.extraction.columns import Columns
from scraper.extraction.score import Scored

CELL_TAGS = frozenset(["td", "th"])
MAX_CELL_WORDS = 20.0  # on average; a table of longer cells is layout
MAX_LONGEST_WORDS = 80.0  # of one cell
MAX_CELL_BLOCKS = 4  # a cell with more holds a text
MIN_ROWS = 2
MIN_COLUMNS = 2
CELL_SEPARATOR = " | "


@dataclass(slots=True)
class Rows:
    """The rows of data tables: the first block of each, with its cells and their blocks."""

    table_of: dict[int, int] = field(default_factory=dict)  # first block of a row: the table's container
    cells: dict[int, list[list[int]]] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)  # the other blocks of the rows


def data_rows(scored: Scored, kept: Iterable[int]) -> Rows:
    """Group the kept blocks of data tables by row and cell. A cell without a kept block is an empty list."""
    columns = scored.columns
    rows = Rows()
    if "tr" not in columns.c_tag:
        return rows
    tables: dict[int, dict[int, dict[int, list[int]]]] = {}  # table: row: cell: blocks
    nested: set[int] = set()
    inside = bytearray(len(columns.text))  # most blocks of most pages with a table are in none
    for container in _containers(columns, "table"):
        first, last = columns.c_first[container], columns.c_last[container]
        inside[first:last] = b"\1" * (last - first)
    in_tables = list(filter(inside.__getitem__, kept))
    if not in_tables:
        return rows
    for index in in_tables:
        cell, row, table, outer = _place(columns, columns.container[index])
        if table >= 0:
            tables.setdefault(table, {}).setdefault(row, {}).setdefault(cell, []).append(index)
            nested |= outer
    cells_of = _cells(columns)
    for table, found in tables.items():
        if table not in nested and _is_data(scored, found):
            for row, cells in found.items():
                blocks = [cells.get(cell, []) for cell in cells_of.get(row, cells)]
                head = next(cell[0] for cell in blocks if cell)
                rows.table_of[head], rows.cells[head] = table, blocks
                rows.taken.update(index for cell in blocks for index in cell if index != head)
    return rows


def _is_data(scored: Scored, rows: dict[int, dict[int, list[int]]]) -> bool:
    """Tell data from layout: several rows of several short cells, none of which holds a text."""
    cells = [blocks for row in rows.values() for blocks in row.values()]
    wide = sum(len(row) >= MIN_COLUMNS for row in rows.values())
    if wide < MIN_ROWS or 2 * wide < len(rows) or max(map(len, cells)) > MAX_CELL_BLOCKS:
        return False
    words = [float(scored.counts.words[cell].sum()) for cell in cells]
    return sum(words) <= MAX_CELL_WORDS * len(cells) and max(words) <= MAX_LONGEST_WORDS


def _place(columns: Columns, container: int) -> tuple[int, int, int, set[int]]:
    """Return cell, row and table of a container, or -1, and the tables round that table."""
    cell = row = table = -1
    outer: set[int] = set()
    while container >= 0:
        tag = columns.c_tag[container]
        if tag in CELL_TAGS and cell < 0:
            cell = container
        elif tag == "tr" and row < 0 <= cell:
            row = container
        elif tag == "table":
            if table < 0:
                table = container if row >= 0 else table
            else:
                outer.add(container)
        container = columns.c_parent[container]
    return cell, row, table, outer


def _containers(columns: Columns, tag: str) -> Iterator[int]:
    """Yield the containers of a tag: faster than a look at each, for most pages have few."""
    container = -1
    for _ in range(columns.c_tag.count(tag)):
        container = columns.c_tag.index(tag, container + 1)
        yield container


def _cells(columns: Columns) -> dict[int, list[int]]:
    """Return the cells of each row, empty ones included, so that the columns of a table stay in line."""
    cells: dict[int, list[int]] = {}
    for container, tag in enumerate(columns.c_tag):
        if tag in CELL_TAGS:
            cells.setdefault(columns.c_parent[container], []).append(container)
    return cells
