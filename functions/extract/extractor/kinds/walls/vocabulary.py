"""The words of walls, and how a line has them.

Comes in: a line, a title, or the names in a page's markup. Goes out: whether it speaks as a wall does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from extractor.html import Segment
from newsdesk.words import count_words

READ_OF_SEGMENT = 2_000
"""Characters of a segment that are searched."""
_MOST_WORDS_BESIDE_COLON = 2
_LONGEST_TITLE_WORDS = 12
_SHORTEST_PROSE_CHARACTERS = 50


class Phrases:
    r"""Phrases in some languages, whatever their case.

    They are written in lower case and sought in lower case: Python's engine finds where a pattern that minds the case
    may begin some four times as fast as one that does not. It takes a third of that again where phrases begin words,
    or where each begins with a letter; so ``c(?<!\wc)`` stands for a ``c`` at the beginning of a word.

    Parameters
    ----------
    patterns : str
        One or more of the phrases each.
    begin_words : bool
        Whether none begins within a word.
    """

    def __init__(self, *patterns: str, begin_words: bool = False) -> None:
        self.pattern = "|".join(patterns)
        self._compiled = re.compile(rf"(?<!\w)(?:{self.pattern})" if begin_words else self.pattern)

    def are_in(self, text: str) -> bool:
        """Return whether one of the phrases is in a text."""
        return self._compiled.search(text.lower()) is not None

    def are_all_of(self, text: str) -> bool:
        """Return whether a text is one of the phrases, and nothing else."""
        return self._compiled.fullmatch(text.lower()) is not None

    def distinct_in(self, text: str) -> frozenset[str]:
        """Return the phrases that are in a text."""
        return frozenset(self._compiled.findall(text.lower()))


BOT_TITLES = Phrases(
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
BOT_WORDS = Phrases(
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
    begin_words=True,
)
CHALLENGE_SCRIPT = Phrases(
    r"challenge[-_/](?:platform|form|script|running|error|container)",
    r"/_?(?:bot|browser)[-_]?(?:check|challenge)"
    r"|jschl|px-captcha|_incapsula_|awswaf|bot-?(?:manager|protection|detection)",
)
CHALLENGE = Phrases("captcha", "turnstile", CHALLENGE_SCRIPT.pattern)
_QUOTED = re.compile(r"“[^“”]{1,300}”|„[^„“”]{1,300}[“”]|«[^«»]{1,300}»|\"[^\"]{1,300}\"")
_REPORTS = Phrases(r"\b(?:sa(?:id|ys?)|told|sagt(?:e|en)?|(?:a|ont) (?:dit|déclaré)|dijo|dicen|ha detto|dicono)\b")
"""What a wall, which addresses its visitor, has no use for."""
CONSENT_TITLES = Phrases(
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
CONSENT_WORDS = Phrases(
    r"c(?<!\wc)ookies?\b",
    r"c(?<!\wc)onsent\b",
    r"your (?:privacy|data|choices)",
    r"personal(?:i[sz]ed)? (?:data|ads|advertising|content)",
    r"our (?:\d+ )?partners",
    r"legitimate interests?",
    r"privacy (?:policy|settings|dashboard)",
    r"v(?<!\wv)endors?\b",
    r"einwilligung|zustimm\w+|datenschutz\w*|personenbezogen\w*",
    r"consentement|vie privée|données personnelles|partenaires",
    r"consentimiento|privacidad|datos personales",
    r"consenso|dati personali",
    r"t(?<!\wt)racking\b|werbetracking|privacy-?instellingen",
    r"toestemming|persoonsgegevens",
    r"samtycke|personuppgifter",
)
ACCEPTS = Phrases(
    r"(?:i )?(?:accept|agree|allow|reject|decline|consent|refuse)(?: (?:all|to all|and (?:continue|close)"
    r"|cookies|all cookies))*|manage (?:options|preferences|settings|cookies|choices)"
    r"|more options|customi[sz]e|got it|alle (?:akzeptieren|ablehnen)|akzeptieren(?: und weiter)?"
    r"|zustimmen(?: und weiter)?|ablehnen|einstellungen|(?:tout )?(?:accepter|refuser)"
    r"(?: (?:et|tout).{0,20})?|aceptar(?: todo)?|rechazar(?: todo)?|accetta(?: tutto)?|rifiuta(?: tutto)?"
    r"|accepteren|akkoord|godkänn|acceptera"
)
CONSENT_MARKUP = Phrases(
    r"__tcfapi",
    r"\bcmp[-_.](?:consent|ui|wrapper|container)",
    r"consent[-_](?:form|page|wall|manager|overlay|body)",
    r"collect-?consent",
    r"tcf-?v?2",
)
_THING = r"(?:(?:this|the|that|your|requested) ){0,2}(?:page|article|story|content|file|url|document|post)"
NOT_FOUND = Phrases(
    r"(?:error |http )?404(?: error)?(?: ?[-–—:|]? ?(?:page )?not found)?",
    r"(?:page |nothing |file )?(?:was )?not found(?: here)?|nothing (?:was )?found(?: here)?"
    r"|(?:page|content|story|article|video|post) (?:unavailable|missing|removed)",
    rf"{_THING}(?: you.{{0,40}})? ?(?:(?:was|is|are|could|can)(?:n['’]t|['’]t|not| not| no longer)|not"
    rf"|no longer)(?: be)? (?:found|available)(?: right now| at the moment| any ?more| here)?",
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
_OTHER_THING = (
    r"(?:seite|artikel|beitrag|inhalt|meldung|angebot|p[áa]gina|article|contenu|annonce|artículo|articolo|artigo"
    r"|not[ií]cia|notizia|contenido|conteúdo|contenuto|matéria|nota|pagina|artikeln?|sidan|siden|strona|artykuł)"
)
_NOT_THERE = (
    r"(?:nicht (?:mehr )?(?:gefunden|verfügbar|vorhanden|auffindbar|erreichbar|online)|existiert nicht"
    r"|gelöscht|n['’](?:existe|est) (?:pas|plus)|introuvable|(?:a|ait) été (?:supprim|déplac|retir)ée?|plus disponible"
    r"|(?:no|não|non) (?:exist|esist)e|no (?:está|se encuentra) disponible|não (?:foi )?encontrad[oa]|indisponível"
    r"|ha sido (?:eliminad|borrad|movid)[oa]|foi (?:removid|apagad|excluíd)[oa]|è stat[oa] (?:rimoss|spostat)[oa]"
    r"|non è (?:più )?disponibile|no disponible|indisponible|niet (?:meer )?(?:gevonden|beschikbaar)|bestaat niet"
    r"|finns inte|findes ikke|finnes ikke|nie istnieje)"
)
MISHAP = Phrases(
    r"(?:oops|sorry|error|uh[- ]oh)|(?:oops\W{1,3})?something (?:went|has gone) wrong"
    r"|(?:http )?(?:error )?50\d(?: error)?|we(?:['’]re| are) having (?:some )?(?:trouble|problems|difficulties).{0,30}"
    r"|(?:an )?(?:unexpected |internal |server )?error (?:has )?occurred"
    r"|(?:this |the )?(?:listing|page|story|article|offer|item|link) (?:has |is )?(?:ended|expired|unavailable)"
    r"|ho?ppla(?:\W.{0,50})?|ups|oje|(?:da |hier )?(?:ist )?etwas (?:ist )?schief ?gelaufen|fehler|entschuldigung"
    r"|oups(?:\W.{0,50})?|(?:nous sommes )?désolés?|erreur|une erreur est survenue|¡?(?:ops|vaya)!?(?:\W.{0,50})?"
    r"|lo sentimos|ha ocurrido un error|erro|desculpe|algo deu errado|errore|si è verificato un errore"
    r"|oeps(?:\W.{0,50})?|hoppsan(?:\W.{0,50})?",
    rf"{_OTHER_THING}\b.{{0,30}}\b{_NOT_THERE}",
)
"""Titles of error pages, and of much else: they are a sign where the text says that what was asked for is not there."""
NOT_FOUND_WORDS = Phrases(
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
    rf"{_OTHER_THING}\b.{{0,80}}\b{_NOT_THERE}",
    r"(?:unexpected|internal|server) error (?:has |just )?(?:occurred|happened)|(?:has|have) (?:expired"
    r"|been taken (?:off"
    r"|down))|try again (?:later|shortly|in (?:a few|some) (?:minutes|moments))",
    begin_words=True,
)
_ACCOUNT = r"(?:(?:to|in|into|zu|in|à|a|en) )?(?:your|my|the|an?|ihre?[mn]?|mein(?:em)?|votre|mon|tu|il tuo|je|uw)?"
SIGN_IN_TITLES = Phrases(
    rf"(?:please )?(?:log|sign)[- ]?(?:in|on|up)(?: (?:or|/|and) (?:register|sign up|join|create an account))?"
    rf"(?: {_ACCOUNT} ?(?:account|profile)?)?|member (?:login|sign[- ]in)|(?:account|user|subscriber) (?:login"
    r"|sign[- ]in)|(?:log|sign)[- ]?in (?:to|with|at) .{1,40}|.{1,30} login (?:service|page)"
    r"|welcome back|(?:create|open) (?:an?|your) (?:new |free )*account|register(?: now| here)?|registration|my account"
    r"|join(?: us| now)?|(?:forgot|forgotten|reset|lost)(?: your| my)? password\??|password (?:reset|recovery)",
    r"(?:bitte )?(?:anmelden|einloggen|anmeldung|login|registrieren|registrierung)(?: (?:zum|im|in) .{1,30})?"
    r"|passwort (?:vergessen\??|zurücksetzen)|(?:benutzer)?konto (?:anlegen|erstellen)|mein konto",
    r"(?:se )?conn(?:exion|ecter)(?: à (?:votre|mon) (?:espace|compte).{0,20})?|s['’]identifier|identifiez-vous"
    r"|inscription|créer (?:un|mon) compte|mot de passe oublié ?\??|mon compte",
    r"ini(?:ciar|cia) (?:de )?sesi[óo]n|acceder|accede|regístrate|registro|crear (?:una )?cuenta|mi cuenta"
    r"|¿?olvidaste tu contraseña\??",
    r"accedi|login|registrati|crea (?:un )?account|entrar|iniciar sessão|fazer login|cadastro|cadastre-se",
    r"inloggen|registreren|account aanmaken|mijn account|logga in|skapa konto|log ind|logg inn|zaloguj się|logowanie"
    r"|rejestracja|вход|войти|регистрация|ログイン|会員登録|登录|登錄|로그인|تسجيل الدخول|(?:üye )?giri[şs]i?(?: yap)?"
    r"|üye ol|kayıt ol|σύνδεση|увійти|đăng nhập|masuk",
)
MESSAGE_TITLES = Phrases(
    r"contact(?: us| form)?|get in touch|write to us|feedback|kontakt(?:formular)?|(?:nous )?contact(?:er|ez-nous)?"
    r"|contacto|contatti|contato|contacteer ons|kontakta oss|kontakt os|контакты|お問い合わせ|联系我们|聯絡我們",
)
LETTER_TITLES = Phrases(
    r"(?:sign up (?:for|to) )?(?:our |the |unsere? )?(?:e-?mail )?newsletters?(?:[ -](?:sign-?up|anmeldung))?"
    r"|subscribe(?: (?:now|to (?:our|the) newsletter))?|nyhetsbrev|nieuwsbrief|infolettre|boletín|メールマガジン",
)
"""Titles of forms to sign in, to write and to subscribe, and of nothing else."""
PROMPT = Phrases(
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
    begin_words=True,
)
READS_ON_FOR = Phrases(
    r"\bto (?:continue|keep) reading\b(?! (?:about|more|our|stories))",
    r"read the (?:full|rest of the|whole) (?:article|story)",
    r"(?:article|story|content|page|post) is (?:only )?(?:available )?(?:for|to|exclusive(?:ly)? (?:for|to)"
    r"|reserved for) .{0,40}(?:subscribers?|members?)|you(?:['’]ve| have) reached your .{0,40}limit",
    r"weiterlesen (?:mit|nach)|um .{0,40}weiterzulesen|mit .{0,30}abo(?:nnement)? (?:weiter)?lesen",
    r"il vous reste|réservée?s? (?:aux|à nos) abonnés|pour lire la suite|para seguir leyendo|riservat\w+ agli abbonati"
    r"|alleen voor abonnees|endast för prenumeranter|kun for abonnenter",
)
"""Prompts that say that there is more of this very article."""
OFFER = Phrases(
    r"free (?:account|articles?|trial)|subscriptions? (?:starts?|from)|unlimited (?:digital )?access",
    r"cancel(?:led)? (?:at )?any ?time|already have an account",
)
JOINS = Phrases(
    r"(?:subscribe|log ?in|sign ?in|sign ?up|register|join|create (?:an? )?(?:free )?account)(?: (?:now|today|here"
    r"|for free|to .{1,30}))?",
    r"(?:jetzt )?(?:abonnieren|anmelden|einloggen|registrieren)|(?:s['’]|je m['’])(?:abonner?|inscrire)|se connecter"
    r"|suscr[ií]b\w+|iniciar sesión|abbonati|accedi|abonneren|inloggen|logga in|prenumerera|assine",
)
PAYWALL_MARKUP = Phrases(
    r"(?<![a-z])(?:pay-?wall|reg(?:istration)?-?wall|subscri(?:ber|ption)s?[-_]?(?:wall|only|gate|required"
    r"|prompt|barrier)|"
    r"(?:content|article|premium|access|member)[-_]?(?:gate|barrier|lock(?:ed)?|wall)|metered?[-_]?(?:wall"
    r"|content|prompt)|piano[-_]|locked[-_]?content)",
)
_LONGEST_READ_TITLE = 500
_TITLE_PARTS = re.compile(r"\s+[|–—·•»‹›-]+\s+|\s*[|»]\s+|[.!…]+\s+|(?<=sorry|simos), ", re.IGNORECASE)


@lru_cache(maxsize=2)
def names_paywall(names: str) -> bool:
    """Return whether the names in a page's markup are those of a paywall; two judges ask, and the names are many."""
    return PAYWALL_MARKUP.are_in(names)


