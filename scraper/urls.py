"""URLs the way browsers read them: which can be fetched, where a link leads, which two are the same page.

The parser is Ada, the WHATWG one (docs/decisions/0010-url-parser.md). Requests are made with what :func:`parse` or
:func:`resolve` give back; :func:`normalise` only tells whether two urls mean the same page.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache

from ada_url import URL

# Servers commonly refuse request lines above 8 KB; a longer "url" is inlined data or a damaged list.
MAX_URL_CHARS = 8192

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
NO_URL = "it is no url; give one such as https://news.example/story"
_SPACE = re.compile(r"\s")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/]*", re.IGNORECASE)

# Parameters that name a campaign, a click or a session, and never a page. All in lower case.
_TRACKING_PREFIXES = ("utm_", "mtm_", "hsa_", "at_campaign", "at_custom", "at_link", "at_medium", "aspsessionid")
_TRACKING = frozenset({
    *("fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "li_fat_id"),
    *("igshid", "igsh", "_ga", "_gl", "_hsenc", "_hsmi", "hsctatracking", "mc_cid", "mc_eid", "mkt_tok", "vero_id"),
    *("oly_enc_id", "oly_anon_id", "wt.mc_id", "xtor", "smid", "smtyp", "cmpid", "ocid", "ftag", "spm", "guccounter"),
    *("guce_referrer", "guce_referrer_sig", "__twitter_impression", "ns_mchannel", "ns_source", "ns_campaign"),
    *("ns_linkname", "ns_fee", "phpsessid", "jsessionid", "sessionid"),
})  # fmt: skip
# Host labels under which a site serves the same pages again.
_TWIN_LABELS = ("www.", "m.", "mobile.", "amp.")


def problem(url: str) -> str | None:
    """Return why ``url`` cannot be fetched and what to do about it, or ``None`` if it can."""
    url = url.strip()
    if not url:
        return "the url is empty"
    if len(url) > MAX_URL_CHARS:
        return f"the url has {len(url)} characters; at most {MAX_URL_CHARS} are possible"
    if _CONTROL.search(url):
        return "the url holds a control character; remove it"
    scheme = scheme_of(url)
    if scheme is None:
        guess = f"https://{url.lstrip('/')}"
        return f"no scheme; did you mean {guess}?" if not _SPACE.search(url) and _href(guess) else NO_URL
    if scheme not in ("http", "https"):
        return f"the scheme is {scheme}; only http and https can be fetched"
    if not url[len(scheme) + 1 :].strip("/\\"):
        return "the url names no host"
    return None if _href(url) else "the url is malformed; check host and port"


def parse(url: str) -> str | None:
    """Return the url that a browser would request for it, or ``None`` where :func:`problem` tells why not."""
    return None if problem(url) else _href(url.strip())


def resolve(base: str, reference: str) -> str | None:
    """Return the absolute url of a link on the page ``base``, or ``None`` if it is not http(s) or malformed."""
    if len(reference) > MAX_URL_CHARS:
        return None
    href = _href(reference, base)
    return href if href and href.startswith(("http://", "https://")) else None


@lru_cache(maxsize=4096)  # a run asks for the same few again and again: seven times an article
def normalise(url: str) -> str:
    """Return the identity of a page: without fragment, credentials, default port, tracking and session parameters.

    Case of scheme and host, IDNA, dot segments and percent-encoding are unified. Parameters keep their order. What
    cannot be parsed comes back stripped.
    """
    parsed = _parsed(url.strip())
    if parsed is None or not parsed.hostname:
        return url.strip()
    if parsed.hostname.endswith("."):
        with suppress(ValueError):  # a host of dots only
            parsed.hostname = parsed.hostname.rstrip(".")
    port = f":{parsed.port}" if parsed.port else ""
    path = _SESSION_IN_PATH.sub("", _unescaped(parsed.pathname))
    query = "&".join(filter(_names_content, parsed.search[1:].split("&")))
    query = "?" + _unescaped(query) if query else ""
    return f"{parsed.protocol}//{parsed.hostname}{port}{path}{query}"


def without_secrets(url: str) -> str:
    """Return ``url`` without user name, password and fragment, else unchanged."""
    parsed = _parsed(url)
    if parsed is None:
        return url
    if parsed.username or parsed.password:  # an address without a host can have none, not even empty ones
        parsed.username = parsed.password = ""
    parsed.hash = ""
    return parsed.href


def without_login(url: str) -> str:
    """Return ``url`` as it is written, but for a user name and a password in it."""
    parsed = _parsed(url) if "@" in url else None
    if parsed is None or not (parsed.username or parsed.password):
        return url
    parsed.username = parsed.password = ""
    return parsed.href


def scheme_of(url: str) -> str | None:
    """Return the scheme in lower case, or ``None`` where what stands before the colon is a host ("localhost:8000")."""
    match = _SCHEME.match(url)
    if not match or "." in match[1] or url[match.end() : match.end() + 1].isdigit():
        return None
    return match[1].lower()


def host_of(url: str) -> str:
    """Return the host in lower case and IDNA form, ``""`` if there is none; an IPv6 address keeps its brackets."""
    parsed = _parsed(url)
    return parsed.hostname if parsed else ""


def origin_of(url: str) -> str:
    """Return scheme, host and, unless it is the default, port: ``"https://example.org"``; ``""`` without a host."""
    parsed = _parsed(url)
    return f"{parsed.protocol}//{parsed.host}" if parsed and parsed.host else ""


def goes_on(url: str, other: str) -> bool:
    """Tell whether ``other`` is of the origin of ``url``, or of the same with https for http."""
    origin = origin_of(url)
    return bool(origin) and origin_of(other) in (origin, re.sub("^http:", "https:", origin))


def same_site(url: str, other: str) -> bool:
    """Tell whether one url's host is the other's or below it, a leading www, m, mobile or amp aside."""
    first, second = site_of(url), site_of(other)
    if not first or not second:
        return False
    return first == second or first.endswith("." + second) or second.endswith("." + first)


def site_of(url: str) -> str:
    """Return the host without a leading www, m, mobile or amp; ``""`` if there is none."""
    host = host_of(url).rstrip(".")
    for label in _TWIN_LABELS:
        # "m.com" is a site of its own.
        if host.startswith(label) and host.count(".") > 1:
            return host.removeprefix(label)
    return host


def _parsed(url: str, base: str | None = None) -> URL | None:
    try:
        return URL(url, base)
    except ValueError:  # malformed, or a lone surrogate
        return None


def _href(url: str, base: str | None = None) -> str | None:
    parsed = _parsed(url, base)
    return parsed.href if parsed else None


def _unescaped(text: str) -> str:
    """Decode the escapes of unreserved characters, write the others in upper case (RFC 3986, 6.2.2)."""

    def unified(match: re.Match[str]) -> str:
        char = chr(int(match[1], 16))
        return char if char in _UNRESERVED else match[0].upper()

    return _ESCAPE.sub(unified, text) if "%" in text else text


def _names_content(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return bool(parameter) and name not in _TRACKING and not name.startswith(_TRACKING_PREFIXES)
