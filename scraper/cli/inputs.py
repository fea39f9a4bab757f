"""What `scraper clean` finds in files, folders and standard input, and what becomes of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

import msgspec

from scraper import pipeline
from scraper.cli.json_lines import Cleaned, LineCleaner, numbered_lines
from scraper.config import Settings
from scraper.decode import decode
from scraper.engines.local import clean_guarded, guarded
from scraper.memory import Memory
from scraper.records import Article, Failed, Outcome, Response, Target
from scraper.sources.files import STANDARD_INPUT, Kind, files_in, head_of, is_page, kind_of, standard_input, unreadable

log = logging.getLogger("scraper")


@dataclass(frozen=True)
class Input:
    """A page, a text or a JSON line."""

    name: str  # of the file; of a line also its number
    source: str  # name of the file
    kind: Kind
    data: bytes


@dataclass(frozen=True)
class InputReader:
    """Reads inputs; ``is_output`` knows the file that articles are written to."""

    kind: Kind | None  # None: recognised file by file
    is_output: Callable[[Path], bool]

    def read(self, paths: Iterable[str]) -> Iterator[Input | Failed]:
        """Yield all that the paths hold, in order."""
        for name in paths:
            if name == "-":
                yield from self._standard_input()
            elif Path(name).is_dir():
                for path in files_in(Path(name)):
                    yield from [path] if isinstance(path, Failed) else self._file(path, found=True)
            else:
                yield from self._file(Path(name))

    def _standard_input(self) -> Iterator[Input | Failed]:
        try:
            yield from self._inputs(standard_input(), STANDARD_INPUT)
        except OSError as error:
            yield unreadable(STANDARD_INPUT, error)

    def _file(self, path: Path, *, found: bool = False) -> Iterator[Input | Failed]:
        """Yield what a file holds; nothing for one that was ``found`` in a folder and is no page."""
        try:
            with path.open("rb") as stream:
                if self.is_output(path):
                    detail = "it is the output; name another file with -o"
                    yield Failed(url=str(path), reason="unreadable", detail=detail)
                elif not found or is_page(path.name, head_of(stream)):
                    yield from self._inputs(stream, str(path))
        except OSError as error:
            yield unreadable(str(path), error)

    def _inputs(self, stream: BufferedReader, name: str) -> Iterator[Input]:
        kind = self.kind or kind_of(name, head_of(stream))
        log.debug("%s: read as %s", name, kind)
        if kind == "jsonl":
            for number, line in numbered_lines(stream):
                yield Input(f"{name}:{number}", name, kind, line)
        else:
            yield Input(name, name, kind, stream.read())


@dataclass(frozen=True)
class InputCleaner:
    """Cleans inputs, each by itself; it runs in the workers."""

    settings: Settings
    url: str
    field: str | None  # of a JSON line
    as_article: bool
    memory: Memory | None = None

    def clean(self, item: Input) -> Outcome | Cleaned:
        """Return what becomes of an input; one that gives no article goes by its name."""
        if item.kind == "jsonl":
            lines = LineCleaner(self.settings, item.source, self.field, self.as_article, self.memory)
            return lines.clean(item.data, item.name)
        response = Response(target=Target(url=self.url, source=item.source), url=self.url, body=item.data)
        outcome = clean_guarded([response], self.settings, self.memory) if item.kind == "html" else self._text(response)
        return outcome if isinstance(outcome, Article) else msgspec.structs.replace(outcome, url=item.name)

    def _text(self, response: Response) -> Outcome:
        def work() -> Outcome:
            text = decode(response).html
            source = response.target.source
            return pipeline.clean_flat_text(text, self.url or None, self.settings, source, self.memory)

        return guarded(response.url or response.target.source, work)
