"""Lines in which a paper speaks of itself: its app, its channels, its shop, its desk, its agencies and its partners.

Comes in: a line. Goes out: whether it is such a line.

A line promotes when one of its sentences opens with an invitation and names something of the paper's own, or a network
that the paper is on. Notices say where a text comes from or who is paid for its links. Quoted speech is never
promotion: people in the news invite, too.
"""

from __future__ import annotations

import re

from newsdesk.words import count_words

_LONGEST = 400
_LONGEST_ASKING = 280
_FIRST_UNCASED = "\u0600"
"""Scripts from here on have patterns of their own."""
_MOST_WORDS = 35
_MOST_NOTICE_WORDS = 50

_QUOTED = re.compile('[“”„«»「」]|"[^"]+"')

_INVITES = (
    # English
    r"sign[ -]?up|subscribe|register|join|download|get|follow|donate|support|become|try|discover|listen|watch|buy"
    r"|order|shop|browse|send|e-?mail|write|call|contact|tell|add|check out|visit|click|tap|install|enjoy"
    r"|never miss|don['’]t miss|play|receive"
    # German
    r"|(?:hier |jetzt )?(?:laden?|abonnier\w+|folg(?:en|e|t)|melden?|les(?:en|t)|lies|hör(?:en|t|e)?|registrier\w+"
    r"|unterstütz\w+|teste[nt]?|hol(?:en|t|e)?|bestell\w*|diskutier\w+|schreib\w*|schick\w*|sende[nt]?|entdeck\w+"
    r"|installier\w+|werde[nt]?|spende[nt]?|kauf\w*|haben sie|hast du|habt ihr|kennen sie|verpass\w+|mach\w* mit)"
    # French
    r"|télécharge[zr]|abonnez|inscrivez|suivez|rejoignez|recevez|découvrez|écoutez|regardez|lisez|retrouvez|soutenez"
    r"|contactez|écrivez|envoyez|partagez|installez|ne (?:manquez|ratez)|participez|commandez|achetez|profitez|faites"
    r"|vous (?:avez|souhaitez|voulez)|avez-vous"
    # Spanish, Portuguese, Italian
    r"|[¿¡]?(?:descarg\w+|suscr[ií]b\w+|subscrev\w+|s[ií]gue\w*|s[ií]ga\w*|[uú]n[ea]\w+|reg[ií]str\w+|recib\w+"
    r"|ap[uú]nt\w+|escuch\w+"
    r"|apoy\w+|cont[aá]ct[ae]\w{0,3}|escr[ií]b\w+|env[ií][ae]\w{0,4}|compart[ae]\w{0,3}|inst[aá]l[ae]\w{0,3}"
    r"|no te pierdas|no se pierda|particip[ae]\w{0,3}"
    r"|baix[ea]\w*|descarregue|assin[ea]\w*|inscrev\w+|junte\w*|cadastr\w+|receb\w+|ou[çv]\w+|leia|apoi\w+|escrev\w+"
    r"|partilhe|n[ãa]o perca|tem (?:um|uma)|scaric\w+|iscriv\w+|abbon\w+|segui\w*|unisci\w*|ricev\w+|ascolt\w+|leggi"
    r"|sostieni|scriv\w+|invia\w*|condivid\w+|non perder\w+|hai (?:un|una))"
    # Dutch, Swedish, Norwegian, Danish
    r"|abonneer|schrijf|volg|lees|luister|bekijk|steun|stuur|mail|deel|installeer|mis|heb je|heeft u|word"
    r"|ladda ne[rd]|last ned|hent|prenumerera|abonn[eé]r|f[øö]lj?g?|anmäl|tilmeld|läs|læs|les|lyssna|lytt?|støtt?|stöd"
    r"|skicka|tipsa?|har du|bliv?"
    # Polish, Russian, Ukrainian, Turkish, Greek
    r"|pobierz|śledź(?:cie)?|polub(?:cie)?|zapisz|subskrybuj|obserwuj|dołącz|zarejestruj|otrzymuj|posłuchaj|czytaj|wesprzyj|napisz|wyślij|masz"
    r"|скача\w+|подпи\w+|следите|читайте|слушайте|смотрите|присоединя\w+|поддерж\w+|пишите|напишите|присыла\w+|пришлите"
    r"|установите|не пропусти\w+|есть (?:новость|история)|у вас есть|завантаж\w+|стежте|долуча\w+|приєдн\w+|надсила\w+"
    r"|κατεβάστε|ακολουθήστε|εγγραφείτε"
)
_OWN = (
    r"our|ours|us|unser\w*|uns|notre|nos|nous|nuestr\w+|n[oó]s|nostr\w+|noss\w+|onze|ons|vår\w*|vores?|oss|os|nasz\w*"
    r"|nas|наш\w*|нас|нам|μας"
)
_THINGS = (
    r"apps?|application|applikation|aplicación|aplicativo|applicazione|aplikacj\w+|приложени\w+|додат\w+|εφαρμογή"
    r"|news ?letter\w*|infolettre|boletín\w*|nyhets?brev\w*|nieuwsbrief|рассылк\w+|розсилк\w+|letters?|inbox|mail\w*"
    r"|podcasts?|channels?|kanal\w*|kanał\w*|canal\w*|chaîne|canale|канал\w*|feeds?|groups?"
    r"|gruppen?|groupe|grupo|gruppo"
    r"|e-?papers?|alerts?|push\w*|notifications?|briefings?|shop|store|boutique|tienda|negozio|loja|winkel|butik\w*"
    r"|clubs?|community|communauté|comunidad\w*|comunità|members?\w*|membres|abos?|abonn\w+"
    r"|subscri\w+|editions?|ausgabe|édition"
    r"|news ?(?:team|desk|room)|reporters?|editors?|journalists?|redaktion\w*|redakcj\w+|rédaction|redacción|redazione"
    r"|redação|redactie|редакц\w+|stor(?:y|ies)|tips?|hinweis\w*|journalism\w*|coverage|quiz\w*|puzzles?|games?"
    r"|calendar|page|seite|sites?|website|survey|umfrage|poll|magazin\w*|offers?|deals?|trial|whats ?app\w*|telegram\w*"
)
_NETWORKS = (
    r"google (?:news|discover|actualités|noticias|notizie|nieuws|nyheter|новост\w+|haberler|wiadomości\w*)"
    r"|(?:wiadomości\w*|actualités|noticias|notizie|новост\w+) google|apple news"
    r"|flipboard|whats ?app(?:-?\w+)?|telegram(?:-?\w+)?|instagram|facebook|twitter"
    r"|you ?tube|tik ?tok|linkedin|threads|bluesky|mastodon|viber|вконтакте|одноклассник\w+|дзен\w*|weibo|wechat|line"
)
_ASKING = (
    rf"[^\w¿¡]{{0,12}}+(?:please |bitte |s['’]il vous plaît )?(?:{_INVITES})\b"
    rf"(?:[^.!?]{{0,80}}?\b(?:{_OWN})\b[^.!?]{{0,50}}?\b(?:{_THINGS})\b"
    rf"|[^.!?]{{0,80}}?\b(?:on|to|via|auf|bei|sur|en|no|na|su|op|på|pe|w|в|у)\s[^.!?]{{0,40}}?\b(?:{_NETWORKS})\b)"
)
# Patterns without the flag for any case are asked of a line in lower case, which takes a third of the time.
_ASKS_AT_ONCE = re.compile(
    r"(?:uygulama|kanal|sayfa|bülten|instagram|facebook|whatsapp)\S* (?:\S+ ){0,5}(?:indir|takip ed|abone ol|katıl)"
    rf"|{_ASKING}",
    re.DOTALL,
)
_ASKS_LATER = re.compile(rf"[.!?…:–—-]\s{_ASKING}", re.DOTALL)
_ASKS_UNSPACED = re.compile(
    r"(?:下载|下載|关注|關注|订阅|訂閱|扫码|掃碼|加入|点击|點擊).{0,20}(?:我们|我們|本报|本報|本网|本站|客户端|客戶端|公众号|公眾號|频道|頻道|微信|app)"
    r"|(?:本紙|当社|公式|アプリ|LINE|メルマガ).{0,25}(?:フォロー|登録|ダウンロード|購読)"
    r"|(?:카카오톡|네이버|채널|앱|유튜브|뉴스레터).{0,25}(?:구독|추가|다운로드|팔로우|제보)"
    r"|(?:حم[ّ]?ل|اشترك|اشتركوا|تابع\w*|انضم\w*|راسل\w*).{0,40}(?:تطبيق|قنات|صفحت|نشرت|واتس|تلغرام|تليغرام|فيسبوك)"
    r"|(?:ऐप|व्हाट्सएप|चैनल|टेलीग्राम).{0,40}(?:डाउनलोड|जुड़ें|फॉलो|सब्सक्राइब)",
    re.IGNORECASE | re.DOTALL,
)
_PAID_LINKS = re.compile(
    # We may earn a commission, in the languages of such notices.
    r"\b(?:we|us|our|i|my|site|may|might)\b.{0,80}\b(?:earn|receive)s? (?:us )?(?:an? )?(?:small )?"
    r"(?:affiliate )?commissions?"
    r"|\b(?:erhalten|bekommen) wir\b.{0,60}\bprovision|\b(?:nous|touch|perçoi|reç)\w*\b.{0,40}\bcommission"
    r"|\b(?:recib|obt)\w+.{0,30}\bcomisión|\b(?:ricev|guadagn)\w+.{0,30}\bcommission[ei]"
    # This page has affiliate links.
    r"|\b(?:contain|includ|use|have|has|enthält|enthalten|sind|contient|contiennent|contiene"
    r"|contienen|contém|conter|contengono)\w*"
    r"\b.{0,40}\b(?:affiliate (?:links?|partners?)|affiliate-?links?|provisions-?links?"
    r"|liens? (?:d['’]affiliation|affiliés?)|enlaces? (?:de )?afiliad\w+|link (?:di )?affilia\w+"
    r"|links? (?:de )?afiliad\w+)"
    r"|^\W*affiliate\b|\baffiliate-?links? (?:enthalten|sind)",
    re.DOTALL,
)
_PAID_LINK_STEMS = ("affili", "afilia", "commission", "comisi", "provision")
_NOTICES = re.compile(
    r"\W*(?:except for the headline, )?(?:this|the) (?:story|article|report|copy|post|text|piece|content)\b.{0,60}"
    r"\b(?:edited|reviewed|generated|translated|produced|created|published|syndicated|taken|written)\b.{0,80}"
    r"\b(?:staff|feed|wire|agency|agencies|automatically|automated|artificial intelligence|ai|syndicat\w+)\b"
    r"|\W*dieser? (?:artikel|text|beitrag|bericht|meldung|inhalt)\b.{0,60}\b(?:wurde|ist|stammt)\b.{0,80}"
    r"\b(?:automatisch|agentur\w*|redaktionell|künstlicher|ki|übersetzt|dpa|maschinell)\b"
    r"|\W*(?:cet article|ce texte|cette dépêche)\b.{0,80}\b(?:agence|automatiquement|rédaction|traduit|flux)\b"
    r"|\W*est[ea] (?:artículo|texto|contenido|nota|noticia|artigo|conteúdo|matéria)\b.{0,80}"
    r"\b(?:agencia|automátic\w+|automatic\w+|redacción|redação|traducid\w+|traduzid\w+|agência)\b"
    r"|\W*quest[oa] (?:articolo|testo|contenuto|notizia)\b.{0,80}\b(?:agenzia|automatic\w+|redazione|tradott\w+)\b",
    re.DOTALL,
)
_HAS_STORY = re.compile(
    r"\W*(?:do you )?(?:have|got|know)(?: you)?(?: got)? (?:a|an|any|something|more)\b[^?.!]{0,60}\?.{0,250}"
    r"(?:@|\b(?:call|text|e-?mail|write|contact|message|whats ?app|tell us|get in touch)\b).*",
    re.DOTALL,
)


