"""Make text fit for a reader: harmless for a terminal, a log line or a file, and with the right plural. Pure."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from unicodedata import is_normalized, normalize

# Controls of C0 and C1, DEL: a terminal takes some of them for commands (ESC, and 0x9b, which is CSI in one byte).
_CONTROLS = r"\x00-\x1f\x7f-\x9f"
# Embeddings, overrides and isolates, which show text in another order than it is stored in, and the two separators
# that many programs take for the end of a line.
_LAYOUT = r"\u2028-\u202e\u2066-\u2069"

_BREAKS = re.compile(r"[\t-\r\x85\u2028\u2029]+")
_UNSAFE = re.compile(f"[{_CONTROLS}{_LAYOUT}]")
_UNSAFE_IN_LINES = re.compile(f"(?![\n\t])[{_CONTROLS}{_LAYOUT}]")
# A sentence ends with the line.
SENTENCE_END = re.compile(r"[.!?。！？।؟]\W*$")


def safe_for_terminal(text: str) -> str:
    """Return ``text`` on one line, with nothing in it that a terminal obeys."""
    return unicode_only(_UNSAFE.sub("\ufffd", _BREAKS.sub(" ", text)))


def safe_lines(text: str) -> str:
    """Return ``text`` with its lines and tabs but without any other control or layout character."""
    return unicode_only(_UNSAFE_IN_LINES.sub("", text))


def unicode_only(text: str) -> str:
    """Return ``text`` with U+FFFD for each lone surrogate, so that it can be written as UTF-8."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


# Thai, Lao, Myanmar, Khmer, kana and Han are written without spaces between words.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0002ffff]"
)

# All bytes but those that one of these characters begins with in UTF-8.
_OTHER_BYTES = bytes({*range(256)} - {0xE0, 0xE1, *range(0xE3, 0xEA), 0xEF, 0xF0})


_CONTROLS_IN_LINES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# Controls, soft hyphen, zero-width space, word joiner and BOM show nothing; ZWJ and ZWNJ shape letters and stay.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff]")


def visible(text: str) -> str:
    """Return ``text`` as an article holds it: NFC, without characters that show nothing."""
    if is_shown is not None and is_shown(text):
        return text
    if _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text)
    if text.isascii() or is_normalized("NFC", text):
        return text
    return normalize("NFC", text)


def _reading_words(text: str) -> int:
    """Return the number of words; two characters of a script without spaces count as one."""
    unspaced = _unspaced(text)
    return len(_UNSPACED.sub(" ", text).split()) + unspaced // 2 if unspaced else len(text.split())


def _spaced_words(text: str) -> int | None:
    """Return the number of words, ``None`` where most letters belong to scripts that put no spaces between words."""
    unspaced = _unspaced(text)
    return None if unspaced and 2 * unspaced > sum(map(str.isalpha, text)) else len(text.split())


def _unspaced(text: str) -> int:
    """Return how many characters belong to scripts that are written without spaces."""
    # Deleting all bytes but their first ones takes a twentieth of the time of a search.
    if text.isascii() or not text.encode("utf-8", "replace").translate(None, _OTHER_BYTES):
        return 0
    return len(_UNSPACED.findall(text))


def _has_controls(text: str) -> bool:
    """Tell whether a text has a control character but tabs and line ends."""
    return _CONTROLS_IN_LINES.search(text) is not None


def _letters(text: str, chars: int = sys.maxsize, most: int = sys.maxsize) -> str:
    """Return the letters and digits of a text's first ``chars`` characters in small letters, at most ``most``."""
    return "".join(filter(str.isalnum, text[:chars].casefold()))[:most]


def _is_utf8(data: bytes) -> bool:
    """Tell whether bytes can be read as UTF-8, and have no ESC, by which ISO-2022-JP leaves ASCII with ASCII."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return b"\x1b" not in data


try:
    from scraper import _text as _compiled
except ImportError:  # nothing was compiled on this machine: hatch_build.py
    _compiled = None
has_controls: Callable[[str], bool] = _compiled.has_controls if _compiled else _has_controls
# Tells that `visible` surely changes nothing.
is_shown: Callable[[str], bool] | None = _compiled.is_shown if _compiled else None
is_utf8: Callable[[bytes], bool] = _compiled.is_utf8 if _compiled else _is_utf8
letters: Callable[..., str] = _compiled.letters if _compiled else _letters
reading_words: Callable[[str], int] = _compiled.reading_words if _compiled else _reading_words
spaced_words: Callable[[str], int | None] = _compiled.spaced_words if _compiled else _spaced_words


def counted(number: int, noun: str) -> str:
    """Return ``"1 page"``, ``"2 pages"``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
