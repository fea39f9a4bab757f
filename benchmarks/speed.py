"""Print how long a page takes, stage by stage, next to lxml's bare parse of the same bytes.

All is measured page by page in turn in one run, so that a busy machine slows everything alike: trust the ratios, not
the milliseconds. Where trafilatura is installed, its `bare_extraction` with metadata runs in the same turn.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from lxml import etree

from benchmarks import sets
from scraper import rules
from scraper.article import article
from scraper.config import Settings
from scraper.decode import decode
from scraper.errors import ScraperError
from scraper.extraction import model
from scraper.extraction.extract import extract
from scraper.extraction.model import shipped_model
from scraper.parse import parse
from scraper.pipeline import clean
from scraper.records import Response, Target, Tool
from scraper.strip import strip

SETS = ("wcxb", "fundus", "world")
STAGES = ("decode", "parse", "extract", "strip", "article")
STARTS = 5
_TOOL = Tool(name="scraper", version="", rules="", model="")
# A module that is ``None`` cannot be imported, as where it was not compiled.
_UNCOMPILED = """
import sys
compiled = ("_characters", "_features", "_network", "_regions", "_score", "_trees", "_walk")
modules = ["scraper._text", *(f"scraper.extraction.{name}" for name in compiled)]
sys.modules.update(dict.fromkeys(modules))
from benchmarks import speed
sys.exit(speed.main())
"""
_PAGE = "<html><body><article><h1>Low tide</h1>" + "".join(
    f"<p>On day {day} the sea went out at dawn and did not come back before the lamps were lit.</p>" for day in range(9)
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    options = _parser().parse_args(arguments)
    folder = sets.data_folder(options.data)
    peer = _trafilatura()
    if options.uncompiled:
        rest = [argument for argument in (arguments or sys.argv[1:]) if argument != "--uncompiled"]
        return subprocess.run([sys.executable, "-c", _UNCOMPILED, *rest], check=False).returncode
    compiled = model.compiled_add_margins is not None
    loops = "compiled" if compiled else "in Python"
    print(f"ms a page; ratios are of sums over the same pages; the loops are {loops}")
    columns = ["bare parse", *STAGES, "all", "all/bare", *(["trafilatura", "traf./all"] if peer else [])]
    print(" ".join([" " * 12, "pages", *(f"{column:>11}" for column in columns)]))
    together: Counter[str] = Counter()
    for name in sets.available(folder, options.set):
        spent = measure(list(sets.pages(folder, name))[:: options.every], peer)
        together += spent
        print(_row(name, spent, columns))
    if together:
        print(_row("together", together, columns))
    start, bare_start = start_up_s()
    print(f"start: `scraper clean` of one small page takes {start:.2f} s, {start / bare_start:.1f} times a bare Python")
    return 0


def _row(name: str, spent: Counter[str], columns: Sequence[str]) -> str:
    pages = spent["pages"]
    ratios = {"all/bare": spent["all"] / spent["bare parse"], "traf./all": spent["trafilatura"] / spent["all"]}
    cells = [ratios[column] if column in ratios else 1000 * spent[column] / pages for column in columns]
    return " ".join([f"{name:12}", f"{pages:5.0f}", *(f"{cell:11.2f}" for cell in cells)])


def measure(pages: Iterable[sets.Annotated], peer: Callable[..., Any] | None = None) -> Counter[str]:
    """Return the seconds that all pages together took, by stage, and under "pages" how many there were."""
    spent: Counter[str] = Counter()
    settings, blocks = Settings(), shipped_model()
    known = rules.load_rules((), ())
    warm_up = Response(target=Target(url=""), url="", body=_PAGE.encode())
    clean((warm_up,), settings, model=blocks)  # loads the rules and the language model
    for page in pages:
        url = page.truth["url"] or ""
        response = Response(target=Target(url=url), url=url, body=page.body)
        try:
            encoding = decode(response).encoding
        except ScraperError:
            continue
        spent["pages"] += 1
        with _timed(spent, "bare parse"):
            etree.fromstring(page.body, etree.HTMLParser(encoding=encoding))
        with _timed(spent, "all"):
            clean((response,), settings, model=blocks)
        with _stages(spent) as timed:
            text = timed("decode", decode, response)
            document = timed("parse", parse, text)
            draft = timed("extract", extract, document, blocks)
            stripped = timed("strip", strip, draft, known)
            timed("article", article, stripped, settings.extract, _TOOL)
        if peer:
            with _timed(spent, "trafilatura"):
                peer(page.body, url=url or None, with_metadata=True)
    return spent


def start_up_s() -> tuple[float, float]:
    """Return the seconds from start to end of `scraper clean` with one small page, and of Python doing nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(_PAGE)
        ours = [_process_s(["-m", "scraper", "clean", str(path)]) for _ in range(STARTS)]
        bare = [_process_s(["-c", "pass"]) for _ in range(STARTS)]
    return median(ours), median(bare)


@contextmanager
def _timed(spent: Counter[str], name: str) -> Iterator[None]:
    begin = perf_counter()
    yield
    spent[name] += perf_counter() - begin  # type: ignore[assignment] # seconds are floats


@contextmanager
def _stages(spent: Counter[str]) -> Iterator[Callable[..., Any]]:
    """Give a function that calls a stage and notes its time; a page that ends early has no later stages."""

    def timed(name: str, stage: Callable[..., Any], *arguments: Any) -> Any:
        with _timed(spent, name):
            return stage(*arguments)

    with suppress(ScraperError):
        yield timed


def _process_s(arguments: list[str]) -> float:
    begin = perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return perf_counter() - begin


def _trafilatura() -> Callable[..., Any] | None:
    if not find_spec("trafilatura"):
        return None
    function: Callable[..., Any] = import_module("trafilatura").bare_extraction
    return function


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with the zips (else $SCRAPER_SHARED/eval)")
    parser.add_argument("--set", nargs="+", metavar="NAME", default=SETS, help=", ".join(SETS))
    parser.add_argument("--uncompiled", action="store_true", help="measure the loops in Python, compiled or not")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="measure every Nth page only")
    return parser


if __name__ == "__main__":
    sys.exit(main())
