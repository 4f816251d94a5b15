"""The section of the site that the article is in.

Comes in: a page and its headline. Goes out: the names of sections, the most trusted first.

A section is what the page states to machines, the last step of its breadcrumbs before the article, or a kicker: a short
line in the headline's own container that leads to a section or is named for one. The site's menu lists all sections
and so names none. A page that says nothing of the kind has no section.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from urllib.parse import unquote

from extractor.html import Breadcrumb, Element, Page, Segment, checked_url, is_same_site, one_line, text_of
from extractor.metadata.authors import LONGEST_NAME
from extractor.metadata.found import key
from extractor.metadata.places import BREADCRUMB_NAME, FRONT_NAMES, KICKER_CLASS
from extractor.text import LineKind, fold, is_worded, kind_of_line
from newsdesk.web import split_url

_META_NAMES = ("article:section", "og:section", "parsely-section", "sailthru.section", "section", "articlesection")
_KIND_OF_PAGE = frozenset({
    "all", "article", "articles", "blog", "blogs", "default", "featured", "general", "graphics", "index", "none",
    "null", "other", "page", "pages", "post", "posts", "root", "stories", "story", "tag", "tags", "uncategorised",
    "uncategorized", "undefined", "unknown", "video", "videos",
})  # fmt: skip
"""What content systems call a kind of page where they have no section; never what a paper calls one."""
_BLOG = frozenset({"blog", "blogs"})
_POSSESSIVES = frozenset({"our", "the", "my", "unser", "notre", "le", "nuestro", "el", "nostro", "il", "nosso", "nasz"})
"""What stands before "blog" where a site speaks of its own: "Our Blog"."""
_NEWEST_OR_BEST = frozenset(" ".join(fold(name)) for name in (
    "latest", "latest news", "latest stories", "latest articles", "latest posts", "latest headlines", "recent news",
    "recent posts", "breaking", "breaking news", "news feed", "top news", "top stories", "headlines", "all news",
    "all articles", "all posts", "all stories", "featured news", "featured stories", "featured articles",
    "featured posts", "editor's choice", "editors' choice", "editor's pick", "editors' picks", "must read",
    "aktuelle nachrichten", "neueste nachrichten", "neueste artikel", "alle nachrichten", "alle artikel",
    "schlagzeilen", "eilmeldungen", "dernières nouvelles", "dernières actualités", "dernières infos", "à la une",
    "toute l'actualité", "últimas noticias", "última hora", "todas las noticias", "destacados", "ultime notizie",
    "ultim'ora", "in evidenza", "tutte le notizie", "últimas notícias", "destaques", "todas as notícias",
    "laatste nieuws", "alle nieuws", "senaste nytt", "siste nytt", "seneste nyt", "tuoreimmat", "najnowsze",
    "najnowsze wiadomości", "najważniejsze", "wszystkie wiadomości", "nejnovější zprávy", "legfrissebb hírek",
    "ultimele știri", "новости дня", "последние новости", "главные новости", "все новости", "лента новостей",
    "останні новини", "усі новини", "τελευταία νέα", "ροή ειδήσεων", "son dakika", "son haberler", "آخر الأخبار",
    "أهم الأخبار", "最新消息", "最新新闻", "最新新聞", "头条新闻", "頭條新聞", "最新ニュース", "新着記事", "최신뉴스",
))  # fmt: skip
"""Lists by age or rank, which an article of any section may be in."""
_ENUMERATION = re.compile(r"[^,;|]{2,60},[^,;|]{2,40} (?:and|und|et|y|e|en|og|och|i|&) [^,;|]{2,40}")
"""A single name that lists what it is about: "Work, Home and Garden"."""
_LANGUAGES = frozenset({
    "english", "espanol", "español", "deutsch", "francais", "français", "italiano", "portugues", "português", "polski",
    "nederlands", "svenska", "norsk", "dansk", "suomi", "turkce", "türkçe", "magyar", "cestina", "čeština", "romana",
    "română", "русскии", "русский", "українська", "ελληνικα", "ελληνικά", "العربية", "中文", "日本語", "한국어",
    "tieng viet", "tiếng việt", "bahasa indonesia",
})  # fmt: skip
"""What leads to the same page in another language."""
_FRONT = re.compile(r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:index\.\w{3,5}|home(?:page)?/?)?", re.IGNORECASE)
"""The path of a site's front, in one language of several perhaps."""
_MOST_STEPS = 7
"""What lists more is a menu."""
_LONGEST_SECTION_WORDS = 5
_LONGEST_SECTION = 50

