"""Say where each piece of furniture stood, by the blocks that stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from scraper.records import Removed, Side

MAX_REMOVED_CHARS = 300


class Taken(NamedTuple):
    """A removal before it is known which blocks stay."""

    block: int  # it stood before this block, or in it
    inside: bool
    rule: str
    text: str


def removals(taken: Iterable[Taken], stays: Sequence[bool]) -> tuple[Removed, ...]:
    """Number removals by the blocks that stay."""
    before = list(accumulate(stays, initial=0))  # blocks that stay before each block
    found = []
    for item in sorted(taken, key=lambda item: item.block):
        index = before[item.block]
        side: Side = "inside" if item.inside else "after" if index == before[-1] else "inside" if index else "before"
        found.append(
            Removed(
                rule=item.rule,
                text=item.text[:MAX_REMOVED_CHARS],
                block=None if side == "after" else index,
                side=side,
            )
        )
    return tuple(found)
