"""Rows 21 to 23 of the matrix: pages that no parser survives, and workers that do not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from builders import STORY, a_page
from conftest import environment
from loopback import answer

from faults.conftest import Command, Servers
from faults.hostile_pages import attributes, crumbs, nested, one_paragraph
from faults.processes import a_command, busy_worker

pytestmark = pytest.mark.slow

QUICK = "[engine]\npage_deadline_s = 2\n"
SMALL = "[engine]\npage_memory_bytes = 200_000_000\n"


def test_a_page_of_a_hundred_thousand_attributes_ends_at_its_deadline(among_good: Command) -> None:
    done = among_good(answer(attributes()), settings=QUICK)

    assert done.reasons == ["parse_timeout"]
    assert done.failures[0]["detail"] == "cleaning it took more than 2 s (engine.page_deadline_s)"
    assert done.code == 3


@pytest.mark.parametrize("opening", ["<div>", "<ul><li>", "<table><tr><td>", "<b>"])
def test_a_hundred_thousand_elements_in_each_other_are_read_or_run_out_of_time(
    among_good: Command, opening: str
) -> None:
    done = among_good(answer(nested(opening, 100_000)), settings="[engine]\npage_deadline_s = 10\n")

    if done.code == 3:
        assert done.reasons == ["parse_timeout"]
    else:
        (article,) = [found for found in done.articles if found["text"].startswith(STORY[0])]
        assert STORY[-1] in article["text"]
        assert "tolerant_parser" in article["warnings"]
        assert done.code == 0


@pytest.mark.parametrize("depth", [300, 3_000])
def test_a_story_deep_down_is_complete(among_good: Command, depth: int) -> None:
    done = among_good(answer(nested("<div>", depth)))

    (article,) = [found for found in done.articles if found["text"].startswith(STORY[0])]
    assert article["text"].endswith(STORY[-1])
    assert done.code == 0


def test_twelve_megabytes_in_one_paragraph_are_complete(among_good: Command) -> None:
    size = 12_000_000
    done = among_good(answer(one_paragraph(size)), fetch={"max_bytes": 20_000_000, "deadline_s": 20.0})

    longest = max(done.articles, key=lambda found: found["chars"])
    assert 0.99 * size < longest["chars"] <= size
    assert longest["text"].endswith(STORY[-1])
    assert done.code == 0


def test_a_page_that_fills_the_memory_ends_alone(among_good: Command) -> None:
    done = among_good(answer(crumbs(1_200_000)), settings=SMALL)

    assert done.reasons == ["out_of_memory"]
    assert done.failures[0]["detail"] == "cleaning it took more than 191 MB (engine.page_memory_bytes)"
    assert done.code == 3


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGKILL"])
def test_a_worker_that_is_killed_costs_the_page_that_it_was_at(tmp_path: Path, name: str) -> None:
    pages = {"1.html": a_page(*STORY[:2]), "2.html": attributes(), "3.html": a_page(), "4.html": a_page(*STORY[1:])}
    for file, html in pages.items():
        (tmp_path / file).write_text(html)

    with a_command("clean", *pages, "--jobs", "1", "--failures", "failures.jsonl", folder=tmp_path) as process:
        os.kill(busy_worker(process.pid), signal.Signals[name])
        killed = time.monotonic()
        output, errors = process.communicate(timeout=60)
        took_s = time.monotonic() - killed

    articles = [json.loads(line) for line in output.splitlines()]
    (failure,) = [json.loads(line) for line in (tmp_path / "failures.jsonl").read_text().splitlines()]
    assert [article["fetch"]["source"] for article in articles] == ["1.html", "3.html", "4.html"]
    assert (failure["url"], failure["reason"]) == ("2.html", "worker_died")
    assert failure["detail"] == f"the process that cleaned it ended by {name}"
    assert b"Traceback" not in errors
    assert process.returncode == 3
    assert took_s < 10, "a new worker, two small pages and the end of the command"


def test_a_line_that_hangs_its_worker_is_named_and_its_neighbours_are_cleaned(scraper: Command, tmp_path: Path) -> None:
    lines = [{"id": number, "html": a_page()} for number in range(20)]
    lines[7]["html"] = attributes()
    (tmp_path / "lines.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    done = scraper("clean", "lines.jsonl", settings=QUICK)

    assert [article["id"] for article in done.articles] == [*range(7), *range(8, 20)]
    assert [(failure["url"], failure["reason"]) for failure in done.failures] == [("lines.jsonl:8", "parse_timeout")]
    assert done.code == 3


def test_a_page_that_took_its_worker_along_is_remembered(tmp_path: Path, servers: Servers) -> None:
    site = servers.serve({"/bad": answer(attributes()), "/good": answer(a_page())})
    (tmp_path / "urls.txt").write_text(f"{site.url('/bad')}\n{site.url('/good')}\n")
    (tmp_path / "corpus.toml").write_text(
        QUICK + '[fetch]\ndelay_s = 0\nallow_net = ["127.0.0.0/8"]\n'
        '[[source]]\nname = "list"\nkind = "urls"\npath = "urls.txt"\n'
    )

    first, second = run_the_corpus(tmp_path), run_the_corpus(tmp_path)

    assert first == "2 found = 0 seen + 1 article + 0 skipped + 1 failed (parse_timeout 1) + 0 deferred"
    assert second == "2 found = 1 seen + 0 articles + 0 skipped + 0 failed + 1 deferred (retry_after 1)"
    assert site.asked.count("/bad") == 1


def run_the_corpus(folder: Path) -> str:
    """Run it once and return the last line of what it says."""
    command = [sys.executable, "-m", "scraper", "run", "corpus.toml"]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr.decode().splitlines()[-1]
