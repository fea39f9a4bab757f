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


def test_what_is_around_damage_is_kept() -> None:
    found = sitemap(a_urlset("<url><loc>/1</loc></url>", "<url><loc>/2</url>", "<url><loc>/3 < 4</loc></url>",
                             "<url><loc>/5</loc></url>"))  # fmt: skip

    assert [entry.url for entry in found.entries] == ["https://news.example/1", "https://news.example/5"]
    assert (found.cut, found.damage) == ("", "mismatched tag in line 1")


def test_damage_goes_over_pieces_of_a_large_file() -> None:
    items = [f"<url><loc>/{number}</loc></url>" for number in range(9000)]
    items[3000::3000] = ["<url><loc>/x</url>"] * 2

    assert len(sitemap(a_urlset(*items)).entries) == 8998


def test_a_gzip_stream_that_ends_early_is_told() -> None:
    body = gzip.compress(a_urlset(*(f"<url><loc>/{number}</loc></url>" for number in range(5000))).encode())

    assert sitemap(body[:-9]).damage == "the gzip stream ends early"


ONE = "<url><loc>/1</loc></url>"
WARNING = "<br />\n<b>Warning</b>:  Undefined variable $x in <b>/var/www/map.php</b> on line <b>3</b><br />\n"


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf\r\n\r\n" + a_urlset(ONE).encode(),
        WARNING.encode() + a_urlset(ONE).encode(),
        b"Notice: something\n" + a_urlset(ONE).partition("?>")[2].encode(),
        a_urlset("<url><loc>/1</loc><news:title>Caf\xe9</news:title></url>").encode("latin-1"),
        a_urlset(ONE).encode() + b"\xff\xfe<!--",
        a_urlset(ONE).encode("utf-16"),
        a_urlset(ONE).encode("utf-16-le"),
        a_urlset(ONE).replace('?>', ' encoding="gb2312"?>').encode(),
        a_urlset(ONE).replace('?>', ' encoding="no-such"?>').encode(),
        a_urlset(ONE).replace('?>', ' encoding="UTF-16"?>').encode(),
        a_urlset("<url><loc>/1\uffff\x01</loc></url>").encode(),
    ],
)  # fmt: skip
def test_what_a_reader_can_put_up_with_is_read(body: bytes) -> None:
    assert urls(body) == ["https://news.example/1"]


def test_titles_are_read_in_the_encoding_that_the_file_states() -> None:
    body = a_urlset("<url><loc>/1</loc><news:title>渡轮</news:title></url>").replace("?>", ' encoding="gb2312"?>')

    assert sitemap(body.encode("gb2312")).entries[0].title == "渡轮"


def test_damage_without_end_is_left() -> None:
    found = sitemap(a_urlset("<url><loc>/1</url>" * 20_000))

    assert found.cut.startswith("it is damaged")


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
