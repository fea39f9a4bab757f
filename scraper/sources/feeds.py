"""Read RSS, Atom and JSON feeds: which pages they name, with title and date."""

from __future__ import annotations

import calendar
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from scraper.errors import PageError
from scraper.records import Response, Target
from scraper.urls import resolve


class _JsonItem(msgspec.Struct):
    """An item of https://www.jsonfeed.org/version/1.1/."""

    url: str = ""
    title: str | None = None
    date_published: str | None = None


class _JsonFeed(msgspec.Struct):
    version: str
    items: list[_JsonItem]


def feed_targets(response: Response, source: str) -> list[Target]:
    """Return the pages that the feed names, in its order, each once.

    Damaged XML gives what can be read. Raises :class:`PageError` (``unreadable``) where the response is no feed.
    """
    read = _json_entries if response.body.lstrip()[:1] == b"{" else _xml_entries
    targets: dict[str, Target] = {}
    for link, title, published in read(response):
        url = resolve(response.url, link) if link else None
        if url:
            name = " ".join((title or "").split()) or None
            targets.setdefault(url, Target(url=url, source=source, title=name, published=published))
    return list(targets.values())


Entry = tuple[str, str | None, datetime | None]  # link, title, published


def _xml_entries(response: Response) -> Iterator[Entry]:
    import feedparser  # type: ignore[import-untyped]  # noqa: PLC0415 80 ms that only a run with a feed pays for

    # BytesIO: bare bytes that happen to be a file's name would be opened as that file.
    parsed = feedparser.parse(
        io.BytesIO(response.body),
        response_headers={**response.headers, "content-location": response.url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.get("version") and not parsed.entries:
        raise _no_feed(response, "neither RSS nor Atom")
    return ((_link(entry), entry.get("title"), _published(entry)) for entry in parsed.entries)


def _link(entry: Any) -> str:
    # Feeds of a redirecting service name the page itself beside the link that counts the click.
    return str(entry.get("feedburner_origlink") or entry.get("link") or "")


def _published(entry: Any) -> datetime | None:
    # In UTC. Not entry.get for the second: it falls back to the first, with a warning.
    moment = entry.get("published_parsed") or dict.get(entry, "updated_parsed")
    try:
        return datetime.fromtimestamp(calendar.timegm(moment), UTC) if moment else None
    except (ValueError, OverflowError, OSError):
        return None


def _json_entries(response: Response) -> Iterable[Entry]:
    try:
        feed = msgspec.json.decode(response.body, type=_JsonFeed)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _no_feed(response, f"not a JSON Feed: {error}") from error
    return [(item.url, item.title, _moment(item.date_published)) for item in feed.items]


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _no_feed(response: Response, why: str) -> PageError:
    return PageError(
        "unreadable", f"no feed to read: {why}; give the address of an RSS, Atom or JSON feed", response.url
    )
