"""Read sitemaps as https://www.sitemaps.org says, and as they are: plain, gzipped, text, news, damaged, hostile.

The XML is read as a stream by expat, which resolves no external entity, and nothing that declares an entity is read at
all: memory does not grow with the file, only with the urls that are kept. What a browser would put up with is mended
before: bytes that are no text, what a server wrote before the XML, bare ampersands. Behind other damage the reading
goes on at the next entry.
"""

from __future__ import annotations

import codecs
import io
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import IO, Literal
from xml.parsers import expat

import msgspec

from scraper.decode import codec_named
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
_LOOSE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_WIDE = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}
_STATED = re.compile(rb"""<\?xml[^>]{0,200}encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_BEGINNING = re.compile(r"<\?xml\b|<!DOCTYPE\b|<(?:[\w-]+:)?(?:urlset|sitemapindex)\b")
_NEXT_ENTRY = re.compile(rb"<(?:[\w-]+:)?(?:url|sitemap)(?=[\s>])")
MAX_DAMAGES = 1000  # behind which the reading goes on; each costs another look at a part of the file
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
    damage: str = ""  # what is wrong with it, though what could be read was


def read_sitemap(response: Response, file: IO[bytes] | None = None) -> Sitemap:
    """Return what a sitemap names; what is around damage is kept, and ``damage`` tells of it.

    Raises :class:`PageError`, ``unreadable`` where it is none, ``damaged`` where it is not to be read. With ``file``
    the body is there.
    """
    chunks = _chunks(file or io.BytesIO(response.body))
    head = next(chunks, b"")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"http://", b"https://")):
        return _read_text(head, chunks)
    texts = _decoded(head, chunks)
    first = next(texts, "")
    start = _BEGINNING.search(first)
    if start is None and not first.lstrip("\ufeff \t\r\n").startswith("<"):
        raise _no_sitemap(response, "neither XML nor a list of urls")
    reader = _Reader(response.url)
    cut = reader.read(first[start.start() :] if start else first.lstrip("\ufeff \t\r\n"), texts)
    if reader.refused:
        raise PageError("damaged", f"no sitemap to read: {reader.refused}", response.url)
    if reader.kind is None:
        raise _no_sitemap(response, cut or reader.damage or "no urlset and no sitemapindex")
    entries = tuple(reader.entries)
    return Sitemap(kind=reader.kind, entries=entries, news=reader.news, cut=cut, damage=reader.damage)


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
        self.damage = ""
        self.refused = ""  # why nothing of it counts
        self._base = base
        self._damages = 0
        self._text: list[str] = []
        self._length = 0
        self._alternates: list[tuple[str, str]] = []
        self._fed, self._field = 0, ""  # bytes that the parser was given
        self._found: dict[str, str] = {}
        self._parser = self._new_parser()

    def read(self, head: str, texts: Iterator[str]) -> str:
        """Read to the end, or to a limit; return which, or ""."""
        total, rest = 0, ""
        try:
            while head or rest:
                total += len(head.encode("utf-8", "replace"))
                if total > MAX_BYTES:
                    return f"it has more than {MAX_BYTES} bytes"
                data = rest + head
                # An ampersand's name never reaches over a ">", so that pieces that end there can be mended.
                end = data.rfind(">") + 1 if head else len(data)
                piece, rest = data[:end], data[end:] if head else ""
                self._feed(_LOOSE_AMPERSAND.sub("&amp;", _CONTROLS.sub("", piece)).encode("utf-8", "replace"))
                if len(rest) > MAX_BYTES // 16:
                    return "a tag does not end"
                head = next(texts, "")
            self._finish()
        except _Enough as enough:
            return str(enough)
        except zlib.error as error:
            self._damaged(str(error))
        return ""

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")  # whatever the file says of itself: it is decoded by now
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.EntityDeclHandler = self._refuse
        self._fed, self._field, self._found = 0, "", {}
        return parser

    def _feed(self, data: bytes) -> None:
        """Parse a piece; behind damage, go on at the next entry in it, as if the document began there."""
        while data:
            try:
                self._parser.Parse(data, False)
            except expat.ExpatError as error:
                self._damaged(f"{expat.ErrorString(error.code)} in line {error.lineno}")
                following = _NEXT_ENTRY.search(data, max(0, self._parser.ErrorByteIndex - self._fed) + 1)
                data = data[following.start() :] if following else b""
                self._parser = self._new_parser()
                root = b"<urlset>" if self.kind == "urls" else b"<sitemapindex>"
                self._parser.Parse(root, False)
                self._fed = len(root)
            else:
                self._fed += len(data)
                return

    def _finish(self) -> None:
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            self._damaged(f"{expat.ErrorString(error.code)} in line {error.lineno}")

    def _damaged(self, what: str) -> None:
        """Note damage; give up where it is the beginning that cannot be read, or too much."""
        self.damage = self.damage or what
        self._damages += 1
        if self.kind is None or self._damages > MAX_DAMAGES:
            raise _Enough(f"it is damaged: {what}")

    def _refuse(self, *_declaration: object) -> None:
        self.refused = "it declares entities, which no sitemap needs"
        raise _Enough(self.refused)

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


def _decoded(head: bytes, chunks: Iterator[bytes]) -> Iterator[str]:
    """Yield the text of a file: by its byte order, or as it says itself, else as UTF-8."""
    wide = next((codec for mark, codec in _WIDE.items() if head.startswith(mark)), None)
    stated = _STATED.search(head[:4096])
    codec = wide or codec_named(stated[1].decode() if stated else "")
    decoder = codecs.getincrementaldecoder(codec)("replace")
    for data in chain([head], chunks):
        if text := decoder.decode(data):
            yield text
    if text := decoder.decode(b"", True):
        yield text


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
