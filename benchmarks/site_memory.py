"""Print what the memory of sites costs: bytes for a million known lines, and microseconds to look one up."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from time import perf_counter

from scraper.memory import Memory, SiteMemory, fingerprint

LINES = 1_000_000
SITES = 1_000
LOOK_UPS = 100_000
MAX_BYTES = 200 * 1024 * 1024
MAX_LOOK_UP_US = 2.0
SAMPLES = ("Share this story with a friend", "关注我们的公众号", "7 comments", "The desk by the window")


def main() -> int:
    """Measure; return 1 if a figure is above its bar."""
    tracemalloc.start()
    memory = a_memory()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    site = memory.of("site-7.example")
    known = list(site.seen)
    seen = site.seen
    look_up = min(_microseconds(lambda place: seen.get(known[place % len(known)], 0)) for _ in range(5))
    whole = min(_microseconds(lambda place: site.share(SAMPLES[place % len(SAMPLES)])) for _ in range(5))
    print(f"{LINES} lines of {SITES} sites: {held / 1024**2:.0f} MB")
    print(f"look-up of a fingerprint: {look_up:.2f} us; of a line, its fingerprint included: {whole:.2f} us")
    return 1 if held > MAX_BYTES or look_up > MAX_LOOK_UP_US else 0


def a_memory() -> Memory:
    """Return a memory of many sites with a million lines in all."""
    each = LINES // SITES
    return Memory(
        {
            f"site-{number}.example": SiteMemory(
                100,
                {fingerprint(f"line {chr(0x4E00 + line)} of site {chr(0x4E00 + number)}"): 50 for line in range(each)},
            )
            for number in range(SITES)
        }
    )


def _microseconds(work: Callable[[int], object]) -> float:
    begin = perf_counter()
    for place in range(LOOK_UPS):
        work(place)
    return 1e6 * (perf_counter() - begin) / LOOK_UPS


if __name__ == "__main__":
    sys.exit(main())
