"""The examples of the rules are their tests, and what a bad rule file is told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scraper.errors import ConfigError
from scraper.rules import Rule, RuleSet, fold, load_rules, rules_version
from scraper.rules.loading import read_own_rules, read_rules
from scraper.strip import clean_text

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "scraper" / "rules").glob("*.toml"))
RULES = [rule for path in FILES for rule in read_rules(path)]
ALL = RuleSet(RULES)

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)

GOOD = """
[[rule]]
id    = "mine.tide-table"
about = "Link to the tide table"
lang  = ["en"]
words = ["tide"]
line  = 'see the tide table( here)?'
drops = ["See the tide table here"]
keeps = ["The tide table was wrong."]
"""


def touching(line: str, rules: RuleSet) -> list[str]:
    """Return the ids of the rules that take ``line`` anywhere, at an edge, or as the tail of a paragraph."""
    found = [rule for edge in ("any", "start", "end") if (rule := rules.match(line, edge))]
    tails = [tail[1] for before in ("", "The harbour froze. ", "港口结冰了。") if (tail := rules.tail(before + line))]
    return [rule.id for rule in found + tails]


def a_file(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@each_rule
def test_a_rule_drops_its_drops(rule: Rule) -> None:
    assert [line for line in rule.drops if rule.id not in touching(line, RuleSet([rule]))] == []


@each_rule
def test_no_rule_touches_what_a_rule_keeps(rule: Rule) -> None:
    assert [(line, touching(line, ALL)) for line in rule.keeps if touching(line, ALL)] == []


@each_rule
def test_a_rule_shows_more_than_one_line_that_it_drops_and_one_that_it_keeps(rule: Rule) -> None:
    assert len(rule.drops) >= 2
    assert len(rule.keeps) >= 2


@each_rule
def test_a_tail_rule_takes_its_lines_from_the_end_of_a_paragraph(rule: Rule) -> None:
    lone = RuleSet([rule])

    assert [line for line in rule.drops if (lone.tail(f"The harbour froze. {line}") is not None) != rule.tail] == []


@each_file
def test_ids_are_sorted(path: Path) -> None:
    ids = [rule.id for rule in read_rules(path)]

    assert ids == sorted(ids)


def test_ids_are_unique() -> None:
    ids = [rule.id for rule in RULES]

    assert len(set(ids)) == len(ids)


@each_file
def test_the_quick_reader_and_a_toml_parser_agree(path: Path) -> None:
    keys = ("id", "about", "lang", "where", "words", "line", "max_chars", "tail")
    quick = read_own_rules(path)

    assert [[getattr(rule, key) for key in keys] for rule in quick] == [
        [getattr(rule, key) for key in keys] for rule in read_rules(path)
    ]
    assert all(rule.drops == rule.keeps == () for rule in quick)


@pytest.mark.parametrize("path", sorted(ROOT.glob("fixtures/pages/*/expected.json")), ids=lambda path: path.parent.name)
def test_no_rule_touches_the_gold_text_of_a_page(path: Path) -> None:
    expected = json.loads(path.read_text(encoding="utf-8"))
    text = "\n".join(expected.get("text", []))

    assert clean_text(text, rules=ALL).removed == ()
    assert [(piece, touching(piece, ALL)) for piece in expected.get("with", []) if touching(piece, ALL)] == []


def test_the_seven_lines_of_the_seed_are_drops_word_for_word() -> None:
    drops = {line for rule in RULES for line in rule.drops}

    assert {
        "By continuing to browse our site you agree to our use of cookies, revised Privacy Policy and Terms of Use. "
        "You can change your cookie settings through your browser.",
        "CHOOSE YOUR LANGUAGE",
        "互联网新闻信息许可证10120180008",
        "Disinformation report hotline: 010-85061466",
        "Read more: Q&A: Expert insights on key outcomes of 2nd China-Central Asia Summit (Part I)",
        "(Cover via CMG)",
    } <= drops


def test_the_first_id_gets_the_credit_where_two_rules_match() -> None:
    rules = [
        Rule(id=name, about="", lang=("en",), words=("harbour",), line=("harbour news",)) for name in ("b.b", "a.a")
    ]
    credited = RuleSet(rules).match("Harbour news")

    assert credited is not None
    assert credited.id == "a.a"


def test_of_several_rules_that_match_the_one_of_the_page_gets_the_credit_else_the_english_one() -> None:
    line = "We use cookies on our website to give you the best experience."
    found = (ALL.match(line), ALL.match(line, language="en"), ALL.match(line, language="nl"))

    assert [rule and rule.id for rule in found] == ["cookie.we-use", "cookie.we-use", "cookie.notice-nl"]


def test_folding_leaves_one_space_between_words_whatever_stands_there() -> None:
    spaces = [chr(code) for code in range(0x3001) if chr(code).isspace()]

    assert {fold(f" Low{space}{space}tide{space}") for space in spaces} == {"low tide"}
    assert fold("Low \u200b tide\u00ad") == "low tide"


def test_words_are_found_between_quotes_and_dashes_and_beside_letters_beyond_ascii() -> None:
    rule = Rule(id="a.a", about="", lang=("en",), words=("tide",), line=(".*",))

    assert all(
        RuleSet([rule]).match(line)
        for line in ("“Tide”", "low—tide…", "the tide’s out", "«Tide» à quai", "Low：tide｜now", "tide")
    )
    assert RuleSet([rule]).match("the “tides”") is None


def test_patterns_see_a_line_folded() -> None:
    assert fold("  »\u200b 责任编辑：张三 （实习）\u00a0 ") == "责任编辑:张三 (实习)"
    assert fold("- THE  END -") == "the end"


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("giriş", "ÜYE GİRİŞİ | GİRİŞ YAP"),
        ("kayıt", "KAYIT OL"),
        ("συνδρομή", "ΣΥΝΔΡΟΜΗ"),
        ("учётная", "Учетная запись"),
        ("إشعارات", "فعّل الاشعارات؛ اشعارات،"),
        ("إشعارات", "هل تريد إشعارات؟ فعّلها"),
        ("إشعارات", "إشعارات؛ مرة في اليوم"),
        ("حریم", "حريم خصوصي"),
        ("हिन्दी", "हिन्दी।"),
        ("(c)", "(C) 2024"),
        ("赞", "点赞"),
    ],
)
def test_a_word_is_found_however_it_is_spelled(word: str, line: str) -> None:
    rule = Rule(id="a.a", about="", lang=("tr",), words=(word,), line=(f".*{re.escape(word)}.*",))

    assert RuleSet([rule]).match(line) is rule


def test_a_word_of_a_script_without_spaces_is_found_inside_a_run() -> None:
    rule = Rule(id="a.a", about="", lang=("zh",), words=("编辑", "app"), line=(".*",))

    assert RuleSet([rule]).match("本报编辑部") is rule
    assert RuleSet([rule]).match("打开APP看看") is rule
    assert RuleSet([rule]).match("An apple, a pear") is None


def test_a_line_longer_than_a_rule_allows_stays() -> None:
    rule = Rule(id="a.a", about="", lang=("en",), words=("more",), line=("more.*",), max_chars=20)

    assert RuleSet([rule]).match("More about the ferry") is rule
    assert RuleSet([rule]).match("More about the ferries") is None


def test_rules_of_ones_own_are_added_and_named_rules_do_not_run(tmp_path: Path) -> None:
    path = a_file(tmp_path, GOOD)
    rules = load_rules(extra=[path], disable=["credit.cover"])

    assert touching("See the tide table", rules) == ["mine.tide-table"] * 3
    assert touching("(Cover via CMG)", rules) == []


def test_a_folder_of_rule_files_can_be_given(tmp_path: Path) -> None:
    a_file(tmp_path, GOOD)

    assert touching("See the tide table", load_rules(extra=[tmp_path])) == ["mine.tide-table"] * 3


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("words = ", "wrods = "), "rule mine.tide-table: object contains unknown field `wrods`; see docs/rules.md"),
        (('keeps = ["The tide table was wrong."]', ""), "rule mine.tide-table: keeps is empty; every rule needs id"),
        (('"mine.tide', '"tide'), 'rule tide-table: the id must begin with the file\'s name: "mine."'),
        (
            ('["tide"]', '["Tide"]'),
            "rule mine.tide-table: word 'Tide' cannot be looked up; give one word in lower case",
        ),
        (("( here)?'", "( here'"), "rule mine.tide-table: line is no pattern: missing ), unterminated subpattern"),
        (("see the", "see（the"), "rule mine.tide-table: line has a wide character"),
        (('"en"]', '"en"'), "is not valid TOML"),
        (("[[rule]]", "[[rules]]"), "holds no rule; write [[rule]] tables"),
        (('"Link to the tide table"', "3"), "rule mine.tide-table: expected `str`, got `int`"),
    ],
)
def test_a_bad_rule_file_is_told_where_what_and_what_to_do(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    path = a_file(tmp_path, GOOD.replace(*change))

    with pytest.raises(ConfigError, match=re.escape(str(path))) as error:
        load_rules(extra=[path])
    assert told in str(error.value)


def test_rules_out_of_order_are_told(tmp_path: Path) -> None:
    path = a_file(tmp_path, GOOD + GOOD.replace("tide-table", "a-list"))

    with pytest.raises(ConfigError, match=r"rule mine\.a-list stands after mine\.tide-table; sort the rules by id"):
        load_rules(extra=[path])


def test_an_id_that_is_there_already_is_told(tmp_path: Path) -> None:
    path = a_file(tmp_path, GOOD.replace("mine.tide-table", "credit.cover"), "credit.toml")

    with pytest.raises(ConfigError, match=r"rule credit\.cover is there twice"):
        load_rules(extra=[path])


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.toml: cannot be read \(No such file or directory\)"):
        load_rules(extra=[tmp_path / "nothing.toml"])


def test_a_folder_without_rule_files_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"holds no \*\.toml"):
        load_rules(extra=[tmp_path])


def test_disabling_an_unknown_rule_is_told_with_the_nearest_id() -> None:
    with pytest.raises(ConfigError, match=r"no rule is called 'credit\.covers'; did you mean credit\.cover\?"):
        load_rules(disable=["credit.covers"])


def test_the_version_is_the_date_of_the_newest_file_and_a_hash() -> None:
    newest = max(re.findall(r"^updated = (\S+)$", "\n".join(path.read_text("utf-8") for path in FILES), re.MULTILINE))

    assert re.fullmatch(re.escape(newest) + r"\.[0-9a-f]{8}", rules_version())
