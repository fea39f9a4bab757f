"""What the parts of one discovery share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from scraper.records import Deferred, Failed, Response, Skipped
from scraper.sources.asking import Asker
from scraper.sources.found import Finds, Wish
from scraper.sources.learned import Learned
from scraper.sources.listings import Listing

# Links of sitemaps take a kilobyte each until it is known which are articles. What is left is for a later run, or for
# --since.
MAX_LINKS = 250_000

# What is new on a site stands among so many of the newest of each of its feeds.
NEWEST = 5

Parse = Callable[[Response, str], Awaitable[Listing | Skipped | Failed | Deferred]]


@dataclass
class Search:
    """One look at one site."""

    asker: Asker
    parse: Parse
    wish: Wish
    finds: Finds
    learned: Learned = field(default_factory=Learned)
    read: Counter[str] = field(default_factory=Counter)  # how many feeds, sitemaps and listings
    language: str = ""  # of the page that was named
    links: int = 0  # of sitemaps
    shells: list[str] = field(default_factory=list)  # pages whose links only a script makes
    newest: list[str] = field(default_factory=list)  # what each feed and each news sitemap names as its newest

    @property
    def spent(self) -> str:
        """Why no more is read although there may be more, or ""."""
        if self.asker.left <= 0:
            return "after as many requests as a site may take; there may be more (discover.max_requests)"
        if self.links >= MAX_LINKS:
            return f"after {self.links} links of sitemaps; leave out the older ones with --since"
        return ""

    def over(self) -> bool:
        """Tell whether there is no use in asking for more."""
        return bool(self.spent) or self.finds.enough()

    def forget_if_spent(self, url: str) -> None:
        """Remember nothing new of a document that may lead further than this look could go."""
        if self.spent:
            self.asker.forget(url)
