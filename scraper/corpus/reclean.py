"""Clean the kept pages of a corpus again, and write the articles into new segments."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from typing import Any

import msgspec

from scraper.corpus.revisits import lines_hash, story_lines
from scraper.corpus.segments import Rewriting, Segments
from scraper.memory import Memory, site_name
from scraper.protocols import Engine
from scraper.records import Article, Outcome, Response, Skipped
from scraper.state import IMPORTED, PURGED
from scraper.state.schema import as_text
from scraper.state.segments import Segment
from scraper.state.texts import forget_texts, replace_text, text_of, write_texts
from scraper.urls import normalise
from scraper.write.kept_pages import pages_in
from scraper.write.segment_file import lines_of
from scraper.write.strict_json import json_line

# Pages that are given to the engine and not written yet: enough that no worker waits, few in memory.
WINDOW = 32

Change = Callable[[Any], None]


class Tally(msgspec.Struct):
    """What became of the articles."""

    same: int = 0  # cleaned again, with the same text
    changed: int = 0
    new: int = 0  # of pages that gave none before
    dropped: int = 0  # of pages that give none any more
    left: int = 0  # no page was kept, or it could not be cleaned: the article stays as it is


class Recleaning:
    """Rewrites the segments of a corpus one after the other; whoever runs it holds the lock."""

    def __init__(self, segments: Segments, engine: Engine, remember: Callable[[Memory], None] | None) -> None:
        """``remember`` is told what is known of the sites of the pages that come next."""
        self.tally = Tally()
        self._segments = segments
        self._engine = engine
        self._remember = remember
        self._hashes: dict[str, str] = {}  # old -> new, of articles whose text changed

    async def run(self) -> None:
        """Rewrite all. Stopped in the middle, whole segments are old or new, and it can be started again."""
        self._segments.finish_all()
        for segment in self._segments.finished():
            if segment.pages:
                await self._segment(segment)
            else:
                self.tally.left += segment.articles

    async def _segment(self, segment: Segment) -> None:
        assert segment.pages
        root = self._segments.root
        merge = _Merge(lines_of(root / segment.file), _keys(lines_of(root / segment.file)))
        changes: list[Change] = []
        if self._remember:
            sites = {site_name(key, "") for key in _page_keys(pages_in(root / segment.pages.file))}
            self._remember(self._segments.state.memory(sites))
        with self._segments.rewriting(segment) as new:
            async with aclosing(self._cleaned(pages_in(root / segment.pages.file))) as pages:
                async for responses, records, outcome in pages:
                    passed, old = merge.up_to(normalise(responses[0].target.url))
                    self._leave(passed, new)
                    new.add_page(records)
                    article = self._settled(old, outcome, responses[0], changes)
                    if article:
                        new.add_article(article)
            self._leave(merge.rest(), new)
            new.commit(lambda db: _apply(db, changes))

    async def _cleaned(
        self, pages: Iterator[tuple[list[Response], bytes]]
    ) -> AsyncGenerator[tuple[list[Response], bytes, Outcome], None]:
        """Yield the pages of each article with their outcome, in their order."""
        window: deque[tuple[list[Response], bytes, asyncio.Task[Outcome]]] = deque()
        try:
            for responses, records in pages:
                window.append((responses, records, asyncio.ensure_future(self._engine.clean(responses))))
                if len(window) >= WINDOW:
                    first = window.popleft()
                    yield first[0], first[1], await first[2]
            while window:
                first = window.popleft()
                yield first[0], first[1], await first[2]
        finally:
            for _, _, task in window:
                task.cancel()

    def _leave(self, lines: list[bytes], new: Rewriting) -> None:
        for line in lines:
            self.tally.left += 1
            new.add_article(line)

    def _settled(self, old: Article | None, outcome: Outcome, page: Response, changes: list[Change]) -> bytes | None:
        """Return the article that is written for a page, if any; what the state must know of it goes to ``changes``."""
        if old is None:
            return self._found(outcome, page, changes) if isinstance(outcome, Article) else None
        if isinstance(outcome, Article):
            return self._again(old, outcome, changes)
        if isinstance(outcome, Skipped):
            self.tally.dropped += 1
            changes.append(_skipped(_page_of(old), outcome.reason, old.content_hash))
            return None
        self.tally.left += 1  # a worker died of it: no reason to lose a text
        return json_line(old)

    def _again(self, old: Article, new: Article, changes: list[Change]) -> bytes:
        """Return an article that is cleaned again. It stays the one that it was: what refers to it still finds it."""
        same = new.content_hash == old.content_hash
        truncated = same and "possibly_truncated" in old.warnings and "possibly_truncated" not in new.warnings
        if same:
            self.tally.same += 1
        else:
            self.tally.changed += 1
            self._hashes[old.content_hash] = new.content_hash
            changes.append(_rehashed(old, new))
        return json_line(
            msgspec.structs.replace(
                new,
                id=old.id,
                url=old.url,
                revision=old.revision,
                previous_hash=self._hashes.get(old.previous_hash or "", old.previous_hash),
                duplicate=old.duplicate,
                # A page that could not be fetched then is missing still.
                warnings=[*new.warnings, "possibly_truncated"] if truncated else new.warnings,
            )
        )

    def _found(self, article: Article, page: Response, changes: list[Change]) -> bytes | None:
        """Return the article of a page that gave none before, unless the corpus has it by another way."""
        url = normalise(article.url or page.target.url)
        known = self._segments.state.get(url)
        if known and (known.status == "article" or known.reason in (IMPORTED, PURGED)):
            return None
        self.tally.new += 1
        changes.append(_added(url, page, article))
        return json_line(article)


class _Merge:
    """The articles of a segment, beside the pages of the same segment, which come in the same order."""

    def __init__(self, lines: Iterator[bytes], keys: Counter[str]) -> None:
        self._lines = lines
        self._left = keys
        self._decoder = msgspec.json.Decoder(Article)

    def up_to(self, key: str) -> tuple[list[bytes], Article | None]:
        """Return the next article of a page, and what stands before it, which has no page; ``None``: it has none."""
        if not self._left[key]:
            return [], None
        passed: list[bytes] = []
        for line in self._lines:
            article = self._decoder.decode(line)
            found = _key_of(article)
            self._left[found] -= 1
            if found == key:
                return passed, article
            passed.append(line)
        return passed, None

    def rest(self) -> list[bytes]:
        """Return what comes behind the last page's article."""
        return list(self._lines)


