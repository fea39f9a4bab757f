"""Print what it costs to clean a page in a worker instead of in the program itself, in processor time.

The work is left out: a worker answers each page of 100 KB with the same article. All that is left is the way there and
back, in both processes.
"""

from __future__ import annotations

import asyncio
import resource
import sys
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from itertools import islice

from benchmarks.site import page
from scraper.config import EngineSettings, Settings
from scraper.engines.local import clean_guarded
from scraper.engines.workers import Workers
from scraper.records import Article, Failed, Outcome, Response, Target

PAGES = 3000
AT_ONCE = 64
ROUNDS = 5


def main() -> int:
    """Run the benchmark."""
    for size in (1_000, 100_000):
        print(f"a page of {size // 1000} KB: {min(overhead_ms(size) for _ in range(ROUNDS)):.3f} ms of processor time")
    return 0


def overhead_ms(size: int, pages: int = PAGES) -> float:
    """Return the milliseconds of processor time that a page takes on its way to a worker and back."""
    target = Target(url="https://courier.example/1")
    response = Response(target=target, url=target.url, body=page(1, 100_000)[:size])
    article = clean_guarded([Response(target=target, url=target.url, body=page(1, 50_000))], Settings())
    assert isinstance(article, Article)
    before_s = _cpu_s()
    with closing(Workers(partial(_answer, article), EngineSettings(workers=1, pages_per_worker=pages + 1))) as workers:
        done = asyncio.run(_all(workers, response, pages))
    assert done == pages
    return 1000 * (_cpu_s() - before_s) / pages


def _answer(article: Article, _responses: Sequence[Response]) -> Outcome:
    return article


async def _all(workers: Workers[Sequence[Response], Outcome], response: Response, pages: int) -> int:
    """Send the pages, some at a time; return how many came back."""
    jobs = iter(range(pages))

    async def one_after_the_other() -> int:
        results: list[Outcome | Failed] = []
        while list(islice(jobs, 1)):
            results.append(await workers.submit([response], response.url))
        return sum(isinstance(result, Article) for result in results)

    return sum(await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE))))


def _cpu_s() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    sys.exit(main())
