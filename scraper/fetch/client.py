"""One HTTP exchange. The only module that knows httpx, so that another client can take its place."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from scraper.config import FetchSettings
from scraper.errors import ConfigError
from scraper.fetch.addresses import AddressGuard
from scraper.fetch.connections import KEEP_ALIVE_S, Connections
from scraper.fetch.network import METER, GuardedNetwork, affordable
from scraper.fetch.proxy import proxy_of, trusting
from scraper.fetch.resolver import Resolver
from scraper.fetch.trouble import Trouble
from scraper.text import counted

# Connections that are kept open, of hosts that rest between two requests: with 15 s and a second's delay more would be
# of no use to a run of as many hosts as are worked on at once.
MAX_CONNECTIONS = 256

# h11 ends a response whose headers are longer.
MAX_HEADER_BYTES = 100 * 1024


@dataclass(frozen=True)
class Reply:
    """A response whose body is still to come. ``chunks`` are raw: whatever encoding the headers name is still on."""

    status: int
    headers: Mapping[str, str]  # names in lower case, values of repeated ones joined by ", "
    chunks: AsyncIterable[bytes]
    set_cookies: Sequence[str] = ()  # one a header line


class Client:
    """HTTP/1.1 over addresses that the settings allow; ``transport`` replaces the network in tests.

    Requests go to httpx's transport and not through its ``AsyncClient``, which keeps cookies from page to page and
    fails on any Location that it cannot parse.
    """

    def __init__(self, settings: FetchSettings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        if settings.max_header_bytes > MAX_HEADER_BYTES:
            raise ConfigError(
                f"fetch.max_header_bytes is {settings.max_header_bytes}; give at most {MAX_HEADER_BYTES}, which is what"
                " the HTTP parser takes"
            )
        self._max_header_bytes = settings.max_header_bytes
        self._transport = transport or _GuardedTransport(settings)
        # For connecting alone; the caller's deadline bounds the rest.
        self._extensions = {"timeout": {"connect": settings.connect_timeout_s}}

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    @asynccontextmanager
    async def get(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[Reply]:
        """Send a GET and yield the reply once its headers are there; raise Trouble for what goes wrong."""
        with _troubles(in_body=False):
            address = httpx.URL(url)
            # Without a Host of ours httpx would decode the name, and fail on those that only browsers allow.
            host = {"Host": address.netloc.decode("ascii")}
            request = httpx.Request("GET", address, headers={**host, **headers}, extensions=self._extensions)
            if request.url.userinfo and "Authorization" not in request.headers:
                next(httpx.BasicAuth(request.url.username, request.url.password).auth_flow(request))
            response = await self._transport.handle_async_request(request)
        try:
            if sum(len(name) + len(value) for name, value in response.headers.raw) > self._max_header_bytes:
                raise Trouble("too_large", f"the headers have more than {counted(self._max_header_bytes, 'byte')}")
            set_cookies = response.headers.get_list("set-cookie")
            yield Reply(response.status_code, dict(response.headers), _raw_chunks(response), set_cookies)
        finally:
            await response.aclose()


class _GuardedTransport(httpx.AsyncBaseTransport):
    """httpx's own transport takes no network backend, so this is the bridge to a connection pool that does."""

    def __init__(self, settings: FetchSettings) -> None:
        guard = AddressGuard(settings.allow_net)
        proxy = proxy_of(settings.proxy) if settings.proxy else None
        network = GuardedNetwork(guard, Resolver(settings.connect_timeout_s), proxy.url.host.decode() if proxy else "")
        trusted = trusting(settings.ca_bundle)
        # Behind a proxy it is the proxy that dials; what can be refused is what the url itself says.
        self._guard = guard if proxy else None
        # Idle ones make way, so the number of open files is bounded.
        self._pool: Connections | httpcore.AsyncConnectionPool = (
            httpcore.AsyncConnectionPool(
                ssl_context=trusted,
                max_connections=affordable(settings.jobs),
                keepalive_expiry=KEEP_ALIVE_S,
                network_backend=network,
                proxy=proxy,
            )
            if proxy
            else Connections(trusted, network, affordable(max(settings.jobs, MAX_CONNECTIONS)))
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        if self._guard:
            self._guard.check_literal(url.raw_host.decode("ascii"))
        response = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            response.status, headers=response.headers, stream=_Stream(response), extensions=response.extensions
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._response.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._response.aclose()


async def _raw_chunks(response: httpx.Response) -> AsyncIterator[bytes]:
    with _troubles(in_body=True):
        async for chunk in response.aiter_raw():
            yield chunk


@contextmanager
def _troubles(*, in_body: bool) -> Iterator[None]:
    """Turn the errors of both libraries into Trouble. The guarded network raises Trouble itself."""
    try:
        yield
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpcore.UnsupportedProtocol, UnicodeError) as error:
        raise Trouble("bad_url", str(error)) from error
    except httpcore.ProxyError as error:
        raise Trouble("connect", f"the proxy refuses: {error}", retry=True) from error
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise Trouble("connect", str(error), retry=True) from error
    except (httpx.NetworkError, httpcore.NetworkError) as error:
        raise _lost(in_body, "the connection was lost") from error
    except (httpx.LocalProtocolError, httpcore.LocalProtocolError) as error:
        raise Trouble("bad_url", f"the request cannot be written: {error}") from error
    except (httpx.ProtocolError, httpcore.ProtocolError) as error:
        raise _protocol_trouble(error, in_body) from error


def _protocol_trouble(error: Exception, in_body: bool) -> Trouble:
    words = str(error)
    cause: Any = error.args[0] if error.args else None
    if getattr(cause, "error_status_hint", 0) == 431:  # h11's "receive buffer too long"
        return Trouble("too_large", "the headers do not end")
    meter = METER.get()
    if "without sending a response" in words and not (meter and meter.received):
        return _lost(in_body, "the connection was closed")
    if in_body and "peer closed connection" in words:
        return _lost(in_body, "the connection was closed")
    return Trouble("protocol", words)


def _lost(in_body: bool, detail: str) -> Trouble:
    if in_body:
        return Trouble("truncated", f"{detail} before the end of the body", retry=True)
    return Trouble("connect", f"{detail} before an answer came", retry=True)
