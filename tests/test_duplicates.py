"""Signatures of texts: what is nearly the same, in any script."""

from __future__ import annotations

import random

import pytest

from scraper.duplicates import VALUES, exact_key, shingles, signature, similarity

WORDS = [f"word{number}" for number in range(5000)]
HAN = "".join(chr(code) for code in range(0x4E00, 0x4E00 + 2000))


def a_text(seed: int, words: int = 400) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))


def share(one: str, other: str) -> float:
    first, second = signature(one), signature(other)
    assert first is not None
    assert second is not None
    return similarity(first.values, second.values)


def have_a_key_in_common(one: str, other: str) -> bool:
    first, second = signature(one), signature(other)
    assert first is not None
    assert second is not None
    return bool(set(first.keys) & set(second.keys))


def test_the_same_text_is_similar_through_and_through() -> None:
    assert share(a_text(1), a_text(1)) == 1.0


def test_other_texts_are_not_similar() -> None:
    assert share(a_text(1), a_text(2)) < 0.05
    assert not have_a_key_in_common(a_text(1), a_text(2))


def test_case_punctuation_and_white_space_make_no_difference() -> None:
    assert share("The sea, it went out on Monday night.", 'THE SEA it   went\nout "on" Monday night!') == 1.0


def test_a_text_with_another_last_paragraph_is_nearly_the_same() -> None:
    text = a_text(1)

    assert share(text, text + " " + a_text(2, words=20)) > 0.9


def test_a_script_without_spaces_is_compared_by_characters() -> None:
    draw = random.Random(1)
    text = "".join(draw.choices(HAN, k=500))

    assert share(text, text[:480] + "".join(draw.choices(HAN, k=20))) > 0.9
    assert share(text, "".join(draw.choices(HAN, k=500))) < 0.05
    assert shingles("春天来了。 花都开了吧") == ["春天来了花都开了", "天来了花都开了吧"]


@pytest.mark.parametrize("text", ["", "one two three", "one two three four five"])
def test_a_text_without_two_shingles_has_no_signature(text: str) -> None:
    assert signature(text) is None


def test_of_pairs_that_share_four_fifths_nearly_all_have_a_key_in_common() -> None:
    found = 0
    for seed in range(100):
        text = a_text(seed, words=500).split()
        # 12 scattered words are in 5 shingles each: 436 of 556 are in both texts, 0.78.
        for at in range(10, 500, 44):
            text[at] = f"other{seed}"
        found += have_a_key_in_common(a_text(seed, words=500), " ".join(text))

    assert found >= 95


def test_the_estimate_is_that_of_the_shingles() -> None:
    text, other = a_text(5, words=1000), a_text(5, words=1000).split()
    other[500:600] = a_text(6, words=100).split()
    one, two = set(shingles(text)), set(shingles(" ".join(other)))

    assert share(text, " ".join(other)) == pytest.approx(len(one & two) / len(one | two), abs=0.1)


def test_a_signature_is_small_and_the_same_in_every_process() -> None:
    """It is kept for years: another one would make every text of a corpus unknown."""
    found = signature("The sea went out on Monday and did not come back before the evening of the next day.")

    assert found is not None
    assert len(found.values) == VALUES
    assert (found.values[:4].hex(), found.keys[0]) == ("9a7667ad", 279426063613452)
    assert exact_key("0123456789abcdef") == 170244834269528
