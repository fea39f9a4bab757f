"""What an address alone tells: the words, numbers and dates in it, and the pattern that it shares with its siblings."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import unquote, urlsplit

import msgspec

from scraper.text import reading_words

# Directories and parameters of pages that list, sell, sign in or explain. Whole words, never parts; no site is named.
_LISTS = frozenset(
    "tag tags topic topics thema themen tema temas theme themes category categories kategorie kategorien "
    "categoria categorias categorie rubrik rubrique rubriques seccion section sections archive archives archiv "
    "archivo archivos author authors autor autores autoren auteur profile profiles user users people staff team "
    "writers contributors search suche buscar recherche ricerca page pages seite pagina feed feeds rss atom "
    "sitemap list lists collection collections series kalender calendar termine agenda events event comments "
    "comment forum forums board boards thread threads discussion discussions trending "
    "mostread popular latest hashtag label labels etiqueta etiquetas mot-cle rubrica temi 标签 "
    "专题 作者 分类 标签页 タグ カテゴリ 著者 태그 카테고리 тег теги автор рубрика рубрики метка метки وسم كاتب "
    "تصنيف ".split()
)
_OTHER_THINGS = frozenset(
    "video videos audio podcast podcasts photo photos gallery galleries galerie galeria fotos bilder images "
    "image img live-tv livestream radio tv programme programmes webinar webinars games game spiele crossword "
    "horoscope weather wetter quiz quizzes puzzles watch listen mediathek "
    "视频 图片 直播 動画 映像 写真 ポッドキャスト 동영상 포토 фото видео فيديو صور vidéo vidéos фотогалерея "
    "वीडियो वीडियोज़ विडियो तस्वीरें फोटो फ़ोटो ভিডিও ছবি วิดีโอ ภาพ ویدیو ویدئو فیلم عکس βίντεο φωτογραφίες відео світлини "
    "videolar fotogaleri filmy wideo zdjęcia foto-video videa bilder-tv "
    # shops, jobs, advertisers
    "shop store product products produkt producto boutique cart checkout basket tienda deals coupons gutscheine "
    "jobs job careers career stellen stellenmarkt empleo emploi anzeigen classifieds immobilien motors advertise "
    "advertising werbung publicidad mediadaten partner partners sponsored plans pricing offers marketplace "
    "auto-markt 商城 招聘 广告 ストア 採用情報 求人 ショップ 채용 쇼핑 вакансии реклама магазин وظائف إعلانات".split()
)
_SITE_ITSELF = frozenset(
    "about about-us aboutus contact contact-us kontakt contacto impressum imprint privacy privacy-policy "
    "datenschutz terms terms-of-use terms-of-service agb legal cookies cookie cookie-policy accessibility help "
    "hilfe faq support login signin sign-in signup sign-up register registration registrieren logout account "
    "konto my subscribe subscription subscriptions abo abonnement newsletter newsletters press-office masthead "
    "editorial-policy corrections donate spenden app apps download downloads share print feedback "
    "advertise-with-us contact_us about_us wp-login.php wp-admin wp-content wp-json cdn-cgi static assets api "
    "cgi-bin sso oauth password lost-password settings preferences 关于我们 联系我们 登录 注册 お問い合わせ "
    "会社概要 利用規約 로그인 회원가입 контакты".split()
)
# Of these, the directories that hold articles at times.
_BOTH = frozenset(
    "tv radio game games weather wetter programme programmes watch listen image images partner partners plans "
    "pricing motors offers immobilien agenda".split()
)
_OTHERS = _OTHER_THINGS - _BOTH
NOT_ARTICLES = _LISTS | _OTHER_THINGS | _SITE_ITSELF
_IN_DIRECTORIES = frozenset("jobs job products product shop store forum forums authors profiles users tags".split())
_LEGAL = ("privacy-policy", "terms-of-", "terms-and-", "cookie-policy", "cookies-policy")
_NOT_PAGES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|pdf|docx?|xlsx?|pptx?|zip|gz|rar|exe|dmg|apk|mp[34]|m4[av]|ogg|wav|avi|mov"
    r"|webm|m3u8?|css|js|json|xml|rss|atom|txt|csv|ics|epub|woff2?|ttf)$",
    re.IGNORECASE,
)
_DATE_IN_PATH = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<gap>[-/_.]?)(?P<m>0[1-9]|1[0-2]|[1-9](?=[-/_.]))(?:[-/_.]?[a-z]{0,2}"
    r"(?P<d>0[1-9]|[12]\d|3[01]|[1-9](?!\d)))?(?!\d)"
)
_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_DATE_IN_WORDS = re.compile(rf"/((?:19|20)\d\d)/({'|'.join(_MONTHS)})[a-z]*/(\d\d?)(?=/)", re.IGNORECASE)
_EXTENSION = re.compile(r"\.(?:[sx]?html?|php\d?|aspx?|jsp|do|action|cfm)$", re.IGNORECASE)
# Letters, and the marks of vowels and tones in words of Hindi, Bengali or Thai, which \w leaves out.
_WORDS = re.compile(
    "(?:[^\\W\\d_]|[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0970-\u0dff\u0e31-\u0e4e\u1000-\u109f"
    "\u200c\u200d])+"
)
_HEX_ID = re.compile(r"(?=[a-f0-9]*\d)(?=[0-9]*[a-f])[a-f0-9-]{8,}", re.IGNORECASE)
_PAGING = frozenset(
    "page p pg paged seite pagina pageno pagenum start offset from sort order filter q s query lang".split()
)
_FIRST_YEAR = 1990


class Shape(msgspec.Struct, frozen=True):
    """The parts of an address that count."""

    pattern: str  # shared by the pages of one kind in one section
    family: str  # shared by the pages of one kind, whatever their section
    segments: tuple[str, ...]  # of the path, decoded
    slug_words: int  # in the longest segment
    digits: int  # of the longest number in the last segment or the query
    date: datetime | None  # a day, in UTC
    month: bool  # a year and a month at least
    listed: bool  # a directory or parameter of a page that is no article
    other: bool  # below a directory of videos, goods or jobs
    is_page: bool  # no picture, sound, archive, style sheet
    paging: bool  # parameters that choose a part of a list
    repeats: bool  # the same directory again and again: a trap


@lru_cache(maxsize=65_536)
def shape_of(url: str) -> Shape:
    """Return the shape of an absolute http(s) address."""
    parts = urlsplit(url)
    segments = tuple(unquote(segment) for segment in parts.path.split("/") if segment)
    names = [pair.partition("=")[0].lower() for pair in parts.query.split("&") if pair]
    last = segments[-1] if segments else ""
    bare = _EXTENSION.sub("", last)
    bared = (*segments[:-1], bare) if segments else ()
    kinds = [_kind(segment) for segment in bared]
    rest = last[len(bare) :].lower() + ("?" + "&".join(sorted(names)) if names else "")
    day, month = _date(parts.path)
    numbers = [len(number) for number in re.findall(r"\d+", bare + " " + parts.query)]
    words = [segment.lower() for segment in bared]
    return Shape(
        pattern=f"{parts.hostname}/{'/'.join(kind or word for kind, word in zip(kinds, words, strict=True))}{rest}",
        family="/".join(kind or "w" for kind in kinds) + rest,
        segments=segments,
        slug_words=max((_slug_words(segment) for segment in (*segments[-2:-1], bare)), default=0),
        digits=max(numbers, default=0),
        date=day,
        month=month,
        listed=_is_listed(words) or bool(NOT_ARTICLES.intersection(names)),
        other=any(word in _OTHERS for word in words[:-1]),
        is_page=not _NOT_PAGES.search(last),
        paging=bool(_PAGING.intersection(names)) and not (names == ["p"] and not segments),  # /?p=123 is WordPress
        repeats=any(segments.count(segment) > 2 for segment in segments),
    )


def _is_listed(words: list[str]) -> bool:
    """Tell whether a directory names something else than articles, also as in remote-jobs, or the page itself does."""
    if any(word in NOT_ARTICLES for word in words):
        return True
    if any(_IN_DIRECTORIES.intersection(re.split(r"[-_]", word)) for word in words[:-1]):
        return True
    return bool(words) and words[-1].startswith(_LEGAL)


def _kind(segment: str) -> str:
    """Return what a segment is, "" where it is a word that stands for itself."""
    if segment.isdigit():
        return {4: "Y" if segment[:2] in ("19", "20") else "#", 2: "00", 1: "00"}.get(len(segment), "#")
    if re.fullmatch(r"(?:19|20)\d\d-?[01]\d(?:-?[0-3]\d)?", segment):
        return "D"
    if _slug_words(segment) >= 3:
        return "slug#" if re.search(r"\d{4,}", segment) else "slug"
    if _HEX_ID.fullmatch(segment) or re.search(r"\d{3,}", segment):
        return "id"
    return ""


def _slug_words(segment: str) -> int:
    return reading_words(" ".join(_WORDS.findall(segment)))


def _date(path: str) -> tuple[datetime | None, bool]:
    """Return the day in a path, where there is one, and whether it holds a year and a month at least."""
    named = _DATE_IN_WORDS.search(path)
    if named:
        return _day(named[1], str(_MONTHS[named[2].lower()]), named[3]), True
    month = False
    for found in _DATE_IN_PATH.finditer(path):
        if int(found["y"]) < _FIRST_YEAR:
            continue
        if found["d"]:
            day = _day(found["y"], found["m"], found["d"])
            if day:
                return day, True
        # 202611 is a month only as a directory of its own.
        month = month or bool(found["gap"]) or (len(found[0]) == 6 and path[found.start() - 1] == "/")
    return None, month


def _day(year: str, month: str, day: str) -> datetime | None:
    try:
        return datetime(int(year), int(month), int(day), tzinfo=UTC)
    except ValueError:
        return None
