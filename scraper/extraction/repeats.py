"""What a page holds more than once: the same article for phones and desktops, and the next article below the first."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from scraper.extraction.score import Scored
from scraper.extraction.tables import CELL_TAGS
from scraper.text import letters

# A shorter line ("Yes.", a refrain, the name of a column) may well stand twice in a story: of 230 pages where one
# does, 150 lose by dropping it.
LONG_WORDS = 20.0
MIN_RUN = 3  # blocks that repeat without a gap are a copy, if they are this many
CELL = 0.25  # of a block: a row of a table often says what the row above says
RUN_SHARE = 0.1  # and hold this share of the kept words
START_LETTERS = 20  # two texts that begin with the same are compared as wholes
MIN_STREAM_WORDS = 40.0  # kept in an article before the next one may begin
_STREAM_HEADINGS = ("h1", "h2")


def without_repeats(scored: Scored, kept: Sequence[int]) -> list[int]:
    """Drop the second of two equal runs of blocks."""
    words = scored.counts.words
    repeated = list(_repeated(scored, kept))
    if True not in repeated:
        return list(kept)
    total = float(words[list(kept)].sum())
    result: list[int] = []
    place = 0
    while place < len(kept):
        end = place
        while end < len(kept) and repeated[end]:
            end += 1
        run = list(kept[place:end])
        if not run:
            result.append(kept[place])
            place += 1
            continue
        sizes = words[run]
        enough = sum(CELL if scored.columns.tag[index] in CELL_TAGS else 1.0 for index in run) >= MIN_RUN
        copied = sizes.max() >= LONG_WORDS or (enough and sizes.sum() >= RUN_SHARE * total)
        result += [] if copied else run
        place = end
    return result


def _repeated(scored: Scored, kept: Sequence[int]) -> Iterator[bool]:
    """Say of each kept block whether it stood before, but for case, white space and punctuation."""
    texts = scored.columns.text
    titles = scored.regions.equals_title.nonzero()[0].tolist()  # the title counts as said before, wherever it stands
    alone: dict[str, int] = {}  # by their start, blocks that had no other to be compared with yet
    whole: dict[str, set[str]] = {}  # by their start, the letters of the others
    for index in titles:
        whole.setdefault(_start(texts[index]), set()).add(letters(texts[index]))
    for index in kept:
        start = _start(texts[index])
        known = whole.get(start)
        if not start or (known is None and start not in alone):
            yield False
            alone[start] = index
            continue
        if known is None:
            known = whole[start] = {letters(texts[alone[start]])}
        said = letters(texts[index])
        yield said in known
        known.add(said)


def _start(text: str) -> str:
    return letters(text, 3 * START_LETTERS, START_LETTERS)


def without_next_articles(scored: Scored, kept: Sequence[int]) -> Sequence[int]:
    """Keep, of a stream of articles, the one that has the page's title.

    A stream is: containers of one kind beside each other, each with a heading like that of the title and with a date or
    an author of its own, and with text.
    """
    columns, title = scored.columns, scored.regions.title_block
    if title < 0 or columns.tag[title] not in _STREAM_HEADINGS or columns.tag.count(columns.tag[title]) < 2:
        return kept
    signed = sorted({hint.block for hint in columns.hints if hint.kind in ("author", "date", "modified")}
                    | {block for block, _, _ in columns.times})  # fmt: skip
    mine = columns.container[title]
    while mine > 0:
        others = [other for other in _siblings(scored, mine) if _is_article(scored, other, kept, signed)]
        if others and _is_article(scored, mine, kept, signed):
            inside: set[int] = set()
            inside.update(*(range(columns.c_first[other], columns.c_last[other]) for other in others))
            return [index for index in kept if index not in inside]
        mine = columns.c_parent[mine]
    return kept


def _siblings(scored: Scored, container: int) -> list[int]:
    columns = scored.columns
    tag, parent = columns.c_tag[container], columns.c_parent[container]
    signature = columns.c_signature[container]
    return [
        other
        for other in (scored.regions.parent == parent).nonzero()[0].tolist()
        if other != container and (columns.c_signature[other] == signature or tag == columns.c_tag[other] == "article")
    ]


def _is_article(scored: Scored, container: int, kept: Sequence[int], signed: Sequence[int]) -> bool:
    columns, title = scored.columns, scored.regions.title_block
    first, last = columns.c_first[container], columns.c_last[container]
    headed = any(columns.tag[index] == columns.tag[title] for index in range(first, last))
    if not headed or bisect_left(signed, first) == bisect_left(signed, last):
        return False
    inside = kept[bisect_left(kept, first) : bisect_left(kept, last)]
    return bool(inside) and float(scored.counts.words[inside].sum()) >= MIN_STREAM_WORDS
