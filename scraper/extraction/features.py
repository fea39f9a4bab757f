"""Numbers about every block of a page, as array operations over the columns.

Every function here returns rows: arrays with one entry a block, under the name that the model knows them by.
The ideas (text and link density, windows, structure) follow Kohlschuetter et al., "Boilerplate Detection using Shallow
Text Features" (WSDM 2010), and Vogels et al., "Web2Text" (ECIR 2018).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from scraper.extraction.characters import UPPER, CharacterCounts
from scraper.extraction.columns import Columns
from scraper.extraction.flags import NAMES as FLAG_NAMES
from scraper.extraction.model import as_matrix
from scraper.extraction.regions import Indexes, Regions

Array = npt.NDArray[np.float64]
Rows = dict[str, npt.NDArray[np.generic]]

TAG_CODES = {"p": 0, "h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "li": 7, "td": 8, "th": 8, "dt": 9, "dd": 9,
              "blockquote": 10, "pre": 11, "figcaption": 12, "caption": 12, "summary": 13, "a": 14}  # fmt: skip
OTHER_TAG = 15
HEADINGS = (1, 6)
WINDOWS = (1, 3, 6, 12)  # blocks to each side
_UP_ROWS = {step: [f"up{step}_{name}" for name in ("words", "links", "good", "blocks")] for step in range(1, 4)}
_BRANCH_ROWS = ("branch_words", "branch_links", "branch_good", "branch_blocks")
_ANY_FLAGS = [f"any_{name}" for name in FLAG_NAMES]
_NEAR_FLAGS = [f"near_{name}" for name in FLAG_NAMES]
# Of all rows, in the order of ``block_features``.
NAMES = (
    *"words chars link_density links tag sentence_ends ends_sentence sentence_words ends_colon ends_question".split(),
    *"commas comma_share digit_share upper_share starts_upper mark_share letter_share copies".split(),
    *(
        f"{part}_{side}_{window}"
        for window in WINDOWS
        for side in ("before", "after")
        for part in ("words", "links", "good")
    ),
    *"tag_before tag_after sig_count sig_share sig_words sig_links sig_good sig_good_share depth up0_repeats".split(),
    *(name for step in range(1, 4) for name in (*_UP_ROWS[step], f"up{step}_repeats")),
    *"in_guess guess_steps guess_common guess_share guess_before guess_after_good".split(),
    *("guess_after_blocks", "guess_before_blocks", *_BRANCH_ROWS, "branch_good_before", "branch_good_after"),
    *"is_title is_description title_blocks title_good title_steps title_common section_level section_place".split(),
    *"section_words section_good section_links section_blocks section_good_before section_good_after".split(),
    *"place good_place good_left page_blocks page_good page_good_share page_links page_unspaced page_h1".split(),
    *_ANY_FLAGS,
    *_NEAR_FLAGS,
)


def feature_matrix(
    columns: Columns, counts: CharacterCounts, regions: Regions, names: tuple[str, ...]
) -> npt.NDArray[np.float32]:
    """Return the rows with these names, a block a column, as the trees of a model take them."""
    if compiled_fill is None:
        return as_matrix(block_features(columns, counts, regions), names)
    matrix = np.empty((len(names), len(columns.text)), np.float32)
    compiled_fill(columns, counts, regions, _places(names), matrix)
    return matrix


@lru_cache(maxsize=4)
def _places(names: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """Return, of each of ``NAMES``, its place among these names, -1 for none."""
    places = np.full(len(NAMES), -1, np.int64)
    for place, name in enumerate(names):
        places[NAMES.index(name)] = place
    return places


def block_features(columns: Columns, counts: CharacterCounts, regions: Regions) -> Rows:
    """Return all rows for the page. ``_features.pyx`` fills the same into a matrix; a test compares the two."""
    tags = np.array([TAG_CODES.get(tag, OTHER_TAG) for tag in columns.tag], np.float64)
    rows = _text_rows(columns, counts, regions, tags)
    words = counts.words
    link_words = np.minimum(regions.link_chars / np.maximum(counts.chars, 1), 1.0) * words
    good = regions.good_words
    rows |= _window_rows(words, link_words, good, tags)
    running = _running(good)
    rows |= _signature_rows(regions, words, link_words, good, float(running[-1]))
    index = np.arange(len(words))
    shares = regions.shares()
    rows |= _container_rows(regions, shares)
    rows |= _guess_rows(regions, shares, running, index)
    rows |= _title_rows(regions, running, index)
    rows |= _heading_rows(tags, words, good, link_words, running, index)
    rows |= _page_rows(columns, words, link_words, running, index, counts)
    rows |= _flag_rows(regions)
    return rows


def _text_rows(columns: Columns, counts: CharacterCounts, regions: Regions, tags: Array) -> Rows:
    chars = np.maximum(counts.chars, 1)
    letters = np.maximum(counts.letters, 1)
    several = len(set(columns.text)) < len(columns.text)
    seen = Counter(columns.text) if several else {}
    links = np.fromiter([len(links) if links else 0 for links in columns.links], np.float64, len(columns.links))
    return {
        "words": counts.words,
        "chars": chars,
        "link_density": np.minimum(regions.link_chars / chars, 1.0),
        "links": links,
        "tag": tags,
        "sentence_ends": counts.sentence_ends,
        "ends_sentence": counts.ends_sentence,
        "sentence_words": counts.words / (counts.sentence_ends + 1.0),
        "ends_colon": (counts.last_code == ord(":")) | (counts.last_code == ord("：")),
        "ends_question": (counts.last_code == ord("?")) | (counts.last_code == ord("？")),
        "commas": counts.commas,
        "comma_share": counts.commas / counts.words,
        "digit_share": counts.digits / chars,
        "upper_share": counts.upper / letters,
        "starts_upper": (counts.first & UPPER) != 0,
        "mark_share": counts.marks / chars,
        "letter_share": counts.letters / chars,
        "copies": np.array([*map(seen.__getitem__, columns.text)], np.float64) if several else np.ones(len(chars)),
    }


def _window_rows(words: Array, link_words: Array, good: Array, tags: Array) -> Rows:
    """Rows about the blocks before and after: as many to each side as the row's name says."""
    count = len(words)
    widest = WINDOWS[-1]
    # Sums before each block, with nothing before the first and the sums of all behind the last.
    sums = np.zeros((3, widest + count + 1 + widest))
    np.array((words, link_words, good)).cumsum(axis=1, out=sums[:, widest + 1 : widest + count + 1])
    sums[:, widest + count + 1 :] = sums[:, widest + count, None]
    here, there = sums[:, widest : widest + count], sums[:, widest + 1 : widest + count + 1]
    rows: Rows = {}
    for window in WINDOWS:
        before = here - sums[:, widest - window : widest - window + count]
        after = sums[:, widest + window + 1 : widest + window + 1 + count] - there
        for side, (total, *parts) in (("before", before), ("after", after)):
            above = total + 1.0
            rows[f"words_{side}_{window}"] = total
            rows[f"links_{side}_{window}"], rows[f"good_{side}_{window}"] = (part / above for part in parts)
    rows["tag_before"] = np.concatenate(([-1.0], tags[:-1]))
    rows["tag_after"] = np.concatenate((tags[1:], [-1.0]))
    return rows


