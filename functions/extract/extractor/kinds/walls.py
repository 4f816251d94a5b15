"""Whether the page gave its article, a part of it, or a wall instead.

Comes in: a page, its segments, what it says of itself, and the text that was taken for its body. Goes out: the content
status, the reason why it is no article if it is none, and the evidence. Changes nothing.

One sign is never enough for a wall: an article may talk of captchas, of cookies, or of error 404, in its title too. A
wall has little text, and that text is about itself; it addresses the visitor; it has the controls and scripts of a
wall; and it describes no article in its metadata.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from lxml.html import HtmlElement

from extractor.html import Page, Segment, StructuredArticle, StructuredData
from extractor.text import CLOSING_MARKS, READ_ON, ends_sentence
from newsdesk.contracts import ContentStatus, Reason
from newsdesk.errors import PermanentError
from newsdesk.words import count_words

_MOST_BOT_WALL_PROSE, _MOST_CONSENT_WALL_PROSE, _MOST_NOT_FOUND_PROSE = 700, 350, 350
"""Characters of prose about something else that a page may have and still be a wall."""
_MOST_PROSE_UNDER_ONE_SIGN = 100
_LONGEST_APOLOGY = 200
_MOST_WORDS_BESIDE_COLON = 2
_CONTROLS_BESIDE_PROMPT, _ELEMENTS_BESIDE_PROMPT, _MOST_PROMPTS = 6, 100, 8
_LITTLE_TEXT_WORDS = 120
_LONGEST_TITLE_WORDS = 12
_MOST_PROSE_UNDER_CONSENT = 100
_SHORTEST_PROSE_CHARACTERS = 50
_SHORTEST_PROSE_WORDS = 10
_SHORTEST_OPENING_WORDS = 25
_SHORT_BODY_WORDS = 250
_PART_OF_STATED = 0.6
"""A body with less than this share of the words that the page states is not the whole; counts differ by captions and
markup, seldom by more than a fifth."""
_FEWEST_WORDS_MISSING = 80
_READ_CHARACTERS = 4_000_000
_MAXIMUM_ELEMENTS = 20_000
_MAXIMUM_SEGMENTS = 2_000
_READ_OF_SEGMENT = 2_000
_SEGMENTS_AFTER_BODY = 8
_MAXIMUM_PAID_PARTS = 20
_COMPARED_CHARACTERS = 60
_LONGEST_OPENING_WORDS = 400
"""What a site shows of a paid article is seldom longer."""


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_BOT_TITLES = _any(
    r"just a moment|(?:nur )?einen moment|un momento|um momento|un instant|een ogenblik|un attimo|one more step",
    r"attention required|access (?:denied|to this page has been denied)|pardon our interruption|checking your browser",
    r"(?:are you|you are|you['’]re) (?:a |not a )?(?:human|robot)|making sure you(?: a|['’])re not a (?:ro)?bot",
    r"(?:human|bot|security) (?:verification|check|challenge)",
    r"(?:please )?verify (?:that )?you(?: a|['’])re (?:a )?human",
    r"robot check|ddos[- ]?protection|captcha|(?:\w+ )?security checkpoint|request rejected",
    r"(?:request |you have been |you['’]ve been |sorry, you have been )?blocked",
    r"(?:error )?(?:403|429|451|50[0234])\b.{0,40}|forbidden|too many requests|bad gateway|gateway time-?out",
    r"(?:service|site|server) (?:is )?(?:temporarily )?unavailable|unavailable (?:due to|for) legal reasons",
    r"error establishing a database connection|(?:internal )?server error"
    r"|(?:site |under |down for )?maintenance(?: mode)?|we(?:['’]ll| will) be (?:right )?back(?: soon| shortly)?",
    r"bist du ein roboter|sind sie ein (?:mensch|roboter)|zugriff (?:verweigert|gesperrt)|accès refusé",
    r"acceso denegado|accesso negato",
)
_BOT_WORDS = _any(
    r"enable (?:javascript and cookies|cookies and javascript|javascript) (?:to|and|in order)",
    r"verify(?:ing)? (?:that )?you(?: a|['’])re (?:a |not a )?(?:human|robot|real)",
    r"(?:are|confirm|prove) (?:that )?you(?: are|['’]re)? (?:a |not a )?(?:human|robot)\b",
    r"not a (?:ro)?bot\b|enable js|disable (?:any|your) ad ?blocker|(?:verificar"
    r"|confirm\w+).{0,30}\bser humano|too many requests",
    r"unusual (?:traffic|activity) from your|automated (?:requests?|access|traffic|tools|queries)"
    r"|suspicious activity|malicious bots?",
    r"checking (?:if the site connection is secure|your browser)|needs to review the security of your connection",
    r"complete the (?:captcha|challenge|security check)|press (?:&|and) hold|solve (?:the|this) (?:captcha|puzzle)",
    r"\b(?:ray|incident|request|support|reference) (?:id|number|no)\b\.?(?: is)? ?[:#]",
    r"you don['’]t have permission to access|your (?:access|request"
    r"|ip(?: address)?) (?:to .{0,60})?(?:has been|was|is) (?:blocked|denied|limited)",
    r"access (?:can ?not|can['’]t) be granted|error establishing a database connection"
    r"|server (?:encountered an (?:internal )?error|is (?:temporarily )?unable to)",
    r"we(?:['’]re| are) (?:currently |now )?(?:performing|undergoing|doing|down for) .{0,30}maintenance",
    r"bestätigen sie, dass sie (?:ein mensch|kein roboter)|vérifi\w+ que vous (?:êtes|n['’]êtes pas)"
    r"|verifi\w+ que (?:eres|no eres|é)",
)
_CHALLENGE_SCRIPT = _any(
    r"challenge[-_/](?:platform|form|script|running|error|container)",
    r"/_?(?:bot|browser)[-_]?(?:check|challenge)"
    r"|jschl|px-captcha|_incapsula_|awswaf|bot-?(?:manager|protection|detection)",
)
_CHALLENGE = _any("captcha", "turnstile", _CHALLENGE_SCRIPT.pattern)
_CHALLENGE_NAMES = {
    "script": ("src",),
    "iframe": ("src", "id", "class"),
    "form": ("action", "id", "class"),
    "input": ("name", "id", "class"),
    "div": ("id", "class"),
}
"""Where a challenge is named by the page's makers; text, pictures and tags name what an article is about."""
_QUOTED = re.compile(r"“[^“”]{1,300}”|„[^„“”]{1,300}[“”]|«[^«»]{1,300}»|\"[^\"]{1,300}\"")
_REPORTS = re.compile(
    r"\b(?:sa(?:id|ys?)|told|sagt(?:e|en)?|(?:a|ont) (?:dit|déclaré)|dijo|dicen|ha detto|dicono)\b", re.IGNORECASE
)
"""What a wall, which addresses its visitor, has no use for."""
_CONSENT_TITLES = _any(
    r"before you continue.{0,40}|(?:we )?(?:value|respect|care about) your privacy|your privacy(?: choices"
    r"| matters| is important.{0,20})?"
    r"|(?:cookie|privacy|data|gdpr)?[- ]?consent(?: .{0,30})?|cookies? (?:settings|preferences|policy|notice)"
    r"|privacy (?:settings|preferences|choices)"
    r"|bevor sie (?:fortfahren|weitermachen).{0,40}|(?:ihre )?(?:privatsphäre|datenschutz)(?:-?einstellungen)?"
    r"|cookie-?(?:zustimmung|einstellungen)"
    r"|zustimmung|(?:jouw|uw|je) privacy.{0,20}|.{0,20}privacy gate|votre vie privée|vos choix.{0,40}"
    r"|avant de continuer.{0,40}|antes de continuar.{0,40}"
    r"|tu privacidad.{0,30}|prima di continuare.{0,40}"
)
_CONSENT_WORDS = _any(
    r"\bcookies?\b",
    r"\bconsent\b",
    r"your (?:privacy|data|choices)",
    r"personal(?:i[sz]ed)? (?:data|ads|advertising|content)",
    r"our (?:\d+ )?partners",
    r"legitimate interests?",
    r"privacy (?:policy|settings|dashboard)",
    r"\bvendors?\b",
    r"einwilligung|zustimm\w+|datenschutz\w*|personenbezogen\w*",
    r"consentement|vie privée|données personnelles|partenaires",
    r"consentimiento|privacidad|datos personales",
    r"consenso|dati personali",
    r"\btracking\b|werbetracking|privacy-?instellingen",
    r"toestemming|persoonsgegevens",
    r"samtycke|personuppgifter",
)
_ACCEPTS = _any(
    r"(?:i )?(?:accept|agree|allow|reject|decline|consent|refuse)(?: (?:all|to all|and (?:continue|close)"
    r"|cookies|all cookies))*|manage (?:options|preferences|settings|cookies|choices)"
    r"|more options|customi[sz]e|got it|alle (?:akzeptieren|ablehnen)|akzeptieren(?: und weiter)?"
    r"|zustimmen(?: und weiter)?|ablehnen|einstellungen|(?:tout )?(?:accepter|refuser)"
    r"(?: (?:et|tout).{0,20})?|aceptar(?: todo)?|rechazar(?: todo)?|accetta(?: tutto)?|rifiuta(?: tutto)?"
    r"|accepteren|akkoord|godkänn|acceptera"
)
_CONSENT_MARKUP = _any(
    r"__tcfapi",
    r"\bcmp[-_.](?:consent|ui|wrapper|container)",
    r"consent[-_](?:form|page|wall|manager|overlay|body)",
    r"collect-?consent",
    r"tcf-?v?2",
)
_THING = r"(?:(?:this|the|that|your|requested) ){0,2}(?:page|article|story|content|file|url|document|post)"
_NOT_FOUND = _any(
    r"(?:error |http )?404(?: error)?(?: ?[-–—:|]? ?(?:page )?not found)?",
    r"(?:page |nothing |file )?(?:was )?not found(?: here)?|nothing (?:was )?found(?: here)?"
    r"|page (?:unavailable|missing|removed)",
    rf"{_THING}(?: you.{{0,40}})? ?(?:(?:was|is|are|could|can)(?:n['’]t|['’]t|not| not| no longer)|not"
    rf"|no longer)(?: be)? (?:found|available)",
    rf"{_THING} (?:doesn['’]t|does not|no longer|never) exists?|{_THING} has (?:been (?:removed|deleted|moved)"
    rf"|expired|gone)",
    rf"(?:we )?(?:could|can)(?:n['’]t|['’]t|not| not) find {_THING}.{{0,40}}",
    r"(?:die |diese )?seite (?:existiert|wurde)? ?nicht(?: mehr)?(?: gefunden| verfügbar)?|(?:artikel"
    r"|inhalt) (?:wurde )?nicht (?:gefunden|mehr verfügbar)",
    r"(?:cette )?page (?:introuvable|non trouvée|n['’]existe (?:pas|plus))|(?:la "
    r"|esta )?página (?:no (?:existe|encontrada|se .{0,20}|está .{0,20})|não (?:encontrada|existe))",
    r"pagina (?:non (?:trovata|esiste)|niet gevonden)|sidan (?:kunde inte hittas|finns inte|hittades inte)"
    r"|siden (?:blev ikke fundet|finnes ikke|findes ikke)",
    r"nie znaleziono strony|strona nie (?:istnieje|została znaleziona)|stránka (?:nebyla )?nenalezena"
    r"|sivua ei löyt?yn?yt|az oldal nem található",
    r"страница не найдена|сторінку не знайдено|sayfa bulunamadı|الصفحة غير موجودة"
    r"|.{0,10}ページ.{0,4}見つかりません(?:でした)?|(?:404 )?页面(?:不存在|未找到)"
    r"|找不到.{0,3}[页頁]面|페이지를 찾을 수 없습니다",
)
_MISHAP = _any(r"(?:oops|sorry|error|uh[- ]oh)|(?:oops\W{1,3})?something (?:went|has gone) wrong")
"""Titles of error pages, and of much else: they are a sign where the text says that what was asked for is not there."""
_NOT_FOUND_WORDS = _any(
    r"(?:page|article|story|content|link|url|address) (?:that )?you(?: a|['’])re (?:looking for|trying to|requested)",
    r"(?:page|article|story|content|link|url|address) (?:that )?(?:you )?(?:requested|were looking for"
    r"|have requested|entered)",
    r"(?:may|might|could) have (?:been )?(?:moved|removed|deleted|renamed|expired)"
    r"|has been (?:moved or )?(?:removed|deleted)",
    r"(?:could|can)(?: ?not|['’]t) (?:be found|find (?:the|that|this|what))|(?:doesn['’]t|does not"
    r"|no longer) exists?",
    r"(?:404|not found)\b",
    r"(?:gesuchte|angeforderte) (?:seite|inhalt|artikel)|page (?:que vous|demandée)",
    r"página que (?:buscas|busca)|pagina che (?:stai|hai)",
)
_PROMPT = _any(
    r"(?:subscribe|sign ?up|sign in|log ?in|register|join|become an? (?:subscriber|member))\b.{0,80}\b(?:to"
    r"|and) (?:continue|keep|read|access|unlock|get (?:full|unlimited))\b",
    r"create (?:a|an|your) (?:free )?account to (?:continue|keep|read)",
    r"\bto (?:continue|keep) reading\b|(?:continue|keep) reading (?:with|by|for|this|the)\b|read the (?:full"
    r"|rest of the|whole) (?:article|story)",
    r"(?:this|the full) (?:article|story|content|page|post) is (?:only )?(?:available )?(?:for|to"
    r"|exclusive(?:ly)? (?:for|to)|reserved for) .{0,40}(?:subscribers?|members?|paying|registered)",
    r"(?:exclusive(?:ly)?|only) (?:for|to) .{0,20}(?:subscribers|members)|subscribers? only|(?:for"
    r"|to) (?:our )?(?:paid )?subscribers",
    r"already (?:a|an|have an?) (?:subscriber|member|account|subscription)|(?:unlock|access) (?:this|the full"
    r"|unlimited) (?:article|story|access)",
    r"you(?:['’]ve| have) (?:reached|used|read) (?:your|all|the) .{0,40}(?:free|limit|articles)|(?:free"
    r"|remaining) articles? (?:left|this month)",
    r"weiterlesen (?:mit|nach)|jetzt (?:abonnieren|weiterlesen|testen)|(?:nur|exklusiv) für (?:abonnent"
    r"|mitglieder)|bereits (?:abonnent|registriert)|mit .{0,30}abo(?:nnement)? (?:weiter)?lesen",
    r"(?:réservée?s?|exclusi\w+) (?:aux|à nos) abonnés|abonnez-vous pour|(?:il vous reste|déjà abonné)"
    r"|pour lire la suite|para seguir leyendo|(?:contenido )?exclusiv\w+ para suscriptores",
    r"(?:conteúdo )?exclusiv\w+ para assinantes|(?:contenuto )?riservat\w+ agli abbonati|abbonati per"
    r"|alleen voor abonnees|endast för prenumeranter|kun for abonnenter",
)
_READS_ON_FOR = _any(
    r"\bto (?:continue|keep) reading\b(?! (?:about|more|our|stories))",
    r"read the (?:full|rest of the|whole) (?:article|story)",
    r"(?:article|story|content|page|post) is (?:only )?(?:available )?(?:for|to|exclusive(?:ly)? (?:for|to)"
    r"|reserved for) .{0,40}(?:subscribers?|members?)|you(?:['’]ve| have) reached your .{0,40}limit",
    r"weiterlesen (?:mit|nach)|um .{0,40}weiterzulesen|mit .{0,30}abo(?:nnement)? (?:weiter)?lesen",
    r"il vous reste|réservée?s? (?:aux|à nos) abonnés|pour lire la suite|para seguir leyendo|riservat\w+ agli abbonati"
    r"|alleen voor abonnees|endast för prenumeranter|kun for abonnenter",
)
"""Prompts that say that there is more of this very article."""
_OFFER = _any(
    r"free (?:account|articles?|trial)|subscriptions? (?:starts?|from)|unlimited (?:digital )?access",
    r"cancel(?:led)? (?:at )?any ?time|already have an account",
)
_JOINS = _any(
    r"(?:subscribe|log ?in|sign ?in|sign ?up|register|join|create (?:an? )?(?:free )?account)(?: (?:now|today|here"
    r"|for free|to .{1,30}))?",
    r"(?:jetzt )?(?:abonnieren|anmelden|einloggen|registrieren)|(?:s['’]|je m['’])(?:abonner?|inscrire)|se connecter"
    r"|suscr[ií]b\w+|iniciar sesión|abbonati|accedi|abonneren|inloggen|logga in|prenumerera|assine",
)
_PAYWALL_MARKUP = re.compile(
    r"(?<![a-z])(?:pay-?wall|reg(?:istration)?-?wall|subscri(?:ber|ption)s?[-_]?(?:wall|only|gate|required"
    r"|prompt|barrier)|"
    r"(?:content|article|premium|access|member)[-_]?(?:gate|barrier|lock(?:ed)?|wall)|metered?[-_]?(?:wall"
    r"|content|prompt)|piano[-_]|locked[-_]?content)",
    re.IGNORECASE,
)
_SELECTOR = re.compile(r'"cssSelector"\s{0,5}:\s{0,5}"\s{0,5}([.#][\w-]{1,80})')
_ELLIPSIS = re.compile(r"(?:\.\.\.|…|\[(?:\.\.\.|…|&hellip;)\])[\"'”’»)\]]*$")
_INVITATION = re.compile(rf".{{0,200}}(?:{READ_ON.pattern})(?:\W*|(?<=full|rest).{{0,30}})", re.IGNORECASE)
_TITLE_PARTS = re.compile(r"\s+[|–—·•»-]+\s+|\s*[|»]\s+|[.!…]+\s+|(?<=sorry|simos), ", re.IGNORECASE)
_CONTROLS = frozenset({"a", "button", "input"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_ARTICLE_PROPERTIES = frozenset(
    {"article:published_time", "article:modified_time", "article:author", "article:section"}
)


@dataclass(frozen=True, slots=True)
class Wall:
    """What stands between the page and its article.

    Attributes
    ----------
    status : ContentStatus
    reason : Reason or None
        Why the page holds no article to store; None when it does, be it a part.
    evidence : tuple of str
        What was seen, as words of :data:`EVIDENCE`.
    confidence : float
        Of the status, 0 to 1.
    """

    status: ContentStatus = ContentStatus.FULL
    reason: Reason | None = None
    evidence: tuple[str, ...] = ()
    confidence: float = 0.5

    @property
    def warnings(self) -> tuple[str, ...]:
        """The evidence as it stands in ``quality.warnings``."""
        return tuple(f"wall:{word}" for word in self.evidence)


EVIDENCE: dict[str, str] = {
    "title_says_robot": 'Title or heading is a challenge\'s: "Just a moment", "Access denied".',
    "text_says_robot": "The text asks for a proof of being human, or says that automated visits are refused.",
    "challenge_markup": "Scripts, frames or forms of a captcha or a challenge.",
    "title_says_consent": 'Title or heading asks for consent: "Before you continue".',
    "text_says_consent": "Most of the text is of cookies, consent and data use.",
    "consent_controls": "Buttons or forms to accept or refuse.",
    "consent_markup": "Scripts or forms of a consent platform (IAB TCF).",
    "title_says_not_found": "Title is that of an error page.",
    "heading_says_not_found": "A heading is that of an error page.",
    "text_says_not_found": "The text says that what was asked for is not there.",
    "little_text": "The page has hardly any text of its own.",
    "no_article_described": "Neither JSON-LD nor meta elements speak of an article.",
    "not_free": "JSON-LD says `isAccessibleForFree: false`.",
    "paid_part_missing": "The element that JSON-LD names as the paid part is empty or not there.",
    "paywall_markup": "Classes or ids of a paywall.",
    "asks_to_subscribe": "A line asks to subscribe, sign in or register to read on.",
    "subscribe_controls": "A button or link to subscribe, sign in or register follows a line that asks to.",
    "shorter_than_stated": "The text is much shorter than JSON-LD's `wordCount` or `articleBody`.",
    "more_pages": "The article goes on, on other pages; `nextPages` has them.",
    "cut_off": "The text ends in an ellipsis, or with an invitation to read on.",
    "ends_in_mid_sentence": "The last paragraph has no end of a sentence.",
    "short": "The text has fewer than 250 words.",
}
"""Each word of evidence, and what was seen."""


_AGREED = {"title_says_not_found", "heading_says_not_found", "text_says_not_found", "no_article_described"}
"""Signs of an error page that other prose, which is of teasers then, does not outweigh."""


@dataclass(slots=True)
class _Signs:
    """What a page shows but for its running text."""

    titles: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    controls: int = 0
    is_article: bool = False
    unseen: list[str] = field(default_factory=list)
    has_challenge: bool = False


def judge_wall(page: Page, body_text: str, *, next_pages: Sequence[str] = ()) -> Wall:
    """Judge how much of its article a page gave.

    Parameters
    ----------
    page : Page
        The page.
    body_text : str
        What was taken for the article's body, a block a line.
    next_pages : sequence of str
        Other pages of the same article, as :func:`extractor.kinds.pagination.next_pages` found them.
    """
    tree, data = page.tree, page.data
    html = page.source[:_READ_CHARACTERS]
    visible = [segment for segment in page.segments if not segment.is_hidden]
    signs: _Signs | None = None
    for judge, about, most in (
        (_bot_wall, _BOT_WORDS, _MOST_BOT_WALL_PROSE),
        (_consent_wall, _CONSENT_WORDS, _MOST_CONSENT_WALL_PROSE),
        (_not_found, _NOT_FOUND_WORDS, _MOST_NOT_FOUND_PROSE),
    ):
        has_other_prose = _has_other_prose(visible, about, most)
        if has_other_prose and not (judge is _not_found and _begins_with_an_apology(visible)):
            continue
        signs = signs or _signs(tree, data)
        wall = judge(signs, html, visible)
        if has_other_prose and (wall is None or not set(wall.evidence) >= _AGREED):
            continue
        if wall is not None:
            return wall
    return _part(tree, html, visible, data, body_text, next_pages)


def asks_to_subscribe(line: str) -> bool:
    """Say whether a line asks to subscribe, sign in or register to read on."""
    return _PROMPT.search(line) is not None


def speaks_of_consent(line: str) -> bool:
    """Say whether a line is of cookies, consent and data use: two of the words for them are in it."""
    return len({match.casefold() for match in _CONSENT_WORDS.findall(line)}) >= 2


def require_open(wall: Wall) -> None:
    """Refuse a page that gave a wall instead of an article.

    Raises
    ------
    PermanentError
        With the wall's reason; its detail is the evidence.
    """
    if wall.reason is not None:
        raise PermanentError(wall.reason, " ".join(wall.evidence))


def _signs(tree: HtmlElement, data: StructuredData) -> _Signs:
    signs = _Signs(is_article=data.main is not None, has_challenge=_has_challenge(tree))
    names = ("title", "meta", "h1", "h2", "button", "input", "a", "noscript")
    for count, element in enumerate(tree.iter(*names)):
        if count == _MAXIMUM_ELEMENTS:
            break
        tag = element.tag
        if tag == "meta":
            name = (element.get("property") or element.get("name") or "").lower()
            content = (element.get("content") or "").strip().lower()
            signs.is_article |= name in _ARTICLE_PROPERTIES or (name == "og:type" and "article" in content)
        elif tag == "title" and not signs.titles:
            signs.titles.append(_text(element))
        elif tag in {"h1", "h2"} and len(signs.headings) < 5:
            signs.headings.append(_text(element))
        elif tag == "noscript" and len(signs.unseen) < 5:
            signs.unseen.append(_text(element))
        elif tag in {"button", "a"} or (tag == "input" and element.get("type") in {"submit", "button"}):
            label = _label(element)
            signs.controls += len(label) < 60 and _ACCEPTS.fullmatch(label) is not None
    return signs


def _has_challenge(tree: HtmlElement) -> bool:
    for element in islice(tree.iter(*_CHALLENGE_NAMES), _MAXIMUM_ELEMENTS):
        names = " ".join(element.get(name, "") for name in _CHALLENGE_NAMES[element.tag])
        if _CHALLENGE.search(names):
            return True
        # A page's data, which has its text, may stand in a script, too.
        if element.tag == "script" and element.text and _CHALLENGE_SCRIPT.search(element.text[:_READ_CHARACTERS]):
            return True
    return False


def _bot_wall(signs: _Signs, _html: str, segments: Sequence[Segment]) -> Wall | None:
    lines = [*(segment.text for segment in segments[:200]), *signs.unseen]
    evidence = []
    if _is_titled(_BOT_TITLES, [*signs.titles, *signs.headings]):
        evidence.append("title_says_robot")
    if any(_addresses(_BOT_WORDS, line) for line in lines):
        evidence.append("text_says_robot")
    if signs.has_challenge:
        evidence.append("challenge_markup")
    is_told = "text_says_robot" in evidence and len(evidence) >= 2
    if not is_told and _has_other_prose(segments, _BOT_WORDS, _MOST_PROSE_UNDER_ONE_SIGN):
        return None
    return _settled(signs, segments, evidence, ContentStatus.BOT_WALL, Reason.BOT_WALL)


def _consent_wall(signs: _Signs, html: str, segments: Sequence[Segment]) -> Wall | None:
    about = [segment for segment in segments if _CONSENT_WORDS.search(segment.text[:_READ_OF_SEGMENT])]
    about_words = sum(count_words(segment.text) for segment in about[:500])
    evidence = []
    if _is_titled(_CONSENT_TITLES, [*signs.titles, *signs.headings]):
        evidence.append("title_says_consent")
    if about_words >= _SHORTEST_OPENING_WORDS and about_words > sum(count_words(s.text) for s in segments[:500]) / 2:
        evidence.append("text_says_consent")
    if signs.controls:
        evidence.append("consent_controls")
    if _CONSENT_MARKUP.search(html):
        evidence.append("consent_markup")
    # A short notice under a cookie banner that says more than the notice is no wall.
    is_addressed = "title_says_consent" in evidence or (
        "text_says_consent" in evidence and not _has_other_prose(segments, _CONSENT_WORDS, _MOST_PROSE_UNDER_CONSENT)
    )
    if not is_addressed or not ("consent_controls" in evidence or "consent_markup" in evidence):
        return None
    return _settled(signs, segments, evidence, ContentStatus.CONSENT_WALL, Reason.CONSENT_WALL)


def _not_found(signs: _Signs, _html: str, segments: Sequence[Segment]) -> Wall | None:
    is_told = any(_addresses(_NOT_FOUND_WORDS, segment.text) for segment in segments[:500])
    evidence = []
    if _is_titled(_NOT_FOUND, signs.titles) or (is_told and _is_titled(_MISHAP, signs.titles)):
        evidence.append("title_says_not_found")
    if _is_titled(_NOT_FOUND, signs.headings) or (is_told and _is_titled(_MISHAP, signs.headings)):
        evidence.append("heading_says_not_found")
    if evidence and is_told:
        evidence.append("text_says_not_found")
    return _settled(signs, segments, evidence, ContentStatus.FULL, Reason.NOT_FOUND_PAGE)


def _begins_with_an_apology(segments: Sequence[Segment]) -> bool:
    """Say whether a short line says that what was asked for is not there, before the page has any prose."""
    for segment in segments[:500]:
        is_short = segment.tag not in _HEADINGS and len(segment.text) < _LONGEST_APOLOGY
        if is_short and _addresses(_NOT_FOUND_WORDS, segment.text):
            return True
        if len(segment.text) >= _SHORTEST_PROSE_CHARACTERS and segment.link_share <= 0.5:
            return False
    return False


def _addresses(pattern: re.Pattern[str], line: str) -> bool:
    """Say whether a line has a wall's words, and neither quotes them nor reports."""
    said = _QUOTED.sub(" ", line[:_READ_OF_SEGMENT])
    return pattern.search(said) is not None and _REPORTS.search(said) is None


def _settled(
    signs: _Signs, segments: Sequence[Segment], evidence: list[str], status: ContentStatus, reason: Reason
) -> Wall | None:
    """Return a wall that has two signs of its own kind and a bare page or no article, or one and both."""
    own = len(evidence)
    if not own:
        return None
    if sum(count_words(segment.text) for segment in segments[:500]) < _LITTLE_TEXT_WORDS:
        evidence.append("little_text")
    if not signs.is_article:
        evidence.append("no_article_described")
    is_wall = own >= 2 and len(evidence) >= 3
    if not is_wall and not (own == 1 and len(evidence) == 3):
        return None
    return Wall(status, reason, tuple(evidence), min(0.99, 0.5 + 0.12 * len(evidence)))


def _part(
    tree: HtmlElement,
    html: str,
    segments: Sequence[Segment],
    data: StructuredData,
    body_text: str,
    next_pages: Sequence[str],
) -> Wall:
    main = data.main
    words = count_words(body_text)
    lines = [line for line in body_text.split("\n") if line.strip()]
    pay = []
    if main is not None and main.is_accessible_for_free is False:
        pay.append("not_free")
        if _paid_part_is_missing(tree, html):
            pay.append("paid_part_missing")
    elements = islice(tree.iter("*"), _MAXIMUM_ELEMENTS)
    names = {name for element in elements for name in (element.get("class"), element.get("id")) if name}
    if _PAYWALL_MARKUP.search(" ".join(names)):
        pay.append("paywall_markup")
    prompts = [s for s in _after_body(segments, lines) if len(s.text) < 600 and _PROMPT.search(s.text)]
    if not _has_article(lines):
        prompts = [s for s in segments[:_MAXIMUM_SEGMENTS] if len(s.text) < 600 and _PROMPT.search(s.text)]
    if prompts:
        pay.append("asks_to_subscribe")
    if any(_READS_ON_FOR.search(prompt.text) for prompt in prompts) and any(
        map(_has_controls, prompts[:_MOST_PROMPTS])
    ):
        pay.append("subscribe_controls")
    cut = ["more_pages"] if next_pages else []
    if main is not None and _is_part_of(main, body_text, words):
        cut.append("shorter_than_stated")
    own = [line for line in lines if not (prompts and _PROMPT.search(line[:_READ_OF_SEGMENT]))]
    last = (own or lines)[-1].strip()[-_READ_OF_SEGMENT:] if lines else ""
    if _ELLIPSIS.search(last) or _INVITATION.fullmatch(last):
        cut.append("cut_off")
    elif count_words(last) >= _SHORTEST_PROSE_WORDS and not _is_whole(last.rstrip("* ")):
        cut.append("ends_in_mid_sentence")
    if words < _SHORT_BODY_WORDS:
        cut.append("short")
    if "subscribe_controls" in pay and not _has_article(lines):
        return Wall(ContentStatus.PAYWALLED, Reason.PAYWALL, (*pay, *cut), 0.8)
    return _weighed(pay, cut, words)


def _is_whole(last: str) -> bool:
    """Return whether a paragraph has an end: of a sentence, of a quotation or a bracket, or of what leads to a list."""
    return ends_sentence(last) or last.endswith((":", *CLOSING_MARKS))


def _has_article(lines: Sequence[str]) -> bool:
    """Say whether a body has anything else than prompts and offers."""
    own = (line for line in lines if not any(p.search(line[:_READ_OF_SEGMENT]) for p in (_PROMPT, _OFFER)))
    words = [count_words(line) for line in own]
    return max(words, default=0) >= _SHORTEST_PROSE_WORDS or sum(words) >= _SHORTEST_OPENING_WORDS


def _has_controls(prompt: Segment) -> bool:
    """Say whether one of the controls in a prompt, or right after it, is to subscribe, sign in or register."""
    return any(
        _JOINS.fullmatch(label.strip(" .!›»→>"))
        for label in map(_label, islice(_controls_from(prompt.element), _CONTROLS_BESIDE_PROMPT))
        if len(label) < 60
    )


def _controls_from(element: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the controls in an element, then those that follow it in the two elements around it."""
    outer = [element] if element.getparent() is None else [element, element.getparent()]
    following = chain.from_iterable(islice(place.itersiblings(), _SEGMENTS_AFTER_BODY) for place in outer)
    for place in chain([element], following):
        yield from (inner for inner in islice(place.iter(), _ELEMENTS_BESIDE_PROMPT) if inner.tag in _CONTROLS)


def _label(control: HtmlElement) -> str:
    return (control.get("value") or "") if control.tag == "input" else _text(control)


def _is_part_of(main: StructuredArticle, body_text: str, words: int) -> bool:
    """Say whether a body is a part of the one that the page's JSON-LD gives or counts.

    A stated body whose end is the body's own is no longer one: it repeats itself, or has captions. A count without the
    text may be of characters or of the whole page; it is believed of a body that is as short as an opening.
    """
    stated = main.article_body or ""
    end = "".join(stated.split())[-_COMPARED_CHARACTERS:]
    if stated and end in "".join(body_text.split()):
        return False
    count = count_words(stated)
    if words < _LONGEST_OPENING_WORDS:
        count = max(count, main.word_count or 0)
    return count - words >= _FEWEST_WORDS_MISSING and words < _PART_OF_STATED * count


def _after_body(segments: Sequence[Segment], lines: Sequence[str]) -> Sequence[Segment]:
    """Return the segments that follow the body's last line; all of them when there is no body to be found."""
    last = " ".join(lines[-1].split()) if lines else ""
    for place in range(len(segments) - 1, -1, -1):
        if last and segments[place].text.endswith(last[-_COMPARED_CHARACTERS:]):
            return segments[place : place + 1 + _SEGMENTS_AFTER_BODY]
    return segments[:_MAXIMUM_SEGMENTS]


def _weighed(pay: list[str], cut: list[str], words: int) -> Wall:
    """Weigh the signs of a paywall against those of a text that is not whole.

    ``not_free`` alone says nothing: many sites declare it of every article and deliver the whole text.
    """
    signs = (*pay, *cut)
    is_opening = words < _LONGEST_OPENING_WORDS
    is_cut = "shorter_than_stated" in cut or (is_opening and ("cut_off" in cut or "paid_part_missing" in pay))
    asks_in_time = "asks_to_subscribe" in pay and len(pay) >= 2 and len(cut) >= 1 and is_opening
    if (is_cut and ("not_free" in pay or ("asks_to_subscribe" in pay and is_opening))) or asks_in_time:
        reason = Reason.PAYWALL if words < _SHORTEST_OPENING_WORDS else None
        return Wall(ContentStatus.PAYWALLED, reason, signs, min(0.95, 0.4 + 0.12 * len(signs)))
    if is_cut or "more_pages" in cut:
        return Wall(ContentStatus.TRUNCATED, None, signs, min(0.9, 0.4 + 0.12 * len(signs)))
    return Wall(evidence=tuple(word for word in signs if word == "not_free"), confidence=0.6 if signs else 0.9)


def _paid_part_is_missing(tree: HtmlElement, html: str) -> bool:
    """Say whether none of the elements that JSON-LD names as the paid part has an opening's worth of words."""
    selectors = list(dict.fromkeys(_SELECTOR.findall(html)))[:5]
    if not selectors:
        return False
    for selector in selectors:
        name = selector[1:]
        if selector.startswith("#"):
            found = tree.xpath("//*[@id=$name]", name=name)
        else:
            found = tree.xpath("//*[contains(concat(' ', normalize-space(@class), ' '), $name)]", name=f" {name} ")
        words = 0
        for element in found[:_MAXIMUM_PAID_PARTS]:
            words += count_words(_text(element)[:5_000])
            if words >= _SHORTEST_OPENING_WORDS:
                return False
    return True


def _is_titled(pattern: re.Pattern[str], titles: Sequence[str]) -> bool:
    """Say whether a title, or the part of it before or after the site's name, is one of a wall and nothing more."""
    return any(
        pattern.fullmatch(part.strip(" .!?…\"'“”")) for title in titles for part in (title[:300], *_parts(title[:300]))
    )


def _parts(title: str) -> Iterator[str]:
    """Yield the parts of a title that may have a site's name, or an exclamation before it."""
    parts = [part for part in _TITLE_PARTS.split(title) if part.strip()]
    if not (2 <= len(parts) <= 3 and count_words(title) <= _LONGEST_TITLE_WORDS):
        parts = []
    yield from parts
    for part in parts or [title]:
        # What a colon parts is a site's name, or an exclamation; else it is a headline.
        before, colon, after = part.partition(":")
        if colon and count_words(before) <= _MOST_WORDS_BESIDE_COLON:
            yield after
        if colon and count_words(after) <= _MOST_WORDS_BESIDE_COLON:
            yield before


def _has_other_prose(segments: Sequence[Segment], about: re.Pattern[str], most: int) -> bool:
    """Say whether a page has more than so many characters of running text about something else than a wall."""
    total = 0
    for segment in segments:
        size = len(segment.text)
        if size >= _SHORTEST_PROSE_CHARACTERS and segment.link_share <= 0.5 and not _addresses(about, segment.text):
            total += size
            if total > most:
                return True
    return False


def _text(element: HtmlElement) -> str:
    return " ".join(element.text_content()[:20_000].split())
