"""kill -9 at random moments of a run loses no article, doubles none and tears no line."""

from __future__ import annotations

import random
import subprocess
import threading
import time
from pathlib import Path

import pytest
from growing_site import Site, a_corpus, a_list, a_site, articles, command, run

STORIES = 150
KILLS = 40


@pytest.mark.slow
def test_after_forty_kills_the_corpus_is_that_of_an_undisturbed_run(tmp_path: Path) -> None:
    draw = random.Random(7)
    with a_site() as site:
        urls = site.put_stories(range(STORIES))
        calm, killed = tmp_path / "calm", tmp_path / "killed"
        for folder in (calm, killed):
            folder.mkdir()
            a_corpus(folder, a_list(folder, urls))
        assert run(calm / "corpus.toml")[0] == 0

        codes = [
            killed_run(site, killed / "corpus.toml", after_requests=draw.randint(1, 4), delay_s=draw.uniform(0, 0.02))
            for _ in range(KILLS)
        ]
        assert codes == [-9] * KILLS
        assert 0 < lines_in(killed) < STORIES, "the kills were to hit the run in its middle"
        assert run(killed / "corpus.toml")[0] == 0

    assert articles(killed) == articles(calm)
    assert len(articles(calm)) == STORIES


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


def lines_in(folder: Path) -> int:
    """Return the number of whole lines; what follows the last of them was torn by a kill."""
    return (folder / "articles.jsonl").read_bytes().count(b"\n")
