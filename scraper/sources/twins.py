"""Addresses under which a site serves the same page again: AMP, print, mobile and secure twins."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from scraper.urls import normalise

_TWIN_HOSTS = re.compile(r"^(?:www|m|mobile|amp)\.(?=[^.]+\.[^.]+)")
_AMP_PATH = re.compile(r"/amp(?=/|$)|(?:\.amp|-amp|_amp)(?=(?:\.s?html?)?$)", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default)\.(?:s?html?|php|aspx?|jsp)$", re.IGNORECASE)
_TWIN_PARAMETERS = frozenset("amp outputtype output print printview view m mobile".split())
_TWIN_VALUES = frozenset(["", "1", "amp", "true", "yes", "print", "mobile"])


def twin_key(url: str) -> str:
    """Return what the twins of a page have in common."""
    parts = urlsplit(normalise(url))
    pairs = (pair.partition("=") for pair in parts.query.split("&") if pair)
    query = "&".join(
        f"{name}={value}"
        for name, _, value in pairs
        if not (name.lower() in _TWIN_PARAMETERS and value.lower() in _TWIN_VALUES)
    )
    path = _INDEX.sub("/", _AMP_PATH.sub("", parts.path)).rstrip("/")
    return f"{_TWIN_HOSTS.sub('', parts.netloc)}{path}?{query}"


def plainness(url: str) -> tuple[bool, int]:
    """Return a sort key: of several twins, the one to fetch is the least, an https address without marks of AMP."""
    return not url.startswith("https:"), len(url)
