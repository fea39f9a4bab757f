"""Pages of one thing."""

from __future__ import annotations

import pytest

from scraper.paging import is_next, is_whole, may_go_on, page_number


@pytest.mark.parametrize(
    ("first", "url", "number"),
    [
        ("/news/", "/news/page/2/", 2),
        ("/news/", "/news?page=3", 3),
        ("/news/", "/news/index_1.shtml", 1),
        ("/news/index.html", "/news/index_2.html", 2),
        ("/", "/page/2", 2),
        ("/list/1.html", "/list/2.html", 2),
        ("/s/story.html", "/s/story_2.html", 2),
        ("/s/story.html", "/s/story,seite-2.html", 2),
        ("/s/story", "/s/story/2", 2),
        ("/s/story?id=4", "/s/story?id=4&page=2", 2),
        ("/s/story?page=1", "/s/story?page=2", 2),
        ("/s/story-5.html", "/s/story-5-2.html", 2),
        ("/s/story", "/s/story", 1),
    ],
)
def test_numbered_siblings(first: str, url: str, number: int) -> None:
    assert page_number(f"https://a.example{first}", f"https://a.example{url}") == number


@pytest.mark.parametrize(
    ("first", "url"),
    [
        ("/s/story-5.html", "/s/story-6.html"),
        ("/s/story", "/s/other/2"),
        ("/s/story?id=4", "/s/story?id=5"),
        ("/news/", "/sport/page/2"),
        ("/s/story", "/s/story-2026"),
    ],
)
def test_other_pages_are_no_siblings(first: str, url: str) -> None:
    assert page_number(f"https://a.example{first}", f"https://a.example{url}") is None


NEXT = {
    "en": ["Next", "Next page »", "Load more stories", "More news", "Show more articles"],
    "zh": ["下一页", "查看更多", "加载更多", "更多新闻"],
    "ja": ["次のページ", "もっと見る", "さらに表示"],
    "ko": ["다음", "더보기", "더 많은 기사"],
    "de": ["Ältere Beiträge", "Weitere Artikel", "Mehr Nachrichten", "Mehr laden"],
    "fr": ["Page suivante", "Plus d’articles", "Voir plus", "Charger plus"],
    "es": ["Siguiente", "Más noticias", "Cargar más"],
    "pt": ["Próxima página", "Mais notícias", "Carregar mais"],
    "it": ["Pagina successiva", "Altre notizie", "Carica altri articoli"],
    "nl": ["Volgende pagina", "Meer nieuws", "Meer laden"],
    "pl": ["Następna strona", "Pokaż więcej", "Więcej wiadomości"],
    "ru": ["Следующая страница", "Показать ещё", "Больше новостей"],
    "uk": ["Наступна сторінка", "Показати ще", "Більше новин"],
    "tr": ["İleri", "SONRAKİ SAYFA", "Daha Fazla Göster", "Daha fazla haber"],
    "ar": ["المزيد", "الصفحة التالية", "عرض المزيد"],
    "fa": ["صفحه بعد", "اخبار بیشتر", "نمایش بیشتر"],
    "hi": ["अगला पेज", "और देखें", "और खबरें"],
    "bn": ["পরবর্তী", "আরও দেখুন", "আরও খবর"],
    "id": ["Halaman berikutnya", "Muat lebih banyak", "Berita lainnya"],
    "vi": ["Trang sau", "Xem thêm", "Tải thêm"],
    "th": ["ถัดไป", "โหลดเพิ่มเติม", "ข่าวเพิ่มเติม"],
    "el": ["Επόμενη σελίδα", "Περισσότερα", "Περισσότερες ειδήσεις"],
    "cs": ["Další stránka", "Načíst další", "Další články"],
    "sv": ["Nästa sida", "Visa fler", "Fler nyheter"],
    "": ["→", "+ More news", "Load more ↓"],
}


@pytest.mark.parametrize(("text"), [text for texts in NEXT.values() for text in texts])
def test_words_for_next(text: str) -> None:
    assert is_next(text)


@pytest.mark.parametrize(
    "text", ["Next week's tides", "Read the next chapter", "2", "下一篇", "More about us", "Weitere Infos zum Fall", ""]
)
def test_words_for_something_else(text: str) -> None:
    assert not is_next(text)


@pytest.mark.parametrize("text", ["View as one page", "Auf einer Seite lesen", "阅读全文", "全文表示"])
def test_words_for_all_pages_as_one(text: str) -> None:
    assert is_whole(text)


def test_only_a_page_that_names_a_sibling_may_go_on() -> None:
    url = "https://a.example/s/the-story.html"

    assert may_go_on(url, b'<a href="/s/the-story_2.html">2</a>')
    assert may_go_on(url, b'<a href="/s/the-story.html?page=all">all</a>')
    assert not may_go_on(url, b'<link rel="canonical" href="/s/the-story.html"><a href="/s/other_2.html">2</a>')


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/s/the-story/1", "/s/the-story/2"),
        ("/s/the-story-p1.html", "/s/the-story-p2.html"),
        ("/s/the-story/page/1", "/s/the-story/page/2/"),
        ("/s/the-story_1.html", "/s/the-story_2.html"),
        ("/s/the-story,1.html", "/s/the-story,2.html"),
        ("/s/the-story?page=1", "/s/the-story?page=2"),
        ("/s/7?id=9&page=1", "/s/7?id=9&page=2"),
    ],
)
def test_a_first_page_with_a_number_may_go_on(first: str, second: str) -> None:
    url = f"https://a.example{first}"

    assert may_go_on(url, f'<a href="{second}">2</a>'.encode())
    assert page_number(url, f"https://a.example{second}") == 2


@pytest.mark.parametrize("url", ["http://[::1", "", "file:///a/b.html", "http://a/%ff%00/1"])
def test_an_address_that_is_none_does_no_harm(url: str) -> None:
    assert not may_go_on(url, b"<p>Nothing</p>")


def test_a_sibling_may_be_named_by_its_query_alone() -> None:
    assert may_go_on("https://a.example/s/the-story", b'<a href="?page=2">2</a>')
    assert not may_go_on("https://a.example/s/the-story", b'<a href="/list?page=2">2</a>')
