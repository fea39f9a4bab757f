"""Host names to addresses, so that dead names never hold up living ones."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Sequence
from ipaddress import ip_address

from scraper.fetch.addresses import Address
from scraper.fetch.trouble import Trouble

# Short: long enough to save the second look-up of a url's robots.txt and page, too short to outlive a changed answer.
KEEP_S = 300.0
MAX_KEPT = 10_000

Lookup = Callable[[str], Sequence[str]]


class Resolver:
    """Looks names up in one thread each and remembers answers and failures for five minutes.

    A thread each, because ``getaddrinfo`` cannot be stopped and asyncio's default pool has six threads on two cores:
    a dozen dead names in flight would fail every other host. The threads are daemons; none delays the end of a run.
    """

    def __init__(self, timeout_s: float, lookup: Lookup | None = None) -> None:
        self._timeout_s = timeout_s
        self._lookup = lookup or _getaddrinfo
        self._kept: dict[str, tuple[float, Sequence[Address] | Trouble]] = {}

    async def addresses(self, host: str) -> Sequence[Address]:
        """Return the addresses of a name or of a literal address, in the system's order; raise Trouble ``dns``."""
        with contextlib.suppress(ValueError):
            return (ip_address(host.strip("[]")),)
        expires, answer = self._kept.get(host, (0.0, ()))
        if expires < time.monotonic():
            answer = await self._ask(host)
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            self._kept[host] = (time.monotonic() + KEEP_S, answer)
        if isinstance(answer, Trouble):
            raise Trouble(answer.reason, answer.detail)
        return answer

    async def _ask(self, host: str) -> Sequence[Address] | Trouble:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[Address] | Trouble] = loop.create_future()

        def settle(result: Sequence[Address] | Trouble) -> None:
            if not answer.done():
                answer.set_result(result)

        def look_up() -> None:
            result = self._look_up(host)
            with contextlib.suppress(RuntimeError):  # the run ended before the answer came
                loop.call_soon_threadsafe(settle, result)

        threading.Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
        try:
            return await asyncio.wait_for(answer, self._timeout_s)
        except TimeoutError:
            return Trouble("dns", f"no answer for {host} within {self._timeout_s:g} s")

    def _look_up(self, host: str) -> Sequence[Address] | Trouble:
        try:
            found = [ip_address(text) for text in self._lookup(host)]
        except (OSError, ValueError) as error:  # ValueError: no valid name (UnicodeError), or a scoped address
            return Trouble("dns", f"{host}: {getattr(error, 'strerror', None) or error}")
        return found or Trouble("dns", f"{host} has no address")


def _getaddrinfo(host: str) -> list[str]:
    answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in answers))
