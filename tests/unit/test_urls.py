"""What a URL is, what its canonical form is, and where it may lead."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsdesk.contracts import Reason
from newsdesk.errors import RejectedUrlError
from newsdesk.web import (
    MAXIMUM_URL_LENGTH,
    Url,
    article_id,
    canonical_url,
    check_destination,
    parse_networks,
    parse_url,
)
from newsdesk.web.tracking import TRACKING_PARAMETERS, TRACKING_PREFIXES, is_tracking


def canonical(text: str) -> str:
    return canonical_url(parse_url(text))


def reason_for(text: str, **options: Any) -> Reason:
    with pytest.raises(RejectedUrlError) as caught:
        check_destination(parse_url(text), **options)
    return caught.value.reason


hosts = st.from_regex(r"[a-z][a-z0-9-]{0,10}\.(example|test|co\.uk)", fullmatch=True).filter(
    lambda host: "--" not in host
)
path_characters = st.sampled_from(list("abcXYZ019-._~!$&'()*+,;=:@/%|^é字 \"<>`{}"))
paths = st.lists(path_characters, max_size=20).map("".join)
escapes = st.sampled_from(["%7e", "%7E", "%2f", "%2F", "%41", "%c3%a9", "%25", "%2541", "%", "%4", "%zz", "%20"])
parameters = st.builds(
    "{}{}{}".format,
    st.sampled_from(["id", "utm_source", "UTM_x", "fbclid", "p%61ge", "", "q"]),
    st.sampled_from(["=", ""]),
    paths,
)
urls = st.builds(
    "{}://{}{}/{}{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    hosts,
    st.sampled_from(["", ":80", ":443", ":8080"]),
    st.builds("{}{}{}".format, paths, escapes, paths),
    st.sampled_from(["", "?"]),
    st.lists(parameters | escapes, max_size=4).map("&".join),
    st.sampled_from(["", "#", "#top", "#?a=1"]),
)


def parsed_or_none(text: str, base: Url | None = None) -> Url | None:
    try:
        return parse_url(text, base)
    except RejectedUrlError:
        return None


@given(urls)
@example("http://a.example/%2541")
@example("http://a.example/?&&a&=&")
@example("http://a.example/%%34%31")
@example("http://a.example/?utm_source=x")
@example("http://a.example/?%75tm_source=x")
@example("http://a.example/a%2Fb/../c")
@example("http://a.example/%2e%2e/x")
@example("http://a.example/a/%252e%252e/x")
@example("http://a.example/?a=%26utm_source=x")
@example("http://a.example/?a=%41&utm_source=%")
@example("http://0x7f.1../")
def test_a_canonical_url_is_its_own_canonical_form(text: str) -> None:
    url = parsed_or_none(text)
    if url is None:
        return
    once = canonical_url(url)
    assert canonical(once) == once


@given(urls)
def test_a_canonical_url_leads_to_the_same_host_and_port(text: str) -> None:
    url = parsed_or_none(text)
    if url is None:
        return
    again = parse_url(canonical_url(url))
    assert (again.scheme, again.host, again.port) == (url.scheme, url.host, url.port)


@given(urls)
def test_a_canonical_url_is_ascii_and_no_longer_than_the_url(text: str) -> None:
    url = parsed_or_none(text)
    if url is None:
        return
    result = canonical_url(url)
    assert result.isascii()
    assert "#" not in result
    assert len(result) <= len(url.href)


def query_of(text: str) -> list[str]:
    return [part for part in text.partition("?")[2].partition("#")[0].split("&") if part]


@given(urls)
def test_what_is_no_tracking_parameter_stays_and_stays_in_order(text: str) -> None:
    url = parsed_or_none(text)
    if url is None:
        return
    kept = [unescaped(part) for part in query_of(canonical_url(url))]
    assert kept == [unescaped(part) for part in query_of(url.href) if not is_tracking(unescaped(part))]


def unescaped(part: str) -> str:
    """The same part of a query, its escapes of plain characters undone, as ours are when none of them is broken."""
    if re.search("%(?![0-9a-fA-F]{2})", part):
        return part
    plain = re.compile("%([0-9a-fA-F]{2})")
    decoded = plain.sub(lambda found: chr(int(found[1], 16)) if is_plain(int(found[1], 16)) else found[0], part)
    return plain.sub(lambda found: found[0].upper(), decoded)


def is_plain(code: int) -> bool:
    return code < 128 and (chr(code).isalnum() or chr(code) in "-._~")


tidy_urls = st.builds(
    "{}://{}/{}{}".format,
    st.sampled_from(["http", "https"]),
    hosts,
    st.from_regex(r"[a-z0-9/-]{0,12}", fullmatch=True).filter(lambda path: not path.startswith("/")),
    st.lists(st.from_regex(r"(id|q|page)=[a-z0-9]{1,4}", fullmatch=True), max_size=3).map(
        lambda parts: f"?{'&'.join(parts)}" if parts else ""
    ),
)
tracking = st.builds(
    "{}={}".format,
    st.sampled_from([*sorted(TRACKING_PARAMETERS), *(f"{prefix}x" for prefix in TRACKING_PREFIXES), "PHPSESSID"]),
    st.sampled_from(["", "a", "%20", "%", "é"]),
)


@given(tidy_urls, st.data())
def test_every_spelling_of_a_url_has_one_canonical_form(text: str, data: st.DataObject) -> None:
    # Given a URL in its canonical form
    expected = canonical(text)
    assert expected == text
    scheme, _, rest = text.partition("://")
    host, slash, target = rest.partition("/")
    path, _, query = target.partition("?")
    parts = query.split("&") if query else []

    # When it is spelled otherwise, and followed from letters, searches and networks
    host = data.draw(st.sampled_from([host, host.upper(), f"{host}.", f"{host}:{443 if scheme == 'https' else 80}"]))
    escaped = "".join(f"%{ord(c):02x}" if c.isalnum() and data.draw(st.booleans()) else c for c in path)
    for parameter in data.draw(st.lists(tracking, max_size=3)):
        parts.insert(data.draw(st.integers(0, len(parts))), parameter)
    session = data.draw(st.sampled_from(["", ";jsessionid=0123ABCD", ";JSESSIONID=x.node1"]))
    fragment = data.draw(st.sampled_from(["", "#top", "#!/x?a=1", "#:~:text=storm"]))
    scheme = data.draw(st.sampled_from([scheme, scheme.upper()]))
    mark = "?" if data.draw(st.booleans()) or parts else ""
    other = f"{scheme}://{host}{slash}{escaped}{session}{mark}{'&'.join(parts)}{fragment}"

    # Then it is the same URL
    assert canonical(other) == expected


@given(tidy_urls, st.sampled_from(["c", "v"]), st.integers(0, 2))
def test_a_page_in_an_amp_cache_is_the_page(text: str, kind: str, depth: int) -> None:
    # Given a URL that an AMP cache or viewer was put before, once or more
    wrapped = text
    for level in range(depth + 1):
        scheme, _, rest = wrapped.partition("://")
        secure = "s/" if scheme == "https" else ""
        cache = f"https://news-example.cdn.ampproject.org/{kind}/" if level % 2 else "https://www.google.com/amp/"
        wrapped = f"{cache}{secure}{rest}"

    # When it is made canonical, Then it is the page's own
    if text.count("/") == 3 and text.endswith("/"):
        return  # a front page is no page of a viewer's
    assert canonical(wrapped) == canonical(text)


@given(urls)
def test_an_href_is_read_back_as_the_same_url(text: str) -> None:
    url = parsed_or_none(text)
    if url is None:
        return
    assert parse_url(url.href) == url


@given(st.text(max_size=60))
def test_any_text_is_a_url_or_is_rejected(text: str) -> None:
    url = parsed_or_none(text)
    assert url is None or re.fullmatch(r"https?", url.scheme)


@given(st.text(max_size=60))
def test_any_text_is_a_redirect_target_or_is_rejected(text: str) -> None:
    url = parsed_or_none(text, parse_url("https://news.example/a/b?c"))
    assert url is None or re.fullmatch(r"https?", url.scheme)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HTTPS://News.Example:443/A/../b#c", "https://news.example/b"),
        ("http://news.example", "http://news.example/"),
        ("http://news.example:8080/", "http://news.example:8080/"),
        ("http://news.example./a", "http://news.example/a"),
        ("https://news.example/%7Ejane/%c3%a9", "https://news.example/~jane/%C3%A9"),
        ("https://news.example/a?b=2&a=1", "https://news.example/a?b=2&a=1"),
        ("https://news.example/a?utm_source=x&id=7&fbclid=y", "https://news.example/a?id=7"),
        ("https://news.example/a?utm_source=x", "https://news.example/a"),
        ("https://news.example/a?%75tm_source=x&id=7", "https://news.example/a?id=7"),
        ("https://news.example/a?b=%41&utm_source=%", "https://news.example/a?b=A"),
        ("https://news.example/a?b=%4&c=%41", "https://news.example/a?b=%4&c=A"),
        ("https://news.example/a?", "https://news.example/a"),
        ("https://news.example/a/", "https://news.example/a/"),
        ("https://news.example//a//b", "https://news.example//a//b"),
        ("https://news.example/A", "https://news.example/A"),
        ("https://news.example/a#!/story/5", "https://news.example/a"),
        ("https://news.example/a?id=1&id=1", "https://news.example/a?id=1&id=1"),
        ("https://news.example/a?&&id=1&", "https://news.example/a?id=1"),
        ("https://news.example/a?ID=1", "https://news.example/a?ID=1"),
        # words that a site may mean something by
        ("https://news.example/a?ref=x&source=y&cid=3&sid=4", "https://news.example/a?ref=x&source=y&cid=3&sid=4"),
        ("https://news.example/a?UTM_Source=x&FBCLID=y", "https://news.example/a"),
        ("https://news.example/a?oly_enc_id=1&gad_source=1&at_custom1=z", "https://news.example/a"),
        # session ids
        ("https://news.example/a;jsessionid=0A1B.node1?id=7", "https://news.example/a?id=7"),
        ("https://news.example/a;JSESSIONID=0A1B/b", "https://news.example/a/b"),
        ("https://news.example/a/..;jsessionid=1/b", "https://news.example/b"),
        ("https://news.example/a?PHPSESSID=abc", "https://news.example/a"),
        ("https://news.example/(S(lit3py55t21z5v55vlm25s55))/a.aspx", "https://news.example/a.aspx"),
        (
            "https://news.example/f(S(lit3py55t21z5v55vlm25s55))/a",
            "https://news.example/f(S(lit3py55t21z5v55vlm25s55))/a",
        ),
        # AMP by query; hosts and paths are the page's to explain
        ("https://news.example/a?amp=1&id=7", "https://news.example/a?id=7"),
        ("https://news.example/a?amp", "https://news.example/a"),
        ("https://news.example/a?outputType=AMP", "https://news.example/a"),
        ("https://news.example/a?amp=15", "https://news.example/a?amp=15"),
        ("https://news.example/a?outputType=xml", "https://news.example/a?outputType=xml"),
        ("https://news.example/a/amp/", "https://news.example/a/amp/"),
        ("https://amp.news.example/a", "https://amp.news.example/a"),
        ("https://m.news.example/a", "https://m.news.example/a"),
        # AMP caches and viewers
        ("https://www.google.com/amp/s/news.example/a?id=7", "https://news.example/a?id=7"),
        ("https://www.google.com/amp/s/news.example/a?amp=1&usqp=x#aoh=1", "https://news.example/a"),
        ("https://www.google.co.uk/amp/news.example/a", "http://news.example/a"),
        ("https://google.de/amp/s/news.example/a", "https://news.example/a"),
        ("https://www.bing.com/amp/s/news.example/a", "https://news.example/a"),
        ("https://cdn.ampproject.org/c/s/news.example/a", "https://news.example/a"),
        ("https://news-example.cdn.ampproject.org/v/s/news.example/a?amp_js_v=0.1", "https://news.example/a"),
        ("https://news-example.cdn.ampproject.org/c/news.example:8080/a", "http://news.example:8080/a"),
        ("https://news-example.bing-amp.com/c/s/news.example/a", "https://news.example/a"),
        ("https://cdn.ampproject.org/c/s/b%C3%BCcher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://cdn.ampproject.org/c/s/cdn.ampproject.org/c/s/news.example/a", "https://news.example/a"),
        # what only looks like one
        ("https://www.google.com/amp/about.html", "https://www.google.com/amp/about.html"),
        ("https://www.google.com/amp/s/", "https://www.google.com/amp/s/"),
        ("https://www.google.com/amp/s/localhost/a", "https://www.google.com/amp/s/localhost/a"),
        ("https://www.google.com/amp/s/me:you@news.example/a", "https://www.google.com/amp/s/me:you@news.example/a"),
        ("https://www.google.com:8443/amp/s/news.example/a", "https://www.google.com:8443/amp/s/news.example/a"),
        ("https://www.google.com/search/amp/s/news.example/a", "https://www.google.com/search/amp/s/news.example/a"),
        (
            "https://google.com.evil.example/amp/s/news.example/a",
            "https://google.com.evil.example/amp/s/news.example/a",
        ),
        (
            "https://evilcdn.ampproject.org.example/c/s/n.example/a",
            "https://evilcdn.ampproject.org.example/c/s/n.example/a",
        ),
        ("https://cdn.ampproject.org/i/s/news.example/a.jpg", "https://cdn.ampproject.org/i/s/news.example/a.jpg"),
        ("https://news.example/amp/s/other.example/a", "https://news.example/amp/s/other.example/a"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://BÜCHER.example/", "https://xn--bcher-kva.example/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("http://[2606:4700:0:0::1111]/", "http://[2606:4700::1111]/"),
    ],
)
def test_the_canonical_form(text: str, expected: str) -> None:
    assert canonical(text) == expected


def test_an_article_id_is_short_stable_and_lower_case() -> None:
    assert article_id("https://news.example/a") == article_id("https://news.example/a")
    assert article_id("https://news.example/a") != article_id("https://news.example/b")
    assert re.fullmatch(r"[a-z2-7]{26}", article_id("https://news.example/a"))


@pytest.mark.parametrize(
    "text",
    [
        # numbers instead of dotted decimals
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://0/",
        "http://2852039166/",
        "http://169.254.43518/",
        # other digits and other dots
        "http://１２７.０.０.１/",
        "http://①②⑦.⓪.⓪.①/",
        "http://127。0。0。1/",
        "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
        # names that never leave the machine
        "http://localhost/",
        "http://LOCALHOST./",
        "http://a.localhost/",
        "http://metadata/",
        # trailing dots
        "http://127.0.0.1./",
        # IPv6, and IPv4 inside it
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::7f00:1]/",
        "http://[::ffff:0:127.0.0.1]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[64:ff9b:1::1]/",
        "http://[2002:7f00:1::]/",
        "http://[2001:0:7f00:1::]/",
        "http://[fd00:ec2::254]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        # networks
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://169.254.170.2/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://224.0.0.1/",
        # the runtime's own services: the address counts before the port
        "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
        "http://localhost:2773/secretsmanager/get",
        "http://169.254.79.129:2000/",
    ],
)
def test_a_literal_that_leads_inside_is_blocked(text: str) -> None:
    assert reason_for(text) is Reason.BLOCKED_ADDRESS


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("http://ok.example\\@127.0.0.1/", Reason.INVALID_URL),
        ("http:\\\\127.0.0.1/", Reason.INVALID_URL),
        ("http:/127.0.0.1/", Reason.INVALID_URL),
        ("http:127.0.0.1", Reason.INVALID_URL),
        ("http:///127.0.0.1/", Reason.INVALID_URL),
        ("http://ok.exa\tmple/", Reason.INVALID_URL),
        ("http://ok.example/a\r\nHost: x", Reason.INVALID_URL),
        ("http://[::1", Reason.INVALID_URL),
        ("http://[::1]x/", Reason.INVALID_URL),
        ("http://::1/", Reason.INVALID_URL),
        ("http://[fe80::1%25eth0]/", Reason.INVALID_URL),
        ("http://1.2.3.4.5/", Reason.INVALID_URL),
        ("http://256.1.1.1/", Reason.INVALID_URL),
        ("http://ok.example:99999/", Reason.INVALID_URL),
        ("http://./", Reason.INVALID_URL),
        ("http://ok.example../", Reason.INVALID_URL),
        ("http://0x7f.1../", Reason.INVALID_URL),
        ("http://.ok.example/", Reason.INVALID_URL),
        ("http://ok..example/", Reason.INVALID_URL),
        ("http://", Reason.INVALID_URL),
        ("//news.example/a", Reason.INVALID_URL),
        ("news.example/a", Reason.INVALID_URL),
        ("/a", Reason.INVALID_URL),
        ("", Reason.INVALID_URL),
        ("http://user@ok.example/", Reason.CREDENTIALS_IN_URL),
        ("http://user:secret@ok.example/", Reason.CREDENTIALS_IN_URL),
        ("http://127.0.0.1@ok.example/", Reason.CREDENTIALS_IN_URL),
        ("http://:secret@ok.example/", Reason.CREDENTIALS_IN_URL),
        ("file:///etc/passwd", Reason.UNSUPPORTED_SCHEME),
        ("gopher://ok.example/", Reason.UNSUPPORTED_SCHEME),
        ("data:text/html,x", Reason.UNSUPPORTED_SCHEME),
        ("ftp://ok.example/", Reason.UNSUPPORTED_SCHEME),
        ("javascript:alert(1)", Reason.UNSUPPORTED_SCHEME),
        ("http://ok.example:8080/", Reason.BLOCKED_PORT),
        ("http://ok.example:22/", Reason.BLOCKED_PORT),
        ("https://ok.example:1/", Reason.BLOCKED_PORT),
        ("http://ok.example/" + "a" * MAXIMUM_URL_LENGTH, Reason.URL_TOO_LONG),
        ("http://ok.example/" + "é" * 1000, Reason.URL_TOO_LONG),
    ],
)
def test_what_is_refused_says_why(text: str, reason: Reason) -> None:
    assert reason_for(text) is reason


@pytest.mark.parametrize(
    "text", ["http://ok.example/", "https://ok.example:443/", "http://ok.example:443/", "http://8.8.8.8/"]
)
def test_a_public_destination_passes(text: str) -> None:
    check_destination(parse_url(text))


def test_ports_are_a_setting() -> None:
    check_destination(parse_url("http://ok.example:8080/"), ports={8080})
    assert reason_for("http://ok.example/", ports={8080}) is Reason.BLOCKED_PORT


def test_an_allowed_network_opens_its_addresses_with_all_ports_and_no_other() -> None:
    allowed = parse_networks(["127.0.0.1/32"])
    check_destination(parse_url("http://127.0.0.1:8123/"), allowed)
    assert reason_for("http://127.0.0.9:8123/", allowed=allowed) is Reason.BLOCKED_ADDRESS
    assert reason_for("http://[::1]/", allowed=allowed) is Reason.BLOCKED_ADDRESS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("b", "https://news.example/a/b"),
        ("../c?d=1#e", "https://news.example/c?d=1"),
        ("//other.example/x", "https://other.example/x"),
        ("?page=2", "https://news.example/a/?page=2"),
        ("http://ok.example\\@127.0.0.1/", "http://ok.example/@127.0.0.1/"),
        ("  /x  ", "https://news.example/x"),
        ("?a\\b", "https://news.example/a/?a%5Cb"),
    ],
)
def test_a_relative_url_is_resolved_as_browsers_do(text: str, expected: str) -> None:
    assert parse_url(text, parse_url("https://news.example/a/")).href == expected


@pytest.mark.parametrize("text", ["https://news.example/\ud800", "https://\udfff.example/", "/\ud800"])
def test_half_a_surrogate_pair_is_no_url(text: str) -> None:
    base = None if text.startswith("https") else parse_url("https://news.example/a")
    with pytest.raises(RejectedUrlError) as refused:
        parse_url(text, base)
    assert refused.value.reason is Reason.INVALID_URL
