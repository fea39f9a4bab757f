"""A corpus on the disk: articles in segments of JSON lines and the state beside them, committed together.

Articles are appended and fsynced, then one transaction records their pages and the file's new length. What lies
beyond the recorded length at the start of a run was never committed and is cut off. So a kill at any moment loses no
article and doubles none; :mod:`scraper.segments` has the files.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from scraper.article import under
from scraper.config import CorpusSettings, DuplicateSettings
from scraper.errors import OutputError, StateError
from scraper.memory import Memory, Sketch, site_name, sketch
from scraper.records import Article, Deferred, Failed, Outcome, Skipped, Target
from scraper.revisits import after_looking, again, has_rested, is_newer, lines_hash, new_version, stated
from scraper.segments import Segments
from scraper.state import IMPORTED, PURGED, Document, Known, State
from scraper.state.file import locked
from scraper.state.history import History, HostRun, SourceRun, Told
from scraper.state.texts import text_of
from scraper.strip import REPEATED
from scraper.urls import normalise
from scraper.write.strict_json import json_line

Clock = Callable[[], datetime]

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


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of the pages that a run knows of; each is in exactly one of the three."""

    fetch: list[Target]
    waiting: list[tuple[Target, Deferred]]  # the time of their next try has not come
    seen: int  # done with in an earlier run
    seen_of: Mapping[str, int] = {}  # the same by the names of the sources
    again: Mapping[str, Known] = {}  # articles that are looked at again, by what they are asked for


def plan_of(
    state: State, named: Iterable[Target], now: datetime, *, recheck: datetime | None = None, only: Collection[str] = ()
) -> Plan:
    """Decide about the pages that the sources name, and the pages of earlier runs whose time has come.

    Articles that are known since ``recheck`` are looked at again, too; ``only`` limits what is not named to sources.
    """
    targets: dict[str, Target] = {}
    for target in named:
        targets.setdefault(normalise(target.url), target)
    recent = state.articles_since(recheck) if recheck else []
    recent_urls = {page.url for page in recent}
    for page in [*state.due(now), *recent]:
        if not only or page.source in only:
            targets.setdefault(page.url, Target(url=page.requested, source=page.source))
    fetch: list[Target] = []
    waiting: list[tuple[Target, Deferred]] = []
    revisited: dict[str, Known] = {}
    seen: Counter[str] = Counter()
    for url, target in targets.items():
        known = state.get(url)
        if known is None:
            fetch.append(target)
        elif known.status == "article":
            if known.requested not in revisited and _is_due(state, known, target, now, recent_urls):
                revisited[known.requested] = known
                fetch.append(again(target, known))
            else:
                seen[target.source] += 1
        elif known.next_try and known.next_try <= now:
            fetch.append(target)
        elif known.next_try:
            waiting.append((target, _waiting(target, known)))
        else:
            seen[target.source] += 1
    return Plan(fetch=fetch, waiting=waiting, seen=seen.total(), seen_of=dict(seen), again=revisited)


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
        """Keep what is known of feeds, sitemaps and listing pages, once all is committed that they name."""
        self.commit()
        self._state.remember(documents, self._clock())

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
        if known is None or known.status != "article":
            return article
        if known.content_hash != article.content_hash and not self._is_article(requested):
            # The site calls several texts by one canonical url; no text may be lost to that.
            return under(requested, article)
        return Skipped(url=requested, reason="duplicate", detail=known.url)

    def _add_article(self, target: Target, article: Article) -> None:
        url = normalise(article.url or target.url)
        self._add_version(
            Known(url=url, requested=target.url, source=target.source, status="article", first_at=self._clock()),
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

    def _is_article(self, url: str) -> bool:
        known = self._known(url)
        return known is not None and known.status == "article"

    def _page(self, url: str, target: Target, outcome: Skipped | Failed | Deferred) -> Known:
        """Return what to remember of a page that gave no article."""
        now = self._clock()
        before = self._state.get(url)
        page = Known(
            url=url,
            requested=target.url,
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


def state_path(settings: CorpusSettings, folder: Path) -> Path:
    """Return where the state of a corpus lies; ``folder`` is that of the settings file."""
    return folder / settings.folder / settings.state


@contextmanager
def open_corpus(
    settings: CorpusSettings,
    folder: Path,
    clock: Clock = utc_now,
    duplicates: DuplicateSettings | None = None,
) -> Iterator[Corpus]:
    """Open the corpus of a settings file in ``folder`` for one run, and close it.

    Raises what :func:`open_segments` does.
    """
    with open_segments(settings, folder, clock) as segments:
        yield Corpus(settings, duplicates or DuplicateSettings(), segments.state, segments, clock)


@contextmanager
def open_segments(settings: CorpusSettings, folder: Path, clock: Clock = utc_now) -> Iterator[Segments]:
    """Hold the lock of a corpus and open its state and its files.

    Raises :class:`CorpusBusy` at once if another run has it open, :class:`StateError` if the state is damaged or the
    articles' file is shorter than it was, :class:`OutputError` if something else lies where the articles go.
    """
    root = root_of(settings, folder)
    with (
        locked(lock_of(settings, root)),
        closing(State(root / settings.state)) as state,
        closing(Segments(settings, root, state, clock)) as segments,
    ):
        yield segments


def root_of(settings: CorpusSettings, folder: Path) -> Path:
    """Return the folder of the corpus, made where it is missing; ``folder`` is that of the settings file."""
    root = folder / settings.folder
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{root}: the folder cannot be made ({error.strerror}); put that right") from error
    return root


def lock_of(settings: CorpusSettings, root: Path) -> Path:
    """Return the lock file of a corpus."""
    path = root / settings.state
    return path.with_name(path.name + ".lock")


def existing_state(settings: CorpusSettings, root: Path) -> Path:
    """Return the state file of a corpus; raise :class:`StateError` where there is none."""
    path = root / settings.state
    if not path.exists():
        raise StateError(
            f"{path}: there is no state yet; `scraper run CONFIG` makes it, and `scraper state CONFIG rebuild` makes it"
            " anew where it was lost"
        )
    return path


def story_lines(article: Article) -> list[str]:
    """Return the lines of an article as the next run will see them: with what only the memory of its site took out."""
    return article.text.split("\n") + [removed.text for removed in article.removed if removed.rule == REPEATED]


def _is_due(state: State, known: Known, target: Target, now: datetime, recent: Collection[str]) -> bool:
    """Tell whether an article is to be looked at again."""
    if known.next_try:
        return known.next_try <= now
    wanted = known.url in recent or is_newer(target, known)
    return wanted and has_rested(known, state.recorded_at(known.url), now)


def _waiting(target: Target, known: Known) -> Deferred:
    detail = f"{known.reason} at the last try"
    return Deferred(url=target.url, reason="retry_after", detail=detail, not_before=known.next_try)
