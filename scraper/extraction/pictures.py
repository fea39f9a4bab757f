"""The article's pictures, with caption and credit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scraper.extraction.assemble import absolute
from scraper.extraction.columns import Columns, Hint, Picture
from scraper.extraction.flags import BIT
from scraper.records import Image, Metadata

# Smaller ones are icons, avatars and counters.
MIN_WIDTH = 150
MAX_IMAGES = 50
MAX_CAPTION_CHARS = 600
# Blocks between the headline and the first paragraph, where the main picture stands.
BLOCKS_BEFORE = 6

_CREDIT = re.compile(
    r"\s*[(\[|–—-]?\s*((?:photo(?:graph)?s?|pictures?|images?|credits?|foto(?:grafie|s)?|bild(?:er)?|quelle"
    r"|crédits?(?: photo)?|imagen|immagine|fonte|fuente|source|фото|图片来源|图源|摄影|写真|撮影|사진)"
    r"(?:\s(?:by|von|de|credit))?\s*[:：/=＝]|©|\(c\))\s*"
    r"([^.()\[\]|]{2,80})[)\]]?\.?$",
    re.IGNORECASE,
)
_CREDIT_MARKS = (*":：/=＝©", "(c)", "(C)")  # one of them is in each
_SIZE = re.compile(r"[-_@](?:\d{2,4}x\d{2,4}|\d+w|\dx|scaled|large|medium|small)(?=\.\w+$)")


def pictures(columns: Columns, meta: Metadata, places: Sequence[int], base_url: str) -> tuple[Image, ...]:
    """Return the images that the head names, then those in the text; ``places`` are the kept blocks in order.

    An image that the head names and the text shows in another size is one image, with the text's caption.
    """
    found = {_key(image.url): image for image in meta.images}
    kept = frozenset(places)
    credit_hints = [hint for hint in columns.hints if hint.kind == "credit"]
    first, last = (places[0] - BLOCKS_BEFORE, _behind_figures(columns, places[-1] + 1)) if places else (0, -1)
    for picture in columns.pictures:
        if not first <= picture.block <= last or 0 < picture.width < MIN_WIDTH or len(found) >= MAX_IMAGES:
            continue
        url = absolute(base_url, picture.url)
        if url is None:
            continue
        key = _key(url)
        known = found.get(key)
        if known is None or known.caption is None:
            caption, credit = _caption(columns, picture, kept, credit_hints)
            found[key] = Image(url=known.url if known else url, caption=caption, credit=credit)
    return tuple(found.values())


def _key(url: str) -> str:
    """Return what the addresses of one picture in several sizes have in common."""
    return _SIZE.sub("", url.partition("?")[0].rpartition("/")[2]) or url


def _caption(
    columns: Columns, picture: Picture, kept: frozenset[int], credit_hints: Sequence[Hint]
) -> tuple[str | None, str | None]:
    """Return caption and credit of a picture: the text of its figure, or of the caption that follows it."""
    blocks = _caption_blocks(columns, picture)
    texts = [columns.text[block] for block in blocks if block not in kept]
    credit = next((hint.text for hint in credit_hints if hint.block in blocks), None)
    if credit:
        texts = [text.replace(credit, "").strip() for text in texts]
        named = _CREDIT.fullmatch(credit)
        credit = named[2].strip() if named else credit
    caption = " ".join(filter(None, texts))[:MAX_CAPTION_CHARS] or None
    if caption and credit is None and any(map(caption.__contains__, _CREDIT_MARKS)):
        stated = _CREDIT.search(caption)
        if stated:
            credit = stated[2].strip()
            caption = caption[: stated.start()].strip() or None
    return caption, credit


def _behind_figures(columns: Columns, block: int) -> int:
    """Return the first block from ``block`` on that is no caption: a photo story may go on in pictures alone.

    Captions that are links are teasers of other pages.
    """
    while (
        block < len(columns.text)
        and 2 * columns.link_chars[block] < len(columns.text[block])
        and _figure(columns, columns.container[block]) is not None
    ):
        block += 1
    return block


def _caption_blocks(columns: Columns, picture: Picture) -> range:
    figure = _figure(columns, picture.container)
    if figure is not None:
        return range(columns.c_first[figure], columns.c_last[figure])
    block = picture.block
    if block == len(columns.text) or not columns.c_flags[columns.container[block]] & BIT["CAPTION"]:
        return range(0)
    return range(block, block + 1) if _figure(columns, columns.container[block]) is None else range(0)


def _figure(columns: Columns, container: int) -> int | None:
    """Return the ``figure`` that a container is or lies in, if it is near: figure > div > div > a."""
    for _ in range(4):
        if container < 0 or columns.c_tag[container] == "figure":
            break
        container = columns.c_parent[container]
    return container if container >= 0 and columns.c_tag[container] == "figure" else None
