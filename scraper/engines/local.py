"""Clean a page in this process, come what may."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from scraper import pipeline
from scraper.config import Settings
from scraper.errors import NotAnArticle, PageError
from scraper.memory import Memory
from scraper.records import Continuation, Failed, Outcome, Response, Skipped, Target
from scraper.report import as_bug

Result = TypeVar("Result")


def guarded(url: str, work: Callable[[], Result]) -> Result | Skipped | Failed:
    """Return what ``work`` returns, or the outcome that its error stands for; one that nobody foresaw is a ``bug``."""
    try:
        return work()
    except NotAnArticle as error:
        return Skipped(url=url, reason=error.reason, detail=error.detail)
    except PageError as error:
        return Failed(url=url, reason=error.reason, detail=error.detail)
    except MemoryError:
        return Failed(url=url, reason="out_of_memory", detail="the page does not fit into memory")
    except Exception as error:
        return as_bug(url, error)


def clean_guarded(responses: Sequence[Response], settings: Settings, memory: Memory | None = None) -> Outcome:
    """Return the outcome of one article's pages (the first page first), whatever happens."""
    first = responses[0]
    url = first.url or first.target.url or first.target.source
    return guarded(url, lambda: pipeline.clean(responses, settings, memory=memory))


def warm_up(settings: Settings) -> None:
    """Clean a page, so that rules and models are loaded: what is forked from this process has them from then on."""
    story = "".join(
        f"<p>In the morning of day {day} the boats of the harbour were counted again.</p>" for day in range(9)
    )
    body = f"<html><title>Boats</title><body><article><h1>Boats</h1>{story}</article></body></html>".encode()
    clean_guarded([Response(target=Target(url=""), url="", body=body)], settings)


class Pages(NamedTuple):
    """The pages of one article (the first page first), and what is known of their site."""

    responses: Sequence[Response]
    memory: Memory


class Question(NamedTuple):
    """Where does an article go on after this page?"""

    response: Response
    first: str  # address of its first page
    position: int


def continuation_guarded(question: Question) -> Continuation | Skipped | Failed:
    """Return where an article goes on, whatever is in its page."""
    return guarded(question.response.url, lambda: pipeline.continuation(*question))
