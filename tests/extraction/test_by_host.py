"""Rules for a single host: what they keep, drop and say about a page, and what is told about rules that are wrong."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from builders import STORY, a_page

from scraper import pipeline
from scraper.config import Settings, StripSettings
from scraper.errors import ConfigError
from scraper.extraction.by_host import selector_faults
from scraper.records import Article, Response, Target
from scraper.rules.hosts import host_rules, load_hosts, read_host

URL = "https://www.courier.example/harbour/ferry"
GOOD = """
host  = "courier.example"
about = "A box with the tides stands in mid-article"
tests = ["https://courier.example/harbour/lamp-keepers"]

[[select]]
what   = "drop"
css    = "div.tide-box"
hits   = ['<div class="box tide-box">High water at noon</div>']
misses = ['<div class="tide-boxes">Huts that the tide took</div>']

[[select]]
what   = "title"
css    = "h2.headline"
hits   = ['<h2 class="headline">Ferry</h2>']
misses = ['<h2>Ferry</h2>']

[[select]]
what   = "date"
css    = "time.first"
hits   = ['<time class="first" datetime="2025-05-06">yesterday</time>']
misses = ['<time datetime="2025-05-06">yesterday</time>']
"""
KEEP = """
[[select]]
what   = "keep"
css    = "section.story"
hits   = ['<section class="story">The sea went out.</section>']
misses = ['<section>The sea went out.</section>']
"""
TIDES = "The tide table of the harbour office says that the water will be high at noon and low at six in the evening."


def a_folder(folder: Path, text: str) -> Path:
    (folder / "hosts").mkdir()
    (folder / "hosts" / "courier.example.toml").write_text(text)
    return folder


def article(html: str, rules: Path | None, url: str = URL) -> Article:
    settings = Settings(strip=StripSettings(rules=(str(rules),) if rules else ()))
    outcome = pipeline.clean([Response(target=Target(url=url), url=url, body=html.encode())], settings)
    assert isinstance(outcome, Article)
    return outcome


def with_box() -> str:
    first, *rest = STORY
    body = f"<p>{first}</p><div class='tide-box'><p>{TIDES}</p></div>tail of the box" + "".join(
        f"<p>{text}</p>" for text in rest
    )
    return a_page(body=body)


def test_what_is_dropped_is_in_removed_with_the_id_of_the_host(tmp_path: Path) -> None:
    found = article(with_box(), a_folder(tmp_path, GOOD))

    assert TIDES not in found.text
    assert [msgspec.to_builtins(item) for item in found.removed] == [
        {"rule": "host.courier.example", "text": TIDES, "block": 1, "side": "inside"}
    ]


def test_the_text_behind_a_dropped_element_stays(tmp_path: Path) -> None:
    page = with_box().replace("tail of the box", "And the sand was dry enough to walk on until the evening, he said.")

    assert "And the sand was dry enough" in article(page, a_folder(tmp_path, GOOD)).text


def test_a_page_of_another_host_is_not_touched(tmp_path: Path) -> None:
    rules = a_folder(tmp_path, GOOD)

    assert TIDES in article(with_box(), rules, url="https://courier.example.org/ferry").text
    assert TIDES in article(with_box(), None).text


def test_the_article_is_all_that_is_kept_and_nothing_else(tmp_path: Path) -> None:
    body = (
        f"<p>{STORY[0]}</p><section class='story'><h2>Tides</h2><ul><li>Noon</li><li>Six</li></ul>"
        f"<p>{TIDES}</p></section><p>{STORY[1]}</p>"
    )

    found = article(a_page(body=body), a_folder(tmp_path, GOOD + KEEP))

    assert found.text == f"Tides\n\n- Noon\n\n- Six\n\n{TIDES}"


def test_selectors_that_find_nothing_change_nothing(tmp_path: Path) -> None:
    rules = a_folder(tmp_path, GOOD + KEEP)

    assert article(a_page(), rules) == article(a_page(), None)


def test_a_kept_element_without_words_changes_nothing(tmp_path: Path) -> None:
    body = "<section class='story'><img src='/a.png'></section>" + "".join(f"<p>{text}</p>" for text in STORY)

    assert article(a_page(body=body), a_folder(tmp_path, GOOD + KEEP)).text == "\n\n".join(STORY)


def test_title_and_date_are_read_where_the_host_shows_them(tmp_path: Path) -> None:
    head = (
        "<h2 class='headline'>The ferry\n is back</h2><time class='first' datetime='2025-05-06T08:00+02:00'>then</time>"
    )
    body = head + "".join(f"<p>{text}</p>" for text in STORY)

    found = article(a_page(body=body), a_folder(tmp_path, GOOD))

    assert (found.title, found.published) == ("The ferry is back", "2025-05-06T08:00+02:00")
    assert (found.from_.title, found.from_.published) == ("host", "host")


def test_rules_are_for_the_host_and_all_below_it(tmp_path: Path) -> None:
    rules = [a_folder(tmp_path, GOOD)]

    assert host_rules("https://a.b.courier.example/", rules) is not None
    assert host_rules("https://notcourier.example/", rules) is None
    assert host_rules("", rules) is None


def test_the_examples_of_selectors_are_their_tests(tmp_path: Path) -> None:
    good = read_host(a_folder(tmp_path, GOOD) / "hosts" / "courier.example.toml")
    (tmp_path / "other.toml").write_text(GOOD.replace("div.tide-box", "div[class*=tide]"))

    assert list(selector_faults(good)) == []
    assert list(selector_faults(read_host(tmp_path / "other.toml"))) == [
        "host.courier.example: 'div[class*=tide]' finds something in"
        " '<div class=\"tide-boxes\">Huts that the tide took</div>'"
    ]


def test_the_hosts_of_this_package_hold() -> None:
    assert [fault for host in load_hosts().values() for fault in selector_faults(host)] == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("div.tide-box", "div..tide"), "'div..tide' is no CSS selector"),
        (("https://courier.example/", "https://other.example/"), "is no address of courier.example"),
        (("hits ", "hit "), "unknown field `hit`"),
        (('"drop"', '"cut"'), "Invalid enum value 'cut'"),
        (("misses = ['<h2>Ferry</h2>']", "misses = []"), "has no hits or no misses"),
        (('host  = "', "host  = "), "is not valid TOML"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_name(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    path = tmp_path / "courier.example.toml"
    path.write_text(GOOD.replace(*change))

    with pytest.raises(ConfigError, match=r"courier\.example\.toml: ") as error:
        read_host(path)
    assert told.lower() in str(error.value).lower()


def test_the_example_of_the_documentation_holds(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    (tmp_path / "courier.toml").write_text(page.partition("```toml\n")[2].partition("```")[0])

    assert list(selector_faults(read_host(tmp_path / "courier.toml"))) == []
