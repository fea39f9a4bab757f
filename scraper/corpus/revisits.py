"""Look again at articles that are known: when that is due, and what the answer means."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from scraper.article import HASH_CHARS, under
from scraper.protocols import Fetcher
from scraper.records import Article, Deferred, Failed, Response, Skipped, Target
from scraper.state import Known
from scraper.strip import REPEATED
from scraper.urls import without_login

# Some feeds give each entry a new date each time they are asked. So an article that did not change has its rest before
# it is looked at again: an hour, then 4, 16, 64 hours ...
REST = timedelta(hours=1)
REST_GROWTH = 4
MAX_RESTS = 5

# Validators of pages that are cleaned while others are fetched; a run holds at most some 2,048 pages at a time.
MAX_NOTED = 10_000


def stated(target: Target) -> datetime | None:
    """Return the newest date that a source gives a page."""
    return max(filter(None, (target.published, target.modified)), default=None)


def is_newer(target: Target, known: Known) -> bool:
    """Tell whether a source gives an article a newer date than it gave it before."""
    moment = stated(target)
    return bool(moment and known.stated and moment > known.stated)


def rest_of(known: Known) -> timedelta:
    """Return how long an article is not looked at again. Its ``tries`` are how often that was in vain."""
    rest: timedelta = REST * REST_GROWTH ** min(known.tries, MAX_RESTS)
    return rest


def again(target: Target, known: Known) -> Target:
    """Return what to ask for an article that is known."""
    # What is known of an address has no login, which the source may name.
    url = target.url if without_login(target.url) == known.requested else known.requested
    return msgspec.structs.replace(target, url=url, etag=known.etag, last_modified=known.last_modified)


def story_lines(article: Article) -> list[str]:
    """Return the lines of an article as the next run will see them: with what only the memory of its site took out."""
    return article.text.split("\n") + [removed.text for removed in article.removed if removed.rule == REPEATED]


def lines_hash(lines: Iterable[str]) -> str:
    """Return a hash of lines in any order: with what only the memory of a site takes out, it is that of the page."""
    return sha256("\n".join(sorted(lines)).encode("utf-8", "replace")).hexdigest()[:HASH_CHARS]


def new_version(known: Known, article: Article, lines: str) -> Article | Skipped:
    """Return the next record of an article, or that its text did not change. ``lines`` is its :func:`lines_hash`."""
    if known.content_hash == article.content_hash or known.lines_hash == lines:
        return Skipped(url=known.requested, reason="not_modified", detail="its text is the same")
    return msgspec.structs.replace(
        article if article.url == known.url else under(known.url, article),
        revision=(known.revision or 1) + 1,
        previous_hash=known.content_hash,
    )


def after_looking(known: Known, target: Target, outcome: Skipped | Failed | Deferred, now: datetime) -> Known:
    """Return what to remember of an article that gave no new version; it stays one, whatever its page is now."""
    if isinstance(outcome, Deferred):
        return msgspec.structs.replace(known, next_try=outcome.not_before or now)
    if isinstance(outcome, Failed):  # its source may say no more that it changed
        may_try = known.tries < MAX_RESTS
        next_try = now + REST * REST_GROWTH**known.tries if may_try else None
        return msgspec.structs.replace(known, tries=known.tries + 1 if may_try else 0, next_try=next_try)
    moment = stated(target) or known.stated
    return msgspec.structs.replace(known, tries=known.tries + 1, next_try=None, stated=moment)


class NotingFetcher:
    """A fetcher that keeps the validators of what it got, for the next time."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._noted: OrderedDict[str, tuple[str | None, str | None]] = OrderedDict()

    async def fetch(self, target: Target) -> Response | Skipped | Failed | Deferred:
        """Fetch one target."""
        response = await self._fetcher.fetch(target)
        if isinstance(response, Response):
            validators = response.headers.get("etag"), response.headers.get("last-modified")
            if any(validators):
                self._noted[target.url] = validators
                if len(self._noted) > MAX_NOTED:
                    self._noted.popitem(last=False)
        return response

    def noted(self, target: Target) -> Target:
        """Return a target with the validators of the answer in the place of those that were sent."""
        etag, last_modified = self._noted.pop(target.url, (None, None))
        return msgspec.structs.replace(target, etag=etag, last_modified=last_modified)
