"""A site on loopback that a test fills, and the real command run against it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

NOUNS = [
    "harbour",
    "lantern",
    "orchard",
    "bridge",
    "teacher",
    "river",
    "baker",
    "valley",
    "signal",
    "garden",
    "letter",
    "engine",
]
VERBS = ["repaired", "counted", "moved", "painted", "opened", "watched", "measured", "borrowed", "carried", "explained"]
PLACES = ["Eastwold", "Nether Wold", "Cobble Quay", "Upper Larkmouth", "Little Sorrow", "Saltmarsh Bay"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]


@dataclass
class Site:
    """What the server answers, by path: a status, headers and a body. A test may change it at any time."""

    server: ThreadingHTTPServer
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)  # of the requests, those that got a 304
    headers: dict[str, dict[str, str]] = field(default_factory=dict)  # of the last request for each path
    on_request: Callable[[str], object] = lambda _path: None
    conditional: bool = False  # send an ETag, and 304 to who has it

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"

    def put(self, path: str, body: str, status: int = 200, **headers: str) -> str:
        """Answer with a page; return its address."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (status, {"Content-Type": "text/html; charset=utf-8", **named}, body.encode())
        return self.url(path)

    def put_stories(self, numbers: range) -> list[str]:
        """Answer with a story for each number; return their addresses."""
        return [self.put(f"/story/{number}", a_story(number)) for number in numbers]

    def put_feed(self, links: list[str], path: str = "/feed.xml") -> str:
        """Answer with an RSS feed of these links; return its address."""
        items = "".join(f"<item><title>A story</title><link>{link}</link></item>" for link in links)
        return self.put(path, f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>')


@contextmanager
def a_site() -> Iterator[Site]:
    """Serve a site that forbids nothing and holds nothing."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.requests[self.path] += 1
            site.headers[self.path] = dict(self.headers.items())
            site.on_request(self.path)
            status, headers, body = site.answers.get(self.path, (404, {}, b"nothing here"))
            if site.conditional and status == 200:
                etag = f'"{sha256(body).hexdigest()[:16]}"'
                headers = {**headers, "ETag": etag}
                if self.headers.get("If-None-Match") == etag:
                    site.unchanged[self.path] += 1
                    status, body = 304, b""
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Keep the tests quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = Site(server)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def a_story(number: int) -> str:
    """Return a page with a story that no other number has."""
    draw = random.Random(number)
    title = f"The {draw.choice(NOUNS)} of {draw.choice(PLACES)}, part {number}"
    paragraphs = "".join(f"<p>{' '.join(_sentence(draw) for _ in range(5))}</p>" for _ in range(6))
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title}</title></head><body>'
        f"<nav><a href='/'>Home</a> <a href='/news'>News</a></nav>"
        f"<article><h1>{title}</h1>{paragraphs}</article><footer><p>© Eastwold Post</p></footer></body></html>"
    )


def _sentence(draw: random.Random) -> str:
    return (
        f"On {draw.choice(DAYS)} the {draw.choice(NOUNS)} of {draw.choice(PLACES)} was {draw.choice(VERBS)} for the"
        f" {draw.randint(2, 99)}th time, and the {draw.choice(NOUNS)} was {draw.choice(VERBS)} soon after."
    )


def a_corpus(folder: Path, *sources: str, corpus: str = "", fetch: str = "") -> Path:
    """Write the settings of a corpus; a source is an address of a feed or the name of a list of urls."""
    tables = [
        f'[[source]]\nname = "source {number}"\n'
        + (f'kind = "feed"\nurl = "{source}"\n' if "://" in source else f'kind = "urls"\npath = "{source}"\n')
        for number, source in enumerate(sources)
    ]
    loopback = f'[fetch]\ndelay_s = 0\nbackoff_s = 0\ntries = 1\nallow_net = ["127.0.0.0/8"]\n{fetch}\n'
    path = folder / "corpus.toml"
    path.write_text(f"[corpus]\n{corpus}\n{loopback}{''.join(tables)}", encoding="utf-8")
    return path


def a_list(folder: Path, urls: list[str]) -> str:
    """Write a list of urls; return its name."""
    (folder / "urls.txt").write_text("".join(f"{url}\n" for url in urls), encoding="utf-8")
    return "urls.txt"


def command(config: Path, *options: str, verb: str = "run") -> list[str]:
    """Return the command line of a run, or of another command for a corpus."""
    return [sys.executable, "-m", "scraper", verb, str(config), *options]


def run(config: Path, *options: str) -> tuple[int, str]:
    """Run the corpus to the end; return the exit code and the last line that it said."""
    done = subprocess.run(command(config, *options), capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout == ""
    return done.returncode, done.stderr.strip().split("\n")[-1]


def articles(folder: Path) -> list[dict[str, Any]]:
    """Return the articles of a corpus, times aside; each line must be whole."""
    data = (folder / "articles.jsonl").read_bytes()
    assert data.endswith(b"\n") or not data
    found = [json.loads(line) for line in data.split(b"\n")[:-1]]
    for article in found:
        article["fetch"]["at"] = None
    return found


def urls_in(folder: Path) -> list[str]:
    """Return the addresses of the articles of a corpus."""
    return [article["url"] for article in articles(folder)]
