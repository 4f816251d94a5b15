"""Motifs of which a whole text is made that means harm to whatever reads it.

Tests hold that each of them ends without a failure; ``benchmarks/hostile_texts.py`` measures how long it takes.
"""

from __future__ import annotations

from enricher.parsing import LONGEST_PARSED_CHARACTERS

MOTIFS = {
    "one word": "bridge ",
    "no spaces": "abcdefghij",
    "marks": ".,;:!?-",
    "parted marks": ". , ; : ! ? - ",
    "capitals": "THE HARBOUR BRIDGE OF WENDLITZ ",
    "abbreviations": "U.S. ",
    "full stops": "." * 999 + "a",
    "quotation marks": '"',
    "opened quotations": "“a ",
    "apostrophes": "'a ",
    "newlines": "\n",
    "tabs": "\t",
    "indented paragraphs": ":\n" + " " * 20_000,
    "a turn of spaces": "BRANDT:" + " " * 20_000,
    "letters": "a ",
    "emoji": "🌉",
    "combining marks": "e\u0301\u0301\u0301",
    "names": "Ilse Brandt and Tomás Oliveira met. ",
    "lists of names": "Ilse Brandt, Tomás Oliveira, Poland, ",
    "coordinated names": "Wendlitz and Nordsund or ",
    "quotes": "“Yes, it is,” she said. ",
    "introductions": "said:\n",
    "reports": "she said that he said ",
}


def longest_text(motif: str) -> str:
    """Return a text of one motif, as long as any that is parsed."""
    return (motif * (LONGEST_PARSED_CHARACTERS // len(motif) + 1))[:LONGEST_PARSED_CHARACTERS]
