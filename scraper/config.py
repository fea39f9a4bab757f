"""All settings with their defaults, a section a stage, read from TOML. There are no other defaults."""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from scraper.errors import ConfigError

Render = Literal["never", "auto", "always"]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Above0 = Annotated[float, msgspec.Meta(gt=0)]
Limit = Annotated[int, msgspec.Meta(ge=0)]
AtLeast1 = Annotated[int, msgspec.Meta(ge=1)]
SegmentFormat = Literal["jsonl", "jsonl.gz", "jsonl.zst"]
SourceKind = Literal["urls", "feed", "sitemap", "listing", "site", "files"]
Language = Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}$")]


class HostSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is different for one host and all below it: "example.org" is for www.example.org, too."""

    user_agent: str = ""  # instead of ours; robots.txt is read by it
    delay_s: Seconds | None = None  # instead of fetch.delay_s
    headers: dict[str, str] = {}  # sent to this host only, over https or to the origin that the url names
    cookies: dict[str, str] = {}  # the same for cookies, by their names
    render: Render | Literal[""] = ""  # instead of fetch.render


class FetchSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How pages are fetched."""

    contact: str = ""  # a mail address or url in the user agent, so that a site can reach the operator
    delay_s: Seconds = 1.0  # between two requests to one host; a longer Crawl-delay wins
    max_delay_s: Seconds = 120.0  # cap of a robots.txt Crawl-delay and of a Retry-After that is waited for in the run
    jobs: AtLeast1 = 32  # hosts fetched at the same time; one request a host
    deadline_s: Above0 = 60.0  # for a whole url: redirects, headers and body
    connect_timeout_s: Above0 = 10.0  # for the connection alone, TLS included
    tries: AtLeast1 = 3  # of a url in one run: a host that is down or busy may be back in seconds
    backoff_s: Seconds = 1.0  # first wait before a retry; doubles, with jitter
    max_redirects: Limit = 10  # hops of one url
    max_bytes: AtLeast1 = 10 * 1024 * 1024  # of the decoded body
    max_header_bytes: AtLeast1 = 100 * 1024  # of all headers of a response; the HTTP parser takes no more
    host_failures: AtLeast1 = 5  # straight failures after which the rest of a host is deferred; a page ends the row
    host_max_pages: Limit = 0  # requests to one host in a run; then its urls are deferred as `budget`; 0: no limit
    host_max_bytes: Limit = 0  # received from one host
    host_max_s: Seconds = 0.0  # from the first request to a host
    run_max_pages: Limit = 0  # requests to all hosts together; then all urls are deferred
    run_max_bytes: Limit = 0  # received from all hosts
    run_max_s: Seconds = 0.0  # from the beginning of the run
    robots: bool = True  # obey robots.txt
    ignore_robots: tuple[str, ...] = ()  # hosts whose robots.txt is not asked for; their articles say so
    robots_max_bytes: AtLeast1 = 512 * 1024  # RFC 9309 asks for at least 500 KiB
    headers: dict[str, str] = {}  # sent to the origins of urls and sources that you name, not to where they lead
    cookies: str = ""  # a file of cookies as browsers export it (Netscape format); each goes to its own host only
    proxy: str = ""  # http:// or https:// address; no proxy is taken from the environment
    ca_bundle: str = ""  # a file of certificates (PEM) to trust instead of the usual ones
    allow_net: tuple[str, ...] = ()  # CIDR ranges that are not global but may be dialled
    render: Render = "never"  # run scripts in a browser: `auto` where a page needs them; takes the extra `browser`
    host: dict[str, HostSettings] = {}  # what is different for single hosts


class ExtractSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What counts as an article."""

    min_words: int = 25  # below it a page is `too_short`; two characters of a script without spaces are a word
    min_quality: float = 0.3  # below it a page is `low_quality`; commands that are given pages ask with --min-quality
    max_listing: float = 0.65  # above it a page is a `listing`: 0 to 1, how much it looks like a front page or a shop
    language: tuple[Language, ...] = ()  # only these languages, others are `wrong_language`; empty: all


class StripSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is taken out as boilerplate."""

    rules: tuple[str, ...] = ()  # folders with rule files of one's own
    disable: tuple[str, ...] = ()  # ids of rules that do not run
    lines: bool = True  # take out of flattened text what has not the form of a story, as `line.furniture`
    memory: bool = True  # of a corpus: take out what a site repeats, as `site.repeated`


class EngineSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where pages are cleaned: in worker processes, so that a page that hangs or crashes the parser ends alone."""

    workers: Annotated[int, msgspec.Meta(ge=0)] = 0  # processes at the same time; 0: one a processor core
    page_deadline_s: Annotated[float, msgspec.Meta(gt=0)] = 30.0  # for cleaning one page; then it is `parse_timeout`
    page_memory_bytes: Annotated[int, msgspec.Meta(gt=0)] = 1024**3  # of a worker; beyond it `out_of_memory`
    pages_per_worker: Annotated[int, msgspec.Meta(gt=0)] = 5000  # then a fresh worker takes its place


class CorpusSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a corpus lives. Relative paths start at the folder of the settings file."""

    folder: str = ""  # where all that follows lies; made where it is missing
    output: str = "articles.jsonl"  # the open segment: the file that articles are added to
    segment_bytes: Limit = 64 * 1024 * 1024  # then it is finished; 0: never, but for `scraper purge` and `reclean`
    segment_format: SegmentFormat = "jsonl.zst"  # of finished segments: `jsonl`, `jsonl.gz` or `jsonl.zst`
    daily_folders: bool = False  # a segment holds the articles of one day (UTC), in a folder such as 2026/11/24
    keep_pages: bool = False  # keep the pages, compressed, beside the articles: `scraper reclean` needs them
    state: str = "corpus.sqlite"  # the file that remembers which pages were seen
    tries: AtLeast1 = 5  # runs in which a page is tried before it is given up
    retry_s: Seconds = 1800.0  # from the first try to the second; each later wait is four times the one before
    max_pages: Limit = 0  # pages that a run fetches at most, the rest in later runs; 0: no limit
    recheck: str = ""  # look again at articles that are known for no longer than this: "3d", "12h"


class DuplicateSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done with an article whose text the corpus has already."""

    keep: Literal["all", "first"] = "all"  # `all`: keep it, with `duplicate` saying of what; `first`: skip it
    near: bool = True  # look for nearly the same text, too
    similarity: Annotated[float, msgspec.Meta(ge=0.5, le=1)] = 0.8  # share of five-word pieces in common, from which on


class AlarmSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a run complains of a source (exit code 7). What is usual is learned from the source's own past."""

    on: bool = True  # complain at all
    repeat_h: Seconds = 24.0  # how often what still holds is told
    silent_days: AtLeast1 = 2  # without a new article, and twice the longest usual gap
    recent: AtLeast1 = 20  # newest articles that are compared with those before
    history: AtLeast1 = 30  # articles before them without which nothing is usual yet


class DiscoverSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much a site is asked for its feeds, sitemaps and listing pages."""

    max_requests: Annotated[int, msgspec.Meta(gt=0)] = 100  # to one site in a run; each costs the delay of its host


class SourceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One place where pages of a corpus come from."""

    name: str  # stands in the articles, and in what a run says
    # `urls` is a list in a file; `site` finds its feeds, sitemaps and lists by itself
    kind: SourceKind  # `urls`, `feed`, `sitemap`, `listing`, `site` or `files`
    path: str | None = None  # of a url list; of `files`, a page, a web archive (WARC) or a folder with some
    url: str | None = None  # of a feed, a sitemap, a page that lists articles, or a site
    since: str = ""  # leave out what is known to be older: "7d", "12h" or a day; for what has a url, as the next three
    max: Annotated[int, msgspec.Meta(ge=0)] = 0  # take the newest so many; 0: all
    include: tuple[str, ...] = ()  # only addresses that hold one of these; * stands for anything
    exclude: tuple[str, ...] = ()  # no address that holds one of these
    language: tuple[Language, ...] = ()  # instead of extract.language; if it is one, also of pages that do not tell
    tags: tuple[str, ...] = ()  # added to the articles' own
    rules: tuple[str, ...] = ()  # folders with rules that hold for this source, besides strip.rules


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set."""

    fetch: FetchSettings = FetchSettings()
    extract: ExtractSettings = ExtractSettings()
    strip: StripSettings = StripSettings()
    engine: EngineSettings = EngineSettings()
    discover: DiscoverSettings = DiscoverSettings()
    corpus: CorpusSettings = CorpusSettings()
    duplicates: DuplicateSettings = DuplicateSettings()
    alarms: AlarmSettings = AlarmSettings()
    source: tuple[SourceSettings, ...] = ()

    def of_source(self, name: str) -> SourceSettings | None:
        """Return the source of a name."""
        return next((source for source in self.source if source.name == name), None)


def load_settings(path: str | Path) -> Settings:
    """Read a TOML file; raise :class:`ConfigError` that names the file, the line, the key and what to do."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); give the path of a settings file") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8; save the settings file as UTF-8") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from error
    _check_keys(data, Settings, "", text, path)
    try:
        return _anchored(msgspec.convert(data, Settings, strict=True), Path(path).parent)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `$")
        key = where.strip("`").lstrip(".")
        line = _line_of(text, re.sub(r"\[.*?\]", "", key).split(".")[-1]) if key else ""
        raise ConfigError(f"{path}{line}: {key or 'settings'}: {_in_words(message, key)}") from error


