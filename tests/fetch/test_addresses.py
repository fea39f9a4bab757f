"""Which addresses are dialled."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from scraper.fetch.addresses import AddressGuard


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.31.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "192.0.2.7",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "fe80::1",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "3fff::1",
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert AddressGuard().refusal(ip_address(address)) is not None


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::"],
)
def test_a_public_address_is_dialled(address: str) -> None:
    assert AddressGuard().refusal(ip_address(address)) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::ffff:127.0.0.1", "fd00::7"])
def test_an_opened_range_is_dialled(address: str) -> None:
    assert AddressGuard(["127.0.0.0/8", "fd00::/64"]).refusal(ip_address(address)) is None


def test_an_opened_range_opens_nothing_else() -> None:
    refusal = AddressGuard(["127.0.0.0/8"]).refusal(ip_address("10.0.0.1"))

    assert refusal == "10.0.0.1 is not a public address; --allow-net 10.0.0.1/32 allows it"
