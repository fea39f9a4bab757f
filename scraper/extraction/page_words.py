"""What pages that are no articles say, language by language. General words of the web; no site is named.

Patterns for text in lower case, each language on a line of its own. Where they are looked for, and what else must hold,
is decided in page_guard.py.
"""

from __future__ import annotations

import re


def _any(patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(line.strip() for line in patterns.strip().split("\n")))


# In a title or a top heading: the page is not there.
NOT_FOUND = _any(
    r"""
    ^(error |http )?404( error)?$
    \b404 not found|(page|file|article|story|content|post|document) (was |is |could |can)?(not|n't)( be)? found
    (page|article|story|content|post) (cannot|can't|could not|couldn't) be found|not find (the|that|this) (page|article)
    (page|article|story|content|post) (does not|doesn't|no longer) exists?|(page|article|story|content) unavailable
    (page|article|story|content) (is )?(not|no longer) available|(article|story|page) (has been )?(deleted|removed)$
    (seite|artikel|inhalt|beitrag)( \w+)?( leider)? nicht( mehr)? (gefunden|vorhanden|verfügbar)|seite existiert nicht
    (page|article|contenu) (introuvable|non trouvée?|inexistante?|supprimée?)|page demandée n'existe|n'existe plus$
    (página|articulo|artículo|contenido|noticia) no (encontrad[ao]|existe|disponible)|no se encontró la página
    (página|artigo|conteúdo|notícia) não (foi )?(encontrad[ao]|existe|localizad[ao]|disponível)
    (pagina|articolo|contenuto) non (trovat[ao]|esiste|disponibile|è stat[ao] trovat[ao])|pagina inesistente
    (pagina|artikel) (is |kan )?niet (gevonden|beschikbaar|worden gevonden)|pagina bestaat niet
    nie znaleziono (strony|artykułu)|(strona|artykuł) nie (istnieje|został[ay]? znalezion)|strony nie znaleziono
    (страница|статья|материал|новость) (не найден|не существует|удал[её]н)|страницы не существует
    (сторінк[ау]|статтю|матеріал) не (знайден|існує)
    stránka (nebyla |nebola )?(nenalezena|nenájdená|nalezena|neexistuje)
    (sidan|artikeln) (hittades inte|kunde inte hittas|finns inte)
    siden (blev ikke fundet|ble ikke funnet|findes ikke|finnes ikke|kunne ikke findes)|fant ikke siden
    sivua ei (löydy|löytynyt)
    (sayfa|haber) bulunamadı|sayfa mevcut değil
    oldal nem található
    pagina nu (a fost găsită|există)|страницата не (е намерена|съществува)|stranica nije pronađena
    σελίδα δεν (βρέθηκε|υπάρχει)
    ページが?(見つかりません|は?存在しません)|お探しのページ|(記事|ページ)は?(削除|存在しません|見つかりません)
    (页面|网页|文章|内容|新闻|信息|頁面|網頁|內容)(不存在|未找到|找不到|没有找到|無法找到|不见了|走丢了)
    (文章|内容|页面|新闻|稿件|信息|頁面|內容)(已|已经|已被|被)(删除|刪除|下线|下架)|找不到.{0,6}(页面|网页|頁面|網頁|文章)
    페이지를 찾을 수 없|존재하지 않는 (페이지|기사)|삭제된 (페이지|기사)
    (الصفحة|صفحة) غير موجودة|(הדף|העמוד) לא נמצא|صفحه.{0,20}(یافت|پیدا) نشد|(पृष्ठ|पेज) नहीं मिला
    halaman (tidak|tak) (ditemukan|tersedia)|không tìm thấy trang|trang không tồn tại|ไม่พบหน้า
    """
)

# Services that put a challenge in front of a page: parts of the addresses of their scripts and frames, or ids.
CHALLENGE_MARKS = re.compile(
    r"/cdn-cgi/challenge-platform|challenges\.cloudflare\.com|captcha-delivery\.com|hcaptcha\.com|/recaptcha/"
    r"|px-captcha|_incapsula_resource|awswaf|arkoselabs|perimeterx|geetest|turnstile|/aliyun_waf|distil_r_captcha"
)

