"""JSON that every reader takes: RFC 8259, UTF-8, one line a value, nothing in it that a terminal obeys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from scraper.text import unicode_only

# DEL, the controls of C1, the line and paragraph separators, the bidirectional controls: JSON allows them as they are,
# but `str.splitlines` cuts a record at some, and a terminal obeys others.
_RISKY = re.compile(rb"\x7f|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]")

# NUL, surrogates in pairs, surrogates alone, any other escape: in this order, each is matched as what it is.
_ESCAPES = re.compile(
    rb"(?P<nul>\\u0000)|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<alone>\\u[dD][89a-fA-F]..)|\\.", re.DOTALL
)

_encoder = msgspec.json.Encoder()


def json_line(value: Any) -> bytes:
    """Return ``value`` as JSON and a newline. NULs and lone surrogates become U+FFFD."""
    return _without_risks(_encoded(value)) + b"\n"


def object_line(fields: Mapping[str, Any]) -> bytes:
    """Return an object with values that are ``msgspec.Raw``: these stay as they are, NULs included."""
    return _without_risks(_encoder.encode(fields)) + b"\n"


def indented_json(value: Any) -> bytes:
    """Return ``value`` as JSON over several lines, for people."""
    return msgspec.json.format(_without_risks(_encoded(value)), indent=2) + b"\n"


def whole_surrogates(line: bytes) -> bytes:
    """Return JSON in which each escaped lone surrogate is U+FFFD instead."""
    return _ESCAPES.sub(lambda match: rb"\ufffd" if match.lastgroup == "alone" else match[0], line)


def _encoded(value: Any) -> bytes:
    try:
        data = _encoder.encode(value)
    except UnicodeEncodeError:
        data = _encoder.encode(_whole_strings(msgspec.to_builtins(value)))
    if b"\\u0000" in data:  # perhaps a NUL, perhaps an escaped backslash and "u0000"
        data = _ESCAPES.sub(lambda match: rb"\ufffd" if match.lastgroup else match[0], data)
    return data


def _whole_strings(value: Any) -> Any:
    if isinstance(value, str):
        return unicode_only(value)
    if isinstance(value, dict):
        return {unicode_only(key): _whole_strings(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_whole_strings(item) for item in value]
    return value


def _without_risks(data: bytes) -> bytes:
    return _RISKY.sub(_escaped, data)


def _escaped(match: re.Match[bytes]) -> bytes:
    return b"\\u%04x" % ord(match[0].decode())
