"""Dates are those that the page states: the best of them, never one that it does not state."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.html import read_html
from extractor.metadata.date_reading import FoundDate
from extractor.metadata.dates import StatedDates, dates_of_modification, dates_of_publication, is_same_day

URL = "https://www.courier.example/news/gates"
CAPTURED_AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
HEADLINE = "How the gates work"
PROSE = "<p>Two steel doors rise out of the bed of the river on the highest tides, and the sea stops there.</p>" * 4
LAST_FERRY = "The last ferry of the year, which nobody had expected to be the last, left for the islands on"


def published(head: str = "", line: str = "", *, url: str = URL, after: str = "", lang: str = "en") -> StatedDates:
    article = f"<article><h1>{HEADLINE}</h1>{line}{PROSE}</article>"
    page = read_html(f'<html lang="{lang}"><head>{head}</head><body>{article}{after}</body></html>', url)
    assert page is not None
    return dates_of_publication(page, CAPTURED_AT, HEADLINE)


def modified(head: str, line: str = "", lang: str = "en") -> StatedDates:
    body = f"<article><h1>{HEADLINE}</h1>{line}{PROSE}</article>"
    page = read_html(f'<html lang="{lang}"><head>{head}</head><body>{body}</body></html>', URL)
    assert page is not None
    return dates_of_modification(page, CAPTURED_AT, HEADLINE)


def json_ld(stated: str, name: str = "datePublished") -> str:
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", "{name}": "{stated}"}}</script>'


def meta(stated: str, name: str = "article:published_time") -> str:
    return f'<meta property="{name}" content="{stated}">'


def test_what_the_articles_json_ld_states_comes_before_what_other_articles_of_the_page_state() -> None:
    # Given a live blog, whose updates have dates of their own
    head = (
        '<script type="application/ld+json">{"@type": "LiveBlogPosting", "liveBlogUpdate": [{"@type": "BlogPosting", '
        '"datePublished": "2026-11-20T21:00:00Z"}], "datePublished": "2026-11-19T08:00:00Z"}</script>'
    )
    # When the date is read, Then it is the blog's
    assert published(head).chosen == FoundDate("2026-11-19T08:00:00+00:00", "jsonld")


def test_two_places_that_differ_are_both_kept() -> None:
    stated = published(json_ld("2026-11-19T08:00:00+01:00") + meta("2026-11-12T08:00:00+01:00"))
    assert stated.chosen == FoundDate("2026-11-19T08:00:00+01:00", "jsonld")
    assert stated.others == (FoundDate("2026-11-12T08:00:00+01:00", "meta"),)


def test_of_two_statements_the_one_that_readers_are_shown_is_taken() -> None:
    head = json_ld("2026-11-19T08:00:00+01:00") + meta("2026-11-12T08:00:00+01:00")
    assert published(head, "<p>12 November 2026</p>").chosen == FoundDate("2026-11-12T08:00:00+01:00", "meta")


def test_a_moment_in_utc_is_given_in_the_time_zone_that_the_page_states_elsewhere() -> None:
    head = meta("2026-11-19T23:59:50+00:00")
    line = '<time datetime="2026-11-20T01:59:50+02:00">Friday</time>'
    assert published(head, line).chosen == FoundDate("2026-11-20T01:59:50+02:00", "dom")


@pytest.mark.parametrize(
    ("stated", "url", "line", "expected"),
    [
        ("2026-11-20T02:10:00Z", "https://courier.example/2026/11/19/gates", "", "2026-11-19"),
        ("2026-11-20T02:10:00Z", URL, "<p>November 19, 2026</p>", "2026-11-19"),
        ("2026-11-19T21:30:00Z", URL, "<p>November 20, 2026</p>", "2026-11-20"),
        ("2026-11-20T15:00:00Z", "https://courier.example/2026/11/19/gates", "", "2026-11-20T15:00:00+00:00"),
        ("2026-11-20T02:10:00-05:00", "https://courier.example/2026/11/19/gates", "", "2026-11-20T02:10:00-05:00"),
    ],
    ids=["west by URL", "west by line", "east by line", "too far from midnight", "with its own zone"],
)
def test_a_moment_in_utc_gives_way_to_the_publishers_own_day(stated: str, url: str, line: str, expected: str) -> None:
    # Given a moment whose day in UTC may not be the publisher's, When the page shows that it is not
    found = published(json_ld(stated), line, url=url)
    # Then the day that it shows is taken, and the moment is still known
    assert found.chosen is not None
    assert found.chosen.text == expected
    assert found.chosen.text.startswith("2026-11-20T") or any(other.text.startswith("20") for other in found.others)


def test_a_day_without_a_time_gives_way_to_an_earlier_one_beside_the_headline() -> None:
    assert published(json_ld("2026-11-05"), "<p>3 January 2026</p>").chosen == FoundDate("2026-01-03", "dom")
    assert published(json_ld("2026-01-03"), "<p>Updated 5 November 2026</p>").chosen == FoundDate(
        "2026-01-03", "jsonld"
    )


@pytest.mark.parametrize(
    ("line", "lang"),
    [
        ("<p>19 November 2026</p>", "en"),
        ("<p>Published: Nov 19, 2026, 10:15</p>", "en"),
        ("<p>Hattie Rowbottom | 19.11.2026</p>", "de"),
        ("<p>19. November 2026, 10:15 Uhr</p>", "de"),
        ("<p>11/19/2026</p>", "en-US"),
        ("<p>19/11/2026 at 4:30 pm ET</p>", "en-GB"),
        ("<p>19 novembre 2026</p>", "fr"),
        ("<p>2026年11月19日 10時15分</p>", "ja"),
        ("<p>19 ноября 2026</p>", "ru"),
        ("<p>19 listopada 2026</p>", "pl"),
    ],
)
def test_a_date_beside_the_headline_is_read_in_many_languages(line: str, lang: str) -> None:
    assert published(line=line, lang=lang).chosen == FoundDate("2026-11-19", "dom")


@pytest.mark.parametrize(
    "line", ["Published Nov. 3, 2026 at 5:04 p.m. ET", "Nov. 3, 2026 at 5:04 p.m. ET", "Published Sept. 3, 2026"]
)
def test_a_month_may_be_abbreviated_with_a_full_stop(line: str) -> None:
    expected = "2026-09-03" if "Sept" in line else "2026-11-03"
    assert published(line=f"<p>{line}</p>").chosen == FoundDate(expected, "dom")


def test_a_day_that_may_be_one_of_two_is_not_guessed() -> None:
    for line in ("<p>11/03/2026</p>", "<time>11/03/2026</time>", '<time datetime="11/03/2026">Then</time>'):
        assert published(line=line) == StatedDates()
    assert published(meta("11/03/2026")) == StatedDates()
    # A day that is the same either way is no guess
    assert published(line="<p>11/11/2026</p>").chosen == FoundDate("2026-11-11", "dom")


@pytest.mark.parametrize(
    ("head", "after", "lang", "expected"),
    [
        ("", "", "en-US", "2026-11-03"),
        ("", "", "en_GB", "2026-03-11"),
        ("", "", "fr", "2026-03-11"),
        ('<meta property="og:locale" content="en_US">', "", "en", "2026-11-03"),
        ('<meta property="og:locale" content="en_GB">', "", "en", "2026-03-11"),
        ("", f"<p>{LAST_FERRY} 10/25/2026.</p>", "en", "2026-11-03"),
        ("", f"<p>{LAST_FERRY} 25/10/2026.</p>", "en", "2026-03-11"),
    ],
)
def test_the_locale_or_another_date_of_the_page_tells_days_from_months(
    head: str, after: str, lang: str, expected: str
) -> None:
    for line in ("<p>11/03/2026</p>", "<p></p><time>11/03/2026</time>"):
        assert published(head, line, after=after, lang=lang).chosen == FoundDate(expected, "dom")
    assert published(head + meta("11/03/2026"), after=after, lang=lang).chosen == FoundDate(expected, "meta")


def test_dates_that_contradict_each_other_tell_nothing() -> None:
    after = f"<p>{LAST_FERRY} 10/25/2026.</p><p>{LAST_FERRY} 25/10/2026.</p>"
    assert published(line="<p>11/03/2026</p>", after=after) == StatedDates()


@pytest.mark.parametrize("month", ["11", "nov", "November"])
def test_a_url_may_name_the_month(month: str) -> None:
    found = published(url=f"https://courier.example/2026/{month}/19/gates")
    assert found.chosen == FoundDate("2026-11-19", "url")


def test_the_days_date_in_the_sites_header_is_not_the_articles() -> None:
    body = f"<div>Sunday, 22 November 2026</div><h1>{HEADLINE}</h1><p>19 November 2026</p>{PROSE}"
    page = read_html(f"<html><body>{body}</body></html>", URL)
    assert page is not None
    found = dates_of_publication(page, CAPTURED_AT, HEADLINE)
    assert found.chosen == FoundDate("2026-11-19", "dom")


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("", ""),
        ("<p>They were opened on 4 May 2011 by the mayor of the town, who did not stay.</p>", ""),
        ("", "<footer>© 2019 The Courier</footer>"),
        ("", '<div class="related"><span>3 March 2020</span></div>'),
        ("", '<div class="comment"><time datetime="2020-03-03">3 March 2020</time></div>'),
        ("", '<script>var build = "2020-01-02T03:04:05Z"</script>'),
    ],
)
def test_no_date_is_made_up(line: str, after: str) -> None:
    assert published(line=line, after=after) == StatedDates()


def test_a_lone_date_in_the_column_beside_the_text_is_the_articles() -> None:
    column = '<div class="sidebar"><p class="entry-date">19 November 2026</p>{}</div>'
    assert published(after=column.format("")).chosen == FoundDate("2026-11-19", "dom")
    assert published(after=column.format('<p class="entry-date">3 March 2020</p>')).chosen is None


@pytest.mark.parametrize("stated", ["2031-01-01", "2026-11-22T10:00:01Z", "1899-12-31", "2026-02-30", "x" * 1_000_000])
def test_a_date_that_cannot_be_is_none(stated: str) -> None:
    assert published(json_ld(stated)).chosen is None
    assert modified(json_ld(stated, "dateModified")).chosen is None


def test_the_date_of_modification_is_the_articles_own() -> None:
    head = json_ld("2026-11-21T08:00:00Z", "dateModified") + meta("2026-11-20", "article:modified_time")
    assert modified(head).chosen == FoundDate("2026-11-21T08:00:00+00:00", "jsonld")


def test_moments_within_a_day_of_each_other_and_equal_days_are_one_day() -> None:
    assert is_same_day("2026-11-19T23:00:00+00:00", "2026-11-20T01:00:00+00:00")
    assert is_same_day("2026-11-19", "2026-11-19T23:00:00+00:00")
    assert not is_same_day("2026-11-19", "2026-11-21")


@settings(max_examples=100, deadline=None)
@given(
    text=st.text(alphabet="0123456789-/.: TZ年月日Novemberjaо", max_size=40)
    | st.datetimes().map(lambda moment: moment.isoformat())
    | st.dates().map(lambda day: f"{day:%d %B} {day.year}")
)
def test_any_text_is_a_past_date_or_none(text: str) -> None:
    for stated in (published(meta(text.replace('"', ""))), published(line=f"<p>{text}</p>")):
        if stated.chosen is not None:
            assert "1995" <= stated.chosen.text[:4] <= "2026"


@pytest.mark.parametrize(
    ("line", "lang"),
    [
        ("<p>Published 19 November 2026, updated 21 November 2026</p>", "en"),
        ("<p>Updated: 21 November 2026 | Published: 19 November 2026</p>", "en"),
        ("<p>Updated</p><p>21 November 2026</p><p>Posted</p><p>19 November 2026</p>", "en"),
        ("<p>19. November 2026 (aktualisiert am 21. November 2026)</p>", "de"),
        ("<div>Mis à jour le 21 novembre 2026 - Publié le 19 novembre 2026</div>", "fr"),
        ("<p>Stand: 21.11.2026, 18:00 Uhr | Erstveröffentlichung: 19.11.2026</p>", "de"),
        ("<p>19/11/2026 07h30 Atualizado em 21/11/2026 18h00</p>", "pt"),
        ("<p>Giriş: 19.11.2026 07:30 Güncelleme: 21.11.2026 18:00</p>", "tr"),
        ("<p>更新时间：2026年11月21日 发布时间：2026年11月19日</p>", "zh"),
        ("<p>Обновлено 21 ноября 2026, опубликовано 19 ноября 2026</p>", "ru"),
        ("<p>2026年11月19日公開 2026年11月21日更新</p>", "ja"),
        ("<p>입력 2026.11.19. 09:00 수정 2026.11.21. 10:00</p>", "ko"),
        ("<p>آخر تحديث: 21 نوفمبر 2026</p><p>نشر في 19 نوفمبر 2026</p>", "ar"),
        (
            '<p><time class="updated" datetime="2026-11-21">21 Nov 2026</time>'
            ' <time class="published" datetime="2026-11-19">19 Nov 2026</time></p>',
            "en",
        ),
        (
            '<p><span itemprop="dateModified">21 November 2026</span> <span itemprop="datePublished">19 November 2026'
            "</span></p>",
            "en",
        ),
        ('<p>Last updated: <time datetime="2026-11-21">Saturday</time></p><p>19 November 2026</p>', "en"),
        (
            '<p><abbr class="published" title="2026-11-19T09:00">then</abbr> <i class="updated">21 Nov 2026</i></p>',
            "en",
        ),
    ],
)
def test_where_publication_and_update_are_shown_each_is_its_own(line: str, lang: str) -> None:
    found, changed = published(line=line, lang=lang).chosen, modified("", line, lang).chosen
    assert found is not None
    assert found.text[:10] == "2026-11-19"
    if "Saturday" not in line:
        assert changed is not None
        assert (changed.text[:10], changed.is_update) == ("2026-11-21", False)


def test_an_element_of_both_classes_is_the_date_of_publication() -> None:
    line = '<time class="entry-date published updated" datetime="2026-11-19T08:00:00+01:00">19 November 2026</time>'
    assert published(line=line).chosen == FoundDate("2026-11-19T08:00:00+01:00", "dom")


@pytest.mark.parametrize(
    ("line", "lang"),
    [
        ("<p>Hattie Rowbottom, Little Haven, 19 November 2026, 07:30</p>", "en"),
        ("<div><span>Carmen Ibarra</span> <time>19 de noviembre de 2026</time></div>", "es"),
        ("<p>Von Hattie Rowbottom und Dale Curnow, unseren Berichterstattern, 19. November 2026, 07:30 Uhr</p>", "de"),
        ('<p><span itemprop="datePublished">19 ноября 2026, 07:30</span></p>', "uk"),
        ("<footer><p>Hattie Rowbottom</p><p>November 19, 2026 | 4 min</p></footer>", "en"),
    ],
)
def test_a_day_is_read_beside_the_author(line: str, lang: str) -> None:
    found = published(line=line, lang=lang).chosen
    assert found is not None
    assert found.text == "2026-11-19"


@pytest.mark.parametrize(
    "after",
    [
        '<p>The gates will be tested again on <time datetime="2026-11-02">2 November</time>, the harbour says.</p>',
        "<ul><li>2 November 2026: test</li><li>9 November 2026: second test</li></ul>",
        "<p>On 2 November 2026 the gates will be tested again, and never after that, the harbour says.</p>",
        '<ul><li><time datetime="2026-11-02">2 November</time>: test</li><li><time datetime="2026-11-09">9 November'
        "</time>: second test</li></ul>",
    ],
)
def test_the_day_of_an_event_in_the_text_is_not_the_articles(after: str) -> None:
    assert published(line=PROSE + after) == StatedDates()


def test_the_state_of_an_application_may_state_the_day_of_publication() -> None:
    script = '<script>window.state = {"story": {"publishedAt": "2026-11-19T08:00:00+01:00"}}</script>'
    assert published(after=script).chosen == FoundDate("2026-11-19T08:00:00+01:00", "script")
    # And where it holds several stories, nothing tells whose is whose
    other = '<script>var more = [{"publishedAt": "2026-11-01"}]</script>'
    assert published(after=script + other).chosen is None


def test_a_line_above_the_headline_in_its_container_may_be_the_day() -> None:
    above = (
        f'<html lang="en"><body><main><div><p>19 November 2026</p><h1>{HEADLINE}</h1></div>{PROSE}</main></body></html>'
    )
    page = read_html(above, URL)
    assert page is not None
    assert dates_of_publication(page, CAPTURED_AT, HEADLINE).chosen == FoundDate("2026-11-19", "dom")


MOMENT = "2026-11-21T02:54:29Z"
EVENING_BEFORE = FoundDate("2026-11-20T21:54:29-05:00", "jsonld")


@pytest.mark.parametrize(
    "data",
    [
        '{"timezone": {"short": "ET", "long": "America/New_York"}}',
        '{"wp_timezone":"America\\/New_York","gmt_offset":"-5"}',
        '{"publicationTimeZone": "America/New_York", "userTimezone": "Europe/Paris"}',
    ],
)
def test_a_moment_in_utc_is_told_by_the_clock_of_the_time_zone_that_the_page_names(data: str) -> None:
    assert published(json_ld(MOMENT) + f"<script>var site = {data};</script>").chosen == EVENING_BEFORE


@pytest.mark.parametrize(
    "data",
    [
        '{"timezones": ["Europe/Paris", "America/New_York"], "timezone": "Asia/Tokyo"}; timezone = "Europe/Rome"',
        '{"visitorTimezone": "America/New_York"}',
        '{"timezone": "America/Atlantis"}',
        '{"timezone": null}</script><p>The clocks of America/New_York, the file of time zones says</p><script>',
    ],
)
def test_without_a_time_zone_of_its_own_a_page_keeps_utc(data: str) -> None:
    assert published(json_ld(MOMENT), after=f"<script>var site = {data};</script>").chosen == FoundDate(
        "2026-11-21T02:54:29+00:00", "jsonld"
    )


def test_the_update_goes_by_the_same_clock() -> None:
    head = json_ld(MOMENT) + meta(MOMENT, "article:modified_time") + '<b data-timezone="America/New_York"></b>'
    assert modified(head).chosen == FoundDate("2026-11-20T21:54:29-05:00", "meta")


def test_a_day_in_utc_stays_the_day() -> None:
    head = json_ld("2026-11-21T00:00:00Z") + '<script>{"timezone": "America/New_York"}</script>'
    assert published(head).chosen == FoundDate("2026-11-21T00:00:00+00:00", "jsonld")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('{"DateCreation": "2026-11-20"}', "2026-11-20"),
        ('{"publication_date": "2026-11-20 21:54:29"}', "2026-11-20T21:54:29-05:00"),
        ("{&quot;publishedOn&quot;: &quot;2026-11-20T21:54&quot;}", "2026-11-20T21:54:29-05:00"),
        ('{"published_at": "2026-11-20T20:07:11"}', "2026-11-21T02:54:29+00:00"),
        ('{"publishedOn": "2026-11-21", "modified": "2026-11-20"}', "2026-11-21T02:54:29+00:00"),
        ('{"publishedOn": "2026-11-22"}', "2026-11-21T02:54:29+00:00"),
    ],
)
def test_a_moment_in_utc_has_the_day_that_the_pages_data_give_without_a_zone(data: str, expected: str) -> None:
    assert published(json_ld(MOMENT), after=f"<script>var page = {data};</script>").chosen == FoundDate(
        expected, "jsonld"
    )


def test_the_day_that_the_article_is_marked_with_outweighs_what_statistics_call_the_first() -> None:
    line = '<time itemprop="datePublished" datetime="2026-11-19T16:45+0100">19 November 2026 • 4:45pm</time>'
    stated = published(meta("2019-02-05 16:07", "first-published"), line)
    assert stated.chosen == FoundDate("2026-11-19T16:45:00+01:00", "dom")
    assert stated.others == (FoundDate("2019-02-05", "meta"),)


@pytest.mark.parametrize(
    ("line", "lang"),
    [
        ("公開日：2026年3月3日 更新日：2026年3月5日", "ja"),
        ("发布：2026年3月3日 更新：2026年3月5日", "zh"),
        ("2026年3月3日 公開 2026年3月5日 更新", "ja"),
        ("Opublikowano: 3 marca 2026 r., aktualizacja: 5 marca 2026 r.", "pl"),
        ("Опубликовано: 3 марта 2026 г., последнее обновление: 5 марта 2026 г.", "ru"),
    ],
)
def test_a_line_with_both_days_gives_each_to_its_label(line: str, lang: str) -> None:
    first, last = published(line=f"<p>{line}</p>", lang=lang).chosen, modified("", f"<p>{line}</p>", lang).chosen
    assert (first and first.text, last and last.text) == ("2026-03-03", "2026-03-05")


@pytest.mark.parametrize(
    ("labels", "lang"),
    [
        ("<dt>Published</dt><dd>19 November 2026</dd><dt>Last updated</dt><dd>21 November 2026</dd>", "en"),
        ("<dt>Aktualisiert</dt><dd>21. November 2026</dd><dt>Veröffentlicht</dt><dd>19. November 2026</dd>", "de"),
        (
            "<div><dt>Publié le</dt><dd>19 novembre 2026</dd></div><div><dt>Mis à jour le</dt>"
            '<dd><time datetime="2026-11-21">samedi</time></dd></div>',
            "fr",
        ),
        ("<dt>Publicado em</dt><dd>19/11/2026 11h20</dd><dt>Atualizado em</dt><dd>21/11/2026 09h15</dd>", "pt-BR"),
        ("<dt>Opublikowano</dt><dd>19 listopada 2026</dd><dt>Zaktualizowano</dt><dd>21 listopada 2026</dd>", "pl"),
        ("<dt>Дата публикации</dt><dd>19 ноября 2026</dd><dt>Обновлено</dt><dd>21 ноября 2026</dd>", "ru"),
        ("<dt>公開日</dt><dd>2026年11月19日</dd><dt>更新日</dt><dd>2026年11月21日</dd>", "ja"),
        (
            "<dt>Publicēts</dt><dd>2026. gada 19. novembris</dd><dt>Atjaunināts</dt><dd>2026. gada 21. novembris</dd>",
            "lv",
        ),
        ("<dt>Публикувано</dt><dd>19 ноември 2026</dd><dt>Обновено</dt><dd>21 ноември 2026</dd>", "bg"),
        ("<dt>تاريخ النشر</dt><dd>19 نوفمبر 2026</dd><dt>آخر تحديث</dt><dd>21 نوفمبر 2026</dd>", "ar"),
    ],
)
@pytest.mark.parametrize("frame", ["<dl>{}</dl>", "<aside><dl>{}</dl></aside>"], ids=["header", "aside"])
def test_a_list_of_labels_and_values_gives_each_date_to_its_label(labels: str, lang: str, frame: str) -> None:
    found, changed = published(line=frame.format(labels), lang=lang).chosen, modified("", frame.format(labels), lang)
    assert found == FoundDate("2026-11-19", "dom")
    assert changed.chosen == FoundDate("2026-11-21", "dom")


@pytest.mark.parametrize(
    "after",
    [
        "<dl><dt>Opening</dt><dd>19 November 2020</dd><dt>Closing</dt><dd>21 November 2021</dd></dl>",
        '<aside class="related"><dl><dt>Published</dt><dd>19 November 2026</dd></dl></aside>',
    ],
    ids=["events", "another article's"],
)
def test_a_list_of_other_dates_states_none_of_the_articles(after: str) -> None:
    assert published(after=after).chosen is None


def test_items_that_each_have_a_label_are_no_list_of_events() -> None:
    line = "<ul><li>Published: 19 November 2026</li><li>Updated: 21 November 2026</li></ul>"
    assert published(line=line).chosen == FoundDate("2026-11-19", "dom")
    assert modified("", line).chosen == FoundDate("2026-11-21", "dom")


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('data-published="2026-11-19T08:00:00+01:00"', "2026-11-19T08:00:00+01:00"),
        ('data-article-publish-date="2026-11-19"', "2026-11-19"),
        ('data-pubdate="1795075200"', "2026-11-19T08:00:00+00:00"),
        ('data-date-published="1795075200000"', "2026-11-19T08:00:00+00:00"),
        ('data-published="2031-11-19"', None),
        ('data-publisher="19"', None),
        ('data-unpublished="2026-11-19"', None),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        "<article {}><h1>Gates</h1>{}</article>",
        "<article><h1>Gates</h1><span {}>last week</span>{}</article>",
    ],
    ids=["around the headline", "beside it"],
)
def test_an_attribute_may_state_the_day_of_publication(attributes: str, expected: str | None, body: str) -> None:
    page = read_html(f"<html><body>{body.format(attributes, PROSE)}</body></html>", URL)
    assert page is not None
    chosen = dates_of_publication(page, CAPTURED_AT).chosen
    assert (chosen and chosen.text) == expected


def test_attributes_of_the_article_state_its_update_and_teasers_state_nothing() -> None:
    body = '<article data-published="2026-11-19" data-updated="2026-11-21"><h1>Gates</h1></article>'
    cards = '<main><h1>Gates</h1>{}<a href="/a" data-published="2026-11-19">Ferries</a></main>'
    page, other = (read_html(f"<html><body>{text}{PROSE}</body></html>", URL) for text in (body, cards))
    assert page is not None
    assert other is not None
    assert dates_of_modification(page, CAPTURED_AT).chosen == FoundDate("2026-11-21", "dom")
    assert dates_of_publication(other, CAPTURED_AT).chosen is None


@pytest.mark.parametrize(
    ("line", "after", "expected"),
    [
        ("", "<p>Última actualización: 21 de noviembre de 2026</p>", "2026-11-21"),
        ("<p>Published 19 November 2026</p><p>Updated 21 November 2026</p>", "", "2026-11-21"),
        (
            '<p>Last updated: <time datetime="2026-11-21T09:00:00+01:00">21 November 2026</time></p>',
            "",
            "2026-11-21T09:00:00+01:00",
        ),
        ("<p>19 November 2026</p>", "<p>Film reviews</p><p>21 November 2026</p>", None),
    ],
    ids=["at the foot", "behind publication", "with its time", "teasers"],
)
def test_the_update_is_found_wherever_the_article_names_it(line: str, after: str, expected: str | None) -> None:
    chosen = modified("", f"{line}{PROSE}{after}", "es" if "Última" in after else "en").chosen
    assert (chosen and chosen.text) == expected


def test_the_day_of_a_lone_update_stands_in_for_that_of_publication_and_is_called_one() -> None:
    line = '<div><span class="last-updated">21 November 2026</span></div>'
    assert published(line=line).chosen == FoundDate("2026-11-21", "dom", is_update=True)


@pytest.mark.parametrize("line", ["Reviewed by Ada Moss", "Revista"])
def test_a_line_that_names_a_person_or_a_magazine_labels_no_update(line: str) -> None:
    chosen = published(line=f"<p>{line}</p><p>19 November 2026</p>").chosen
    assert chosen == FoundDate("2026-11-19", "dom")


@pytest.mark.parametrize(
    "line",
    [
        "<table><tr><th>Published</th><td>19 November 2026</td></tr><tr><th>Updated</th><td>21 November 2026</td></tr>"
        "</table>",
        "<div><div>Published</div><div>19 November 2026</div></div><div><div>Updated</div><div>21 November 2026</div>"
        "</div>",
    ],
    ids=["table", "lines"],
)
def test_an_update_is_found_behind_the_day_of_publication(line: str) -> None:
    assert published(line=line).chosen == FoundDate("2026-11-19", "dom")
    assert modified("", line).chosen == FoundDate("2026-11-21", "dom")


def test_dates_behind_the_day_of_publication_are_no_updates_unless_they_are_called_so() -> None:
    assert modified("", "<p>19 November 2026</p><p>Concert on 21 November 2026</p>").chosen is None


def test_a_class_for_any_date_may_hold_that_of_an_update() -> None:
    line = '<div><p class="pub-date">Updated 21 November 2026</p></div>'
    assert published(line=line).chosen == FoundDate("2026-11-21", "dom", is_update=True)
    both = f'{line}<div><p class="pub-date">Published 19 November 2026</p></div>'
    assert published(line=both).chosen == FoundDate("2026-11-19", "dom")
