"""Options that several commands share, and the settings they make."""

from __future__ import annotations

import ipaddress
import logging
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from scraper.cli.secrets import fetch_secrets
from scraper.config import FetchSettings, Settings, load_settings
from scraper.rules import load_rules
from scraper.rules.hosts import load_hosts
from scraper.urls import host_of
from scraper.write.formats import FORMATS

log = logging.getLogger("scraper")

Command = TypeVar("Command", bound=Callable[..., Any])

_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*)")  # RFC 9110, 5.6.2
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def with_options(command: Command, options: Sequence[Callable[[Command], Command]]) -> Command:
    """Add options to a command; its help lists them in their order."""
    for option in reversed(options):
        command = option(command)
    return command


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
            "--lang", "languages", multiple=True, metavar="CODE", callback=language_codes,
            help="Keep only articles in this language, e.g. en; several: --lang en,zh.",
        ),
        click.option(
            "--min-quality", type=click.FloatRange(0, 1), metavar="NUMBER",
            help="Skip articles whose quality (0 to 1) is below NUMBER.",
        ),
        click.option(
            "--rules", "own_rules", multiple=True, metavar="DIR",
            help="Also strip by the rules in this file or folder; docs/rules.md tells how to write them. Repeatable.",
        ),
        click.option(
            "--settings", "settings_path", type=click.Path(path_type=Path), metavar="FILE",
            help="Read settings from a TOML file; options count more.",
        ),
    ]  # fmt: skip
    return with_options(command, options)


def fetch_options(command: Command) -> Command:
    """Add the options that say how pages are fetched; :func:`fetch_settings` understands them."""
    options = [
        click.option(
            "--contact", envvar="SCRAPER_CONTACT", metavar="ADDRESS",
            help="Your mail address or page, sent with each request so that a site can reach you. Default: "
            "$SCRAPER_CONTACT.",
        ),
        click.option(
            "--delay", type=click.FloatRange(0), metavar="SECONDS",
            help="Rest between two requests to one host. Default: 1.",
        ),
        click.option(
            "--jobs", type=click.IntRange(1, 1000), metavar="N", help="Hosts asked at the same time. Default: 32."
        ),
        click.option(
            "--header", "extra_headers", multiple=True, metavar="'NAME: VALUE'", callback=_headers,
            help="Send this header, to the origins (scheme, host and port) of the urls that you name only, and never "
            "to where they redirect or link elsewhere. May be repeated.",
        ),
        click.option(
            "--cookies", type=click.Path(path_type=Path), metavar="FILE",
            help="Send the cookies in FILE (cookies.txt as browsers export it), each to its own host only.",
        ),
        click.option(
            "--proxy", metavar="URL",
            help="Send all requests through this proxy. None is taken from the environment.",
        ),
        click.option(
            "--ca-bundle", type=click.Path(path_type=Path), metavar="FILE",
            help="Trust the certificates in FILE (PEM) instead of the usual ones.",
        ),
        click.option(
            "--allow-net", multiple=True, metavar="CIDR", callback=_networks,
            help="Allow connections to these addresses although they are not public, e.g. 127.0.0.0/8. May be "
            "repeated.",
        ),
        click.option(
            "--ignore-robots", multiple=True, metavar="HOST", callback=_hosts,
            help="Do not ask for the robots.txt of HOST, where its operator allows that; its articles say so. May be "
            "repeated.",
        ),
        click.option(
            "--render", type=click.Choice(["auto", "always", "never"]),
            help="Run a page's scripts in a browser: auto, where a page cannot be read without them, or only they "
            "make the links of a list. Takes the extra `browser`, and a Chromium. Default: never.",
        ),
    ]  # fmt: skip
    return with_options(command, options)


def fetch_settings(settings: FetchSettings, options: Mapping[str, Any]) -> FetchSettings:
    """Return ``settings`` changed by the options of :func:`fetch_options`."""
    given = {
        "contact": options["contact"],
        "delay_s": options["delay"],
        "jobs": options["jobs"],
        "headers": {**settings.headers, **options["extra_headers"]},
        "cookies": options["cookies"] and str(options["cookies"]),
        "proxy": options["proxy"],
        "ca_bundle": options["ca_bundle"] and str(options["ca_bundle"]),
        "allow_net": (*settings.allow_net, *options["allow_net"]),
        "ignore_robots": (*settings.ignore_robots, *options["ignore_robots"]),
        "render": options["render"],
    }
    changed = msgspec.structs.replace(settings, **{key: value for key, value in given.items() if value is not None})
    return fetch_secrets(changed)


def mention_proxy(used: str) -> None:
    """Say that a proxy of the environment is not used; ``used`` is the one that is, or ``""``."""
    names = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
    name = next((name for name in names if os.environ.get(name)), None)
    if name and not used:
        log.info("%s is set but not used; pages are fetched directly unless --proxy or fetch.proxy names a proxy", name)


def read_settings(options: Mapping[str, Any]) -> Settings:
    """Return the settings that :func:`output_options` ask for; raise :class:`ConfigError` where they cannot be used."""
    path = options["settings_path"]
    settings = load_settings(path) if path else Settings()
    extract = msgspec.structs.replace(
        settings.extract,
        language=options["languages"] or settings.extract.language,
        # The settings of a corpus do not apply: what somebody names here is what they want to see.
        min_quality=options["min_quality"] or 0.0,
    )
    return with_rules(msgspec.structs.replace(settings, extract=extract), options["own_rules"])


def with_rules(settings: Settings, own: tuple[str, ...]) -> Settings:
    """Return settings with more rule files; raise :class:`ConfigError` where rules cannot be used."""
    strip = msgspec.structs.replace(settings.strip, rules=(*settings.strip.rules, *own))
    for rules in {strip.rules, *(tuple(dict.fromkeys((*strip.rules, *source.rules))) for source in settings.source)}:
        load_hosts(rules)
        load_rules(rules, strip.disable)  # a rule that cannot be used is wrong for every page
    return msgspec.structs.replace(settings, strip=strip)


def language_codes(_ctx: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes of ``en`` and ``en,zh`` options."""
    codes = tuple(code.strip().lower() for value in values for code in value.split(","))
    for code in codes:
        if not _LANGUAGE.fullmatch(code):
            raise click.BadParameter(f"{code!r} is no language code; write two or three letters, e.g. en")
    return codes


def _headers(_ctx: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Return the headers of ``Name: value`` options."""
    found = {}
    for value in values:
        match = _HEADER.fullmatch(value)
        if not match:
            raise click.BadParameter(f"{value!r} is no header; write it as 'Name: value'")
        found[match[1]] = match[2].strip()
    return found


def _networks(_ctx: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return ranges of addresses, each checked."""
    for value in values:
        try:
            ipaddress.ip_network(value, strict=False)
        except ValueError:
            raise click.BadParameter(f"{value!r} is no range of addresses; write it as 127.0.0.0/8") from None
    return values


def _hosts(_ctx: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return hosts in lower case and IDNA form."""
    hosts = tuple(host_of(f"https://{value}/") for value in values)
    for host, value in zip(hosts, values, strict=True):
        if not host or "/" in value:
            raise click.BadParameter(f"{value!r} is no host; write it as news.example")
    return hosts
