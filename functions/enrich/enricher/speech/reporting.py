"""The English words by which a text says that somebody said, thought or wanted something.

Comes in: nothing. Goes out: verbs and nouns, by what they take.

The classes follow Levin, "English verb classes and alternations" (1993), chapters 29, 31 to 33 and 37, and Quirk et
al., "A comprehensive grammar of the English language" (1985), chapter 16: verbs that take that-clauses, infinitives,
objects, and prepositions.
"""

from __future__ import annotations


def listed(text: str) -> frozenset[str]:
    """Return the words of a list that is written as a text."""
    return frozenset(text.split())


SPEAKING = listed(
    """
    acknowledge add admit advise affirm agree allege announce answer argue ask assert assure attest bark beg
    begin believe bellow bemoan blog boast brag call caution chant chide chime chuckle cite claim comment
    complain concede conclude confirm contend continue counter crow cry deadpan declare demand deny describe
    disclose elaborate email emphasise emphasize exclaim explain finish forecast fume go growl grumble gush hint
    hiss hold imply indicate inform inquire insist interject intone joke lament laugh maintain marvel mouth
    mumble murmur muse mutter note notify observe offer opine plead pledge point posit post predict proclaim
    promise propose put query quip quote rant read reason recall recommend recount reiterate relate remark
    remind repeat reply report respond retort retweet reveal say scoff scold scream shout sigh signal sing snap
    specify state stipulate stress suggest surmise swear tease tell testify text theorize think thunder tout
    tweet urge volunteer vow warn whisper wonder write yell
    """
)
"""What can stand beside words in quotation marks."""

CLAUSE = listed(
    """
    accuse acknowledge add admit advise affirm agree allege announce answer anticipate argue ask assert assume
    assure attest beg believe bet blog boast brag calculate caution charge claim comment complain concede
    conclude confirm consider contend convince counter decide declare deem demand demonstrate deny determine
    disagree disclose discover dispute document doubt dream emphasise emphasize estimate exclaim expect explain
    fear feel figure find forecast forget fret gripe guess hear hint hold hope imagine imply indicate inform
    inquire insist joke judge know lament learn maintain marvel mean muse mutter note notice notify observe
    opine order persuade plead pledge point posit post pray predict prefer presume proclaim promise propose
    query quip realise realize reason recall reckon recognise recognize recommend recount reiterate relate
    remark remember remind repeat reply report respond retort retweet reveal rule say scream shout show signal
    specify speculate state stipulate stress suggest suppose surmise suspect swear tell testify theorise
    theorize think tweet understand urge vow want warn whisper wish wonder worry write yell
    """
)
"""What takes a clause: said that, wonder whether, know what."""

INFINITIVE = listed(
    """
    advise agree aim allege ask aspire beg believe claim command consent consider convince decide decline demand
    direct elect encourage exhort expect forbid hate hope implore instruct intend invite know like lobby love
    mean offer opt order persuade plan pledge prefer press pressure profess promise propose recommend refuse
    report request resolve say swear tell think threaten urge volunteer vow want warn wish
    """
)
"""What takes an infinitive: vows to stay, urged them to go, is said to be ill."""

OBJECT = listed(
    """
    acknowledge admire admit admonish advocate allege announce anticipate applaud argue articulate assail assert
    attack bash believe belittle bemoan blame blast castigate celebrate champion chastise chide cite claim
    commend condemn condone confirm contemplate contradict criticise criticize critique debunk declare decry
    defend demand demonize denounce deny deplore deride describe despise detail disavow disclose discuss dismiss
    disparage dispute doubt downplay echo emphasise emphasize endorse envision estimate excoriate expect explain
    express extol favor favour fear forecast foresee hail hate highlight invoke lambast lambaste lament love
    mention minimize mock note oppose outline pledge praise predict prefer proclaim promise propose protest
    question quote rebuke rebut recall recommend recount reference refute regret reiterate reject renounce
    repeat report repudiate request reveal ridicule rip salute scold skewer slam stress suggest support thank
    tout trash understand urge vilify voice warn welcome
    """
)
"""What takes what it is about as its object: criticized the plan."""

NAMING = listed(
    """
    blast brand call cast characterise characterize compare condemn criticise criticize deem denounce depict
    deride describe dismiss dub frame hail label liken mock paint portray praise regard see slam term tout view
    """
)
"""What takes somebody and what he is said to be: called the plan a mistake, described her as a friend."""

NOUN = listed(
    """
    accusation acknowledgement acknowledgment admission allegation announcement argument assertion assessment
    assumption assurance belief call claim comment commitment complaint concern conclusion contention conviction
    criticism decision declaration demand denial desire determination doubt estimate expectation explanation
    fear finding hope idea insistence intention notion objection observation offer opinion opposition perception
    plan pledge prediction promise proposal question recommendation refusal remark report request revelation
    rumor rumour sense speculation statement suggestion support suspicion theory threat understanding view vow
    warning willingness worry
    """
)
"""What takes a clause, an infinitive or "about": the claim that, her refusal to, doubts about."""

WRITING = listed(
    """
    ad advertisement answer article book brief column comment complaint e-mail editorial email essay filing
    interview lawsuit letter line memo message note paper post question release remark reply report response
    series speech statement tweet video
    """
)
"""What somebody says something in: who issued a statement calling it a mistake has called it one."""

PREPOSITION: dict[str, frozenset[str]] = {
    verb: listed(prepositions)
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
