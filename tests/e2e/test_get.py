"""`scraper get`: the real command against a real server."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from builders import STORY, a_page
from conftest import LoopbackSite, RunScraper, environment

Check = Callable[[list[dict[str, Any]]], None]
LOOPBACK = ("--allow-net", "127.0.0.0/8", "--delay", "0")


def stories(site: LoopbackSite, count: int) -> list[str]:
    """Serve stories that differ in their first paragraph; return their urls."""
    return [site.add(f"/story-{number}", a_page(f"Story number {number}.", *STORY)) for number in range(count)]


def test_a_page_becomes_one_line_that_follows_the_schema(
    run_scraper: RunScraper, loopback_site: LoopbackSite, assert_articles: Check
) -> None:
    url = loopback_site.add("/ferry", a_page())

    done = run_scraper("get", *LOOPBACK, url)

    assert_articles(done.records)
    assert [record["url"] for record in done.records] == [url]
    assert done.records[0]["text"] == "\n\n".join(STORY)
    assert done.records[0]["fetch"]["source"] == "arguments"
    assert done.messages == ["1 input = 1 article + 0 skipped + 0 failed + 0 deferred"]
    assert done.code == 0


def test_every_input_ends_in_one_outcome_and_good_pages_come_in_order(
    run_scraper: RunScraper, loopback_site: LoopbackSite, assert_articles: Check
) -> None:
    first, second = stories(loopback_site, 2)
    loopback_site.add("/robots.txt", "User-agent: *\nDisallow: /private\n", content_type="text/plain")
    private = loopback_site.add("/private", a_page())
    missing = loopback_site.address + "/missing"

    done = run_scraper("get", *LOOPBACK, first, private, "news.example/story", missing, second)

    assert_articles(done.records)
    assert [record["url"] for record in done.records] == [first, second]
    assert done.messages[0].startswith(f"{private}: skipped, robots")
    assert done.messages[1].startswith("news.example/story: failed, bad_url: ")
    assert "did you mean https://news.example/story?" in done.messages[1]
    assert done.messages[2].startswith(f"{missing}: failed, http_4xx")
    assert done.messages[3] == (
        "5 inputs = 2 articles + 1 skipped (robots 1) + 2 failed (bad_url 1, http_4xx 1) + 0 deferred"
    )
    assert done.code == 3


def test_a_url_list_may_have_comments_blank_lines_and_marks_of_windows(
    run_scraper: RunScraper, loopback_site: LoopbackSite, tmp_path: Path
) -> None:
    first, second = stories(loopback_site, 2)
    (tmp_path / "urls.txt").write_bytes(f"\ufeff# today\r\n\r\n{first}\r\n  {second}\r\n{first}#top\r\n".encode())

    done = run_scraper("get", *LOOPBACK, "-i", "urls.txt")

    assert [record["url"] for record in done.records] == [first, second]
    assert [record["fetch"]["source"] for record in done.records] == ["urls.txt", "urls.txt"]
    assert done.messages == [
        f"{first}#top: skipped, seen: the same address came before",
        "3 inputs = 2 articles + 1 skipped (seen 1) + 0 failed + 0 deferred",
    ]
    assert done.code == 0


def test_urls_may_come_from_standard_input(run_scraper: RunScraper, loopback_site: LoopbackSite) -> None:
    urls = stories(loopback_site, 2)

    done = run_scraper("get", *LOOPBACK, "-i", "-", stdin="\n".join(urls).encode())

    assert [record["url"] for record in done.records] == urls
    assert done.code == 0


def test_a_list_that_is_missing_does_not_stop_the_others(run_scraper: RunScraper, loopback_site: LoopbackSite) -> None:
    (url,) = stories(loopback_site, 1)

    done = run_scraper("get", *LOOPBACK, "-i", "no-such-list.txt", url)

    assert [record["url"] for record in done.records] == [url]
    assert done.messages[0] == "no-such-list.txt: failed, unreadable: no such file or directory; check the path"
    assert done.code == 3


def test_append_fetches_only_what_is_not_there_yet(
    run_scraper: RunScraper, loopback_site: LoopbackSite, tmp_path: Path
) -> None:
    urls = stories(loopback_site, 3)
    run_scraper("get", *LOOPBACK, *urls[:2], "-o", "articles.jsonl")
    with (tmp_path / "articles.jsonl").open("ab") as file:
        file.write(b'{"schema":"1.0","id":"to')  # as a kill leaves it
    loopback_site.requests.clear()

    done = run_scraper("get", *LOOPBACK, *urls, "-o", "articles.jsonl", "--append")

    lines = (tmp_path / "articles.jsonl").read_text().splitlines()
    assert [json.loads(line)["url"] for line in lines] == urls
    assert loopback_site.requests == ["/robots.txt", "/story-2"]
    assert done.messages[-1] == "3 inputs = 1 article + 2 skipped (seen 2) + 0 failed + 0 deferred"
    assert done.code == 0


def test_append_knows_a_page_by_the_address_it_was_asked_for(
    run_scraper: RunScraper, loopback_site: LoopbackSite
) -> None:
    url = loopback_site.add("/new", a_page())
    old = loopback_site.add("/old", "", status=301, headers={"Location": url})
    run_scraper("get", *LOOPBACK, old, "-o", "articles.jsonl")

    done = run_scraper("get", *LOOPBACK, old, url, "-o", "articles.jsonl", "--append")

    assert done.messages[-1] == "2 inputs = 0 articles + 2 skipped (seen 2) + 0 failed + 0 deferred"
    assert done.code == 0


def test_without_append_nothing_in_the_file_is_lost(
    run_scraper: RunScraper, loopback_site: LoopbackSite, tmp_path: Path
) -> None:
    urls = stories(loopback_site, 2)

    for url in urls:
        run_scraper("get", *LOOPBACK, url, "-o", "articles.jsonl")

    lines = (tmp_path / "articles.jsonl").read_text().splitlines()
    assert [json.loads(line)["url"] for line in lines] == urls


def test_a_foreign_file_is_not_written_to_and_nothing_is_fetched(
    run_scraper: RunScraper, loopback_site: LoopbackSite, tmp_path: Path
) -> None:
    (url,) = stories(loopback_site, 1)
    (tmp_path / "notes.txt").write_text("my notes\n")

    done = run_scraper("get", *LOOPBACK, url, "-o", "notes.txt")

    assert (tmp_path / "notes.txt").read_text() == "my notes\n"
    assert done.messages == ["notes.txt: holds something else than what would be added; name another file"]
    assert loopback_site.requests == []
    assert done.code == 5


def test_failures_are_kept_with_their_reasons(
    run_scraper: RunScraper, loopback_site: LoopbackSite, tmp_path: Path
) -> None:
    missing = loopback_site.address + "/missing"

    done = run_scraper("get", *LOOPBACK, missing, "junk", "--failures", "failures.jsonl")

    kept = [json.loads(line) for line in (tmp_path / "failures.jsonl").read_text().splitlines()]
    assert [(record["outcome"], record["url"], record["reason"]) for record in kept] == [
        ("failed", missing, "http_4xx"),
        ("failed", "junk", "bad_url"),
    ]
    assert done.stdout == b""
    assert done.messages[-1] == "2 inputs = 0 articles + 0 skipped + 2 failed (bad_url 1, http_4xx 1) + 0 deferred"
    assert done.code == 4


def test_markdown_and_text(run_scraper: RunScraper, loopback_site: LoopbackSite) -> None:
    url = loopback_site.add("/ferry", a_page())

    assert run_scraper("get", *LOOPBACK, url, "--format", "text").stdout.decode() == "\n\n".join(STORY) + "\n"
    assert run_scraper("get", *LOOPBACK, url, "--format", "markdown").stdout.decode() == (
        f"# Ferry returns to the islands\n\n*{url}*\n\n" + "\n\n".join(STORY) + "\n"
    )


def test_on_a_terminal_the_json_is_indented_and_no_control_character_arrives(loopback_site: LoopbackSite) -> None:
    title = "Ferry \x1b]0;owned\x07 \x9b31m returns"
    url = loopback_site.add("/ferry", a_page(title=title), headers={"X-Odd": "1"})
    missing = loopback_site.address + "/missing"
    main, side = pty.openpty()
    command = [sys.executable, "-m", "scraper", "get", *LOOPBACK, url, missing]

    process = subprocess.Popen(command, stdin=side, stdout=side, stderr=side, env=environment())
    os.close(side)
    shown = b"".join(iter(lambda: _read(main), b""))
    os.close(main)

    assert process.wait(30) == 3
    assert b'{\r\n  "schema": "1.0",\r\n' in shown
    assert f"{missing}: failed, http_4xx".encode() in shown
    assert [char for char in shown.decode() if (char < " " and char not in "\r\n") or "\x7f" <= char < "\xa0"] == []


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other side is closed
        return b""


def test_a_bar_shows_how_far_it_is_only_where_standard_error_is_a_terminal(loopback_site: LoopbackSite) -> None:
    urls = stories(loopback_site, 2)
    main, side = pty.openpty()
    termios.tcsetwinsize(side, (24, 100))
    command = [sys.executable, "-m", "scraper", "get", *LOOPBACK, *urls, "news.example"]

    process = subprocess.Popen(
        command, stdin=side, stdout=subprocess.DEVNULL, stderr=side, env=environment(TERM="xterm")
    )
    os.close(side)
    shown = b"".join(iter(lambda: _read(main), b"")).decode()
    os.close(main)

    assert process.wait(30) == 3
    assert "/3 [" in shown
    assert "news.example: failed, bad_url" in shown
    assert shown.splitlines()[-1].endswith("3 inputs = 2 articles + 0 skipped + 1 failed (bad_url 1) + 0 deferred")


def test_a_header_is_sent_and_the_contact_stands_in_the_user_agent(
    run_scraper: RunScraper, loopback_site: LoopbackSite
) -> None:
    (url,) = stories(loopback_site, 1)

    run_scraper("get", *LOOPBACK, url, "--header", "X-Key: a: b", env={"SCRAPER_CONTACT": "me@news.example"})

    assert loopback_site.headers[-1]["x-key"] == "a: b"
    assert "me@news.example" in loopback_site.headers[-1]["user-agent"]


def test_loopback_is_refused_unless_it_is_allowed(run_scraper: RunScraper, loopback_site: LoopbackSite) -> None:
    (url,) = stories(loopback_site, 1)

    done = run_scraper("get", url)

    assert done.messages[0].startswith(f"{url}: failed, refused_address")
    assert "--allow-net" in done.messages[0]
    assert loopback_site.requests == []
    assert done.code == 4


def test_only_the_language_that_was_asked_for(run_scraper: RunScraper, loopback_site: LoopbackSite) -> None:
    (url,) = stories(loopback_site, 1)

    done = run_scraper("get", *LOOPBACK, url, "--lang", "de,zh")

    assert done.messages[0].startswith(f"{url}: skipped, wrong_language: en; asked for de, zh")
    assert done.code == 4


def test_quality_is_asked_for_only_by_the_option(
    run_scraper: RunScraper, loopback_site: LoopbackSite, tmp_path: Path
) -> None:
    (url,) = stories(loopback_site, 1)
    (tmp_path / "strict.toml").write_text("[extract]\nmin_quality = 1.0\n")

    from_file = run_scraper("get", *LOOPBACK, url, "--settings", "strict.toml")
    from_option = run_scraper("get", *LOOPBACK, url, "--min-quality", "1")

    assert from_file.code == 0
    assert from_option.messages[0].startswith(f"{url}: skipped, low_quality")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["get"],
            "scraper get: no url; name one, a file of urls with -i, or a site with --from (see scraper get --help)",
        ),
        (["get", "x", "--append"], "scraper get: --append needs -o FILE and the format jsonl"),
        (["get", "x", "--format", "xml"], "scraper get: Invalid value for '--format': 'xml' is not one of 'jsonl'"),
        (["get", "x", "--header", "key"], "scraper get: Invalid value for '--header': 'key' is no header"),
        (["get", "x", "--allow-net", "here"], "scraper get: Invalid value for '--allow-net': 'here' is no range"),
        (["get", "x", "--lang", "english"], "scraper get: Invalid value for '--lang': 'english' is no language code"),
        (["get", "x", "--settings", "no.toml"], "no.toml: cannot be read (No such file or directory)"),
        (["get", "x", "--formt", "json"], "scraper get: No such option"),
        (["news.example/story"], "scraper: news.example/story is no command; did you mean `scraper get https://news."),
    ],
)
def test_wrong_usage_is_one_line_and_code_2(run_scraper: RunScraper, arguments: list[str], message: str) -> None:
    done = run_scraper(*arguments)

    assert len(done.messages) == 1
    assert done.messages[0].startswith(message)
    assert done.code == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('delay_s = "1"', 'fetch.delay_s: give a number; this is text in quotes, as "this"'),
        ("delay_s = -1", "fetch.delay_s: give a number of at least 0"),
        ("deadline_s = 0", "fetch.deadline_s: give a number above 0"),
        ("tries = 1.5", "fetch.tries: give a whole number; this is a number"),
        ("allow_net = true", 'fetch.allow_net: give a list, as ["this"]; this is true or false'),
        ('render = "yes"', "fetch.render: 'yes' is none of never, auto, always"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_what_can(
    run_scraper: RunScraper, tmp_path: Path, line: str, message: str
) -> None:
    (tmp_path / "s.toml").write_text(f"[fetch]\n{line}\n")

    done = run_scraper("get", "https://news.example/", "--settings", "s.toml")

    assert done.messages == [f"s.toml, line 2: {message}"]
    assert done.code == 2


def test_a_setting_that_does_not_exist_is_named_with_its_line(run_scraper: RunScraper, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("[fetch]\ndelay = 2\n")

    done = run_scraper("get", "https://news.example/", "--settings", "s.toml")

    assert done.messages == ["s.toml, line 2: fetch.delay is no setting; did you mean fetch.delay_s?"]
    assert done.code == 2


def test_a_reader_that_has_enough_ends_the_run_quietly(loopback_site: LoopbackSite) -> None:
    urls = " ".join(stories(loopback_site, 6))
    pipeline = f"{sys.executable} -m scraper get {' '.join(LOOPBACK)} {urls} | head -c 10; echo ${{PIPESTATUS[0]}}"

    done = subprocess.run(["bash", "-c", pipeline], capture_output=True, env=environment(), timeout=60, check=False)

    assert done.stdout.startswith(b'{"schema":')
    assert done.stdout[10:].strip() in (b"0", b"141")
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full is Linux's")
def test_a_full_disk_is_code_5_and_the_totals_still_add_up(
    run_scraper: RunScraper, loopback_site: LoopbackSite
) -> None:
    urls = stories(loopback_site, 3)

    with Path("/dev/full").open("wb") as full:
        done = run_scraper("get", *LOOPBACK, *urls, stdout=full)

    assert done.messages == [
        "standard output: cannot be written (No space left on device); name a file with -o",
        "3 inputs = 0 articles + 0 skipped + 0 failed + 3 deferred (interrupted 3)",
    ]
    assert done.code == 5


@contextmanager
def running(*arguments: str, cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the command beside the test."""
    command = [sys.executable, "-m", "scraper", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=cwd, env=environment()) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(condition: Callable[[], bool]) -> None:
    """Return once it holds; a test that waits for ever is stopped by its own time limit."""
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to pass")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_keeps_what_is_done_and_puts_off_the_rest(
    loopback_site: LoopbackSite, tmp_path: Path, number: int, code: int
) -> None:
    done, open_end = stories(loopback_site, 2), threading.Event()
    hanging = loopback_site.add("/hanging", a_page(), hangs=open_end)
    urls = [*done, hanging, *(f"{loopback_site.address}/later-{number}" for number in range(3000))]
    (tmp_path / "urls.txt").write_text("\n".join(urls))

    with running("get", *LOOPBACK, "-i", "urls.txt", "-o", "a.jsonl", "--failures", "f.jsonl", cwd=tmp_path) as process:
        wait_for(lambda: "/hanging" in loopback_site.requests)
        process.send_signal(number)
        _, stderr = process.communicate(timeout=10)

    assert process.returncode == code
    assert len((tmp_path / "a.jsonl").read_text().splitlines()) == 2
    assert len((tmp_path / "f.jsonl").read_text().splitlines()) == 3001
    assert stderr.decode().splitlines() == [
        "3003 inputs = 2 articles + 0 skipped + 0 failed + 3001 deferred (interrupted 3001)"
    ]


