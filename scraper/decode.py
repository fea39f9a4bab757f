"""Decide which encoding a page is in, and say how it was decided."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from scraper.errors import NotAnArticle
from scraper.records import EncodingFrom, Page, Response
from scraper.text import is_utf8, unicode_only

# Name, Python codec and labels of each encoding of the web: https://encoding.spec.whatwg.org/#names-and-labels.
# Left out are the labels of `replacement` (a browser shows nothing for hz-gb-2312 or iso-2022-kr: they are sniffed).
# The codecs are the nearest of Python's to the standard's tables: gb18030 reads gb2312 and gbk, cp932 reads
# Shift_JIS with the makers' characters, euc_jis_2004 has the circled numbers that euc_jp lacks.
_ENCODINGS = """
utf-8 utf_8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8
ibm866 cp866 866 cp866 csibm866 ibm866
iso-8859-2 iso8859_2 csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2
iso-8859-3 iso8859_3 csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3
iso-8859-4 iso8859_4 csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4
iso-8859-5 iso8859_5 csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988
iso-8859-6 iso8859_6 arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e
iso-8859-6 iso8859_6 iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987
iso-8859-7 iso8859_7 csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597
iso-8859-7 iso8859_7 iso_8859-7 iso_8859-7:1987 sun_eu_greek
iso-8859-8 iso8859_8 csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598
iso-8859-8 iso8859_8 iso_8859-8 iso_8859-8:1988 visual
iso-8859-8-i iso8859_8 csiso88598i iso-8859-8-i logical
iso-8859-10 iso8859_10 csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6
iso-8859-13 iso8859_13 iso-8859-13 iso8859-13 iso885913
iso-8859-14 iso8859_14 iso-8859-14 iso8859-14 iso885914
iso-8859-15 iso8859_15 csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9
iso-8859-16 iso8859_16 iso-8859-16
koi8-r koi8_r cskoi8r koi koi8 koi8-r koi8_r
koi8-u koi8_u koi8-ru koi8-u
macintosh mac_roman csmacintosh mac macintosh x-mac-roman
windows-874 cp874 dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874
windows-1250 cp1250 cp1250 windows-1250 x-cp1250
windows-1251 cp1251 cp1251 windows-1251 x-cp1251
windows-1252 cp1252 ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591
windows-1252 cp1252 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252 x-user-defined
windows-1253 cp1253 cp1253 windows-1253 x-cp1253
windows-1254 cp1254 cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5
windows-1254 cp1254 windows-1254 x-cp1254
windows-1255 cp1255 cp1255 windows-1255 x-cp1255
windows-1256 cp1256 cp1256 windows-1256 x-cp1256
windows-1257 cp1257 cp1257 windows-1257 x-cp1257
windows-1258 cp1258 cp1258 windows-1258 x-cp1258
x-mac-cyrillic mac_cyrillic x-mac-cyrillic x-mac-ukrainian
gbk gb18030 chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk
gb18030 gb18030 gb18030
big5 big5hkscs big5 big5-hkscs cn-big5 csbig5 x-x-big5
euc-jp euc_jis_2004 cseucpkdfmtjapanese euc-jp x-euc-jp
iso-2022-jp iso2022_jp csiso2022jp iso-2022-jp
shift_jis cp932 csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis
euc-kr cp949 cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949
utf-16be utf_16_be unicodefffe utf-16be
utf-16le utf_16_le csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le
"""
_ROWS = [line.split() for line in _ENCODINGS.strip().split("\n")]
_CODECS = {name: codec for name, codec, *_ in _ROWS}
_LABELS = {label: name for name, _, *labels in _ROWS for label in labels}
_NAMES = {codec: name for name, codec, *_ in reversed(_ROWS)}  # "gbk" and not "gb18030", as pages say it

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16le"), (codecs.BOM_UTF16_BE, "utf-16be"))

_BINARY = re.compile(
    rb"\xff\xd8\xff|\x89PNG|GIF8[79]a|RIFF....WEBP|%PDF-|PK\x03\x04|\x1f\x8b|\x28\xb5\x2f\xfd|BZh\d|7z\xbc\xaf|Rar!|\xfd7zXZ"
    rb"|\x7fELF|MZ.{60,}PE\0\0|\xd0\xcf\x11\xe0|....ftyp|ID3|OggS|wOF[F2]|\0asm",
    re.DOTALL,
)
_HEAD = 4096  # bytes that tell text from other data
_CONTROLS = bytes({*range(32)} - {*b"\t\n\f\r\x1b"})  # ESC is a part of ISO-2022-JP

_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_CHARSET_NAME = b"charset"
_SAYS_IN_XML = re.compile(rb"\s*<\?[^<>]*?encoding=[\"']([^\s\"'<>]{1,40})", re.IGNORECASE)
_SAYS_IN_META = re.compile(rb"<\s{0,9}meta[^<>]+charset\s{0,9}=\s{0,9}[\"']?([^\s/;\"'<>]{1,40})", re.IGNORECASE)
_SAYS_UTF8 = re.compile(rb"charset\s*=\s*[\"']?\s*utf-?8\b")

# A label is wrong when this share of what is not ASCII cannot be read by it. Real pages with a broken byte or two lose
# up to 4 %, an English page with a comment pasted in another encoding 30 %; GBK read as UTF-8 loses 80 % and more.
_MAX_REPLACED = 0.4

_MARKUP = re.compile(rb"[<>]+")
# Not UTF-16: the detector takes some short pieces for it, but a page with markup in ASCII is not in UTF-16.
_DETECTED = sorted({*_CODECS.values()} - {"utf_16_be", "utf_16_le"})
_MAX_DETECTED = 64 * 1024  # bytes: the detector needs milliseconds for it, and it is a long article
_CENTRAL_EUROPEAN = frozenset(["Polish", "Czech", "Slovak", "Hungarian", "Romanian", "Croatian", "Slovene"])


def decode(response: Response) -> Page:
    """Return the page as text; raise :class:`NotAnArticle` for an empty body and for what is no text at all.

    The order is the browser's: byte order mark, HTTP header, meta tag; then UTF-8, then a detector. Unlike in a
    browser, a label loses to the bytes: a body that is valid UTF-8 is UTF-8 whatever its label says (docs/decisions/
    0002), and a label by which much of the page cannot be read is passed over.
    """
    body = response.body
    if not body or body.isspace():
        raise NotAnArticle("no_text", "the body is empty", response.url)
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _page(response, body[len(mark) :], encoding, "bom")
    head = body[:_HEAD]
    is_known = _BINARY.match(head) is not None
    utf16 = None if is_known else _utf16_by_zeros(head)
    if utf16:
        return _page(response, body, utf16, "guess")
    if is_known or _has_controls(head):
        raise NotAnArticle("not_html", "the body is binary data", response.url)
    header = _LABELS.get(_header_label(response))
    if is_utf8(body):
        utf8 = body.replace(b"\0", b"") if b"\0" in body else body
        return Page(response=response, utf8=utf8, encoding="utf-8", encoding_from=_who_says_utf8(header, body))
    for encoding, said_by in _candidates(header, body):
        if _reads(body, encoding):
            return _page(response, body, encoding, said_by)
    return _page(response, body, _guess(body) or header or "windows-1252", "guess")


def codec_named(label: str) -> str:
    """Return the codec for what a file says that its encoding is; UTF-8 for what nobody knows, and for UTF-16.

    A label that can be read byte by byte is not in UTF-16: https://html.spec.whatwg.org/#determining-the-character-encoding
    """
    codec = _CODECS.get(_LABELS.get(label.lower(), ""), "utf_8")
    return "utf_8" if codec.startswith("utf_16") else codec


def given(response: Response, html: str) -> Page:
    """Return the page of a text that somebody else has decoded."""
    if not html.strip():
        raise NotAnArticle("no_text", "the text is empty", response.url)
    utf8 = unicode_only(html.replace("\0", "")).encode()
    return Page(response=response, utf8=utf8, encoding="utf-8", encoding_from="given")


def _page(response: Response, body: bytes, encoding: str, said_by: EncodingFrom) -> Page:
    codec = _CODECS[encoding]
    warnings = ["encoding_guessed"] if said_by == "guess" else []
    html = _strictly(body, codec)
    if html is None:
        html = body.decode(codec, "replace")
        warnings.append("decoding_errors")
    if codec == "gb18030":
        html = html.replace("\ue5e5", "\u3000")  # A3 A0 is a wide space on the web, of private use in Python
    return Page(
        response=response,
        utf8=html.replace("\0", "").encode(),
        encoding=encoding,
        encoding_from=said_by,
        warnings=tuple(warnings),
    )


def _strictly(body: bytes, codec: str) -> str | None:
    try:
        return body.decode(codec)
    except UnicodeDecodeError:
        return None


def _who_says_utf8(header: str | None, body: bytes) -> EncodingFrom:
    """Return who says what the bytes show."""
    if header == "utf-8":
        return "header"
    return "meta" if _has_meta_for_utf8(body[: _meta_bytes(body)].lower()) else "utf-8"


def _meta_bytes(body: bytes) -> int:
    """Return how far into a page a meta tag is looked for that says its encoding."""
    return max(2048, len(body) // 20)


def _has_meta_for_utf8(head: bytes) -> bool:
    """Tell whether a meta tag says UTF-8: one search for the rare word, in place of a pattern for each tag."""
    done = 0  # no meta tag that begins before is still open
    said = head.find(_CHARSET_NAME)  # a tenth of the time of a search by the pattern
    while said >= 0:
        if _SAYS_UTF8.match(head, said):
            tag = head.rfind(b"<meta", done, max(0, said - 1))
            if tag >= 0 and b">" not in head[tag:said]:
                return True
            done = max(0, said - len(b"<meta"))
        said = head.find(_CHARSET_NAME, said + 1)
    return False


def _candidates(header: str | None, body: bytes) -> Iterator[tuple[str, EncodingFrom]]:
    """Yield the encodings that the page may be in, in the browser's order."""
    if header:
        yield header, "header"
    said = _SAYS_IN_XML.match(body[:_HEAD]) or _SAYS_IN_META.search(body[: _meta_bytes(body)])
    if meta := _LABELS.get(said[1].decode("ascii", "replace").lower() if said else ""):
        # A meta tag that can be read as ASCII is not in UTF-16: the standard says UTF-8.
        yield ("utf-8" if meta.startswith("utf-16") else meta), "meta"
    yield "utf-8", "utf-8"


