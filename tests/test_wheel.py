"""What a user gets from the package index: a wheel that works in an empty environment."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT], check=True, stdout=subprocess.DEVNULL
    )
    (path,) = folder.glob("newsgleaner-*.whl")
    return path


@pytest.fixture(scope="module")
def scraper(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the command, installed from the wheel with nothing else around."""
    folder = tmp_path_factory.mktemp("empty") / "venv"
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin/python", "-m", "pip", "install", "--quiet", wheel], check=True)
    return folder / "bin/scraper"


def test_the_wheel_holds_the_rules_the_model_and_the_licences(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert "scraper/rules/cookie.toml" in names
    assert "scraper/extraction/model.json" in names
    assert "scraper/py.typed" in names
    assert {name.rsplit("/")[-1] for name in names if "/licenses/" in name} == {"LICENSE", "NOTICE"}


def test_the_wheel_holds_nothing_but_the_package(wheel: Path) -> None:
    folders = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert {folder for folder in folders if not folder.endswith(".dist-info")} == {"scraper"}


def test_the_installed_command_names_its_versions(scraper: Path, tmp_path: Path) -> None:
    shown = subprocess.run([scraper, "--version"], check=True, capture_output=True, text=True, cwd=tmp_path).stdout

    assert shown.startswith("scraper 0.")
    assert "rules 2" in shown
    assert "model " in shown


def test_the_installed_command_cleans_a_page(scraper: Path, tmp_path: Path) -> None:
    page = ROOT / "fixtures/pages/br-text-in-div/page.html"
    written = subprocess.run([scraper, "clean", page], check=True, capture_output=True, cwd=tmp_path).stdout

    article = json.loads(written)
    assert article["title"] == "Lamp keepers of the north pier"
    assert len(article["blocks"]) == 4