_KINDS = {
    "float": "a number",
    "int": "a whole number",
    "str": 'text in quotes, as "this"',
    "bool": "true or false",
    "array": 'a list, as ["this"]',
    "object": "a table",
}
_BOUNDS = {">=": "of at least", ">": "above", "<=": "of at most", "<": "below"}


def _in_words(message: str, key: str) -> str:
    """Return what msgspec says about a value in the words of somebody who writes a settings file."""
    if "matching regex" in message:
        return 'give codes of two or three letters, as ["en"]'
    expected = re.match(r"Expected `(\w+)(?: \| null)?`(?: (\S+) ([\d.]+))?(?:, got `(\w+)`)?", message)
    if expected and expected[1] in _KINDS:
        wanted = _KINDS[expected[1]] + (f" {_BOUNDS[expected[2]]} {float(expected[3]):g}" if expected[2] else "")
        return f"give {wanted}" + (f"; this is {_KINDS.get(expected[4], expected[4])}" if expected[4] else "")
    if message.startswith("Invalid enum value"):
        given, choices = message.rpartition(" ")[2], list(filter(None, _choices(key)))
        near = difflib.get_close_matches(given.strip("'"), choices, n=1)
        return f"{given} is none of {', '.join(choices)}" + (f"; did you mean {near[0]}?" if near else "")
    missing = re.match(r"Object missing required field `(\w+)`", message)
    return f"has no {missing[1]}; add one" if missing else message.lower()


def _choices(key: str) -> list[str]:
    """Return what a setting may be, where that is one of some words."""
    section: Any = Settings
    for name in re.sub(r"\[.*?\]", "", key).split("."):
        kind = next((field.type for field in msgspec.structs.fields(section) if field.name == name), None)
        inner = [part for part in get_args(kind) if isinstance(part, type) and issubclass(part, msgspec.Struct)]
        section = (
            inner[-1] if inner else kind if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else section
        )
    words: list[str] = []
    for part in get_args(kind) or ():
        words += [part] if isinstance(part, str) else get_args(part)
    return words


def _anchored(settings: Settings, folder: Path) -> Settings:
    """Let the files that are named lie beside the settings file, wherever the command is called."""
    files = {"cookies": settings.fetch.cookies, "ca_bundle": settings.fetch.ca_bundle}
    anchored = {key: str(folder / value) for key, value in files.items() if value}
    strip = settings.strip
    return msgspec.structs.replace(
        settings,
        fetch=msgspec.structs.replace(settings.fetch, **anchored),
        strip=msgspec.structs.replace(strip, rules=_below(folder, strip.rules)),
        source=tuple(msgspec.structs.replace(source, rules=_below(folder, source.rules)) for source in settings.source),
    )


def _below(folder: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(folder / name) for name in names)


def _check_keys(data: dict[str, Any], section: type[msgspec.Struct], prefix: str, text: str, path: str | Path) -> None:
    """Raise with the nearest known key where ``data`` has one that ``section`` has not."""
    fields = {field.name: field.type for field in msgspec.structs.fields(section)}
    for key, value in data.items():
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1)
            hint = f"did you mean {prefix}{near[0]}?" if near else f"known are: {', '.join(sorted(fields))}"
            raise ConfigError(f"{path}{_line_of(text, key)}: {prefix}{key} is no setting; {hint}")
        kind = fields[key]
        if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            _check_keys(value, kind, f"{prefix}{key}.", text, path)
        elif isinstance(value, dict) and get_origin(kind) is dict and issubclass(get_args(kind)[1], msgspec.Struct):
            for name, table in value.items():
                if isinstance(table, dict):
                    _check_keys(table, get_args(kind)[1], f"{prefix}{key}.{name}.", text, path)
        elif key == "source" and isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    _check_keys(item, SourceSettings, "source.", text, path)


def _line_of(text: str, key: str) -> str:
    """Return ``", line N"`` of the first line that sets ``key`` or opens its table, else ``""``."""
    pattern = re.compile(rf"\s*(?:\[+\s*)?[\w.]*\b{re.escape(key)}\b\s*(?:=|\]|\.)")
    for number, line in enumerate(text.split("\n"), 1):
        if pattern.match(line):
            return f", line {number}"
    return ""
