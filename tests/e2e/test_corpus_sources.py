"""What the settings say of single sources, and the sources that are files: the real `scraper run` on loopback."""

from __future__ import annotations

import io
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from growing_site import Site, a_list, a_site, a_story, articles, command, run
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

GERMAN = "".join(
    f"<p>Am {day} wurde die alte Brücke über den Fluss zum {day_number}. Mal gestrichen, und viele Leute aus der Stadt "
    f"kamen, um den Malern bei ihrer Arbeit zuzusehen.</p>"
    for day_number, day in enumerate(("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag"))
)
RULE = """[[rule]]
id = "own.harbour"
about = "The last line of the harbour's pages"
lang = ["en"]
where = "any"
words = ["harbourmaster"]
line = 'from the desk of the harbourmaster'
drops = ["From the desk of the harbourmaster"]
keeps = ["The harbourmaster went home from the desk."]
"""
LAST_LINE = "From the desk of the harbourmaster"


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as running:
        yield running


def a_config(folder: Path, *sources: str, corpus: str = "") -> Path:
    path = folder / "corpus.toml"
    fetch = '[fetch]\ndelay_s = 0\nbackoff_s = 0\ntries = 1\nallow_net = ["127.0.0.0/8"]\n'
    path.write_text(f"[corpus]\n{corpus}\n{fetch}" + "".join(f"[[source]]\n{source}\n" for source in sources))
    return path


def by_title(folder: Path) -> dict[str, dict[str, Any]]:
    return {article["title"]: article for article in articles(folder)}


def test_a_source_gives_its_articles_tags_and_takes_one_language_and_its_own_rules(tmp_path: Path, site: Site) -> None:
    tagged = a_story(1).replace("<head>", '<head><meta name="keywords" content="boats, harbour">')
    page = tagged.replace("</article>", f"<p>{LAST_LINE}</p></article>").replace("<title>", "<title>Tagged ", 1)
    german = site.put(
        "/german", f"<html lang='de'><title>Brücke</title><article><h1>Brücke</h1>{GERMAN}</article></html>"
    )
    (tmp_path / "harbour").mkdir()
    (tmp_path / "harbour" / "own.toml").write_text(RULE, encoding="utf-8")
    fed = site.put_feed([site.put("/story/1", page), german])
    listed = a_list(tmp_path, [site.put("/story/2", a_story(2).replace("</article>", f"<p>{LAST_LINE}</p></article>"))])
    config = a_config(
        tmp_path,
        f'name = "harbour"\nkind = "feed"\nurl = "{fed}"\n'
        'language = ["en"]\ntags = ["quay", "boats"]\nrules = ["harbour"]',
        f'name = "listed"\nkind = "urls"\npath = "{listed}"',
    )

    # From another folder, as a service would: what the settings name lies beside them.
    done = subprocess.run(command(config), capture_output=True, text=True, check=False, cwd="/")

    assert (
        done.stderr.splitlines()[-1]
        == "3 found = 0 seen + 2 articles + 1 skipped (wrong_language 1) + 0 failed + 0 deferred"
    )
    harbour, plain = articles(tmp_path)
    assert (harbour["tags"], plain["tags"]) == (["boats", "harbour", "quay"], [])
    assert (LAST_LINE in harbour["text"], LAST_LINE in plain["text"]) == (False, True)
    assert [line["rule"] for line in harbour["removed"] if line["text"] == LAST_LINE] == ["own.harbour"]


