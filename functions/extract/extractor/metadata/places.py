"""The names that pages give to what stands around a headline, and to the front of their site.

Comes in: nothing. Goes out: patterns and words that several readers of metadata share.
"""

from __future__ import annotations

import re

KICKER_CLASS = re.compile(
    r"(?:^|[-_\s])(?:kicker|eyebrow|over-?(?:line|title|head)|dachzeile|top-?line|pre-?(?:title|head)|sur-?titre"
    r"|occhiello|ante-?t[ií]tulo|chapeu|vignette)",
    re.IGNORECASE,
)
"""What the short line above a headline is called."""

BREADCRUMB_NAME = re.compile(
    "bread-?crumb|brotkr|navigationspfad|ariane|briciol|kruimel|okruszk|topic-?path|pankuzu|migas?[- ]?de[- ]?pan"
    "|br[öø]dsm|murupol|drobe[cč]k|morzsa|trilha[- ]de|крошк|パンくず|面包屑|麵包屑",
    re.IGNORECASE,
)
"""What the way from a site's front to the page is called."""

FRONT_ADDRESS = re.compile(r"(?:https?:)?//[^/?#]+/?|\.?/")
"""The address of a site's front, absolute or not."""
FRONT_NAMES = frozenset({
    "home", "homepage", "home page", "frontpage", "front page", "start", "startseite", "accueil", "inicio", "portada",
    "início", "home pagina", "forside", "forsiden", "hem", "etusivu", "strona główna", "úvod", "domů", "главная",
    "головна", "начало", "početna", "naslovnica", "kezdőlap", "címlap", "acasă", "αρχική", "ana sayfa", "anasayfa",
    "الرئيسية", "בית", "होम", "หน้าแรก", "trang chủ", "beranda", "首页", "首頁", "ホーム", "トップ", "홈",
})  # fmt: skip
"""What a site calls its front in its menu and breadcrumbs."""
