"""What a page says about itself, read once: metas by name, JSON-LD nodes, the site's names."""

from __future__ import annotations

from dataclasses import dataclass, field

from scraper.extraction import json_ld
from scraper.extraction.columns import Columns
from scraper.extraction.json_ld import Node


@dataclass(slots=True)
class Evidence:
    """The sources of the metadata, in the form that all of its fields need."""

    columns: Columns
    url: str
    metas: dict[str, list[str]]  # contents by name, in document order
    nodes: list[Node]
    article: Node | None  # JSON-LD node of the article
    page: Node | None  # JSON-LD node of the page around it
    host: str
    site_names: list[str] = field(default_factory=list)  # as written: og:site_name, publisher, web site
    language: str = ""  # as the page declares it
    body: tuple[int, int] | None = None  # first and last kept block
    title_block: int | None = None  # where the title stands on the page

    def meta(self, *names: str) -> str | None:
        """Return the first non-empty content of the first of these metas that has one."""
        for name in names:
            for content in self.metas.get(name, ()):
                value = json_ld.folded(content)
                if value:
                    return value
        return None

    @property
    def is_news(self) -> bool:
        """Whether JSON-LD calls the article news: it is made by the newsroom's system then, and can be trusted."""
        return self.article is not None and not json_ld.NEWS_TYPES.isdisjoint(json_ld.types(self.article))

    @property
    def root(self) -> str:
        """The address of the site's front page, without the slash."""
        scheme = "http" if self.url.startswith("http:") else "https"
        return f"{scheme}://{self.host}"

    def near(self) -> range:
        """Return the blocks where a page shows byline and date: from above the title to the start of the text."""
        first = self.body[0] if self.body else 0
        title = self.title_block if self.title_block is not None else first
        # A kicker, a date line and a byline may stand above the headline; below come standfirst, share bar,
        # picture and captions before the text begins.
        return range(max(0, title - 6), min(len(self.columns.text), max(title + 12, min(first + 2, title + 20))))

    def after(self) -> range:
        """Return the blocks behind the text, where old pages and agencies sign it."""
        last = self.body[1] if self.body else -1
        return range(last, min(len(self.columns.text), last + 6)) if last > 0 else range(0)


def gather(columns: Columns, url: str, body: tuple[int, int] | None) -> Evidence:
    """Read the head of the page and its JSON-LD."""
    metas: dict[str, list[str]] = {}
    for name, content in columns.metas:
        metas.setdefault(name, []).append(content)
    nodes = json_ld.read(columns.json_ld)
    evidence = Evidence(
        columns=columns,
        url=url,
        metas=metas,
        nodes=nodes,
        article=json_ld.article(nodes, url),
        page=json_ld.page(nodes),
        host=url.partition("://")[2].partition("/")[0].partition(":")[0].lower(),
        body=body,
    )
    evidence.language = columns.language or evidence.meta("content-language", "og:locale", "language") or ""
    evidence.site_names = _site_names(evidence)
    return evidence


def _site_names(evidence: Evidence) -> list[str]:
    names = [
        evidence.meta("og:site_name"),
        json_ld.text(evidence.article, "publisher"),
        *(json_ld.text(node, "name") for node in evidence.nodes if "website" in json_ld.types(node)),
        evidence.meta("publisher", "dc.publisher"),
    ]
    application = evidence.meta("application-name", "apple-mobile-web-app-title")
    if application != evidence.columns.title:  # some pages give each article as an application
        names.insert(-1, application)
    return list(dict.fromkeys(name for name in names if name and not name.startswith(("http:", "https:"))))
