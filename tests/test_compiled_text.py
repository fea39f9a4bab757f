"""The loops over texts that are compiled do the same as those in Python."""

from __future__ import annotations

from unicodedata import combining, is_normalized

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import parse, rules, text
from scraper.extraction import completeness
from scraper.rules import matching
from scraper.rules.lookup import Lookup, entry_of

compiled = pytest.importorskip("scraper._text", reason="nothing was compiled: there is no C compiler")

# Where one, two, three and four bytes begin and end, surrogates, and what is beyond Unicode.
EDGES = b"\x00 \x7f \x80 \xbf \xc1 \xc2 \xdf \xe0 \xe1 \x9f \xa0 \xed \xee \xef \xf0 \x8f \x90 \xf4 \xf5 \xff".split(
    b" "
)
TAG_PIECES = (
    b"</",
    b"<",
    b"/",
    b"body",
    b"BoDy",
    b"html",
    b"bode",
    b">",
    b" ",
    b"\n\v",
    b"\x1c",
    b"x" * 60,
    b"x" * 250,
    b"\xe9",
    b"",
)
WORDS = "photo Photo by read more (c) (C) ( ) c © \u2019 \u2013 \u2026 _ \x01 7 é 水 İ \ud800 -".split(" ")
MARKS = [
    *"a B . ... ! ? \u2026 \u201d \u2019 ) ] \" ' \u2003 \u202f \x1c é 。 ！ ？ 」 』 » ） 】 水".split(" "),
    " ",
    "\n",
]
SCRIPTS = [*"a Bc 7 é ก ้ 水 水水 ｱ 한 ა \u3000 \xa0 . \U00020000 \ud800 - İ".split(" "), " ", "\n", "\x1f"]

ALL = rules.load_rules((), ()).rules
FAST, SLOW = (Lookup(map(entry_of, ALL, range(len(ALL)))) for _ in range(2))
SLOW._words = None
FOREIGN = sorted({token.decode() for token in SLOW._tokens if not token.isascii()})[::20]
LETTERS = [
    *"aCK éÉßΣσςяЯİıשش،؟©®ªⓒ(c)-€→ạẤﬁＡ水ก。",
    "\U0001f600",
    "\U0002000b",
    *FOREIGN,
    *map(str.upper, FOREIGN),
    " ",
    "\u0307",
    "\u212a",
    "\x01",
]


@given(st.lists(st.sampled_from([*EDGES, b"\x1b", b"plain ascii", b"x" * 250]), max_size=12))
def test_bytes_are_utf8_where_they_can_be_decoded(pieces: list[bytes]) -> None:
    data = b"".join(pieces)

    assert compiled.is_utf8(data) == text._is_utf8(data)


@given(st.text(max_size=40))
def test_a_text_is_utf8(written: str) -> None:
    data = written.encode("utf-8", "surrogatepass")

    assert compiled.is_utf8(data) == text._is_utf8(data)


@given(st.lists(st.sampled_from(TAG_PIECES), max_size=30))
def test_the_same_end_tags_are_taken_out(pieces: list[bytes]) -> None:
    body = b"".join(pieces)

    cut, cut_in_python = compiled.without_end_tags(body), parse._without_end_tags(body)
    assert (cut, type(cut)) == (cut_in_python, type(cut_in_python))


@given(
    st.lists(st.sampled_from(WORDS) | st.text("photby rea-()cC", max_size=7), max_size=12), st.sampled_from(["", " "])
)
def test_the_same_rules_have_a_word_of_a_line(words: list[str], between: str) -> None:
    line = between.join(words)

    assert list(FAST.find(line)) == list(SLOW.find(line))


@given(
    st.lists(st.sampled_from(WORDS), max_size=12), st.lists(st.integers(0, len(ALL) - 1), max_size=40), st.booleans()
)
def test_the_same_rules_are_found_among_some(words: list[str], numbers: list[int], most: bool) -> None:
    line = " ".join(words)
    wanted = [number for number in range(len(ALL)) if (number in numbers) != most]

    found = FAST.among(wanted).find(line)
    assert list(found) == list(SLOW.among(wanted).find(line)) == [one for one in FAST.find(line) if one in wanted]


@given(st.lists(st.sampled_from(LETTERS), max_size=9))
def test_letters_beyond_ascii_are_told_alike(pieces: list[str]) -> None:
    line = "".join(pieces)

    assert list(FAST.find(line)) == list(SLOW.find(line))


@given(st.lists(st.sampled_from(MARKS), max_size=20), st.integers(0, 5))
def test_sentences_begin_at_the_same_places(pieces: list[str], begin: int) -> None:
    written = "".join(pieces)
    starts = compiled.sentence_starts(written, begin)

    assert starts == [end.end() for end in matching._SENTENCE_END.finditer(written, begin)]


@given(
    st.lists(st.sampled_from([*SCRIPTS, "x" * 250, "word " * 51, "水" * 256]), max_size=20)
    | st.lists(st.characters(), max_size=20)
)
def test_any_text_has_the_same_words(pieces: list[str]) -> None:
    written = "".join(pieces)

    assert compiled.reading_words(written) == text._reading_words(written)
    assert compiled.spaced_words(written) == text._spaced_words(written)


@given(st.text("aB7z{@[`/: -\n\x7f") | st.text(), st.integers(0, 30), st.integers(0, 12))
def test_a_text_has_the_same_letters(written: str, chars: int, most: int) -> None:
    assert compiled.letters(written) == text._letters(written)
    assert compiled.letters(written, chars, most) == text._letters(written, chars, most)


@given(st.lists(st.sampled_from([*SCRIPTS, "_", "’"]), max_size=20) | st.text())
def test_a_text_has_the_same_tokens(pieces: list[str] | str) -> None:
    written = "".join(pieces)

    assert compiled.tokens_apart(written) == completeness._tokens_apart(written)


@given(st.lists(st.sampled_from([*"a é水 ", "\t", "\r", "\n", "\x0b", "\x1f", "\x7f", "\x9f", "\xa0"]), max_size=70))
def test_the_same_texts_have_controls(pieces: list[str]) -> None:
    written = "".join(pieces)

    assert compiled.has_controls(written) == text._has_controls(written)


@given(st.text("aé—Я水한", max_size=9), st.integers(0x20, 0x10FFFF).map(chr), st.text("aé—Я水한", max_size=9))
def test_what_is_shown_for_sure_is_not_changed(before: str, char: str, behind: str) -> None:
    written = before + char + behind

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(text, "is_shown", None)
        assert not compiled.is_shown(written) or text.visible(written) == written


def test_no_character_that_is_shown_for_sure_joins_another() -> None:
    shown = [char for char in map(chr, range(0x110000)) if compiled.is_shown(char)]

    assert [char for char in shown if not is_normalized("NFC", char) or combining(char)] == []
    assert [char for char in shown if not is_normalized("NFC", f"e{char}o\u1100{char}\uac00{char}")] == []
