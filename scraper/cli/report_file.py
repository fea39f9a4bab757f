"""The file that a run reports to: only an earlier report gives way to it, and a device is written to as it is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from scraper.errors import OutputError
from scraper.write.append_file import write_failure
from scraper.write.replace_file import replace_file
from scraper.write.stream import write_all
from scraper.write.strict_json import json_line


class _Report(msgspec.Struct):
    exit_code: int
    sources: list[Any]


def check_report(path: Path) -> None:
    """Raise :class:`OutputError` where a run could not report to ``path``: called before it begins."""
    if _is_device(path):
        return
    if path.is_symlink():
        raise OutputError(f"{path}: is a symbolic link, which is not followed; name the file itself")
    try:
        if path.exists() and path.stat().st_size:
            msgspec.json.decode(path.read_bytes(), type=_Report)
        elif not path.parent.is_dir():
            raise OutputError(f"{path}: its folder is not there; make it")
    except OSError as error:
        raise write_failure(path, error) from error
    except msgspec.DecodeError as error:
        raise OutputError(f"{path}: is no report of a run, and is left as it is; name another file") from error


def write_report(path: Path, report: dict[str, Any]) -> None:
    """Write a report as one JSON object. Raises :class:`OutputError`."""
    if not _is_device(path):
        replace_file(path, json_line(report))
        return
    try:
        device = os.open(path, os.O_WRONLY | os.O_APPEND)
        try:
            write_all(device, json_line(report))
        finally:
            os.close(device)
    except OSError as error:
        raise write_failure(path, error) from error


def _is_device(path: Path) -> bool:
    """Tell a device or pipe, also by the names that the system has for standard output."""
    return path.parent == Path("/dev") or (path.exists() and not path.is_file() and not path.is_dir())
