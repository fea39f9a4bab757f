"""Languages and their scripts."""

from __future__ import annotations

import pytest

from scraper.sources.languages import reads_as


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The ferry is late", "en"),
        ("La traversée de l'Été", "fr"),
        ("Паром опоздал", "ru"),
        ("नाव फिर देर से आई", "hi"),
        ("渡船又晚点了", "zh"),
        ("渡し船が遅れた", "ja"),
        ("여객선이 늦었다", "ko"),
        ("2026", "en"),
    ],
)
def test_a_headline_can_be_in_a_language_of_its_script(text: str, language: str) -> None:
    assert reads_as(text, language)


@pytest.mark.parametrize(("text", "language"), [("渡船又晚点了", "en"), ("The ferry is late", "hi"), ("नाव", "ru")])
def test_a_headline_in_another_script_is_in_another_language(text: str, language: str) -> None:
    assert not reads_as(text, language)
