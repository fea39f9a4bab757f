"""The command as a whole: its names, versions, help and how it ends."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import RunScraper

from scraper.cli.main import COMMANDS


def test_the_version_names_program_rules_and_model(run_scraper: RunScraper) -> None:
    done = run_scraper("--version")

    assert re.fullmatch(rb"scraper \d+\.\d+\.\d+ \(rules \S+, model \S+\)\n", done.stdout)
    assert done.code == 0


def test_an_address_without_a_command_is_answered_with_the_right_command(run_scraper: RunScraper) -> None:
    done = run_scraper("https://news.example/story")

    assert done.messages == [
        "scraper: https://news.example/story is no command; did you mean `scraper get https://news.example/story`?"
        " (see scraper --help)"
    ]
    assert done.code == 2


def test_a_command_that_does_not_exist_is_one_line(run_scraper: RunScraper) -> None:
    done = run_scraper("fetch")

    assert len(done.messages) == 1
    assert done.messages[0].startswith("scraper: No such command 'fetch'")
    assert done.code == 2


def test_a_file_without_a_command_is_answered_with_the_right_command(run_scraper: RunScraper, tmp_path: Path) -> None:
    (tmp_path / "story.html").write_text("<p>A story.</p>")

    done = run_scraper("story.html")

    assert done.messages == [
        "scraper: story.html is no command; did you mean `scraper clean story.html`? (see scraper --help)"
    ]
    assert done.code == 2


def test_a_command_counts_more_than_a_file_of_its_name(run_scraper: RunScraper, tmp_path: Path) -> None:
    (tmp_path / "schema").write_text("something else")

    assert run_scraper("schema").code == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_an_example(run_scraper: RunScraper, command: str) -> None:
    done = run_scraper(command, "--help")

    assert f"\n    scraper {command}" in done.stdout.decode()
    assert done.code == 0


def test_without_anything_the_help_is_shown(run_scraper: RunScraper) -> None:
    done = run_scraper()

    assert done.messages[0].startswith("Usage: scraper")
    assert (done.stdout, done.code) == (b"", 2)


def test_the_schema_is_printed(run_scraper: RunScraper) -> None:
    done = run_scraper("schema")

    assert done.stdout.startswith(b'{\n  "$schema": "https://json-schema.org/draft/2020-12/schema",\n')
    assert done.code == 0


def test_cleaning_imports_nothing_that_only_fetching_or_feeds_need() -> None:
    heavy = "{'httpx', 'bs4', 'feedparser', 'dateparser', 'tqdm', 'charset_normalizer', 'sqlite3'}"
    code = f"import sys; import scraper.cli.clean; print(sorted({heavy} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)

    assert done.stdout == b"[]\n"


@pytest.mark.parametrize(("closed", "code"), [("<&-", 4), (">&-", 5), ("2>&-", 0)])
def test_a_stream_that_is_closed_is_no_bug(tmp_path: Path, closed: str, code: int) -> None:
    (tmp_path / "story.txt").write_text("A line of a story.\n")
    name = "-" if closed == "<&-" else "story.txt"

    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m scraper clean {name} {closed}"],
        capture_output=True, cwd=tmp_path, timeout=60, check=False,
    )  # fmt: skip

    assert b"Traceback" not in done.stderr
    assert done.returncode == code
