"""Check a corpus: its files against the manifest and the state, its articles against the schema and the state."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import msgspec

from scraper.corpus.purge_list import PURGE_LIST, listed_pages
from scraper.corpus.segments import MANIFEST, folder_of, pages_name
from scraper.errors import OutputError, ScraperError, StateError
from scraper.state import PURGED, State
from scraper.state.corrections import article_pages, was_forgotten
from scraper.state.purged import purged_pages
from scraper.state.segments import OpenFile, Segment, open_files, pending, segments
from scraper.text import counted
from scraper.urls import normalise
from scraper.write import kept_pages
from scraper.write.schema import article_fault
from scraper.write.segment_file import digest_of, lines_of

_REBUILD = "`scraper state CONFIG rebuild` makes the state anew from the articles"
_RESTORE = "restore it from a backup"
_NEXT_RUN = "the next run puts that right"


class Finding(msgspec.Struct, frozen=True):
    """Something that is not as it should be."""

    where: str
    what: str
    advice: str
    harmless: bool = False  # a run that was killed leaves it, and the next one puts it right
    more: int = 0  # of the same kind in the same file

    def __str__(self) -> str:
        more = f" (and {self.more} more of this kind)" if self.more else ""
        return f"{self.where}: {self.what}{more}; {self.advice}"


class Verification:
    """One check of a corpus. Reads everything and changes nothing."""

    def __init__(self, root: Path, state: State, output: str) -> None:
        """``output`` is the file that articles are added to now."""
        self._output = output
        self._unread = False  # a finished segment, since it is damaged or missing
        self._taken_away = False  # files that articles were added to earlier, and that are not there any more
        self.articles = 0
        self.pages = 0
        self.segments = segments(state)
        self._root = root
        self._state = state
        self._records = _Records(state)
        self._open = open_files(state)

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong."""
        yield from self._manifest()
        yield from self._purge_list()
        for segment in self.segments:
            yield from self._segment(segment)
        for file in self._open:
            yield from self._open_file(file)
        yield from self._records.at_the_end(all_there=not self._taken_away, all_read=not self._unread)
        yield from self._strangers()

    def _manifest(self) -> Iterator[Finding]:
        path = self._root / MANIFEST
        expected = [msgspec.json.encode(segment) for segment in self.segments]
        try:
            found = path.read_bytes().splitlines()
        except FileNotFoundError:
            found = []
        except OSError as error:
            yield Finding(str(path), f"cannot be read ({error.strerror})", "make it readable")
            return
        if found != expected:
            lines = next((n for n, pair in enumerate(zip(found, expected, strict=False), 1) if pair[0] != pair[1]), 0)
            where = f"{path}, line {lines or min(len(found), len(expected)) + 1}"
            what = f"lists {counted(len(found), 'segment')} where the state has {len(expected)}, or other ones"
            yield Finding(where, what, "the next run writes it from the state", harmless=True)

    def _purge_list(self) -> Iterator[Finding]:
        path = str(self._root / PURGE_LIST)
        try:
            listed = listed_pages(self._root)
        except OutputError as error:
            yield _finding(error)
            return
        if listed != purged_pages(self._state):
            yield Finding(path, "does not list the purged pages that the state knows", _NEXT_RUN, harmless=True)

    def _segment(self, segment: Segment) -> Iterator[Finding]:
        path = self._root / segment.file
        whole = yield from self._file(path, segment.bytes, segment.sha256)
        before = self.articles
        self._unread |= not whole
        if whole:
            yield from self._lines(path, None)
            if self.articles - before != segment.articles:
                what = f"holds {counted(self.articles - before, 'article')}; written: {segment.articles}"
                yield Finding(str(path), what, _RESTORE)
        if segment.pages:
            path = self._root / segment.pages.file
            if (yield from self._file(path, segment.pages.bytes, segment.pages.sha256)):
                yield from self._kept(path, None, segment.pages.pages)

    def _open_file(self, file: OpenFile) -> Iterator[Finding]:
        path = self._root / file.file
        if file.length and not path.exists() and file.file not in (self._output, pages_name(self._output)):
            self._taken_away = True
            yield Finding(str(path), "was taken away", "the pages in it stay known", harmless=True)
            return
        size = path.stat().st_size if path.is_file() else 0
        if size < file.length:
            yield Finding(str(path), f"has {counted(size, 'byte')}; written: {file.length}", _RESTORE)
            return
        if size > file.length:
            what = f"{counted(size - file.length, 'byte')} at its end not committed"
            yield Finding(str(path), what, "the next run cuts them off and fetches their pages again", harmless=True)
        if file.length and file.file.endswith(kept_pages.ENDING):
            yield from self._kept(path, file.length, file.records)
        elif file.length:
            yield from self._lines(path, file.length)

    def _file(self, path: Path, size: int, sha256: str) -> Generator[Finding, None, bool]:
        """Yield what is wrong with a finished file; return whether its content can be looked at."""
        try:
            found = digest_of(path)
        except StateError as error:
            yield _finding(error)
            return False
        if found != (size, sha256):
            how = f"has {counted(found[0], 'byte')}; written: {size}" if found[0] != size else "is not what was written"
            yield Finding(str(path), f"{how} (its SHA-256 is {found[1][:12]}..., not {sha256[:12]}...)", _RESTORE)
            return False
        return True

    def _lines(self, path: Path, length: int | None) -> Iterator[Finding]:
        """Yield what is wrong with the articles of a file: of each kind one, with the number of the others."""
        found: list[tuple[str, Finding]] = []
        try:
            for number, line in enumerate(lines_of(path, length), 1):
                self.articles += 1
                if wrong := list(self._records.check(line, f"{path}, line {number}")):
                    found = _first_of_each_kind([*found, *wrong])
        except StateError as error:
            found.append(("file", _finding(error)))
        yield from (finding for _, finding in found)

    def _kept(self, path: Path, length: int | None, expected: int) -> Iterator[Finding]:
        try:
            found = sum(1 for _ in kept_pages.pages_in(path, length))
        except StateError as error:
            yield _finding(error)
            return
        self.pages += found
        if found != expected:
            yield Finding(str(path), f"holds {counted(found, 'page')}; written: {expected}", _RESTORE)

    def _strangers(self) -> Iterator[Finding]:
        """Yield files that lie among the segments and are none: who reads the folder would take them for some."""
        known = {file for segment in self.segments for file in segment.files}
        left = set(pending(self._state))
        for file in left:
            yield Finding(str(self._root / file), "was half made or half removed when a run ended", _NEXT_RUN, True)
        folders = {folder_of(file.file) for file in self._open if not file.file.endswith(kept_pages.ENDING)}
        for folder in sorted(folders):
            for path in sorted((self._root / folder).rglob("*")):
                name = str(path.relative_to(self._root))
                if path.is_file() and not path.name.startswith(".") and name not in known | left:
                    yield Finding(str(path), "is no segment of this corpus", "move it away")


