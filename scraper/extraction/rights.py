"""What a page says about the use of its text."""

from __future__ import annotations

from scraper.extraction import json_ld
from scraper.extraction.assemble import absolute
from scraper.extraction.evidence import Evidence
from scraper.records import Rights


def rights(evidence: Evidence) -> Rights:
    """Return licence, reservation of text and data mining (TDMRep), and the "noai" that some sites put into robots.

    ``None`` where the page does not say.
    """
    reservation = evidence.meta("tdm-reservation")
    robots = " ".join(evidence.metas.get("robots", ())).lower().replace(",", " ").split()
    return Rights(
        license=_license(evidence),
        tdm_reserved=reservation == "1" if reservation in ("0", "1") else None,
        noai=True if "noai" in robots else None,
    )


def _license(evidence: Evidence) -> str | None:
    for link in evidence.columns.head_links:
        if "license" in link.get("rel", "").lower().split():
            return absolute(evidence.url, link.get("href", ""))
    for node in (evidence.article, evidence.page):
        stated = json_ld.text(node, "license", "url")
        if stated:
            return stated
    return None
