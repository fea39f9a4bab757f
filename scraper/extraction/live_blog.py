"""The entries of a live blog: where each begins, and its time."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

import msgspec

from scraper.extraction import json_ld
from scraper.extraction.columns import Columns
from scraper.extraction.date_parsing import read_moment
from scraper.extraction.flags import BIT
from scraper.records import Block, Metadata
from scraper.text import letters

MIN_ENTRIES = 3
MATCHED_CHARS = 30  # of an entry's text: enough to find it on the page
MAX_CLOCK_CHARS = 40
# "14:05", "14.05 Uhr", "2:05 pm", "14h05", "14时05分": the time of an entry, alone or before its text.
_CLOCK = re.compile(
    r"\W{0,3}([01]?\d|2[0-3])\s?[:.hH：时時]\s?([0-5]\d)(?!\d)(?:分|\s?(?P<half>[ap]\.?m\.?)(?!\w))?", re.IGNORECASE
)

Times = dict[int, str]  # index of an entry's first block: its time as the page states it, or ISO 8601


def entries(
    columns: Columns, blocks: Sequence[Block], places: Sequence[int], meta: Metadata
) -> tuple[tuple[Block, ...], tuple[int, ...]] | None:
    """Return the blocks with the first of each entry marked, and their places; ``None`` for what is no live blog.

    A line that holds only the time of its entry is taken out of the text: it is the entry's ``time``.
    """
    if not places:
        return None
    found = _of_json_ld(columns, blocks) if meta.page_kind == "live_blog" else {}
    if len(found) < MIN_ENTRIES:
        found = _of_containers(columns, places, meta.page_kind == "live_blog")
    if len(found) < MIN_ENTRIES:
        return None
    times = _iso_times(found, meta)
    result: list[Block] = []
    kept: list[int] = []
    waiting: str | None = None
    is_waiting = False
    for index, (block, place) in enumerate(zip(blocks, places, strict=True)):
        if index in found:
            waiting, is_waiting = times.get(index), True
        if _is_clock(block.text):
            continue
        if is_waiting and block.kind in ("heading", "paragraph", "standfirst", "item", "quote"):
            result.append(msgspec.structs.replace(block, kind="entry", time=waiting))
            is_waiting = False
        else:
            result.append(block)
        kept.append(place)
    return tuple(result), tuple(kept)


def _of_json_ld(columns: Columns, blocks: Sequence[Block]) -> Times:
    """Find the updates that JSON-LD lists among the blocks, by headline or by how their text begins."""
    wanted: dict[str, str] = {}
    for node in json_ld.read(columns.json_ld):
        updates = node.get("liveBlogUpdate")
        for update in updates if isinstance(updates, list) else [updates]:
            if isinstance(update, dict):
                time = json_ld.text(update, "datePublished") or ""
                for key in ("headline", "articleBody"):
                    start = letters(json_ld.text(update, key) or "", most=MATCHED_CHARS)
                    if start:
                        wanted.setdefault(start, time)
    found: Times = {}
    for index, block in enumerate(blocks):
        start = letters(block.text, most=MATCHED_CHARS)
        # The headline of an entry begins it; its text, which the same update names, does not begin another.
        if start in wanted and not (index - 1 in found and found[index - 1] == wanted[start]):
            found[index] = wanted[start]
    return found


def _of_containers(columns: Columns, places: Sequence[int], is_claimed: bool) -> Times:
    """Find containers of one kind beside each other that each have a time and kept text, in a live blog's place."""
    groups: dict[tuple[int, int], dict[int, str]] = {}
    for block, time in _stated_times(columns, places):
        container = columns.container[block]
        while container > 0:
            group = groups.setdefault((columns.c_parent[container], columns.c_signature[container]), {})
            group.setdefault(container, time)
            container = columns.c_parent[container]
    best: Times = {}
    for group in groups.values():
        if len(group) >= max(MIN_ENTRIES, len(best)) and (is_claimed or _is_live(columns, group)):
            starts = _first_blocks(columns, places, group)
            best = starts if len(starts) >= max(MIN_ENTRIES, len(best)) else best
    return best


def _stated_times(columns: Columns, places: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Yield blocks with a time: of a time element, or in a line that begins with one."""
    count = len(columns.text)
    for block, value, text in columns.times:
        if block < count:
            yield block, value or text
    for block in range(places[0] and places[0] - 1, min(places[-1] + 1, count)):
        text = columns.text[block]
        if not text[:1].isalpha() and _CLOCK.match(text):
            yield block, text[:MAX_CLOCK_CHARS]


def _is_live(columns: Columns, group: Mapping[int, str]) -> bool:
    container = next(iter(group))
    while container >= 0:
        if columns.c_flags[container] & BIT["LIVE"]:
            return True
        container = columns.c_parent[container]
    return False


def _first_blocks(columns: Columns, places: Sequence[int], group: Mapping[int, str]) -> Times:
    """Return the first kept block of each container, as an index into ``places``."""
    starts: Times = {}
    for container, time in group.items():
        index = bisect_left(places, columns.c_first[container])
        if index < len(places) and places[index] < columns.c_last[container]:
            starts.setdefault(index, time)
    return starts


def _iso_times(found: Times, meta: Metadata) -> Times:
    """Return the times as ISO 8601, those without a day only where one day can hold them all."""
    times: Times = {}
    clocks: Times = {}
    for index, stated in found.items():
        moment = read_moment(stated, meta.language or "")
        if moment and moment.clock:
            times[index] = moment.iso
        elif clock := _clock(stated):
            clocks[index] = clock
    day = _day(meta)
    if day and clocks and _are_in_order([clocks[index] for index in sorted(clocks)]):
        times |= {index: f"{day}T{clock}" for index, clock in clocks.items()}
    return times


def _day(meta: Metadata) -> str | None:
    """Return the only day that the blog was written on, if there is just one."""
    days = Counter(stated[:10] for stated in (meta.published, meta.modified) if stated)
    return next(iter(days)) if len(days) == 1 else None


def _are_in_order(clocks: Sequence[str]) -> bool:
    steps = list(pairwise(clocks))
    return all(a <= b for a, b in steps) or all(a >= b for a, b in steps)


def _clock(text: str) -> str | None:
    match = _CLOCK.match(text)
    if not match:
        return None
    hour = int(match[1])
    if match["half"] and hour <= 12:
        hour = hour % 12 + (12 if match["half"][0] in "pP" else 0)
    return f"{hour:02}:{match[2]}"


def _is_clock(text: str) -> bool:
    """Tell a line that holds nothing but a time of day, or a date with one."""
    if len(text) > MAX_CLOCK_CHARS:
        return False
    match = _CLOCK.match(text)
    if match and not re.search(r"\w{5}", text[match.end() :]):
        return True
    try:
        return bool(datetime.fromisoformat(text))
    except ValueError:
        return False