class _Records:
    """Compares records with the schema, with each other and with the state."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._fault = article_fault()
        self._pages: set[int] = set()  # hashes; 90 MB for a million
        self._versions: set[int] = set()
        self._outdated: dict[str, str] = {}  # url -> where, of records whose text is not that of the state

    def check(self, line: bytes, where: str) -> Iterator[tuple[str, Finding]]:
        """Yield what is wrong with one record, each with its kind."""
        try:
            article = msgspec.json.decode(line)
        except msgspec.DecodeError as error:
            yield "json", Finding(where, f"is no JSON ({error})", _RESTORE)
            return
        if fault := self._fault(article):
            yield "schema", Finding(where, f"breaks the schema: {fault}", _RESTORE)
            return
        yield from self._against_state(article, where)

    def _against_state(self, article: dict[str, Any], where: str) -> Iterator[tuple[str, Finding]]:
        url = normalise(article["url"] or article["fetch"]["url_requested"] or "")
        version = hash((url, article["revision"]))
        twice = version in self._versions
        self._versions.add(version)
        known = self._state.get(url)
        if known:
            self._pages.add(hash(known.url))
        if known and known.reason == PURGED:
            advice = f"`scraper purge CONFIG {url} --yes` takes it out"
            yield "purged", Finding(where, f"{url} was purged, and is here again", advice)
            return
        if (twice or known is None or known.status != "article") and was_forgotten(self._state, url):
            return
        if twice:
            advice = "`scraper state CONFIG forget URL` and a new run make such ones; `scraper purge` takes both out"
            yield "twice", Finding(where, f"{url} is there twice with revision {article['revision']}", advice)
        if known is None:
            yield "unknown", Finding(where, f"the state does not know {url}", _REBUILD)
        elif known.status != "article":
            yield "other", Finding(where, f"for the state {url} is {known.status} ({known.reason})", _REBUILD)
        elif known.content_hash != article["content_hash"]:
            self._outdated[url] = where
        else:
            self._outdated.pop(url, None)

    def at_the_end(self, *, all_there: bool, all_read: bool) -> Iterator[Finding]:
        """Yield what only all records together tell."""
        outdated = [
            (where.rpartition(", line ")[0], Finding(where, f"the state knows another text of {url}", _REBUILD))
            for url, where in self._outdated.items()
        ]
        yield from (finding for _, finding in _first_of_each_kind(outdated))
        pages = article_pages(self._state) if all_there else iter(())
        missing = (url for url in pages if hash(url) not in self._pages)
        first = next(missing, None)
        if first is None:
            return
        what = f"{first} is an article, and in no segment"
        advice = f"`scraper state CONFIG forget {first}` lets the next run fetch it again"
        if not all_read:  # of each such segment its own line tells
            what, advice = f"{what} that can be read", _RESTORE
        yield Finding(str(self._state.path), what, advice, more=sum(1 for _ in missing))


def _first_of_each_kind(found: list[tuple[str, Finding]]) -> list[tuple[str, Finding]]:
    """Return the first finding of each kind, which counts the others."""
    first: dict[str, Finding] = {}
    for kind, finding in found:
        before = first.get(kind)
        first[kind] = msgspec.structs.replace(before, more=before.more + 1 + finding.more) if before else finding
    return list(first.items())


def _finding(error: ScraperError) -> Finding:
    where, _, rest = str(error).partition(": ")
    what, _, advice = rest.rpartition("; ")
    return Finding(where, what, advice)
