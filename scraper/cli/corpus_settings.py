"""The options that change the settings of a corpus, and the check of what comes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import msgspec

from scraper.cli.options import Command, with_options
from scraper.config import Settings
from scraper.discover import wish_of
from scraper.errors import ConfigError
from scraper.sources.found import moment_of
from scraper.urls import problem

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}


def run_options(command: Command) -> Command:
    """Add the options; :func:`changed_settings` understands them."""
    options = [
        click.option(
            "--source", "only", multiple=True, metavar="NAME",
            help="Only this source, and pages of it whose next try has come. May be repeated.",
        ),
        click.option(
            "--since", metavar="WHEN",
            help="Leave out what is known to be older, in all sources: 2d, 12h, 1w, or a day as 2026-11-01.",
        ),
        click.option(
            "--recheck", metavar="SPAN",
            help="Look again at the articles that are known for no longer than SPAN (3d, 12h): a changed text becomes "
            "a new record.",
        ),
        click.option(
            "--max-time", metavar="SPAN", help="Leave to a later run what is not fetched after SPAN: 50m, 2h."
        ),
        click.option(
            "--max-pages", type=click.IntRange(1), metavar="N", help="Fetch N pages at most, the rest in later runs."
        ),
        click.option(
            "--rules", "own_rules", multiple=True, metavar="DIR",
            help="Also strip by the rules in this file or folder, as `strip.rules` does. May be repeated.",
        ),
    ]  # fmt: skip
    return with_options(command, options)


def changed_settings(settings: Settings, config: Path, options: Mapping[str, Any]) -> Settings:
    """Return the settings of a run, checked; raise :class:`ConfigError` for sources that cannot be read."""
    _check_sources(settings, config)
    sources = settings.source
    if options["only"]:
        names = [source.name for source in sources]
        unknown = [name for name in options["only"] if name not in names]
        if unknown:
            raise ConfigError(f"{config}: no source is named {unknown[0]!r}; there are: {', '.join(names)}")
        sources = tuple(source for source in sources if source.name in options["only"])
    if options["since"]:
        moment_of(options["since"], datetime.now(UTC))
        sources = tuple(msgspec.structs.replace(source, since=options["since"]) for source in sources)
    fetch, corpus = settings.fetch, settings.corpus
    if options["max_time"]:
        fetch = msgspec.structs.replace(fetch, run_max_s=span_s(options["max_time"]))
    if options["recheck"]:
        corpus = msgspec.structs.replace(corpus, recheck=options["recheck"])
    if options["max_pages"]:
        corpus = msgspec.structs.replace(corpus, max_pages=options["max_pages"])
    if corpus.recheck:
        span_s(corpus.recheck)
    return msgspec.structs.replace(settings, source=sources, fetch=fetch, corpus=corpus)


def span_s(text: str) -> float:
    """Return the seconds of "90s", "50m", "12h", "3d" or "1w"; raise :class:`ConfigError` where it is none of them."""
    found = _SPAN.fullmatch(text.strip().lower())
    seconds = float(found[1]) * _SECONDS[found[2]] if found else 0.0
    if not 0 < seconds < timedelta(days=36500).total_seconds():
        raise ConfigError(f"{text!r} is no span of time; write 90s, 50m, 12h, 3d or 1w")
    return seconds


def _check_sources(settings: Settings, config: Path) -> None:
    if not settings.source:
        raise ConfigError(f"{config}: names no source; add a [[source]] with name, kind and path or url")
    names: set[str] = set()
    for source in settings.source:
        key = "path" if source.kind in ("urls", "files") else "url"
        if not getattr(source, key):
            raise ConfigError(f"{config}: source {source.name!r} of kind {source.kind!r} has no {key}; add one")
        wrong = problem(source.url or "") if key == "url" else None
        if wrong:
            raise ConfigError(f"{config}: source {source.name!r}: {source.url!r}: {wrong}")
        wish_of(source)
        if source.name in names:
            raise ConfigError(f"{config}: two sources are named {source.name!r}; give each a name of its own")
        names.add(source.name)
