from __future__ import annotations

from metadata_pages import STORY, columns_of, meta, told

from scraper.extraction.pictures import pictures
from scraper.records import Image

BASE = "https://news.example/ferry"


def images_of(body: str, head: str = "") -> tuple[Image, ...]:
    columns = columns_of(body, head)
    places = [block for block, text in enumerate(columns.text) if text.startswith("The ferry between")]
    return pictures(columns, told(body, head, url=BASE), places, BASE)


def test_a_caption_belongs_to_the_picture_of_its_figure() -> None:
    body = f'{STORY}<figure><img src="/a.jpg"><figcaption>The ferry at noon</figcaption></figure>{STORY}'

    assert images_of(body) == (Image(url="https://news.example/a.jpg", caption="The ferry at noon"),)


def test_a_credit_is_parted_from_the_caption() -> None:
    body = (
        f'{STORY}<figure><img src="/a.jpg"><figcaption>The ferry at noon (Photo: Ben Cole)</figcaption></figure>{STORY}'
    )

    assert images_of(body)[0] == Image(url="https://news.example/a.jpg", caption="The ferry at noon", credit="Ben Cole")


def test_the_picture_of_the_head_comes_first_and_counts_once() -> None:
    body = (
        f'{STORY}<img src="/b.jpg"><figure><img src="/a-640x480.jpg"><figcaption>At noon</figcaption></figure>{STORY}'
    )

    assert images_of(body, meta("og:image", "/a.jpg")) == (
        Image(url="https://news.example/a.jpg", caption="At noon"),
        Image(url="https://news.example/b.jpg"),
    )


def test_pictures_that_follow_the_end_of_the_text_count_up_to_the_teasers() -> None:
    figure = '<figure><img src="/{0}.jpg"><figcaption>{1}</figcaption></figure>'
    captions = ["At noon", "In the yard", "By night"]
    teaser = figure.format("t", '<a href="/tide">Low tide, and what it left on the sand</a>')
    body = STORY + "".join(map(figure.format, "abc", captions)) + f"<p>Menu</p>{teaser}{teaser}"

    assert [image.caption for image in images_of(body)] == captions


def test_icons_and_pictures_outside_of_the_text_are_left_out() -> None:
    far = "<p>Menu</p>" * 20
    body = f'<img src="/logo.png">{far}{STORY}<img src="/icon.png" width="16">{STORY}{far}<img src="/ad.png">'

    assert images_of(body) == ()
