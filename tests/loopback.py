"""A small server that answers with exactly the bytes it is told to, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from scraper.config import FetchSettings
from scraper.fetch import HttpFetcher
from scraper.records import Deferred, Failed, Response, Skipped, Target

Outcome = Response | Skipped | Failed | Deferred
# The bytes of one answer, of one answer after the other (the last one stays), or a function that writes them.
Answer = bytes | Sequence[bytes] | Callable[[asyncio.StreamWriter], Awaitable[None]]

NO_ROBOTS = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
HOST = "127.0.0.2"


def answer(body: bytes | str = b"", status: str = "200 OK", kind: str = "text/html", **headers: str) -> bytes:
    """Return a whole response; ``Retry_After="1"`` becomes a header."""
    body = body.encode() if isinstance(body, str) else body
    lines = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    return f"HTTP/1.1 {status}\r\n".encode() + _head(lines) + body


def dripping(status: str = "200 OK") -> Answer:
    """Return what answers with a body that comes byte by byte and never ends."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\n\r\n".encode())
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.1)

    return drip


def _head(lines: dict[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode() + b"\r\n"


@dataclass
class Site:
    """What is served where, and what came in."""

    routes: dict[str, Answer]
    host: str = HOST
    port: int = 0
    scheme: str = "http"
    connections: int = 0
    asked: list[str] = field(default_factory=list)  # paths
    moments: list[float] = field(default_factory=list)  # of the requests, on the monotonic clock
    headers: list[dict[str, str]] = field(default_factory=list)  # names in lower case

    def url(self, path: str) -> str:
        return f"{self.scheme}://{self.host}:{self.port}{path}"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            self.connections += 1
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            path = head.split()[1]
            self.asked.append(path)
            self.moments.append(time.monotonic())
            lines = (line.partition(": ") for line in head.splitlines()[1:-1])
            self.headers.append({name.lower(): value for name, _, value in lines})
            found = self.routes.get(path, NO_ROBOTS)
            if callable(found):
                await found(writer)
            else:
                writer.write(found if isinstance(found, bytes) else self._next(path, found))
                await writer.drain()
        writer.close()

    def _next(self, path: str, answers: Sequence[bytes]) -> bytes:
        return answers[min(self.asked.count(path), len(answers)) - 1]


@asynccontextmanager
async def serve(
    routes: dict[str, Answer], host: str = HOST, tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[Site]:
    """Serve ``routes`` on a free port (or ``port``) of a loopback address; paths that are not named are a 404."""
    site = Site(routes, host, scheme="https" if tls else "http")
    server = await asyncio.start_server(site.handle, host, port, ssl=tls)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()


def quick(**settings: object) -> FetchSettings:
    """Return settings for loopback, without the waits that strangers deserve."""
    return FetchSettings(**({"delay_s": 0.0, "backoff_s": 0.0, "allow_net": ("127.0.0.0/8",)} | settings))  # type: ignore[arg-type]


def fetch_from(routes: dict[str, Answer], *paths: str, **settings: object) -> tuple[list[Outcome], Site]:
    """Serve ``routes``, fetch ``paths`` one after the other; return the outcomes and the site."""

    async def run() -> tuple[list[Outcome], Site]:
        async with serve(routes) as site, HttpFetcher(quick(**settings)) as fetcher:
            fetcher.identity.name(site.url("/"))
            return [await fetcher.fetch(Target(url=site.url(path))) for path in paths], site

    return asyncio.run(run())


def reasons(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the reason of each outcome, ``"ok"`` for a response."""
    return ["ok" if isinstance(outcome, Response) else outcome.reason for outcome in outcomes]
