"""Take the furniture out: whole lines that a rule knows, and what is glued to the end of a paragraph.

A rule with ``where = "any"`` is certain from the line alone. The others need position: walking inwards from an edge of
the text, a line of theirs goes while nothing but furniture and a few short lines (a byline, a date, a tag) lies between
it and the edge; the first line that reads like prose ends the walk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

import msgspec

from scraper.records import Block, BlockLink, CleanText, Draft, Removed, Side
from scraper.rules import Edge, RuleSet, load_rules

MAX_REMOVED_CHARS = 300
# Lines that may stay between an edge and a line of an edge rule: title, byline, date, place, section, tags.
EDGE_LINES = 6
# Bytes, not characters: 24 Chinese characters or 70 Latin letters make a sentence in any script.
PROSE_BYTES = 70
# A line that was wrapped at a fixed width is at least this long, so the next one may continue its sentence.
WRAPPED_CHARS = 50
_SENTENCE_END = re.compile(r"[.!?。！？…؟।:：][\"'”’」』»)）\]]*\s*$")
_LINE_END = re.compile("\r\n|[\n\r\u2028\u2029]")
_STORY_KINDS = ("code", "table")  # never looked into

Line = str | None  # None: story for sure


class _Verdict(NamedTuple):
    """What happens to a line: its first ``keep`` code points stay, the rest goes by these rules."""

    keep: int
    taken: tuple[tuple[str, str], ...]  # rule, text


class _Taken(NamedTuple):
    """A removal before it is known which blocks stay."""

    block: int  # it stood before this block, or in it
    inside: bool
    rule: str
    text: str


def strip(draft: Draft, rules: RuleSet) -> Draft:
    """Return ``draft`` without its furniture. Each removal is added to ``removals``, in document order."""
    lines: list[Line] = []
    places: list[tuple[int, int]] = []  # block, offset of the line in it
    for index, block in enumerate(draft.blocks):
        story, offset = block.kind in _STORY_KINDS, 0
        for line in [block.text] if story else block.text.split("\n"):
            lines.append(None if story else line)
            places.append((index, offset))
            offset += len(line) + 1
    verdicts = _judge(lines, rules)
    if not verdicts:
        return draft
    spans: dict[int, list[tuple[int, int]]] = {}
    for number, verdict in verdicts.items():
        index, offset = places[number]
        end = offset + len(lines[number] or "") + (verdict.keep == 0)  # a whole line goes with its line end
        spans.setdefault(index, []).append((offset + verdict.keep, end))
    blocks = [_without(block, spans[index]) if index in spans else block for index, block in enumerate(draft.blocks)]
    taken = [_Taken(_position(old, len(blocks)), False, old.rule, old.text) for old in draft.removals]
    for number, verdict in verdicts.items():
        index = places[number][0]
        taken += [_Taken(index, bool(blocks[index].text), rule, text) for rule, text in verdict.taken]
    return msgspec.structs.replace(
        draft,
        blocks=tuple(block for block in blocks if block.text),
        removals=_removals(taken, [bool(block.text) for block in blocks]),
    )


def clean_text(text: str, url: str | None = None, rules: RuleSet | None = None) -> CleanText:
    """Return flattened ``text`` without its furniture. A line is a paragraph, and a line that stays is not changed.

    Line ends become ``\\n``; empty lines go only where furniture went. A removal's ``block`` counts the lines that
    stay and are not empty.
    """
    del url  # part of the public call: rules of single hosts will look at it
    lines = _LINE_END.split(text)
    verdicts = _judge(_unwrapped(lines), rules or load_rules())
    if not verdicts:
        return CleanText(text="\n".join(lines))
    kept: list[str] = []
    at_gap = False  # the line above went, and an empty line or nothing stands above it
    for number, line in enumerate(lines):
        if number in verdicts and verdicts[number].keep == 0:
            at_gap = at_gap or not kept or not kept[-1].strip()
        elif line.strip() or not at_gap:
            kept.append(line[: verdicts[number].keep] if number in verdicts else line)
            at_gap = False
    cleaned = "\n".join(kept)
    if lines[-1].strip():
        cleaned = cleaned.rstrip("\n")
    filled = [number for number, line in enumerate(lines) if line.strip()]
    order = {number: index for index, number in enumerate(filled)}
    stays = [number not in verdicts or verdicts[number].keep > 0 for number in filled]
    taken = [
        _Taken(order[number], verdict.keep > 0, rule, part)
        for number, verdict in verdicts.items()
        for rule, part in verdict.taken
    ]
    return CleanText(text=cleaned, removed=_removals(taken, stays))


def _judge(lines: Sequence[Line], rules: RuleSet) -> dict[int, _Verdict]:
    """Return the verdict of each line that loses something, in order."""
    whole = {number: rule.id for number, line in enumerate(lines) if line and (rule := rules.match(line))}
    edges = _edge_run(range(len(lines)), "start", lines, whole, rules)
    edges |= _edge_run(reversed(range(len(lines))), "end", lines, whole | edges, rules)
    if any(number not in edges and number not in whole and line != "" for number, line in enumerate(lines)):
        whole |= edges  # an edge is an edge of something: alone, "Share" is all that the text says
    verdicts: dict[int, _Verdict] = {}
    for number, line in enumerate(lines):
        if not line:
            continue
        if number in whole:
            verdicts[number] = _Verdict(0, ((whole[number], line.strip()),))
        elif (verdict := _tails(line, rules)).taken:
            verdicts[number] = verdict
    return verdicts


def _edge_run(
    inwards: Iterable[int], edge: Edge, lines: Sequence[Line], taken: dict[int, str], rules: RuleSet
) -> dict[int, str]:
    """Return the lines that rules of ``edge`` take, by the walk that the module's docstring tells of."""
    found: dict[int, str] = {}
    others = 0
    for number in inwards:
        line = lines[number]
        if line == "" or number in taken:
            continue
        if line and (rule := rules.match(line, edge)):
            found[number] = rule.id
            continue
        others += 1
        if others > EDGE_LINES or line is None or _reads_like_prose(line):
            break
    return found


