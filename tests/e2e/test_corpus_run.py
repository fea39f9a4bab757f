"""`scraper run`, as a crontab would call it, against a site on loopback."""

from __future__ import annotations

import os
import re
import resource
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from growing_site import Site, a_corpus, a_list, a_site, articles, command, run, urls_in


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as running:
        yield running


def test_lists_and_feeds_become_articles_and_a_last_line_that_adds_up(tmp_path: Path, site: Site) -> None:
    listed, fed = site.put_stories(range(3)), site.put_stories(range(3, 5))
    config = a_corpus(tmp_path, a_list(tmp_path, listed), site.put_feed(fed))

    assert run(config) == (0, "5 found = 0 seen + 5 articles + 0 skipped + 0 failed + 0 deferred")
    assert urls_in(tmp_path) == listed + fed


def test_a_second_run_fetches_no_known_article(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, site.put_feed(site.put_stories(range(3))))
    run(config)
    before = articles(tmp_path)
    site.requests.clear()

    assert run(config) == (0, "0 found = 0 seen + 0 articles + 0 skipped + 0 failed + 0 deferred")
    assert site.requests == {"/feed.xml": 1}  # robots.txt counts for a day
    assert articles(tmp_path) == before


def test_a_later_run_adds_what_is_new(tmp_path: Path, site: Site) -> None:
    first = site.put_stories(range(2))
    config = a_corpus(tmp_path, site.put_feed(first))
    run(config)
    new = site.put_stories(range(2, 4))
    site.put_feed(new + first)

    assert run(config) == (0, "4 found = 2 seen + 2 articles + 0 skipped + 0 failed + 0 deferred")
    assert urls_in(tmp_path) == first + new


def test_a_page_that_several_sources_name_is_fetched_once(tmp_path: Path, site: Site) -> None:
    [story] = site.put_stories(range(1))
    config = a_corpus(tmp_path, a_list(tmp_path, [story, story + "?utm_source=x"]), site.put_feed([story]))

    assert run(config)[1].startswith("1 found = 0 seen + 1 article ")
    assert site.requests["/story/0"] == 1


def test_a_page_that_fails_is_no_error_and_comes_in_a_later_run(tmp_path: Path, site: Site) -> None:
    broken = site.put("/story/1", "down", status=500)
    config = a_corpus(tmp_path, site.put_feed([*site.put_stories(range(1)), broken]), corpus="retry_s = 0")

    assert run(config) == (0, "2 found = 0 seen + 1 article + 0 skipped + 1 failed (http_5xx 1) + 0 deferred")

    site.put_stories(range(1, 2))
    site.put_feed([])
    assert run(config) == (0, "1 found = 0 seen + 1 article + 0 skipped + 0 failed + 0 deferred")
    assert urls_in(tmp_path) == [site.url("/story/0"), broken]


def test_a_page_that_failed_is_left_alone_until_its_next_try(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, a_list(tmp_path, [site.put("/story/1", "down", status=500)]))
    run(config)

    assert run(config) == (0, "1 found = 0 seen + 0 articles + 0 skipped + 0 failed + 1 deferred (retry_after 1)")
    assert site.requests["/story/1"] == 1


def test_strict_counts_single_pages(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, site.put_feed([*site.put_stories(range(1)), site.put("/x", "down", status=500)]))

    assert run(config, "--strict")[0] == 3