def _reads(body: bytes, encoding: str) -> bool:
    """Tell whether (nearly) all of the page can be read in an encoding."""
    html = body.decode(_CODECS[encoding], "replace").rstrip("\ufffd")  # a cut through the last character proves nothing
    foreign = len(html) - len(html.encode("ascii", "ignore"))
    return html.count("\ufffd") <= _MAX_REPLACED * foreign


def _guess(body: bytes) -> str | None:
    """Return what the detector makes of the page's text, or ``None`` where it does not know."""
    import charset_normalizer  # noqa: PLC0415 # only pages without any label need it

    text = b"\n".join(piece for piece in _MARKUP.split(body) if not piece.isascii())
    if len(text) > _MAX_DETECTED:
        text = text[: text.rfind(b"\n", 0, _MAX_DETECTED)]
    best = charset_normalizer.from_bytes(text, cp_isolation=_DETECTED).best()
    if best is None:
        return None
    name = _NAMES[best.encoding]
    # The two code pages agree on most letters, and the detector takes the first of them also for Spanish or Swedish.
    if name in ("windows-1250", "iso-8859-2") and best.language not in _CENTRAL_EUROPEAN:
        return "windows-1252"
    return name


def _header_label(response: Response) -> str:
    match = _CHARSET.search(response.headers.get("content-type", ""))
    return match[1].lower() if match else ""


def _utf16_by_zeros(head: bytes) -> str | None:
    """Return the encoding of UTF-16 without a mark: markup is ASCII, so every other byte of it is a NUL."""
    if b"\0" not in head:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < 0.2 * len(head) / 2 or min(even, odd) > 0.1 * max(even, odd):
        return None
    return "utf-16be" if even > odd else "utf-16le"


def _has_controls(head: bytes) -> bool:
    """Tell data that is no text, whatever its content type says. Nothing is unpacked to find out."""
    return len(head) - len(head.translate(None, _CONTROLS)) > 0.1 * len(head)