def test_a_second_signal_ends_it_at_once(loopback_site: LoopbackSite, tmp_path: Path) -> None:
    url = loopback_site.add("/hanging", a_page(), hangs=threading.Event())

    with running("get", *LOOPBACK, url, cwd=tmp_path) as process:
        wait_for(lambda: "/hanging" in loopback_site.requests)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)

    assert process.returncode == 130


def test_log_lines_can_be_json(run_scraper: RunScraper) -> None:
    done = run_scraper("get", "junk", "--json-log")

    lines = [json.loads(line) for line in done.messages]
    assert [(line["level"], line["message"][:20]) for line in lines] == [
        ("warning", "junk: failed, bad_ur"),
        ("warning", "1 input = 0 articles"),
    ]


def test_a_quiet_run_that_went_well_says_nothing(run_scraper: RunScraper, loopback_site: LoopbackSite) -> None:
    (url,) = stories(loopback_site, 1)

    done = run_scraper("get", *LOOPBACK, url, "--quiet")

    assert (done.messages, done.code) == ([], 0)


def test_a_proxy_that_is_not_used_is_mentioned_once(run_scraper: RunScraper) -> None:
    done = run_scraper("get", "junk", "junk2", env={"HTTPS_PROXY": "http://proxy.example:3128"})

    assert done.messages[0] == (
        "HTTPS_PROXY is set but not used; pages are fetched directly unless --proxy or fetch.proxy names a proxy"
    )
    assert "".join(done.messages).count("PROXY") == 1


def test_more_is_said_where_that_is_asked_for(run_scraper: RunScraper, loopback_site: LoopbackSite) -> None:
    (url,) = stories(loopback_site, 1)

    done = run_scraper("get", *LOOPBACK, url, "-v")

    assert done.messages[0] == f"{url}: taken up"
    assert done.messages[1].startswith(f"{url}: 200, ")
