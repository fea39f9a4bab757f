"""The real command as a process that a test can watch, signal and kill."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conftest import environment

from benchmarks.memory import family

TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def a_command(*arguments: str, folder: Path, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Start ``scraper ARGUMENTS`` in a process group of its own; see to it that it has ended afterwards."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    process = subprocess.Popen(
        [sys.executable, "-m", "scraper", *arguments],
        cwd=folder, env=environment(**options.pop("env", {})), start_new_session=True, **(pipes | options),
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                pipe.close()


def busy_worker(pid: int) -> int:
    """Return the worker of a command that has computed for more than a second: it is at a page that hangs."""
    return int(eventually(lambda: next((worker for worker in workers(pid) if cpu_s(worker) > 1), None)))


def workers(pid: int) -> list[int]:
    """Return the processes below a command that have no children: the workers."""
    found = list(family(pid))
    return [process for process in found[1:] if list(family(process)) == [process]]


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def is_alive(pid: int) -> bool:
    """Tell whether a process has not ended; one that only waits to be buried has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually(condition: Callable[[], Any], within_s: float = 30.0) -> Any:
    """Wait until something is true and return it."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.01)
    raise AssertionError("it did not come true")
