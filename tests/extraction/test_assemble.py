"""Kept blocks become the article's blocks: kinds, levels, links, each text once, nothing changed."""

from __future__ import annotations

import dataclasses
from urllib.parse import urljoin

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.article import article
from scraper.config import ExtractSettings
from scraper.extraction.assemble import absolute, assemble
from scraper.records import Article, Block, Draft, Metadata, Tool
from scraper.text import visible
from tests.builders import STORY
from tests.extraction.scored_pages import URL, a_document, blocks_of, scored_page

PIECES = st.sampled_from(
    [
        "<p>{}</p>", "<h2>{}</h2>", "<ul><li>{}<li>second {}</ul>", "<blockquote><p>{}</p></blockquote>",
        "<pre>{}</pre>", "<table><tr><th>{}<th>b<tr><td>c<td>{}</table>", "<p>one <a href=/x>{}</a> two</p>",
        "<div>{}<br>line</div>",
        "<ol><li><p>{}</p><p>more</p></ol>", "<figure><img src=/i.jpg><figcaption>{}</figcaption></figure>",
    ]
)  # fmt: skip
WORDS = st.sampled_from(
    ["Ferry back", "a\u00adb \u200b c", "e\u0301te\u0301", "渡口\u200b恢复", "שלום", "x  y", *STORY]
)
BODIES = st.lists(st.builds(lambda piece, words: piece.format(words, words), PIECES, WORDS), min_size=1, max_size=8)


def texts(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text for block in blocks]


def finished(blocks: tuple[Block, ...]) -> Article:
    draft = Draft(document=a_document(""), metadata=Metadata(), blocks=blocks, quality=1.0)
    tool = Tool(name="scraper", version="0", rules="0", model="0")
    made = article(draft, ExtractSettings(min_words=0), tool)
    assert isinstance(made, Article)
    return made


@given(BODIES)
@settings(max_examples=60, deadline=None)
def test_blocks_cover_the_text_and_their_offsets_agree(pieces: list[str]) -> None:
    blocks = blocks_of("".join(pieces))
    if not blocks:
        return

    made = finished(blocks)

    marks = ["- " if block.kind == "item" else "" for block in blocks]
    assert [made.text[block.start : block.end] for block in made.blocks] == [
        mark + block.text for mark, block in zip(marks, blocks, strict=True)
    ]
    assert made.text == "\n\n".join(made.text[block.start : block.end] for block in made.blocks)
    assert made.text == visible(made.text)


@given(BODIES)
@settings(max_examples=60, deadline=None)
def test_a_link_covers_the_words_that_were_linked(pieces: list[str]) -> None:
    for block in blocks_of("".join(pieces)):
        for link in block.links:
            linked = block.text[link.start : link.end]
            assert block.text[: link.start].rstrip().endswith("one")
            assert block.text[link.end :].strip() == "two"
            assert linked == linked.strip()


