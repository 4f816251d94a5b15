"""The words of a language that say nothing about a text's subject: articles, pronouns, prepositions and the like.

Comes in: a language. Goes out: its function words. They are those of spaCy's language data (MIT), which is packaged for
the English model anyway. The file of one language is run by itself: spaCy takes half a second to load.
"""

from __future__ import annotations

import runpy
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_NAMES_IN_SPACY = {"no": "nb"}


@cache
def function_words(language: str) -> frozenset[str]:
    """Return a language's function words in lower case; none for one that spaCy has no list of."""
    spacy = find_spec("spacy")
    folders = spacy.submodule_search_locations if spacy is not None else None
    listed = Path(next(iter(folders or []))) / "lang" / _NAMES_IN_SPACY.get(language, language) / "stop_words.py"
    if not language.isalpha() or not listed.is_file():
        return frozenset()
    return frozenset(word.lower() for word in runpy.run_path(str(listed))["STOP_WORDS"])
