"""Literals of JavaScript, read without running any."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.literals import LiteralReader, string_at


def value_of(text: str, **names: Any) -> Any:
    return LiteralReader().read(text, 0, names)[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, true, null]}', {"a": [1, True, None]}),
        ("{a: 'b', $c: `d`, 5: .5,}", {"a": "b", "$c": "d", "5": 0.5}),
        ("{a: !0, b: !1, c: void 0, d: -2e1}", {"a": True, "b": False, "c": None, "d": -20.0}),
        ("['it\\'s', \"\\u003Cp\\x3e\", '\\u{1F41F}', '\\ud83d\\udc1f']", ["it's", "<p>", "🐟", "🐟"]),
        ("{/* one, */ a: 1, // two }\n b: 2}", {"a": 1.0, "b": 2.0}),
        ("{a: new Date(1, 2), b: function(x) { return {c: x}; }, d: 1}", {"a": None, "b": None, "d": 1.0}),
        ("{f(x) { return 1 }, ...rest, [key]: 1, a: 1 + 2, b: 'x'}", {"f": None, "a": 1.0, "b": "x"}),
        ("{a: [1, 2, {b: ", {"a": [1.0, 2.0, {"b": None}]}),
        ("[1, 2; 3]", [1.0, 2.0]),
        ("'unclosed", None),
        ("", None),
    ],
)
def test_literals_are_read_and_the_rest_is_passed_over(text: str, value: Any) -> None:
    found = value_of(text)
    if isinstance(found, dict):
        found.pop("rest", None)

    assert found == value


def test_names_stand_for_their_values() -> None:
    assert value_of("{a: b, c: [b, d], b}", b="x") == {"a": "x", "c": ["x", None], "b": "x"}


def test_reading_ends_behind_the_value() -> None:
    assert LiteralReader().read("x={a:1};y=2", 2)[1] == 7
    assert LiteralReader().read_arguments('f("a",{b:1},[2]);', 1) == (["a", {"b": 1.0}, [2]], 16)
    assert string_at("='a\\'b';", 1) == ("a'b", 7)


HOSTILE = {
    "brackets": "[" * 400_000,
    "braces": '{"a":' * 200_000,
    "a string without end": "['" + "x\\" * 500_000,
    "comments without end": "[" + "/* " * 300_000,
    "quotes": "[" + "'a" * 400_000,
    "commas": "[" + "," * 900_000,
    "white space": "[" + " " * 900_000 + "}",
    "colons": "{" + ":" * 900_000,
    "marks": "{a" + "([{" * 200_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_takes_little_time(text: str) -> None:
    began = time.process_time()

    value_of(text)

    assert time.process_time() - began < 3


@given(st.text(alphabet="[]{}(),:;'\"`/*!ab1-\\ \n=", max_size=60))
def test_nothing_raises(text: str) -> None:
    reader = LiteralReader()

    _, end = reader.read(text, 0, {"a": 1})

    assert end >= 1
    reader.read_arguments(text, 0)