def _keys(lines: Iterator[bytes]) -> Counter[str]:
    decoder = msgspec.json.Decoder(Article)
    return Counter(_key_of(decoder.decode(line)) for line in lines)


def _page_keys(pages: Iterator[tuple[list[Response], bytes]]) -> Iterator[str]:
    return (responses[0].target.url for responses, _ in pages)


def _key_of(article: Article) -> str:
    return normalise(article.fetch.url_requested or article.url or "")


def _page_of(article: Article) -> str:
    return normalise(article.url or article.fetch.url_requested or "")


def _apply(db: Any, changes: list[Change]) -> None:
    for change in changes:
        change(db)


def _rehashed(old: Article, new: Article) -> Change:
    """Note what the text of an article is now, also for what is compared with it later."""
    url = _page_of(old)
    text = text_of(old.id, url, new.content_hash, new.text, near=True)
    # Only the newest version of an article has the hash that the state knows.
    query = "UPDATE urls SET content_hash = ?, lines_hash = ? WHERE url = ? AND content_hash = ?"
    values = [new.content_hash, lines_hash(story_lines(new)), url, old.content_hash]

    def change(db: Any) -> None:
        if db.execute(query, values).rowcount:
            replace_text(db, text)

    return change


def _skipped(url: str, reason: str, old: str) -> Change:
    query = "UPDATE urls SET status = 'skipped', reason = ?, content_hash = NULL WHERE url = ? AND content_hash = ?"

    def change(db: Any) -> None:
        if db.execute(query, [reason, url, old]).rowcount:
            forget_texts(db, [url])

    return change


def _added(url: str, page: Response, article: Article) -> Change:
    text = text_of(article.id, url, article.content_hash, article.text, near=True)
    lines = lines_hash(story_lines(article))
    requested = normalise(page.target.url)

    def change(db: Any) -> None:
        if requested != url:
            db.execute("DELETE FROM urls WHERE url = ?", [requested])
            db.execute("INSERT OR REPLACE INTO aliases VALUES (?, ?)", [requested, url])
        db.execute(
            "INSERT INTO urls (url, requested, source, status, reason, tries, content_hash, lines_hash, revision,"
            " first_at, seen_at) VALUES (?1, ?2, ?3, 'article', '', 0, ?4, ?5, 1, nullif(?6, ''), ?6)"
            " ON CONFLICT DO UPDATE SET status = 'article', reason = '', next_try = NULL, content_hash = ?4,"
            " lines_hash = ?5, revision = 1, first_at = nullif(?6, '')",
            [url, page.target.url, page.target.source, article.content_hash, lines, _utc(page)],
        )
        write_texts(db, [text])

    return change


def _utc(page: Response) -> str:
    return as_text(page.fetched_at) if page.fetched_at else ""