def test_the_language_of_a_source_counts_where_a_page_does_not_tell(tmp_path: Path, site: Site) -> None:
    numbers = "".join(f"<p>{' '.join(str(1000 * row + column) for column in range(40))}</p>" for row in range(4))
    site.put("/table", f"<html><title>1</title><body><article><h1>1</h1>{numbers}</article></body></html>")
    listed = a_list(tmp_path, [site.url("/table")])
    source = f'name = "listed"\nkind = "urls"\npath = "{listed}"\nlanguage = ["fo"]'

    run(a_config(tmp_path, source, corpus=""))

    [article] = articles(tmp_path)
    assert (article["language"], article["from"]["language"]) == ("fo", "source")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('languages = ["en"]', "line 10: source.languages is no setting; did you mean source.language?"),
        ('language = ["English"]', 'source[0].language[0]: give codes of two or three letters, as ["en"]'),
        ('tags = "harbour"', "tags: give a list"),
        ('rules = ["nowhere"]', "nowhere"),
    ],
)
def test_a_source_that_cannot_be_used_is_told(tmp_path: Path, line: str, says: str) -> None:
    config = a_config(tmp_path, f'name = "listed"\n{line}\nkind = "urls"\npath = "urls.txt"')

    done = subprocess.run(command(config), capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert says in done.stderr


def test_config_shows_what_a_source_says(tmp_path: Path) -> None:
    config = a_config(tmp_path, 'name = "saved"\nkind = "files"\npath = "saved"\ntags = ["a"]\nlanguage = ["en"]')

    done = subprocess.run(command(config, verb="config"), capture_output=True, text=True, check=True)

    source = tomllib.loads(done.stdout)["source"][0]
    assert (source["tags"], source["language"], source["kind"]) == (["a"], ["en"], "files")


def test_saved_pages_become_articles_without_a_request(tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    (saved / "below").mkdir(parents=True)
    (saved / "one é.html").write_text(a_story(1), encoding="utf-8")
    canonical = '<head><link rel="canonical" href="https://news.example/two">'
    (saved / "below" / "two.htm").write_text(a_story(2).replace("<head>", canonical), encoding="utf-8")
    (saved / "notes.txt").write_text("not a page", encoding="utf-8")
    config = a_config(
        tmp_path, 'name = "saved"\nkind = "files"\npath = "saved"\ntags = ["old"]', corpus="keep_pages = true"
    )

    assert run(config) == (0, "2 found = 0 seen + 2 articles + 0 skipped + 0 failed + 0 deferred")
    two, one = articles(tmp_path)
    assert (one["url"], one["fetch"]["url_requested"]) == (None, "file:saved/one%20%C3%A9.html")
    assert (two["url"], two["fetch"]["source"], two["tags"]) == ("https://news.example/two", "saved", ["old"])
    assert run(config) == (0, "2 found = 2 seen + 0 articles + 0 skipped + 0 failed + 0 deferred")

    for verb in ("verify", "reclean", "verify"):
        done = subprocess.run(command(config, verb=verb), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_a_web_archive_gives_its_pages_and_what_it_knows_of_them(tmp_path: Path) -> None:
    pages = [
        ("https://news.example/a", a_story(1), "200 OK", "text/html"),
        ("https://news.example/logo", "GIF89a", "200 OK", "image/gif"),
        ("https://news.example/gone", "<html>gone</html>", "404 Not Found", "text/html"),
        ("https://news.example/a", a_story(2), "200 OK", "text/html; charset=utf-8"),
        ("https://other.example/b", a_story(3), "200 OK", "text/html"),
    ]
    data = a_warc(pages)
    (tmp_path / "crawl.warc.gz").write_bytes(data)
    config = a_config(tmp_path, 'name = "crawl"\nkind = "files"\npath = "crawl.warc.gz"')

    assert run(config) == (0, "2 found = 0 seen + 2 articles + 0 skipped + 0 failed + 0 deferred")
    found = {article["url"]: article for article in (articles(tmp_path))}
    assert list(found) == ["https://news.example/a", "https://other.example/b"]
    assert "part 2" in found["https://news.example/a"]["title"]  # the newest of the two
    assert run(config)[1].startswith("2 found = 2 seen ")


def test_of_a_torn_web_archive_the_whole_pages_are_taken_and_the_tear_is_told(tmp_path: Path) -> None:
    data = a_warc([(f"https://news.example/{number}", a_story(number), "200 OK", "text/html") for number in range(3)])
    (tmp_path / "crawl.warc.gz").write_bytes(data[:-200])
    config = a_config(tmp_path, 'name = "crawl"\nkind = "files"\npath = "crawl.warc.gz"')

    done = subprocess.run(command(config), capture_output=True, text=True, check=False)

    assert "https://news.example/2: failed, truncated: " in done.stderr
    assert len(articles(tmp_path)) == 2


def test_what_is_no_web_archive_is_told(tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "crawl.warc").write_bytes(b"these are no records\n")
    (tmp_path / "saved" / "one.html").write_text(a_story(1), encoding="utf-8")
    config = a_config(tmp_path, 'name = "saved"\nkind = "files"\npath = "saved"')

    done = subprocess.run(command(config), capture_output=True, text=True, check=False)

    assert "file:saved/crawl.warc: failed, damaged: " in done.stderr
    assert len(articles(tmp_path)) == 1


def test_files_that_are_not_there_are_a_source_that_fails(tmp_path: Path) -> None:
    config = a_config(tmp_path, 'name = "saved"\nkind = "files"\npath = "saved"')

    done = subprocess.run(command(config), capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert "source saved failed: " in done.stderr
    assert "no such file or folder; check the path" in done.stderr


def a_warc(pages: list[tuple[str, str, str, str]]) -> bytes:
    """Return an archive as crawlers write it, with a request and a day for each page."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    writer.write_record(writer.create_warcinfo_record("crawl.warc.gz", {"software": "a crawler"}))
    for day, (url, body, status, kind) in enumerate(pages, 1):
        dated = {"WARC-Date": f"2025-05-{day:02}T12:00:00Z"}
        asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "news.example")], is_http_request=True)
        writer.write_record(writer.create_warc_record(url, "request", http_headers=asked, warc_headers_dict=dated))
        headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
        payload = io.BytesIO(body.encode())
        writer.write_record(
            writer.create_warc_record(url, "response", payload=payload, http_headers=headers, warc_headers_dict=dated)
        )
    return out.getvalue()
