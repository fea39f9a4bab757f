"""What did not change since the last run costs one request and is not parsed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from loopback import Site, answer, quick, serve

from scraper.discover import read_date
from scraper.fetch import HttpFetcher
from scraper.records import Failed, Response, Skipped
from scraper.sources.asking import Remembered
from scraper.sources.discovery import Discovery
from scraper.sources.found import Wish
from scraper.sources.listings import Listing, read_listing

LINK = "/2026/11/24/the-ferry-returns-to-the-islands"
DOCUMENTS = {
    "feed": f"<rss version='2.0'><channel><item><link>{LINK}</link></item></channel></rss>",
    "sitemap": f"<urlset><url><loc>{LINK}</loc></url></urlset>",
    "listing": f"<main><h2><a href='{LINK}'>The ferry returns to the islands at last</a></h2></main>",
}


class Kept:
    """A memory of what one look noted."""

    def __init__(self) -> None:
        self.notes: dict[str, Remembered] = {}

    def document(self, url: str) -> Remembered | None:
        return self.notes.get(url)


async def look(site: Site, kind: str, memory: Kept, now: datetime | None = None) -> tuple[int, int]:
    """Look at the site's document; return how many links it gave and how many documents were parsed."""
    parsed = []

    async def parse(response: Response, first: str) -> Listing | Skipped | Failed:
        parsed.append(response.url)
        return read_listing(response, first, read_date)

    async with HttpFetcher(quick()) as fetcher:
        fetch = partial(fetcher.fetch, any_type=True)
        finder = Discovery(fetch, parse, Wish(), now or datetime.now(UTC), 100, memory)
        find = {"feed": finder.feed, "sitemap": finder.sitemap, "listing": finder.listing, "site": finder.site}[kind]
        found = await find(site.url("/" if kind == "site" else "/source"))
    memory.notes.update(finder.search.asker.notes)
    read = finder.search.read
    assert read["listing"] == len(parsed)
    return len(found), read.total()


@pytest.mark.parametrize("validators", [True, False])
@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_document_that_did_not_change_costs_one_request_and_no_parsing(kind: str, validators: bool) -> None:
    async def both() -> tuple[tuple[int, int], tuple[int, int], Site]:
        headers = {"ETag": '"7"'} if validators else {}
        first = answer(DOCUMENTS[kind], **headers)
        async with serve({"/source": [first, answer(status="304 Not Modified") if validators else first]}) as site:
            memory = Kept()
            return await look(site, kind, memory), await look(site, kind, memory), site

    first, second, site = asyncio.run(both())

    assert (first, second) == ((1, 1), (0, 0))
    assert site.asked == ["/robots.txt", "/source"] * 2
    assert site.headers[3].get("if-none-match") == ('"7"' if validators else None)


def a_front(*links: str) -> str:
    heads = "".join(f"<h2><a href='{link}'>The ferry returns to the islands at last</a></h2>" for link in links)
    return f"<head><link rel='alternate' type='application/rss+xml' href='/feed'></head><main>{heads}</main>"


def a_feed(*links: str) -> str:
    items = "".join(f"<item><link>{link}</link></item>" for link in links)
    return f"<rss version='2.0'><channel>{items}</channel></rss>"


def later_requests(front: str, feed: str, days: int, feed_status: str = "200 OK") -> list[str]:
    """Look at a site, and at the same one some days later; return what the second look asked for."""

    async def both() -> list[str]:
        routes = {"/": answer(front), "/feed": [*[answer(feed, status=feed_status)] * quick().tries, answer(feed)]}
        async with serve(routes) as site:
            memory = Kept()
            await look(site, "site", memory)
            asked = len(site.asked)
            await look(site, "site", memory, datetime.now(UTC) + timedelta(days=days))
            return [path for path in site.asked[asked:] if path != "/robots.txt"]

    return asyncio.run(both())


def test_a_front_page_that_shows_what_is_new_stands_for_its_site_while_it_does_not_change() -> None:
    assert later_requests(a_front(LINK, f"{LINK}-2"), a_feed(LINK, f"{LINK}-2"), days=6) == ["/"]


def test_once_a_week_all_is_asked_for() -> None:
    assert later_requests(a_front(LINK), a_feed(LINK), days=8) == ["/", "/feed"]


def test_a_front_page_that_does_not_show_what_feeds_name_stands_for_nothing() -> None:
    assert later_requests(a_front(LINK), a_feed(f"{LINK}-of-today", LINK), days=1) == ["/", "/feed"]


def test_a_feed_that_did_not_answer_is_asked_again_although_the_front_page_did_not_change() -> None:
    assert "/feed" in later_requests(a_front(LINK), a_feed(LINK), days=1, feed_status="503 Busy")
