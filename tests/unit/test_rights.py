"""What sites ask of machines is read as its sources define it, and never makes a page unreadable.

Comes in: header fields, meta elements and lines of host files. Goes out: assertions.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsdesk.contracts import Reason
from newsdesk.errors import PermanentError
from newsdesk.web import (
    OptOutPolicy,
    RefusedUse,
    Signal,
    digest_of,
    header_signals,
    host_signals,
    page_signals,
    parse_policy,
    product_token,
    recorded,
    refusals_of,
    tdm_reservation,
    unavailable_after,
)
from newsdesk.web.rights import LONGEST_TEXT, LONGEST_VALUE, MAXIMUM_SIGNALS

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
TOKEN = "newsdeskbot"


def refused(signals: tuple[Signal, ...], now: datetime = NOW) -> set[str]:
    return {refusal.value for _, refusal in refusals_of(signals, now)}


def by_header(*values: str, name: str = "X-Robots-Tag", now: datetime = NOW) -> set[str]:
    return refused(header_signals([(name, value) for value in values], TOKEN), now)


# ------------------------------------------------------------------------------------------- X-Robots-Tag


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["noindex"], {"noindex"}),
        (["NoIndex , NOARCHIVE"], {"noindex", "noarchive"}),
        (["none"], {"noindex"}),
        (["nocache"], {"noarchive"}),
        (["nosnippet"], {"nosnippet"}),
        (["max-snippet:0"], {"nosnippet"}),
        (["max-snippet: 0"], {"nosnippet"}),
        (["max-snippet:50"], set()),
        (["noai, noimageai"], {"noai", "noimageai"}),
        (["all", "index, follow", "nofollow", "notranslate", "max-image-preview:large"], set()),
        # each line is a list of its own
        (["noindex", "noarchive"], {"noindex", "noarchive"}),
        # a robot's name opens a list that reaches to the next name or the end of the line
        (["otherbot: noindex"], set()),
        (["otherbot: noindex, noarchive"], set()),
        (["otherbot: noindex", "noarchive"], {"noarchive"}),
        (["NewsdeskBot: noindex"], {"noindex"}),
        (["newsdeskbot/2.0: noindex, max-snippet: 0"], {"noindex", "nosnippet"}),
        (["newsdeskbot-news: noindex"], set()),
        (["newsdesk: noindex"], set()),
        (["*: noindex"], {"noindex"}),
        (["noarchive, otherbot: noindex, newsdeskbot: noai"], {"noarchive", "noai"}),
        # not a directive, and nothing that looks like a robot's name
        (["no index"], set()),
        (["noindexed, xnoindex, -noindex"], set()),
        (["", ",", ":", ": noindex", "noindex:", "noindex;", "a b: noindex"], set()),
    ],
)
def test_robots_directives_of_a_header(values: list[str], expected: set[str]) -> None:
    assert by_header(*values) == expected


PAST = [
    "25 Jun 2010 15:00:00 PST",
    "Fri, 25 Jun 2010 15:00:00 GMT",
    "Friday, 25-Jun-10 15:00:00 GMT",
    "2010-06-25",
    "2010-06-25T15:00:00Z",
    "2010-06-25T15:00:00+02:00",
    "2026-03-14T09:26:53Z",
]
FUTURE = ["31 Dec 2030 23:59:59 GMT", "Tue, 31 Dec 2030 23:59:59 GMT", "2030-12-31", "2026-03-14T09:26:54Z"]
NO_DATE = ["", "soon", "0", "99 Foo 2010", "2010-13-45", "10000-01-01", "Fri", "0001-01-01T00:00:00+23:59"]


@pytest.mark.parametrize("form", ["unavailable_after: {}", "noarchive, unavailable_after:{}, noai"])
@pytest.mark.parametrize(
    ("date", "is_over"), [*((d, True) for d in PAST), *((d, False) for d in FUTURE), *((d, False) for d in NO_DATE)]
)
def test_a_page_may_not_be_used_after_the_date_that_it_names(form: str, date: str, is_over: bool) -> None:
    # Given a date in any of the customary forms, commas and all, When it is read
    found = by_header(form.format(date))

    # Then it means noindex once it is over, and what stands around it is read as well
    assert ("noindex" in found) is is_over
    assert found - {"noindex"} == ({"noarchive", "noai"} if form.startswith("noarchive") else set())


def test_a_date_is_known_for_a_date_before_it_is_over() -> None:
    (signal,) = header_signals([("X-Robots-Tag", "unavailable_after: 2030-12-31")], TOKEN)
    assert unavailable_after(signal) == datetime(2030, 12, 31, tzinfo=UTC)
    assert unavailable_after(Signal("page", "robots", "noindex")) is None


# ------------------------------------------------------------------------------------------- meta elements


@pytest.mark.parametrize(
    ("metas", "expected"),
    [
        ([("robots", "noindex,nofollow")], {"noindex"}),
        ([(" ROBOTS ", "NOARCHIVE")], {"noarchive"}),
        ([("NewsdeskBot", "noai")], {"noai"}),
        ([("googlebot", "noindex"), ("bingbot", "noarchive")], set()),
        # of a general and a particular wish the more restrictive counts
        ([("robots", "noindex"), ("newsdeskbot", "index")], {"noindex"}),
        ([("robots", "unavailable_after: Friday, 25-Jun-10 15:00:00 GMT")], {"noindex"}),
        ([("tdm-reservation", "1")], {"tdm-reservation"}),
        ([("tdm-reservation", " 1 "), ("tdm-policy", "https://news.example/policy.json")], {"tdm-reservation"}),
        ([("tdm-reservation", "0")], set()),
        ([("tdm-reservation", "yes")], set()),
        ([("description", "noindex"), ("", "noindex"), ("keywords", "noai")], set()),
    ],
)
def test_meta_elements(metas: list[tuple[str, str]], expected: set[str]) -> None:
    assert refused(page_signals(metas, TOKEN)) == expected


def test_without_a_name_of_ours_only_what_addresses_everybody_counts() -> None:
    assert refused(page_signals([("", "noindex"), ("robots", "noai")], "")) == {"noai"}
    assert refused(header_signals([("X-Robots-Tag", "otherbot: noindex")], "")) == set()


# --------------------------------------------------------------------------------- text and data mining


@pytest.mark.parametrize(
    ("host", "header", "page", "expected"),
    [
        (None, None, None, None),
        ("1", None, None, True),
        ("1", "0", None, False),
        ("0", "1", None, True),
        ("1", "1", "0", False),
        ("0", "0", "1", True),
        ("1", "maybe", None, True),
        (None, "2", None, None),
    ],
)
def test_a_page_overrides_a_header_which_overrides_the_hosts_file(
    host: str | None, header: str | None, page: str | None, expected: bool | None
) -> None:
    # Given up to three places that say something of text and data mining, When they are read
    signals = (
        *host_signals([f"tdm-reservation: {host}"] if host else []),
        *header_signals([("TDM-Reservation", header)] if header else [], TOKEN),
        *page_signals([("tdm-reservation", page)] if page else [], TOKEN),
    )

    # Then the nearest to the content counts, and a value that is none says nothing
    assert tdm_reservation(signals) is expected
    assert refused(signals) == ({"tdm-reservation"} if expected else set())


@pytest.mark.parametrize("values", [["1", "0"], ["0", "1"], ["0, 1"], ["1,0"], ["0", "1", "0"]])
def test_of_several_reservations_in_one_place_the_most_restrictive_counts(values: list[str]) -> None:
    by_page = page_signals([("tdm-reservation", value) for value in ",".join(values).split(",")], TOKEN)
    assert tdm_reservation(by_page) is True
    assert by_header(*values, name="TDM-Reservation") == {"tdm-reservation"}


# ------------------------------------------------------------------------------------------- preferences


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["train-ai=n"], {"train-ai"}),
        (["train-ai=y"], set()),
        (["train-ai=n, search=y"], {"train-ai"}),
        (["ai-use=n,search=n"], {"ai-use", "search"}),
        # the lines of a structured field are one field, and the last value of a label counts
        (["train-ai=n", "search=n"], {"train-ai", "search"}),
        (["train-ai=n", "train-ai=y"], set()),
        (["train-ai=y, train-ai=n"], {"train-ai"}),
        (['train-ai=y, train-ai, search=n, search="n"'], set()),
        # parameters, unknown labels and values that are no tokens mean nothing
        (["train-ai;allow=n, ai-use=n"], {"ai-use"}),
        (["train-ai=n;exceptions=?1;q=0.5"], {"train-ai"}),
        (["train-ai=?0, train-ai2=n, future=n"], set()),
        (["train-ai=no"], set()),
        # what is no dictionary says nothing at all
        (["Train-AI=n"], set()),
        (["train-ai=n,"], set()),
        (["train-ai=n;;"], set()),
        (["train-ai=n search=n"], set()),
        (["train-ai=n, =n"], set()),
        (["", " ", "=", ",,"], set()),
    ],
)
def test_content_usage_is_a_structured_dictionary(values: list[str], expected: set[str]) -> None:
    assert by_header(*values, name="Content-Usage") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("search=yes, ai-train=no", {"train-ai"}),
        ("search=yes,ai-train=no,ai-input=no", {"train-ai", "ai-use"}),
        ("Search=No", {"search"}),
        ("ai-train=yes, search=maybe, x", set()),
    ],
)
def test_content_signals_are_read_from_robots_and_from_a_header(value: str, expected: set[str]) -> None:
    assert by_header(value, name="Content-Signal") == expected
    assert refused(host_signals([f"Content-Signal: {value}"])) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Content-Usage: / train-ai=n", {"train-ai"}),
        ("content-usage:/news/ train-ai=n, search=n", {"train-ai", "search"}),
        ("Content-Usage: train-ai=n", {"train-ai"}),
        ("Content-Usage: /", set()),
        ("DisallowAITraining: /news/", {"train-ai"}),
        ("DisallowAITraining:", set()),
        ("Disallow: /", set()),
        ("noindex: /news", set()),
        ("tdm-policy: https://news.example/policy.json", set()),
        ("no colon", set()),
    ],
)
def test_lines_of_host_files(line: str, expected: set[str]) -> None:
    assert refused(host_signals([line])) == expected


# ---------------------------------------------------------------------------------------------- policy


def test_a_policy_enforces_what_it_names_and_says_what_it_enforced() -> None:
    # Given a policy that enforces two refusals
    policy = OptOutPolicy(parse_policy(" noindex ,NoArchive,"), TOKEN)
    assert policy.enforced == {RefusedUse.NOINDEX, RefusedUse.NOARCHIVE}

    # When pages refuse others, Then they are free to be used
    policy.check_headers([("X-Robots-Tag", "noai, nosnippet"), ("TDM-Reservation", "1")], NOW)

    # When one refuses one of these, Then the error names the signal
    with pytest.raises(PermanentError) as raised:
        policy.check_headers([("Content-Type", "text/html"), ("X-Robots-Tag", "noai, nocache")], NOW)
    assert raised.value.reason is Reason.OPT_OUT
    assert raised.value.detail == "header, x-robots-tag: nocache"


def test_an_empty_policy_enforces_nothing() -> None:
    OptOutPolicy(parse_policy(""), TOKEN).check_headers([("X-Robots-Tag", "none, noarchive, noai")], NOW)


def test_a_policy_of_unknown_words_is_refused() -> None:
    with pytest.raises(ValueError, match="nofollow"):
        parse_policy("noindex,nofollow")


def test_what_a_host_refuses_is_known_before_its_page_unless_the_page_may_override_it() -> None:
    # Given a policy that enforces two refusals, and a host that makes both
    policy = OptOutPolicy(frozenset({RefusedUse.TRAIN_AI, RefusedUse.TDM_RESERVATION}), TOKEN)

    # When its pages are about to be asked for, Then the one that a page can override keeps nobody from it
    policy.check_host(["tdm-reservation: 1", "Content-Signal: ai-input=no"], NOW)
    with pytest.raises(PermanentError) as raised:
        policy.check_host(["tdm-reservation: 1", "Content-Signal: ai-train=no"], NOW)
    assert raised.value.detail == "host, content-signal: ai-train=no"


# ------------------------------------------------------------------------------------------- very many signals

NOISE = ", ".join(f"x{number}" for number in range(MAXIMUM_SIGNALS))
LONG_NOISE = "a" * 3000


@pytest.mark.parametrize("noise", [NOISE, LONG_NOISE, f"{NOISE}, {LONG_NOISE}"])
@pytest.mark.parametrize("place", ["one field", "another field", "page"])
def test_a_wish_behind_very_many_others_is_heeded_and_recorded(noise: str, place: str) -> None:
    # Given a wish behind more than an article records
    fields = [f"{noise}, noindex"] if place != "another field" else [noise, "noindex"]
    if place == "page":
        signals = page_signals([("robots", field) for field in fields], TOKEN)
    else:
        signals = header_signals([("X-Robots-Tag", field) for field in fields], TOKEN)

    # When it is judged, Then it counts
    with pytest.raises(PermanentError):
        OptOutPolicy(frozenset({RefusedUse.NOINDEX}), TOKEN).check(signals, NOW)

    # And it is among those that are recorded
    assert "noindex" in {signal.value for signal in recorded(signals)}
    assert len(recorded(signals)) <= MAXIMUM_SIGNALS


def test_what_signals_come_to_is_told_apart() -> None:
    # Given fields that refuse something, name a date, or say nothing that matters
    def digest(*values: str, name: str = "X-Robots-Tag") -> str | None:
        return digest_of(header_signals([(name, value) for value in values], TOKEN))

    # When they are compared, Then order, repetition and what means nothing make no difference
    assert digest("noai, noindex") == digest("noindex", "index, NOAI, noai, max-snippet:50")

    # And each wish does, a reservation that is taken back included
    different = [
        digest("noai"),
        digest("noindex"),
        digest("noai, noindex"),
        digest("unavailable_after: 2030-12-31"),
        digest("unavailable_after: 2031-12-31"),
        digest("0", name="TDM-Reservation"),
        digest("1", name="TDM-Reservation"),
        digest("train-ai=n", name="Content-Usage"),
    ]
    assert len({*different}) == len(different)
    assert None not in different
    assert digest("index, follow", "max-image-preview:large") is None
    assert digest("train-ai=y", name="Content-Usage") is None


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [
        ("NewsdeskBot/0.1 (+https://newsdesk.example/bot)", "newsdeskbot"),
        ("Mozilla", "mozilla"),
        ("my_news-bot 2", "my_news-bot"),
        ("1bot", ""),
    ],
)
def test_the_name_that_directives_address_is_the_product(user_agent: str, token: str) -> None:
    assert product_token(user_agent) == token


# ------------------------------------------------------------------------------------------- whatever comes

names = st.sampled_from(["x-robots-tag", "content-usage", "content-signal", "tdm-reservation", "robots", TOKEN])
pieces = st.sampled_from(
    ["noindex", "unavailable_after:", "train-ai=n", "=", ":", ";", ",", '"', "\\", "?1", "(", "2010-01-01", "\0", " "]
)
values = st.text(max_size=60) | st.lists(pieces, max_size=12).map("".join)
fields = st.lists(st.tuples(names | st.text(max_size=10), values), max_size=6)


@settings(deadline=None)
@given(fields, st.text(max_size=12) | st.just(TOKEN))
def test_whatever_a_site_sends_is_read_without_an_error(sent: list[tuple[str, str]], token: str) -> None:
    # Given anything at all in the places that are read, When it is read
    lines = [f"{name}:{value}" for name, value in sent]
    signals = (*header_signals(sent, token), *page_signals(sent, token), *host_signals(lines))

    # Then what comes of it is bounded, and reading it again gives the same
    assert all(len(signal.value) <= LONGEST_VALUE for signal in signals)
    assert len(recorded(signals)) <= MAXIMUM_SIGNALS
    assert (digest_of(signals) is None) == (digest_of(recorded(signals)) is None)
    assert signals == (*header_signals(sent, token), *page_signals(sent, token), *host_signals(lines))
    assert {refusal for _, refusal in refusals_of(signals, NOW)} <= set(RefusedUse)


@settings(deadline=None)
@given(fields, fields)
def test_a_refusal_is_not_taken_back_by_what_others_say(
    sent: list[tuple[str, str]], more: list[tuple[str, str]]
) -> None:
    def directives(pairs: list[tuple[str, str]]) -> set[str]:
        return refused(header_signals([("x-robots-tag", value) for _, value in pairs], TOKEN))

    assert directives(sent) <= directives([*sent, *more])


def test_a_hostile_field_costs_next_to_nothing() -> None:
    # Given fields of a megabyte that are made to be read slowly
    hostile = [
        "a;" * 500_000,
        "a=" + '"\\' * 500_000,
        "noindex," * 125_000,
        "x:" * 500_000,
        "unavailable_after:," * 60_000,
    ]

    # When they are read, Then only as much of them is as an HTTP head could hold
    started = datetime.now(UTC)
    for value in hostile:
        for name in ("x-robots-tag", "content-usage", "content-signal", "tdm-policy"):
            signals = header_signals([(name, value)] * 20, TOKEN)
            assert sum(len(signal.value) for signal in signals) <= LONGEST_TEXT
            list(refusals_of(signals, NOW))
    assert datetime.now(UTC) - started < timedelta(seconds=5)
