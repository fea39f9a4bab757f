"""Feeds: links, titles, dates, and the damage that feeds come with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper.errors import PageError
from scraper.records import Response, Target
from scraper.sources.feeds import feed_targets

FEED = "http://news.test/feeds/main.xml"
MAY_6 = datetime(2025, 5, 6, 6, 40, tzinfo=UTC)


def targets(body: str | bytes, **headers: str) -> list[Target]:
    raw = body.encode() if isinstance(body, str) else body
    return feed_targets(Response(target=Target(url=FEED), url=FEED, body=raw, headers=headers), "main")


def an_item(
    link: str = "http://news.test/a/1", title: str = "One", date: str = "Tue, 06 May 2025 07:40:00 +0100"
) -> str:
    return f"<item><title>{title}</title><link>{link}</link><pubDate>{date}</pubDate></item>"


def an_rss(*items: str, declaration: str = "") -> str:
    return f'{declaration}<rss version="2.0"><channel><title>News</title>{"".join(items)}</channel></rss>'


def an_atom(*entries: str, base: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {base}><title>News</title>{"".join(entries)}</feed>'


def urls(body: str | bytes, **headers: str) -> list[str]:
    return [target.url for target in targets(body, **headers)]


def test_an_rss_item_gives_link_title_date_and_source() -> None:
    assert targets(an_rss(an_item())) == [
        Target(url="http://news.test/a/1", source="main", title="One", published=MAY_6),
    ]


def test_an_atom_entry_prefers_published_to_updated() -> None:
    entry = (
        '<entry><title>One</title><link href="http://news.test/a/1"/>'
        "<updated>2025-05-08T00:00:00Z</updated><published>2025-05-06T07:40:00+01:00</published></entry>"
    )

    assert targets(an_atom(entry))[0].published == MAY_6


def test_an_entry_that_only_says_when_it_was_updated_has_that_date() -> None:
    entry = '<entry><link href="http://news.test/a/1"/><updated>2025-05-06T06:40:00Z</updated></entry>'

    assert targets(an_atom(entry))[0].published == MAY_6


def test_a_json_feed_gives_link_title_and_date() -> None:
    body = (
        '{"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": [{"id": "1", "url": "/a/1",'
        ' "title": "One", "date_published": "2025-05-06T07:40:00+01:00"}]}'
    )

    assert targets(body) == [Target(url="http://news.test/a/1", source="main", title="One", published=MAY_6)]


def test_relative_links_start_at_the_address_of_the_feed() -> None:
    assert urls(an_rss(an_item("/a/1"), an_item("../a/2"))) == ["http://news.test/a/1", "http://news.test/a/2"]


def test_relative_links_start_at_xml_base_where_there_is_one() -> None:
    entry = '<entry><title>One</title><link rel="alternate" href="1"/></entry>'

    assert urls(an_atom(entry, base='xml:base="http://other.test/a/"')) == ["http://other.test/a/1"]


def test_the_page_of_an_atom_entry_is_its_alternate_link() -> None:
    entry = '<entry><link rel="edit" href="/edit/1"/><link rel="alternate" type="text/html" href="/a/1"/></entry>'

    assert urls(an_atom(entry)) == ["http://news.test/a/1"]


def test_a_permanent_guid_stands_in_for_a_missing_link() -> None:
    assert urls(an_rss("<item><guid>http://news.test/a/1</guid></item>")) == ["http://news.test/a/1"]


def test_a_link_that_comes_twice_counts_once() -> None:
    assert urls(an_rss(an_item(), an_item())) == ["http://news.test/a/1"]


def test_items_without_a_web_address_are_left_out() -> None:
    assert urls(an_rss(an_item(""), an_item("mailto:desk@news.test"), an_item("http://[broken/"), an_item("/a/1"))) == [
        "http://news.test/a/1",
    ]


def test_a_date_that_cannot_be_read_is_unknown() -> None:
    assert targets(an_rss(an_item(date="yesterday or so")))[0].published is None


@pytest.mark.parametrize(
    "damage",
    [
        an_rss(an_item(title="Salt & Pepper"), an_item("/a/2")),
        an_rss(an_item(title="Caf&eacute;"), an_item("/a/2")),
        an_rss(an_item(title="a\x0bb"), an_item("/a/2")),
        an_rss(an_item().replace("</item>", ""), an_item("/a/2")),
        an_rss(an_item(), an_item("/a/2"), "<item><title>Cut o")[: -len("</channel></rss>")],
        "\n\n " + an_rss(an_item(), an_item("/a/2"), declaration='<?xml version="1.0"?>'),
    ],
    ids=["ampersand", "entity", "control", "unclosed", "cut", "blank-first"],
)
def test_damaged_xml_still_gives_its_links(damage: str) -> None:
    assert urls(damage) == ["http://news.test/a/1", "http://news.test/a/2"]


def test_a_feed_in_gb2312_is_read_in_its_encoding() -> None:
    body = an_rss(an_item(title="图书馆里的修钟人"), declaration='<?xml version="1.0" encoding="gb2312"?>')

    assert targets(body.encode("gb18030"))[0].title == "图书馆里的修钟人"


def test_the_charset_of_the_header_counts() -> None:
    body = an_rss(an_item(title="Mühle")).encode("latin-1")

    assert targets(body, **{"content-type": "application/rss+xml; charset=iso-8859-1"})[0].title == "Mühle"


def test_a_feed_without_items_is_a_feed() -> None:
    assert targets(an_rss()) == []


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html><body><a href='/a/1'>One</a></body></html>",
        b"Service unavailable",
        b"",
        b'{"error": "no such feed"}',
        b"{" * 100_000,
        b"\x00\xff\xfe\xd8",
    ],
    ids=["html", "text", "empty", "json", "nested", "bytes"],
)
def test_what_is_no_feed_is_unreadable(body: bytes) -> None:
    with pytest.raises(PageError) as caught:
        targets(body)

    assert caught.value.reason == "unreadable"


def test_a_body_that_is_the_name_of_a_file_does_not_open_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text(an_rss(an_item()), encoding="utf-8")

    with pytest.raises(PageError):
        targets(str(secret))


def test_an_external_entity_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("CANARY", encoding="utf-8")
    doctype = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'

    assert "CANARY" not in str(targets(doctype + an_rss(an_item(title="&x;"))))
