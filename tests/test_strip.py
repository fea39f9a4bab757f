"""What stripping does to blocks, links and removals, whatever the rules."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.records import Block, BlockLink, Document, Draft, Metadata, Page, Removed, Response, Target
from scraper.rules import Rule, RuleSet, load_rules
from scraper.strip import EDGE_LINES, clean_text, strip

PROSE = (
    "The ferry between the two islands went back into service on Monday after eleven weeks in the dockyard.",
    "Teachers who live on the smaller island had shared a fishing boat to get to work during the repairs.",
    "The council will decide in spring whether a second vessel can be bought with the money that it saves.",
)


def a_rule(name: str, word: str, line: str, **more: Any) -> Rule:
    return Rule(id=name, about="", lang=("en",), words=(word,), line=(line,), **more)


RULES = RuleSet(
    [
        a_rule("certain.notice", "notice", "notice of the harbour"),
        a_rule("edges.share", "share", "share", where="edges"),
        a_rule("end.tags", "tags", "tags: .*", where="end"),
        a_rule("start.home", "home", "home", where="start"),
        a_rule("tail.credit", "credit", r"\W?credit:? .{2,30}", tail=True),
    ]
)


def a_draft(*blocks: Block | str, removals: tuple[Removed, ...] = ()) -> Draft:
    response = Response(target=Target(url=""), url="")
    page = Page(response=response, utf8=b"", encoding="utf-8", encoding_from="utf-8")
    return Draft(
        document=Document(page=page, tree=None, base_url=""),
        metadata=Metadata(),
        blocks=tuple(Block(kind="paragraph", text=block) if isinstance(block, str) else block for block in blocks),
        removals=removals,
    )


def texts(draft: Draft) -> list[str]:
    return [block.text for block in draft.blocks]


def removed(draft: Draft) -> list[tuple[str, str, int | None, str]]:
    return [(removal.rule, removal.text, removal.block, removal.side) for removal in draft.removals]


def kept_lines(*lines: str) -> list[str]:
    return clean_text("\n".join(lines), rules=RULES).text.split("\n")


def test_a_removal_says_before_which_block_it_stood() -> None:
    notice = "Notice of the harbour"
    stripped = strip(a_draft(notice, PROSE[0], notice, PROSE[1], notice), RULES)

    assert texts(stripped) == list(PROSE[:2])
    assert removed(stripped) == [
        ("certain.notice", notice, 0, "before"),
        ("certain.notice", notice, 1, "inside"),
        ("certain.notice", notice, None, "after"),
    ]


def test_a_draft_without_furniture_is_the_same_draft() -> None:
    draft = a_draft(*PROSE)

    assert strip(draft, RULES) is draft


def test_earlier_removals_are_numbered_anew_and_stay_in_document_order() -> None:
    earlier = (
        Removed(rule="earlier", text="head", block=None, side="before"),
        Removed(rule="earlier", text="middle", block=2, side="inside"),
        Removed(rule="earlier", text="foot", block=None, side="after"),
    )
    stripped = strip(a_draft(PROSE[0], "Notice of the harbour", PROSE[1], removals=earlier), RULES)

    assert removed(stripped) == [
        ("earlier", "head", 0, "before"),
        ("certain.notice", "Notice of the harbour", 1, "inside"),
        ("earlier", "middle", 1, "inside"),
        ("earlier", "foot", None, "after"),
    ]


def test_code_and_tables_are_not_looked_into() -> None:
    code = Block(kind="code", text="Notice of the harbour")
    table = Block(kind="table", text="Share\nCredit: Jane Doe")
    draft = a_draft(PROSE[0], code, table)

    assert strip(draft, RULES) is draft


def test_a_line_between_line_breaks_of_a_paragraph_goes() -> None:
    stripped = strip(a_draft(f"{PROSE[0]}\nNotice of the harbour\n{PROSE[1]}"), RULES)

    assert texts(stripped) == [f"{PROSE[0]}\n{PROSE[1]}"]
    assert removed(stripped) == [("certain.notice", "Notice of the harbour", 0, "inside")]


def test_links_move_with_their_text_and_go_with_furniture() -> None:
    text = f"Notice of the harbour\n{PROSE[0]} (Credit: Jane Doe)"
    ferry, credit = text.index("ferry"), text.index("Jane")
    links = (
        BlockLink(0, 6, "https://news.example/notice"),
        BlockLink(ferry, ferry + 5, "https://news.example/ferry"),
        BlockLink(credit, credit + 8, "https://news.example/jane"),
    )
    stripped = strip(a_draft(Block(kind="paragraph", text=text, links=links)), RULES)

    assert texts(stripped) == [PROSE[0]]
    assert stripped.blocks[0].links == (BlockLink(4, 9, "https://news.example/ferry"),)
    assert PROSE[0][4:9] == "ferry"


def linked(text: str) -> Block:
    return Block(kind="paragraph", text=text, links=(BlockLink(0, len(text), "https://news.example/cabins"),))


def test_a_link_that_stands_under_each_of_many_entries_is_a_button() -> None:
    entries = [f"Cabin {number} looks at the harbour." for number in range(9)]
    page = [block for entry in entries for block in (entry, linked("Look at the cabin"))]
    stripped = strip(a_draft(*page), RULES)

    assert texts(stripped) == entries
    assert removed(stripped)[0] == ("link.repeated", "Look at the cabin", 1, "inside")


def test_a_few_equal_links_and_equal_lines_that_are_no_links_stay() -> None:
    few = a_draft(*[block for entry in PROSE for block in (entry, linked("Tide table"))])
    refrain = a_draft(*["Row, row, the tide is low"] * 9, PROSE[0])

    assert strip(few, RULES) is few
    assert strip(refrain, RULES) is refrain


def test_what_is_glued_to_a_paragraph_is_cut_off_piece_by_piece() -> None:
    stripped = strip(a_draft(f"{PROSE[0]} Credit: John Roe. (Credit: Jane Doe)"), RULES)

    assert texts(stripped) == [PROSE[0]]
    assert removed(stripped) == [
        ("tail.credit", "Credit: John Roe.", 0, "inside"),
        ("tail.credit", "(Credit: Jane Doe)", 0, "inside"),
    ]


def test_words_in_the_middle_of_a_sentence_are_no_tail() -> None:
    draft = a_draft("The bank gave the harbour credit: two million, to be paid back when the ferry runs again")

    assert strip(draft, RULES) is draft


def test_a_removed_text_is_cut_at_300_characters() -> None:
    rules = RuleSet([a_rule("long.line", "tide", "tide .*", max_chars=500)])

    assert [len(removal.text) for removal in strip(a_draft("Tide " + "x" * 400, PROSE[0]), rules).removals] == [300]


def test_an_edge_rule_takes_a_line_at_the_edge_and_leaves_it_inside_the_story() -> None:
    assert kept_lines("Share", PROSE[0], "Share", PROSE[1], "Share") == [PROSE[0], "Share", PROSE[1]]


def test_a_rule_of_the_end_does_not_look_at_the_start() -> None:
    assert kept_lines("Tags: ferry", "Home", PROSE[0], "Home", "Tags: ferry") == ["Tags: ferry", PROSE[0], "Home"]


def test_a_few_short_lines_may_stand_between_an_edge_and_its_furniture() -> None:
    names = [f"Name {number}" for number in range(EDGE_LINES)]

    assert kept_lines(*names, "Share", PROSE[0]) == [*names, PROSE[0]]
    assert kept_lines("One more", *names, "Share", PROSE[0]) == ["One more", *names, "Share", PROSE[0]]


def test_an_edge_is_the_edge_of_something() -> None:
    assert kept_lines("Home", "Share") == ["Home", "Share"]


def test_a_text_of_certain_furniture_only_comes_out_empty() -> None:
    assert clean_text("Notice of the harbour\n", rules=RULES).text == ""


def test_line_ends_become_newlines_and_lines_stay_as_they_are() -> None:
    assert clean_text("  One\u00a0 line \r\n\r\nTwo\rThree\u2028Four\n", rules=RULES).text == (
        "  One\u00a0 line \n\nTwo\nThree\nFour\n"
    )


def test_empty_lines_go_only_where_furniture_went() -> None:
    notice = "Notice of the harbour"
    text = f"{notice}\n\n{PROSE[0]}\n\n\n{PROSE[1]}\n\n{notice}\n{notice}\n\n{PROSE[2]}\n\n{notice}"

    assert clean_text(text, rules=RULES).text == f"{PROSE[0]}\n\n\n{PROSE[1]}\n\n{PROSE[2]}"


def test_a_removal_from_text_counts_the_lines_that_stay_and_are_not_empty() -> None:
    cleaned = clean_text(f"{PROSE[0]}\n\nNotice of the harbour\n\n{PROSE[1]} (Credit: Jane Doe)", rules=RULES)

    assert [(item.text, item.block, item.side) for item in cleaned.removed] == [
        ("Notice of the harbour", 1, "inside"),
        ("(Credit: Jane Doe)", 1, "inside"),
    ]


def test_a_line_that_continues_a_wrapped_sentence_stays() -> None:
    wrapped = "When the ferry returned the harbour master gave every child the"

    assert kept_lines(wrapped, "notice of the harbour", "that had hung on the door.") == [
        wrapped,
        "notice of the harbour",
        "that had hung on the door.",
    ]


PIECES = st.sampled_from(
    [*PROSE, "", "  ", "Share", "Home", "Tags: ferry", "Notice of the harbour", "Read more: Ferry", "责任编辑：张三"]
)


@pytest.mark.parametrize("rules", [RULES, load_rules()], ids=["few", "all"])
@given(lines=st.lists(PIECES | st.text(max_size=60), max_size=12))
def test_every_character_stays_or_is_removed_by_a_rule(rules: RuleSet, lines: list[str]) -> None:
    text = "\n".join(lines)
    cleaned = clean_text(text, rules=rules)
    ids = {rule.id for rule in rules.rules}

    assert {item.rule for item in cleaned.removed} <= ids
    kept = "".join("".join(cleaned.text.split()) + "".join("".join(item.text.split()) for item in cleaned.removed))
    assert sorted(kept) == sorted("".join(text.split()))


@given(lines=st.lists(PIECES | st.text(max_size=60), max_size=12))
def test_blocks_and_removals_of_a_draft_fit_together(lines: list[str]) -> None:
    draft = a_draft(*(line for line in lines if line.strip()))
    stripped = strip(draft, load_rules())

    assert [block.text for block in stripped.blocks if not block.text.strip()] == []
    assert all(
        removal.block is None if removal.side == "after" else 0 <= (removal.block or 0) < len(stripped.blocks)
        for removal in stripped.removals
    )
    assert msgspec.json.encode(strip(draft, load_rules()).removals) == msgspec.json.encode(stripped.removals)
