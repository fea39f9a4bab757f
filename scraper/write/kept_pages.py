"""Pages that are kept beside their articles: WARC, each record compressed by itself, so that any archive tool reads it.

What a page needs to be cleaned again besides its bytes (what asked for it, which pages make one article) stands in the
header ``WARC-JSON-Metadata``, as tools of the field use it.
"""

from __future__ import annotations

import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

import msgspec
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scraper.errors import StateError
from scraper.records import Response, Target
from scraper.text import unicode_only
from scraper.urls import without_login
from scraper.write.segment_file import STEP_BYTES, unreadable

ENDING = ".warc.gz"
START = b"\x1f\x8b"  # of each record: gzip
# The annotated pages, 191 KB on average: level 6 makes 38 KB of one in 2.6 ms; level 9 takes 4.0 ms for 0.6 % less.
_LEVEL = 6
# The body is kept decoded: what these say of it is no longer true.
_OF_THE_WAY = {"content-encoding", "transfer-encoding", "content-length"}
_ORIGINAL = "X-Archive-Orig-"
_FILE = "resource"  # the kind of record of what has no address


class _Notes(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What stands in the header."""

    requested: str
    source: str = ""
    title: str | None = None
    published: datetime | None = None
    part: int = 1
    parts: int = 1
    robots_ignored: bool = False
    fetched_at: datetime | None = None  # to the microsecond; WARC-Date has seconds


def page_records(responses: Sequence[Response]) -> bytes:
    """Return the pages of one article as WARC records."""
    return b"".join(
        gzip.compress(_record(response, part, len(responses)), _LEVEL, mtime=0)
        for part, response in enumerate(responses, 1)
    )


def pages_in(path: Path, length: int | None = None) -> Iterator[tuple[list[Response], bytes]]:
    """Yield the pages of each article in a file, of an open one the first ``length`` bytes, and their records as they
    are.

    Raises :class:`StateError` where the file is damaged.
    """
    responses: list[Response] = []
    records = b""
    try:
        with path.open("rb") as stream:
            for plain, record in _members(stream, length):
                response, notes = _response(plain)
                responses.append(response)
                records += record
                if notes.part == notes.parts:
                    yield responses, records
                    responses, records = [], b""
    except (OSError, EOFError, zlib.error, ArchiveLoadFailed, msgspec.MsgspecError) as error:
        raise unreadable(path, error) from error
    if responses:
        raise unreadable(path, EOFError("the last article's pages are not complete"))


def whole_pages(path: Path) -> tuple[int, int]:
    """Return how many bytes at the beginning of a file are whole pages, and of how many articles."""
    length = count = 0
    try:
        for _, records in pages_in(path):
            length += len(records)
            count += 1
    except StateError:
        pass  # torn here
    return length, count


def _members(stream: BinaryIO, length: int | None) -> Iterator[tuple[bytes, bytes]]:
    """Yield each member of a gzip file, decompressed and as it is."""
    left = sys.maxsize if length is None else length
    data = b""
    while True:
        member = zlib.decompressobj(wbits=31)
        plain, raw = bytearray(), bytearray()
        while not member.eof:
            if not data:
                data = stream.read(min(STEP_BYTES, left))
                left -= len(data)
            if not data and not raw:
                return
            if not data:
                raise EOFError("it ends in the middle of a page")
            plain += member.decompress(data)
            raw += data[: len(data) - len(member.unused_data)]
            data = member.unused_data
        yield bytes(plain), bytes(raw)


def _response(record: bytes) -> tuple[Response, _Notes]:
    found = next(ArchiveIterator(io.BytesIO(record)), None)
    if found is None or (found.http_headers is None and found.rec_type != _FILE):
        raise EOFError("a record holds no page")
    notes = msgspec.json.decode(found.rec_headers.get_header("WARC-JSON-Metadata") or b"", type=_Notes)
    sent = found.http_headers
    headers = {name.lower().removeprefix(_ORIGINAL.lower()): value for name, value in sent.headers} if sent else {}
    response = Response(
        target=Target(url=notes.requested, source=notes.source, title=notes.title, published=notes.published),
        url=found.rec_headers.get_header("WARC-Target-URI") if sent else "",
        status=int(sent.get_statuscode()) if sent else HTTPStatus.OK,
        headers=headers,
        body=found.content_stream().read(),
        fetched_at=notes.fetched_at,
        robots_ignored=notes.robots_ignored,
    )
    return response, notes


def _record(response: Response, part: int, parts: int) -> bytes:
    target = response.target
    notes = _Notes(
        requested=without_login(target.url),
        source=target.source,
        title=target.title,
        published=target.published,
        part=part,
        parts=parts,
        robots_ignored=response.robots_ignored,
        fetched_at=response.fetched_at,
    )
    moment = (response.fetched_at or datetime.fromtimestamp(0, UTC)).astimezone(UTC)
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=False)
    headers = [
        (_ORIGINAL + name if name in _OF_THE_WAY else name, " ".join(unicode_only(value).split()))
        for name, value in response.headers.items()
    ]
    http_headers = StatusAndHeaders(_status(response.status), headers, protocol="HTTP/1.1")
    writer.write_record(
        writer.create_warc_record(
            response.url or without_login(target.url),
            "response" if response.url else _FILE,
            payload=io.BytesIO(response.body),
            http_headers=http_headers if response.url else None,
            warc_headers_dict={
                "WARC-Date": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "WARC-JSON-Metadata": json.dumps(msgspec.to_builtins(notes)),
            },
        )
    )
    return out.getvalue()


def _status(code: int) -> str:
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)