@given(BODIES, st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_a_block_that_goes_changes_no_other(pieces: list[str], gone: int) -> None:
    scored = scored_page("".join(pieces).replace("<table>", "<div>").replace("</table>", "</div>"))
    fewer = scored.kept.copy()
    fewer[gone % len(fewer)] = False
    all_of_them, places = assemble(scored, URL)
    of_place = dict(zip(places, texts(all_of_them), strict=True))

    less, places = assemble(dataclasses.replace(scored, kept=fewer), URL)

    assert all(of_place.get(place, text) == text for place, text in zip(places, texts(less), strict=True))


def test_kinds_and_levels_are_those_of_the_page() -> None:
    blocks = blocks_of(
        "<h2>Back</h2><p>One.</p><ul><li>Two<ol><li>Three</ol></ul><blockquote>Four</blockquote><pre>f(x)</pre>"
    )

    assert [(block.kind, block.level) for block in blocks] == [
        ("heading", 2),
        ("paragraph", None),
        ("item", 1),
        ("item", 2),
        ("quote", None),
        ("code", None),
    ]


def test_the_second_paragraph_of_a_list_item_is_no_item() -> None:
    blocks = blocks_of(f"<p>{STORY[0]}</p><ul><li><p>One.</p><p>Two.</p><li>Three.</ul><p>{STORY[1]}</p>")

    assert [block.kind for block in blocks[1:-1]] == ["item", "paragraph", "item"]


def test_a_standfirst_is_one_also_where_it_is_marked_up_as_a_heading() -> None:
    lead = "After eleven weeks in the dockyard the ferry carries teachers and nurses again."
    blocks = blocks_of(f'<h2 class="standfirst">{lead}</h2><p>{STORY[0]}</p>')

    assert [block.kind for block in blocks] == ["standfirst", "paragraph"]


def test_captions_belong_to_their_images() -> None:
    blocks = blocks_of(f"<p>{STORY[0]}</p><figure><img src=/i.jpg><figcaption>The ferry.</figcaption></figure>")

    assert texts(blocks) == [STORY[0]]


def test_title_and_date_before_the_text_are_no_text() -> None:
    head = "<title>Ferry returns to the islands</title>"
    blocks = blocks_of(f"<h1>Ferry returns to the islands</h1><p>3 May 2026</p><p>{STORY[0]}</p>", head)

    assert texts(blocks) == [STORY[0]]


def test_a_short_line_above_the_title_is_no_text() -> None:
    head = "<title>Ferry returns to the islands</title>"
    blocks = blocks_of(f"<p>Hot news</p><h1>Ferry returns to the islands</h1><p>{STORY[0]}</p>", head)

    assert texts(blocks) == [STORY[0]]


def test_code_between_kept_blocks_is_kept() -> None:
    blocks = blocks_of("<p>Run it:</p><pre>make\n  test</pre><p>Done.</p>", dropped=("make\n  test",))

    assert texts(blocks) == ["Run it:", "make\n  test", "Done."]


def with_heading_at(heading: float, section: float, body: str) -> list[str]:
    """Return the texts of a page whose headings were not kept, with the scores of headings and of paragraphs."""
    scored = scored_page(body)
    headings = np.array([tag == "h2" for tag in scored.columns.tag])
    scores = np.where(headings, heading, section)
    return texts(assemble(dataclasses.replace(scored, kept=~headings, probability=scores), URL)[0])


def test_a_heading_right_above_a_sure_paragraph_is_kept() -> None:
    body = f"<div><p>{STORY[0]}</p><h2>The second ship</h2><p>{STORY[1]}</p></div>"

    assert with_heading_at(0.3, 0.9, body) == [STORY[0], "The second ship", STORY[1]]
    assert with_heading_at(0.3, 0.6, body) == [STORY[0], STORY[1]]
    assert with_heading_at(0.05, 0.9, body) == [STORY[0], STORY[1]]


def test_a_heading_of_another_container_or_above_the_text_stays_out() -> None:
    paragraphs = f"<p>{STORY[0]}</p><p>{STORY[1]}</p>"

    assert with_heading_at(0.3, 0.9, f"<h2>Notices</h2>{paragraphs}") == [STORY[0], STORY[1]]
    other = f"<p>{STORY[0]}</p><div><div><h2>Notices</h2></div></div><p>{STORY[1]}</p>"
    assert with_heading_at(0.3, 0.9, other) == [STORY[0], STORY[1]]


def test_a_paragraph_of_nothing_but_a_joiner_is_no_block() -> None:
    assert texts(blocks_of(f"<p>{STORY[0]}</p><p>&zwj;</p><p>{STORY[1]}</p>")) == [STORY[0], STORY[1]]


def test_characters_that_show_nothing_leave_no_two_spaces() -> None:
    assert texts(blocks_of("<p>one \u200b two</p>")) == ["one two"]


def test_the_score_of_a_block_is_that_of_the_model() -> None:
    scored = scored_page(f"<p>{STORY[0]}</p>")
    probability = np.full(len(scored.probability), 0.75)

    blocks, _ = assemble(dataclasses.replace(scored, probability=probability), URL)

    assert blocks[0].score == 0.75


@given(
    st.sampled_from(
        ["https://a.test/b/c?d", "http://u:p@A.test:80", "HTTP://a.test/", "ftp://a.test/", "//a.test/", ""]
    ),
    st.lists(st.sampled_from(["/", "//", ".", "..", "a", "B-1", "%7E", "~", "?", "#", ";", " "]), max_size=8),
)
def test_a_path_leads_where_the_standard_library_says(base: str, pieces: list[str]) -> None:
    href = f"/{''.join(pieces)}"
    url = urljoin(base, href.strip())

    assert absolute(base, href) == (url if url.startswith(("https://", "http://")) else None)
