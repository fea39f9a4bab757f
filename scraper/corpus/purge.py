"""Take articles and pages out of a corpus for good: out of its segments, its kept pages and its state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from scraper.corpus.purge_list import write_purge_list
from scraper.corpus.segments import Segments
from scraper.state.corrections import names_of, pages_of_host
from scraper.state.purged import mark_purged, names_of_pages
from scraper.state.segments import Segment
from scraper.urls import host_of, normalise
from scraper.write.articles import Addresses
from scraper.write.kept_pages import pages_in
from scraper.write.segment_file import lines_of


class Purge:
    """Takes out what has one of the addresses, or lies on one of the hosts or below."""

    def __init__(self, segments: Segments, urls: Iterable[str], hosts: Iterable[str]) -> None:
        self.articles = 0
        self.pages = 0
        self._segments = segments
        self._hosts = tuple(hosts)
        self._known: set[str] = set()  # pages of the state
        self._names: set[str] = set()
        state = segments.state
        for url in urls:
            known = state.get(normalise(url))
            page = known.url if known else normalise(url)
            self._known.add(page)
            self._names |= {normalise(url), page, *names_of(state, page)}
        for host in self._hosts:
            self._known.update(pages_of_host(state, host))
        self._decoder = msgspec.json.Decoder(Addresses)

    def run(self) -> None:
        """Take it out, one segment after the other. Stopped in the middle, it can be started again.

        First of all the pages are noted: they stay away, and `verify` tells of those that are still there.
        """
        self._segments.finish_all()
        self._mark(self._known)
        for segment in self._segments.finished():
            if self._is_hit(segment):
                self._rewrite(segment)
        write_purge_list(self._segments.root, self._segments.state)

    @property
    def addresses(self) -> int:
        """How many pages are not fetched again."""
        return len(self._known)

    def _mark(self, pages: set[str]) -> None:
        state = self._segments.state
        named = names_of_pages(state, pages)
        with state.writing() as db:
            mark_purged(db, named, self._segments.clock())
        write_purge_list(self._segments.root, state)

    def _is_hit(self, segment: Segment) -> bool:
        root = self._segments.root
        if any(self._takes_article(line) for line in lines_of(root / segment.file)):
            return True
        kept = pages_in(root / segment.pages.file) if segment.pages else ()
        return any(self._takes(responses[0].target.url, responses[0].url) for responses, _ in kept)

    def _rewrite(self, segment: Segment) -> None:
        root, found = self._segments.root, set()
        with self._segments.rewriting(segment) as new:
            for line in lines_of(root / segment.file):
                if self._takes_article(line):
                    self.articles += 1
                    found.add(self._page_of(line))
                else:
                    new.add_article(line)
            for responses, records in pages_in(root / segment.pages.file) if segment.pages else ():
                if self._takes(responses[0].target.url, responses[0].url):
                    self.pages += 1
                else:
                    new.add_page(records)

            pages = names_of_pages(self._segments.state, found - self._known)
            now = self._segments.clock()

            def change(db: Any) -> None:
                mark_purged(db, pages, now)

            new.commit(change)
        self._known |= found

    def _takes_article(self, line: bytes) -> bool:
        return self._takes(*self._decoder.decode(line).named())

    def _takes(self, *urls: str) -> bool:
        return any(normalise(url) in self._names or self._is_on_host(url) for url in urls)

    def _is_on_host(self, url: str) -> bool:
        if not self._hosts:
            return False
        found = host_of(url)
        return any(found == host or found.endswith("." + host) for host in self._hosts)

    def _page_of(self, line: bytes) -> str:
        article = self._decoder.decode(line)
        return normalise(article.url or article.fetch.url_requested or "")
