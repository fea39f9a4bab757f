"""Proxies and certificates that the user names."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
from loopback import answer, quick, reasons, serve

from scraper.errors import ConfigError
from scraper.fetch import HttpFetcher
from scraper.fetch.proxy import proxy_of, trusting
from scraper.records import Failed, Response, Target

CERTIFICATE = Path(__file__).with_name("self_signed.pem")


def through_proxy(url: str, **settings: object) -> tuple[object, list[str], list[dict[str, str]]]:
    """Fetch ``url`` through a proxy that knows one page; return the outcome, and what the proxy was asked."""

    async def run() -> tuple[object, list[str], list[dict[str, str]]]:
        async with serve({"http://paper.test/1": answer("<p>text")}) as proxy:
            address = f"http://reader:s3cret@{proxy.host}:{proxy.port}"
            async with HttpFetcher(quick(proxy=address, **({"allow_net": ()} | settings))) as fetcher:
                return await fetcher.fetch(Target(url=url)), proxy.asked, proxy.headers

    return asyncio.run(run())


def test_all_requests_go_through_the_proxy_which_looks_the_names_up() -> None:
    page, asked, headers = through_proxy("http://paper.test/1")

    assert isinstance(page, Response)
    assert asked == ["http://paper.test/robots.txt", "http://paper.test/1"]
    assert headers[-1]["proxy-authorization"] == "Basic cmVhZGVyOnMzY3JldA=="


@pytest.mark.parametrize("host", ["127.1", "0x7f000001", "[::1]", "localhost", "a.localhost", "10.0.0.1"])
def test_an_address_that_is_not_public_is_not_asked_for_through_a_proxy(host: str) -> None:
    outcome, asked, _ = through_proxy(f"http://{host}/")

    assert isinstance(outcome, Failed)
    assert (outcome.reason, asked) == ("refused_address", [])


def test_a_proxy_that_refuses_the_tunnel_is_named() -> None:
    outcome, _, _ = through_proxy("https://paper.test/1")

    assert isinstance(outcome, Failed)
    assert outcome.reason == "connect"
    assert outcome.detail.startswith("the proxy refuses: 404")


@pytest.mark.parametrize("address", ["proxy.example:3128", "socks5://proxy.example", "http://"])
def test_an_address_that_is_none_of_a_proxy_is_refused_and_not_shown(address: str) -> None:
    with pytest.raises(ConfigError, match=r"^fetch\.proxy: this is no address of a proxy"):
        proxy_of(address)


def test_a_certificate_that_the_user_trusts_is_accepted() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE)

    async def run(ca_bundle: str) -> list[str]:
        async with (
            serve({"/a": answer("<p>text")}, tls=tls) as site,
            HttpFetcher(quick(ca_bundle=ca_bundle)) as fetcher,
        ):
            return reasons([await fetcher.fetch(Target(url=site.url("/a")))])

    assert asyncio.run(run(str(CERTIFICATE))) == ["ok"]
    assert asyncio.run(run("")) == ["tls"]


def test_a_bundle_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing\n")

    with pytest.raises(ConfigError, match=r"empty\.pem: cannot be read as certificates"):
        trusting(str(tmp_path / "empty.pem"))
    with pytest.raises(ConfigError, match=r"missing\.pem: cannot be read as certificates \(No such file"):
        trusting(str(tmp_path / "missing.pem"))
