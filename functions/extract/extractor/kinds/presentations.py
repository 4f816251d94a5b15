"""Pages that present something and report nothing: what a shop sells, an event, a project, a person.

Comes in: a page, the segments that were taken for its body, and its headline. Goes out: what it presents, if it does.

Reviews, previews and portraits are articles about the same things, so one sign is never enough. What the page's data
say, its address, the names of its markup, its controls and its lines of facts are signs of different kinds, and two or
three of them have to agree. A page that describes itself as an article, or that somebody has signed, is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from extractor.html import ASIDES, Container, Element, Page, Segment
from extractor.kinds.addresses import names_of
from extractor.kinds.listings import describes_itself, takes_up
from extractor.text import TOKEN, fold, is_time_line
from newsdesk.contracts import TypeSign
from newsdesk.words import count_words

MOST_WORDS = 700
"""A longer body tells a story, whatever it is about."""
FEWEST_PRICES = 3
FEWEST_FACTS = 2
FEWEST_PICTURES = 6
MOST_VALUE_WORDS = 8
MOST_NAME_WORDS, _MOST_UNEQUAL_WORDS = 5, 3
_SHORTEST_NAME = 3
_MOST_SEGMENTS = 1_000
_MOST_CONTROLS = 3_000
_LONGEST_FACTS = 600
_FACT_ENDS = re.compile(r"[.;|]\s+")
_FIRST_ELEMENTS, _MOST_AROUND = 20, 100
_LABELS = frozenset({"strong", "b", "dt", "th", "span"})
_LONGEST_PRICE, _LONGEST_LABEL, _LONGEST_CONTROL = 60, 30, 60
_READ_CHARACTERS = 200_000

_PRICE = re.compile(
    r"(?:from|ab|à partir de|desde|da|vanaf|now|only|nur|rrp|was|sale price)?[\s:]*"
    r"(?:(?:[$£€¥₹₽]|USD|EUR|GBP|CHF|Fr\.|kr|zł|R\$)\s?\d[\d.,' ]*|\d[\d.,' ]*\s?(?:[$£€¥₹₽]|USD|EUR|GBP|CHF|kr|zł|円"
    r"|元|руб\w*))"
    r"(?:\s?(?:[-–]|to|bis|à)\s?.{0,20})?(?:\s?(?:USD|EUR|GBP|[*]|incl?\..{0,20}|inkl\..{0,20}|/.{1,12}))?",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"(?:(?:showing|showing all|view|zeige|affichage de|mostrando) )?(?:\d+ ?[-–] ?\d+ (?:of|von|sur|de|di"
    r"|van) )?(?:all )?\d+ "
    r"(?:artikel|products?|items?|produkte?|produits?|articles|productos|artículos|producten|prodotti|produtos"
    r"|produkt\w*"
    r"|varor|results)",
    re.IGNORECASE,
)
_SHOP_DATA = frozenset({"product", "productgroup", "productmodel", "individualproduct", "offercatalog"})
_SHOP_FOLDER = re.compile(
    r"products?|shop|store|produkte?|produits?|productos?|prodott[oi]|produtos?|producten|collections?|product-category"
    r"|categorie-produit|produkt-kategorie|categoria-produto|catalog(?:ue)?|katalog|boutique|tienda|negozio|loja|winkel"
    r"|sklep|butik|cart|basket|checkout|warenkorb|merch(?:andise)?",
    re.IGNORECASE,
)
_CART = re.compile(r"(?:shopping-?)?(?:cart|basket|bag)|checkout|warenkorb|panier|carrito|carrello", re.IGNORECASE)
_SHOP_BODY = re.compile(
    r"(?<![\w-])(?:woocommerce-page|single-product|template-(?:product|collection)|catalog-(?:product|category)-view"
    r"|post-type-archive-product|tax-product_cat|page-products|pagetype-product\w*|collection-type-products)(?![\w-])"
)
_BASKET = re.compile(
    r"add to (?:cart|basket|bag|trolley)|in den (?:warenkorb|einkaufswagen)|ajouter au panier"
    r"|añadir (?:al carrito|a la cesta)|agregar al carrito|aggiungi al carrello|adicionar ao carrinho"
    r"|in winkel(?:wagen|mand(?:je)?)|lägg i (?:varukorg|kundvagn)|læg i kurv|legg i handlekurv|(?:dodaj )?do koszyka"
    r"|в корзину|カートに入れる|加入购物车|加入購物車|장바구니.{0,6}",
    re.IGNORECASE,
)
_SHOP_CONTROL = re.compile(
    rf"{_BASKET.pattern}|buy (?:it )?now|add to wish ?list|jetzt kaufen|acheter|comprar(?: ahora| agora)?|купить",
    re.IGNORECASE,
)
_EVENT_DATA = re.compile(r"\w*event|festival|eventseries", re.IGNORECASE)
_EVENT_FOLDER = re.compile(
    r"events?|veranstaltung(?:en)?|termine?|programm?e?|gigs?|shows?|concerts?|konzerte?|kalender"
    r"|veranstaltungskalender"
    r"|calendar|agenda|[ée]v[ée]nements?|eventos?|eventi|whats?-?s?-on|spielplan|spectacles?|exhibitions?|ausstellungen"
    r"|workshops?|seminare?s?|webinars?|tickets?|meetups?|conferences?|cartelera|evenementen|arrangement(?:er)?"
    r"|wydarzenia",
    re.IGNORECASE,
)
_EVENT_NAME = re.compile(
    r"(?<![a-z])(?:tribe[-_]events?|vevent|(?:single|type|node|page"
    r"|template)[-_]{1,2}(?:type[-_])?(?:tribe_)?(?:event|veranstaltung"
    r"|evento|evenement|termin|concert)s?|event[-_]{1,2}(?:single|details?|page|header|view|content|description"
    r"|main))(?![a-z])",
    re.IGNORECASE,
)
_EVENT_CONTROL = re.compile(
    r"(?:buy|get|book|order)(?: your)? tickets?(?: now| online| here)?|tickets?|book (?:now|a place|your place)|rsvp"
    r"|register(?: now| here)?|add to (?:my )?(?:google |outlook )?calendar|i-?cal(?:endar)?|google calendar"
    r"|save the date"
    r"|reserveren|(?:tickets?|karten)(?: online)? (?:kaufen|bestellen|sichern|reservieren)|zum (?:ticketshop"
    r"|vorverkauf)"
    r"|jetzt (?:anmelden"
    r"|buchen)|(?:zum|in den) kalender(?: hinzufügen)?|termin (?:speichern|exportieren)|réserver|billetterie"
    r"|acheter des billets"
    r"|comprar (?:entradas|ingressos|bilhetes|boletos)|entradas|reservar|acquista(?: i)? biglietti|prenota|(?:koop"
    r"|bestel) (?:tickets"
    r"|kaarten)|köp biljett(?:er)?|kup bilet|купить билет\w*|チケット.{0,8}",
    re.IGNORECASE,
)
_EVENT_FACT = re.compile(
    r"(?:dates?(?: and times?)?|times?|when|where|venue|location|place|price|cost|admission|entry|doors?(?: open)?"
    r"|starts?|ends?|organi[sz]ers?|age limit|tickets?|datum|(?:datum und )?(?:uhr)?zeit|wann|wo|ort|veranstaltungsort"
    r"|eintritt|preise?|beginn|einlass|ende|veranstalter|lieu|tarifs?|horaires?|quand|où|organisateur|fecha|hora"
    r"|horario"
    r"|fecha y hora|lugar|precio|coste|cuándo|dónde|organiza|data|orario?|data e ora|date e orari|luogo|costo|prezzo"
    r"|ingresso|quando|dove|ora|onde|local|preço|locatie|tijd|prijs|plats|pris|tid|sted|日時|会場|料金|场地|时间)",
    re.IGNORECASE,
)
_OF_EVENT = re.compile(r"[-–—@]|\b(?:uhr|ore|doors|einlass|from|until|ab|bis)\b", re.IGNORECASE)
_PROJECT_FOLDER = re.compile(
    r"portfolios?|works?|our-work|projects?|projekte?|projets?|proyectos?|progetti|projetos?|projecten|case-stud(?:y"
    r"|ies)"
    r"|referenzen|r[ée]alisations?|realizacje|arbeiten|travaux|lavori|trabajos",
    re.IGNORECASE,
)
_PROJECT_NAME = re.compile(
    r"(?<![a-z])(?:(?:single|type|node|page|template)[-_]{1,2}(?:type[-_])?(?:jetpack-)?(?:portfolio|project|projekt"
    r"|case[-_]study|work)s?"
    r"|(?:project|portfolio|projekt|case[-_]study)[-_]{1,2}(?:meta|details?|info|item|single|content|header"
    r"|description|facts|page))"
    r"(?![a-z])",
    re.IGNORECASE,
)
_PROJECT_FACT = re.compile(
    r"(?:clients?|kunde|auftraggeber|bauherr(?:schaft)?|cliente|years?|jahr|année|año|anno|ano|services?"
    r"|leistung(?:en)?|roles?|rolle"
    r"|architects?|architekt(?:en)?|photograph(?:s|y|er|ers)?|fotos?|credits?|agency|agentur|disciplines?"
    r"|deliverables|sector"
    r"|industry|branche|status|completion|completed|fertigstellung|area|fläche|surface|materials?|technique|dimensions"
    r"|tools|technolog(?:y|ies)|scope|budget|collaborators?|design(?:er)?|art direction|location|standort|lieu|team)",
    re.IGNORECASE,
)
_PERSON_FOLDER = re.compile(
    r"authors?|autor(?:en|es|a|as|i|innen)?|auteurs?|autrices?|contributors?|people|persons?|personen|team|our-team"
    r"|staff"
    r"|staff-profiles?|profiles?|profil|members?|mitglieder|users?|mitarbeiter(?:innen)?|redaktion|[ée]quipe|equipo"
    r"|redazione|columnists?|journalists?|reporters?|experts?|speakers?|faculty|leadership|management|board|personas?"
    r"|bios?|lawyers?|attorneys?|anw[aä]e?lte|doctors?|aerzte|artists?|kuenstler|writers?|editors?|medewerkers|ansatte",
    re.IGNORECASE,
)
_WRITER_FOLDER = re.compile(
    r"authors?|autor(?:en|es|a|as|i|innen)?|auteurs?|autrices?|contributors?|writers?", re.IGNORECASE
)
_USER_FOLDER = re.compile(r"users?|members?|profiles?|u|benutzer|utilisateurs?|usuarios?", re.IGNORECASE)
_PERSON_NAME = re.compile(
    r"(?<![a-z])(?:(?:single|type|node|page|template)[-_]{1,2}(?:type[-_])?(?:person|people|author|team|staff|member"
    r"|profile|employee)s?"
    r"|(?:author|person|profile|member|staff|team[-_]member|employee)[-_]{1,2}(?:page|bio|details?|header|profile"
    r"|single|card|info|name))"
    r"(?![a-z])",
    re.IGNORECASE,
)
_HONORIFICS = frozenset(
    {"dr", "prof", "professor", "mr", "mrs", "ms", "sir", "dame", "dipl", "ing", "med", "phd", "md", "llm", "ma", "mag"}
)


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a page presents, and where the strongest sign of that was: ``jsonld``, ``url`` or ``dom``."""

    sign: TypeSign
    source: str


