"""Pages of shops, events, portfolios and persons are no articles; those that report on the same things are.

Comes in: pages. Goes out: assertions.
"""

from __future__ import annotations

import json

import pytest

from extractor.contract import PageToRead
from newsdesk.clock import from_text
from newsdesk.contracts import ArticleType, TypeSign
from newsdesk_cli.single_page import Observation, observe

LAMPS = (
    ("Ash reading lamp", "84.00"),
    ("Cherry floor lamp", "162.00"),
    ("Clamp lamp", "49.00"),
    ("Low pendant", "98.00"),
)
ABOUT_LAMPS = (
    "<p>Our lamps are turned from ash that would otherwise be burnt, wired by hand, and tested for a full day before "
    "they leave the workshop.</p>"
)
TILES = {
    "basket": '<li class="product"><a href="/p/{n}"><h2>{name}</h2><span>£{price}</span></a><button>Add to basket'
    "</button></li>",
    "price": '<div class="tile"><a href="/p/{n}">{name}</a><p>From £{price}</p></div>',
}
SUPPER = (
    "<p>Come and eat with us in the barn. There will be soup, two kinds of pie, and cider from this year's apples, and "
    "the band of the fire brigade will play until somebody asks it to stop.</p>"
)
BUS_STOP = (
    "<p>A stop for a bus that comes twice a day. The roof is of reeds, the bench of the wood of the old bridge, and "
    "the clock goes by the driver.</p>"
)
LIFE = (
    "<p>Odile Varga writes about rivers and about the law that is made to share them. She joined the paper in 2014 "
    "after ten years at a regional daily, and lives in Senn with two dogs and a canoe.</p>"
)
SIGNED = '<div class="byline">By Jonas Weil</div>'
REPORT = (
    "<p>The harvest supper at Low Wexley ended in the rain on Saturday, and nobody went home. The barn was full by "
    "six, and those who had brought a lamp of their own could see what they ate.</p><p>It was begun in 1946, said "
    "Ruth Ames, who runs it. Next year there will be two evenings, and tickets at £14.</p>"
)


def described(kind: str, name: str, **properties: object) -> str:
    value = {"@context": "https://schema.org", "@type": kind, "name": name, **properties}
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def seen(path: str, heading: str, body: str, head: str = "", body_class: str = "") -> Observation:
    page = (
        f'<html><head><title>{heading} | Wexley</title>{head}</head><body class="{body_class}"><header><a href="/">'
        f'Wexley</a><nav><a href="/shop">Shop</a><a href="/events">Tickets</a></nav></header><main><h1>{heading}</h1>'
        f"{body}</main><footer><p>© 2026 Wexley, 4 Quay Street</p></footer></body></html>"
    )
    captured_at = from_text("2026-11-22T00:00:00Z")
    return observe(PageToRead(page.encode(), "text/html; charset=utf-8", f"https://wexley.example{path}", captured_at))


def sign_of(found: Observation) -> TypeSign | None:
    assert found.article is not None
    signs = [
        TypeSign(word.removeprefix("type:")) for word in found.article.quality.warnings if word.startswith("type:")
    ]
    assert bool(signs) == (found.article.article_type is ArticleType.OTHER)
    return signs[0] if signs else None


def tiles(kind: str) -> str:
    return "".join(TILES[kind].format(n=n, name=name, price=price) for n, (name, price) in enumerate(LAMPS))


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/product-category/lamps/", "basket"), ("/collections/lamps", "price"), ("/lamps.html", "basket")],
)
def test_a_category_of_a_shop_is_no_article(path: str, kind: str) -> None:
    assert sign_of(seen(path, "Lamps", ABOUT_LAMPS + tiles(kind))) is TypeSign.PRODUCTS


def test_a_category_whose_prices_stand_beside_its_baskets_is_no_article() -> None:
    tiles = "".join(
        f'<div><a href="/p/{n}">{name}</a> <span>€ {price}</span> <a href="?add={n}">In winkelwagen</a></div>'
        for n, (name, price) in enumerate(LAMPS)
    )
    assert sign_of(seen("/winkel/lampen/", "Lampen", ABOUT_LAMPS + tiles)) is TypeSign.PRODUCTS


def test_a_line_that_counts_them_makes_a_category_of_products() -> None:
    body = f"<p>14 Artikel</p>{tiles('price')}<h2>Lampen für jeden Raum</h2>{ABOUT_LAMPS}"
    assert sign_of(seen("/kategorie/lampen", "Lampen", body)) is TypeSign.PRODUCTS


def test_the_page_of_a_user_is_called_like_its_address() -> None:
    body = "<p>I look after a lode, which is a ditch with ambitions, and answer questions about pumps.</p>"
    assert sign_of(seen("/users/4412/lodekeeper", "lodekeeper", body)) is TypeSign.PORTRAIT


def test_a_book_is_sold_although_it_has_an_author() -> None:
    head = '<meta property="product:price:amount" content="24.00"><meta name="author" content="Per Aasen">'
    body = "<p>24,00 €</p><button>In den Warenkorb</button>" + LIFE
    assert sign_of(seen("/moor", "Moorgeschichten", body, head)) is TypeSign.PRODUCTS


