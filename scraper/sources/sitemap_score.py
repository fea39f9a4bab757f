"""Which pages of a sitemap are articles: judged by their addresses, and by how many have the same pattern."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from scraper.sources.link_score import KnownShapes
from scraper.sources.shapes import Shape, shape_of
from scraper.sources.sitemaps import Entry

# A family of addresses that makes up so much of a sitemap is what the site is about.
LARGE_SHARE = 0.3
MIN_FAMILY = 5


def article_entries(entries: Sequence[Entry], known: KnownShapes) -> list[bool]:
    """Return for each entry whether it is an article, as far as its address tells."""
    shapes = [shape_of(entry.url) for entry in entries]
    families = Counter(shape.family for shape in shapes)
    directories = Counter(
        "/".join(shape.segments[:depth]) for shape in shapes for depth in range(1, len(shape.segments))
    )
    common = {family for family, size in families.items() if size >= max(MIN_FAMILY, LARGE_SHARE * len(shapes))}
    return [
        not known.is_off(entry.url) and _value(shape, shape.family in common, directories, known) > 0
        for entry, shape in zip(entries, shapes, strict=True)
    ]


def _value(shape: Shape, is_common: bool, directories: Counter[str], known: KnownShapes) -> float:
    """Return a sum of what speaks for (above 0) and against an article."""
    if not shape.is_page or shape.repeats or not shape.segments:
        return -1.0
    value = -0.5
    value += 2.0 * shape.month
    value += 1.0 * (shape.slug_words >= 3) + 0.5 * (shape.slug_words >= 5)
    value += 1.0 * (shape.digits >= 4)
    value -= 3.0 * (shape.listed or shape.paging)
    value -= 1.0 * (len(shape.segments) < 2 and shape.slug_words < 3 and shape.digits < 4)
    value -= 2.0 * (directories["/".join(shape.segments)] > 0)
    value += 0.6 * is_common
    # Nothing stands around it here: that articles have names as long says nothing of what is below /video/.
    alike = not shape.listed or shape.pattern in known.patterns
    return value + (3.0 * known.verdict(shape) if alike else 0.0)
