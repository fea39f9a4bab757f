"""Where an article goes on."""

from __future__ import annotations

import pytest

from scraper.decode import decode
from scraper.extraction.next_page import continuation, same_article
from scraper.parse import parse
from scraper.records import Continuation, Response, Target

FIRST = "https://news.example/a/quay.html"


def of(links: str, url: str = FIRST, title: str = "The quay", position: int = 1) -> Continuation:
    html = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>Some words.</p>{links}</body></html>"
    response = Response(target=Target(url=url), url=url, body=html.encode())
    return continuation(parse(decode(response)), FIRST, position)


@pytest.mark.parametrize(
    "links",
    [
        '<a href="quay_2.html">2</a>',
        '<a href="quay_3.html">3</a> <a href="quay_2.html">Page 2</a>',
        '<a href="quay_2.html">第2页</a>',
        '<a href="/a/quay_2.html">Weiter</a>',
        '<link rel="next" href="quay_2.html">',
        '<a href="#" data-href="quay_2.html">Next page</a>',
        '<button data-url="/a/quay_2.html">Наступна сторінка</button>',
    ],
)
def test_the_second_page(links: str) -> None:
    assert of(links).next == "https://news.example/a/quay_2.html"


def test_a_page_that_came_over_https_goes_on_over_https() -> None:
    assert of('<a rel="next" href="http://news.example/a/quay_2.html">2</a>').next == (
        "https://news.example/a/quay_2.html"
    )


def test_a_page_goes_on_at_its_origin() -> None:
    plain = "http://news.example/a/quay.html"

    assert of('<a rel="next" href="https://news.example/a/quay_2.html">2</a>', plain).next == (
        "https://news.example/a/quay_2.html"
    )
    assert of('<a rel="next" href="http://news.example:8080/a/quay_2.html">2</a>', plain).next is None
    assert of('<a rel="next" href="https://www.news.example/a/quay_2.html">2</a>').next is None


def test_the_third_page_follows_the_second() -> None:
    links = '<a href="quay.html">1</a> <a href="quay_3.html">3</a> <a href="quay_4.html">4</a>'

    assert of(links, "https://news.example/a/quay_2.html", position=2).next == "https://news.example/a/quay_3.html"


def test_the_second_page_may_have_the_number_1() -> None:
    assert of('<a href="quay_1.html">2</a> <a href="quay_2.html">3</a>').next == "https://news.example/a/quay_1.html"


@pytest.mark.parametrize(
    "links",
    [
        '<a rel="next" href="/a/another-story.html">Next</a>',
        '<a href="https://other.example/a/quay_2.html">Next page</a>',
        '<a href="quay.html#comments">2</a>',
        '<a href="quay_2.html">Two more boats for the quay</a>',
        '<a href="quay_5.html">5</a>',
    ],
)
def test_other_links_are_no_next_page(links: str) -> None:
    assert of(links).next is None


def test_a_link_to_all_pages_as_one() -> None:
    found = of('<a href="quay.html?page=all">View as one page</a> <a href="/all">View all</a>')

    assert found.whole == "https://news.example/a/quay.html?page=all"


@pytest.mark.parametrize("title", ["The quay", "The quay (2)", "The quay - Page 2", "THE QUAY"])
def test_pages_of_one_article_share_a_title(title: str) -> None:
    assert same_article(of(""), of("", title=title))


def test_pages_of_two_articles_do_not() -> None:
    assert not same_article(of(""), of("", title="The pier"))
