"""What is known of single hosts: CSS selectors of the article, of what is none, of title and date. One file a host."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from scraper.errors import ConfigError
from scraper.urls import host_of

_SHIPPED = Path(__file__).parent / "hosts"

What = Literal["keep", "drop", "title", "date"]


class Selector(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A CSS selector, with fragments of HTML in which it finds something, and near misses in which it must not."""

    what: What
    css: str
    hits: tuple[str, ...]
    misses: tuple[str, ...]


class HostRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of a host and all below it."""

    host: str
    about: str
    tests: tuple[str, ...]  # addresses of pages to look at after a change
    select: tuple[Selector, ...]

    @property
    def id(self) -> str:
        """The rule id of what goes by these rules."""
        return f"host.{self.host}"

    def css(self, what: What) -> list[str]:
        """Return the selectors of one kind."""
        return [selector.css for selector in self.select if selector.what == what]


def host_rules(url: str, extra: Sequence[str | Path] = ()) -> HostRules | None:
    """Return the rules for the host of ``url``, or for a host above it; ``extra`` are folders of a user's own rules.

    Raises :class:`ConfigError` that names the file and what to do.
    """
    known = load_hosts(tuple(map(str, extra)))
    host = host_of(url) if known else ""
    while host:
        if host in known:
            return known[host]
        host = host.partition(".")[2]
    return None


@functools.lru_cache(maxsize=32)
def load_hosts(extra: tuple[str, ...] = ()) -> Mapping[str, HostRules]:
    """Return the rules of all hosts; a user's own count more than those of this package."""
    folders = [_SHIPPED, *(Path(name) / "hosts" for name in extra)]
    found = (read_host(path) for folder in folders for path in sorted(folder.glob("*.toml")))
    return {rules.host: rules for rules in found}


def read_host(path: Path) -> HostRules:
    """Return the rules in one file, checked but for what their selectors find."""
    try:
        rules = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), HostRules)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); give a file of rules for a host") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8; save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {str(error)[0].lower()}{str(error)[1:]}; see docs/rules.md") from error
    if not rules.select or not rules.tests:
        raise ConfigError(f"{path}: has no {'tests' if rules.select else 'select'}; every host needs both")
    for url in rules.tests:
        if not f".{host_of(url)}".endswith(f".{rules.host}"):
            raise ConfigError(f"{path}: {url} in tests is no address of {rules.host}; give pages of that host")
    for selector in rules.select:
        _check(selector, path)
    return rules


def _check(selector: Selector, path: Path) -> None:
    import cssselect  # noqa: PLC0415 only who has rules for hosts needs it

    try:
        cssselect.HTMLTranslator().css_to_xpath(selector.css)
    except cssselect.SelectorError as error:
        raise ConfigError(f"{path}: {selector.css!r} is no CSS selector ({error}); see docs/rules.md") from error
    if not selector.hits or not selector.misses:
        raise ConfigError(f"{path}: {selector.css!r} has no hits or no misses; show fragments of HTML for both")
