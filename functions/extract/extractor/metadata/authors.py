"""Who wrote the article.

Comes in: a page. Goes out: names, with the place that states them.

A byline holds more than names: "By", a role, an agency, a city, a handle, a date. What is left after those are off is a
name if it looks like one. An organisation is an author where the byline names nobody else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from functools import partial
from itertools import islice
from urllib.parse import unquote

from extractor.html import Element, MetaStatements, Page, Segment, lines_of, one_line, text_of
from extractor.text import BY_WORDS, fold

MAXIMUM_AUTHORS = 20
LONGEST_NAME = 100

_LONGEST_BYLINE = 300
_LONGEST_LINE = 150
_MOST_WORDS = 6
_MAXIMUM_PARTS = 40
_LONGEST_SENTENCE = 8
"""Spaces of a line that ends in a full stop and may yet be a byline; what is longer is a biography."""
_ELEMENTS_TRIED = 200
_SEGMENTS_BESIDE_HEADING = 5
_MOST_WORDS_BESIDE_DATE = 4
_PARTS_OF_DATED_LINE = re.compile(
    r"(?<!\s)\s*+[|•·]\s*+|,\s++(?=(?:[^\W\d]{3,12}\.?,? ){0,2}\d{1,2}\b(?!\d))|\s[–—-]\s"
)
_ARTICLE = re.compile(r"the\s+(?=[A-ZÀ-Þ])")
_DESK = re.compile(r"(?i)editors|team|staff|newsroom|desk|writers|reporters|redaktion|rédaction|redacción|redazione")
_BIOGRAPHY = re.compile(
    r"(?P<name>[A-ZÀ-Þ][\w.'’-]+(?: [A-ZÀ-Þ][\w.'’-]+){1,3}),? (?:is|was|ist|est|es|è) (?:an?|the|ein|une?|un)\b"
)
_OF_PERSON = re.compile(
    r"(?i)\b(?:he|she|his|her|er|sie|ihr|il|elle|ella|lei|(?:co-?)?founder|author|writer|journalist|editor|head of"
    r"|director|autor(?:in|a)?|auteure?|scrittrice|scrittore|escritora?|gründer(?:in)?|fondat(?:eur|rice)|fundadora?)\b"
)
"""How a biography begins, and what it says of a person alone."""
_PORTRAIT = re.compile(r"(?:^|[-_\s])(?:avatar|gravatar|portrait|headshot)(?:$|[-_\s])", re.IGNORECASE)
_ENDS = (".", "!", "?")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SEGMENTS_TRIED = 60
"""Of a page: a byline is near its article's ends."""

