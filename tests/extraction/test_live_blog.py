"""A live blog keeps its entries: where each begins, and its time."""

from __future__ import annotations

import json

from scraper.extraction.assemble import assemble
from scraper.extraction.live_blog import entries
from scraper.records import Block, Metadata
from tests.builders import STORY
from tests.extraction.scored_pages import URL, scored_page

POST = "<div class=post><time datetime='{0}'>{1}</time><p>{2}</p></div>"
TIMES = ("2026-03-02T18:40:00+01:00", "2026-03-02T17:15:00+01:00", "2026-03-02T14:02:00+01:00")


def entries_of(body: str, head: str = "", **meta: str | None) -> tuple[Block, ...] | None:
    scored = scored_page(body, head)
    found = entries(scored.columns, *assemble(scored, URL), Metadata(**meta))  # type: ignore[arg-type]
    return found and found[0]


def marked(blocks: tuple[Block, ...] | None) -> list[tuple[str, str | None]]:
    return [(block.text, block.time) for block in blocks or () if block.kind == "entry"]


def posts(container: str = "<div class=liveblog>{}</div>", post: str = POST) -> str:
    made = (post.format(time, time[11:16], text) for time, text in zip(TIMES, STORY, strict=False))
    return container.format("".join(made))


def test_entries_of_a_live_blog_begin_at_their_text_and_have_the_time_of_their_element() -> None:
    assert marked(entries_of(posts())) == list(zip(STORY, TIMES, strict=False))


def test_the_line_with_the_time_is_no_text() -> None:
    blocks = entries_of(posts())

    assert blocks is not None
    assert [block.text for block in blocks] == list(STORY[:3])


def test_a_time_of_day_belongs_to_the_only_day_of_the_page() -> None:
    post = "<div class=post><b>{1}</b><p>{2}</p></div>"

    found = entries_of(posts(post=post), published="2026-03-02T10:00:00+01:00")

    assert [time for _, time in marked(found)] == ["2026-03-02T18:40", "2026-03-02T17:15", "2026-03-02T14:02"]


def test_a_time_of_day_without_a_day_is_unknown() -> None:
    post = "<div class=post><b>{1}</b><p>{2}</p></div>"

    assert [time for _, time in marked(entries_of(posts(post=post)))] == [None, None, None]


def test_entries_that_only_json_ld_knows_are_found_by_their_text() -> None:
    updates = [
        {"@type": "BlogPosting", "datePublished": time, "articleBody": text}
        for time, text in zip(TIMES, STORY, strict=False)
    ]
    data = json.dumps({"@type": "LiveBlogPosting", "headline": "Ferry", "liveBlogUpdate": updates})
    body = "".join(f"<p>{text}</p>" for text in STORY)

    found = entries_of(body, f"<script type='application/ld+json'>{data}</script>", page_kind="live_blog")

    assert marked(found) == list(zip(STORY, TIMES, strict=False))


def test_posts_of_a_page_that_nothing_calls_live_are_no_entries() -> None:
    assert entries_of(posts(container="<div class=story>{}</div>")) is None


def test_two_entries_are_no_live_blog() -> None:
    post = POST.format(TIMES[0], "18:40", STORY[0]) + POST.format(TIMES[1], "17:15", STORY[1])

    assert entries_of(f"<div class=liveblog>{post}</div>") is None
