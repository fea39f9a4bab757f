"""Print how near the scraper's articles are to what people annotated, set by set. See docs/model.md for the measures.

Whatever is learned is scored out of fold: a page is cleaned with the model that never saw its domain.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks import compare, floors, sets, worst
from benchmarks.scores import MEASURES, Scored, score, summary
from scraper.config import Settings
from scraper.extraction.model import BlockModel, load_model
from scraper.extraction.page_kind import PageModels, load_page_models
from scraper.pipeline import clean
from scraper.records import Article, Response, Target

FOLDS = Path(__file__).parent / "folds"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 1 if ``--check`` finds a set below its floor."""
    options = _parser().parse_args(arguments)
    folder = sets.data_folder(options.data)
    names = sets.available(folder, options.set)
    if not names:
        print(f"{folder}: none of {', '.join(options.set)} is there: nothing measured; give the folder with --data")
        return 0
    scored = run(folder, names, options.jobs)
    tables = tabulate(scored, names, by_held_out=options.held_out)
    print(table(tables))
    if options.held_out:
        print(compare.held_out_gap(scored))
    if options.compare:
        print(compare.report(json.loads(options.compare.read_text())["by page"], compare.by_page(scored)))
    if options.json:
        figures = {"sets": tables, "by page": compare.by_page(scored)}
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    if options.errors:
        options.errors.write_text(worst.page(scored), encoding="utf-8")
    if options.update_floors or options.lower:
        return floors.update(folder, tabulate(scored, names), options.lower)
    if options.check:
        return floors.check(folder, tabulate(scored, names))
    return 0


def run(folder: Path, names: Iterable[str], jobs: int) -> list[Scored]:
    """Clean and score all pages of the sets in ``jobs`` processes."""
    annotated = (page for name in names for page in sets.pages(folder, name))
    if jobs == 1:
        return list(map(_scored, annotated))
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(_scored, annotated, chunksize=8))


def tabulate(scored: Sequence[Scored], names: Iterable[str], by_held_out: bool = False) -> dict[str, dict[str, Any]]:
    """Return the figures of each set; with ``by_held_out`` those of the held-out domains apart from the rest."""
    tables = {}
    for name in names:
        rows = [row for row in scored if row.page.set_name == name]
        if not by_held_out:
            tables[name] = summary(rows)
            continue
        tables[name] = summary([row for row in rows if row.fold])
        tables[f"{name}, held out"] = summary([row for row in rows if not row.fold])
    return tables


def table(tables: dict[str, dict[str, Any]]) -> str:
    """Return the figures as lines of text."""
    width = max(map(len, tables))
    lines = [" ".join([" " * width, "pages", *(f"{name:>9}" for name in MEASURES)])]
    for name, figures in tables.items():
        cells = ["    -    " if figures[key] is None else f"{figures[key]:9.3f}" for key in MEASURES]
        lines.append(" ".join([f"{name:{width}}", f"{figures['pages']:5}", *cells]))
    return "\n".join(lines)


def _scored(page: sets.Annotated) -> Scored:
    fold = sets.fold_of(page.truth)
    url = page.truth["url"] or ""
    response = Response(target=Target(url=url), url=url, body=page.body)
    outcome = clean((response,), Settings(), fold_model(fold), fold_page_models(fold))
    return score(page, fold, outcome if isinstance(outcome, Article) else None, getattr(outcome, "reason", ""))


@cache
def fold_model(fold: int) -> BlockModel:
    """Return the model that never saw a domain of the fold."""
    paths = sorted(FOLDS.glob(f"fold-{fold}.*"))
    if not paths:
        sys.exit(f"{FOLDS}/fold-{fold}.* is missing: `make train` writes it")
    return load_model(paths[0])


@cache
def fold_page_models(fold: int) -> PageModels:
    """Return the page models that never saw a domain of the fold."""
    return load_page_models(FOLDS, f"-{fold}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with the zips (else $SCRAPER_SHARED/eval)")
    parser.add_argument("--set", nargs="+", metavar="NAME", default=sets.SETS, help=", ".join(sets.SETS))
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too, also page by page")
    parser.add_argument("--compare", type=Path, metavar="OLD", help="show what changed since --json wrote OLD")
    parser.add_argument("--errors", type=Path, metavar="FILE", help="write an HTML list of the worst pages")
    parser.add_argument("--held-out", action="store_true", help="show the fifth of the domains that is held out apart")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a figure is below its floor")
    parser.add_argument("--update-floors", action="store_true", help="raise the floors to today's figures")
    parser.add_argument("--lower", metavar="REASON", help="with a reason, floors may also be lowered")
    return parser


if __name__ == "__main__":
    sys.exit(main())