def _reads_like_prose(line: str) -> bool:
    return len(line.encode("utf-8", "replace")) >= PROSE_BYTES and _SENTENCE_END.search(line) is not None


def _tails(line: str, rules: RuleSet) -> _Verdict:
    """Cut off what is glued to the end of a paragraph, the last piece first."""
    taken: list[tuple[str, str]] = []
    rest = line
    while (tail := rules.tail(rest)) is not None:
        start, rule = tail
        taken.insert(0, (rule.id, rest[start:].strip()))
        rest = rest[:start].rstrip()
    return _Verdict(len(rest), tuple(taken))


def _unwrapped(lines: Sequence[str]) -> list[Line]:
    """Mark the lines that continue the sentence of the line above, as in text wrapped at a fixed width, as story."""
    above = ["", *lines]
    return [
        None
        if len(before) >= WRAPPED_CHARS and not _SENTENCE_END.search(before) and line[:1].islower()
        else line.strip()
        for before, line in zip(above, lines, strict=False)
    ]


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


def _removals(taken: Iterable[_Taken], stays: Sequence[bool]) -> tuple[Removed, ...]:
    """Number removals by the blocks that stay."""
    before = list(accumulate(stays, initial=0))  # blocks that stay before each block
    removals = []
    for item in sorted(taken, key=lambda item: item.block):
        index = before[item.block]
        side: Side = "inside" if item.inside else "after" if index == before[-1] else "inside" if index else "before"
        removals.append(
            Removed(
                rule=item.rule,
                text=item.text[:MAX_REMOVED_CHARS],
                block=None if side == "after" else index,
                side=side,
            )
        )
    return tuple(removals)
