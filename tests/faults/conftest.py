"""Hostile servers on 127.0.0.2 to .9, and the real command run against them.

``servers`` starts servers whose answers a test spells out byte by byte (see tests/loopback.py). ``among_good`` is the
run that the matrix of faults is made of: one bad input between two good pages on other hosts. It checks what holds for
every row: both good pages arrive complete, each input has exactly one outcome, the output parses.
"""

from __future__ import annotations

import asyncio
import json
import resource
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from builders import STORY, a_page
from conftest import environment
from loopback import Answer, Site, answer, serve

WATCHED = Path(__file__).with_name("watched.py")
LOOPBACK = ("--allow-net", "127.0.0.0/8")
BAD_HOST = "127.0.0.3"

# The waits that strangers deserve would make these tests take hours.
QUICK: dict[str, Any] = {"delay_s": 0.0, "backoff_s": 0.01, "deadline_s": 2.0, "connect_timeout_s": 2.0}


def good_page(number: int) -> bytes:
    """Return a page that is an article, another one for each number."""
    return answer(a_page(f"Story number {number} begins here, and it is a short one.", *STORY))


class Servers:
    """Servers in a thread with an event loop of its own. The test sees what was asked of them while they run."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def serve(
        self, routes: dict[str, Answer], host: str = BAD_HOST, tls: ssl.SSLContext | None = None, port: int = 0
    ) -> Site:
        """Serve on a free port; a path without an answer is a 404. ``routes`` may be changed later."""
        return self._run(self._stack.enter_async_context(serve(routes, host, tls, port)))

    def nobody(self, host: str = BAD_HOST) -> str:
        """Return the address of a port that refuses connections."""

        async def short_lived() -> int:
            async with serve({}, host) as site:
                return site.port

        return f"http://{host}:{self._run(short_lived())}"

    def close(self) -> None:
        """End all servers, whatever their connections are doing."""
        self._run(self._stack.aclose())
        self._run(self._cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _cancel_all(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)


@pytest.fixture
def servers() -> Iterator[Servers]:
    """Servers for one test."""
    running = Servers()
    yield running
    running.close()


@dataclass
class Run:
    """How a run ended and what it took."""

    code: int
    wall_s: float
    stdout: bytes
    stderr: str
    failures: list[dict[str, Any]]
    measures: dict[str, Any] = field(default_factory=dict)

    @property
    def articles(self) -> list[dict[str, Any]]:
        """The articles, in their order."""
        return [json.loads(line) for line in self.stdout.split(b"\n") if line]

    @property
    def reasons(self) -> list[str]:
        """The reasons of all inputs that gave no article, in their order."""
        return [record["reason"] for record in self.failures]

    def reason(self, url: str) -> str:
        """Return how one input ended: ``"article"``, or the reason why it is none."""
        ends = [record["reason"] for record in self.failures if record["url"] == url]
        ends += ["article" for article in self.articles if article["fetch"]["url_requested"] == url]
        assert len(ends) == 1, f"{url} has {len(ends)} outcomes; {self.stderr}"
        return ends[0]

    @property
    def peak_mb(self) -> float:
        """The highest memory of the command's own process."""
        return float(self.measures["peak_mb"])

    @property
    def stall_ms(self) -> float:
        """The longest time that the event loop was computing without a pause."""
        return float(self.measures["stall_ms"])

    @property
    def pause_ms(self) -> float:
        """The longest time on the clock that the event loop did nothing else."""
        return float(self.measures["pause_ms"])

    def dials(self, origin: str) -> int:
        """Return how often a connection to ``http://ADDRESS:PORT`` was tried."""
        return int(self.measures["dials"].get(origin.partition("://")[2], 0))

    @property
    def loop_s(self) -> float:
        """How long the event loop ran: the run without the start of the program."""
        return float(self.measures["loop_s"])

    @property
    def processor_s(self) -> float:
        """The processor time of the command's own process."""
        return float(self.measures["processor_s"])


Command = Callable[..., Run]


