"""Find the buttons among a draft's blocks: one link, with the same words again and again down the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from scraper.records import Block

REPEATED_LINK = "link.repeated"  # rule id of a button that no rule knows
# "Book now" below each of ten hotels. Fewer may be names that a list links again, or the parts of a series.
MIN_TIMES = 8
MAX_CHARS = 60  # a longer link is a headline or a sentence
LINKED = 0.9  # of the characters: the rest is a full stop, an arrow, the space between two links
_KINDS = frozenset(["paragraph", "heading", "item"])


def buttons(blocks: Sequence[Block]) -> set[int]:
    """Return the places of the blocks that are nothing but a link and stand at least ``MIN_TIMES`` times."""
    texts = {place: block.text.casefold() for place, block in enumerate(blocks) if block.links and _is_link(block)}
    times = Counter(texts.values())
    return {place for place, text in texts.items() if times[text] >= MIN_TIMES}


def _is_link(block: Block) -> bool:
    if block.kind not in _KINDS or len(block.text) > MAX_CHARS or "\n" in block.text:
        return False
    return sum(link.end - link.start for link in block.links) >= LINKED * len(block.text)
