"""`scraper clean`: make articles of local files, without any network."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
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
from scraper.engines.workers import Workers
from scraper.errors import OutputError
from scraper.records import Failed, Outcome
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
      curl -s https://news.example/story | scraper clean -
    """
    if not paths:
        raise click.UsageError("no path; name a file or a folder, or - for standard input")
    if options["url"] and (len(paths) > 1 or Path(paths[0]).is_dir()):
        raise click.UsageError("--url is the address of one page; name one file with it")
    settings = read_settings(
        options["settings_path"], languages=options["languages"], min_quality=options["min_quality"]
    )
    if options["jobs"]:
        engine = msgspec.structs.replace(settings.engine, workers=options["jobs"])
        settings = msgspec.structs.replace(settings, engine=engine)
    # An object has no headings, links or author that Markdown could show.
    as_article = bool(options["as_what"]) or options["form"] == "markdown"
    cleaner = InputCleaner(settings, options["url"] or "", options["field"], as_article)
    with (
        closing(Workers(cleaner.clean, settings.engine)) as workers,  # first of all: it forks
        Outlet(options["output"], options["form"], options["failures"]) as outlet,
        progress(None) as bar,
    ):
        inputs = InputReader(options["kind"], outlet.is_output).read(paths)
        codes = _clean(inputs, workers, outlet, bar)
    return outlet.end(*codes)


def _clean(
    inputs: Iterable[Input | Failed], workers: Workers[Input, Outcome | Cleaned], outlet: Outlet, bar: Progress
) -> set[int]:
    """Take each input to its outcome; return the exit codes of a stop or of an output that broke."""
    broken: set[int] = set()
    stopped: set[int] = set()

    def take(outcome: Outcome | Cleaned) -> None:
        try:
            outlet.drop() if broken else _write(outcome, outlet)
        except (OutputError, BrokenPipeError) as error:
            outlet.drop()
            broken.add(broken_output_code(error))
        bar.advance(outlet.report)

    with InOrder(workers, take) as line:
        try:
            with _raising_signals():
                for item in inputs:
                    if broken:
                        break
                    line.put(item, item.name, len(item.data)) if isinstance(item, Input) else line.put_result(item)
                else:
                    line.finish()
        except KeyboardInterrupt as stop:
            log.warning("stopped by signal %d; what comes after the last input was not read", stop.args[0])
            stopped.add(128 + stop.args[0])
    return broken | stopped


@contextmanager
def _raising_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt at SIGINT and SIGTERM, also out of a read that waits for input."""

    def stop(number: int, _frame: Any) -> None:
        raise KeyboardInterrupt(number)

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _write(outcome: Outcome | Cleaned, outlet: Outlet) -> None:
    if not isinstance(outcome, Cleaned):
        outlet.take(outcome)
    elif outlet.form == "text":
        outlet.put(plain_text(outcome.text))
    elif outlet.form == "json":
        outlet.put(msgspec.json.format(outcome.line.rstrip(b"\n"), indent=2) + b"\n")
    else:
        outlet.put(outcome.line)
