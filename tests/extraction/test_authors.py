from __future__ import annotations

import pytest
from metadata_pages import STORY, columns_of, ld, meta, told

from scraper.extraction.authors import byline
from scraper.extraction.evidence import gather
from scraper.extraction.names import names, names_in_line, signature


def by_json_ld(author: str) -> str:
    return ld(f'{{"@type": "NewsArticle", "author": {author}, "publisher": {{"name": "Island Post"}}}}')


def test_authors_of_json_ld_are_listed_in_their_order() -> None:
    page = told(head=by_json_ld('[{"name": "Ben Cole"}, {"name": "Ann Bell"}]'))

    assert (page.authors, page.sources.authors) == (("Ben Cole", "Ann Bell"), "json-ld")


def test_an_author_by_id_is_looked_up_in_the_graph() -> None:
    article = '{"@type": "Article", "author": {"@id": "#ann"}}'
    person = '{"@type": "Person", "@id": "#ann", "name": "Ann Bell"}'

    assert told(head=ld(f'{{"@graph": [{article}, {person}]}}')).authors == ("Ann Bell",)


def test_a_name_in_two_pieces_is_put_together() -> None:
    page = told(head=by_json_ld('{"@type": "Person", "familyName": "Bell", "givenName": "Ann Mae"}'))

    assert page.authors == ("Ann Mae Bell",)


def test_where_a_newsroom_sits_is_no_author() -> None:
    assert names("shoretimes.de, Kiel, Germany", trusted=True) == ((), ("shoretimes.de",))


def test_whom_the_article_is_about_is_no_author() -> None:
    topic = '<div class="topics"><a href="/person/ann-bell/">Ann Bell</a></div>'

    assert told(f"<h1>Ferry returns</h1>{STORY}{topic}").authors == ()


def test_an_organization_is_kept_apart() -> None:
    page = told(
        head=by_json_ld('[{"@type": "Organization", "name": "Harbour Wire"}, {"@type": "Person", "name": "Ann Bell"}]')
    )

    assert (page.authors, page.organizations) == (("Ann Bell",), ("Harbour Wire",))


def test_the_site_is_never_a_person() -> None:
    page = told(head=by_json_ld('{"@type": "Person", "name": "Island Post"}'))

    assert (page.authors, page.organizations) == ((), ("Island Post",))


def test_an_account_that_the_page_does_not_show_gives_way_to_the_byline() -> None:
    page = told(
        f"<h1>Ferry returns</h1><p>By Ann Bell</p>{STORY}",
        by_json_ld('{"@type": "Person", "name": "kx2"}') + "<title>Ferry returns</title>",
    )

    assert page.authors == ("Ann Bell",)


@pytest.mark.parametrize(
    "line",
    [
        "<p>By Ann Bell</p>",
        '<p><a rel="author" href="/who/7">Ann Bell</a></p>',
        '<p>with <a href="/authors/ann-bell">Ann Bell</a></p>',
        '<div class="post-author">Ann Bell</div>',
        '<span itemprop="author">Ann Bell</span>',
        "<p>Ann Bell</p><p>3 May 2024</p>",
        "<p>Ann Bell/Ann Bell</p>",
        "<p>Written by</p><p>Ann Bell</p>",
        '<p>with <a href="/about/editors/ann-bell/">Ann Bell</a></p>',
        '<div class="author">Islands · Ann Bell</div>',
        "<p>By Ann Bell, ann.bell@courier.example, letters to ann.bell@courier.example</p>",
    ],
)
def test_a_byline_near_the_title_is_found(line: str) -> None:
    page = told(f"<h1>Ferry returns</h1>{line}{STORY}", "<title>Ferry returns</title>")

    assert page.authors == ("Ann Bell",)


def test_several_names_of_one_node_are_several_authors() -> None:
    assert told(head=by_json_ld('{"@type": "Person", "name": ["Ann Bell", "Ben Cole"]}')).authors == (
        "Ann Bell", "Ben Cole",
    )  # fmt: skip


def test_a_pen_name_in_small_letters_may_be_in_the_text_too() -> None:
    page = told(f'<h1>Ferry returns</h1><p>by <a rel="author" href="/u/7">harbourfox</a></p>{STORY}<p>@harbourfox</p>')

    assert page.authors == ("harbourfox",)


