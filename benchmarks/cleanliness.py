"""Print the lines left over and the sentences lost per 100 articles, beside other extractors where they are installed.

A line is left over if it was kept and the reference has not half of its 4-grams; a sentence of the reference is lost if
what was kept has not half of its 4-grams. Our own models are scored out of fold, and the pages whose reference has a
hole are left out.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import lines, peers, sets
from benchmarks.measures import same_title, tokens
from benchmarks.quality import fold_model
from benchmarks.training.examples import HOLES, TRAINING_SETS
from scraper.config import Settings
from scraper.pipeline import clean
from scraper.records import Article, Response, Target

OWN = "scraper"
AGAINST = "trafilatura"
BAR = 0.6  # of the peer's figures
LABEL_BYTES = 70  # a shorter line, or one that does not end like a sentence, is a label
_DATE = re.compile(r"(19|20)\d\d|\d{1,2}[:/.]\d\d")
_END = re.compile(r"[.!?…。！？؟।][\"'”’»」』)）\]]*\s*$")


@dataclass(frozen=True, slots=True)
class Leftover:
    """A line that is too many, and what kind of line it is."""

    kind: str
    text: str


@dataclass(slots=True)
class Row:
    """What one system left over and lost on one page."""

    set_name: str
    page: str
    system: str
    leftover: list[Leftover] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; with ``--check``, return 1 if a figure is above its bar."""
    options = _parser().parse_args(arguments)
    folder = sets.data_folder(options.data)
    names = sets.available(folder, options.set)
    if not names:
        print(f"{folder}: none of {', '.join(options.set)} is there: nothing measured; give the folder with --data")
        return 0
    pages = (page for name in names for page in list(sets.pages(folder, name))[:: options.every])
    with ProcessPoolExecutor(options.jobs) as pool:
        rows = [row for found in pool.map(measure, pages, chunksize=8) for row in found]
    figures = tabulate(rows)
    print(table(figures))
    if options.lines:
        options.lines.write_text(frequent(rows) + losses(rows), encoding="utf-8")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    above = [line for line in ratios(figures) if line.endswith("above the bar")]
    return 1 if options.check and above else 0


def measure(page: sets.Annotated) -> list[Row]:
    """Run every system on a page; nothing for a page whose reference has a hole."""
    truth = page.truth
    if page.set_name == "wcxb" and truth["id"] in HOLES:
        return []
    url = truth["url"] or ""
    texts = {OWN: _own(page, url)}
    texts |= {name: peer(page.body, url) for name, peer in peers.installed().items()}
    wanted = lines.Text(truth["text"])
    return [_row(page, system, lines.Text(text), wanted) for system, text in texts.items()]


def tabulate(rows: Iterable[Row]) -> dict[str, dict[str, dict[str, float]]]:
    """Return set -> system -> leftover lines and lost sentences per 100 articles."""
    grouped: defaultdict[str, defaultdict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        grouped[row.set_name][row.system].append(row)
    return {
        name: {
            system: {
                "pages": len(found),
                "leftover": 100 * sum(len(row.leftover) for row in found) / len(found),
                "lost": 100 * sum(len(row.lost) for row in found) / len(found),
            }
            for system, found in systems.items()
        }
        for name, systems in grouped.items()
    }


def table(figures: dict[str, dict[str, dict[str, float]]]) -> str:
    """Return the figures as lines of text, and how ours compare."""
    out = [f"{'':12} {'':18} pages  leftover  lost   (per 100 articles)"]
    for name, systems in figures.items():
        for system, found in systems.items():
            out.append(f"{name:12} {system:18} {found['pages']:5.0f} {found['leftover']:9.1f} {found['lost']:6.1f}")
    return "\n".join([*out, *ratios(figures)])


def ratios(figures: dict[str, dict[str, dict[str, float]]]) -> list[str]:
    """Return our figures as shares of the peer's, a line each; empty where the peer is not installed."""
    out = []
    for name, systems in figures.items():
        for key in ("leftover", "lost") if AGAINST in systems else ():
            share = systems[OWN][key] / max(systems[AGAINST][key], 1e-9)
            out.append(f"{name}, {key}: {share:.2f} of {AGAINST}{'' if share <= BAR else ', above the bar'}")
    return out


def frequent(rows: Iterable[Row], shown: int = 50) -> str:
    """Return how many of our leftover lines are of each kind, and the most frequent ones of each, with their pages."""
    pages: defaultdict[str, Counter[str]] = defaultdict(Counter)
    where: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        for item in row.leftover if row.system == OWN else ():
            folded = re.sub(r"\d+", "0", " ".join(item.text.split()))[:160]
            pages[item.kind][folded] += 1
            where[folded].add(f"{row.set_name}/{row.page}")
    out = []
    for kind, counts in sorted(pages.items(), key=lambda pair: -pair[1].total()):
        out.append(f"== {kind}: {counts.total()}")
        out += [f"{number:4} {line}   [{min(where[line])}]" for line, number in counts.most_common(shown)]
    return "\n".join(out) + "\n"


def losses(rows: Iterable[Row], shown: int = 50) -> str:
    """Return the pages on which we lose most."""
    worst = sorted((row for row in rows if row.system == OWN and row.lost), key=lambda row: -len(row.lost))
    heads = [f"{len(row.lost):4} {row.set_name}/{row.page}: {row.lost[0][:160]}" for row in worst[:shown]]
    return "\n".join(["== lost", *heads]) + "\n"


def _row(page: sets.Annotated, system: str, found: lines.Text, wanted: lines.Text) -> Row:
    row = Row(page.set_name, page.truth["page"], system, lost=lines.lost(found, wanted))
    places = lines.leftover(found, wanted)
    surplus = set(places)
    inside = [place for place in range(len(found.lines)) if place not in surplus]
    for place in places:
        side = "before" if not inside or place < inside[0] else "after" if place > inside[-1] else "inside"
        row.leftover.append(Leftover(f"{side}, {_form(found.lines[place], found, page.truth)}", found.lines[place]))
    return row


def _form(line: str, found: lines.Text, truth: dict[str, Any]) -> str:
    if truth["title"] and same_title(line, truth["title"]):
        return "title"
    words = tokens(line)
    if len(words) >= lines.SHORT and found.count(lines.folded(words)) > 1:
        return "repeated line"
    if len(line.encode()) >= LABEL_BYTES and _END.search(line):
        return "prose"
    if any(name and name in line for name in truth["authors"] or ()):
        return "byline"
    return "date" if _DATE.search(line) and len(words) <= 2 * lines.SHORT else "label"


def _own(page: sets.Annotated, url: str) -> str:
    response = Response(target=Target(url=url), url=url, body=page.body)
    outcome = clean((response,), Settings(), model=fold_model(sets.fold_of(page.truth)))
    return outcome.text if isinstance(outcome, Article) else ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cleanliness", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with the zips (else $SCRAPER_SHARED/eval)")
    parser.add_argument("--set", nargs="+", metavar="NAME", default=TRAINING_SETS, help=", ".join(TRAINING_SETS))
    parser.add_argument("--every", type=int, default=1, metavar="N", help="measure every Nth page only")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument(
        "--lines", type=Path, metavar="FILE", help="write the most frequent leftover lines by kind there; never commit"
    )
    parser.add_argument("--check", action="store_true", help="exit with 1 if a figure is above 0.6 times trafilatura's")
    return parser


if __name__ == "__main__":
    sys.exit(main())
