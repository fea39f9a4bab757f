"""`scraper init`, `config`, `status` and the options of `run`, as a person at a terminal would call them."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from growing_site import Site, a_corpus, a_list, a_site, command, run, urls_in

from scraper.state.file import locked


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as running:
        yield running


def scraper(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scraper", *map(str, arguments)], capture_output=True, text=True, check=False
    )


def test_what_init_writes_runs_after_its_url_is_changed(tmp_path: Path, site: Site) -> None:
    feed = site.put_feed(site.put_stories(range(3)))

    assert scraper("init", tmp_path).returncode == 0
    config = tmp_path / "corpus.toml"
    loopback = 'delay_s = 0\nallow_net = ["127.0.0.0/8"]\ncontact = "'
    text = config.read_text(encoding="utf-8").replace("https://news.example/", feed, 1)
    config.write_text(text.replace('contact = "', loopback, 1), encoding="utf-8")

    assert run(config)[0] == 0
    assert len(urls_in(tmp_path)) == 3
    assert scraper("init", tmp_path).returncode == 5


def test_config_tells_where_each_setting_comes_from_and_no_secret(tmp_path: Path) -> None:
    config = a_corpus(tmp_path, "http://news.test/feed", fetch='headers = {Authorization = "Bearer xyz"}')

    done = scraper("config", config, "--since", "2d")

    lines = {" ".join(line.split()) for line in done.stdout.splitlines()}
    assert {"tries = 1 # file", "jobs = 32 # default", 'since = "2d" # option'} <= lines
    assert "xyz" not in done.stdout
    assert tomllib.loads(done.stdout)["source"][0]["since"] == "2d"


def test_status_shows_sources_runs_and_reasons(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, site.put_feed(site.put_stories(range(2))), a_list(tmp_path, [site.url("/gone")]))
    assert scraper("status", config).returncode == 6
    run(config)

    said = json.loads(scraper("status", config, "--json").stdout)

    assert said["pages"] == {"article": 2, "skipped": 1}
    assert [(one["source"], one["articles_of_runs"], one["reasons"]) for one in said["sources"]] == [
        ("source 0", [2], {}),
        ("source 1", [0], {"gone": 1}),
    ]
    assert "source 1: gone 1" in scraper("status", config).stdout
    for _ in range(2):
        run(config)
    said = json.loads(scraper("status", config, "--json").stdout)
    assert [one["articles_of_runs"] for one in said["sources"]] == [[2, 0, 0], [0, 0, 0]], "also where nothing was new"


def test_a_dry_run_prints_what_a_run_would_fetch_and_changes_nothing(tmp_path: Path, site: Site) -> None:
    stories = site.put_stories(range(2))
    config = a_corpus(tmp_path, site.put_feed(stories))
    before = sorted(tmp_path.iterdir())

    done = scraper("run", config, "--dry-run")

    assert (done.returncode, done.stdout.splitlines()) == (0, stories)
    assert sorted(tmp_path.iterdir()) == before
    assert site.requests["/story/0"] == 0


def foreign_articles(folder: Path) -> None:
    (folder / "articles.jsonl").write_text("notes of mine\n")


def foreign_manifest(folder: Path) -> None:
    (folder / "manifest.jsonl").write_text("notes of mine\n")


def shorter_articles(folder: Path) -> None:
    run(folder / "corpus.toml")
    (folder / "articles.jsonl").write_bytes(b"")


def linked_articles(folder: Path) -> None:
    (folder / "articles.jsonl").symlink_to(folder / "elsewhere.jsonl")


def damaged_state(folder: Path) -> None:
    (folder / "corpus.sqlite").write_bytes(b"noise" * 2000)


@pytest.mark.parametrize(
    ("change", "code"),
    [(foreign_articles, 5), (foreign_manifest, 5), (linked_articles, 5), (shorter_articles, 6), (damaged_state, 6)],
)
def test_a_dry_run_refuses_what_a_run_refuses_and_asks_nobody(
    tmp_path: Path, site: Site, change: Callable[[Path], None], code: int
) -> None:
    config = a_corpus(tmp_path, site.put_feed(site.put_stories(range(2))))
    change(tmp_path)
    site.requests.clear()

    dry = scraper("run", config, "--dry-run")

    assert (dry.returncode, dry.stdout, site.requests.total()) == (code, "", 0)
    wet = scraper("run", config)
    assert (wet.returncode, wet.stderr) == (code, dry.stderr)


def test_a_dry_run_beside_a_run_is_turned_away(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, site.put_feed(site.put_stories(range(2))))
    run(config)

    with locked(tmp_path / "corpus.sqlite.lock"):
        assert scraper("run", config, "--dry-run").returncode == 75
    assert scraper("run", config, "--dry-run").returncode == 0


def test_a_report_is_one_object_that_adds_up(tmp_path: Path, site: Site) -> None:
    feed = site.put_feed([*site.put_stories(range(2)), site.url("/gone")])
    config = a_corpus(tmp_path, feed)

    run(config, "--report", str(tmp_path / "report.json"))

    said = json.loads((tmp_path / "report.json").read_bytes())
    assert (said["found"], said["new"], said["articles"], said["skipped"]) == (3, 3, 2, {"gone": 1})
    assert said["requests"] == site.requests.total() == 5
    assert said["sources"][0]["bytes"] > 0


@pytest.mark.parametrize("name", ["corpus.toml", "articles.jsonl", "link.json", "nowhere/report.json"])
def test_a_report_takes_the_place_of_nothing_but_a_report(tmp_path: Path, site: Site, name: str) -> None:
    config = a_corpus(tmp_path, site.put_feed(site.put_stories(range(1))))
    run(config)
    (tmp_path / "link.json").symlink_to("corpus.toml")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    done = scraper(*command(config, "--report", str(tmp_path / name))[3:])

    assert (done.returncode, name in done.stderr) == (5, True)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_report_goes_to_standard_output_and_over_an_earlier_one(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, site.put_feed(site.put_stories(range(1))))
    report = tmp_path / "report.json"

    run(config, "--report", str(report))
    run(config, "--report", str(report))
    shown = scraper(*command(config, "--report", "/dev/stdout")[3:])

    assert json.loads(report.read_bytes())["exit_code"] == json.loads(shown.stdout)["exit_code"] == 0


def test_the_last_line_of_a_json_log_has_the_report(tmp_path: Path, site: Site) -> None:
    config = a_corpus(tmp_path, site.put_feed(site.put_stories(range(1))))

    lines = scraper(*command(config, "--json-log")[3:]).stderr.splitlines()

    assert json.loads(lines[-1])["report"]["articles"] == 1


def test_a_run_of_one_source_leaves_the_others_alone(tmp_path: Path, site: Site) -> None:
    fed = site.put_feed(site.put_stories(range(1)))
    config = a_corpus(tmp_path, fed, a_list(tmp_path, site.put_stories(range(5, 7))))

    assert run(config, "--source", "source 0")[0] == 0
    assert urls_in(tmp_path) == [site.url("/story/0")]
    assert run(config, "--source", "harbor")[0] == 2


def test_what_is_more_than_max_pages_comes_in_later_runs(tmp_path: Path, site: Site) -> None:
    stories = site.put_stories(range(3))
    config = a_corpus(tmp_path, site.put_feed(stories))

    assert "2 deferred (budget 2)" in run(config, "--max-pages", "1")[1]
    assert "max_pages = 1 # option" in " ".join(scraper("config", config, "--max-pages", "1").stdout.split())
    assert run(config)[0] == 0
    assert sorted(urls_in(tmp_path)) == sorted(stories)
