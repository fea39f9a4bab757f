from __future__ import annotations

from datetime import UTC, datetime

import pytest
from metadata_pages import STORY, ld, meta, told

NEWS = """{"@type": "NewsArticle", "datePublished": "2024-05-03T08:00:00+02:00",
           "dateModified": "2024-05-04T09:30:00+02:00"}"""


def test_both_dates_of_json_ld_keep_their_offset() -> None:
    page = told(head=ld(NEWS))

    assert (page.published, page.published_precision) == ("2024-05-03T08:00:00+02:00", "second")
    assert (page.modified, page.sources.modified) == ("2024-05-04T09:30:00+02:00", "json-ld")


def test_the_day_of_the_page_counts_only_around_an_article() -> None:
    assert told(head=ld('{"@type": "WebPage", "datePublished": "2019-01-01"}')).published is None


def test_metas_come_before_the_json_ld_of_a_page_that_is_no_news() -> None:
    head = ld('{"@type": "BlogPosting", "datePublished": "2024-05-05"}') + meta("article:published_time", "2024-05-03")

    assert told(head=head).published == "2024-05-03"


def test_a_meta_of_the_own_spelling_of_a_site_is_read() -> None:
    assert told(head=meta("my-published-date", "2024-05-03")).published == "2024-05-03"


def test_a_meta_may_have_a_value_for_content() -> None:
    assert told(head='<meta name="article:published_time" value="2024-05-03">').published == "2024-05-03"


@pytest.mark.parametrize(
    ("stated", "shown", "published"),
    [
        ("2024-05-03T01:32:10Z", "2 May 2024, 21:32", "2024-05-02T21:32:10-04:00"),
        ("2024-05-03T01:32Z", "3 May 2024 07:02", "2024-05-03T07:02+05:30"),
        ("2024-05-03T01:32Z", "3 May 2024 07:04", "2024-05-03T01:32+00:00"),  # another minute: something else
        ("2024-05-03T08:00Z", "3 May 2024 10:00", "2024-05-03T08:00+00:00"),  # full hours agree by chance
        ("2024-05-03T01:32Z", "5 May 2024 09:32", "2024-05-03T01:32+00:00"),  # no offset is that large
        ("2024-05-03T01:32+02:00", "2 May 2024 21:32", "2024-05-03T01:32+02:00"),
    ],
)
def test_a_moment_in_utc_has_the_offset_that_the_page_shows(stated: str, shown: str, published: str) -> None:
    head = "<title>Ferry returns</title>" + meta("article:published_time", stated)

    assert told(f"<h1>Ferry returns</h1><p>{shown}</p>{STORY}", head).published == published


@pytest.mark.parametrize(
    "line",
    [
        '<p class="date">3 May 2024</p>',
        "<p>Ann Bell | 3 May 2024, 10:00</p>",
        '<p><time datetime="2024-05-03">yesterday</time></p>',
    ],
)
def test_a_date_near_the_title_is_found(line: str) -> None:
    page = told(f"<h1>Ferry returns</h1>{line}{STORY}", "<title>Ferry returns</title>")

    assert page.published is not None
    assert page.published.startswith("2024-05-03")


def test_a_line_that_speaks_of_a_change_dates_the_change() -> None:
    page = told(
        f"<h1>Ferry returns</h1><p>Updated on 4 May 2024</p><p>3 May 2024</p>{STORY}", "<title>Ferry returns</title>"
    )

    assert (page.published, page.modified) == ("2024-05-03", "2024-05-04")


def test_a_line_that_says_published_comes_before_other_lines() -> None:
    page = told(
        "<h1>Ferry returns</h1><p>Harbour festival, 9 June 2024</p>"
        f"<p>Published: 3 May 2024, updated 4 May 2024</p>{STORY}",
        "<title>Ferry returns</title>",
    )

    assert page.published == "2024-05-03"


def test_the_line_nearest_to_the_title_dates_the_article_and_lines_above_count_less() -> None:
    today, own, list_below = "<p>Friday, 10 May 2024</p>", "<p>3 May 2024</p>", "<p>1 May 2024</p>"
    page = told(f"{today}<h1>Ferry returns</h1><p>Harbour</p>{own}{list_below}{STORY}", "<title>Ferry returns</title>")

    assert page.published == "2024-05-03"


def test_a_change_named_at_the_title_comes_before_an_unlabelled_date_behind_the_text() -> None:
    shown = f"<h1>Ferry returns</h1><p>Last modified: 3 May 2024</p>{STORY}<footer><p>9 June 2024</p></footer>"

    assert told(shown, "<title>Ferry returns</title>").published == "2024-05-03"


@pytest.mark.parametrize(
    ("head", "line", "url"),
    [
        (ld('{"@type": "BlogPosting", "datePublished": "2024-09-10T08:00:00Z"}'), "09.10.2024", "/ferry"),
        (meta("article:published_time", "09-10-2024"), "Published September 10, 2024", "/ferry"),
        ("", "09-10-2024", "/2024/september/10/ferry"),
    ],
)
def test_what_else_the_page_says_settles_the_order_of_day_and_month(head: str, line: str, url: str) -> None:
    shown = f"<h1>Ferry returns</h1><p>{line}</p>{STORY}"
    page = told(shown, f"<title>Ferry returns</title>{head}", url=f"https://news.example{url}")

    assert page.published is not None
    assert page.published[:10] == "2024-09-10"


def test_of_two_readings_one_in_the_future_is_not_taken() -> None:
    head = meta("article:published_time", "03-09-2024")

    assert told(head=head, now=datetime(2024, 4, 1, tzinfo=UTC)).published == "2024-03-09"


def test_a_date_in_the_prose_is_no_date_of_publication() -> None:
    prose = (
        "<p>"
        + "The ferry was built on 3 May 1997 in the yard beside the old harbour, as the log of the yard says. " * 4
    )

    assert told(f"<h1>Ferry returns</h1>{prose}</p>", "<title>Ferry returns</title>").published is None


def test_a_date_beside_the_title_that_the_url_contradicts_is_not_taken() -> None:
    shown = "<h1>Ferry returns</h1><p>12.11.10</p>"

    assert told(shown + STORY, url="https://news.example/2024/05/03/ferry").published == "2024-05-03"


@pytest.mark.parametrize("path", ["/20390261/ferry", "/2024/99/03/ferry", "/20241345"])
def test_a_number_in_the_url_is_no_date(path: str) -> None:
    assert told(STORY, url=f"https://news.example{path}").published is None


@pytest.mark.parametrize(
    "path", ["2024/05/03/ferry", "2024-5-3/ferry", "2024/may/03/ferry", "20240503/ferry", "ferry-returns-20240503"]
)
def test_the_url_is_the_last_resort(path: str) -> None:
    page = told(url=f"https://news.example/{path}")

    assert (page.published, page.sources.published) == ("2024-05-03", "url")


def test_a_date_in_the_future_is_refused() -> None:
    page = told(head=ld(NEWS), now=datetime(2024, 3, 1, tzinfo=UTC))

    assert (page.published, page.modified) == (None, None)
    assert page.warnings == ("date_in_future_dropped",)


def test_without_a_clock_no_date_is_in_the_future() -> None:
    assert told(head=meta("article:published_time", "2099-05-03")).published == "2099-05-03"


def test_a_change_before_the_publication_is_dropped() -> None:
    head = meta("article:published_time", "2024-05-03") + meta("article:modified_time", "2024-05-01")

    assert told(head=head).modified is None
