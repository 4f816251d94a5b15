"""Pages that are a form: to sign in, to register, to ask for a new password, to subscribe, to write to the publisher.

Comes in: a page. Goes out: whether it is such a form.

Many articles have such forms beside them, and some are about them. A page that is one says so in its title or address,
and nothing else; it has the fields; and what else it says is short.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from extractor.html import Element, Page, Segment
from extractor.kinds.addresses import names_of
from extractor.kinds.walls.signs import PageSigns, Wall, read_signs
from extractor.kinds.walls.vocabulary import LETTER_TITLES, MESSAGE_TITLES, SIGN_IN_TITLES, Phrases, is_titled
from newsdesk.contracts import ContentStatus, Reason, WallSign
from newsdesk.words import count_words

MOST_WORDS = 250
"""On the whole page, menus and advantages of an account included; an article that is shorter has its own title."""
_SHORTEST_PROSE_WORDS = 8
_MOST_FIELDS = 200
_FEWEST_FIELDS = 2
_NAMES = re.compile(
    r"(?:wp-)?(?:log[-_]?in|sign[-_]?in|log[-_]?on|sign[-_]?up|register|registration|join|account|subscribe|anmelden"
    r"|anmeldung|registrier(?:en|ung)|connexion|inscription|se-connecter|identification|iniciar-sesion|acceder|registro"
    r"|accedi|login-register|entrar|cadastro|inloggen|aanmelden|logga-in|logowanie|rejestracja"
    r"|(?:forgot|reset|lost)[-_]?password|password[-_]?(?:reset|recovery|forgot)?|passwort(?:-vergessen)?"
    r"|contact(?:-?us)?|kontakt(?:formular)?|contacto|contatti|contato|newsletter|feedback)",
    re.IGNORECASE,
)
_HIDDEN = frozenset({"hidden", "submit", "button", "image", "reset", "search", "checkbox", "radio"})


def form_page(page: Page, visible: Sequence[Segment], headline: str | None) -> Wall | None:
    """Return the form that a page is."""
    prose = sum(words for line in visible if (words := count_words(line.text)) >= _SHORTEST_PROSE_WORDS)
    if page.data.main is not None or prose > MOST_WORDS:
        return None
    wanted = list(_titles_of_fields(page))
    if not wanted:
        return None
    evidence, signs = [WallSign.FORM_FIELDS], read_signs(page)
    # The first heading may be that of a box to sign in, above an article.
    titles = [*signs.titles, headline or ""]
    if any(is_titled(phrases, titles) for phrases in wanted):
        evidence.append(WallSign.TITLE_SAYS_FORM)
    elif not _is_addressed(page, signs):
        return None
    return Wall(ContentStatus.FULL, Reason.NO_ARTICLE, tuple(evidence), 0.8)


def _is_addressed(page: Page, signs: PageSigns) -> bool:
    """Return whether the address is that of a form for a password, and no heading speaks of anything in particular."""
    names = names_of(page.url)
    is_named = bool(names) and _NAMES.fullmatch(names[-1]) is not None
    return is_named and _asks_for_password(page) and all(count_words(title) <= 5 for title in signs.headings[:1])


def _asks_for_password(page: Page) -> bool:
    return any((field.get("type") or "").lower() == "password" for field in page.elements.of("input"))


def _titles_of_fields(page: Page) -> Iterator[Phrases]:
    """Yield what a page is called that has such fields: for a password, for an address by e-mail, for a message."""
    kinds = [_fields_of(form) for form in page.elements.of("form")]
    if _asks_for_password(page) or any("email" in fields for fields in kinds):
        yield SIGN_IN_TITLES
    if any("email" in fields for fields in kinds):
        yield LETTER_TITLES
    if any("textarea" in fields and len(fields) >= _FEWEST_FIELDS for fields in kinds):
        yield MESSAGE_TITLES


def _fields_of(form: Element) -> list[str]:
    kinds = (
        "textarea" if field.tag == "textarea" else (field.get("type") or "text").lower()
        for field in islice(form.iter("input", "textarea"), _MOST_FIELDS)
    )
    return [kind for kind in kinds if kind not in _HIDDEN]
