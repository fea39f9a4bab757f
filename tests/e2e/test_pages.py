"""Articles that are spread over several pages, fetched with the real command."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from growing_site import Site, a_site

TITLE = "The long way to Cobble Quay"
PARTS = [
    "The ferry left at dawn with nine passengers and a piano that nobody had come to meet. It was the first crossing "
    "since the storm, and the harbour master waved it off with his hat. Two boys ran along the wall until it ended.",
    "At noon the engine stopped, and for an hour there was no sound but the gulls and the cook, who sang. The mate "
    "found the fault in a pipe no longer than a finger. He mended it with a piece of a tin that had held peaches.",
    "They came in after dark, when the lamps on the quay were lit one by one. The piano was carried ashore by six "
    "men, and the teacher who had ordered it played until midnight. Nobody on the island slept before one o'clock.",
]


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as running:
        yield running


def a_page(part: str, links: str, title: str = TITLE) -> str:
    text = "".join(f"<p>{sentence.strip()}.</p>" for sentence in part.rstrip(".").split("."))
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title} | Eastwold Post</title></head><body>'
        f'<nav><a href="/">Home</a></nav><article><h1>{title}</h1>{text}</article>'
        f'<div class="pagination">{links}</div><footer>© Eastwold Post</footer></body></html>'
    )


def get(*urls: str) -> list[dict[str, Any]]:
    """Fetch pages with the real command; return their articles."""
    command = [sys.executable, "-m", "scraper", "get", *urls, "--allow-net", "127.0.0.0/8", "--delay", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return [json.loads(line) for line in done.stdout.split("\n")[:-1]]


def put_numbered(site: Site, addresses: list[str]) -> str:
    links = "".join(f'<a href="{address}">{number}</a>' for number, address in enumerate(addresses, 1))
    for part, address in zip(PARTS, addresses, strict=True):
        site.put(address, a_page(part, links))
    return site.url(addresses[0])


def test_numbered_pages_become_one_article(site: Site) -> None:
    urls = [
        put_numbered(site, ["/a/quay", "/a/quay/2", "/a/quay/3"]),
        put_numbered(site, ["/b/quay.html", "/b/quay_2.html", "/b/quay_3.html"]),
        put_numbered(site, ["/c/quay.html", "/c/quay_1.html", "/c/quay_2.html"]),
        put_numbered(site, ["/d/quay", "/d/quay?page=2", "/d/quay?page=3"]),
    ]

    articles = get(*urls)

    assert [article["fetch"]["pages"] for article in articles] == [3, 3, 3, 3]
    assert [[article["text"].find(part[:30]) >= 0 for part in PARTS] for article in articles] == [[True] * 3] * 4
    assert articles[0]["text"].index(PARTS[1][:30]) < articles[0]["text"].index(PARTS[2][:30])
    assert [article["warnings"] for article in articles] == [[], [], [], []]


def test_a_first_page_may_have_a_number(site: Site) -> None:
    urls = [
        put_numbered(site, ["/a/quay/1", "/a/quay/2", "/a/quay/3"]),
        put_numbered(site, ["/b/quay-p1.html", "/b/quay-p2.html", "/b/quay-p3.html"]),
        put_numbered(site, ["/c/quay/page/1", "/c/quay/page/2", "/c/quay/page/3"]),
        put_numbered(site, ["/d/quay_1.html", "/d/quay_2.html", "/d/quay_3.html"]),
        put_numbered(site, ["/e/quay?page=1", "/e/quay?page=2", "/e/quay?page=3"]),
        put_numbered(site, ["/f/quay?page=1", "?page=2", "?page=3"]),
    ]
    site.answers |= {f"/f/quay{query}": site.answers[query] for query in ("?page=2", "?page=3")}

    articles = get(*urls)

    assert [article["fetch"]["pages"] for article in articles] == [3] * 6
    assert [[article["text"].find(part[:30]) >= 0 for part in PARTS] for article in articles] == [[True] * 3] * 6


def test_a_numbered_page_of_another_article_is_not_joined(site: Site) -> None:
    site.put("/news/1", a_page(PARTS[0], '<a href="/news/2">2</a>'))
    site.put("/news/2", a_page(PARTS[1], '<a href="/news/1">1</a>', title="The cook of the ferry leaves"))

    [article] = get(site.url("/news/1"))

    assert (article["fetch"]["pages"], article["warnings"]) == (1, [])


def test_a_link_that_says_next_is_followed(site: Site) -> None:
    words = ["Next page", "Nächste Seite", "Page suivante", "下一页", "次へ", "Далее", "التالي"]
    urls = []
    for number, word in enumerate(words):
        urls.append(site.put(f"/{number}/quay", a_page(PARTS[0], f'<a href="/{number}/quay/2">{word}</a>')))
        site.put(f"/{number}/quay/2", a_page(PARTS[1], f'<a href="/{number}/quay">1</a>', title=f"{TITLE} (2)"))

    assert [article["fetch"]["pages"] for article in get(*urls)] == [2] * 7


def test_all_pages_as_one_are_preferred(site: Site) -> None:
    links = '<a href="/a/quay/2">2</a> <a href="/a/quay?page=all">View as one page</a>'
    url = site.put("/a/quay", a_page(PARTS[0], links))
    site.put("/a/quay/2", a_page(PARTS[1], ""))
    site.put("/a/quay?page=all", a_page(" ".join(PARTS), ""))

    [article] = get(url)

    assert (article["fetch"]["pages"], PARTS[2][:30] in article["text"]) == (1, True)
    assert site.requests["/a/quay/2"] == 0


def test_what_every_page_repeats_is_there_once(site: Site) -> None:
    url = put_numbered(site, ["/a/quay", "/a/quay/2", "/a/quay/3"])
    standfirst = b"</h1><p>A journey of one day that took three, told by those who were on board that morning.</p>"
    site.answers = {
        path: (status, headers, body.replace(b"</h1>", standfirst))
        for path, (status, headers, body) in site.answers.items()
    }

    assert get(url)[0]["text"].count("A journey of one day") == 1


def test_the_next_article_is_no_next_page(site: Site) -> None:
    urls = [
        site.put("/a/quay-7", a_page(PARTS[0], '<a rel="next" href="/a/quay-8">Next</a>')),
        site.put("/b/quay", a_page(PARTS[0], '<a rel="next" href="/b/quay-2">Next</a>')),
    ]
    site.put("/a/quay-8", a_page(PARTS[1], ""))
    site.put("/b/quay-2", a_page(PARTS[1], "", title="Another day on the water"))

    assert [article["fetch"]["pages"] for article in get(*urls)] == [1, 1]
    assert site.requests["/a/quay-8"] == 0


def test_a_page_that_is_missing_is_told(site: Site) -> None:
    url = put_numbered(site, ["/a/quay", "/a/quay/2", "/a/quay/3"])
    site.put("/a/quay/2", "gone", status=404)

    [article] = get(url)

    assert (article["fetch"]["pages"], article["warnings"]) == (1, ["possibly_truncated"])


def test_an_article_whose_further_page_is_put_off_is_put_off(site: Site) -> None:
    url = put_numbered(site, ["/a/quay", "/a/quay/2", "/a/quay/3"])
    site.put("/a/quay/2", "busy", status=503, Retry_After="3600")

    assert get(url) == []


def test_an_article_without_end_is_cut(site: Site) -> None:
    for number in range(1, 30):
        links = f'<a href="/a/quay/{number + 1}">Next page</a>'
        part = f"Part {number} of a story that goes on. {PARTS[number % 3]}"
        site.put("/a/quay" if number == 1 else f"/a/quay/{number}", a_page(part, links))

    [article] = get(site.url("/a/quay"))

    assert (article["fetch"]["pages"], article["warnings"]) == (20, ["possibly_truncated"])


def test_a_page_that_leads_back_ends_the_article(site: Site) -> None:
    url = site.put("/a/quay", a_page(PARTS[0], '<a href="/a/quay/2">Next page</a>'))
    site.put("/a/quay/2", a_page(PARTS[1], '<a href="/a/quay">Next page</a>'))

    assert get(url)[0]["fetch"]["pages"] == 2
    assert site.requests == {"/robots.txt": 1, "/a/quay": 1, "/a/quay/2": 1}
