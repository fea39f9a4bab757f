from __future__ import annotations

import pytest
from metadata_pages import STORY, ld, meta, told

from scraper.extraction.titles import without_site


def test_the_heading_that_the_head_agrees_with_is_the_title() -> None:
    page = told(
        f"<h1>Island Post</h1><h1>Ferry returns to the islands</h1>{STORY}",
        "<title>Ferry returns to the islands | Island Post</title>",
    )

    assert (page.title, page.sources.title) == ("Ferry returns to the islands", "h1")


def test_the_headline_of_news_comes_before_a_heading_with_another_wording() -> None:
    page = told(
        f"<h1>Ferry is back</h1>{STORY}",
        ld('{"@type": "NewsArticle", "headline": "Ferry returns to the islands"}'),
    )

    assert (page.title, page.sources.title) == ("Ferry returns to the islands", "json-ld")


def test_a_headline_that_was_cut_for_search_engines_is_completed_by_the_heading() -> None:
    whole = "After eleven weeks in the dockyard and a long quarrel over money the ferry returns to both of the islands"
    page = told(f"<h1>{whole}</h1>{STORY}", ld(f'{{"@type": "NewsArticle", "headline": "{whole[:95]}"}}'))

    assert page.title == whole


def test_without_a_heading_the_title_element_is_taken_without_the_site() -> None:
    page = told(head="<title>Ferry returns - news.example</title>")

    assert (page.title, page.sources.title) == ("Ferry returns", "title")


def test_a_title_shown_in_plain_text_is_found_by_the_title_element() -> None:
    page = told(f"<div>渡轮停航十一周后恢复运营</div>{STORY}", "<title>渡轮停航十一周后恢复运营_海岛新闻网</title>")

    assert (page.title, page.sources.title) == ("渡轮停航十一周后恢复运营", "visible")


def test_a_heading_that_leads_to_the_front_page_is_the_site() -> None:
    page = told(
        f'<h1><a href="/">Notes from the quay</a></h1><h2>Ferry returns</h2>{STORY}',
        "<title>Ferry returns : Notes from the quay</title>",
    )

    assert page.title == "Ferry returns"


def test_a_topic_in_front_of_the_headline_is_left_out_where_the_head_leaves_it_out() -> None:
    page = told(
        f"<h1>Islands Ferry returns after the repairs</h1>{STORY}", meta("og:title", "Ferry returns after the repairs")
    )

    assert page.title == "Ferry returns after the repairs"


def test_quotation_marks_that_close_a_title_are_no_end_of_it() -> None:
    assert without_site("After the storm - «The ferry will return» | Island Post", ["islandpost"]) == (
        "After the storm - «The ferry will return»"
    )


def test_a_number_in_front_belongs_to_the_headline() -> None:
    page = told(f"<h1>10 Ferries of the north</h1>{STORY}", meta("og:title", "Ferries of the north"))

    assert page.title == "10 Ferries of the north"


def test_an_article_that_is_given_as_an_application_keeps_its_title() -> None:
    head = "<title>Ferry returns to the harbour</title>" + meta("application-name", "Ferry returns to the harbour")

    assert told(f"<h1>Ferry returns to the harbour</h1>{STORY}", head).title == "Ferry returns to the harbour"


def test_a_heading_that_was_escaped_twice_is_read() -> None:
    assert told(f"<h1>Nets &amp;amp; lines</h1>{STORY}", "<title>Nets &amp; lines</title>").title == "Nets & lines"


def test_a_page_that_says_nothing_has_no_title() -> None:
    assert told("<p>Short.</p>").title is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ferry returns | Island Post", "Ferry returns"),
        ("Island Post: Ferry returns", "Island Post: Ferry returns"),
        ("Island Post – Ferry returns – Island Post", "Ferry returns"),
        ("Ferry returns_Island Post", "Ferry returns"),
        ("Ferry - and pier - return", "Ferry - and pier - return"),
        ("Island Post", "Island Post"),
    ],
)
def test_the_name_of_the_site_is_cut_off_at_the_ends(text: str, expected: str) -> None:
    assert without_site(text, ["islandpost"]) == expected
