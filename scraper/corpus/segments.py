"""The files of a corpus: the open segment, the finished ones, the pages beside them, and the manifest.

Articles are added to a plain file, the open segment. One that has its size, or whose day is over, is finished: its
content goes to a new file, compressed, one transaction records that this is a segment and that nothing in the open file
counts any more, the open file is emptied, and the manifest is written again. The state knows of each file before it is
made or removed, so that whatever a kill leaves is put right by the next start.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from scraper.config import CorpusSettings
from scraper.corpus.purge_list import keep_purge_list
from scraper.errors import OutputError, StateError
from scraper.state import State
from scraper.state.segments import (
    OpenFile,
    PagesFile,
    Segment,
    add_segment,
    announce,
    nothing_pending,
    open_files,
    pending,
    replace_segment,
    segments,
)
from scraper.text import counted
from scraper.write import kept_pages
from scraper.write.append_file import AppendFile
from scraper.write.articles import article_file
from scraper.write.replace_file import half_made, replace_file, sync_names
from scraper.write.segment_file import SegmentFile, copied

Clock = Callable[[], datetime]

MANIFEST = "manifest.jsonl"
_LINE_START = b'{"segment":'
NUMBERED = re.compile(r"(\d+)(?:-(\d+))?\.(?:jsonl|jsonl\.gz|jsonl\.zst|warc\.gz)")


class OpenSegment:
    """A segment that is added to: a file of articles and, where pages are kept, one of pages."""

    def __init__(self, root: Path, output: str, state: State, clock: Clock, *, keep_pages: bool) -> None:
        """Open the files, cut back to what was committed. A file that the state does not know is not touched."""
        self.output = output
        self.pages_name = pages_name(output)
        known = {file.file: file for file in open_files(state)}
        for name in (output, self.pages_name):
            check_length(root / name, known.get(name))
        if output not in known or (keep_pages and self.pages_name not in known):
            # First of all, or a kill before the first commit would leave a file that the next run does not know.
            length = known[output].length if output in known else 0
            kept = (self.pages_name, 0, 0) if keep_pages and self.pages_name not in known else None
            state.commit([], [], (output, length), clock(), kept=kept)
        began = known[output].began_at if output in known else None
        self.began_at = began
        self._files = ExitStack()
        with self._files:
            self.articles = self._files.enter_context(article_file(root / output))
            self.articles.cut(known[output].length if output in known else 0)
            self.pages: AppendFile | None = None
            self.page_count = known[self.pages_name].records if self.pages_name in known else 0
            if keep_pages or self.pages_name in known:
                self.pages = self._files.enter_context(AppendFile(root / self.pages_name, kept_pages.START))
                self.pages.cut(known[self.pages_name].length if self.pages_name in known else 0)
            sync_names((root / output).parent)
            self._files = self._files.pop_all()

    @property
    def size(self) -> int:
        """How many bytes the larger of its files has."""
        return max(self.articles.length, self.pages.length if self.pages else 0)

    def add(self, lines: Iterable[bytes], pages: Iterable[bytes]) -> None:
        """Add whole lines and records of pages; they are on the disk when it returns."""
        for file, data in ((self.articles, b"".join(lines)), (self.pages, b"".join(pages))):
            if file and data:
                file.add(data)
                file.sync()

    def empty(self) -> None:
        """Drop all of it."""
        self.began_at, self.page_count = None, 0
        for file in (self.articles, self.pages):
            if file:
                file.cut(0)

    def close(self) -> None:
        """Close the files."""
        self._files.close()


class Segments:
    """The segments of one corpus; whoever has them holds its lock. Get them from :func:`opened`."""

    def __init__(self, settings: CorpusSettings, root: Path, state: State, clock: Clock) -> None:
        self.root = root
        self.state = state
        self._settings = settings
        self.clock = clock
        self._added = 0  # pages, since the last commit
        self.remove_pending()
        keep_purge_list(root, state, clock())
        self.open = OpenSegment(root, settings.output, state, clock, keep_pages=settings.keep_pages)

    def close(self) -> None:
        """Close the files."""
        self.open.close()

    def add(self, lines: list[bytes], pages: list[bytes]) -> None:
        """Add articles and pages, one item each, to the open segment; finish it first if its day is over."""
        if self._day_is_over():
            self.finish()
        self.open.add(lines, pages)
        self._added = len(pages)

    def lengths(self) -> tuple[tuple[str, int], tuple[str, int, int] | None]:
        """Return what a commit records: names and lengths of the open files, and how many pages were added."""
        pages = self.open.pages
        kept = (self.open.pages_name, pages.length, self._added) if pages else None
        return (self.open.output, self.open.articles.length), kept

    def committed(self, now: datetime) -> None:
        """Take note that the added is committed; finish the open segment if it has its size."""
        if self.open.size and self.open.began_at is None:
            self.open.began_at = now
        self.open.page_count += self._added
        self._added = 0
        if 0 < self._settings.segment_bytes <= self.open.size:
            self.finish()

    def finish(self) -> None:
        """Finish the open segment."""
        self._finish(self.open)

    def finish_all(self) -> None:
        """Finish the open segment and what earlier settings of ``corpus.output`` left, so that all can be rewritten.

        A file of theirs that its owner took away stays where it is.
        """
        self.finish()
        for file in open_files(self.state):
            if file.length and not file.file.endswith(kept_pages.ENDING) and (self.root / file.file).exists():
                opened = OpenSegment(self.root, file.file, self.state, self.clock, keep_pages=False)
                try:
                    self._finish(opened)
                finally:
                    opened.close()

    def finished(self) -> list[Segment]:
        """Return the finished segments in the order of their articles."""
        return segments(self.state)

    def remove_pending(self) -> None:
        """Remove files that were half made or half removed when a run ended, and see that the manifest is right."""
        left = pending(self.state)
        for name in left:
            path = self.root / name
            for leftover in (path.with_name(half_made(path.name)), path):
                _remove(leftover)
        if left:
            nothing_pending(self.state)
        self.write_manifest()

    def write_manifest(self) -> None:
        """Write the manifest where it does not say what the state says."""
        path = self.root / MANIFEST
        data = b"".join(msgspec.json.encode(segment) + b"\n" for segment in self.finished())
        if (manifest_there(self.root) or b"") != data:
            replace_file(path, data)

    @contextmanager
    def rewriting(self, old: Segment) -> Iterator[Rewriting]:
        """Give what writes the next edition of a finished segment; without :meth:`Rewriting.commit` nothing changes."""
        names = self._names_of_next_edition(old)
        announce(self.state, names)
        rewriting = Rewriting(self, old, names)
        try:
            yield rewriting
        finally:
            rewriting.drop()

    def _finish(self, segment: OpenSegment) -> None:
        if not segment.size:
            return
        now = self.clock()
        number = max((known.segment for known in self.finished()), default=0) + 1
        name = self._new_name(segment, segment.began_at or now)
        names = [name, *([pages_name(name)] if segment.pages and segment.pages.length else [])]
        announce(self.state, names)
        facts = copied(self.root / segment.output, segment.articles.length, self.root / name)
        pages = None
        if segment.pages and segment.pages.length:
            target = names[1]
            kept = copied(self.root / segment.pages_name, segment.pages.length, self.root / target)
            pages = PagesFile(file=target, pages=segment.page_count, bytes=kept.bytes, sha256=kept.sha256)
        finished = Segment(
            segment=number,
            file=name,
            articles=facts.records,
            bytes=facts.bytes,
            plain_bytes=facts.plain_bytes,
            sha256=facts.sha256,
            finished_at=now.isoformat(timespec="seconds"),
            pages=pages,
        )
        add_segment(self.state, finished, [segment.output, segment.pages_name])
        segment.empty()
        self.write_manifest()

    def _day_is_over(self) -> bool:
        began = self.open.began_at
        return bool(
            self._settings.daily_folders
            and self._settings.segment_bytes
            and began
            and self.open.size
            and began.date() < self.clock().date()
        )

    def _new_name(self, segment: OpenSegment, began: datetime) -> str:
        """Return a name that no file has and had, in a folder that is there."""
        folder = folder_of(segment.output)
        if self._settings.daily_folders:
            folder = f"{folder}/{began:%Y/%m/%d}"
        _make_folder((self.root / segment.output).parent, PurePosixPath(folder), PurePosixPath(segment.output).parent)
        there = [entry.name for entry in os.scandir(self.root / folder)]
        there += [PurePosixPath(known.file).name for known in self.finished() if known.file.startswith(f"{folder}/")]
        numbers = [int(match[1]) for match in map(NUMBERED.fullmatch, there) if match]
        return f"{folder}/{max(numbers, default=0) + 1:04d}.{self._settings.segment_format}"

    def _names_of_next_edition(self, old: Segment) -> list[str]:
        folder, _, name = old.file.rpartition("/")
        number, edition = (NUMBERED.fullmatch(name) or _unknown(old.file)).groups()
        there = [entry.name for entry in os.scandir(self.root / folder)]
        known = [match for match in map(NUMBERED.fullmatch, there) if match and match[1] == number]
        newest = max([int(edition or 1), *(int(match[2] or 1) for match in known)])
        stem = f"{folder}/{number}-{newest + 1}"
        return [f"{stem}.{self._settings.segment_format}", f"{stem}{kept_pages.ENDING}"]


class Rewriting:
    """The next edition of a segment while it is written."""

    def __init__(self, owner: Segments, old: Segment, names: list[str]) -> None:
        self._owner = owner
        self._old = old
        self._names = names
        self._articles = SegmentFile(owner.root / names[0])
        self._pages: SegmentFile | None = None
        self._counts = [0, 0]
        self._done = False

    def add_article(self, line: bytes) -> None:
        """Add an article, as a line."""
        self._articles.write(line)
        self._counts[0] += 1

    def add_page(self, records: bytes) -> None:
        """Add the pages of an article, as records."""
        self._pages = self._pages or SegmentFile(self._owner.root / self._names[1])
        self._pages.write(records)
        self._counts[1] += 1

    def commit(self, change: Callable[[Any], None]) -> None:
        """Put the new edition in the place of the old one, together with what ``change`` writes to the state."""
        new = self._finished() if any(self._counts) else None
        self.drop()
        replace_segment(self._owner.state, self._old, new, change)
        self._owner.remove_pending()

    def drop(self) -> None:
        """Remove what was written, unless it is finished."""
        if not self._done:
            self._done = True
            for file in (self._articles, self._pages):
                if file:
                    file.drop()

    def _finished(self) -> Segment:
        facts = self._articles.finish()
        pages = None
        if self._pages:
            kept = self._pages.finish()
            pages = PagesFile(file=self._names[1], pages=self._counts[1], bytes=kept.bytes, sha256=kept.sha256)
        self._done = True
        return Segment(
            segment=self._old.segment,
            file=self._names[0],
            articles=facts.records,
            bytes=facts.bytes,
            plain_bytes=facts.plain_bytes,
            sha256=facts.sha256,
            finished_at=self._owner.clock().isoformat(timespec="seconds"),
            pages=pages,
        )


def manifest_there(root: Path) -> bytes | None:
    """Return the manifest of a corpus, ``None`` where there is none; raise where something else lies there."""
    path = root / MANIFEST
    try:
        there = path.read_bytes() if not path.is_symlink() else None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(f"{path}: cannot be read ({error.strerror}); make it readable") from error
    if there is None or (there and not there.startswith(_LINE_START)):
        raise OutputError(f"{path}: is not the manifest of a corpus; move it away")
    return there


def folder_of(output: str) -> str:
    """Return the folder of the finished segments of an output: "articles" for "articles.jsonl"."""
    stem = output.removesuffix(".jsonl")
    return stem if stem != output else f"{output}.segments"


def pages_name(name: str) -> str:
    """Return the file of the pages that are kept beside a file of articles."""
    return re.sub(r"\.jsonl(\.gz|\.zst)?$", "", name) + kept_pages.ENDING


def check_length(path: Path, known: OpenFile | None) -> None:
    """Raise where a file is not ours, or shorter than it was."""
    size = path.stat().st_size if path.exists() else 0
    if known is None and size:
        raise OutputError(
            f"{path}: holds {counted(size, 'byte')} that the state knows nothing of; move the file away, or give"
            " another name as corpus.output. If the state is lost: `scraper state CONFIG rebuild` makes it anew from"
            " the articles"
        )
    if known and size < known.length:
        raise StateError(
            f"{path}: has {counted(size, 'byte')}; written: {known.length}. Restore the file from a backup; if you"
            " moved it away on purpose, give another name as corpus.output: the pages in it stay known"
        )


def _make_folder(path: Path, folder: PurePosixPath, above: PurePosixPath) -> None:
    """Make a folder below ``path``, which is what ``above`` names; a link in its way is not followed."""
    for part in folder.relative_to(above).parts:
        path = path / part
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise OutputError(f"{path}: is no folder; segments are to go there: move it away")
        try:
            path.mkdir(exist_ok=True)
            sync_names(path.parent)
        except OSError as error:
            raise OutputError(f"{path}: the folder cannot be made ({error.strerror}); put that right") from error


def _remove(path: Path) -> None:
    try:
        with suppress(FileNotFoundError, IsADirectoryError):
            path.unlink()
    except OSError as error:
        raise OutputError(f"{path}: cannot be removed ({error.strerror}); put that right and run it again") from error


def _unknown(file: str) -> re.Match[str]:
    raise StateError(f"{file}: is no name of a segment; the state was changed by hand: restore it from a backup")
