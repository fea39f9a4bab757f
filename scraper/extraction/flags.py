"""What an element's tag, classes, id, role and itemprop say about it, as bits of one flag word.

Class and id values are cut into lower-case words ("articleBody__text-2" gives article, body, text), so that a token is
matched whole and never as a substring. The word lists are general vocabulary of the web's templates; no site is named.
"""

from __future__ import annotations

import re
from functools import lru_cache

_NAMES = (
    # groups of class and id words
    "CONTENT", "NAV", "RELATED", "SOCIAL", "COMMENT", "NEWSLETTER", "FOOTER", "HEADER", "SIDEBAR", "META", "COOKIE",
    "AD", "CAPTION", "HIDDEN", "TITLE", "STANDFIRST", "AUTHOR", "DATE", "TAGS", "PROMO", "LIVE", "PAYWALL", "LIST",
    "LEGAL", "FAQ", "PRODUCT", "QUOTE", "AUDIO", "BIO", "CREDIT", "NOTE", "POPUP", "UNSEEN", "EMBED",
    # tags and roles
    "IN_ARTICLE", "IN_MAIN", "IN_ASIDE", "IN_FIGURE", "IN_FORM", "IN_TABLE", "IN_LIST", "IN_QUOTE", "IN_SECTION",
    "IN_DIALOG", "IN_BUTTON", "IN_BODY_PROP",
)  # fmt: skip

BIT: dict[str, int] = {name: 1 << place for place, name in enumerate(_NAMES)}
NAMES: tuple[str, ...] = _NAMES

_WORDS = {
    "CONTENT": "article articlebody articles content contents entry story storybody post posts body text richtext main "
    "maincontent hentry prose editorial copy paragraph artikel articulo articolo artigo texto noticia nota cuerpo "
    "corps contenu inhalt beitrag conteudo tekst artykul detail rte wysiwyg zhengwen neirong newstext markdown news",
    "NAV": "nav navi navbar navigation menu menus breadcrumb breadcrumbs crumb crumbs pagination pager paging topbar "
    "toolbar tabs tab skip jump hamburger megamenu submenu sitemap toc",
    "RELATED": "related relacionadas relacionados recommended recommend recommendation recommendations more popular "
    "trending mostread most latest similar next prev previous outbrain taboola teaser teasers read readmore "
    "recirc recirculation also further suggested discover upnext neighbors relevant mehr xiangguan tuijian",
    "SOCIAL": "share sharing shares social sharedaddy addtoany addthis follow followus facebook twitter whatsapp "
    "telegram linkedin pinterest weibo wechat weixin qrcode shareline sociallinks jiathis bdsharebuttonbox bdshare",
    "COMMENT": "comment comments respond reply disqus discussion discuss kommentar kommentare commentlist reactions "
    "reviews feedback replies livefyre pinglun",
    "NEWSLETTER": "newsletter newsletters subscribe subscription subscriptions signup optin mailchimp email "
    "inscription mailing register registration",
    "FOOTER": "footer foot colophon bottom copyright footnav siteinfo endnote",
    "HEADER": "header masthead head top banner logo branding hero",
    "SIDEBAR": "sidebar side aside rail rightcol leftcol widget widgets widgetarea secondary complementary "
    "rightbar leftbar marginalia",
    "META": "meta metadata info byline dateline infos details postmeta entrymeta source laiyuan articleinfo",
    "COOKIE": "cookie cookies consent gdpr cmp onetrust privacy ccpa didomi cookiebot",
    "AD": "ad ads adv advert advertisement advertising sponsor sponsored sponsors dfp adsense anzeige werbung "
    "banner advertorial gpt publicidad pub guanggao commercial affiliate",
    "CAPTION": "caption captions figcaption bildunterschrift legend pic picture image photo img gallery slideshow "
    "lightbox carousel slider media video player",
    "UNSEEN": "hidden hide invisible visuallyhidden screenreader sr offscreen accessibility a11y print noprint "
    "collapse",
    "POPUP": "modal popup overlay tooltip dropdown dialog lightbox toast alert notification drawer offcanvas "
    "login signin account",
    "EMBED": "embed embedded oembed iframe external tweet instagram youtube",
    "TITLE": "title headline heading h1 titre titulo titolo ueberschrift biaoti",
    "STANDFIRST": "standfirst lead lede leadin intro introduction subtitle subheadline subhead sub dek deck summary "
    "excerpt kicker teasertext vorspann chapo chapeau entradilla sottotitolo bajada abstract subheading sapo",
    "AUTHOR": "author authors autor autore auteur byline writer contributor contributors reporter journalist zuozhe",
    "DATE": "date time datetime published publish pubdate timestamp posted updated modified datum fecha shijian",
    "TAGS": "tag tags topics topic category categories keywords cats label labels hashtag section kategorie rubrik",
    "PROMO": "promo promotion cta box infobox callout download app apps install offer donate donation support shop "
    "store buy deal coupon event events webinar ebook",
    "LIVE": "liveblog live ticker liveticker timeline",
    "PAYWALL": "paywall premium locked piano regwall meter metered abo subscriber gate gated",
    "LIST": "list lists grid cards card items feed stream archive loop listing",
    "LEGAL": "disclaimer terms legal rights license licence impressum imprint notice beian icp",
    "FAQ": "faq faqs accordion accordions question questions collapsible toggle",
    "PRODUCT": "product products price prices cart sku pricing rating ratings testimonial testimonials review",
    "QUOTE": "quote pullquote blockquote quotation cite zitat",
    "AUDIO": "audio listen podcast speech voice tts",
    "BIO": "bio biography aboutauthor profile avatar vcard authorbox authorinfo",
    "CREDIT": "credit credits copyright photographer attribution fotograf",
    "NOTE": "footnote footnotes note notes reference references citation citations correction endnotes",
}  # fmt: skip

