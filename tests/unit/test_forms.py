"""A page that is a form is no article; one with a form beside it, or about a form, is.

Comes in: pages. Goes out: assertions.
"""

from __future__ import annotations

import pytest

from extractor.contract import PageToRead
from newsdesk.clock import from_text
from newsdesk.contracts import Reason, WallSign
from newsdesk_cli.single_page import Observation, observe

PASSWORD = (
    '<form method="post" action="/session"><label>E-mail <input name="user"></label>'
    '<label>{label} <input type="password" name="secret"></label><button>{button}</button></form>'
)
MESSAGE = '<form method="post"><input name="name"><textarea name="message"></textarea><button>Send</button></form>'
LETTER = '<form action="/list"><input type="email" name="address"><button>Sign up</button></form>'
STORY = (
    "<p>The county has closed its counter for parking permits, and nobody who has lived there for less than a year "
    "knows where the new one is.</p><p>It is a page. It asks for a number that stands on the back of a letter which "
    "was sent out in March, and which most people took for an advertisement.</p>"
)


def seen(title: str, body: str, path: str = "/", heading: str | None = None, language: str = "en") -> Observation:
    page = (
        f'<html lang="{language}"><head><title>{title}</title></head><body><header><a href="/">The Paper</a></header>'
        f"<main><h1>{heading or title.partition(' | ')[0]}</h1>{body}</main></body></html>"
    )
    captured_at = from_text("2026-11-22T00:00:00Z")
    return observe(PageToRead(page.encode(), "text/html; charset=utf-8", f"https://paper.example{path}", captured_at))


@pytest.mark.parametrize(
    ("title", "path", "language", "text"),
    [
        ("Sign in to your account | The Paper", "/session/new", "en", "Members read everything, on every device."),
        ("The Paper: Member login", "/m", "en", "Please enter the address that you used when you became a member."),
        ("Passwort vergessen? | Das Blatt", "/konto/passwort", "de", "Wir schicken Ihnen einen Link, mit dem Sie ein "
         "neues Passwort setzen können."),
        ("Identifiez-vous | La Feuille", "/compte", "fr", "Vous recevez notre lettre chaque matin, et vous pouvez "
         "commenter les articles."),
        ("Crear cuenta | La Hoja", "/alta", "es", "Con una cuenta puede guardar artículos y seguir a sus autores."),
        ("ログイン | かわら新聞", "/login", "ja", "会員の方は、メールアドレスとパスワードを入力してください。"),
        ("Login to Library Resources", "/idp/sso?e=1", "en", "You are about to use what is restricted to members."),
        ("The Paper", "/wp-login.php", "en", "You are logged out now. Come back whenever you like, we are open."),
    ],
)  # fmt: skip
def test_a_page_that_asks_for_a_password_is_no_article(title: str, path: str, language: str, text: str) -> None:
    body = (
        f"<p>{text}</p>" + PASSWORD.format(label="*", button="OK") + "<p>By going on you accept our terms of use.</p>"
    )
    found = seen(title, body, path, language=language)
    assert found.reason == Reason.NO_ARTICLE
    assert found.result is not None
    assert f"wall:{WallSign.FORM_FIELDS}" in found.result.wall_warnings


@pytest.mark.parametrize(
    ("title", "form"), [("Contact us | The Paper", MESSAGE), ("Newsletter", LETTER), ("Kontaktformular", MESSAGE)]
)
def test_so_is_one_to_write_or_to_subscribe(title: str, form: str) -> None:
    text = "<p>Our readers' desk answers every letter within three days, on Saturdays and holidays too.</p>"
    assert seen(title, text + form, "/service").reason == Reason.NO_ARTICLE


@pytest.mark.parametrize(
    ("title", "path"),
    [
        ("Where the county's permits went", "/2026/permits"),
        ("How to sign in to the county's new portal", "/advice/sign-in"),
        ("Forgotten passwords cost the county a million", "/news/passwords"),
    ],
)
@pytest.mark.parametrize("form", [PASSWORD.format(label="Password", button="Sign in"), LETTER, MESSAGE])
def test_an_article_beside_a_form_is_one(title: str, path: str, form: str) -> None:
    found = seen(f"{title} | The Paper", f"{STORY}<section><h2>Sign in</h2>{form}</section>", path)
    assert found.article is not None
    assert "on the back of a letter" in found.article.article_body


@pytest.mark.parametrize(("title", "form"), [("Contact", LETTER), ("Newsletter", MESSAGE), ("Feedback", LETTER)])
def test_the_title_of_another_form_makes_none(title: str, form: str) -> None:
    assert seen(title, STORY + form, "/science/contact").article is not None


def test_the_heading_of_a_box_above_an_article_makes_no_form() -> None:
    title, box = "Where the permits went", "<h2>Sign in</h2>" + PASSWORD.format(label="Password", button="OK")
    page = f"<html><head><title>{title}</title></head><body>{box}<div><h1>{title}</h1>{STORY}</div></body></html>"
    captured_at = from_text("2026-11-22T00:00:00Z")
    found = observe(PageToRead(page.encode(), "text/html", "https://paper.example/2026/permits", captured_at))
    assert found.article is not None


def test_a_title_alone_makes_no_form() -> None:
    assert seen("Register", STORY, "/2026/register").article is not None
