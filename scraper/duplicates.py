"""What a text is compared by: a hash for the same text, MinHash over its shingles for nearly the same. Pure.

Broder, "On the resemblance and containment of documents", 1997: the share of shingles that two texts have in common is
the share of equal values in their MinHash signatures. Texts that have a whole band of values in common are compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b

from rensa import RMinHash

from scraper.text import spaced_words

# Words of a shingle; a quote or a standing phrase shares few of them with another text. Characters where words are not
# written apart.
SHINGLE_WORDS = 5
SHINGLE_CHARS = 8
# The estimate of a share of 0.8 is off by 0.035 (one standard deviation, measured), of 0.9 by 0.023.
VALUES = 128
# 10 bands of 5 values (the other 78 values only estimate) find 98 % of the pairs that share 0.8 of their shingles, 84 %
# at 0.7, and look at one pair in 41 of those that share 0.3: 1 - (1 - share ** 5) ** 10.
BANDS = 10
BAND_VALUES = 5
# Of each value its lowest byte is kept: 128 bytes a text. One value in 256 is then equal by chance.
_CHANCE = 1 / 256
# Two texts in a million share a key by chance; what they have in common is looked at before anything is said.
_KEY_BYTES = 6
# A shingle is read in this much of a text: a live blog of a megabyte is known by its beginning.
MAX_CHARS = 200_000

_WORD = re.compile(r"\w+")
_VERSION = f"{RMinHash.ALGORITHM_VERSION}:{VALUES}:{BAND_VALUES}:{SHINGLE_WORDS}:{SHINGLE_CHARS}".encode()


@dataclass(frozen=True, slots=True)
class Signature:
    """What is kept of a text to find its near-duplicates."""

    values: bytes  # VALUES bytes
    keys: tuple[int, ...]  # one a band; texts with a key in common are compared


def signature(text: str) -> Signature | None:
    """Return the signature of a text; ``None`` for one that is shorter than two shingles."""
    found = shingles(text[:MAX_CHARS])
    if len(found) < 2:
        return None
    minhash = RMinHash(num_perm=VALUES, seed=1)
    minhash.update(found)
    values: list[int] = minhash.digest()
    bands = (values[at : at + BAND_VALUES] for at in range(0, BANDS * BAND_VALUES, BAND_VALUES))
    return Signature(
        values=bytes(value & 0xFF for value in values),
        keys=tuple(_key(number, repr(band).encode()) for number, band in enumerate(bands)),
    )


def shingles(text: str) -> list[str]:
    """Return the overlapping pieces that a text is made of, without case, punctuation and white space."""
    words = _WORD.findall(text.casefold())
    if spaced_words(text) is None:
        joined = "".join(words)
        return [joined[at : at + SHINGLE_CHARS] for at in range(len(joined) - SHINGLE_CHARS + 1)]
    return [" ".join(words[at : at + SHINGLE_WORDS]) for at in range(len(words) - SHINGLE_WORDS + 1)]


def exact_key(content_hash: str) -> int:
    """Return the key of texts that are the same."""
    return _key(BANDS, content_hash.encode())


def similarity(one: bytes, other: bytes) -> float:
    """Return the share of shingles that two texts have in common, 0 to 1, estimated from their values."""
    equal = sum(map(int.__eq__, one, other)) / VALUES
    return max(0.0, (equal - _CHANCE) / (1 - _CHANCE))


def _key(band: int, data: bytes) -> int:
    """Return a number that holds for this way of making signatures only."""
    digest = blake2b(data, digest_size=_KEY_BYTES, key=_VERSION, salt=band.to_bytes(2, "big")).digest()
    return int.from_bytes(digest, "big")
