"""Pages that list others: their links, what stands beside them, and where they go on."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from scraper.discover import read_date
from scraper.records import Response, Target
from scraper.sources.anchors import Anchor
from scraper.sources.listings import Listing, read_listing

URL = "https://news.example/latest/"
NOV_24 = datetime(2026, 11, 24, tzinfo=UTC)


def listing(body: str, url: str = URL) -> Listing:
    html = body if body.startswith("{") else f'<html lang="en-GB"><body>{body}</body></html>'
    return read_listing(Response(target=Target(url=url), url=url, body=html.encode()), URL, read_date)


def anchors(body: str) -> dict[str, Anchor]:
    return {anchor.url.removeprefix("https://news.example"): anchor for anchor in listing(body).anchors}


def a_card(number: int, date: str = "24 November 2026") -> str:
    return (
        f'<div class="card"><a href="/a/{number}"><img src="i.jpg"></a><h2><a href="/a/{number}">Story {number}</a>'
        f'</h2><span>{date}</span></div>'
    )  # fmt: skip


def test_each_link_has_the_date_of_its_own_card() -> None:
    found = anchors(a_card(1) + a_card(2, "23. November 2026") + a_card(3, ""))

    assert [found[f"/a/{n}"].date for n in (1, 2, 3)] == [NOV_24, datetime(2026, 11, 23, tzinfo=UTC), None]


def test_dates_are_read_in_other_scripts_and_from_time_elements() -> None:
    found = anchors(
        '<ul><li><a href="/a/1">一</a><span>2026年11月24日</span></li>'
        '<li><a href="/a/2">二</a><time datetime="2026-11-24">heute</time></li></ul>'
    )

    assert [anchor.date for anchor in found.values()] == [NOV_24, NOV_24]


def test_a_headline_is_the_text_of_a_card_that_is_one_link() -> None:
    found = anchors('<a href="/a/1"><span>SPORT</span><h3>The ferry is <b>b</b>ack</h3><p>It came at dawn.</p></a>')

    assert (found["/a/1"].text, found["/a/1"].heading) == ("The ferry is back", True)


def test_zones_come_from_tags_and_classes() -> None:
    found = anchors(
        '<nav><a href="/1">a</a></nav><div class="site-footer"><a href="/2">b</a></div><main><a href="/3">c</a></main>'
        '<div role="complementary"><a href="/4">d</a></div>'
    )

    assert [anchor.zone for anchor in found.values()] == ["menu", "foot", "main", "aside"]


def test_a_price_beside_a_link_is_seen() -> None:
    found = anchors('<div><a href="/p/1">A teapot</a><b>$24.50</b></div><div><a href="/a/2">$5 million found</a></div>')

    assert (found["/p/1"].price, found["/a/2"].price) == (True, False)


def test_the_next_page_by_its_word() -> None:
    assert listing('<a href="/latest/?page=2">Older posts</a>').next_pages[0] == f"{URL}?page=2"


def test_the_next_page_by_its_number() -> None:
    pager = "".join(f'<a href="/latest/{number}">{number}</a>' for number in (1, 3, 2))

    assert listing(pager).next_pages[0] == "https://news.example/latest/2"
    assert listing(pager, "https://news.example/latest/2").next_pages == ("https://news.example/latest/3",)


def test_the_next_page_in_an_attribute() -> None:
    found = listing('<button data-next-url="/api/latest?page=2">Load more</button>')

    assert found.next_pages[0] == "https://news.example/api/latest?page=2"


def test_addresses_that_a_script_joins() -> None:
    script = "<script>function go(n) { location = '/latest/list_' + n + '.html'; load(`/api/page/${n}?x=1`) }</script>"

    found = [pager.addresses(3) for pager in listing(f"<p>x</p>{script}").pagers]

    assert found == [
        ["https://news.example/latest/list_2.html", "https://news.example/latest/list_3.html"],
        ["https://news.example/api/page/2?x=1", "https://news.example/api/page/3?x=1"],
    ]


def test_the_pager_of_a_chinese_system_knows_its_end() -> None:
    [pager] = listing('<p>x</p><script>createPageHTML(3, 0, "index", "shtml");</script>').pagers

    assert (pager.addresses(2)[0], pager.addresses(3)[0]) == (f"{URL}index_1.shtml", f"{URL}index_2.shtml")
    assert pager.addresses(4) == []


def test_a_list_in_json() -> None:
    found = listing(
        '{"items": [{"headline": "Story 1", "url": "/a/1", "publishedAt": "2026-11-24"}], "next": "/api?p=2"}'
    )

    assert [(anchor.url, anchor.text, anchor.date) for anchor in found.anchors] == [
        ("https://news.example/a/1", "Story 1", NOV_24)
    ]
    assert found.next_pages == ("https://news.example/api?p=2",)


def test_a_list_in_the_data_of_a_page() -> None:
    data = '<script type="application/json">{"stories": [{"title": "Story 1", "href": "/a/1"}]}</script>'

    assert list(anchors(f'<div id="app"></div>{data}')) == ["/a/1"]


def test_html_in_json() -> None:
    found = listing('{"html": "<ul><li><a href=\\"/a/1\\">Story 1</a></li></ul>", "more": "/x?page=3"}')

    assert [anchor.url for anchor in found.anchors] == ["https://news.example/a/1"]


def test_feeds_are_named_in_the_head_and_by_links() -> None:
    found = listing(
        '<link rel="alternate" type="application/rss+xml" href="/rss/all.xml">'
        '<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">'
        '<a href="/feed/">RSS</a> <a href="https://other.example/feed">x</a> <a href="/feedback">Feedback</a>'
    )

    assert found.feeds == ("https://news.example/rss/all.xml", "https://news.example/feed/")
    assert found.language == "en"


TITLES = [f"The ferry is late for the {number}th time" for number in range(4)]
STATE = json.dumps({"list": [{"url": f"/a/{number}", "title": title} for number, title in enumerate(TITLES)]})
ELEMENTS = json.dumps([["$", "a", None, {"href": f"/a/{n}", "children": ["$", "h2", None, {"children": title}]}]
                       for n, title in enumerate(TITLES)])  # fmt: skip


@pytest.mark.parametrize(
    "script",
    [
        f"window.__INITIAL_STATE__={STATE};",
        f"window.__NUXT__=(function(a){{return {STATE.replace(json.dumps(TITLES[0]), 'a')}}}('{TITLES[0]}'));",
        f"self.__next_f.push({json.dumps([1, '0:' + ELEMENTS])})",
    ],
)
def test_where_a_script_makes_the_links_they_are_in_its_data(script: str) -> None:
    found = listing(f'<nav><a href="/">Home</a></nav><div id="app"></div><script>{script}</script>')

    assert [anchor.text for anchor in found.anchors if anchor.place == "data"] == TITLES
    assert not found.needs_js


@pytest.mark.parametrize(
    ("body", "needs_js"),
    [
        ('<div id="app"></div><script src="a.js"></script>', True),
        ("<p>News</p><noscript>Please enable JavaScript</noscript><script src='a.js'></script>", True),
        ('<div id="app"></div>', False),
        ("<p>We have moved.</p><script src='a.js'></script>", False),
        ("".join(f"<h2><a href='/{n}'>{title}</a></h2>" for n, title in enumerate(TITLES))
         + "<div id='ad'></div><script src='a.js'></script>", False),
    ],
)  # fmt: skip
def test_a_page_whose_links_only_a_script_makes_is_known(body: str, needs_js: bool) -> None:
    assert listing(body).needs_js is needs_js


@pytest.mark.parametrize(
    "button",
    [
        '<button data-url="/ajax/latest?from=20">Load more stories</button>',
        '<a href="#" data-href="/ajax/latest?from=20">查看更多</a>',
        '<div data-next="/ajax/latest?from=20"></div>',
        '<span data-endpoint="/ajax/latest?from=20"><b>Weitere Artikel</b></span>',
    ],
)
def test_a_button_tells_where_a_list_goes_on(button: str) -> None:
    assert listing(f"<main>{a_card(1)}</main>{button}").next_pages[0] == "https://news.example/ajax/latest?from=20"


def test_a_button_for_something_else_is_no_next_page() -> None:
    assert listing('<button data-url="/ajax/login?from=20">Sign in</button>').next_pages == ()
