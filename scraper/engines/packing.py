"""Pickles of jobs and results, quicker where it pays: bodies are not copied, articles are MessagePack."""

from __future__ import annotations

import copyreg
import pickle
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import msgspec

from scraper.records import Article, Response

# A pickle, and the bodies that belong to it (PEP 574).
Parts = list[bytes | memoryview]

_ARTICLES = msgspec.msgpack.Decoder(Article)


def parts_of(job: Any) -> Parts:
    """Return the parts of a job. The bodies of responses in it are parts of their own."""
    bodies: list[pickle.PickleBuffer] = []
    return [_pickled(job, bodies.append), *(body.raw() for body in bodies)]


def whole(parts: Sequence[bytes | memoryview]) -> Any:
    """Return the job that has these parts."""
    return pickle.loads(parts[0], buffers=parts[1:])


def pickled(result: Any) -> bytes:
    """Return a pickle of a result, for :func:`pickle.loads`."""
    return _pickled(result, None)


def _pickled(value: Any, keep_body: Callable[[pickle.PickleBuffer], object] | None) -> bytes:
    buffer = BytesIO()
    _Pickler(buffer, pickle.HIGHEST_PROTOCOL, buffer_callback=keep_body).dump(value)
    return buffer.getvalue()


def _parted(response: Response) -> tuple[Any, ...]:
    fields = msgspec.structs.asdict(response)
    body = pickle.PickleBuffer(fields.pop("body"))
    return _response, (fields, body)


def _response(fields: dict[str, Any], body: bytes | memoryview) -> Response:
    return Response(**fields, body=bytes(body))


def _encoded(article: Article) -> str | tuple[Any, ...]:
    try:
        return _article, (msgspec.msgpack.encode(article),)
    except (UnicodeEncodeError, OverflowError):
        # Only pickle keeps lone surrogates, as in the name of a file that is no UTF-8, and integers beyond 64 bits.
        return article.__reduce__()


def _article(data: bytes) -> Article:
    return _ARTICLES.decode(data)


class _Pickler(pickle.Pickler):
    dispatch_table = copyreg.dispatch_table | {Article: _encoded, Response: _parted}
