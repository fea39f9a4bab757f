"""Tell articles from front pages, sections, shops and other pages, by numbers about the whole page."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from scraper.extraction import json_ld
from scraper.extraction.columns import Columns
from scraper.extraction.flags import BIT
from scraper.extraction.model import BlockModel, load_model
from scraper.extraction.score import Scored
from scraper.records import Metadata

Array = npt.NDArray[np.float64]

LINKED = 0.5  # a block is a link where more of it is linked
LONG_WORDS = 25.0
UNSURE = (0.15, 0.75)
MIN_CARDS = 4  # containers of one kind beside each other, each with a link and two blocks
MIN_TEASERS = 2  # the same with a linked heading in each
MAX_CARD_WORDS = 120.0
# A page of teasers with no story beside them, whose head names no date, is a section of a news site, which the learned
# model has hardly seen: the pages that it learned from are shops and directories, mostly.
TEASER_SHARE = 0.5
MIN_STORY = 80.0
LONG_STORY = 1000.0  # words; some authors keep one article on the root of their host
SURE = 0.9  # expected F1; of teasers that are kept for sure: they are the entries of an article
# Of the annotated pages of other kinds, two have as much and a date in their head, and none of them is a listing.
SURE_WITH_DATE = 0.93
SURE_WORDS = 100.0
FAR = 99.0
HEADINGS = frozenset(["h2", "h3", "h4", "h5", "h6"])
OTHER = 0.5  # a page that looks more than this like another page is no article, whatever it claims
_PRICE = re.compile(r"[$€£¥₹₽]\s?\d|\d\s?[€£元円₽]")
MAX_PRICE_CHARS = 60  # of a line with a price; a sentence with one is longer
_CURRENCIES = "$€£¥₹₽元円"
_CARTS = [phrase.encode() for phrase in (
    "add to cart", "add to bag", "add to basket", "buy now", "sold out", "in stock", "in den warenkorb", "au panier",
    "al carrito", "al carrello", "ao carrinho", "in winkelwagen", "do koszyka", "в корзину", "sepete ekle", "varukorg",
    "læg i kurv", "加入购物车", "立即购买", "カートに入れる", "장바구니", "السلة",
)]  # fmt: skip
_LIST_PATH = re.compile(
    r"/(?:categor(?:y|ies)|c|cat|collections?|tags?|topics?|browse|archives?|search|authors?|sections?|directory|page)"
    r"(?:/|$)",
    re.IGNORECASE,
)
_SHOP_PATH = re.compile(r"/(?:products?|shop|store|p|dp|item|produkte?|produits?|productos?)(?:/|$)", re.IGNORECASE)
_SOURCES = {None: 0.0, "time": 2.0, "meta": 3.0, "json-ld": 4.0}


def signals(scored: Scored, meta: Metadata, url: str) -> dict[str, float]:
    """Return numbers about the page; ``scored`` must have a block. See docs/model.md for what they mean."""
    columns = scored.columns
    found = _text_signals(scored)
    found |= _card_signals(scored)
    found |= _price_signals(columns.text)
    found |= _claims(columns, meta)
    found |= _url_signals(url)
    # Each of these alone stands on pages of any kind; together they are a shop.
    signs = (found["prices"] > 1, found["carts"] > 0, found["products"] > 4, found["claims_product"], found["url_shop"])
    found["shop_signs"] = float(sum(map(bool, signs)))
    found["kept_words"] = math.log1p(found["kept_words"])
    return found


class PageModels(NamedTuple):
    """What was learned about pages as wholes."""

    listing: BlockModel  # front pages, sections, shops and products, against articles
    other: BlockModel  # these, and forums, documentation and services, against articles


def likenesses(found: Mapping[str, float], models: PageModels | None = None) -> dict[str, float]:
    """Return, 0 to 1, how much the page looks like a ``listing`` and like something ``other`` than an article."""
    if _leaves_no_doubt(
        found["published"], found["expected_f1"], math.expm1(found["kept_words"]), found["url_root"] > 0
    ):
        return dict.fromkeys(PageModels._fields, 0.0)
    models = models or shipped_page_models()
    rows = dict(zip(found, np.array([list(found.values())]).T, strict=True))
    like = {name: float(model.probabilities(rows)[0]) for name, model in zip(PageModels._fields, models, strict=True)}
    if _is_listing(found):
        like = dict.fromkeys(like, 1.0)
    return like


def is_sure(scored: Scored, words: float, meta: Metadata, url: str) -> bool:
    """Tell a page that is an article for sure, so that its signals need not be asked for: half of all pages.

    ``words`` are those of its kept blocks.
    """
    return _leaves_no_doubt(_SOURCES.get(meta.sources.published, 1.0), scored.expected_f1, words, _is_root(url))


def _leaves_no_doubt(published: float, expected_f1: float, words: float, is_root: bool) -> bool:
    """Tell a page whose head names a date and whose text is clear."""
    return published >= _SOURCES["meta"] and expected_f1 > SURE_WITH_DATE and words > SURE_WORDS and not is_root


def _is_listing(found: Mapping[str, float]) -> bool:
    """Tell what needs no learning: products, front pages, and teasers with no story beside them."""
    if found["published"] >= _SOURCES["meta"]:
        return False
    teasers = found["teaser_share"] > TEASER_SHARE and found["story"] < MIN_STORY
    unsure = found["expected_f1"] < SURE
    front = found["url_root"] and (found["cards"] or found["story"] < LONG_STORY)
    return bool(found["claims_product"] or (unsure and (front or teasers)))


@lru_cache(maxsize=1)
def shipped_page_models() -> PageModels:
    """Return the page models that the package ships."""
    return load_page_models(Path(__file__).parent)


def load_page_models(folder: Path, suffix: str = "") -> PageModels:
    """Read both models from a folder; raise :class:`ConfigError` where a file is none."""
    return PageModels(*(load_model(folder / f"{name}_model{suffix}.json") for name in PageModels._fields))


def _text_signals(scored: Scored) -> dict[str, float]:
    columns, kept, words = scored.columns, scored.kept, scored.counts.words
    probability = scored.probability
    density = np.minimum(scored.regions.link_chars / np.maximum(scored.counts.chars, 1), 1.0)
    links = density * words
    total = float(words[kept].sum())
    kept_words = max(total, 1.0)
    places = np.flatnonzero(kept)
    first, last = (int(places[0]), int(places[-1]) + 1) if len(places) else (0, 0)
    blocks = max(len(places), 1)
    sure = probability.clip(1e-6, 1.0 - 1e-6)
    entropy = -(sure * np.log(sure) + (1.0 - sure) * np.log(1.0 - sure))
    flags = scored.regions.all_flags[scored.regions.container]
    paragraphs = np.fromiter(map("p".__eq__, columns.tag), bool, len(columns.tag))
    title = scored.regions.title_block
    return {
        "expected_f1": scored.expected_f1,
        "entropy": float((entropy * words).sum()) / kept_words,
        "unsure": float(words[(probability > UNSURE[0]) & (probability < UNSURE[1])].sum()) / kept_words,
        "top": float(probability.max()),
        "kept_words": total,
        "longest": float((words * kept).max()),
        "long_blocks": float((kept & (words >= LONG_WORDS)).sum()),
        "links": float(links[kept].sum()) / kept_words,
        "links_between": float(links[first:last].sum()) / max(float(words[first:last].sum()), 1.0),
        "links_of_page": float(links.sum()) / max(float(words.sum()), 1.0),
        "good_dropped": float(scored.regions.good_words[~kept].sum()) / kept_words,
        "paragraphs": float(words[kept & paragraphs].sum()) / kept_words,
        "in_article": float(words[kept & ((flags & BIT["IN_ARTICLE"]) != 0)].sum()) / kept_words,
        "title_distance": float(first - title) if title >= 0 and len(places) else -FAR,
        "pictures": len(columns.pictures) / blocks,
    }


def _card_signals(scored: Scored) -> dict[str, float]:
    """Count what listings and shops consist of: containers of one kind beside each other, each short and linked.

    A card has a link; a teaser is a card with one linked heading.
    """
    columns, regions, words = scored.columns, scored.regions, scored.counts.words
    own = np.array(columns.c_flags, np.int64)
    heads = np.fromiter(map(HEADINGS.__contains__, columns.tag), bool, len(columns.tag))
    linked_heads = heads & (regions.link_chars > LINKED * scored.counts.chars)
    links = np.fromiter(map(bool, columns.links), bool, len(columns.links))
    cards, card_words, _ = _largest_group(scored, (regions.blocks >= 2) & (_inside(scored, links) > 0), MIN_CARDS)
    _, teaser_words, kept = _largest_group(scored, _inside(scored, linked_heads) == 1, MIN_TEASERS)
    story = float(words[scored.kept].sum()) - kept
    products = float(((own & BIT["PRODUCT"]) != 0).sum())
    return {
        "cards": cards,
        "card_share": card_words / max(float(regions.words[0]), 1.0),
        "story": story,
        "teaser_share": teaser_words / max(teaser_words + story, 1.0),
        "products": products,
        "product_share": products / len(own),
        "lists": float(((own & BIT["LIST"]) != 0).sum()),
    }


def _inside(scored: Scored, values: npt.NDArray[np.generic]) -> Array:
    """Return, a container, the sum of the values of its blocks."""
    running = np.concatenate((np.zeros(1), np.cumsum(values, dtype=np.float64)))
    regions = scored.regions
    inside: Array = running[regions.last] - running[regions.first]
    return inside


def _largest_group(scored: Scored, wanted: npt.NDArray[np.bool_], at_least: int) -> tuple[float, float, float]:
    """Return size, words and kept words of the group of short siblings of one signature that has the most words."""
    regions = scored.regions
    signature = regions.signature
    if np.count_nonzero(wanted) < at_least:
        return 0.0, 0.0, 0.0
    group = (regions.parent * (int(signature.max()) + 1) + signature)[wanted]
    of, count = _numbered(group)
    words = np.bincount(of, regions.words[wanted], len(count))
    words[(count < at_least) | (words >= MAX_CARD_WORDS * count)] = 0.0
    best = int(words.argmax())
    if not words[best]:
        return 0.0, 0.0, 0.0
    kept = _inside(scored, scored.counts.words * scored.kept)[wanted]
    return float(count[best]), float(words[best]), float(kept[of == best].sum())


def _numbered(values: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the places of the values among the different ones in order, and how often each of these is there.

    As ``np.unique`` does, in a third of its time.
    """
    order = values.argsort(kind="stable")
    ordered = values[order]
    is_new = np.empty(len(values), bool)
    is_new[0] = False
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    numbers = is_new.cumsum()
    of = np.empty(len(values), np.int64)
    of[order] = numbers
    return of, np.bincount(numbers)


