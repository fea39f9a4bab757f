"""The names that users may count on: what docs/python.md lists is what there is."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import get_type_hints

import pytest

import scraper

PAGE = (
    "<html lang=en><head><title>Low tide - Nordby Courier</title></head><body><article><h1>Low tide</h1>"
    "<p>The sea went out on Monday, and it took the ferry timetable with it.</p>"
    "<p>The harbour master says that it has always come back so far, but that he is not going to promise anything.</p>"
    "<p>Until then the islanders walk across the sand, with their shoes in their hands.</p></article></body></html>"
)


def test_the_public_names_are_those_that_are_documented() -> None:
    documented = re.findall(r"^- `(\w+)", (Path(__file__).parents[1] / "docs/python.md").read_text(), re.MULTILINE)

    assert sorted(scraper.__all__) == sorted(documented)


@pytest.mark.parametrize("name", scraper.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    assert name == "__version__" or getattr(scraper, name).__doc__


@pytest.mark.parametrize("function", [scraper.extract, scraper.clean_text])
def test_public_functions_are_fully_typed(function: object) -> None:
    assert callable(function)
    assert get_type_hints(function).keys() == {*inspect.signature(function).parameters, "return"}


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(scraper.__file__).parent / "py.typed").exists()


def test_bytes_and_text_of_a_page_give_the_same_article() -> None:
    from_bytes, from_text = scraper.extract(PAGE.encode()), scraper.extract(PAGE)

    assert from_bytes.title == from_text.title == "Low tide"
    assert from_bytes.text == from_text.text
    assert from_bytes.text.startswith("The sea went out on Monday")


def test_a_page_without_an_article_says_why() -> None:
    with pytest.raises(scraper.NotAnArticle) as caught:
        scraper.extract(b"%PDF-1.7", url="https://news.test/report")

    assert caught.value.reason == "not_html"
    assert caught.value.url == "https://news.test/report"


def test_all_errors_are_of_one_family() -> None:
    errors = [value for value in vars(scraper).values() if inspect.isclass(value) and issubclass(value, Exception)]

    assert [error for error in errors if not issubclass(error, scraper.ScraperError)] == []


def test_flattened_text_loses_its_furniture_and_says_what() -> None:
    cleaned = scraper.clean_text("CHOOSE YOUR LANGUAGE\nThe sea went out on Monday.\n(Cover via CMG)")

    assert cleaned.text == "The sea went out on Monday."
    assert [removed.text for removed in cleaned.removed] == ["CHOOSE YOUR LANGUAGE", "(Cover via CMG)"]
