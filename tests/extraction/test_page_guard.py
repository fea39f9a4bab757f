"""Pages that are no articles, in many languages, and articles that look like them. More are in fixtures/pages."""

from __future__ import annotations

import pytest
from builders import a_page

from scraper.config import Settings
from scraper.pipeline import clean
from scraper.records import Response, Skipped, Target

ASKED = "https://courier.example/culture/2026/lamp"
SMALL = "Something is wrong, and this is all that there is to read here."


def reason(html: str, url: str = ASKED, asked: str = ASKED) -> str | None:
    """Return why a page is no article, or ``None``."""
    outcome = clean([Response(target=Target(url=asked), url=url, body=html.encode())], Settings())
    return outcome.reason if isinstance(outcome, Skipped) else None


def small(title: str, body: str = SMALL) -> str:
    return f"<!doctype html><html><head><title>{title}</title></head><body><main><p>{body}</p></main></body></html>"


@pytest.mark.parametrize(
    "title",
    [
        "404 Not Found",
        "Page not found | Courier",
        "Courier - Error 404",
        "Seite nicht gefunden – Deichblatt",
        "Page introuvable · Le Courrier",
        "Página no encontrada",
        "Página não encontrada: Diário",
        "Pagina non trovata",
        "Pagina niet gevonden",
        "Nie znaleziono strony",
        "Страница не найдена — Маяк",
        "Сторінку не знайдено",
        "Stránka nenalezena",
        "Sidan hittades inte",
        "Siden blev ikke fundet",
        "Sivua ei löytynyt",
        "Sayfa bulunamadı",
        "Az oldal nem található",
        "ページが見つかりません",
        "页面不存在 - 海角时报",
        "找不到網頁",
        "페이지를 찾을 수 없습니다",
        "الصفحة غير موجودة",
        "הדף לא נמצא",
        "Halaman tidak ditemukan",
        "Không tìm thấy trang",
    ],
)
def test_a_page_that_says_that_it_is_not_there(title: str) -> None:
    assert reason(small(title)) == "soft_404"


@pytest.mark.parametrize(
    "title",
    [
        "Attention Required! | Shield",
        "Access denied",
        "Are you a robot?",
        "Pardon Our Interruption",
        "Security check",
        "403 Forbidden",
        "Accès refusé",
        "Acceso denegado",
        "Acesso negado",
        "Accesso negato",
        "Toegang geweigerd",
        "Dostęp zabroniony",
        "Доступ ограничен",
        "Erişim engellendi",
        "人机验证",
        "アクセスが拒否されました",
        "접근이 차단되었습니다",
    ],
)
def test_a_page_that_wants_to_see_a_human_or_sends_one_away(title: str) -> None:
    assert reason(small(title)) == "blocked"


@pytest.mark.parametrize(
    "title",
    [
        "Log in",
        "Sign in to your account | Courier",
        "Anmelden - Deichblatt",
        "Connexion | Le Courrier",
        "Iniciar sesión",
        "Accedi",
        "Inloggen",
        "Zaloguj się",
        "Вход",
        "Logga in",
        "Kirjaudu sisään",
        "请登录",
        "ログイン｜港町新聞",
        "로그인",
    ],
)
def test_a_page_that_wants_its_reader_to_log_in(title: str) -> None:
    assert reason(small(title)) == "login_wall"


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ("https://consent.courier.example/v2/collect?id=1", "consent_wall"),
        ("https://courier.example/cookiewall?back=%2Fculture", "consent_wall"),
        ("https://login.courier.example/?back=%2Fculture", "login_wall"),
        ("https://courier.example/account/sign-in", "login_wall"),
        ("https://courier.example/captcha?u=1", "blocked"),
        ("https://courier.example/", "soft_404"),
        ("https://www.courier.example/index.html", "soft_404"),
        ("https://courier.example/en/", "soft_404"),
    ],
)
def test_a_redirect_to_a_gate_or_to_the_front_page_tells_what_it_is(got: str, expected: str) -> None:
    assert reason(small("Courier"), url=got) == expected


@pytest.mark.parametrize(
    "got",
    [
        "https://www.courier.example/culture/2026/lamp",
        "https://courier.example/culture/2026/lamp/?amp=1",
        "https://courier.example/culture/2026/the-captcha-that-nobody-solved",
    ],
)
def test_a_redirect_to_another_address_of_an_article_is_none(got: str) -> None:
    assert reason(a_page(), url=got) is None


def test_a_front_page_that_was_asked_for_is_not_taken_for_an_error() -> None:
    assert reason(a_page(), url="https://courier.example/", asked="https://courier.example/index.php") is None


def test_a_login_path_that_was_asked_for_is_read() -> None:
    url = "https://courier.example/auth/who-may-log-in"

    assert reason(a_page(), url=url, asked=url) is None


@pytest.mark.parametrize(
    "extra",
    [
        '<form><input type="password" name="p"><button>Log in</button></form>',
        '<script src="https://captcha.example/recaptcha/api.js"></script>',
        "<noscript>Please enable JavaScript to write a comment.</noscript><script src='/a.js'></script>",
        '<div id="root"></div><script src="/app.js"></script>',
        "<div class='cookies'>We use cookies and personal data of yours. <button>Accept all</button></div>",
        '<script>function go() { location.href = "https://elsewhere.example/" }</script>',
        "<p>Already a subscriber? Log in.</p>",
    ],
)
def test_what_walls_have_does_not_hurt_an_article(extra: str) -> None:
    assert reason(a_page().replace("</main>", f"</main>{extra}")) is None


def test_a_challenge_does_not_lead_elsewhere_by_loading_itself_again() -> None:
    html = '<title>Checking your browser</title><meta http-equiv="refresh" content="5; url=/culture/2026/lamp">'

    assert reason(html + "<p>Please wait a few seconds, you will be sent on.") == "blocked"


def test_a_shell_with_a_menu_cookies_and_an_owner_still_waits_for_its_script() -> None:
    menu = "".join(f"<a href='/s{number}'>Section {number}</a> " for number in range(12))
    cookies = "We use cookies and similar technologies so that this site works and to learn how it is used. " * 2
    owner = "© 2026 Eastwold Harbour Media Limited, Quay Street 4, Eastwold. All rights reserved."
    page = (
        f"<nav>{menu}</nav><div id='root'></div><div>{cookies}</div><footer><p>{owner}</p></footer><script src='a.js'>"
    )

    assert reason(f"<html><head><title>The lamp</title></head><body>{page}</script></body></html>") == "needs_js"
