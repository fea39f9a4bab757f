"""Make the state of a corpus anew from its files."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import count
from pathlib import Path

import msgspec

from scraper.config import CorpusSettings
from scraper.corpus.purge_list import keep_purge_list
from scraper.corpus.revisits import lines_hash, story_lines
from scraper.corpus.segments import MANIFEST, NUMBERED, Segments, folder_of, pages_name
from scraper.errors import StateError
from scraper.memory import MAX_SKETCHES, Sketch, site_name, sketch, sketch_key
from scraper.records import Article
from scraper.state import State
from scraper.state.file import back_up
from scraper.state.rebuilding import FoundArticle, add_sketches, refill
from scraper.state.segments import OpenFile, PagesFile, Segment, open_files, pending
from scraper.state.texts import Text, text_of
from scraper.text import counted
from scraper.urls import normalise
from scraper.write import kept_pages
from scraper.write.articles import article_file
from scraper.write.segment_file import digest_of, lines_of


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a state was made of."""

    articles: int
    segments: int
    pages: int  # that are kept beside the articles of finished segments
    before: str  # what became of the state that was there

    @property
    def contents(self) -> str:
        """Return ``"2 articles, 1 finished segment, 2 kept pages"``."""
        return ", ".join(
            [
                counted(self.articles, "article"),
                counted(self.segments, "finished segment"),
                *([counted(self.pages, "kept page")] if self.pages else []),
            ]
        )


def rebuild(settings: CorpusSettings, root: Path, clock: Callable[[], datetime]) -> Report:
    """Make the state anew; whoever calls it holds the lock. What was there is kept under another name."""
    path = root / settings.state
    known, before = _put_aside(path)
    with closing(State(path)) as state:
        files = _Files(settings, root, state, clock)
        articles = _Articles(learn=not known)
        found = articles.of(files.lines(), clock())
        keep_purge_list(root, state, clock())
        refill(state, files.segments, files.opened, files.half_made, found, replace=files.all_there, now=clock())
        if not known:
            add_sketches(state, articles.sketches())
        Segments(settings, root, state, clock).close()  # writes the manifest
    kept = sum(segment.pages.pages for segment in files.segments if segment.pages)
    return Report(articles=articles.count, segments=len(files.segments), pages=kept, before=before)


def _put_aside(path: Path) -> tuple[bool, str]:
    """Copy or move the state that is there; return whether it can be read, and what was done."""
    if not os.path.lexists(path):
        return False, "there was no state"
    try:
        with closing(State(path)) as state, state.reading() as db:
            copy = _free_name(path, "before-rebuild")
            back_up(db, copy)
    except StateError:
        damaged = _free_name(path, "damaged")
        for end in ("-wal", "-shm", ""):  # the file last: without it a new one would take the log for its own
            if os.path.lexists(f"{path}{end}"):
                Path(f"{path}{end}").rename(f"{damaged}{end}")
        return False, f"the damaged state is in {damaged.name}"
    return True, f"the state as it was is in {copy.name}"


def _free_name(path: Path, end: str) -> Path:
    """Return a name beside the state that no file has: what was put aside earlier stays."""
    number = next(number for number in count(1) if not os.path.lexists(f"{path}.{end}-{number}"))
    return path.with_name(f"{path.name}.{end}-{number}")


