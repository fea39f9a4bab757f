"""Articles that a page holds only as data for its scripts, read with the real command and no browser."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from growing_site import Site, a_site

TITLE = "The lamp of the north pier is lit again"
STORY = [
    "The lamp at the end of the north pier was dark for nine nights, and the pilots steered by the church instead.",
    "On Thursday a boy found the missing lens in a crab pot, wrapped in a scarf that nobody has asked for since.",
    "The harbour master lit the lamp himself, and the whole fleet answered with its horns until the dogs joined in.",
    "Who took the lens is not known, but the scarf has been nailed to the door of the office, just in case.",
]
COOKIES = "<div class='note'>We use cookies so that this site works and to learn how it is used by its readers.</div>"
ARC = "window.Fusion=window.Fusion||{};Fusion.globalContent=" + json.dumps(
    {"headlines": {"basic": TITLE}, "content_elements": [{"type": "text", "content": part} for part in STORY]}
)
NUXT = (
    f"window.__NUXT__=(function(a,b){{return {{data:[{{title:a,parts:{json.dumps(STORY)},open:!0}}]}}}}({TITLE!r},1));"
)
ELEMENTS = [["$", "p", None, {"children": part}] for part in STORY]
FLIGHT = "self.__next_f.push(" + json.dumps([1, "0:" + json.dumps(["$", "main", None, {"children": ELEMENTS}])]) + ")"


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as running:
        yield running


def a_shell(script: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{TITLE}</title></head><body><div id="root"></div>{COOKIES}'
        f"<noscript>Please enable JavaScript.</noscript><script>{script}</script></body></html>"
    )


def test_shells_with_data_become_articles(site: Site) -> None:
    urls = [site.put(f"/{number}/lamp", a_shell(script)) for number, script in enumerate((ARC, NUXT, FLIGHT))]
    command = [sys.executable, "-m", "scraper", "get", *urls, "--allow-net", "127.0.0.0/8", "--delay", "0"]

    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert [json.loads(line)["text"] for line in done.stdout.split("\n")[:-1]] == ["\n\n".join(STORY)] * 3