def _signature_rows(regions: Regions, words: Array, link_words: Array, good: Array, all_good: float) -> Rows:
    """Rows about all blocks whose containers have the same path of tags and classes."""
    signature = regions.signature
    of_block = signature[regions.container]
    size = int(signature.max()) + 1
    count = np.bincount(of_block, minlength=size)
    per_block = np.maximum(count, 1)
    total = np.bincount(of_block, words, size)
    linked = np.bincount(of_block, link_words, size)
    best = np.bincount(of_block, good, size)
    return {
        "sig_count": count[of_block],
        "sig_share": count[of_block] / len(words),
        "sig_words": (total / per_block)[of_block],
        "sig_links": (linked / np.maximum(total, 1.0))[of_block],
        "sig_good": (best / np.maximum(total, 1.0))[of_block],
        "sig_good_share": (best / max(all_good, 1.0))[of_block],
    }


def _container_rows(regions: Regions, shares: Array) -> Rows:
    """Rows about the containers round a block: its own, the parent and the grandparent."""
    rows: Rows = {}
    repeats = np.bincount(regions.signature)[regions.signature]
    parent = regions.parent
    here = regions.container
    rows["depth"] = regions.depth[here]
    for step in range(4):
        if step:
            rows.update(zip(_UP_ROWS[step], shares.take(here, axis=1), strict=True))
        rows[f"up{step}_repeats"] = repeats[here]
        here = np.maximum(parent[here], 0)
    return rows


