"""`scraper config`: the settings that count, and where each comes from."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import click
import msgspec

from scraper.cli.corpus_settings import changed_settings, run_options
from scraper.cli.logs import log_options
from scraper.config import Settings, load_settings
from scraper.text import safe_for_terminal
from scraper.urls import without_login
from scraper.write.stream import write_out

Origin = Literal["default", "file", "environment", "option"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
# Headers and cookies open doors; they are no business of a terminal that somebody looks at, or of a bug report.
_SECRET = frozenset({"headers", "cookies"})
HIDDEN = "(hidden)"


@click.command(short_help="Print the settings that count, and where each comes from.")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--changed", is_flag=True, help="Only what is not the default.")
@run_options
@log_options
def config(config: Path, changed: bool, **options: Any) -> int:
    """Print the settings of CONFIG as a run with these options takes them: defaults, file, environment, options.

    The output is TOML again, with the origin behind each line. Headers, cookies and passwords are not shown.

    \b
      scraper config corpus.toml
      scraper config corpus.toml --changed --since 2d
    """
    loaded = load_settings(config)
    settings = changed_settings(loaded, config, options)
    own_rules = options["own_rules"]
    if own_rules:
        strip = msgspec.structs.replace(settings.strip, rules=(*settings.strip.rules, *own_rules))
        settings = msgspec.structs.replace(settings, strip=strip)
    written = tomllib.loads(config.read_text(encoding="utf-8"))
    contact = os.environ.get("SCRAPER_CONTACT", "")
    from_environment = contact if contact and not settings.fetch.contact else ""
    for line in _lines(loaded, settings, written, from_environment, changed):
        write_out(f"{safe_for_terminal(line)}\n".encode())
    return 0


def _lines(
    loaded: Settings, settings: Settings, written: Mapping[str, Any], contact: str, changed: bool
) -> Iterator[str]:
    for section in msgspec.structs.fields(Settings):
        if section.name == "source":
            continue
        before, now = getattr(loaded, section.name), getattr(settings, section.name)
        lines = list(_section(before, now, written.get(section.name, {}), "default"))
        if section.name == "fetch" and contact:
            lines = [("contact", _toml(contact), "environment"), *(one for one in lines if one[0] != "contact")]
        yield from _shown(f"[{section.name}]", lines, changed)
        hosts = now.host if section.name == "fetch" else {}
        for name, host in hosts.items():
            table = written["fetch"]["host"][name]
            yield from _shown(f"[fetch.host.{_key(name)}]", list(_section(host, host, table, "default")), changed)
    for source in settings.source:
        before = next(one for one in loaded.source if one.name == source.name)
        table = next(one for one in written["source"] if one["name"] == source.name)
        yield from _shown("[[source]]", list(_section(before, source, table, "default")), changed)


def _section(before: Any, now: Any, table: Mapping[str, Any], otherwise: Origin) -> Iterator[tuple[str, str, Origin]]:
    """Yield name, value and origin of each setting of a section."""
    for field in msgspec.structs.fields(now):
        value = getattr(now, field.name)
        if value is None or (isinstance(value, dict) and field.name == "host"):
            continue
        origin: Origin = "file" if field.name in table else otherwise
        if value != getattr(before, field.name):
            origin = "option"
        if field.name in _SECRET and isinstance(value, dict):
            value = dict.fromkeys(value, HIDDEN)
        yield field.name, _toml(without_login(value) if isinstance(value, str) else value), origin


def _shown(title: str, lines: list[tuple[str, str, Origin]], changed: bool) -> Iterator[str]:
    kept = [line for line in lines if not changed or line[2] != "default"]
    if kept:
        yield title
        yield from (f"{f'{name} = {value}':<42} # {origin}" for name, value, origin in kept)
        yield ""


def _toml(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(name)} = {_toml(one)}" for name, one in value.items()) + "}"
    return msgspec.json.encode(value).decode()  # strings, numbers and truth values are the same in TOML


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else msgspec.json.encode(name).decode()
