"""The purged pages beside the articles, so that they stay away also where the state is lost."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from scraper.errors import OutputError
from scraper.state import State
from scraper.state.purged import Purged, mark_purged, purged_pages
from scraper.write.replace_file import replace_file

PURGE_LIST = "purged.jsonl"


def keep_purge_list(root: Path, state: State, now: datetime) -> None:
    """Let file and state name the same purged pages: what one of them has lost, it gets back from the other."""
    listed = listed_pages(root)
    known = {page.url for page in purged_pages(state)}
    lost = [page for page in listed if page.url not in known]
    if lost:
        with state.writing() as db:
            mark_purged(db, lost, now)
    write_purge_list(root, state)


def write_purge_list(root: Path, state: State) -> None:
    """Write the file where it does not say what the state says."""
    pages = purged_pages(state)
    if pages != listed_pages(root):
        replace_file(root / PURGE_LIST, b"".join(msgspec.json.encode(page) + b"\n" for page in pages))


def listed_pages(root: Path) -> list[Purged]:
    """Return the pages in the file; raise :class:`OutputError` where something else lies there."""
    path = root / PURGE_LIST
    strange = f"{path}: is not the list of purged pages; move it away"
    if path.is_symlink():
        raise OutputError(strange)
    try:
        return [msgspec.json.decode(line, type=Purged) for line in path.read_bytes().splitlines()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise OutputError(f"{path}: cannot be read ({error.strerror}); make it readable") from error
    except msgspec.MsgspecError as error:
        raise OutputError(strange) from error
