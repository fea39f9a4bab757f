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


class Addresses(msgspec.Struct):
    """The keys of an article that say which page it is. Decode a line into it where the rest is not asked for."""

    url: str | None = None
    fetch: _Fetch = msgspec.field(default_factory=_Fetch)

    def named(self) -> set[str]:
        """Return every url that the article was asked for, came from or names as its own."""
        return {url for url in (self.url, self.fetch.url_requested, self.fetch.url_canonical) if url}


def article_file(path: str | Path) -> LineFile:
    """Open a file to append articles to; see :class:`LineFile` for what it refuses."""
    return LineFile(path, _START)


def addresses_in(path: str | Path) -> set[str]:
    """Return every url that the articles of a file were asked for, came from or name as their own."""
    decoder = msgspec.json.Decoder(Addresses)
    found: set[str] = set()
    try:
        with Path(path).open("rb") as lines:
            for line in lines:
                try:
                    found |= decoder.decode(line).named()
                except msgspec.DecodeError:  # somebody changed the file by hand: one article may be fetched again
                    continue
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be read ({error.strerror}); make it readable or name another file"
        ) from error
    return found
