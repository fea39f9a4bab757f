"""Take the furniture out of a text that somebody flattened long ago."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from scraper.memory import NO_MEMORY, SiteMemory
from scraper.records import CleanText
from scraper.rules import RuleSet, load_rules
from scraper.strip.judge import Known, Line, Verdict, ends_sentence, judge
from scraper.strip.removals import Taken, removals

UNLIKE_STORY = "line.furniture"  # rule id of lines whose form and neighbours are not those of a story
# A line that was wrapped at a fixed width is at least this long, so the next one may continue its sentence.
WRAPPED_CHARS = 50
# Of the lines, above which a text is wrapped at a fixed width and its lines say nothing about its paragraphs.
MAX_WRAPPED = 0.1
_LINE_END = re.compile("\r\n|[\n\r\u2028\u2029]")

Furniture = Callable[[Sequence[str], Sequence[bool]], Sequence[bool]]
"""Tells the lines of a text that are furniture by their form, as :func:`scraper.extraction.lines.furniture` does, from
the lines and whether each is known to be furniture."""


def clean_text(
    text: str,
    url: str | None = None,
    rules: RuleSet | None = None,
    site: SiteMemory = NO_MEMORY,
    furniture: Furniture | None = None,
) -> CleanText:
    """Return flattened ``text`` without its furniture. A line is a paragraph, and a line that stays is not changed.

    Line ends become ``\\n``; empty lines go only where furniture went. A removal's ``block`` counts the lines that
    stay and are not empty.
    """
    del url  # part of the public call: rules of single hosts will look at it
    lines = _LINE_END.split(text)
    judged = _unwrapped(lines)
    verdicts = judge(judged, Known(rules or load_rules(), site))
    if furniture and judged.count(None) <= MAX_WRAPPED * len(judged):
        verdicts |= _unlike_story(lines, verdicts, furniture)
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
        Taken(order[number], verdict.keep > 0, rule, part)
        for number, verdict in verdicts.items()
        for rule, part in verdict.taken
    ]
    return CleanText(text=cleaned, removed=removals(taken, stays))


def _unlike_story(lines: Sequence[str], verdicts: dict[int, Verdict], furniture: Furniture) -> dict[int, Verdict]:
    """Return the verdicts of the lines that are furniture by their form, where no rule has taken them."""
    places = [number for number, line in enumerate(lines) if line.strip()]
    known = [number in verdicts and verdicts[number].keep == 0 for number in places]
    gone = furniture([lines[number].strip() for number in places], known)
    return {
        number: Verdict(0, ((UNLIKE_STORY, lines[number].strip()),))
        for number, is_gone, is_known in zip(places, gone, known, strict=True)
        if is_gone and not is_known
    }


def _unwrapped(lines: Sequence[str]) -> list[Line]:
    """Mark the lines that continue the sentence of the line above, as in text wrapped at a fixed width, as story."""
    above = ["", *lines]
    return [
        None if len(before) >= WRAPPED_CHARS and not ends_sentence(before) and line[:1].islower() else line.strip()
        for before, line in zip(above, lines, strict=False)
    ]