def test_a_product_that_is_described_as_one_is_no_article() -> None:
    price = "<p>£84.00</p>"
    head = described("Product", "Ash reading lamp", offers={"@type": "Offer", "price": "84.00"})
    assert sign_of(seen("/ash-lamp", "Ash reading lamp", price + ABOUT_LAMPS, head)) is TypeSign.PRODUCTS
    shop = seen("/product/ash-lamp/", "Ash reading lamp", price + ABOUT_LAMPS, body_class="single-product woocommerce")
    assert sign_of(shop) is TypeSign.PRODUCTS


@pytest.mark.parametrize(
    ("path", "body", "head", "body_class"),
    [
        ("/supper", f"{SUPPER}<a href='/t'>Buy tickets</a>", described("FoodEvent", "Harvest supper"), ""),
        ("/events/x", f"<p>12 December @ 18:30 - 22:00</p>{SUPPER}", described("Event", "Harvest supper"), ""),
        ("/event/12", f"<p><b>When:</b> Saturday</p><p><b>Where:</b> The barn</p>{SUPPER}<a href='?ical=1'>iCal</a>",
         "", ""),
        ("/agenda/x", f"{SUPPER}<dl><dt>Tarif</dt><dd>9 €</dd><dt>Lieu</dt><dd>Grange</dd></dl>"
         "<a href='/r'>Réserver</a>", "", ""),
        ("/b/x", f"{SUPPER}<dl><dt>Ort</dt><dd>Scheune</dd><dt>Eintritt</dt><dd>9 €</dd></dl>"
         "<a href='/t'>Tickets kaufen</a>", "", "page-node-type-veranstaltung"),
    ],
)  # fmt: skip
def test_the_announcement_of_an_event_is_no_article(path: str, body: str, head: str, body_class: str) -> None:
    assert sign_of(seen(path, "Harvest supper", body, head, body_class)) is TypeSign.EVENT


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/portfolio/moor-stop", BUS_STOP + "".join(f"<img src='/{n}.jpg'>" for n in range(6))),
        ("/projekte/moor", f"<p>Auftraggeber: Verkehrsverbund</p><p>Jahr: 2025</p>{BUS_STOP}"),
        ("/work/moor-stop", f"{BUS_STOP}<p>Client: Bus company. Year: 2025. Photographs: Jo Hale.</p>"),
        ("/x", f"<div class='project-details'><ul><li><strong>Client</strong> Bus company</li><li>"
         f"<strong>Year</strong> 2025</li></ul>{BUS_STOP}</div>"),
    ],
)  # fmt: skip
def test_a_project_of_a_portfolio_is_no_article(path: str, body: str) -> None:
    assert sign_of(seen(path, "Moor stop", body)) is TypeSign.PROJECT


@pytest.mark.parametrize(
    ("path", "heading", "body"),
    [
        ("/team/odile-varga", "Odile Varga", LIFE),
        ("/auteurs/varga-odile", "Dr. Odile Varga", LIFE),
        ("/autor/nora-quill/", "Nora Quill", LIFE.replace("Odile Varga", "This author").replace("She", "The author")),
        (
            "/x/1",
            "Odile Varga",
            f'<div class="profile-details">{LIFE}<a href="mailto:o@wexley.example">Write</a></div>',
        ),
    ],
)
def test_the_page_of_a_person_is_no_article(path: str, heading: str, body: str) -> None:
    assert sign_of(seen(path, heading, body)) is TypeSign.PORTRAIT


@pytest.mark.parametrize(
    ("path", "heading", "body", "head"),
    [
        ("/events/harvest-supper-ends-in-rain", "Harvest supper ends in the rain", REPORT, ""),
        ("/news/supper", "Harvest supper ends in the rain", SIGNED + REPORT,
         described("Event", "Harvest supper ends in the rain")),
        ("/events/supper", "Harvest supper ends in the rain", f"{SIGNED}<p>When: Saturday</p><p>Where: barn</p>{REPORT}"
         "<a href='/t'>Buy tickets</a>", ""),
        ("/news/supper", "Harvest supper ends in the rain", f"{REPORT}<a href='/t'>Buy tickets</a>",
         described("NewsArticle", "x", headline="Harvest supper ends in the rain")
         + described("Event", "Harvest supper ends in the rain")),
        ("/blog/supper", "Harvest supper ends in the rain", f"{REPORT}<h2>You may also like</h2>{tiles('basket')}", ""),
        ("/reviews/lamps", "Four lamps for a dark barn, tested at supper", f"{SIGNED}{REPORT}{tiles('price')}", ""),
        ("/projects/supper", "Harvest supper ends in the rain", f"{REPORT}<p>Photographs: Jo Hale</p>", ""),
        ("/projects/supper", "What became of the supper", "<p>Budget: it rose from four to eleven pounds, and then "
         f"nobody wrote it down. Location: it was moved three times, each time further out.</p>{REPORT}", ""),
        ("/people/the-woman-behind-the-supper", "The woman behind the supper", REPORT, ""),
        ("/people/village-suppers-return", "Village Suppers Return", f"<p>The suppers of a village return.</p>{REPORT}",
         ""),
    ],
)  # fmt: skip
def test_a_report_on_such_things_is_an_article(path: str, heading: str, body: str, head: str) -> None:
    assert sign_of(seen(path, heading, body, head)) is None