def test_pages_that_are_gone_or_forbidden_are_remembered(tmp_path: Path, site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /private/\n", Content_Type="text/plain")
    pages = [site.url("/private/1"), site.url("/gone"), *site.put_stories(range(1))]
    config = a_corpus(tmp_path, a_list(tmp_path, pages))

    assert run(config) == (0, "3 found = 0 seen + 1 article + 2 skipped (gone 1, robots 1) + 0 failed + 0 deferred")
    assert run(config) == (0, "3 found = 3 seen + 0 articles + 0 skipped + 0 failed + 0 deferred")
    assert site.requests["/private/1"] == 0
    assert site.requests["/gone"] == 1


def test_a_host_that_asks_for_a_long_rest_gets_it(tmp_path: Path, site: Site) -> None:
    busy = site.put("/story/1", "later", status=503, Retry_After="86400")
    config = a_corpus(tmp_path, a_list(tmp_path, [busy]))

    assert run(config) == (0, "1 found = 0 seen + 0 articles + 0 skipped + 0 failed + 1 deferred (retry_after 1)")
    assert run(config) == (0, "1 found = 0 seen + 0 articles + 0 skipped + 0 failed + 1 deferred (retry_after 1)")
    assert site.requests["/story/1"] == 1


def test_a_source_whose_host_asks_for_a_long_rest_gets_it_and_is_no_failure(tmp_path: Path, site: Site) -> None:
    feed = site.put("/feed.xml", "later", status=503, Retry_After="86400")
    config = a_corpus(tmp_path, feed)

    assert run(config) == (0, "0 found = 0 seen + 0 articles + 0 skipped + 0 failed + 0 deferred")
    site.put_feed(site.put_stories(range(1)))
    assert run(config) == (0, "0 found = 0 seen + 0 articles + 0 skipped + 0 failed + 0 deferred")
    assert site.requests["/feed.xml"] == 1

    assert run(config, "--strict")[0] == 3


@pytest.mark.parametrize("feed", ["/missing.xml", "/page.xml"])
def test_a_source_that_fails_is_an_error_and_the_others_go_on(tmp_path: Path, site: Site, feed: str) -> None:
    site.put("/page.xml", "<!DOCTYPE html><html><body><p>We have moved.</p></body></html>")
    config = a_corpus(tmp_path, site.url(feed), a_list(tmp_path, site.put_stories(range(1))))

    done = subprocess.run(command(config, "--quiet"), capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert done.stderr.startswith(f"source source 0 failed: {site.url(feed)}: ")
    assert len(articles(tmp_path)) == 1


def test_a_list_that_is_missing_is_a_source_that_fails(tmp_path: Path) -> None:
    config = a_corpus(tmp_path, "nowhere.txt")

    assert run(config) == (3, "0 found = 0 seen + 0 articles + 0 skipped + 0 failed + 0 deferred")


def test_a_line_that_is_no_url_is_one_failure(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, a_list(tmp_path, ["# today", "", "news.test/1", *site.put_stories(range(1))]))

    assert run(config) == (0, "2 found = 0 seen + 1 article + 0 skipped + 1 failed (bad_url 1) + 0 deferred")


def test_a_quiet_run_that_went_well_says_nothing(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, site.put_feed([*site.put_stories(range(1)), site.url("/gone")]))

    assert run(config, "--quiet") == (0, "")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[corpus]\noutptu = 'a'", "line 2: corpus.outptu is no setting; did you mean corpus.output?"),
        (
            "[[source]]\nname = 'a'\nkind = 'feeds'",
            "'feeds' is none of urls, feed, sitemap, listing, site, files; did you mean feed?",
        ),
        ("[corpus]\n", "names no source; add a [[source]]"),
        ("[[source]]\nname = 'a'\nkind = 'feed'", "source 'a' of kind 'feed' has no url; add one"),
        ("[[source]]\nname = 'a'\nkind = 'urls'\npath = 'x'\n" * 2, "two sources are named 'a'"),
    ],
)
def test_settings_that_cannot_be_used_are_told_and_nothing_is_made(tmp_path: Path, text: str, complaint: str) -> None:
    config = tmp_path / "corpus.toml"
    config.write_text(text, encoding="utf-8")

    code, line = run(config)

    assert code == 2
    assert complaint in line
    assert list(tmp_path.iterdir()) == [config]


def test_of_five_runs_at_once_one_works_and_four_are_turned_away(tmp_path: Path, site: Site) -> None:
    stories = site.put_stories(range(5))
    config = a_corpus(tmp_path, a_list(tmp_path, stories))
    others_are_done = threading.Event()
    site.on_request = lambda _path: others_are_done.wait(30)
    first = subprocess.Popen(command(config), stderr=subprocess.DEVNULL)
    while not (tmp_path / "articles.jsonl").exists():
        assert first.poll() is None
    others = [subprocess.Popen(command(config), stderr=subprocess.DEVNULL) for _ in range(4)]

    assert [other.wait() for other in others] == [75, 75, 75, 75]
    others_are_done.set()
    assert first.wait() == 0
    assert urls_in(tmp_path) == stories


def test_a_damaged_state_is_told_and_left_as_it_is(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, a_list(tmp_path, site.put_stories(range(1))))
    run(config)
    state = tmp_path / "corpus.sqlite"
    state.write_bytes(state.read_bytes()[:5000])

    code, line = run(config)

    assert code == 6
    assert re.search(r"corpus\.sqlite: is damaged .* Restore it from a backup", line)
    assert state.stat().st_size == 5000


def test_sigterm_ends_a_run_cleanly_and_the_next_one_completes_it(tmp_path: Path, site: Site) -> None:
    stories = site.put_stories(range(12))
    config = a_corpus(tmp_path, a_list(tmp_path, stories))
    started = subprocess.Popen(command(config), stderr=subprocess.PIPE, text=True)
    site.on_request = lambda path: started.terminate() if path == "/story/5" else None

    _, said = started.communicate()

    assert started.returncode == 128 + signal.SIGTERM
    counts = [int(number) for number in re.findall(r"\d+(?= (?:seen|article|skipped|failed|deferred))", said)]
    assert sum(counts) == 12
    assert urls_in(tmp_path) == stories[: counts[1]]
    site.on_request = lambda _path: None
    assert run(config)[0] == 0
    assert sorted(urls_in(tmp_path)) == sorted(stories)


def test_a_full_disk_leaves_whole_records_and_the_next_run_adds_the_rest(tmp_path: Path, site: Site) -> None:
    stories = site.put_stories(range(40))
    config = a_corpus(tmp_path, a_list(tmp_path, stories))
    limit = 150_000  # bytes a file may have: stands in for the disk, whose write fails in the same way

    done = subprocess.run(
        command(config),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 5
    assert str(tmp_path) in done.stderr
    assert "Traceback" not in done.stderr
    assert 0 < len(articles(tmp_path)) < 40
    assert run(config)[0] == 0
    assert urls_in(tmp_path) == stories


def test_a_run_is_noted_in_the_state_that_only_its_owner_can_read(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, a_list(tmp_path, site.put_stories(range(1))))
    run(config)

    state = tmp_path / "corpus.sqlite"
    with closing(sqlite3.connect(state)) as db:
        assert db.execute("SELECT exit_code, totals FROM runs").fetchall() == [
            (0, '{"found":1,"seen":0,"articles":1,"skipped":0,"failed":0,"deferred":0}'),
        ]
    assert os.stat(state).st_mode & 0o777 == 0o600  # noqa: PTH116
