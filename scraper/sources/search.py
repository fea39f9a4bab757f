"""What the parts of one discovery share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from scraper.records import Failed, Response, Skipped
from scraper.sources.asking import Asker
from scraper.sources.found import Finds, Wish
from scraper.sources.learned import Learned
from scraper.sources.listings import Listing

Parse = Callable[[Response, str], Awaitable[Listing | Skipped | Failed]]


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

    def over(self) -> bool:
        """Tell whether there is no use in asking for more."""
        return self.finds.enough() or self.asker.left <= 0
