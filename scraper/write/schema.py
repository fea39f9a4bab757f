"""The JSON Schema of an article, made from :class:`scraper.records.Article` so that the two cannot differ."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import fastjsonschema
import msgspec

from scraper.records import SCHEMA_VERSION, Article

_DAY = r"\d{4}-\d{2}-\d{2}"
_TIME = r"T\d{2}:\d{2}(:\d{2}(\.\d+)?)?"
_OFFSET = r"(Z|[+-]\d{2}:\d{2})"
_COUNT = {"minimum": 0}
_ADDRESS = {"format": "uri", "minLength": 1}
# The offset is there when the page states one.
_DATE = {"pattern": f"^{_DAY}({_TIME}{_OFFSET}?)?$"}

# What the types cannot say, by definition and key.
_LIMITS: dict[tuple[str, str], dict[str, Any]] = {
    ("Article", "schema"): {"const": SCHEMA_VERSION},
    ("Article", "id"): {"minLength": 1},
    ("Article", "url"): _ADDRESS,
    ("Article", "published"): _DATE,
    ("Article", "modified"): _DATE,
    ("Article", "language"): {"pattern": "^[a-z]{2,3}(-[A-Za-z0-9]+)*$"},
    ("Article", "text"): {"minLength": 1},
    ("Article", "words"): _COUNT,
    ("Article", "chars"): _COUNT,
    ("Article", "quality"): {"minimum": 0, "maximum": 1},
    ("Article", "content_hash"): {"minLength": 1},
    ("Article", "revision"): _COUNT,
    ("TextBlock", "start"): _COUNT,
    ("TextBlock", "end"): _COUNT,
    ("TextBlock", "level"): {"minimum": 1},
    ("Link", "start"): _COUNT,
    ("Link", "end"): _COUNT,
    ("Link", "url"): {"minLength": 1},
    ("Image", "url"): {"minLength": 1},
    ("Removed", "rule"): {"minLength": 1},
    ("Removed", "text"): {"maxLength": 300},
    ("Removed", "block"): _COUNT,
    ("Fetched", "at"): {"pattern": f"^{_DAY}{_TIME}{_OFFSET}$"},
    ("Fetched", "status"): {"minimum": 100, "maximum": 599},
    ("Fetched", "pages"): {"minimum": 1},
}


def article_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one article: all keys required, none other allowed."""
    schema = msgspec.json.schema(Article)
    for name, definition in schema["$defs"].items():
        properties = definition["properties"]
        definition["description"] = definition["description"].replace("``", "`").replace(":class:", "")
        definition["required"] = list(properties)
        definition["additionalProperties"] = False
        for key, value in properties.items():
            value.pop("default", None)
            _typed(value).update(_LIMITS.get((name, key), {}))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Article", **schema}


@cache
def article_fault() -> Callable[[Any], str | None]:
    """Return a function that says what of an article breaks the schema: ``"words must be integer"``."""
    # Formats are remarks in JSON Schema 2020-12; the library would hold urls to a pattern of its own.
    validate = fastjsonschema.compile(article_schema(), use_default=False, use_formats=False)

    def fault(article: Any) -> str | None:
        try:
            validate(article)
        except fastjsonschema.JsonSchemaValueException as error:
            return str(error.message).removeprefix("data.").removeprefix("data ")
        return None

    return fault


def _typed(value: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a property that is not ``null``."""
    choices: list[dict[str, Any]] = value.get("anyOf", [value])
    return choices[0]
