"""robots.txt as RFC 9309 says: what may be fetched, and how fast."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from protego import Protego

from scraper.config import FetchSettings
from scraper.fetch.deadline import Deadline
from scraper.fetch.identity import Identity
from scraper.fetch.pacing import Pace
from scraper.fetch.trouble import Trouble
from scraper.urls import host_of, origin_of

log = logging.getLogger("scraper")

KEEP_S = 24 * 3600.0
# An unreachable robots.txt is asked for again in a long run, but not for each of a host's urls.
KEEP_UNREACHABLE_S = 600.0
# Parsed rules take 10 KB on average, up to some MB.
MAX_KEPT = 2000
# Up to this size parsing and asking take some milliseconds and a thread is not worth its while.
MAX_CHARS_INLINE = 16 * 1024

# 4xx, and redirects without end: there is no robots.txt, everything is allowed.
_MISSING = frozenset({"http_4xx", "redirects"})
# The host itself cannot be reached: the page's fate, not a question of robots.txt.
_HOST_GONE = frozenset({"dns", "connect", "tls", "refused_address", "host_down", "budget"})
_TOO_LATE = frozenset({"timeout", "too_slow"})

_AGENT_LINE = re.compile(r"\s*user(?:-|\s+)?agent(?:\s*:|\s)(.*)", re.IGNORECASE)  # in all the spellings of Protego
_SITEMAP_LINE = re.compile(r"^[^\S\n]*sitemap[^\S\n]*:.*", re.IGNORECASE | re.MULTILINE)
_SOMEBODY_ELSE = "somebody-else"
# Names that a user agent contains: for "scraper" there are 28 and "*".
MAX_NAMES = 50


class FetchRobots(Protocol):
    """Fetches a robots.txt."""

    async def __call__(self, url: str, deadline: Deadline | None, /) -> bytes:
        """Return its beginning, within ``deadline`` or a time of its own; raise Trouble where there is none."""
        ...


class RobotsMemory(Protocol):
    """Where what hosts answered is kept from one run to the next."""

    def get(self, origin: str) -> tuple[bytes, datetime] | None:
        """Return the robots.txt of an origin (empty where it has none), and when it was asked for."""

    def put(self, origin: str, body: bytes, at: datetime) -> None:
        """Keep one."""


class Rules:
    """One parsed robots.txt, as it concerns one user agent."""

    def __init__(self, text: str, agent: str) -> None:
        self._rules = Protego.parse(concerning(text, agent))
        self._agent = agent
        self.is_long = len(text) > MAX_CHARS_INLINE
        self.sitemaps = "\n".join(_SITEMAP_LINE.findall(text))  # the lines that name any

    def allow(self, url: str) -> bool:
        """Tell whether ``url`` may be fetched."""
        return self._rules.can_fetch(url, self._agent)

    def pace(self, default_s: float, max_s: float) -> Pace:
        """Return the longer of ``default_s`` and what the file asks for, the latter at most ``max_s``."""
        rate = self._rules.request_rate(self._agent)
        asked = {
            "Crawl-delay": self._rules.crawl_delay(self._agent) or 0.0,
            "Request-rate": rate.seconds / rate.requests if rate else 0.0,
        }
        name, delay_s = max(asked.items(), key=lambda item: item[1])
        if delay_s > max_s:
            log.warning(
                "a robots.txt asks for a %s of %.0f s; %.0f s are kept (fetch.max_delay_s)", name, delay_s, max_s
            )
        return Pace(min(delay_s, max_s), name) if delay_s > default_s else Pace(default_s)


@dataclass
class _Kept:
    """What is known about one origin."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    found: Rules | Trouble | None = None
    expires: float = 0.0


