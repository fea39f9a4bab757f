"""Rows 11, 12, 13 and 44 of the matrix: where redirects and names lead, and what must not go along."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from loopback import Answer, Site, answer

from faults.conftest import LOOPBACK, Command, Run, Servers, good_page

pytestmark = pytest.mark.slow

ONLY_NEAR = ("--allow-net", "127.0.0.0/29")  # up to 127.0.0.7
FAR = "127.0.0.9"


def to(location: str) -> bytes:
    return answer(status="302 Found", Location=location)


@pytest.fixture
def canary(servers: Servers) -> Site:
    """A server that nobody may reach."""
    return servers.serve({"/": answer("canary"), "/robots.txt": answer("canary")}, FAR)


@pytest.mark.parametrize(
    ("routes", "requests"),
    [
        ({"/bad": to("/bad")}, 1),
        ({"/bad": to("/b"), "/b": to("/bad")}, 2),
        ({"/bad": to("/0"), **{f"/{number}": to(f"/{number + 1}") for number in range(20)}}, 11),
    ],
    ids=["to itself", "a-b-a", "without end"],
)
def test_row_11_redirects_without_end_end(
    among_good: Command, servers: Servers, routes: dict[str, Answer], requests: int
) -> None:
    site = servers.serve(routes)

    done = among_good(site.url("/bad"))

    assert done.reasons == ["redirects"]
    assert len(site.asked) - site.asked.count("/robots.txt") == requests
    assert done.code == 3


def test_row_11_hosts_whose_robots_txt_drip_share_the_time_of_the_url(among_good: Command, servers: Servers) -> None:
    async def drip_rules(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        for _ in range(16):
            writer.write(b"#\n")
            await writer.drain()
            await asyncio.sleep(0.1)

    following = servers.serve({"/robots.txt": drip_rules, "/bad": good_page(3)}, "127.0.1.8")
    for number in range(7, 0, -1):
        following = servers.serve({"/robots.txt": drip_rules, "/bad": to(following.url("/bad"))}, f"127.0.1.{number}")

    done = among_good(following.url("/bad"), fetch={"deadline_s": 2.0})

    assert done.reasons == ["too_slow"]
    assert 3.0 < done.loop_s < 1.6 + 2.0 + 2.0, "the first robots.txt has a time of its own"
    assert done.code == 3


@pytest.mark.parametrize("scheme", ["file://", "ftp://127.0.0.9", "data:text/html,<p>canary", "javascript:canary"])
def test_row_12_a_redirect_out_of_the_web_is_refused(among_good: Command, tmp_path: Path, scheme: str) -> None:
    (tmp_path / "canary.html").write_text("<p>canary")

    done = among_good(to(f"{scheme}{tmp_path}/canary.html"))

    assert done.reasons == ["refused_address"]
    assert b"canary" not in done.stdout
    assert done.code == 3


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.9", "127.9", "0x7f.9", "2130706441", "0177.0.0.011", "127.0.0.9."),
        *("[::ffff:127.0.0.9]", "[::127.0.0.9]", "[64:ff9b::7f00:9]", "[2002:7f00:9::]", "１２７.０.０.９"),
    ],
)
def test_row_13_an_address_that_is_not_allowed_is_never_dialled_however_it_is_spelled(
    among_good: Command, servers: Servers, canary: Site, host: str
) -> None:
    redirect = servers.serve({"/bad": to(f"http://{host}:{canary.port}/")})

    done = among_good(f"http://{host}:{canary.port}/", redirect.url("/bad"), options=ONLY_NEAR)

    assert done.reasons == ["refused_address", "refused_address"]
    assert canary.connections == 0
    assert done.code == 3


def test_row_13_nor_where_a_robots_txt_redirects_to_it(among_good: Command, servers: Servers, canary: Site) -> None:
    site = servers.serve({"/robots.txt": to(canary.url("/robots.txt")), "/bad": good_page(3)})

    done = among_good(site.url("/bad"), options=ONLY_NEAR)

    assert done.reasons == ["refused_address"]
    assert (canary.connections, site.asked) == (0, ["/robots.txt"])


def test_row_13_a_name_that_only_browsers_allow_is_looked_up_like_any_other(
    among_good: Command, servers: Servers
) -> None:
    site = servers.serve(
        {"/bad": to("http://xn--i-7iq.invalid/story")}
    )  # an emoji: UTS 46 allows it, IDNA 2008 does not

    done = among_good("http://xn--i-7iq.invalid/story", "http://\u2603.invalid/", site.url("/bad"))

    assert done.reasons == ["dns", "dns", "dns"]
    assert done.code == 3


@pytest.mark.parametrize("kind", ["feed", "sitemap", "listing"])
def test_row_13_nor_where_a_source_lies_there(scraper: Command, canary: Site, tmp_path: Path, kind: str) -> None:
    (tmp_path / "corpus.toml").write_text(
        f'[fetch]\nallow_net = ["127.0.0.0/29"]\n[[source]]\nname = "far"\nkind = "{kind}"\nurl = "{canary.url("/")}"\n'
    )

    done = scraper("run", "corpus.toml", with_settings=False)

    assert "source far failed" in done.stderr
    assert "refused_address: 127.0.0.9 is not a public address; --allow-net 127.0.0.0/8 allows it" in done.stderr
    assert canary.connections == 0
    assert done.code == 3


@pytest.mark.parametrize("kind", ["feed", "sitemap", "listing"])
def test_row_13_nor_where_a_source_links_to_it(
    scraper: Command, servers: Servers, canary: Site, tmp_path: Path, kind: str
) -> None:
    link = canary.url("/2026/11/24/a-story-that-nobody-may-read")
    source = {
        "feed": f"<rss version='2.0'><channel><item><link>{link}</link></item></channel></rss>",
        "sitemap": f"<sitemapindex><sitemap><loc>{link}</loc></sitemap></sitemapindex>",
        "listing": f"<main><h2><a href='{link}'>A story that nobody may read today</a></h2></main>",
    }[kind]
    site = servers.serve({"/source": answer(source)}, "127.0.0.2")
    (tmp_path / "corpus.toml").write_text(
        f'[fetch]\nallow_net = ["127.0.0.0/29"]\n[[source]]\nname = "near"\nkind = "{kind}"\n'
        f'url = "{site.url("/source")}"\n'
    )

    done = scraper("run", "corpus.toml", with_settings=False)

    assert site.asked.count("/source") == 1
    assert ("1 failed (refused_address 1)" in done.stderr) == (kind == "feed"), "others name pages of their site alone"
    assert canary.connections == 0
    assert done.code == 0


def test_row_13_nor_where_a_name_means_it_too(among_good: Command, canary: Site) -> None:
    done = among_good(f"http://both.test:{canary.port}/", options=ONLY_NEAR, names={"both.test": ["127.0.0.3", FAR]})

    assert done.reasons == ["refused_address"]
    assert canary.connections == 0


def test_row_13_nor_where_a_name_changes_its_answer(among_good: Command, servers: Servers, canary: Site) -> None:
    servers.serve({"/1": good_page(3), "/2": good_page(4)}, port=canary.port)
    names = {"turning.test": [["127.0.0.3"], [FAR]]}

    done = among_good(
        *(f"http://turning.test:{canary.port}/{number}" for number in (1, 2)), options=ONLY_NEAR, names=names
    )

    assert canary.connections == 0
    assert len(done.articles) == 4


@pytest.mark.parametrize("host", ["127.0.0.3", "127.0.0.5"], ids=["another port", "another host"])
def test_row_44_a_secret_is_not_told_to_where_a_redirect_leads(
    among_good: Command, servers: Servers, tmp_path: Path, host: str
) -> None:
    other = servers.serve({"/there": good_page(3)}, host)
    site = servers.serve({"/bad": to(other.url("/there"))})
    (tmp_path / "cookies.txt").write_text(
        f"# Netscape HTTP Cookie File\n{site.host}\tFALSE\t/bad\tFALSE\t4102444800\tsid\ts3cret\n"
    )
    secrets = ("--header", "X-Key: s3cret", "--header", "Authorization: s3cret", "--cookies", "cookies.txt")

    done = among_good(site.url("/bad"), options=(*LOOPBACK, *secrets))

    asked = site.headers[site.asked.index("/bad")]
    assert (asked["x-key"], asked["authorization"], asked["cookie"]) == ("s3cret", "s3cret", "sid=s3cret")
    assert other.asked == ["/robots.txt", "/there"]
    assert "s3cret" not in str(other.headers)
    assert "s3cret" not in done.stderr
    assert done.code == 0


FEED = "<rss version='2.0'><channel>{}</channel></rss>"
SECRET = ("--header", "X-Key: s3cret")


def heard(site: Site) -> list[str]:
    """Return the paths that the secret was sent to."""
    return [path for path, headers in zip(site.asked, site.headers, strict=True) if "s3cret" in headers.values()]


@pytest.mark.parametrize("command", ["get", "run"])
def test_row_44_nor_to_where_a_feed_leads(scraper: Command, servers: Servers, tmp_path: Path, command: str) -> None:
    other = servers.serve({"/there": good_page(3)}, "127.0.0.3")
    routes: dict[str, Answer] = {"/here": good_page(2)}
    site = servers.serve(routes, "127.0.0.2")
    links = (other.url("/there"), site.url("/here"))
    routes["/feed"] = answer(FEED.format("".join(f"<item><link>{link}</link></item>" for link in links)))
    (tmp_path / "corpus.toml").write_text(
        '[fetch]\nallow_net = ["127.0.0.0/8"]\ndelay_s = 0\nheaders = {X-Key = "s3cret"}\n'
        f'[[source]]\nname = "feed"\nkind = "feed"\nurl = "{site.url("/feed")}"\n'
    )

    if command == "get":
        done = scraper("get", *LOOPBACK, *SECRET, "--from", site.url("/feed"))
    else:
        done = scraper("run", "corpus.toml", with_settings=False)

    assert (sorted(heard(site)), heard(other)) == (["/feed", "/here"], []), done.stderr
    assert "/there" in other.asked
    assert done.code == 0


def test_row_44_nor_to_where_an_article_goes_on(scraper: Command, servers: Servers) -> None:
    other = servers.serve({"/story?page=2": good_page(1)})
    page = good_page(1).partition(b"\r\n\r\n")[2].decode()
    routes: dict[str, Answer] = {"/story?page=2": good_page(1)}
    site = servers.serve(routes)

    def read(following: Site) -> Run:
        link = f'<a rel="next" href="{following.url("/story?page=2")}">Next</a>'
        routes["/story"] = answer(page.replace("</body>", f"{link}</body>") if "</body>" in page else page + link)
        return scraper("get", *LOOPBACK, *SECRET, site.url("/story"))

    assert len(read(other).articles) == 1
    assert (heard(site), other.asked) == (["/story"], [])
    read(site)
    assert heard(site) == ["/story", "/story", "/story?page=2"], "the same origin is meant"


def test_row_44_a_list_of_urls_names_the_origins_of_its_lines(
    scraper: Command, servers: Servers, tmp_path: Path
) -> None:
    sites = [servers.serve({"/ok": good_page(number)}, f"127.0.0.{number}") for number in (2, 3)]
    (tmp_path / "urls.txt").write_text("".join(f"{site.url('/ok')}\n" for site in sites))
    (tmp_path / "corpus.toml").write_text(
        '[fetch]\nallow_net = ["127.0.0.0/8"]\ndelay_s = 0\nheaders = {X-Key = "s3cret"}\n'
        '[[source]]\nname = "list"\nkind = "urls"\npath = "urls.txt"\n'
    )

    scraper("get", *LOOPBACK, *SECRET, "-i", "urls.txt")
    scraper("run", "corpus.toml", with_settings=False)

    assert [heard(site) for site in sites] == [["/ok", "/ok"]] * 2


def test_a_password_in_a_url_is_sent_and_never_shown(scraper: Command, servers: Servers) -> None:
    site = servers.serve({"/ok": good_page(1)})
    urls = [site.url(path).replace("//", "//reader:s3cret@") for path in ("/ok", "/missing")]

    done = scraper("get", *LOOPBACK, "-v", *urls)

    assert site.headers[site.asked.index("/ok")]["authorization"] == "Basic cmVhZGVyOnMzY3JldA=="
    assert (len(done.articles), done.reasons) == (1, ["http_4xx"])
    assert "s3cret" not in done.stdout.decode() + done.stderr + str(done.failures)
