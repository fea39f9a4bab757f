"""Print how long the rules take to look at a line: visible lines of pages, blocks of articles, and both.

Measured in processor time, the best of several turns, so that other programs disturb it little.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import process_time

from benchmarks import dirty, sets
from benchmarks.training.examples import TRAINING_SETS
from scraper.rules import RuleSet, load_rules

BAR_US = 4.0
TURNS = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; with ``--check``, return 1 if a line takes longer than the bar."""
    options = _parser().parse_args(arguments)
    folder = sets.data_folder(options.data)
    rules = load_rules()
    pages = [page for name in sets.available(folder, TRAINING_SETS) for page in sets.pages(folder, name)]
    pages = pages[:: options.every]
    visible = [line for page in pages if (columns := dirty.columns_of(page)) for line in dirty.every_line(columns)]
    blocks = [line for page in pages for line in page.truth["text"].split("\n") if line.strip()]
    if not visible:
        print(f"{folder}: no pages there: nothing measured; give the folder with --data")
        return 0
    for name, lines in (("visible lines", visible), ("lines of articles", blocks), ("both", visible + blocks)):
        cost = match_us(rules, [line for line in lines if len(line) <= rules.max_chars])
        print(f"{name:18} {cost:5.2f} us a line under {rules.max_chars} characters")
    return 1 if options.check and cost > BAR_US else 0


def match_us(rules: RuleSet, lines: Iterable[str]) -> float:
    """Return the microseconds that :meth:`RuleSet.match` takes for a line."""
    lines = list(lines)
    spent = []
    for _ in range(TURNS + 1):  # the first turn compiles patterns
        begin = process_time()
        for line in lines:
            rules.match(line)
        spent.append(process_time() - begin)
    return 1e6 * min(spent) / len(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with the zips (else $SCRAPER_SHARED/eval)")
    parser.add_argument("--every", type=int, default=3, metavar="N", help="take every Nth page only")
    parser.add_argument("--check", action="store_true", help=f"exit with 1 if a line of both takes over {BAR_US:g} us")
    return parser


if __name__ == "__main__":
    sys.exit(main())
