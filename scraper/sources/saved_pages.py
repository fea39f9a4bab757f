"""Pages that are saved already, as a source of a corpus: HTML files, and web archives (WARC) of any tool."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import msgspec
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from scraper.errors import PageError
from scraper.records import Failed, Response, Target
from scraper.sources.files import files_in, head_of, is_page, kind_of, unreadable
from scraper.text import counted
from scraper.urls import problem

_ARCHIVES = (".warc", ".warc.gz")
_PAGES = ("text/html", "application/xhtml+xml")
_BROKEN = (ArchiveLoadFailed, EOFError, UnicodeError, ValueError, zlib.error)
_OK = 200
_STEP_BYTES = 64 * 1024


class _Place(msgspec.Struct, frozen=True):
    path: Path
    offset: int = -1  # of a record; -1: the file is the page
    at: datetime | None = None


class SavedPages:
    """Finds the pages of sources, and reads them. ``folder`` is where paths start that are not absolute."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._places: dict[str, _Place] = {}
        self._stopped = False

    def stop(self) -> None:
        """Let a search end early: archives can be large."""
        self._stopped = True

    def __contains__(self, url: str) -> bool:
        return url in self._places

    def find(self, name: str, source: str) -> list[Target | Failed]:
        """Return the pages below a path, or what is wrong with a file; raise :class:`PageError` where nothing is there.

        A page that a web archive holds goes by its address, and of several the newest counts; a file goes by its name.
        """
        path = self._folder / name
        if not path.exists():
            raise PageError("unreadable", "no such file or folder; check the path", str(path))
        found: dict[str, Target | Failed] = {}
        for file in files_in(path) if path.is_dir() else [path]:
            if self._stopped:
                break
            for item in [file] if isinstance(file, Failed) else self._in_file(file, source, named=file == path):
                found[item.url] = item
        return list(found.values())

    def read(self, target: Target) -> Response | Failed:
        """Return a page that was found."""
        place = self._places.get(target.url)
        if place is None:
            return Failed(url=target.url, reason="unreadable", detail="it is not among the saved pages any more")
        try:
            with place.path.open("rb") as stream:
                response = self._page(target, stream) if place.offset < 0 else self._record(target, stream, place)
        except OSError as error:
            return msgspec.structs.replace(unreadable(str(place.path), error), url=target.url)
        except _BROKEN as error:
            return Failed(url=target.url, reason="damaged", detail=f"{place.path}: {error or type(error).__name__}")
        if isinstance(response, Response) and len(response.body) > self._max_bytes:
            detail = f"it has more than {counted(self._max_bytes, 'byte')} (fetch.max_bytes)"
            return Failed(url=target.url, reason="too_large", detail=detail)
        return response

    def _in_file(self, path: Path, source: str, *, named: bool) -> Iterator[Target | Failed]:
        try:
            with path.open("rb") as stream:
                if path.name.lower().endswith(_ARCHIVES):
                    yield from self._in_archive(path, stream, source)
                elif (named or is_page(path.name, head_of(stream))) and kind_of(path.name, head_of(stream)) == "html":
                    changed_at = datetime.fromtimestamp(os.fstat(stream.fileno()).st_mtime, UTC)
                    url = self._address(path)
                    self._places[url] = _Place(path)
                    yield Target(url=url, source=source, modified=changed_at)
                elif named:
                    yield Failed(url=self._address(path), reason="unreadable", detail="it is no page and no WARC file")
        except OSError as error:
            yield unreadable(str(path), error)

    def _in_archive(self, path: Path, stream: BinaryIO, source: str) -> Iterator[Target | Failed]:
        archive = ArchiveIterator(stream)
        try:
            for record in archive:
                if self._stopped:
                    return
                url = record.rec_headers.get_header("WARC-Target-URI") or ""
                if not _is_page(record) or problem(url):
                    continue
                place = _Place(path, archive.get_record_offset(), _date_of(record))
                known = self._places.get(url)
                if known is None or known.at is None or (place.at and known.at <= place.at):
                    self._places[url] = place
                    yield Target(url=url, source=source, modified=place.at)
        except _BROKEN as error:
            detail = f"{error or type(error).__name__}; the pages before that are taken"
            yield Failed(url=self._address(path), reason="damaged", detail=" ".join(detail.split()))

    def _page(self, target: Target, stream: BinaryIO) -> Response:
        return Response(target=target, url="", body=stream.read(self._max_bytes + 1))

    def _record(self, target: Target, stream: BinaryIO, place: _Place) -> Response | Failed:
        stream.seek(place.offset)
        record = next(iter(ArchiveIterator(stream)))
        headers = record.http_headers.headers if record.http_headers else []
        body = record.content_stream().read(self._max_bytes + 1)
        if len(body) <= self._max_bytes:
            while record.raw_stream.read(_STEP_BYTES):  # what lies behind the last chunk
                pass
            if record.raw_stream.limit:
                detail = f"{place.path} ends {counted(record.raw_stream.limit, 'byte')} before the page does"
                return Failed(url=target.url, reason="truncated", detail=detail)
        return Response(
            target=target,
            url=target.url,
            headers={name.lower(): value for name, value in headers},
            body=body,
            fetched_at=place.at,
        )

    def _address(self, path: Path) -> str:
        """Return what a file goes by: the same wherever the corpus is moved to, if the file moves with it."""
        inside = path.relative_to(self._folder) if path.is_relative_to(self._folder) else path
        return "file:" + quote(os.fsencode(inside))


def _is_page(record: Any) -> bool:
    """Tell whether a record holds a page. An archive holds pictures, scripts, redirects and requests besides."""
    if record.rec_type == "resource":
        kind = record.rec_headers.get_header("Content-Type") or ""
    elif record.rec_type == "response" and record.http_headers and record.http_headers.get_statuscode() == str(_OK):
        kind = record.http_headers.get_header("Content-Type") or ""
    else:
        return False
    return kind.partition(";")[0].strip().lower() in _PAGES


def _date_of(record: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(record.rec_headers.get_header("WARC-Date") or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
