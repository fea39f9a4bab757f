"""Lines that are no story by their form: what goes from a whole page that was flattened, and what must stay."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from scraper import pipeline
from scraper.config import Settings, StripSettings
from scraper.extraction.line_features import line_features
from scraper.extraction.lines import furniture

FIXTURES = sorted(path.parent for path in Path(__file__).parents[2].glob("fixtures/text/*/expected.txt"))
MENU = "Home|Harbour|Islands|Weather|Tide tables|Letters|Archive|Obituaries|Ferry times|Crossword|Shop|Jobs".split("|")
STORY = [
    "The ferry between the two islands went back into service on Monday, after eleven weeks in the dockyard.",
    "Its new engines use a third less fuel, the harbour office said, and the crossing now takes twenty minutes.",
    "Teachers and nurses who live on the smaller island had shared a fishing boat to get to work during the repairs.",
    "“We played cards every morning, and the skipper always won,” said one of them, who has lived there for years.",
    "The council will decide in spring whether a second vessel can be bought with what the lower fuel bill saves.",
    "Until then the old timetable holds, and the last boat of the evening leaves the quay when the bell strikes nine.",
]
FOOTER = "About us|Contact|Terms of use|Privacy|Imprint|Advertise|Press|Careers|Follow the tide|Back to the quay".split(
    "|"
)


def stays(lines: list[str]) -> list[str]:
    return [line for line, gone in zip(lines, furniture(lines), strict=True) if not gone]


def test_menu_and_footer_of_a_flattened_page_go_and_its_story_stays() -> None:
    left = stays([*MENU, "Ferry returns to the islands", *STORY, *FOOTER])

    assert [line for line in STORY if line not in left] == []
    assert len([line for line in left if line in MENU + FOOTER]) <= 3


def test_it_is_the_same_without_any_letter_that_it_was_trained_on() -> None:
    def shifted(line: str) -> str:  # to Georgian letters, which have no case
        return "".join(chr(0x10D0 + ord(char.lower()) - ord("a")) if char.isalpha() else char for char in line)

    left = stays([shifted(line) for line in [*MENU, *STORY, *FOOTER]])

    assert [line for line in map(shifted, STORY) if line not in left] == []
    assert len(left) < len(STORY) + (len(MENU) + len(FOOTER)) / 2


@pytest.mark.parametrize(
    "lines",
    [
        MENU,
        ["Tide", "goes out", "and the lamp", "on the pier", "counts", "the boats", "that do not", "come back"] * 3,
        ["Flour: 500 g", "Salt: 10 g", "Water: 350 ml", "Yeast: 5 g", "Knead", "Wait", "Bake"],
        STORY[:4],
        [],
    ],
    ids=["labels", "poem", "recipe", "four lines", "nothing"],
)
def test_where_all_lines_look_alike_none_goes(lines: list[str]) -> None:
    assert stays(lines) == lines


@pytest.mark.parametrize("folder", FIXTURES, ids=lambda folder: folder.name)
def test_a_clean_text_stays_as_it_is(folder: Path) -> None:
    text = (folder / "expected.txt").read_text(encoding="utf-8")

    assert pipeline.clean_text(text).text == text


def test_text_that_is_wrapped_at_a_fixed_width_is_not_judged() -> None:
    text = "\n".join([*MENU, *(part for line in STORY for part in textwrap.wrap(line, 72))])

    assert "line.furniture" not in {item.rule for item in pipeline.clean_text(text).removed}


def test_of_a_story_whose_lines_are_broken_no_line_goes() -> None:
    text = "\n".join([*MENU, *(line.replace(", ", ",\n") for line in STORY)] * 2)

    assert {item.text for item in pipeline.clean_text(text).removed} <= set(MENU)


def test_what_goes_is_named_and_the_setting_turns_it_off() -> None:
    text = "\n".join([*MENU, *STORY, *FOOTER])
    off = Settings(strip=StripSettings(lines=False))

    assert "line.furniture" in {item.rule for item in pipeline.clean_text(text).removed}
    assert "line.furniture" not in {item.rule for item in pipeline.clean_text(text, settings=off).removed}


def test_every_row_has_one_finite_number_a_line() -> None:
    for lines in ([*MENU, *STORY], ["。"], ["a" * 10_000], ["\u0300", "🙂", "٣"]):
        for name, row in line_features(lines).items():
            assert row.shape == (len(lines),), name
            assert all(float(value) == float(value) and abs(float(value)) < 1e9 for value in row), name
