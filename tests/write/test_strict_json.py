"""JSON that no reader stumbles over."""

from __future__ import annotations

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from scraper.write.strict_json import indented_json, json_line, object_line, whole_surrogates


def test_what_some_readers_take_for_a_line_end_is_escaped() -> None:
    assert json_line("a\u2028b\u2029c\x85d") == b'"a\\u2028b\\u2029c\\u0085d"\n'


def test_what_a_terminal_obeys_is_escaped() -> None:
    assert json_line("\x1b[31m \x9b31m \x7f \u202e") == b'"\\u001b[31m \\u009b31m \\u007f \\u202e"\n'


def test_a_lone_surrogate_becomes_a_replacement_character() -> None:
    assert json_line({"a\ud800": ["b\udfff"]}) == '{"a\ufffd":["b\ufffd"]}\n'.encode()


def test_a_nul_becomes_a_replacement_character_and_the_words_of_its_escape_stay() -> None:
    assert json_line("a\0b \\u0000") == rb'"a\ufffdb \\u0000"' + b"\n"


def test_not_a_number_is_null() -> None:
    assert json_line([float("nan"), float("inf")]) == b"[null,null]\n"


def test_letters_of_every_script_are_written_as_they_are() -> None:
    assert json_line("Grüße 消息 📰") == '"Grüße 消息 📰"\n'.encode()


def test_the_form_for_people_is_indented_and_as_strict() -> None:
    assert indented_json({"a": ["\u2028"]}) == b'{\n  "a": [\n    "\\u2028"\n  ]\n}\n'


def test_raw_values_of_an_object_stay_as_they_are_written() -> None:
    assert object_line({"n": msgspec.Raw(b"1.10"), "s": msgspec.Raw(b'"\\u0000"')}) == b'{"n":1.10,"s":"\\u0000"}\n'


def test_only_surrogates_that_stand_alone_are_replaced() -> None:
    line = rb'"\ud83d\ude00 \ud83d \ude00 \\ud83d \n"'

    assert whole_surrogates(line) == rb'"\ud83d\ude00 \ufffd \ufffd \\ud83d \n"'


@given(st.text(st.characters(codec=None, categories=None)))
def test_any_text_is_one_line_of_json_that_can_be_read_again(text: str) -> None:
    line = json_line(text)

    assert len(line.decode().splitlines()) == 1
    assert len(json.loads(line)) == len(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