_ASKS_FOR_MAIL = re.compile(r"[^?]{5,120}\?[^?]{0,120}\b[\w.+-]+@[\w-]+\.[\w.-]+\W*")
"""A question, and where to send the answer, in any language."""
_SUPPORTING = (
    r"(?:become an? (?:paying )?(?:member|subscriber|supporter|patron)\b|support (?:\w+ )?journalism\b"
    r"|(?:[^.!?]{0,120}, )?(?:please )?consider becoming an? (?:\w+ (?:or )?){0,3}"
    r"(?:subscriber|member|supporter|patron)\b"
    r"|(?:unterstützen sie|unterstütze) .{0,30}journalismus|soutenez .{0,30}(?:presse|journalisme)"
    r"|apoya .{0,30}periodismo|sostieni .{0,30}(?:giornalismo|informazione)|apoie .{0,30}jornalismo)"
)
_SUPPORTS_AT_ONCE, _SUPPORTS_LATER = re.compile(_SUPPORTING), re.compile(rf"[.!?…]\s+{_SUPPORTING}")


_TERMS = re.compile(
    r"[^.!?]*\b(?:no credit card (?:is )?(?:required|needed)|keine kreditkarte (?:nötig|erforderlich))\b"
)
_MOST_WORDS_OF_TERMS = 16
"""What is offered on trial, and on which terms."""