class Robots:
    """Looks each origin's robots.txt up once a day with ``fetch``, which returns at most 512 KiB or raises Trouble.

    ``memory`` makes that a day of all runs; without it, it is a day of this one.
    """

    def __init__(
        self,
        settings: FetchSettings,
        identity: Identity,
        fetch: FetchRobots,
        memory: RobotsMemory | None = None,
    ) -> None:
        self._memory = memory
        self._settings = settings
        self._identity = identity
        self._fetch = fetch
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def pace(self, url: str, deadline: Deadline | None = None) -> Pace:
        """Return how fast the host of ``url`` may be asked; raise Trouble where ``url`` may not be fetched."""
        rules = await self._rules_for(origin_of(url), deadline)
        # Thousands of patterns with wildcards take 0.3 s for a url of 2,000 characters.
        allowed = await asyncio.to_thread(rules.allow, url) if rules.is_long else rules.allow(url)
        if not allowed:
            raise Trouble("robots", f"disallowed by {origin_of(url)}/robots.txt")
        return rules.pace(self._identity.delay_s(host_of(url)), self._settings.max_delay_s)

    async def sitemaps(self, url: str) -> str:
        """Return the lines of a robots.txt that name sitemaps; raise Trouble where it cannot be had."""
        return (await self._rules_for(origin_of(url))).sitemaps

    async def _rules_for(self, origin: str, deadline: Deadline | None = None) -> Rules:
        kept = self._kept.setdefault(origin, _Kept())
        self._kept.move_to_end(origin)
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        async with kept.lock:
            if kept.expires <= time.monotonic():
                body, left_s = self._remembered(origin)
                if body is None:
                    kept.found = await self._load(origin, deadline)
                else:
                    kept.found = await self._rules_of(origin, body)
                lasts_s = left_s if isinstance(kept.found, Rules) else KEEP_UNREACHABLE_S
                kept.expires = time.monotonic() + lasts_s
        if isinstance(kept.found, Rules):
            return kept.found
        assert kept.found is not None
        raise Trouble(kept.found.reason, kept.found.detail, until=kept.found.until)

    def _remembered(self, origin: str) -> tuple[bytes | None, float]:
        """Return what an earlier run was answered, if it still counts, and for how many seconds an answer does."""
        kept = None if self._memory is None else self._memory.get(origin)
        if kept is None:
            return None, KEEP_S
        age_s = (datetime.now(UTC) - kept[1]).total_seconds()
        return (kept[0], KEEP_S - age_s) if 0 <= age_s < KEEP_S else (None, KEEP_S)

    async def _load(self, origin: str, deadline: Deadline | None) -> Rules | Trouble:
        try:
            body = await self._fetch(f"{origin}/robots.txt", deadline)
        except Trouble as trouble:
            if trouble.reason in _MISSING:
                body = b""
            elif trouble.reason in _HOST_GONE:
                # The tries for robots.txt were tries for the page, too: there are no further ones.
                raise Trouble(trouble.reason, trouble.detail, until=trouble.until) from trouble
            elif deadline and trouble.reason in _TOO_LATE:
                # Earlier hops took of that time: the next url may find this robots.txt in its own.
                raise Trouble(trouble.reason, f"{trouble.detail}, {origin}/robots.txt too") from trouble
            else:
                return Trouble("robots_unreachable", f"{host_of(origin)}/robots.txt: {trouble}", until=trouble.until)
        if self._memory is not None:
            self._memory.put(origin, body, datetime.now(UTC))
        return await self._rules_of(origin, body)

    async def _rules_of(self, origin: str, body: bytes) -> Rules:
        agent = self._identity.robots_agent(host_of(origin))
        text = robots_text(body, cut=len(body) >= self._settings.robots_max_bytes)
        if len(text) <= MAX_CHARS_INLINE:
            return Rules(text, agent)
        return await asyncio.to_thread(Rules, text, agent)


def concerning(text: str, agent: str) -> str:
    """Return a robots.txt in which all groups that cannot concern ``agent`` have one and the same name.

    Protego keeps each rule once for each user agent of its group: 20,000 agents with 20,000 rules, which fit into
    512 KiB, would be 400 million entries.
    """
    agent, names = agent.lower(), {"*"}

    def renamed(line: str) -> str:
        found = _AGENT_LINE.match(line)
        if not found:
            return line
        name = found[1].partition("#")[0].strip().lower()
        name = "*" if name == "*" else name.replace("*", "")
        if name and name in agent and len(names) < MAX_NAMES:
            names.add(name)
        return f"User-agent: {name if name in names else _SOMEBODY_ELSE}"

    return "\n".join(map(renamed, text.splitlines()))


def robots_text(body: bytes, *, cut: bool) -> str:
    """Decode a robots.txt: UTF-8 unless a byte order mark says UTF-16; a line that was ``cut`` in two is dropped."""
    utf_16 = body.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = body.decode("utf-16" if utf_16 else "utf-8-sig", errors="replace")
    return text.rpartition("\n")[0] if cut else text
