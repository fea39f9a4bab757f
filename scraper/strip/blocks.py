"""Take the furniture out of a draft's blocks, and keep its links where they belong."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from scraper.memory import NO_MEMORY, SiteMemory
from scraper.records import Block, BlockLink, Draft, Removed
from scraper.rules import RuleSet
from scraper.strip.buttons import REPEATED_LINK, buttons
from scraper.strip.judge import Known, Line, Verdict, judge
from scraper.strip.removals import Taken, removals

_STORY_KINDS = ("code", "table")  # never looked into


def strip(draft: Draft, rules: RuleSet, site: SiteMemory = NO_MEMORY) -> Draft:
    """Return ``draft`` without its furniture. Each removal is added to ``removals``, in document order."""
    lines: list[Line] = []
    places: list[tuple[int, int]] = []  # block, offset of the line in it
    for index, block in enumerate(draft.blocks):
        story, offset = block.kind in _STORY_KINDS, 0
        if story or "\n" not in block.text:
            lines.append(None if story else block.text)
            places.append((index, 0))
            continue
        for line in block.text.split("\n"):
            lines.append(line)
            places.append((index, offset))
            offset += len(line) + 1
    headings = [draft.blocks[index].kind == "heading" for index, _ in places] if site.seen else ()
    verdicts = judge(lines, Known(rules, site, draft.metadata.language), headings)
    if found := buttons(draft.blocks):
        labels = {number: lines[number] or "" for number, (index, _) in enumerate(places) if index in found}
        verdicts |= {number: Verdict(0, ((REPEATED_LINK, label),)) for number, label in labels.items()}
    if not verdicts:
        return draft
    spans: dict[int, list[tuple[int, int]]] = {}
    for number, verdict in verdicts.items():
        index, offset = places[number]
        end = offset + len(lines[number] or "") + (verdict.keep == 0)  # a whole line goes with its line end
        spans.setdefault(index, []).append((offset + verdict.keep, end))
    blocks = [_without(block, spans[index]) if index in spans else block for index, block in enumerate(draft.blocks)]
    taken = [Taken(_position(old, len(blocks)), False, old.rule, old.text) for old in draft.removals]
    for number, verdict in verdicts.items():
        index = places[number][0]
        taken += [Taken(index, bool(blocks[index].text), rule, text) for rule, text in verdict.taken]
    return msgspec.structs.replace(
        draft,
        blocks=tuple(block for block in blocks if block.text),
        removals=removals(taken, [bool(block.text) for block in blocks]),
    )


def _without(block: Block, spans: Sequence[tuple[int, int]]) -> Block:
    """Cut ``spans`` (in order, apart from each other) out of the text, and keep its links where they belong."""

    def moved(position: int) -> int:
        return position - sum(min(position, end) - start for start, end in spans if start < position)

    text, last = "", 0
    for start, end in spans:
        text, last = text + block.text[last:start], end
    text = (text + block.text[last:]).rstrip()
    links = [BlockLink(moved(link.start), min(moved(link.end), len(text)), link.url) for link in block.links]
    return msgspec.structs.replace(block, text=text, links=tuple(link for link in links if link.start < link.end))


def _position(removed: Removed, blocks: int) -> int:
    """Return the block that an earlier removal stood before, or ``blocks`` for the end."""
    if removed.block is not None:
        return min(removed.block, blocks)
    return 0 if removed.side == "before" else blocks
