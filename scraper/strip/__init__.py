"""Take the furniture out of drafts and of flattened texts; each line that goes carries the id of what took it."""

from __future__ import annotations

from scraper.strip.blocks import strip
from scraper.strip.flat_text import UNLIKE_STORY, Furniture, clean_text
from scraper.strip.judge import EDGE_LINES, REPEATED

__all__ = ["EDGE_LINES", "REPEATED", "UNLIKE_STORY", "Furniture", "clean_text", "strip"]
