"""Names in a byline: people without roles, dates and credentials, and organizations apart from them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from scraper.extraction.byline_words import (
    AGENCIES,
    CHINESE_FAMILY_NAMES,
    CONJUNCTIONS,
    CREDENTIALS,
    LABEL_WORDS,
    LABELS,
    LABELS_WITH_COLON,
    NOBODY,
    NOT_IN_NAMES,
    NOT_IN_PLAIN_NAMES,
    ORGANIZATION_ENDS,
    ORGANIZATION_SUFFIXES,
    ORGANIZATION_WORDS,
    PARTICLES,
)
from scraper.extraction.titles import key


class Names(NamedTuple):
    """The people and the organizations that a text names, in its order."""

    people: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()


# Thirty authors; longer texts are none.
MAX_BYLINE_CHARS = 1_000
MAX_NAME_CHARS = 60
MAX_NAME_WORDS = 6
# "by ibby, 3 May"; in a longer line the word after "by" may be any ("by focusing on").
MAX_PEN_NAME_CHARS = 30
MAX_LABEL_CHARS = 20
# "(Courier, Shanghai, 3 May, by Ann Bell)" in Chinese.
MAX_DATELINE_CHARS = 60

_LABEL = re.compile(
    rf"^\W*(?:(?:{'|'.join(LABELS)})(?:\s*:\s*|\s+)"
    r"|(?-i:[Bb]y|Von|Par|Por)(?=(?-i:[A-ZÀ-Ý]))"  # glued to the name where mark-up stood between
    rf"|(?:{'|'.join(LABELS_WITH_COLON)})\s*[:：]\s*)",
    re.IGNORECASE,
)
# The same in mid-line, where nothing but a byline says so: "3 May 2024 by", "posted by".
_LATER_LABEL = re.compile(
    r"(?:(?<=[\d|•·–—/])\s*\b(?:by|von|par|por)"
    r"|\b(?:posted|written|authored|published|(?:more|all) (?:stories|articles|posts)) by"
    r"|\b(?:geschrieben|verfasst|eingestellt) vo[nm]|\bpubli[ée] par|\bescrito por|\bautor:|\bauthor:)\s*(?=\S)",
    re.IGNORECASE,
)
_LATER_WORDS = ("by", "von", "vom", "par", "por", "autor:", "author:")  # each of these labels holds one
# Chinese, Japanese, Korean: the label may be glued to the name.
_HAN_NAME = r"[\u3400-\u9fff々]{2,4}"
_CJK_BYLINE = re.compile(
    r"(?:(?:记者|記者|作者|撰文|撰稿|执笔|采写|筆者|著者|執筆)[:：/／丨|\s]{0,2}|[文字][/／●丨]\s?)"
    rf"(?:\S{{0,8}}?(?:记者|通讯员)\s?)?({_HAN_NAME}(?:[\s、,，&]{_HAN_NAME})*|[ァ-ヶー]{{2,8}})"
)
_HAN_NAMES = rf"{_HAN_NAME}(?:[\s、,，]+{_HAN_NAME})*"
_REPORTERS = re.compile(rf"[(（][^)）]{{0,12}}(?:记者|記者|通讯员)[\s:：/]*({_HAN_NAMES})[^)）]{{0,20}}[)）]")
_SIGNED = re.compile(rf"[(（](?:文|图|作者|[/／:：\s])*({_HAN_NAMES})[)）]\s*$")
_JAPANESE_DATELINE = re.compile(rf"【[^】]{{1,12}}[=＝]({_HAN_NAME})】")
_KOREAN_BYLINE = re.compile(r"(?<![가-힣])([가-힣]{2,4})\s?(?:기자|특파원)")
_CJK_ROLE = re.compile(r"\s?(?:기자|특파원|記者|记者|報導|报道|氏|さん)$")
_HAN = re.compile(r"[\u3400-\u9fff々]{2,5}|[\u3400-\u9fff々]{1,3} [\u3400-\u9fff々]{1,3}|[가-힣]{2,4}")
_LONG_HAN = re.compile(r"[\u3400-\u9fff]{5,}")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_PICTURE = re.compile(r"\W*(?:photo|foto|фото|image|bild|illustration|grafik|video|写真|図)", re.IGNORECASE)
_OTHER_LABEL = re.compile(r"^\W*[^\W\d_]{2,16}\s?[:：]\s*")
_FOREIGN_MARKS = re.compile(r"[\d?!<>#_:：=*{}]|[a-z][A-Z]{3}")
_HOST = re.compile(r"\w\.(?:com|de|org|net|at|ch|fr|it|es|co|io|tr|be|pl)$")
# Most names in a page's head are just that: "Ann Bell".
_PLAIN = re.compile(r"[^\W\d_]{2,20}(?:[ '’-][^\W\d_]{2,20}){1,3}")
# What ends a byline: a separator before a role or a date, a number, a reviewer, a button.
_END = re.compile(
    r"\s*(?:[|•·●▪∙→»✉]|\s[–—-]\s|\n|(?<=\S)\s+\d|\d{1,2}[.:/]\d"
    r"|\b(?:medically |clinically |expert |and )?(?:reviewed|edited|fact[- ]checked|translated|illustrations?"
    r"|photo(?:s|graphy|graphs)?|fotos?|interviews?) (?:by|von)\b"
    r"|\b(?:updated|published|posted|modified|aktualisiert|veröffentlicht|publié|publicado|actualizado|pubblicato"
    r"|last|categor\w+|kategorien?)\b"
    r"|\b(?:alle artikel|all (?:posts|articles)|view |more (?:stories|posts|from|by|articles)|follow)\b"
    r"|\b(?:on|am|le|il|el)\s\w+(?:day|tag|\s\d)"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s\d).*$",
    re.IGNORECASE | re.DOTALL,
)
# Behind the name in a sentence: "by Ann Bell in Science", "on behalf of". Case matters.
_SENTENCE_END = re.compile(
    r"\s(?:in|on|at|for|under|am|um|à|aus|from|is|with the|posted|says?|wrote)(?:\s.*)?$", re.DOTALL
)
_SPLIT = re.compile(rf"\s*(?:[,;；、，＆&+／]|\s/\s|(?<=\w)/(?=[A-Z])|\s(?:{'|'.join(CONJUNCTIONS)})\s)\s*")
# Addresses, accounts, and what stands in brackets, unless it is one capitalised word ("Ann (Annie) Bell").
_JUNK = re.compile(
    r"https?://\S*|www\.\S+|\S+@\S+\.\S+|(?<!\S)@\w+|\((?![A-Z]\w{1,14}\))[^)]*\)|\[[^\]]*\]|（[^）]*）|[“”„«»]"
)


def names(text: str, site_names: frozenset[str] = frozenset(), *, trusted: bool = False) -> Names:
    """Return the names in a byline.

    ``site_names`` are keys (:func:`scraper.extraction.titles.key`) that are never people. ``trusted``: the text is
    known to be a name, so that a lone word or a pen name counts.
    """
    people: list[str] = []
    parts = _parts(text[:MAX_BYLINE_CHARS])
    organizations = [part for part in parts if _is_organization(part, site_names)]
    # Single words beside an organization are where it sits.
    pen_names = trusted and (len(parts) == 1 or (not organizations and all(" " not in part for part in parts)))
    for part in parts:
        if part in organizations:
            continue
        if _is_person(part) or (pen_names and _is_pen_name(part)):
            people.append(part)
    return Names(_unique(people), _unique(organizations))


def is_label(line: str) -> bool:
    """Say whether a line is nothing but what stands in front of a name ("Written by", "Autor:")."""
    return (
        len(line) <= MAX_LABEL_CHARS and (label := _LABEL.match(line + " :")) is not None and label.end() >= len(line)
    )


def names_in_line(line: str, site_names: frozenset[str] = frozenset()) -> Names:
    """Return the names in a line that says so ("By", "Von", "记者", "기자"); nothing where it does not."""
    asian = _asian_names(line)
    if asian:
        return Names(asian)
    small = line.lower()
    if not any(map(small.__contains__, LABEL_WORDS)):
        return Names()
    label = _LABEL.match(line)
    if label is None and any(map(small.__contains__, _LATER_WORDS)):
        label = _LATER_LABEL.search(line)
    if label is None:
        return Names()
    rest = _SENTENCE_END.sub("", _END.sub("", line[label.end() :]))
    alone = not rest[:1].islower() or len(line) - len(rest) <= MAX_PEN_NAME_CHARS
    return names(rest, site_names, trusted=alone and len(rest) <= MAX_PEN_NAME_CHARS and "," not in rest)


def signature(first: str, last: str) -> tuple[str, ...]:
    """Return the names in brackets in the first and at the end of the last paragraph of a Chinese text."""
    found = _REPORTERS.search(first[:MAX_DATELINE_CHARS]) or _SIGNED.search(last[-MAX_DATELINE_CHARS:])
    people = re.split(r"[\s、,，]+", found[1]) if found else []
    return _unique(people) if all(name[0] in CHINESE_FAMILY_NAMES for name in people) else ()


def _asian_names(line: str) -> tuple[str, ...]:
    if line.isascii() or not _CJK.search(line):
        return ()
    found = [name for match in _CJK_BYLINE.finditer(line) for name in re.split(r"[\s、,，&]", match[1])]
    people = [name[:3] for name in found if name[0] in CHINESE_FAMILY_NAMES or "ァ" <= name[0] <= "ー"]
    people += [match[1] for match in _JAPANESE_DATELINE.finditer(line)]
    people += [match[1] for match in _KOREAN_BYLINE.finditer(line)]
    return _unique(people)


def _parts(text: str) -> list[str]:
    if _PLAIN.fullmatch(text) and NOT_IN_PLAIN_NAMES.isdisjoint(text.split()):
        return [text]
    text = _JUNK.sub(" ", text).strip()
    for _ in range(2):  # "By by", "Text: Von"
        text = _LABEL.sub("", text).strip()
    if _PICTURE.match(text):
        return []
    text = _OTHER_LABEL.sub("", text)
    text = _END.sub("", text)
    parts = (_CJK_ROLE.sub("", part.strip(" .:|-–—*/")) for part in _SPLIT.split(text))
    return [" ".join(part.split()) for part in parts if part and part.casefold() not in CREDENTIALS]


def _is_person(part: str) -> bool:
    """Say whether the part has the shape of a person's full name."""
    if len(part) > MAX_NAME_CHARS or _FOREIGN_MARKS.search(part):
        return False
    if _CJK.search(part):
        # Three characters or fewer are Chinese, or any word of two; Japanese names have four as a rule.
        return bool(_HAN.fullmatch(part)) and (len(part.replace(" ", "")) > 3 or part[0] in CHINESE_FAMILY_NAMES)
    words = part.split()
    if not 2 <= len(words) <= MAX_NAME_WORDS or NOT_IN_NAMES.intersection(part.casefold().split()):
        return False
    plain = [word for word in words if word not in PARTICLES]
    return len(plain) > 1 and all(word[0].isupper() or not (word[0].islower() or word[0].isupper()) for word in plain)


def _is_pen_name(part: str) -> bool:
    folded = part.casefold()
    return (
        1 < len(part) <= MAX_NAME_CHARS
        and folded not in NOBODY
        and len(part.split()) <= MAX_NAME_WORDS
        and any(map(str.isalpha, part))
        and not NOT_IN_NAMES.intersection(folded.split())
    )


def _is_organization(part: str, site_names: frozenset[str]) -> bool:
    folded = part.casefold()
    words = folded.replace("/", " ").split()
    if not words or folded in NOBODY:
        return False
    return (
        key(part) in site_names
        or not ORGANIZATION_WORDS.isdisjoint(words)
        or any(word.casefold() in AGENCIES and not word.istitle() for word in part.replace("/", " ").split())
        or folded in AGENCIES
        or (folded.startswith("the ") and folded.endswith((" team", " staff", " editors")))
        or part.endswith(ORGANIZATION_ENDS)
        or words[-1].endswith(ORGANIZATION_SUFFIXES)
        or bool(_LONG_HAN.fullmatch(part) and part[0] not in CHINESE_FAMILY_NAMES)
        or bool(_HOST.search(folded))
    )


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for value in values:
        found.setdefault(value.casefold(), value)
    return tuple(found.values())
