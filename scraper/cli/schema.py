"""`scraper schema`: the JSON Schema of an article."""

from __future__ import annotations

import click

from scraper.cli.logs import log_options
from scraper.write.schema import article_schema
from scraper.write.stream import write_out
from scraper.write.strict_json import indented_json


@click.command(short_help="Print the JSON Schema of an article.")
@log_options
def schema() -> int:
    """Print the JSON Schema (2020-12) that every article follows.

    \b
      scraper schema > article.schema.json
    """
    write_out(indented_json(article_schema()))
    return 0
