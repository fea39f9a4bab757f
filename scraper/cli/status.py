"""`scraper status`: how a corpus and its sources are doing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import click
import msgspec

from scraper.cli.logs import log_options
from scraper.config import load_settings
from scraper.corpus.opening import state_path
from scraper.state import State
from scraper.state.history import History, SourceRun
from scraper.text import counted, safe_for_terminal
from scraper.write.stream import write_out
from scraper.write.strict_json import json_line

# Runs whose yield is shown, and days; reasons a source.
LAST_RUNS = 5
LAST_DAYS = 7
MOST_REASONS = 3

_HEAD = ("source", "last read", "last article", f"{LAST_DAYS} days", "last runs", "chars", "date", "author", "removed")


class SourceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How one source is doing; ``None`` where nothing is known."""

    source: str
    read_at: datetime | None
    article_at: datetime | None
    articles_of_days: int  # of the last days
    articles_of_runs: list[int]  # of the last runs that asked for it, the newest last
    median_chars: int | None
    dated: float | None  # share of articles
    signed: float | None
    median_removed: float | None  # share of the characters
    reasons: dict[str, int]  # why there was no article, the most frequent first
    error: str  # of the last run, if the source could not be read


@click.command(short_help="Show how the sources of a corpus are doing.")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@log_options
def status(config: Path, as_json: bool) -> int:
    """Show what the corpus of CONFIG holds, how each source is doing, the last runs, and the alarms that hold.

    It only reads, also while a run is at work. A source's numbers are of its last runs, at most 50 and 12 weeks.

    \b
      scraper status corpus.toml
      scraper status corpus.toml --json
    """
    settings = load_settings(config)
    now = datetime.now(UTC)
    with closing(State.to_read(state_path(settings.corpus, config.parent))) as state:
        history = state.read_history()
        read = {one.source: one for one in history.sources()}
        names = dict.fromkeys([*(source.name for source in settings.source), *read])
        sources = [_source_status(history, name, read.get(name), now) for name in names]
        alarms = history.alarms()
        pages = state.counts()
        runs = state.last_runs(LAST_RUNS)
    if as_json:
        data = {"pages": pages, "sources": sources, "runs": runs, "alarms": alarms}
        write_out(json_line(msgspec.to_builtins(data)))
        return 0
    lines = [_counts_line(pages), "", *_table([_HEAD, *(_row(one, now) for one in sources)])]
    lines += [f"{one.source}: {_reasons(one)}" for one in sources if one.reasons or one.error]
    lines += ["", *map(_run_line, runs)] if runs else []
    lines += ["", *(f"alarm since {one.since:%Y-%m-%d %H:%M}: {one.text}" for one in alarms)] if alarms else []
    write_out("".join(f"{safe_for_terminal(line)}\n" for line in lines).encode())
    return 0


def _source_status(history: History, name: str, read: Any, now: datetime) -> SourceStatus:
    runs = history.runs(name, with_articles=False)
    since = now.date() - timedelta(days=LAST_DAYS)
    articles = sum(run.articles for run in runs)
    chars = [number for run in runs for number in run.chars]
    removed = [share for run in runs for share in run.removed]
    return SourceStatus(
        source=name,
        read_at=read.read_at if read else None,
        article_at=read.article_at if read else None,
        articles_of_days=sum(number for day, number in history.days(name).items() if day > since),
        articles_of_runs=read.yields[-LAST_RUNS:] if read else [],
        median_chars=round(median(chars)) if chars else None,
        dated=round(sum(run.dated for run in runs) / articles, 3) if articles else None,
        signed=round(sum(run.signed for run in runs) / articles, 3) if articles else None,
        median_removed=round(median(removed), 3) if removed else None,
        reasons=_most_frequent(runs),
        error=runs[-1].error if runs else "",
    )


def _most_frequent(runs: Sequence[SourceRun]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for run in runs:
        for reasons in (run.skipped, run.failed, run.deferred):
            total.update(reasons)
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0]))[:MOST_REASONS])


def _row(one: SourceStatus, now: datetime) -> tuple[str, ...]:
    return (
        one.source,
        _ago(one.read_at, now),
        _ago(one.article_at, now),
        str(one.articles_of_days),
        " ".join(map(str, one.articles_of_runs)) or "-",
        "-" if one.median_chars is None else str(one.median_chars),
        *("-" if share is None else f"{share:.0%}" for share in (one.dated, one.signed, one.median_removed)),
    )


def _ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "never"
    hours = (now - moment).total_seconds() / 3600
    if hours < 1:
        return f"{max(hours * 60, 0):.0f} min ago"
    return f"{hours:.0f} h ago" if hours < 48 else f"{hours / 24:.0f} days ago"


def _reasons(one: SourceStatus) -> str:
    parts = [", ".join(f"{reason} {number}" for reason, number in one.reasons.items())] if one.reasons else []
    return "; ".join([*parts, *([f"could not be read: {one.error}"] if one.error else [])])


def _counts_line(pages: dict[str, int]) -> str:
    parts = [counted(number, name) if name == "article" else f"{number} {name}" for name, number in pages.items()]
    return ", ".join(parts) or "no page yet"


def _run_line(run: dict[str, Any]) -> str:
    if run["exit_code"] is None:
        return f"run {run['run']} at {run['started_at'][:16]}: not ended"
    totals = ", ".join(f"{name} {number}" for name, number in run["totals"].items())
    return f"run {run['run']} at {run['started_at'][:16]}: exit code {run['exit_code']}; {totals}"


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    """Return rows with their columns under each other, names to the left and numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if at < 1 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
