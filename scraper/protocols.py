"""The plug points between the parts: what a fetcher and an engine look like from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from scraper.records import Continuation, Deferred, Failed, Outcome, Response, Skipped, Target


class Fetcher(Protocol):
    """Turns a target into a response, or into the reason why there is none."""

    async def fetch(self, target: Target) -> Response | Skipped | Failed | Deferred:
        """Never raises for anything that a server or a page does; each target ends in exactly one value."""
        ...


class Renderer(Protocol):
    """Runs the scripts of a page."""

    def mode(self, url: str) -> str:
        """Return ``never``, ``always``, or ``auto``: where a page says that it needs scripts."""
        ...

    async def render(self, response: Response) -> Response | Failed:
        """Return a page as it is after its scripts ran; never raises for anything that a page does."""
        ...


class Engine(Protocol):
    """The place where :func:`scraper.pipeline.clean` runs."""

    async def clean(self, responses: Sequence[Response]) -> Outcome:
        """Return the outcome of one article's pages (the first page first)."""
        ...

    async def continuation(
        self, response: Response, first: str, position: int
    ) -> Continuation | Skipped | Failed | Deferred:
        """Return where an article goes on after its page number ``position``; ``first`` is where its first page is."""
        ...
