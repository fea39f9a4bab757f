"""Print how fast pages are fetched and cleaned from a site on loopback, next to a bare httpx loop on the same urls.

The site, the bare loop, fetching alone, cleaning alone and both together each run in a process of its own, all on this
machine: trust the ratios, not the pages a second. With cleaning on, a run cannot be faster than the processor time of
its parts, shared out over the cores. The last two ratios compare with that; where other programs run, only the ratio of
processor times says something.

Last comes memory: that of the command and its workers together, while it fetches and cleans many small pages.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx
import msgspec

from benchmarks.memory import samples_of, typical
from benchmarks.site import Site, page, serve
from scraper.config import FetchSettings, Settings
from scraper.engines.local import clean_guarded
from scraper.engines.workers import WorkerEngine
from scraper.fetch import HttpFetcher
from scraper.protocols import Engine
from scraper.records import Article, Continuation, Outcome, Response, Skipped, Target
from scraper.run import outcomes

HOSTS = 50
WAIT_S = 0.01
PAGE_BYTES = 100_000
SMALL_BYTES = 3_000
JOBS = 32
ALLOWED = ("127.0.0.0/8",)
SETTINGS = Settings(fetch=FetchSettings(delay_s=0.0, jobs=JOBS, allow_net=ALLOWED))


@dataclass(frozen=True)
class Cost:
    """What a way of going through the pages took."""

    pages: int
    wall_s: float
    cpu_s: float  # of the process and its children


class NoCleaning:
    """An engine that finds nothing."""

    async def clean(self, responses: Sequence[Response]) -> Outcome:
        return Skipped(url=responses[0].url, reason="listing")

    async def continuation(self, response: Response, first: str, position: int) -> Continuation:
        del response, first, position
        return Continuation()


def bare_loop(urls: Sequence[str]) -> int:
    """Get the pages with httpx and nothing else, as many at once as the fetcher asks hosts; return how many came."""

    async def get(client: httpx.AsyncClient, slots: asyncio.Semaphore, url: str) -> int:
        async with slots:
            return len((await client.get(url)).content) > 0

    async def get_all() -> int:
        slots = asyncio.Semaphore(JOBS)
        async with httpx.AsyncClient() as client:
            return sum(await asyncio.gather(*(get(client, slots, url) for url in urls)))

    return asyncio.run(get_all())


def fetching(urls: Sequence[str]) -> int:
    """Fetch the pages as `scraper get` does, and clean none."""
    return asyncio.run(_outcomes(urls, NoCleaning(), Skipped))


def fetching_and_cleaning(urls: Sequence[str]) -> int:
    """Fetch and clean the pages as `scraper get` does."""
    with closing(WorkerEngine(SETTINGS)) as engine:
        return asyncio.run(_outcomes(urls, engine, Article))


def cleaning(urls: Sequence[str]) -> int:
    """Clean the same pages in one process, without fetching."""
    done = 0
    for number, url in enumerate(urls):
        response = Response(target=Target(url=url), url=url, body=page(number, PAGE_BYTES))
        done += isinstance(clean_guarded([response], SETTINGS), Article)
    return done


async def _outcomes(urls: Sequence[str], engine: Engine, kind: type) -> int:
    async with HttpFetcher(SETTINGS.fetch) as fetcher:
        targets = [Target(url=url) for url in urls]
        return sum([isinstance(outcome, kind) async for _, outcome in outcomes(targets, fetcher, engine)])


WAYS: dict[str, Callable[[Sequence[str]], int]] = {
    "bare httpx": bare_loop,
    "fetching": fetching,
    "cleaning": cleaning,
    "both": fetching_and_cleaning,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    options = _parser().parse_args(arguments)
    if options.way:
        print(msgspec.json.encode(measured(WAYS[options.way], sys.stdin.read().split())).decode())
        return 0
    with serve(PAGE_BYTES, WAIT_S) as site:
        print_speed(site, options.pages, options.rounds)
    if options.small_pages:
        with serve(SMALL_BYTES, 0.0) as site:
            print_memory(site, options.small_pages)
    return 0


def print_speed(site: Site, pages: int, rounds: int) -> None:
    """Print a table of the ways, each the median of some rounds."""
    urls = site.urls(pages, HOSTS)
    cores = len(os.sched_getaffinity(0))
    print(f"{pages} pages of {PAGE_BYTES // 1000} KB on {HOSTS} hosts, {WAIT_S * 1000:.0f} ms latency, {JOBS} at once")
    print(f"{'':12} {'pages/s':>8} {'processor ms a page':>20}   on {cores} cores")
    ratios, overheads, shares = [], [], []
    for _ in range(rounds):
        before = site.cpu_s()
        costs = {name: in_a_process(name, urls) for name in WAYS}
        served_s = (site.cpu_s() - before) / 3  # three of the ways ask the site
        for name, cost in costs.items():
            print(f"{name:12} {cost.pages / cost.wall_s:8.0f} {1000 * cost.cpu_s / cost.pages:20.2f}")
        ratios.append(costs["bare httpx"].wall_s / costs["fetching"].wall_s)
        parts_s = costs["fetching"].cpu_s + costs["cleaning"].cpu_s
        overheads.append(costs["both"].cpu_s / parts_s)
        shares.append(costs["both"].wall_s / ((parts_s + served_s) / cores))
    print(f"fetching is {median(ratios):.2f} times as fast as bare httpx")
    print(f"both take {median(overheads):.2f} times the processor time of fetching and cleaning alone")
    print(
        f"both take {median(shares):.2f} times as long as all processor time, the site's included, shared by the cores"
    )


def print_memory(site: Site, pages: int) -> None:
    """Print how the memory grows while the command fetches and cleans small pages."""
    with tempfile.TemporaryDirectory() as folder:
        listed, output, settings = (Path(folder) / name for name in ("urls.txt", "articles.jsonl", "settings.toml"))
        listed.write_text("\n".join(site.urls(pages, HOSTS)))
        settings.write_text("[fetch]\ndelay_s = 0\n")
        given = ["get", "-i", listed, "-o", output, "--allow-net", *ALLOWED, "--settings", settings]
        samples = samples_of([str(argument) for argument in given], output)
    early, late = typical(samples, pages // 20, pages // 8), typical(samples, pages * 7 // 8, pages)
    print(f"memory after {pages // 10} of {pages} small pages: {early / 1e6:.0f} MB, at the end {late / 1e6:.0f} MB:")
    print(f"{late / early:.2f} times")


def in_a_process(way: str, urls: Sequence[str]) -> Cost:
    """Go through the pages in a process of its own, so that none finds warmer caches than the others."""
    command = [sys.executable, "-m", "benchmarks.fetch", "--way", way]
    done = subprocess.run(command, input="\n".join(urls), stdout=subprocess.PIPE, check=True, text=True)
    return msgspec.json.decode(done.stdout, type=Cost)


def measured(way: Callable[[Sequence[str]], int], urls: Sequence[str]) -> Cost:
    """Return what a way took; raise where it did not get all pages."""
    wall_s, cpu_s = time.perf_counter(), _cpu_s()
    pages = way(urls)
    if pages != len(urls):
        raise RuntimeError(f"{way.__name__}: {pages} pages of {len(urls)}")
    return Cost(pages=pages, wall_s=time.perf_counter() - wall_s, cpu_s=_cpu_s() - cpu_s)


def _cpu_s() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fetch", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pages", type=int, default=2000, metavar="N", help="pages of 100 KB. Default: 2000")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="how often each way is measured. Default: 3")
    parser.add_argument(
        "--small-pages", type=int, default=20_000, metavar="N", help="for memory; some thousands, or 0. Default: 20000"
    )
    parser.add_argument("--way", choices=list(WAYS), help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
