"""What `scraper clean` does to a JSON line, whatever else is in it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scraper.cli.json_lines import Cleaned, LineCleaner
from scraper.config import Settings

STORY = "The ferry between the two islands went back into service on Monday after eleven weeks in the dockyard."
FURNITURE = {"(Cover via CMG)": "credit.cover", "CHOOSE YOUR LANGUAGE": "language_picker.choose"}

# Any text that JSON can hold but lone surrogates, which no UTF-8 file can, and the separators that are written escaped.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\u2028\u2029\x85\x00"), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    """An object with a text somewhere among its keys."""
    others = draw(st.dictionaries(TEXTS.filter(lambda key: key not in ("text", "html", "url", "removed")), VALUES))
    lines = draw(st.lists(st.sampled_from([STORY, *FURNITURE]), min_size=1, max_size=5))
    items = [*others.items()]
    items.insert(draw(st.integers(0, len(items))), ("text", "\n".join([STORY, *lines])))
    return dict(items)


@given(fields=objects(), spaces=st.sampled_from([(", ", ": "), (",", ":"), (" ,\t", " : ")]))
def test_every_other_key_and_the_order_of_the_keys_stay_as_they_were(
    fields: dict[str, Any], spaces: tuple[str, str]
) -> None:
    line = json.dumps(fields, ensure_ascii=False, separators=spaces).encode()

    cleaned = LineCleaner(Settings(), "corpus.jsonl", None, as_article=False).clean(line, "corpus.jsonl:1")

    assert isinstance(cleaned, Cleaned)
    after = json.loads(cleaned.line)
    lines = fields["text"].split("\n")
    assert list(after) == [*fields, "removed"]
    assert {key: value for key, value in after.items() if key not in ("text", "removed")} == {
        key: value for key, value in fields.items() if key != "text"
    }
    assert after["text"].split("\n") == [text for text in lines if text == STORY]
    assert [item["rule"] for item in after["removed"]] == [FURNITURE[text] for text in lines if text in FURNITURE]
