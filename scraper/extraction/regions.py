"""Statistics of the page's containers: sums of their blocks, inherited flags, the container that seems to hold the
article, and where the title stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from scraper.extraction.characters import CharacterCounts
from scraper.extraction.columns import Columns
from scraper.extraction.flags import BIT

Array = npt.NDArray[np.float64]
Indexes = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
Marks = npt.NDArray[np.uint8]

PASSED_BY_WRAPPERS = (
    BIT["CONTENT"] | BIT["IN_ARTICLE"] | BIT["IN_MAIN"] | BIT["IN_BODY_PROP"] | BIT["IN_SECTION"] | BIT["TITLE"]
)
DOUBTFUL = sum(
    BIT[name] for name in "COMMENT FOOTER RELATED SIDEBAR POPUP COOKIE NAV IN_DIALOG LEGAL NEWSLETTER".split()
)
DOUBTFUL_WEIGHT = 0.25
UNSEEN_WEIGHT = 0.4
# A wrapper with more than this share of the page's words says nothing bad about them (body.has-sidebar).
WRAPPER_SHARE = 0.75
MASS_DECAY = 0.8  # a level
CLIMB_GAIN = 1.12  # climb while the parent adds more than 12 % of good words
GOOD_LINK_DENSITY = 0.35
GOOD_WORDS = 8.0  # a block with a sentence end
GOOD_WORDS_WITHOUT_END = 20.0
MIN_TITLE_CHARS = 4
DESCRIPTION_CHARS = 40  # of the description that a standfirst must share
SIMILAR_TITLE = 0.6
STUFFED_WORDS = 500.0  # without a sentence end, in an element that shows nothing: words for search engines


class Regions:
    """Arrays with one entry a container, and the guesses that features need.

    Loops over containers are plain: parents stand before their children, so that one pass down and one pass up do.
    ``_regions.pyx`` fills the same arrays; a test compares the two.
    """

    container: Indexes  # a block, as are the next
    own_flags: Indexes
    link_chars: Indexes
    stuffed: Truths
    good_words: Array
    equals_title: Truths
    equals_description: Truths
    parent: Indexes  # a container, as are the next
    first: Indexes
    last: Indexes
    end: Indexes
    signature: Indexes
    depth: Indexes
    blocks: Indexes
    near_flags: Indexes
    all_flags: Indexes
    title_common: Indexes  # steps up to the common ancestor with the title's container
    title_steps: Indexes  # steps down from there
    guess_common: Indexes
    guess_steps: Indexes
    branch: Indexes
    words: Array
    link_words: Array
    good: Array
    in_guess: Truths
    title_block: int
    guess: int

    def __init__(self, columns: Columns, counts: CharacterCounts, titles: list[str], description: str) -> None:
        self.container = np.asarray(columns.container)
        self.own_flags = np.asarray(columns.flags)
        self.link_chars = np.asarray(columns.link_chars)
        self.parent = np.asarray(columns.c_parent)
        self.first = np.asarray(columns.c_first)
        self.last = np.asarray(columns.c_last)
        self.end = np.asarray(columns.c_end)
        self.signature = np.asarray(columns.c_signature)
        self._title(columns, titles, description)
        if compiled_fill is None:
            self._fill(columns, counts)
        else:
            self._fill_compiled(columns, counts)

    def _fill(self, columns: Columns, counts: CharacterCounts) -> None:
        index = np.arange(len(self.end))
        # A container is inside all that stand before it, but for those that have ended.
        self.depth = index - np.bincount(self.end).cumsum()[: len(index)]
        said = np.asarray(columns.c_flags)
        density = self.link_chars / np.maximum(counts.chars, 1)
        self.stuffed = (counts.words > STUFFED_WORDS) & (counts.sentence_ends == 0)
        if self.stuffed.any():
            self.stuffed &= (said[self.container] & BIT["HIDDEN"]) != 0
        words = np.where(self.stuffed, 0.0, counts.words)
        enough = (counts.sentence_ends > 0) & (words >= GOOD_WORDS) | (words >= GOOD_WORDS_WITHOUT_END)
        self.good_words = np.where(enough & (density < GOOD_LINK_DENSITY), words * (1.0 - density), 0.0)
        self.words = self._sum(words)
        self.link_words = self._sum(words * np.minimum(density, 1.0))
        self.good = self._sum(self.good_words)
        self.blocks = self.last - self.first
        self._flags(said)
        _, self.title_common, self.title_steps = self._steps_from(columns, self._title_container())
        self._guess(columns)

    def _fill_compiled(self, columns: Columns, counts: CharacterCounts) -> None:
        assert compiled_fill is not None
        blocks, containers = len(self.container), len(self.parent)
        numbers, sums = np.empty((9, containers), np.int64), np.empty((3, containers))
        in_guess, stuffed, self.good_words = np.empty(containers, bool), np.empty(blocks, bool), np.empty(blocks)
        self.guess = compiled_fill(
            columns, counts.words, counts.chars, counts.sentence_ends, self._title_container(), numbers, sums,
            in_guess.view(np.uint8), stuffed.view(np.uint8), self.good_words,
        )  # fmt: skip
        self.depth, self.near_flags, self.all_flags, self.title_common, self.title_steps, *rest = numbers
        self.guess_common, self.guess_steps, self.branch, self.blocks = rest
        self.words, self.link_words, self.good = sums
        self.in_guess, self.stuffed = in_guess, stuffed

    def _sum(self, values: Array) -> Array:
        sums = np.zeros(len(values) + 1)
        values.cumsum(out=sums[1:])
        return sums[self.last] - sums[self.first]

    def shares(self) -> Array:
        """Return, a container, its words, the shares of linked and of good words, and its blocks."""
        above = self.words + 1.0
        return np.array((self.words, self.link_words / above, self.good / above, self.blocks))

    def _flags(self, said: Indexes) -> None:
        """Inherit flags downwards; a wrapper of nearly the whole page passes on only what speaks for content."""
        wrapper = self.words > WRAPPER_SHARE * max(float(self.words[0]), 1.0)
        own: Indexes = np.where(wrapper, said & PASSED_BY_WRAPPERS, said)
        above = np.maximum(self.parent, 0)
        self.near_flags = np.bitwise_or(own, own[above])
        self.all_flags = own
        while above.any():  # what it has of the steps up to here is that of twice as many a turn later
            self.all_flags = self.all_flags | self.all_flags[above]
            above = above[above]
        self.all_flags = self.all_flags | own[0]

    def _title(self, columns: Columns, titles: list[str], description: str) -> None:
        """Find the block that shows the title, and what else says the same."""
        wanted = [title for title in titles if len(title) >= MIN_TITLE_CHARS]
        shown = description[:DESCRIPTION_CHARS] if len(description) >= DESCRIPTION_CHARS else ""
        equal = np.zeros(len(columns.text), bool)
        described = np.zeros(len(columns.text), bool)
        mark = compiled_mark_titles or mark_titles
        mark(columns.text, wanted, shown, equal.view(np.uint8), described.view(np.uint8))
        self.title_block = _title_block(columns, equal, wanted)
        if self.title_block >= 0:
            title = columns.text[self.title_block]
            equal[self.title_block] = True
            if columns.text.count(title) > 1:
                equal |= np.array([text == title for text in columns.text], bool)
        self.equals_title = equal
        self.equals_description = described

    def _title_container(self) -> int:
        return int(self.container[self.title_block]) if self.title_block >= 0 else 0

    def _steps_from(self, columns: Columns, start: int) -> tuple[Indexes, Indexes, Indexes]:
        """Return, a container, its common ancestor with ``start``, the steps up to it, and from there down again."""
        path: list[int] = []
        here = start
        while here >= 0:
            path.append(here)
            here = columns.c_parent[here]
        at = np.zeros(len(self.end), np.int64)
        for here in reversed(path):
            at[here : columns.c_end[here]] = here
        up: Indexes = self.depth[start] - self.depth[at]
        down: Indexes = self.depth - self.depth[at]
        return at, up, down

    def _guess(self, columns: Columns) -> None:
        """Choose the container whose own paragraphs weigh most, then climb while the parent adds much.

        Paragraphs under what calls itself comments, footer, popup and so on weigh less: a thread of comments is often
        longer than the article.
        """
        flags = self.all_flags[self.container] | self.own_flags
        trust = np.where(flags & DOUBTFUL, DOUBTFUL_WEIGHT, 1.0) * np.where(flags & BIT["UNSEEN"], UNSEEN_WEIGHT, 1.0)
        trusted = self.good_words * trust
        good = self._sum(trusted)
        mass = np.bincount(self.container, trusted, len(self.parent)).tolist()
        parents = columns.c_parent
        for index in range(len(parents) - 1, 0, -1):
            if mass[index]:
                mass[parents[index]] += MASS_DECAY * mass[index]
        guess = mass.index(max(mass))
        while parents[guess] >= 0 and good[parents[guess]] > CLIMB_GAIN * good[guess]:
            guess = parents[guess]
        self.guess = guess
        common, self.guess_common, self.guess_steps = self._steps_from(columns, guess)
        self.in_guess = common == guess
        begins = np.where(self.parent == guess, np.arange(len(parents)), 0)  # what the guess holds, child by child
        self.branch = np.where(self.in_guess, np.maximum.accumulate(begins), 0)


def mark_titles(texts: list[str], titles: list[str], shown: str, equal: Marks, described: Marks) -> None:
    """Mark the texts that are more than half of a title, and those that begin like the description."""
    longest, shortest = max(map(len, titles), default=0), min(map(len, titles), default=0)
    for index, text in enumerate(texts):
        if shortest < 2 * len(text) and len(text) <= longest:
            equal[index] = any(len(title) < 2 * len(text) and text in title for title in titles)
        if shown and len(text) >= DESCRIPTION_CHARS and not equal[index]:
            described[index] = shown in text[: 2 * DESCRIPTION_CHARS]


def _title_block(columns: Columns, equal: Truths, wanted: list[str]) -> int:
    """Return the index of the block that shows the title, or -1."""
    headings = columns.headings
    for index in headings:
        if equal[index]:
            return index
    best, share = -1, 0.0
    folded = [_fold(title) for title in wanted[:3]] if headings else []
    for index in headings[:8]:
        text = _fold(columns.text[index])
        for title in folded:
            same = _likeness(text, title)
            if same > share:
                best, share = index, same
    if share >= SIMILAR_TITLE:
        return best
    matches = np.flatnonzero(equal)
    if len(matches):
        return int(matches[0])
    return headings[0] if headings else -1


def _fold(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _likeness(text: str, title: str) -> float:
    """Return the share of characters in common, in whatever order, 0 for less than ``SIMILAR_TITLE``; 1 for a part."""
    if text and text in title:
        return 1.0
    chars = len(text) + len(title)
    if 2.0 * min(len(text), len(title)) < SIMILAR_TITLE * chars:  # as most logos
        return 0.0
    return 2.0 * (compiled_in_common or in_common)(text, title) / chars if chars else 1.0


def in_common(one: str, other: str) -> int:
    """Return how many characters two texts have in common, in whatever order."""
    theirs = Counter(other)
    return sum(min(count, theirs[char]) for char, count in Counter(one).items())


# Down here, since the compiled loops take their numbers from above: not there where nothing could be compiled.
compiled_fill: Callable[..., int] | None
compiled_mark_titles: Callable[..., None] | None
compiled_in_common: Callable[[str, str], int] | None
try:
    from scraper.extraction._regions import fill
    from scraper.extraction._regions import in_common as compiled_common
    from scraper.extraction._regions import mark_titles as compiled_marks

    compiled_fill, compiled_mark_titles, compiled_in_common = fill, compiled_marks, compiled_common
except ImportError:
    compiled_fill = compiled_mark_titles = compiled_in_common = None
