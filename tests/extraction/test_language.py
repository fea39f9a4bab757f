from __future__ import annotations

import subprocess
import sys

import pytest

from scraper.extraction.language import decide, detect, primary


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The ferry is back in service, and the people of the island are glad that it was repaired."),
        ("de", "Die Fähre ist wieder da, und die Leute auf der Insel freuen sich, dass sie nicht mehr warten."),
        ("fr", "Le bac est de retour dans le port, et les habitants de l'île sont contents pour une fois."),
        ("es", "El transbordador ha vuelto al puerto y los vecinos de la isla están contentos por una vez."),
        ("ca", "El transbordador ha tornat al port i els veïns de l'illa estan contents amb el nou servei."),
        ("gl", "O transbordador volveu ao porto e os veciños da illa están contentos despois de tanta espera."),
        ("nl", "De veerboot vaart weer en de mensen op het eiland zijn blij dat ze niet meer hoeven te wachten."),
        ("da", "Færgen sejler igen, og folk på øen er glade for, at de ikke længere skal vente på den."),
        ("uk", "Пором знову ходить, і люди на острові раді, що більше не треба чекати на берегу."),
        ("ru", "Паром снова ходит, и люди на острове рады, что больше не надо ждать на берегу, как это было."),
        ("zh", "渡轮停航十一周后恢复运营，岛上的居民终于不用再搭渔船去上班了，票价也没有上涨。"),
        ("ja", "フェリーは十一週間ぶりに運航を再開し、島の住民はもう漁船で通勤しなくてよくなった。"),
        ("ko", "여객선이 열한 주 만에 운항을 다시 시작해 섬 주민들은 더 이상 어선을 타지 않아도 된다."),
        ("th", "เรือข้ามฟากกลับมาให้บริการอีกครั้งหลังจากหยุดไปสิบเอ็ดสัปดาห์ ชาวเกาะดีใจมาก"),
        ("ar", "عادت العبارة إلى الخدمة بعد أحد عشر أسبوعا وأصبح سكان الجزيرة سعداء بذلك"),
    ],
)
def test_the_text_tells_its_language(language: str, text: str) -> None:
    assert decide(text, "en" if language != "en" else "de") == (language, "text")


def test_a_few_words_leave_it_to_the_page() -> None:
    assert decide("Oslo 2024", "nb-NO") == ("no", "declared")


def test_nothing_is_said_where_nothing_is_known() -> None:
    assert decide("", "") == (None, None)


def test_a_text_in_capitals_is_read_like_any_other() -> None:
    assert detect("DIE FÄHRE IST WIEDER DA UND ALLE LEUTE AUF DER INSEL FREUEN SICH SEHR DARÜBER") == "de"


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("de_AT", "de"), ("zh-Hant-TW", "zh"), ("nb", "no"), ("EN", "en"), ("", None), ("x", None), ("english", None)],
)
def test_a_tag_is_cut_to_its_primary_part(tag: str, expected: str | None) -> None:
    assert primary(tag) == expected


def test_no_downloader_is_loaded_with_the_model() -> None:
    code = (
        "import sys; from scraper.extraction.language import detect;"
        "print(detect('Færgen sejler igen, og folk på øen er glade for det nu'), 'requests' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["da", "False"]
