"""Read sitemaps as https://www.sitemaps.org says, and as they are: plain, gzipped, text, news, damaged, hostile.

The XML is read as a stream by expat, which resolves no external entity, and nothing that declares an entity is read at
all: memory does not grow with the file, only with the urls that are kept.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Literal
from xml.parsers import expat

import msgspec

from scraper.errors import PageError
from scraper.records import Response
from scraper.urls import parse, resolve

# The protocol's own limits: 50,000 urls and 50 MiB (52,428,800 bytes) uncompressed.
MAX_URLS = 50_000
MAX_BYTES = 52_428_800

_CHUNK_BYTES = 64 * 1024
_MAX_TEXT_CHARS = 8192
_GZIP = b"\x1f\x8b"
# A bare ampersand is the commonest fault of a sitemap; a name that XML does not know would end the reading as well.
_LOOSE_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)")
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_FIELDS = {"loc", "lastmod", "title", "publication_date", "language"}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A page that a sitemap names, or another sitemap that an index names."""

    url: str
    modified: datetime | None = None
    title: str | None = None  # of news sitemaps, as the two that follow
    published: datetime | None = None
    language: str | None = None
    alternates: tuple[tuple[str, str], ...] = ()  # hreflang and url of the same page in other languages


class Sitemap(msgspec.Struct, frozen=True, kw_only=True):
    """What a sitemap holds."""

    kind: Literal["urls", "index", "text"]
    entries: tuple[Entry, ...]
    news: bool = False
    cut: str = ""  # why the end was not read, if it was not


def read_sitemap(response: Response, file: IO[bytes] | None = None) -> Sitemap:
    """Return what a sitemap names; raise :class:`PageError` (``unreadable``) where it is none.

    What comes before damage is kept, and ``cut`` says that the rest is missing. With ``file`` the body is there.
    """
    chunks = _chunks(file or io.BytesIO(response.body))
    head = next(chunks, b"")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"http://", b"https://")):
        return _read_text(head, chunks)
    if start[:1] != b"<" and not start.startswith(_WIDE):
        raise _no_sitemap(response, "neither XML nor a list of urls")
    reader = _Reader(response.url)
    cut = reader.read(head.lstrip() if not start.startswith(_WIDE) else head, chunks)
    if reader.kind is None:
        raise _no_sitemap(response, cut or "no urlset and no sitemapindex")
    return Sitemap(kind=reader.kind, entries=tuple(reader.entries), news=reader.news, cut=cut)


def moment(text: str | None) -> datetime | None:
    """Return a W3C date, in UTC; a day is its midnight, ``None`` what is no date."""
    text = (text or "").strip()
    if re.fullmatch(r"\d{4}-\d\d", text):
        text += "-01"
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError:
        return None


