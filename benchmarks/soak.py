"""Print how much memory `scraper get` or `scraper run` takes, with its workers, while it fetches and cleans many pages.

The pages are small and come from fifty hosts on loopback.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.memory import Sample, samples_of, typical
from benchmarks.site import serve

HOSTS = 50
SMALL_BYTES = 2_000
NEAR = 0.1  # the memory at a number of pages is the median from so much below it to it
SETTINGS = '[fetch]\ndelay_s = 0\nallow_net = ["127.0.0.0/8"]\n'


def fetched(command: str, pages: int, folder: Path) -> list[Sample]:
    """Let `get` or `run` fetch and clean pages; return its memory at each moment."""
    listed, settings, output = (folder / name for name in ("urls.txt", "settings.toml", "articles.jsonl"))
    # Articles that are like no others: their texts are what a corpus remembers.
    settings.write_text(SETTINGS + '[[source]]\nname = "listed"\nkind = "urls"\npath = "urls.txt"\n')
    with serve(SMALL_BYTES, wait_s=0.0) as site:
        listed.write_text("\n".join(site.urls(pages, HOSTS)))
        given = {
            "get": ["get", "--quiet", "-i", str(listed), "-o", str(output), "--settings", str(settings)],
            "run": ["run", "--quiet", str(settings)],
        }
        return samples_of(given[command], output)


def memory_at(samples: Sequence[Sample], pages: int) -> float:
    """Return the bytes that a command and its workers held when so many articles were written."""
    return typical(samples, int(pages * (1 - NEAR)), pages)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("command", choices=["get", "run"])
    parser.add_argument("--pages", type=int, default=20_000, metavar="N", help="Default: 20000")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        samples = fetched(options.command, options.pages, Path(folder))
        seconds = time.monotonic() - began
    print(f"{options.command}: {options.pages} pages in {seconds:.0f} s")
    first = memory_at(samples, options.pages // 4)
    for quarter in range(1, 5):
        pages = options.pages * quarter // 4
        size = memory_at(samples, pages)
        print(f"at {pages:6} pages {size / 1e6:4.0f} MB, {size / first:.2f} times")
    return 0


if __name__ == "__main__":
    sys.exit(main())
