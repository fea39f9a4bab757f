"""A kill before any single write of a run, a purge, a reclean, a rebuild or a migration loses and doubles nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import environment

HERE = Path(__file__).parent
SCENARIOS = ["run", "run with daily folders", "purge", "reclean", "rebuild", "migrate"]


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_kill_before_any_write_is_put_right_by_the_next_start(tmp_path: Path, scenario: str) -> None:
    done = subprocess.run(
        [sys.executable, HERE / "killed_anywhere.py", scenario, tmp_path],
        capture_output=True, text=True, check=False, env=environment(PYTHONPATH=str(HERE / "e2e")),
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20, "the places where it was killed"
