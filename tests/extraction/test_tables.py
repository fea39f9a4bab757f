"""Tables of data are rows of cells; tables that place things on the page are not tables."""

from __future__ import annotations

import pytest

from tests.builders import STORY
from tests.extraction.scored_pages import blocks_of

LONG = " ".join(STORY + STORY)


def table_texts(body: str) -> list[str]:
    return [block.text for block in blocks_of(body) if block.kind == "table"]


def test_a_table_of_data_is_one_block_of_a_line_a_row() -> None:
    body = "<table><tr><th>Pier<th>Depth<tr><td>North<td>4 m<tr><td>South<td>6 m</table>"

    assert table_texts(body) == ["Pier | Depth\nNorth | 4 m\nSouth | 6 m"]


def test_an_empty_cell_keeps_its_place() -> None:
    body = "<table><tr><th>Pier<th>Depth<th>Light<tr><td>North<td><td>red</table>"

    assert table_texts(body) == ["Pier | Depth | Light\nNorth |  | red"]


def test_two_tables_are_two_blocks() -> None:
    table = "<table><tr><td>{0}<td>Yes<tr><td>b<td>No</table>"

    assert table_texts(table.format("a") + table.format("c")) == ["a | Yes\nb | No", "c | Yes\nb | No"]


def test_links_in_cells_keep_their_words() -> None:
    body = "<table><tr><td>North<td>4 m<tr><td>South<td><a href=/deep>6 m</a></table>"
    block = blocks_of(body)[0]

    assert [(block.text[link.start : link.end], link.url) for link in block.links] == [
        ("6 m", "https://news.example/deep")
    ]


@pytest.mark.parametrize(
    "body",
    [
        f"<table><tr><td>{LONG}<td>menu<tr><td>Harbour<td>more<tr><td>Sea<td>less</table>",
        f"<table><tr><td>{STORY[0]}<br><br>{STORY[1]}<tr><td>b</table>",
        "<table><tr><td>one<tr><td>two<tr><td>three</table>",
        "<table><tr><td>one<td>two</table>",
        "<table><tr><td><table><tr><td>a<tr><td>b</table><td>x<tr><td>y<td>z</table>",
    ],
    ids=["a long cell", "one cell", "one column", "one row", "round another table"],
)
def test_a_layout_table_is_no_table(body: str) -> None:
    assert table_texts(body) == []
