"""Lists of urls as people write them."""

from __future__ import annotations

from io import BytesIO

import pytest

from scraper.records import Failed, Target
from scraper.sources.url_lists import listed_targets, named_targets


def read(data: bytes) -> list[tuple[str, str]]:
    """Return url and reason, "" for a good one."""
    items = listed_targets(BytesIO(data), "urls.txt")
    return [(item.url, item.reason if isinstance(item, Failed) else "") for item in items]


def test_blank_lines_comments_and_space_around_urls_do_not_count() -> None:
    data = b"# today\n\n  https://a.example/  \n\t\n#https://b.example/\nhttps://c.example/#part\n"

    assert read(data) == [("https://a.example/", ""), ("https://c.example/#part", "")]


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_lines_may_end_as_on_any_system(ending: bytes) -> None:
    assert read(ending.join([b"https://a.example/", b"https://b.example/"])) == [
        ("https://a.example/", ""),
        ("https://b.example/", ""),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_the_first_url(encoding: str) -> None:
    data = "https://a.example/ü\nhttps://b.example/\n".encode(encoding)

    assert read(data) == [("https://a.example/ü", ""), ("https://b.example/", "")]


def test_a_malformed_url_says_where_it_stands_and_the_next_ones_are_read() -> None:
    items = list(listed_targets(BytesIO(b"https://a.example/\nnews.example/b\nftp://c.example/\n"), "urls.txt"))

    assert items[0] == Target(url="https://a.example/", source="urls.txt")
    assert items[1] == Failed(
        url="news.example/b",
        reason="bad_url",
        detail="urls.txt, line 2: no scheme; did you mean https://news.example/b?",
    )
    assert isinstance(items[2], Failed)


def test_a_line_of_ten_megabytes_is_one_bad_url() -> None:
    urls = read(b"https://a.example/" + b"x" * 10_000_000 + b"\nhttps://b.example/\n")

    assert [(len(url), reason) for url, reason in urls] == [(201, "bad_url"), (18, "")]


def test_bytes_that_are_no_text_are_a_bad_url() -> None:
    assert [reason for _, reason in read(b"https://a.example/\xff\xfe\n\x00\x01\nhttps://b.example/\n")] == [
        "bad_url",
        "bad_url",
        "",
    ]


def test_urls_of_the_command_line_are_checked_the_same_way() -> None:
    good, bad = named_targets([" https://a.example/ ", "a.example"])

    assert good == Target(url="https://a.example/", source="arguments")
    assert isinstance(bad, Failed)
