"""`scraper clean`: make articles of local files, without any network."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

import click
import msgspec

from scraper import pipeline
from scraper.cli.json_lines import Cleaned, LineCleaner, whole_lines
from scraper.cli.logs import log_options
from scraper.cli.options import output_options, read_settings
from scraper.cli.outlet import Outlet, broken_output_code
from scraper.cli.progress import progress
from scraper.config import Settings
from scraper.decode import decode
from scraper.engines.local import clean_guarded, guarded
from scraper.errors import OutputError
from scraper.records import Article, Failed, Outcome, Response, Target
from scraper.sources.files import STANDARD_INPUT, Kind, files_in, head_of, is_page, kind_of, standard_input, unreadable
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
    # An object has no headings, links or author that Markdown could show.
    as_article = bool(options["as_what"]) or options["form"] == "markdown"
    cleaner = _Cleaner(settings, options["url"], options["kind"], options["field"], as_article)
    with Outlet(options["output"], options["form"], options["failures"]) as outlet, progress(None) as bar:
        codes = set()
        try:
            with _raising_signals():
                for outcome in cleaner.clean(paths, outlet):
                    _write(outcome, outlet)
                    bar.advance(outlet.report)
        except (OutputError, BrokenPipeError) as error:
            outlet.drop()
            codes.add(broken_output_code(error))
        except KeyboardInterrupt as stop:
            log.warning("stopped by signal %d; what comes after the last input was not read", stop.args[0])
            codes.add(128 + stop.args[0])
    return outlet.end(*codes)


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


@dataclass(frozen=True)
class _Cleaner:
    settings: Settings
    url: str | None
    kind: Kind | None
    field: str | None
    as_article: bool

    def clean(self, paths: Iterable[str], outlet: Outlet) -> Iterator[Outcome | Cleaned]:
        """Yield the outcomes of all that the paths hold, in order."""
        for name in paths:
            if name == "-":
                yield from self._standard_input()
            elif Path(name).is_dir():
                for path in files_in(Path(name)):
                    yield from [path] if isinstance(path, Failed) else self._file(path, outlet, found=True)
            else:
                yield from self._file(Path(name), outlet)

    def _standard_input(self) -> Iterator[Outcome | Cleaned]:
        try:
            yield from self._read(standard_input(), STANDARD_INPUT)
        except OSError as error:
            yield unreadable(STANDARD_INPUT, error)

    def _file(self, path: Path, outlet: Outlet, *, found: bool = False) -> Iterator[Outcome | Cleaned]:
        """Yield the outcomes of a file; nothing for one that was ``found`` in a folder and is no page."""
        try:
            with path.open("rb") as stream:
                if outlet.is_output(path):
                    detail = "it is the output; name another file with -o"
                    yield Failed(url=str(path), reason="unreadable", detail=detail)
                elif not found or is_page(path.name, head_of(stream)):
                    yield from self._read(stream, str(path))
        except OSError as error:
            yield unreadable(str(path), error)

    def _read(self, stream: BufferedReader, name: str) -> Iterator[Outcome | Cleaned]:
        kind = self.kind or kind_of(name, head_of(stream))
        log.debug("%s: read as %s", name, kind)
        if kind == "jsonl":
            yield from LineCleaner(self.settings, name, self.field, self.as_article).clean(whole_lines(stream))
            return
        response = Response(target=Target(url=self.url or "", source=name), url=self.url or "", body=stream.read())
        outcome = clean_guarded([response], self.settings) if kind == "html" else self._text(response)
        yield outcome if isinstance(outcome, Article) else msgspec.structs.replace(outcome, url=name)

    def _text(self, response: Response) -> Outcome:
        def work() -> Outcome:
            text = decode(response).html
            return pipeline.clean_flat_text(text, self.url, self.settings, response.target.source)

        return guarded(response.url or response.target.source, work)


def _write(outcome: Outcome | Cleaned, outlet: Outlet) -> None:
    if not isinstance(outcome, Cleaned):
        outlet.take(outcome)
    elif outlet.form == "text":
        outlet.put(plain_text(outcome.text))
    elif outlet.form == "json":
        outlet.put(msgspec.json.format(outcome.line.rstrip(b"\n"), indent=2) + b"\n")
    else:
        outlet.put(outcome.line)
