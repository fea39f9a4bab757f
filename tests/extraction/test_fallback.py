"""Where a page shows no text, the article is read from data: JSON-LD, or HTML in the state of scripts."""

from __future__ import annotations

import json
import time
from urllib.parse import quote

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
        "<p>We use cookies on this site to give you the best experience that you can have here.</p>",
        "<footer><p>© 2026 Eastwold Harbour Media Limited, Quay Street 4. All rights reserved.</p></footer>",
        "<div>本网站使用 Cookie 以改善您的浏览体验,继续浏览即表示您同意我们在本网站上使用这些文件,详见隐私政策。</div>",
    ],
)
def test_headings_wishes_for_scripts_and_notices_need_not_be_in_the_state(shell: str) -> None:
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


NUXT = (
    '<script>window.__NUXT__=(function(a,b,c){return {layout:"default",data:[{article:{title:a,body:'
    + escaped(HTML)
    + ',tags:[b],video:c}}],serverRendered:!0}}("Ferry returns","boats",null));</script>'
)
NUXT_NAMED = (
    "<script>window.__NUXT__=(function(a,b){return {data:[{article:{title:b,body:a}}]}}("
    + escaped(HTML)
    + ',"Ferry returns"));</script>'
)
ARC = (
    '<script>window.Fusion=window.Fusion||{};Fusion.arcSite="harbour";Fusion.contextPath="/pf";Fusion.globalContent='
    + escaped(
        {
            "type": "story",
            "headlines": {"basic": "Ferry returns"},
            "content_elements": [
                {"type": "text", "_id": "A", "content": STORY[0]},
                {"type": "image", "caption": "A caption that is as long as a sentence of the story, and ends as one."},
                {"type": "header", "level": 2, "content": "On the quay"},
                {"type": "interstitial_link", "content": "A link to another story that is as long as this one is."},
                *({"type": "text", "_id": "B", "content": paragraph} for paragraph in STORY[1:]),
            ],
        }
    )
    + ';Fusion.globalContentConfig={source:"story",query:{uri:"/sea"}};</script>'
)
ELEMENTS = ["$", "article", None, {"children": [
    ["$", "h1", None, {"children": "Ferry returns"}],
    ["$", "p", "0", {"className": "a", "children": [STORY[0][:20], ["$", "$L5", None, {"children": STORY[0][20:]}]]}],
    *(["$", "div", None, {"children": ["$", "p", None, {"children": paragraph}]}] for paragraph in STORY[1:-1]),
    "$L9",
]}]  # fmt: skip
FLIGHT = "<script>(self.__next_f=self.__next_f||[]).push([0])</script>" + "".join(
    f"<script>self.__next_f.push({escaped([1, piece])})</script>"
    for piece in (
        '1:"$Sreact.fragment"\n5:I[123,["a.js"],"default"]\n0:' + json.dumps({"b": "x", "f": [[ELEMENTS]]}) + "\n",
        "9:" + json.dumps(["$", "p", None, {"children": STORY[-1]}]) + "\n",
    )
)
DEVALUE = (
    '<script type="application/json" id="__NUXT_DATA__">'
    + escaped(
        [
            ["ShallowReactive", 1],
            {"data": 2},
            ["Reactive", 3],
            {"title": 4, "paragraphs": 5},
            "Ferry returns",
            list(range(6, 6 + len(STORY))),
            *STORY,
        ]
    )
    + "</script>"
)
PROSE = {"type": "doc", "content": [{"type": "paragraph", "content": [
    {"type": "text", "text": paragraph[:10]}, {"type": "text", "marks": [{"type": "bold"}], "text": paragraph[10:]}
]} for paragraph in STORY]}  # fmt: skip
RICH = {"nodeType": "document", "content": [
    {"nodeType": "paragraph", "content": [{"nodeType": "text", "value": paragraph}]} for paragraph in STORY
]}  # fmt: skip
CACHE = {
    "ROOT_QUERY": {"post": {"__ref": "Post:7"}},
    **{f"Paragraph:{n}": {"__typename": "Paragraph", "type": "P", "text": text} for n, text in enumerate(STORY)},
    "Post:7": {"title": "Ferry returns", "paragraphs": [{"__ref": f"Paragraph:{n}"} for n in range(len(STORY))]},
}
PORTABLE = [
    {"_type": "block", "style": "normal", "children": [{"_type": "span", "text": paragraph}]} for paragraph in STORY
]


