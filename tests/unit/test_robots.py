"""``robots.txt`` and ``tdmrep.json`` beyond the standard's table: limits, delays, wishes about AI."""

from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsdesk.adapters.hosts import MAXIMUM_RULES_BYTES, packed
from newsdesk.hosts import SiteRules
from newsdesk.web import product_token
from newsdesk.web.transport import is_allowed, read_robots
from newsdesk.web.transport.robots import read_tdm, signals_for

TOKEN = "crowbot"


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [
        ("NewsdeskBot/0.1 (+https://newsdesk.example/bot; crawl@newsdesk.example)", "newsdeskbot"),
        ("Mozilla/5.0 (compatible; NewsdeskBot/0.1; +https://newsdesk.example)", "newsdeskbot"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "mozilla"),
        ("news_desk-bot", "news_desk-bot"),
        ("42", ""),
    ],
)
def test_a_site_addresses_a_crawler_by_its_product_token(user_agent: str, token: str) -> None:
    assert product_token(user_agent) == token


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("5", 5.0), ("0.5", 0.5), ("99999999", 99999999.0), ("0", 0.0),
        ("inf", None), ("-5", None), ("nan", None), ("soon", None), ("", None), ("1e999", None),
    ],
)  # fmt: skip
def test_a_crawl_delay_is_a_number_or_nothing(written: str, understood: float | None) -> None:
    assert read_robots(f"User-agent: *\nCrawl-delay: {written}\n".encode(), TOKEN).crawl_delay_seconds == understood


def test_the_first_crawl_delay_of_our_own_group_counts() -> None:
    file = b"User-agent: *\nCrawl-delay: 9\nUser-agent: CrowBot\nCrawl-delay: 3\nCrawl-delay: 4\n"
    assert read_robots(file, TOKEN).crawl_delay_seconds == 3.0


def test_half_a_line_at_the_end_of_a_file_that_was_cut_is_no_rule() -> None:
    # Given a file of which only the start was read, in the middle of "/admin"
    file = b"User-agent: *\nDisallow: /private\nDisallow: /"
    assert not is_allowed(read_robots(file, TOKEN).rules, "/news")
    rules = read_robots(file, TOKEN, is_cut=True).rules
    assert is_allowed(rules, "/news")
    assert not is_allowed(rules, "/private")


@pytest.mark.parametrize(
    "rules",
    [
        "Disallow: /" + "*a" * 250_000 + "*b",
        "Disallow: /" + "*" * 500_000 + "b",
        "\n".join("Disallow: /*" + "a" * 900 + "b" for _ in range(550)),
        "\n".join(f"Disallow: /*a*b*c{number}" for number in range(25_000)),
        "\n".join(f"Disallow: /%41é*{number}" for number in range(25_000)),
        "Disallow: /" + "%e9" * 160_000,
        "User-agent: *\n" * 35_000,
    ],
    ids=["many parts", "many stars", "long needles", "many rules", "much to normalise", "one escape", "many agents"],
)
@pytest.mark.timeout(30)
def test_every_file_can_be_read_and_matched(rules: str) -> None:
    # Given half a megabyte that was made to be slow
    body = f"User-agent: *\n{rules}".encode()[: 500 * 1024]
    target = "/" + "ab" * 500 + "a" * 1000

    # When it is read and a URL is looked up, Then that ends: a matcher that goes back takes hours
    assert is_allowed(read_robots(body, TOKEN).rules, target) in (True, False)


@given(st.binary(max_size=400), st.text(max_size=50))
def test_anything_at_all_can_be_read_and_looked_up(body: bytes, path: str) -> None:
    read = read_robots(b"User-agent: *\n" + body, TOKEN)
    assert is_allowed(read.rules, "/" + path) in (True, False)
    assert all(rule.isascii() and rule.isprintable() for rule in read.rules)


@given(st.lists(st.sampled_from(["/", "a", "b", "*", "ab"]), max_size=8), st.text("/ab", max_size=10))
def test_matching_without_going_back_finds_what_trying_everything_finds(parts: list[str], path: str) -> None:
    # Given a pattern with wildcards
    pattern = "/" + "".join(parts)

    def naive(rest: str, left: str) -> bool:
        if not rest:
            return True
        if rest[0] == "*":
            return any(naive(rest[1:], left[start:]) for start in range(len(left) + 1))
        return left[:1] == rest[0] and naive(rest[1:], left[1:])

    # When it is matched, Then the result is that of a matcher that tries everything
    rules = read_robots(f"User-agent: *\nDisallow: {pattern}\n".encode(), TOKEN).rules
    assert is_allowed(rules, "/" + path) is not naive(pattern, "/" + path)


# --------------------------------------------------------------------------------- wishes about AI


