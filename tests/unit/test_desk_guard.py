"""Who may ask the desk, and which headers its answers have.

Comes in: requests as browsers send them, and as attackers make them send. Goes out: assertions.
"""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from newsdesk_cli.desk.guard import CONTENT_POLICY, Guard

OWN = "127.0.0.1:8400"


def ask(method: str = "GET", *, guard: ASGIApp | None = None, **headers: str) -> httpx.Response:
    named = {"host": OWN, **{name.replace("_", "-"): value for name, value in headers.items()}}

    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(guard or Guard(PlainTextResponse("secret"), [OWN, "localhost:8400"]))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.request(method, "/", headers=named)

    return asyncio.run(answer())


@pytest.mark.parametrize("host", [OWN, "localhost:8400", "LOCALHOST:8400"])
def test_its_own_address_is_answered(host: str) -> None:
    assert ask(host=host).text == "secret"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8400",
        "127.0.0.1",
        "127.0.0.1:8401",
        "localhost",
        "localhost:8400.evil.example",
        "",
    ],
)
def test_a_name_that_was_made_to_lead_here_is_refused(host: str) -> None:
    # Given a site whose name leads to the loopback address (DNS rebinding): the browser says the site's name
    answer = ask(host=host)
    # Then
    assert answer.status_code == 421
    assert "secret" not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_can_be_changed(method: str) -> None:
    assert ask(method).status_code == 405


def test_what_another_site_loads_is_refused_and_a_link_is_followed() -> None:
    for site in ("cross-site", "same-site"):
        assert ask(sec_fetch_site=site, sec_fetch_mode="no-cors", sec_fetch_dest="image").status_code == 403
        assert ask(sec_fetch_site=site, sec_fetch_mode="cors", sec_fetch_dest="empty").status_code == 403
        assert ask(sec_fetch_site=site, sec_fetch_mode="navigate", sec_fetch_dest="iframe").status_code == 403
        assert ask(sec_fetch_site=site, sec_fetch_mode="navigate", sec_fetch_dest="document").status_code == 200
    assert ask(sec_fetch_site="same-origin", sec_fetch_mode="cors", sec_fetch_dest="empty").status_code == 200
    assert ask(sec_fetch_site="none", sec_fetch_mode="navigate", sec_fetch_dest="document").status_code == 200


def test_every_answer_tells_the_browser_to_run_and_load_nothing_of_others() -> None:
    for answer in (ask(), ask(host="evil.example"), ask("POST"), ask(origin="https://evil.example")):
        assert answer.headers["content-security-policy"] == CONTENT_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert "unsafe" not in CONTENT_POLICY
    assert "default-src 'none'" in CONTENT_POLICY


def test_a_policy_that_an_answer_has_already_is_kept() -> None:
    stricter = PlainTextResponse("page", headers={"Content-Security-Policy": "sandbox"})
    assert ask(guard=Guard(stricter, [OWN])).headers["content-security-policy"] == "sandbox"
