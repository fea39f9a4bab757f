"""Rows 35 and 36 of the matrix: stops, kills, and readers that go away. No process outlives the command."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders import STORY, a_page
from loopback import answer

from benchmarks.memory import family
from faults.conftest import LOOPBACK, Servers, good_page
from faults.hostile_pages import attributes
from faults.processes import a_command, busy_worker, eventually, is_alive

pytestmark = pytest.mark.slow

Process = subprocess.Popen[bytes]
Signal = Callable[[Process], object]


def terminate(process: Process) -> None:
    process.send_signal(signal.SIGTERM)


def press_control_c(process: Process) -> None:
    """A terminal sends the signal to all processes of the command."""
    os.killpg(process.pid, signal.SIGINT)


async def never(_writer: asyncio.StreamWriter) -> None:
    """Answer nothing."""
    await asyncio.sleep(3600)


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Return the records of a file, each of which is whole."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    assert text.endswith("\n") or not text
    return [json.loads(line) for line in text.splitlines()]


def last_line(process: Process) -> str:
    _, errors = process.communicate(timeout=30)
    assert b"Traceback" not in errors, errors
    return errors.decode().splitlines()[-1]


@pytest.mark.parametrize(("stop", "code"), [(terminate, 143), (press_control_c, 130)])
def test_a_stop_keeps_what_is_done_and_leaves_no_process(
    servers: Servers, tmp_path: Path, stop: Signal, code: int
) -> None:
    good = servers.serve({"/1": good_page(1), "/2": good_page(2)}, "127.0.0.2")
    hangs = servers.serve({"/1": never, "/2": good_page(3)}, "127.0.0.3")
    hostile = servers.serve({"/1": answer(attributes())}, "127.0.0.4")
    urls = [site.url(path) for site in (good, hangs, hostile) for path in ("/1", "/2")]
    options = ("-o", "articles.jsonl", "--failures", "failures.jsonl", "--delay", "0")
    with a_command("get", *LOOPBACK, *options, *urls, folder=tmp_path) as process:
        eventually(lambda: len(lines_of(tmp_path / "articles.jsonl")) == 2)
        busy_worker(process.pid)
        processes = list(family(process.pid))
        start = time.monotonic()
        stop(process)
        said = last_line(process)

    assert time.monotonic() - start < 10
    assert process.returncode == code
    assert said == "6 inputs = 2 articles + 0 skipped + 0 failed + 4 deferred (interrupted 4)"
    assert [record["reason"] for record in lines_of(tmp_path / "failures.jsonl")] == ["interrupted"] * 4
    assert [pid for pid in processes if is_alive(pid)] == []


@pytest.mark.parametrize(("stop", "code"), [(terminate, 143), (press_control_c, 130)])
def test_a_stop_does_not_wait_for_a_page_that_hangs(tmp_path: Path, stop: Signal, code: int) -> None:
    for name, html in {"1.html": a_page(), "2.html": attributes(), "3.html": a_page()}.items():
        (tmp_path / name).write_text(html)
    with a_command("clean", "1.html", "2.html", "3.html", "-o", "articles.jsonl", folder=tmp_path) as process:
        busy_worker(process.pid)
        processes = list(family(process.pid))
        start = time.monotonic()
        stop(process)
        said = last_line(process)

    assert time.monotonic() - start < 10
    assert process.returncode == code
    assert said == "3 inputs = 2 articles + 0 skipped + 0 failed + 1 deferred (interrupted 1)"
    assert [record["fetch"]["source"] for record in lines_of(tmp_path / "articles.jsonl")] == ["1.html", "3.html"]
    assert [pid for pid in processes if is_alive(pid)] == []


@pytest.mark.parametrize("command", ["get", "clean"])
def test_a_stop_does_not_wait_for_a_reader_that_pauses(servers: Servers, tmp_path: Path, command: str) -> None:
    with a_command(*endless(command, servers, tmp_path), folder=tmp_path) as process:
        processes = eventually(lambda: blocked(process))
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)

        assert time.monotonic() - start < 10
        assert process.returncode == 143
        assert eventually(lambda: not [pid for pid in processes if is_alive(pid)])


@pytest.mark.parametrize("command", ["get", "clean"])
def test_the_second_interrupt_ends_the_command_at_once(servers: Servers, tmp_path: Path, command: str) -> None:
    with a_command(*endless(command, servers, tmp_path), folder=tmp_path) as process:
        processes = eventually(lambda: blocked(process))
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)

        assert time.monotonic() - start < 1
        assert process.returncode == 130
        assert eventually(lambda: not [pid for pid in processes if is_alive(pid)])


def endless(command: str, servers: Servers, folder: Path) -> list[str]:
    """Return a command line with more output than fits into a pipe."""
    pages = [a_page(*(f"{line} {number}" for line in STORY * 20)) for number in range(40)]
    if command == "get":
        site = servers.serve({f"/{number}": answer(page) for number, page in enumerate(pages)})
        return ["get", *LOOPBACK, "--delay", "0", *(site.url(f"/{number}") for number in range(40))]
    for number, page in enumerate(pages):
        (folder / f"{number}.html").write_text(page)
    return ["clean", "."]


def blocked(process: Process) -> list[int]:
    """Return the processes of a command whose standard output is full, else an empty list."""
    assert process.stdout
    threads = Path(f"/proc/{process.pid}/task").glob("*/wchan")
    return list(family(process.pid)) if any("pipe_w" in wait.read_text() for wait in threads) else []


def test_a_stopped_corpus_run_is_completed_by_the_next(servers: Servers, tmp_path: Path) -> None:
    slow = servers.serve({f"/{number}": good_page(number) for number in range(30)}, "127.0.0.2")
    hostile = servers.serve({"/": answer(attributes())}, "127.0.0.3")
    urls = [hostile.url("/"), *(slow.url(f"/{number}") for number in range(30))]
    (tmp_path / "urls.txt").write_text("\n".join(urls))
    (tmp_path / "corpus.toml").write_text(
        '[fetch]\ndelay_s = 0.05\nallow_net = ["127.0.0.0/8"]\n[engine]\npage_deadline_s = 5\n'
        '[[source]]\nname = "list"\nkind = "urls"\npath = "urls.txt"\n'
    )
    with a_command("run", "corpus.toml", folder=tmp_path) as process:
        eventually(lambda: len(slow.asked) > 10)
        process.send_signal(signal.SIGTERM)
        said = last_line(process)
    assert process.returncode == 143
    assert "deferred (interrupted" in said

    with a_command("run", "corpus.toml", folder=tmp_path) as process:
        last_line(process)

    assert process.returncode == 0
    found = [record["fetch"]["url_requested"] for record in lines_of(tmp_path / "articles.jsonl")]
    assert sorted(found) == sorted(urls[1:])


@pytest.mark.parametrize("hostile", [False, True], ids=["idle worker", "busy worker"])
def test_a_command_that_is_killed_leaves_no_process(tmp_path: Path, hostile: bool) -> None:
    (tmp_path / "page.html").write_text(attributes() if hostile else a_page())
    reader, writer = os.pipe()
    with a_command("clean", "page.html", "-", folder=tmp_path, stdin=reader) as process:
        os.close(reader)
        if hostile:
            busy_worker(process.pid)
        else:
            eventually(lambda: len(list(family(process.pid))) == 3)
        processes = list(family(process.pid))
        process.kill()
        process.wait()
        os.close(writer)

    assert len(processes) == 3, "the command, the process that starts workers, a worker"
    assert eventually(lambda: not [pid for pid in processes if is_alive(pid)], within_s=5)


@pytest.mark.parametrize("command", ["get", "clean"])
def test_a_reader_that_has_enough_ends_the_command_without_a_word(
    servers: Servers, tmp_path: Path, command: str
) -> None:
    with a_command(*endless(command, servers, tmp_path), folder=tmp_path) as process:
        processes = eventually(lambda: blocked(process))
        assert process.stdout
        process.stdout.close()
        assert process.stderr
        errors = process.stderr.read()
        process.wait(timeout=30)

    assert process.returncode == 141
    assert b"Traceback" not in errors
    assert [pid for pid in processes if is_alive(pid)] == []


@pytest.mark.parametrize("command", ["get", "clean"])
def test_an_output_that_is_full_ends_the_command_with_five(servers: Servers, tmp_path: Path, command: str) -> None:
    with (
        Path("/dev/full").open("wb") as full,
        a_command(*endless(command, servers, tmp_path), folder=tmp_path, stdout=full) as process,
    ):
        assert process.stderr
        errors = process.stderr.read().decode()
        process.wait(timeout=30)

    assert process.returncode == 5
    assert "standard output: cannot be written (No space left on device); name a file with -o" in errors
    assert "Traceback" not in errors
