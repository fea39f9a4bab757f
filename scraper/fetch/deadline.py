"""The one time limit of a url. Time-outs of the HTTP library are per read: a drip of bytes never meets them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from scraper.fetch.network import METER, Meter
from scraper.fetch.trouble import Trouble


class Deadline:
    """Seconds that all requests for one url may take together: redirects and further tries too.

    Waits for a turn, between tries and for Retry-After are not counted: they are politeness, not slowness.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._left = seconds

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Meter]:
        """Count the time of the block. At the end of it raise Trouble: ``too_slow`` if bytes came, else ``timeout``."""
        meter, start = Meter(), time.monotonic()
        token = METER.set(meter)
        try:
            async with asyncio.timeout(self._left) as limit:
                yield meter
        except TimeoutError:
            if not limit.expired():
                raise
            reason, what = ("too_slow", "not complete") if meter.received else ("timeout", "no answer")
            raise Trouble(reason, f"{what} within {self._seconds:g} s") from None
        finally:
            METER.reset(token)
            self._left -= time.monotonic() - start
