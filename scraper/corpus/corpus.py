"""What one run adds to a corpus, and commits together."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

import msgspec

from scraper.article import under
from scraper.config import CorpusSettings, DuplicateSettings
from scraper.corpus import Clock
from scraper.corpus.plan import Plan, plan_of
from scraper.corpus.revisits import after_looking, lines_hash, new_version, stated, story_lines
from scraper.corpus.segments import Segments
from scraper.memory import Memory, Sketch, site_name, sketch
from scraper.records import Article, Deferred, Failed, Outcome, Skipped, Target
from scraper.state import IMPORTED, PURGED, Document, Known, State
from scraper.state.history import History, HostRun, SourceRun, Told
from scraper.state.robots import KeptRobots
from scraper.state.texts import text_of
from scraper.urls import normalise, without_login
from scraper.write.strict_json import json_line

# A commit costs two fsyncs, 2 to 30 ms. It may take this share of a run's time: a fast run is not held up, and a slow
# one commits each article.
COMMIT_SHARE = 0.05
COMMIT_AT_LEAST_EVERY_S = 1.0

# Half an hour, 2, 8 and 32 hours between the five tries: an hourly run meets each, and a site may be down for a day.
RETRY_GROWTH = 4

_GONE = {"HTTP 404", "HTTP 410"}

# What was judged by the page's content: a better extractor may find an article in it, so the page is kept, too.
JUDGED = {
    *("listing", "too_short", "no_text", "consent_wall", "login_wall", "needs_js", "paywall_stub", "soft_404"),
    *("wrong_language", "low_quality"),
}


class Corpus:
    """The open corpus of one run. Get it from :func:`open_corpus`."""

    def __init__(
        self,
        settings: CorpusSettings,
        duplicates: DuplicateSettings,
        state: State,
        segments: Segments,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._duplicates = duplicates
        self._texts = state.text_index(duplicates.similarity)
        self.robots = KeptRobots(state.rows)
        self._again: dict[str, Known] = {}
        self._state = state
        self._segments = segments
        self._clock = clock
        self.run = state.begin_run(clock())
        self._lines: list[bytes] = []
        self._kept: list[bytes] = []
        self._pages: dict[str, Known] = {}
        self._aliases: dict[str, str] = {}
        self._sketches: list[tuple[str, Sketch]] = []
        self._next_commit = time.monotonic()

    def plan(self, named: Iterable[Target], recheck: timedelta | None = None, only: Collection[str] = ()) -> Plan:
        """Decide about the pages of this run; see :func:`plan_of`."""
        now = self._clock()
        named = list(named)
        plan = plan_of(self._state, named, now, recheck=now - recheck if recheck else None, only=only)
        self._again = dict(plan.again)
        self._pages.update((page.url, page) for page in plan.resting)
        self._note_dates(named)
        return plan

    def memory(self, targets: Iterable[Target]) -> Memory:
        """Return what earlier runs learned of the sites of ``targets``."""
        return self._state.memory({site_name(target.url, "") for target in targets})

    def take(self, target: Target, outcome: Outcome, kept: bytes = b"") -> Outcome:
        """Keep an outcome, committing now and then; return it as it counts (a page may be gone, or a duplicate).

        ``target`` has the validators of the answer; ``kept`` is the page as records, where pages are kept.
        """
        known = self._again.pop(target.url, None)
        outcome = self._taken_again(known, target, outcome) if known else self._taken(target, outcome)
        if kept and (isinstance(outcome, Article) or outcome.reason in JUDGED):
            self._kept.append(kept)
        if time.monotonic() >= self._next_commit:
            self.commit()
        return outcome

    def commit(self) -> None:
        """Make everything durable that was taken."""
        began = time.monotonic()
        now = self._clock()
        self._segments.add(self._lines, self._kept)
        output, kept = self._segments.lengths()
        texts = self._texts.take()
        self._state.commit(self._pages.values(), self._aliases.items(), output, now, self._sketches, kept, texts)
        self._segments.committed(now)
        self._lines, self._kept, self._pages, self._aliases, self._sketches = [], [], {}, {}, []
        ended = time.monotonic()
        self._next_commit = ended + min((ended - began) / COMMIT_SHARE, COMMIT_AT_LEAST_EVERY_S)

    def document(self, source: str, url: str) -> Document | None:
        """Return what an earlier run knew of a feed, a sitemap or a listing page."""
        return self._state.document(source, url)

    def remember(self, documents: Iterable[Document]) -> None:
        """Keep what is known of feeds, sitemaps and listing pages, once all is committed that they name; and what the
        robots.txt of hosts said."""
        self.commit()
        self._state.remember(documents, self._clock())
        with self._state.writing() as db:
            self.robots.write(db, self._clock())

    def _taken(self, target: Target, outcome: Outcome) -> Outcome:
        outcome = self._settled(target, outcome)
        url = normalise(target.url)
        if isinstance(outcome, Skipped) and outcome.reason == "duplicate":
            self._aliases[url] = outcome.detail
            return outcome
        if isinstance(outcome, Article):
            outcome = self._compared(outcome, url)
        if isinstance(outcome, Article):
            self._add_article(target, outcome)
        else:
            self._pages[url] = self._page(url, target, outcome)
        return outcome

    def _taken_again(self, known: Known, target: Target, outcome: Outcome) -> Outcome:
        """Keep what came of an article that is known: a new version, or that there is none."""
        if isinstance(outcome, Failed) and outcome.detail in _GONE:
            outcome = Skipped(url=outcome.url, reason="gone", detail=f"{outcome.detail}; its article stays")
        if isinstance(outcome, Article):
            outcome = new_version(known, outcome, lines_hash(story_lines(outcome)))
            known = msgspec.structs.replace(known, etag=target.etag, last_modified=target.last_modified)
        if isinstance(outcome, Article):
            outcome = self._compared(outcome, known.url)
            assert isinstance(outcome, Article)
            self._add_version(known, target, outcome)
        else:
            self._pages[known.url] = after_looking(known, target, outcome, self._clock())
        return outcome

    def _compared(self, article: Article, url: str) -> Article | Skipped:
        """Return an article with what it repeats, or that it is skipped for that; a new version never is."""
        url = normalise(article.url or url)
        text = text_of(article.id, url, article.content_hash, article.text, near=self._duplicates.near)
        match = self._texts.find(text)
        if match is None:
            self._texts.add(text)
            return article
        if self._duplicates.keep == "first" and article.revision == 1:
            how = "the same text as" if match.duplicate.kind == "exact" else "nearly the same text as"
            return Skipped(url=url, reason="duplicate", detail=f"{how} {match.url}")
        return msgspec.structs.replace(article, duplicate=match.duplicate)

    def _note_dates(self, named: Iterable[Target]) -> None:
        """Note for articles that have none what their sources say of their date, so that a later one is noticed."""
        for target in named:
            moment = stated(target)
            known = self._known(normalise(target.url)) if moment else None
            if known and known.status == "article" and known.stated is None:
                self._pages[known.url] = msgspec.structs.replace(known, stated=moment)

    def note_sources(self, runs: Iterable[SourceRun], hosts: Iterable[HostRun]) -> None:
        """Record what the run had of its sources and hosts."""
        self._state.note_sources(runs, hosts)

    def note_alarms(self, told: Iterable[Told]) -> None:
        """Record which alarms hold."""
        self._state.note_alarms(told)

    def history(self) -> History:
        """Return what was recorded of sources and hosts."""
        return self._state.read_history()

    def finish(self, exit_code: int, totals: Mapping[str, int]) -> None:
        """Note how the run ended."""
        self._state.end_run(self.run, self._clock(), exit_code, totals)

    def _known(self, url: str) -> Known | None:
        url = self._aliases.get(url, url)
        return self._pages.get(url) or self._state.get(url)

    def _settled(self, target: Target, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Failed) and outcome.detail in _GONE:
            return Skipped(url=outcome.url, reason="gone", detail=outcome.detail)
        if isinstance(outcome, Article):
            return self._settled_article(normalise(target.url), outcome)
        return outcome

    def _settled_article(self, requested: str, article: Article) -> Article | Skipped:
        """Return a duplicate where a redirect or a canonical url led to an article that the corpus has."""
        known = self._known(normalise(article.url or requested))
        if known and known.reason in (IMPORTED, PURGED):
            return Skipped(url=requested, reason="duplicate", detail=known.url)
        if article.fetch.url_canonical and self._is_purged(canonical := normalise(article.fetch.url_canonical)):
            return Skipped(url=requested, reason="duplicate", detail=canonical)  # a copy of it on another site
        if known is None or known.status != "article":
            return article
        if known.content_hash != article.content_hash and not self._is_article(requested):
            # The site calls several texts by one canonical url; no text may be lost to that.
            return under(requested, article)
        return Skipped(url=requested, reason="duplicate", detail=known.url)

    def _add_article(self, target: Target, article: Article) -> None:
        url = normalise(article.url or target.url)
        self._add_version(
            Known(
                url=url,
                requested=without_login(target.url),
                source=target.source,
                status="article",
                first_at=self._clock(),
            ),
            target,
            article,
        )
        for name in (target.url, article.fetch.url_canonical):
            alias = normalise(name or url)
            if alias != url and not self._is_article(alias):
                self._pages.pop(alias, None)
                self._aliases[alias] = url

    def _add_version(self, known: Known, target: Target, article: Article) -> None:
        story = story_lines(article)
        self._lines.append(json_line(article))
        self._sketches.append((site_name(target.url, ""), sketch(story)))
        self._pages[known.url] = msgspec.structs.replace(
            known,
            content_hash=article.content_hash,
            lines_hash=lines_hash(story),
            revision=article.revision,
            etag=target.etag,
            last_modified=target.last_modified,
            stated=stated(target) or known.stated,
            tries=0,
            next_try=None,
        )

    def _is_purged(self, url: str) -> bool:
        known = self._known(url)
        return known is not None and known.reason == PURGED and known.url == url

    def _is_article(self, url: str) -> bool:
        known = self._known(url)
        return known is not None and known.status == "article"

    def _page(self, url: str, target: Target, outcome: Skipped | Failed | Deferred) -> Known:
        """Return what to remember of a page that gave no article."""
        now = self._clock()
        before = self._state.get(url)
        page = Known(
            url=url,
            requested=without_login(target.url),
            source=target.source,
            status="skipped",
            reason=outcome.reason,
            tries=before.tries if before else 0,
        )
        if isinstance(outcome, Failed):
            tries = page.tries + 1
            wait = timedelta(seconds=self._settings.retry_s * RETRY_GROWTH ** (tries - 1))
            next_try = now + wait if tries < self._settings.tries else None
            return msgspec.structs.replace(page, status="failed", tries=tries, next_try=next_try)
        if isinstance(outcome, Deferred):
            return msgspec.structs.replace(page, status="deferred", next_try=outcome.not_before or now)
        return page
