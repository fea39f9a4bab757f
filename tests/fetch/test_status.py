"""Retry-After and statuses, with the time passed in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scraper.fetch.status import retry_after_s, status_trouble, type_trouble

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Tue, 24 Nov 2026 12:01:30 GMT", 90.0),
        ("Tue, 24 Nov 2026 13:01:30 +0100", 90.0),
        ("Mon, 01 Jan 2024 00:00:00 GMT", 0.0),
        ("-5", None),
        ("1e9", None),
        ("soon", None),
        ("²", None),
        ("Tue, 99 Nov 2026 12:00:00 GMT", None),
        ("Mon, 01 Jan 2026 00:00:00 +99999999999999", None),
        ("Mon, 01 Jan 99999999999999 00:00:00 GMT", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_junk_is_ignored(value: str, seconds: float | None) -> None:
    assert retry_after_s({"retry-after": value}, NOON) == seconds


def test_a_number_of_any_length_is_read() -> None:
    assert retry_after_s({"retry-after": "9" * 5000}, NOON) == 999_999_999.0


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {}, None),
        (204, {}, None),
        (304, {}, ("not_modified", False, 0.0)),
        (300, {}, ("protocol", False, 0.0)),
        (418, {}, ("http_4xx", False, 0.0)),
        (429, {}, ("rate_limited", True, 0.0)),
        (429, {"retry-after": "9"}, ("rate_limited", True, 9.0)),
        (429, {"retry-after": "999"}, ("retry_after", False, 0.0)),
        (500, {}, ("http_5xx", True, 0.0)),
        (500, {"retry-after": "9"}, ("http_5xx", True, 0.0)),
        (503, {"retry-after": "9"}, ("retry_after", True, 9.0)),
        (503, {"retry-after": "junk"}, ("http_5xx", True, 0.0)),
        (503, {"cf-mitigated": "challenge"}, ("blocked", False, 0.0)),
        (999, {}, ("protocol", False, 0.0)),
    ],
)
def test_each_status_has_its_reason(
    status: int, headers: dict[str, str], expected: tuple[str, bool, float] | None
) -> None:
    trouble = status_trouble(status, headers, NOON, max_wait_s=120.0)

    assert (trouble and (trouble.reason, trouble.retry, trouble.rest_s)) == expected


@pytest.mark.parametrize("kind", ["", "text/html", "html", "utf-8", "application/json", "application/atom+xml"])
def test_a_type_that_may_be_a_page_or_a_feed_is_read(kind: str) -> None:
    assert type_trouble({"content-type": kind}) is None


@pytest.mark.parametrize("kind", ["image/svg+xml", "application/zip", "audio/mpeg; codecs=x", "APPLICATION/PDF"])
def test_a_type_that_is_no_page_is_not(kind: str) -> None:
    trouble = type_trouble({"content-type": kind})

    assert trouble is not None
    assert trouble.reason == "not_html"


def test_control_bytes_of_a_type_do_not_reach_the_detail() -> None:
    trouble = type_trouble({"content-type": "evil/\x1b]0;title\x07"})

    assert trouble is not None
    assert trouble.detail.isprintable()
