"""Rows 28, 30, 36, 38 and 40 of the matrix: lists and sitemaps that are hostile, and places where output cannot go."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from builders import a_page
from conftest import environment
from loopback import answer

from faults.conftest import LOOPBACK, Command, Servers, good_page

pytestmark = pytest.mark.slow

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
URLSET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
LAUGHS = (
    XML
    + "<!DOCTYPE urlset [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(12))
    + f"]>\n{URLSET}<url><loc>https://a.test/&m;</loc></url></urlset>"
)
EXTERNAL = (
    XML
    + "<!DOCTYPE urlset [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>\n"
    + f"{URLSET}<url><loc>https://a.test/&x;</loc></url></urlset>"
)


def many_urls(number: int) -> bytes:
    return (XML + URLSET + "<url><loc>http://127.0.0.3/a</loc></url>" * number + "</urlset>").encode()


@pytest.mark.parametrize(
    ("sitemap", "told", "code"),
    [
        (answer(LAUGHS, kind="application/xml"), "source map failed", 3),
        (answer(EXTERNAL, kind="application/xml"), "source map failed", 3),
        (answer(many_urls(200_000), kind="application/xml"), "it names more than 50000 urls", 0),
        (answer(gzip.compress(many_urls(5_000_000)), kind="application/gzip"), "it names more than 50000 urls", 0),
        (answer(gzip.compress(bytes(1 << 28)), kind="application/gzip"), "source map failed", 3),
    ],
    ids=["billion laughs", "external entity", "200,000 urls", "5,000,000 urls in gzip", "gzip bomb"],
)
def test_row_28_a_hostile_sitemap_ends_with_a_reason_or_is_cut(
    scraper: Command, servers: Servers, tmp_path: Path, sitemap: bytes, told: str, code: int
) -> None:
    site = servers.serve({"/sitemap.xml": sitemap})
    (tmp_path / "corpus.toml").write_text(
        '[fetch]\nallow_net = ["127.0.0.0/8"]\ndelay_s = 0.0\nhost_max_pages = 20\nrun_max_pages = 30\n'
        f'[[source]]\nname = "map"\nkind = "sitemap"\nurl = "{site.url("/sitemap.xml")}"\n'
    )

    done = scraper("run", "corpus.toml", with_settings=False)

    assert told in done.stderr
    assert "root:" not in done.stderr
    assert done.peak_mb < 300
    assert done.code == code


def test_row_30_each_line_of_a_list_has_one_outcome(scraper: Command, servers: Servers, tmp_path: Path) -> None:
    site = servers.serve({"/ok": good_page(1), "/too": good_page(2)}, "127.0.0.2")
    lines = [
        b"\xef\xbb\xbf" + site.url("/ok").encode(),
        b"",
        b"# a comment",
        b"   ",
        b"http://",
        b"news.test/a",
        b"ftp://news.test/a",
        b"http://[::1",
        b"http://news.test:99999/",
        b"http://a\0b.test/",
        b"\xff\xfe\xfa",
        b"http://news.test/" + b"a" * 10_000_000,
        b"\x1b]0;owned\x07",
        site.url("/too").encode(),
    ]
    (tmp_path / "urls.txt").write_bytes(b"\r\n".join(lines))

    done = scraper("get", *LOOPBACK, "-i", "urls.txt")

    assert len(done.articles) == 2
    assert done.reasons == ["bad_url"] * 9
    assert done.stderr.splitlines()[-1] == ("11 inputs = 2 articles + 0 skipped + 9 failed (bad_url 9) + 0 deferred")
    assert done.peak_mb < 100
    assert done.code == 3


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def pages(servers: Servers) -> list[str]:
    """The urls of six pages."""
    site = servers.serve({f"/{number}": good_page(number) for number in range(6)}, "127.0.0.2")
    return [site.url(f"/{number}") for number in range(6)]


def test_row_36_a_reader_that_has_enough_is_no_error(pages: list[str], tmp_path: Path) -> None:
    command = f"{sys.executable} -m scraper get {' '.join(LOOPBACK)} --delay 0 {' '.join(pages)} | head -1"
    script = f"{command}; echo ${{PIPESTATUS[0]}}"
    quiet: dict[str, Any] = {"capture_output": True, "env": environment(), "cwd": tmp_path, "timeout": 60}

    done = subprocess.run(["bash", "-c", script], check=False, **quiet)

    record, code = done.stdout.decode().splitlines()
    assert json.loads(record)["text"].startswith("Story number 0")
    assert code in ("0", "141")
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full is Linux's")
def test_row_36_a_full_disk_is_said(pages: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scraper", "get", *LOOPBACK, "--delay", "0", *pages]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, env=environment(), cwd=tmp_path, timeout=60, check=False
        )

    assert b"No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr
    assert done.returncode == 5


def test_row_38_neither_a_link_nor_a_foreign_file_is_written_to(
    scraper: Command, pages: list[str], tmp_path: Path
) -> None:
    outside = tmp_path.with_name(tmp_path.name + "-outside")
    outside.mkdir()
    (outside / "diary.txt").write_text("mine\n")
    (tmp_path / "link.jsonl").symlink_to(outside / "diary.txt")
    (tmp_path / "dangling.jsonl").symlink_to(outside / "new.jsonl")
    (tmp_path / "notes.jsonl").write_text("mine\n")
    (tmp_path / "folder.jsonl").mkdir()

    codes = [
        scraper("get", *LOOPBACK, pages[0], "-o", name).code
        for name in ("link.jsonl", "dangling.jsonl", "notes.jsonl", "folder.jsonl")
    ]

    assert codes == [5, 5, 5, 5]
    assert (outside / "diary.txt").read_text() == "mine\n"
    assert (tmp_path / "notes.jsonl").read_text() == "mine\n"
    assert names_in(outside) == {"diary.txt"}


def test_row_38_names_from_urls_and_titles_make_no_files(scraper: Command, servers: Servers, tmp_path: Path) -> None:
    names = ["..", "../../up", "a" * 300, "nul%00byte", "%2e%2e%2fup", "con", "-rf"]
    site = servers.serve({})
    for name in names:
        site.routes[f"/x/{name}"] = answer(a_page(title=f"../../{name}"))
    folder = tmp_path / "out"
    folder.mkdir()
    before = names_in(tmp_path)

    done = scraper("get", *LOOPBACK, *(site.url(f"/x/{name}") for name in names), "-o", "out/articles.jsonl")

    written = {"failures.jsonl", "measures.json", "names.json", "settings.toml"}
    assert names_in(tmp_path) - before <= written
    assert names_in(folder) == {"articles.jsonl"}
    assert len((folder / "articles.jsonl").read_text().splitlines()) + len(done.failures) == len(names)


def test_row_40_where_all_inputs_fail_the_summary_adds_up(scraper: Command, servers: Servers) -> None:
    site = servers.serve({"/gone": answer(status="410 Gone"), "/busy": answer(status="503 Service Unavailable")})
    urls = [site.url("/gone"), site.url("/busy"), servers.nobody("127.0.0.4") + "/", "nonsense"]

    done = scraper("get", *LOOPBACK, *urls)

    assert done.stdout == b""
    assert done.stderr.splitlines()[-1] == (
        "4 inputs = 0 articles + 0 skipped + 4 failed (bad_url 1, connect 1, http_4xx 1, http_5xx 1) + 0 deferred"
    )
    assert done.code == 4


def test_row_40b_a_listing_alone_is_told_and_the_output_stays_empty(scraper: Command, servers: Servers) -> None:
    links = "".join(f'<li><h2><a href="/story/{n}">The boats of day {n} came home</a></h2></li>' for n in range(40))
    site = servers.serve({"/": answer(f"<html><body><h1>News</h1><ul>{links}</ul></body></html>")})

    done = scraper("get", *LOOPBACK, site.url("/"))

    assert done.stdout == b""
    assert f"{site.url('/')}: skipped, listing" in done.stderr
    assert done.code == 4
