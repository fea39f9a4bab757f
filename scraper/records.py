"""The values that flow from stage to stage, and the article that comes out.

``Target`` -> ``Response`` -> ``Page`` -> ``Document`` -> ``Draft`` -> ``Outcome``. All are frozen: a stage makes a new
value and never changes the one it was given. The field order of :class:`Article` is the key order of the JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

if TYPE_CHECKING:
    from lxml.etree import _Element

SCHEMA_VERSION = "1.0"

SkipReason = Literal[
    "not_html", "listing", "too_short", "no_text", "consent_wall", "login_wall", "blocked", "needs_js", "paywall_stub",
    "aggregator_link", "soft_404", "gone", "wrong_language", "low_quality", "rights_reserved", "duplicate",
    "not_modified", "seen", "robots", "too_old",
]  # fmt: skip
FailReason = Literal[
    "dns", "connect", "tls", "protocol", "timeout", "too_slow", "too_large", "redirects", "http_4xx", "http_5xx",
    "truncated", "bad_encoding", "refused_address", "bad_url", "unreadable", "damaged", "parse_timeout",
    "out_of_memory", "worker_died", "bug",
]  # fmt: skip
DeferReason = Literal["rate_limited", "retry_after", "host_down", "robots_unreachable", "budget", "interrupted"]

SKIP_REASONS: frozenset[str] = frozenset(get_args(SkipReason))
FAIL_REASONS: frozenset[str] = frozenset(get_args(FailReason))
DEFER_REASONS: frozenset[str] = frozenset(get_args(DeferReason))

BlockKind = Literal["standfirst", "heading", "paragraph", "item", "quote", "code", "table", "entry"]
PageKind = Literal["article", "live_blog", "interview", "video", "gallery", "other"]
Paywall = Literal["free", "metered", "hard", "unknown"]
Precision = Literal["second", "minute", "day"]
Side = Literal["before", "inside", "after"]
EncodingFrom = Literal["bom", "header", "meta", "utf-8", "guess", "given"]


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """An address to fetch, and what its source said about it."""

    url: str
    source: str = ""  # name of the source: "arguments", a file's path, a feed's url
    title: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """What came back for a target: the body is decompressed, still undecoded bytes."""

    target: Target
    url: str  # after redirects; "" where a file has no address
    status: int = 200
    headers: Mapping[str, str] = {}  # names in lower case
    body: bytes = b""
    fetched_at: datetime | None = None  # None for files
    robots_ignored: bool = False


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A response as text, and how its encoding was decided."""

    response: Response
    utf8: bytes  # the text in UTF-8, which is what parsers read; most bodies are just that
    encoding: str  # WHATWG name in lower case, e.g. "utf-8", "gb18030"
    encoding_from: EncodingFrom
    warnings: tuple[str, ...] = ()  # "encoding_guessed", "decoding_errors"

    @property
    def html(self) -> str:
        """The text; hardly a page is asked for it."""
        return self.utf8.decode()


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed page."""

    page: Page
    tree: _Element | None  # None for plain text
    base_url: str
    warnings: tuple[str, ...] = ()  # of the page and of the parser: "parser_limited", "tolerant_parser"


class BlockLink(msgspec.Struct, frozen=True):
    """A link in a block: code points into the block's text, and the absolute url."""

    start: int
    end: int
    url: str


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A paragraph, heading, list item ... of the page's main content."""

    kind: BlockKind
    text: str
    level: int | None = None  # heading 1 to 6; list depth from 1
    speaker: str | None = None
    time: str | None = None  # of a live blog's entry, ISO 8601
    links: tuple[BlockLink, ...] = ()
    flags: int = 0  # the flag word of the block's containers (see extraction.flags)
    score: float = 1.0  # 0 to 1: how sure the extractor is that this is main content


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of the article."""

    url: str
    caption: str | None = None
    credit: str | None = None


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """A line that was taken out of, or lay next to, the article's region."""

    rule: str
    text: str  # at most 300 characters
    block: int | None = None  # index of the article's block that it stood before or in
    side: Side = "inside"


class FieldSources(msgspec.Struct, frozen=True, kw_only=True):
    """Where each metadata field came from: "json-ld", "meta", "h1", "time", "visible", "url", "text" ..."""

    title: str | None = None
    authors: str | None = None
    published: str | None = None
    modified: str | None = None
    language: str | None = None


