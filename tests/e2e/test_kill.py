"""kill -9 at random moments of a run loses no article, doubles none and tears no line."""

from __future__ import annotations

import json
import os
import random
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from growing_site import Site, a_corpus, a_list, a_site, command, run

from scraper.write.kept_pages import pages_in
from scraper.write.segment_file import lines_of

STORIES = 300
KILLS = int(os.environ.get("KILLS", "40"))
# A segment is full after some 20 articles, so that many kills hit the steps that finish one.
IN_SEGMENTS = "segment_bytes = 200_000\nkeep_pages = true"
IN_ONE_FILE = "segment_bytes = 0"


@pytest.mark.slow
@pytest.mark.parametrize(("settings", "kills"), [(IN_SEGMENTS, KILLS), (IN_ONE_FILE, 8)])
def test_after_many_kills_the_corpus_is_that_of_an_undisturbed_run(tmp_path: Path, settings: str, kills: int) -> None:
    draw = random.Random(7)
    with a_site() as site:
        urls = site.put_stories(range(STORIES))

        def a_folder(name: str) -> Path:
            folder = tmp_path / name
            folder.mkdir()
            a_corpus(folder, a_list(folder, urls), corpus=settings)
            return folder

        calm = a_folder("calm")
        assert run(calm / "corpus.toml")[0] == 0
        expected = records(calm)
        assert len(expected) == STORIES
        left = kills
        while left:  # a corpus that is complete before all kills are used up is followed by another one
            folder = a_folder(f"killed {left}")
            while left and killed_run(site, folder / "corpus.toml", draw.randint(1, 8), draw.uniform(0, 0.03)) == -9:
                left -= 1
            assert left < kills
            assert run(folder / "corpus.toml")[0] == 0
            assert records(folder) == expected
            assert kept(folder) == kept(calm)
            check = command(folder / "corpus.toml", verb="verify")
            done = subprocess.run(check, capture_output=True, text=True, check=False)
            assert done.stderr.endswith(": all is well\n")


def killed_run(site: Site, config: Path, after_requests: int, delay_s: float) -> int:
    """Start a run and kill it a moment after a number of requests; return its exit code."""
    process = subprocess.Popen(command(config), stderr=subprocess.DEVNULL)
    left = iter(range(after_requests, -1, -1))

    def kill() -> None:
        time.sleep(delay_s)
        process.kill()

    site.on_request = lambda _path: threading.Thread(target=kill).start() if next(left, 1) == 0 else None
    try:
        return process.wait()
    finally:
        site.on_request = lambda _path: None


def records(folder: Path) -> list[dict[str, Any]]:
    """Return the articles of a corpus in their order, times aside; what follows the last line was torn by a kill."""
    paths = [*sorted((folder / "articles").glob("*.jsonl*")), folder / "articles.jsonl"]
    found = [json.loads(line) for path in paths for line in lines_of(path) if line.endswith(b"\n")]
    for article in found:
        article["fetch"]["at"] = None
    return found


def kept(folder: Path) -> Counter[tuple[str, bytes]]:
    """Return the pages that a corpus keeps."""
    paths = [*sorted((folder / "articles").glob("*.warc.gz")), *folder.glob("*.warc.gz")]
    return Counter((pages[0].url, pages[0].body) for path in paths for pages, _ in pages_in(path))
