"""`scraper clean --learn` and `--removed-only`, and a corpus that knows its sites."""

from __future__ import annotations

import json
from pathlib import Path

from builders import STORY, a_page
from conftest import LoopbackSite, RunScraper

FIXTURES = Path(__file__).parents[2] / "fixtures" / "memory"
DESK = "The desk by the window"
STORIES = [[f"{line} That was on a {day}." for line in STORY] for day in ("Monday", "Tuesday", "Wednesday", "Thursday")]


def test_two_passes_over_a_file_take_out_what_its_sites_repeat(run_scraper: RunScraper, tmp_path: Path) -> None:
    lines = [line for path in sorted(FIXTURES.glob("*.jsonl")) for line in path.read_text("utf-8").split("\n") if line]
    (tmp_path / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")

    done = run_scraper("clean", "corpus.jsonl", "--learn")

    assert [record["text"] for record in done.records] == [json.loads(line)["stays"] for line in lines]
    assert {item["rule"] for record in done.records for item in record["removed"]} == {"site.repeated"}


def test_the_order_of_the_lines_does_not_matter(run_scraper: RunScraper, tmp_path: Path) -> None:
    lines = (FIXTURES / "heron.jsonl").read_text("utf-8").strip().split("\n")
    (tmp_path / "there.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "back.jsonl").write_text("\n".join(reversed(lines)), encoding="utf-8")

    there = run_scraper("clean", "there.jsonl", "--learn").records
    back = run_scraper("clean", "back.jsonl", "--learn").records

    assert there == back[::-1]


def test_pages_without_an_address_are_known_by_their_folder(run_scraper: RunScraper, tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    for number, story in enumerate(STORIES):
        page = a_page(*story, f"{DESK} has more of this, and a kettle for those who walk by in the rain.")
        (tmp_path / "saved" / f"{number}.html").write_text(page, encoding="utf-8")

    records = run_scraper("clean", "saved", "--learn").records

    assert [record["text"] for record in records] == ["\n\n".join(story) for story in STORIES]
    assert [[item["rule"] for item in record["removed"]] for record in records] == [["site.repeated"]] * 4


def test_standard_input_cannot_be_read_twice(run_scraper: RunScraper) -> None:
    done = run_scraper("clean", "-", "--learn", stdin=b"One.\n")

    assert "standard input can be read once; name a file" in done.messages[0]
    assert done.code == 2


def test_only_what_is_taken_out_is_shown_with_its_rule(run_scraper: RunScraper, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(f"{STORY[0]}\n(Cover via CMG)\nShare\n")
    (tmp_path / "two.jsonl").write_text(json.dumps({"text": f"CHOOSE YOUR LANGUAGE\n{STORY[1]}"}))

    done = run_scraper("clean", "one.txt", "two.jsonl", "--removed-only")

    assert done.stdout.decode() == (
        "credit.cover\t(Cover via CMG)\nshare.label\tShare\nlanguage_picker.choose\tCHOOSE YOUR LANGUAGE\n"
    )
    assert done.messages == ["2 inputs = 2 articles + 0 skipped + 0 failed + 0 deferred"]


def test_a_corpus_strips_what_its_last_run_saw_again_and_again(
    run_scraper: RunScraper, loopback_site: LoopbackSite, tmp_path: Path
) -> None:
    for number, story in enumerate(STORIES):
        loopback_site.add(f"/{number}.html", a_page(*story, DESK))
    (tmp_path / "corpus.toml").write_text(
        '[fetch]\nallow_net = ["127.0.0.0/8"]\ndelay_s = 0\n'
        '[[source]]\nname = "list"\nkind = "urls"\npath = "urls.txt"\n'
    )
    urls = [f"{loopback_site.address}/{number}.html\n" for number in range(4)]
    (tmp_path / "urls.txt").write_text("".join(urls[:3]))
    run_scraper("run", "corpus.toml")
    (tmp_path / "urls.txt").write_text("".join(urls))
    run_scraper("run", "corpus.toml")

    articles = [json.loads(line) for line in (tmp_path / "articles.jsonl").read_text("utf-8").split("\n") if line]

    assert [DESK in article["text"] for article in articles] == [True, True, True, False]
    assert articles[3]["removed"] == [{"rule": "site.repeated", "text": DESK, "block": None, "side": "after"}]
