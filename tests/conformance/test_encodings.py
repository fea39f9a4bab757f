"""Encodings: the labels of the web, the sniffing of browsers, the tables of legacy encodings."""

from __future__ import annotations

import json
import zipfile
from contextlib import suppress

import pytest

from conformance.conftest import Data, Reached
from scraper.decode import decode
from scraper.errors import NotAnArticle
from scraper.records import Response, Target

# A browser shows nothing of a page with such a label; here it is sniffed instead.
REPLACEMENT = "replacement"
# Python's names, where they differ from those of the web.
CODECS = {
    "iso-8859-8-i": "iso8859_8",
    "x-mac-cyrillic": "mac_cyrillic",
    "windows-874": "cp874",
    "macintosh": "mac_roman",
}
# Letters that one encoding or another can write.
LETTERS = ("éè", "фя", "שג", "عد", "ωσ", "漢字", "ไท", "čř", "āē", "ġħ", "ŵŷ", "șț", "ğş")


def page(body: bytes, content_type: str = "text/html") -> tuple[str, str]:
    """Return the text of a page and the name of its encoding."""
    response = Response(target=Target(url=""), url="", headers={"content-type": content_type}, body=body)
    decoded = decode(response)
    return decoded.html, decoded.encoding


def test_each_label_of_the_web_means_what_it_means_to_a_browser(data: Data, reached: Reached) -> None:
    groups = json.loads(data("encoding/encodings.json").read_text())
    encodings = [encoding for group in groups for encoding in group["encodings"] if encoding["name"] != REPLACEMENT]
    right = []
    for encoding in encodings:
        name = encoding["name"].lower()
        body = sample(name)
        right += [page(body, f"text/html; charset={label}")[1] == name for label in encoding["labels"]]

    reached("WHATWG: labels", right)


def sample(name: str) -> bytes:
    """Return a page that an encoding can write, and that is not valid as UTF-8 by chance."""
    if name in ("utf-8", "x-user-defined"):
        return b"<p>\xc3\xa9</p>" if name == "utf-8" else b"<p>\xe9</p>"
    for letters in LETTERS:
        with suppress(UnicodeEncodeError):
            return f"<p>{letters}, {letters}</p>".encode(CODECS.get(name, name))
    raise AssertionError(f"no letters for {name}")


@pytest.mark.parametrize("label", ["utf-7", "utf-32", "unicode-escape", "idna", "rot13", "cp037", "hz-gb-2312"])
def test_a_label_of_python_s_own_is_none_of_the_web(label: str) -> None:
    assert page("<p>Größe</p>".encode(), f"text/html; charset={label}") == ("<p>Größe</p>", "utf-8")


def test_pages_are_sniffed_as_browsers_do(data: Data, reached: Reached) -> None:
    right = []
    for name in ("tests1", "tests2", "test-yahoo-jp"):
        for case in data(f"html5lib/{name}.dat").read_bytes().split(b"#data\n")[1:]:
            body, _, encoding = case.partition(b"\n#encoding\n")
            right.append(reads_as(body, encoding.split(b"\n")[0].decode().strip().lower()))

    reached("html5lib: sniffing", right)


def reads_as(body: bytes, encoding: str) -> bool:
    """Tell whether the text is that of ``encoding``: a page in ASCII may be called by any name."""
    try:
        return page(body)[0] == body.decode(CODECS.get(encoding, encoding), "replace")
    except NotAnArticle:
        return False


LABELS = {
    "big5_in": "big5",
    "euc_kr_in": "euc-kr",
    "gb18030_in": "gb18030",
    "iso_2022_jp_in": "iso-2022-jp",
    "jis0208_in": "euc-jp",
    "jis0212_in": "euc-jp",
    "shift_jis_in": "shift_jis",
}


@pytest.mark.parametrize("name", LABELS)
def test_legacy_encodings_are_read_by_the_tables_of_the_web(data: Data, reached: Reached, name: str) -> None:
    with zipfile.ZipFile(data("encoding/encoding_rs-test_data.zip")) as archive:
        body, expected = archive.read(f"{name}.txt"), archive.read(f"{name}_ref.txt").decode()
    text, _ = page(b"<p>\n" + body, f"text/html; charset={LABELS[name]}")
    lines = text.removeprefix("<p>\n").split("\n")

    reached(f"encoding_rs: {name}", [line == wanted for line, wanted in zip(lines, expected.split("\n"), strict=True)])
