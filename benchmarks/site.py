"""A site with many hosts on loopback, in a process of its own: each page is made of its path, and comes after a wait.

Prints its port. `GET /cpu` answers with the seconds of processor time that it has used.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

_WORDS = (
    "ferry harbour council pier lamp morning crew engine island winter school boat ticket market bridge keeper signal"
    " weather repair dockyard fuel crossing minute officer plan season visitor storm anchor ledger"
).split()


def page(number: int, size: int) -> bytes:
    """Return an article of about ``size`` bytes, different for each number: text, menus and a script."""
    words = [_WORDS[(number * 7 + place * place) % len(_WORDS)] for place in range(29)]
    story = f"In report {number} the {' '.join(words)} were counted, and nobody on the quay could say why."
    paragraphs = "".join(f"<p>{part}. {story}</p>\n" for part in range(max(3, size // 15 // len(story))))
    links = "".join(_link(words[link % 29], words[link // 29 % 29]) for link in range(size // 700))
    head = f"<!doctype html><html lang=en><head><meta charset=utf-8><title>Report {number} of the harbour</title>"
    body = f"</head><body><nav><ul>{links}</ul></nav><main><article><h1>Report {number} of the harbour</h1>{paragraphs}"
    html = f"{head}{body}</article></main><footer><ul>{links}</ul></footer>"
    filler = f"<script>var data = [{'0.25,' * ((size - len(html)) // 5)}0];</script>" if size > len(html) else ""
    return (html + filler + "</body></html>").encode()


def _link(first: str, last: str) -> str:
    return f'<li><a href="/topic/{first}/{last}.html">{first.title()} and {last}</a></li>'


class _Connection(asyncio.Protocol):
    """One keep-alive connection. No parsing to speak of: the server must not be what is measured."""

    def __init__(self, size: int, wait_s: float) -> None:
        self._size = size
        self._wait_s = wait_s
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._head += data
        if self._head.endswith(b"\r\n\r\n"):
            path, self._head = self._head.split(b" ", 2)[1].decode(), b""
            asyncio.get_running_loop().call_later(self._wait_s, self._answer, path)

    def _answer(self, path: str) -> None:
        name = path.rpartition("/")[2]
        status, body = "200 OK", b""
        if name.isdigit():
            body = page(int(name), self._size)
        elif name == "cpu":
            body = str(time.process_time()).encode()
        else:
            status = "404 Not Found"
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


async def _serve(size: int, wait_s: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(size, wait_s), "0.0.0.0", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class Site:
    """The running server."""

    def __init__(self, port: int) -> None:
        self._port = port

    def urls(self, pages: int, hosts: int) -> list[str]:
        """Return urls of different pages, one host after the other in turn."""
        return [f"http://127.0.{1 + place % hosts}.2:{self._port}/story/{place}" for place in range(pages)]

    def cpu_s(self) -> float:
        """Return the processor time that it has used."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/cpu") as answer:
            return float(answer.read())


@contextmanager
def serve(size: int, wait_s: float) -> Iterator[Site]:
    """Run the site."""
    command = [sys.executable, "-m", "benchmarks.site", str(size), str(wait_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield Site(int(process.stdout.readline()))
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
