"""The proxy that a browser goes through: what it passes on, and what it refuses."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from loopback import answer, serve

from scraper.fetch.addresses import AddressGuard
from scraper.fetch.browser_proxy import GuardingProxy
from scraper.fetch.network import GuardedNetwork
from scraper.fetch.resolver import Resolver


@asynccontextmanager
async def a_proxy(*allow_net: str) -> AsyncIterator[GuardingProxy]:
    proxy = GuardingProxy(GuardedNetwork(AddressGuard(allow_net), Resolver(2.0)))
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.aclose()


async def said(proxy: GuardingProxy, request: str, money: int = 100_000, password: str | None = None) -> bytes:
    """Send a request as the user "host" and return all that comes back."""
    user, own, purse = proxy.user("host")
    purse.bytes_left = money
    credentials = base64.b64encode(f"{user}:{own if password is None else password}".encode()).decode()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(proxy.address.rpartition(":")[2]))
    line, _, rest = request.partition("\r\n")
    writer.write(f"{line}\r\nProxy-Authorization: Basic {credentials}\r\n{rest}\r\n\r\n".encode())
    data = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return data


def test_a_request_goes_to_its_server_without_the_password() -> None:
    async def exchange() -> tuple[bytes, dict[str, str]]:
        async with serve({"/a?b=1": answer("hello")}) as site, a_proxy("127.0.0.0/8") as proxy:
            data = await said(proxy, f"GET {site.url('/a?b=1')} HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive")
            return data, site.headers[0]

    data, headers = asyncio.run(exchange())

    assert data.endswith(b"hello")
    assert sorted(headers) == ["connection", "host"]


def test_a_tunnel_passes_bytes_both_ways() -> None:
    async def exchange() -> bytes:
        async with serve({"/": answer("hello")}) as site, a_proxy("127.0.0.0/8") as proxy:
            inner = "GET / HTTP/1.1\r\nHost: x"
            return await said(proxy, f"CONNECT {site.host}:{site.port} HTTP/1.1\r\nHost: x\r\n\r\n{inner}")

    data = asyncio.run(exchange())

    assert data.startswith(b"HTTP/1.1 200 Connection Established\r\n\r\nHTTP/1.1 200 OK")
    assert data.endswith(b"hello")


def test_an_address_that_is_not_public_is_not_dialled() -> None:
    async def exchange() -> tuple[bytes, bytes, str, list[str]]:
        async with serve({"/": answer("secret")}) as site, a_proxy() as proxy:
            plain = await said(proxy, f"GET {site.url('/')} HTTP/1.1\r\nHost: x")
            tunnel = await said(proxy, f"CONNECT {site.host}:{site.port} HTTP/1.1\r\nHost: x")
            return plain, tunnel, proxy.user("host")[2].refused, site.asked

    plain, tunnel, refused, asked = asyncio.run(exchange())

    assert plain.startswith(b"HTTP/1.1 403 Forbidden")
    assert tunnel.startswith(b"HTTP/1.1 403 Forbidden")
    assert refused.startswith("refused_address: 127.0.0.2 is not a public address")
    assert asked == []


def test_a_stranger_gets_nothing() -> None:
    async def exchange() -> tuple[bytes, list[str]]:
        async with serve({"/": answer("secret")}) as site, a_proxy("127.0.0.0/8") as proxy:
            return await said(proxy, f"GET {site.url('/')} HTTP/1.1\r\nHost: x", password="guess"), site.asked

    data, asked = asyncio.run(exchange())

    assert data.startswith(b"HTTP/1.1 407 ")
    assert asked == []


def test_a_purse_that_is_empty_ends_the_answer() -> None:
    async def exchange() -> bytes:
        async with serve({"/": answer("x" * 1_000_000)}) as site, a_proxy("127.0.0.0/8") as proxy:
            return await said(proxy, f"GET {site.url('/')} HTTP/1.1\r\nHost: x", money=1000)

    assert len(asyncio.run(exchange())) < 200_000