def addresses(phrases: Phrases, line: str) -> bool:
    """Return whether a line has a wall's phrases, and neither quotes them nor reports."""
    read = line[:READ_OF_SEGMENT]
    return phrases.are_in(read) and not _REPORTS.are_in(said := _QUOTED.sub(" ", read)) and phrases.are_in(said)


def is_titled(phrases: Phrases, titles: Sequence[str]) -> bool:
    """Return whether a title, or the part of it before or after the site's name, is one of a wall and nothing more."""
    return any(
        phrases.are_all_of(part.strip(" .!?…\"'“”")) for title in titles for part in (title[:300], *_parts(title[:300]))
    )


def has_other_prose(segments: Sequence[Segment], about: Phrases, most: int) -> bool:
    """Return whether a page has more than so many characters of running text about something else than a wall."""
    total = 0
    for segment in segments:
        if is_prose(segment) and not addresses(about, segment.text):
            total += len(segment.text)
            if total > most:
                return True
    return False


def is_prose(segment: Segment) -> bool:
    """Return whether a segment is running text, as far as a wall has any."""
    return len(segment.text) >= _SHORTEST_PROSE_CHARACTERS and segment.link_share <= 0.5


def _parts(title: str) -> Iterator[str]:
    """Yield the parts of a title that may have a site's name, or an exclamation before it."""
    parts = [part for part in _TITLE_PARTS.split(title[:_LONGEST_READ_TITLE]) if part.strip()]
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
