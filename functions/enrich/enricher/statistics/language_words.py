"""The tables of words and letters that tell languages apart.

Comes in: nothing. Goes out: a table for each script. Changes outside: numpy is loaded with the first table, so that no
start of the function waits for it.

``compile/language_words.py`` makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from enricher.threads import multiply_in_one_thread

if TYPE_CHECKING:
    from enricher.statistics.script_table import ScriptTable

_TABLES = Path(__file__).with_name("language_words.npz")


def table_for(language: str) -> ScriptTable | None:
    """Return the table that knows a language, if one does."""
    return next((table for table in script_tables().values() if language in table.languages), None)


@cache
def script_tables() -> Mapping[str, ScriptTable]:
    """Return the table of each script that several languages share."""
    multiply_in_one_thread()
    import numpy as np

    from enricher.statistics.script_table import ScriptTable

    with np.load(_TABLES) as arrays:
        return {
            script: ScriptTable(
                tuple(map(str, arrays[f"{script}.languages"])), arrays[f"{script}.keys"], arrays[f"{script}.costs"]
            )
            for script in ("latin", "cyrillic", "arabic")
        }
