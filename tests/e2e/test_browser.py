"""Pages whose text only a script makes, with the real command and an installed Chromium."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from growing_site import Site, a_site, run

playwright = pytest.importorskip("playwright", reason="the extra `browser` is not installed")
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not any(map(shutil.which, NAMES)), reason="no Chromium: apt-get install chromium"),
]

TITLE = "The clock on the harbour wall is right again"
STORY = [
    "The clock had been eleven minutes slow since the spring of last year, and nobody had dared to touch it.",
    "On Monday the watchmaker climbed up with a lamp and a feather, and came down with a dead beetle in a jar.",
    "By evening the fishermen had set their watches, and the bells of both churches rang within a second.",
]
SHELL = (
    '<!DOCTYPE html><html lang="en"><head><title>News</title><link rel="stylesheet" href="/a.css"></head><body>'
    '<div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript>'
    '<script src="/app.js"></script></body></html>'
)
APP = """
fetch('/api/story').then(answer => answer.json()).then(story => {
  const parts = story.parts.map(part => '<p>' + part + '</p>').join('');
  document.title = story.title;
  document.getElementById('root').innerHTML =
    '<article><h1>' + story.title + '</h1>' + parts + '<img src="/big.jpg"></article>';
});
"""


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as running:
        running.put("/", SHELL)
        running.put("/app.js", APP, Content_Type="text/javascript")
        story = json.dumps({"title": TITLE, "parts": STORY})
        running.put("/api/story", story, Content_Type="application/json")
        running.put("/a.css", "body { color: black }", Content_Type="text/css")
        running.put("/big.jpg", "x", Content_Type="image/jpeg")
        yield running


@contextmanager
def a_canary(port: int) -> Iterator[list[str]]:
    """Listen on an address that is not allowed; give what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Keep the tests quiet."""

    server = ThreadingHTTPServer(("127.0.0.9", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield asked
    finally:
        server.shutdown()
        server.server_close()


def get(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scraper", "get", url, "--allow-net", "127.0.0.1/32", "--delay", "0", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("mode", ["auto", "always"])
def test_a_text_that_a_script_makes_becomes_an_article(site: Site, mode: str) -> None:
    article = json.loads(get(site.url("/"), "--render", mode).stdout)

    assert article["title"] == TITLE
    assert article["text"] == "\n\n".join(STORY)
    assert site.requests["/"] == 1


def test_without_a_wish_no_script_runs(site: Site) -> None:
    done = get(site.url("/"))

    assert done.returncode == 4
    assert "skipped, needs_js" in done.stderr
    assert site.requests["/app.js"] == 0


def test_a_page_that_can_be_read_needs_no_browser(site: Site) -> None:
    [url] = site.put_stories(range(1))
    page = site.answers["/story/0"][2].decode()
    site.put("/story/0", page.replace("</body>", '<script src="/app.js"></script></body>'))

    assert get(url, "--render", "auto").returncode == 0
    assert site.requests["/app.js"] == 0


def test_pictures_are_not_loaded_and_robots_are_heeded(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /private/\n", Content_Type="text/plain")
    site.put("/app.js", APP + "fetch('/private/ad').catch(() => 0);", Content_Type="text/javascript")

    assert get(site.url("/"), "--render", "auto").returncode == 0
    assert {path: site.requests[path] for path in ("/api/story", "/big.jpg", "/private/ad")} == {
        "/api/story": 1,
        "/big.jpg": 0,
        "/private/ad": 0,
    }


def test_a_script_reaches_no_address_that_the_fetcher_would_not(site: Site) -> None:
    port = site.server.server_address[1]
    attempts = f"""
    const target = 'http://127.0.0.9:{port}/';
    for (const address of [target, 'http://0x7f.9:{port}/', 'http://[::ffff:127.0.0.9]:{port}/'])
      fetch(address + 'fetch', {{mode: 'no-cors'}}).catch(() => 0);
    const frame = document.createElement('iframe'); frame.src = target + 'frame'; document.body.append(frame);
    const image = new Image(); image.src = target + 'image';
    try {{ new WebSocket('ws://127.0.0.9:{port}/socket'); }} catch (error) {{}}
    navigator.sendBeacon(target + 'beacon', 'x');
    window.open(target + 'window');
    """
    site.put("/app.js", APP + attempts, Content_Type="text/javascript")

    with a_canary(port) as asked:
        done = get(site.url("/"), "--render", "auto", "--ignore-robots", "127.0.0.1")

    assert (done.returncode, asked) == (0, [])


def test_a_page_that_leads_elsewhere_stays_where_it_is(site: Site) -> None:
    site.put("/app.js", APP + "setTimeout(() => { location.href = '/other'; }, 50);", Content_Type="text/javascript")
    site.put("/other", "<p>elsewhere</p>")

    article = json.loads(get(site.url("/"), "--render", "auto").stdout)

    assert (article["title"], site.requests["/other"]) == (TITLE, 0)


def test_a_script_without_end_is_ended_and_others_are_unharmed(site: Site, tmp_path: Path) -> None:
    site.put("/slow", SHELL.replace("/app.js", "/slow.js"))
    site.put("/slow.js", "while (true) {}", Content_Type="text/javascript")
    settings = tmp_path / "settings.toml"
    settings.write_text('[fetch]\ndeadline_s = 5\nrender = "auto"\n', encoding="utf-8")

    done = get(site.url("/slow"), site.url("/"), "--settings", str(settings))

    assert "/slow: skipped, needs_js: the browser took more than 5 s" in done.stderr
    assert json.loads(done.stdout)["title"] == TITLE


def test_the_browser_shares_robots_and_budgets_with_the_fetcher(site: Site, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("[fetch]\nhost_max_pages = 4\n", encoding="utf-8")

    # The page, its style, its script and its data are four requests.
    whole = get(site.url("/"), "--render", "auto", "--settings", str(settings))
    settings.write_text("[fetch]\nhost_max_pages = 3\n", encoding="utf-8")
    part = get(site.url("/"), "--render", "auto", "--settings", str(settings))

    assert (whole.returncode, part.returncode) == (0, 4)
    assert (site.requests["/api/story"], site.requests["/robots.txt"]) == (1, 2)


def test_a_host_rests_after_what_the_scripts_of_its_page_asked_for(site: Site) -> None:
    [second] = site.put_stories(range(1))
    moments: dict[str, float] = {}
    site.on_request = lambda path: moments.setdefault(path, time.monotonic())

    done = get(site.url("/"), second, "--render", "auto", "--delay", "0.7")

    assert done.returncode == 0
    assert moments["/story/0"] - moments["/api/story"] > 0.6


LIST = """
fetch('/api/list').then(answer => answer.json()).then(titles => {
  document.getElementById('root').innerHTML = titles.map((title, number) =>
    '<h2><a href="/2026/11/24/story-' + number + '-of-the-clock">' + title + '</a></h2>').join('');
});
"""


def put_a_scripted_list(site: Site, count: int) -> None:
    titles = [f"The clock on the harbour wall is right for the {number}th time" for number in range(count)]
    site.put("/news/", SHELL.replace("/app.js", "/list.js"))
    site.put("/list.js", LIST, Content_Type="text/javascript")
    site.put("/api/list", json.dumps(titles), Content_Type="application/json")


def test_a_list_that_a_script_makes_is_read_in_a_browser(site: Site) -> None:
    put_a_scripted_list(site, 8)
    command = [sys.executable, "-m", "scraper", "discover", site.url("/news/"), "--allow-net", "127.0.0.1/32"]

    without = subprocess.run([*command, "--delay", "0"], capture_output=True, text=True, check=False, timeout=60)
    done = subprocess.run(
        [*command, "--delay", "0", "--render", "auto"], capture_output=True, text=True, check=False, timeout=60
    )

    assert (without.returncode, without.stdout) == (4, "")
    assert "/news/: needs_js: only a script makes its links; run it in a browser, with --render auto" in without.stderr
    assert set(done.stdout.split()) == {site.url(f"/2026/11/24/story-{number}-of-the-clock") for number in range(8)}


def test_a_corpus_reads_a_scripted_list_again_though_its_page_did_not_change(site: Site, tmp_path: Path) -> None:
    config = tmp_path / "corpus.toml"
    config.write_text(
        f'[fetch]\ndelay_s = 0\nrender = "auto"\nallow_net = ["127.0.0.1/32"]\n'
        f'[[source]]\nname = "clock"\nkind = "listing"\nurl = "{site.url("/news/")}"\n',
        encoding="utf-8",
    )
    for count, said in ((3, "3 found"), (5, "5 found")):
        put_a_scripted_list(site, count)
        assert run(config)[1].startswith(said)


def test_where_no_browser_is_nothing_is_fetched(site: Site, tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text(site.url("/") + "\n", encoding="utf-8")
    config = tmp_path / "corpus.toml"
    config.write_text(
        '[fetch]\ndelay_s = 0\nrender = "auto"\nallow_net = ["127.0.0.1/32"]\n'
        '[[source]]\nname = "list"\nkind = "urls"\npath = "urls.txt"\n',
        encoding="utf-8",
    )
    nowhere = {"PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path), "HOME": str(tmp_path)}

    for arguments in (["run", str(config)], ["get", site.url("/"), "--render", "auto"]):
        done = subprocess.run(
            [sys.executable, "-m", "scraper", *arguments],
            capture_output=True, text=True, check=False, timeout=60, env=nowhere,
        )  # fmt: skip
        [line] = done.stderr.strip().split("\n")
        assert (done.returncode, "no browser is there; install one" in line) == (2, True)
    assert not site.requests
