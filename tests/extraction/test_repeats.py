"""The same article twice counts once, the next article not at all; lines that may repeat stay."""

from __future__ import annotations

from tests.builders import STORY
from tests.extraction.scored_pages import blocks_of

COPY = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
NEXT = (
    "A seal has moved into the marina and shows no sign of leaving, says the rowing club.",
    "It sleeps on the pontoon, snores, and has been asked twice to move to the other side of the pier.",
    "Visitors are told not to feed it, whatever it tells them, and to keep their dogs on the lead.",
)


def texts(body: str, head: str = "") -> list[str]:
    return [block.text for block in blocks_of(body, head)]


def test_a_copy_for_phones_counts_once() -> None:
    assert texts(f"<div class=desktop>{COPY}</div><div class=mobile>{COPY}</div>") == list(STORY)


def test_a_copy_that_differs_in_punctuation_counts_once() -> None:
    again = COPY.replace(",", " –").replace("The", "THE")

    assert texts(f"<div>{COPY}</div><div>{again}</div>") == list(STORY)


def test_a_copy_begins_with_the_title() -> None:
    title = "<h2>Ferry returns to the islands</h2>"
    head = "<title>Ferry returns to the islands</title>"

    assert texts(f"<div>{title}{COPY}</div><div>{title}{COPY}</div>", head) == list(STORY)


def test_a_refrain_stays() -> None:
    body = f"<p>{STORY[0]}</p><p>So it goes.</p><p>{STORY[1]}</p><p>So it goes.</p>"

    assert texts(body) == [STORY[0], "So it goes.", STORY[1], "So it goes."]


def an_article(title: str, paragraphs: tuple[str, ...], date: str = "2026-05-01") -> str:
    story = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    signed = f'<time datetime="{date}">{date}</time>' if date else ""
    return f"<article><h1>{title}</h1>{signed}{story}</article>"


def test_of_a_stream_the_article_with_the_title_stays() -> None:
    head = "<title>Ferry returns to the islands</title>"
    stream = an_article("Ferry returns to the islands", STORY) + an_article("Seal moves in", NEXT, "2026-04-30")

    assert texts(stream, head)[-1] == STORY[-1]


def test_an_article_above_the_one_with_the_title_goes_too() -> None:
    head = "<title>Ferry returns to the islands</title>"
    stream = an_article("Seal moves in", NEXT, "2026-04-30") + an_article("Ferry returns to the islands", STORY)

    assert not set(NEXT) & set(texts(stream, head))


def test_sections_without_dates_are_one_article() -> None:
    head = "<title>Ferry returns to the islands</title>"
    body = an_article("Ferry returns to the islands", STORY, "") + an_article("What else happened", NEXT, "")

    assert texts(body, head)[-1] == NEXT[-1]
