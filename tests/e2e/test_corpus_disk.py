"""`scraper verify`, `state`, `purge` and `reclean` on a corpus that real runs made of a site on loopback."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from growing_site import Site, a_corpus, a_list, a_site, a_story, run

from scraper.write.kept_pages import pages_in
from scraper.write.segment_file import lines_of

KEEPING = "keep_pages = true\nsegment_bytes = 1"


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as running:
        yield running


def scraper(*arguments: str | Path) -> tuple[int, list[str]]:
    """Run a command; return its exit code and what it said on standard error."""
    command = [sys.executable, "-m", "scraper", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stderr.splitlines()


def shown(config: Path, url: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "scraper", "state", str(config), "show", url]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return found


def files_in(folder: Path, ending: str) -> list[Path]:
    return sorted((folder / "articles").rglob(f"*{ending}"))


def all_articles(folder: Path) -> list[dict[str, Any]]:
    """Return the articles of a corpus, those of finished segments first, times aside."""
    paths = [*files_in(folder, ".jsonl*"), folder / "articles.jsonl"]
    found = [json.loads(line) for path in paths for line in lines_of(path)]
    for article in found:
        article["fetch"]["at"] = None
    return found


def texts_known(folder: Path) -> dict[str, str]:
    """Return the hash of the text that later articles are compared with, by page."""
    with closing(sqlite3.connect(folder / "corpus.sqlite")) as db:
        return dict(db.execute("SELECT url, hash FROM texts"))


def all_urls(folder: Path) -> list[str]:
    return [article["url"] for article in all_articles(folder)]


def requested_pages(folder: Path) -> list[str]:
    return [pages[0].target.url for path in files_in(folder, ".warc.gz") for pages, _ in pages_in(path)]


@pytest.fixture
def corpus(tmp_path: Path, site: Site) -> Path:
    """The settings of a corpus of five articles, in segments, with their pages."""
    config = a_corpus(tmp_path, a_list(tmp_path, site.put_stories(range(5))), corpus=KEEPING)
    assert run(config)[0] == 0
    return config


def test_a_corpus_that_a_run_made_is_well(corpus: Path) -> None:
    code, said = scraper("verify", corpus)

    assert code == 0
    assert said[-1].startswith("5 articles, ")
    assert said[-1].endswith(" finished segments, 5 kept pages: all is well")


def test_a_corpus_of_one_file_is_well(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, a_list(tmp_path, site.put_stories(range(3))), corpus="segment_bytes = 0")
    run(config)

    assert scraper("verify", config) == (0, ["3 articles, 0 finished segments: all is well"])


def cut_short(folder: Path) -> None:
    path = files_in(folder, ".jsonl.zst")[0]
    path.write_bytes(path.read_bytes()[:-10])


def flip_a_byte(folder: Path) -> None:
    path = files_in(folder, ".warc.gz")[0]
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)


def remove_a_segment(folder: Path) -> None:
    files_in(folder, ".jsonl.zst")[0].unlink()


def add_a_stranger(folder: Path) -> None:
    (folder / "articles/0099.jsonl").write_text("{}\n")


def change_the_state(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "corpus.sqlite")) as db:
        db.execute("DELETE FROM urls WHERE url LIKE '%/story/1'")
        db.commit()


def add_to_the_state(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "corpus.sqlite")) as db:
        db.execute(
            "INSERT INTO urls (url, requested, source, status, reason, tries, seen_at)"
            " VALUES ('http://news.test/lost', '', '', 'article', '', 0, '')"
        )
        db.commit()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (cut_short, r"bytes; written: .*; restore it from a backup"),
        (flip_a_byte, "0001.warc.gz: is not what was written"),
        (remove_a_segment, "0001.jsonl.zst: is missing; restore it from a backup"),
        (add_a_stranger, "0099.jsonl: is no segment of this corpus; move it away"),
        (change_the_state, "the state does not know http.*/story/1; `scraper state CONFIG rebuild` makes"),
        (add_to_the_state, "http://news.test/lost is an article, and in no segment; `scraper state CONFIG forget http"),
    ],
)
def test_damage_is_told_with_what_to_do(corpus: Path, damage: Callable[[Path], None], told: str) -> None:
    damage(corpus.parent)

    code, said = scraper("verify", corpus)

    assert code == 6
    assert said[-1].endswith("fault") or said[-1].endswith("faults")
    assert re.search(told, "\n".join(said))


def test_a_damaged_segment_has_one_line_whatever_was_in_it(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, a_list(tmp_path, site.put_stories(range(5))), corpus="segment_bytes = 30000")
    run(config)
    scraper("reclean", config)
    cut_short(tmp_path)

    code, said = scraper("verify", config)

    assert code == 6
    first, second, total = said
    assert "0001.jsonl.zst: has " in first
    assert "is an article, and in no segment that can be read (and 4 more of this kind); restore it" in second
    assert total.endswith(": 2 faults")


def test_faults_of_one_kind_in_one_file_are_one_line(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, a_list(tmp_path, site.put_stories(range(5))))
    run(config)
    with closing(sqlite3.connect(tmp_path / "corpus.sqlite")) as db:
        db.execute("DELETE FROM urls WHERE url NOT LIKE '%/story/4'")
        db.commit()

    code, said = scraper("verify", config)

    assert (code, len(said)) == (6, 2)
    assert "articles.jsonl, line 1: the state does not know http" in said[0]
    assert "/story/0 (and 3 more of this kind); `scraper state CONFIG rebuild`" in said[0]


def test_an_article_that_breaks_the_schema_is_told_with_its_line(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, a_list(tmp_path, site.put_stories(range(3))))
    run(config)
    path = tmp_path / "articles.jsonl"
    lines = path.read_bytes().split(b"\n")
    lines[1] = lines[1].replace(b'"revision":1', b'"revision":-')[:-1] + b" "
    path.write_bytes(b"\n".join(lines))
    assert scraper("verify", config)[0] == 6

    lines[1] = lines[0].replace(b'"revision":1,', b'"revision":"1",')
    path.write_bytes(b"\n".join(lines))
    said = scraper("verify", config)[1]
    assert any("articles.jsonl, line 2: breaks the schema: revision must be integer" in line for line in said)


def test_what_a_kill_left_behind_is_no_fault(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, a_list(tmp_path, site.put_stories(range(3))))
    run(config)
    with (tmp_path / "articles.jsonl").open("ab") as file:
        file.write(b'{"schema":"1.0","id":"')

    code, said = scraper("verify", config)

    assert code == 0
    assert "22 bytes at its end not committed; the next run cuts them off" in said[0]


def test_verify_leaves_every_file_as_it_is_also_a_state_of_an_older_version(corpus: Path) -> None:
    before = contents_of(corpus.parent)
    assert scraper("verify", corpus)[0] == 0
    assert contents_of(corpus.parent) == before
    with closing(sqlite3.connect(corpus.parent / "corpus.sqlite", isolation_level=None)) as db:
        db.execute("DROP TABLE purged")
        db.execute("ALTER TABLE sources DROP COLUMN yields")
        db.execute("DELETE FROM migrations WHERE number > 10")
    before = contents_of(corpus.parent)

    code, said = scraper("verify", corpus)

    assert code == 6
    assert said[0].endswith("corpus.sqlite: was written by an older version; `scraper run` brings it up to date")
    assert contents_of(corpus.parent) == before
    assert run(corpus)[0] == 0
    assert scraper("verify", corpus)[0] == 0


def contents_of(folder: Path) -> dict[str, bytes]:
    """Return what each file holds; the lock, and what SQLite shares among readers, are none that anybody keeps."""
    ours = (".lock", "-shm", "-wal")
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(ours)]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_a_corpus_that_was_never_run_has_nothing_to_verify(tmp_path: Path) -> None:
    config = a_corpus(tmp_path, "urls.txt")

    code, said = scraper("verify", config)

    assert code == 6
    assert "there is no state yet" in said[0]
    assert not (tmp_path / "corpus.sqlite").exists()


def test_show_prints_what_is_known(corpus: Path, site: Site) -> None:
    known = shown(corpus, site.url("/story/2?utm_source=x"))

    assert known["status"] == "article"
    assert known["requested"] == site.url("/story/2")
    assert scraper("state", corpus, "show", "http://news.test/") == (
        4,
        ["http://news.test/: nothing is known of it; the next run that finds it fetches it"],
    )


def test_a_page_that_was_forgotten_is_fetched_again(corpus: Path, site: Site) -> None:
    assert scraper("state", corpus, "forget", site.url("/story/2")) == (0, ["1 page forgotten; articles stay"])
    assert scraper("verify", corpus)[0] == 0
    site.requests.clear()

    assert run(corpus)[1].startswith("5 found = 4 seen + 1 article ")
    assert site.requests["/story/2"] == 1
    assert scraper("verify", corpus)[0] == 0


def test_what_a_feed_names_is_fetched_again_although_the_feed_did_not_change(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, site.put_feed(site.put_stories(range(2))))
    run(config)

    scraper("state", config, "forget", "--host", "127.0.0.1")

    assert run(config)[1].startswith("2 found = 0 seen + 2 articles ")


def test_a_reset_wants_a_yes(corpus: Path) -> None:
    assert scraper("state", corpus, "reset")[0] == 2
    assert scraper("state", corpus, "reset", "--yes") == (0, ["5 pages forgotten; articles stay"])

    assert run(corpus)[1].startswith("5 found = 0 seen + 5 articles ")


def test_what_somebody_has_already_is_not_fetched(tmp_path: Path, site: Site) -> None:
    urls = site.put_stories(range(6))
    config = a_corpus(tmp_path, a_list(tmp_path, urls))
    (tmp_path / "mine.txt").write_text(f"# mine\n{urls[0]}\nnonsense\n")
    (tmp_path / "mine.jsonl").write_text(f'{{"url": "{urls[1]}"}}\n{{"link": "{urls[2]}"}}\n{{"title": "x"}}\n[]\n')

    assert scraper("state", config, "import", tmp_path / "mine.txt")[0] == 3
    code, said = scraper("state", config, "import", tmp_path / "mine.jsonl")

    assert (code, said[-1]) == (3, "4 pages = 2 new + 0 known + 2 lines without an address")
    assert run(config)[1].startswith("6 found = 3 seen + 3 articles ")
    assert site.requests["/story/1"] == 0


def test_the_segments_of_another_corpus_can_be_imported(tmp_path: Path, site: Site, corpus: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    config = a_corpus(other, a_list(other, site.put_stories(range(6))))

    for path in files_in(corpus.parent, ".jsonl.zst"):
        assert scraper("state", config, "import", path)[0] == 0

    assert run(config)[1].startswith("6 found = 5 seen + 1 article ")


def test_what_other_tools_wrote_can_be_imported(tmp_path: Path, site: Site) -> None:
    trafilatura, news_please, new = site.put_stories(range(3))
    config = a_corpus(tmp_path, a_list(tmp_path, [trafilatura, news_please, new]))
    lines = [{"title": "A", "source": trafilatura}, {"url": news_please, "source": {"name": "Post"}}]
    (tmp_path / "theirs.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))

    assert scraper("state", config, "import", tmp_path / "theirs.jsonl")[0] == 0

    assert run(config)[1].startswith("3 found = 2 seen + 1 article ")


def test_a_page_that_redirects_to_what_somebody_has_is_a_duplicate(tmp_path: Path, site: Site) -> None:
    [story] = site.put_stories(range(1))
    moved = site.put("/old", "", status=301, Location="/story/0")
    config = a_corpus(tmp_path, a_list(tmp_path, [moved]))
    (tmp_path / "mine.txt").write_text(story)
    scraper("state", config, "import", tmp_path / "mine.txt")

    assert "1 skipped (duplicate 1)" in run(config)[1]
    assert all_urls(tmp_path) == []


@pytest.mark.parametrize("state", ["lost", "damaged", "there"])
def test_a_state_is_made_anew_from_the_articles(corpus: Path, site: Site, state: str) -> None:
    folder, url = corpus.parent, site.url("/story/1")
    before = all_articles(folder)
    texts, known = texts_known(folder), shown(corpus, url)
    if state == "lost":
        for path in folder.glob("corpus.sqlite*"):
            path.unlink()
    elif state == "damaged":
        (folder / "corpus.sqlite").write_bytes(b"noise" * 2000)

    code, said = scraper("state", corpus, "rebuild")

    assert code == 0
    assert said[-1].startswith("5 articles, ")
    assert texts_known(folder) == texts
    for key in ("status", "content_hash", "revision", "lines_hash", "source"):
        assert shown(corpus, url)[key] == known[key], key
    assert scraper("verify", corpus)[0] == 0
    site.requests.clear()
    assert run(corpus)[1].startswith("5 found = 5 seen + 0 articles ")
    assert all_articles(folder) == before
    there = sorted(path.name for path in folder.glob("corpus.sqlite.[bd]*"))
    assert (
        there
        == {"lost": [], "damaged": ["corpus.sqlite.damaged-1"], "there": ["corpus.sqlite.before-rebuild-1"]}[state]
    )


def test_an_open_file_is_taken_into_a_state_that_was_lost_but_for_a_torn_line(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, a_list(tmp_path, site.put_stories(range(3))))
    run(config)
    (tmp_path / "corpus.sqlite").unlink()
    whole = (tmp_path / "articles.jsonl").read_bytes()
    (tmp_path / "articles.jsonl").write_bytes(whole + whole[:500])
    assert run(config)[0] == 5

    assert scraper("state", config, "rebuild")[0] == 0
    assert (tmp_path / "articles.jsonl").read_bytes() == whole
    assert scraper("verify", config)[0] == 0


def test_a_purge_takes_out_article_page_and_nothing_else(corpus: Path, site: Site) -> None:
    folder, url = corpus.parent, site.url("/story/2")
    assert scraper("purge", corpus, url)[0] == 2
    old = files_in(folder, "")

    assert scraper("purge", corpus, url, "--yes") == (
        0,
        ["1 article and 1 kept page taken out; 1 page will not be fetched again"],
    )

    assert sorted(all_urls(folder)) == [site.url(f"/story/{number}") for number in (0, 1, 3, 4)]
    assert sorted(requested_pages(folder)) == [site.url(f"/story/{number}") for number in (0, 1, 3, 4)]
    assert files_in(folder, "") != old
    assert url not in texts_known(folder)
    assert len(texts_known(folder)) == 4
    columns = "content_hash, lines_hash, etag, last_modified, stated, revision, first_at, next_try"
    with closing(sqlite3.connect(folder / "corpus.sqlite")) as db:
        assert set(db.execute(f"SELECT {columns} FROM urls WHERE url = ?", [url]).fetchone()) == {None}
    assert scraper("verify", corpus)[0] == 0
    assert run(corpus)[1].startswith("5 found = 5 seen + 0 articles ")
    assert scraper("purge", corpus, url, "--yes")[0] == 4


def forget_it(corpus: Path, url: str) -> None:
    assert scraper("state", corpus, "forget", url)[0] == 4
    assert scraper("state", corpus, "forget", "--host", "127.0.0.1")[0] == 0


def reset_it(corpus: Path, _url: str) -> None:
    assert scraper("state", corpus, "reset", "--yes")[0] == 0


def rebuild_it(corpus: Path, _url: str) -> None:
    assert scraper("state", corpus, "rebuild")[0] == 0


def lose_the_state(corpus: Path, url: str) -> None:
    for path in corpus.parent.glob("corpus.sqlite*"):
        path.unlink()
    rebuild_it(corpus, url)


def begin_anew(corpus: Path, _url: str) -> None:
    for path in [*corpus.parent.glob("corpus.sqlite*"), corpus.parent / "manifest.jsonl", *files_in(corpus.parent, "")]:
        path.unlink(missing_ok=True) if path.is_file() else None


@pytest.mark.parametrize("change", [forget_it, reset_it, rebuild_it, lose_the_state, begin_anew])
def test_what_was_purged_stays_away_until_it_is_allowed(
    corpus: Path, site: Site, change: Callable[[Path, str], None]
) -> None:
    folder, url, other = corpus.parent, site.url("/story/2"), site.url("/moved/2")
    site.put("/moved/2", "", status=301, Location=url)
    (folder / "urls.txt").write_text("".join(f"{site.url(f'/story/{at}')}\n" for at in range(5)) + f"{other}\n")
    run(corpus)
    assert scraper("purge", corpus, url, "--yes")[0] == 0

    change(corpus, url)

    site.requests.clear()
    assert run(corpus)[0] == 0
    assert url not in all_urls(folder)
    assert site.requests["/story/2"] == site.requests["/moved/2"] == 0, "it is known by both names"
    assert scraper("state", corpus, "allow", other) == (0, ["1 page may come back"])
    assert (folder / "purged.jsonl").read_bytes() == b""
    run(corpus)
    assert url in all_urls(folder)
    assert scraper("state", corpus, "allow", url)[0] == 4


def test_a_purged_page_does_not_come_back_by_another_address(corpus: Path, site: Site) -> None:
    url = site.url("/story/2")
    scraper("purge", corpus, url, "--yes")
    site.put("/copy", a_story(2).replace("<title>", f'<link rel="canonical" href="{url}"><title>'))
    (corpus.parent / "urls.txt").write_text(f"{site.url('/copy')}\n")

    assert "1 skipped (duplicate 1)" in run(corpus)[1]


def test_a_page_can_be_purged_before_it_was_ever_fetched(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, a_list(tmp_path, site.put_stories(range(2))))
    a_list(tmp_path, [])
    run(config)

    assert scraper("purge", config, site.url("/story/1"), "--yes")[0] == 4

    a_list(tmp_path, [site.url("/story/0"), site.url("/story/1")])
    run(config)
    assert all_urls(tmp_path) == [site.url("/story/0")]


def test_an_article_that_a_backup_brought_back_is_told(corpus: Path, site: Site) -> None:
    folder, url = corpus.parent, site.url("/story/2")
    backup = contents_of(folder)
    scraper("purge", corpus, url, "--yes")
    shutil.rmtree(folder / "articles")
    (folder / "articles").mkdir()
    for name in ("manifest.jsonl", *(name for name in backup if name.startswith("articles/"))):
        (folder / name).write_bytes(backup[name])
    for path in folder.glob("corpus.sqlite*"):
        path.unlink()

    assert scraper("state", corpus, "rebuild")[0] == 0

    code, said = scraper("verify", corpus)
    assert code == 6
    assert f"{url} was purged, and is here again; `scraper purge CONFIG {url} --yes` takes it out" in said[0]
    assert scraper("purge", corpus, url, "--yes")[0] == 0
    assert scraper("verify", corpus)[0] == 0


def test_a_second_rebuild_keeps_what_the_first_put_aside_and_all_names_of_pages(corpus: Path, site: Site) -> None:
    folder, other = corpus.parent, site.url("/second-name")
    site.put(
        "/second-name", a_story(2).replace("<title>", f'<link rel="canonical" href="{site.url("/story/2")}"><title>')
    )
    with (folder / "urls.txt").open("a") as urls:
        urls.write(f"{other}\n")
    run(corpus)
    assert shown(corpus, other)["url"] == site.url("/story/2")

    for _ in range(2):
        assert scraper("state", corpus, "rebuild")[0] == 0

    assert shown(corpus, other)["url"] == site.url("/story/2")
    assert len(list(folder.glob("corpus.sqlite.before-rebuild-*"))) == 2


def test_a_purge_of_a_host_leaves_nothing_of_it(corpus: Path) -> None:
    folder = corpus.parent

    assert scraper("purge", corpus, "--host", "127.0.0.1", "--yes")[0] == 0

    assert all_urls(folder) == []
    assert files_in(folder, ".warc.gz") == []
    assert (folder / "manifest.jsonl").read_bytes() == b""
    assert scraper("verify", corpus) == (0, ["0 articles, 0 finished segments: all is well"])


def test_reclean_with_nothing_new_gives_the_same_articles(corpus: Path) -> None:
    before = all_articles(corpus.parent)

    code, said = scraper("reclean", corpus)

    assert code == 0
    assert said[-1].startswith("5 articles = 5 with the same text + 0 with another + 0 new + 0 left")
    assert all_articles(corpus.parent) == before
    assert scraper("verify", corpus)[0] == 0


def test_reclean_uses_the_rules_of_today(tmp_path: Path, site: Site) -> None:
    line = "Sent from the tower of Eastwold."
    towers = site.put("/towers", a_story(7).replace("</article>", f"<p>{line}</p></article>"))
    config = a_corpus(tmp_path, a_list(tmp_path, [*site.put_stories(range(2)), towers]), corpus=KEEPING)
    run(config)
    before = {article["url"]: article for article in all_articles(tmp_path)}
    assert before[towers]["text"].endswith(line)
    first = shown(config, towers)
    (tmp_path / "mine.toml").write_text(
        "[[rule]]\nid = 'mine.tower'\nabout = 'Where it was sent from'\nlang = ['en']\nwhere = 'end'\n"
        f"words = ['tower']\nline = 'sent from the tower of .*'\ndrops = ['{line}']\nkeeps = ['The tower fell.']\n"
    )

    code, said = scraper("reclean", config, "--rules", tmp_path / "mine.toml")

    assert code == 0, said
    assert "3 articles = 2 with the same text + 1 with another" in said[-1]
    after = {article["url"]: article for article in all_articles(tmp_path)}
    changed = after.pop(towers)
    assert line not in changed["text"]
    assert changed["id"] == before[towers]["id"]
    known = shown(config, towers)
    assert known["content_hash"] == changed["content_hash"]
    assert texts_known(tmp_path)[towers] == changed["content_hash"]
    assert known["lines_hash"] != first["lines_hash"]  # or the next look at the page would find a new version
    assert after == {url: article for url, article in before.items() if url != towers}
    assert scraper("verify", config)[0] == 0


def test_reclean_drops_and_finds_articles_as_the_settings_say(tmp_path: Path, site: Site) -> None:
    story = "It rained in Eastwold all night, and the market moved into the town hall."
    short = site.put("/short", f"<html><body><article><h1>Rain</h1><p>{story}</p></article></body></html>")
    config = a_corpus(tmp_path, a_list(tmp_path, [*site.put_stories(range(2)), short]), corpus=KEEPING)
    assert "2 articles + 1 skipped (too_short 1)" in run(config)[1]
    settings = config.read_text()

    config.write_text(f"{settings}\n[extract]\nmin_words = 3\nmin_quality = 0.0\n")
    assert "0 with another + 1 new + 0 left as they were; 0 dropped" in scraper("reclean", config)[1][-1]
    assert short in all_urls(tmp_path)
    assert short in texts_known(tmp_path)
    assert shown(config, short)["revision"] == 1
    assert scraper("verify", config)[0] == 0

    config.write_text(settings)
    assert "0 new + 0 left as they were; 1 dropped" in scraper("reclean", config)[1][-1]
    assert short not in all_urls(tmp_path)
    assert short not in texts_known(tmp_path)
    assert scraper("verify", config)[0] == 0
    assert run(config)[1].startswith("3 found = 3 seen ")


def test_articles_without_a_page_stay_as_they_are(tmp_path: Path, site: Site) -> None:
    urls = site.put_stories(range(4))
    run(a_corpus(tmp_path, a_list(tmp_path, urls[:2])))
    config = a_corpus(tmp_path, a_list(tmp_path, urls), corpus="keep_pages = true")
    run(config)
    before = all_articles(tmp_path)

    assert "2 with the same text + 0 with another + 0 new + 2 left" in scraper("reclean", config)[1][-1]
    assert all_articles(tmp_path) == before
    assert scraper("verify", config)[0] == 0


def test_a_file_that_was_begun_anew_and_taken_away_is_no_fault_and_its_pages_stay_known(
    tmp_path: Path, site: Site
) -> None:
    urls = site.put_stories(range(4))
    run(a_corpus(tmp_path, a_list(tmp_path, urls[:2])))
    config = a_corpus(tmp_path, a_list(tmp_path, urls), corpus='output = "next.jsonl"')
    run(config)
    (tmp_path / "articles.jsonl").unlink()

    code, said = scraper("verify", config)
    assert (code, said[-1]) == (0, "2 articles, 0 finished segments: all is well")
    assert any("articles.jsonl: was taken away; the pages in it stay known" in line for line in said)
    assert scraper("state", config, "rebuild")[0] == 0
    assert scraper("purge", config, urls[3], "--yes")[0] == 0
    assert run(config)[1].startswith("4 found = 4 seen ")


def test_a_state_is_not_made_anew_without_a_segment_that_is_missing(corpus: Path) -> None:
    files_in(corpus.parent, ".jsonl.zst")[0].unlink()

    code, said = scraper("state", corpus, "rebuild")

    assert code == 6
    assert "0001.jsonl.zst: is missing, and the manifest lists it; restore it from a backup." in said[0]


def test_help_needs_no_settings(tmp_path: Path) -> None:
    assert scraper("state", tmp_path / "none.toml", "show", "--help")[0] == 0
    assert scraper("state", tmp_path / "none.toml", "show", "http://news.test/")[0] == 2


def test_an_article_of_several_pages_is_kept_with_all_of_them(tmp_path: Path, site: Site) -> None:
    first, second = a_story(1), a_story(2)
    title = first.partition("<title>")[2].partition("</title>")[0]
    url = site.put("/long", first.replace("</article>", '<a rel="next" href="/long?page=2">Next page</a></article>'))
    parts = second.partition("<article>")
    site.put("/long?page=2", f"<title>{title}</title><article><h1>{title}</h1>" + parts[2].partition("</h1>")[2])
    config = a_corpus(tmp_path, a_list(tmp_path, [url]), corpus=KEEPING)
    run(config)
    before = all_articles(tmp_path)
    assert before[0]["fetch"]["pages"] == 2

    [path] = files_in(tmp_path, ".warc.gz")
    assert [[page.url for page in pages] for pages, _ in pages_in(path)] == [[url, url + "?page=2"]]
    assert "1 with the same text" in scraper("reclean", config)[1][-1]
    assert all_articles(tmp_path) == before


def test_an_article_that_is_there_twice_and_a_text_that_the_state_does_not_know_are_told(
    tmp_path: Path, site: Site
) -> None:
    config = a_corpus(tmp_path, a_list(tmp_path, site.put_stories(range(2))))
    run(config)
    path = tmp_path / "articles.jsonl"
    first, second = path.read_bytes().splitlines(keepends=True)
    known = json.loads(second)["content_hash"].encode()
    path.write_bytes(first + second.replace(known, b"0123456789abcdef") + first)
    with closing(sqlite3.connect(tmp_path / "corpus.sqlite")) as db:
        db.execute("UPDATE output SET length = ?", [path.stat().st_size])
        db.commit()

    code, said = scraper("verify", config)

    assert code == 6
    assert any(f"line 3: {site.url('/story/0')} is there twice with revision 1; " in line for line in said)
    assert any(f"line 2: the state knows another text of {site.url('/story/1')}; " in line for line in said)
    assert said[-1] == "3 articles, 0 finished segments: 2 faults"