def is_promotion(text: str) -> bool:
    """Return whether a paper speaks of itself in a line."""
    if len(text) > _LONGEST or _QUOTED.search(text):
        return False
    lowered = text.lower()
    if _asks(text, lowered):
        return count_words(text) <= _MOST_WORDS
    if count_words(text) <= _MOST_WORDS_OF_TERMS and _TERMS.match(lowered) is not None:
        return True
    is_notice = _NOTICES.match(lowered) is not None or (
        any(stem in lowered for stem in _PAID_LINK_STEMS) and _PAID_LINKS.search(lowered) is not None
    )
    return is_notice and count_words(text) <= _MOST_NOTICE_WORDS


def _asks(text: str, lowered: str) -> bool:
    if len(text) > _LONGEST_ASKING:
        return False
    if _ASKS_AT_ONCE.match(lowered) or _ASKS_LATER.search(lowered):
        return True
    if _SUPPORTS_AT_ONCE.match(lowered) or _SUPPORTS_LATER.search(lowered):
        return True
    if "?" in text and (_HAS_STORY.fullmatch(lowered) or _ASKS_FOR_MAIL.fullmatch(text)):
        return True
    return not text.isascii() and max(text) >= _FIRST_UNCASED and _ASKS_UNSPACED.search(text) is not None
