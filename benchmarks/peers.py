"""Other extractors, for figures beside our own: measured where they are installed, and never a dependency."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from scraper.decode import decode
from scraper.extraction.walk import walk
from scraper.parse import parse
from scraper.records import Response, Target

Peer = Callable[[bytes, str], str]
"""Takes a page's bytes and url ("" if unknown) and returns its main text, a block a line."""


def installed() -> dict[str, Peer]:
    """Return the peers that can be imported, by the names of their distributions."""
    known: dict[str, tuple[str, Peer]] = {
        "trafilatura": ("trafilatura", _trafilatura),
        "resiliparse": ("resiliparse.extract", _resiliparse),
        "readability-lxml": ("readability", _readability),
    }
    return {name: peer for name, (module, peer) in known.items() if _can_import(module)}


def _can_import(module: str) -> bool:
    return find_spec(module.split(".", maxsplit=1)[0]) is not None and find_spec(module) is not None


def _trafilatura(body: bytes, url: str) -> str:
    found: str | None = import_module("trafilatura").extract(body, url=url or None, include_comments=False)
    return found or ""


def _resiliparse(body: bytes, url: str) -> str:
    extract = import_module("resiliparse.extract.html2text").extract_plain_text
    found: str = extract(_text(body, url), main_content=True, alt_texts=False)
    return found


def _readability(body: bytes, url: str) -> str:
    summary: str = import_module("readability").Document(_text(body, url)).summary()
    return "\n".join(walk(parse(decode(_response(summary.encode(), ""))).tree, prune=False).text)


def _text(body: bytes, url: str) -> str:
    return decode(_response(body, url)).html


def _response(body: bytes, url: str) -> Response:
    return Response(target=Target(url=url), url=url, body=body)
