"""List the lines of the development references that a rule would take: furniture that a person kept, or a fault.

``touches.json`` records the first kind, by page and rule, with the reason. Of the pages without a record, at most one
in a thousand may be touched.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks import sets
from benchmarks.training.examples import TRAINING_SETS
from scraper.rules import RuleSet, load_rules
from scraper.strip import clean_text

RECORDED = Path(__file__).parent / "touches.json"
MAX_SHARE = 0.001

Records = Mapping[str, Mapping[str, str]]
"""Page ("world/pages/0001.html") -> rule -> why the line is furniture."""


class Touch(NamedTuple):
    """A line of a reference that a rule takes."""

    page: str
    rule: str
    text: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the report; with ``--check``, return 1 if too many pages are touched."""
    options = _parser().parse_args(arguments)
    folder = sets.data_folder(options.data)
    names = sets.available(folder, TRAINING_SETS)
    pages = [(f"{name}/{row['page']}", row["text"]) for name in names for row in sets.rows(folder, name)]
    found = [touch for page, text in pages for touch in touches(page, text, load_rules())]
    records: Records = json.loads(RECORDED.read_text(encoding="utf-8"))
    new = list(unrecorded(found, records))
    if options.lines:
        options.lines.write_text("".join("\t".join(touch) + "\n" for touch in new), encoding="utf-8")
    for rule, count in Counter(touch.rule for touch in new).most_common():
        print(f"{count:4} {rule}: {', '.join(sorted({touch.page for touch in new if touch.rule == rule}))}")
    for page, rule in outdated(found, records):
        print(f"     {page}: {rule} does not touch it any more; take it out of {RECORDED.name}")
    touched = len({touch.page for touch in new})
    print(f"{len(pages)} pages: {len({touch.page for touch in found}) - touched} touched on record, {touched} others")
    return 1 if options.check and touched > MAX_SHARE * len(pages) else 0


def touches(page: str, reference: str, rules: RuleSet) -> Iterator[Touch]:
    """Yield what rules take of a reference, as they would of any flattened text."""
    for removed in clean_text(reference, rules=rules).removed:
        yield Touch(page, removed.rule, " ".join(removed.text.split()))


def unrecorded(found: Iterable[Touch], records: Records) -> Iterator[Touch]:
    """Yield the touches that nobody has looked at."""
    return (touch for touch in found if touch.rule not in records.get(touch.page, {}))


def outdated(found: Iterable[Touch], records: Records) -> Iterator[tuple[str, str]]:
    """Yield page and rule of the records that are needed no more."""
    now = {(touch.page, touch.rule) for touch in found}
    return ((page, rule) for page, rules in records.items() for rule in rules if (page, rule) not in now)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.touches", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with the zips (else $SCRAPER_SHARED/eval)")
    parser.add_argument(
        "--lines", type=Path, metavar="FILE", help="write page, rule and line of what is not on record; never commit it"
    )
    parser.add_argument("--check", action="store_true", help="exit with 1 if more than 1 page in 1,000 is touched")
    return parser


if __name__ == "__main__":
    sys.exit(main())
