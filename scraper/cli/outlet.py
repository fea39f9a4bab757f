"""Where outcomes go: articles to the output, others to standard error and the failures file, all into the totals."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from scraper.errors import OutputError
from scraper.records import Article, Deferred, Failed, Outcome, Skipped
from scraper.report import Report, exit_code, outcome_line
from scraper.write.articles import article_file
from scraper.write.failures import failure_file, failure_record
from scraper.write.formats import FORMATS, SEPARATORS
from scraper.write.line_file import LineFile
from scraper.write.stream import write_out

log = logging.getLogger("scraper")


class Outlet:
    """Opens the files at once, so that a run that cannot write does not start."""

    def __init__(self, output: Path | None, form: str | None, failures: Path | None) -> None:
        to_file = output is not None and str(output) != "-"
        self.form = form or ("json" if not to_file and _is_terminal() else "jsonl")
        self.report = Report()
        self._failures = failure_file(failures) if failures else None
        self._output: LineFile | None = None
        if output is not None and to_file:
            self._output = article_file(output) if self.form == "jsonl" else LineFile(output, None)
        self._separator = b""

    def take(self, outcome: Outcome) -> None:
        """Write and count the outcome of one input."""
        if isinstance(outcome, Article):
            self.put(FORMATS[self.form](outcome))
        else:
            self._tell(outcome)
            self.report.count(outcome)

    def put(self, data: bytes) -> None:
        """Write and count an input that came out, in its written form."""
        data, self._separator = self._separator + data, SEPARATORS[self.form]
        self._append(data)
        self.report.count_article()

    def put_lines(self, lines: Iterable[str]) -> None:
        """Write lines about an input that came out, perhaps none, and count it."""
        for line in lines:
            self._append(f"{line}\n".encode())
        self.report.count_article()

    def _append(self, data: bytes) -> None:
        if self._output:
            self._output.append_line(data)
        else:
            write_out(data)

    def drop(self, url: str = "") -> None:
        """Count an input whose outcome could not be written."""
        self.report.count(Deferred(url=url, reason="interrupted"))

    def _tell(self, outcome: Skipped | Failed | Deferred) -> None:
        # A run that was stopped leaves thousands of them; the totals and the failures file have them all.
        if outcome.reason != "interrupted":
            log.log(logging.INFO if isinstance(outcome, Skipped) else logging.WARNING, "%s", outcome_line(outcome))
        if self._failures:
            self._failures.append(failure_record(outcome))

    def end(self, *codes: int) -> int:
        """Say the totals and return the exit code; ``codes`` apply besides those of the outcomes."""
        code = exit_code({*codes, *self.report.codes()})
        # Also when quiet: the reasons in it are all that such a run says of pages that were skipped.
        log.log(logging.WARNING if code else logging.INFO, "%s", self.report.line())
        return code

    def is_output(self, path: Path) -> bool:
        """Tell whether ``path`` is the file that articles are written to."""
        return self._output is not None and self._output.path.samefile(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in (self._output, self._failures):
            if file:
                file.close()


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def broken_output_code(error: OutputError | BrokenPipeError) -> int:
    """Say why nothing more can be written and return the exit code for it."""
    if isinstance(error, BrokenPipeError):
        return 128 + 13  # the reader has enough, as with `head`: end as if by SIGPIPE
    log.error("%s", error)
    return 5
