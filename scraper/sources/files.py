"""Find the local files to clean, and tell what each one holds."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Literal, cast

from scraper.records import Failed

Kind = Literal["html", "text", "jsonl"]

STANDARD_INPUT = "standard input"

# How much of a file is looked at; a page declares itself within its first kilobytes.
HEAD_BYTES = 4096

_KINDS: dict[str, Kind] = {
    **dict.fromkeys((".html", ".htm", ".xhtml", ".shtml"), "html"),
    **dict.fromkeys((".txt", ".text"), "text"),
    **dict.fromkeys((".jsonl", ".ndjson"), "jsonl"),
}
# A text that begins with a tag, a comment or a declaration.
_HTML = re.compile(rb"\s*<(!--|!doctype\b|\?xml\b|[a-z][a-z0-9]*[\s/>])", re.IGNORECASE)
_ADDRESS = re.compile(r"https?:/", re.IGNORECASE)  # a path has one slash where an address has two
_JSON = re.compile(rb'\s*(\[\s*)?\{\s*"')


def files_in(folder: Path) -> Iterator[Path | Failed]:
    """Yield the regular files below a folder in the order of their names; hidden ones and linked folders left out."""
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError as error:
        yield unreadable(str(folder), error)
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from files_in(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)


def standard_input() -> BufferedReader:
    """Return standard input as bytes; raise :class:`OSError` where it is closed."""
    if sys.stdin is None:
        raise OSError(errno.EBADF, "it is closed")
    return cast(BufferedReader, sys.stdin.buffer)


def unreadable(name: str, error: OSError) -> Failed:
    """Return the outcome of a file that cannot be read."""
    if isinstance(error, FileNotFoundError) and _ADDRESS.match(name):
        return Failed(url=name, reason="unreadable", detail="it is an address; `scraper get` fetches pages")
    advice = {
        FileNotFoundError: "check the path",
        PermissionError: "change its permissions",
        IsADirectoryError: "name a file",
    }.get(type(error))
    what = (error.strerror or str(error)).lower()
    return Failed(url=name, reason="unreadable", detail=f"{what}; {advice}" if advice else what)


def head_of(stream: BufferedReader) -> bytes:
    """Return the beginning of a file without moving on in it."""
    return stream.peek(HEAD_BYTES)[:HEAD_BYTES]


def kind_of(name: str, head: bytes) -> Kind:
    """Return what a file holds, from its content and its name; what looks like nothing else is text."""
    kind = _KINDS.get(Path(name).suffix.lower())
    return kind if kind in ("html", "jsonl") else _kind_by_content(head) or "text"


def is_page(name: str, head: bytes) -> bool:
    """Tell whether a file that was found in a folder is one to clean, and not a picture or a script beside one.

    JSON is known by its name only: a single object beside pages is settings or notes.
    """
    return Path(name).suffix.lower() in _KINDS or _kind_by_content(head) == "html"


def _kind_by_content(head: bytes) -> Kind | None:
    ascii_part = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe").replace(b"\0", b"")  # UTF-16, too
    if _HTML.match(ascii_part):
        return "html"
    return "jsonl" if _JSON.match(ascii_part) else None
