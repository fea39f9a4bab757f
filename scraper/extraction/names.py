"""Names in a byline: people without roles, dates and credentials, and organizations apart from them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from scraper.extraction.titles import key


class Names(NamedTuple):
    """The people and the organizations that a text names, in its order."""

    people: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()


# "Written by", in front of a name. The colon is not needed after these words; after those of LABELS_WITH_COLON it is.
_LABELS = (
    r"(?:article |story |words |text |photos? |posted |written |published |reported |created |authored |submitted "
    r"|medically |fact[- ]checked |reviewed |an )?by|from the desk of|von|ein(?: beitrag| artikel| gastbeitrag)? von"
    r"|geschrieben von|verfasst von|veröffentlicht von|text von|por|escrito por|publicado por|redactado por|par"
    r"|écrit par|publié par|propos recueillis par|a cura di|scritto da|pubblicato da|di|da|door|geschreven door|av|af"
    r"|skriven av|skrevet av|kirjoittanut|autor(?:ka|ka:)?|автор|yazan|penulis|oleh|napsal|tekst"
)
_LABELS_WITH_COLON = (
    r"authors?|autor(?:en|in|es|i|a|e)?|auteurs?|autore|writers?|text|texte?|words|byline|name|journalist(?:e|in)?"
    r"|reporter|redakteur(?:in)?|redakcja|redactor|écrit|автор(?:ы)?|текст|فريق|كتب|הכתב|tác giả|viết bởi"
)
_LABEL = re.compile(rf"^\W*(?:(?:{_LABELS})\b\s*:?\s+|(?:{_LABELS_WITH_COLON})\s*[:：]\s*)", re.IGNORECASE)
# Chinese, Japanese, Korean: the label may be glued to the name.
_CJK_LABEL = re.compile(
    r"^\W*(?:(?:本报|本刊|本网|新华社|中新社|通讯员|见习|实习|首席|特约|高级)*(?:记者|記者|作者|撰文|撰稿|文字?|筆者|著者|執筆|取材・文|ライター)"
    r"(?:丨|\||[:：/／●•・]|\s)\s*|(?:本报|本刊|本网)?(?:记者|記者)\s*)"
)
_CJK_ROLE = re.compile(r"\s?(?:기자|특파원|記者|记者|報導|报道|氏|さん)$")
# What ends a byline: a date, a reading time, a separator before a role.
_END = re.compile(
    r"\s*(?:[|•·●▪∙→»]|\s[–—-]\s|\s-|\n|\bon\s+\w+day\b|\b(?:updated|published|posted|modified|aktualisiert|veröffentlicht|"
    r"publié|publicado|actualizado|pubblicato|last)\b|\b\d{1,2}[.:/]\d|\b\d+\s?min|\b(?:19|20)\d\d\b|\bam\s\d|"
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s\d|\d{1,2}\.\s).*$",
    re.IGNORECASE | re.DOTALL,
)
_SPLIT = re.compile(
    r"\s*(?:[,;；、，＆&+／]|\s/\s|(?<=\w)/(?=[A-Z])|\s(?:and|und|et|y|e|i|en|og|och|ja|ve|и|та|і|és|a|with|mit|avec|con|und|sowie)\s)\s*"
)
_JUNK = re.compile(r"https?://\S*|www\.\S+|\S+@\S+\.\S+|@\w+|\([^)]*\)|\[[^\]]*\]|（[^）]*）|[\"“”„«»]")
_HONORIFIC = re.compile(r"^(?:dr|prof|dipl|mag|ing|med|phil|rer|nat|mr|mrs|ms|sir)\.?\s+", re.IGNORECASE)

# Behind a comma these are letters after a name, not a second person.
_CREDENTIALS = frozenset(
    """md m.d. phd ph.d. ph.d dds dmd do rn bsn msn np aprn rd rdn ms msc mba ma ba bs bsc jd esq esq. cpa cfp cfp® cfa
    cep cepf® ea lcsw lmft lpc psyd edd dvm vmd dacvb ldn cdn cpt cscs facog faap facp mph pt dpt lac pe aia jr jr.
    sr sr. ii iii iv pmp phr sphr cissp e-ryt fand macp faclm lvt vts emt cipp m.a. m.s. m.ed. med. cpp psp mla""".split()
)
# A name with one of these words is an office, a product or a role, not a person.
_ROLE_WORDS = frozenset(
    """editor editors writer writers reporter reporters correspondent contributor contributors journalist columnist
    author authors founder co-founder ceo cto cmo coo cfo president director manager head chief officer specialist
    expert experts analyst consultant professor senior junior freelance guest photographer producer reviewer
    strategist marketing content dietitian nutritionist physician attorney lawyer researcher engineer developer
    designer instructor blogger assistant associate partner lead advisor counsel planner view archive follow
    redakteur redakteurin autor autorin chefredakteur korrespondent korrespondentin journalistin reporterin
    mitarbeiter mitarbeiterin volontär journaliste rédacteur redactor redactora periodista corresponsal giornalista
    редактор корреспондент журналист автор comments comment share read more name email menu search home login about
    contact posts categories tags minutes minute reading time updated published date posted""".split()
)
_ORGANIZATION_WORDS = frozenset(
    """editorial staff team newsroom newsdesk desk news agency agencies press media magazine online gmbh inc inc. llc
    ltd corp group company association institute university college hospital clinic center centre council ministry
    department foundation society network radio tv television times post herald tribune journal gazette chronicle
    redaktion onlineredaktion redaktionen pressestelle presseportal redaktionsnetzwerk agentur agenturen nachrichtenagentur
    zeitung tagblatt nachrichten rédaction redaction agence presse redacción redaccion agencia agencias noticias
    redazione agenzia redactie redakcja redakce redakcia redação redaktionen toimitus редакция новости агентство
    administrator admin adminn webmaster board committee bureau studio studios solutions services software systems
    technologies labs partners contributors web digital bbc cnn""".split()
)
_AGENCIES = frozenset(
    """afp dpa apa ap reuters ansa efe sid upi tass ria itar-tass xinhua kyodo jiji pti ani ians epd kna dapd ots lno
    ddp apd keystone-sda sda ats belga anp ritzau tt ntb stt pap čtk tasr mti hina tanjug agerpres bta anadolu dha iha
    aa bloomberg yonhap antara vnа lusa europapress dpa-afx sputnik interfax unian ukrinform mena wam spa petra""".split()
)
_ORGANIZATION_ENDS = (
    "编辑部", "編集部", "新闻网", "日报", "晚报", "新聞", "通信社", "通讯社", "社", "网", "網", "频道", "客户端", "委员会", "公司", "局",
    "オンライン", "デジタル", "ニュース", "Web", "뉴스", "일보", "신문", "편집국", "편집부",
)  # fmt: skip
# Accounts of nobody.
_NOBODY = frozenset(
    """admin administrator adminn editor editors webmaster root user guest anonymous unknown none null n/a na author
    authors team staff autor redaktion by undefined name default wordpress nobody superuser test contributor writer
    editorial newsroom blog news press comments login 责任编辑 编辑 佚名 匿名 小编 网络 原创 未知""".split()
)
_PARTICLES = frozenset(
    """van von de der den del della di da dos das do du la le el al bin ibn ben ter ten te zu zur zum af av y e i
    st. st mc mac o' d' dello vom auf thi bint""".split()
)
MAX_NAME_CHARS = 60
MAX_NAME_WORDS = 6
_HAN = re.compile(r"^[\u3400-\u9fff々]{2,5}$")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def names(text: str, site_names: frozenset[str] = frozenset(), *, trusted: bool = False) -> Names:
    """Return the names in a byline.

    ``site_names`` are keys (:func:`scraper.extraction.titles.key`) that are never people. ``trusted``: the text is
    known to be a name, so that a lone word or a pen name counts.
    """
    people: list[str] = []
    organizations: list[str] = []
    for part in _parts(text):
        if _is_organization(part, site_names):
            organizations.append(part)
        elif _is_person(part) or (trusted and _is_pen_name(part)):
            people.append(part)
    return Names(_unique(people), _unique(organizations))


def labelled(text: str) -> bool:
    """Say whether a line begins like a byline."""
    return bool(_LABEL.match(text) or _CJK_LABEL.match(text))


def _parts(text: str) -> list[str]:
    text = _JUNK.sub(" ", text).strip()
    for _ in range(2):  # "By by", "Text: Von"
        text = _CJK_LABEL.sub("", _LABEL.sub("", text)).strip()
    text = _END.sub("", text)
    parts = (_CJK_ROLE.sub("", _HONORIFIC.sub("", part.strip(" .:|-–—*"))) for part in _SPLIT.split(text))
    return [" ".join(part.split()) for part in parts if part and part.casefold() not in _CREDENTIALS]


def _is_person(part: str) -> bool:
    """Say whether the part has the shape of a person's full name."""
    if len(part) > MAX_NAME_CHARS or any(map(str.isdigit, part)):
        return False
    if _CJK.search(part):
        return bool(_HAN.match(part)) or (len(part) <= 12 and " " in part)  # noqa: PLR2004
    words = part.split()
    if not 2 <= len(words) <= MAX_NAME_WORDS or _ROLE_WORDS.intersection(part.casefold().split()):  # noqa: PLR2004
        return False
    plain = [word for word in words if word.casefold() not in _PARTICLES]
    return len(plain) > 1 and all(word[0].isupper() or not (word[0].islower() or word[0].isupper()) for word in plain)


def _is_pen_name(part: str) -> bool:
    folded = part.casefold()
    return (
        1 < len(part) <= MAX_NAME_CHARS
        and folded not in _NOBODY
        and len(part.split()) <= MAX_NAME_WORDS
        and any(map(str.isalpha, part))
        and not _ROLE_WORDS.intersection(folded.split())
    )


def _is_organization(part: str, site_names: frozenset[str]) -> bool:
    folded = part.casefold()
    words = folded.replace("/", " ").split()
    if folded in _NOBODY:
        return False
    return (
        key(part) in site_names
        or not _ORGANIZATION_WORDS.isdisjoint(words)
        or not _AGENCIES.isdisjoint(words)
        or (folded.startswith("the ") and folded.endswith((" team", " staff", " editors")))
        or part.endswith(_ORGANIZATION_ENDS)
        or bool(re.search(r"\w\.(?:com|de|org|net|at|ch|fr|it|es|co|io|tr|be|pl)$", folded))
    )


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for value in values:
        found.setdefault(value.casefold(), value)
    return tuple(found.values())