@pytest.mark.parametrize(
    "script",
    [
        f"<script>window.__INITIAL_STATE__ = {{story: {{paragraphs: {escaped(list(STORY))}, open: !0,}}}};</script>",
        f"<script>window.__PRELOADED_STATE__ = JSON.parse({escaped(json.dumps({'html': HTML}))});</script>",
        f'<script>window.__DATA__ = "{quote(json.dumps({"html": HTML}))}";</script>',
        f"<script>window.__DATA__ = {escaped(json.dumps({'html': HTML}))};</script>",
        f"<script>var a=1;window.__APOLLO_STATE__={escaped({'Story:7': {'text': {'json': PROSE}}})};b()</script>",
        f"<script>window.__APOLLO_STATE__ = {escaped(CACHE)}</script>",
        f'<script type="application/json">{escaped({"entry": {"fields": {"body": RICH}}})}</script>',
        f'<script type="application/json">{escaped({"post": {"content": PORTABLE}})}</script>',
        f'<script type="application/json">{escaped({"post": {"body": chr(10).join(STORY)}})}</script>',
        NUXT,
        NUXT_NAMED,
        FLIGHT,
        FLIGHT.replace("self.__next_f.push", "(self.__next_f=self.__next_f||[]).push"),
        DEVALUE,
    ],
    ids=[
        "paragraphs",
        "JSON.parse",
        "percent",
        "quoted",
        "editor",
        "cache with references",
        "rich text",
        "portable text",
        "lines",
        "Nuxt",
        "Nuxt with names",
        "React elements",
        "React elements, pushed otherwise",
        "numbered values",
    ],
)
def test_a_story_in_the_state_of_scripts_is_the_article(script: str) -> None:
    assert [text for text in texts(draft_of_page(SHELL + script)) if text != "Ferry returns"] == list(STORY)


def test_the_elements_of_a_story_are_told_from_what_stands_between_them() -> None:
    draft = draft_of_page(SHELL + ARC)

    assert texts(draft) == [STORY[0], "On the quay", *STORY[1:]]
    assert draft.blocks[1].kind == "heading"


def test_of_several_stories_the_one_with_the_title_of_the_page_is_the_article() -> None:
    longer = [f"{paragraph} And that was not all of it, as the harbour master said." for paragraph in STORY]
    stories = [{"headline": "Ferry returns", "body": list(STORY)}, {"headline": "Another boat is late", "body": longer}]
    state = f'<script type="application/json">{escaped({"stories": stories})}</script>'

    assert texts(draft_of_page(SHELL + state, "<title>Ferry returns | Post</title>")) == list(STORY)


@pytest.mark.parametrize(
    "value",
    [
        {"more": [{"title": f"Story {number}", "text": paragraph} for number, paragraph in enumerate(STORY)]},
        {"labels": ["Accept all of the cookies on this page", "Refuse all of the cookies on this page"]},
        {"comments": [{"text": paragraph, "author": "A. Bell"} for paragraph in STORY]},
        {"files": [f"/static/chunks/a-very-long-name-of-a-chunk-of-code-{number}.js" for number in range(9)]},
    ],
)
def test_lists_of_other_things_are_no_story(value: object) -> None:
    assert texts(draft_of_page(f'{SHELL}<script type="application/json">{escaped(value)}</script>')) in (
        [],
        ["Ferry returns"],
    )


def test_state_that_refers_to_itself_comes_to_an_end() -> None:
    rows = "".join(f'{number:x}:["$L{number + 1:x}","$L{number + 1:x}","$L0"]\n' for number in range(60))
    values = [["Reactive", 1], [1, 1, 2, 2], [1, 1, 1, 1]]
    page = (
        f"<script>self.__next_f.push({escaped([1, rows])})</script>"
        f'<script type="application/json" id="__NUXT_DATA__">{escaped(values)}</script>'
    )

    assert texts(draft_of_page(SHELL + page)) in ([], ["Ferry returns"])


@pytest.mark.parametrize(
    "piece", ["=(function(a){return {", "=function(a){", "={a:[", "=JSON.parse('[", "self.__f.push([", '=\'{"a":[']
)
def test_hostile_scripts_take_little_time(piece: str) -> None:
    began = time.process_time()

    draft_of_page(f"{SHELL}<script>x{piece * 60_000}</script>")

    assert time.process_time() - began < 4
