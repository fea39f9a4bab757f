"""Urls: the web platform's cases, and those of a crawler."""

from __future__ import annotations

import csv
import json
from typing import Any

from conformance.conftest import Data, Reached
from scraper.urls import normalise, parse, problem, resolve


def web_cases(data: Data) -> list[dict[str, Any]]:
    cases = json.loads(data("url/urltestdata.json").read_text())
    return [case for case in cases if isinstance(case, dict)]


def read(case: dict[str, Any]) -> str | None:
    return resolve(case["base"], case["input"]) if case["base"] else parse(case["input"])


def test_the_web_platform_s_urls_are_read_as_browsers_do(data: Data, reached: Reached) -> None:
    cases = [case for case in web_cases(data) if case.get("protocol") in ("http:", "https:")]

    reached("web platform: http(s) urls", [read(case) == case["href"] for case in cases])


def test_what_browsers_refuse_is_refused(data: Data, reached: Reached) -> None:
    cases = [case for case in web_cases(data) if case.get("failure")]

    reached("web platform: failures", [read(case) is None for case in cases])


def test_urls_of_other_schemes_are_refused(data: Data, reached: Reached) -> None:
    cases = [case for case in web_cases(data) if case.get("protocol") not in ("http:", "https:", None)]

    reached("web platform: other schemes", [read(case) is None for case in cases])


def rows(data: Data, name: str) -> list[list[str]]:
    lines = data(f"url/{name}.csv").read_text(encoding="utf-8").split("\n")
    kept = [line for line in lines if line.strip() and not line.startswith("#")]
    return [[cell.strip() for cell in row] for row in csv.reader(kept, skipinitialspace=True)]


def test_weird_urls_are_normalised(data: Data, reached: Reached) -> None:
    cases = [row for row in rows(data, "weirdToNormalizedUrls") if len(row) == 2]

    reached("crawler-commons: weird urls", [normalise(weird) == normal for weird, normal in cases])


def test_links_are_resolved(data: Data, reached: Reached) -> None:
    cases = [row for row in rows(data, "url-resolve") if len(row) == 3]

    reached(
        "crawler-commons: links",
        [(resolve(base, link) if base else parse(link)) == expected for link, base, expected in cases],
    )


def test_invalid_urls_have_a_problem(data: Data, reached: Reached) -> None:
    reached("crawler-commons: invalid urls", [problem(row[0]) is not None for row in rows(data, "invalidUrls")])
