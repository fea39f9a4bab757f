"""Read RSS, Atom, RDF and JSON feeds: which pages they name, with title and date. And find the feeds of a site."""

from __future__ import annotations

import calendar
import io
import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from scraper.errors import PageError
from scraper.records import Document, Response, Target
from scraper.urls import resolve, same_site

# feedparser takes about 0.5 ms an entry. The first entries of a feed are its newest.
MAX_ENTRIES = 5000
# An entry with more text than a teaser holds its whole article.
FULL_TEXT_CHARS = 1500

# Where sites keep a feed that no page of theirs names, the commonest first. Each costs a request.
COMMON_PLACES = ("/feed", "/rss.xml", "/rss", "/feed.xml", "/atom.xml", "/index.xml")

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_FEED_PATH = re.compile(
    r"(?:^|/)(?:rss|feed|feeds|atom|rdf)(?:\d?\.(?:xml|rss|php|json|rdf)|/?$|/[\w-]+(?:\.xml)?/?$)", re.IGNORECASE
)
_FEED_NAME = re.compile(r"\.(?:rss|atom|rdf)$|(?:^|[/_-])(?:rss|atom|feed)[\w-]*\.xml$", re.IGNORECASE)
_COMMENTS = re.compile(r"\bcomments?\b|kommentare|comentarios|commentaires", re.IGNORECASE)
_HEAD_BYTES = 4000
_BEGINNING = re.compile(rb"<\?xml\b|<!DOCTYPE\b|<(?:rss|feed|(?:\w+:)?RDF)[\s>]")
_STATED = re.compile(r"""(<\?xml[^>]{0,100}encoding=["'])[\w-]+""")
_ITEM_END = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>")


class FeedEntry(msgspec.Struct, frozen=True):
    """A page that a feed names."""

    url: str
    title: str | None
    published: datetime | None
    modified: datetime | None = None


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed holds."""

    entries: tuple[FeedEntry, ...]
    language: str | None = None  # primary subtag
    full_text: bool = False  # its entries hold the whole articles
    cut: bool = False  # only the first entries were read


class _JsonItem(msgspec.Struct):
    """An item of https://www.jsonfeed.org/version/1.1/."""

    url: str = ""
    title: str | None = None
    date_published: str | None = None
    date_modified: str | None = None
    content_html: str = ""
    content_text: str = ""


class _JsonFeed(msgspec.Struct):
    version: str
    items: list[_JsonItem]
    language: str | None = None


def feed_targets(response: Response, source: str) -> list[Target]:
    """Return the pages that the feed names; see :func:`read_feed`."""
    entries = read_feed(response).entries
    return [
        Target(url=entry.url, source=source, title=entry.title, published=entry.published, modified=entry.modified)
        for entry in entries
    ]


def read_feed(response: Response) -> Feed:
    """Return what a feed names, in its order, each page once.

    Damaged XML gives what can be read. Raises :class:`PageError` (``unreadable``) where the response is no feed.
    """
    is_json = response.body.lstrip()[:1] == b"{"
    entries, language, full_text, cut = (_read_json if is_json else _read_xml)(response)
    pages: dict[str, FeedEntry] = {}
    for link, title, published, modified in entries:
        url = resolve(response.url, link) if link else None
        if url:
            pages.setdefault(url, FeedEntry(url, " ".join((title or "").split()) or None, published, modified))
    language = (language or "").strip().lower()[:2]
    return Feed(entries=tuple(pages.values()), language=language or None, full_text=full_text, cut=cut)


def feeds_named(document: Document) -> list[str]:
    """Return the addresses of the feeds that a page names: first those of its head, then those that it links to."""
    if document.tree is None:
        return []
    found: dict[str, None] = {}
    for element in document.tree.iter("link"):
        kind = (element.get("type") or "").partition(";")[0].strip().lower()
        named = f"{element.get('title') or ''} {element.get('href') or ''}"
        if "alternate" in (element.get("rel") or "").lower() and kind in _FEED_TYPES and not _COMMENTS.search(named):
            _add(found, document, element.get("href") or "")
    for element in document.tree.iter("a"):
        href = element.get("href") or ""
        path = href.partition("?")[0].partition("#")[0]
        if (_FEED_PATH.search(path) or _FEED_NAME.search(path)) and not _COMMENTS.search(href):
            _add(found, document, href)
    return list(found)


