from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.extraction import date_parsing
from scraper.extraction.date_parsing import read_any_language, read_moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-03", "2024-05-03"),
        ("2024-05-03T12:30:05+02:00", "2024-05-03T12:30:05+02:00"),
        ("2024-05-03T12:30:05.123Z", "2024-05-03T12:30:05+00:00"),
        ("2024-05-03 12:30", "2024-05-03T12:30"),
        ("20240503T123005", "2024-05-03T12:30:05"),
        ("Fri, 03 May 2024 12:30:05 GMT", "2024-05-03T12:30:05+00:00"),
        ("Mon Apr 28 2025 10:00:00 GMT+0200 (CEST)", "2025-04-28T10:00:00+02:00"),
        ("1714730000", "2024-05-03T09:53:20+00:00"),
        ("1714730000000", "2024-05-03T09:53:20+00:00"),
        ("May 3, 2024 at 3:05 p.m. EDT", "2024-05-03T15:05-04:00"),
        ("Updated 3:05 PM, Fri May 3, 2024", "2024-05-03T15:05"),
        ("03.05.2024 - 12.30 Uhr", "2024-05-03T12:30"),
        ("Le 1er mai 2024 à 9h05", "2024-05-01T09:05"),
        ("By Ann Bell | May 3, 2024 | 5 min read", "2024-05-03"),
    ],
)
def test_clock_and_offset_are_read_where_they_are_stated(text: str, expected: str) -> None:
    moment = read_moment(text)

    assert moment is not None
    assert moment.iso == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("3. Mai 2024", "de"),
        ("3 mai 2024", "fr"),
        ("3 de mayo de 2024", "es"),
        ("3 maggio 2024", "it"),
        ("3 de maio de 2024", "pt"),
        ("3 mei 2024", "nl"),
        ("3. maj 2024", "da"),
        ("3 maj 2024", "sv"),
        ("3. toukokuuta 2024", "fi"),
        ("3 maja 2024", "pl"),
        ("3. května 2024", "cs"),
        ("3. svibnja 2024.", "hr"),
        ("2024. május 3.", "hu"),
        ("3 mai 2024", "ro"),
        ("3 Mayıs 2024", "tr"),
        ("3 мая 2024", "ru"),
        ("3 травня 2024", "uk"),
        ("3 май 2024", "bg"),
        ("3 Μαΐου 2024", "el"),
        ("3 במאי 2024", "he"),
        ("٣ مايو ٢٠٢٤", "ar"),
        ("3 मई 2024", "hi"),
        ("3 พฤษภาคม 2567", "th"),
        ("3 tháng 5, 2024", "vi"),
        ("3 Mei 2024", "id"),
        ("2024 m. gegužės 3 d.", "lt"),
        ("2024年5月3日", "ja"),
        ("2024년 5월 3일", "ko"),
    ],
)
def test_months_are_read_in_words_of_many_languages(text: str, language: str) -> None:
    moment = read_moment(text, language)

    assert moment is not None
    assert moment.iso == "2024-05-03"


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("5/3/2024", "en", "2024-05-03"),
        ("5/3/2024", "en-GB", "2024-03-05"),
        ("5/3/2024", "fr", "2024-03-05"),
        ("25/3/2024", "en", "2024-03-25"),
        ("3/25/2024", "fr", "2024-03-25"),
        ("5.3.24", "de", "2024-03-05"),
        ("3. listopada 2024.", "hr", "2024-10-03"),
        ("3 listopada 2024", "pl", "2024-11-03"),
    ],
)
def test_the_language_decides_what_is_the_month(text: str, language: str, expected: str) -> None:
    moment = read_moment(text, language)

    assert moment is not None
    assert moment.iso == expected


@pytest.mark.parametrize(
    "text", ["", "Monday", "12 monkeys 2024", "192.168.1.24", "2024-13-45", "May 2024", "0", "9" * 13]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_moment(text) is None


def test_the_first_day_of_the_epoch_is_no_date() -> None:
    assert read_moment("1970-01-01T00:00:00Z") is None


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("2024-05-03", "day"),
        ("2024-05-03T00:00:00Z", "day"),
        ("2024-05-03T12:30", "minute"),
        ("2024-05-03T12:30:00", "second"),
    ],
)
def test_precision_is_what_the_text_states(text: str, precision: str) -> None:
    moment = read_moment(text)

    assert moment is not None
    assert moment.precision == precision


def test_a_language_outside_of_the_tables_is_left_to_dateparser() -> None:
    moment = read_any_language("3 Mäerz 2024", "lb")

    assert moment is not None
    assert moment.iso == "2024-03-03"


def test_without_a_language_dateparser_is_not_asked() -> None:
    assert read_any_language("3 May 2024", "") is None


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    moment = read_moment(text)

    assert moment is None or moment.instant.tzinfo is not None


ISO_DAYS = st.sampled_from(
    ["2024-05-03", "1970-01-01", "1985-12-31", "1799-01-01", "2101-01-01", "2024-02-30", "0024-05-03"]
)
ISO_CLOCKS = st.sampled_from(["T12:30", "T00:00:00", "T23:59:59.123456", "T12:30.5", "T24:00", "T12:60", " 12:30", ""])
ISO_OFFSETS = st.sampled_from(["", "Z", "z", "+02:00", "-0330", "+15:00", "+02", " +02:00", "+02:60", " GMT"])


@given(ISO_DAYS, ISO_CLOCKS, ISO_OFFSETS, st.sampled_from([1800, 1990]))
def test_what_is_in_one_form_is_read_as_by_all_patterns(day: str, clock: str, offset: str, first_year: int) -> None:
    text = day + clock + offset
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(date_parsing, "_of_iso", lambda text, first_year: None)  # noqa: ARG005
        expected = read_moment(text, "en", first_year)

    assert read_moment(text, "en", first_year) == expected