class Rights(msgspec.Struct, frozen=True, kw_only=True):
    """What the page says about its use."""

    license: str | None = None
    tdm_reserved: bool | None = None
    noai: bool | None = None


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What a page says about itself. Unknown is ``None``, never a guess."""

    title: str | None = None
    authors: tuple[str, ...] = ()  # people only
    organizations: tuple[str, ...] = ()  # agencies and newsrooms
    published: str | None = None  # ISO 8601, with the offset when the page states one
    published_precision: Precision | None = None
    modified: str | None = None
    language: str | None = None  # BCP 47 primary subtag, e.g. "en", "zh"
    site: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    description: str | None = None
    canonical: str | None = None  # absolute
    images: tuple[Image, ...] = ()  # og:image, JSON-LD image: the main image first
    paywall: Paywall = "unknown"
    page_kind: PageKind | None = None  # what JSON-LD or OpenGraph claim
    rights: Rights = Rights()
    sources: FieldSources = FieldSources()
    warnings: tuple[str, ...] = ()  # "date_in_future_dropped"


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """The article while it is being made: what the extractor found, less what the stripper took out."""

    document: Document
    metadata: Metadata
    blocks: tuple[Block, ...]
    images: tuple[Image, ...] = ()
    removals: tuple[Removed, ...] = ()
    page_kind: PageKind = "other"
    quality: float = 0.0
    signals: Mapping[str, float] = {}  # numbers that tell articles from other pages, see extraction.quality
    warnings: tuple[str, ...] = ()
    trace: Any = None  # every block with its score, where `explain` asked for it


class Continuation(msgspec.Struct, frozen=True, kw_only=True):
    """Where an article that is spread over several pages goes on."""

    titles: tuple[str, ...] = ()  # what the page calls itself
    next: str | None = None  # absolute
    whole: str | None = None  # all pages as one


class TextBlock(msgspec.Struct, frozen=True, kw_only=True):
    """A block of :class:`Article`: code points into its ``text``."""

    kind: BlockKind
    start: int
    end: int
    level: int | None = None
    speaker: str | None = None
    time: str | None = None


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A link in the article's text: code points into its ``text``."""

    start: int
    end: int
    url: str


class Duplicate(msgspec.Struct, frozen=True, kw_only=True):
    """Which earlier article this one repeats."""

    of: str | None = None
    kind: Literal["exact", "near"] | None = None
    cluster: str | None = None


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """How the page was got."""

    url_requested: str | None = None
    url_canonical: str | None = None
    at: str | None = None
    status: int | None = None
    encoding: str | None = None
    encoding_from: EncodingFrom | None = None
    source: str | None = None
    pages: int = 1
    robots_ignored: bool = False


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """What made the article."""

    name: str
    version: str
    rules: str
    model: str


class Article(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A clean article. Every key is always there; unknown is ``null``, an empty list ``[]``."""

    schema: str = SCHEMA_VERSION
    id: str
    url: str | None
    title: str | None
    authors: list[str]
    organizations: list[str]
    published: str | None
    published_precision: Precision | None
    modified: str | None
    language: str | None
    site: str | None
    section: str | None
    tags: list[str]
    description: str | None
    text: str
    blocks: list[TextBlock]
    links: list[Link]
    images: list[Image]
    words: int | None
    chars: int
    page_kind: PageKind
    quality: float
    paywall: Paywall
    warnings: list[str]
    removed: list[Removed]
    content_hash: str
    revision: int
    previous_hash: str | None
    duplicate: Duplicate
    rights: Rights
    fetch: Fetched
    from_: FieldSources
    tool: Tool


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """The page was read, and is no article that was asked for."""

    url: str
    reason: SkipReason
    detail: str = ""


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """The page could not be read."""

    url: str
    reason: FailReason
    detail: str = ""


class Deferred(msgspec.Struct, frozen=True, kw_only=True):
    """The page was not tried to the end; a later run should."""

    url: str
    reason: DeferReason
    detail: str = ""
    not_before: datetime | None = None


Outcome = Article | Skipped | Failed | Deferred


class CleanText(msgspec.Struct, frozen=True, kw_only=True):
    """Flattened text without its furniture."""

    text: str
    removed: tuple[Removed, ...] = ()
