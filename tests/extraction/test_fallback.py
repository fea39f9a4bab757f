"""Where a page shows no text, the article is read from data: JSON-LD, or HTML in the state of scripts."""

from __future__ import annotations

import json

import pytest

from scraper.records import Draft
from tests.builders import STORY
from tests.extraction.scored_pages import draft_of_page

HTML = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
SHELL = "<div id=app><h1>Ferry returns</h1></div>"


def texts(draft: Draft) -> list[str]:
    return [block.text for block in draft.blocks]


def escaped(value: object) -> str:
    return json.dumps(value).replace("<", "\\u003c")


def test_the_article_body_of_json_ld_is_the_article() -> None:
    data = json.dumps({"@type": "NewsArticle", "headline": "Ferry returns", "articleBody": "\n\n".join(STORY)})

    assert texts(draft_of_page(SHELL, f"<script type='application/ld+json'>{data}</script>")) == list(STORY)


@pytest.mark.parametrize(
    "script",
    [
        f'<script type="application/json">{escaped({"props": {"body": HTML}})}</script>',
        f'<script type="application/json">{escaped({"props": json.dumps({"body": HTML})})}</script>',
        f"<script>window.__STATE__ = {escaped({'article': [{'html': HTML}]})};</script>",
        "".join(
            f"<script>self.__f.push({escaped([1, piece])})</script>"
            for piece in (HTML[:150], HTML[150:180], HTML[180:])
        ),
        "".join(
            f"<script>self.__f.push({escaped([1, piece])})</script>"
            for piece in (
                '0:["$","div",null,{"children":"Hello"}]\n1:I["a.js"]\n',
                f"1a:T{len(HTML.encode()):x},{HTML[:200]}",
                HTML[200:] + '1b:["$","div",null,{"dangerouslySetInnerHTML":{"__html":"$1a"}}]\n',
            )
        ),
        f"<script>self.__f.push({escaped([1, '7:' + json.dumps({'post': {'html': HTML}}) + chr(10)])})</script>",
    ],
    ids=["JSON script", "JSON in JSON", "assigned state", "streamed pieces", "text of a stream", "JSON of a stream"],
)
def test_html_in_the_state_of_scripts_is_the_article(script: str) -> None:
    assert texts(draft_of_page(SHELL + script)) == list(STORY)


@pytest.mark.parametrize(
    "shell",
    [
        "<h1>The ferry returns to both of the islands after eleven weeks</h1>",
        "<noscript>You need to enable JavaScript to run this app, says the harbour.</noscript>",
    ],
)
def test_a_heading_or_a_wish_for_scripts_need_not_be_in_the_state(shell: str) -> None:
    state = f'<script type="application/json">{escaped({"props": {"body": HTML}})}</script>'

    assert texts(draft_of_page(f"<div id=root></div>{shell}{state}")) == list(STORY)


def test_state_that_holds_another_article_is_not_taken_for_the_one_that_is_shown() -> None:
    shown = "The harbour office closes at noon today because its only clerk has been asked to play the tuba. " * 3
    state = f'<script type="application/json">{escaped({"more": HTML})}</script>'

    assert texts(draft_of_page(f"<article><h1>Office closes</h1><p>{shown}</p></article>{state}")) == [shown.strip()]


def test_an_article_from_data_is_judged_neither_as_a_listing_nor_by_the_shell_around_it() -> None:
    data = json.dumps({"@type": "NewsArticle", "headline": "Ferry returns", "articleBody": "\n\n".join(STORY)})

    draft = draft_of_page(SHELL, f"<script type='application/ld+json'>{data}</script>", url="https://news.example/")

    assert (draft.quality, dict(draft.signals)) == (0.8, {})
