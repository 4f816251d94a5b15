"""The English words by which a text says that somebody said, thought or wanted something.

Comes in: nothing. Goes out: verbs and nouns, by what they take.

The classes follow Levin, "English verb classes and alternations" (1993), chapters 29, 31 to 33 and 37, and Quirk et
al., "A comprehensive grammar of the English language" (1985), chapter 16: verbs that take that-clauses, infinitives,
objects, and prepositions.
"""

from __future__ import annotations

from pathlib import Path

from enricher.text import read_word_lists

_LISTS = read_word_lists(Path(__file__).with_name("reporting.toml"))

SPEAKING = _LISTS["speaking"]
"""What can stand beside words in quotation marks."""

CLAUSE = _LISTS["clause"]
"""What takes a clause: said that, wonder whether, know what."""

INFINITIVE = _LISTS["infinitive"]
"""What takes an infinitive: vows to stay, urged them to go, is said to be ill."""

OBJECT = _LISTS["object"]
"""What takes what it is about as its object: criticized the plan."""

NAMING = _LISTS["naming"]
"""What takes a person or thing and what they are said to be: called the plan a mistake, described her as a friend."""

NOUN = _LISTS["noun"]
"""What takes a clause, an infinitive or "about": the claim that, her refusal to, doubts about."""

STATE = _LISTS["state"]
"""What somebody is who thinks or feels that something is so: sure that, worried that, convinced that."""

WRITING = _LISTS["writing"]
"""What somebody says something in: who issued a statement calling it a mistake has called it one."""

ENTITLING = _LISTS["entitling"]
"""What gives a thing its name, which nobody says: a book titled "how to repair a river"."""

NAME = _LISTS["name"]
"""What is itself words that nobody says on this occasion: the club's motto is "we row until the river ends"."""

PREPOSITION: dict[str, frozenset[str]] = {
    verb: frozenset(prepositions.split())
    for verbs, prepositions in (
        ("speak talk", "about of on"),
        ("complain brag boast joke worry fret rave gripe rant whine testify lie wonder", "about of"),
        ("warn accuse", "of about against"),
        ("suspect", "of"),
        ("comment opine expound elaborate remark", "on about"),
        ("agree disagree", "with on to about"),
        ("point refer allude", "to"),
        ("object react respond", "to"),
        ("rail argue campaign protest inveigh", "against for"),
        ("call", "for on"),
        ("push advocate press lobby plead", "for"),
        ("insist", "on"),
        ("apologize apologise", "for"),
        ("ask inquire", "about for"),
        ("think dream hear learn", "of about"),
        (
            "criticize criticise blame praise thank denounce condemn assail chide mock rebuke applaud fault commend",
            "for",
        ),
        ("believe", "in"),
        ("hope", "for"),
        ("hint", "at"),
        ("scoff bristle", "at"),
        ("focus", "on"),
        ("dwell touch harp", "on"),
        ("tell", "about of"),
        ("lash", "at"),
        ("tweet write post", "about of on"),
        ("care", "about"),
    )
    for verb in verbs.split()
}
"""What takes what it is about after a preposition: complained about the noise."""
