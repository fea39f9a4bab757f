"""Articles that are looked at again: when, with which request, and what becomes of the answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from corpus_builders import DAY, HOUR, NOON, OTHER, STORY, an_article, keep, opened, plan, records, removed, short_hash

from scraper.records import Article, Deferred, Failed, Outcome, Skipped, Target

URL = "http://news.test/a"
FIRST = Target(url=URL, source="main", published=NOON, etag='"1"', last_modified="Tue, 06 May 2025 12:00:00 GMT")
MOVED = Target(url=URL, source="main", published=NOON, modified=NOON + 2 * HOUR)
LATER = NOON + 3 * HOUR


def at(moved: datetime) -> Target:
    return msgspec.structs.replace(MOVED, modified=moved)


def look_again(folder: Path, outcome: Outcome, target: Target = MOVED, now: datetime = LATER) -> Outcome:
    return keep(folder, (target, outcome), now=now)[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keep(tmp_path, (FIRST, an_article(URL)))
    return tmp_path


def test_an_article_whose_date_stays_is_not_fetched_again(folder: Path) -> None:
    assert plan(folder, FIRST, now=LATER).fetch == []


def test_an_article_whose_date_moved_is_fetched_with_the_validators_of_its_page(folder: Path) -> None:
    [target] = plan(folder, MOVED, now=LATER).fetch

    assert (target.url, target.etag, target.last_modified) == (URL, FIRST.etag, FIRST.last_modified)


def test_a_changed_text_becomes_a_new_record(folder: Path) -> None:
    look_again(folder, an_article(URL, OTHER))

    old, new = records(folder)
    assert (old["revision"], old["previous_hash"]) == (1, None)
    assert (new["revision"], new["previous_hash"]) == (2, old["content_hash"])
    assert new["id"] == old["id"]
    assert new["duplicate"] == {"of": None, "kind": None, "cluster": None}


def test_a_third_version_follows_the_second(folder: Path) -> None:
    look_again(folder, an_article(URL, OTHER))
    look_again(folder, an_article(URL, STORY + " And then."), at(NOON + 5 * HOUR), NOON + 6 * HOUR)

    assert [(one["revision"], one["previous_hash"]) for one in records(folder)] == [
        (1, None),
        (2, short_hash(STORY)),
        (3, short_hash(OTHER)),
    ]


@pytest.mark.parametrize("outcome", [an_article(URL), Skipped(url=URL, reason="not_modified")])
def test_an_article_that_did_not_change_adds_nothing(folder: Path, outcome: Outcome) -> None:
    kept = look_again(folder, outcome)

    assert isinstance(kept, Skipped)
    assert kept.reason == "not_modified"
    assert len(records(folder)) == 1


def test_a_line_that_the_memory_of_the_site_now_takes_out_is_no_new_version(tmp_path: Path) -> None:
    footer = "The Eastwold Post has been printed since 1871"
    keep(tmp_path, (FIRST, an_article(URL, f"{STORY}\n{footer}")))

    kept = look_again(tmp_path, an_article(URL, STORY, removed=[removed("site.repeated", footer)]))

    assert isinstance(kept, Skipped)
    assert len(records(tmp_path)) == 1


@pytest.mark.parametrize(
    "outcome",
    [
        Failed(url=URL, reason="http_4xx", detail="HTTP 404"),
        Skipped(url=URL, reason="consent_wall"),
        Skipped(url=URL, reason="too_short"),
    ],
)
def test_an_article_whose_page_is_none_any_more_stays_one(folder: Path, outcome: Outcome) -> None:
    assert not isinstance(look_again(folder, outcome), Article)

    assert plan(folder, MOVED, now=LATER + 99 * DAY).seen == 1
    look_again(folder, an_article(URL, OTHER), at(LATER + DAY), LATER + 2 * DAY)
    assert [one["revision"] for one in records(folder)] == [1, 2]


def test_an_article_that_changed_too_soon_is_looked_at_after_its_rest_although_its_source_says_no_more(
    folder: Path,
) -> None:
    soon = NOON + timedelta(minutes=20)
    with opened(folder, soon) as corpus:
        assert corpus.plan([at(soon)]).fetch == []
        corpus.commit()

    assert plan(folder, now=NOON + HOUR - timedelta(seconds=1)).fetch == []
    assert [target.etag for target in plan(folder, now=NOON + HOUR).fetch] == [FIRST.etag]


def test_a_look_that_failed_is_tried_again_although_no_source_asks_for_it(folder: Path) -> None:
    look_again(folder, Failed(url=URL, reason="timeout"))

    assert plan(folder, now=LATER + HOUR - timedelta(seconds=1)).fetch == []
    assert [target.etag for target in plan(folder, now=LATER + HOUR).fetch] == [FIRST.etag]


def test_a_look_that_was_put_off_comes_again(folder: Path) -> None:
    look_again(folder, Deferred(url=URL, reason="interrupted"))

    assert [target.url for target in plan(folder, now=LATER).fetch] == [URL]


def test_a_feed_that_gives_a_new_date_each_time_is_believed_ever_more_rarely(folder: Path) -> None:
    now, looks = LATER, 0
    for _ in range(14 * 24):
        target = at(now)
        if plan(folder, target, now=now).fetch:
            looks += 1
            look_again(folder, Skipped(url=URL, reason="not_modified"), target, now)
        now += HOUR

    assert looks == 4


def test_an_article_that_came_without_a_date_gets_one_and_is_watched_from_then_on(tmp_path: Path) -> None:
    keep(tmp_path, (Target(url=URL, source="list"), an_article(URL)))
    keep(tmp_path, (FIRST, an_article("http://news.test/other", OTHER)), now=NOON + HOUR)

    assert len(plan(tmp_path, MOVED, now=LATER).fetch) == 1


def test_recheck_looks_again_at_what_is_young(folder: Path) -> None:
    old = Target(url="http://news.test/old", source="main")
    keep(folder, (old, an_article(old.url, OTHER)), now=NOON - 9 * DAY)

    again = plan(folder, now=NOON + 2 * DAY, recheck=3 * DAY)

    assert [target.url for target in again.fetch] == [URL]
    assert list(again.again) == [URL]


def test_an_article_that_moved_keeps_its_address(folder: Path) -> None:
    look_again(folder, an_article("http://news.test/moved", OTHER))

    assert [(one["url"], one["revision"]) for one in records(folder)] == [(URL, 1), (URL, 2)]


def test_a_new_version_is_kept_although_another_article_has_its_text(folder: Path) -> None:
    other = Target(url="http://b.test/x", source="main")
    keep(folder, (other, an_article(other.url, OTHER)), keep="first")

    keep(folder, (MOVED, an_article(URL, OTHER)), now=LATER, keep="first")

    assert records(folder)[2]["revision"] == 2
    assert records(folder)[2]["duplicate"]["of"] == short_hash(other.url)
