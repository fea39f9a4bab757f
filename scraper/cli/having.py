"""Read what somebody has already: addresses, one a line, or JSON lines with the address of each article."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from scraper.errors import ConfigError, StateError
from scraper.records import Failed, Target
from scraper.sources.files import head_of, kind_of
from scraper.sources.url_lists import listed_targets
from scraper.urls import problem
from scraper.write.segment_file import lines_of

_COMPRESSED = (".gz", ".zst")


class Having(msgspec.Struct, frozen=True):
    """The addresses of one article: the one it goes by first."""

    names: list[str]


class _Fetch(msgspec.Struct):
    url_requested: str | None = None
    url_canonical: str | None = None


class _Line(msgspec.Struct):
    """The keys that hold addresses: ours, and those that other tools write."""

    url: str | None = None
    link: str | None = None
    source: Any = None  # of trafilatura the address; elsewhere it may be anything
    requested_url: str | None = None
    responded_url: str | None = None
    fetch: _Fetch = msgspec.field(default_factory=_Fetch)


def havings_in(path: Path) -> Iterator[Having | Failed]:
    """Yield what each line of a file names, or what is wrong with it. Raises :class:`ConfigError` for no such file."""
    try:
        with path.open("rb") as stream:
            if path.suffix in _COMPRESSED or kind_of(path.name, head_of(stream)) == "jsonl":
                yield from _in_json_lines(path)
                return
            for found in listed_targets(stream, str(path)):
                yield Having([found.url]) if isinstance(found, Target) else found
    except (OSError, StateError) as error:
        what = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(f"{path}: cannot be read ({what}); give a file of addresses or of JSON lines") from error


def _in_json_lines(path: Path) -> Iterator[Having | Failed]:
    decoder = msgspec.json.Decoder(_Line)
    for number, line in enumerate(lines_of(path), 1):
        if not line.strip():
            continue
        where = f"{path}, line {number}: "
        try:
            found = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield Failed(url="", reason="damaged", detail=f"{where}{error}")
            continue
        fetch = found.fetch
        source = found.source if isinstance(found.source, str) else None
        names = [found.url, found.link, source, found.responded_url, found.requested_url, fetch.url_requested]
        usable = [name for name in (*names, fetch.url_canonical) if name and problem(name) is None]
        yield Having(usable) if usable else Failed(url="", reason="bad_url", detail=where + "has no address as `url`")