_BY_WORDS = "|".join(BY_WORDS)
_TEXT_OF = (
    r"propos recueillis par|(?:un )?(?:entretien|reportage) (?:de|réalisé par)|(?:un récit|une enquête) de"
    r"|text[eo] (?:de|por)"
    r"|(?:entrevista|reportaje|crónica|reportagem) (?:de|por)|testo di|(?:intervista|reportage) di"
    r"|(?:interview|reportage|text) von|wywiad przeprowadził[ai]?|rozmawiał[ai]?|интервью (?:взяла?|вела)|беседовала?"
)
"""What names a writer by the kind of text."""
_BY = (
    rf"(?:{_TEXT_OF}|{_BY_WORDS}|vom|autor(?:in|es|as|a|ka|zy)?|auteurs?|autore|"
    r"authors?|writers?|reporters?|redaktion|redazione|text|texte?o?|teksti|words|fotos? und text|"
    r"автор|текст|記者|记者|作者|文|撰文|投稿者|執筆|著者|كتب|بقلم|oleh|yazan|da)"
)
_VERB = (
    r"(?:(?:written|posted|published|reported|authored|created|words|story|texte?|text[oi]|testo|tekst|article|"
    r"guest post|medically reviewed|"
    r"verfasst|geschrieben|écrit|publié|rédigé|escrito|publicado|scritto|pubblicato|geschreven|skrevet|skriven|"
    r"last updated|updated|a post|a blog)\s+)"
)
_LEAD = re.compile(rf"^\s*(?:{_VERB}?{_BY}\s*(?:[:：●|]\s*|\s+)|(?:{_BY})\s*[:：●/]\s*|[-–—•|·:]\s*)+", re.IGNORECASE)
_LABEL = (
    r"authors?|writers?|written|posted|story|words|text|texte|testo|texto|tekst|teksti|autor(?:in|a|es|as|ka|zy|i|ři)?"
    r"|auteure?s?|autrice|autore|autori|redacci[oó]n|redacteur|redakteur(?:in)?|redattore|redattrice|redaktion|redazione"
    r"|r[eé]daction|redaktor|reporter(?:in|a|ka)?|journaliste?|periodista|giornalista|verfasst von|geschrieben von"
    r"|skribent|skrevet av|skriven av|kirjoittaja|forfatter|szerző|írta|szöveg|napsala?|scris de|συντάκτης|κείμενο"
    r"|а[ву]тор[иы]?|autorius|autors|تحریر|текст|записала?|журналист|yazan|yazar|muhabir|haber|penulis"
    r"|oleh|tác giả|bởi|โดย|ผู้เขียน|लेखक|द्वारा"
    r"|রচনা|লেখক|প্রতিবেদক|எழுதியவர்|بقلم|كتبت?|الكاتب|إعداد|نوشته|نویسنده|خبرنگار|گزارش|מאת|כתבת?"
    r"|作者|記者|记者|文字?|撰文|撰稿|采写|執筆|筆者|取材・文|글"
)
_UNMARKED_LABEL = rf"{_TEXT_OF}|teksti|scris de|γράφει (?:ο|η)|του|της|بقلم|كتبت?|מאת|โดย|oleh|bởi|yazan|লেখক|लेखक"
_STATED_LEAD = re.compile(
    rf"^\s*(?:{_VERB}?(?:{_BY_WORDS}|{_UNMARKED_LABEL})\s*[:：]?\s+|(?:{_LABEL})(?:/\w+)?\s*(?:by)?\s*[:：/／＝=●]\s*)",
    re.IGNORECASE,
)
"""How a line begins that is a byline although no markup says so."""
_BARE_LEAD = re.compile(rf"\s*(?:{_VERB}?(?:{_BY_WORDS})|{_LABEL})\s*[:：]?\s*", re.IGNORECASE)
"""The same on a line of its own, before the name on the next."""
_HAN_REPORTER = re.compile(
    r"^[〔［\[（(【]?(?:本[報报刊網网台])?(?:特派|特約|特约|實習|实习)?(?:記者|记者|撰文|編譯|编译)\s*[:：／/]?\s*"
    r"(?P<names>[\u4e00-\u9fff·]{2,4}(?:\s*[、，,\s]\s*[\u4e00-\u9fff·]{2,4}){0,4})\s*(?=[／/〕］\])）】｜|]|$)"
)
_JAPANESE_WRITER = re.compile(
    r"(?:取材・|撮影・)?(?:文|執筆)(?:・(?:写真|撮影|構成))?[・＝=:：/／\s]\s*"
    r"(?P<names>[\u4e00-\u9fff々\u3041-\u30ff]{2,6}(?: [\u4e00-\u9fff々\u3041-\u30ff]{1,4})?)"
)
_REPORTS = ("报道", "報道", "報導", "摄影", "攝影")
"""How a place ends that a reporter writes from: "北京报道"."""
_HANGUL_REPORTER = re.compile(r"(?:^|[=\]\s])(?P<names>[\uac00-\ud7a3]{2,4})\s?(?:기자|특파원)(?=\s|$|[=(|])")
"""Reporters as papers in Chinese and in Korean name them, with nothing that parts the name from the word."""
_DATED_BY = re.compile(r"\sBy\s(?=[A-ZÀ-Þ][^.!?]{4,60}\d{4}$)")
"""A byline with its date behind the headline, on the same line."""
_BY_BEHIND_DATE = re.compile(
    rf"^(?!\s*(?:©|(?i:copyright)))[^.!?]*\b(?:19|20)\d\d\b[^.!?]{{0,40}}?[\s·|•–—-](?i:{_BY_WORDS})\s+(?=[A-ZÀ-Þ])"
)
"""A byline whose day stands first: "March 15, 2026 · 3 min read · By Hattie Rowbottom"."""
_STUCK_BY = re.compile(r"^(?:By|Von|Par|Por)(?=[A-ZÀ-Þ][a-zà-þ])")
_CONJUNCTION = re.compile(
    r"\s*(?:;|\||•|·|⋅|、|，|\n)\s*|\s[-–—]\s|\s+(?:and|und|et|y|e|og|och|en|i|ja|ve|und|with|&|\+)\s+|\s+/\s+|\s*,\s*(?:and|und|et|y)\s+|\s*,\s*",
)
_ADDRESS = re.compile(r"\(?\b[\w.+-]+@[\w-]+\.[\w.]+\b\)?|(?<!\w)@\w+|https?://\S+|\(@?[\w.]+\)")
_DATE = re.compile(
    r"(?i)\b(?:on\s+)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]{0,6}\.?\s+\d|\d{1,2}[./]\s?(?:\d|[a-zé])|\d{1,2}\s[a-zà-ÿ]{3,}\.?\s\d{4}|\d{4}[-/年]|"
    r"updated|published|posted|last|stand|publi(?:é|c\w+)|veröffentlicht|uppdaterad|opdateret|oppdatert|aktualis\w+|\d+\s*(?:min|hours?|days?|comments?)\b|\d{1,2}:\d\d)"
)
_ROLE = re.compile(
    r"(?i)\b(?:editors?|reporter|correspondent|columnist|writer|staff|journalists?|contributor|producer|photographer|"
    r"director|manager|officer|president|chief|founder|ceo|cto|professor|analyst|specialist|expert|strategist|"
    r"dietitian|nutritionist|lecturer|fellow|redakteur(?:in)?|redaktion|korrespondent(?:in)?|reporterin|autorin|"
    r"journaliste?|rédact\w+|redactora?|periodista|redattore|giornalista|redacteur|redaktør|journalist\w*|"
    r"news|newsroom|media|press|team|agency|agentur|zeitung|newspaper|magazine|online|blog|desk|university|institute|"
    r"inc|llc|ltd|gmbh|group|company|bureau|coordinator|consultant|assistant|associate|freelance|engineer|developer|"
    r"scientist|researcher|physician|attorney|lawyer|designer|marketing|content|advertising|senior|junior|executive|"
    r"agencies|deputy|special|politics|business|sports?|technology|forum|community|society|foundation|"
    r"feed|rss|wire|import(?:er)?|syndicat\w+|account|editorial|desk|web-?desk|nachrichtenagentur|redacción|rédaction|"
    r"editora|agencia|agence|agenzia|prensa|presse|stampa|redactie|redakcj\w|redakce|редакци\w|служба|агентство)s?\b|"
    r"記者|编辑|編集部|기자|编者"
)
_CREDENTIAL = re.compile(
    r"(?:Ph\.?\s?D|M\.?D|M\.?A|B\.?A|M\.?S|M\.?Sc|B\.?Sc|MBA|J\.?D|R\.?D\.?N?|R\.?N|CPA|CFP®?|CFA|D\.?O|"
    r"DDS|DVM|MPH|MS,? ?RD|LMFT|LCSW|Esq|Jr|Sr|I{2,3}|CSCS|PT|DPT|E-?RYT\s?\d*|FACP|"
    r"FAAD|RDN|LD|CNS|PharmD|Psy\.?D|Ed\.?D)\.?®?",
)
_JOB = re.compile(
    r"(?i)editora?|report(?:er|erin|érka|ero)|correspondent|corresponsal|correspondante?|corrispondente|korrespondent(?:in)?"
    r"|columnist|writer|journalist(?:in)?|journaliste|periodista|giornalista|inviat[oa]|redacteur|redact(?:or|ora|rice)"
    r"|redakteur(?:in)?|redaktor|redattore|redattrice|rédact(?:eur|rice)|jornalista|repórter|novinář(?:ka)?|dziennikarz"
    r"|журналист(?:ка)?|корреспондент|кореспондент|обозреватель|muhabir|gazeteci|wartawan|toimittaja|újságíró"
    r"|contributor|producer|photographer|analyst|critic|مراسل|صحفي|صحافي|محرر|記者|记者|기자|特派員"
)
_OUR_JOB = re.compile(
    r"^(?i:our|unsere?[mnrs]?|notre|nuestr[oa]|(?:dal(?:la)? |il |la )?nostr[oa]|onze?|vår|vores|nosso|nossa|nasz[ae]?)"
    rf"\s+(?:\w+\s+){{0,2}}?(?i:{_JOB.pattern.removeprefix('(?i)')})\w{{0,3}}"
    r"(?:\s+(?:à|en|au|aus|in|a|da|uit)\s+[A-ZÀ-Þ][\w-]+,)?\s+(?=[A-ZÀ-Þ])"
)
"""What a paper calls its own before the name: "our correspondent", "onze redacteur"."""
_OTHER_CREDIT = re.compile(
    r"(?i)(?<![\s,|·–—/-])[\s,|·–—/-]++(?:foto|photo|bild|kuva|imag|illustra|ilustra|video|gra(?:ph|f)i|traduc|translat"
    r"|übersetz)\w{0,12}(?:\s*:|\s+(?:by|von|par|por|di|av)\s)"
)
"""Where a line of credits comes to the work of others: "Text: Anna Lind Foto: Erik Berg"."""
_NEWSROOM = re.compile(
    r"(?i)(?:the |la |die |de )?(?:redacci[oó]n|redaktion(?:en)?|rédaction|redazione|redação|redactie|redakcja|redakce"
    r"|redakcija|редакция|toimitus|szerkesztőség|newsroom|news ?desk|staff(?: reporters?| writers?)?"
    r"|editorial (?:team|staff)|web ?desk|agenc(?:ies|ias|y|ia)|agenturen)"
)
"""What is no author beside people."""
_POSTED = re.compile(
    rf"(?i)(?<=\w)\s+(?:{_JOB.pattern.removeprefix('(?i)')})\s+(?:en|in|à|a|aus|da|de|di|din|w|we|v|ve|в|у)\s.*$"
)
"""A job with its place: "corresponsal en París"."""
_FEED = re.compile(r"(?i)feed|agentur|syndicat|newswire")
"""What an account is called that imports the stories of others, alone or within a longer word."""
_BEAT = re.compile(
    r"(?i)political|politics|economics?|business|financial|finance|markets?|sports?|health|science|environment|climate|"
    r"energy|education|technology|crime|court|legal|home|world|city|metro|foreign|national|international|regional|local|"
    r"diplomatic|defen[cs]e|security|europe|asia|africa|arts?|culture|travel|food|features?|news|chief|senior|junior|"
    r"deputy|managing|executive|assistant|associate|contributing|staff|special|freelance|investigative|data"
)
"""What stands before a job where nothing parts the two from the name: "Political Editor"."""
_AGENCY = re.compile(
    r"(?:The\s+)?(?:(?i:associated press|canadian press|press association|press trust of india|agence france-presse|"
    r"deutsche presse-agentur|australian associated press|reuters)|AP|AFP|DPA|dpa|APA|EFE|ANSA|UPI|PTI|AAP|KNA|epd)"
)
"""News agencies, as bylines name them beside the author."""
_GLUED_AGENCY = re.compile(rf"\s+{_AGENCY.pattern}$")
_EMPLOYER = re.compile(
    r"\s+(?:The|(?:special\s+)?(?:for|to)(?:\s+[Tt]he)?|(?:reporting\s+)?(?:in|from)|aus|à)\s+(?=[A-ZÀ-Þ]).*$"
)
"""For whom and from where somebody writes: "for The Courier", "in London"; a name has no article within."""
_SURNAME_FIRST = re.compile(
    r"(?P<surname>[A-ZÀ-Þ][\w'’-]+),\s*(?P<given>[A-ZÀ-Þ][a-zß-ÿ]+(?:[ -][A-ZÀ-Þ](?:[a-zß-ÿ]+|\.))*)"
)
_SHORTEST_SHOUTED_SURNAME = 4
"""Letters; what is shorter may be the initials of an organisation: "BBC, London"."""
_INITIALS = re.compile(r"[A-Z]{2,5}")
"""What only an organisation is called."""
_LOGIN = re.compile(r"[a-z]+[._-][a-z]+|[a-z]{3,}|[^\W\d]*+\d\w*+|[A-Z]?[a-z]+[A-Z]\w*")
_LATER_BY = re.compile(r"^.{4,60}?\s(?:by|By|BY):?\s+(?=[A-ZÀ-Þ])")
_CAPITALS = re.compile(r"\b[A-ZÀ-Þ]{3,}\b")
"""An agency, or the name of a person that is written so throughout."""
_PARTICLES = frozenset({
    "de", "da", "do", "das", "dos", "del", "della", "der", "den", "di", "du", "la", "le", "van", "von", "ten",
    "ter", "zu", "zum", "af", "av", "el", "al", "bin", "ibn", "y", "e", "of",
})  # fmt: skip
_NOBODY = frozenset({
    "admin", "administrator", "author", "by", "editor", "editorial", "guest", "none", "null", "unknown", "user",
    "webmaster", "undefined", "anonymous", "staff", "and", "und", "et", "von", "par", "por", "y", "with", "&",
    "about", "share", "follow", "comments", "comment", "reply", "home", "menu", "search", "subscribe", "login",
    "read", "more", "view", "all", "posts", "mon", "tue", "wed", "thu", "fri", "sat", "sun",
})  # fmt: skip
_CONTROLS = frozenset({
    "a", "aa", "account", "add", "alert", "alerts", "app", "audio", "bio", "biography", "bookmark", "close", "copy",
    "default", "download", "email", "font", "free", "full", "hide", "image", "in", "join", "large", "larger",
    "link", "listen", "live", "log", "login", "medium", "member", "members", "message", "min", "mins", "minute",
    "minutes", "mode", "now", "off", "on", "open", "out", "photo", "picture", "play", "print", "profile", "read",
    "reading", "register", "reset", "save", "send", "share", "show", "sign", "size", "small", "smaller", "text",
    "time", "toggle", "topic", "topics", "trial", "tweet", "up", "updated", "video", "watch",
})  # fmt: skip
"""Words of a page's controls: a run of nothing else is one of their labels."""
_CHECKED_BY = re.compile(
    r"(?i)\s*(?:(?:medically|expert|technically|scientifically|clinically|legally)[- ])?"
    r"(?:fact[- ]?checked|checked|reviewed|edited|translated|verified)(?:\s+by\b|:)"
)
_OTHER_WORK = re.compile(
    r"(?i)photo|foto|bild|image|imagen|picture|illustra|ilustra|graphic|grafik|video|audio|source|quelle|fuente|credit|"
    r"design|code|edit|review|translat|research|time|date|topic|category|section|tags?\b|share|size|font|view"
)
"""What a label says that leads no author's name."""
_MOST_WORDS_IN_LABEL = 2
_LIST_OF_AUTHORS = re.compile(r"(?:著者|作者|筆者|執筆者|記者|ライター)(?:一覧|紹介|プロフィール|別)\w*")
"""What a link to all of a site's authors is called where no space parts words."""
_PATH = re.compile(r"[\w-]+(?:\.[\w-]+){3,}")
"""The place of a value in a template that nobody filled in."""
_COMMAND = re.compile(
    r"(?i)\b(?:follow|view|get|read|more|share|subscribe|click|sign|about|our|us|all|posts?|articles?|your|this|"
    r"the author|disclosure|disclaimer|save|print|email|listen|photos?|illustration|credit|min|reviewed|edited|"
    r"sponsored|advertisement|facebook|twitter|bluesky|linkedin|instagram|youtube|telephone|contact|website|rss)\b|"
    r"[{}=<>]"
)
_FURNITURE = re.compile(
    r"comment|related|sidebar|recommend|teaser|testimonial|popular|latest|trending|carousel|newsletter|reviewe|"
    r"quote|newslist|(?:^|[-_\s])(?:menu|navigation|navbar)(?:$|[-_\s])",
    re.IGNORECASE,
)
_WEAK_FURNITURE = re.compile(
    r"promo|footer|(?:^|[-_\s])cards?(?:$|[-_\s])|mediabox|caption|avatar|photo|bio\b|description|archive",
    re.IGNORECASE,
)
"""Furniture unless it is the author's own."""
_AUTHOR_CLASS = re.compile(r"author|byline", re.IGNORECASE)
_PROSE_SPACES = 15
_LONGEST_ASIDE = 200
"""Characters of an ``aside`` that may be a byline set beside the text."""
_TRUST = {"jsonld": 3.0, "meta": 2.0, "dom": 1.0, "feed": 0.5}
_TRUST_OF_OTHERS = 0.75
_AUTHOR_PATH = re.compile(
    r"/(?:aut(?:ho|o|eu)r|profile/|people/|contributor|writer|redaktion/|journalist|staff/|by/|editors?/)|-authors?/"
)
_ACCOUNT_PATH = re.compile(r"/users?/|/@|/u/|/member/")
_CLASS_OF_AUTHORS, _IDENTIFIER_OF_AUTHORS = re.compile("uthor|yline|contributor|writer"), re.compile("author|byline")
# fmt: off
_WORDS_FOR_AUTHORS = frozenset({
    "auteur", "auteure", "auteurs", "auteures", "autor", "autore", "autors", "autores", "autora", "autrice", "avtor",
    "columnist", "correspondent", "dziennikarz", "firma", "forfatter", "författare", "giornalista", "gija", "jizhe",
    "jornalista", "journalist", "journaliste", "kateb", "katib", "kirjoittaja", "kisha", "muhabir", "novinar",
    "penulis", "periodista", "redacteur", "redactor", "redactora", "redakteur", "redakteurin", "redaktor",
    "redattore", "redattrice", "reporter", "reporters", "sastavljac", "signatur", "signature", "skribent", "szerzo",
    "tacgia", "toimittaja", "verfasser", "verfasserin", "wartawan", "yazar", "zuozhe",
})
# fmt: on
"""What classes are called in the languages of newspapers."""
_OTHER_AUTHOR_CLASS = re.compile(
    rf"(?<![^\s_-])(?:{'|'.join(sorted(_WORDS_FOR_AUTHORS))}|tac-gia)(?![^\s_-])", re.IGNORECASE
)
_MOST_WORDS_IN_CLASS = 9
_NAME_CLASS = re.compile(
    r"(?:author|byline|contributor|writer)[-_]*+(?:(?:s|list|item|link|info)[-_]*+)?(?:name|link)|\bfn\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class FoundAuthors:
    """Names that one place of a page states.

    Attributes
    ----------
    names : tuple of str
        Never empty.
    source : str
        ``jsonld``, ``meta``, ``dom`` or ``feed``.
    is_site : bool
        Whether the only author is the site itself.
    """

    names: tuple[str, ...]
    source: str
    is_site: bool = False

    @property
    def is_doubtful(self) -> bool:
        """Whether the only name is the site's, a newsroom's, an agency's, or a login name."""
        if self.is_site:
            return True
        patterns = (_LOGIN.fullmatch, _INITIALS.fullmatch, _ROLE.search, _AGENCY.fullmatch, _FEED.search)
        return len(self.names) == 1 and any(match(self.names[0]) for match in patterns)


def stated_authors(
    page: Page, site_names: Iterable[str] = (), feed_names: Iterable[str] = ()
) -> tuple[FoundAuthors, ...]:
    """Return what each place of a page says of its authors; the most trusted first.

    Parameters
    ----------
    page : Page
    site_names : iterable of str
        What the site calls itself.
    feed_names : iterable of str
        The authors that the feed names that led here: trusted less than any place of the page, unless all that the page
        names is the site, a newsroom or an account.
    """
    sites = {_squeezed(name) for name in site_names} - {""}
    found: list[FoundAuthors] = []

    def add(names: Iterable[str], source: str) -> None:
        kept = tuple(islice(dict.fromkeys(names), MAXIMUM_AUTHORS))
        others = {name for name in kept if _squeezed(name) not in sites}
        people = kept
        if any(_ROLE.search(name) is None for name in others):
            # Beside people, the site is their publisher; an agency wrote with them.
            people = tuple(
                name for name in kept if (name in others and not _NEWSROOM.fullmatch(name)) or _INITIALS.fullmatch(name)
            )
        if kept:
            found.append(FoundAuthors(people, source, not others))

    main = page.data.main
    if main:
        add(_names_in_list(main.authors, main.author_organizations), "jsonld")
    for statements in _meta_bylines(page.meta):
        add(_names_in_list(statements, ()), "meta")
    if not any(authors.source == "jsonld" and not authors.is_doubtful for authors in found):
        place = _Place(page)
        for names in _in_markup(page, place):
            add(names, "dom")
        add(_in_lines(page.segments, place, sites), "dom")
        if all(authors.is_site for authors in found):
            add(_described(page.segments, place, sites), "dom")
    if not main and page.data.page:
        add(_names_in_list(page.data.page.authors, page.data.page.author_organizations), "jsonld")
    add(_names_in_list(feed_names, ()), "feed")
    # Where one place names a person, and another the site or the login name of an editor, the person is the author.
    ranked = sorted(found, key=lambda authors: (authors.is_doubtful, authors.is_site, -_agreement(authors, found)))
    return tuple(ranked)


def _agreement(authors: FoundAuthors, found: list[FoundAuthors]) -> float:
    """Return how far a place is to be trusted: for what it is, and for how many others name the same people."""
    own = set(map(_squeezed, authors.names))
    others = sum(not own.isdisjoint(map(_squeezed, other.names)) for other in found if other is not authors)
    return _TRUST[authors.source] + min(others, 2) * _TRUST_OF_OTHERS


def names_in(byline: str, *, is_prose: bool = False) -> list[str]:
    """Return the names in a byline; the organisation that it names if it names nobody.

    Parameters
    ----------
    byline : str
        Its lines are parts of it.
    is_prose : bool
        Whether it was written for readers, so that a name begins with a capital in a script that has them.
    """
    people: list[str] = []
    others: list[str] = []
    for line in byline[: _LONGEST_BYLINE * 2].split("\n")[:_MAXIMUM_PARTS]:
        text = _ADDRESS.sub(" ", one_line(line, _LONGEST_BYLINE) or "")
        if text.endswith(".") and text.count(" ") > _LONGEST_SENTENCE:
            continue
        text = _STUCK_BY.sub("", text)
        if later := _LATER_BY.search(text):
            text = text[later.end() :]
        for _ in range(3):
            text = _OUR_JOB.sub("", _LEAD.sub("", f"{text} ").strip())
        if match := _OTHER_CREDIT.search(text):
            text = text[: match.start()]
        if match := _DATE.search(text):
            text = text[: match.start()]
        text = _POSTED.sub("", text)
        parts = [_alone(_trimmed(_without_label(part))) for part in _without_posts(_listed(text), text)]
        if len(line) > _LONGEST_BYLINE:
            parts.pop()  # cut somewhere in a name
        names = [name for name in parts if _may_be_name(name) and (not is_prose or _is_capitalised(name))]
        is_shouted = all(name.isupper() for name in names)
        for name in names:
            is_other = (
                _JOB.fullmatch(name.split(" ")[0])
                or _ROLE.search(name)
                or _AGENCY.fullmatch(name)
                or ((_CAPITALS.search(name) or name.isupper()) and not is_shouted)
            )
            (others if is_other else people).append(name)
    return _without_repeats(_without_labels(people) if is_prose else people) or others[:1]


def _without_posts(parts: list[str], text: str) -> list[str]:
    """Leave out what says, behind a name and a mark, what its bearer does: "Jane Roe, Hill Districts Correspondent"."""
    first = parts[0].split() if parts else []
    if len(parts) < 2 or len(first) < 2 or _JOB.fullmatch(first[-1]):
        return parts
    return parts[:1] + [part for part in parts[1:] if not _is_post(part, text)]


def _is_post(part: str, text: str) -> bool:
    words = part.split()
    if len(words) < 2 or not _JOB.fullmatch(words[-1]):
        return False
    return text.partition(part)[0].rstrip().endswith((",", "|", "–", "—", " -", "•", "·"))


def _without_label(part: str) -> str:
    """Return what stands behind the word for an author in a language that nobody told us of; nothing of a credit."""
    label, colon, rest = part.partition(":")
    if not colon or len(label.split()) > _MOST_WORDS_IN_LABEL:
        return part
    return "" if _OTHER_WORK.search(label) else rest


def _without_labels(names: list[str]) -> list[str]:
    """Leave out single words beside whole names: they are a section, a place or a label."""
    whole = [name for name in names if " " in name or not name.isascii()]
    return whole or names


def _listed(text: str) -> list[str]:
    """Return the parts of a line; "Surname, Name" turned round, alone or in a list whose names are all written so."""
    entries = [entry.strip() for entry in text.split(";") if entry.strip()]
    turned = [
        match for entry in entries if (match := _SURNAME_FIRST.fullmatch(entry)) and _is_surname(match["surname"])
    ]
    if len(turned) < len(entries) or any(_ROLE.search(match["given"]) for match in turned):
        return _CONJUNCTION.split(text)
    # Of a single one, two names behind the comma may be a whole name behind a place.
    if len(turned) == 1 and not (turned[0]["given"] + turned[0]["surname"]).isalpha():
        return _CONJUNCTION.split(text)
    return [f"{match['given']} {_unshouted(match['surname'])}" for match in turned]


def _is_surname(word: str) -> bool:
    is_shouted = word.isupper() and len(word) >= _SHORTEST_SHOUTED_SURNAME
    return (is_shouted or not word.isupper()) and _AGENCY.fullmatch(word) is None


def _unshouted(word: str) -> str:
    return word.title() if word.isupper() else word


def _alone(part: str) -> str:
    """Return a name without the job, the agency or the paper that stands behind it with nothing between.

    Only where at least two words are left, none of which is a newsroom's.
    """
    name = _GLUED_AGENCY.sub("", _EMPLOYER.sub("", part))
    words = name.split(" ")
    if _JOB.fullmatch(words[-1]):
        while words and (_JOB.fullmatch(words[-1]) or _BEAT.fullmatch(words[-1])):
            words.pop()
    is_long = len(words) > 1 or (bool(words) and not words[0].isascii())
    is_whole = is_long and not words[-1].islower() and not _ROLE.search(" ".join(words))
    return " ".join(words) if is_whole else part


def _is_capitalised(name: str) -> bool:
    words = [word for word in re.split(r"[\s\-’']+", name) if word]
    return all(not word[0].islower() or word in _PARTICLES for word in words) and not words[0][0].islower()


def _names_in_list(statements: Iterable[str], organizations: Iterable[str]) -> list[str]:
    names: list[str] = []
    organizations = set(organizations)
    for statement in islice(statements, MAXIMUM_AUTHORS):
        if statement in organizations:
            name = _trimmed(statement)
            if name and len(name) <= LONGEST_NAME:
                names.append(name)
        else:
            names.extend(names_in(statement))
    return _without_repeats(names)


def _without_repeats(names: list[str]) -> list[str]:
    """Return names once each: also where one is written in two ways, or a surname stands beside the whole name."""
    kept: dict[str, str] = {}
    surnames = {name.rpartition(" ")[2] for name in names if " " in name}
    for name in names:
        if name not in surnames:
            kept.setdefault(_squeezed(name), name)
    return list(kept.values())


def _trimmed(part: str) -> str:
    text = " ".join(part.split()).strip(" \t,;:|/-–—•·.\"'“”()[]<>*")
    words = text.split(" ")
    while len(words) > 2 and _CREDENTIAL.fullmatch(words[-1].strip(",")):
        words.pop()
    return " ".join(words)


def _may_be_name(name: str) -> bool:
    words = name.split()
    if not 1 <= len(words) <= _MOST_WORDS or not 2 <= len(name) <= LONGEST_NAME:
        return False
    if (
        name.casefold() in _NOBODY
        or _LIST_OF_AUTHORS.fullmatch(name)
        or _CREDENTIAL.fullmatch(name)
        or not any(map(str.isalpha, name))
    ):
        return False
    if name[0].isdigit() or ":" in name or _CONTROLS.issuperset(fold(name)):
        return False
    if sum(character.isdigit() for character in name) > len(name) / 3 or (name.islower() and _PATH.fullmatch(name)):
        return False
    if _COMMAND.search(name):
        return False
    return "://" not in name and not name.startswith(("/", "{", "<", "#", "."))


def _squeezed(name: str) -> str:
    return "".join(fold(name))


def _meta_bylines(meta: MetaStatements) -> Iterator[tuple[str, ...]]:
    for names in (
        ("author", "article:author_name", "byl", "byline", "article:byline"),
        ("article:author", "og:article:author", "og:author"),
        ("parsely-author", "sailthru.author", "citation_author", "cxenseparse:author", "articleauthor", "dc.creator",
         "dcterms.creator", "dc.contributor", "rbauthors", "shareaholic:article_author_name"),
    ):  # fmt: skip
        statements = tuple(_spelled(value) for value in meta.all(*names))
        statements = tuple(value for value in statements if value)
        if statements:
            yield statements
    for number in ("1", "2"):
        label = (meta.first(f"twitter:label{number}") or "").casefold()
        # What a plug-in of WordPress writes, in its languages; the other label is the time it takes to read.
        if re.search(
            r"written|author|by\b|verfasst|écrit|rédig|escrit|autor|scritt|geschreven|skrev|napis|автор", label
        ):
            yield meta.all(f"twitter:data{number}")[:1]


def _spelled(value: str) -> str:
    """Return the name in a statement; none when it is an address of a profile elsewhere."""
    if value.startswith(("http://", "https://", "/", "@", "www.")):
        return ""
    return unquote(value) if "%" in value else value


def _in_markup(page: Page, place: _Place) -> Iterator[list[str]]:
    """Yield what each kind of markup says: properties first, then links to an author's page, then names of classes."""
    properties = (element for element in page.elements.annotated if element.tag != "meta" and _is_annotated(element))
    links = (link for link in page.links if link.tag == "a" and _AUTHOR_PATH.search(link.get("href") or ""))
    found = False
    for marked in (properties, links, _named_for_authors(page)):
        if names := _names_in_elements(marked, place, is_property=marked is properties):
            found = True
            yield names
    if not found and (names := _names_in_elements(_named_in_other_languages(page), place)):
        yield names


def _named_for_authors(page: Page) -> Iterator[Element]:
    """Yield the elements that are named for authors, or for an address."""
    yield from page.elements.called(_CLASS_OF_AUTHORS.search, _IDENTIFIER_OF_AUTHORS.search, tags=("address",))


def _names_in_elements(marked: Iterable[Element], place: _Place, *, is_property: bool = False) -> list[str]:
    """Return the names in the first element of a kind that holds any, and in its neighbours."""
    elements = [
        element
        for element in islice(marked, _ELEMENTS_TRIED)
        if place.is_in_article(element, is_property=is_property) and not place.is_of_reviewer(element)
    ]
    around = {ancestor for element in elements for ancestor in islice(element.iterancestors(), 20)}
    groups: list[tuple[Element, list[str]]] = []
    for element in elements:
        if stated := element.get("content"):
            names = names_in(stated)
        elif element in around and len(text_of(element, _LONGEST_BYLINE)) > 120:
            continue
        else:
            names = _names_of_element(element)
        if names:
            groups.append((element, names))
    return _first_group(groups) if groups else []


def _named_in_other_languages(page: Page) -> list[Element]:
    """Return the elements whose class is the word for an author in another language, and that hold a name alone."""
    # Few pages have such a name, and to look for whole words first takes a tenth of the time.
    lowered = page.markup_names.lower()
    words = lowered.replace("_", " ").replace("-", " ").split()
    if _WORDS_FOR_AUTHORS.isdisjoint(words) and "tac-gia" not in lowered:
        return []
    names = dict.fromkeys(match[0] for match in islice(_OTHER_AUTHOR_CLASS.finditer(page.markup_names), 5))
    found = [element for name in names for element in page.elements.called(partial(_has_in_it, name))]
    return [element for element in found[:_ELEMENTS_TRIED] if _holds_name_alone(element)]


def _has_in_it(name: str, value: str) -> bool:
    return name in value


def _holds_name_alone(element: Element) -> bool:
    text = text_of(element, _LONGEST_LINE)
    return 0 < len(text) < _LONGEST_LINE and len(text.split()) <= _MOST_WORDS_IN_CLASS and bool(names_in(text))


def _is_annotated(element: Element) -> bool:
    return any("author" in (element.get(name) or "") for name in ("itemprop", "property", "rel"))


def _first_group(groups: list[tuple[Element, list[str]]]) -> list[str]:
    """Return the names of the first element, and of its neighbours of the same kind."""
    first, names = groups[0]
    names = list(names)
    outer = set(first.iterancestors("html", "body", "main", "article"))
    near = {step for step in islice(first.iterancestors(), 3) if step not in outer and not _holds_posts(step)}
    for element, more in groups[1:]:
        is_same_kind = element.tag == first.tag and element.get("class") == first.get("class")
        if is_same_kind and near.intersection(islice(element.iterancestors(), 3)):
            names.extend(more)
    return _without_repeats(_without_labels(names))


def _holds_posts(element: Element) -> bool:
    """Return whether an element has several headings of articles in it, and so bylines of each."""
    return len(list(islice(element.iter("h1", "h2"), 2))) > 1


def _names_of_element(element: Element) -> list[str]:
    named = [
        inner
        for inner in islice(element.iterdescendants("a", "span", "div", "p", "strong", "b", "h3", "h4", "li"), 60)
        if inner.get("itemprop") == "name" or _NAME_CLASS.search(inner.get("class") or "")
    ]
    around = {ancestor for inner in named for ancestor in islice(inner.iterancestors(), 20)}
    names = [name for inner in named if inner not in around for name in _names_of_lines(inner)]
    if names:
        return _without_repeats(names)
    linked = [
        name
        for link in islice(element.iter("a"), 10)
        if 0 < len(text := "\n".join(lines_of(link, _LONGEST_BYLINE))) < 80
        for name in names_in(text, is_prose=True)
    ]
    if len(text_of(element, _LONGEST_BYLINE)) >= _LONGEST_BYLINE:
        return linked if len(linked) == 1 else []
    from_text = _names_of_lines(element)
    return _without_repeats(linked if len(linked) >= len(from_text) else from_text)


def _names_of_lines(element: Element) -> list[str]:
    """Return the names in an element whose runs of text are lines, or one line where a name is in two of them."""
    lines = lines_of(element, _LONGEST_BYLINE)
    names = names_in("\n".join(lines), is_prose=True)
    if (
        len(names) == 2
        and len(lines) < 4
        and all(name.isalpha() for name in names)
        and " ".join(names) in " ".join(lines)
    ):
        return [" ".join(names)]
    return names


def _in_lines(segments: tuple[Segment, ...], place: _Place, sites: Set[str]) -> list[str]:
    """Return the names of the first line near the heading that begins like a byline, or stands beside the date.

    A line that names the site alone counts only where no other names anybody.
    """
    start = _number_of_heading(segments)
    previous = ""
    of_site: list[str] = []
    for segment in segments[max(0, start - 3) : start + _SEGMENTS_TRIED]:
        text, before = segment.text, previous
        previous = text
        if len(text) > _LONGEST_LINE:
            continue
        names = _names_on_line(segment, before)
        if names and place.is_in_article(segment.element, is_byline=True):
            if not _are_sites(names, sites):
                return names
            of_site = of_site or names
    return _names_beside_date(segments, place, start, sites) or of_site


def _number_of_heading(segments: tuple[Segment, ...]) -> int:
    return next((number for number, segment in enumerate(segments) if segment.tag == "h1"), 0)


def _are_sites(names: Iterable[str], sites: Set[str]) -> bool:
    return all(_squeezed(name) in sites for name in names)


def _names_on_line(segment: Segment, before: str) -> list[str]:
    """Return the names on a line that is led by the word for an author, or that such a word stands before."""
    text = segment.text
    if writer := _JAPANESE_WRITER.fullmatch(text):
        return [writer["names"]]
    if reporter := (_HAN_REPORTER.match(text) or _HANGUL_REPORTER.search(text)):
        names = re.split(r"[、，,\s]+", reporter["names"].strip())
        return [name for name in names if not name.endswith(_REPORTS)]
    lead = _STATED_LEAD.match(text) or _OUR_JOB.match(text) or _DATED_BY.search(text) or _BY_BEHIND_DATE.search(text)
    if lead is not None:
        rest = text[lead.end() :]
    elif _BARE_LEAD.fullmatch(before):
        rest = text
    else:
        return []
    if before_name := _ARTICLE.match(rest) or _OUR_JOB.match(rest):
        rest = rest[before_name.end() :]
    if not rest or not rest[0].isalpha() or (rest.endswith(_ENDS) and rest.count(" ") > 5):
        return []
    if rest[0].islower():
        return [rest] if _LOGIN.fullmatch(rest) and _leads_to_account(segment) else []
    names = names_in(re.split(r"[／｜]", rest)[0], is_prose=True)
    return _without_repeats(names) or _desk_on_line(rest)


def _leads_to_account(segment: Segment) -> bool:
    return any(_ACCOUNT_PATH.search(anchor.get("href") or "") for anchor in segment.links)


def _desk_on_line(rest: str) -> list[str]:
    """Return the newsroom that a byline names in words that are otherwise a control's: "Our Editors"."""
    words = rest.split()
    is_desk = 1 < len(words) <= _MOST_WORDS_BESIDE_DATE and all(word.isalpha() and word[0].isupper() for word in words)
    return [rest] if is_desk and _DESK.fullmatch(words[-1]) else []


def _names_beside_date(segments: tuple[Segment, ...], place: _Place, start: int, sites: Set[str]) -> list[str]:
    """Return the name that stands beside the day, on its line or on the one before or behind: "Tobias Renn, 14 Oct"."""
    lines = segments[start + 1 : start + 1 + _SEGMENTS_BESIDE_HEADING]
    for number, segment in enumerate(lines):
        if len(segment.text) > _LONGEST_LINE or not _YEAR.search(segment.text) or not _DATE.search(segment.text):
            continue
        parts = _PARTS_OF_DATED_LINE.split(segment.text)
        candidates = [(part, segment) for part in parts if not _YEAR.search(part)]
        around = (lines[number - 1 : number] if number else ()) + lines[number + 1 : number + 2]
        candidates += [(line.text, line) for line in around if len(parts) == 1]
        for text, line in candidates:
            # In capitals, before a day, stands the place of a dateline.
            is_name = _is_name_alone(text, line) and not (text.isupper() and text is not line.text)
            if is_name and not _are_sites([text], sites) and place.is_in_article(line.element):
                return [text]
    return []


def _described(segments: tuple[Segment, ...], place: _Place, sites: Set[str]) -> list[str]:
    """Return the name on a line of its own that belongs to a portrait beside the heading, or to a biography.

    A biography begins with it, below or elsewhere: "Hattie Rowbottom is a writer".
    """
    start = _number_of_heading(segments)
    opened = {
        match["name"]
        for segment in segments
        if (match := _BIOGRAPHY.match(segment.text)) and _OF_PERSON.search(segment.text, match.end())
    }
    near = segments[max(0, start - 2) : start + 1 + _SEGMENTS_BESIDE_HEADING]
    portrayed = [segment for segment in near if segment.text in opened or _is_beside_portrait(segment)]
    for segment in (*portrayed, *(segment for segment in segments if segment.text in opened)):
        is_name = _is_name_alone(segment.text, segment) and not _are_sites([segment.text], sites)
        if is_name and place.is_in_article(segment.element, is_byline=True):
            return [segment.text]
    return []


def _is_beside_portrait(segment: Segment) -> bool:
    around = islice((segment.element, *segment.element.iterancestors()), 2)
    return any(_PORTRAIT.search(element.get("class") or "") for element in around)


def _is_name_alone(text: str, segment: Segment) -> bool:
    """Return whether a line is a person's name: some words, all with a capital, linked to no section."""
    words = text.split()
    if not 2 <= len(words) <= _MOST_WORDS_BESIDE_DATE or names_in(text, is_prose=True) != [text] or _ROLE.search(text):
        return False
    targets = [anchor.get("href") or "" for anchor in segment.links]
    return all(_AUTHOR_PATH.search(target) for target in targets)


class _Place:
    """Answers whether an element belongs to the article and not to its furniture."""

    def __init__(self, page: Page) -> None:
        heading = next(iter(page.elements.of("h1")), None)
        self._around = set() if heading is None else set(heading.iterancestors())
        # What holds most of the page's prose is no furniture, whatever it is called.
        prose: Counter[Element] = Counter()
        for segment in page.segments:
            if segment.text.count(" ") >= _PROSE_SPACES:
                prose.update(islice(segment.element.iterancestors(), 1))
        for container, _ in prose.most_common(1):
            self._around.update((container, *container.iterancestors()))
        self._reviewed: dict[Element, bool] = {}

    def is_of_reviewer(self, element: Element) -> bool:
        """Return whether a line says of an element's name that it checked what others wrote."""
        return any(map(self._says_reviewed, (element, *islice(element.iterancestors(), 2))))

    def _says_reviewed(self, element: Element) -> bool:
        known = self._reviewed.get(element)
        if known is None:
            says = _CHECKED_BY.match(text_of(element, _LONGEST_LINE)) is not None
            known = self._reviewed[element] = says
        return known

    def is_in_article(self, element: Element, *, is_property: bool = False, is_byline: bool = False) -> bool:
        """Return whether an element is in the article.

        What a property calls an author may stand in its foot, and what its words call a byline in a card beside the
        headline.
        """
        in_footer = False
        for step in islice((element, *islice(element.iterancestors(), _MAXIMUM_PARTS)), _MAXIMUM_PARTS):
            if step in self._around or step.tag == "article":
                return True
            if step.tag in ("nav", "form", "button"):
                return False
            if step.tag == "aside" and len(text_of(step, _LONGEST_ASIDE + 1)) > _LONGEST_ASIDE:
                return False
            in_footer = in_footer or (step.tag == "footer" and not is_property)
            names = f"{step.get('class') or ''} {step.get('id') or ''}"[:500]
            is_weak = (
                not is_property and not is_byline and _WEAK_FURNITURE.search(names) and not _AUTHOR_CLASS.search(names)
            )
            if _FURNITURE.search(names) or is_weak:
                return False
        return not in_footer
