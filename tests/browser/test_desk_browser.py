"""The desk in a real browser: for every reader, at any width, and against pages that want to do harm.

Comes in: a newsroom in moto, Chromium. Goes out: assertions. Changes: starts Chromium and a server on a loopback port.

Where there is no Chromium these tests are skipped, and say so.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request, ViewportSize, expect, sync_playwright

from harness import aws
from tests.newsroom import Newsroom, Words, hostile, served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP rebound.example 127.0.0.1",
]
OTHER_ARTICLES = 26
ALL_CHANGES = OTHER_ARTICLES + 5
"""Two revisions each of the bridge and of the article that attacks, and one of what ended."""
LARGEST_PICTURE_BYTES = 150_000
WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=360, height=740)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine; `make browser` installs it"),
]


@dataclass
class Place:
    """The desk that the browser visits.

    Attributes
    ----------
    pages : dict
        Addresses of every page, by name.
    hostile : dict
        Those of an article that attacks.
    """

    address: str
    pages: dict[str, str] = field(default_factory=dict)
    hostile: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_REGION", "us-east-1")
        with aws.empty_account():
            newsroom = Newsroom()
            bridge = newsroom.bridge().article_id
            attacker = hostile(newsroom)
            for number in range(OTHER_ARTICLES):
                newsroom.article(number)
            waiting = newsroom.waiting().article_id
            newsroom.ended()
            source = newsroom.source()
            with served(newsroom, free_port(), Words(bridge)) as address:
                found = Place(address)
                parts = ("", "/cut", "/revisions", "/capture", "/explanation")
                found.pages = {
                    "overview": "/",
                    "articles": "/articles",
                    "search": "/articles?words=bridge",
                    **{f"article{part}": f"/articles/{bridge}{part}" for part in parts},
                    "article without text": f"/articles/{waiting}",
                    "sources": "/sources",
                    "source": f"/sources/{source}",
                    "submission that ended": "/submissions/ended-1",
                    "submission under way": "/submissions/waiting-1",
                    "not here": "/nowhere",
                }
                found.hostile = {part: f"/articles/{attacker}{part}" for part in parts} | {"list": "/articles"}
                yield found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser, place: Place) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=place.address, viewport=WIDE)
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.mark.parametrize(("viewport", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
def test_every_page_is_accessible_and_fits(
    browser: Browser, place: Place, viewport: ViewportSize, scheme: Literal["light", "dark"]
) -> None:
    # Given a reader with a wide window in daylight, and one with a narrow one at night
    context = browser.new_context(base_url=place.address, viewport=viewport, color_scheme=scheme)
    page = context.new_page()
    axe = Axe()
    found: dict[str, list[str]] = {}
    for name, address in place.pages.items():
        page.goto(address)
        # When axe-core looks at it, with everything that folds opened
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        results = axe.run(page, options={"iframes": False, "resultTypes": ["violations"]})
        found[name] = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in results.response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth") > viewport["width"]:
            found[name].append("wider than the window")
    context.close()
    # Then
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_the_keyboard_reaches_everything(page: Page, place: Place) -> None:
    # Given
    page.goto(place.pages["article"])
    # When the first key goes behind the navigation
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    # Then the marks are within reach, and on demand
    marked = page.locator(".story .person").first
    before = marked.evaluate("one => getComputedStyle(one).backgroundColor")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "mark-entities":
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Space")
    assert marked.evaluate("one => getComputedStyle(one).backgroundColor") != before


def test_filters_and_more_rows_replace_a_part_of_the_page(page: Page, place: Place) -> None:
    # Given
    page.goto(place.pages["articles"])
    page.evaluate("window.isTheSame = true")
    assert page.locator("#rows > li").count() == 25
    # When
    page.get_by_role("link", name="More").click()
    expect(page.locator("#rows > li")).to_have_count(ALL_CHANGES)
    assert page.get_by_role("link", name="More").count() == 0
    page.get_by_label("Status").select_option("updated")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/articles?*status=updated*")
    expect(page.locator("#rows > li")).to_have_count(1)
    # Then the page was never loaded anew
    assert page.evaluate("window.isTheSame")
    assert {one.split()[0] for one in page.locator("#rows .when").all_inner_texts()} == {"updated"}


def test_everything_works_without_scripts(browser: Browser, place: Place) -> None:
    # Given
    context = browser.new_context(base_url=place.address, java_script_enabled=False)
    page = context.new_page()
    page.goto(place.pages["articles"])
    # When
    page.get_by_role("link", name="More").click()
    assert page.locator("#rows > li").count() > 0
    page.get_by_label("Id or URL").fill("waiting-1")
    page.get_by_role("button", name="Find").click()
    # Then
    assert page.url.endswith("/submissions/waiting-1")
    context.close()


def test_no_article_runs_loads_or_asks_anything(page: Page, place: Place) -> None:
    # Given a watch on everything that a page could do
    done: list[str] = []

    def note_dialog(dialog: Dialog) -> None:
        done.append(dialog.message)
        dialog.dismiss()

    def note_request(request: Request) -> None:
        # What the policy stops is reported as a request that failed for it, and never sent.
        if not request.url.startswith(place.address) and request.failure != "csp":
            done.append(f"{request.url}: {request.failure}")

    page.on("dialog", note_dialog)
    page.on("requestfinished", note_request)
    page.on("requestfailed", note_request)
    page.on("pageerror", lambda error: done.append(str(error)))
    # When an article that attacks is looked at in every way
    for address in (*place.hostile.values(), place.pages["article/capture"]):
        page.goto(address)
    page.wait_for_load_state("networkidle")
    # Then
    assert done == []
    frame = page.frames[1]
    assert frame.locator("h1").inner_text() == "Bridge"
    assert frame.evaluate("window.origin") == "null"


def test_the_desk_keeps_to_its_own_policy(page: Page, place: Place) -> None:
    # Given
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    # When
    for name, address in place.pages.items():
        if name not in ("article/capture", "not here"):
            page.goto(address)
    # Then
    assert refused == []


def test_a_name_that_was_made_to_lead_here_gets_nothing(page: Page, place: Place) -> None:
    # Given a site whose name leads to this machine
    answer = page.goto(re.sub("127.0.0.1", "rebound.example", place.address) + place.pages["article"])
    # Then
    assert answer is not None
    assert answer.status == 421
    assert "bridge" not in page.content().lower()


def test_another_site_cannot_read_or_frame_the_desk(page: Page, place: Place) -> None:
    # Given a page of another origin
    page.route("http://other.example/", lambda route: route.fulfill(body="<p>other</p>", content_type="text/html"))
    page.goto("http://other.example/")
    # When it tries to
    read = page.evaluate(
        "address => fetch(address).then(answer => answer.text(), error => 'refused')", f"{place.address}/articles"
    )
    page.evaluate(
        "url => { const frame = document.createElement('iframe'); frame.src = url; document.body.append(frame); }",
        f"{place.address}/articles",
    )
    page.wait_for_load_state("networkidle")
    # Then
    assert read == "refused"
    assert [frame for frame in page.frames[1:] if frame.locator("#rows").count()] == []


def test_pictures_of_it_are_small(browser: Browser, place: Place) -> None:
    """Write the README's pictures into the folder that NEWSDESK_PICTURES names, if it names one."""
    folder = os.environ.get("NEWSDESK_PICTURES")
    context = browser.new_context(base_url=place.address, viewport={"width": 1080, "height": 700})
    page = context.new_page()
    for name in ("overview", "article", "revisions"):
        page.goto(place.pages["article/revisions" if name == "revisions" else name])
        if name == "article":
            page.locator("#mark-entities").check()
            page.locator("#mark-quotes").check()
        picture = page.screenshot(path=f"{folder}/desk-{name}.png" if folder else None)
        assert len(picture) < LARGEST_PICTURE_BYTES
    context.close()
