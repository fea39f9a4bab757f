"""Target -> Response: the only home of httpx, protego and tenacity.

Importing this package loads the HTTP client; a command that fetches nothing does not import it.
"""

from scraper.fetch.fetcher import HttpFetcher

__all__ = ["HttpFetcher"]
