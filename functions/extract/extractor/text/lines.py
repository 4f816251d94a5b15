"""The kind of a line of text, judged by its own words and shape.

Comes in: one line. Goes out: its kind.

The words are the generic ones of page furniture in a few languages. A pattern must match the whole line, so that a
sentence about subscribing or sharing stays a sentence.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from extractor.text.promotion import is_promotion
from extractor.text.vocabulary import BY_WORDS, CLOSING_MARKS, QUESTION_MARKS, READ_ON, ends_sentence
from newsdesk.words import count_words

SHORTEST_PROSE_WORDS = 12
"""A line of at least this many words that ends a sentence is prose: headlines with a full stop are shorter."""
SHORTEST_UNPUNCTUATED_PROSE_WORDS = 25
LONGEST_LABEL_WORDS = 3
_LONGEST_FURNITURE = 400
_SURELY_PROSE = 2_000
_MOST_REMEMBERED = 500


class LineKind(StrEnum):
    """The kinds of lines, in the order in which they are tried."""

    SYMBOLS = "symbols"
    TERMINATOR = "terminator"
    COMMENTS = "comments"
    SHELF = "shelf"
    PROMOTION = "promotion"
    SHARING = "sharing"
    LEGAL = "legal"
    CREDIT = "credit"
    BYLINE = "byline"
    ITEM = "item"
    PROSE = "prose"
    LEAD_IN = "lead_in"
    SENTENCE = "sentence"
    QUESTION = "question"
    KICKER = "kicker"
    LABEL = "label"
    HEADING = "heading"


def _whole(*patterns: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(patterns)})[\s.:!>»›→…]*", flags)


_NETWORK = (
    "facebook|twitter|x|instagram|linkedin|whats ?app|telegram|pinterest|reddit|bluesky|threads|mastodon"
    "|youtube|tik ?tok|"
    "e-?mail|print|copy(?: the)? link|link|rss|flipboard|pocket|messenger|xing|sms|bookmark|save|drucken|imprimer"
)
_TEXTS = r"article|content|information|material|post|text|piece|story|page|website|data|opinions?"
_SYMBOLS = re.compile(
    r"[\W_]+|\d{1,3} ?(?:/|of|von|de|sur|di) ?\d{1,3}"
    # Data for a script: an object or a list of objects in JSON.
    r"|(?=[\[{\s]*[\"'][\w-]+[\"']\s*:)[\[{].*[\]}]",
    re.DOTALL,
)
_BY_NAME = _whole(
    rf"(?:written |reported |posted )?(?:{'|'.join(BY_WORDS)})\s+(?-i:[^\W\d_a-z]).{{1,80}}", flags=re.IGNORECASE
)
_PATTERNS: tuple[tuple[LineKind, str, re.Pattern[str]], ...] = (
    (
        LineKind.TERMINATOR,
        "",
        _whole(
            rf"(?:{READ_ON.pattern})(?:\s+show (?:more|less)| \w+)?",
            r"read (?:full|the (?:rest|whole)).{0,40}",
            r"[«‹<←]* ?(?:back to|return to) .{1,40}",
        ),
    ),
    (
        LineKind.COMMENTS,
        "",
        _whole(
            r"(?:\d+ )?(?:(?:all|top|top rated|latest|reader|user) )?"
            r"(?:comments?|responses|replies|kommentare|commentaires|comentarios|commenti)(?: \(\d+\))?",
            r"\d+ (?:comments?|responses?|replies|thoughts?|kommentare?) (?:on|to|zu)\b.{1,200}",
            r"(?:leave|post|add|write) a (?:comment|reply).{0,20}",
            r"join the (?:conversation|discussion)",
        ),
    ),
    (
        LineKind.SHELF,
        "",
        _whole(
            r"(?:the )?latest(?: (?:news|stories|articles|posts|headlines))?",
            r"related(?: (?:stories|articles|news|posts|content|topics|links|coverage|reading))?",
            r"most (?:read|popular|viewed|shared|recent)(?: \w+)?",
            r"trending(?: \w+)?|popular(?: (?:now|stories|posts))?",
            r"recommended(?: (?:for you|stories|reading|articles))?",
            r"(?:(?:more |other )?(?:stories|articles|news|posts|reads) (?:that )?)?"
            r"you(?:['’]ll| (?:may|might|will|could))(?: also)? (?:like|love|enjoy|be interested in)",
            r"more (?:stories|news|articles|headlines|coverage|from .{1,60}|on this(?: \w+)?|in .{1,40})",
            r"also (?:in|on|from) (?:this|today|our|the)\b.{1,40}",
            r"(?:read|up|watch|coming up) next|(?:read|see|watch) also|don['’]t miss|in case you missed it",
            r"(?:editor['’]?s['’]?|our|top) (?:picks?|choices?|stories)|what (?:to read|others are reading).{0,20}",
            r"(?:mehr zum thema|das könnte sie auch interessieren|meistgelesen|auch interessant|à lire aussi"
            r"|sur le même sujet"
            r"|les plus lus|lo más (?:leído|visto)|te puede interesar|noticias relacionadas|leggi anche|i più letti"
            r"|leia também|mais lidas|lees ook|meest gelezen|läs också|les også|læs også)",
            r"das könnte (?:dir|ihnen|euch) (?:auch )?gefallen|vous (?:aimerez|pourriez aimer)(?: aussi)?",
            r"(?:cela|ceci|ça) (?:pourrait|peut) vous intéresser|(?:también |quizás? )?te puede(?: también)? gustar",
            r"(?:ti )?potrebbe(?:ro)? (?:anche )?(?:interessar(?:e|ti)|piacerti)|dit vind je (?:misschien )?ook leuk",
            r"(?:você )?(?:também )?(?:pode|poderá|vai) (?:também )?gostar|talvez (?:você )?goste|veja também",
            r"może cię (?:też )?zainteresować|zobacz (?:też|także)|mohlo by vás zajímat|читайте (?:также|ещ[её])",
            r"вам (?:может|также|могут) (?:также )?понравит(?:ь)?ся|bunlar (?:da )?ilginizi çekebilir",
            r"関連記事|あわせて読みたい|相关(?:阅读|新闻|文章)|相關(?:閱讀|新聞|文章)|관련 ?기사",
        ),
    ),
    (
        LineKind.PROMOTION,
        "",
        _whole(
            r"(?:newsletters?|advertisement|sponsored(?: content)?|anzeige|publicité|publicidad|pubblicità)",
            r"(?:subscribe|sign ?up|log ?in|sign in|register|donate|join now|get started|download (?:the|our) app)",
            r"(?:subscribe|sign up|register|donate|join (?:us|our)|support us|become a|get (?:our|the)"
            r"|never miss|enjoyed this"
            r"|follow our)\b.{0,300}\b(?:newsletters?|inbox|round-?up|updates|subscribers?|members?(?:hip)?|channel"
            r"|journalism|podcast|briefing|e-?mail|day|week|today|app).{0,200}",
            r"(?:story|article) continues(?: below)?.{0,40}",
            r"(?:abonnieren sie|jetzt abonnieren|abonnez-vous|inscrivez-vous|suscríbete|suscríbase|iscriviti"
            r"|assine).{0,200}",
            r"melden sie sich\b.{0,80}newsletter.{0,200}|(?:подпи[шс]\w+|підпи[шс]\w+) на .{0,200}",
            r"(?:اشترك|اشتركوا|سجل) في .{0,200}|订阅.{0,100}|訂閱.{0,100}",
            r"follow .{1,60} on \w+\b.{0,80}\b(?:channel|feed|page|headlines|updates).{0,60}",
            r"by (?:signing up|subscribing|registering),? you .{0,300}",
            r"(?:enjoying|enjoyed|like) (?:this|our) \w+\?.{0,200}",
        ),
    ),
    (LineKind.PROMOTION, "ニュースレター", _whole(r".{0,60}ニュースレター.{0,30}(?:登録|購読).{0,100}")),
    (
        LineKind.SHARING,
        "",
        _whole(
            r"(?:follow|find|join|like) us(?: on\b.{0,40})?|connect with us.{0,30}",
            r"share(?: (?:this|on|via|it|the)\b.{0,40})?|teilen|partager|compartir|condividi|compartilhar|delen|dela",
            rf"(?:(?:share|tweet|follow|on|via|by|{_NETWORK})(?:[\s|,/·•]+|$))+",
            r"(?:skip to (?:the )?(?:main )?content|menu|search|home|close|back to top|toggle \w+|open menu"
            r"|listen(?: to .{0,30})?"
            r"|(?:click|tap) here .{0,60})",
            r"(?:a{1,3}\W{1,3}){0,4}(?:(?:font|text) )?size(?:\W{1,3}(?:small(?:er)?|normal|larger?|a{1,3})){1,6}",
            # What machines say to readers: of links, of what is not loaded yet, or not without consent.
            r"\(?(?:(?:external )?link )?\(?opens? in (?:a |your )?new (?:tab|window)\)?"
            r"|\(?(?:link )?(?:öffnet|wird) (?:sich )?in (?:einem )?neue[nm] (?:tab|fenster)(?: geöffnet)?\)?"
            r"|\(?(?:nouvelle fenêtre|s['’]ouvre dans une? nouve\w+ (?:fenêtre|onglet))\)?"
            r"|\(?(?:se )?abre (?:en|em|numa) (?:una? |uma )?(?:nueva |nova )?(?:ventana|pestaña|janela|aba)\b.{0,9}"
            r"|\(?si apre in una nuova (?:finestra|scheda)\)?|\(?opent in (?:een )?nieuwe? (?:venster|tabblad|tab)\)?",
            r"(?:content |video |article )?(?:is )?loading(?: \w+){0,3}",
            r"(?:this|the) (?:audio|recording|narration|voice)\b.{0,40}\b(?:generated|automated|machine|ai)\b.{0,150}",
            # An entry for a calendar: when it begins and ends, and what it says.
            r"(?:add to calendar )?(?:\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? ){2}.{0,1000}",
            r"(?:please )?enable javascript\b.{0,100}|your browser (?:does not|doesn['’]t) support .{0,100}",
            r"(?:to (?:view|see|play|show|display|load) th(?:is|e) .{1,60}|we need your consent .{1,60}"
            r"|this (?:content|video|embed|post) (?:is|was|comes|can ?not|could not)\b.{1,80})"
            r"\b(?:cookies?|consent|third[- ]part\w+|load\w*|displayed|available)\b.{0,200}",
            r"(?:an dieser stelle|hier) (?:finden sie|finde[nt]|steht|stand) .{0,40}extern\w+ inhalt.{0,200}"
            r"|(?:ich bin (?:damit )?einverstanden|mit (?:dem|einem) klick|durch (?:das|den|einen) \w+)\b.{0,120}"
            r"\b(?:extern\w* inhalt\w*|drittanbiete\w+|drittplattform\w*|cookies).{0,200}"
            r"|(?:pour (?:afficher|voir|lire)|para (?:ver|visualizar)|per (?:vedere|visualizzare)) .{1,100}"
            r"\bcookies?\b.{0,200}",
        ),
    ),
    (
        LineKind.LEGAL,
        "",
        _whole(
            r"(?:copyright|©|\(c\)).{0,150}",
            r"(?:(?:privacy|cookie)s? (?:policy|settings|notice|preferences)|terms (?:of|and) \w+"
            r"|contact(?: us)?|about(?: us)?"
            r"|impressum|datenschutz|mentions légales|advertise(?: with us)?)(?:[\s|·•]+.{0,100})?",
            r"(?:the |any )?(?:views?|opinions?)(?: and (?:views?|opinions?))?(?: expressed)?\b.{0,60}"
            r"\b(?:those of|(?:the )?authors?(?:'s|’s|s'|s’)? own)\b.{0,200}",
            r"(?:we use cookies|this (?:site|website) uses cookies).{0,300}",
        ),
    ),
    (LineKind.LEGAL, "all rights reserved", _whole(r".{0,100}all rights reserved.{0,100}")),
    (
        LineKind.CREDIT,
        "",
        _whole(
            r"(?:(?:top|main|lead|cover|header|feature[d]?) )?(?:photo|image|picture|photograph|illustration"
            r"|graphic|foto|bild"
            r"|imagen?|abbildung|immagine)s?(?: (?:credit|courtesy|source)s?)?\s*(?::|/|by\b|courtesy of\b"
            r"|©).{1,400}",
            r"(?:credits?|caption|bildquelle|crédits?)\s*:.{1,400}",
        ),
    ),
    (LineKind.CREDIT, "(", _whole(r".{0,300}\((?:(?!see\b)\w+ )?(?:photo|image|picture|foto)s?\b[^()]{0,100}\)")),
    (
        LineKind.BYLINE,
        "",
        _whole(
            r"(?:(?:first |last )?(?:updated|published|posted|modified|veröffentlicht|aktualisiert|publié|mis à jour"
            r"|publicado|actualizado))\b.{0,80}\d.{0,40}",
            r"\d+[ -]min(?:ute)?s?(?: read)?|(?:reading time|lesezeit).{0,30}|\d[\d.,]*k? (?:views|shares|comments)",
        ),
    ),
)
"""Kinds of furniture, what a line of the kind holds in any case, and what it is as a whole, all in lower case: Python's
engine finds out several times as fast as in any case that none of many words is there."""
_DISCLAIMER = _whole(
    # What a text is not: advice, an offer, a promise.
    r"(?:disclaimer|haftungsausschluss|avertissement|(?:descargo|exención) de responsabilidad"
    r"|isenção de responsabilidade|esclusione di responsabilità)\b\W.{1,390}",
    rf"(?:nothing in )?(?:this|the|any|all) (?:{_TEXTS})\b.{{0,160}}\b(?:(?:information(?:al)?|educational) "
    r"(?:purposes )?only|not (?:be )?(?:(?:constitute|intended|construed|considered|meant|an? substitute)\b"
    r".{0,60}\b(?:advice|recommendation|offer|solicitation))).{0,200}",
    r"(?:dieser?|die|alle) (?:artikel|beitrag|text|inhalte?|informationen|angaben)\b.{0,120}"
    r"\b(?:keine?r?l?e?i? \w{0,12}(?:beratung|empfehlung\w*|gewähr)|ohne gewähr).{0,200}",
    r"(?:cet article|ce (?:texte|contenu)|les informations|est[ea] (?:artículo|artigo|texto|contenido|conteúdo)"
    r"|(?:la|esta) información|as informações|quest[oa] (?:articolo|testo|contenuto)|le informazioni)\b.{0,120}"
    r"\b(?:n(?:e|on|o|ão) constitu?(?:e|ent|ye|yen|i|em|isce|iscono)\b.{0,40}\b(?:conseils?|consejo|conselho"
    r"|asesor\w+|aconselhamento|consulenza|recomend\w+|recommandation|raccomandazione|ofert[ae]|offerta|offre)"
    r"|titre (?:purement )?informatif|(?:fines|carácter|caráter|fins) (?:\w+mente )?informativos?"
    r"|scop[oi] (?:\w+mente )?informativ[oi]).{0,200}",
)
_DIGIT = re.compile(r"\d")
_DATE = re.compile(
    r"\b\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}\b|\b\d{1,2}:\d{2}\b"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}\b"
    r"|\b\d{1,2}\.? [^\W\d_]{3,10}\.? \d{4}\b|(?:[\u4e00-\u9fff]{2}|\b)(?:\d{1,4}|元)年 ?\d{1,2}月 ?\d{1,2}日",
    re.IGNORECASE,
)
SEE_ALSO = re.compile(
    r"(?:also )?(?:see|read|watch|listen|related|more|recommended|also|lesen sie|mehr|siehe|(?:à )?(?:lire|voir)"
    r"|leer|ver|lisez|leggi|leia|lees|läs|les|læs|czytaj|zobacz|przeczytaj|читайте|смотрите|читай|див(?:іться)?|okuyun|bkz|διαβάστε"
    r"|اقرأ|延伸阅读|延伸閱讀|相关阅读|相關新聞|相关新闻|関連記事|あわせて読みたい|관련 ?기사)"
    r"(?: \w+){0,4} ?[:：|>»].*"
    r"|(?<!\w)(?:\w++ ){0,4}(?:also|auch|aussi|también|anche|também|ook|också|også|również|też|także|також|также|тоже"
    r"|ayrıca|επίσης)(?: \w+){0,2} ?[:：|>»].*",
    re.IGNORECASE,
)
"""A line that leads to another article: an invitation to read, or a word for "also" before a colon."""
_LONGEST_DATELINE_WORDS = 12
_ITEM = re.compile(r"(?:[-–—•*·▪◦‣]|\d{1,2}[.)])\s+\S")
_SENTENCE_BREAK = re.compile(rf"[.!?…][{re.escape(CLOSING_MARKS)}]*\s+[^\W\d_a-z]|[。！？]")
_KICKER = re.compile(r"\s[|›»>]\s")
_QUESTION_MARKS = tuple(QUESTION_MARKS)
_BODY = frozenset({LineKind.PROSE, LineKind.SENTENCE, LineKind.LEAD_IN})
_TEXT = _BODY | {LineKind.ITEM, LineKind.QUESTION, LineKind.KICKER, LineKind.LABEL, LineKind.HEADING}


def kind_of_line(text: str) -> LineKind:
    """Return the kind of a line, white space around it removed."""
    furniture = _furniture_in(text) if len(text) <= _LONGEST_FURNITURE else None
    if furniture is not None:
        return furniture
    if len(text) > _SURELY_PROSE:
        return LineKind.PROSE
    count = count_words(text)
    ends = _ends_statement(text)
    if count <= _LONGEST_DATELINE_WORDS and not ends and _DIGIT.search(text) and _DATE.search(text):
        return LineKind.BYLINE
    is_prose = (ends or _SENTENCE_BREAK.search(text) is not None) and count >= SHORTEST_PROSE_WORDS
    if is_prose or count >= SHORTEST_UNPUNCTUATED_PROSE_WORDS:
        return LineKind.PROSE
    if _ITEM.match(text):
        return LineKind.ITEM
    if text.endswith((":", "：")):
        return LineKind.LEAD_IN
    if ends and count >= 2:
        return LineKind.SENTENCE
    if text.endswith(_QUESTION_MARKS):
        return LineKind.QUESTION
    if _KICKER.search(text):
        return LineKind.KICKER
    return LineKind.LABEL if count <= LONGEST_LABEL_WORDS else LineKind.HEADING


@lru_cache(maxsize=_MOST_REMEMBERED)
def _furniture_in(text: str) -> LineKind | None:
    """Return the kind of furniture that a line is; several judges of a page ask this of its headings."""
    if _SYMBOLS.fullmatch(text):
        return LineKind.SYMBOLS
    lowered = text.lower()
    for kind, held, pattern in _PATTERNS:
        if held in lowered and pattern.fullmatch(lowered):
            return kind
    if _BY_NAME.fullmatch(text):
        return LineKind.BYLINE
    if is_promotion(text):
        return LineKind.PROMOTION
    return LineKind.LEGAL if _DISCLAIMER.fullmatch(lowered) else None


def _ends_statement(text: str) -> bool:
    """Return whether a line ends like a sentence other than a bare question, or like a quotation."""
    return text.endswith(("”", "»")) or (not text.endswith(_QUESTION_MARKS) and ends_sentence(text))


def is_body(kind: LineKind) -> bool:
    """Return whether a line of the kind is running text."""
    return kind in _BODY


def is_furniture(kind: LineKind) -> bool:
    """Return whether a line of the kind always belongs to the page and never to a text."""
    return kind not in _TEXT
