"""Do something to a corpus again and again, killed before its first, second, third ... write, each time followed by
what the next start does. Run by test_kill_anywhere.py in a process of its own, since it forks.

    PYTHONPATH=tests/e2e python tests/killed_anywhere.py SCENARIO FOLDER
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from growing_site import a_story

from scraper.config import CorpusSettings, Settings
from scraper.corpus.opening import open_corpus, open_segments
from scraper.corpus.purge import Purge
from scraper.corpus.rebuild import rebuild
from scraper.corpus.reclean import Recleaning
from scraper.corpus.verify import Verification
from scraper.engines.local import clean_guarded
from scraper.records import Article, Outcome, Response, Target
from scraper.state import State
from scraper.state.schema import MIGRATIONS
from scraper.write.kept_pages import page_records, pages_in
from scraper.write.segment_file import lines_of

NOON = datetime(2025, 5, 6, 12, tzinfo=UTC)
STORIES = 4
# Calls that change something, or that stand between two that do.
CALLS = {"write", "fsync", "ftruncate", "rename", "unlink", "open", "mkdir", "execute", "executemany", "backup"}


def url_of(number: int) -> str:
    return f"http://news.test/story/{number}"


def response_of(number: int) -> Response:
    url = url_of(number)
    body = a_story(number).encode()
    headers = {"content-type": "text/html; charset=utf-8"}
    return Response(target=Target(url=url, source="main"), url=url, headers=headers, body=body, fetched_at=NOON)


class Engine:
    """Cleans in this process, and says that all is of today."""

    async def clean(self, responses: Sequence[Response]) -> Outcome:
        return clean_guarded(responses, Settings(), None)

    async def continuation(self, *_: Any) -> Any:
        raise AssertionError("no story has a second page")


def run(folder: Path, settings: CorpusSettings) -> None:
    """Take all stories that are not known; each day has one."""
    days = iter(range(1000))
    with open_corpus(settings, folder, clock=lambda: NOON + timedelta(days=next(days))) as corpus:
        targets = [response_of(number).target for number in range(STORIES)]
        for target in corpus.plan(targets).fetch:
            response = response_of(int(target.url.rpartition("/")[2]))
            corpus.take(target, ARTICLES[target.url], page_records([response]))
            corpus.commit()
        corpus.finish(0, {})


def purge(folder: Path, settings: CorpusSettings) -> None:
    with open_segments(settings, folder, lambda: NOON) as segments:
        Purge(segments, [url_of(1)], []).run()


def reclean(folder: Path, settings: CorpusSettings) -> None:
    with open_segments(settings, folder, lambda: NOON) as segments:
        asyncio.run(Recleaning(segments, Engine(), None).run())


def rebuild_it(folder: Path, settings: CorpusSettings) -> None:
    rebuild(settings, folder, lambda: NOON)


def open_it(folder: Path, settings: CorpusSettings) -> None:
    with open_segments(settings, folder, lambda: NOON):
        pass


def nothing(_folder: Path) -> None:
    """Begin with an empty folder."""


def damage(folder: Path) -> None:
    run(folder, SMALL)
    (folder / "corpus.sqlite").write_bytes(b"noise" * 5000)


def age(folder: Path) -> None:
    """Make a corpus of one file, as the version before segments did."""
    path = folder / "corpus.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)")
        for number, name, script in MIGRATIONS[:3]:
            db.executescript(script)
            db.execute("INSERT INTO migrations VALUES (?, ?, '2025-05-06')", [number, name])
        for url, article in ARTICLES.items():
            row = [url, url, "main", "article", "", 0, None, article.content_hash, "2025-05-06"]
            db.execute("INSERT INTO urls VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        lines = b"".join(msgspec.json.encode(article) + b"\n" for article in ARTICLES.values())
        (folder / "articles.jsonl").write_bytes(lines)
        db.execute("INSERT INTO output VALUES ('articles.jsonl', ?)", [len(lines)])
        db.commit()


SMALL = CorpusSettings(segment_bytes=1, keep_pages=True)
DAILY = CorpusSettings(daily_folders=True, keep_pages=True, segment_format="jsonl.gz")
OLD = CorpusSettings(segment_bytes=0)
ARTICLES: dict[str, Article] = {}


@dataclass(frozen=True)
class Scenario:
    """What is there before, what is done, killed, and done again."""

    prepare: Callable[[Path], None]
    work: Callable[[Path, CorpusSettings], None]
    settings: CorpusSettings
    expected: tuple[int, ...] = tuple(range(STORIES))


SCENARIOS = {
    "run": Scenario(nothing, run, SMALL),
    "run with daily folders": Scenario(nothing, run, DAILY),
    "purge": Scenario(lambda folder: run(folder, SMALL), purge, SMALL, (0, 2, 3)),
    "reclean": Scenario(lambda folder: run(folder, SMALL), reclean, SMALL),
    "rebuild": Scenario(damage, rebuild_it, SMALL),
    "migrate": Scenario(age, open_it, OLD),
}


def killed(scenario: Scenario, folder: Path, calls: int) -> bool:
    """Do the work in a child that is killed before so many calls; tell whether it was."""
    pid = os.fork()
    if pid == 0:
        left = calls

        def hook(_frame: Any, event: str, called: Any) -> None:
            nonlocal left
            if event == "c_call" and called.__name__ in CALLS:
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        code = 1
        try:
            sys.setprofile(hook)
            scenario.work(folder, scenario.settings)
            sys.setprofile(None)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    assert status == 0 or os.WTERMSIG(status) == signal.SIGKILL, f"the work failed: {status}"
    return status != 0


def check(scenario: Scenario, folder: Path) -> None:
    """Raise unless the corpus has each story once, with its page, and nothing else."""
    state = State(folder / "corpus.sqlite")
    with closing(state):
        verification = Verification(folder, state, scenario.settings.output)
        assert list(verification.findings()) == []
    paths = [*sorted((folder / "articles").rglob("*.jsonl*")), folder / "articles.jsonl"]
    found = [msgspec.json.decode(line, type=Article) for path in paths for line in lines_of(path)]
    assert sorted(found, key=lambda article: article.url or "") == [ARTICLES[url_of(n)] for n in scenario.expected]
    pages = [*sorted((folder / "articles").rglob("*.warc.gz")), *folder.glob("*.warc.gz")]
    kept = sorted(responses[0].url for path in pages for responses, _ in pages_in(path))
    assert kept == ([url_of(n) for n in scenario.expected] if scenario.settings.keep_pages else [])
    hidden = [str(path) for path in folder.rglob(".*")]
    assert hidden == [], f"left behind: {hidden}"


def main(name: str, folder: Path) -> None:
    """Kill the work at every place; print how many there were."""
    for number in range(STORIES):
        outcome = clean_guarded([response_of(number)], Settings(), None)
        assert isinstance(outcome, Article)
        ARTICLES[url_of(number)] = outcome
    scenario = SCENARIOS[name]
    before, during = folder / "before", folder / "during"
    before.mkdir()
    scenario.prepare(before)
    calls = 0
    was_killed = True
    while was_killed:
        calls += 1
        shutil.copytree(before, during)
        was_killed = killed(scenario, during, calls)
        if was_killed:
            scenario.work(during, scenario.settings)
        check(scenario, during)
        shutil.rmtree(during)
    print(calls - 1)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
