"""The JSON lines file that articles are collected in."""

from __future__ import annotations

from pathlib import Path

import msgspec

from scraper.errors import OutputError
from scraper.records import SCHEMA_VERSION
from scraper.write.line_file import LineFile

# How each article begins: any 1.x, since later versions only add keys.
_START = f'{{"schema":"{SCHEMA_VERSION.split(".")[0]}.'.encode()


class _Fetch(msgspec.Struct):
    url_requested: str | None = None
    url_canonical: str | None = None


class _Addresses(msgspec.Struct):
    """The keys of an article that say which page it is."""

    url: str | None = None
    fetch: _Fetch = msgspec.field(default_factory=_Fetch)


def article_file(path: str | Path) -> LineFile:
    """Open a file to append articles to; see :class:`LineFile` for what it refuses."""
    return LineFile(path, _START)


def addresses_in(path: str | Path) -> set[str]:
    """Return every url that the articles of a file were asked for, came from or name as their own."""
    decoder = msgspec.json.Decoder(_Addresses)
    found: set[str | None] = set()
    try:
        with Path(path).open("rb") as lines:
            for line in lines:
                try:
                    article = decoder.decode(line)
                except msgspec.DecodeError:  # somebody changed the file by hand: one article may be fetched again
                    continue
                found |= {article.url, article.fetch.url_requested, article.fetch.url_canonical}
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be read ({error.strerror}); make it readable or name another file"
        ) from error
    return {url for url in found if url}
