"""Text that stands where a text will be: "Lorem ipsum dolor sit amet", "This is your first post", "Loading story".

Comes in: a line. Goes out: whether it fills a place.

Generators shuffle one passage of Cicero's, so a line is known by the share of its longer words that are from there, in
whatever order. In other languages the same few texts are used, and a line of theirs is known by how it begins or by
what it calls itself. So is what a page shows until its script has run.
"""

from __future__ import annotations

import re

from extractor.text.vocabulary import TOKEN

LEAST_SHARE = 0.6
FEWEST_WORDS = 4
"""Words of four letters and more; what Latin shares with Cicero is mostly shorter."""
_SHORTEST_WORD = 4
_READ_CHARACTERS = 300
"""A line is such a text from its beginning."""

_LATIN = frozenset(
    re.findall(
        r"\w+",
        "accumsan accusamus accusantium adipisci adipiscing adipisicing aliqua aliquam aliquet aliquid aliquip "
        "amet anim ante aperiam architecto arcu asperiores aspernatur assumenda auctor augue aute beatae bibendum "
        "blandit blanditiis cillum commodi commodo condimentum congue consectetuer consectetur consequat "
        "consequatur consequuntur convallis corporis corrupti cras cubilia culpa cumque cupidatat cupiditate "
        "curabitur curae cursus dapibus debitis delectus deleniti deserunt diam dicta dictum dictumst dignissim "
        "dignissimos distinctio dolor dolore dolorem doloremque dolores doloribus dolorum donec ducimus duis "
        "egestas eget eiusmod eleifend elementum eligendi elit eros error euismod eveniet excepteur excepturi "
        "exercitation exercitationem expedita explicabo facere facilis facilisi facilisis fames faucibus felis "
        "fermentum feugiat finibus fringilla fugiat fusce gravida habitant habitasse harum hendrerit hendrerits "
        "iaculis illo illum impedit imperdiet incididunt incidunt integer interdum inventore ipsa ipsam ipsum "
        "irure iste itaque iure iusto justo labore laboriosam laboris laborum lacinia lacus laoreet laudantium "
        "lectus libero ligula lobortis lorem luctus maecenas magna magnam magni malesuada massa mattis mauris "
        "maxime metus minim minima modi molestiae molestias molestie mollis mollit mollitia montes morbi natoque "
        "natus necessitatibus nesciunt netus nibh nisi nisl nobis nonummy nostrud nostrum nulla nullam nunc "
        "obcaecati occaecat occaecati odio odit officia officiis omnis optio orci ornare pariatur parturient "
        "pellentesque penatibus perferendis perspiciatis pharetra phasellus placeat placerat platea porro porta "
        "porttitor possimus posuere potenti praesent praesentium pretium primis proident proin provident pulvinar "
        "purus quas quasi quibusdam quidem quisquam quisque ratione recusandae reiciendis repellat repellendus "
        "reprehenderit repudiandae rerum rhoncus ridiculus risus rutrum saepe sagittis sapien sapiente scelerisque "
        "semper senectus sequi sint sociis sociosqu sodales sollicitudin soluta suscipit suspendisse tellus tempor "
        "tempora tempore temporibus tempus tenetur tincidunt tortor totam tristique turpis ullam ullamco "
        "ullamcorper ultrices ultricies unde urna varius vehicula velit veniam veritatis vestibulum vitae vivamus "
        "viverra voluptas voluptate voluptatem voluptates voluptatibus voluptatum volutpat vulputate ",
    )
)
_MARKS = (
    "ipsum",
    "dolor",
    "amet",
    "elit",
    "null",
    "vitae",
    "eget",
    "nunc",
    "volup",
    "volut",
    "sequ",
    "tempo",
    "libero",
    "magna",
)
"""One of these is in any line of such Latin, and in few others; all lines of a page are asked."""
_KNOWN = re.compile(
    r"\W*(?:lorem ipsum\b.{0,40}|lorem ipsum dolor\b.*"
    r"|welcome to wordpress\. this is your first post\..*"
    r"|this is an example page\. it['’]s different from a blog post.*"
    r"|this is a (?:sample|dummy|placeholder) (?:text|post|page|paragraph)\b.*"
    r"|(?:(?:insert|add|enter|edit|put) )?(?:your |some )?(?:text|content|copy)(?: goes| comes)? here\W*"
    r"|(?:i['’]m|this is) a (?:paragraph|text block)\. click (?:here|the edit button|edit)\b.*"
    r"|far far away, behind the word mountains.*|a wonderful serenity has taken possession of my.*"
    r"|one morning, when gregor samsa woke from troubled dreams.*"
    r"|the quick,? brown fox jumps over (?:a|the) lazy dog\..*"
    r"|willkommen (?:bei|zu|in) wordpress\. d(?:ies|as) ist (?:dein|der) erste[rn]? beitrag.*"
    r"|(?:dies|das|hier) ist ein(?:e|en)? (?:typo)?(?:blind|muster|beispiel|platzhalter)text.*"
    r"|weit hinten, hinter den wortbergen.*|(?:eine wunderbare heiterkeit|jemand musste josef k).*"
    r"|er hörte leise schritte hinter sich.*|überall dieselbe alte leier\..*"
    r"|bienvenue (?:sur|dans) wordpress\. ceci est votre premier article.*|(?:ceci est un )?(?:faux[- ]texte|texte de"
    r" remplissage|exemple de texte)\b.*|(?:te damos la bienvenida|bienvenid[oa]s?) a wordpress\..*"
    r"|este es un (?:texto|párrafo) de (?:ejemplo|relleno|prueba).*|este é um (?:texto|parágrafo) de exemplo.*"
    r"|questo è un (?:testo|paragrafo) di (?:esempio|prova).*|dit is een (?:voorbeeld|plaatshouder|dummy)tekst.*"
    r"|лорем ипсум\b.*|рыбный текст\b.*|(?:это|здесь) (?:пример|образец) текста.*"
    r"|(?:この文章|これ|このテキスト)は(?:サンプル|ダミー).*|(?:这里|此处|這裡)是?(?:示例|占位|测试|假)(?:文本|文字|内容).*"
    r"|هذا النص هو مثال لنص.*|لوريم إيبسوم.*)",
    re.DOTALL,
)
_WAITING = re.compile(
    r"\W*(?:loading(?: (?:the |this |your )?(?:story|article|content|contents|page|more|post|posts|comments?|data"
    r"|news)\b.*)?"
    r"|(?:one moment|please wait)\b.{0,30}\bload.*|(?:the |this )?(?:story|article|content"
    r"|page) is (?:being )?load(?:ing|ed)\b.*"
    r"|(?:please |you (?:need|have) to |to (?:view|read|see|use) this .{0,40})?(?:enable|turn on"
    r"|activate) java ?script\b.*"
    r"|(?:this|our|the) (?:page|site|app|website|article|content) (?:requires|needs) java ?script\b.*"
    r"|java ?script (?:is|must be) (?:disabled|required|enabled)\b.*"
    r"|(?:(?:der |die )?(?:inhalte?|seite|artikel|beitrag) )?(?:wird|werden) (?:gerade )?geladen\b.*|lade(?: inhalte?"
    r"| daten)?"
    r"|bitte (?:aktivieren|schalten) sie java ?script\b.*|chargement(?: (?:en cours|de l['’]article"
    r"|du contenu))?\b.{0,40}"
    r"|veuillez (?:activer|autoriser) java ?script\b.*|cargando(?: (?:contenido|noticia|artículo))?\b.{0,30}"
    r"|(?:por favor,? )?(?:active|habilite|ative) (?:el |o )?java ?script\b.*|caricamento(?: in corso)?\b.{0,20}"
    r"|(?:a )?carregando?r?(?: (?:conteúdo|notícia))?\b.{0,20}|(?:aan het )?laden|(?:идет |идёт )?загрузка\b.{0,20}"
    r"|(?:ただいま)?読み込み中.*|(?:正在)?(?:加载|載入|读取)中.*|로딩 ?중.*|جا?ري? التحميل.*)[\s.…]*",
    re.DOTALL,
)
_QUOTING = tuple("\"'“”„‘’«»‹›")
"""A line that begins so quotes such a notice."""
_CALLED = re.compile(
    r"lorem\b|ipsum\b|blindtext|faux[- ]texte|filler text|placeholder|ダミーテキスト|рыбный текст|java ?script"
)
"""What those who write about such texts call them."""


def is_placeholder(line: str) -> bool:
    """Return whether a line fills the place of a text."""
    text = line[:_READ_CHARACTERS].lower()
    if _KNOWN.fullmatch(text) or (text[:1] not in _QUOTING and _WAITING.fullmatch(text)):
        return True
    if not any(mark in text for mark in _MARKS):
        return False
    tokens = [token for token in TOKEN.findall(text) if len(token) >= _SHORTEST_WORD]
    return len(tokens) >= FEWEST_WORDS and sum(token in _LATIN for token in tokens) >= LEAST_SHARE * len(tokens)


def speaks_of_placeholders(line: str) -> bool:
    """Return whether a line names such texts: in an article about them, their words are quoted."""
    return _CALLED.search(line.lower()) is not None and not is_placeholder(line)
