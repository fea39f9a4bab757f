"""Rows 24 to 27 of the matrix: bodies that are no text, labels that lie, hostile titles, hostile JSON-LD."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from builders import STORY, a_page
from conftest import environment
from loopback import answer

from faults.conftest import LOOPBACK, Command, Servers, good_page

pytestmark = pytest.mark.slow

SHARED = Path(os.environ.get("SCRAPER_SHARED", Path(__file__).parents[3] / "shared"))
JSON_SUITE = SHARED / "data" / "json" / "JSONTestSuite-test_parsing.zip"

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(range(256)) * 40


@pytest.mark.parametrize(
    ("body", "reason"), [(b"", "no_text"), (b"\0" * 5000, "not_html"), (JPEG, "not_html"), (b" \n" * 999, "no_text")]
)
def test_row_24_what_is_no_text_is_no_page(among_good: Command, body: bytes, reason: str) -> None:
    done = among_good(answer(body))

    assert done.reasons == [reason]
    assert done.code == 0


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_row_24_utf_16_without_a_mark_is_read(among_good: Command, encoding: str) -> None:
    done = among_good(answer(a_page().encode(encoding)))

    assert done.articles[1]["text"] == "\n\n".join(STORY)
    assert done.code == 0


@pytest.mark.parametrize(
    "label", ["utf-7", "unicode-escape", "rot13", "idna", "\x7f\xff", "x" * 500, "utf-8; charset=utf-7"]
)
def test_row_25_a_label_that_is_none_of_the_web_is_passed_over(among_good: Command, label: str) -> None:
    page = a_page("Über der Bucht lag am Montag früh ein dichter Nebel, und kein Boot fuhr aus.", *STORY)
    raw = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=" + label.encode("latin-1") + b"\r\n\r\n"

    done = among_good(raw + page.replace('<meta charset="utf-8">', "").encode())

    assert done.articles[1]["text"].startswith("Über der Bucht")
    assert done.articles[1]["fetch"]["encoding"] == "utf-8"
    assert done.code == 0


HOSTILE_TITLES = [
    "\x1b]0;owned\x07 The ferry returns",
    "\x1b[2J\x1b[31mThe ferry returns",
    "\x9b31mThe ferry \x85 returns",
    "The ferry\u2028returns\u2029today",
    "The &#xD800; ferry &#55357; returns",
    "The \u202eyrref\u202c \u2066returns\u2069",
]


@pytest.mark.parametrize("title", HOSTILE_TITLES)
def test_row_26_a_record_stays_on_its_line_whatever_the_title_holds(among_good: Command, title: str) -> None:
    page = a_page().replace("Ferry returns to the islands", title).encode("utf-8", "surrogatepass")

    done = among_good(answer(page))

    assert len(done.stdout.decode().splitlines()) == 3
    assert done.code == 0


@pytest.mark.parametrize("title", HOSTILE_TITLES)
def test_row_26_no_control_byte_reaches_a_terminal(servers: Servers, tmp_path: Path, title: str) -> None:
    page = a_page().replace("Ferry returns to the islands", title).encode("utf-8", "surrogatepass")
    wall = f"<title>{title}: page not found</title><p>{title}</p>".encode("utf-8", "surrogatepass")
    site = servers.serve(
        {"/a": answer(page), "/b": answer(wall), "/c": answer(status="302 Found", Location="x:\x1b[2J")}
    )
    main, side = pty.openpty()
    command = [sys.executable, "-m", "scraper", "get", *LOOPBACK, "--delay", "0", *map(site.url, ("/a", "/b", "/c"))]

    with subprocess.Popen(command, stdin=side, stdout=side, stderr=side, env=environment(), cwd=tmp_path) as process:
        os.close(side)
        shown = _everything(main)
    os.close(main)

    assert process.returncode == 3
    text = shown.decode()
    assert "page not found" in text
    assert [char for char in text if (char < " " and char not in "\r\n") or "\x7f" <= char < "\xa0"] == []
    assert not {"\u2028", "\u2029", "\u202e", "\u2066"} & set(text)


def _everything(terminal: int) -> bytes:
    shown = b""
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # the other side is closed
            return shown
        if not data:
            return shown
        shown += data


@pytest.mark.parametrize("bad", ["[" * 100_000, '{"a":' * 100_000, '["' + "\\" * 100_000, "0" * 1_000_000])
def test_row_27_json_ld_that_would_break_a_parser_is_left_out(among_good: Command, bad: str) -> None:
    head = f'<script type="application/ld+json">{bad}</script>'

    done = among_good(answer(a_page(head=head)))

    assert done.articles[1]["text"] == "\n\n".join(STORY)
    assert done.code == 0


@pytest.mark.skipif(not JSON_SUITE.exists(), reason=f"no {JSON_SUITE}")
def test_row_27_no_text_of_the_json_test_suite_costs_an_article(
    scraper: Command, servers: Servers, tmp_path: Path
) -> None:
    with zipfile.ZipFile(JSON_SUITE) as archive:
        texts = [archive.read(name) for name in archive.namelist() if name.endswith(".json")]
    before, _, after = good_page(0).partition(b"\r\n\r\n")[2].partition(b"</title>")
    script = b'</title><script type="application/ld+json">%b</script>'
    site = servers.serve({f"/{n}": answer(before + script % text + after) for n, text in enumerate(texts)})
    (tmp_path / "urls.txt").write_text("\n".join(site.url(f"/{n}") for n in range(len(texts))))

    done = scraper("get", *LOOPBACK, "-i", "urls.txt")

    assert len(texts) > 300
    assert [article["text"].endswith(STORY[-1]) for article in done.articles] == [True] * len(texts)
    assert done.code == 0
