"""Read values that JavaScript writes as literals, without running any of it.

A tolerant reader: keys without quotes, three kinds of quotes, comments, trailing commas and ``!0`` are read; what has
to be computed (calls, functions, sums) is passed over and counts as ``None``. No library: chompjs 1.3 (MIT, 2026)
reads objects as well, but knows no names, and Nuxt hands its strings to a function as arguments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from scraper.text import unicode_only

MAX_DEPTH = 100
MAX_TOKENS = 400_000  # of all that one reader reads: about a second

# No quantifier gives back what it took, so that reading is linear whatever comes.
_LITERAL_TOKEN = re.compile(
    r"""(?:[\s\ufeff]++|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z))*+(?:
    (?P<string>"(?:[^"\\]++|\\.)*+"|'(?:[^'\\]++|\\.)*+'|`(?:[^`\\]++|\\.)*+`)
    |(?P<number>-?(?:0[xX][\da-fA-F]++|(?:\d++(?:\.\d*+)?+|\.\d++)(?:[eE][+-]?\d++)?+))
    |(?P<name>[\w$]++)
    |(?P<mark>[^\s"'`])
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u\{([\da-fA-F]{1,6})\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_WORDS = {"true": True, "false": False}
_OPENING, _CLOSING = "([{", ")]}"
_JSON = json.JSONDecoder(strict=False)


class LiteralReader:
    """Reads literals of one page, until it has read :data:`MAX_TOKENS`. It never raises."""

    def __init__(self) -> None:
        self._left = MAX_TOKENS

    def read(self, text: str, start: int, names: Mapping[str, Any] | None = None) -> tuple[Any, int]:
        """Return the value at ``start`` and where it ends; what is broken ends there, as far as it was read.

        ``names`` are values that stand for themselves.
        """
        try:
            return _JSON.raw_decode(text, start)
        except (ValueError, RecursionError):
            pass
        reading = _Reading(text, start, names or {}, self._left)
        value = reading.value(MAX_DEPTH)
        self._left = reading.left
        return value, max(reading.place, start + 1)

    def read_arguments(self, text: str, start: int) -> tuple[list[Any], int]:
        """Return the arguments in the round brackets that open at ``start``, and where they end."""
        reading = _Reading(text, start + 1, {}, self._left)
        values = reading.list_to(")", MAX_DEPTH)
        self._left = reading.left
        return values, reading.place


def string_at(text: str, start: int) -> tuple[str, int]:
    """Return the string whose quotes open at ``start``, and where it ends; of a broken one nothing."""
    token = _LITERAL_TOKEN.match(text, start)
    return (_string(token["string"]), token.end()) if token and token["string"] else ("", len(text))


def json_in(text: str, reader: LiteralReader) -> Any:
    """Return the value that a string holds as JSON, or as percent-encoded JSON."""
    text = text.strip()
    if text[:1] == "%":
        text = unquote(text)
    return reader.read(text, 0)[0] if text[:1] in ("{", "[") else None


class _Reading:
    """One way through a text."""

    def __init__(self, text: str, start: int, names: Mapping[str, Any], left: int) -> None:
        self.place = start
        self.left = left
        self._text = text
        self._names = names

    def value(self, depth: int) -> Any:
        """Read an expression up to the mark that ends it, which stays; ``None`` for what is no literal."""
        token = self._next()
        if token is None:
            return None
        if token["string"]:
            found: Any = _string(token["string"])
        elif token["number"]:
            found = _number(token["number"])
        elif token["name"]:
            found = self._names.get(token["name"], _WORDS.get(token["name"]))
        elif token["mark"] == "!" and (digit := self._next()):
            found = digit["number"] == "0"
        elif token["mark"] in ("{", "[") and depth > 0:
            found = self._object(depth) if token["mark"] == "{" else self.list_to("]", depth)
        else:
            self.place = token.start("mark")
            found = None
        self._pass_over()
        return found

    def list_to(self, closing: str, depth: int) -> list[Any]:
        """Read what stands between commas, and the mark that closes it."""
        found: list[Any] = []
        while (mark := self._peek()) != closing:
            if mark == ",":
                self._next()
            elif mark in ("", ")", "]", "}", ";"):
                return found
            else:
                found.append(self.value(depth - 1))
        self._next()
        return found

    def _object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while (token := self._next()) and token["mark"] != "}":
            if token["mark"] == ",":
                continue
            key = _string(token["string"]) if token["string"] else token[token.lastgroup or 0]
            if self._peek() == ":":
                self._next()
                found[key] = self.value(depth - 1)
            elif token["name"]:  # a key that is the name of its value, or a method
                found[key] = self._names.get(key)
                self._pass_over()
            else:
                if token["mark"] and token["mark"] in _OPENING:
                    self.place = token.start("mark")
                self._pass_over()
                if self._peek() in ("]", ")", ""):
                    break
        return found

    def _pass_over(self) -> None:
        """Go to the mark that ends the expression: a comma, a semicolon, or what closes something around it."""
        depth = 0
        while mark := self._peek():
            if depth == 0 and mark in ",;)]}":
                return
            depth += (mark in _OPENING) - (mark in _CLOSING)
            self._next()

    def _peek(self) -> str:
        """Return the mark that comes next, "a" for anything else, "" at the end."""
        token = _LITERAL_TOKEN.match(self._text, self.place) if self.left > 0 else None
        return "" if token is None else token["mark"] or "a"

    def _next(self) -> re.Match[str] | None:
        self.left -= 1
        token = _LITERAL_TOKEN.match(self._text, self.place) if self.left > 0 else None
        self.place = token.end() if token else len(self._text)
        return token


def _string(token: str) -> str:
    body = token[1:-1]
    return unicode_only(_ESCAPE.sub(_escaped, body)) if "\\" in body else body


def _escaped(found: re.Match[str]) -> str:
    digits = found[1] or found[2] or found[3]
    if digits:
        code = int(digits, 16)
        return chr(code) if code < 0x110000 else ""
    return _PLAIN.get(found[4], found[4])


def _number(token: str) -> float | None:
    try:
        return float(token)
    except ValueError:
        return None
