"""`scraper clean`: the real command on real files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders import STORY, a_page
from conftest import RunScraper

from scraper.records import FAIL_REASONS, SKIP_REASONS

Check = Callable[[list[dict[str, Any]]], None]
BROKEN = Path(__file__).parents[2] / "fixtures" / "broken"
TEXT = "\n".join(STORY)
FURNITURE = "(Cover via CMG)"


def write_lines(path: Path, *objects: dict[str, Any] | str) -> None:
    """Write objects as JSON lines, strings as they are."""
    lines = [item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for item in objects]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def test_a_page_becomes_an_article_with_the_address_that_is_given(
    run_scraper: RunScraper, tmp_path: Path, assert_articles: Check
) -> None:
    (tmp_path / "page.html").write_text(a_page())

    done = run_scraper("clean", "page.html", "--url", "https://news.example/ferry")

    assert_articles(done.records)
    (article,) = done.records
    assert (article["url"], article["title"]) == ("https://news.example/ferry", "Ferry returns to the islands")
    assert article["text"] == "\n\n".join(STORY)
    assert (article["fetch"]["at"], article["fetch"]["source"]) == (None, "page.html")
    assert done.messages == ["1 input = 1 article + 0 skipped + 0 failed + 0 deferred"]
    assert done.code == 0


def test_a_page_without_an_address_is_an_article_too(
    run_scraper: RunScraper, tmp_path: Path, assert_articles: Check
) -> None:
    (tmp_path / "page.html").write_text(a_page())

    done = run_scraper("clean", "page.html")

    assert_articles(done.records)
    assert done.records[0]["url"] is None


def test_a_text_becomes_an_article_without_its_furniture(
    run_scraper: RunScraper, tmp_path: Path, assert_articles: Check
) -> None:
    (tmp_path / "story.txt").write_text(f"{TEXT}\n{FURNITURE}\n")

    done = run_scraper("clean", "story.txt")

    assert_articles(done.records)
    assert done.records[0]["text"] == "\n\n".join(STORY)
    assert [line["rule"] for line in done.records[0]["removed"]] == ["credit.cover"]


def test_a_short_text_is_no_reason_to_skip_it(run_scraper: RunScraper, tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text("Two words.\n")

    assert run_scraper("clean", "short.txt", "--format", "text").stdout == b"Two words.\n"


def test_a_text_in_an_old_encoding_is_read(run_scraper: RunScraper, tmp_path: Path) -> None:
    text = "渡轮经过十一个星期的修理,星期一重新投入使用。港务局说,新发动机节省了三分之一的燃料。"
    (tmp_path / "story.txt").write_bytes(text.encode("gb18030"))

    assert run_scraper("clean", "story.txt", "--format", "text").stdout.decode() == text + "\n"


def test_standard_input_may_be_a_page_or_a_text(run_scraper: RunScraper) -> None:
    page = run_scraper("clean", "-", stdin=a_page().encode())
    text = run_scraper("clean", "-", "--format", "text", stdin=TEXT.encode())

    assert page.records[0]["title"] == "Ferry returns to the islands"
    assert page.records[0]["fetch"]["source"] == "standard input"
    assert text.stdout.decode() == "\n\n".join(STORY) + "\n"


def test_folders_are_read_in_the_order_of_names_and_other_files_left_out(
    run_scraper: RunScraper, tmp_path: Path
) -> None:
    for name in ("b/2.html", "b/10.htm", "a.html", "c/page.php"):
        path = tmp_path / "saved" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(a_page())
    (tmp_path / "saved" / "b" / "style.css").write_text("p { margin: 0 }")
    (tmp_path / "saved" / ".hidden.html").write_text(a_page())

    done = run_scraper("clean", "saved")

    assert [record["fetch"]["source"] for record in done.records] == [
        "saved/a.html",
        "saved/b/10.htm",
        "saved/b/2.html",
        "saved/c/page.php",
    ]
    assert done.messages == ["4 inputs = 4 articles + 0 skipped + 0 failed + 0 deferred"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(run_scraper: RunScraper, tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text(a_page())
    (tmp_path / "secret.html").chmod(0)

    done = run_scraper("clean", "secret.html")

    assert done.messages[0] == "secret.html: failed, unreadable: permission denied; change its permissions"


def test_a_missing_file_is_one_line_and_the_others_are_cleaned(run_scraper: RunScraper, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(a_page())

    done = run_scraper("clean", "no-such-page.html", "page.html")

    assert len(done.records) == 1
    assert done.messages == [
        "no-such-page.html: failed, unreadable: no such file or directory; check the path",
        "2 inputs = 1 article + 0 skipped + 1 failed (unreadable 1) + 0 deferred",
    ]
    assert done.code == 3


def test_an_address_is_sent_to_the_command_that_fetches(run_scraper: RunScraper) -> None:
    done = run_scraper("clean", "https://news.example/story")

    assert done.code == 4
    assert done.messages[0].endswith("failed, unreadable: it is an address; `scraper get` fetches pages")


def test_an_empty_folder_gives_no_article(run_scraper: RunScraper, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    done = run_scraper("clean", "empty")

    assert done.messages == ["0 inputs = 0 articles + 0 skipped + 0 failed + 0 deferred"]
    assert done.code == 4


def test_an_object_comes_back_with_every_other_key_as_it_was(run_scraper: RunScraper, tmp_path: Path) -> None:
    before = r'{"id":12345678901234567890123,"é":1.10,"text":"%s","big":1e400,"list":[1,  2],"odd":"\u00e9\u0000"}'
    after = r'{"id":12345678901234567890123,"é":1.10,"text":"%s","big":1e400,"list":[1,  2],"odd":"\u00e9\u0000",'
    write_lines(tmp_path / "corpus.jsonl", before % f"{STORY[0]}\\n{FURNITURE}")

    done = run_scraper("clean", "corpus.jsonl")

    removed = '"removed":[{"rule":"credit.cover","text":"(Cover via CMG)","block":null,"side":"after"}]}\n'
    assert done.stdout.decode() == after % STORY[0] + removed
    assert done.code == 0


def test_the_field_can_be_chosen(run_scraper: RunScraper, tmp_path: Path) -> None:
    write_lines(tmp_path / "corpus.jsonl", {"text": FURNITURE, "content": f"{STORY[0]}\n{FURNITURE}"})

    (record,) = run_scraper("clean", "corpus.jsonl", "--field", "content").records

    assert (record["text"], record["content"]) == (FURNITURE, STORY[0])


def test_an_object_with_html_gets_the_text_of_its_article(run_scraper: RunScraper, tmp_path: Path) -> None:
    write_lines(tmp_path / "corpus.jsonl", {"text": None, "html": a_page(), "id": 7}, {"id": 8, "raw": a_page()})

    (by_name,) = run_scraper("clean", "corpus.jsonl").records
    (by_content,) = run_scraper("clean", "corpus.jsonl", "--field", "raw").records

    assert list(by_name) == ["text", "html", "id", "removed"]
    assert by_name["text"] == by_content["text"] == "\n\n".join(STORY)
    assert by_name["html"] == a_page()


def test_an_empty_text_beside_html_is_filled(run_scraper: RunScraper, tmp_path: Path) -> None:
    write_lines(tmp_path / "corpus.jsonl", {"text": "", "html": a_page()}, {"text": ""})

    done = run_scraper("clean", "corpus.jsonl")

    assert [record["text"] for record in done.records] == ["\n\n".join(STORY)]
    assert done.messages[0] == "corpus.jsonl:2: skipped, no_text"


def test_an_address_that_is_no_string_stays_and_is_no_address(run_scraper: RunScraper, tmp_path: Path) -> None:
    write_lines(tmp_path / "corpus.jsonl", {"url": ["https://news.example/"], "text": STORY[0]}, '{"url":7,"text":"x"}')

    done = run_scraper("clean", "corpus.jsonl")

    assert [record["url"] for record in done.records] == [["https://news.example/"], 7]
    assert done.code == 0


def test_what_an_earlier_pass_removed_stays_on_record(run_scraper: RunScraper, tmp_path: Path) -> None:
    write_lines(tmp_path / "corpus.jsonl", {"text": f"{STORY[0]}\n{FURNITURE}", "removed": ["earlier"], "id": 1})

    (record,) = run_scraper("clean", "corpus.jsonl").records

    assert list(record) == ["text", "removed", "id"]
    assert [line if isinstance(line, str) else line["rule"] for line in record["removed"]] == [
        "earlier",
        "credit.cover",
    ]


def test_lines_that_cannot_be_used_are_named_by_their_number(run_scraper: RunScraper, tmp_path: Path) -> None:
    lines = [
        {"text": STORY[0]},
        '{"text": "torn',
        "",
        '["no", "object"]',
        '{"text": 7}',
        '{"title": "x", "id": 1}',
        '{"text": NaN}',
        '{"text": "x", "removed": 3}',
        '{"text": "  "}',
        "[" * 5000,
        {"text": STORY[1]},
    ]
    write_lines(tmp_path / "corpus.jsonl", *lines)

    done = run_scraper("clean", "corpus.jsonl")

    assert [record["text"] for record in done.records] == [STORY[0], STORY[1]]
    assert [line.partition(": ")[::2] for line in done.messages[:-1]] == [
        ("corpus.jsonl:2", "failed, damaged: is no JSON: invalid character (byte 14); give one object a line"),
        ("corpus.jsonl:4", "failed, damaged: is no JSON object; give one object a line"),
        ("corpus.jsonl:5", "failed, damaged: its field text is no string; choose another with --field"),
        ("corpus.jsonl:6", "failed, damaged: has no field html, but title, id; choose one with --field"),
        ("corpus.jsonl:7", "failed, damaged: is no JSON: invalid character (byte 9); give one object a line"),
        ("corpus.jsonl:8", "failed, damaged: its key removed is no list and would be lost; rename it"),
        ("corpus.jsonl:9", "skipped, no_text"),
        ("corpus.jsonl:10", "failed, damaged: is no JSON object; give one object a line"),
    ]
    assert done.messages[-1] == "10 inputs = 2 articles + 1 skipped (no_text 1) + 7 failed (damaged 7) + 0 deferred"
    assert done.code == 3


def test_a_lone_surrogate_and_a_line_separator_come_out_harmless(run_scraper: RunScraper, tmp_path: Path) -> None:
    write_lines(tmp_path / "corpus.jsonl", '{"text":"One \\ud83d story.","id":"a\u2028b\\ud83d"}')

    done = run_scraper("clean", "corpus.jsonl")

    assert done.stdout == b'{"text":"One \xef\xbf\xbd story.","id":"a\\u2028b\\ufffd","removed":[]}\n'


def test_one_indented_object_is_one_input(run_scraper: RunScraper, tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text(json.dumps({"id": 1, "text": STORY[0]}, indent=2))

    assert run_scraper("clean", "record.json").records == [{"id": 1, "text": STORY[0], "removed": []}]


def test_an_array_is_one_damaged_input(run_scraper: RunScraper, tmp_path: Path) -> None:
    (tmp_path / "records.json").write_text(json.dumps([{"id": 1, "text": STORY[0]}], indent=2))

    done = run_scraper("clean", "records.json")

    assert done.messages[0] == "records.json:1: failed, damaged: is no JSON object; give one object a line"
    assert done.code == 4


def test_articles_are_made_of_json_lines_where_that_is_asked_for(
    run_scraper: RunScraper, tmp_path: Path, assert_articles: Check
) -> None:
    url = "https://news.example/ferry"
    write_lines(tmp_path / "corpus.jsonl", {"url": url, "text": TEXT}, {"url": url, "html": a_page()})

    done = run_scraper("clean", "corpus.jsonl", "--as", "article")

    assert_articles(done.records)
    assert [(record["url"], record["text"]) for record in done.records] == [(url, "\n\n".join(STORY))] * 2


def test_the_kind_can_be_given(run_scraper: RunScraper) -> None:
    as_text = run_scraper("clean", "-", "--kind", "text", "--format", "text", stdin=b"<p>One.</p>\n")

    assert as_text.stdout == b"<p>One.</p>\n"


def test_the_output_is_never_its_own_input(run_scraper: RunScraper, tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "page.html").write_text(a_page())

    done = run_scraper("clean", "saved", "-o", "saved/articles.jsonl")

    assert len((tmp_path / "saved" / "articles.jsonl").read_text().splitlines()) == 1
    assert done.messages[0] == "saved/articles.jsonl: failed, unreadable: it is the output; name another file with -o"


def test_text_output_separates_articles(run_scraper: RunScraper, tmp_path: Path) -> None:
    write_lines(tmp_path / "corpus.jsonl", {"text": "One."}, {"text": "Two."})

    assert run_scraper("clean", "corpus.jsonl", "--format", "text").stdout == b"One.\n\n\nTwo.\n"


def test_every_broken_page_has_one_outcome(run_scraper: RunScraper, assert_articles: Check, tmp_path: Path) -> None:
    done = run_scraper("clean", BROKEN, "--failures", "failures.jsonl")

    failures = [json.loads(line) for line in (tmp_path / "failures.jsonl").read_text().splitlines()]
    assert_articles(done.records)
    assert len(done.records) + len(failures) == len(list(BROKEN.glob("*.html")))
    assert {failure["reason"] for failure in failures} <= (SKIP_REASONS | FAIL_REASONS) - {"bug"}
    assert done.code in (0, 3)


def test_an_address_cannot_belong_to_many_pages(run_scraper: RunScraper) -> None:
    done = run_scraper("clean", "a.html", "b.html", "--url", "https://news.example/")

    assert done.messages == [
        "scraper clean: --url is the address of one page; name one file with it (see scraper clean --help)"
    ]
    assert done.code == 2
