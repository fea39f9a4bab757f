"""The loops over texts that are compiled do the same as those in Python."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import parse, rules, text
from scraper.rules.lookup import Lookup

compiled = pytest.importorskip("scraper._text", reason="nothing was compiled: there is no C compiler")

# Where one, two, three and four bytes begin and end, surrogates, and what is beyond Unicode.
EDGES = b"\x00 \x7f \x80 \xbf \xc1 \xc2 \xdf \xe0 \xe1 \x9f \xa0 \xed \xee \xef \xf0 \x8f \x90 \xf4 \xf5 \xff".split(b" ")
TAG_PIECES = (b"</", b"<", b"/", b"body", b"BoDy", b"html", b"bode", b">", b" ", b"\n\v", b"\x1c", b"x" * 60, b"\xe9", b"")
WORDS = "photo Photo by read more (c) (C) ( ) c © \u2019 \u2013 \u2026 _ \x01 7 é 水 İ \ud800 -".split(" ")
FAST, SLOW = Lookup(rules.load_rules((), ())._entries), Lookup(rules.load_rules((), ())._entries)
SLOW._words = None


@given(st.lists(st.sampled_from([*EDGES, b"plain ascii"]), max_size=12))
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

    assert compiled.without_end_tags(body) == parse._without_end_tags(body)


@given(st.lists(st.sampled_from(WORDS) | st.text("photby rea-()cC", max_size=7), max_size=12), st.sampled_from(["", " "]))
def test_the_same_rules_have_a_word_of_a_line(words: list[str], between: str) -> None:
    line = between.join(words)

    assert list(FAST.find(line)) == list(SLOW.find(line))