def presentation(page: Page, kept: Sequence[int], headline: str, words: int, *, is_signed: bool) -> Presentation | None:
    """Return what a page presents; None where it is an article, or shows too little of anything.

    Parameters
    ----------
    headline : str
    words : int
        Of its body.
    is_signed : bool
        Whether somebody else than the one who is portrayed has written it.
    """
    if words > MOST_WORDS or describes_itself(page):
        return None
    seen = _Signs(page, kept, headline)
    if is_signed:
        # A book has an author, and is sold.
        return Presentation(TypeSign.PRODUCTS, "meta") if seen.states_price and seen.has_control(_BASKET) else None
    for find in (_products, _event, _project, _portrait):
        found = find(seen)
        if found is not None:
            return found
    return None


class _Signs:
    """What several kinds of pages are asked for."""

    def __init__(self, page: Page, kept: Sequence[int], headline: str) -> None:
        self.page, self.kept, self.headline = page, kept, headline
        self.folders = names_of(page.url)[:-1]
        self.last = next(iter(names_of(page.url)[-1:]), "")

    @property
    def is_called_article(self) -> bool:
        return (self.page.meta.first("og:type") or "").lower().startswith("article")

    @property
    def states_price(self) -> bool:
        return self.page.meta.first("product:price:amount", "og:price:amount") is not None

    @cached_property
    def types(self) -> frozenset[str]:
        """Return what microdata around the headline, and JSON-LD that has the headline, are of."""
        stated = (self.page.meta.first("og:type") or "").lower().partition(".")[0]
        return frozenset({stated, *self._microdata(), *self._json_ld()})

    def _microdata(self) -> Iterator[str]:
        wanted = fold(self.headline)
        for heading in islice(self.page.elements.of("h1", "h2"), 20):
            if wanted and fold(heading.text_content()[:300]) == wanted:
                for around in (heading, *heading.iterancestors()):
                    yield from (name.rpartition("/")[2].lower() for name in around.get("itemtype", "").split())

    def _json_ld(self) -> Iterator[str]:
        name = self.headline.casefold()
        has_name = bool(name) and any(
            name in (script.text or "")[:_READ_CHARACTERS].casefold()
            for script in self.page.elements.of("script")
            if "ld+json" in (script.get("type") or "").lower()
        )
        return (kind.lower() for kind in self.page.data.types) if has_name else iter(())

    @cached_property
    def names(self) -> str:
        """Return the classes and identifiers of the body, and of what stands around headline and text."""
        heading = self.heading
        lines = [self.page.segments[index] for index in self.kept[:1]] + ([heading] if heading is not None else [])
        body = self.page.tree.find("body")
        elements = [body] if body is not None else []
        for line in lines:
            step: Container | None = line.container
            while step is not None:
                elements.append(step.element)
                step = step.parent
        return " ".join(element.get(name, "") for element in elements for name in ("class", "id"))

    @cached_property
    def heading(self) -> Segment | None:
        """Return the heading that says the headline."""
        wanted = fold(self.headline)
        lines = (line for line in self.page.segments[:_MOST_SEGMENTS] if line.tag in ("h1", "h2"))
        return next((line for line in lines if wanted and fold(line.text) == wanted), None)

    @cached_property
    def controls(self) -> list[str]:
        """Return what the links and buttons say that stand in no menu, header or footer."""
        found = islice(self.page.elements.of("a", "button", "input"), _MOST_CONTROLS)
        return [label for element in found if (label := _label(element)) and not _is_in_frame(element)]

    @property
    def counts_products(self) -> bool:
        """Return whether a line says how many products there are."""
        return any(len(line.text) <= _LONGEST_PRICE and _COUNTED.fullmatch(line.text) for line in self._lines())

    @cached_property
    def prices(self) -> list[int]:
        """Return the lines that are a price and nothing else."""
        lines = (line for line in self._lines() if len(line.text) <= _LONGEST_PRICE)
        return [line.index for line in lines if _PRICE.fullmatch(line.text)]

    def facts(self, labels: re.Pattern[str]) -> int:
        """Return how many labels of facts there are: terms, lines of their own, or what stands before a short value."""
        found: set[str] = set()
        for line in self._lines():
            parts = list(_labels_in(line.text[:_LONGEST_FACTS]))
            inner = (child for child in islice(line.element.iter(), _FIRST_ELEMENTS) if child.tag in _LABELS)
            strong = next(inner, None)
            if strong is not None and strong is not line.element:
                parts.append(_text_of(strong)[:_LONGEST_LABEL])
            if len(line.text) <= _LONGEST_LABEL:
                parts.append(line.text)
            found.update(label for part in parts if labels.fullmatch(label := part.strip(" :").lower()))
        return len(found)

    def _lines(self) -> Iterator[Segment]:
        for line in self.page.segments[:_MOST_SEGMENTS]:
            if not line.is_hidden and not line.container.areas & ASIDES:
                yield line

    def has_control(self, wanted: re.Pattern[str]) -> bool:
        return any(wanted.fullmatch(label) for label in self.controls)

    def is_in(self, folder: re.Pattern[str]) -> bool:
        return any(folder.fullmatch(name) for name in self.folders)


