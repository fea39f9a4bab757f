"""The development sets: annotated pages, straight from their zips, and the fold that each page belongs to."""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SETS = ("wcxb", "fundus", "magic", "world", "trafilatura")
"""The sets that are scored; ``wcxb-other-kinds`` holds pages that are no articles and has another use."""

FOLDS = 5

Row = dict[str, Any]

# Labels that stand between a name and a country code in the addresses of the sets ("bbc.co.uk", "people.com.cn").
# A public-suffix list would be a dependency for the sake of these; on all addresses of the sets the two agree.
_SECOND_LEVEL = re.compile(
    "ac|ad|asn|com?|edu?|firm|gen|gob?|gouv|gov|gr|gv|id|in|info|lg|ltd|me|mil|net?|nic|nom|org?|plc|res|sch|waw|web"
)


@dataclass(frozen=True, slots=True)
class Annotated:
    """A page with what a person says is in it. ``truth`` is the row of ``truth.jsonl``."""

    set_name: str
    truth: Row
    body: bytes


def data_folder(given: str | Path | None = None) -> Path:
    """Return the folder with the zips: ``given``, else ``$SCRAPER_SHARED/eval``, else ``../shared/eval``."""
    if given:
        return Path(given)
    shared = os.environ.get("SCRAPER_SHARED") or Path(__file__).resolve().parents[2] / "shared"
    return Path(shared) / "eval"


def available(folder: Path, names: Iterable[str] = SETS) -> list[str]:
    """Return those of ``names`` whose zip is in ``folder``."""
    return [name for name in names if (folder / f"{name}.zip").is_file()]


def rows(folder: Path, name: str) -> list[Row]:
    """Return the annotations of a set. Pages with an empty reference are left out: nothing can be scored on them."""
    with zipfile.ZipFile(folder / f"{name}.zip") as archive:
        return _rows(archive)


def pages(folder: Path, name: str) -> Iterator[Annotated]:
    """Yield the pages of a set with their bytes, in the order of ``truth.jsonl``."""
    with zipfile.ZipFile(folder / f"{name}.zip") as archive:
        for row in _rows(archive):
            yield Annotated(name, row, archive.read(row["page"]))


def data_hash(folder: Path, name: str) -> str:
    """Return the sha256 of a set's zip: floors hold for these bytes only."""
    return hashlib.sha256((folder / f"{name}.zip").read_bytes()).hexdigest()


def registered_domain(row: Row) -> str:
    """Return the domain that somebody registered ("bbc.co.uk") for a page; for a page without url, what its id tells.

    Ids without an address look like ``pl_www.theguardian.com`` (a host) or ``gne_163_2`` (a site's name); failing
    that, the page stands for itself.
    """
    host = urlsplit(row["url"] or "").hostname
    if not host:
        site = re.match(r"[a-z0-9]{2,4}_([^_]+)", row["id"])
        host = site[1] if site else f"{row['kind']}-{row['id']}"
    labels = host.strip(".").lower().split(".")
    keep = 3 if len(labels) > 2 and len(labels[-1]) == 2 and _SECOND_LEVEL.fullmatch(labels[-2]) else 2
    return ".".join(labels[-keep:])


def fold_of(row: Row, folds: int = FOLDS) -> int:
    """Return the fold of a page: the same for all pages of one registered domain.

    Only the name in it counts ("bbc" of "bbc.co.uk"): that keeps the editions of a site together, and the pages
    without url, whose ids hold no more than the name. Fold 0 is the fifth that is held out.
    """
    name = registered_domain(row).split(".")[0]
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % folds


def _rows(archive: zipfile.ZipFile) -> list[Row]:
    # Split at "\n" only: the texts hold U+2028 and U+0085, where str.splitlines would cut.
    lines = archive.read("truth.jsonl").decode("utf-8").split("\n")
    return [row for row in map(json.loads, filter(None, lines)) if row["text"] is None or row["text"].strip()]