class _Reader:
    """Collects entries from expat's events; raises :class:`_Enough` where there is no reason to go on."""

    def __init__(self, base: str) -> None:
        self.kind: Literal["urls", "index"] | None = None
        self.entries: list[Entry] = []
        self.news = False
        self._base = base
        self._field = ""
        self._text: list[str] = []
        self._length = 0
        self._found: dict[str, str] = {}
        self._alternates: list[tuple[str, str]] = []

    def read(self, head: bytes, chunks: Iterator[bytes]) -> str:
        """Read to the end; return why it was not reached, or ""."""
        wide = head.startswith(_WIDE)
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.EntityDeclHandler = _refuse
        total, rest = 0, b""
        try:
            while head or rest:
                total += len(head)
                if total > MAX_BYTES:
                    return f"it has more than {MAX_BYTES} bytes"
                data = rest + head
                # An ampersand's name never reaches over a ">", so that pieces that end there can be mended.
                end = len(data) if wide or not head else data.rfind(b">") + 1
                piece, rest = data[:end], data[end:] if head else b""
                if not wide:
                    piece = _LOOSE_AMPERSAND.sub(b"&amp;", _CONTROLS.sub(b"", piece))
                parser.Parse(piece, False)
                if len(rest) > MAX_BYTES // 16:
                    return "a tag does not end"
                head = next(chunks, b"")
            parser.Parse(b"", True)
        except _Enough as enough:
            return str(enough)
        except expat.ExpatError as error:
            return f"it is damaged: {expat.ErrorString(error.code)} in line {error.lineno}"
        except zlib.error as error:
            return f"it is damaged: {error}"
        return ""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2].lower()
        if self.kind is None:
            if name not in ("urlset", "sitemapindex"):
                raise _Enough(f"its root is <{name[:40]}>")
            self.kind = "urls" if name == "urlset" else "index"
        elif name in ("url", "sitemap"):
            self._found, self._alternates = {}, []
        elif name == "link" and attributes.get("rel") == "alternate" and attributes.get("hreflang"):
            self._alternates.append((attributes["hreflang"].lower(), attributes.get("href", "")))
        elif name in ("image", "video"):
            self._field = "-"  # their loc and title are not the page's
        elif name in _FIELDS and self._field != "-":
            self._field, self._text, self._length = name, [], 0

    def _data(self, data: str) -> None:
        if self._field and self._length < _MAX_TEXT_CHARS:
            self._text.append(data)
            self._length += len(data)

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2].lower()
        if name == self._field:
            self._found.setdefault(name, " ".join("".join(self._text).split()))
            self._field = ""
        elif name in ("image", "video"):
            self._field = ""
        elif name == "news":
            self.news = True
        elif name in ("url", "sitemap"):
            self._take()

    def _take(self) -> None:
        found = self._found
        url = resolve(self._base, found.get("loc", ""))
        if not found.get("loc") or not url:
            return
        if len(self.entries) >= MAX_URLS:
            raise _Enough(f"it names more than {MAX_URLS} urls")
        others = ((language, resolve(self._base, href)) for language, href in self._alternates)
        self.entries.append(
            Entry(
                url=url.partition("#")[0],
                modified=moment(found.get("lastmod")),
                title=found.get("title") or None,
                published=moment(found.get("publication_date")),
                language=(found.get("language") or "").lower()[:2] or None,
                alternates=tuple((language, other) for language, other in others if other),
            )
        )


class _Enough(Exception):  # noqa: N818  # no error: the reading ends here
    """Says why the rest of a sitemap is not read."""


def _refuse(*_declaration: object) -> None:
    raise _Enough("it declares entities, which no sitemap needs")


def _read_text(head: bytes, chunks: Iterator[bytes]) -> Sitemap:
    entries: list[Entry] = []
    total, rest, cut = 0, b"", ""
    try:
        while head and not cut:
            total += len(head)
            *lines, rest = (rest + head).split(b"\n")
            rest = rest[:_MAX_TEXT_CHARS]
            cut = _add_lines(entries, lines) or ("" if total <= MAX_BYTES else f"it has more than {MAX_BYTES} bytes")
            head = next(chunks, b"")
    except zlib.error as error:
        cut = f"it is damaged: {error}"
    cut = cut or _add_lines(entries, [rest])
    return Sitemap(kind="text", entries=tuple(entries), cut=cut)


def _add_lines(entries: list[Entry], lines: list[bytes]) -> str:
    for line in lines:
        url = parse(line.decode("utf-8-sig", "replace").strip()) if line.strip() else None
        if url:
            if len(entries) >= MAX_URLS:
                return f"it names more than {MAX_URLS} urls"
            entries.append(Entry(url=url))
    return ""


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a body in pieces, decompressed where it is a gzip file."""
    data = file.read(_CHUNK_BYTES)
    if not data.startswith(_GZIP):
        while data:
            yield data
            data = file.read(_CHUNK_BYTES)
        return
    stream = zlib.decompressobj(zlib.MAX_WBITS + 16)
    while data and not stream.eof:
        yield stream.decompress(data, _CHUNK_BYTES)
        data = stream.unconsumed_tail or file.read(_CHUNK_BYTES)
    if not stream.eof:
        raise zlib.error("the gzip stream ends early")


def _no_sitemap(response: Response, why: str) -> PageError:
    return PageError("unreadable", f"no sitemap to read: {why}", response.url)