def test_a_line_that_only_looks_like_a_name_does_not_replace_what_the_head_says() -> None:
    head = "<title>Ferry returns</title>" + meta("author", "kx2")

    assert told(f"<h1>Ferry returns</h1><p>Find A Pier</p><p>3 May 2024</p>{STORY}", head).authors == ("kx2",)


@pytest.mark.parametrize(
    ("first", "last", "authors"),
    [
        ("（海湾日报记者 张海 李明）渡轮星期一恢复运行。", "码头重新开放。", ("张海", "李明")),
        ("渡轮星期一恢复运行。", "码头重新开放。（张海）", ("张海",)),
        ("渡轮星期一恢复运行。", "码头重新开放（文/图 张海 李明）", ("张海", "李明")),
        ("渡轮星期一恢复运行。", "码头重新开放（完）", ()),
        ("记者向有关部门了解渡轮的情况。", "码头重新开放（见图）", ()),
    ],
)
def test_who_signs_a_chinese_text_in_brackets_is_its_author(first: str, last: str, authors: tuple[str, ...]) -> None:
    assert signature(first, last) == authors


def test_the_line_below_a_vietnamese_text_is_its_author() -> None:
    body = "<h1>Phà trở lại</h1><p>" + "Phà giữa các đảo hoạt động trở lại sau mười một tuần sửa chữa. " * 4 + "</p>"
    columns = columns_of(body + "<p>Lê Bình An</p>", lang="vi")

    found = byline(gather(columns, "https://news.example/pha", (1, 1)))

    assert found.people == ("Lê Bình An",)


def test_words_that_the_page_also_writes_small_are_no_name() -> None:
    page = told(
        f"<h1>Ferry returns</h1><p>Buying Advice</p><p>3 May 2024</p>{STORY}<p>More buying advice for sailors.</p>",
        "<title>Ferry returns</title>",
    )

    assert page.authors == ()


def test_a_page_that_names_nobody_has_no_author() -> None:
    assert told(head=meta("author", "admin")).authors == ()


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("By Ann Bell and Ben Cole", ("Ann Bell", "Ben Cole")),
        ("Von Anna Bell und Benno Kohl", ("Anna Bell", "Benno Kohl")),
        ("Par Anne Belle, Benoît Colle", ("Anne Belle", "Benoît Colle")),
        ("Ann Bell, MD, PhD", ("Ann Bell",)),
        ("Ann Bell, Senior Editor", ("Ann Bell",)),
        ("Ann Bell | May 3, 2024 | 5 min read", ("Ann Bell",)),
        ("Ann Bell (ab)", ("Ann Bell",)),
        ("Written by Ann Bell Reviewed by Ben Cole", ("Ann Bell",)),
        ("Ann van der Bell", ("Ann van der Bell",)),
        ("ann@news.example Ann Bell", ("Ann Bell",)),
        ("Photo: Ben Cole", ()),
        ("https://news.example/ann", ()),
    ],
)
def test_roles_dates_and_credentials_are_no_people(text: str, people: tuple[str, ...]) -> None:
    assert names(text).people == people


@pytest.mark.parametrize(
    "text",
    [
        "dpa",
        "AFP",
        "Harbour News Agency",
        "Onlineredaktion",
        "The Harbour Team",
        "Liman Ajansı",
        "海岛日报",
        "islands.com",
    ],
)
def test_agencies_and_newsrooms_are_organizations(text: str) -> None:
    assert names(text, trusted=True) == ((), (text,))


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("记者 王小明 李雷", ("王小明", "李雷")),
        ("来源：海岛日报 作者：王小明", ("王小明",)),
        ("【ロンドン＝山田花子】", ("山田花子",)),
        ("김민수 기자", ("김민수",)),
        ("3 May 2024 by Ann Bell in Harbour", ("Ann Bell",)),
        ("ByAnn Bell", ("Ann Bell",)),
        ("By ibby", ("ibby",)),
        ("The yard is run by people who know ships", ()),
    ],
)
def test_a_line_names_its_author_only_where_it_says_so(line: str, people: tuple[str, ...]) -> None:
    assert names_in_line(line).people == people


def test_a_trusted_lone_word_is_a_pen_name() -> None:
    assert names("Sandra", trusted=True).people == ("Sandra",)
    assert names("Sandra").people == ()
