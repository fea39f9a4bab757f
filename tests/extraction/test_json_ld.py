from __future__ import annotations

import pytest

from scraper.extraction import json_ld


def test_nodes_of_a_graph_are_found_below_it() -> None:
    nodes = json_ld.read(['{"@graph": [{"@type": "WebPage"}, {"@type": "NewsArticle", "headline": "Ferry"}]}'])

    assert [json_ld.types(node) for node in nodes] == [[], ["webpage"], ["newsarticle"]]


@pytest.mark.parametrize(
    "text",
    [
        '<!-- {"headline": "Ferry"} -->',
        '//<![CDATA[\n{"headline": "Ferry"}\n//]]>',
        '{"headline": "Fer\try",}'.replace("\t", ""),
        '{"headline": "Ferry"};',
        "{&quot;headline&quot;: &quot;Ferry&quot;}",
        '\ufeff{"headline": "Ferry", "list": [1, 2, ]}',
        '{"headline": "Ferry", "text": "It\\\'s"}',
        "{'headline': 'Ferry', // for search engines\n}",
        '{"headline": "Ferry", "text": "The <a href="/ferry">ferry</a>"}',
    ],
)
def test_what_pages_do_to_json_is_undone(text: str) -> None:
    assert json_ld.read([text])[0]["headline"] == "Ferry"


def test_a_raw_line_break_in_a_string_becomes_a_space() -> None:
    assert json_ld.read(['{"headline": "Ferry\nis back"}'])[0]["headline"] == "Ferry is back"


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "", "null", "{", '"\\ud800"', "12" * 5_000, "{]"])
def test_hostile_json_has_no_article(text: str) -> None:
    assert json_ld.article(json_ld.read([text]), "") is None


def test_a_broken_block_does_not_hide_the_next() -> None:
    assert json_ld.read(["{broken", '{"@type": "Article"}'])[-1] == {"@type": "Article"}


def test_the_article_with_the_address_of_the_page_is_chosen() -> None:
    other = {"@type": "NewsArticle", "headline": "Other", "url": "https://news.example/other", "datePublished": "x"}
    this = {"@type": "NewsArticle", "headline": "Ferry", "url": "https://news.example/2024/ferry"}

    assert json_ld.article([other, this], "https://news.example/2024/ferry") == this


def test_a_declared_article_comes_before_a_recipe() -> None:
    recipe = {"@type": "Recipe", "name": "Soup", "datePublished": "2024-01-01"}
    article = {"@type": ["Article", "Thing"]}

    assert json_ld.article([recipe, article], "") == article


def test_an_organization_is_no_article() -> None:
    assert json_ld.article([{"@type": "Organization", "name": "News"}], "") is None


def test_a_type_may_be_an_address() -> None:
    assert json_ld.types({"@type": "https://schema.org/NewsArticle"}) == ["newsarticle"]


def test_texts_come_from_strings_objects_and_lists() -> None:
    assert json_ld.texts(["Ann Bell", {"name": "Ben Cole"}, {"id": 1}, 7]) == ["Ann Bell", "Ben Cole"]
    assert json_ld.texts({"name": ["Ann Bell", "Ben Cole"]}) == ["Ann Bell", "Ben Cole"]
