"""The options that say which of a site's articles are wanted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import click

from scraper.errors import ConfigError
from scraper.sources.found import Wish
from scraper.urls import parse, problem

Command = TypeVar("Command", bound=Callable[..., Any])

_AGO = re.compile(r"(\d{1,6})\s*([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}


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
    for option in reversed(options):
        command = option(command)
    return command


def wish_of(options: Mapping[str, Any]) -> Wish:
    """Return what the options ask for."""
    return Wish(
        since=options["since"],
        most=options["most"] or 0,
        include=options["include"],
        exclude=options["exclude"],
        languages=options["languages"],
    )


def moment_of(text: str, now: datetime) -> datetime:
    """Return the time that "2d", "12h" or a day means; raise :class:`ConfigError` where it means none."""
    ago = _AGO.fullmatch(text.strip().lower())
    if ago:
        try:
            return now - timedelta(hours=int(ago[1]) * _HOURS[ago[2]])
        except OverflowError:
            return datetime.min.replace(tzinfo=UTC)
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ConfigError(f"{text!r} is no time; write 2d, 12h, 1w or a day as 2026-11-01") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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
