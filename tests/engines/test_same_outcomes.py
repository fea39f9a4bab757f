"""Cleaning in workers gives what cleaning in this process gives, to the byte."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from scraper.config import EngineSettings, Settings
from scraper.engines.local import clean_guarded
from scraper.engines.workers import WorkerEngine
from scraper.records import Outcome, Response, Target
from scraper.write.strict_json import json_line

FIXTURES = Path(__file__).parents[2] / "fixtures"
PAGES = sorted([*FIXTURES.glob("pages/*/page.html"), *FIXTURES.glob("broken/*.html")])


def a_response(body: bytes, number: int) -> Response:
    url = f"https://courier.example/{number}"
    return Response(target=Target(url=url, source="caf\udce9.txt"), url=url, body=body)


def test_every_fixture_page_has_the_same_outcome() -> None:
    settings = Settings(engine=EngineSettings(workers=2))
    pages = [[a_response(path.read_bytes(), number)] for number, path in enumerate(PAGES)]
    pages.append([a_response(PAGES[0].read_bytes(), 1), a_response(PAGES[1].read_bytes(), 2)])  # one article's parts

    async def all_outcomes(engine: WorkerEngine) -> Sequence[Outcome]:
        return await asyncio.gather(*map(engine.clean, pages))

    with closing(WorkerEngine(settings)) as engine:
        outcomes = asyncio.run(all_outcomes(engine))

    assert len(outcomes) > 50
    for responses, outcome in zip(pages, outcomes, strict=True):
        expected = clean_guarded(responses, settings)
        assert (type(outcome), json_line(outcome)) == (type(expected), json_line(expected))
