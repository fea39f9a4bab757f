"""What a corpus costs as it grows: generated articles through state, duplicates and the articles' file.

    python -m benchmarks.corpus                     100,000 articles, then a start with 1,000,000 known urls
    python -m benchmarks.corpus --articles 20000 --urls 0
    python -m benchmarks.corpus --texts 1000000     also an index of a million texts: look-ups, memory, size

Prints one JSON object; --check exits with 1 where a promise is not kept. What articles and a start cost is processor
time, which other programs on the machine do not change; look-ups are timed by the clock. The articles have 200 words
of a vocabulary of 20,000; one in 50 has the text of an earlier one, one in 50 nearly.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from scraper.config import CorpusSettings
from scraper.corpus.opening import open_corpus
from scraper.duplicates import BANDS, VALUES, Signature
from scraper.records import Article, Duplicate, Fetched, FieldSources, Rights, Target, Tool
from scraper.state import State
from scraper.state.texts import Text

NOW = datetime(2026, 11, 24, tzinfo=UTC)
BATCH = 100  # articles a commit; a run that fetches 100 pages a second commits once a second
WORDS = 200
VOCABULARY = [f"word{number}" for number in range(20_000)]
REPEATED = 50  # one article in so many has the text of an earlier one; as many have nearly

MAX_GROWTH = 1.3  # of the cost of an article, last tenth to first
MAX_MEMORY_GROWTH = 1.2  # at 100,000 articles to at 10,000; a smaller corpus is still filling its caches
MEMORY_ARTICLES = 100_000
MAX_START_S = 2.0
MAX_LOOKUP_MS = 5.0
MAX_INDEX_MB = 1000.0


def main() -> int:
    """Measure what the arguments ask for; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000, help="articles that go through a corpus")
    parser.add_argument("--urls", type=int, default=1_000_000, help="known urls of the run whose start is measured")
    parser.add_argument("--texts", type=int, default=0, help="texts of the index that is looked into")
    parser.add_argument("--check", action="store_true", help="exit with 1 where a promise is not kept")
    options = parser.parse_args()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        if options.articles:
            found |= grown(Path(name), options.articles)
        if options.urls:
            found |= started(Path(name), options.urls)
        if options.texts:
            found |= looked_up(Path(name), options.texts)
    print(json.dumps(found, indent=2))
    broken = [line for line in promises(found) if options.check]
    print("\n".join(broken), file=sys.stderr, end="\n" if broken else "")
    return 1 if broken else 0


def grown(folder: Path, number: int) -> dict[str, Any]:
    """Return what articles cost while a corpus grows to ``number`` of them."""
    tenth = number // 10
    seconds, memory = [], []
    # Small segments: each tenth finishes its share of them.
    settings = CorpusSettings(state="grown.sqlite", output="grown.jsonl", segment_bytes=2 * 1024 * 1024)
    with open_corpus(settings, folder) as corpus:
        articles = generated(number)
        for _ in range(10):
            took = 0.0
            for _ in range(0, tenth, BATCH):
                made = list(islice(articles, BATCH))  # what it takes to make them is not the corpus's
                began = time.process_time()
                for article in made:
                    corpus.take(Target(url=article.url or "", source="main"), article)
                corpus.commit()
                took += time.process_time() - began
            seconds.append(took)
            memory.append(resident_mb())
        corpus.finish(0, {"articles": number})
    state = (folder / "grown.sqlite").stat().st_size
    return {
        "articles": number,
        "articles_a_second": round(number / sum(seconds)),
        "us_an_article_first_tenth": round(seconds[0] / tenth * 1e6),
        "us_an_article_last_tenth": round(seconds[-1] / tenth * 1e6),
        "cost_growth": round(seconds[-1] / seconds[0], 2),
        "memory_mb_at_a_tenth": round(memory[0], 1),
        "memory_mb_at_the_end": round(memory[-1], 1),
        "memory_growth": round(memory[-1] / memory[0], 2),
        "state_bytes_an_article": round(state / number),
    }


