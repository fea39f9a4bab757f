"""Thirty days of `scraper run` from a crontab, against a site that grows, changes, breaks and recovers.

Each day the real command runs once, with a clock that is set by the library of tests/faults. What the corpus holds
in the end is compared with what the site has published.
"""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from growing_site import NOUNS, PLACES, VERBS, Site, a_site
from simulated_cron import FIRST, Cron, a_cron

DAYS = 30

DOWN_FEED = 8  # the harbour feed answers 500
DOWN_SITE = 10  # everything does
STILL = 18  # nothing new anywhere
SILENT = range(19, 24)  # the harbour feed has nothing new
SHORT = 25  # from then on its stories are a fifth as long

A_DAY = {"harbour": 5, "valley": 2, "weather": 1}


@dataclass
class Story:
    """A story of the site, with all versions of its text."""

    source: str
    path: str
    day: int
    published: datetime
    versions: list[list[str]] = field(default_factory=list)


@dataclass
class Press:
    """Publishes on a site, day by day."""

    site: Site
    stories: list[Story] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)

    def publish(self, day: int) -> None:
        """Put the stories of a day and the lists of all sources on the site."""
        today = FIRST + timedelta(days=day)
        for source, number in A_DAY.items():
            rests = (source == "valley" and today.weekday() >= 5) or (source == "harbour" and day in SILENT)
            for count in range(0 if rests or day == STILL else number):
                moment = datetime.combine(today, time(6 + count), UTC)
                path = f"/{source}/{today:%Y/%m/%d}/story-{day}-{count}.html"
                self.add(Story(source, path, day, moment), paragraphs(path, 2 if day >= SHORT and count else 6))
        self.put_lists()

    def add(self, story: Story, text: list[str]) -> None:
        """Put a story on the site."""
        self.stories.append(story)
        self.change(story, text)

    def change(self, story: Story, text: list[str]) -> None:
        """Give a story another text."""
        story.versions.append(text)
        body = "".join(f"<p>{paragraph}</p>" for paragraph in text)
        title = f"The {random.Random(story.path).choice(NOUNS)} of day {story.day}"
        self.site.put(
            story.path,
            f'<!DOCTYPE html><html lang="en"><head><title>{title}</title></head><body><nav><a href="/">Home</a></nav>'
            f"<article><h1>{title}</h1>{body}</article><footer><p>© Eastwold Post</p></footer></body></html>",
        )

    def put_lists(self) -> None:
        """Put two feeds and a sitemap on the site: they name the newest stories."""
        for source in ("harbour", "valley"):
            items = "".join(
                f"<item><title>A story of {source}</title><link>{self.site.url(story.path)}</link>"
                f"<pubDate>{format_datetime(story.published)}</pubDate></item>"
                for story in self.newest(source, 30)
            )
            self.site.put(
                f"/{source}.xml", f'<rss version="2.0"><channel><title>{source}</title>{items}</channel></rss>'
            )
        entries = "".join(
            f"<url><loc>{self.site.url(story.path)}</loc><news:news><news:publication_date>"
            f"{story.published.isoformat()}</news:publication_date><news:title>A story</news:title></news:news></url>"
            for story in self.newest("weather", 10)
        )
        self.site.put(
            "/sitemap.xml",
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
            f' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{entries}</urlset>',
        )

    def newest(self, source: str, number: int) -> list[Story]:
        """Return the last stories of a source, the newest first."""
        return [story for story in self.stories if story.source == source][: -number - 1 : -1]

    def story(self, source: str, day: int) -> Story:
        """Return the first story of a day."""
        return next(story for story in self.stories if (story.source, story.day) == (source, day))


def paragraphs(seed: str, number: int) -> list[str]:
    """Return a text that no other seed has."""
    draw = random.Random(seed)
    return [
        " ".join(
            f"At {draw.choice(PLACES)} the {draw.choice(NOUNS)} was {draw.choice(VERBS)} by {draw.randint(2, 99)} men,"
            f" the {draw.choice(NOUNS)} of {draw.choice(PLACES)} was {draw.choice(VERBS)} in the end."
            for _ in range(4)
        )
        for _ in range(number)
    ]


@pytest.fixture
def cron(tmp_path: Path) -> Cron:
    return a_cron(tmp_path)


@pytest.fixture
def press(cron: Cron) -> Iterator[Press]:
    with a_site() as site:
        site.conditional = True
        sources = "".join(
            f'[[source]]\nname = "{name}"\nkind = "{kind}"\nurl = "{site.url(path)}"\n'
            for name, kind, path in (
                ("harbour", "feed", "/harbour.xml"),
                ("valley", "feed", "/valley.xml"),
                ("weather", "sitemap", "/sitemap.xml"),
            )
        )
        (cron.folder / "corpus.toml").write_text(
            f'[fetch]\ndelay_s = 0\nbackoff_s = 0\ntries = 1\nallow_net = ["127.0.0.0/8"]\n{sources}', encoding="utf-8"
        )
        yield Press(site)


