"""Which links of a front page lead to its sections, judged by where they stand and by what lies below them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from scraper.sources.found import Wish
from scraper.sources.link_score import Link, links_of
from scraper.sources.listings import Listing
from scraper.sources.shapes import NOT_ARTICLES, shape_of
from scraper.text import reading_words
from scraper.urls import normalise, same_site

# Of the words that no article has in its address, those that sections have.
_SECTION_WORDS = frozenset(
    "topic topics thema themen tema temas theme themes category categories kategorie kategorien categoria categorias "
    "categorie rubrik rubrique rubriques seccion section sections archive archives archiv archivo latest list lists "
    "weather wetter 专题 分类 カテゴリ 카테고리 категория рубрика рубрики".split()
)
MAX_SECTION_WORDS = 5
MAX_DEPTH = 3


def sections(listing: Listing, articles: Sequence[str], wish: Wish) -> list[str]:
    """Return the addresses of a page's sections, those first that most of its articles lie below."""
    above = Counter(
        "/".join(shape_of(url).segments[:depth]) for url in articles for depth in range(1, len(shape_of(url).segments))
    )
    known = set(map(normalise, articles))
    own = {normalise(listing.url), *(normalise(url) for _, url in listing.alternates)}
    links = [
        link
        for link in links_of(listing.anchors)
        if same_site(link.url, listing.url)
        and normalise(link.url) not in known | own
        and _may_be_section(link, "/".join(link.shape.segments) in above)
        and not _excluded(link.url, wish)
    ]
    order = {link.url: place for place, link in enumerate(links)}
    links.sort(key=lambda link: (-above["/".join(link.shape.segments)], not _in_menu(link), order[link.url]))
    return [link.url for link in links]


def _may_be_section(link: Link, holds_articles: bool) -> bool:
    shape = link.shape
    words = {segment.lower() for segment in shape.segments} & NOT_ARTICLES
    if not shape.is_page or shape.date or shape.paging or shape.repeats or words - _SECTION_WORDS:
        return False
    if not 1 <= len(shape.segments) <= MAX_DEPTH or shape.digits >= 5:
        return False
    if holds_articles:
        return True
    if link.text.lower() in NOT_ARTICLES - _SECTION_WORDS:
        return False
    short = 0 < reading_words(link.text) <= MAX_SECTION_WORDS
    return short and link.date is None and (_in_menu(link) or bool(words))


def _in_menu(link: Link) -> bool:
    return any(anchor.zone in ("menu", "foot") for anchor in link.anchors)


def _excluded(url: str, wish: Wish) -> bool:
    # What --include asks for lies in sections of any name.
    return not Wish(exclude=wish.exclude).takes_address(url)
