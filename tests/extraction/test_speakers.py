"""Interviews keep their speakers, where the paragraphs name them; the text is unchanged."""

from __future__ import annotations

import pytest

from scraper.extraction.speakers import with_speakers
from scraper.records import Block


def paragraphs(*texts: str) -> list[Block]:
    return [Block(kind="paragraph", text=text) for text in texts]


def speakers_of(*texts: str) -> list[str | None] | None:
    found = with_speakers(paragraphs(*texts))
    return None if found is None else [block.speaker for block in found]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Courier", "Is the ferry back?", ": "), ("Ann Bell", "It is, and it is fast.", ": ")),
        (("ZEITUNG", "Fährt die Fähre wieder?", ": "), ("Bell", "Ja, und sie ist schnell.", ": ")),
        (("Q", "Is the ferry back?", ": "), ("A", "It is, and it is fast.", ": ")),
        (("Q", "Is the ferry back?", ". "), ("A", "It is, and it is fast.", ". ")),
        (("问", "渡轮恢复通航了吗？", "："), ("答", "恢复了，比以前快。", "：")),
        (("記者", "船は戻りましたか。", "："), ("田中", "ええ、前より速いです。", "：")),
        (("الصحيفة", "هل عادت العبارة؟", ": "), ("ليلى حداد", "نعم، وهي أسرع.", ": ")),
    ],
    ids=["names", "capitals", "letters", "letters with stops", "Chinese", "Japanese", "Arabic"],
)
def test_names_before_the_paragraphs_are_the_speakers(
    first: tuple[str, str, str], second: tuple[str, str, str]
) -> None:
    asks, answers = (name + colon + text for name, text, colon in (first, second))

    assert speakers_of(asks, answers, asks, answers) == [first[0], second[0]] * 2


def test_the_text_of_the_blocks_is_unchanged() -> None:
    blocks = paragraphs("A: Who?", "B: Me.", "A: Why?", "B: So.")

    found = with_speakers(blocks)

    assert found is not None
    assert [block.text for block in found] == [block.text for block in blocks]


def test_a_name_alone_on_its_line_speaks_the_paragraph_below() -> None:
    assert speakers_of("Ann:", "Who?", "Bo:", "Me.", "Ann:", "Why?", "Bo:", "So.") == [
        "Ann", "Ann", "Bo", "Bo", "Ann", "Ann", "Bo", "Bo",
    ]  # fmt: skip


def test_paragraphs_without_a_name_have_no_speaker() -> None:
    found = speakers_of("Ann met Bo.", "Ann: Who?", "Bo: Me.", "Ann: Why?", "Bo: So.")

    assert found == [None, "Ann", "Bo", "Ann", "Bo"]


def test_questions_may_stand_without_a_name() -> None:
    texts = ("Is it back?", "Bell: It is.", "Is it fast?", "Moen: Very.") * 2

    assert speakers_of(*texts) == [None, "Bell", None, "Moen"] * 2


@pytest.mark.parametrize(
    "texts",
    [
        ("Pros: fast, cheap.", "Cons: loud.") * 4,
        ("Price: 12 euros", "Rating: good", "Place: north pier") * 4,
        ("He asked: why?", "She said: so."),
        ("Note: the pier is closed. Why?", "It is old.", "It is steep.", "It is wet."),
        ("Name: Level one?", "Level: 1", "Reward: gold", "Place: inn?", "Giver: monk", "Text: go?") * 5,
    ],
    ids=["pros and cons", "facts", "two quotes", "one label", "a form"],
)
def test_other_labels_are_no_speakers(texts: tuple[str, ...]) -> None:
    assert speakers_of(*texts) is None
