"""Cookies: those of the user's file, and those that the redirects of one url set for each other.

Some sites answer a first visit with a cookie and a redirect to the same page: without the cookie it never ends. So
cookies live as long as one chain of redirects. No page gets a cookie of another one.
"""

from __future__ import annotations

from collections.abc import Iterable
from email.message import Message
from http.cookiejar import CookieJar, LoadError, MozillaCookieJar
from typing import Any, cast
from urllib.request import Request

from scraper.errors import ConfigError
from scraper.fetch.identity import sendable

# RFC 6265 asks for at least 4,096 bytes a cookie and 50 cookies a domain.
MAX_COOKIE_CHARS = 4096
MAX_COOKIES = 50


class Chain:
    """The cookies of one chain of redirects. ``kept`` is the user's jar, which nothing is added to."""

    def __init__(self, kept: CookieJar | None = None) -> None:
        self._kept = kept
        self._own: CookieJar | None = None

    def header(self, url: str, given: str = "") -> str:
        """Return the Cookie header for ``url``, or ``""``; what was set last beats the file, and both ``given``."""
        pairs: dict[str, str] = {}
        for cookies in (given, _matching(self._kept, url), _matching(self._own, url)):
            for pair in filter(None, map(str.strip, cookies.split(";"))):
                if sendable(pair):
                    pairs[pair.partition("=")[0]] = pair
        return "; ".join(pairs.values())

    def take(self, url: str, lines: Iterable[str]) -> None:
        """Keep what the Set-Cookie ``lines`` of an answer of ``url`` set, each for the hosts that it may be for."""
        message = Message()
        for line in lines:
            if len(line) <= MAX_COOKIE_CHARS and sendable(line) and len(message) < MAX_COOKIES:
                message["Set-Cookie"] = line
        if message:
            self._own = self._own or CookieJar()
            self._own.extract_cookies(cast(Any, _Answer(message)), Request(url))


class _Answer:
    """As much of a response as a jar looks at."""

    def __init__(self, message: Message) -> None:
        self.info = lambda: message


def cookie_file(path: str) -> CookieJar:
    """Read a file in the Netscape format (``cookies.txt``); raise :class:`ConfigError` where that is not possible."""
    jar = MozillaCookieJar()
    try:
        jar.load(path, ignore_discard=True, ignore_expires=True)
    except LoadError as error:
        raise ConfigError(
            f"{path}: is no file of cookies; export them in the Netscape format, whose first line is"
            " '# Netscape HTTP Cookie File'"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path}: cannot be read ({getattr(error, 'strerror', None) or 'no text'}); name a cookies.txt"
        ) from error
    for cookie in jar:
        if not cookie.expires:  # exports write 0 for "until the browser is closed"
            cookie.expires = None
    return jar


def _matching(jar: CookieJar | None, url: str) -> str:
    if jar is None:
        return ""
    request = Request(url)
    jar.add_cookie_header(request)
    return request.get_header("Cookie") or ""
