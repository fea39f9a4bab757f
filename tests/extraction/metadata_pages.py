"""Small pages for the tests of metadata: what stands in the head, what in the body."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from scraper.extraction.columns import Columns
from scraper.extraction.metadata import metadata
from scraper.extraction.walk import walk
from scraper.records import Metadata

URL = "https://news.example/2024/ferry"
STORY = "<p>" + "The ferry between the islands is back in service after eleven weeks in the dockyard. " * 3 + "</p>"


def columns_of(body: str = STORY, head: str = "", lang: str = "en") -> Columns:
    html = f'<html lang="{lang}"><head>{head}</head><body>{body}</body></html>'
    return walk(etree.fromstring(html.encode(), etree.HTMLParser(encoding="utf-8", remove_comments=True)))


def told(
    body: str = STORY, head: str = "", *, lang: str = "en", url: str = URL, now: datetime | None = None
) -> Metadata:
    """Return the metadata of a page with this body and head."""
    return metadata(columns_of(body, head, lang), url, "", now)


def ld(text: str) -> str:
    """Return a JSON-LD script."""
    return f'<script type="application/ld+json">{text}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{content}">'
