"""`scraper rules`: look at the rules of boilerplate, try a line, test a file of rules."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from scraper.cli.logs import log_options
from scraper.rules import Rule, RuleSet, load_rules
from scraper.rules.checking import faults, own_files, shipped_files, slow_patterns, takers
from scraper.rules.hosts import HostRules, load_hosts
from scraper.rules.loading import read_rules
from scraper.text import counted, safe_lines
from scraper.write.stream import write_out

log = logging.getLogger("scraper")

Command = TypeVar("Command", bound=Callable[..., Any])

_rules_option = click.option(
    "--rules", "own", multiple=True, metavar="DIR", help="Also the rules in these files or folders. May be repeated."
)


@click.group(short_help="Look at the rules of boilerplate, and test your own.")
def rules() -> None:
    """Look at the rules that say what is boilerplate, try a line, test rules of your own.

    docs/rules.md tells how a rule is written.

    \b
      scraper rules list
      scraper rules show credit.cover
      scraper rules try "Read more: Low tide in pictures"
      scraper rules test my-rules/
    """


@rules.command(name="list", short_help="Name the rules.")
@_rules_option
@log_options
def list_rules(own: tuple[str, ...]) -> int:
    """Name every rule: id, where it applies, languages and what it is about, with tabs between them.

    A rule for one host applies in "host", whatever the language.

    \b
      scraper rules list | grep newsletter
    """
    of_lines = [(rule.id, rule.where, ",".join(rule.lang), rule.about) for rule in load_rules(own).rules]
    of_hosts = [(host.id, "host", "", host.about) for host in load_hosts(own).values()]
    _print(map("\t".join, sorted(of_lines + of_hosts)))
    return 0


@rules.command(short_help="Show one rule with its examples.")
@click.argument("name", metavar="ID")
@_rules_option
@log_options
def show(name: str, own: tuple[str, ...]) -> int:
    """Show the rule ID: what it is about, its patterns, what it drops and what it keeps.

    \b
      scraper rules show credit.cover
    """
    for path in (*shipped_files(), *own_files(own)):
        for rule in read_rules(path):
            if rule.id == name:
                _print([*_described(rule), f"file      {path}"])
                return 0
    for host in load_hosts(own).values():
        if host.id == name:
            _print(_described_host(host))
            return 0
    raise click.UsageError(f"no rule is called {name}; `scraper rules list` names them")


@rules.command(name="try", short_help="Tell which rule takes a line.")
@click.argument("line")
@_rules_option
@log_options
def try_line(line: str, own: tuple[str, ...]) -> int:
    """Tell which rules take LINE, and where in a text they do.

    \b
      scraper rules try "(Cover via CMG)"
    """
    # One by one: a text names one rule for a line, but who writes a rule wants to know of all.
    found = [taken for rule in load_rules(own).rules for taken in takers(line, RuleSet([rule]))]
    _print([f"{rule.id}\t{place}\t{rule.about}" for rule, place in found] or ["no rule takes this line"])
    return 0


@rules.command(short_help="Test rules by their examples.")
@click.argument("paths", nargs=-1, metavar="[FILE]...")
@log_options
def test(paths: tuple[str, ...]) -> int:
    """Test that the rules in FILE (or a folder) take what they drop, and that no rule touches what they keep.

    Their patterns are tried on hostile lines, too: one that takes more than linear time makes a page hang.

    Without FILE the rules of this program are tested. Exit code 2 if an example does not hold.

    \b
      scraper rules test my-rules/news.toml
    """
    from scraper.extraction.by_host import selector_faults  # noqa: PLC0415 no other command of these needs a parser

    files = own_files(paths) if paths else shipped_files()
    hosts = load_hosts(paths).values()
    found = [*faults(files, load_rules(paths)), *(fault for host in hosts for fault in selector_faults(host))]
    if paths:  # with those of this program it would take a minute, and its tests do it
        found += slow_patterns(files)
    for fault in found:
        log.error("%s", fault)
    count = sum(len(read_rules(file)) for file in files) + sum(len(host.select) for host in hosts)
    verdict = (
        f"{counted(len(found), 'example')} {'does' if len(found) == 1 else 'do'} not hold"
        if found
        else "all examples hold"
    )
    log.info("%s tested: %s", counted(count, "rule"), verdict)
    return 2 if found else 0


def _described(rule: Rule) -> Iterable[str]:
    yield f"id        {rule.id}"
    yield f"about     {rule.about}"
    yield f"lang      {', '.join(rule.lang)}"
    yield f"where     {rule.where}{', and as the tail of a paragraph' if rule.tail else ''}"
    yield f"words     {', '.join(rule.words)}"
    yield from (f"line      {shape}" for shape in rule.line)
    yield f"max_chars {rule.max_chars}"
    yield from (f"drops     {line}" for line in rule.drops)
    yield from (f"keeps     {line}" for line in rule.keeps)


def _described_host(host: HostRules) -> Iterable[str]:
    yield f"id        {host.id}"
    yield f"about     {host.about}"
    yield f"host      {host.host}, and all below it"
    for selector in host.select:
        yield f"{selector.what:9} {selector.css}"
        yield from (f"hits      {fragment}" for fragment in selector.hits)
        yield from (f"misses    {fragment}" for fragment in selector.misses)
    yield from (f"test      {url}" for url in host.tests)


def _print(lines: Iterable[str]) -> None:
    write_out("".join(f"{safe_lines(line)}\n" for line in lines).encode())