def site(robots: str = "", tdm: object = None) -> SiteRules:
    read = read_robots(robots.encode(), TOKEN)
    rules = read_tdm(json.dumps(tdm).encode()) if tdm is not None else ()
    return SiteRules(robots=read.rules, ai_preferences=read.ai_preferences, tdm=rules)


def test_wishes_of_our_group_and_of_everybody_s_are_kept_as_they_were_written() -> None:
    rules = site(
        "User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /\n"
        "User-agent: OtherBot\nContent-Usage: train-ai=y\nDisallow: /x\n"
        "User-agent: CrowBot\ncontent-usage: /  train-ai=n\nDisallow: /y\n"
    )
    assert signals_for(rules, "/a") == ("content-usage: /  train-ai=n", "Content-Signal: search=yes, ai-train=no")


def test_of_wishes_with_a_path_the_longest_that_matches_counts() -> None:
    rules = site(
        "User-agent: *\nContent-Usage: train-ai=n\nContent-Usage: /open/ train-ai=y\nContent-Usage: /open/*.pdf$ s=n\n"
    )
    assert signals_for(rules, "/closed/a") == ("Content-Usage: train-ai=n",)
    assert signals_for(rules, "/open/a") == ("Content-Usage: /open/ train-ai=y",)
    assert signals_for(rules, "/open/a.pdf") == ("Content-Usage: /open/*.pdf$ s=n",)


def test_a_refusal_of_training_holds_for_its_path() -> None:
    rules = site("User-agent: *\nDisallowAITraining: /news/*.html\nDisallowAITraining:\ndisallowaitraining /essays\n")
    assert signals_for(rules, "/news/a.html") == ("DisallowAITraining: /news/*.html",)
    assert signals_for(rules, "/essays/a") == ("disallowaitraining: /essays",)
    assert signals_for(rules, "/news/a.pdf") == ()


def test_a_tdm_reservation_is_that_of_the_longest_location_that_matches() -> None:
    rules = site(
        tdm=[
            {"location": "/", "tdm-reservation": 1, "tdm-policy": "https://paper.example/tdm.json"},
            {"location": "/open/*", "tdm-reservation": 0},
        ]
    )
    assert signals_for(rules, "/a") == ("tdm-reservation: 1", "tdm-policy: https://paper.example/tdm.json")
    assert signals_for(rules, "/open/a") == ("tdm-reservation: 0",)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"\xff\xfe", b"[" * 60_000, b"null", b"3", b'[{"location": 3, "tdm-reservation": 1}]',
     b'[{"location": "/", "tdm-reservation": "maybe"}]', b'[["location", "/"]]', b'{"tdm-reservation": 1}'],
)  # fmt: skip
def test_a_tdm_file_that_says_nothing_intelligible_says_nothing(body: bytes) -> None:
    assert read_tdm(body) == ()


def test_what_is_kept_of_wishes_is_bounded_in_bytes() -> None:
    # Given more wishes than anybody has, in characters of four bytes
    long = "\U00020000" * 10_000
    rules = site(
        "User-agent: *\n" + "".join(f"Content-Signal: {number}={long}\n" for number in range(500)),
        [{"location": f"/{number}{'x' * 999}", "tdm-reservation": 1, "tdm-policy": long} for number in range(500)],
    )

    # Then what is kept of them has room in the host's item, however badly it compresses
    assert 10 < len(rules.ai_preferences) <= 50
    assert 10 < len(rules.tdm or ()) <= 200
    assert len(rules.model_dump_json().encode()) < MAXIMUM_RULES_BYTES


texts = st.text(max_size=10) | st.sampled_from(["/", "0", "1", "\ud800", "/\udfff", "\0\ud800\udc00"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(texts, values, max_size=3),
    max_leaves=10,
)
tdm_entries = st.fixed_dictionaries(
    {"location": texts, "tdm-reservation": st.sampled_from([0, 1, "1", True])}, optional={"tdm-policy": texts}
)


@given(st.binary(max_size=300), st.lists(tdm_entries, max_size=3) | tdm_entries | json_values, st.booleans())
@settings(deadline=None)
def test_whatever_a_site_says_can_be_kept(robots: bytes, tdm: object, is_ascii: bool) -> None:
    # Given any bytes as robots.txt, and any JSON as tdmrep.json, with half characters escaped or as they are
    read = read_robots(b"User-agent: *\nContent-Signal: " + robots + b"\nContent-Usage: " + robots[::-1], TOKEN)
    body = json.dumps(tdm, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")

    # When they are read and kept, Then they come back as they were
    rules = SiteRules(robots=read.rules, ai_preferences=read.ai_preferences, tdm=read_tdm(body))
    assert SiteRules.model_validate_json(zlib.decompress(packed(rules))) == rules
    signals_for(rules, "/a")
