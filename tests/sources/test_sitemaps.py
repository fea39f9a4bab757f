"""Sitemaps: what they name, and what they must not do."""

from __future__ import annotations

import gzip
import tracemalloc
from datetime import UTC, datetime

import pytest

from scraper.errors import PageError
from scraper.records import Response, Target
from scraper.sources.sitemaps import Entry, Sitemap, read_sitemap

URL = "https://news.example/sitemap.xml"
NOV_24 = datetime(2026, 11, 24, tzinfo=UTC)


def sitemap(body: str | bytes) -> Sitemap:
    raw = body.encode() if isinstance(body, str) else body
    return read_sitemap(Response(target=Target(url=URL), url=URL, body=raw))


def a_urlset(*items: str) -> str:
    return f'<?xml version="1.0"?><urlset xmlns:news="n" xmlns:xhtml="x" xmlns:image="i">{"".join(items)}</urlset>'


def urls(body: str | bytes) -> list[str]:
    return [entry.url for entry in sitemap(body).entries]


def test_a_url_has_its_day_of_change() -> None:
    body = a_urlset("<url><loc> https://news.example/1 </loc><lastmod>2026-11-24</lastmod></url>")

    assert sitemap(body) == Sitemap(kind="urls", entries=(Entry(url="https://news.example/1", modified=NOV_24),))


def test_a_news_sitemap_gives_title_date_and_language() -> None:
    body = a_urlset(
        "<url><loc>/1</loc><news:news><news:publication><news:name>N</news:name><news:language>de</news:language>"
        "</news:publication><news:publication_date>2026-11-24T01:00:00+01:00</news:publication_date>"
        "<news:title>Salt &amp; tea</news:title></news:news></url>"
    )

    assert sitemap(body).news
    assert sitemap(body).entries == (
        Entry(url="https://news.example/1", title="Salt & tea", published=NOV_24, language="de"),
    )


def test_pictures_are_no_pages() -> None:
    body = a_urlset("<url><loc>/1</loc><image:image><image:loc>/1.jpg</image:loc></image:image></url>")

    assert urls(body) == ["https://news.example/1"]


def test_alternates_are_kept_with_their_languages() -> None:
    body = a_urlset('<url><loc>/1</loc><xhtml:link rel="alternate" hreflang="fr" href="/fr/1"/></url>')

    assert sitemap(body).entries[0].alternates == (("fr", "https://news.example/fr/1"),)


def test_an_index_names_sitemaps() -> None:
    found = sitemap("<sitemapindex><sitemap><loc>/a.xml</loc><lastmod>2026-11-24</lastmod></sitemap></sitemapindex>")

    assert (found.kind, found.entries) == ("index", (Entry(url="https://news.example/a.xml", modified=NOV_24),))


def test_a_list_of_addresses_is_a_sitemap_too() -> None:
    assert urls("\ufeffhttps://news.example/1\r\nno address\r\nhttps://news.example/2") == [
        "https://news.example/1",
        "https://news.example/2",
    ]


def test_gzip_is_undone() -> None:
    assert urls(gzip.compress(a_urlset("<url><loc>/1</loc></url>").encode())) == ["https://news.example/1"]


@pytest.mark.parametrize("loc", ["/1?a=1&b=2", "/1?a=1&amp;b=2", "<![CDATA[/1?a=1&b=2]]>"])
def test_a_bare_ampersand_does_no_harm(loc: str) -> None:
    assert urls(a_urlset(f"<url><loc>{loc}</loc></url>"))[0].startswith("https://news.example/1?a=1&")


def test_what_comes_before_damage_is_kept() -> None:
    found = sitemap(a_urlset("<url><loc>/1</loc></url>", "<url><loc>/2</url>"))

    assert [entry.url for entry in found.entries] == ["https://news.example/1"]
    assert found.cut == "it is damaged: mismatched tag in line 1"


def test_a_gzip_stream_that_ends_early_is_told() -> None:
    body = gzip.compress(a_urlset(*(f"<url><loc>/{number}</loc></url>" for number in range(5000))).encode())

    assert sitemap(body[:-9]).cut == "it is damaged: the gzip stream ends early"


def test_at_most_50000_urls_are_read() -> None:
    found = sitemap(a_urlset(*(f"<url><loc>/{number}</loc></url>" for number in range(50_100))))

    assert (len(found.entries), found.cut) == (50_000, "it names more than 50000 urls")


def test_entities_are_not_expanded() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>' + a_urlset("<url><loc>&l9;</loc></url>").partition("?>")[2]

    with pytest.raises(PageError, match="it declares entities"):
        sitemap(body)


def test_external_entities_are_not_read() -> None:
    body = '<!DOCTYPE x SYSTEM "file:///etc/hostname"><urlset><url><loc>/1</loc></url></urlset>'

    assert urls(body) == ["https://news.example/1"]


def test_a_bomb_stays_small() -> None:
    body = gzip.compress(b"<urlset>" + b"<url><loc>/1</loc></url>" * 10 + b" " * 100_000_000)
    tracemalloc.start()
    found = sitemap(body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert (len(found.entries), peak < 20_000_000) == (10, True)
    assert found.cut


@pytest.mark.parametrize("body", ["<html><body>no</body></html>", "", "{}", "<rss/>"])
def test_what_is_no_sitemap_is_told(body: str) -> None:
    with pytest.raises(PageError, match="no sitemap to read"):
        sitemap(body)
