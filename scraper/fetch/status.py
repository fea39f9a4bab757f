"""What the status line and the headers of a response say, before its body is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from scraper.fetch.trouble import Trouble

REDIRECTS = frozenset({301, 302, 303, 307, 308})

# A host that asks for more is asked again then: a mistaken header must not silence a source for months.
MAX_DEFER_S = 6 * 3600.0

# Types whose body may be a page. Feeds are XML; JSON feeds and mislabelled plain text are for the reader to judge.
_PAGE_TYPES = frozenset({"", "application/xhtml+xml", "application/xml", "application/json", "application/feed+json"})


def status_trouble(
    status: int, headers: Mapping[str, str], now: datetime, max_wait_s: float, *, robots_txt: bool = False
) -> Trouble | None:
    """Return why a response holds no page, judging by its status alone, or ``None`` for 2xx.

    A Retry-After up to ``max_wait_s`` is waited for in this run; beyond it, the url is for a later run.
    Of a robots.txt the status alone counts (RFC 9309): a challenge with 429 or 503 does not allow everything.
    """
    if 200 <= status < 300:
        return None
    if status == 304:
        return Trouble("not_modified")
    if status >= 400 and not robots_txt and headers.get("cf-mitigated", "").lower() == "challenge":
        return Trouble("blocked", f"HTTP {status} with a challenge for browsers")
    if status in (429, 503):
        return _asked_to_wait(status, headers, now, max_wait_s)
    if 400 <= status < 500:
        return Trouble("http_4xx", f"HTTP {status}")
    if 500 <= status < 600:
        return Trouble("http_5xx", f"HTTP {status}", retry=True)
    return Trouble("protocol", f"HTTP {status} without a page or a place to go")


def type_trouble(headers: Mapping[str, str]) -> Trouble | None:
    """Return ``not_html`` where the Content-Type is of something else than a page or a feed."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _PAGE_TYPES or kind.startswith("text/") or kind.endswith("+xml"):
        return Trouble("not_html", f"the type is {kind}") if kind == "image/svg+xml" else None
    # What is no type at all ("html", "utf-8") says nothing about the body.
    return Trouble("not_html", f"the type is {kind[:60]!a}") if "/" in kind else None


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return how many seconds a Retry-After asks for, 0 for a past date, ``None`` for none or junk (RFC 9110)."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        date = parsedate_to_datetime(value)
        # A date without a zone is UTC: HTTP knows no other.
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return max(0.0, (date - now).total_seconds())
    except (ValueError, OverflowError):
        return None


def _asked_to_wait(status: int, headers: Mapping[str, str], now: datetime, max_wait_s: float) -> Trouble:
    wait_s = retry_after_s(headers, now)
    if wait_s is None:
        return Trouble("rate_limited" if status == 429 else "http_5xx", f"HTTP {status}", retry=True, busy=True)
    until = now + timedelta(seconds=min(wait_s, MAX_DEFER_S))
    detail = f"HTTP {status}, Retry-After {wait_s:.0f} s"
    if wait_s > max_wait_s:
        return Trouble("retry_after", detail, until=until, busy=True)
    reason = "rate_limited" if status == 429 else "retry_after"
    return Trouble(reason, detail, retry=True, rest_s=wait_s, until=until, busy=True)
