"""Cases 1 to 27: whatever spells, resolves to or redirects to the inside is refused, and never dialled.

The numbers are those of ``docs/hostile-cases.md``. Where a case is about names of loopback
itself, nothing is allowed, as in a deployed stack; elsewhere 127.0.0.1 stands for the public internet and 127.0.0.9 for
the inside. A guard at the socket fails every test in which anything but 127.0.0.1 is dialled.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Any

import pytest

from newsdesk.contracts import Reason
from newsdesk.errors import PermanentError, RejectedUrlError
from newsdesk.runtime import NetworkSettings
from newsdesk.web import Address, check_destination, parse_networks, parse_url
from newsdesk.web.transport import FetchRequest
from newsdesk.web.transport.network import AddressRules
from tests.functional import misbehaving_server as server_side
from tests.functional.misbehaving_server import PAGE, MisbehavingServer
from tests.web import LOOPBACK, failure, fetch, fetcher, to_addresses

SPELLINGS = [
    ("case 1", "http://2130706433/"),
    ("case 2", "http://0x7f000001/"),
    ("case 2", "http://0x7f.1/"),
    ("case 2", "http://0X7F.0x0.0x0.0x1/"),
    ("case 3", "http://0177.0.0.1/"),
    ("case 4", "http://127.1/"),
    ("case 4", "http://0/"),
    ("case 4", "http://0.0.0.0/"),
    ("case 5", "http://2852039166/"),
    ("case 5", "http://169.254.43518/"),
    ("case 6", "http://１２７.０.０.１/"),
    ("case 6", "http://①②⑦.⓪.⓪.①/"),
    ("case 6", "http://127。0。0。1/"),
    ("case 6", "http://127．0．0．1/"),
    ("case 6", "http://127｡0｡0｡1/"),
    ("case 7", "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/"),
    ("case 7", "http://LocalHost/"),
    ("case 7", "http://foo.localhost/"),
    ("case 8", "http://127.0.0.1./"),
    ("case 8", "http://localhost./"),
    ("case 8", "http://2130706433./"),
    ("case 9", "http://[::1]/"),
    ("case 9", "http://[0:0:0:0:0:0:0:1]/"),
    ("case 9", "http://[::]/"),
    ("case 10", "http://[::ffff:127.0.0.1]/"),
    ("case 10", "http://[::ffff:7f00:1]/"),
    ("case 11", "http://[::7f00:1]/"),
    ("case 11", "http://[::127.0.0.1]/"),
    ("case 12", "http://[::ffff:0:127.0.0.1]/"),
    ("case 13", "http://[64:ff9b::a9fe:a9fe]/"),
    ("case 13", "http://[64:ff9b:1::7f00:1]/"),
    ("case 14", "http://[2002:7f00:1::]/"),
    ("case 14", "http://[2001:0:7f00:1::]/"),
    ("case 15", "http://[fd00:ec2::254]/"),
    ("case 16", "http://[fec0::1]/"),
    ("case 16", "http://[ff02::1]/"),
    ("case 16", "http://[ff0e::1]/"),
    ("case 16", "http://224.0.0.1/"),
    ("case 16", "http://100.64.0.1/"),
    ("case 17", "http://169.254.169.254/latest/meta-data/"),
    ("case 17", "http://169.254.170.2/v2/credentials"),
    ("case 17", "http://[fe80::a9fe:a9fe]/"),
    ("case 18", "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next"),
    ("case 18", "http://localhost:2773/secretsmanager/get"),
    ("case 18", "http://169.254.79.129:2000/GetSamplingRules"),
]
MALFORMED = [
    ("case 9", "http://[::1/"),
    ("case 9", "http://::1/"),
    ("case 9", "http://[::1]extra/"),
    ("case 9", "http://[127.0.0.1]/"),
    ("case 9", "http://[fe80::1%25eth0]/"),
    ("case 9", "http://[::1%lo]/"),
    ("case 8", "http://0x7f.1../"),
    ("case 22", "http://ok.example\\@127.0.0.1/"),
    ("case 22", "http://ok.example\\.127.0.0.1/"),
    ("case 22", "http:\\\\127.0.0.1/"),
    ("case 22", "http:/127.0.0.1/"),
    ("case 22", "http:///127.0.0.1/"),
    ("case 22", "http://ok.example\t@127.0.0.1/"),
]
INSIDE = [
    ("case 10", "::ffff:127.0.0.1"),
    ("case 11", "::7f00:1"),
    ("case 12", "::ffff:0:127.0.0.1"),
    ("case 13", "64:ff9b::a9fe:a9fe"),
    ("case 13", "64:ff9b:1::1"),
    ("case 14", "2002:7f00:1::"),
    ("case 14", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
    ("case 15", "fd00:ec2::254"),
    ("case 16", "fec0::1"),
    ("case 16", "ff02::1"),
    ("case 16", "239.255.255.250"),
    ("case 16", "100.127.0.1"),
    ("case 17", "169.254.169.254"),
    ("case 17", "169.254.170.2"),
    ("case 20", "127.0.0.9"),
    ("case 20", "10.1.2.3"),
    ("case 20", "192.168.1.1"),
]


def named(cases: list[tuple[str, str]]) -> list[Any]:
    return [pytest.param(value, id=f"{case} {value}") for case, value in cases]


def is_public_here(url: str) -> bool:
    """Whether it spells the one address that is allowed in most tests, and no port that is closed all the same."""
    parsed = parse_url(url)
    return parsed.host == "127.0.0.1" and parsed.port == 80


@pytest.fixture
def inside() -> Iterator[MisbehavingServer]:
    """A server at an address that leads inside; nobody may ever come."""
    with MisbehavingServer("127.0.0.9") as running:
        yield running
        assert running.connections == 0


@pytest.mark.parametrize("url", named(SPELLINGS))
def test_every_spelling_of_an_inside_address_is_refused(url: str, dialled: list[str]) -> None:
    # Given a resolver that would lead any name to loopback, When the URL is fetched by a deployed stack's rules
    error = failure(url, allowed=(), resolve=to_addresses("127.0.0.1"))

    # Then it is refused, and nothing was dialled
    assert error.reason is Reason.BLOCKED_ADDRESS
    assert dialled == []


@pytest.mark.parametrize("url", named(MALFORMED))
def test_what_parsers_disagree_about_is_refused(url: str, dialled: list[str]) -> None:
    error = failure(url, allowed=(), resolve=to_addresses("127.0.0.1"))
    assert error.reason in (Reason.INVALID_URL, Reason.BLOCKED_ADDRESS)
    assert dialled == []


@pytest.mark.parametrize("url", named([case for case in SPELLINGS if not is_public_here(case[1])]))
def test_every_spelling_is_refused_at_a_redirect(url: str, server: MisbehavingServer, dialled: list[str]) -> None:
    start = server.on("/", server_side.redirect(url.encode().decode("latin-1")))
    assert failure(start, resolve=to_addresses("127.0.0.9")).reason is Reason.BLOCKED_ADDRESS
    assert dialled == ["127.0.0.1"]


@pytest.mark.parametrize("address", named(INSIDE))
def test_a_name_that_leads_inside_is_refused(address: str, dialled: list[str]) -> None:
    assert failure("http://rebound.example/", resolve=to_addresses(address)).reason is Reason.BLOCKED_ADDRESS
    assert dialled == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("fe80::1%eth0", "fe80::1"), ("fe80::1%2", "fe80::1"), ("::1%lo", "::1"), ("ff02::1%eth0", "ff02::1")],
)
def test_case_16_a_scoped_answer_of_the_system_is_checked_without_its_scope(
    monkeypatch: pytest.MonkeyPatch, dialled: list[str], answer: str, expected: str
) -> None:
    # Given a system whose resolver answers with a zone (RFC 4007)
    info = (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (answer, 80, 0, 2))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [info])

    # When the name is fetched, Then the address behind the zone is what counts
    error = failure("http://scoped.example/")
    assert error.reason is Reason.BLOCKED_ADDRESS
    assert expected in str(error)
    assert dialled == []


@pytest.mark.parametrize("port", [9001, 2773, 2000])
@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "opened.example"])
def test_case_18_no_exception_opens_a_functions_own_services(host: str, port: int, dialled: list[str]) -> None:
    # Given a stack that may dial loopback, When it is sent to what serves a function there, Then it does not go
    error = failure(f"http://{host}:{port}/", resolve=to_addresses("127.0.0.1"))
    assert error.reason is Reason.BLOCKED_ADDRESS
    assert dialled == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_ENDPOINT_URL", "https://127.0.0.1:{port}"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "http://localhost:{port}/"),
        ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:{port}"),
        ("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:{port}"),
    ],
)
def test_case_18_no_exception_opens_the_stacks_own_endpoint(
    server: MisbehavingServer, dialled: list[str], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    # Given a local stack whose endpoint is on loopback, and loopback open
    monkeypatch.setenv(name, value.format(port=server.port))
    settings = NetworkSettings.read()

    # When a URL or a redirect leads there, Then it is refused
    for url in (server.url(), server.url(host="opened.example")):
        error = failure(url, closed_ports=settings.closed_ports, resolve=to_addresses("127.0.0.1"))
        assert error.reason is Reason.BLOCKED_ADDRESS
    assert dialled == []


def test_case_18_a_public_site_may_use_the_same_port_number() -> None:
    # Given a public address with a port that is closed inside
    rules = AddressRules(LOOPBACK, frozenset({9001}))

    # When it is checked, Then only the inside is closed
    rules.check("news.example", [ip_address("8.8.8.8")], 9001)
    with pytest.raises(PermanentError):
        rules.check("news.example", [ip_address("8.8.8.8"), ip_address("127.0.0.1")], 9001)


@pytest.mark.parametrize("hops", [1, 2, 3, 4, 5])
def test_case_19_a_redirect_inside_is_refused_at_every_hop(
    server: MisbehavingServer, dialled: list[str], hops: int
) -> None:
    # Given a chain of redirects whose last one leads inside
    for number in range(hops - 1):
        server.on(f"/{number}", server_side.redirect(f"/{number + 1}"))
    server.on(f"/{hops - 1}", server_side.redirect("http://127.0.0.9:9001/2018-06-01/runtime/invocation/next"))

    # When it is followed
    error = failure(server.url("/0"))

    # Then the last step is not taken
    assert error.reason is Reason.BLOCKED_ADDRESS
    assert dialled == ["127.0.0.1"] * hops


def test_case_19_a_redirect_to_a_name_that_leads_inside_is_refused(
    server: MisbehavingServer, inside: MisbehavingServer, dialled: list[str]
) -> None:
    def resolve(host: str, port: int) -> Sequence[Address]:
        return [ip_address("127.0.0.9")]

    url = server.on("/", server_side.redirect(inside.url(host="inside.example")))

    assert failure(url, resolve=resolve).reason is Reason.BLOCKED_ADDRESS
    assert dialled == ["127.0.0.1"]


def test_case_20_a_name_is_resolved_once_and_the_checked_address_is_dialled(
    server: MisbehavingServer, dialled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a name whose second answer leads inside
    real = socket.getaddrinfo
    answers = iter(["127.0.0.1", "127.0.0.9", "127.0.0.9"])
    asked: list[str] = []

    def rebinding(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        asked.append(host)
        return real(next(answers), port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    server.on("/", server_side.answer())

    # When it is fetched
    response = fetch(server.url("/", host="rebinding.example"))

    # Then the first answer is the one that was checked and dialled
    assert response.resolved_address == "127.0.0.1"
    assert asked == ["rebinding.example"]
    assert dialled == ["127.0.0.1"]
    assert server.requests[0].field("Host") == f"rebinding.example:{server.port}"


def test_case_20_a_name_that_rebinds_between_two_hops_is_checked_again(
    server: MisbehavingServer, dialled: list[str]
) -> None:
    # Given a name that leads outside first and inside from then on
    answers = iter(["127.0.0.1", "127.0.0.9"])
    server.on("/", server_side.redirect("/again"))

    # When its redirect to itself is followed, over a connection of its own
    error = failure(server.url("/", host="rebinding.example"), resolve=lambda host, port: [ip_address(next(answers))])

    # Then the second answer is refused
    assert error.reason is Reason.BLOCKED_ADDRESS
    assert dialled == ["127.0.0.1"]


@pytest.mark.parametrize("position", [0, 1, 2, 40])
def test_case_21_one_inside_address_among_public_ones_refuses_the_name(dialled: list[str], position: int) -> None:
    answers = ["127.0.0.1"] * 41
    answers[position] = "127.0.0.9"
    assert failure("http://mixed.example/", resolve=to_addresses(*answers)).reason is Reason.BLOCKED_ADDRESS
    assert failure("http://six.example/", resolve=to_addresses("127.0.0.1", "::1")).reason is Reason.BLOCKED_ADDRESS
    assert dialled == []


def test_case_22_a_backslash_in_a_redirect_does_not_change_its_host(
    server: MisbehavingServer, dialled: list[str]
) -> None:
    # Given a target that browsers read as ok.example, and RFC 3986 as 127.0.0.9
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[Address]:
        asked.append(host)
        return [ip_address("127.0.0.1")]

    url = server.on("/", server_side.redirect(f"http://ok.example:{server.port}\\@127.0.0.9/"))

    # When it is followed, Then the name that was checked is the one that was asked
    failure(url, resolve=resolve)
    assert asked == ["ok.example"]
    assert set(dialled) == {"127.0.0.1"}


@pytest.mark.parametrize(
    "url", ["http://user@127.0.0.9/", "http://user:secret@news.example/", "http://127.0.0.1@127.0.0.9/"]
)
def test_case_23_user_info_is_refused(url: str, server: MisbehavingServer, dialled: list[str]) -> None:
    assert failure(url).reason is Reason.CREDENTIALS_IN_URL
    assert failure(server.on("/", server_side.redirect(url))).reason is Reason.BAD_REDIRECT
    assert dialled == ["127.0.0.1"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.9:6379/_INFO",
        "data:text/html,<p>x</p>",
        "ftp://news.example/",
        "dict://127.0.0.9:11211/stat",
        "javascript:alert(1)",
        "jar:http://news.example/!/",
    ],
)
def test_case_24_other_schemes_are_refused(url: str, server: MisbehavingServer, dialled: list[str]) -> None:
    assert failure(url).reason is Reason.UNSUPPORTED_SCHEME
    assert failure(server.on("/", server_side.redirect(url))).reason is Reason.BAD_REDIRECT
    assert dialled == ["127.0.0.1"]


@pytest.mark.parametrize("port", [22, 25, 6379, 8080, 9001, 11211])
def test_case_25_other_ports_are_refused(port: int, dialled: list[str]) -> None:
    error = failure(f"http://news.example:{port}/", allowed=(), resolve=to_addresses("127.0.0.1"))
    assert error.reason is Reason.BLOCKED_PORT
    assert dialled == []


def test_case_25_which_ports_a_url_may_name_is_a_setting() -> None:
    url = parse_url("http://news.example:8080/")
    check_destination(url, ports={80, 443, 8080})
    with pytest.raises(RejectedUrlError) as caught:
        check_destination(url)
    assert caught.value.reason is Reason.BLOCKED_PORT


def test_case_26_what_a_page_points_to_is_never_fetched(
    server: MisbehavingServer, inside: MisbehavingServer, dialled: list[str]
) -> None:
    # Given a page full of references to the inside
    target = inside.url("/secret").encode()
    page = (
        b'<html><head><link rel="canonical" href="%b">'
        b'<link rel="alternate" type="application/rss+xml" href="%b"><base href="%b"></head>'
        b'<body><iframe src="%b"></iframe><img src="%b"></body></html>' % ((target,) * 5)
    )
    fields = [("Link", f"<{inside.url()}>; rel=canonical, <{inside.url()}>")]
    url = server.on("/", server_side.answer(page, *fields))

    # When it is fetched, Then it is a page like any other, and they are text
    assert fetch(url).body == page
    assert dialled == ["127.0.0.1"]
    assert len(server.requests) == 1


@pytest.mark.parametrize("target", ["http://127.0.0.9:9001/", "http://169.254.169.254/latest", "http://[::1]/"])
@pytest.mark.parametrize("way", ["field", "element", "base"])
def test_case_26_a_refresh_is_held_to_the_rules_of_a_redirect(
    server: MisbehavingServer, dialled: list[str], target: str, way: str
) -> None:
    # Given a page that sends its reader inside
    field = [("Refresh", f"0; url={target}")] if way == "field" else []
    element = f'<meta http-equiv="refresh" content="0; url={target}">' if way == "element" else ""
    base = f'<base href="{target}"><meta http-equiv="refresh" content="0; url=secret">' if way == "base" else ""
    url = server.on("/", server_side.answer(f"<html><head>{base}{element}</head></html>".encode(), *field))

    # When it is fetched, Then it is refused, and nothing inside is dialled
    assert failure(url).reason is Reason.BLOCKED_ADDRESS
    assert dialled == ["127.0.0.1"]


@pytest.mark.parametrize("path", ["/robots.txt", "/.well-known/tdmrep.json", "/feed.xml", "/sitemap.xml"])
@pytest.mark.parametrize("target", ["http://127.0.0.9:9001/", "http://inside.example/", "http://169.254.169.254/"])
def test_case_26_an_auxiliary_url_is_held_to_the_same_rules(
    server: MisbehavingServer, dialled: list[str], path: str, target: str
) -> None:
    # Given a site whose own files redirect inside
    url = server.on(path, server_side.redirect(target))
    asking = fetcher(resolve=to_addresses("127.0.0.9"))

    # When they are fetched, directly or by redirect, Then that is refused
    for start in (url, target):
        with pytest.raises(PermanentError) as caught:
            asking.fetch_auxiliary(start, 500 * 1024, 5.0)
        assert caught.value.reason is Reason.BLOCKED_ADDRESS
    assert dialled == ["127.0.0.1"]


def test_case_27_a_proxy_in_the_environment_is_not_used(
    server: MisbehavingServer, secure_server: MisbehavingServer, dialled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.9:3128")
    asking = fetcher(resolve=to_addresses("127.0.0.1"))
    assert asking.fetch(FetchRequest(server.on("/", server_side.answer()))).body == PAGE
    assert asking.fetch_auxiliary(server.on("/robots.txt", server_side.answer(b"x")), 10, 5.0).body == b"x"
    with pytest.raises(PermanentError):
        asking.fetch(FetchRequest(secure_server.url(host="news.example")))
    assert set(dialled) == {"127.0.0.1"}


def test_without_an_allowed_network_loopback_is_inside(server: MisbehavingServer, dialled: list[str]) -> None:
    assert failure(server.on("/", server_side.answer()), allowed=()).reason is Reason.BLOCKED_ADDRESS
    assert dialled == []


def test_networks_are_allowed_only_beside_an_endpoint_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given somebody who sets the variable on a deployed function
    monkeypatch.setenv("NEWSDESK_ALLOWED_NETWORKS", "0.0.0.0/0,::/0")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    assert NetworkSettings.read().networks == ()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://dynamodb.eu-west-1.amazonaws.com")
    assert NetworkSettings.read().networks == ()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    monkeypatch.setenv("AWS_EXECUTION_ENV", "AWS_Lambda_python3.13")
    assert NetworkSettings.read().networks == ()

    # When the endpoint is a local stack's, Then it counts
    monkeypatch.delenv("AWS_EXECUTION_ENV")
    assert NetworkSettings.read().networks == parse_networks(["0.0.0.0/0", "::/0"])
