"""`scraper init`: the settings of a corpus to begin with."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import click

from scraper.cli.logs import log_options
from scraper.errors import OutputError

log = logging.getLogger("scraper")

EXAMPLE = """\
# A corpus of news articles. Change the url of the source below, then:
#
#   scraper run corpus.toml --dry-run    what would be fetched
#   scraper run corpus.toml              once by hand; later from cron, see docs/cron.md
#   scraper status corpus.toml           how the sources are doing
#   scraper config corpus.toml           every setting, and where it comes from
#
# What begins with "# " and a name is a setting with its default: take the "# " away to change it.

[corpus]
output = "articles.jsonl"     # articles are added here, one JSON object a line
state = "corpus.sqlite"       # which pages were seen, and what is to be tried again
keep_pages = true             # the pages, too, compressed: `scraper reclean` makes better articles of them later
# recheck = "3d"              # look again at the articles of the last days: what changed becomes a new record

[fetch]
contact = ""                  # your mail address or page, so that a site can reach you; or set $SCRAPER_CONTACT
# delay_s = 1.0               # between two requests to one host; a longer Crawl-delay wins
# run_max_s = 3000            # leave the rest to the next run after so many seconds
# headers = {Authorization = "Bearer ${NEWS_TOKEN}"}  # the environment has the secret: no file, log or command shows it

[extract]
# min_words = 25              # shorter pages are no articles
# language = ["en"]           # only these languages; empty: all

[duplicates]
# keep = "all"                # "first": leave out an article whose text is there already
# near = true                 # look for nearly the same text, too

[alarms]
# on = true                   # complain (exit code 7) of a source that fell silent, or is not what it was

# ---- Sources: as many as you like; each has a name of its own. ----

[[source]]
name = "front page"
kind = "site"                 # finds the feeds, sitemaps and lists of a site by itself
url = "https://news.example/"
since = "7d"                  # nothing older
max = 50                      # the newest so many

# [[source]]
# name = "a feed"
# kind = "feed"               # RSS, Atom or JSON Feed; also: sitemap, listing (a page that lists articles)
# url = "https://news.example/feed.rss"
# exclude = ["/sport/"]       # no address that holds this
# language = ["en"]           # of this source only; what is in another is skipped
# tags = ["harbour"]          # added to the tags of its articles
# rules = ["my-rules/"]       # boilerplate and hosts that only this source has: docs/rules.md

# [[source]]
# name = "by hand"
# kind = "urls"               # a file with one url a line
# path = "urls.txt"

# [[source]]
# name = "saved"
# kind = "files"              # pages that are saved already: a folder, an HTML file, a web archive (WARC)
# path = "saved/"
"""


@click.command(short_help="Write the settings of a corpus to begin with.")
@click.argument("path", type=click.Path(path_type=Path), default=Path("corpus.toml"), required=False)
@log_options
def init(path: Path) -> int:
    """Write a commented corpus.toml to begin with.

    PATH is the file, or a folder for it; the default is corpus.toml here. What is there is never overwritten.

    \b
      scraper init
      scraper init news/
    """
    path = path / "corpus.toml" if path.is_dir() or not path.suffix else path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Settings may hold headers and cookies that are secret.
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError as error:
        raise OutputError(f"{path}: is there already and is not overwritten; name another file") from error
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); name another file") from error
    with os.fdopen(file, "w", encoding="utf-8") as stream:
        stream.write(EXAMPLE)
    log.info("%s is written; put the address of your source in it, then: scraper run %s --dry-run", path, path)
    return 0
