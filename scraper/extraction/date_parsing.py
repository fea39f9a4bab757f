"""Read a date from a short text: ISO 8601, RFC 2822, epoch seconds, numbers in a clear order, months in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import NamedTuple

from scraper.extraction.month_names import month
from scraper.records import Precision


class Moment(NamedTuple):
    """A date, with the time of day and the offset from UTC where the text states them."""

    day: date
    clock: str = ""  # "12:30" or "12:30:05"
    offset: str = ""  # "+02:00"
    other_day: date | None = None  # of 5/3/2024, the reading that was not taken

    @property
    def other(self) -> Moment | None:
        """The other reading of a date in numbers that may be read in two ways."""
        return None if self.other_day is None else Moment(self.other_day, self.clock, self.offset, self.day)

    @property
    def iso(self) -> str:
        """The moment as ISO 8601."""
        return f"{self.day.isoformat()}T{self.clock}{self.offset}" if self.clock else self.day.isoformat()

    @property
    def precision(self) -> Precision:
        """Midnight to the second is what systems write that know the day only."""
        if not self.clock or (self.clock == "00:00:00" and self.offset in ("", "+00:00")):
            return "day"
        return "second" if self.clock.count(":") > 1 else "minute"

    @property
    def instant(self) -> datetime:
        """The moment in UTC; without an offset, as if it were UTC."""
        return datetime.fromisoformat(f"{self.day.isoformat()}T{self.clock or '00:00'}{self.offset or '+00:00'}")


# Nobody published on the web before; earlier years in a visible text are history, copyright or a birthday.
FIRST_VISIBLE_YEAR = 1990
# Metadata may date a digitised archive.
FIRST_STATED_YEAR = 1800
_LAST_YEAR = 2100
_YEAR = re.compile(r"(?:19|20)\d\d")
MAX_SPELLED_CHARS = 60
# A date and its time of day take less; more is a sentence with a date in it.
MAX_CHARS = 120

# Zone names with one meaning on news pages. CST, IST and AST have several.
_ZONES = {
    "z": "+00:00", "utc": "+00:00", "gmt": "+00:00", "wet": "+00:00", "bst": "+01:00", "cet": "+01:00",
    "mez": "+01:00", "west": "+01:00", "cest": "+02:00", "mesz": "+02:00", "eet": "+02:00", "eest": "+03:00",
    "msk": "+03:00", "jst": "+09:00", "kst": "+09:00", "est": "-05:00", "edt": "-04:00", "cdt": "-05:00",
    "mst": "-07:00", "mdt": "-06:00", "pst": "-08:00", "pdt": "-07:00",
}  # fmt: skip

# Countries that write 5/3/2024 for the third of May; everywhere else it is the fifth of March.
_MONTH_FIRST = frozenset(("en", "en-us", "fil", "en-ph"))
_MONTHS = 12
_TWO_DIGIT_YEARS = 100
_BUDDHIST_YEARS = range(2400, 2660)  # Thai calendar: 543 years ahead

_YEAR_FIRST = re.compile(
    r"(?<!\d)(\d{4})(?:([-/.‐–])|\. |\s?年\s?|년\s?)(\d{1,2})(?:(?:\2|\. )(?=\d)|\s?月\s?|월\s?)(\d{1,2})(?!\d)"
)
_COMPACT = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:T?([01]\d|2[0-3])([0-5]\d)([0-5]\d)?)?(?!\d)"
)
_YEAR_LAST = re.compile(
    r"(?<!\d)(\d{1,2})(\s?[-/.|]\s?|\stháng\s)(\d{1,2})(?:\2|,?\s(?:năm\s)?|[-/])(\d{4}|\d\d)(?![\d:])", re.IGNORECASE
)
# One word or two, without digits and the marks that part a dateline.
_WORD = r"([^\s\d,;:|/()\[\]\-–'’]{2,20}(?: [^\s\d,;:|/()\[\]\-–'’]{4,8})?)"
_DAY_FIRST = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|\.|º|ª|°)?,?[\s\-–/]{0,3}(?:(?:de|of|di)\s|d['’])?"
    + _WORD
    + r"(?:/\S{1,12})?[.,\s\-–/]{0,3}(?:(?:de|del|of)\s)?((?<=['’])\d\d|\d{4})(?!\d)",
    re.IGNORECASE,
)
_DAY_AND_YEAR = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?,?[\s\-/]{0,2}(?:of )?(\d{4})(?!\d)", re.IGNORECASE)
_MONTH_FIRST_WORDS = re.compile(_WORD + r"[.\s\-/]{0,3}" + _DAY_AND_YEAR.pattern, re.IGNORECASE)
_YEAR_FIRST_WORDS = re.compile(r"(?<!\d)(\d{4})(?:\.|,| m\.)?[\s\-]{1,2}" + _WORD + r"[\s\-]{1,2}(\d{1,2})(?!\d)")
_CLOCK = re.compile(
    r"(?<![\d.:+-])(?:(오후|下午|午後)\s?)?([01]?\d|2[0-3])"
    r"(?:[:：](\d\d)(?:[:：](\d\d)(?:[.,]\d+)?)?|\s?[h時点时시]\s?(?:(\d\d)[分분]?)?|[.](\d\d)(?=\s?(?:Uhr|uur)))"
    r"(?:\s?([ap])\.?m\b\.?)?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"\s{0,2}\(?(?:(?:GMT|UTC)\s?)?([+-])(\d\d?):?(\d\d)?(?!\d)|\s{0,2}\(?([A-Za-z]{1,4})\b")
# Whatever holds a date has four digits in a row, or two numbers with a mark between.
_DIGIT = re.compile(r"\d")
_DATE_LIKE = re.compile(r"\d{4}|\d\s?[-/.|]\s?\d|['’]\d\d")
# 2024-05-03T12:30:05.123+02:00
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)T((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)(?:(?<=:\d\d:\d\d)\.\d{1,9})?"
    r"(?:(Z)|([+-](?:0\d|1[0-4])):?([0-5]\d))?",
    re.ASCII,
)
_EPOCH_DAY = date(1970, 1, 1)  # an empty field, written as a number of seconds
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")


def read_moment(text: str, language: str = "", first_year: int = FIRST_STATED_YEAR) -> Moment | None:
    """Return the first date in a short text, or ``None``.

    ``language`` (BCP 47, the region counts) decides whether 5/3/2024 is in March or in May.
    """
    text = text[:MAX_CHARS].strip()
    digit = _DIGIT.search(text)  # a single class of characters is looked for far faster than three patterns
    if digit is None or not _DATE_LIKE.search(text, max(0, digit.start() - 1)):
        return None
    if (stated := _of_iso(text, first_year)) is not None:
        return stated
    if _EPOCH.fullmatch(text):
        return _of_epoch(int(text))
    for found in _days(text, language):
        if first_year <= found.day.year <= _LAST_YEAR and found.day != _EPOCH_DAY:
            clock, offset = found.clock or _clock(text, found.start, found.end)
            return Moment(found.day, clock, offset, found.other_day)
    return None


def _of_iso(text: str, first_year: int) -> Moment | None:
    """Return the moment of a text that is nothing else, as nearly all data is: a fifth of the time of all patterns."""
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    try:
        day = date.fromisoformat(match[1])
    except ValueError:
        return None
    if not first_year <= day.year <= _LAST_YEAR or day == _EPOCH_DAY:
        return None
    return Moment(day, match[2], "+00:00" if match[3] else f"{match[4]}:{match[5]}" if match[4] else "")


class _Found(NamedTuple):
    """A day, where it stands in the text, its time of day and offset if they are known already."""

    day: date
    start: int
    end: int
    clock: tuple[str, str] | None = None
    other_day: date | None = None


def _days(text: str, language: str) -> Iterator[_Found]:
    """Yield the days that the patterns find, the surest pattern first."""
    for match in _YEAR_FIRST.finditer(text):
        yield from _valid(match, match[1], match[3], match[4])
    for match in _COMPACT.finditer(text):
        clock = f"{match[4]}:{match[5]}" + (f":{match[6]}" if match[6] else "") if match[4] else ""
        yield from _valid(match, match[1], match[2], match[3], (clock, "") if clock else None)
    for match in _YEAR_LAST.finditer(text):
        first, second = int(match[1]), int(match[3])
        swapped = "/" in match[2] and language.lower() in _MONTH_FIRST
        if (swapped and first <= _MONTHS) or second > _MONTHS:
            first, second = second, first
        for found in _valid(match, match[4], str(second), str(first)):
            yield found._replace(other_day=_swapped(found.day))
    for pattern, order in ((_DAY_FIRST, (3, 2, 1)), (_MONTH_FIRST_WORDS, (3, 1, 2)), (_YEAR_FIRST_WORDS, (1, 2, 3))):
        if pattern is _MONTH_FIRST_WORDS and not _DAY_AND_YEAR.search(text):
            continue  # what begins with a word is looked for at every letter
        for match in pattern.finditer(text):
            number = _month(match[order[1]], language)
            if number:
                yield from _valid(match, match[order[0]], str(number), match[order[2]])


def _swapped(day: date) -> date | None:
    """Return the day whose numbers of day and month are exchanged, if there is another such day."""
    return date(day.year, day.day, day.month) if day.day <= _MONTHS and day.day != day.month else None


def _month(words: str, language: str) -> int | None:
    """Return the month of one or two words; of two, either may be the month ("de mayo")."""
    language = language[:2].lower()
    return month(words, language) or next(filter(None, (month(word, language) for word in words.split())), None)


def _valid(
    match: re.Match[str], year: str, number: str, day: str, clock: tuple[str, str] | None = None
) -> Iterator[_Found]:
    full = int(year)
    if full < _TWO_DIGIT_YEARS:
        full += 2000
    elif full in _BUDDHIST_YEARS:
        full -= 543
    try:
        yield _Found(date(full, int(number), int(day)), match.start(), match.end(), clock)
    except ValueError:
        return


def _clock(text: str, start: int, end: int) -> tuple[str, str]:
    """Return time of day and offset that stand behind the date, or else before it; "" where there are none."""
    match = _CLOCK.search(text, end + (text[end : end + 1] in ("T", "t")), end + 40) or _CLOCK.search(text, 0, start)
    if match is None:
        return "", ""
    hour = int(match[2])
    afternoon, minute, second = match[1] or match[7], match[3] or match[5] or match[6] or "00", match[4]
    if afternoon and hour <= 12:
        hour = hour % 12 + (0 if afternoon in "aA" else 12)
    if int(minute) > 59 or int(second or 0) > 59:
        return "", ""
    return f"{hour:02}:{int(minute):02}" + (f":{int(second):02}" if second else ""), _offset(text, match.end())


def _offset(text: str, start: int) -> str:
    match = _OFFSET.match(text, start)
    if match is None:
        return ""
    if match[4]:
        return _ZONES.get(match[4].lower(), "")
    hours, minutes = int(match[2]), int(match[3] or 0)
    return f"{match[1]}{hours:02}:{minutes:02}" if hours <= 14 and minutes < 60 else ""


def _of_epoch(number: int) -> Moment | None:
    moment = datetime.fromtimestamp(number / 1000 if number >= 10**11 else number, UTC)
    if not FIRST_VISIBLE_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return Moment(moment.date(), moment.strftime("%H:%M:%S"), "+00:00")


def read_any_language(text: str, language: str) -> Moment | None:
    """Return the day that dateparser reads in the text of a date element, or ``None``.

    For languages and spellings that :func:`read_moment` does not know. A call costs about a millisecond, so it comes
    last; the language has to be known, because guessing it takes a hundred times as long.
    """
    code = language[:2].lower()
    if not code or len(text) > MAX_SPELLED_CHARS or not _YEAR.search(text):
        return None
    import dateparser  # type: ignore[import-untyped]  # noqa: PLC0415

    settings = {"REQUIRE_PARTS": ["day", "month", "year"], "STRICT_PARSING": True}
    try:
        found = dateparser.parse(text, languages=[code], settings=settings)
    except (ValueError, TypeError, OverflowError, RecursionError):  # a language or a number that it cannot take
        return None
    if not found or not FIRST_VISIBLE_YEAR <= found.year <= _LAST_YEAR:
        return None
    in_words = any(map(str.isalpha, text))
    return Moment(found.date(), other_day=None if in_words else _swapped(found.date()))
