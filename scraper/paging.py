"""Pages of one thing: which addresses are its numbered siblings, and what links to the next one are called."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from scraper.urls import normalise

# A number this high is an article's, a year or a day, and no page of a list or of an article.
MAX_PAGE = 999

_PARAMETERS = frozenset(
    "page p pg pn paged pagina pagenum pageno page_no pageindex pagenumber currentpage cur_page curpage seite halaman "
    "sayfa strana oldal".split()
)
MIN_STEM_CHARS = 3
_PAGED = re.compile(rb"[?&;](?:page|p|pg|seite|pagina)=\d", re.IGNORECASE)
# What may follow the name of a page in the address of another page of the same article.
_SIBLING = re.compile(rb"""(?:\.[a-z]{3,5})?[/?&;_.,~=-][^"'\s<>#]{0,60}?(?:\d|all|full|single|print|whole|one)""")

_INDEX = re.compile(r"/(?:index|default|home)\.(?:[sx]?html?|php|aspx?|jsp)$|/(?:index|default)$", re.IGNORECASE)
_EXTENSION = r"\.(?:[sx]?html?|php|aspx?|jsp)"
_ENDING = re.compile(rf"{_EXTENSION}$", re.IGNORECASE)
_NUMBERED = re.compile(
    rf"(?P<stem>.*?)(?:[/_.,~-]?(?:page|seite|pagina|pag|teil|part|p)[/_=,.-]?|[/_,.~-]|(?<=[^\d/])-?p)"
    rf"(?P<number>\d{{1,3}})(?P<ending>{_EXTENSION})?",
    re.IGNORECASE,
)

# The whole text of a link. Arrows alone count as well.
NEXT_WORDS = frozenset(
    word.strip()
    for word in """
    next, next page, next ›, next », next →, next >, older, older posts, older entries, older articles,
    older stories, load more, show more, continue, continue reading, go to next page, weiter, nächste,
    nächste seite, ältere beiträge, mehr laden, mehr anzeigen, auf der nächsten seite, weiter lesen, suivant,
    suivante, page suivante, articles plus anciens, voir plus, siguiente, página siguiente, siguiente página,
    entradas anteriores, ver más, cargar más, successiva, successivo, pagina successiva, avanti,
    articoli precedenti, próxima, próximo, próxima página, página seguinte, seguinte, carregar mais, volgende,
    volgende pagina, oudere berichten, nästa, nästa sida, neste, neste side, næste, næste side, seuraava,
    seuraava sivu, następna, następna strona, dalej, další, další stránka, ďalšia, következő, következő oldal,
    următoarea, înainte, следующая, следующая страница, далее, вперед, вперёд, ещё, показать ещё, наступна, далі,
    следваща, sonraki, sonraki sayfa, ileri, επόμενη, επόμενη σελίδα, التالي, التالية, الصفحة التالية, הבא,
    לעמוד הבא, بعدی, صفحه بعد, अगला, अगला पेज, अगला पृष्ठ, পরবর্তী, ถัดไป, หน้าถัดไป, trang sau, tiếp, trang tiếp,
    selanjutnya, berikutnya, seterusnya, 下一页, 下一頁, 下页, 下頁, 后页, 余下全文, 加载更多, 次へ, 次のページ,
    次ページ, 次の記事一覧, もっと見る, 続きを読む, 다음, 다음 페이지, 다음페이지, 더보기, ›, », →, >, >>, ⟩, ❯
    """.replace("\n", " ").split(",")
)
# Links that lead to all pages of an article as one.
WHOLE_WORDS = frozenset(
    word.strip()
    for word in """
    view as one page, view as a single page, single page, single page view, view on one page, read on one page,
    all pages, on one page, show all, view all, full article, auf einer seite, alles auf einer seite,
    artikel auf einer seite lesen, auf einer seite lesen, komplettansicht, gesamter artikel, alle seiten,
    sur une seule page, lire en une seule page, afficher sur une page, en una sola página, ver en una sola página,
    una sola página, in un'unica pagina, tutto in una pagina, em uma única página, ver tudo, alles op één pagina,
    visa allt på en sida, na jednej stronie, na jedné stránce, на одной странице, весь текст, все страницы,
    tek sayfada, في صفحة واحدة, 全文, 阅读全文, 查看全文, 单页阅读, 显示全文, 在本页显示全文, 全部显示, 閱讀全文,
    全ページ, 全文表示, 1ページで表示, 全文を読む, 한 페이지로 보기, 전체보기, 전체 보기
    """.replace("\n", " ").split(",")
)


def is_next(text: str) -> bool:
    """Tell whether a link with this text leads to the next page."""
    return _plain(text) in NEXT_WORDS


def is_whole(text: str) -> bool:
    """Tell whether a link with this text leads to all pages as one."""
    return _plain(text) in WHOLE_WORDS


def page_number(first: str, url: str) -> int | None:
    """Return which page of the thing with the address ``first`` is at ``url``; ``None`` if it is another thing.

    ``first`` is the first page: its address has no number of a page, or 1 or 0.
    """
    stem, number = _series(first)
    stems = {_stem(first)} | ({stem} if number in (0, 1) else set())
    for candidate in _candidates(url):
        if candidate[0] in stems and candidate[1] is not None:
            return candidate[1]
    return 1 if _stem(url) in stems else None


def may_go_on(url: str, body: bytes) -> bool:
    """Tell, without parsing, whether a page may name a numbered sibling or a page that holds all of them."""
    path = url.partition("?")[0].partition("#")[0].rstrip("/")
    stem = _ENDING.sub("", path.rpartition("/")[2])
    if len(stem) < MIN_STEM_CHARS:
        return _PAGED.search(body) is not None
    return any(_names_sibling(body, name) for name in {stem.encode(), unquote(stem).encode()})


def _names_sibling(body: bytes, name: bytes) -> bool:
    # Not one pattern: compiling it for each page takes longer than all else that happens here.
    start = body.find(name)
    while start >= 0:
        if _SIBLING.match(body, start + len(name)):
            return True
        start = body.find(name, start + 1)
    return False


def _plain(text: str) -> str:
    words = " ".join(text.split()).casefold()
    return words if words in NEXT_WORDS or words in WHOLE_WORDS else words.strip(" ›»→>«.…:[]()")


def _series(url: str) -> tuple[str, int | None]:
    return next(((stem, number) for stem, number in _candidates(url) if number is not None), (_stem(url), None))


def _candidates(url: str) -> list[tuple[str, int | None]]:
    """Return each way to read an address as a page: what it is a page of, and its number."""
    found: list[tuple[str, int | None]] = []
    parts = urlsplit(normalise(url))
    pairs = [pair for pair in parts.query.split("&") if pair]
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name.lower() in _PARAMETERS and value.isascii() and value.isdigit() and int(value) <= MAX_PAGE:
            rest = "&".join(other for other in pairs if other != pair)
            found.append((_stem(parts._replace(query=rest).geturl()), int(value)))
    match = _NUMBERED.fullmatch(parts.path.rstrip("/"))
    if match and int(match["number"]) <= MAX_PAGE:
        paths = {match["stem"] + ending for ending in (match["ending"] or "", "")}
        found += [(_stem(parts._replace(path=path).geturl()), int(match["number"])) for path in paths]
    return found


def _stem(url: str) -> str:
    """Return an address without what a numbered sibling may differ in."""
    parts = urlsplit(normalise(url))
    path = _ENDING.sub("", _INDEX.sub("", parts.path)).rstrip("/")
    return f"{parts.netloc}{path.removesuffix('/index')}?{parts.query}"
