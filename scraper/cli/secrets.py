"""Secrets that the environment holds: ``${NAME}`` in headers, cookies and the proxy of the settings."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import msgspec

from scraper.config import FetchSettings
from scraper.errors import ConfigError

_NAMED = re.compile(r"\$\{(\w+)\}")


def fetch_secrets(fetch: FetchSettings) -> FetchSettings:
    """Return the settings with what the environment has for them; raise :class:`ConfigError` for what it has not.

    Call it where pages are fetched, and nowhere else: what a command does not have it cannot show.
    """
    hosts = {
        name: msgspec.structs.replace(
            host,
            headers=_filled(host.headers, f'fetch.host."{name}".headers.'),
            cookies=_filled(host.cookies, f'fetch.host."{name}".cookies.'),
        )
        for name, host in fetch.host.items()
    }
    return msgspec.structs.replace(
        fetch, headers=_filled(fetch.headers, "fetch.headers."), host=hosts, **_filled({"proxy": fetch.proxy}, "fetch.")
    )


def _filled(values: Mapping[str, str], section: str) -> dict[str, str]:
    return {key: _with_named(text, section + key) for key, text in values.items()}


def _with_named(text: str, where: str) -> str:
    return _NAMED.sub(lambda found: _secret(found[1], where), text)


def _secret(name: str, where: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise ConfigError(f"{where} asks the environment for {name}, which is not set; set it, or take ${{{name}}} out")
    if not value.isprintable():
        raise ConfigError(f"{where}: {name} in the environment holds a control character; remove it")
    return value
