"""Recognise what is no article though it came as a page: walls, challenges, shells, error pages, signposts, stubs.

Such a page is short: what is left of it when the furniture is gone is less than an article, and what it says of itself
(title, forms, buttons, scripts, noscript, JSON-LD) tells which kind it is. So a page with the text of an article stays
one, whatever lies over it. The words of many languages are in page_words.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from itertools import takewhile
from urllib.parse import urlsplit

from scraper.challenges import CHALLENGE
from scraper.extraction import page_words
from scraper.extraction.page_signs import Signs, read_signs, read_titles
from scraper.records import Draft, SkipReason
from scraper.text import SENTENCE_END, counted, reading_words
from scraper.urls import normalise

Refusal = tuple[SkipReason, str]

# Words of text from which on a page is an article, unless all of them are about consent.
LONG = 250
# Below it a page that its own markup calls a form, a shell or a signpost is one: a news in brief has more.
SHORT = 60
# A page that a script builds shows hardly more than its name before.
SHELL = 20
# An error page and a challenge often tell more: popular articles, an address to write to.
TALKATIVE = 150

# Of the text of a page, the paragraphs about consent.
CONSENT_CHARS, CONSENT_WITHIN_CHARS = 60, 600
CONSENT_SHARE = 0.5

MAX_COUNTED_CHARS = 20 * LONG  # enough to tell a long text from a short one in any script
MAX_SHOWN_CHARS = 80
_SEPARATORS = re.compile(r"\s+[|–—·:»/-]+\s+|\s*[|·»]\s*|[:!]\s+")
_AGGREGATOR = re.compile(r"https?://news\.google\.[a-z.]+/(rss/)?(articles|read|stories)/")
_GATES: dict[SkipReason, re.Pattern[str]] = {
    "consent_wall": re.compile(r"consent|collectconsent|cookie-?wall|privacy-?(gate|wall)|cookie-?consent|gdpr"),
    "login_wall": re.compile(r"log-?in|sign-?in|sso|anmeld(en|ung)|connexion|auth|authenticate|accounts?|register"),
    "blocked": re.compile(r"captcha|challenge|blocked|access-?denied|validate(captcha)?"),
}


def refusal(draft: Draft) -> Refusal | None:
    """Return why the page is no article, and by what one can tell; ``None`` where it may be one."""
    page = _Page(draft)
    for check in (_signpost, _front_page, _consent_wall):
        if found := check(page):
            return found
    if page.words >= LONG:
        return None
    for check in (_gate, _challenge, _not_found, _login_wall, _stub, _shell):
        if found := check(page):
            return found
    return None


class _Page:
    """A draft, looked at from some sides; each is looked at when it is needed."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.response = draft.document.page.response
        self.text = "\n".join(block.text for block in draft.blocks)
        self.words = reading_words(self.text[:MAX_COUNTED_CHARS])

    @cached_property
    def shown_words(self) -> int:
        """Words of the whole page, as a browser without scripts would show it."""
        return reading_words(self.signs.text[:MAX_COUNTED_CHARS])

    @cached_property
    def lines(self) -> list[str]:
        """The paragraphs in lower case."""
        return self.text.lower().split("\n")

    @cached_property
    def removed(self) -> Counter[str]:
        """Characters that were taken out, by the kind of the rule."""
        taken: Counter[str] = Counter()
        for removal in self.draft.removals:
            taken[removal.rule.partition(".")[0]] += len(removal.text)
        return taken

    @cached_property
    def is_claimed(self) -> bool:
        """Whether the page says of itself, for machines, that it is an article by somebody or of some day."""
        meta = self.draft.metadata
        return meta.sources.published in ("json-ld", "meta") or meta.sources.authors in ("json-ld", "meta")

    @cached_property
    def signs(self) -> Signs:
        """What the markup holds besides text."""
        return read_signs(self.draft.document)

    @cached_property
    def titles(self) -> list[str]:
        """Titles and top headings, and their parts between separators."""
        titles = read_titles(self.draft.document)
        return list(dict.fromkeys(part for title in titles for part in (title, *_SEPARATORS.split(title))))

    def title_with(self, pattern: re.Pattern[str]) -> str | None:
        """Return the first title, or part of one, that ``pattern`` is found in."""
        return next((part for part in self.titles if pattern.search(part.strip(" .!?…"))), None)


def _signpost(page: _Page) -> Refusal | None:
    if _AGGREGATOR.match(page.response.url):
        return "aggregator_link", "it only leads to an article; give the article's own address"
    if page.words >= SHORT or page.is_claimed:
        return None
    leads_to = page.signs.refresh or (page.signs.jump if page.shown_words < SHELL else "")
    return ("aggregator_link", f"it only leads to {leads_to[:MAX_SHOWN_CHARS]}") if leads_to else None


def _front_page(page: _Page) -> Refusal | None:
    """An article that is gone often redirects to the front page."""
    asked, got = page.response.target.url, page.response.url
    if not asked or not got or asked == got or urlsplit(got).query:
        return None
    if _is_front(urlsplit(got).path) and not _is_front(urlsplit(asked).path):
        return "soft_404", "the address redirects to a front page"
    return None


