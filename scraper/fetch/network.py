"""The connections under the HTTP client: each address is checked by us, then dialled by us.

The check sits here and not before the request, because a name may give another answer a moment later.
"""

from __future__ import annotations

import os
import resource
import ssl
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from typing import Any

import httpcore

from scraper.fetch.addresses import Address, AddressGuard
from scraper.fetch.resolver import Resolver
from scraper.fetch.trouble import Trouble

# A name can have dozens of addresses; dialling them all in vain would take the time of the whole url.
MAX_DIALLED = 3


# Files that are open besides connections: standard streams, output, the pipes of some workers.
RESERVED_FILES = 40


def affordable(connections: int) -> int:
    """Return how many connections at a time the limit of open files allows, at most ``connections``.

    One that is looking up its host's name needs two files.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return connections
    return max(1, min(connections, (limit - RESERVED_FILES) // 2))


class Meter:
    """Counts the bytes that one exchange received, whatever they were: that tells a slow server from a dead one."""

    received = 0


METER: ContextVar[Meter | None] = ContextVar("METER", default=None)


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Resolves, checks and dials; raises :class:`Trouble` for what goes wrong.

    The host ``proxy`` may have any address: the user named it.
    """

    def __init__(self, guard: AddressGuard, resolver: Resolver, proxy: str = "") -> None:
        self._guard = guard
        self._resolver = resolver
        self._proxy = proxy
        self._dialler = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers. If any of a name's addresses is not allowed, none is dialled."""
        addresses = await self._resolver.addresses(host)
        for address in addresses:
            refusal = self._guard.refusal(address)
            if refusal and host != self._proxy:
                raise Trouble("refused_address", refusal if str(address) == host.strip("[]") else f"{host}: {refusal}")
        chosen = _families_in_turn(addresses)[:MAX_DIALLED]
        share = timeout / len(chosen) if timeout else None
        errors = []
        for address in chosen:
            try:
                stream = await self._dialler.connect_tcp(str(address), port, share, local_address, socket_options)
                return _MeteredStream(stream)
            except httpcore.ConnectTimeout:
                errors.append(f"{address} port {port}: no answer within {share:g} s")
            except httpcore.ConnectError as error:
                errors.append(f"{address} port {port}: {_words(error)}")
        raise Trouble("connect", "; ".join(errors), retry=True)


class _MeteredStream(httpcore.AsyncNetworkStream):
    """A connection that counts what it receives and calls failures of TLS by their name."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = await self._stream.read(max_bytes, timeout)
        meter = METER.get()
        if meter:
            meter.received += len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            return _MeteredStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))
        except httpcore.ConnectError as error:
            cause = error.args[0] if error.args else None
            if isinstance(cause, ssl.SSLError):
                raise Trouble("tls", f"{server_hostname}: {_tls_words(cause)}") from error
            raise Trouble("connect", f"{server_hostname}: closed during the TLS handshake", retry=True) from error
        except httpcore.ConnectTimeout as error:
            raise Trouble("connect", f"{server_hostname}: no TLS handshake within {timeout:g} s", retry=True) from error

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _families_in_turn(addresses: Sequence[Address]) -> list[Address]:
    """Put the first address of each family first: a machine often has no working route for one of the two."""
    firsts = list({address.version: address for address in reversed(addresses)}.values())
    firsts.sort(key=addresses.index)
    return firsts + [address for address in addresses if address not in firsts]


def _words(error: Exception) -> str:
    cause: Any = error.args[0] if error.args else error
    number = getattr(cause.__cause__ or cause, "errno", None)
    return os.strerror(number).lower() if number else str(cause) or type(cause).__name__


def _tls_words(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not valid ({error.verify_message})"
    return (error.reason or str(error)).lower().replace("_", " ")
