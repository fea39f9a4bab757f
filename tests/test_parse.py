"""The tree holds all of the page's text, or a warning says that it does not."""

from __future__ import annotations

import tracemalloc

import pytest
from lxml import etree

from scraper.errors import NotAnArticle
from scraper.parse import parse
from scraper.records import Document, Page, Response, Target


def a_document(html: str, url: str = "https://news.test/2026/story.html") -> Document:
    response = Response(target=Target(url=url), url=url)
    return parse(Page(response=response, utf8=html.encode(), encoding="utf-8", encoding_from="utf-8"))


def text_of(document: Document) -> str:
    return "".join(document.tree.itertext())


def test_the_tree_has_neither_comments_nor_processing_instructions() -> None:
    document = a_document("<p>one<!-- two --> three<?php four ?> five</p>")

    assert text_of(document) == "one three five"


@pytest.mark.parametrize(
    "html",
    [
        "<html><body><p>one</p></body></html><p>two</p></body></html>",
        "<HTML><BODY><P>one</P></BODY></HTML><P>two</P>",
        "<html><body><div><p>one</p></body ></html ><p>two</p></div>",
    ],
)
def test_what_follows_an_early_end_of_the_page_is_kept(html: str) -> None:
    assert text_of(a_document(html)) == "onetwo"


def test_text_below_3000_levels_is_kept_by_the_tolerant_parser() -> None:
    document = a_document("<div>" * 3000 + "<p>deep</p>" + "</div>" * 3000 + "<p>end</p>")

    assert text_of(document) == "deepend"
    assert document.warnings == ("tolerant_parser",)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<b>one</i>two</b>three", "onetwothree"),
        ("<br>one</br>two<img src=x>three", "onetwothree"),
        ("one &amp; two&nbsp;&#8212;three", "one & two\xa0—three"),
        ("one<!-- two --><?php three ?><![CDATA[four]]>five", "onefive"),
        ("<input disabled value='a\x00b' 1=2 x:y=z>one<p/>two", "onetwo"),
        ("<script>if (a < b) x = '<p>'</script>one", "if (a < b) x = '<p>'one"),
        ("<p>one <b>two", "one two"),
    ],
)
def test_the_tolerant_parser_reads_what_is_broken_as_a_browser_does(markup: str, text: str) -> None:
    assert text_of(a_document("<div>" * 3000 + markup)) == text


def test_what_the_tolerant_parser_needs_is_a_few_times_the_page() -> None:
    html = "<div>" * 20_000
    tracemalloc.start()
    try:
        a_document(html)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 60 * len(html)  # beautifulsoup4's objects take 150 times the page


def test_lxml_alone_loses_text_below_3000_levels() -> None:
    """The day this fails, the tolerant parser has no reason left."""
    html = "<div>" * 3000 + "<p>deep</p>" + "</div>" * 3000
    parser = etree.HTMLParser(huge_tree=True)

    assert "deep" not in "".join(etree.fromstring(html, parser).itertext())


def test_text_below_300_levels_needs_no_other_parser() -> None:
    document = a_document("<div>" * 300 + "deep" + "</div>" * 300)

    assert text_of(document) == "deep"
    assert document.warnings == ()


def test_a_paragraph_of_12_megabytes_is_complete() -> None:
    document = a_document("<p>" + "word " * 2_400_000 + "</p><p>end</p>")

    assert len(text_of(document)) == 12_000_003


def test_links_are_relative_to_the_page() -> None:
    assert a_document("<p>one").base_url == "https://news.test/2026/story.html"


@pytest.mark.parametrize("depth", [0, 3000])
def test_a_base_element_moves_the_links(depth: int) -> None:
    document = a_document('<base href="/archive/">' + "<div>" * depth + "<p>one")

    assert document.base_url == "https://news.test/archive/"


@pytest.mark.parametrize("href", ["javascript:alert(1)", "http://[", "", "data:text/html,x"])
def test_a_base_that_is_no_page_address_is_ignored(href: str) -> None:
    assert a_document(f'<base href="{href}"><p>one').base_url == "https://news.test/2026/story.html"


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<!doctype html>", "no_text"),
        ("<!-- only this -->", "no_text"),
        ("</p>", "no_text"),
        ("no mark-up at all", "not_html"),
        ('{"html": "<p>one</p>"}', "not_html"),
        ('\n[{"html": "<p>one</p>"}]\n', "not_html"),
        ('<?xml version="1.0"?>\n<!-- a feed -->\n<rss version="2.0"><channel></channel></rss>', "not_html"),
        ('<feed xmlns="http://www.w3.org/2005/Atom"></feed>', "not_html"),
        ('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>', "not_html"),
    ],
)
def test_what_is_no_page_says_why(html: str, reason: str) -> None:
    with pytest.raises(NotAnArticle) as caught:
        a_document(html)

    assert caught.value.reason == reason


def test_xhtml_with_an_xml_declaration_is_a_page() -> None:
    html = (
        '<?xml version="1.0" encoding="gbk"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><p>é</p></html>'
    )

    assert text_of(a_document(html)) == "é"


def test_the_warnings_of_the_page_are_handed_on() -> None:
    response = Response(target=Target(url=""), url="")
    page = Page(
        response=response, utf8=b"<p>one", encoding="gbk", encoding_from="guess", warnings=("encoding_guessed",)
    )

    assert parse(page).warnings == ("encoding_guessed",)
