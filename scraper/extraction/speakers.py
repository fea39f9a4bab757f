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
NAMED_SHARE = 0.4  # of the paragraphs
PAIR_SHARE = 0.5  # of the turns belong to the two who speak most; the fields of a form come equally often
ASKS_SHARE = 0.35  # of the turns of the one who asks, who also comments
MAX_NAME_WORDS = 4
MAX_NAME_CHARS = 50  # with the colon and what comes next
MAX_LETTER_CHARS = 6  # of a letter that stands for a name, with white space round it and its full stop
# "Ann Bell: ...", "ZEITUNG: ...", "问：...", "山田：...", also alone on a line; a dash may stand before it.
_LABEL = re.compile(
    r"\s{0,3}[-–—―]{0,2}\s?(?P<name>[^\W\d_][^:：.!?。！？,，;；\"“„«»()（）\[\]<>|/]{0,39}?)\s?[:：](?P<rest>.?)"
)
_LETTER = re.compile(r"\s{0,3}(?P<name>[QAFRPD])\s?[.:：](?P<rest>.?)")
_QUESTION = re.compile(r"[?？؟;՞]|[か吗嗎呢][。」]?\s*$")
_PROSE = ("paragraph", "quote", "heading", "standfirst")


def with_speakers(blocks: Sequence[Block]) -> tuple[Block, ...] | None:
    """Return the blocks with their speakers, the text unchanged; ``None`` for what is no interview.

    In an interview a few names come back again and again before the paragraphs, and one of them asks, or the paragraphs
    without a name do. Labels of other lists ("Price: ...", "Pros: ...") come back as well, but nobody asks.
    """
    prose = [index for index, block in enumerate(blocks) if block.kind in _PROSE]
    starts = [blocks[index].text[:MAX_NAME_CHARS] for index in prose]
    labels = [_label(start) if _has_mark(start) else None for start in starts]
    if sum(label is not None for label in labels) < MIN_TURNS / 2:
        return None
    turns: dict[str, list[int]] = defaultdict(list)
    for index, above, label in zip(prose, [None, *labels], labels, strict=False):
        if label:
            turns[label[0]].append(index)
        elif above and not above[1]:
            turns[above[0]].append(index)  # the name stands alone on the line above
    speakers = {name: places for name, places in turns.items() if len(places) >= MIN_REPEATS}
    if not _is_interview(blocks, prose, speakers):
        return None
    named = {index: name for name, places in speakers.items() for index in places}
    return tuple(
        msgspec.structs.replace(block, speaker=named[index]) if index in named else block
        for index, block in enumerate(blocks)
    )


def _is_interview(blocks: Sequence[Block], prose: Sequence[int], speakers: dict[str, list[int]]) -> bool:
    sizes = sorted(map(len, speakers.values()))
    count = sum(sizes)
    if not 2 <= len(sizes) <= MAX_SPEAKERS or count < max(MIN_TURNS, NAMED_SHARE * len(prose)):
        return False
    if sum(sizes[-2:]) < PAIR_SHARE * count:
        return False
    named = {index for places in speakers.values() for index in places}
    unnamed = [index for index in prose if index not in named]
    return any(_asks(blocks, places) for places in (*speakers.values(), unnamed))


def _has_mark(start: str) -> bool:
    """Tell whether a paragraph begins with what stands behind the name of who speaks."""
    return ":" in start or "：" in start or "." in start[:MAX_LETTER_CHARS]


def _label(start: str) -> tuple[str, str] | None:
    """Return the name before the colon, and how the text after it begins; ``None`` where there is no name."""
    match = _LABEL.match(start) or _LETTER.match(start)
    if match is None:
        return None
    name = match["name"].strip()
    if len(name.split()) > MAX_NAME_WORDS or name[0].islower():
        return None
    return name, match["rest"]


def _asks(blocks: Sequence[Block], places: Sequence[int]) -> bool:
    questions = sum(_QUESTION.search(blocks[index].text) is not None for index in places)
    return questions >= MIN_REPEATS and questions >= ASKS_SHARE * len(places)
