"""What the members of an enumeration mean: the docstring under each in the code.

Comes in: an enumeration whose members have docstrings, or a warning of an article. Goes out: those sentences by value.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from enum import StrEnum
from functools import cache

from newsdesk.contracts import ArticleWarning, TypeSign, WallSign

_ROLE = re.compile(r":\w+:`~?([\w.]+)`")


def described(enumeration: type[StrEnum]) -> dict[str, str]:
    """Return the docstring of each member by the member's value, in the order of the code.

    Raises
    ------
    ValueError
        If a member has no docstring.
    """
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(enumeration))).body
    assert isinstance(definition, ast.ClassDef)
    found: dict[str, str] = {}
    for statement, note in zip(definition.body, definition.body[1:], strict=False):
        if (
            isinstance(statement, ast.Assign)
            and isinstance(statement.targets[0], ast.Name)
            and isinstance(note, ast.Expr)
            and isinstance(note.value, ast.Constant)
        ):
            meaning = " ".join(str(note.value.value).split()).replace("``", "`")
            found[enumeration[statement.targets[0].id].value] = _ROLE.sub(r"`\1`", meaning)
    missing = [member.name for member in enumeration if member.value not in found]
    if missing:
        raise ValueError(f"{enumeration.__name__} has members without a docstring: {', '.join(missing)}")
    return found


def meaning_of_warning(warning: str) -> str | None:
    """Return what a warning of ``quality.warnings`` means; None of one that this version does not know.

    Parameters
    ----------
    warning : str
        As it stands there; a reason behind its last colon is passed over.
    """
    meanings = _warnings()
    known = warning if warning in meanings else warning.rpartition(":")[0]
    return meanings.get(known)


@cache
def _warnings() -> dict[str, str]:
    signs = {"wall": WallSign, "type": TypeSign}
    meant = {f"{stem}:{sign}": text for stem, kind in signs.items() for sign, text in described(kind).items()}
    return meant | described(ArticleWarning)