def _add(found: dict[str, None], document: Document, href: str) -> None:
    url = resolve(document.base_url, href.strip()) if href.strip() else None
    if url and same_site(url, document.base_url):
        found[url.partition("#")[0]] = None


Entry = tuple[str, str | None, datetime | None, datetime | None]  # link, title, published, modified


def _read_xml(response: Response) -> tuple[list[Entry], str | None, bool, bool]:
    import feedparser  # type: ignore[import-untyped]  # noqa: PLC0415 80 ms that only a run with a feed pays for

    whole = _as_feed(response.body)
    body = _shortened(whole)
    # BytesIO: bare bytes that happen to be a file's name would be opened as that file.
    parsed = feedparser.parse(
        io.BytesIO(body),
        response_headers={**response.headers, "content-location": response.url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.get("version") and not parsed.entries:
        raise _no_feed(response, "neither RSS nor Atom")
    entries = [(_link(entry), entry.get("title"), _published(entry), _updated(entry)) for entry in parsed.entries]
    texts = [
        max((len(part.get("value") or "") for part in entry.get("content") or ()), default=0)
        for entry in parsed.entries
    ]
    return entries, parsed.feed.get("language"), _is_full(texts), len(body) < len(whole)


def _as_feed(body: bytes) -> bytes:
    """Return a feed without what its server wrote before it, and in UTF-8 where it is in UTF-16."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = body.decode("utf-16", "replace")
        body = _STATED.sub(r"\1utf-8", text, count=1).encode("utf-8", "replace")
    beginning = _BEGINNING.search(body[:_HEAD_BYTES])
    if beginning is None or not body[: beginning.start()].strip(b"\xef\xbb\xbf \t\r\n"):
        return body
    return body[beginning.start() :]


def _shortened(body: bytes) -> bytes:
    """Return a feed without the entries beyond :data:`MAX_ENTRIES`."""
    last = end = 0
    for number, match in enumerate(_ITEM_END.finditer(body), 1):
        last = match.end()
        if number <= MAX_ENTRIES:
            end = last
    return body[:end] + body[last:] if last > end else body


def _is_full(lengths: list[int]) -> bool:
    """Tell whether most of these texts are whole articles."""
    return bool(lengths) and 2 * sum(length >= FULL_TEXT_CHARS for length in lengths) > len(lengths)


def _link(entry: Any) -> str:
    # Feeds of a redirecting service name the page itself beside the link that counts the click.
    return str(entry.get("feedburner_origlink") or entry.get("link") or "")


def _published(entry: Any) -> datetime | None:
    moment = entry.get("published_parsed")
    return _in_utc(moment) if moment else _updated(entry)


def _updated(entry: Any) -> datetime | None:
    # Not entry.get: it falls back to the date of publication, with a warning.
    return _in_utc(dict.get(entry, "updated_parsed"))


def _in_utc(moment: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(moment), UTC) if moment else None
    except (ValueError, OverflowError, OSError):
        return None


def _read_json(response: Response) -> tuple[list[Entry], str | None, bool, bool]:
    try:
        feed = msgspec.json.decode(response.body, type=_JsonFeed)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _no_feed(response, f"not a JSON Feed: {error}") from error
    items = feed.items[:MAX_ENTRIES]
    texts = [max(len(item.content_html), len(item.content_text)) for item in items]
    entries: list[Entry] = [
        (item.url, item.title, _moment(item.date_published), _moment(item.date_modified)) for item in items
    ]
    return entries, feed.language, _is_full(texts), len(items) < len(feed.items)


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
