"""Pages whose every block is kept, for tests of what becomes of the kept blocks."""

from __future__ import annotations

import dataclasses

import numpy as np

from scraper.decode import decode
from scraper.extraction.assemble import assemble
from scraper.extraction.extract import extract, head_titles
from scraper.extraction.model import shipped_model
from scraper.extraction.score import Scored, score
from scraper.extraction.walk import walk
from scraper.parse import parse
from scraper.records import Block, Document, Draft, Response, Target

URL = "https://news.example/sea/story-of-the-day"


def a_document(body: str, head: str = "", url: str = URL) -> Document:
    page = f"<!doctype html><html lang=en><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"
    return parse(decode(Response(target=Target(url=url), url=url, body=page.encode())))


def scored_page(body: str, head: str = "", dropped: tuple[str, ...] = ()) -> Scored:
    """Return a page with all blocks kept but those with a text of ``dropped``."""
    columns = walk(a_document(body, head).tree)
    scored = score(columns, *head_titles(columns), shipped_model())
    kept = np.array([text not in dropped for text in columns.text])
    return dataclasses.replace(scored, kept=kept)


def blocks_of(body: str, head: str = "", dropped: tuple[str, ...] = ()) -> tuple[Block, ...]:
    return assemble(scored_page(body, head, dropped), URL)[0]


def draft_of_page(body: str, head: str = "", url: str = URL) -> Draft:
    return extract(a_document(body, head, url))