@pytest.fixture
def scraper(tmp_path: Path) -> Command:
    """Run ``scraper ARGUMENTS`` in a folder of its own.

    ``fetch`` and ``settings`` go to the settings file. ``names`` is what the system answers for host names: addresses,
    addresses by turns, or ``None`` for a name server that keeps silent. Other options are those of ``subprocess.run``.
    """

    def run(
        *arguments: str | Path,
        fetch: dict[str, Any] | None = None,
        settings: str = "",
        names: dict[str, list[str] | list[list[str]] | None] | None = None,
        max_files: int | None = None,
        with_settings: bool = True,
        timeout: float = 60,
        **options: Any,
    ) -> Run:
        (tmp_path / "names.json").write_text(json.dumps(names or {}))
        (tmp_path / "settings.toml").write_text(_toml(QUICK | (fetch or {})) + settings)
        for name in ("failures.jsonl", "measures.json"):
            (tmp_path / name).unlink(missing_ok=True)
        if max_files:
            options["preexec_fn"] = partial(resource.setrlimit, resource.RLIMIT_NOFILE, (max_files, max_files))
        given = [*map(str, arguments)]
        if with_settings:
            given += ["--settings", "settings.toml", "--failures", "failures.jsonl"]
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, WATCHED, "measures.json", *given],
            capture_output=True, cwd=tmp_path, env=environment(), timeout=timeout, check=False, **options,
        )  # fmt: skip
        wall_s = time.monotonic() - start
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return Run(
            code=done.returncode,
            wall_s=wall_s,
            stdout=done.stdout,
            stderr=done.stderr.decode(),
            failures=_json_lines(tmp_path / "failures.jsonl"),
            measures=dict(*_json_lines(tmp_path / "measures.json")),
        )

    return run


@pytest.fixture
def among_good(scraper: Command, servers: Servers) -> Command:
    """Run ``scraper get ok-1 BAD... ok-2``: each bad input is a url, or an answer that a server gives at ``/bad``."""

    def run(*bad: str | Answer, options: tuple[str, ...] = LOOPBACK, **more: Any) -> Run:
        first = servers.serve({"/ok-1": good_page(1)}, "127.0.0.2").url("/ok-1")
        last = servers.serve({"/ok-2": good_page(2)}, "127.0.0.4").url("/ok-2")
        urls = [item if isinstance(item, str) else servers.serve({"/bad": item}).url("/bad") for item in bad]
        done = scraper("get", *options, first, *urls, last, **more)
        for url, number in ((first, 1), (last, 2)):
            article = next((found for found in done.articles if found["fetch"]["url_requested"] == url), None)
            assert article is not None, f"{url} is lost; {done.stderr}"
            assert article["text"].startswith(f"Story number {number} begins here")
            assert article["text"].endswith(STORY[-1])
        assert len(done.articles) + len(done.failures) == len(urls) + 2, done.stderr
        assert f"{len(urls) + 2} inputs = " in done.stderr.splitlines()[-1]
        return done

    return run


@pytest.fixture(scope="session")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run over two good pages: what a fault takes is measured against it."""
    folder, running = tmp_path_factory.mktemp("usual"), Servers()
    urls = [running.serve({"/ok": good_page(number)}, f"127.0.0.{number}").url("/ok") for number in (2, 4)]
    command = [sys.executable, WATCHED, "measures.json", "get", *LOOPBACK, *urls]
    start = time.monotonic()
    done = subprocess.run(command, cwd=folder, env=environment(), timeout=60, check=True, capture_output=True)
    wall_s = time.monotonic() - start
    running.close()
    return Run(0, wall_s, done.stdout, done.stderr.decode(), [], dict(*_json_lines(folder / "measures.json")))


@pytest.fixture(scope="session")
def usual_mb(usual: Run) -> float:
    """The memory of a run over two good pages."""
    return usual.peak_mb


def _toml(fetch: dict[str, Any]) -> str:
    return "[fetch]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in fetch.items())


def _json_lines(path: Path) -> list[dict[str, Any]]:
    # A process that is ended by a signal writes no measures.
    return [json.loads(line) for line in path.read_text().split("\n") if line] if path.exists() else []