def _price_signals(texts: list[str]) -> dict[str, float]:
    short = "\n".join([text for text in texts if len(text) < MAX_PRICE_CHARS]).lower()
    utf8 = short.encode("utf-8", "replace")  # bytes are counted in a third of the time of wide characters
    priced = any(map(short.__contains__, _CURRENCIES))
    prices = float(len(_PRICE.findall(short))) if priced else 0.0
    return {"prices": prices, "price_share": prices / len(texts), "carts": float(sum(map(utf8.count, _CARTS)))}


def _claims(columns: Columns, meta: Metadata) -> dict[str, float]:
    """What the page says that it is, and whether it has what an article has."""
    kind = next((content.lower() for name, content in columns.metas if name == "og:type"), "")
    types = {name for node in json_ld.read(columns.json_ld) for name in json_ld.types(node)}
    claims = (kind.startswith("article"), not types.isdisjoint(json_ld.ARTICLE_TYPES), _names(columns, "article:"))
    return {
        "published": _SOURCES.get(meta.sources.published, 1.0),
        "signed": float(bool(meta.authors)),
        "claims_article": float(sum(claims)),
        "claims_product": float(kind.startswith("product") or _names(columns, "product:")),
    }


def _names(columns: Columns, prefix: str) -> bool:
    return any(name.startswith(prefix) for name, _ in columns.metas)


def _is_root(url: str) -> bool:
    parts = urlsplit(url)
    return bool(url) and not parts.path.strip("/") and not parts.query


def _url_signals(url: str) -> dict[str, float]:
    path = urlsplit(url).path if url else ""
    last = path.rstrip("/").rpartition("/")[2]
    return {
        "url_end": float(len(last)),
        "url_root": float(_is_root(url)),
        "url_hyphens": float(last.count("-") + last.count("_")),
        "url_shop": float(_SHOP_PATH.search(path) is not None),
        "url_lists": float(_LIST_PATH.search(path) is not None),
    }
