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


# In front of a name at the start of a line ...
_LABELS = (
    r"(?:(?:medically |article |story |words |text |posted |written |published |reported |created |authored |submitted "
    r"|contributed |an )*by|from the desk of|(?:ein )?(?:blog |gast)?(?:beitrag |artikel )?von|vom"
    r"|(?:geschrieben|verfasst|veröffentlicht|eingestellt|text) von|(?:escrito |publicado |redactado |texto )?por"
    r"|(?:écrit |publié )?par|un texte de|(?:propos )?recueillis? par|a cura di|(?:scritto |pubblicato )?di"
    r"|(?:geschreven )?door|av|af|skriven av|skrevet av|kirjoittanut|autor(?:ka|en)?|authors?|автор|yazan|penulis|oleh|napsal)"
)
_LABELS_WITH_COLON = (
    r"(?:authors?|autor(?:en|in|es|i|a|e)?|auteurs?|autore|writers?|text(?: (?:&|und) fotos?)?|texte?|words|byline|journalist(?:e|in)?"
    r"|reporter|redakteur(?:in)?|redakcja|redactor|автор(?:ы)?|текст|كتب|הכתב|tác giả|article by|by)"
)
_LABEL = re.compile(
    rf"^\W*(?:{_LABELS}(?:\s*:\s*|\s+)|(?-i:[Bb]y|Von|Par|Por)(?=(?-i:[A-ZÀ-Ý]))|{_LABELS_WITH_COLON}\s*[:：]\s*)",
    re.IGNORECASE,
)
# The same in mid-line, where nothing but a byline says so: "3 May 2024 by", "posted by".
_LATER_LABEL = re.compile(
    r"(?:(?<=[\d|•·–—/])\s*\b(?:by|von|par|por)|\b(?:posted|written|authored|published|(?:more|all) (?:stories|articles|posts)) by"
    r"|\b(?:geschrieben|verfasst|eingestellt) vo[nm]|\bpubli[ée] par|\bescrito por|\bautor:|\bauthor:)\s*(?=\S)",
    re.IGNORECASE,
)
# Chinese, Japanese, Korean: the label may be glued to the name.
_HAN_NAME = r"[\u3400-\u9fff々]{2,4}"
_CJK_BYLINE = re.compile(
    rf"(?:(?:记者|記者|作者|撰文|撰稿|执笔|采写|筆者|著者|執筆)[:：/／丨|\s]{{0,2}}|[文字][/／●丨]\s?)"
    rf"(?:\S{{0,8}}?(?:记者|通讯员)\s?)?({_HAN_NAME}(?:[\s、,，&]{_HAN_NAME})*|[ァ-ヶー]{{2,8}})"
)
_JAPANESE_DATELINE = re.compile(rf"【[^】]{{1,12}}[=＝]({_HAN_NAME})】")
_KOREAN_BYLINE = re.compile(r"(?<![가-힣])([가-힣]{2,4})\s?(?:기자|특파원)")
_CJK_ROLE = re.compile(r"\s?(?:기자|특파원|記者|记者|報導|报道|氏|さん)$")
# The hundred family names that nine of ten Chinese bear: what follows "记者" may be another word.
_CHINESE_FAMILY_NAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁"
    "岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳"
    "張劉陳楊黃趙吳孫馬鄭羅謝許韓馮鄧蕭葉蘇呂盧鍾譚陸賈韋鄒閻龍賀顧龔萬錢嚴湯溫齊喬龐顏莊聶魯詹歐關蘭紀畢單"
)
_PICTURE = re.compile(r"\W*(?:photo|foto|фото|image|bild|illustration|grafik|video|写真|図)", re.IGNORECASE)
_OTHER_LABEL = re.compile(r"^\W*[^\W\d_]{2,16}\s?[:：]\s*")
_NOT_IN_NAMES = re.compile(r"[\d?!<>#_:：=*{}]|[a-z][A-Z]{3}")
# What ends a byline: a separator before a role or a date, a number, a reviewer.
_END = re.compile(
    r"\s*(?:[|•·●▪∙→»✉]|\s[–—-]\s|\n|(?<=\S)\s+\d|\d{1,2}[.:/]\d|\b(?:medically |clinically |expert |and )?"
    r"(?:reviewed|edited|fact[- ]checked|translated|illustrations?|photo(?:s|graphy|graphs)?|foto|fotos|interviews?) (?:by|von)\b"
    r"|\b(?:updated|published|posted|modified|aktualisiert|veröffentlicht|publié|publicado|actualizado|pubblicato|last|categor\w+|kategorien?)\b"
    r"|\b(?:alle artikel|all (?:posts|articles)|view |more (?:stories|posts|from|by|articles)|follow)\b"
    r"|\b(?:on|am|le|il|el)\s\w+(?:day|tag|\s\d)|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s\d).*$",
    re.IGNORECASE | re.DOTALL,
)
# Behind the name in a sentence: "by Ann Bell in Science", "on behalf of". Case matters.
_SENTENCE_END = re.compile(
    r"\s(?:in|on|at|for|under|am|um|à|aus|from|is|with the|posted|says?|wrote)(?:\s.*)?$", re.DOTALL
)
_SPLIT = re.compile(
    r"\s*(?:[,;；、，＆&+／]|\s/\s|(?<=\w)/(?=[A-Z])|\s(?:and|und|et|y|e|i|en|og|och|ja|ve|и|та|і|és|with|mit|avec|con|sowie)\s)\s*"
)
_JUNK = re.compile(
    r"https?://\S*|www\.\S+|\S+@\S+\.\S+|(?<!\S)@\w+|\((?![A-Z]\w{1,14}\))[^)]*\)|\[[^\]]*\]|（[^）]*）|[“”„«»]"
)

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
    contact posts categories tags minutes minute reading time updated published date posted full bio library written
    by learn horticulturalist educator grader licensed columnist kommentar kommentare teilen folgen über mehr video forgot password sign log copied link artikel beitrag takeaways guide guides tips edited all now
    facebook twitter linkedin instagram whatsapp register insights insight sponsored""".split()
)
_ORGANIZATION_WORDS = frozenset(
    """editorial staff team newsroom editors press redaction verein verband stiftung verlag e.v. e.v bund newsdesk desk news agency agencies press media magazine online gmbh inc inc. llc
    ltd corp group company association institute university college hospital clinic center centre council ministry
    department foundation society network radio tv television times post herald tribune journal gazette chronicle
    redaktion onlineredaktion redaktionen pressestelle presseportal redaktionsnetzwerk agentur agenturen nachrichtenagentur
    zeitung tagblatt nachrichten rédaction redaction agence presse redacción redaccion agencia agencias noticias
    redazione agenzia redactie redakcja redakce redakcia redação redaktionen toimitus редакция новости агентство
    board committee bureau studio studios solutions services software systems
    technologies labs partners contributors web digital bbc cnn""".split()
)
_ORGANIZATION_SUFFIXES = ("magazin", "zeitung", "redaktion", "verlag", "portal", "anzeiger", "rundschau", "stiftung")
_AGENCIES = frozenset(
    """afp dpa apa ap reuters ansa efe sid upi tass ria itar-tass xinhua kyodo jiji pti ani ians epd kna dapd ots lno
    ddp apd keystone-sda sda ats belga anp ritzau tt ntb stt pap čtk tasr mti hina tanjug agerpres bta anadolu dha iha
    mdr ndr wdr swr rbb ard zdf orf srf br aa bloomberg yonhap antara vnа lusa europapress dpa-afx sputnik interfax unian ukrinform mena wam spa petra""".split()
)
_ORGANIZATION_ENDS = (
    "报", "編集者", "编辑部", "編集部", "新闻网", "日报", "晚报", "新聞", "通信社", "通讯社", "社", "网", "網", "频道", "客户端", "委员会", "公司", "局",
    "オンライン", "デジタル", "ニュース", "Web", "뉴스", "일보", "신문", "편집국", "편집부",
)  # fmt: skip
# Accounts of nobody.
_NOBODY = frozenset(
    """admin administrator adminn webmaster root user guest anonymous unknown none null n/a na author authors autor by
    undefined name default wordpress nobody superuser test contributor writer blog comments login 责任编辑 编辑 佚名 匿名
    小编 网络 原创 未知""".split()
)
_PARTICLES = frozenset(
    """van von de der den del della di da dos das do du la le el al bin ibn ben ter ten te zu zur zum af av y e i
    st. st mc mac o' d' dello vom auf thi bint""".split()
)
MAX_NAME_CHARS = 60
MAX_NAME_WORDS = 6
# "by ibby, 3 May"; in a longer line the word after "by" may be any ("by focusing on").
MAX_PEN_NAME_CHARS = 30
_HAN = re.compile(r"^(?:[\u3400-\u9fff々]{2,5}|[\u3400-\u9fff々]{1,3} [\u3400-\u9fff々]{1,3}|[가-힣]{2,4})$")
_LONG_HAN = re.compile(r"[\u3400-\u9fff]{5,}")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def names(text: str, site_names: frozenset[str] = frozenset(), *, trusted: bool = False) -> Names:
    """Return the names in a byline.

    ``site_names`` are keys (:func:`scraper.extraction.titles.key`) that are never people. ``trusted``: the text is
    known to be a name, so that a lone word or a pen name counts.
    """
    people: list[str] = []
    organizations: list[str] = []
    parts = _parts(text)
    pen_names = trusted and (len(parts) == 1 or all(" " not in part for part in parts))
    for part in parts:
        if _is_organization(part, site_names):
            organizations.append(part)
        elif _is_person(part) or (pen_names and _is_pen_name(part)):
            people.append(part)
    return Names(_unique(people), _unique(organizations))


def names_in_line(line: str, site_names: frozenset[str] = frozenset()) -> Names:
    """Return the names in a line that says so ("By", "Von", "记者", "기자"); nothing where it does not."""
    asian = _asian_names(line)
    if asian:
        return Names(asian)
    label = _LABEL.match(line) or _LATER_LABEL.search(line)
    if label is None:
        return Names()
    rest = _SENTENCE_END.sub("", _END.sub("", line[label.end() :]))
    alone = not rest[:1].islower() or len(line) - len(rest) <= MAX_PEN_NAME_CHARS
    return names(rest, site_names, trusted=alone and len(rest) <= MAX_PEN_NAME_CHARS and "," not in rest)


def _asian_names(line: str) -> tuple[str, ...]:
    if line.isascii():
        return ()
    found = [name for match in _CJK_BYLINE.finditer(line) for name in re.split(r"[\s、,，&]", match[1])]
    people = [name[:3] for name in found if name[0] in _CHINESE_FAMILY_NAMES or "ァ" <= name[0] <= "ー"]
    people += [match[1] for match in _JAPANESE_DATELINE.finditer(line)]
    people += [match[1] for match in _KOREAN_BYLINE.finditer(line)]
    return _unique(people)


def _parts(text: str) -> list[str]:
    text = _JUNK.sub(" ", text).strip()
    for _ in range(2):  # "By by", "Text: Von"
        text = _LABEL.sub("", text).strip()
    if _PICTURE.match(text):
        return []
    text = _OTHER_LABEL.sub("", text)
    text = _END.sub("", text)
    parts = (_CJK_ROLE.sub("", part.strip(" .:|-–—*/")) for part in _SPLIT.split(text))
    return [" ".join(part.split()) for part in parts if part and part.casefold() not in _CREDENTIALS]


def _is_person(part: str) -> bool:
    """Say whether the part has the shape of a person's full name."""
    if len(part) > MAX_NAME_CHARS or _NOT_IN_NAMES.search(part):
        return False
    if _CJK.search(part):
        # Three characters or fewer are Chinese, or any word of two; Japanese names have four as a rule.
        return bool(_HAN.match(part)) and (len(part) > 3 or part[0] in _CHINESE_FAMILY_NAMES)
    words = part.split()
    if not 2 <= len(words) <= MAX_NAME_WORDS or _ROLE_WORDS.intersection(part.casefold().split()):
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
    if not words or folded in _NOBODY:
        return False
    return (
        key(part) in site_names
        or not _ORGANIZATION_WORDS.isdisjoint(words)
        or not _AGENCIES.isdisjoint(words)
        or (folded.startswith("the ") and folded.endswith((" team", " staff", " editors")))
        or part.endswith(_ORGANIZATION_ENDS)
        or words[-1].endswith(_ORGANIZATION_SUFFIXES)
        or bool(_LONG_HAN.fullmatch(part) and part[0] not in _CHINESE_FAMILY_NAMES)
        or bool(re.search(r"\w\.(?:com|de|org|net|at|ch|fr|it|es|co|io|tr|be|pl)$", folded))
    )


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for value in values:
        found.setdefault(value.casefold(), value)
    return tuple(found.values())
