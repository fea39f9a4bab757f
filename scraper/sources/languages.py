"""Which languages there are in addresses and mark-up, and the scripts that they are written in."""

from __future__ import annotations

import re

_LATIN = "\u0041-\u024f\u1e00-\u1eff"
_CYRILLIC = "\u0400-\u052f"
_ARABIC = "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff"
_HAN = "\u3400-\u9fff\uf900-\ufaff"
_OF = {
    **dict.fromkeys("ru uk be bg mk kk ky mn tg".split(), _CYRILLIC),
    **dict.fromkeys("ar fa ur ps".split(), _ARABIC),
    **dict.fromkeys("hi mr ne".split(), "\u0900-\u097f"),
    "sr": _CYRILLIC + _LATIN,
    "bn": "\u0980-\u09ff",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
    "th": "\u0e00-\u0e7f",
    "lo": "\u0e80-\u0eff",
    "my": "\u1000-\u109f",
    "ka": "\u10a0-\u10ff",
    "am": "\u1200-\u137f",
    "km": "\u1780-\u17ff",
    "hy": "\u0530-\u058f",
    "he": "\u0590-\u05ff",
    "el": "\u0370-\u03ff",
    "zh": _HAN,
    "ja": _HAN + "\u3040-\u30ff",
    "ko": "\uac00-\ud7af\u1100-\u11ff" + _HAN,
}
# As ISO 639-1 has them, but for those that are as well words or countries in addresses, as "is", "no" and "in".
LANGUAGES = frozenset(
    (
        *_OF,
        *"en de fr es pt it nl pl tr id vi cs sv da fi hu ro sk sl hr bs sq lt lv et ca eu gl ms sw af az uz".split(),
    )
)


def reads_as(text: str, language: str) -> bool:
    """Tell whether a text can be in a language, as far as its script tells."""
    letters = [char for char in text if char.isalpha()]
    fitting = re.findall(f"[{_OF.get(language, _LATIN)}]", "".join(letters))
    return 2 * len(fitting) >= len(letters)
