"""A file of JSON lines that is only ever added to: every record in it is whole, and it is ours."""

from __future__ import annotations

import os
from typing import Any

import msgspec

from scraper.write.append_file import AppendFile
from scraper.write.stream import write_all
from scraper.write.strict_json import json_line

# Read at once while looking for the start of the last line; a record has some 20 KB.
_STEP = 64 * 1024


class LineFile(AppendFile):
    """An :class:`AppendFile` of records.

    A crash can tear the last line. On opening, a last line without its newline is cut off if it is no whole JSON value,
    and gets its newline if it is.
    """

    def append(self, record: Any) -> None:
        """Add one record. Where that fails no part of it stays in the file."""
        self.add(json_line(record))

    def append_line(self, line: bytes) -> None:
        """Add bytes that are whole lines already."""
        self.add(line)

    def _repair(self) -> None:
        """Cut off a torn last line, or end a whole one."""
        end = os.lseek(self._file, 0, os.SEEK_END)
        begin = _last_line(self._file, end)
        if begin == end:
            return
        if _is_whole(os.pread(self._file, end - begin, begin)):
            write_all(self._file, b"\n")
        else:
            os.ftruncate(self._file, begin)


def _last_line(file: int, end: int) -> int:
    """Return the offset behind the last newline before ``end``."""
    at = end
    while at > 0:
        step = min(_STEP, at)
        found = os.pread(file, step, at - step).rfind(b"\n")
        if found >= 0:
            return at - step + found + 1
        at -= step
    return 0


def _is_whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        return False
    return True
