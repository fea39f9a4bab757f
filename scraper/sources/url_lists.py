"""Read lists of urls: one a line, blank lines and lines that begin with ``#`` left out."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, cast

from scraper.records import Failed, Target
from scraper.urls import MAX_URL_CHARS, problem

ARGUMENTS = "arguments"

# What of a line that cannot be a url is shown.
_SHOWN_CHARS = 200


def listed_targets(stream: BinaryIO, source: str) -> Iterator[Target | Failed]:
    """Yield each url of a list, or what is wrong with it. Reads lazily; any line ends, a BOM is heeded."""
    for number, line in enumerate(_lines(stream), 1):
        url = line.strip()
        if url and not url.startswith("#"):
            yield _target(url, source, f"{source}, line {number}: ")


def named_targets(urls: Iterable[str]) -> Iterator[Target | Failed]:
    """Yield the urls of a command line, or what is wrong with them."""
    for url in urls:
        yield _target(url.strip(), ARGUMENTS, "")


def _target(url: str, source: str, where: str) -> Target | Failed:
    wrong = problem(url)
    if wrong is None:
        return Target(url=url, source=source)
    shown = url if len(url) <= _SHOWN_CHARS else url[:_SHOWN_CHARS] + "…"
    return Failed(url=shown, reason="bad_url", detail=where + wrong)


def _lines(stream: BinaryIO) -> Iterator[str]:
    """Yield lines, of an endless one only the beginning."""
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, stream))
    text = io.TextIOWrapper(buffered, encoding=_encoding(buffered), errors="surrogateescape")
    while line := text.readline(MAX_URL_CHARS + 2):
        beginning = line
        while len(line) == MAX_URL_CHARS + 2 and not line.endswith("\n"):
            line = text.readline(MAX_URL_CHARS + 2)
        yield beginning
    text.detach()


def _encoding(stream: io.BufferedReader) -> str:
    """Return UTF-16 where a BOM says so (Windows editors call it Unicode), else UTF-8 with or without a BOM."""
    return "utf-16" if stream.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