def _labels_in(line: str) -> Iterator[str]:
    """Yield the labels of a line that has nothing but labels and short values."""
    parts = [part.partition(":") for part in _FACT_ENDS.split(line.strip(" ."))]
    if all(colon and 0 < count_words(value) <= MOST_VALUE_WORDS for _, colon, value in parts):
        yield from (label for label, _, _ in parts)


def _label(element: Element) -> str:
    if element.tag == "input" and (element.get("type") or "").lower() not in ("submit", "button"):
        return ""
    text = element.get("value", "") if element.tag == "input" else _text_of(element)
    label = " ".join(text.split()).strip(" ›»→+")
    return label if len(label) <= _LONGEST_CONTROL else ""


def _text_of(element: Element) -> str:
    return "".join(islice(element.itertext(), _FIRST_ELEMENTS))[:200]


def _is_in_frame(element: Element) -> bool:
    around = islice(element.iterancestors(), _MOST_AROUND)
    return any(outer.tag in ("nav", "header", "footer", "aside") for outer in around)


def _products(seen: _Signs) -> Presentation | None:
    """Return whether a page sells: it is described so and has a price or a basket, or it shows many prices."""
    is_data = bool(seen.types & _SHOP_DATA) or seen.states_price
    is_shop = is_data or _SHOP_BODY.search(seen.names) is not None or _CART.fullmatch(seen.last) is not None
    baskets = sum(_BASKET.fullmatch(label) is not None for label in seen.controls)
    if not is_shop and (seen.is_called_article or max(baskets, len(seen.prices)) < FEWEST_PRICES):
        return None
    others = seen.is_in(_SHOP_FOLDER) + seen.has_control(_SHOP_CONTROL) + bool(seen.prices) + seen.counts_products
    if is_shop and others and not (seen.is_called_article and others < 2):
        return Presentation(TypeSign.PRODUCTS, "jsonld" if is_data else "dom")
    if is_shop or others < 2 or _reports_above(seen, min(seen.prices, default=len(seen.page.segments))):
        return None
    return Presentation(TypeSign.PRODUCTS, "dom")


