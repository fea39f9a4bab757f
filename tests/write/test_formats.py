"""Articles as Markdown and as plain text."""

from __future__ import annotations

from builders import an_article

from scraper.records import Article, BlockKind, Link, TextBlock
from scraper.write.formats import FORMATS


def markdown(article: Article) -> str:
    """Return the Markdown below the line about the article."""
    return FORMATS["markdown"](article).decode().partition("*https://news.example/ferry*\n\n")[2]


def of_kind(kind: BlockKind, *texts: str, level: int | None = None) -> Article:
    article = an_article(*texts)
    blocks = [TextBlock(kind=kind, start=block.start, end=block.end, level=level) for block in article.blocks]
    return an_article(*texts, blocks=blocks)


def test_text_is_the_text_alone() -> None:
    assert FORMATS["text"](an_article("One.", "Two.", title="Title")) == b"One.\n\nTwo.\n"


def test_text_holds_no_character_that_a_terminal_obeys() -> None:
    assert FORMATS["text"](an_article("a\x1b[31mb\x9bc\u202ed\te")) == b"a[31mbcd\te\n"


def test_markdown_begins_with_the_title_and_a_line_about_the_article() -> None:
    article = an_article("One.", title="A *title*", authors=["Ada Poe"], published="2026-11-24", site="The Herald")

    assert FORMATS["markdown"](article).decode() == (
        "# A \\*title\\*\n\n*Ada Poe · 2026-11-24 · The Herald · https://news.example/ferry*\n\nOne.\n"
    )


def test_headings_keep_their_level_below_the_title() -> None:
    assert markdown(of_kind("heading", "One", level=1)) == "## One\n"
    assert markdown(of_kind("heading", "Three", level=3)) == "### Three\n"


def test_items_are_one_list_and_the_depth_is_kept() -> None:
    assert markdown(of_kind("item", "- one", "- two", level=1)) == "- one\n- two\n"
    assert markdown(of_kind("item", "- deep", level=2)) == "  - deep\n"


def test_a_quote_keeps_its_lines() -> None:
    assert markdown(of_kind("quote", "one\ntwo")) == "> one\n> two\n"


def test_code_is_fenced_by_more_backticks_than_it_holds() -> None:
    assert markdown(of_kind("code", "a ``` b")) == "````\na ``` b\n````\n"


def test_rows_are_one_table_with_a_head() -> None:
    assert markdown(of_kind("table", "a | b", "1 | 2")) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n"


def test_links_stand_in_the_text() -> None:
    article = an_article("See the plan now.", links=[Link(start=4, end=12, url="https://news.example/plan")])

    assert markdown(article) == "See [the plan](<https://news.example/plan>) now.\n"


def test_a_paragraph_never_turns_into_something_else() -> None:
    assert markdown(an_article("# no heading")) == "\\# no heading\n"
    assert markdown(an_article("1. no list")) == "1\\. no list\n"
    assert markdown(an_article("- no item")) == "\\- no item\n"
    assert markdown(an_article("no <b>tag</b> `code` [link]")) == "no \\<b\\>tag\\</b\\> \\`code\\` \\[link\\]\n"
