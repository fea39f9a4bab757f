"""Foreign text made harmless."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from scraper.text import safe_for_terminal, safe_lines

ANY_TEXT = st.text(st.characters(codec=None, categories=None))


def test_commands_to_a_terminal_lose_their_power() -> None:
    assert safe_for_terminal("a\x1b]0;title\x07b\x9b31mc") == "a�]0;title�b�31mc"


def test_a_message_stays_on_one_line() -> None:
    assert safe_for_terminal("a\r\nb\tc\u2028d\x85e") == "a b c d e"


def test_text_that_turns_its_direction_is_shown_in_its_order() -> None:
    assert safe_for_terminal("a\u202eb\u2066c") == "a�b�c"


def test_lines_and_tabs_of_a_text_are_kept() -> None:
    assert safe_lines("a\n\tb\r\n\x1bc") == "a\n\tb\nc"


@given(ANY_TEXT)
def test_no_text_brings_a_control_character_to_a_terminal(text: str) -> None:
    assert {unicodedata.category(char) for char in safe_for_terminal(text)}.isdisjoint({"Cc", "Cs", "Zl", "Zp"})


@given(ANY_TEXT)
def test_a_text_keeps_no_control_character_but_tabs_and_line_ends(text: str) -> None:
    controls = {char for char in safe_lines(text) if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")}

    assert controls <= {"\n", "\t"}
