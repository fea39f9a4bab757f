"""Who we say we are, and which headers go along."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scraper.errors import ConfigError
from scraper.fetch.body import ACCEPT_ENCODING
from scraper.version import DISTRIBUTION, VERSION

# The token that robots.txt files name this tool by; the user agent begins with it.
PRODUCT_TOKEN = "scraper"

_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110: token
_VALUE = re.compile(r"[\x20-\x7e\t]*")


def user_agent(contact: str) -> str:
    """Return the honest user agent: the tool, its version, and how to reach the one who runs it."""
    return f"{PRODUCT_TOKEN}/{VERSION} ({f'+{contact}' if contact else DISTRIBUTION})"


def request_headers(contact: str, own: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a request: ``own`` ones replace the usual ones of the same name.

    Raises :class:`ConfigError` for what no request can carry.
    """
    _check("fetch.contact", contact)
    for name, value in own.items():
        if not _NAME.fullmatch(name):
            raise ConfigError(f"fetch.headers: {name!r} is no header name; write letters, digits and hyphens")
        _check(f"fetch.headers: {name}", value)
    usual = {"User-Agent": user_agent(contact), "Accept": _ACCEPT, "Accept-Encoding": ACCEPT_ENCODING}
    replaced = {name.lower() for name in own}
    return {**{name: value for name, value in usual.items() if name.lower() not in replaced}, **own}


def robots_agent(own: Mapping[str, str]) -> str:
    """Return what robots.txt groups are matched with: the token, or the user agent that replaces ours."""
    return next((value for name, value in own.items() if name.lower() == "user-agent"), PRODUCT_TOKEN)


def sendable(value: str) -> bool:
    """Tell whether a header can carry ``value``."""
    return bool(_VALUE.fullmatch(value))


def _check(where: str, value: str) -> None:
    if not sendable(value):
        # The value may be a secret, so it is not shown.
        raise ConfigError(f"{where}: holds characters that no header can carry; use printable ASCII on one line")
