"""Secrets come from the environment, reach the hosts that they are for, and nothing else: the real command."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from growing_site import Site, a_list, a_site, a_story, command

GET = (sys.executable, "-m", "scraper", "get")
SECRETS = {"NEWS_TOKEN": "tok-5ecret-1", "NEWS_SESSION": "ses-5ecret-2", "NEWS_PROXY": "me:pw-5ecret-3@127.0.0.1:1"}
LOGIN = "reader:pw-5ecret-4@"
LOOPBACK = '[fetch]\ndelay_s = 0\nbackoff_s = 0\ntries = 1\nallow_net = ["127.0.0.0/8"]\n'
HEADERS = LOOPBACK + (
    'headers = {Authorization = "Bearer ${NEWS_TOKEN}"}\n'
    '[fetch.host."127.0.0.1"]\ncookies = {session = "${NEWS_SESSION}"}\n'
)


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as running:
        yield running


def called(*line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    named = {key: value for key, value in os.environ.items() if not key.startswith("NEWS_")}
    return subprocess.run(line, capture_output=True, text=True, check=False, env={**named, **environment})


def all_bytes(folder: Path) -> bytes:
    """Return what all files hold but those that the user wrote, decompressed."""
    found = b""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in ("corpus.toml", "urls.txt"):
            data = path.read_bytes()
            found += gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    return found


def test_secrets_reach_their_host_and_no_file_log_or_command(tmp_path: Path, site: Site) -> None:
    feed = site.put_feed(site.put_stories(range(2))).replace("//", f"//{LOGIN}")
    listed = a_list(tmp_path, [site.put("/story/7", a_story(7)).replace("//", f"//{LOGIN}"), site.url("/down")])
    site.put("/down", "later", status=500)
    config = tmp_path / "corpus.toml"
    sources = f'[[source]]\nname = "fed"\nkind = "feed"\nurl = "{feed}"\n[[source]]\nname = "listed"\nkind = "urls"\n'
    config.write_text(f'[corpus]\nkeep_pages = true\n{HEADERS}{sources}path = "{listed}"\n', encoding="utf-8")

    done = called(*command(config, "-v", "--report", str(tmp_path / "report.json")), **SECRETS)
    shown = [called(*command(config, verb=verb), **SECRETS) for verb in ("config", "status", "verify")] + [
        called(*command(config, "show", f"{site.url('/story/7')}", verb="state"), **SECRETS)
    ]

    assert "3 articles" in done.stderr.splitlines()[-1]
    assert {site.headers["/story/0"].get(name) for name in ("Authorization", "Cookie")} == {
        "Bearer tok-5ecret-1",
        "session=ses-5ecret-2",
    }
    assert [one.returncode for one in shown] == [0, 0, 0, 0]
    told = done.stderr + "".join(one.stdout + one.stderr for one in shown)
    assert "5ecret" not in told
    assert b"5ecret" not in all_bytes(tmp_path)


def test_a_secret_that_is_not_there_is_told_before_the_first_request(tmp_path: Path, site: Site) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(HEADERS, encoding="utf-8")

    done = called(*GET, site.url("/"), "--settings", str(settings), NEWS_SESSION="x")

    assert done.returncode == 2
    assert "fetch.headers.Authorization asks the environment for NEWS_TOKEN, which is not set" in done.stderr
    assert not site.requests


def test_a_proxy_may_be_named_by_the_environment(tmp_path: Path, site: Site) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(LOOPBACK + 'proxy = "http://${NEWS_PROXY}"\n', encoding="utf-8")

    done = called(*GET, site.url("/"), "--settings", str(settings), "-v", **SECRETS)

    assert ": failed, connect: " in done.stderr
    assert "5ecret" not in done.stderr
    assert not site.requests


def test_commands_that_fetch_nothing_need_no_secret(tmp_path: Path, site: Site) -> None:
    config = tmp_path / "corpus.toml"
    config.write_text(f'{HEADERS}[[source]]\nname = "fed"\nkind = "feed"\nurl = "{site.url("/feed")}"\n')

    done = called(*command(config, verb="config"))

    assert done.returncode == 0
    assert 'headers = {Authorization = "(hidden)"}' in done.stdout
