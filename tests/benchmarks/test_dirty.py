"""Pages as careless pipelines flatten them."""

from __future__ import annotations

from benchmarks import dirty, sets

PAGE = b"""<html><body><nav><a href="/">Home</a></nav><div><h1>Ferry</h1><div><p>The ferry came back on Monday, he said.
</p><p>It takes twenty minutes.</p></div><p>Tags: ferry</p></div><footer>About us</footer></body></html>"""


def columns(body: bytes = PAGE) -> dirty.Columns:
    page = sets.Annotated("set", {"url": "https://news.example/ferry"}, body)
    found = dirty.columns_of(page)
    assert found is not None
    return found


def test_every_line_holds_menu_and_footer() -> None:
    assert dirty.every_line(columns()) == [
        "Home",
        "Ferry",
        "The ferry came back on Monday, he said.",
        "It takes twenty minutes.",
        "Tags: ferry",
        "About us",
    ]


def test_the_container_holds_all_paragraphs_and_what_is_between() -> None:
    assert dirty.main_container(columns()) == [
        "Ferry",
        "The ferry came back on Monday, he said.",
        "It takes twenty minutes.",
        "Tags: ferry",
    ]


def test_a_page_without_paragraphs_is_its_own_container() -> None:
    assert dirty.main_container(columns(b"<html><body><div>One</div><div>Two</div></body></html>")) == ["One", "Two"]
