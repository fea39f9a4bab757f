from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from metadata_pages import STORY, columns_of, ld, meta, told

from scraper.extraction.columns import Columns
from scraper.extraction.metadata import metadata
from scraper.records import Metadata


def test_a_page_that_says_nothing_has_no_metadata() -> None:
    assert metadata(Columns(), "", "", None) == Metadata()


def test_site_section_and_description_come_from_the_head() -> None:
    page = told(
        head=meta("og:site_name", "Island Post")
        + meta("article:section", "Harbour")
        + meta("og:description", "The ferry &amp;amp; the pier are   back.")
    )

    assert (page.site, page.section, page.description) == ("Island Post", "Harbour", "The ferry & the pier are back.")


def test_tags_of_the_article_come_before_the_keywords_of_the_site() -> None:
    head = meta("article:tag", "ferry") + meta("article:tag", "harbour") + meta("keywords", "news, islands")

    assert told(head=head).tags == ("ferry", "harbour")


def test_keywords_are_parted_at_commas_of_every_script() -> None:
    assert told(head=ld('{"@type": "Article", "keywords": "渡轮，海岛、渡轮"}')).tags == ("渡轮", "海岛")


@pytest.mark.parametrize("url", ["http://[", "no address", "https://", "http://news.example:x/y"])
def test_an_address_that_is_none_gives_metadata(url: str) -> None:
    assert told(head="<title>Ferry returns</title>", url=url).title == "Ferry returns"


def test_the_canonical_address_is_made_absolute() -> None:
    page = told(head='<link rel="canonical" href="/ferry">')

    assert page.canonical == "https://news.example/ferry"


def test_an_address_that_is_none_is_left_out() -> None:
    page = told(head='<link rel="canonical" href="data:,x">' + meta("og:image", "javascript:alert(1)"))

    assert (page.canonical, page.images) == (None, ())


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (ld('{"@type": "NewsArticle", "isAccessibleForFree": "False"}'), "hard"),
        (ld('{"@type": "NewsArticle", "isAccessibleForFree": true}'), "free"),
        (meta("article:content_tier", "metered"), "metered"),
        ("", "unknown"),
    ],
)
def test_the_paywall_is_what_the_page_declares(head: str, expected: str) -> None:
    assert told(head=head).paywall == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (ld('{"@type": "LiveBlogPosting"}'), "live_blog"),
        (ld('{"@type": "NewsArticle", "video": {"@type": "VideoObject"}}'), "article"),
        (ld('{"@type": "VideoObject"}'), "video"),
        (ld('{"@type": "ImageGallery"}'), "gallery"),
        (meta("og:type", "video.other"), "video"),
        (meta("og:type", "article"), "article"),
        (meta("og:type", "website"), None),
    ],
)
def test_the_kind_is_what_the_page_claims(head: str, expected: str | None) -> None:
    assert told(head=head).page_kind == expected


def test_the_language_is_that_of_the_text_and_not_of_the_template() -> None:
    text = "Die Fähre ist wieder da, und die Leute auf der Insel freuen sich, dass sie nicht mehr warten."
    page = metadata(columns_of(STORY, lang="en"), "", text, None)

    assert (page.language, page.sources.language) == ("de", "text")


@given(st.lists(st.tuples(st.sampled_from(["og:title", "author", "date", "keywords", "robots"]), st.text(max_size=80))))
def test_any_metas_give_metadata(metas: list[tuple[str, str]]) -> None:
    columns = Columns(metas=metas)

    assert metadata(columns, "https://news.example/", "", None).page_kind is None


@given(st.text(alphabet='{}[]",:@type\\ nul1NewsArticleauthordatePublished', max_size=200))
def test_any_json_ld_gives_metadata(text: str) -> None:
    assert metadata(Columns(json_ld=[text]), "", "", None).warnings == ()