def _guess_rows(regions: Regions, shares: Array, running: Array, index: Indexes) -> Rows:
    """Rows about the container that seems to hold the article; evidence only, nothing is cut by it."""
    here = regions.container
    inside = regions.in_guess[here]
    branch = regions.branch[here]
    total = max(float(running[-1]), 1.0)
    guess = regions.guess
    first, last = regions.first[guess], regions.last[guess]
    in_guess = max(float(running[last] - running[first]), 1.0)
    of_branch = shares.take(branch, axis=1) * inside
    return {
        "in_guess": inside,
        "guess_steps": regions.guess_steps[here],
        "guess_common": regions.guess_common[here],
        "guess_share": np.full(len(index), in_guess / total),
        "guess_before": np.maximum(running[np.clip(index, first, last)] - running[first], 0) / in_guess,
        "guess_after_good": running[last] - running[np.clip(index + 1, first, last)],
        "guess_after_blocks": np.maximum(last - index - 1, -1),
        "guess_before_blocks": np.maximum(index - first, -1),
        **dict(zip(_BRANCH_ROWS, of_branch, strict=True)),
        "branch_good_before": (running[regions.first[branch]] - running[first]) / in_guess * inside,
        "branch_good_after": (running[last] - running[regions.last[branch]]) / in_guess * inside,
    }


def _title_rows(regions: Regions, running: Array, index: Indexes) -> Rows:
    here = regions.container
    count = len(index)
    place = regions.title_block
    known = place >= 0
    start = place if known else 0
    return {
        "is_title": regions.equals_title,
        "is_description": regions.equals_description,
        "title_blocks": (index - place) if known else np.full(count, -999.0),
        "title_good": running[:-1] - running[start] if known else np.full(count, -999.0),
        "title_steps": regions.title_steps[here] if known else np.full(count, -1.0),
        "title_common": regions.title_common[here] if known else np.full(count, -1.0),
    }


def _heading_rows(tags: Array, words: Array, good: Array, link_words: Array, running: Array, index: Indexes) -> Rows:
    """Rows about the section, that is the blocks from one heading to the next."""
    count = len(tags)
    is_heading = (tags >= HEADINGS[0]) & (tags <= HEADINGS[1])
    section = is_heading.cumsum()
    start = np.maximum.accumulate(np.where(is_heading, index, 0))
    size = int(section[-1]) + 1
    body = ~is_heading
    total = np.bincount(section, words * body, size)
    best = np.bincount(section, good * body, size)
    linked = np.bincount(section, link_words * body, size)
    blocks = np.bincount(section, minlength=size)
    return {
        "section_level": tags[start] * is_heading[start],
        "section_place": index - start,
        "section_words": total[section],
        "section_good": (best / np.maximum(total, 1.0))[section],
        "section_links": (linked / np.maximum(total, 1.0))[section],
        "section_blocks": blocks[section],
        "section_good_before": running[start],
        "section_good_after": float(running[-1]) - running[np.minimum(start + blocks[section], count)],
    }


def _page_rows(
    columns: Columns, words: Array, link_words: Array, running: Array, index: Indexes, counts: CharacterCounts
) -> Rows:
    count = len(words)
    total = max(float(running[-1]), 1.0)
    rows: Rows = {
        "place": index / count,
        "good_place": running[:-1] / total,
        "good_left": running[-1] - running[1:],
    }
    all_words = max(float(words.cumsum()[-1]), 1.0)  # sum() adds in another order, here and below
    page = {
        "page_blocks": count,
        "page_good": total,
        "page_good_share": total / all_words,
        "page_links": float(link_words.cumsum()[-1]) / all_words,
        "page_unspaced": float(counts.unspaced.sum()) / max(float(counts.chars.sum()), 1.0),
        "page_h1": len(columns.headings),
    }
    same = np.array([list(page.values())], np.float64).T.repeat(count, axis=1)
    rows.update(zip(page, same, strict=True))
    return rows


def _flag_rows(regions: Regions) -> Rows:
    rows: Rows = {}
    for names, flags in ((_ANY_FLAGS, regions.all_flags), (_NEAR_FLAGS, regions.near_flags)):
        words = (flags[regions.container] | regions.own_flags).astype("<i8", copy=False).view(np.uint8)
        bits = np.unpackbits(words.reshape(-1, 8), axis=1, count=len(FLAG_NAMES), bitorder="little")
        rows.update(zip(names, bits.T, strict=True))
    return rows


def _running(values: npt.NDArray[np.generic]) -> Array:
    """Return prefix sums: entry ``i`` is the sum before block ``i``; the last entry is the sum of all."""
    sums = np.zeros(len(values) + 1)
    values.cumsum(out=sums[1:])
    return sums


# Down here, since the compiled loops take their numbers from above: not there where nothing could be compiled.
compiled_fill: Callable[..., None] | None
try:
    from scraper.extraction._features import fill

    compiled_fill = fill
except ImportError:
    compiled_fill = None
