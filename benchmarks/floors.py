"""The figures that a change must not fall below: ``floors.json``, for the very bytes that were measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.sets import data_hash

PATH = Path(__file__).parent / "floors.json"

# What a change of no consequence (equal scores in another order, a new version of a library) moves on these sets.
NOISE = 0.002

# Text is what the floors guard first. Shares of pages also have a page's worth of slack: on a small set, one page is
# more than the noise band.
SHARES = ("exact", "title", "author", "date", "articles")
FLOORED = ("shingle F1", "word F1", "snippet F", *SHARES)

Figures = dict[str, dict[str, Any]]


def check(folder: Path, figures: Figures, path: Path = PATH) -> int:
    """Print each figure that is below its floor by more than the noise band; return the exit code."""
    pinned = _read(path)
    faults = []
    for name, measured in figures.items():
        if name not in pinned["floors"]:
            faults.append(f"{name}: has no floor yet; pin it with --update-floors")
        elif data_hash(folder, name) != pinned["data"][name]:
            faults.append(
                f"{name}: the pages are not those that the floors hold for; pin them anew with --lower REASON"
            )
        else:
            faults += _below(name, measured, pinned["floors"][name], pinned["noise"])
    print("\n".join(faults) or f"{', '.join(figures)}: at or above the floors")
    return 1 if faults else 0


def update(folder: Path, figures: Figures, reason: str | None = None, path: Path = PATH) -> int:
    """Raise the floors to ``figures``; lower one only with a reason, which is kept beside the floors."""
    pinned = _read(path)
    for name, measured in figures.items():
        old = pinned["floors"].get(name, {})
        if old and not reason and pinned["data"][name] != data_hash(folder, name):
            print(f"{name}: the pages are not those that the floors hold for; give a reason with --lower REASON")
            return 1
        new = {key: measured[key] for key in FLOORED if measured[key] is not None}
        lowered = {key: old[key] for key in old if new.get(key, 0.0) < old[key]}
        if lowered and reason:
            pinned["lowered"].append(
                {"set": name, "from": lowered, "to": {k: new.get(k) for k in lowered}, "reason": reason}
            )
        elif lowered:
            new |= lowered
        pinned["floors"][name], pinned["data"][name] = new, data_hash(folder, name)
    path.write_text(json.dumps(pinned, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def _below(name: str, measured: dict[str, Any], floors: dict[str, float], noise: float) -> list[str]:
    a_page = 1 / measured["pages"]
    faults = []
    for key, floor in floors.items():
        slack = max(noise, a_page) if key in SHARES else noise
        if (measured[key] or 0.0) < floor - slack:
            faults.append(f"{name}: {key} is {measured[key]}, below its floor of {floor} by more than {slack:.4f}")
    return faults


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {"noise": NOISE, "data": {}, "floors": {}, "lowered": []}
    pinned: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return pinned