def live_through(press: Press, cron: Cron) -> None:
    """Thirty days, with what happens on each of them."""
    site = press.site
    for day in range(DAYS):
        press.publish(day)
        broken = press.story("harbour", 5) if day in (5, 6) else None
        if day == 7:  # it recovers
            press.site.put(press.story("harbour", 5).path, *_page(press, press.story("harbour", 5)))
        if broken:
            site.put(broken.path, "down", status=500)
        if day == 12:  # a text changes, and the feed says so
            changed = press.story("harbour", 11)
            changed.published += timedelta(hours=20)
            press.change(changed, paragraphs("changed", 6))
        if day == 13:  # a feed names a page that is not there
            dead = Story("valley", "/valley/2025/03/16/dead.html", day, datetime(2025, 3, 16, 9, tzinfo=UTC))
            press.stories.append(dead)
        if day == 14:  # the same text under another address, and nearly the same
            model = press.story("harbour", 14)
            for name, more in (("copy", []), ("near", paragraphs("more", 1))):
                copy = Story("valley", f"/valley/2025/03/17/{name}.html", day, datetime(2025, 3, 17, 9, tzinfo=UTC))
                press.add(copy, [*model.versions[0], *more])
        if day == 16:  # a story that is known gets a second address
            moved = press.story("weather", 15)
            site.put("/weather/2025/03/19/moved.html", "", status=301, Location=site.url(moved.path))
            alias = Story("weather", "/weather/2025/03/19/moved.html", day, datetime(2025, 3, 19, 9, tzinfo=UTC))
            press.stories.append(alias)
        press.put_lists()
        answers = dict(site.answers)
        if day == DOWN_FEED:
            site.put("/harbour.xml", "down", status=500)
        if day == DOWN_SITE:
            for path in answers:
                site.put(path, "down", status=500)
        cron.run(site, day)
        site.answers = answers


def _page(press: Press, story: Story) -> tuple[str]:
    """Return the page of a story again."""
    text = story.versions.pop()
    press.change(story, text)
    return (press.site.answers[story.path][2].decode(),)


@pytest.mark.slow
def test_after_thirty_days_the_corpus_holds_what_the_site_has_published(press: Press, cron: Cron) -> None:
    live_through(press, cron)

    records = [json.loads(line) for line in (cron.folder / "articles.jsonl").read_bytes().splitlines()]
    found = Counter((record["url"], record["revision"], record["text"]) for record in records)
    expected = Counter(
        (press.site.url(story.path), number, "\n\n".join(text))
        for story in press.stories
        for number, text in enumerate(story.versions, 1)
    )
    assert found == expected
    assert set(found.values()) == {1}
    assert len(found) > 180

    marked = {record["url"].rsplit("/", 1)[1]: record["duplicate"] for record in records if record["duplicate"]["of"]}
    [model] = [record for record in records if record["url"].endswith(press.story("harbour", 14).path)]
    assert {name: (one["of"], one["kind"]) for name, one in marked.items()} == {
        "copy.html": (model["id"], "exact"),
        "near.html": (model["id"], "near"),
    }

    check_exit_codes(cron)
    check_requests(press, cron)


def check_exit_codes(cron: Cron) -> None:
    """A source that cannot be read is 3, one that is not what it was is 7, and all other days are well."""
    codes = {day: code for day, (code, _, _) in enumerate(cron.runs) if code}
    alarms = [alarm for _, said, _ in cron.runs for alarm in said["alarms"]]
    assert codes.pop(DOWN_FEED) == 3
    assert codes.pop(DOWN_SITE) == 3
    assert set(codes.values()) == {7}
    # Silent from day 18 on: day 20 is the first after two whole days of silence. Told once a day, until a story comes.
    assert [day for day in codes if day < SHORT] == [20, 21, 22, 23]
    assert alarms[:4] == ["source harbour: no new article since 2025-03-20; it had some every day before"] * 4
    # The newest 20 articles are those of four days: on day 27 most of them are short.
    assert [day for day in codes if day >= SHORT] == [27, 28, 29]
    assert [alarm.split(" have ")[0] for alarm in alarms[4:]] == ["source harbour: the last 20 articles"] * 3


def check_requests(press: Press, cron: Cron) -> None:
    """A day costs one request a source, and one for each page that is new, changed or broken; robots.txt counts for 24
    hours, so that a daily run asks for it on that day or on the next."""
    lists = {"/robots.txt", "/harbour.xml", "/valley.xml", "/sitemap.xml"}
    _, _, still = cron.runs[STILL]
    assert {path: times for path, times in still.items() if path != "/robots.txt"} == dict.fromkeys(
        lists - {"/robots.txt"}, 1
    )
    robots = [asked["/robots.txt"] for _, _, asked in cron.runs]
    assert set(robots) == {0, 1}
    assert all(today + tomorrow for today, tomorrow in itertools.pairwise(robots))
    assert press.site.unchanged["/harbour.xml"] >= 1
    new = Counter(story.day for story in press.stories)
    for day, (_, _, asked) in enumerate(cron.runs):
        late = new[day - 1] if day in (DOWN_FEED + 1, DOWN_SITE + 1) else 0
        assert asked.total() <= len(lists) + new[day] + late + 3, f"day {day}"
    pages: Counter[str] = Counter()
    for _, _, asked in cron.runs:
        pages.update(path for path in asked.elements() if path not in lists)
    # A page is asked for once; the broken one, those of the bad day and the changed one again.
    assert {path for path, times in pages.items() if times > 3} == set()
