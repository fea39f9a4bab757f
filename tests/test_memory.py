"""What a site repeats goes, whatever its language; what two of its articles share stays."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.memory import (
    MAX_CHARS,
    MAX_LINES,
    MAX_SKETCHES,
    Learner,
    Memory,
    SiteMemory,
    fingerprint,
    packed,
    site_memory,
    site_name,
    sketch,
    unpacked,
)
from scraper.records import Block, Document, Draft, Metadata, Page, Response, Target
from scraper.rules import RuleSet
from scraper.strip import REPEATED, clean_text, strip

SITES = sorted(Path(__file__).parents[1].glob("fixtures/memory/*.jsonl"))
NO_RULES = RuleSet([])
PROSE = [f"The boat number {word} came back in the evening with more fish than it had ice for." for word in
         ("one", "two", "three", "four", "five", "six")]  # fmt: skip


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def learned(*articles: str) -> SiteMemory:
    learner = Learner()
    for text in articles:
        learner.add("site", text.split("\n"))
    return learner.memory().of("site")


def cleaned(text: str, site: SiteMemory) -> str:
    return clean_text(text, rules=NO_RULES, site=site).text


@pytest.mark.parametrize("path", SITES, ids=lambda path: path.stem)
def test_what_a_site_repeats_goes_and_its_stories_stay(path: Path) -> None:
    articles = read(path)
    site = learned(*(article["text"] for article in articles))

    for article in articles:
        result = clean_text(article["text"], rules=NO_RULES, site=site)

        assert result.text == article["stays"]
        assert [(item.rule, item.text) for item in result.removed] == [(REPEATED, line) for line in article["goes"]]


@pytest.mark.parametrize("path", SITES, ids=lambda path: path.stem)
def test_no_rule_knows_the_furniture_of_these_sites(path: Path) -> None:
    assert [item for article in read(path) for item in clean_text(article["text"]).removed] == []


def test_the_fixtures_have_three_scripts() -> None:
    letters = {path.stem: {character for character in path.read_text(encoding="utf-8") if ord(character) > 0x2FF}
               for path in SITES}  # fmt: skip

    assert "ა" in letters["yanchi"]
    assert "க" in letters["kokku"]
    assert not any(character.isalpha() for character in letters["heron"])


def test_case_width_ornaments_and_numbers_do_not_tell_lines_apart() -> None:
    assert fingerprint("» 12 Comments") == fingerprint("7 ｃｏｍｍｅｎｔｓ  ") != 0
    assert fingerprint("Comments") != fingerprint("Comment")


@pytest.mark.parametrize("line", ["", "Q:", "3 - 2", "***", "x" * (MAX_CHARS + 1)])
def test_lines_without_words_and_long_ones_are_not_looked_at(line: str) -> None:
    assert fingerprint(line) == 0


def test_lines_that_count_within_an_article_are_its_order() -> None:
    assert sketch(["Step 1", "Step 2", "Share 3"]) == {fingerprint("Share 1")}


def test_what_two_articles_share_stays_and_what_three_share_goes() -> None:
    line = "The desk by the window"
    two = learned(*(f"{PROSE[place]}\n{line}" for place in range(2)))
    three = learned(*(f"{PROSE[place]}\n{line}" for place in range(3)))

    assert cleaned(f"{PROSE[0]}\n{line}", two) == f"{PROSE[0]}\n{line}"
    assert cleaned(f"{PROSE[0]}\n{line}", three) == PROSE[0]


def test_inside_a_story_half_of_the_articles_must_have_a_line_and_at_its_edge_a_fifth() -> None:
    line = "The desk by the window"
    site = SiteMemory(10, {fingerprint(line): 4})

    assert cleaned(f"{PROSE[0]}\n{line}\n{PROSE[1]}\n{line}", site) == f"{PROSE[0]}\n{line}\n{PROSE[1]}"


def test_inside_a_story_headings_and_what_ends_with_a_colon_stay() -> None:
    line = "Why it matters"
    site = SiteMemory(10, {fingerprint(line): 10, fingerprint(f"{line}:"): 10})
    response = Response(target=Target(url=""), url="")
    page = Page(response=response, utf8=b"", encoding="utf-8", encoding_from="utf-8")
    kinds = {PROSE[0]: "paragraph", line: "heading", PROSE[1]: "paragraph"}
    draft = Draft(
        document=Document(page=page, tree=None, base_url=""),
        metadata=Metadata(),
        blocks=tuple(Block(kind=kind, text=text) for text, kind in kinds.items()),  # type: ignore[arg-type]
    )

    assert strip(draft, NO_RULES, site) is draft
    assert cleaned(f"{PROSE[0]}\n{line}:\n{PROSE[1]}", site) == f"{PROSE[0]}\n{line}:\n{PROSE[1]}"
    assert cleaned(f"{PROSE[0]}\n{line}\n{PROSE[1]}", site) == f"{PROSE[0]}\n{PROSE[1]}"


def test_copies_of_one_article_count_once() -> None:
    assert learned(*["\n".join([*PROSE, "The desk by the window"])] * 5).seen == {}


def test_an_article_that_comes_back_with_changes_is_not_taken_for_furniture() -> None:
    versions = ["\n".join([*PROSE[:4], f"At {hour} the {hour}th boat came in."]) for hour in (5, 6, 7, 8)]
    site = learned(*(f"{text}\n{extra}" for text, extra in zip(versions, "abcd", strict=True)))

    assert cleaned(versions[0], site) == versions[0]


def test_the_memory_of_one_site_says_nothing_about_another() -> None:
    learner = Learner()
    for line in PROSE[:3]:
        learner.add("one.example", [line, "The desk by the window"])

    assert learner.memory().of("one.example").share("The desk by the window") == 1.0
    assert learner.memory().of("two.example").share("The desk by the window") == 0.0
    assert learner.memory().only("two.example") == Memory()


def test_a_site_is_a_host_or_else_a_folder() -> None:
    assert site_name("https://www.news.example/a", "saved/x.html") == "news.example"
    assert site_name("https://m.news.example/b", "") == "news.example"
    assert site_name("", "saved/heron/x.html") == "saved/heron"


@given(st.randoms(use_true_random=False))
def test_the_order_of_articles_changes_nothing(order: random.Random) -> None:
    articles = [f"Line {chr(97 + number % 26)}{chr(97 + number // 26)}\nDesk {chr(97 + number % 3)}" for number in
                range(3 * MAX_SKETCHES)]  # fmt: skip
    before = learned(*articles)
    order.shuffle(articles)

    assert learned(*articles) == before
    assert before.articles == MAX_SKETCHES


@given(st.frozensets(st.integers(1, 2**32 - 1), max_size=20))
def test_a_sketch_survives_packing(lines: frozenset[int]) -> None:
    assert unpacked(packed(lines)) == lines


def test_a_line_is_known_by_the_articles_that_have_it() -> None:
    known = site_memory(frozenset([number, 1000]) for number in range(1, 5))

    assert (known.articles, dict(known.seen)) == (4, {1000: 4})


def test_of_a_text_without_end_the_ends_are_kept() -> None:
    words = ["line " + "".join(three) for three in itertools.product("abcdefghijklmnopqrstuvwxyz", repeat=3)]

    kept = sketch(words)

    assert len(kept) <= MAX_LINES
    assert {fingerprint(words[0]), fingerprint(words[-1])} <= kept
    assert fingerprint(words[len(words) // 2]) not in kept
