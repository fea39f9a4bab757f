"""A progress bar on standard error, where that is a terminal that nothing else writes to."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from scraper.cli.logs import HANDLER
from scraper.report import Report
from scraper.text import safe_for_terminal

log = logging.getLogger("scraper")


class Progress:
    """Counts inputs; says nothing. The base of :class:`Bar`, used where there is no terminal."""

    def advance(self, report: Report) -> None:
        """Show that one more input is done."""

    def wait(self, why: str) -> None:
        """Say why nothing happens for a while."""
        log.info("%s", why)


class Bar(Progress):
    """A bar with the totals so far, and the last wait behind it."""

    def __init__(self, total: int | None) -> None:
        from tqdm import tqdm  # type: ignore[import-untyped]  # noqa: PLC0415 100 ms that only a terminal needs

        self.tqdm = tqdm(total=total, unit=" inputs", file=sys.stderr, dynamic_ncols=True, leave=False)

    def advance(self, report: Report) -> None:
        """Show that one more input is done."""
        counts = f"articles {report.articles}, failed {report.total('failed')}, deferred {report.total('deferred')}"
        self.tqdm.set_postfix_str(counts, refresh=False)
        self.tqdm.update()

    def wait(self, why: str) -> None:
        """Show it in the bar, until the next input is done."""
        self.tqdm.set_postfix_str(safe_for_terminal(why))

    def line(self, line: str) -> None:
        """Write a line above the bar."""
        self.tqdm.write(line, file=sys.stderr)


@contextmanager
def progress(total: int | None, *, alone: bool = False) -> Iterator[Progress]:
    """Show a bar if standard error is a terminal and standard output is not; a log that is quiet has none.

    ``alone``: nothing goes to standard output, whatever it is.
    """
    if not _has_terminal(alone) or not log.isEnabledFor(logging.INFO):
        yield Progress()
        return
    bar = Bar(total)
    HANDLER.show = bar.line
    try:
        yield bar
    finally:
        HANDLER.show = None
        bar.tqdm.close()


def _has_terminal(alone: bool) -> bool:
    # Where articles go to the same terminal, they are the progress.
    output = not alone and sys.stdout is not None and sys.stdout.isatty()
    return sys.stderr is not None and sys.stderr.isatty() and not output
