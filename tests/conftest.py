"""The real command, a site on loopback to run it against, and the schema that all articles follow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import settings

from scraper.write.schema import article_schema

# Tests do not time things: a busy machine must not fail a law.
# New examples are for who works on the code: what CI says of a commit stays the same.
settings.register_profile("untimed", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("untimed")


@dataclass
class Answer:
    """What a site says to a request for one path."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hangs: threading.Event | None = None  # the answer waits for it


@dataclass
class LoopbackSite:
    """A server on loopback. Paths that are not in ``answers`` are 404, so robots.txt allows everything."""

    address: str
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)  # the paths, as they come in
    headers: list[dict[str, str]] = field(default_factory=list)  # of the requests, names in lower case

    def add(self, path: str, html: str, **more: Any) -> str:
        """Serve a page and return its url."""
        self.answers[path] = Answer(html.encode(), **more)
        return self.address + path


@pytest.fixture
def loopback_site() -> Iterator[LoopbackSite]:
    """A site that the test fills."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.requests.append(self.path)
            site.headers.append({name.lower(): value for name, value in self.headers.items()})
            answer = site.answers.get(self.path, Answer(b"nothing here", "text/plain", 404))
            if answer.hangs:
                answer.hangs.wait(30)
            self.send_response(answer.status)
            for name, value in {"Content-Type": answer.content_type, **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = LoopbackSite(f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield site
    for answer in site.answers.values():
        if answer.hangs:
            answer.hangs.set()
    server.shutdown()
    server.server_close()


@dataclass
class Done:
    """How a command ended."""

    code: int
    stdout: bytes
    stderr: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """The JSON lines of standard output."""
        return [json.loads(line) for line in self.stdout.split(b"\n") if line]

    @property
    def messages(self) -> list[str]:
        """The lines of standard error."""
        return self.stderr.split("\n")[:-1]


RunScraper = Callable[..., Done]


def environment(**more: str) -> dict[str, str]:
    """Return an environment without what would change what the command does."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    return {**kept, "PYTHONIOENCODING": "utf-8", **more}


@pytest.fixture
def run_scraper(tmp_path: Path) -> RunScraper:
    """Run the command in a folder of its own, with standard output and error going to pipes."""

    def run(*arguments: str | Path, stdin: bytes = b"", env: dict[str, str] | None = None, **options: Any) -> Done:
        command = [sys.executable, "-m", "scraper", *map(str, arguments)]
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": tmp_path, **options}
        done = subprocess.run(command, input=stdin, env=environment(**(env or {})), timeout=60, check=False, **options)
        return Done(done.returncode, done.stdout or b"", (done.stderr or b"").decode())

    return run


@pytest.fixture(scope="session")
def assert_articles() -> Callable[[list[dict[str, Any]]], None]:
    """Check articles against the schema, and their blocks and links against their text."""
    validator = jsonschema.Draft202012Validator(article_schema())

    def check(articles: list[dict[str, Any]]) -> None:
        for article in articles:
            validator.validate(article)
            text, end = article["text"], -2
            for block in article["blocks"]:
                assert text[end : block["start"]] in ("", "\n\n"), "blocks cover the text but for the separators"
                end = block["end"]
            assert end == len(text) == article["chars"]
            assert all(0 <= link["start"] < link["end"] <= len(text) for link in article["links"])

    return check
