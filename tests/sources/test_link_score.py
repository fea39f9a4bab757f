"""Which links look like articles, judged on the site itself."""

from __future__ import annotations

from datetime import UTC, datetime

from scraper.sources.anchors import Anchor
from scraper.sources.link_score import ARTICLE, KnownShapes, links_of, scores


def an_anchor(path: str, text: str, **more: object) -> Anchor:
    fields = {
        "url": f"https://news.example{path}", "text": text, "zone": "main", "place": "div.list>li>a", "heading": False,
        "picture": False, "price": False, "date": None, "rel": "", "language": "",
    }  # fmt: skip
    return Anchor(**(fields | more))  # type: ignore[arg-type]


def taken(*anchors: Anchor, known: KnownShapes | None = None) -> list[str]:
    links = links_of(anchors)
    found = zip(links, scores(links, known or KnownShapes()), strict=True)
    return [link.url.removeprefix("https://news.example") for link, score in found if score >= ARTICLE]


HEADLINES = [an_anchor(f"/2026/11/2{n}/story-{n}", f"The long headline of a story about boat {n}") for n in range(5)]
MENU = [an_anchor(path, path[1:], zone="menu", place="nav>a") for path in ("/sport", "/culture", "/weather", "/about")]


def test_headlines_are_told_from_a_menu() -> None:
    assert taken(*HEADLINES, *MENU) == [f"/2026/11/2{n}/story-{n}" for n in range(5)]


def test_a_short_headline_is_taken_for_the_sake_of_its_siblings() -> None:
    assert "/2026/11/24/fog" in taken(*HEADLINES, an_anchor("/2026/11/24/fog", "Fog"))


def test_tags_and_authors_under_each_headline_are_not_taken() -> None:
    tags = [an_anchor(f"/tag/boats-of-the-{n}th-harbour", f"Boats of the {n}th harbour") for n in range(5)]
    authors = [an_anchor(f"/author/ferrymore-{n}", f"Lucinda Ferrymore the {n}th") for n in range(5)]

    assert taken(*tags, *authors) == []


def test_goods_have_prices() -> None:
    goods = [an_anchor(f"/pots/a-blue-pot-{n}", f"A blue pot with a lid, size {n}", price=True) for n in range(5)]

    assert taken(*goods) == []


def test_a_directory_of_others_is_a_section() -> None:
    below = [an_anchor(f"/harbour/news/story-of-boat-{n}", f"The story of boat {n} is told") for n in range(5)]

    assert "/harbour/news" not in taken(*below, an_anchor("/harbour/news", "All news of the harbour"))


def test_scripts_without_spaces_are_judged_alike() -> None:
    day = datetime(2026, 11, 24, tzinfo=UTC)
    stories = [
        an_anchor(f"/xw/t20261124_{88000 + n}.html", f"港口第{n}座大桥今天重新开放迎来客人", date=day) for n in range(4)
    ]
    menu = [an_anchor(path, text, zone="menu") for path, text in (("/xw/", "新闻"), ("/sp/", "视频"), ("/zt/", "专题"))]

    assert taken(*stories, *menu) == [f"/xw/t20261124_{88000 + n}.html" for n in range(4)]


def test_what_feeds_name_shows_how_articles_look() -> None:
    known = KnownShapes.of(f"https://news.example/x/{number}" for number in range(70_000, 70_010))

    assert taken(an_anchor("/x/70011", "Fog")) == []
    assert taken(an_anchor("/x/70011", "Fog"), known=known) == ["/x/70011"]