WORD_FLAGS: dict[str, int] = {}
for _group, _list in _WORDS.items():
    for _word in _list.split():
        WORD_FLAGS[_word] = WORD_FLAGS.get(_word, 0) | BIT[_group]

TAG_FLAGS: dict[str, int] = {
    "article": BIT["IN_ARTICLE"],
    "main": BIT["IN_MAIN"],
    "aside": BIT["IN_ASIDE"] | BIT["SIDEBAR"],
    "nav": BIT["NAV"],
    "footer": BIT["FOOTER"],
    "header": BIT["HEADER"],
    "figure": BIT["IN_FIGURE"],
    "figcaption": BIT["IN_FIGURE"] | BIT["CAPTION"],
    "form": BIT["IN_FORM"],
    "fieldset": BIT["IN_FORM"],
    "table": BIT["IN_TABLE"],
    "ul": BIT["IN_LIST"],
    "ol": BIT["IN_LIST"],
    "dl": BIT["IN_LIST"],
    "menu": BIT["NAV"],
    "blockquote": BIT["IN_QUOTE"],
    "section": BIT["IN_SECTION"],
    "dialog": BIT["IN_DIALOG"] | BIT["POPUP"],
    "button": BIT["IN_BUTTON"],
    "address": BIT["META"],
    "details": BIT["FAQ"],
    "summary": BIT["FAQ"],
}

ROLE_FLAGS: dict[str, int] = {
    "navigation": BIT["NAV"],
    "menu": BIT["NAV"],
    "menubar": BIT["NAV"],
    "banner": BIT["HEADER"],
    "contentinfo": BIT["FOOTER"],
    "complementary": BIT["SIDEBAR"],
    "main": BIT["IN_MAIN"],
    "article": BIT["IN_ARTICLE"],
    "dialog": BIT["IN_DIALOG"],
    "alertdialog": BIT["IN_DIALOG"],
    "search": BIT["IN_FORM"],
    "form": BIT["IN_FORM"],
    "button": BIT["IN_BUTTON"],
    "tablist": BIT["NAV"],
    "doc-footnote": BIT["NOTE"],
}

ITEMPROP_FLAGS: dict[str, int] = {
    "articlebody": BIT["IN_BODY_PROP"],
    "text": BIT["CONTENT"],
    "headline": BIT["TITLE"],
    "description": BIT["STANDFIRST"],
    "author": BIT["AUTHOR"],
    "datepublished": BIT["DATE"],
    "comment": BIT["COMMENT"],
    "caption": BIT["CAPTION"],
    "breadcrumb": BIT["NAV"],
}

MAX_CLASS_CHARS = 400  # some frameworks write kilobytes of utility classes

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d?|[^\W\d_]+")


@lru_cache(maxsize=32_768)
def class_flags(value: str) -> tuple[int, str]:
    """Return the flags of a class or id attribute, and its words without digits (for signatures)."""
    if " " not in value:
        return _token_flags(value)
    flags = 0
    words = []
    for token in value[:MAX_CLASS_CHARS].split():
        more, key = _token_flags(token)
        flags |= more
        words.append(key)
    return flags, " ".join(words)


@lru_cache(maxsize=32_768)
def _token_flags(token: str) -> tuple[int, str]:
    words = _WORD.findall(token[:MAX_CLASS_CHARS])
    flags = 0
    before = ""
    for index, word in enumerate(words):
        low = words[index] = word.lower()
        flags |= WORD_FLAGS.get(low, 0) | WORD_FLAGS.get(before + low, 0)
        before = low
    return flags, " ".join(words)


def names_of(flags: int) -> list[str]:
    """Return the names of the bits that are set."""
    return [name for name in NAMES if flags & BIT[name]]
