"""One connection to each origin, kept open for its next page.

httpcore's own pool looks at all of its connections for each request, twice, and asks the system about each: with a few
dozen hosts that takes as long as the rest of a request. Here a host gets one request at a time, so that a look-up by
origin is enough, and hundreds of hosts can keep their connections.
"""

from __future__ import annotations

import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Any

import httpcore

# Two requests to one host are a second or more apart; most servers close an idle connection after 5 to 15 s.
KEEP_ALIVE_S = 15.0


class Connections:
    """Sends requests. At most ``most`` connections are open as long as no more requests than that are under way."""

    def __init__(self, trusted: ssl.SSLContext, network: httpcore.AsyncNetworkBackend, most: int) -> None:
        self._trusted = trusted
        self._network = network
        self._most = most
        self._idle: OrderedDict[str, httpcore.AsyncHTTPConnection] = OrderedDict()  # the newest last
        self._busy = 0

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request; its connection is free again once the stream of the response is closed."""
        if request.url.scheme not in (b"http", b"https"):
            raise httpcore.UnsupportedProtocol(f"the scheme is {request.url.scheme[:40]!r}")
        self._busy += 1
        try:
            connection = await self._connection(request.url.origin)
            response = await connection.handle_async_request(request)
        except BaseException:
            self._busy -= 1  # a connection that failed has closed itself
            raise
        stream = _Stream(response.stream, connection, str(request.url.origin), self)
        return httpcore.Response(
            response.status, headers=response.headers, content=stream, extensions=response.extensions
        )

    async def take_back(self, connection: httpcore.AsyncHTTPConnection, origin: str) -> None:
        """Keep a connection whose response was read to its end; close one that is not."""
        self._busy -= 1
        if connection.is_idle() and origin not in self._idle:
            self._idle[origin] = connection
        else:
            await connection.aclose()

    async def aclose(self) -> None:
        """Close the connections that nobody uses; the others close with their responses."""
        while self._idle:
            await self._close_oldest()

    async def _connection(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        kept = self._idle.pop(str(origin), None)
        if self._idle and next(iter(self._idle.values())).has_expired():
            await self._close_oldest()
        if kept and not kept.has_expired():
            return kept
        if kept:
            await kept.aclose()
        while self._idle and len(self._idle) + self._busy > self._most:
            await self._close_oldest()
        return httpcore.AsyncHTTPConnection(
            origin, ssl_context=self._trusted, keepalive_expiry=KEEP_ALIVE_S, network_backend=self._network
        )

    async def _close_oldest(self) -> None:
        _, connection = self._idle.popitem(last=False)
        await connection.aclose()


class _Stream:
    """The body of a response, which gives its connection back."""

    def __init__(self, stream: Any, connection: httpcore.AsyncHTTPConnection, origin: str, owner: Connections) -> None:
        self._stream = stream
        self._connection = connection
        self._origin = origin
        self._owner = owner
        self._closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield chunk

    async def aclose(self) -> None:
        """Close it; once is enough."""
        if not self._closed:
            self._closed = True
            try:
                await self._stream.aclose()
            finally:
                await self._owner.take_back(self._connection, self._origin)
