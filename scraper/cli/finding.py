"""The options that say which of a site's articles are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from scraper.cli.options import Command, with_options
from scraper.errors import ConfigError
from scraper.sources.found import Wish, moment_of
from scraper.urls import parse, problem


def finding_options(command: Command) -> Command:
    """Add the options; :func:`wish_of` understands them."""
    options = [
        click.option(
            "--since", metavar="WHEN", callback=_since,
            help="Leave out what is known to be older: 2d, 12h, 1w, or a day as 2026-11-01.",
        ),
        click.option(
            "--max", "most", type=click.IntRange(1), metavar="N", help="Take the newest N of each site."
        ),
        click.option(
            "--include", multiple=True, metavar="PART",
            help="Only addresses that hold PART; * stands for anything. May be repeated.",
        ),
        click.option(
            "--exclude", multiple=True, metavar="PART", help="No address that holds PART. May be repeated."
        ),
    ]  # fmt: skip
    return with_options(command, options)


def wish_of(options: Mapping[str, Any]) -> Wish:
    """Return what the options ask for."""
    return Wish(
        since=options["since"],
        most=options["most"] or 0,
        include=options["include"],
        exclude=options["exclude"],
        languages=options["languages"],
    )


def _since(_ctx: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    try:
        return moment_of(value, datetime.now(UTC)) if value else None
    except ConfigError as error:
        raise click.BadParameter(str(error)) from None


def fetchable(_ctx: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return addresses as they are requested, each checked."""
    for value in values:
        wrong = problem(value)
        if wrong:
            raise click.BadParameter(f"{value!r}: {wrong}")
    return tuple(parse(value) or value for value in values)