class _Files:
    """The files of a corpus as they are on the disk."""

    def __init__(self, settings: CorpusSettings, root: Path, state: State, clock: Callable[[], datetime]) -> None:
        self._root = root
        self._clock = clock
        self.opened = [self._open_file(settings.output)]
        pages = pages_name(settings.output)
        if (root / pages).exists():
            length, count = kept_pages.whole_pages(root / pages)
            self.opened.append(OpenFile(file=pages, length=length, records=count, began_at=None))
        current = {file.file for file in self.opened}
        others = [file for file in open_files(state) if file.file not in current]
        self.opened += [file for file in others if (root / file.file).exists()]
        self.all_there = len(self.opened) == len(current) + len(others)
        first = next(iter(lines_of(root / settings.output)), b"")
        self.segments = self._listed()
        self.half_made: list[str] = []
        for file in self._unlisted(folder_of(settings.output), set(pending(state))):
            if first and next(iter(lines_of(root / file)), b"") == first:
                self.half_made += [file, pages_name(file)]  # its articles are in the open segment, too
                continue
            self.segments.append(self._segment(file))

    def lines(self) -> Iterator[bytes]:
        """Yield all articles in their order."""
        for segment in self.segments:
            yield from lines_of(self._root / segment.file)
        for file in self.opened:
            if file.length and not file.file.endswith(kept_pages.ENDING):
                yield from lines_of(self._root / file.file, file.length)

    def _open_file(self, name: str) -> OpenFile:
        with article_file(self._root / name) as file:  # cuts off a torn line
            return OpenFile(file=name, length=file.length, records=0, began_at=self._clock() if file.length else None)

    def _listed(self) -> list[Segment]:
        """Return what the manifest lists and what is there."""
        path = self._root / MANIFEST
        try:
            lines = path.read_bytes().splitlines() if path.exists() else []
            listed = [msgspec.json.decode(line, type=Segment) for line in lines]
        except (OSError, msgspec.MsgspecError) as error:
            raise StateError(f"{path}: is damaged ({error}); restore it from a backup, or move it away") from error
        for file in (file for segment in listed for file in segment.files):
            if not (self._root / file).exists():
                raise StateError(
                    f"{self._root / file}: is missing, and the manifest lists it; restore it from a backup. To do"
                    f" without it take its line out of {MANIFEST}: its pages are fetched again if a source names them"
                )
        return listed

    def _unlisted(self, folder: str, half_made: set[str]) -> list[str]:
        """Return the segments that the manifest does not list, of each its newest edition."""
        listed = {_place(segment.file) for segment in self.segments}
        newest: dict[tuple[str, int], tuple[int, str]] = {}
        for path in (self._root / folder).rglob("*.jsonl*"):
            name = str(path.relative_to(self._root))
            match = NUMBERED.fullmatch(path.name)
            if match and name not in half_made and _place(name) not in listed:
                edition = (int(match[2] or 1), name)
                newest[_place(name)] = max(edition, newest.get(_place(name), edition))
        return sorted(name for _, name in newest.values())

    def _segment(self, file: str) -> Segment:
        size, sha256 = digest_of(self._root / file)
        articles = plain_bytes = 0
        for line in lines_of(self._root / file):
            articles += 1
            plain_bytes += len(line)
        return Segment(
            segment=max((segment.segment for segment in self.segments), default=0) + 1,
            file=file,
            articles=articles,
            bytes=size,
            plain_bytes=plain_bytes,
            sha256=sha256,
            finished_at=self._clock().isoformat(timespec="seconds"),
            pages=self._pages(pages_name(file)),
        )

    def _pages(self, file: str) -> PagesFile | None:
        path = self._root / file
        if not path.exists():
            return None
        size, sha256 = digest_of(path)
        return PagesFile(file=file, pages=sum(1 for _ in kept_pages.pages_in(path)), bytes=size, sha256=sha256)


class _Articles:
    """Reads what articles tell of their pages and, with ``learn``, of what their sites repeat."""

    def __init__(self, *, learn: bool) -> None:
        self.count = 0
        self._learn = learn
        self._sketches: defaultdict[str, dict[bytes, Sketch]] = defaultdict(dict)

    def of(self, lines: Iterator[bytes], now: datetime) -> Iterator[FoundArticle]:
        """Yield what each article tells."""
        decoder = msgspec.json.Decoder(Article)
        for line in lines:
            try:
                article = decoder.decode(line)
            except msgspec.MsgspecError as error:
                what = f"article {self.count + 1} of the corpus is damaged ({error})"
                raise StateError(f"{what}; `scraper verify CONFIG` says where it is") from error
            self.count += 1
            requested = article.fetch.url_requested or article.url or ""
            url = normalise(article.url or requested)
            story = story_lines(article)
            if self._learn:
                self._add_sketch(site_name(requested, ""), sketch(story))
            names = [normalise(name) for name in (requested, article.fetch.url_canonical) if name]
            yield FoundArticle(
                url=url,
                requested=requested,
                aliases=[name for name in dict.fromkeys(names) if name != url],
                source=article.fetch.source or "",
                content_hash=article.content_hash,
                revision=article.revision,
                lines_hash=lines_hash(story),
                text=_text_of(article, url),
                at=article.fetch.at or now.isoformat(),
            )

    def sketches(self) -> Iterator[tuple[str, Sketch]]:
        """Yield the sketches of each site's last articles."""
        for site, kept in self._sketches.items():
            for one in kept.values():
                yield site, one

    def _add_sketch(self, site: str, lines: Sketch) -> None:
        kept = self._sketches[site]
        kept.pop(key := sketch_key(lines), None)
        kept[key] = lines
        if len(kept) > MAX_SKETCHES:
            kept.pop(next(iter(kept)))


def _text_of(article: Article, url: str) -> Text | None:
    """Return what the index of texts keeps: only the first article of those with one text."""
    if article.duplicate.of is not None:
        return None
    return text_of(article.id, url, article.content_hash, article.text, near=True)


def _place(file: str) -> tuple[str, int]:
    """Return folder and number of a segment, which its editions share."""
    folder, _, name = file.rpartition("/")
    match = NUMBERED.fullmatch(name)
    return folder, int(match[1]) if match else 0
