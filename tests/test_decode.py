"""Bytes become text the way a browser would read them, and the page says how that was decided."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from scraper.decode import _LABELS, _has_meta_for_utf8, decode, given
from scraper.errors import NotAnArticle
from scraper.records import Page, Response, Target

CHINESE = "新华社记者昨日从会议上获悉，今年的粮食产量将再创新高，各地农民对此表示满意。"
JAPANESE = "これは新しい図書館についての記事です。①番目の部屋には古い地図があります。"
RUSSIAN = "Вчера в городе открылась новая библиотека, и жители пришли посмотреть на неё."
POLISH = "Wczoraj w mieście otwarto nową bibliotekę, a mieszkańcy przyszli ją obejrzeć. Źródło: własne."
SPANISH = "La niña leyó ayer en la biblioteca más pequeña de la región, según contó su señora madre. ¿Volverá mañana?"


def a_response(body: bytes, content_type: str = "text/html") -> Response:
    return Response(target=Target(url=""), url="https://news.test/", headers={"content-type": content_type}, body=body)


def a_page(text: str, encoding: str, meta: str = "", content_type: str = "text/html") -> Page:
    head = f'<meta charset="{meta}">' if meta else ""
    body = f"<html><head>{head}</head><body><p>{text}</p></body></html>".encode(encoding)
    return decode(a_response(body, content_type))


def decided(page: Page) -> tuple[str, str]:
    return page.encoding, page.encoding_from


def test_a_byte_order_mark_beats_the_header_and_is_not_text() -> None:
    page = decode(a_response(b"\xef\xbb\xbf<p>caf\xc3\xa9</p>", "text/html; charset=windows-1251"))

    assert decided(page) == ("utf-8", "bom")
    assert page.html == "<p>café</p>"


def test_utf_16_with_a_mark_is_read() -> None:
    page = decode(a_response("\ufeff<p>café</p>".encode("utf-16-be")))

    assert decided(page) == ("utf-16be", "bom")
    assert page.html == "<p>café</p>"


def test_utf_16_without_a_mark_is_seen_by_its_zero_bytes() -> None:
    page = a_page(CHINESE, "utf-16-le")

    assert decided(page) == ("utf-16le", "guess")
    assert CHINESE in page.html


def test_the_header_beats_the_meta_tag() -> None:
    page = a_page(RUSSIAN, "cp1251", meta="koi8-r", content_type='text/html; Charset="Windows-1251"')

    assert decided(page) == ("windows-1251", "header")
    assert RUSSIAN in page.html


@pytest.mark.parametrize(
    "said",
    [
        '<?xml version="1.0" encoding="KOI8-R"?>',
        "<META HTTP-EQUIV=Content-Type CONTENT='text/html; charset=koi8-r'>",
        "<meta\n charset = koi8-r/>",
        "<meta name='a' content='b'><meta charset='koi8-r'>",
    ],
)
def test_a_page_says_its_encoding_in_several_ways(said: str) -> None:
    page = decode(a_response((said + RUSSIAN).encode("koi8-r")))

    assert decided(page) == ("koi8-r", "meta")


def test_the_meta_tag_counts_where_the_header_is_silent() -> None:
    page = a_page(RUSSIAN, "koi8-r", meta="koi8-r")

    assert decided(page) == ("koi8-r", "meta")
    assert RUSSIAN in page.html


def test_gb2312_is_read_as_gb18030() -> None:
    page = a_page("朱镕基与喆先生", "gb18030", meta="gb2312")

    assert decided(page) == ("gbk", "meta")
    assert "朱镕基与喆先生" in page.html


def test_the_wide_space_of_gbk_pages_is_a_wide_space() -> None:
    body = b'<meta charset="gbk"><p>\xa3\xa0\xa3\xa0' + "正文".encode("gbk")

    assert "\u3000\u3000正文" in decode(a_response(body)).html


@pytest.mark.parametrize("label", ["iso-8859-1", "us-ascii", "latin1"])
def test_latin_1_is_read_as_windows_1252(label: str) -> None:
    page = a_page("“Smart” – €5", "cp1252", meta=label)

    assert decided(page) == ("windows-1252", "meta")
    assert "“Smart” – €5" in page.html


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("shift_jis", "cp932", "①㈱の話"),
        ("euc-jp", "euc_jis_2004", "①㈱の話"),
        ("iso-2022-jp", "iso2022_jp", "図書館の話"),
        ("euc-kr", "cp949", "똠방각하"),
        ("big5", "big5hkscs", "圖書館喺香港"),
    ],
)
def test_east_asian_labels_include_what_makers_added(label: str, codec: str, text: str) -> None:
    page = a_page(text, codec, meta=label)

    assert text in page.html
    assert page.warnings == ()


def test_a_page_in_utf_8_with_an_old_label_is_utf_8() -> None:
    page = a_page(CHINESE, "utf-8", meta="gb2312", content_type="text/html; charset=iso-8859-1")

    assert decided(page) == ("utf-8", "utf-8")
    assert CHINESE in page.html


def test_a_label_by_which_the_page_cannot_be_read_is_passed_over() -> None:
    page = a_page(CHINESE, "gb18030", meta="gbk", content_type="text/html; charset=utf-8")

    assert decided(page) == ("gbk", "meta")
    assert CHINESE in page.html


@pytest.mark.parametrize("label", ["utf-7", "unicode_escape", "hz-gb-2312", "x-klingon", "\x00", "utf-8;q=1 gbk"])
def test_a_label_that_is_not_of_the_web_is_ignored(label: str) -> None:
    page = a_page(CHINESE, "utf-8", meta=label, content_type=f"text/html; charset={label}")

    assert page.encoding == "utf-8"
    assert CHINESE in page.html


def test_utf_16_in_a_meta_tag_means_utf_8() -> None:
    # The broken byte at the end keeps the page from being UTF-8 by its bytes alone.
    page = decode(a_response(b'<meta charset="utf-16"><p>' + "café à Orléans, été".encode() + b"\xff</p>"))

    assert decided(page) == ("utf-8", "meta")
    assert "café à Orléans, été" in page.html


def test_who_said_utf_8_is_recorded() -> None:
    assert decided(a_page("é", "utf-8", content_type="text/html; charset=UTF8")) == ("utf-8", "header")
    assert decided(a_page("é", "utf-8", meta="utf-8")) == ("utf-8", "meta")
    assert decided(a_page("é", "utf-8")) == ("utf-8", "utf-8")


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (CHINESE, "gb18030", "gbk"),
        (CHINESE.replace("获", "獲"), "big5hkscs", "big5"),
        (JAPANESE, "euc_jis_2004", "euc-jp"),
        (JAPANESE, "cp932", "shift_jis"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (POLISH, "cp1250", "windows-1250"),
        (SPANISH, "cp1252", "windows-1252"),
    ],
)
def test_a_page_without_any_label_is_guessed_and_flagged(text: str, codec: str, name: str) -> None:
    body = "".join(f"<p>{text}</p>" for _ in range(5)).encode(codec, "ignore")
    page = decode(a_response(body))

    assert decided(page) == (name, "guess")
    assert text.encode(codec, "ignore").decode(codec) in page.html
    assert page.warnings == ("encoding_guessed",)


def test_a_broken_byte_is_replaced_and_flagged() -> None:
    page = decode(a_response("<meta charset=utf-8><p>Größe über alles, schöne Grüße".encode() + b"\xe4</p>"))

    assert "schöne Grüße\ufffd" in page.html
    assert page.warnings == ("decoding_errors",)


def test_a_stray_byte_in_a_page_of_ascii_does_not_make_it_utf_16() -> None:
    page = decode(a_response(b'<meta charset="utf-8"><script>[a\xe5]</script><p>The ferry is back.</p>'))

    assert "<p>The ferry is back.</p>" in page.html


def test_nuls_are_dropped() -> None:
    assert decode(a_response(b"<p>wo\x00rd</p>" + b"x" * 100)).html.startswith("<p>word</p>")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", id="jpeg"),
        pytest.param(b"%PDF-1.7\n1 0 obj", id="pdf"),
        pytest.param(b"PK\x03\x04\x14\x00", id="zip"),
        pytest.param(b"\x1f\x8b\x08\x00\x00\x00\x00\x00", id="gzip is not inflated"),
        pytest.param(bytes(range(256)) * 8, id="noise"),
        pytest.param(b"\x00" * 5000, id="zeros"),
    ],
)
def test_binary_data_is_not_html_whatever_the_header_says(body: bytes) -> None:
    with pytest.raises(NotAnArticle) as caught:
        decode(a_response(body, "text/html; charset=utf-8"))

    assert caught.value.reason == "not_html"


@pytest.mark.parametrize("body", [b"", b" \r\n\t "])
def test_an_empty_body_has_no_text(body: bytes) -> None:
    with pytest.raises(NotAnArticle) as caught:
        decode(a_response(body))

    assert caught.value.reason == "no_text"


def test_text_that_is_given_loses_what_cannot_be_stored() -> None:
    page = given(a_response(b""), "<p>a\x00b\ud800c</p>")

    assert page.html == "<p>ab\ufffdc</p>"
    assert page.encoding_from == "given"


def test_a_long_page_without_markup_is_guessed_in_linear_time() -> None:
    # A pattern that looked for runs around a foreign byte needed minutes for this one.
    page = decode(a_response(b"<p>" + b"a" * 2_000_000 + b" \xe9t\xe9 </p>"))

    assert page.encoding_from == "guess"


STANDARD = (
    Path(os.environ.get("SCRAPER_SHARED") or Path(__file__).parents[2] / "shared") / "data/encoding/encodings.json"
)


@pytest.mark.skipif(not STANDARD.exists(), reason=f"{STANDARD} is not there")
def test_the_labels_are_those_of_the_standard() -> None:
    groups = json.loads(STANDARD.read_text())
    wanted = {label: e["name"].lower() for group in groups for e in group["encodings"] for label in e["labels"]}
    unread = {label for label, name in wanted.items() if name == "replacement"}

    assert {label: name for label, name in wanted.items() if label not in unread} == _LABELS | {
        "x-user-defined": "x-user-defined"
    }


PIECES = (b"<meta", b"<META ", b"charset", b"charset=utf-8", b"=", b"UTF8", b" ", b">", b"'", b"x", b"<")


@given_any(st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join))
def test_a_meta_tag_for_utf8_is_found_as_a_pattern_finds_it(head: bytes) -> None:
    pattern = rb"<meta[^>]+charset\s*=\s*[\"']?\s*utf-?8\b"

    assert _has_meta_for_utf8(head.lower()) == bool(re.search(pattern, head, re.IGNORECASE))
