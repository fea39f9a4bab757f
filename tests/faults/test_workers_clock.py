"""Row 37 of the matrix: somebody sets the clock while a run is going on."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from faults.conftest import LOOPBACK, Servers, good_page
from faults.processes import a_command, eventually

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler to bend the clock of a process"),
]

SOURCE = Path(__file__).with_name("jumping_clock.c")
PAGES = 12
A_DAY_S = 86_400


@pytest.fixture(scope="module")
def jumping_clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that bends the clock of the process that loads it."""
    library = tmp_path_factory.mktemp("clock") / "jumping_clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
    return library


@pytest.mark.parametrize("jump_s", [A_DAY_S, -A_DAY_S], ids=["forward", "back"])
def test_a_clock_that_jumps_by_a_day_changes_nothing_but_the_time_in_the_records(
    servers: Servers, tmp_path: Path, jumping_clock: Path, jump_s: int
) -> None:
    site = servers.serve({f"/{number}": good_page(number) for number in range(PAGES)})
    jumped = tmp_path / "jumped"
    clock = {"LD_PRELOAD": str(jumping_clock), "CLOCK_JUMP_FILE": str(jumped), "CLOCK_JUMP_S": str(jump_s)}
    urls = [site.url(f"/{number}") for number in range(PAGES)]
    with a_command("get", *LOOPBACK, "--delay", "0.2", *urls, folder=tmp_path, env=clock) as process:
        eventually(lambda: len(site.asked) > PAGES // 2)
        jumped.touch()
        start = time.monotonic()
        output, errors = process.communicate(timeout=60)
        took_s = time.monotonic() - start

    records = [json.loads(line) for line in output.splitlines()]
    assert process.returncode == 0, errors
    assert [record["fetch"]["url_requested"] for record in records] == urls
    assert [f"Story number {number} " in record["text"] for number, record in enumerate(records)] == [True] * PAGES
    assert took_s < 20, "half of the pages take two seconds"
    distance_s = [abs((fetched_at(record) - datetime.now(UTC)).total_seconds()) for record in records]
    assert distance_s[0] < 600 < distance_s[-1], "the clock is to jump in the middle of the run"


def fetched_at(record: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(record["fetch"]["at"])
