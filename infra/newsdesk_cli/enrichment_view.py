"""What enrichment found, marked in the article's body, for the terminal.

Comes in: an article. Goes out: a rich renderable, without control characters, whatever the publisher wrote.
"""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from newsdesk.characters import printable
from newsdesk.contracts import Article
from newsdesk_cli.marking import MarkedPiece, findings, pieces_of, sure_part

_ENTITY_STYLES = {"PERSON": "bold cyan", "ORG": "bold yellow", "PLACE": "bold green", "EVENT": "bold magenta"}
_OTHER_ENTITY_STYLE = "bold blue"
_QUOTE_STYLES = {"direct": "italic on grey19", "mixed": "italic on grey15", "indirect": "italic"}
_ROLE_STYLES = {"cue": "underline", "speaker": "underline", None: ""}


def enrichment_view(article: Article) -> RenderableType:
    """Return the article with its entities, quotes and summary marked, and what else was found."""
    body = Text()
    for piece in pieces_of(article.article_body, sure_part(article.enrichment)):
        # A body has a paragraph in a line.
        body.append(printable(piece.text).replace("\n", "\n\n"), style=_style(piece))
    parts: list[RenderableType] = [Text(printable(article.headline or "(no headline)"), style="bold underline")]
    parts += [Padding(body, (1, 0)), _legend()]
    for title, rows in findings(article.enrichment):
        table = Table(box=None, show_header=False, pad_edge=False)
        for row in rows:
            table.add_row(*(Text(printable(cell)) for cell in row))
        parts.append(Panel(table, title=title, title_align="left", border_style="dim"))
    return Group(*parts)


def _style(piece: MarkedPiece) -> str:
    entity = _ENTITY_STYLES.get(piece.entity.type, _OTHER_ENTITY_STYLE) if piece.entity else ""
    quote = _QUOTE_STYLES[piece.quote.kind] if piece.quote else ""
    return " ".join(filter(None, (entity, quote, _ROLE_STYLES[piece.role], "bold" if piece.in_summary else "")))


def _legend() -> Text:
    legend = Text("marks: ", style="dim")
    named = {**{kind.lower(): style for kind, style in _ENTITY_STYLES.items()}, "other": _OTHER_ENTITY_STYLE}
    named |= {f"{kind} quote": style for kind, style in _QUOTE_STYLES.items()}
    for name, style in {**named, "speaker or cue": "underline", "summary": "bold"}.items():
        legend.append(name, style=f"not dim {style}").append("  ")
    return legend
