"""Pages that gave a wall, or a part, and articles that talk of walls."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.html import read_html
from extractor.kinds import Wall, judge_wall
from newsdesk.contracts import TRANSIENT, ContentStatus, Reason
from newsdesk.contracts.outcomes import REJECTIONS

SENTENCE = (
    "The harbour board met on Tuesday to hear what the repairs of the northern pier will cost the town this winter. "
)
ARTICLE = [SENTENCE * 3] * 8
OPENING = [SENTENCE * 2, "It decided nothing, and the chairman left"]


def paragraphs(lines: list[str]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def described(**properties: object) -> str:
    value = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "The pier", **properties}
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def judged(html: str, body: list[str] | None = None, next_pages: tuple[str, ...] = ()) -> Wall:
    page = read_html(html, "")
    assert page is not None
    return judge_wall(page, "\n".join(body or []), next_pages=next_pages)


CHALLENGES = [
    "<title>Just a moment...</title><h1>courier.example</h1><p>Verifying you are human. This may take a few "
    "seconds.</p>"
    "<script src='/challenge-platform/h/b.js'></script><noscript>Enable JavaScript and cookies to continue</noscript>",
    "<title>Access Denied</title><h1>Access Denied</h1><p>You don't have permission to access this page on "
    "this server.</p>"
    "<p>Reference #18.2d5e1402</p>",
    "<title>courier.example</title><p>Please complete the security check to go on.</p><p>We have detected "
    "unusual traffic "
    "from your network.</p><form action='/verify'><div class='g-recaptcha'></div></form>",
    "<title>Are you a robot?</title><h1>Are you a robot?</h1><p>Press &amp; Hold to confirm you are a human "
    "and not a bot.</p>",
    "<title>Robot Check</title><form><p>Type the characters you see.</p><img src='/captcha/a.jpg'></form>",
]


REFUSALS = [
    "<title>Unavailable due to legal reasons</title><h1>451: Unavailable due to legal reasons</h1><p>You are visiting "
    "this website from a country of the European Economic Area, which enforces a regulation for the protection of "
    "data, and therefore access cannot be granted at this time. For any issue, call the office of the paper.</p>",
    "<title>Error</title><h1>Error establishing a database connection</h1><p>This either means that the name and the "
    "password are incorrect or that nothing answers at the address of the server where all the data is kept.</p>",
    "<title>Maintenance</title><h1>We’ll be back soon!</h1><p>We’re performing some maintenance at the moment.</p>",
]


@pytest.mark.parametrize("html", [*CHALLENGES, *REFUSALS])
def test_a_challenge_is_a_bot_wall(html: str) -> None:
    wall = judged(html, ["Verifying you are human."])
    assert (wall.status, wall.reason) == (ContentStatus.BOT_WALL, Reason.BOT_WALL)
    assert wall.confidence > 0.8


CONSENT = [
    "<title>Before you continue</title><h1>Before you continue to the Courier</h1><p>We use cookies and "
    "data to deliver our "
    "services, to measure them, and to show you personalised ads.</p><form action='/consent'><button>Reject "
    "all</button>"
    "<button>Accept all</button></form>",
    "<title>The Courier</title><div><h2>We value your privacy</h2><p>We and our 812 partners store and "
    "access information on a "
    "device, such as cookies, and process personal data.</p><p>With your consent we may use precise location data.</p>"
    "<button>Accept all</button><button>Manage options</button></div><script>window.__tcfapi=function(){}</script>",
    "<title>Zustimmung | Kurier</title><h1>Zustimmung</h1><p>Um diese Seite mit Werbung und Cookies zu "
    "nutzen, brauchen wir Ihre "
    "Einwilligung in die Verarbeitung personenbezogener Daten.</p><button>Zustimmen und weiter</button>",
]


@pytest.mark.parametrize("html", CONSENT)
def test_a_page_that_only_asks_for_consent_is_a_consent_wall(html: str) -> None:
    wall = judged(html, ["We use cookies and data to deliver our services."])
    assert (wall.status, wall.reason) == (ContentStatus.CONSENT_WALL, Reason.CONSENT_WALL)


TEASERS = "<h2>Latest stories</h2>" + f"<div><h3><a href='/a'>The pier</a></h3><p>{SENTENCE * 2}</p></div>" * 3
NOT_FOUND = [
    f"<title>Page not found - Courier</title><h1>Page not found</h1><p>Sorry, the page you requested could not be "
    f"found.</p>{TEASERS}",
    f"<title>404 - Courier</title><h1>404</h1><p>Oops! That page can’t be found.</p>{TEASERS}",
    "<title>Oops! | Courier</title><h1>Oops! Something went wrong</h1><p>The page you are looking for doesn’t exist or "
    "has been moved to another address on our site.</p>",
    "<title>Page not found | The Courier</title><h1>Page not found</h1><p>The page you are looking for may "
    "have been moved.</p>",
    "<title>404</title><h1>404</h1><p>Sorry, we can't find that page.</p><ul><li><a href='/a'>Latest news "
    "of the day</a></ul>",
    "<title>The Courier</title><h1>Oops! That page can't be found.</h1><p>It looks like nothing was found "
    "at this location.</p>",
    "<title>Seite nicht gefunden - Kurier</title><h1>Seite nicht gefunden</h1><p>Die gesuchte Seite gibt es "
    "nicht mehr.</p>",
    "<title>Page introuvable – Le Courrier</title><h1>Page introuvable</h1><p>La page demandée n'existe plus.</p>",
    "<title>Ups! - Kurier</title><h1>Ups!</h1><p>Der Artikel ist leider nicht mehr vorhanden. Vielleicht hilft die "
    "Suche.</p>",
    "<title>Lo sentimos - El Correo</title><h1>Lo sentimos</h1><p>La noticia que quiere leer ha sido eliminada.</p>",
    "<title>Conteúdo indisponível</title><h1>Conteúdo indisponível</h1><p>A página não foi encontrada, ou foi "
    "movida para outro endereço.</p>",
    "<title>Error 503 | Courier</title><h1>An error occurred</h1><p>We could not load this page because of an internal "
    "error occurred on our side. Please try again later.</p>",
    "<title>Content unavailable</title><h1>This content isn’t available right now</h1><p>The owner may have hidden "
    "it, or it has been deleted.</p>",
    "<title>This offer has expired</title><h1>This offer has expired</h1><p>What you followed has been taken down.</p>",
]


@pytest.mark.parametrize("html", NOT_FOUND)
def test_a_page_that_says_that_there_is_no_page_is_not_stored(html: str) -> None:
    assert judged(html, ["Sorry, we can't find that page."]).reason is Reason.NOT_FOUND_PAGE


@pytest.mark.parametrize(
    ("title", "line"),
    [
        (
            "Are you a robot?",
            "To verify you are human, sites ask you to solve the captcha, and machines are better at it by now. ",
        ),
        (
            "Access denied",
            "Users saw the words access denied and a reference number when the airline's network failed on Monday. ",
        ),
        (
            "Before you continue",
            "Regulators want to know what becomes of your data when you consent to cookies and to partners. ",
        ),
        (
            "Page not found",
            "The page you are looking for may have been moved, says the best known error of the web, number 404. ",
        ),
        (
            "Subscribe to continue reading",
            "Already a subscriber? Log in to continue, says the line that more papers show than ever. ",
        ),
    ],
)
def test_an_article_that_talks_of_walls_is_an_article(title: str, line: str) -> None:
    # Given articles whose titles and texts are about walls, with a banner and a captcha in the comment form
    body = [line + SENTENCE, *([SENTENCE * 2] * 5), "That is the end of it."]
    html = (
        f"<title>{title} | The Courier</title>{described(headline=title)}<h1>{title}</h1>{paragraphs(body)}"
        "<div class='cookie'>We use cookies. <button>Accept all</button></div><div class='g-recaptcha'></div>"
    )
    # When they are judged, Then they are articles, and whole
    wall = judged(html, body)
    assert (wall.status, wall.reason) == (ContentStatus.FULL, None)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "The end of the captcha is near",
            "<p>Software from Arden solves every captcha that sites give to visitors, in less than a second.</p>"
            "<p>“Verify you are human” has lost its meaning, and sites look for other signs by now.</p>",
        ),
        (
            "Why puzzles ask: are you a robot?",
            "<p>Please verify you are a human: the sentence is the most hated on the web, researchers said.</p>"
            "<p>The puzzles began in 2003, and sites have made them harder in each of the years since then.</p>",
        ),
        (
            "Page not found: how newspapers lose their archives",
            "<p>Error 404 greets readers of a third of all links that newspapers published before 2010.</p>"
            "<p>The page you were looking for may have been moved or deleted, the sites say, and seldom is it so.</p>",
        ),
        (
            "Blocked",
            "<p>A broken barrier has closed the harbour for ships, incident number 4 of the year in Arden, "
            "its master wrote to the council.</p>",
        ),
        (
            "Forbidden",
            "<p>The play of the season opened on Friday: a family hides its books from the censor, and the censor is "
            "one of its sons.</p><div class='g-recaptcha'></div>",
        ),
        ("Oops!", "<p>The comedy of the season opened on Friday before a full house, and nobody laughed at all.</p>"),
        ("Maintenance", f"<p>{SENTENCE}</p>"),
    ],
)
def test_a_short_text_about_walls_is_an_article_even_if_nothing_describes_it(title: str, text: str) -> None:
    # Given a few lines that quote, report or only share a title with a wall, and no metadata
    html = f"<title>{title} | The Courier</title><h1>{title}</h1>{text}"
    # When they are judged, Then they are an article
    wall = judged(html, [SENTENCE])
    assert (wall.status, wall.reason) == (ContentStatus.FULL, None)


def test_teasers_do_not_hide_an_error_page_but_an_articles_text_is_no_teaser() -> None:
    # Given an article that begins with prose and whose title and heading are an error page's
    html = (
        f"<title>Page not found</title><h1>Page not found</h1>{paragraphs([SENTENCE] * 5)}"
        "<p>That page could not be found.</p>"
    )
    # When it is judged, Then it is an article
    assert judged(html, [SENTENCE] * 5).reason is None


def test_a_news_flash_is_an_article() -> None:
    html = f"<title>Pier closed | The Courier</title>{described()}<h1>Pier closed</h1><p>{SENTENCE}</p>"
    assert judged(html, [SENTENCE]).status is ContentStatus.FULL


def test_a_short_notice_under_a_long_cookie_banner_is_an_article() -> None:
    # Given a notice without any metadata, and a banner with more words than the notice
    banner = "We and our partners use cookies and personal data, with your consent, to show you personalised ads. " * 4
    html = (
        f"<title>Pier closed</title><h1>Pier closed</h1><p>{SENTENCE}</p><div>{banner}<button>Accept all</button></div>"
    )
    # When it is judged, Then it is not taken for a wall
    assert judged(html, [SENTENCE]).reason is None


WHOLE_LINES = [SENTENCE * 2, SENTENCE]
PROMPT = "<div class='paywall-prompt'><h3>Subscribe to continue reading</h3><p>Already a subscriber? Log in</p></div>"


@pytest.mark.parametrize(
    "html",
    [
        f"{described(isAccessibleForFree=False, wordCount=900)}{paragraphs(OPENING)}",
        f"{described(isAccessibleForFree='False')}{paragraphs(OPENING)}{PROMPT}",
        f"{paragraphs(OPENING)}{PROMPT}",
        f"{paragraphs(WHOLE_LINES)}<div><p>To continue reading, subscribe now.</p><p>Already a subscriber? "
        "<a href='/login'>Log in</a></p><button>Subscribe</button></div>",
        f"{paragraphs(WHOLE_LINES)}<div><h3>This article is for subscribers only</h3><p>From $1 a week.</p>"
        "<button>Subscribe now</button></div>",
        f"{paragraphs(WHOLE_LINES)}<p>La suite est réservée aux abonnés.</p><a>S’abonner</a>",
        described(isAccessibleForFree=False, hasPart={"@type": "WebPageElement", "cssSelector": ".body"})
        + paragraphs([*OPENING, "and so"])
        + "<div class='body'></div>",
    ],
)
def test_the_opening_of_a_paid_article_is_kept_as_such(html: str) -> None:
    # Given the opening of an article and several signs of a paywall
    # When it is judged, Then the opening may be stored, marked
    wall = judged(html, OPENING)
    assert (wall.status, wall.reason) == (ContentStatus.PAYWALLED, None)


@pytest.mark.parametrize(
    ("html", "body"),
    [
        (
            "<title>Register | Courier</title><h1>Register to continue reading</h1><p>{}</p>"
            "<form><input type='email'><button>Register</button></form>",
            "Create a free account to read this article and get five free articles a month from our newsroom.",
        ),
        (
            "<title>Log in</title><h1>Log in or create an account to continue</h1><p>{}</p>"
            "<form><input type='password'><button>Sign in</button></form>",
            "Register for free to continue reading this article and get access to more of our journalism.",
        ),
        (
            "<meta property='og:type' content='article'><title>The pier</title><h1>The pier</h1><p>{}</p>"
            "<form><input type='submit' value='Log in'></form>",
            "Already have an account? Log in to keep reading this story, or register for free in a minute.",
        ),
    ],
)
def test_a_page_whose_only_text_asks_to_register_or_sign_in_is_no_article(html: str, body: str) -> None:
    wall = judged(html.format(body), [body])
    assert (wall.status, wall.reason) == (ContentStatus.PAYWALLED, Reason.PAYWALL)
    assert "subscribe_controls" in wall.evidence


@pytest.mark.parametrize(
    "offer",
    [
        "<div><p>Sign up for our newsletter and get the news of the town each day.</p><button>Sign up</button></div>",
        "<div><p>Subscribe to keep reading stories like this one.</p><button>Subscribe</button></div>",
        "<p>“To continue reading, subscribe now”, said the site.</p><p>The board will meet again.</p>",
    ],
)
def test_a_short_article_above_an_offer_is_whole(offer: str) -> None:
    # Given a short article, and below it an offer that does not say that there is more of it, or a mere quotation
    # When it is judged, Then it is whole
    assert judged(f"{paragraphs(WHOLE_LINES)}{offer}", WHOLE_LINES).status is ContentStatus.FULL


def test_short_lines_above_a_prompt_are_an_opening() -> None:
    # Given a poem, none of whose lines is as long as prose, and a prompt with a button
    lines = ["The pier is old, the water cold,", "and nobody will come to mend it;"] * 4
    html = f"{paragraphs(lines)}<p>Subscribe to continue reading</p><button>Subscribe</button>"
    # When it is judged, Then it may be stored, marked
    wall = judged(html, lines)
    assert (wall.status, wall.reason) == (ContentStatus.PAYWALLED, None)


def test_a_text_that_ends_in_an_ellipsis_above_its_prompt_is_cut_off() -> None:
    # Given a body whose last line is the prompt
    lines = [SENTENCE, "The board has decided to…", "Il vous reste 75 % de cet article à lire."]
    # When it is judged, Then what counts is the last line of the article
    wall = judged(paragraphs(lines), lines)
    assert wall.status is ContentStatus.PAYWALLED
    assert "cut_off" in wall.evidence


def test_a_paywall_without_an_opening_is_no_article() -> None:
    html = f"{described(isAccessibleForFree=False, wordCount=900)}<h1>The pier</h1>{PROMPT}"
    wall = judged(html, ["The pier"])
    assert (wall.status, wall.reason) == (ContentStatus.PAYWALLED, Reason.PAYWALL)


def test_a_paid_article_that_was_delivered_whole_is_whole() -> None:
    # Given an article that is said not to be free, with a paywall's markup, and all of its text
    html = f"{described(isAccessibleForFree=False, wordCount=480)}<div class='paywall'>{paragraphs(ARTICLE)}</div>"
    # When it is judged, Then it is whole, and the sign is on record
    wall = judged(html, ARTICLE)
    assert wall.status is ContentStatus.FULL
    assert wall.warnings == ("wall:not_free",)


def test_a_text_much_shorter_than_the_stated_one_is_truncated() -> None:
    html = described(articleBody=" ".join([*OPENING, *ARTICLE, "The end."])) + paragraphs(OPENING)
    wall = judged(html, OPENING)
    assert (wall.status, wall.reason) == (ContentStatus.TRUNCATED, None)
    assert "shorter_than_stated" in wall.evidence


def test_a_stated_text_that_repeats_itself_does_not_make_the_body_truncated() -> None:
    html = described(articleBody=" ".join(["A caption that is not in the text."] * 40 + ARTICLE)) + paragraphs(ARTICLE)
    assert judged(html, ARTICLE).status is ContentStatus.FULL


@pytest.mark.parametrize(
    "end", ["The board has decided to…", "The board has decided to [...]", "Continue reading", "Read more »"]
)
def test_an_opening_that_breaks_off_is_truncated(end: str) -> None:
    assert judged(paragraphs([SENTENCE, end]), [SENTENCE, end]).status is ContentStatus.TRUNCATED


def test_an_article_with_more_pages_is_truncated() -> None:
    wall = judged(paragraphs(ARTICLE), ARTICLE, ("https://courier.example/pier/2",))
    assert (wall.status, wall.evidence) == (ContentStatus.TRUNCATED, ("more_pages",))


def test_walls_are_failures_and_final() -> None:
    walls = {Reason.BOT_WALL, Reason.CONSENT_WALL, Reason.PAYWALL, Reason.NOT_FOUND_PAGE}
    assert not walls & (REJECTIONS | TRANSIENT)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/=\"'& ptilehdivcaorsk404…"), max_size=300), st.text(max_size=100))
def test_any_page_is_judged(html: str, body: str) -> None:
    if read_html(html, "") is not None:
        assert 0 <= judged(html, [body]).confidence <= 1
