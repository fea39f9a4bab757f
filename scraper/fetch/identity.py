"""Who we say we are, and which headers go where. A header of the user's own may be a secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

from scraper.config import FetchSettings, HostSettings
from scraper.errors import ConfigError
from scraper.fetch.body import ACCEPT_ENCODING
from scraper.urls import host_of, origin_of
from scraper.version import DISTRIBUTION, VERSION

# The token that robots.txt files name this tool by; the user agent begins with it.
PRODUCT_TOKEN = "scraper"

_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110: token
_VALUE = re.compile(r"[\x20-\x7e\t]*")
_NOTHING = HostSettings()

Value = TypeVar("Value")


def user_agent(contact: str) -> str:
    """Return the honest user agent: the tool, its version, and how to reach the one who runs it."""
    return f"{PRODUCT_TOKEN}/{VERSION} ({f'+{contact}' if contact else DISTRIBUTION})"


def sendable(value: str) -> bool:
    """Tell whether a header can carry ``value``."""
    return bool(_VALUE.fullmatch(value))


def of_host(tables: Mapping[str, Value], host: str, otherwise: Value) -> Value:
    """Return the entry for ``host``, or for the nearest domain above it that has one."""
    while host:
        if host in tables:
            return tables[host]
        host = host.partition(".")[2]
    return otherwise


class Identity:
    """The headers of each request, from the settings; raises :class:`ConfigError` for what no request can carry."""

    def __init__(self, settings: FetchSettings) -> None:
        _check("fetch.contact", settings.contact)
        _check_all("fetch.headers", settings.headers)
        for host, table in settings.host.items():
            _check(f"fetch.host.{host}.user_agent", table.user_agent)
            _check_all(f"fetch.host.{host}.headers", table.headers)
            _check_all(f"fetch.host.{host}.cookies", table.cookies)
        own = {name.lower(): value for name, value in settings.headers.items()}
        self._own_agent = own.pop("user-agent", "")
        self._own = {name: value for name, value in settings.headers.items() if name.lower() in own}
        self._agent = self._own_agent or user_agent(settings.contact)
        self._delay_s = settings.delay_s
        self._hosts = {host.lower(): table for host, table in settings.host.items()}
        self._named: set[str] = set()  # origins

    def name(self, url: str) -> None:
        """Note that the user named ``url``: its origin, and no other, gets the user's headers for all hosts."""
        if self._own:
            self._named.add(origin_of(url))

    def delay_s(self, host: str) -> float:
        """Return how long ``host`` rests after a request."""
        delay_s = of_host(self._hosts, host, _NOTHING).delay_s
        return self._delay_s if delay_s is None else delay_s

    def robots_agent(self, host: str) -> str:
        """Return what robots.txt groups are matched with: the token, or the user agent that replaces ours."""
        return of_host(self._hosts, host, _NOTHING).user_agent or self._own_agent or PRODUCT_TOKEN

    def headers(self, url: str) -> dict[str, str]:
        """Return the headers that any host may see."""
        agent = of_host(self._hosts, host_of(url), _NOTHING).user_agent or self._agent
        return {"User-Agent": agent, "Accept": _ACCEPT, "Accept-Encoding": ACCEPT_ENCODING}

    def secrets(self, url: str, first: str) -> dict[str, str]:
        """Return the user's own headers for ``url``, which the redirects of ``first`` led to.

        Those for all hosts go to the origin of ``first`` alone, if it was named (see :meth:`name`): pages and feeds
        lead to other ones. Those of a host's table go to that host, but not in clear text where ``first`` did not ask
        for that.
        """
        same = origin_of(url) == origin_of(first)
        found = dict(self._own) if same and origin_of(url) in self._named else {}
        if same or url.startswith("https:"):
            table = of_host(self._hosts, host_of(url), _NOTHING)
            found = _merged(found, table.headers)
            if table.cookies:
                pairs = "; ".join(f"{name}={value}" for name, value in table.cookies.items())
                found = _merged(found, {"Cookie": pairs})
        return found


def _merged(headers: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    """Return both; of the same header the one in ``others``."""
    replaced = {name.lower() for name in others}
    return {**{name: value for name, value in headers.items() if name.lower() not in replaced}, **others}


def _check_all(where: str, pairs: Mapping[str, str]) -> None:
    for name, value in pairs.items():
        if not _NAME.fullmatch(name):
            raise ConfigError(f"{where}: {name!r} is no name; write letters, digits and hyphens")
        _check(f"{where}: {name}", value)


def _check(where: str, value: str) -> None:
    if not sendable(value):
        # The value may be a secret, so it is not shown.
        raise ConfigError(f"{where}: holds characters that no header can carry; use printable ASCII on one line")
