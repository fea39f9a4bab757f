"""Run the command as it is, and write down what it took: memory, how long its event loop stood still, whom it dialled.

    python watched.py MEASURES.json get https://...

A beat every 10 ms runs on the event loop. The stall is the processor time of the loop's thread between two beats; the
pause is the time on the clock, which shows what the loop waits for, too, but also other programs on the machine:
compare it with that of another run.
"""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

BEAT_S = 0.01


class Watch(asyncio.DefaultEventLoopPolicy):
    """Gives each new event loop a heart."""

    longest_s = pause_s = 0.0
    began = ended = 0.0

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        loop = super().new_event_loop()
        self.began = self.began or time.monotonic()
        loop.call_later(BEAT_S, self._beat, loop, None)
        return loop

    def _beat(self, loop: asyncio.AbstractEventLoop, last: tuple[float, float] | None) -> None:
        now = time.thread_time(), time.monotonic()
        self.ended = now[1]
        if last is not None:
            self.longest_s = max(self.longest_s, now[0] - last[0])
            self.pause_s = max(self.pause_s, now[1] - last[1])
        loop.call_later(BEAT_S, self._beat, loop, now)


def peak_mb() -> float:
    """Return the highest memory of this process, of this program alone: getrusage knows its parent's, too."""
    try:
        line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    except (OSError, StopIteration):
        unit = 1024 * 1024 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def answer_names(names: dict[str, Any]) -> None:
    """Let the system's look-up of these names give what the test wants; of all others what it gives anyway."""
    asked: Counter[str] = Counter()
    system = socket.getaddrinfo

    def getaddrinfo(host: str, *arguments: Any, **options: Any) -> Any:
        if host not in names:
            return system(host, *arguments, **options)
        answer = names[host]
        if answer is None:
            time.sleep(60)
            raise socket.gaierror(socket.EAI_AGAIN, "no name server answers")
        if answer and isinstance(answer[0], list):
            answer = answer[min(asked[host], len(answer) - 1)]
        asked[host] += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in answer]

    socket.getaddrinfo = getaddrinfo


def dialled() -> Counter[str]:
    """Return what will count how often each address is dialled; Python itself tells."""
    found: Counter[str] = Counter()

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(arguments[1], tuple):
            found[f"{arguments[1][0]}:{arguments[1][1]}"] += 1

    sys.addaudithook(hear)
    return found


def taken(watch: Watch, dials: Counter[str]) -> dict[str, Any]:
    """Return what the run took; the loop's time is without the start of the program, which may be slow."""
    return {
        "peak_mb": peak_mb(),
        "stall_ms": watch.longest_s * 1000,
        "pause_ms": watch.pause_s * 1000,
        "dials": dials,
        "loop_s": watch.ended - watch.began,
        "processor_s": time.process_time(),
    }


def main() -> None:
    from scraper.cli.main import main as command  # noqa: PLC0415 after the clock has started

    measures = Path(sys.argv.pop(1))
    names = Path("names.json")
    answer_names(json.loads(names.read_text()) if names.exists() else {})
    watch, dials = Watch(), dialled()
    asyncio.set_event_loop_policy(watch)
    try:
        command()
    finally:
        measures.write_text(json.dumps(taken(watch, dials)))


if __name__ == "__main__":
    main()
