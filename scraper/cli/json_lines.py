"""Clean the objects of a JSON lines file: each comes back as it was, but for its text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import msgspec

from scraper import pipeline
from scraper.config import Settings
from scraper.engines.local import clean_guarded, guarded
from scraper.memory import Memory, site_name
from scraper.records import Article, Failed, Outcome, Removed, Response, Skipped, Target
from scraper.sources.files import HEAD_BYTES, kind_of
from scraper.write.strict_json import object_line, whole_surrogates

_INDENTED = re.compile(rb"\s*[\[{]\s*\n")
_NULL = msgspec.Raw(b"null")
_NULLS = (_NULL, msgspec.Raw(b'""'))


@dataclass(frozen=True)
class Cleaned:
    """An object that comes back, as a line, the text in it, and what was taken out of that."""

    line: bytes
    text: str
    removed: tuple[Removed, ...]
    site: str


@dataclass(frozen=True)
class LineCleaner:
    """Cleans lines of one file."""

    settings: Settings
    source: str
    field: str | None  # None: text, or else html
    as_article: bool
    memory: Memory | None = None

    def clean(self, line: bytes, place: str) -> Outcome | Cleaned:
        """Return what becomes of a line; ``place`` is what it goes by where it gives no article."""
        return self._named(self._line(line), place)

    def _named(self, outcome: Outcome | Cleaned, place: str) -> Outcome | Cleaned:
        """Say where it stands, also of a page whose address is known: that line is what a person looks for."""
        if isinstance(outcome, Article | Cleaned):
            return outcome
        detail = outcome.detail if outcome.url in ("", self.source) else f"{outcome.url}: {outcome.detail}"
        return msgspec.structs.replace(outcome, url=place, detail=detail)

    def _line(self, line: bytes) -> Outcome | Cleaned:
        try:
            fields = _fields(line)
            name = self.field or _field(fields)
            value = _string(fields, name)
            url = _string(fields, "url") if bytes(fields.get("url", _NULL)).startswith(b'"') else ""
        except ValueError as error:
            return Failed(url="", reason="damaged", detail=str(error))
        if name == "html" or (name != "text" and kind_of("", value[:HEAD_BYTES].encode()) == "html"):
            return self._html(fields, value, url)
        return self._text(fields, name, value, url)

    def _html(self, fields: dict[str, msgspec.Raw], html: str, url: str) -> Outcome | Cleaned:
        target = Target(url=url, source=self.source)
        header = {"content-type": "text/html; charset=utf-8"}
        response = Response(target=target, url=url, headers=header, body=html.encode())
        outcome = clean_guarded([response], self.settings, self.memory)
        if self.as_article or not isinstance(outcome, Article):
            return outcome
        return _cleaned(fields, "text", outcome.text, outcome.removed, self._site(url))

    def _text(self, fields: dict[str, msgspec.Raw], name: str, text: str, url: str) -> Outcome | Cleaned:
        if self.as_article:
            return guarded(
                url or self.source,
                lambda: pipeline.clean_flat_text(text, url or None, self.settings, self.source, self.memory),
            )
        result = guarded(
            url or self.source,
            lambda: pipeline.clean_text(text, url or None, self.settings, self.source, self.memory),
        )
        if isinstance(result, Skipped | Failed):
            return result
        if not result.text.strip():
            return Skipped(url=url, reason="no_text")
        return _cleaned(fields, name, result.text, result.removed, self._site(url))

    def _site(self, url: str) -> str:
        return site_name(url, self.source)


def numbered_lines(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank with their numbers; of a file that is one indented value, that value."""
    rest = iter(lines)
    first = next(rest, b"").removeprefix(b"\xef\xbb\xbf")
    if _INDENTED.match(first):
        first += b"".join(rest)
    for number, line in enumerate(chain([first], rest), 1):
        if line.strip():
            yield number, line


def _fields(line: bytes) -> dict[str, msgspec.Raw]:
    """Return the object's values as they are written; raise :class:`ValueError` that says what is wrong."""
    try:
        line.decode()
        fields = msgspec.json.decode(whole_surrogates(line), type=dict[str, msgspec.Raw])
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8; convert it") from None
    except msgspec.ValidationError:
        raise ValueError("is no JSON object; give one object a line") from None
    except (msgspec.DecodeError, RecursionError) as error:
        what = str(error).removeprefix("JSON is malformed: ").lower()
        raise ValueError(f"is no JSON: {what}; give one object a line") from None
    if "removed" in fields and not bytes(fields["removed"]).startswith(b"["):
        raise ValueError("its key removed is no list and would be lost; rename it")
    return fields


def _field(fields: dict[str, msgspec.Raw]) -> str:
    """Return the field that holds text or HTML: text, or html where text has nothing to clean."""
    empty = _NULLS if "html" in fields else _NULLS[:1]
    return "html" if fields.get("text", _NULL) in empty else "text"


def _string(fields: dict[str, msgspec.Raw], name: str) -> str:
    """Return a field's text, ``""`` for null; raise :class:`ValueError` where there is none."""
    if name not in fields:
        raise ValueError(f"has no field {name}, but {', '.join(fields) or 'none at all'}; choose one with --field")
    try:
        return (msgspec.json.decode(fields[name], type=str | None) or "").replace("\0", "")
    except msgspec.ValidationError:
        raise ValueError(f"its field {name} is no string; choose another with --field") from None


def _cleaned(fields: dict[str, msgspec.Raw], name: str, text: str, removed: Iterable[Removed], site: str) -> Cleaned:
    """Return the object with the text in its place, and what was removed added to what earlier passes removed."""
    earlier = msgspec.json.decode(fields["removed"], type=list[msgspec.Raw]) if "removed" in fields else []
    line = object_line({**fields, name: text, "removed": [*earlier, *removed]})
    return Cleaned(line, text, tuple(removed), site)
