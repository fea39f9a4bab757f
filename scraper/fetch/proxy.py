"""The way out: a proxy and the certificates to trust, as the settings name them and never as the environment does."""

from __future__ import annotations

import ssl
from urllib.parse import unquote, urlsplit

import certifi
import httpcore

from scraper import urls
from scraper.errors import ConfigError


def proxy_of(address: str) -> httpcore.Proxy:
    """Return the proxy at ``address``, which may hold a user name and a password."""
    url = urls.parse(address)
    if url is None or urls.scheme_of(url) not in ("http", "https"):
        # It may hold a password, so it is not shown.
        raise ConfigError("fetch.proxy: this is no address of a proxy; write it as http://proxy.example:3128")
    parts = urlsplit(url)
    auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return httpcore.Proxy(urls.without_secrets(url), auth=auth)


def trusting(ca_bundle: str) -> ssl.SSLContext:
    """Return a context that trusts the certificates in the file ``ca_bundle``, or the usual ones where it is ``""``."""
    try:
        return ssl.create_default_context(cafile=ca_bundle or certifi.where())
    except (OSError, ssl.SSLError) as error:
        why = getattr(error, "strerror", None) or error
        raise ConfigError(f"{ca_bundle}: cannot be read as certificates ({why}); name a PEM file") from error
