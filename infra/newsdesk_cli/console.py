"""What commands print, and how they end.

Comes in: texts and facts. Goes out: tables and lines for people on standard output and standard error, or an exit code.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn, TextIO

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.segment import Segment
from rich.table import Table

from newsdesk_cli.paths import TEMPLATE

EXIT_FAILURE = 1
EXIT_USAGE = 2
EXIT_WAITING = 3
EXIT_INTERRUPTED = 130

_LOG_WIDTH = 120
_PADDING = re.compile(r" +\n")


class PrintableConsole(Console):
    """A console that shows what it is given and obeys none of it; styles and movements are its own.

    Where it is no terminal, no line ends in spaces.
    """

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the segments of a renderable, with a sign in the place of each character that a terminal obeys."""
        segments = map(_obeyed_by_none, super().render(renderable, options))
        return segments if self.is_terminal else _without_padding(segments)


def _obeyed_by_none(segment: Segment) -> Segment:
    if segment.control is not None or segment.text.isprintable():
        return segment
    from newsdesk.characters import printable  # its patterns take a tenth of a start to build

    return Segment(printable(segment.text), segment.style)


def _without_padding(segments: Iterable[Segment]) -> Iterator[Segment]:
    """Yield segments without the spaces that stand before the end of a line."""
    held: list[Segment] = []
    for segment in segments:
        if segment.control is not None:
            yield segment
            continue
        text = _PADDING.sub("\n", segment.text)
        shown = text.rstrip(" ")
        if shown:
            if not shown.startswith("\n"):
                yield from held
            held = []
            yield Segment(shown, segment.style)
        if len(shown) < len(text):
            held.append(Segment(text[len(shown) :], segment.style))
    yield from held


# A file or a pipe has no width of its own.
def width_of(stream: TextIO) -> int | None:
    """Return the width to print with; None leaves it to rich, which asks the terminal or the variable COLUMNS."""
    return None if stream.isatty() or "COLUMNS" in os.environ else _LOG_WIDTH


out = PrintableConsole(width=width_of(sys.stdout))
err = PrintableConsole(stderr=True, width=width_of(sys.stderr))


def say(text: str) -> None:
    """Print a line of progress: one line where it is no terminal, so that a command in it can be copied."""
    err.print(f"[dim]·[/] {escape(text)}", highlight=False, soft_wrap=not err.is_terminal)


def complain(text: str) -> None:
    """Print a line that says what went wrong."""
    err.print(f"[red]newsdesk:[/] {escape(text)}", highlight=False, soft_wrap=not err.is_terminal)


def usage(text: str) -> NoReturn:
    """End the command with a usage error."""
    complain(text)
    raise typer.Exit(EXIT_USAGE)


def fail(text: str) -> NoReturn:
    """End the command with a failure."""
    complain(text)
    raise typer.Exit(EXIT_FAILURE)


def confirm(question: str, *, is_agreed: bool) -> None:
    """Ask whether to go on, unless that is agreed; end the command where the answer is no, or nobody can be asked."""
    if is_agreed:
        return
    if not sys.stdin.isatty():
        usage(f"{question} Say --yes, because there is nobody to ask")
    err.print(f"{escape(question)} \\[y/N]", end=" ", highlight=False)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        fail("nothing was changed")


def require_checkout(what: str) -> None:
    """End the command with a usage error unless it runs from a checkout, which holds the functions and their models."""
    if not TEMPLATE.is_file():
        usage(f"{what} needs a checkout of the repository: run .venv/bin/newsdesk there")


def print_json(document: str) -> None:
    """Print JSON that a terminal obeys nothing of: the same document, with escapes for such characters."""
    sys.stdout.write(escaped_json(document).rstrip("\n") + "\n")


def escaped_json(document: str) -> str:
    """Return JSON with escapes in its texts for every character that a terminal obeys."""
    if document.isprintable():
        return document
    from newsdesk.characters import is_obeyed

    return "".join(json.dumps(character)[1:-1] if is_obeyed(character) else character for character in document)


def print_facts(facts: dict[str, Any], as_json: bool) -> None:
    """Print names and values, as a table or as JSON."""
    if as_json:
        print_json(json.dumps(facts, ensure_ascii=False))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        shown = ", ".join(f"{inner}: {part}" for inner, part in value.items()) if isinstance(value, dict) else value
        table.add_row(escape(name), escape(str(shown)))
    out.print(table)
