"""Days in figures and in words, in the languages, digits and eras that papers print."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.metadata.calendars import gregorian_day, persian_day
from extractor.metadata.days import days_in, normal


def day(text: str, language: str, *, is_month_first: bool | None = None) -> str | None:
    found = days_in(normal(text), language, is_month_first=is_month_first)
    return found[0].day.isoformat() if found else None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("mercredi 14 octobre 2026 à 07h30", "fr"),
        ("14. Oktober 2026, 07:30 Uhr", "de"),
        ("Mi., 14. Okt. 2026", "de-at"),
        ("14 de octubre de 2026 a las 7:30 h", "es"),
        ("14 d’octubre del 2026", "ca"),
        ("14 de outubro de 2026 às 7h30", "pt-br"),
        ("mercoledì 14 ottobre 2026 ore 7.30", "it"),
        ("14 oktober 2026 om 07:30", "nl"),
        ("14 oktober 2026 kl. 07.30", "sv"),
        ("14. oktober 2026 kl. 07.30", "da"),
        ("14. lokakuuta 2026", "fi"),
        ("14 października 2026, 07:30", "pl"),
        ("14. října 2026", "cs"),
        ("14. októbra 2026", "sk"),
        ("2026. október 14., szerda", "hu"),
        ("14 octombrie 2026", "ro"),
        ("14. listopada 2026.", "pl"),
        ("14. октобра 2026.", "sr"),
        ("14 октября 2026 года, 07:30", "ru"),
        ("14 жовтня 2026, 07:30", "uk"),
        ("14 октомври 2026", "bg"),
        ("14 ΟΚΤΩΒΡΙΟΥ 2026", "el"),
        ("14 EKİM 2026 Çarşamba 07:30", "tr"),
        ("2026 m. spalio 14 d.", "lt"),
        ("2026. gada 14. oktobris", "lv"),
        ("2026ko urriaren 14a", "eu"),
        ("ngày 14 tháng 10 năm 2026", "vi"),
        ("14 Oktober 2026", "id"),
        ("2026 оны 10 сарын 14", "mn"),
        ("14 אוקטובר 2026", "he"),
        ("14 ოქტომბერი 2026", "ka"),
        ("14 հոկտեմբերի, 2026", "hy"),
        ("14 அக்டோபர் 2026", "ta"),
        ("Wednesday, October 14th, 2026", "en"),
        ("OCT 14 2026 7:30 AM", "en"),
    ],
)
def test_a_month_is_known_by_its_name_in_the_language_of_the_page(text: str, language: str) -> None:
    expected = "2026-11-14" if "listopada" in text else "2026-10-14"
    assert day(text, language) == expected


@pytest.mark.parametrize("language", ["", "en", "ru", "xx"])
def test_a_month_is_known_in_another_language_than_the_one_that_the_page_claims(language: str) -> None:
    assert day("14 жовтня 2026", language) == "2026-10-14"
    assert day("14. října 2026", language) == "2026-10-14"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("14 تشرين الأول 2026", "ar"),
        ("14 تشرين الأول/أكتوبر 2026", "ar"),
        ("14 تشرين الأول (أكتوبر) 2026", "ar-lb"),
        ("14 اكتوبر 2026م", "ar"),
        ("الأربعاء 3 جمادى الأولى 1448هـ - 14 أكتوبر 2026م", "ar-sa"),
        ("۱۴ اکتوبر ۲۰۲۶", "ur"),
    ],
)
def test_months_in_arabic_script_go_by_the_names_of_each_region(text: str, language: str) -> None:
    assert day(text, language) == "2026-10-14"
    assert day("14 غشت 2026", "ar-ma") == day("14 أوت 2026", "ar-tn") == day("14 آب 2026", "ar-sy") == "2026-08-14"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("१४ अक्टूबर २०२६", "hi"),
        ("১৪ অক্টোবর ২০২৬", "bn"),
        ("١٤ أكتوبر ٢٠٢٦", "ar"),
        ("٢٠٢٦/١٠/١٤", "ar"),
        ("๑๔ ตุลาคม ๒๕๖๙", "th"),
        ("２０２６年１０月１４日", "ja"),
        ("二〇二六年十月十四日", "zh"),
        ("2026년 10월 14일", "ko"),
    ],
)
def test_digits_may_be_of_any_script(text: str, language: str) -> None:
    assert day(text, language) == "2026-10-14"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("14 ตุลาคม 2569", "th"),
        ("14 ต.ค. 69 | 07:30 น.", "th"),
        ("14/10/2569", "th"),
        ("令和8年10月14日", "ja"),
        ("民國115年10月14日", "zh-hant"),
        ("115/10/14", "zh-tw"),
        ("چهارشنبه ۲۲ مهر ۱۴۰۵ ساعت ۰۷:۳۰", "fa"),
        ("۱۴۰۵/۰۷/۲۲", "fa"),
        ("۲۲ میزان ۱۴۰۵", "fa-af"),
    ],
)
def test_years_may_be_of_the_eras_that_papers_print(text: str, language: str) -> None:
    assert day(text, language) == "2026-10-14"


def test_the_first_year_of_an_emperor_has_a_name_of_its_own() -> None:
    assert day("令和元年10月14日", "ja") == "2019-10-14"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("14 October", "en"),
        ("Bus 14 from 2026", "en"),
        ("10月14日", "ja"),
        ("1405/07/22", "en"),
        ("3/11/2026", "en"),
        ("32 October 2026", "en"),
        ("at 14:10 on 2026", "en"),
    ],
)
def test_what_lacks_a_part_or_may_be_two_days_is_none(text: str, language: str) -> None:
    assert day(text, language) is None


def test_days_between_slashes_are_read_as_the_page_writes_them() -> None:
    assert day("3/11/2026", "en", is_month_first=True) == "2026-03-11"
    assert day("3/11/2026", "en", is_month_first=False) == "2026-11-03"
    assert day("25/11/2026", "en") == day("11/25/2026", "en") == "2026-11-25"


def test_all_days_of_a_line_are_found_in_its_order() -> None:
    written = normal("Publicado el 14 de octubre de 2026, actualizado 16/10/2026 18:00")
    assert [str(named.day) for named in days_in(written, "es", is_month_first=False)] == ["2026-10-14", "2026-10-16"]


@pytest.mark.parametrize(
    ("persian", "gregorian"),
    [
        ((1403, 12, 30), (2025, 3, 20)),
        ((1404, 1, 1), (2025, 3, 21)),
        ((1399, 12, 30), (2021, 3, 20)),
        ((1357, 11, 22), (1979, 2, 11)),
    ],
)
def test_the_calendar_of_iran_knows_its_leap_years(
    persian: tuple[int, int, int], gregorian: tuple[int, int, int]
) -> None:
    assert persian_day(*persian) == date(*gregorian)


@given(st.integers(1300, 1450), st.integers(1, 12), st.integers(1, 29))
def test_a_day_of_the_calendar_of_iran_is_followed_by_the_next(year: int, month: int, day_of_month: int) -> None:
    first = gregorian_day(year, month, day_of_month, "fa")
    assert first is not None
    if day_of_month < 29:
        assert gregorian_day(year, month, day_of_month + 1, "fa") == first + timedelta(days=1)


@given(st.text(max_size=400))
def test_any_text_names_days_or_none(text: str) -> None:
    for named in days_in(normal(text), "en"):
        assert 1900 <= named.day.year <= 2199
