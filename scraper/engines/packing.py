"""Pickles of what workers send back: articles in them are MessagePack, which takes a sixth of the time."""

from __future__ import annotations

import copyreg
import pickle
from io import BytesIO
from typing import Any

import msgspec

from scraper.records import Article

_ARTICLES = msgspec.msgpack.Decoder(Article)


def dumps(value: Any) -> bytes:
    """Return a pickle of ``value``, for :func:`pickle.loads`."""
    buffer = BytesIO()
    _Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(value)
    return buffer.getvalue()


def unpacked(data: bytes) -> Article:
    """Return the article in a MessagePack."""
    return _ARTICLES.decode(data)


def _packed(article: Article) -> str | tuple[Any, ...]:
    try:
        return unpacked, (msgspec.msgpack.encode(article),)
    except UnicodeEncodeError:  # the name of a file that is no UTF-8 has lone surrogates, which only pickle keeps
        return article.__reduce__()


class _Pickler(pickle.Pickler):
    dispatch_table = copyreg.dispatch_table | {Article: _packed}
