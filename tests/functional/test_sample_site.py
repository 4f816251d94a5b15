"""The sample site's promises: its pages hold what is expected of them, and its server speaks HTTP properly.

In: the sample site of the repository and folders made for a test. Out: assertions. Outside it opens
sockets on loopback only.
"""

from __future__ import annotations

import gzip
import html
import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from discoverer.reading import find_sources, read_source
from newsdesk_cli.sample_site import SAMPLE_SITE_FOLDER, DirectorySite, LoopbackSite, SampleSite

BRIDGE = "/2026/11/20/harbour-bridge-reopens"
WIND_FARM = "/2026/11/19/wind-farm-vote"
PAGES = SAMPLE_SITE_FOLDER / "pages"
ROUTES: list[dict[str, Any]] = json.loads((SAMPLE_SITE_FOLDER / "site.json").read_text(encoding="utf-8"))["routes"]


@dataclass(frozen=True)
class Fetched:
    """An answer as a client saw it."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@pytest.fixture
def site() -> Iterator[SampleSite]:
    with SampleSite() as running:
        yield running


def connection_to(site: LoopbackSite) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(site.base_url).netloc, timeout=10)


def fetch(site: LoopbackSite, path: str, method: str = "GET", **headers: str) -> Fetched:
    connection = connection_to(site)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return Fetched(response.status, response.headers, response.read())
    finally:
        connection.close()


def charset_of(page: bytes) -> str:
    declared = re.search(rb"charset=[\"']?([\w-]+)", page[:1024])
    return declared[1].decode("ascii") if declared else "utf-8"


def visible_text(page: bytes) -> str:
    markup = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", page.decode(charset_of(page)))
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def page_editions() -> list[Any]:
    editions = []
    for route in ROUTES:
        if "file" in route:
            editions.append(pytest.param(route["file"], route["expected"], id=route["file"]))
        for edition in route.get("editions", {}).values():
            expected = {**route["expected"], **edition["expected"]}
            editions.append(pytest.param(edition["file"], expected, id=edition["file"]))
    return editions


# ---------------------------------------------------------------------------- what the site holds


@pytest.mark.parametrize(("file", "expected"), page_editions())
def test_a_page_exists_and_holds_the_passages_expected_of_it(file: str, expected: dict[str, Any]) -> None:
    # Given the file of a page, in its first edition or a later one
    page = PAGES / file

    # When it is read
    assert page.is_file()
    text = "" if page.suffix == ".pdf" else visible_text(page.read_bytes())

    # Then its headline and every passage a clean extraction must contain are there to be extracted
    assert expected.get("headline", "") in text
    missing = [passage for passage in expected.get("contains", []) if passage not in text]
    assert not missing


def test_every_page_file_belongs_to_a_route() -> None:
    # Given the files the routes name
    named = {route["file"] for route in ROUTES if "file" in route}
    named |= {edition["file"] for route in ROUTES for edition in route.get("editions", {}).values()}

    # When they are compared with the folder, Then nothing lies about unused
    assert named == {page.name for page in PAGES.iterdir()}


def test_pages_link_to_no_host_outside_the_site() -> None:
    # Given all pages
    for page in PAGES.glob("*.html"):
        markup = page.read_bytes().decode(charset_of(page.read_bytes()))

        # When their absolute addresses are collected (a JSON-LD context is a name, not a link)
        hosts = set(re.findall(r"https?://([^/\"'\s<]+)", markup)) - {"schema.org"}

        # Then only reserved example hosts are among them
        assert all(host.endswith(".example") for host in hosts), page.name


def test_a_page_without_an_expected_date_states_none() -> None:
    # Given the pages that expect an article without a date
    articles = [route for route in ROUTES if "headline" in route["expected"]]
    undated = [article for article in articles if "datePublished" not in article["expected"]]

    # When their markup is searched for a year of this century, Then there is none to be mistaken for a date
    assert undated
    for route in undated:
        assert not re.search(r"\b20\d\d\b", (PAGES / route["file"]).read_text(encoding="utf-8"))


# ----------------------------------------------------------------------------- lists and expectations


def test_the_default_list_is_the_pages_a_redirect_a_missing_page_and_an_empty_one(site: SampleSite) -> None:
    # Given a running site, When its default list is compared with its expectations
    expectations = site.expectations()
    outcomes = [expectations[url].outcome for url in site.urls()]

    # Then it holds the articles and one of each kind of disappointment
    assert outcomes.count("indexed") == 14
    assert sorted(set(outcomes)) == ["duplicate", "failed:no_article", "failed:not_found", "indexed"]
    assert {expectation.outcome for expectation in expectations.values() if not expectation.ingest} == {
        "failed:gone",
        "failed:content_type",
    }


def test_every_route_answers_with_its_status_and_content_type(site: SampleSite) -> None:
    for route in ROUTES:
        # Given a route, When it is fetched
        fetched = fetch(site, route["path"])

        # Then status, content type, length and its own headers are as described
        assert fetched.status == route["status"]
        assert fetched.headers["Content-Type"] == route["contentType"]
        assert int(fetched.headers["Content-Length"]) == len(fetched.body)
        assert all(fetched.headers[name] == value for name, value in route["headers"].items())


def test_the_redirect_leads_to_a_page(site: SampleSite) -> None:
    # Given the redirect, When it is followed
    redirect = fetch(site, "/bridge")

    # Then a page is there
    assert redirect.status == 301
    assert fetch(site, redirect.headers["Location"]).status == 200


def test_a_syndicated_copy_names_its_original(site: SampleSite) -> None:
    # Given the expectations, When the copies among them are looked up
    expectations = site.expectations()
    copies = [expectation for expectation in expectations.values() if expectation.near_duplicate_of]

    # Then each original is a page too, under another headline
    assert copies
    for copy in copies:
        assert copy.near_duplicate_of is not None
        assert expectations[copy.near_duplicate_of].headline not in {None, copy.headline}


def test_a_page_names_the_running_server_in_its_canonical_link(site: SampleSite) -> None:
    # Given a page with the placeholder, When it is fetched
    body = fetch(site, BRIDGE).body

    # Then the placeholder has become the site's own address
    assert f'<link rel="canonical" href="{site.url(BRIDGE)}">'.encode() in body
    assert b"{{base}}" not in body


# --------------------------------------------------------------------------- conditional requests


def test_a_page_answers_not_modified_to_its_own_etag(site: SampleSite) -> None:
    # Given a page fetched before
    first = fetch(site, BRIDGE)

    # When it is asked for again with its ETag, strong, weakened or among others
    etag = first.headers["ETag"]
    again = [fetch(site, BRIDGE, If_None_Match=value) for value in (etag, f"W/{etag}", f'"other", {etag}', "*")]

    # Then it answers 304 with the same validators and no body
    for answer in again:
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["ETag"] == etag
        assert answer.headers["Last-Modified"] == first.headers["Last-Modified"]
        assert answer.headers["Content-Length"] is None


def test_a_page_answers_not_modified_to_its_own_date(site: SampleSite) -> None:
    # Given a page fetched before
    date = fetch(site, BRIDGE).headers["Last-Modified"]

    # When it is asked for again with that date, Then it has not changed since
    assert fetch(site, BRIDGE, If_Modified_Since=date).status == 304

    # And an earlier date or nonsense gets the whole page
    assert fetch(site, BRIDGE, If_Modified_Since="Thu, 01 Jan 2015 00:00:00 GMT").status == 200
    assert fetch(site, BRIDGE, If_Modified_Since="yesterday").status == 200


def test_an_etag_outranks_a_date(site: SampleSite) -> None:
    # Given the right date and a wrong ETag
    date = fetch(site, BRIDGE).headers["Last-Modified"]

    # When both are sent, Then the ETag decides
    assert fetch(site, BRIDGE, If_None_Match='"stale"', If_Modified_Since=date).status == 200


def test_a_missing_page_has_no_validators(site: SampleSite) -> None:
    # Given a 404 route, When it is fetched with a condition that matches anything
    answer = fetch(site, "/2026/11/12/council-minutes", If_None_Match="*")

    # Then it is still missing
    assert answer.status == 404
    assert answer.headers["ETag"] is None


# -------------------------------------------------------------------------------------- editions


def test_a_new_edition_changes_body_etag_and_date(site: SampleSite) -> None:
    # Given a page fetched in its first edition
    first = fetch(site, WIND_FARM)

    # When its correction is published
    site.publish(WIND_FARM, "corrected")
    corrected = fetch(site, WIND_FARM, If_None_Match=first.headers["ETag"])
    dated = fetch(site, WIND_FARM, If_Modified_Since=first.headers["Last-Modified"])

    # Then the old validators no longer match and the corrected passage is served
    assert (corrected.status, dated.status) == (200, 200)
    assert corrected.headers["ETag"] != first.headers["ETag"]
    first_date, new_date = (parsedate_to_datetime(page.headers["Last-Modified"]) for page in (first, corrected))
    assert new_date > first_date
    assert b"520,000 homes" in corrected.body
    assert b"820,000 homes" in first.body


def test_editions_published_within_one_second_have_different_dates(site: SampleSite) -> None:
    # Given two editions published at once
    dates = []
    for edition in ("corrected", "first", "corrected"):
        site.publish(WIND_FARM, edition)

        # When each is fetched
        dates.append(parsedate_to_datetime(fetch(site, WIND_FARM).headers["Last-Modified"]))

    # Then every date is later than the one before
    assert dates == sorted(set(dates))


def test_expectations_follow_the_published_edition(site: SampleSite) -> None:
    # Given the expectation of a page's first edition
    before = site.expectations()[site.url(WIND_FARM)]

    # When its correction is published
    site.publish(WIND_FARM, "corrected")
    after = site.expectations()[site.url(WIND_FARM)]

    # Then other passages are expected of the same article
    assert before.contains != after.contains
    assert before.headline == after.headline


def test_a_refurnished_page_keeps_every_paragraph(site: SampleSite) -> None:
    # Given the article's paragraphs as first published
    def paragraphs(page: bytes) -> list[str]:
        article = page.decode().split('<div class="article-body">')[1].split("<section")[0]
        return re.findall(r"<p>(.*?)</p>", article)

    first = fetch(site, BRIDGE).body

    # When the page gets other furniture
    site.publish(BRIDGE, "refurnished")
    second = fetch(site, BRIDGE).body

    # Then the page differs and the article does not
    assert first != second
    assert paragraphs(first) == paragraphs(second)
    assert site.expectations()[site.url(BRIDGE)].outcome == "unchanged"


def test_publishing_what_does_not_exist_is_refused(site: SampleSite) -> None:
    with pytest.raises(KeyError, match="no edition"):
        site.publish(BRIDGE, "imaginary")
    with pytest.raises(KeyError):
        site.publish("/nowhere", "first")


# ------------------------------------------------------------------------------------------ HTTP


def test_one_connection_carries_many_requests(site: SampleSite) -> None:
    # Given one open connection
    connection = connection_to(site)
    connection.connect()
    own_socket = connection.sock

    # When several pages are fetched over it, found, not modified and missing alike
    statuses = []
    for path, headers in ((BRIDGE, {}), (BRIDGE, {"If-None-Match": "*"}), ("/nowhere", {}), (WIND_FARM, {})):
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)

    # Then it was never replaced
    assert statuses == [200, 304, 404, 200]
    assert connection.sock is own_socket
    connection.close()


def test_head_answers_as_get_without_the_body(site: SampleSite) -> None:
    # Given a page, When it is asked for with HEAD and with GET
    head, get = fetch(site, BRIDGE, method="HEAD"), fetch(site, BRIDGE)

    # Then the headers agree
    assert head.body == b""
    assert all(head.headers[name] == get.headers[name] for name in ("Content-Length", "ETag", "Content-Type"))


def test_a_page_is_compressed_for_those_who_accept_it(site: SampleSite) -> None:
    # Given a page fetched plain
    plain = fetch(site, BRIDGE)

    # When it is fetched with gzip accepted, and with gzip refused
    packed = fetch(site, BRIDGE, Accept_Encoding="br, gzip;q=0.5")
    refused = fetch(site, BRIDGE, Accept_Encoding="gzip;q=0")

    # Then the same page arrives smaller, under an ETag of its own that also answers 304
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.body) < len(plain.body)
    assert gzip.decompress(packed.body) == plain.body == refused.body
    assert packed.headers["ETag"] != plain.headers["ETag"]
    again = fetch(site, BRIDGE, Accept_Encoding="gzip", If_None_Match=packed.headers["ETag"])
    assert again.status == 304


def test_a_query_does_not_change_the_page(site: SampleSite) -> None:
    assert fetch(site, f"{BRIDGE}?source=newsletter").body == fetch(site, BRIDGE).body


def test_robots_may_fetch_everything(site: SampleSite) -> None:
    # Given a running site, When its robots file is read
    robots = fetch(site, "/robots.txt")

    # Then nothing is forbidden
    assert robots.status == 200
    assert b"Allow: /" in robots.body
    assert b"Disallow" not in robots.body


def test_requests_are_recorded_with_their_answers(site: SampleSite) -> None:
    # Given a site that was asked for a page twice and for a missing one
    etag = fetch(site, BRIDGE, User_Agent="test").headers["ETag"]
    fetch(site, f"{BRIDGE}?a=1", method="HEAD", If_None_Match=etag)
    fetch(site, "/nowhere")

    # When the record is read, Then all three are there in order
    seen = [(request.method, request.path, request.status) for request in site.requests]
    assert seen == [("GET", BRIDGE, 200), ("HEAD", f"{BRIDGE}?a=1", 304), ("GET", "/nowhere", 404)]
    assert site.requests[0].headers["user-agent"] == "test"
    assert site.requests[1].headers["if-none-match"] == etag


def test_many_clients_are_served_and_recorded_at_once(site: SampleSite) -> None:
    # Given forty clients, When they fetch at the same time
    with ThreadPoolExecutor(20) as clients:
        statuses = list(clients.map(lambda number: fetch(site, f"{BRIDGE}?{number}").status, range(40)))

    # Then each has its answer and its entry
    assert statuses == [200] * 40
    assert {request.path for request in site.requests} == {f"{BRIDGE}?{number}" for number in range(40)}


# ---------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize("status", [204, 403, 429, 500, 503])
def test_a_status_can_be_asked_for(site: SampleSite, status: int) -> None:
    assert fetch(site, f"/status/{status}").status == status


def test_a_busy_answer_can_say_when_to_come_back(site: SampleSite) -> None:
    assert fetch(site, "/status/503?retry_after=7").headers["Retry-After"] == "7"


def test_a_slow_answer_takes_as_long_as_asked(site: SampleSite) -> None:
    # Given a delay, When the slow route is fetched
    impatient = connection_to(site)
    impatient.timeout = 0.3
    impatient.request("GET", "/slow?seconds=60")
    with pytest.raises(TimeoutError):
        impatient.getresponse()
    impatient.close()

    # Then the answer comes, and not before
    assert fetch(site, "/slow?seconds=0.3").status == 200


@pytest.mark.parametrize("seconds", ["soon", "-1", "nan", "1e9"])
def test_an_impossible_delay_is_refused(site: SampleSite, seconds: str) -> None:
    # A bad request, not a hung thread
    assert fetch(site, f"/slow?seconds={seconds}").status == 400


def test_the_redirect_loop_never_ends(site: SampleSite) -> None:
    # Given the loop, When ten redirects are followed
    path = "/redirect-loop"
    for _ in range(10):
        answer = fetch(site, path)

        # Then the next one is a redirect too, to another address
        assert answer.status == 302
        assert answer.headers["Location"] != path
        path = answer.headers["Location"]


def test_a_truncated_answer_ends_before_its_length(site: SampleSite) -> None:
    # Given a page that promises more than it sends, When it is read to its end
    with pytest.raises(http.client.IncompleteRead) as incomplete:
        fetch(site, "/truncated")

    # Then something came and something is missing
    assert incomplete.value.partial
    assert incomplete.value.expected


def test_bytes_are_not_called_a_page(site: SampleSite) -> None:
    assert fetch(site, "/bytes").headers["Content-Type"] == "application/octet-stream"


# ------------------------------------------------------------------------------- starting, stopping


def test_a_stopped_site_severs_open_connections_and_waits_for_nobody() -> None:
    # Given a site with an idle connection and a client that waits for a slow answer
    site = SampleSite().start()
    idle = connection_to(site)
    idle.connect()
    with ThreadPoolExecutor(1) as clients:
        slow = clients.submit(fetch, site, "/slow?seconds=60")
        while not site.requests:
            time.sleep(0.01)

        # When it is stopped
        port = urlsplit(site.base_url).port
        site.stop()

        # Then it does so at once, and nobody listens any longer
        assert slow.exception(timeout=5) is not None
    idle.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port or 0), timeout=5)


def test_a_site_can_be_started_again_on_the_port_it_had() -> None:
    # Given a site that has served and stopped
    with SampleSite() as first:
        fetch(first, BRIDGE)
        port = urlsplit(first.base_url).port or 0

    # When another starts on the same port, Then it serves there
    with SampleSite(port=port) as second:
        assert fetch(second, BRIDGE).status == 200


def test_a_site_that_is_not_started_has_no_address() -> None:
    with pytest.raises(RuntimeError, match="started"):
        _ = SampleSite().base_url


# ----------------------------------------------------------------------------------- saved folders


def test_a_folder_of_saved_pages_is_served_by_name_without_a_charset(tmp_path: Path) -> None:
    # Given a folder with a page, a compressed page in another encoding, and something else
    (tmp_path / "plain.example.html").write_bytes(b"<p>plain</p>")
    (tmp_path / "packed page.html.gz").write_bytes(gzip.compress("<p>gepackt für später</p>".encode("latin-1")))
    (tmp_path / "notes.txt").write_text("not a page", encoding="utf-8")

    # When it is served
    with DirectorySite(tmp_path) as site:
        packed = fetch(site, "/packed%20page")
        plain = fetch(site, "/plain.example")

        # Then the pages come as they were saved, and nothing is claimed about their encoding
        assert site.urls() == (site.url_of("packed page"), site.url("/plain.example"))
        assert packed.body == "<p>gepackt für später</p>".encode("latin-1")
        assert packed.headers["Content-Encoding"] is None
        assert packed.headers["Content-Type"] == plain.headers["Content-Type"] == "text/html"
        assert fetch(site, "/plain.example", If_None_Match=plain.headers["ETag"]).status == 304

        # And only they do
        assert fetch(site, "/notes").status == 404
        assert fetch(site, "/notes.txt").status == 404
        assert fetch(site, "/..%2F..%2Fetc%2Fpasswd").status == 404
        assert fetch(site, "/robots.txt").status == 200
        with pytest.raises(KeyError):
            site.url_of("notes")


def test_two_files_at_one_address_are_refused(tmp_path: Path) -> None:
    # Given a page saved both plain and compressed
    (tmp_path / "page.html").write_bytes(b"<p>one</p>")
    (tmp_path / "page.html.gz").write_bytes(gzip.compress(b"<p>two</p>"))

    # When the folder is to be served, Then it is not clear which one is meant
    with pytest.raises(ValueError, match="both be served"):
        DirectorySite(tmp_path)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/feeds/rss.xml", "rss"),
        ("/feeds/atom.xml", "atom"),
        ("/feeds/feed.json", "json_feed"),
        ("/news-sitemap.xml", "news_sitemap"),
    ],
)
def test_its_feeds_and_sitemaps_list_its_articles(site: SampleSite, path: str, form: str) -> None:
    # When discover reads what the site serves
    answer = fetch(site, path)
    document = read_source(answer.body, answer.headers["Content-Type"], site.url(path))
    # Then it lists the articles with their headlines; a news sitemap those alone whose moment is known
    listed = {story.url: story for story in site.stories() if story.published or form != "news_sitemap"}
    assert (document.format, document.warnings, len(listed) > 5) == (form, (), True)
    assert {item.url: item.title for item in document.items} == {url: story.headline for url, story in listed.items()}
    assert all(item.moment == listed[item.url].published for item in document.items)


def test_its_front_page_and_robots_lead_to_its_feeds(site: SampleSite) -> None:
    front, robots = fetch(site, "/"), fetch(site, "/robots.txt")
    found = find_sources(front.body, front.headers["Content-Type"], site.url("/"), robots.body)
    assert [(candidate.url.removeprefix(site.base_url), candidate.found_by) for candidate in found[:4]] == [
        ("/feeds/rss.xml", "link"),
        ("/feeds/atom.xml", "link"),
        ("/feeds/feed.json", "link"),
        ("/sitemap-index.xml", "robots"),
    ]
    index = fetch(site, "/sitemap-index.xml")
    further = read_source(index.body, None, site.url("/sitemap-index.xml")).links_to_read_next
    assert [link.url for link in further] == [site.url("/news-sitemap.xml")]