def started(folder: Path, number: int) -> dict[str, Any]:
    """Return how long a run takes to begin with ``number`` known urls."""
    path = folder / "known.sqlite"
    State(path).close()
    with closing(sqlite3.connect(path)) as db, db:
        rows = (
            (url, url, "main", "article", "", 0, sha256(url.encode()).hexdigest()[:16], "2025-01-01", 1)
            for url in (f"https://news{at % 500}.example/2025/01/{at % 28:02}/story-{at}.html" for at in range(number))
        )
        db.executemany(
            "INSERT INTO urls (url, requested, source, status, reason, tries, content_hash, seen_at, revision)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
    named = [Target(url=f"https://news1.example/2025/01/01/story-{at}.html", source="main") for at in range(1000)]
    began = time.process_time()
    with open_corpus(CorpusSettings(state="known.sqlite", output="known.jsonl"), folder) as corpus:
        corpus.plan(named)
        took = time.process_time() - began
    return {"known_urls": number, "start_s": round(took, 2)}


def looked_up(folder: Path, number: int) -> dict[str, Any]:
    """Return what a look-up takes in an index of ``number`` texts, and what the index takes."""
    draw = random.Random(1)
    path = folder / "texts.sqlite"
    with closing(State(path)) as state:
        before = resident_mb()
        began = time.perf_counter()
        for at in range(0, number, 20_000):
            texts = [random_text(draw, at + one) for one in range(min(20_000, number - at))]
            state.commit([], [], ("none", 0), NOW, new_texts=texts)
        wrote = time.perf_counter() - began
    with closing(State(path)) as state:
        index = state.text_index(0.8)
        times, found = [], 0
        known = state.rows("SELECT url, hash FROM texts ORDER BY random() LIMIT 1000")
        for at, (url, text_hash) in enumerate(known):  # every other one is a copy of what is there
            new = random_text(draw, number + at)
            text = new if at % 2 else replace(new, url=f"{url}?2", hash=text_hash)
            began = time.perf_counter()
            found += index.find(text) is not None
            times.append(time.perf_counter() - began)
        memory = resident_mb() - before
    times.sort()
    return {
        "texts": number,
        "write_us_a_text": round(wrote / number * 1e6),
        "lookup_ms_median": round(times[500] * 1e3, 3),
        "lookup_ms_99_of_100": round(times[990] * 1e3, 3),
        "lookup_ms_max": round(times[-1] * 1e3, 3),
        "found_of_500": found,
        "index_memory_mb": round(memory, 1),
        "index_bytes_a_text": round(path.stat().st_size / number),
    }


def promises(found: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each promise that is not kept."""
    limits = {
        "cost_growth": MAX_GROWTH,
        "memory_growth": MAX_MEMORY_GROWTH,
        "start_s": MAX_START_S,
        "lookup_ms_99_of_100": MAX_LOOKUP_MS,
        "index_memory_mb": MAX_INDEX_MB,
    }
    if found.get("articles", 0) < MEMORY_ARTICLES:
        del limits["memory_growth"]
    for name, limit in limits.items():
        if name in found and found[name] > limit:
            yield f"{name} is {found[name]}; promised is at most {limit}"


def generated(number: int) -> Iterator[Article]:
    """Yield articles; their texts are those of news in length, not in sense."""
    draw = random.Random(7)
    texts: list[str] = []
    for at in range(number):
        kind = at % REPEATED if at > REPEATED else -1
        if kind == 0:
            text = draw.choice(texts)
        elif kind == 1:
            text = f"{draw.choice(texts)} {' '.join(draw.choices(VOCABULARY, k=10))}"
        else:
            text = " ".join(draw.choices(VOCABULARY, k=WORDS))
            if at % 10 == 2 and len(texts) < 1000:
                texts.append(text)
        yield an_article(f"https://news{at % 100}.example/2026/11/{at % 28:02}/story-{at}.html", text)


def an_article(url: str, text: str) -> Article:
    """Return an article with a text."""
    return Article(
        id=sha256(url.encode()).hexdigest()[:16], url=url, title="A generated story", authors=["Lucinda Ferrymore"],
        organizations=[], published="2026-11-24T09:00:00+00:00", published_precision="second", modified=None,
        language="en", site="News", section=None, tags=[], description=None, text=text, blocks=[], links=[], images=[],
        words=len(text.split()), chars=len(text), page_kind="article", quality=0.9, paywall="unknown", warnings=[],
        removed=[], content_hash=sha256(text.encode()).hexdigest()[:16], revision=1, previous_hash=None,
        duplicate=Duplicate(), rights=Rights(), fetch=Fetched(url_requested=url), from_=FieldSources(),
        tool=Tool(name="scraper", version="0", rules="0", model="0"),
    )  # fmt: skip


def random_text(draw: random.Random, at: int) -> Text:
    """Return an entry of the index that is like no other."""
    signature = Signature(draw.randbytes(VALUES), tuple(draw.getrandbits(48) for _ in range(BANDS)))
    return Text(f"{at:016x}", f"https://news.example/{at}.html", f"{draw.getrandbits(64):016x}", signature)


def resident_mb() -> float:
    """Return the memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1024**2


if __name__ == "__main__":
    raise SystemExit(main())
