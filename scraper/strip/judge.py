"""Decide which lines are furniture: those that a rule or the site's memory knows, and what is glued to a paragraph.

A rule with ``where = "any"`` is certain from the line alone. The others need position: walking inwards from an edge of
the text, a line of theirs goes while nothing but furniture and a few short lines (a byline, a date, a tag) lies between
it and the edge; the first line that reads like prose ends the walk. It is the same with what the memory knows: what
half of the articles have goes anywhere, what a fifth of them have goes at the edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from scraper.memory import NO_MEMORY, SiteMemory
from scraper.rules import Edge, Rule, RuleSet

REPEATED = "site.repeated"  # rule id of what the memory of the site knows
# Lines that may stay between an edge and a line of an edge rule: title, byline, date, place, section, tags.
EDGE_LINES = 6
# Bytes, not characters: 24 Chinese characters or 70 Latin letters make a sentence in any script.
PROSE_BYTES = 70
# Of the site's articles, below which a line may be a heading ("Background") or a saying of its stories.
REPEATED_SHARE = 0.5
# At an edge of the text, where stories do not repeat each other but by a newsletter box or a desk's address.
REPEATED_EDGE_SHARE = 0.2
# A text of which the memory knows more prose than this share is a copy of another article, or its next version.
MAX_KNOWN_PROSE = 1 / 2
_SENTENCE_ENDS = tuple(".!?。！？…؟।:：")
_BEHIND_SENTENCES = "\"'”’」』»)）]"

Line = str | None  # None: story for sure


class Verdict(NamedTuple):
    """What happens to a line: its first ``keep`` code points stay, the rest goes by these rules."""

    keep: int
    taken: tuple[tuple[str, str], ...]  # rule, text


class Known(NamedTuple):
    """What is known of furniture."""

    rules: RuleSet
    site: SiteMemory = NO_MEMORY
    language: str | None = None  # of the page, as in ISO 639-1


def judge(lines: Sequence[Line], known: Known, headings: Sequence[bool] = ()) -> dict[int, Verdict]:
    """Return the verdict of each line that loses something, in order. ``headings`` tells which lines are headings."""
    rules, language = known.rules, known.language
    whole = {
        number: rule.id for number, line in enumerate(lines) if line and (rule := rules.match(line, language=language))
    }
    if known.site.seen and not _is_copy(lines, whole, known.site):
        whole |= _repeated(lines, whole, known.site, headings)
    else:
        known = known._replace(site=NO_MEMORY)
    edges = _edge_run(range(len(lines)), "start", lines, whole, known)
    edges |= _edge_run(reversed(range(len(lines))), "end", lines, whole | edges, known)
    if any(number not in edges and number not in whole and line != "" for number, line in enumerate(lines)):
        whole |= edges  # an edge is an edge of something: alone, "Share" is all that the text says
    verdicts: dict[int, Verdict] = {}
    for number, line in enumerate(lines):
        if not line:
            continue
        if number in whole:
            verdicts[number] = Verdict(0, ((whole[number], line.strip()),))
        elif (tail := rules.tail(line, language)) is not None:
            verdicts[number] = _tails(line, tail, known)
    return verdicts


def _repeated(
    lines: Sequence[Line], taken: dict[int, str], site: SiteMemory, headings: Sequence[bool]
) -> dict[int, str]:
    """Return the lines that the site has in half of its articles.

    A heading, or what ends with a colon, leads to what follows: inside a story it is a part of it.
    """
    return {
        number: REPEATED
        for number, line in enumerate(lines)
        if line and number not in taken and not line.endswith((":", "："))
        if not (headings and headings[number]) and site.share(line) >= REPEATED_SHARE
    }


def _is_copy(lines: Sequence[Line], taken: dict[int, str], site: SiteMemory) -> bool:
    """Tell whether the memory knows too much of the story itself."""
    known = unknown = 0
    for number, line in enumerate(lines):
        if line and number not in taken and _reads_like_prose(line):
            if site.share(line) >= REPEATED_EDGE_SHARE:
                known += len(line)
            else:
                unknown += len(line)
    return not unknown or known > MAX_KNOWN_PROSE * (known + unknown)


def _edge_run(
    inwards: Iterable[int], edge: Edge, lines: Sequence[Line], taken: dict[int, str], known: Known
) -> dict[int, str]:
    """Return the lines that rules of ``edge`` take, by the walk that the module's docstring tells of."""
    found: dict[int, str] = {}
    others = 0
    for number in inwards:
        line = lines[number]
        if line == "" or number in taken:
            continue
        if line and (rule := known.rules.match(line, edge, known.language)):
            found[number] = rule.id
            continue
        if line and known.site.share(line) >= REPEATED_EDGE_SHARE:
            found[number] = REPEATED
            continue
        others += 1
        if others > EDGE_LINES or line is None or _reads_like_prose(line):
            break
    return found


def _reads_like_prose(line: str) -> bool:
    return len(line.encode("utf-8", "replace")) >= PROSE_BYTES and ends_sentence(line)


def ends_sentence(line: str) -> bool:
    """Tell whether a line ends with a sentence, perhaps in quotation marks or brackets."""
    return line.rstrip().rstrip(_BEHIND_SENTENCES).endswith(_SENTENCE_ENDS)


def _tails(line: str, tail: tuple[int, Rule] | None, known: Known) -> Verdict:
    """Cut off ``tail``, the last piece that is glued to the end of a paragraph, and then those before it."""
    taken: list[tuple[str, str]] = []
    rest = line
    while tail is not None:
        start, rule = tail
        taken.insert(0, (rule.id, rest[start:].strip()))
        rest = rest[:start].rstrip()
        tail = known.rules.tail(rest, known.language)
    return Verdict(len(rest), tuple(taken))