def _is_front(path: str) -> bool:
    parts = [part for part in path.lower().split("/") if part]
    return not parts or (len(parts) == 1 and (len(parts[0]) <= 2 or parts[0].startswith(("index.", "home"))))


def _consent_wall(page: _Page) -> Refusal | None:
    if page.is_claimed and page.words >= LONG:
        return None
    beginning = page.text[:CONSENT_WITHIN_CHARS].lower()
    said = page_words.CONSENT if any(map(beginning.__contains__, page_words.CONSENT)) else ()
    about = sum(len(line) for line in page.lines if any(word in line for word in said)) if said else 0
    taken = page.removed["cookie"]
    share = (taken + about) / (taken + len(page.text) or 1)
    if taken + about < CONSENT_CHARS or share < CONSENT_SHARE or (page.is_claimed and _keeps_its_title(page)):
        return None
    button = next((text for text in page.signs.buttons if page_words.ACCEPT.fullmatch(text)), None)
    return ("consent_wall", f"{share:.0%} of it is about consent, with a button {button!r}") if button else None


def _keeps_its_title(page: _Page) -> bool:
    """Tell an article about cookies from a wall before another article: it speaks of what its title says."""
    words = re.findall(r"\w{4,}", (page.draft.metadata.title or "").lower())
    return any(word in page.text.lower() for word in words)


def _gate(page: _Page) -> Refusal | None:
    """Redirected to an address that says what it is for."""
    asked, got = page.response.target.url, page.response.url
    if not asked or normalise(asked) == normalise(got):
        return None
    parts = {*_address_parts(got)} - {*_address_parts(asked)}
    for reason, pattern in _GATES.items():
        part = next((part for part in sorted(parts) if pattern.fullmatch(part)), None)
        if part:
            return reason, f"redirected to {got[:MAX_SHOWN_CHARS]}"
    return None


def _address_parts(url: str) -> Iterator[str]:
    parts = urlsplit(url.lower())
    yield from (parts.hostname or "").split(".")[:-2]
    yield from (part.partition(".")[0] for part in parts.path.split("/"))


def _challenge(page: _Page) -> Refusal | None:
    if page.words >= TALKATIVE or page.is_claimed:
        return None
    said = page.title_with(CHALLENGE)
    if said is None and page.words < SHORT:
        said = next((line for line in page.lines if CHALLENGE.search(line)), None)
        if said is None and page.signs.has_challenge and page.shown_words < SHORT:
            said = "a captcha"
    return ("blocked", f"a challenge or a block: {said[:MAX_SHOWN_CHARS]!r}") if said else None


def _not_found(page: _Page) -> Refusal | None:
    if page.is_claimed and page.words >= SHORT:
        return None
    said = page.title_with(page_words.NOT_FOUND)
    if said is None and page.words < SHORT:
        said = next((line for line in page.lines if page_words.NOT_FOUND.search(line)), None)
    return ("soft_404", f"it says {said[:MAX_SHOWN_CHARS]!r}") if said else None


def _login_wall(page: _Page) -> Refusal | None:
    if page.words >= TALKATIVE or (page.is_claimed and page.words >= SHORT):
        return None
    parts = (part.strip(" .!?…") for part in page.titles)
    said = next((part for part in parts if page_words.LOGIN.fullmatch(part)), None)
    if said:
        return "login_wall", f"it says {said[:MAX_SHOWN_CHARS]!r}"
    if page.words < SHELL and not page.is_claimed and page.signs.passwords and page.shown_words < TALKATIVE:
        return "login_wall", "nothing but a form that asks for a password"
    return None


def _stub(page: _Page) -> Refusal | None:
    """The beginning of an article that has to be paid for."""
    if page.words >= TALKATIVE:
        return None
    paid = page.draft.metadata.paywall == "hard"
    # What follows on the offer is no story.
    story = list(takewhile(lambda line: not page_words.SUBSCRIBE.search(line), page.lines))
    dots = bool(story) and story[-1].rstrip().endswith(("...", "…"))
    half = dots or (bool(story) and not SENTENCE_END.search(story[-1]))
    if (paid and (half or page.words < SHORT)) or ((dots or paid) and _asks_for_money(page)):
        return "paywall_stub", f"{counted(page.words, 'word')} of it can be read for free"
    return None


def _asks_for_money(page: _Page) -> bool:
    return page.removed["subscription"] > 0 or bool(page_words.SUBSCRIBE.search(page.signs.text))


def _shell(page: _Page) -> Refusal | None:
    if page.words >= SHORT or not page.signs.scripts:
        return None
    asks = "javascript" in page.signs.noscript or page.removed["browser"] > 0 or "javascript" in page.text.lower()
    if asks and page.words < SHORT:
        return "needs_js", "it asks for JavaScript"
    # Around the place for the text, a shell may show its menu, a notice of cookies and its owner.
    furniture = LONG if not page.words else SHORT
    if page.words < SHELL and page.shown_words < furniture and page.signs.has_mount:
        return "needs_js", "a script has to fill the page"
    return None