def _reports_above(seen: _Signs, first: int) -> bool:
    """Return whether there is prose about the headline above the first price: then the prices are below an article."""
    return takes_up(seen.headline, "\n".join(seen.page.segments[index].text for index in seen.kept if index < first))


def _event(seen: _Signs) -> Presentation | None:
    is_data = any(_EVENT_DATA.fullmatch(kind) for kind in seen.types)
    is_named = _EVENT_NAME.search(seen.names) is not None
    is_in = seen.is_in(_EVENT_FOLDER)
    if not (is_data or is_named or is_in):
        return None
    has_facts = seen.facts(_EVENT_FACT) >= FEWEST_FACTS
    others = is_named + is_in + seen.has_control(_EVENT_CONTROL) + has_facts + _is_dated(seen)
    fewest = (1 if is_data else 3) + seen.is_called_article
    return Presentation(TypeSign.EVENT, "jsonld" if is_data else "dom") if others >= fewest else None


def _is_dated(seen: _Signs) -> bool:
    """Return whether a line between the headline and the body says from when to when: nobody dates a report so."""
    if seen.heading is None or not seen.kept:
        return False
    between = seen.page.segments[seen.heading.index + 1 : max(seen.heading.index + 1, seen.kept[0])]
    return any(is_time_line(line.text) and _OF_EVENT.search(line.text) is not None for line in between)


