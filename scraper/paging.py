"""Pages of one thing: which addresses are its numbered siblings, and what links to the next one are called."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from scraper.urls import normalise, problem

# A number this high is an article's, a year or a day, and no page of a list or of an article.
MAX_PAGE = 999

_PARAMETERS = frozenset(
    "page p pg pn paged pagina pagenum pageno page_no pageindex pagenumber currentpage cur_page curpage seite halaman "
    "sayfa strana oldal".split()
)
MIN_STEM_CHARS = 3
# The look at a page's bytes happens in the event loop. Of a larger page, as one in a hundred is, or one with more that
# looks like the address of a sibling, a worker is asked.
MAX_LOOKED_BYTES = 1024 * 1024
MAX_LOOKS = 500
# An address with more parameters is no page's.
MAX_PARAMETERS = 30
# Begins with one character, which `re` looks for many times faster than for one of several.
_PAGED = re.compile(
    rb"=(?=\d)(?:(?<=[?&;]page=)|(?<=[?&;]p=)|(?<=[?&;]pg=)|(?<=[?&;]seite=)|(?<=[?&;]pagina=))", re.IGNORECASE
)
_BARE = re.compile(rb"[\"'=]\?(?:[^\"'\s<>]{0,60}&)?(?:page|p|pg|seite|pagina)=$", re.IGNORECASE)  # no path before it
MAX_BARE_BYTES = 70
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

# The whole text of a link or a button, a language a line: the next page, more of a list. Arrows alone count as well.
NEXT_WORDS = frozenset(
    word.strip().casefold()
    for word in """
    next, next page, next ›, next », next →, next >, next >>, older, older posts, older entries, older articles,
    older stories, older news, load more, load more stories, load more articles, load more news, load more posts,
    show more, show more stories, show more articles, show more news, see more, see more stories, view more,
    view more stories, more, more news, more stories, more articles, more posts, more headlines, more results,
    more latest news, continue, continue reading, go to next page, 继续阅读,
    下一页, 下一頁, 下页, 下頁, 后页, 後頁, 余下全文, 加载更多, 載入更多, 查看更多, 显示更多, 顯示更多,
    更多新闻, 更多新聞, 更多文章, 更多内容, 更多, 点击加载更多, 点击查看更多, 浏览更多, 瀏覽更多, 看更多, 阅读下一页,
    次へ, 次のページ, 次のページへ, 次ページ, 次の記事一覧, もっと見る, さらに表示, さらに読み込む,
    もっとニュースを見る, 続きを読む, 続きを見る, 記事をもっと見る, 過去の記事, 一覧をもっと見る, 次の20件, 次の10件,
    다음, 다음 페이지, 다음페이지, 더보기, 더 보기, 기사 더보기, 뉴스 더보기, 더 많은 기사, 더 많은 뉴스, 이전 기사,
    더 불러오기,
    weiter, weiter lesen, weiterlesen, nächste, nächste seite, ältere beiträge, ältere artikel, ältere meldungen,
    mehr laden, mehr anzeigen, weitere artikel, weitere artikel laden, weitere artikel anzeigen, weitere meldungen,
    weitere nachrichten, weitere beiträge, mehr artikel, mehr artikel laden, mehr nachrichten, mehr meldungen,
    weitere anzeigen, weitere laden, weitere ergebnisse, auf der nächsten seite,
    suivant, suivante, page suivante, articles plus anciens, articles précédents, voir plus, voir plus d'articles,
    plus d'articles, plus d'actualités, plus d'infos, charger plus, charger plus d'articles, afficher plus,
    afficher plus d'articles, en voir plus,
    siguiente, página siguiente, siguiente página, entradas anteriores, entradas antiguas, ver más, ver más noticias,
    más noticias, más artículos, más entradas, cargar más, cargar más noticias, cargar más artículos, mostrar más,
    noticias anteriores,
    próxima, próximo, próxima página, página seguinte, seguinte, carregar mais, carregar mais notícias,
    mais notícias, mais artigos, ver mais, ver mais notícias, veja mais, mostrar mais, notícias anteriores,
    successiva, successivo, pagina successiva, avanti, articoli precedenti, articoli meno recenti, carica altro,
    carica altri, carica altri articoli, carica altre notizie, altre notizie, altri articoli, mostra altri,
    mostra altro, vedi altro, vedi altri,
    volgende, volgende pagina, oudere berichten, oudere artikelen, meer laden, laad meer, laad meer artikelen,
    meer artikelen, meer nieuws, meer berichten, toon meer, meer tonen, bekijk meer, meer weergeven,
    następna, następna strona, następne, starsze wpisy, starsze artykuły, pokaż więcej, załaduj więcej,
    wczytaj więcej, więcej artykułów, więcej wiadomości, więcej, zobacz więcej, dalej,
    следующая, следующая страница, далее, вперед, вперёд, ещё, еще, показать ещё, показать еще, загрузить ещё,
    загрузить еще, больше новостей, ещё новости, еще новости, больше статей, ещё материалы, еще материалы,
    смотреть ещё, смотреть еще, другие новости, следующие новости,
    наступна, наступна сторінка, далі, показати ще, показати більше, завантажити ще, більше новин, ще новини,
    більше статей, інші новини, дивитися більше, вперед,
    sonraki, sonraki sayfa, ileri, daha fazla, daha fazla göster, daha fazla yükle, daha fazla haber, daha fazlası,
    diğer haberler, önceki haberler, devamı, eski haberler,
    التالي, التالية, الصفحة التالية, المزيد, عرض المزيد, تحميل المزيد, المزيد من الأخبار, المزيد من المقالات,
    شاهد المزيد, أخبار أخرى, أقدم,
    بعدی, صفحه بعد, صفحه بعدی, صفحهٔ بعد, بیشتر, موارد بیشتر, نمایش بیشتر, اخبار بیشتر, خبرهای بیشتر, مطالب بیشتر,
    بارگذاری بیشتر, ادامه, قدیمی‌تر,
    अगला, अगला पेज, अगला पृष्ठ, अगले, और देखें, अधिक, और खबरें, और ख़बरें, अधिक समाचार, ज़्यादा देखें, और लोड करें,
    लोड करें, अधिक लोड करें, और समाचार,
    পরবর্তী, পরবর্তী পাতা, পরবর্তী পৃষ্ঠা, আরও, আরও দেখুন, আরো দেখুন, আরও খবর, আরো খবর, আরও সংবাদ,
    selanjutnya, halaman selanjutnya, berikutnya, halaman berikutnya, muat lebih banyak, lihat lebih banyak,
    lihat selengkapnya, berita lainnya, berita selanjutnya, artikel lainnya, tampilkan lebih banyak, lebih banyak,
    muat lainnya, lebih lama, seterusnya,
    trang sau, tiếp, tiếp theo, trang tiếp, trang tiếp theo, trang kế, xem thêm, xem thêm tin, tải thêm, thêm tin,
    tin cũ hơn, bài cũ hơn, các tin khác, hiển thị thêm,
    ถัดไป, หน้าถัดไป, หน้าต่อไป, โหลดเพิ่ม, โหลดเพิ่มเติม, ดูเพิ่ม, ดูเพิ่มเติม, ข่าวเพิ่มเติม, แสดงเพิ่มเติม, ข่าวอื่นๆ, ดูข่าวเพิ่มเติม,
    επόμενη, επόμενο, επόμενα, επόμενη σελίδα, περισσότερα, δείτε περισσότερα, φόρτωση περισσότερων,
    εμφάνιση περισσότερων, περισσότερες ειδήσεις, περισσότερα νέα, περισσότερα άρθρα, παλαιότερα, παλιότερα άρθρα,
    další, další stránka, další články, další zprávy, následující, následující stránka, načíst další,
    zobrazit další, zobrazit více, více článků, více, starší články, starší příspěvky, ďalšia,
    nästa, nästa sida, äldre inlägg, äldre artiklar, visa fler, visa mer, ladda fler, ladda fler artiklar,
    fler artiklar, fler nyheter, läs fler, hämta fler, se fler,
    neste, neste side, næste, næste side, seuraava, seuraava sivu, lataa lisää, vis flere, last flere, következő,
    következő oldal, további cikkek, următoarea, înainte, mai multe, следваща, הבא, לעמוד הבא, עוד,
    ›, », →, >, >>, ⟩, ❯
    """.replace("\n", " ").split(",")
)
# Links that lead to all pages of an article as one.
WHOLE_WORDS = frozenset(
    word.strip().casefold()
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
    if len(body) > MAX_LOOKED_BYTES:
        return True
    stem, number = _series(url) if problem(url) is None else (url, None)
    # Of a first page with a number, the others have the name of the directory, or what stands before the number.
    first = {_name_of(stem.partition("?")[0])} if number in (0, 1) else set()
    names = {name for name in (_name_of(url), *first) if len(name) >= MIN_STEM_CHARS}
    if _names_number(body, bare=bool(names)):
        return True
    return any(_names_sibling(body, name.encode()) for one in names for name in {one, unquote(one)})


def _names_number(body: bytes, *, bare: bool) -> bool:
    """Tell whether a page names an address with the number of a page, or, if ``bare``, one that is nothing but that."""
    for looks, found in enumerate(_PAGED.finditer(body)):
        end = found.end()
        if not bare or looks > MAX_LOOKS or _BARE.search(body, max(0, end - MAX_BARE_BYTES), end):
            return True
    return False


def _name_of(url: str) -> str:
    path = url.partition("?")[0].partition("#")[0].rstrip("/")
    return _ENDING.sub("", path.rpartition("/")[2])


def _names_sibling(body: bytes, name: bytes) -> bool:
    # Not one pattern: compiling it for each page takes longer than all else that happens here.
    start = body.find(name)
    for _ in range(MAX_LOOKS):
        if start < 0:
            return False
        if _SIBLING.match(body, start + len(name)):
            return True
        start = body.find(name, start + 1)
    return True


def _plain(text: str) -> str:
    words = " ".join(text.split()).casefold().replace("i\u0307", "i").replace("’", "'")  # the former is the Turkish İ
    return words if words in NEXT_WORDS or words in WHOLE_WORDS else words.strip(" ›»→>«.…:[]()+↓▼⌄")


def _series(url: str) -> tuple[str, int | None]:
    return next(((stem, number) for stem, number in _candidates(url) if number is not None), (_stem(url), None))


def _candidates(url: str) -> list[tuple[str, int | None]]:
    """Return each way to read an address as a page: what it is a page of, and its number."""
    found: list[tuple[str, int | None]] = []
    parts = urlsplit(normalise(url))
    pairs = [pair for pair in parts.query.split("&", MAX_PARAMETERS)[:MAX_PARAMETERS] if pair]
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
