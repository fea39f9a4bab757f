"""The proxy on loopback that a browser has to go through: it dials only addresses that the fetcher would dial.

Each user name is one budget: how many bytes and requests a page's scripts may take. The password keeps other programs
of the machine out.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpcore

from scraper.fetch.network import GuardedNetwork
from scraper.fetch.trouble import Trouble

HEAD_BYTES = 64 * 1024
CHUNK_BYTES = 64 * 1024
# To dial, and for the head of a request; the page's own deadline bounds the rest.
STEP_S = 20.0

_HOP_BY_HOP = ("proxy-", "connection:", "keep-alive:")


@dataclass
class Purse:
    """What a page may still take, and what was refused to it."""

    bytes_left: int = 0
    refused: str = ""
    received: Counter[str] = field(default_factory=Counter)  # bytes, by host

    def fill(self, most: int) -> None:
        """Begin anew with so many bytes."""
        self.bytes_left, self.refused = most, ""
        self.received.clear()


class GuardingProxy:
    """Serves HTTP and tunnels. Give it to a browser as :attr:`address` with a user of :meth:`user`."""

    def __init__(self, network: GuardedNetwork) -> None:
        self._network = network
        self._password = secrets.token_urlsafe(16)
        self._purses: dict[str, Purse] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=HEAD_BYTES)

    async def aclose(self) -> None:
        """Stop, whatever is under way."""
        if self._server:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def address(self) -> str:
        """Where it listens."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def user(self, name: str) -> tuple[str, str, Purse]:
        """Return user name, password and purse for a browser's context."""
        return name, self._password, self._purses.setdefault(name, Purse())

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(
            OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, httpcore.NetworkError
        ):
            head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), STEP_S)).decode("latin-1")
            purse = self._purse(head)
            if purse is None:
                await _answer(
                    writer, "407 Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="scraper"\r\n'
                )
            else:
                await self._relay(head, purse, reader, writer)
        writer.close()

    def _purse(self, head: str) -> Purse | None:
        """Return the purse of the user that a request is from, ``None`` for a stranger."""
        for line in head.split("\r\n")[1:]:
            name, _, value = line.partition(":")
            if name.lower() == "proxy-authorization":
                with suppress(ValueError):
                    user, _, password = base64.b64decode(value.strip().partition(" ")[2]).decode().partition(":")
                    if secrets.compare_digest(password.encode(), self._password.encode()):
                        return self._purses.get(user)
        return None

    async def _relay(self, head: str, purse: Purse, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, address, *_ = head.split(" ", 2)
        parts = urlsplit(f"//{address}" if method == "CONNECT" else address)
        if purse.bytes_left <= 0 or not parts.hostname:
            await _answer(writer, "403 Forbidden")
            return
        port = parts.port or (443 if method == "CONNECT" else 80)
        try:
            stream = await self._network.connect_tcp(parts.hostname, port, STEP_S)
        except Trouble as trouble:
            purse.refused = purse.refused or str(trouble)
            await _answer(writer, "403 Forbidden" if trouble.reason == "refused_address" else "502 Bad Gateway")
            return
        try:
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection Established\r\n\r\n")
            else:
                await stream.write(_origin_form(head, parts.path, parts.query).encode("latin-1"))
            await _both_ways(stream, reader, writer, purse, parts.hostname)
        finally:
            await stream.aclose()


async def _both_ways(
    stream: httpcore.AsyncNetworkStream,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    purse: Purse,
    host: str,
) -> None:
    """Pass bytes on until the far end has no more, or the purse is empty."""

    async def up() -> None:
        while data := await reader.read(CHUNK_BYTES):
            await stream.write(data)

    sending = asyncio.ensure_future(up())
    try:
        while purse.bytes_left > 0 and (data := await stream.read(CHUNK_BYTES)):
            purse.bytes_left -= len(data)
            purse.received[host] += len(data)
            writer.write(data)
            await writer.drain()
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


def _origin_form(head: str, path: str, query: str) -> str:
    """Return the head of a request as an origin server expects it, for one request a connection."""
    line, *fields = head.rstrip("\r\n").split("\r\n")
    method, _, version = line.split(" ", 2)
    kept = [field for field in fields if not field.lower().startswith(_HOP_BY_HOP)]
    target = (path or "/") + (f"?{query}" if query else "")
    return "\r\n".join([f"{method} {target} {version}", *kept, "Connection: close", "", ""])


async def _answer(writer: asyncio.StreamWriter, status: str, fields: str = "") -> None:
    writer.write(f"HTTP/1.1 {status}\r\n{fields}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
    await writer.drain()