_SECTION_CLASS = re.compile(
    r"(?:^|[-_\s])(?:section|category|categor[ií]a|cat-?links?|rubri(?:c|k|que|ca)|ressort|channel|vertical|seccion"
    r"|sezione|se[cç][cç][aã]o|sekcja|рубрика)(?:$|[-_\s]|name|label|link|title)",
    re.IGNORECASE,
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe"})
"""Letters of Latin alphabets that Unicode does not take apart."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LIST_TAGS = frozenset({"nav", "ul", "ol", "menu", "aside", "footer", "form", "figure", "table"})
_LIST_NAME = re.compile(r"(?:^|[-_\s])(?:nav|menu|toolbar|share|social|login|search|related|tags?)", re.IGNORECASE)
_SEGMENTS_BEFORE, _SEGMENTS_BEHIND = 4, 2
_OTHER_TARGET = re.compile(
    r"^(?:mailto|javascript|tel|#)|/(?:(?:\w+-)?(?:authors?|writers?|contributors?)|people|staff|auth|log-?in|sign-?in"
    r"|search|share|subscri\w+|newsletters?|register|account|privacy)(?:[/?.]|$)|[?&](?:author|q|s)=",
    re.IGNORECASE,
)
"""Where a link beside a headline or a step leads that is no section."""
_TAG_TARGET = re.compile(r"/(?:tags?|topics?|labels?)/", re.IGNORECASE)
_PERSON_CLASS = re.compile(r"(?:^|[-_\s])(?:author|by-?line|contributor|writer)", re.IGNORECASE)
_SEPARATORS = " /›»>|·→-–—,;:•"
"""What stands between the steps of a way or the names of several sections, and belongs to none of them."""
_YEAR = re.compile(r"\d{4}|:|^[<←«]")
_LEVELS = 4
"""How many elements may stand between a kicker, or the heading, and the container that both are in."""


def stated_sections(page: Page, headline: str | None, site_names: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield what each place of a page says is its section, and the kind of place; the most trusted first.

    Where the page states one to machines, its text is not asked.

    Parameters
    ----------
    page : Page
    headline : str or None
        Its article's, which is no section.
    site_names : iterable of str
        What the site calls itself, which is none either.
    """
    own_names = tuple(site_names)
    others = frozenset({key(name) for name in (*own_names, headline or "")})
    no_topic = _POSSESSIVES.union(*map(fold, own_names))
    is_stated = False
    for places in (_for_machines, _in_text):
        for stated, source in places(page, headline):
            name = stated.strip(_SEPARATORS)
            if _may_be_section(name) and key(name) not in others and not _is_blog(name, no_topic):
                is_stated = True
                yield name, source
        if is_stated:
            return


def _for_machines(page: Page, headline: str | None) -> Iterator[tuple[str, str]]:
    """Yield what the page states to machines; lists by age or rank after what says more."""
    yield from sorted(_all_for_machines(page, headline), key=lambda stated: _is_newest_or_best(stated[0]))


def _all_for_machines(page: Page, headline: str | None) -> Iterator[tuple[str, str]]:
    stated = [(page.data.main.section, "jsonld")] if page.data.main else []
    stated += [(value, "meta") for name in _META_NAMES for value in page.meta.all(name)[:1]]
    for value, source in stated:
        # Some systems put all categories into one value.
        parts = [value or ""] if _ENUMERATION.fullmatch(value or "") else re.split(r"[,;|]", value or "")
        names = [name for part in parts if (name := one_line(part, LONGEST_NAME))]
        if names:
            yield next(filter(_says_a_topic, names), names[0]), source
    if step := _last_step(page.data.breadcrumbs, page, headline):
        yield step, "jsonld"


def _in_text(page: Page, headline: str | None) -> Iterator[tuple[str, str]]:
    marked = {text_of(element, LONGEST_NAME) for element in page.elements.annotated if _is_marked_section(element)}
    if len(marked) == 1:  # teasers of other articles state theirs as well
        yield marked.pop(), "dom"
    for way in _marked_ways(page):
        if step := _last_step(way, page, headline):
            yield step, "dom"
            break
    kicker = _kicker(page, headline)
    if kicker and not _is_newest_or_best(kicker):
        yield kicker, "dom"


def _is_marked_section(element: Element) -> bool:
    name = element.get("itemprop") or element.get("property") or ""
    return element.tag != "meta" and name.rpartition(":")[2].lower() == "articlesection"


def _may_be_section(name: str) -> bool:
    words = " ".join(fold(name))
    is_label = _is_kind_of_page(name) or name.casefold() in _LANGUAGES or kind_of_line(name) is LineKind.SHARING
    return bool(words) and "_" not in name and not name.isdigit() and not is_label


def _is_kind_of_page(name: str) -> bool:
    return " ".join(fold(name)) in _KIND_OF_PAGE


def _is_blog(name: str, no_topic: frozenset[str]) -> bool:
    """Return whether a name is that of a site's only blog: "Our Blog", or the site's own name with it."""
    words = set(fold(name))
    return not words.isdisjoint(_BLOG) and words <= _BLOG | no_topic


def _says_a_topic(name: str) -> bool:
    return _may_be_section(name) and not _is_newest_or_best(name)


def _is_newest_or_best(name: str) -> bool:
    return " ".join(fold(name)) in _NEWEST_OR_BEST


def _marked_ways(page: Page) -> Iterator[list[Breadcrumb]]:
    """Yield what the page's markup calls breadcrumbs; of those within each other the outermost."""
    is_named: dict[tuple[str, ...], bool] = {}
    ends = -1
    for container in page.containers:
        named = is_named.get(container.template)
        if named is None:
            named = is_named[container.template] = BREADCRUMB_NAME.search("-".join(container.template)) is not None
        if not named:
            label = next(filter(None, map(container.element.get, ("aria-label", "itemtype", "typeof"))), None)
            named = label is not None and BREADCRUMB_NAME.search(label[:200]) is not None
        if named and container.first >= ends:
            ends = container.last
            way = _steps_in(container.element)
            if 0 < len(way) <= _MOST_STEPS:
                yield way


def _steps_in(element: Element) -> list[Breadcrumb]:
    """Return the steps of a way: its list items, or its links and what stands behind the last of them."""
    items = list(islice(element.iter("li"), _MOST_STEPS + 1))
    if items:
        return [
            Breadcrumb(name, next((link.get("href") for link in item.iter("a")), None))
            for item in items
            if (name := text_of(item, LONGEST_NAME * 4).strip(_SEPARATORS))
        ]
    links = list(islice(element.iter("a"), _MOST_STEPS + 1))
    steps = [Breadcrumb(name, link.get("href")) for link in links if (name := text_of(link, LONGEST_NAME * 4))]
    inner = [child for child in islice(element.iter("span", "div", "p"), 30) if not len(child)]
    last = text_of(inner[-1], LONGEST_NAME * 4).strip(_SEPARATORS) if inner else ""
    if (
        last
        and all(last != step.name for step in steps)
        and not any(link in inner[-1].iterancestors() for link in links)
    ):
        steps.append(Breadcrumb(last))
    return steps


def _last_step(way: Sequence[Breadcrumb], page: Page, headline: str | None) -> str | None:
    """Return the last step of a way that is neither the site's front nor the article itself."""
    if any(_YEAR.fullmatch(step.name) for step in way):
        return None  # an archive by date
    steps = [step for number, step in enumerate(way) if not _is_front(step, page, is_first=number == 0)]
    if steps and _is_kind_of_page(steps[-1].name):
        return None  # what leads to a site's blog is its menu
    if steps and (_is_article(steps[-1], page, headline) or (len(steps) > 1 and _leads_elsewhere(steps[-1].url))):
        steps.pop()
    tags = [step for step in steps if step.url and _TAG_TARGET.search(step.url[:500])]
    for step in reversed(steps):
        is_elsewhere = step.url and _leads_elsewhere(step.url)
        is_one_of_tags = len(tags) > 1 and step in tags
        if _is_short(step.name) and not (is_elsewhere or is_one_of_tags or _is_newest_or_best(step.name)):
            return step.name
    return None


def _leads_elsewhere(url: str | None) -> bool:
    return not url or _OTHER_TARGET.search(url[:500]) is not None


def _is_front(step: Breadcrumb, page: Page, *, is_first: bool) -> bool:
    if " ".join(step.name.casefold().split()) in FRONT_NAMES:
        return True
    if step.url is None:
        return False
    address = checked_url(step.url, page.url)
    parts = split_url(address.href) if address else None
    own = split_url(page.address)
    is_own = parts is not None and own is not None and parts.hostname == own.hostname
    return parts is not None and _FRONT.fullmatch(parts.path) is not None and (is_first or is_own)


def _is_article(step: Breadcrumb, page: Page, headline: str | None) -> bool:
    """Return whether a step is the page itself: by its address, or by its name, which may be cut short."""
    name, title = fold(step.name), fold(headline or "")
    if name and title and len(name) > 2 and title[: len(name) - 1] == name[:-1]:
        return True
    address = checked_url(step.url, page.url) if step.url and step.url.strip("#") else None
    return (
        address is not None
        and page.url is not None
        and address.href.partition("#")[0] == page.url.href.partition("#")[0]
    )


def _kicker(page: Page, headline: str | None) -> str | None:
    """Return the kicker beside the headline, if it is a section."""
    heading = fold(headline or "")
    places = [segment for segment in page.segments if heading and is_worded(segment.text[:1000], heading)]
    place = next((segment for segment in places if segment.tag == "h1"), places[0] if places else None)
    if place is None:
        return None
    around = [place.element, *islice(place.element.iterancestors(), _LEVELS)]
    inner = {element: level for level, element in enumerate(around) if element.tag not in ("body", "html")}
    before = page.segments[max(0, place.index - _SEGMENTS_BEFORE) : place.index]
    behind = page.segments[place.index + 1 : place.index + 1 + _SEGMENTS_BEHIND]
    for segment in (*reversed(before), *behind):
        if _stands_beside(segment.element, inner):
            name = _section_in(segment, page, is_above=segment.index < place.index)
            if name is not None:
                return name
    return None


def _stands_beside(element: Element, around: dict[Element, int]) -> bool:
    """Return whether an element is in the heading's own container, and in no list or menu there."""
    for step in islice((element, *element.iterancestors()), _LEVELS + 1):
        if step in around:
            return True
        names = f"{step.get('class') or ''} {step.get('id') or ''} {step.get('role') or ''}"[:300]
        if step.tag in _LIST_TAGS or _LIST_NAME.search(names):
            return False
    return False


def _section_in(segment: Segment, page: Page, *, is_above: bool) -> str | None:
    """Return the section that a line names: by the relation or the target of its link, or by the name of its class.

    Below the headline links lead to authors and topics as well: there only a relation or a class counts.
    """
    for anchor in reversed(segment.links[:3]):  # of several the last is the narrowest
        name, target = text_of(anchor, LONGEST_NAME).lstrip("# "), anchor.get("href") or ""
        if not _is_short(name) or _OTHER_TARGET.search(target[:500]) or "author" in (anchor.get("rel") or ""):
            continue
        if _is_of_another_site(target, page):
            continue  # the agency, or the company that the article is about
        if "category" in (anchor.get("rel") or "") or _is_called(_SECTION_CLASS, anchor, segment.element):
            return name
        path = target.partition("?")[0].rstrip("/").rpartition("/")[2]
        is_person = _is_called(_PERSON_CLASS, anchor)
        is_alone = len(segment.text) <= 2 * len(name) + 3
        is_named = is_alone and not is_person and _is_slug_of(path, name)
        if is_above and (is_named or (_is_called(KICKER_CLASS, anchor, segment.element) and _is_in_path(name, page))):
            return name
    if segment.links or not _is_short(segment.text):
        return None
    if _is_called(_SECTION_CLASS, segment.element):
        return segment.text
    is_kicker = is_above and _is_called(KICKER_CLASS, segment.element)
    return segment.text if is_kicker and _is_in_path(segment.text, page) else None


def _is_of_another_site(target: str, page: Page) -> bool:
    address = checked_url(target, page.url)
    return address is not None and page.url is not None and not is_same_site(address.host, page.url.host)


def _is_short(name: str) -> bool:
    is_of_size = 1 < len(name) <= _LONGEST_SECTION and len(name.split()) <= _LONGEST_SECTION_WORDS
    return is_of_size and _YEAR.search(name) is None


def _is_called(pattern: re.Pattern[str], *elements: Element) -> bool:
    names = [
        _CAMEL.sub("-", step.get("class") or "")
        for element in elements
        for step in islice((element, *element.iterdescendants("span"), *element.iterancestors()), 2)
    ]
    return any(pattern.search(name[:300]) for name in names)


def _is_in_path(name: str, page: Page) -> bool:
    """Return whether the address of the page has a folder of that name, or the page links to one."""
    own = split_url(page.address)
    folders = (own.path if own else "").split("/")[1:-1]
    if any(_is_slug_of(folder, name) for folder in folders):
        return True
    paths = ((link.get("href") or "").partition("?")[0].rstrip("/") for link in islice(page.links, 300))
    return any(_is_slug_of(path.rpartition("/")[2], name) for path in paths if path)


def _is_slug_of(folder: str, name: str) -> bool:
    """Return whether a folder of an address says a name: as it is, without its accents, or with umlauts spelt out."""
    said = fold(unquote(folder).replace("-", " "))
    if said == fold(name):
        return True
    return not name.isascii() and " ".join(said) in {_in_ascii(name), _in_ascii(name.casefold().translate(_UMLAUTS))}


def _in_ascii(name: str) -> str:
    parts = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    return " ".join(fold("".join(part for part in parts if not unicodedata.combining(part))))
