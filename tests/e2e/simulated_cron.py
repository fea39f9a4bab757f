"""A crontab that calls the real command once a day, with a clock that is set by the library of tests/faults."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from growing_site import Site, command

FIRST = date(2025, 3, 3)  # a Monday
RUN_AT = time(18, 0)
CLOCK = Path(__file__).parents[1] / "faults/jumping_clock.c"


@dataclass
class Cron:
    """Calls the command once a day."""

    folder: Path
    library: Path
    runs: list[tuple[int, dict[str, Any], Counter[str]]] = field(default_factory=list)

    def run(self, site: Site, day: int) -> None:
        """Run on a day; keep exit code, report and requests."""
        moment = datetime.combine(FIRST + timedelta(days=day), RUN_AT, UTC)
        clock = {
            "LD_PRELOAD": str(self.library),
            "CLOCK_JUMP_FILE": os.devnull,
            "CLOCK_JUMP_S": str(round((moment - datetime.now(UTC)).total_seconds())),
        }
        site.requests.clear()
        report = self.folder / "report.json"
        done = subprocess.run(
            [*command(self.folder / "corpus.toml"), "--quiet", "--report", str(report)],
            env={**os.environ, **clock}, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        said = json.loads(report.read_bytes())
        assert said["at"].startswith(f"{moment:%Y-%m-%d}"), "the clock of the run was to be set"
        assert bool(done.stderr) == bool(done.returncode), done.stderr
        self.runs.append((done.returncode, said, Counter(site.requests)))


def a_cron(folder: Path) -> Cron:
    """Return a crontab with a corpus below ``folder``; skip the test where no clock can be made."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        pytest.skip("takes a C compiler, for the clock")
    library = folder / "clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, CLOCK, "-ldl"], check=True)
    corpus = folder / "corpus"
    corpus.mkdir()
    return Cron(corpus, library)
