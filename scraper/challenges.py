"""What pages say where somebody has to prove that they are human, or is sent away. General words of the web."""

from __future__ import annotations

import re
from html import unescape

# In a title or a top heading, in lower case; each language is on a line of its own.
CHALLENGE = re.compile(
    "|".join(
        line.strip()
        for line in r"""
    ^just a moment\b|^one moment,? please|^attention required\b|^pardon our interruption|^robot or human|^robot check
    (check|verify)(ing)? (that |if )?(you are|you're|your browser|the site connection)|are you (a )?(human|robot)
    (i'm|you are|you're) not a (ro)?bot|(human|bot|browser|security) (check|verification|challenge)|press (&|and) hold
    unusual (traffic|activity)|access (to (this|the) \w+ )?(has been |is |was )?(denied|blocked|restricted|forbidden)
    you (have been|are|were) (temporarily )?blocked|(request|connection) (was |has been )?(blocked|rejected|denied)
    ^(error )?403|^forbidden$|ddos[ -]protection|(complete|solve) (the|a|this) captcha|^too many requests
    enable javascript and cookies to continue|why have i been blocked
    sicherheits(über)?prüfung|kein roboter|zugriff (wurde )?(verweigert|gesperrt|blockiert)|ungewöhnlichen? datenverkehr
    accès (refusé|interdit|bloqué)|pas un robot|(activité|trafic) inhabituel|vérification de sécurité
    acceso (denegado|bloqueado|restringido|prohibido)|no (soy|eres) un robot|tráfico inusual|verificación de seguridad
    acesso (negado|bloqueado|restrito)|não (sou|é) um robô|verificação de segurança
    accesso (negato|bloccato)|non s(ei|ono) un robot|verifica di sicurezza
    toegang geweigerd|geen robot|dostęp (zabroniony|zablokowany)|nie jeste[śm] robotem
    доступ (к \w+ )?(запрещ[её]н|ограничен|заблокирован)|не робот|проверка (браузера|безопасности)
    erişim (engellendi|reddedildi)|robot değil|åtkomst nekad|adgang nægtet|ingen tilgang
    (安全|人机|访问|身份|滑动|安全|人機)(验证|驗證|校验)|访问(被拒绝|受限|过于频繁|异常)|不是机器人|異常流量|异常(流量|访问)
    ロボットでは|アクセスが(拒否|制限)|セキュリティ(チェック|確認)
    로봇이 아닙니다|(접근|접속)이 (차단|거부|제한)|비정상적인 (접근|트래픽)|보안 (확인|절차)
    لست روبوت|تم (حظر|رفض) الوصول
    """.strip().split("\n")
    )
)

_SEPARATORS = re.compile(r"[|–—·:»]|\s[-/]\s")
# What a server says of any page: the status in words, not why.
_STATUS = re.compile(r"(http |error )*\d{3}\b.*|forbidden|too many requests|service (temporarily )?unavailable")
_TAG = re.compile(r"<[^<>]*>")
_MAX_TITLE_CHARS = 200


def challenge_in(page: bytes) -> str | None:
    """Return what the title or the first heading of an error page says of a challenge or a block.

    A look and no parser, linear in the bytes: it happens beside other fetches. The marks of the services that do this
    are no sign here: some are in each page that such a service passes on, errors of the site itself too.
    """
    html = page.decode("utf-8", "replace")
    lower = html.lower()
    for name in ("title", "h1"):
        start = lower.find(f"<{name}")
        end = lower.find(f"</{name}", start)
        if start < 0 or end < 0:
            continue
        text = _TAG.sub(" ", lower[start : min(end, start + 4 * _MAX_TITLE_CHARS)])
        title = " ".join(unescape(text).split())[:_MAX_TITLE_CHARS]
        for part in (title, *_SEPARATORS.split(title)):
            said = part.strip(" .!?…")
            if CHALLENGE.search(said) and not _STATUS.fullmatch(said):
                return said
    return None
