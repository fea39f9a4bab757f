"""`scraper clean`: make articles of local files, without any network."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click
import msgspec

from scraper.cli.inputs import Input, InputCleaner, InputReader
from scraper.cli.json_lines import Cleaned
from scraper.cli.logs import log_options
from scraper.cli.options import output_options, read_settings
from scraper.cli.outlet import Outlet, broken_output_code
from scraper.cli.progress import Progress, progress
from scraper.engines.in_order import InOrder
from scraper.engines.local import warm_up
from scraper.engines.workers import Workers
from scraper.errors import OutputError
from scraper.memory import Learner, Memory, site_name
from scraper.records import Article, Failed, Outcome
from scraper.report import exit_code
from scraper.text import safe_for_terminal
from scraper.write.formats import plain_text

log = logging.getLogger("scraper")


@click.command(short_help="Clean local files.")
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--url", metavar="URL", help="The address of the page, where PATH is a single page or text.")
@click.option(
    "--kind", type=click.Choice(["html", "text", "jsonl"]),
    help="What the files hold. Default: recognised from content and name, file by file.",
)  # fmt: skip
@click.option(
    "--field", metavar="NAME", help="The field of a JSON line that holds text or HTML. Default: text, or else html."
)
@click.option(
    "--as", "as_what", type=click.Choice(["article"]), help="Make articles of JSON lines, too, instead of objects."
)
@click.option(
    "--jobs", type=click.IntRange(1, 1000), metavar="N", help="Processes that clean pages. Default: one a core."
)
@click.option(
    "--learn", is_flag=True,
    help="Read everything twice: learn first what each site (or folder) repeats, then take that out, too.",
)  # fmt: skip
@click.option(
    "--removed-only", is_flag=True,
    help="Write only what is taken out: a line for each line, with the id of the rule, a tab and the text.",
)  # fmt: skip
@output_options
@log_options
def clean(paths: tuple[str, ...], **options: Any) -> int:
    """Clean HTML pages, flattened text and JSON lines from files, folders (with all below them) and - (standard input).

    A page or a text becomes an article. A JSON line comes back as the same object, with the clean text in the place of
    the old one and a list `removed` of the lines that were taken out. In folders, files that hold none of the three are
    left out.

    \b
      scraper clean page.html --url https://news.example/story
      scraper clean saved-pages/ -o articles.jsonl
      scraper clean corpus.jsonl --field content > clean.jsonl
      scraper clean corpus.jsonl --learn --removed-only | sort | uniq -c | sort -rn | less
      curl -s https://news.example/story | scraper clean -
    """
    if not paths:
        raise click.UsageError("no path; name a file or a folder, or - for standard input")
    if options["url"] and (len(paths) > 1 or Path(paths[0]).is_dir()):
        raise click.UsageError("--url is the address of one page; name one file with it")
    if options["learn"] and "-" in paths:
        raise click.UsageError("--learn reads everything twice, and standard input can be read once; name a file")
    if options["removed_only"] and options["form"]:
        raise click.UsageError("--removed-only has a form of its own; leave --format out")
    settings = read_settings(options)
    if options["jobs"]:
        engine = msgspec.structs.replace(settings.engine, workers=options["jobs"])
        settings = msgspec.structs.replace(settings, engine=engine)
    # An object has no headings, links or author that Markdown could show.
    as_article = bool(options["as_what"]) or options["form"] == "markdown"
    cleaner = InputCleaner(settings, options["url"] or "", options["field"], as_article)
    if options["learn"]:
        memory, stopped = _learn(cleaner, InputReader(options["kind"], lambda _path: False).read(paths))
        if stopped:
            return exit_code(stopped)
        cleaner = replace(cleaner, memory=memory)
    form = "text" if options["removed_only"] else options["form"]
    with (
        closing(
            Workers(cleaner.clean, settings.engine, partial(warm_up, settings))
        ) as workers,  # first of all: it forks
        Outlet(options["output"], form, options["failures"]) as outlet,
        progress(None) as bar,
    ):
        inputs = InputReader(options["kind"], outlet.is_output).read(paths)
        codes = _write_all(inputs, workers, outlet, bar, _put_removed if options["removed_only"] else _put)
    return outlet.end(*codes)


def _learn(cleaner: InputCleaner, inputs: Iterable[Input | Failed]) -> tuple[Memory, set[int]]:
    """Return what the sites of the inputs repeat; and the exit code of a stop, if there was one."""
    learner = Learner()

    def take(outcome: Outcome | Cleaned) -> None:
        if isinstance(outcome, Cleaned):
            learner.add(outcome.site, outcome.text.split("\n"))
        elif isinstance(outcome, Article):
            learner.add(
                site_name(outcome.fetch.url_requested or "", outcome.fetch.source or ""), outcome.text.split("\n")
            )

    settings = cleaner.settings
    with closing(Workers(cleaner.clean, settings.engine, partial(warm_up, settings))) as workers:
        stopped = _each(inputs, workers, take)
    return learner.memory(), stopped


def _write_all(
    inputs: Iterable[Input | Failed],
    workers: Workers[Input, Outcome | Cleaned],
    outlet: Outlet,
    bar: Progress,
    put: Callable[[Outcome | Cleaned, Outlet], None],
) -> set[int]:
    """Take each input to its outcome; return the exit codes of a stop or of an output that broke."""
    broken: set[int] = set()

    def take(outcome: Outcome | Cleaned) -> None:
        try:
            outlet.drop() if broken else put(outcome, outlet)
        except (OutputError, BrokenPipeError) as error:
            outlet.drop()
            broken.add(broken_output_code(error))
        bar.advance(outlet.report)

    return _each(inputs, workers, take, broken) | broken


def _each(
    inputs: Iterable[Input | Failed],
    workers: Workers[Input, Outcome | Cleaned],
    take: Callable[[Outcome | Cleaned], None],
    broken: Collection[int] = (),
) -> set[int]:
    """Give the outcomes of all inputs to ``take``, until something is ``broken``; return the exit code of a stop."""
    with _raising_signals(), InOrder(workers, take) as line:
        try:
            for item in inputs:
                if broken:
                    break
                line.put(item, item.name, len(item.data)) if isinstance(item, Input) else line.put_result(item)
            else:
                line.finish()
        except KeyboardInterrupt as stop:
            log.warning("stopped by signal %d; what comes after the last input was not read", stop.args[0])
            return {128 + stop.args[0]}
    return set()


@contextmanager
def _raising_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt at SIGINT and SIGTERM, also out of a read that waits; leave the process at the second."""
    numbers = (signal.SIGINT, signal.SIGTERM)

    def stop(number: int, _frame: Any) -> None:
        for other in numbers:  # what is being ended may wait for a reader that never comes
            signal.signal(other, leave)
        raise KeyboardInterrupt(number)

    def leave(number: int, _frame: Any) -> None:
        os._exit(128 + number)

    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _put(outcome: Outcome | Cleaned, outlet: Outlet) -> None:
    if not isinstance(outcome, Cleaned):
        outlet.take(outcome)
    elif outlet.form == "text":
        outlet.put(plain_text(outcome.text))
    elif outlet.form == "json":
        outlet.put(msgspec.json.format(outcome.line.rstrip(b"\n"), indent=2) + b"\n")
    else:
        outlet.put(outcome.line)


def _put_removed(outcome: Outcome | Cleaned, outlet: Outlet) -> None:
    if isinstance(outcome, Article | Cleaned):
        outlet.put_lines(f"{item.rule}\t{safe_for_terminal(item.text)}" for item in outcome.removed)
    else:
        outlet.take(outcome)
