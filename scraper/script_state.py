"""The data that a page hands to its scripts, read without running any: state, payloads, streams.

JSON scripts; what is assigned to a variable (``__INITIAL_STATE__``, ``Fusion.globalContent``) as a literal, in quotes,
in ``JSON.parse("...")`` or as what a function returns whose arguments are strings (Nuxt 2); the array of numbered
values that Nuxt 3 writes (https://github.com/sveltejs/devalue); and the stream in which React sends its elements.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import msgspec

from scraper.literals import LiteralReader, json_in, string_at

MIN_CHARS = 200  # of a script that may hold a story
MAX_NODES = 200_000  # of values in which references are looked for

_KINDS = ("", "text/javascript", "application/javascript", "module")
_PUSHED = re.compile(r"(?:^|[;\s()=,])(?:self|window)\.__\w{1,40}(?:\s*\|\|\s*\[\]\s*\)?)?\.push\(\s*(?=\[)")
# Of an assignment, what is in front of the sign and from there on: a literal first is looked for ten times as fast.
_NAMED = re.compile(r"[\w\]]\s{0,9}\Z")
_NAMED_CHARS = 10
_ASSIGNED = re.compile(
    r"""=\s{0,9}\(?(?:(?P<value>[{\[])
    |JSON\.parse\(\s{0,9}(?:decodeURIComponent\(\s{0,9})?(?P<parsed>["'`])
    |(?P<quoted>["'`])(?=\s{0,9}(?:[{\[]|%7[bB]|%5[bB]))
    |function\s{0,9}\w{0,40}\((?P<names>[\w$,\s]*+)\)\s{0,9}\{)""",
    re.VERBOSE,
)
_RETURN = re.compile(r"\breturn\s{0,9}(?=[{\[])")
_CALL = re.compile(r"[\s;]*+\}[\s)]*+(?=\()")
# A row of React's stream: its number, then the size of a text, or letters that say what its JSON is.
_ROW = re.compile(rb"\s*([0-9a-f]+):(?:T([0-9a-f]{1,8}),|[A-Z]{0,2}(?=[\[{\"\w-]))")
_REFERENCE = re.compile(r"\$[L@]?([0-9a-f]{1,8})")
_WRAPPERS = frozenset("ShallowReactive Reactive ShallowRef Ref Island".split())


def states(tree: Any) -> Iterator[Any]:
    """Yield what a page holds as data, but for JSON-LD. Values may be shared and may hold themselves."""
    for value in _found(tree):
        if isinstance(value, dict):
            for cache in (value, *value.values()):
                if isinstance(cache, dict) and "ROOT_QUERY" in cache:
                    _replace(cache.values(), partial(_cached, cache=cache))
        yield value


def _cached(item: Any, cache: Mapping[str, Any]) -> Any:
    """Return the object that Apollo keeps under a key of its own, ``None`` where ``item`` refers to none."""
    key = item.get("__ref") if isinstance(item, dict) and len(item) == 1 else None
    return cache.get(key) if isinstance(key, str) else None


def _found(tree: Any) -> Iterator[Any]:
    reader = LiteralReader()
    streamed: list[str] = []
    for script in tree.iter("script") if tree is not None else ():
        text, kind = script.text or "", script.get("type") or ""
        if "json" in kind and "ld+json" not in kind:
            value = json_of(text)
            yield numbered(value) if script.get("id") == "__NUXT_DATA__" or _is_numbered(value) else value
        elif kind in _KINDS and text:
            pieces = list(_pushed(text, reader))
            streamed += pieces
            if not pieces and len(text) >= MIN_CHARS:
                yield from _assigned(text, reader)
    if streamed:  # a row that was too long for one piece goes on in the next
        yield from _rows("".join(streamed).encode("utf-8", "replace"))


def json_of(text: str) -> Any:
    """Return a value in JSON, ``None`` for what is none."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _pushed(text: str, reader: LiteralReader) -> Iterator[str]:
    place = 0 if ".push(" in text else len(text)
    while found := _PUSHED.search(text, place):
        value, place = reader.read(text, found.end())
        if isinstance(value, list):
            yield from (piece for piece in value if isinstance(piece, str))


def _assigned(text: str, reader: LiteralReader) -> Iterator[Any]:
    place = 0
    last = 0
    while found := _ASSIGNED.search(text, place):
        if not _NAMED.search(text, max(last, found.start() - _NAMED_CHARS), found.start()):
            place = found.start() + 1
            continue
        if found["value"]:
            value, place = reader.read(text, found.start("value"))
        elif found["names"] is not None:
            value, place = _returned(text, found, reader)
        else:
            held, place = string_at(text, found.start("parsed" if found["parsed"] else "quoted"))
            value = json_in(held, reader)
        last = place
        if isinstance(value, (dict, list)):
            yield value


def _returned(text: str, found: re.Match[str], reader: LiteralReader) -> tuple[Any, int]:
    """Return what a function returns that is called where it stands, its arguments in their places."""
    start = _RETURN.search(text, found.end())
    if start is None:
        return None, len(text)
    value, end = reader.read(text, start.end())
    call = _CALL.match(text, end)
    if call is None:
        return value, end
    given, end = reader.read_arguments(text, call.end())
    names = [name.strip() for name in found["names"].split(",")]
    value, _ = reader.read(text, start.end(), dict(zip(names, given, strict=False)))
    return value, end


def _rows(stream: bytes) -> Iterator[Any]:
    """Yield the values of a stream as React writes it: lines ``ID:JSON``, and ``ID:TSIZE,`` with that many bytes."""
    place = 0
    rows: dict[str, Any] = {}
    while row := _ROW.match(stream, place):
        if row[2]:
            place = row.end() + int(row[2], 16)
            value: Any = stream[row.end() : place].decode("utf-8", "replace")
        else:
            place = stream.find(b"\n", row.end()) + 1 or len(stream) + 1
            value = json_of(stream[row.end() : place - 1].decode("utf-8", "replace"))
        rows[row[1].decode()] = value
    if place == 0:  # another framework's
        yield stream.decode("utf-8", "replace")
    _replace(rows.values(), partial(_row_of, rows=rows))
    yield from rows.values()


def _row_of(item: Any, rows: Mapping[str, Any]) -> Any:
    reference = _REFERENCE.fullmatch(item) if isinstance(item, str) else None
    return rows.get(reference[1]) if reference else None


def _replace(values: Iterable[Any], meant_by: Callable[[Any], Any]) -> None:
    """Put what is meant in the places of references to it, anywhere in ``values``."""
    waiting = [value for value in values if isinstance(value, (dict, list))]
    seen: set[int] = set()
    while waiting and len(seen) < MAX_NODES:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        of_element = isinstance(value, list) and value[:1] == ["$"]
        for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
            if of_element and key == 1:
                continue  # what kind of element it is
            meant = meant_by(item)
            if meant is not None:
                value[key] = meant
            elif isinstance(item, (dict, list)):
                waiting.append(item)


def _is_numbered(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else None
    return isinstance(first, list) and bool(first) and isinstance(first[0], str) and first[0] in _WRAPPERS


def numbered(values: Any) -> Any:
    """Return the value that an array of numbered values stands for, as far as it is one."""
    if not isinstance(values, list):
        return values
    whole: list[Any] = [{} if isinstance(value, dict) else [] if isinstance(value, list) else value for value in values]

    def at(place: Any) -> Any:
        return whole[place] if type(place) is int and 0 <= place < len(whole) else None

    for value, built in zip(values, whole, strict=True):
        if isinstance(value, dict):
            built.update((key, at(place)) for key, place in value.items())
        elif isinstance(value, list):
            has_type = bool(value) and isinstance(value[0], str)  # ["Reactive", 1], ["Date", "2026-..."]
            built.extend(map(at, value[1:] if has_type else value))
    return whole[0] if whole else None
