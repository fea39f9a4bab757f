"""robots.txt: the corner cases of a crawler, with the answers that RFC 9309 gives, and thousands of real ones."""

from __future__ import annotations

import time
import zipfile

from conformance.conftest import Data, Reached
from scraper.fetch.robots import Rules, robots_text

LIMIT = 512 * 1024


# File, user agent, path, and whether RFC 9309 allows it.
CASES = [
    ("rfc9309-example-simple-robots", "anybot", "/page.gif", False),
    ("rfc9309-example-simple-robots", "anybot", "/page.gif.html", True),
    ("rfc9309-example-simple-robots", "anybot", "/example/a", False),
    ("rfc9309-example-simple-robots", "anybot", "/publications/a", True),
    ("rfc9309-example-simple-robots", "foobot", "/example/page.html", True),
    ("rfc9309-example-simple-robots", "foobot", "/example/allowed.gif", True),
    ("rfc9309-example-simple-robots", "foobot", "/publications/a", False),
    ("rfc9309-example-simple-robots", "bazbot", "/example/page.html", False),
    ("rfc9309-example-simple-robots", "bazbot", "/example/a", True),
    ("rfc9309-example-simple-robots", "quxbot", "/example/page.html", True),
    ("rfc9309-example-longest-match-robots", "foobot", "/example/page/", True),
    ("rfc9309-example-longest-match-robots", "foobot", "/example/page/disallowed.gif", False),
    ("rfc9309-example-rule-group-merging", "examplebot", "/foo", False),
    ("rfc9309-example-rule-group-merging", "examplebot", "/baz", False),
    ("rfc9309-example-rule-group-merging", "bazbot", "/foo", True),
    ("rfc9309-example-rule-group-merging", "anybot", "/bar", False),
    ("crawl-delay-group-merging", "mybot", "/private/a", False),
    ("crawl-delay-group-merging", "yourbot", "/private/a", False),
    ("extensions-group-merging", "mybot", "/private/a", False),
    ("extensions-group-merging", "yourbot", "/login/a", False),
    ("extensions-group-merging", "anybot", "/a", False),
    ("extensions-group-merging", "anybot", "/llms.txt", True),
    ("extension-robots", "mybot", "/private/a", False),
    ("extension-robots", "otherbot", "/admin/a", False),
    ("extension-robots", "anybot", "/private/a", True),
    ("directive-typos-robots", "bot1", "/dissalow/", False),
    ("directive-typos-robots", "bot2", "/useragent/", False),
    ("directive-typos-robots", "bot4", "/useragent-no-colon/", False),
    ("format-errors-robots", "bot1", "/whitespace-before-colon/", False),
    ("format-errors-robots", "bot1", "/no-colon/", False),
    ("format-errors-robots", "bot3", "/whitespace-before-colon", True),
    ("format-errors-robots", "bot3", "/a", False),
    ("merge-rules", "testy", "/a", False),
    ("merge-rules", "wget", "/foo/bar", True),
    ("merge-rules", "wget", "/tmp/bar", False),
    ("merge-rules", "anybot", "/foo/bar", False),
    ("precedence-of-rules", "testy", "/foo/bar", True),
    ("precedence-of-rules", "testy", "/foo/b", False),
    ("precedence-of-rules", "wget", "/foo", True),
    ("malformed-path", "anybot", "/wiki/Wikipedia_talk:Mediation_Committee/", False),
    ("robots-with-utf8-bom", "anybot", "/profile", False),
    ("robots-with-utf16le-bom", "anybot", "/a/output/print", False),
    ("robots-with-utf16be-bom", "anybot", "/search.aspx", False),
    ("robots-with-utf16be-bom", "anybot", "/a", True),
    ("wildcards", "anybot", "/gp/cart", False),
    ("wildcards", "anybot", "/dp/B0", True),
]


def test_corner_cases_have_the_answer_of_the_standard(data: Data, reached: Reached) -> None:
    right = []
    for name, agent, path, allowed in CASES:
        text = robots_text(data(f"robots/crawler-commons/{name}.txt").read_bytes(), cut=False)
        right.append(Rules(text, agent).allow(f"https://news.test{path}") == allowed)

    # Two do not pass: Protego lets a Crawl-delay end a group, as those who write "User-agent: *", "Crawl-delay: 10",
    # "User-agent: badbot", "Disallow: /" mean it.
    reached("crawler-commons: robots", right)


def test_no_file_of_the_crawler_s_is_too_much(data: Data) -> None:
    files = sorted(data("robots/crawler-commons").glob("*.txt"))

    for file in files:
        Rules(robots_text(file.read_bytes(), cut=False), "scraper").pace(1.0, 120.0)
    assert len(files) == 24


def test_no_real_file_raises_or_takes_a_second(data: Data) -> None:
    slow = []
    with zipfile.ZipFile(data("robots/real-robots-txt.zip")) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        for name in names:
            body = archive.read(name)[:LIMIT]
            start = time.process_time()
            rules = Rules(robots_text(body, cut=len(body) == LIMIT), "scraper")
            rules.allow("https://news.test/world/2026/11/" + "a-long-slug-" * 20)
            rules.pace(1.0, 120.0)
            if time.process_time() - start >= 1.0:
                slow.append(name)

    assert slow == []
    assert len(names) == 4231
