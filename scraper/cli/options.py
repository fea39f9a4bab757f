"""Options that several commands share, and the settings they make."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from scraper.config import Settings, load_settings
from scraper.rules import load_rules
from scraper.write.formats import FORMATS

Command = TypeVar("Command", bound=Callable[..., Any])

_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*)")  # RFC 9110, 5.6.2
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def output_options(command: Command) -> Command:
    """Add the options that say where the outcomes go, and what counts as an article."""
    options = [
        click.option(
            "-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
            help="Add the articles to FILE, one by one, instead of writing them to standard output. What FILE holds "
            "is never overwritten.",
        ),
        click.option(
            "--format", "form", type=click.Choice(list(FORMATS)),
            help="Default: json (indented) on a terminal, else jsonl (one object a line).",
        ),
        click.option(
            "--failures", type=click.Path(path_type=Path), metavar="FILE",
            help="Add each input that gave no article to FILE: JSON lines with outcome, url, reason and detail.",
        ),
        click.option(
            "--lang", "languages", multiple=True, metavar="CODE", callback=_languages,
            help="Keep only articles in this language, e.g. en; several: --lang en,zh.",
        ),
        click.option(
            "--min-quality", type=click.FloatRange(0, 1), metavar="NUMBER",
            help="Skip articles whose quality (0 to 1) is below NUMBER.",
        ),
        click.option(
            "--settings", "settings_path", type=click.Path(path_type=Path), metavar="FILE",
            help="Read settings from a TOML file; options count more.",
        ),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def read_settings(path: Path | None, *, languages: tuple[str, ...], min_quality: float | None) -> Settings:
    """Return the file's settings, changed by the options; raise :class:`ConfigError` where they cannot be used."""
    settings = load_settings(path) if path else Settings()
    extract = msgspec.structs.replace(
        settings.extract,
        language=languages or settings.extract.language,
        # The settings of a corpus do not apply: what somebody names here is what they want to see.
        min_quality=min_quality or 0.0,
    )
    load_rules(settings.strip.rules, settings.strip.disable)  # a rule that cannot be used is wrong for every page
    return msgspec.structs.replace(settings, extract=extract)


def headers(_ctx: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Return the headers of ``Name: value`` options."""
    found = {}
    for value in values:
        match = _HEADER.fullmatch(value)
        if not match:
            raise click.BadParameter(f"{value!r} is no header; write it as 'Name: value'")
        found[match[1]] = match[2].strip()
    return found


def networks(_ctx: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return ranges of addresses, each checked."""
    for value in values:
        try:
            ipaddress.ip_network(value, strict=False)
        except ValueError:
            raise click.BadParameter(f"{value!r} is no range of addresses; write it as 127.0.0.0/8") from None
    return values


def _languages(_ctx: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    codes = tuple(code.strip().lower() for value in values for code in value.split(","))
    for code in codes:
        if not _LANGUAGE.fullmatch(code):
            raise click.BadParameter(f"{code!r} is no language code; write two or three letters, e.g. en")
    return codes
