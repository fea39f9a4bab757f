"""`scraper discover`, `scraper get --from` and corpora of sites, with the real command over loopback."""

from __future__ import annotations

import gzip
import importlib.util
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from growing_site import Site, a_site, a_story, articles, command, run

ROOT = Path(__file__).parents[2]
NOTHING_NEW = (0, "0 found = 0 seen + 0 articles + 0 skipped + 0 failed + 0 deferred")


def load(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


build = load("fixtures/sites/build.py")


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as running:
        yield running


def put_built(site: Site, name: str) -> set[str]:
    """Let the site be one of fixtures/sites; return the addresses of its articles."""
    built = build.SITES[name]()
    site.answers = {path: (200, {"Content-Type": kind}, body) for path, (kind, body) in built.answers.items()}
    return {site.url(path) for path in built.articles}


def scraper(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scraper", *arguments, "--allow-net", "127.0.0.0/8", "--delay", "0"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=folder)


def found_at(*arguments: str) -> list[dict[str, Any]]:
    done = scraper("discover", "--json", *arguments)
    return [json.loads(line) for line in done.stdout.split("\n")[:-1]]


def a_corpus(folder: Path, kind: str, url: str, more: str = "") -> Path:
    path = folder / "corpus.toml"
    source = f'[[source]]\nname = "site"\nkind = "{kind}"\nurl = "{url}"\n{more}\n'
    path.write_text(f'[fetch]\ndelay_s = 0\nallow_net = ["127.0.0.0/8"]\n{source}', encoding="utf-8")
    return path


@pytest.mark.parametrize("name", sorted(build.SITES))
def test_the_articles_of_a_site_are_found_and_hardly_anything_else(site: Site, name: str) -> None:
    there = put_built(site, name)

    found = {one["url"] for one in found_at(site.url("/"))}

    assert len(found & there) >= 0.95 * len(there)
    assert len(found - there) <= 0.02 * len(found)


def test_the_articles_of_the_little_news_site_are_found() -> None:
    little = load("fixtures/serve.py").serve()
    try:
        found = {one["url"] for one in found_at(f"{little.address}/")}
        there = set(little.urls())
    finally:
        little.stop()

    assert len(found & there) >= 0.95 * len(there)
    assert len(found - there) <= 0.02 * len(found)


@pytest.mark.parametrize(
    ("path", "options", "languages"),
    [
        ("/zh/", [], {"zh"}),
        ("/en/", [], {"en"}),
        ("/", ["--lang", "en"], {"en"}),
        ("/", ["--lang", "zh"], {"zh"}),
        ("/zh/", ["--lang", "en"], {"en"}),
        ("/", [], {"zh", "en"}),
    ],
)
def test_the_languages_of_a_site_are_kept_apart(site: Site, path: str, options: list[str], languages: set[str]) -> None:
    there = put_built(site, "languages")

    found = {one["url"] for one in found_at(site.url(path), *options)}

    assert found == {url for url in there if url.split("/")[3] in languages}


def test_a_front_page_that_is_not_there_in_a_language_is_no_failure(site: Site) -> None:
    put_built(site, "hindi")

    done = scraper("discover", site.url("/"), "--lang", "en,hi")

    assert len(done.stdout.split()) == 36


def test_the_language_of_a_list_is_that_of_its_links(site: Site) -> None:
    put_built(site, "no_feed")

    assert {one["language"] for one in found_at(site.url("/"))} == {"de"}
    assert found_at(site.url("/"), "--lang", "fr") == []


def test_what_is_known_of_a_link_is_told_newest_first(site: Site) -> None:
    put_built(site, "no_feed")

    found = found_at(site.url("/"), "--max", "3")

    assert [one["published"][:10] for one in found] == ["2026-11-24"] * 3
    assert found[0]["title"] == build.a_headline("de", 0)
    assert (found[0]["via"], found[0]["source"]) == ("listing", site.url("/"))


def test_impossible_dates_are_unknown(site: Site) -> None:
    put_built(site, "wrong_dates")

    published = [one["published"] for one in found_at(site.url("/rss.xml"))]

    assert Counter(day[:4] if day else None for day in published) == {None: 10, "2026": 2}


def test_old_links_are_left_out_before_a_fetch(site: Site) -> None:
    put_built(site, "index_only")

    found = found_at(site.url("/"), "--since", "2026-11-20")

    assert {one["modified"][:10] for one in found} == {f"2026-11-{day}" for day in range(20, 25)}
    assert site.requests["/maps/articles-1.xml"] == 0


def test_addresses_are_chosen_by_parts(site: Site) -> None:
    put_built(site, "no_feed")

    found = found_at(site.url("/"), "--include", "/sport/", "--include", "/land/", "--exclude", "*-42*.html")

    assert {one["url"].split("/")[3] for one in found} == {"land"}


def test_without_json_there_is_one_address_a_line(site: Site) -> None:
    there = put_built(site, "mixed_front")

    done = scraper("discover", site.url("/"))

    assert set(done.stdout.split()) == there
    assert done.stderr == f"{site.url('/')}: 30 articles, from 2 listings\n"


def test_a_site_without_articles_is_code_4(site: Site) -> None:
    site.put("/", "<html><body><h1>Under construction</h1><p>Come back later.</p></body></html>")

    done = scraper("discover", site.url("/"))

    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.endswith("no article was found\n")


def test_a_reader_that_has_enough_is_no_bug(site: Site) -> None:
    put_built(site, "no_feed")
    command = f"{sys.executable} -m scraper discover {site.url('/')} --allow-net 127.0.0.0/8 --delay 0 | head -1"

    done = subprocess.run(
        ["bash", "-c", f"{command}; echo ${{PIPESTATUS[0]}}"], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.split()[1] in ("0", "141")
    assert "Traceback" not in done.stderr


def test_get_says_where_a_site_offers_nothing(site: Site) -> None:
    site.put("/", "<p>We have moved.</p>")

    done = scraper("get", "--from", site.url("/"))

    assert "no article was found" in done.stderr
    assert done.returncode == 4


def test_a_site_that_is_down_is_told(site: Site) -> None:
    site.put("/", "down", status=404)

    done = scraper("discover", site.url("/"))

    assert done.returncode == 4
    assert "http_4xx: HTTP 404" in done.stderr


def test_get_from_fetches_what_is_found(site: Site, tmp_path: Path) -> None:
    put_built(site, "script_paged")

    done = scraper("get", "--from", site.url("/"), "--max", "4", "-o", "out.jsonl", folder=tmp_path)

    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    assert [json.loads(line)["title"] for line in lines] == [build.a_headline("zh", number) for number in range(4)]
    assert done.stderr.endswith("4 inputs = 4 articles + 0 skipped + 0 failed + 0 deferred\n")


def test_get_leaves_out_a_page_that_says_itself_that_it_is_old(site: Site, tmp_path: Path) -> None:
    there = put_built(site, "mixed_front")
    oldest = sorted(there)[-1]

    done = scraper("get", oldest, "--since", "2026-11-23", folder=tmp_path)

    assert (done.returncode, done.stdout) == (4, "")
    assert "skipped, too_old" in done.stderr


@pytest.mark.parametrize(
    ("name", "kind", "path", "asked"),
    [
        ("wrong_dates", "feed", "/rss.xml", {"/rss.xml": 1}),
        ("index_only", "sitemap", "/maps/index.xml", {"/maps/index.xml": 1}),
        ("script_paged", "listing", "/xw/", {"/xw/": 1}),
        ("no_feed", "site", "/", {"/": 1, "/stadt/": 1, "/land/": 1, "/sport/": 1}),
        ("wrong_dates", "site", "/", {"/": 1}),
    ],
)
def test_what_did_not_change_costs_a_corpus_one_request(
    site: Site, tmp_path: Path, name: str, kind: str, path: str, asked: dict[str, int]
) -> None:
    put_built(site, name)
    config = a_corpus(tmp_path, kind, site.url(path), 'since = "2026-11-23T12:00:00"')
    run(config)
    assert articles(tmp_path)
    site.requests.clear()

    assert run(config) == NOTHING_NEW
    del site.requests["/robots.txt"]
    assert site.requests == asked


def test_validators_are_sent_and_304_is_no_change(site: Site, tmp_path: Path) -> None:
    stories = site.put_stories(range(2))
    feed = site.put_feed(stories)
    status, headers, body = site.answers["/feed.xml"]
    site.answers["/feed.xml"] = (status, {**headers, "ETag": '"1"', "Last-Modified": "yesterday"}, body)
    config = a_corpus(tmp_path, "feed", feed)
    run(config)
    site.answers["/feed.xml"] = (304, {}, b"")

    assert run(config) == NOTHING_NEW


def test_a_source_that_did_not_change_is_told_as_not_modified(site: Site, tmp_path: Path) -> None:
    site.put_feed(site.put_stories(range(2)))
    config = a_corpus(tmp_path, "feed", site.url("/feed.xml"))
    run(config)
    command = [sys.executable, "-m", "scraper", "run", str(config), "--report", str(tmp_path / "report.json")]

    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert "source site: not_modified, it did not change since the last run\n" in done.stderr
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["sources"][0]["not_modified"] is True


def test_a_changed_list_brings_what_is_new(site: Site, tmp_path: Path) -> None:
    put_built(site, "script_paged")
    config = a_corpus(tmp_path, "listing", site.url("/xw/"), "max = 3")
    run(config)
    new = build.Story("/xw/202611/t20261124_99999.html", build.a_headline("zh", 777), build.NOW)
    built = build.Built()
    built.stories([new], "zh")
    site.put(new.path, built.answers[new.path][1].decode())
    page = site.answers["/xw/"][2].decode()
    site.put("/xw/", page.replace("<ul><li><a", f"<ul><li>{build.link(new)}<span>2026-11-24</span></li><li><a", 1))

    assert run(config)[1].startswith("3 found = 2 seen + 1 article ")
    assert articles(tmp_path)[-1]["url"] == site.url(new.path)


def test_a_sitemap_full_of_entities_is_refused(site: Site, tmp_path: Path) -> None:
    put_built(site, "mixed_front")
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><urlset><url><loc>/&b;</loc></url></urlset>'
    site.put("/sitemap.xml", laughs)
    config = a_corpus(tmp_path, "sitemap", site.url("/sitemap.xml"))

    assert run(config)[0] == 3
    assert len(found_at(site.url("/"))) == 30


@pytest.mark.parametrize("path", ["/sitemap.xml", "/map"])
def test_a_sitemap_full_of_entities_has_a_reason(site: Site, path: str) -> None:
    laughs = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><urlset><url><loc>/&a;</loc></url></urlset>'
    site.put(path, laughs)

    done = scraper("discover", site.url(path))

    assert done.returncode == 4
    assert "it declares entities, which no sitemap needs" in done.stderr


def test_a_sitemap_behind_the_warnings_of_its_server_is_read(site: Site) -> None:
    stories = [build.Story(f"/2026/11/24/story-of-boat-{n}", "", build.NOW) for n in range(5)]
    warning = "<br />\n<b>Warning</b>: Undefined index in <b>/srv/map.php</b> on line <b>7</b><br />\n\n"
    for path in ("/sitemap.xml", "/map"):
        site.put(path, warning + '<?xml version="1.0"?>' + build.urlset(stories))

        assert len(scraper("discover", site.url(path)).stdout.split()) == 5


@pytest.mark.parametrize(
    ("before", "encoding"),
    [("\n\n", "utf-8-sig"), ("<br />\n<b>Warning</b>: no index <b>3</b><br />\n", "utf-8"), ("", "utf-16")],
)
def test_a_feed_behind_what_its_server_says_is_read(site: Site, before: str, encoding: str) -> None:
    site.put_feed(site.put_stories(range(3)))
    feed = site.answers["/feed.xml"][2].decode()
    for path in ("/feed.xml", "/latest"):
        site.answers[path] = (200, {"Content-Type": "application/rss+xml"}, (before + feed).encode(encoding))

        assert len(scraper("discover", site.url(path)).stdout.split()) == 3


def test_an_index_whose_sitemaps_all_fail_is_a_failure_each_time(site: Site, tmp_path: Path) -> None:
    names = "".join(f"<sitemap><loc>{site.url(f'/map-{n}.xml')}</loc></sitemap>" for n in range(2))
    site.put("/sitemap.xml", f"<sitemapindex>{names}</sitemapindex>", Content_Type="application/xml")
    config = a_corpus(tmp_path, "sitemap", site.url("/sitemap.xml"))

    for _ in range(2):
        done = subprocess.run(command(config), capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 3
        assert "none of its sitemaps can be read" in done.stderr or "http_4xx: HTTP 404" in done.stderr


def test_a_front_page_that_a_script_makes_is_no_trouble_where_a_sitemap_names_all(site: Site, tmp_path: Path) -> None:
    site.put("/", "<html><body><div id='app'></div><script src='/a.js'></script></body></html>")
    stories = [build.Story(f"/2026/11/24/story-of-boat-{n}", build.a_headline("en", n), build.NOW) for n in range(5)]
    built = build.Built()
    built.stories(stories, "en")
    for story in stories:
        site.put(story.path, built.answers[story.path][1].decode())
    site.put("/sitemap.xml", build.urlset(stories), Content_Type="application/xml")
    config = a_corpus(tmp_path, "site", site.url("/"))
    command = [sys.executable, "-m", "scraper", "run", str(config)]

    said = [subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stderr for _ in range(2)]

    assert "5 found = 0 seen + 5 articles" in said[0]
    assert ["needs_js" in one for one in said] == [False, False]


def test_a_source_of_one_page_is_told_in_the_singular(site: Site, tmp_path: Path) -> None:
    site.put_feed(site.put_stories(range(1)))
    config = a_corpus(tmp_path, "feed", site.url("/feed.xml"))

    done = subprocess.run(
        [sys.executable, "-m", "scraper", "run", str(config)], capture_output=True, text=True, check=False, timeout=60
    )

    assert "source site names 1 page\n" in done.stderr


def test_a_list_without_end_is_left_and_told(site: Site) -> None:
    def page(number: int) -> str:
        links = "".join(
            f'<h2><a href="/2026/11/24/story-{number}-{place}">The {place}th story of page {number} is long</a></h2>'
            for place in range(5)
        )
        return f'<html><body><main>{links}</main><a rel="next" href="/?page={number + 1}">On</a></body></html>'

    site.put("/", page(1))
    for number in range(2, 200):
        site.put(f"/?page={number}", page(number))

    done = scraper("discover", site.url("/"))

    assert len(done.stdout.split()) == 250
    assert f"{site.url('/')}: the list was followed over 50 pages; there may be more" in done.stderr


def test_a_trap_holds_up_no_other_site(site: Site, tmp_path: Path) -> None:
    there = put_built(site, "mixed_front")
    (tmp_path / "s.toml").write_text("[discover]\nmax_requests = 20\n", encoding="utf-8")
    with a_site() as trap:
        for number in range(1, 40):
            path = "/" if number == 1 else f"/?page={number}"
            story = f'<h2><a href="/2026/11/24/story-{number}">The only story of page {number} is long</a></h2>'
            trap.put(path, f'<main>{story}</main><a rel="next" href="/?page={number + 1}">Next</a>')
        done = scraper("discover", trap.url("/"), site.url("/"), "--settings", str(tmp_path / "s.toml"))
        warning = f"{trap.url('')}: stopped after as many requests as a site may take"

    assert there <= set(done.stdout.split())
    assert warning in done.stderr
    assert done.returncode == 0


def test_a_budget_of_requests_is_kept_and_told(site: Site, tmp_path: Path) -> None:
    put_built(site, "no_feed")
    (tmp_path / "s.toml").write_text("[discover]\nmax_requests = 14\n", encoding="utf-8")

    done = scraper("discover", site.url("/"), "--settings", str(tmp_path / "s.toml"))

    assert sum(site.requests.values()) == 14
    assert site.requests["/robots.txt"] == 1
    assert "discover.max_requests" in done.stderr
    assert done.returncode == 0


@pytest.mark.slow
def test_a_feed_of_100000_entries_is_read_in_part(site: Site) -> None:
    site.put_feed([site.url(f"/2026/11/24/a-story-of-{number}") for number in range(100_000)])

    done = scraper("discover", site.url("/feed.xml"), "--max", "10")

    assert len(done.stdout.split()) == 10


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_sitemap_of_five_million_addresses_takes_little_memory(site: Site, encoding: str) -> None:
    stories = build.urlset([build.Story(f"/2026/11/24/story-of-boat-{n}", "", build.NOW) for n in range(100)])
    many = stories.replace("</urlset>", "<url><loc>/2026/11/24/a-story-of-all</loc></url>" * 5_000_000 + "</urlset>")
    site.put("/sitemap.xml", "")
    headers = {"Content-Type": "application/xml"} | ({"Content-Encoding": encoding} if encoding else {})
    site.answers["/sitemap.xml"] = (200, headers, gzip.compress(many.encode(), 1))
    command = [sys.executable, "-m", "scraper", "discover", site.url("/sitemap.xml"), "--allow-net", "127.0.0.0/8"]
    watch = "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], capture_output=True, text=True); "
    tell = "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, done.stderr)"

    done = subprocess.run([sys.executable, "-c", watch + tell, *command], capture_output=True, text=True, check=True)

    code, kilobytes, said = done.stdout.split(" ", 2)
    assert int(kilobytes) < 300_000
    assert (code, "it names more than 50000 urls" in said) == ("0", True)


def a_large_sitemap(size: int) -> str:
    """Return a sitemap of ten stories, whose pictures have long titles."""
    stories = [build.Story(f"/2026/11/24/a-story-of-boat-{number}", "", build.NOW) for number in range(10)]
    picture = f"<image:image><image:title>{'A boat. ' * 6000}</image:title></image:image></url>"
    pictures = size // 10 // len(picture) + 1
    return build.urlset(stories).replace("</url>", picture[: -len("</url>")] * pictures + "</url>")


@pytest.mark.slow
@pytest.mark.parametrize("through_index", [False, True])
def test_a_sitemap_larger_than_any_page_is_read_in_little_memory(site: Site, through_index: bool) -> None:
    site.put("/sitemap.xml", a_large_sitemap(40_000_000), Content_Type="application/xml")
    site.put("/index.xml", f"<sitemapindex><sitemap><loc>{site.url('/sitemap.xml')}</loc></sitemap></sitemapindex>")

    done, megabytes = measured(site.url("/index.xml" if through_index else "/sitemap.xml"))

    assert len(done.stdout.split()) == 10
    assert megabytes < 120
    assert site.requests["/sitemap.xml"] == 1


def test_a_page_that_is_only_called_a_sitemap_is_read_as_a_page(site: Site) -> None:
    stories = [site.put(f"/2026/11/24/a-story-of-a-boat-{number}", a_story(number)) for number in range(6)]
    items = "".join(
        f"<li><h2><a href='{story}'>The story of boat {n} and its crew</a></h2></li>" for n, story in enumerate(stories)
    )
    site.put("/sitemap.html", f"<html><body><main><ul>{items}</ul></main></body></html>")

    done = scraper("discover", site.url("/sitemap.html"))

    assert set(done.stdout.split()) == set(stories)


@pytest.mark.slow
def test_of_a_sitemap_beyond_50_mib_the_first_50_are_read(site: Site) -> None:
    site.put("/sitemap.xml", a_large_sitemap(80_000_000), Content_Type="application/xml")

    done, megabytes = measured(site.url("/sitemap.xml"))

    assert 5 <= len(done.stdout.split()) < 10
    assert "was not read to its end: it has more than 52428800 bytes" in done.stderr
    assert megabytes < 120


def measured(url: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """Discover what is at ``url``; return how that ended and the most memory that it took, in MB."""
    watch = "import resource, subprocess, sys; subprocess.run(sys.argv[1:]); "
    tell = "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)"
    command = [sys.executable, "-m", "scraper", "discover", url, "--allow-net", "127.0.0.0/8", "--delay", "0"]
    done = subprocess.run([sys.executable, "-c", watch + tell, *command], capture_output=True, text=True, check=True)
    return done, int(done.stderr.split()[-1]) / 1024


def test_an_index_that_names_itself_is_read_once(site: Site) -> None:
    stories = build.urlset([build.Story("/2026/11/24/a-story-of-a-boat", "", build.NOW)])
    site.put("/maps/posts.xml", stories)
    named = "".join(f"<sitemap><loc>{site.url(path)}</loc></sitemap>" for path in ("/index.xml", "/maps/posts.xml"))
    site.put("/index.xml", f"<sitemapindex>{named}</sitemapindex>")

    done = scraper("discover", site.url("/index.xml"))

    assert done.stdout.split() == [site.url("/2026/11/24/a-story-of-a-boat")]
    assert (site.requests["/index.xml"], site.requests["/maps/posts.xml"]) == (1, 1)
