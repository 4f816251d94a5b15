"""What kind of page it is: news, opinion, live blog, digest, or no article in the proper sense.

Comes in: a page, what it says of itself, its body, and its URL. Goes out: the type, and the sign it was recognised by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from extractor.html import Element, Page, StructuredData
from extractor.kinds.listings import has_own_prose, shows_listing, stated_listing
from extractor.kinds.presentations import presentation
from extractor.text import is_dashed, is_lead_in, is_time_line, listed_stories, time_of
from newsdesk.contracts import ArticleType, Block, BlockType, TypeSign
from newsdesk.web import Url
from newsdesk.words import count_words

_FEWEST_UPDATES = 4
_FEWEST_STORIES = 3
_FEWEST_PICTURES = 6
_FEWEST_CARDS = 8
_SHORTEST_CARD_WORDS = 4
_MOST_GALLERY_WORDS_PER_PICTURE = 60
_SHORTEST_ARTICLE_WORDS = 120
_LONGEST_LISTING_WORDS = 600
_MOST_WORDS_COUNTED = 20_000
_MAXIMUM_ELEMENTS = 5_000

_OPINION_NAME = re.compile(
    r"opinions?|op-?eds?|editorials?|comment(?:ary|isfree)?|columns?|columnists?|viewpoints?|perspectives?"
    r"|guest-essays?|letters(?:-to-the-editor)?"
    r"|kommentare?|meinung(?:en)?|kolumnen?|leitartikel|gastbeitr(?:ag|äge|aege)|tribunes?|chroniques?"
    r"|editoriaux|éditos?|edito|idees|opinión|columnas?|tribuna|editoriales"
    r"|commenti|opinioni|editoriali|opiniao|opinião|colunas|opinie|columns-opinie|debatt|ledare|ledere?"
    r"|kronikk?|meninger|opinie-i-analizy",
    re.IGNORECASE,
)
_OPINION_TITLE = re.compile(
    r"(?:opinion|op-?ed|editorial|commentary|comment|column|viewpoint|guest essay|kommentar|meinung|kolumne"
    r"|leitartikel|tribune|édito|opinión|editoriale|opinie)\s*[:|•–—]",
    re.IGNORECASE,
)
_LIVE_TITLE = re.compile(
    r"\blive[- ]?(?:blog|updates?|coverage|ticker|news|stream|feed)\b|^live\s*[:|–—-]|[-–—|:]\s*live\b|\blive\s*(?::|$)"
    r"|\bas it happened\b|\b(?:news|live)-?(?:blog|ticker)\b|\ben direct\b"
    r"|\bdirecto\b|\bminuto a minuto\b|\bin diretta\b|\bao vivo\b|\btempo real\b|\bna żywo\b|\bdirekt\b\s*[:–-]",
    re.IGNORECASE,
)
_LIVE_PATH = re.compile(
    r"(?:^|[/-])(?:live|live-?blog|liveticker|newsticker|newsblog|en-direct|directo|diretta|live-updates?"
    r"|live-news)(?:[/-]|$)",
    re.IGNORECASE,
)
_DIGEST_TITLE = re.compile(
    r"\b(?:digest|round-?up|(?:news|morning|evening|daily|weekly|monday|tuesday|wednesday|thursday|friday"
    r"|weekend) (?:briefing|brief|briefs|digest|update|newsletter|roundup|report|read|reads|links|wrap)"
    r"|news in brief|in brief|briefing|week in review|this week in|the week in|wrap-?up|what (?:we learned"
    r"|you need to know) (?:this|today)|\d+ things to know|today in|top stories"
    r"|wochenrückblick|nachrichtenüberblick|der tag|das wichtigste|morgenlage|kurzmeldungen|l['’]essentiel"
    r"|revue de presse|las noticias de|rassegna stampa)\b",
    re.IGNORECASE,
)
_GALLERY_NAME = re.compile(
    r"galler(?:y|ies)|photos?|pictures?|slideshows?|photo-?(?:essay|gallery|galleries)|in-pictures"
    r"|bilder(?:galerie|strecke)?|fotostrecken?|fotogalerie|galerien?|diaporamas?"
    r"|en-images|galer[ií]as?|fotogaler[ií]as?|fotogaller(?:y|ia)|imagens",
    re.IGNORECASE,
)
_GALLERY_TITLE = re.compile(
    r"\b(?:in (?:photos|pictures)|photo (?:gallery|essay)|\d+ (?:photos|pictures)|slideshow|fotostrecke"
    r"|bildergalerie|en images|en imágenes)\b",
    re.IGNORECASE,
)
_VIDEO_NAME = re.compile(r"videos?|watch|podcasts?|audio|mediathek|listen", re.IGNORECASE)
_LISTING_NAME = re.compile(
    r"tags?|topics?|categor(?:y|ies)|authors?|contributors?|archives?|search|sections?|thema|themen|rubriken?"
    r"|autoren?|schlagwort(?:e|er)?|sujets?|auteurs?|temas?|autor(?:es)?|argomenti",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TypeJudgement:
    """What kind of page it is.

    Attributes
    ----------
    article_type : ArticleType
    source : str
        ``jsonld``, ``meta``, ``url`` or ``dom``: where the strongest sign was found.
    evidence : tuple of TypeSign
        What was seen.
    """

    article_type: ArticleType = ArticleType.NEWS_ARTICLE
    source: str = "dom"
    evidence: tuple[TypeSign, ...] = ()

    @property
    def is_listing(self) -> bool:
        """Whether it lists articles and is none: behind such a page are other lists, and no end."""
        return self.article_type is ArticleType.OTHER and TypeSign.LISTING in self.evidence

    @property
    def warnings(self) -> tuple[str, ...]:
        """What stands in ``quality.warnings``: why a page is no article in the proper sense."""
        return tuple(f"type:{word}" for word in self.evidence) if self.article_type is ArticleType.OTHER else ()


def judge_type(
    page: Page | None,
    blocks: Sequence[Block],
    url: Url | None,
    headline: str | None,
    section: str | None,
    kept: Sequence[int] = (),
    authors: Sequence[str] = (),
) -> TypeJudgement:
    """Judge what kind of page it is.

    Parameters
    ----------
    page : Page or None
        None for a plain text.
    blocks : sequence of Block
        The body.
    url : Url or None
    headline, section : str or None
        As found in the page's metadata.
    kept : sequence of int
        The page's segments that are the body.
    authors : sequence of str
        Who wrote it.

    Notes
    -----
    The first that holds: no article at all, live blog, digest, opinion, news.
    """
    tree, data = (page.tree, page.data) if page else (None, StructuredData())
    names = _path_names(url)
    path = _path(url)
    title = headline or ""
    words = _count_words(blocks)
    for found in (
        None if tree is None else _not_an_article(tree, data, names, title, words),
        None if page is None else _listing(page, kept, names, title, words),
        None if page is None else _presentation(page, kept, title, words, authors),
        _live_blog(page, kept, blocks, path, title),
        _digest(blocks, title, words),
        _opinion(data, names[:-1], title, section),
    ):
        if found is not None:
            return found
    return TypeJudgement()


def _count_words(blocks: Sequence[Block]) -> int:
    """Return how many words a body has, as far as it matters."""
    total = 0
    for block in blocks:
        total += count_words(block.text)
        if total > _MOST_WORDS_COUNTED:
            break
    return total


def _path_names(url: Url | None) -> list[str]:
    return [name for name in _path(url).split("/") if name][:20]


def _path(url: Url | None) -> str:
    return url.target.partition("?")[0] if url else ""


def _not_an_article(
    tree: Element, data: StructuredData, names: Sequence[str], title: str, words: int
) -> TypeJudgement | None:
    types = {name.lower() for name in data.types}
    main = {name.lower() for name in data.main.types} if data.main else set[str]()
    is_gallery_named = (
        any(_GALLERY_NAME.fullmatch(name) for name in names[:-1]) or _GALLERY_TITLE.search(title) is not None
    )
    is_gallery_described = bool(types & {"imagegallery", "mediagallery"})
    if is_gallery_named or is_gallery_described:
        pictures = _pictures(tree)
        if pictures >= _FEWEST_PICTURES and words <= _MOST_GALLERY_WORDS_PER_PICTURE * pictures:
            return TypeJudgement(ArticleType.OTHER, "jsonld" if is_gallery_described else "dom", (TypeSign.GALLERY,))
    if main:
        return None
    if words < _SHORTEST_ARTICLE_WORDS:
        og_type = _og_type(tree)
        is_media = bool(types & {"videoobject", "audioobject", "podcastepisode"}) or og_type.startswith(
            ("video", "music")
        )
        if is_media and (og_type.startswith(("video", "music")) or any(_VIDEO_NAME.fullmatch(name) for name in names)):
            return TypeJudgement(
                ArticleType.OTHER, "meta" if og_type.startswith(("video", "music")) else "jsonld", (TypeSign.MEDIA,)
            )
    return None


def _listing(page: Page, kept: Sequence[int], names: Sequence[str], title: str, words: int) -> TypeJudgement | None:
    """Return the list of articles that a page says that it is, that it shows, or that its URL names."""
    source = stated_listing(page) or shows_listing(page, kept, title)
    if (
        source is None
        and words < _LONGEST_LISTING_WORDS
        and page.data.main is None
        and _og_type(page.tree) != "article"
    ):
        is_named = not names or any(_LISTING_NAME.fullmatch(name) for name in names[:2])
        has_cards = is_named and _cards(page.tree) >= _FEWEST_CARDS
        source = "url" if has_cards and not has_own_prose(page, kept, title) else None
    return None if source is None else TypeJudgement(ArticleType.OTHER, source, (TypeSign.LISTING,))


def _presentation(
    page: Page, kept: Sequence[int], title: str, words: int, authors: Sequence[str]
) -> TypeJudgement | None:
    """Return what a page presents and does not report; a portrait may name as its author the one whom it portrays."""
    own = title.casefold()
    is_signed = any(name.casefold() not in own for name in authors)
    found = presentation(page, kept, title, words, is_signed=is_signed)
    return None if found is None else TypeJudgement(ArticleType.OTHER, found.source, (found.sign,))


def _live_blog(
    page: Page | None, kept: Sequence[int], blocks: Sequence[Block], path: str, title: str
) -> TypeJudgement | None:
    data = page.data if page is not None else StructuredData()
    if data.main and "liveblogposting" in {name.lower() for name in data.main.types}:
        return TypeJudgement(ArticleType.LIVE_BLOG, "jsonld", (TypeSign.LIVE_BLOG_DESCRIBED,))
    is_named = _LIVE_TITLE.search(title) is not None or _LIVE_PATH.search(path) is not None
    if not is_named:
        return None
    if any("liveblogposting" in {name.lower() for name in article.types} for article in data.articles):
        return TypeJudgement(ArticleType.LIVE_BLOG, "jsonld", (TypeSign.LIVE_BLOG_DESCRIBED, TypeSign.LIVE_TITLE))
    updates = sum(time_of(block) is not None for block in islice(blocks, _MAXIMUM_ELEMENTS))
    if max(updates, 0 if page is None else max(_timed_posts(page.tree), _timed_lines(page, kept))) >= _FEWEST_UPDATES:
        return TypeJudgement(ArticleType.LIVE_BLOG, "dom", (TypeSign.LIVE_TITLE, TypeSign.TIMED_UPDATES))
    return None


def _timed_posts(tree: Element) -> int:
    """Return how many elements of the kind that most often holds a time of its own and prose there are."""
    counts: dict[tuple[str, str], int] = {}
    for element in islice(tree.iter("time"), _MAXIMUM_ELEMENTS):
        for ancestor in islice(element.iterancestors(), 3):
            if sum(len(child.text or "") for child in islice(ancestor, 10) if child.tag == "p") >= 60:
                key = (str(ancestor.tag), ancestor.get("class") or "")
                counts[key] = counts.get(key, 0) + 1
                break
    return max(counts.values(), default=0)


def _timed_lines(page: Page, kept: Sequence[int]) -> int:
    """Return how many lines that are a time, in the body or left out of it, stand right beside a line of the body."""
    chosen = set(kept[:_MAXIMUM_ELEMENTS])
    beside = sorted({around for index in chosen for around in (index - 1, index, index + 1)})
    lines = (page.segments[index] for index in beside if 0 <= index < len(page.segments))
    return sum(is_time_line(line.text) for line in lines)


def _digest(blocks: Sequence[Block], title: str, words: int) -> TypeJudgement | None:
    if words < _SHORTEST_ARTICLE_WORDS:
        return None
    evidence = []
    if any(is_lead_in(block) and place + 1 < len(blocks) for place, block in enumerate(blocks)):
        evidence.append(TypeSign.OTHER_NEWS)
    if _DIGEST_TITLE.search(title):
        evidence.append(TypeSign.DIGEST_TITLE)
        headed = sum(block.type is BlockType.HEADING for block in blocks)
        listed = max((len(listed_stories(block)) for block in blocks), default=0)
        if max(headed, sum(map(is_dashed, blocks)), listed) >= _FEWEST_STORIES:
            evidence.append(TypeSign.SEPARATE_STORIES)
    if TypeSign.OTHER_NEWS in evidence or len(evidence) == 2:
        return TypeJudgement(ArticleType.DIGEST, "dom", tuple(evidence))
    return None


def _opinion(data: StructuredData, folders: Sequence[str], title: str, section: str | None) -> TypeJudgement | None:
    if data.main and "opinionnewsarticle" in {name.lower() for name in data.main.types}:
        return TypeJudgement(ArticleType.OPINION, "jsonld", (TypeSign.OPINION_DESCRIBED,))
    stated = data.main.section if data.main else None
    if any(name and _OPINION_NAME.fullmatch(name.strip()) for name in (section, stated)):
        return TypeJudgement(ArticleType.OPINION, "jsonld" if stated else "meta", (TypeSign.OPINION_SECTION,))
    if any(_OPINION_NAME.fullmatch(name) for name in folders):
        return TypeJudgement(ArticleType.OPINION, "url", (TypeSign.OPINION_SECTION,))
    if _OPINION_TITLE.match(title):
        return TypeJudgement(ArticleType.OPINION, "dom", (TypeSign.OPINION_TITLE,))
    return None


def _og_type(tree: Element) -> str:
    for element in islice(tree.iter("meta"), _MAXIMUM_ELEMENTS):
        if (element.get("property") or element.get("name") or "").lower() == "og:type":
            return (element.get("content") or "").strip().lower()
    return ""


def _pictures(tree: Element) -> int:
    return sum(1 for _ in islice(_pictures_with_text(tree), _MAXIMUM_ELEMENTS))


def _pictures_with_text(tree: Element) -> Iterator[Element]:
    """Yield the pictures that are shown with something to read: in a figure, or in an item that is no link."""
    for element in islice(tree.iter("img"), _MAXIMUM_ELEMENTS):
        around = list(islice(element.iterancestors(), 4))
        if any(ancestor.tag in {"a", "header", "footer", "nav", "aside"} for ancestor in around):
            continue
        if any(ancestor.tag in {"figure", "li"} for ancestor in around):
            yield element


def _cards(tree: Element) -> int:
    """Return how many headings are links with a headline's words."""
    count = 0
    for heading in islice(tree.iter("h2", "h3", "h4"), _MAXIMUM_ELEMENTS):
        has_link = next(heading.iter("a"), None) is not None or heading.getparent().tag == "a"
        count += has_link and count_words(heading.text_content()[:500]) >= _SHORTEST_CARD_WORDS
    return count
