"""Print what pages of odd shapes cost, next to a normal page: processor time and memory must grow in proportion.

The unit of time is an element or a kilobyte of text; the goal is 3 times a normal page at most. Memory is what
cleaning adds to the process, over twice what lxml's tree adds plus twelve times the page; the goal is 1.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from pathlib import Path
from time import process_time

from lxml import etree

from scraper.config import Settings
from scraper.pipeline import clean
from scraper.records import Response, Target

_START_TAG, _TAG, _END_TAG = re.compile("<[a-z]"), re.compile("<[^>]*>"), re.compile("</[^>]*>")
_START = re.compile("<([a-z]+)([^>]*)>")
_LINE = "Some words of the story go on here, line after line."


def _normal() -> str:
    """Return a page as most are: a menu, an article, a column of teasers, a footer."""
    menu = "<nav><ul>" + "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(40)) + "</ul></nav>"
    story = "".join(f'<p>Paragraph {n}: {_LINE} <a href="/n/{n}">More</a> was said.</p>' for n in range(40))
    teasers = "".join(
        f'<div class="card"><h3><a href="/t/{n}">Teaser {n}</a></h3><p>Short.</p></div>' for n in range(40)
    )
    return (
        f"{menu}<main><h1>Ferry returns</h1>{story}</main><aside>{teasers}</aside><footer>All rights reserved</footer>"
    )


def _live() -> str:
    time = '<time datetime="2024-05-03T{:02}:{:02}:00Z"></time>'
    entries = (
        f'<div class="entry">{time.format(n // 60 % 24, n % 60)}<p>{n}: {_LINE}</p></div>' for n in range(20_000)
    )
    return f'<div class="liveblog">{"".join(entries)}</div>'


SHAPES: dict[str, Callable[[], str]] = {
    "10 MB": lambda: "".join(f"<p>{n}: {_LINE * 4}</p>" for n in range(45_000)),
    "100,000 blocks": lambda: "".join(f"<p>{n}: {_LINE}</p>" for n in range(100_000)),
    "100,000 equal blocks": lambda: f"<p>{_LINE}</p>" * 100_000,
    "20,000 nested div": lambda: "<div>" * 20_000 + _LINE * 9 + "</div>" * 20_000,
    "20,000 nested span": lambda: "<p>" + f'<span class="date">{_LINE}' * 20_000 + "</span>" * 20_000,
    "50,000 links": lambda: "".join(f'<a href="/{n}">Link {n}</a> ' for n in range(50_000)),
    "5 MB paragraph": lambda: f"<p>{_LINE * 100_000}</p>",
    "50,000 lines with br": lambda: f"<p>{f'{_LINE}<br>' * 50_000}</p>",
    "30,000 rows": lambda: f"<table>{f'<tr><td>{_LINE}</td><td>Two</td></tr>' * 30_000}</table>",
    "50,000 list items": lambda: f"<ul>{f'<li>{_LINE}</li>' * 50_000}</ul>",
    "20,000 sections": lambda: "".join(f"<h2>Part {n}</h2><p>{_LINE}</p>" for n in range(20_000)),
    "5,000 articles": lambda: "".join(
        f'<article><h2>Part {n}</h2><p class="byline">By Ann Bell</p><time>3 May 2024</time><p>{_LINE}</p></article>'
        for n in range(5_000)
    ),
    "20,000 live entries": _live,
    "20,000 answers": lambda: "".join(f"<p><b>Ann Bell:</b> {n}? {_LINE}</p>" for n in range(20_000)),
    "20,000 pictures": lambda: '<figure><img src="/a.png"><figcaption>Low tide</figcaption></figure>' * 20_000,
    "20,000 code blocks": lambda: f"<p>{_LINE}</p><pre>x = 1</pre>" * 20_000,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    argparse.ArgumentParser(prog="python -m benchmarks.shapes", description=__doc__.split("\n")[0]).parse_args(
        arguments
    )
    _clean(_normal())  # loads rules and models
    normal = _time(_normal(), repeats=20) / _size(_normal())
    print(f"{'':22} {'MB':>6} {'seconds':>8} {'times a normal page':>20} {'memory':>7}")
    for name, shape in SHAPES.items():
        html = shape()
        seconds = _time(html)
        times = seconds / _size(html) / normal
        print(f"{name:22} {len(html) / 1e6:6.2f} {seconds:8.2f} {times:20.2f} {_memory(name):7.2f}", flush=True)
    return 0


def _clean(html: str) -> None:
    clean((Response(target=Target(url=""), url="", body=html.encode()),), Settings())


def _time(html: str, repeats: int = 1) -> float:
    started = process_time()
    for _ in range(repeats):
        _clean(html)
    return (process_time() - started) / repeats


def _size(html: str) -> float:
    """Return elements plus kilobytes of text, also of a page that lxml would cut at 2,048 levels."""
    return len(_START_TAG.findall(html)) + len(_TAG.sub("", html).encode()) / 1000


def _memory(name: str) -> float:
    """Return what cleaning adds to a process of its own, over what it may add."""
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        tree = pool.apply(_added, (name, False))
        cleaned = pool.apply(_added, (name, True))
    return cleaned / (2 * tree + 12 * len(SHAPES[name]().encode()))


def _added(name: str, whole: bool) -> int:
    """Return the bytes that parsing, or all of cleaning, adds to the largest size of this process."""
    _clean(_normal())
    html = SHAPES[name]()
    body = html.encode()
    before = _largest()
    if whole:
        _clean(html)
    else:
        tree = etree.fromstring(body, etree.HTMLParser(encoding="utf-8", huge_tree=True))
        if len(list(tree.iter())) < len(_START_TAG.findall(html)):  # it was cut: all of its elements side by side
            del tree
            side_by_side = _START.sub(r"<\1\2></\1>", _END_TAG.sub("", html)).encode()
            tree = etree.fromstring(side_by_side, etree.HTMLParser(encoding="utf-8", huge_tree=True))
    return _largest() - before


def _largest() -> int:
    """Return the bytes that this process had at most. The ``ru_maxrss`` of a child begins with that of its parent."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    sys.exit(main())
