"""How much memory a command takes, with all its workers, while its output grows."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

EVERY_S = 0.1
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")

Sample = tuple[int, int]  # articles so far, bytes of memory


def samples_of(arguments: Sequence[str], output: Path) -> list[Sample]:
    """Run `scraper ARGUMENTS`, which adds articles to ``output``, and look at it again and again."""
    output.touch()
    found: list[Sample] = []
    articles = 0
    command = [sys.executable, "-m", "scraper", *arguments]
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(command, stderr=errors) as process,
        output.open("rb") as written,
    ):
        while process.poll() is None:
            time.sleep(EVERY_S)
            articles += written.read().count(b"\n")
            found.append((articles, sum(map(resident_bytes, family(process.pid)))))
        if process.returncode:
            errors.seek(0)
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {errors.read().decode()[-2000:]}")
    return found[:-1]  # the last one may have seen it end


def typical(samples: Sequence[Sample], first: int, last: int) -> float:
    """Return the median memory between two numbers of articles, or where no look fell there, at the one before."""
    between = [size for articles, size in samples if first <= articles < last]
    return median(between or [size for articles, size in samples if articles < first][-1:])


def family(pid: int) -> Iterator[int]:
    """Yield a process and all that descend from it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from family(int(child))


def resident_bytes(pid: int) -> int:
    """Return the memory that a process holds; 0 where it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_SIZE
    except OSError:
        return 0
