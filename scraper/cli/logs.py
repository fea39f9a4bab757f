"""What goes to standard error: one line a message, plain or as JSON, safe for a terminal."""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from scraper.text import safe_for_terminal
from scraper.write.strict_json import json_line


class PlainLines(logging.Formatter):
    """The message; of a bug also its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return lines with nothing in them that a terminal obeys."""
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
            return "\n".join(map(safe_for_terminal, text.split("\n")))
        return safe_for_terminal(text)


class JsonLines(logging.Formatter):
    """An object with time, level, message and, of a bug, its traceback; of a run's last line, its report."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        if hasattr(record, "report"):
            line["report"] = record.report
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json_line(line).decode().rstrip("\n")


class StandardError(logging.Handler):
    """Writes to whatever standard error is now; that it is closed or full is no reason to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.show: Callable[[str], object] | None = None  # set while a progress bar must be moved out of the way

    def emit(self, record: logging.LogRecord) -> None:
        """Write one message."""
        line = self.format(record)
        try:
            if self.show:
                self.show(line)
            elif sys.stderr is not None:
                sys.stderr.write(line + "\n")
                sys.stderr.flush()
        except (OSError, ValueError):  # ValueError: the file is closed
            pass


HANDLER = StandardError()


def set_up_logging(*, quiet: bool = False, verbose: bool = False, as_json: bool = False) -> None:
    """Decide what of the program's messages is shown, and how. Other packages are heard from warnings on."""
    HANDLER.setFormatter(JsonLines() if as_json else PlainLines())
    logging.basicConfig(handlers=[HANDLER], level=logging.WARNING, force=True)
    level = logging.DEBUG if verbose else logging.WARNING if quiet else logging.INFO
    logging.getLogger("scraper").setLevel(level)
    # What libraries remark about a page's mark-up is of use to nobody but who looks for a bug.
    logging.captureWarnings(capture=True)
    logging.getLogger("py.warnings").setLevel(logging.WARNING if verbose else logging.ERROR)


def log_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say how much it tells."""

    @click.option("-q", "--quiet", is_flag=True, help="Say only what failed; after a good run say nothing.")
    @click.option("-v", "--verbose", is_flag=True, help="Say more: each page as it is taken up and read.")
    @click.option("--json-log", is_flag=True, help="Write the lines on standard error as JSON.")
    @functools.wraps(command)
    def with_logging(*args: Any, quiet: bool, verbose: bool, json_log: bool, **options: Any) -> Any:
        set_up_logging(quiet=quiet, verbose=verbose, as_json=json_log)
        return command(*args, **options)

    return with_logging