def _project(seen: _Signs) -> Presentation | None:
    is_in = seen.is_in(_PROJECT_FOLDER)
    is_named = _PROJECT_NAME.search(seen.names) is not None
    if seen.is_called_article or not (is_in or is_named):
        return None
    pictures = sum(not _is_in_frame(picture) for picture in islice(seen.page.elements.of("img"), 100))
    others = is_named + (seen.facts(_PROJECT_FACT) >= FEWEST_FACTS) + (pictures >= FEWEST_PICTURES)
    return Presentation(TypeSign.PROJECT, "url" if is_in else "dom") if is_in + others >= 2 else None


def _portrait(seen: _Signs) -> Presentation | None:
    """Return whether a page portrays somebody: it is in a folder of people and named as its address is."""
    is_user = any(_USER_FOLDER.fullmatch(folder) for folder in seen.folders)
    if is_user and seen.last and fold(seen.last) == fold(seen.headline):
        return Presentation(TypeSign.PORTRAIT, "url")
    name = [word for word in fold(seen.headline) if word not in _HONORIFICS]
    if seen.is_called_article or not 1 < len(name) <= MOST_NAME_WORDS or not _is_name_of_somebody(seen, name):
        return None
    is_address = _is_name_in(seen.last, name)
    is_in = seen.is_in(_PERSON_FOLDER) and is_address
    is_named = _PERSON_NAME.search(seen.names) is not None
    has_contact = any(
        (link.get("href") or "").startswith(("mailto:", "tel:")) and not _is_in_frame(link)
        for link in islice(seen.page.elements.of("a"), _MOST_CONTROLS)
    )
    is_person = "person" in seen.types
    if is_in or is_named + has_contact + (is_person and is_address) >= 2:
        return Presentation(TypeSign.PORTRAIT, "url" if is_in else "dom")
    return None


def _is_name_of_somebody(seen: _Signs, name: Sequence[str]) -> bool:
    """Return whether a body has one of a headline's words, and has none of them as a common word, in lower case."""
    text = "\n".join(seen.page.segments[index].text for index in seen.kept)
    words = (word for word in text.split() if "@" not in word and "/" not in word)
    found = frozenset(TOKEN.findall(" ".join(words)))
    called = TOKEN.findall(seen.headline)
    names = [word for word in called if word.casefold() in name and word[:1] == word[:1].upper()]
    common = {word for word in name if len(word) >= _SHORTEST_NAME and word in found and word != word.upper()}
    is_writer = any(_WRITER_FOLDER.fullmatch(folder) for folder in seen.folders)
    return not common and (bool(found & set(names)) or (is_writer and len(names) == len(name)))


def _is_name_in(last: str, name: Sequence[str]) -> bool:
    """Return whether the last part of an address is somebody's name, or the most of it."""
    words = [word for word in re.split(r"[\W_]+", last.casefold()) if word and not word.isdigit()]
    address, called = {word for word in words if word not in _HONORIFICS}, set(name)
    if not address or not (address <= called or called <= address):
        return False
    return address == called or max(len(address), len(called)) <= _MOST_UNEQUAL_WORDS
