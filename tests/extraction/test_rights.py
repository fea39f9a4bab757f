from __future__ import annotations

from metadata_pages import ld, meta, told

from scraper.records import Rights


def test_a_page_that_says_nothing_has_unknown_rights() -> None:
    assert told().rights == Rights(license=None, tdm_reserved=None, noai=None)


def test_a_licence_link_is_made_absolute() -> None:
    assert told(head='<link rel="license" href="/terms">').rights.license == "https://news.example/terms"


def test_a_licence_in_json_ld_is_read() -> None:
    head = ld('{"@type": "NewsArticle", "license": "https://creativecommons.org/licenses/by/4.0/"}')

    assert told(head=head).rights.license == "https://creativecommons.org/licenses/by/4.0/"


def test_a_reservation_is_true_or_false_as_stated() -> None:
    assert told(head=meta("tdm-reservation", "1")).rights.tdm_reserved is True
    assert told(head=meta("tdm-reservation", "0")).rights.tdm_reserved is False
    assert told(head=meta("tdm-reservation", "perhaps")).rights.tdm_reserved is None


def test_noai_is_found_among_the_robots() -> None:
    assert told(head=meta("robots", "index,noai, noimageai")).rights.noai is True
    assert told(head=meta("robots", "noindex")).rights.noai is None
