"""How well links to articles are told from others, on real listing pages whose links were labelled by hand.

    python -m benchmarks.links [FOLDER] [--show]

`links.json` holds, for 15 pages of wcxb-other-kinds, the hashes of the addresses of articles, and of links that a
reader may call either (guides in a menu, transcripts of podcasts), which do not count. A page is scored as a front page
is that was never seen, without feed or sitemap; but words and weights were adjusted with these pages in view, so the
figures say what the score can do and not what it will do elsewhere.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.sets import data_folder
from scraper.discover import read_date
from scraper.records import Response, Target
from scraper.sources.learned import Learned
from scraper.sources.link_score import ARTICLE, Link, links_of, scores
from scraper.sources.listings import read_listing
from scraper.urls import normalise, same_site

LABELS = Path(__file__).with_name("links.json")


def hash_of(url: str) -> str:
    """Return what stands for an address in the labels."""
    return hashlib.sha256(normalise(url).encode()).hexdigest()[:12]


def scored(folder: Path) -> Iterator[tuple[str, dict[str, list[str]], list[tuple[Link, float]]]]:
    """Yield each labelled page with its labels and its scored links."""
    labels = json.loads(LABELS.read_text(encoding="utf-8"))
    with zipfile.ZipFile(folder / "wcxb-other-kinds.zip") as archive:
        rows = map(json.loads, filter(None, archive.read("truth.jsonl").decode("utf-8").split("\n")))
        for row in rows:
            label = labels.get(row["page"])
            if label:
                response = Response(target=Target(url=row["url"]), url=row["url"], body=archive.read(row["page"]))
                listing = read_listing(response, row["url"], read_date)
                learned = Learned()
                learned.add_menu(listing)
                links = [link for link in links_of(listing.anchors) if same_site(link.url, row["url"])]
                yield row["page"], label, list(zip(links, scores(links, learned.shapes), strict=True))


def main() -> None:
    """Print precision and recall, by page and over all links."""
    parser = argparse.ArgumentParser(description="Score the link score on labelled pages.")
    parser.add_argument("folder", nargs="?", help="with wcxb-other-kinds.zip; default: $SCRAPER_SHARED/eval")
    parser.add_argument("--show", action="store_true", help="show the links that are wrong")
    options = parser.parse_args()
    total = [0, 0, 0]
    for page, label, links in scored(data_folder(options.folder)):
        counts = [0, 0, 0]
        for link, score in links:
            name = hash_of(link.url)
            if name in label["doubtful"]:
                continue
            kind = (score >= ARTICLE, name in label["articles"])
            counts = [counts[0] + (kind == (True, True)), counts[1] + kind[0], counts[2] + kind[1]]
            if options.show and kind[0] != kind[1]:
                print(f"    {'too much' if kind[0] else 'missing '} {score:.2f} {link.url[:100]} | {link.text[:40]}")
        print(f"{page}: {_line(*counts)}")
        total = [sum(pair) for pair in zip(total, counts, strict=True)]
    print(f"all: {_line(*total)}")


def _line(right: int, taken: int, there: int) -> str:
    precision = f"{right / taken:.3f}" if taken else "-"
    recall = f"{right / there:.3f}" if there else "-"
    return f"precision {precision} recall {recall} ({right} right, {taken} taken, {there} there)"


if __name__ == "__main__":
    main()
