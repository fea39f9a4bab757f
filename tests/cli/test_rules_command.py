"""`scraper rules`, and rules of one's own in other commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import RunScraper

GOOD = """
[[rule]]
id    = "mine.tide-table"
about = "Link to the tide table"
lang  = ["en"]
where = "end"
words = ["tide"]
line  = 'see the tide table( here)?'
drops = ["See the tide table here", "See the tide table"]
keeps = ["The tide table was wrong.", "See the tide table on page four."]
"""
HOST = """
host  = "courier.example"
about = "A box with the tides"
tests = ["https://courier.example/harbour"]

[[select]]
what   = "drop"
css    = "div.tide-box"
hits   = ['<div class="tide-box">Noon</div>']
misses = ['<div class="tide-boxes">Huts</div>']
"""
STORY = "The tide table was wrong, and the ferry sat on the sand until the evening brought the water back."


@pytest.fixture
def rule_file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    return path


def test_every_rule_is_named_with_what_it_is_about(run_scraper: RunScraper, rule_file: Path) -> None:
    lines = run_scraper("rules", "list", "--rules", rule_file).stdout.decode().split("\n")[:-1]

    rows = [line.split("\t") for line in lines]
    assert {len(row) for row in rows} == {4}
    assert ["mine.tide-table", "end", "en", "Link to the tide table"] in rows
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


def test_a_rule_is_shown_with_its_examples_and_its_file(run_scraper: RunScraper, rule_file: Path) -> None:
    shown = run_scraper("rules", "show", "mine.tide-table", "--rules", rule_file).stdout.decode()

    assert "where     end\n" in shown
    assert "line      see the tide table( here)?\n" in shown
    assert "keeps     The tide table was wrong.\n" in shown
    assert f"file      {rule_file}\n" in shown


def test_the_rules_of_a_host_are_named_and_shown_like_others(run_scraper: RunScraper, tmp_path: Path) -> None:
    (tmp_path / "own" / "hosts").mkdir(parents=True)
    (tmp_path / "own" / "hosts" / "courier.toml").write_text(HOST)

    listed = run_scraper("rules", "list", "--rules", "own").stdout.decode()
    shown = run_scraper("rules", "show", "host.courier.example", "--rules", "own").stdout.decode()

    assert "\nhost.courier.example\thost\t\tA box with the tides\n" in listed
    assert shown == (
        "id        host.courier.example\nabout     A box with the tides\nhost      courier.example, and all below it\n"
        'drop      div.tide-box\nhits      <div class="tide-box">Noon</div>\n'
        'misses    <div class="tide-boxes">Huts</div>\ntest      https://courier.example/harbour\n'
    )


def test_a_rule_that_does_not_exist_is_wrong_usage(run_scraper: RunScraper) -> None:
    done = run_scraper("rules", "show", "no.such")

    assert done.messages[0].startswith("scraper rules show: no rule is called no.such")
    assert done.code == 2


def test_a_line_is_told_which_rules_take_it_and_where(run_scraper: RunScraper, rule_file: Path) -> None:
    mine = run_scraper("rules", "try", "See the tide table", "--rules", rule_file)
    tail = run_scraper("rules", "try", "(Cover via CMG)")
    none = run_scraper("rules", "try", STORY)

    assert mine.stdout == b"mine.tide-table\tat the end\tLink to the tide table\n"
    assert tail.stdout.decode().split("\t")[:2] == ["credit.cover", "anywhere and as a tail"]
    assert none.stdout == b"no rule takes this line\n"


def test_rules_whose_examples_hold_pass(run_scraper: RunScraper, rule_file: Path) -> None:
    done = run_scraper("rules", "test", rule_file.parent)

    assert done.messages == ["1 rule tested: all examples hold"]
    assert done.code == 0


def test_each_example_that_does_not_hold_is_named(run_scraper: RunScraper, rule_file: Path) -> None:
    keeps = '"The tide table was wrong.", "(Cover via CMG)", "See the tide table"'
    rule_file.write_text(GOOD.replace('"See the tide table here", ', '"See the moon", ').replace(
        '"The tide table was wrong.", "See the tide table on page four."', keeps))  # fmt: skip

    done = run_scraper("rules", "test", rule_file)

    assert done.messages == [
        "mine.tide-table does not drop 'See the moon'",
        "mine.tide-table keeps '(Cover via CMG)', but credit.cover takes it anywhere and as a tail",
        "mine.tide-table keeps 'See the tide table', but mine.tide-table takes it at the end",
        "1 rule tested: 3 examples do not hold",
    ]
    assert done.code == 2


def test_a_pattern_of_ones_own_that_would_hang_is_named(run_scraper: RunScraper, rule_file: Path) -> None:
    rule_file.write_text(GOOD.replace("'see the tide table( here)?'", "'see the tide table( here)?|(a|a)*tide'"))

    done = run_scraper("rules", "test", rule_file)

    assert done.messages[0].startswith("mine.tide-table may hang on a line of 10,000 characters: bound its repeats")
    assert done.code == 2


def test_the_rules_of_the_program_hold(run_scraper: RunScraper) -> None:
    done = run_scraper("rules", "test")

    assert done.messages[-1].endswith("rules tested: all examples hold")
    assert done.code == 0


def test_rules_of_ones_own_strip_pages_and_texts(run_scraper: RunScraper, rule_file: Path) -> None:
    line = json.dumps({"text": f"{STORY}\nSee the tide table here"}).encode()

    with_them = run_scraper("clean", "-", "--rules", rule_file, stdin=line)
    without = run_scraper("clean", "-", stdin=line)

    assert with_them.records[0]["removed"][0]["rule"] == "mine.tide-table"
    assert without.records[0]["removed"] == []


def test_a_rule_file_that_is_not_there_is_named_before_anything_is_read(run_scraper: RunScraper) -> None:
    done = run_scraper("clean", "-", "--rules", "nowhere.toml", stdin=b"One.")

    assert done.messages[0].startswith("nowhere.toml: cannot be read")
    assert (done.stdout, done.code) == (b"", 2)
