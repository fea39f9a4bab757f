"""Pages that are made to hang, fill up or overflow whatever reads them."""

from __future__ import annotations

from builders import STORY, a_page

MANY = 100_000
TEXT = " ".join(STORY)


def attributes() -> str:
    """A tag with so many attributes that a parser is busy for half a minute: it compares each with all others."""
    return a_page(head=f"<meta {' '.join(f'a{number}=1' for number in range(MANY))}>")


def nested(opening: str, times: int, text: str = TEXT) -> str:
    """A story at the bottom of tags that are never closed."""
    return a_page(body=f"{opening * times}<p>{text}</p>")


def one_paragraph(size: int) -> str:
    """A story of many characters without a break."""
    return a_page(body=f"<p>{TEXT * (size // len(TEXT))}</p>")


def crumbs(number: int) -> str:
    """A page of tiny elements: each takes some 200 bytes of memory for 8 of text."""
    return a_page(body="<b>x</b>" * number)
