"""The documentation is true: its examples run, its links lead somewhere, and no command is missing."""

from __future__ import annotations

import doctest
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest

from scraper.cli.main import cli

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
WITH_EXAMPLES = [page for page in PAGES if ">>> " in page.read_text(encoding="utf-8")]
MAX_DECISION_LINES = 40

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def the_site() -> Any:
    spec = importlib.util.spec_from_file_location("serve", ROOT / "fixtures/serve.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["serve"] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module.serve()


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def output_of(command: str, folder: Path) -> str:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run(
        command, shell=True, check=False, cwd=folder, env=environment, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ).stdout  # fmt: skip


def commands() -> list[tuple[str, click.Command]]:
    return [(" ".join(names), command) for names, command in generator()._below(cli, ())]


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: page.name)
def test_the_examples_of_a_page_give_what_it_shows(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    test = doctest.DocTestParser().get_doctest(page.read_text(encoding="utf-8"), {}, page.name, str(page), 0)
    results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)

    assert results.attempted
    assert results.failed == 0


def test_the_commands_of_the_readme_print_what_it_shows(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    site = the_site()
    port = site.address.rpartition(":")[2]
    (tmp_path / "corpus.toml").write_text(blocks(readme, "toml")[0].replace("8765", port))
    try:
        for line, shown in re.findall(
            r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", "".join(blocks(readme, "console")), re.MULTILINE
        ):
            assert output_of(line.replace("8765", port), tmp_path).replace(port, "8765") == shown
    finally:
        site.stop()


@each_page
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]

    assert [target for target in local if not (page.parent / target).exists()] == []


@each_page
def test_files_that_a_page_names_are_there(page: Path) -> None:
    named = re.findall(r"`((?:scraper|tests|fixtures|benchmarks|docs)/[\w./-]*\w)`", page.read_text(encoding="utf-8"))

    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(("name", "command"), commands(), ids=[name for name, _ in commands()])
def test_every_command_and_option_has_help(name: str, command: click.Command) -> None:
    assert command.help
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == [], name


@pytest.mark.parametrize("name", ["commands", "settings"])
def test_the_pages_made_from_the_code_are_of_today(name: str) -> None:
    made = getattr(generator(), name)()

    assert (ROOT / f"docs/{name}.md").read_text(encoding="utf-8") == made, "run `make docs`"


def test_every_setting_says_what_it_is() -> None:
    assert re.findall(r"^\| `(\w+)` \|[^|]*\|  \|$", generator().settings(), re.MULTILINE) == []


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/decisions/*.md")), ids=lambda page: page.name)
def test_a_decision_record_is_short_and_says_what_would_change_our_mind(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= MAX_DECISION_LINES
    assert re.search(r"^(Date: )?2\d{3}-\d{2}-\d{2}", text, re.MULTILINE)
    assert "change our mind" in text.lower()
