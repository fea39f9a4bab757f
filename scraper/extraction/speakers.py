"""Who says what in an interview, where the paragraphs themselves name who speaks."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import msgspec

from scraper.records import Block

MAX_SPEAKERS = 6
MIN_TURNS = 4
MIN_REPEATS = 2  # of a name: it speaks more than once
LABELLED_SHARE = 0.4  # of the paragraphs
ASKS_SHARE = 0.5  # of the turns of the one who asks
# "Ann Bell: ...", "ZEITUNG: ...", "问：...", "山田：..."; a dash may stand before it.
_LABEL = re.compile(
    r"\s{0,3}[-–—―]{0,2}\s?(?P<name>[^\W\d_][^:：.!?。！？,，;；\"“„«»()（）\[\]<>|/]{0,39}?)\s?[:：]\s*(?=\S)"
)
_SHORT_LABEL = re.compile(r"\s{0,3}(?P<name>[QAFRPD])\s?[.:：]\s*(?=\S)")
MAX_NAME_WORDS = 4
_QUESTION = re.compile(r"[?？؟;՞]|[か吗嗎呢][。」]?\s*$")
_PROSE = ("paragraph", "quote", "heading", "standfirst")


def with_speakers(blocks: Sequence[Block]) -> tuple[Block, ...] | None:
    """Return the blocks with their speakers, the text unchanged; ``None`` for what is no interview.

    In an interview a few names come back again and again before the paragraphs, and one of them asks. Labels of other
    lists ("Price: ...", "Pros: ...") come back as well, but none of them asks.
    """
    turns: dict[str, list[int]] = defaultdict(list)
    prose = 0
    for index, block in enumerate(blocks):
        if block.kind in _PROSE:
            prose += 1
            name = _name(block.text)
            if name:
                turns[name].append(index)
    speakers = {name: places for name, places in turns.items() if len(places) >= MIN_REPEATS}
    count = sum(map(len, speakers.values()))
    if not 2 <= len(speakers) <= MAX_SPEAKERS or count < MIN_TURNS or count < LABELLED_SHARE * prose:
        return None
    if not any(_asks(blocks, places) for places in speakers.values()):
        return None
    named = {index: name for name, places in speakers.items() for index in places}
    return tuple(
        msgspec.structs.replace(block, speaker=named[index]) if index in named else block
        for index, block in enumerate(blocks)
    )


def _name(text: str) -> str | None:
    match = _LABEL.match(text) or _SHORT_LABEL.match(text)
    if match is None:
        return None
    name = match["name"].strip()
    if len(name.split()) > MAX_NAME_WORDS or name[0].islower():
        return None
    return name


def _asks(blocks: Sequence[Block], places: Sequence[int]) -> bool:
    questions = sum(_QUESTION.search(blocks[index].text) is not None for index in places)
    return questions >= ASKS_SHARE * len(places)
