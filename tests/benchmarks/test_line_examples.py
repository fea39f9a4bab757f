"""Leftover lines and lost sentences, on texts small enough to count by hand."""

from __future__ import annotations

from benchmarks.lines import Text, leftover, lost, sentences

STORY = "The ferry came back on Monday. It takes twenty minutes now.\nNobody had told the gulls about it."


def left(found: str, wanted: str = STORY) -> list[str]:
    text = Text(found)
    return [text.lines[place] for place in leftover(text, Text(wanted))]


def test_a_line_of_which_half_the_shingles_are_wanted_is_not_left_over() -> None:
    assert left("The ferry came back on Monday, he said again") == []
    assert left("Sign up for our letter and never miss a ferry again") == [
        "Sign up for our letter and never miss a ferry again"
    ]


def test_a_short_line_counts_by_the_words_beside_it() -> None:
    assert left("Monday\nIt takes twenty minutes now.") == []
    assert left("The gulls\nIt takes twenty minutes now.") == ["The gulls"]


def test_a_line_that_comes_more_often_than_wanted_is_left_over() -> None:
    line = "Nobody had told the gulls about it."

    assert left(f"{line}\n{line}") == [line]


def test_a_sentence_is_lost_if_most_of_it_is_gone() -> None:
    assert lost(Text("Nobody had told the gulls about it."), Text(STORY)) == [
        "The ferry came back on Monday.",
        "It takes twenty minutes now.",
    ]
    assert lost(Text(STORY.replace("\n", " ")), Text(STORY)) == []


def test_soft_hyphens_do_not_matter() -> None:
    assert (
        lost(Text("Dampfschiff fährt am Montag wieder"), Text("Dampf\u00adschiff fährt am Mon\u00adtag wieder")) == []
    )


def test_sentences_end_in_every_script() -> None:
    assert list(sentences("港口开放了。船来了！ One. Two?")) == ["港口开放了。", "船来了！", "One.", "Two?"]