# A title or a top heading, or its part between separators, as a whole: sign in.
LOGIN = re.compile(
    r"(please )?(sign|log)[ -]?(in|on)( (now|here|to|or|with|below|for)\b.*)?|((member|subscriber|user|account) )?login"
    r"|(register|create (an|a free|your free) account|sign up)( (now|to|or|for)\b.*)?|registration required"
    r"|you (must|need to|have to) (be (logged|signed) in|log in|sign in|register)\b.*"
    r"|(bitte )?(anmelden|einloggen|anmeldung|registrieren|registrierung|melden sie sich an)( .*)?"
    r"|connexion|(se )?connecter|connectez-vous.*|identifiez-vous.*|s'identifier|créez (votre|un) compte.*|inscription"
    r"|inici(a|ar) sesión.*|acceder|identifícate.*|regístrate.*|iniciar sessão|fa(ça|zer) (o )?login.*|entrar"
    r"|accedi( .*)?|registrati.*|inloggen( .*)?|aanmelden|zaloguj( się)?.*|logowanie"
    r"|вход|войти|войдите.*|авторизация|увійти|logga in( .*)?|log ind( .*)?|logg inn( .*)?|kirjaudu( .*)?"
    r"|přihlášení|přihlásit( se)?|prihlásenie|giriş( yap.*)?|oturum aç.*|bejelentkezés|autentificare|σύνδεση"
    r"|(请|請)?(先)?(登录|登錄|登入)(后.*|後.*|/注册|注册)?|(用户|会员|會員|账号)(登录|登入)|ログイン.*|会員登録.*|로그인.*"
    r"|تسجيل الدخول|התחברות|ورود( .*)?|đăng nhập|masuk|เข้าสู่ระบบ"
)

# A page is asked to be paid for.
SUBSCRIBE = _any(
    r"""
    (subscribe|sign in|log in|register|join) (now )?to (continue|keep|read|unlock|access|get (full|unlimited))
    (article|story|content) is (only |exclusively )?(available )?(for|to) (paying |our )?(subscribers|members)
    already a (subscriber|member)|for subscribers only|subscriber[- ]only|(become|to be) a (subscriber|member) to
    (weiterlesen|jetzt|artikel) (mit|lesen mit|freischalten)|nur für (abonnent|mitglieder)|bereits abonnent
    réservé (à nos|aux) abonnés|(abonnez-vous|s'abonner) pour|déjà abonné|il vous reste \d+ ?%
    (solo|exclusiv[oa]) para (suscriptores|assinantes)|suscríbete para|ya eres suscriptor|já é assinante|assine para
    (riservato|solo per) (agli |gli )?abbonati|abbonati per|sei già abbonato
    (alleen|exclusief) voor abonnees|al abonnee|tylko dla (subskrybentów|prenumeratorów)|masz już (konto|subskrypcję)
    (только|доступ\w*) (для|по) подпис|оформите подписку|för prenumeranter|kun for abonnenter|tilaajille
    (付费|订阅|订阅用户|会员|會員)(后|後)?(可|才能|即可|专享|專享|專屬|阅读|閱讀)|(有料|会員)(会員)?限定|残り\s?\d+\s?文字|구독(하|자)
    """
)

# A paragraph that is about consent has one of these in it.
CONSENT = (
    *("cookie", "consent", "einwillig", "zustimm", "traceur", "toestemming", "ciasteczk", "соглас", "куки", "samtyck"),
    *("samtykke", "evästee", "süti", "souhlas", "çerez", "συγκατάθεση", "隐私", "隱私", "クッキー", "쿠키", "עוגיות"),
    *("ملفات تعريف", "personal data", "personenbezogen", "données personnelles", "datos personales", "dados pessoais"),
    *("dati personali", "persoonsgegevens", "danych osobowych", "persondata", "your privacy", "privatsphäre"),
)
# The whole text of a button that gives it.
ACCEPT = re.compile(
    r"((yes,? )?i )?(accept|agree|consent)( (all|and (continue|close)|to all|cookies|all cookies))?|accept & \w+|got it"
    r"|allow all|(alle(s)? )?(cookies )?(akzeptieren|zustimmen|annehmen)( und weiter)?|einverstanden|ich stimme zu"
    r"|(tout |j')?accepte[rz]?( tout| et (continuer|fermer))?|continuer sans accepter|acept(ar|o)( tod[oa]s?)?"
    r"|(rechazar|aceptar) y (cerrar|continuar)|aceit(ar|o)( tudo| todos)?|accett[ao](re)?( tutt[oi]| e continua)?"
    r"|(alles )?accepteren|akkoord( en doorgaan)?|akceptuj[eę]?( wszystk\w+)?|zgadzam się|przejdź do serwisu"
    r"|принять( все)?|соглас(ен|иться)|godkänn( alla)?|acceptera( alla)?|(godta|tillad|accepter|aksepter)( alle)?"
    r"|hyväksy( kaikki)?|přijmout( vše)?|souhlasím|elfogad(om)?|tümünü kabul et|kabul et|αποδοχή|accept(ă|ați)( toate)?"
    r"|(全部|我)?(同意|接受)(并继续|全部|所有)?|同意する|すべて(同意|許可)(する)?|(모두 )?동의(합니다)?|موافق|קבל"
)
