"""What RFC 9309 makes of a ``robots.txt``: a table.

Comes in: files of our own writing. Goes out: assertions.

The situations are those that the test-suite of google/robotstxt (Apache-2.0) covers for the standard, and those of the
RFC's own examples; files, agents and URLs are our own. Where the two differ, the RFC counts (percent-encoded letters,
section 2.2.2). Each row: the file, the agent, the URL's path and query, and whether it may be fetched.
"""

from __future__ import annotations

import pytest

from newsdesk.web import product_token
from newsdesk.web.transport import is_allowed, read_robots

Row = tuple[bytes | str, str, str, bool]
YES, NO = True, False


def decide(file: bytes | str, agent: str, target: str) -> bool:
    body = file if isinstance(file, bytes) else file.encode("utf-8")
    return is_allowed(read_robots(body, product_token(agent)).rules, target)


def rows(file: bytes | str, agent: str, **paths: str) -> list[Row]:
    """Rows of one file: ``yes`` and ``no`` are paths parted by spaces."""
    return [
        *((file, agent, path, YES) for path in paths.get("yes", "").split()),
        *((file, agent, path, NO) for path in paths.get("no", "").split()),
    ]


def only(rule: str) -> str:
    """A file that allows what one rule matches, and nothing else."""
    return f"User-agent: CrowBot\nDisallow: /\nAllow: {rule}\n"


GROUPS = """\
Allow: /before/any/group
User-agent: CrowBot
Disallow: /
Allow: /ink/

User-agent: DoveBot
Disallow: /
Allow: /milk/


Allow: /honey/
User-agent: FinchBot

User-agent: CrowBot
Allow: /salt/
Disallow: /
"""

OTHER_RECORDS = """\
User-agent: DoveBot
Sitemap: https://paper.example/sitemap.xml
Host: paper.example
User-agent: *
Frobnicate: yes
Disallow: /
"""

FALL_BACK = """\
User-agent: *
Allow: /
User-agent: CrowBot
Disallow: /
"""

CASES = {
    "syntax": [
        *rows("User-Agent: CrowBot\nDisallow: /\n", "CrowBot", no="/ /a/b"),
        *rows("crawler: CrowBot\nforbid: /\n", "CrowBot", yes="/a/b"),
        *rows("User-agent CrowBot\nDisallow /\n", "CrowBot", no="/a/b"),
        *rows("User-agent\tCrowBot\nDisallow\t/\n", "CrowBot", no="/a/b"),
        *rows("User-agent: CrowBot\nDisallow all of it\n", "CrowBot", yes="/all /a"),
        *rows("  user-agent :  CrowBot  \n\t disallow :\t/a \t\n", "CrowBot", no="/a /ab", yes="/b"),
        *rows("", "CrowBot", yes="/ /a"),
        *rows("\n\n#\n", "CrowBot", yes="/a"),
        *rows("User-agent: CrowBot\nDisallow:\n", "CrowBot", yes="/ /a"),
        *rows("Disallow: /\n", "CrowBot", yes="/a"),
        *rows("<html><body>Not found: /</body></html>", "CrowBot", yes="/ /a"),
        *rows("User-agent: CrowBot\nDissallow: /a\nDisalow: /b\n", "CrowBot", no="/a /b", yes="/c"),
    ],
    "groups": [
        *rows(GROUPS, "CrowBot", yes="/ink/1 /salt/1", no="/milk/1 /honey/1 /before/any/group"),
        *rows(GROUPS, "DoveBot", yes="/milk/1 /honey/1", no="/ink/1 /salt/1 /before/any/group"),
        *rows(GROUPS, "FinchBot", yes="/salt/1", no="/ink/1 /milk/1 /before/any/group"),
        *rows(GROUPS, "WrenBot", yes="/ink/1 /anything"),
        *rows(OTHER_RECORDS, "DoveBot", no="/a"),
        *rows(OTHER_RECORDS, "CrowBot", no="/a"),
        *rows("User-agent: CrowBot\n\n# a line between\n\nDisallow: /a\n", "CrowBot", no="/a"),
        *rows("User-agent: *\nCrawl-delay: 9\n\nUser-agent: DoveBot\nDisallow: /\n", "CrowBot", yes="/a"),
    ],
    "names of records": [
        *rows("USER-AGENT: CrowBot\nALLOW: /x/\nDISALLOW: /\n", "CrowBot", yes="/x/1", no="/y"),
        *rows("user-agent: CrowBot\nallow: /x/\ndisallow: /\n", "CrowBot", yes="/x/1", no="/y"),
        *rows("uSER-aGENT: CrowBot\naLLOW: /x/\ndISALLOW: /\n", "CrowBot", yes="/x/1", no="/y"),
    ],
    "agents": [
        *rows("User-agent: CROWBOT\nDisallow: /\n", "crowbot", no="/a"),
        *rows("User-agent: crowbot\nDisallow: /\n", "CROWBOT/3.1", no="/a"),
        *rows("User-agent: CrOwBoT\nDisallow: /\n", "CrowBot/3.1 (+https://crow.example)", no="/a"),
        *rows("User-agent: CrowBot/9.9\nDisallow: /\n", "CrowBot/3.1", no="/a"),
        *rows("User-agent: CrowBot and friends\nDisallow: /\n", "CrowBot", no="/a"),
        *rows("User-agent: Crow\nDisallow: /\n", "CrowBot", yes="/a"),
        *rows("User-agent: CrowBot-Images\nDisallow: /\n", "CrowBot", yes="/a"),
        *rows("User-agent: ScareCrowBot\nDisallow: /\n", "CrowBot", yes="/a"),
        *rows("User-agent: CrowBot\nDisallow: /\n", "CrowBot-Images/1", yes="/a"),
        *rows("User-agent: Crow_Bot-News\nDisallow: /\n", "crow_bot-news/2", no="/a"),
        *rows("User-agent: CrowBot\nDisallow: /\n", "Mozilla/5.0 (compatible; CrowBot/3.1; +x)", no="/a"),
        *rows(FALL_BACK, "CrowBot", no="/a"),
        *rows(FALL_BACK, "DoveBot", yes="/a"),
        *rows("User-agent: CrowBot\nAllow: /\nUser-agent: DoveBot\nDisallow: /\n", "WrenBot", yes="/a"),
        *rows("User-agent: *\nDisallow: /x/\nUser-agent: CrowBot\nDisallow: /y/\n", "CrowBot", yes="/x/1", no="/y/1"),
        *rows("User-agent: *\nDisallow: /x/\nUser-agent: CrowBot\n", "CrowBot", yes="/x/1"),
        *rows("User-agent: * everybody\nDisallow: /\n", "CrowBot", no="/a"),
        *rows("User-agent: *bot\nDisallow: /\n", "CrowBot", yes="/a"),
        *rows("User-agent:\nDisallow: /\n", "CrowBot", yes="/a"),
        *rows("User-agent: 鴉\nDisallow: /\n", "CrowBot", yes="/a"),
    ],
    "the longest match": [
        *rows("User-agent: CrowBot\nDisallow: /x/a.html\nAllow: /x/\n", "CrowBot", no="/x/a.html", yes="/x/b.html"),
        *rows("User-agent: CrowBot\nAllow: /x/a.html\nDisallow: /x/\n", "CrowBot", yes="/x/a.html", no="/x/ /x/b"),
        *rows("User-agent: CrowBot\nDisallow:\nAllow:\n", "CrowBot", yes="/x"),
        *rows("User-agent: CrowBot\nDisallow: /\nAllow: /\n", "CrowBot", yes="/x"),
        *rows("User-agent: CrowBot\nAllow: /\nDisallow: /\n", "CrowBot", yes="/x"),
        *rows("User-agent: CrowBot\nDisallow: /x\nAllow: /x/\n", "CrowBot", no="/x /xy", yes="/x/ /x/y"),
        *rows("User-agent: CrowBot\nDisallow: /a/b\nAllow: /a/b\n", "CrowBot", yes="/a/b"),
        *rows("User-agent: CrowBot\nAllow: /leaf\nDisallow: /*.html\n", "CrowBot", no="/leaf.html", yes="/leaf"),
        *rows("User-agent: CrowBot\nAllow: /x/leaf.\nDisallow: /*.html\n", "CrowBot", yes="/x/leaf.html", no="/y.html"),
        *rows("User-agent: CrowBot\nAllow: /p\nDisallow: /\n", "CrowBot", yes="/page", no="/stage"),
        *rows("User-agent: CrowBot\nAllow: /page\nDisallow: /*.htm\n", "CrowBot", no="/page.htm"),
        *rows("User-agent: CrowBot\nAllow: /$\nDisallow: /\n", "CrowBot", yes="/", no="/page.htm /?a"),
        *rows("User-agent: CrowBot\nDisallow: /a\n", "CrowBot", no="/a /a/ /ab /a?b", yes="/ /b /A"),
    ],
    "case": [
        *rows("User-agent: CrowBot\nDisallow: /Reef/\n", "CrowBot", no="/Reef/1", yes="/reef/1 /REEF/1"),
        *rows("User-agent: CrowBot\nDisallow: /reef/\n", "CrowBot", no="/reef/1", yes="/Reef/1"),
    ],
    "encoding": [
        *rows(only("/a/b?c=d&e=https://f.example?g&h"), "CrowBot", yes="/a/b?c=d&e=https://f.example?g&h", no="/a/b"),
        *rows(only("/a/b?e=https://f.example"), "CrowBot", yes="/a/b?e=https%3A%2F%2Ff.example"),
        *rows(only("/a/b?e=https%3A%2F%2Ff.example"), "CrowBot", yes="/a/b?e=https://f.example"),
        *rows(only("/a/烏"), "CrowBot", yes="/a/%E7%83%8F /a/%e7%83%8f", no="/a/%E7%83%8E /a/"),
        *rows(only("/a/%E7%83%8F"), "CrowBot", yes="/a/%E7%83%8F /a/%e7%83%8f"),
        *rows(only("/a/%e7%83%8f"), "CrowBot", yes="/a/%E7%83%8F"),
        *rows(only("/a/%63row"), "CrowBot", yes="/a/crow /a/%63%72ow", no="/a/cow"),
        *rows(only("/a/crow"), "CrowBot", yes="/a/%63row"),
        *rows(only("/a%2Fb"), "CrowBot", yes="/a%2fb", no="/a/b"),
        *rows(only("/a/b"), "CrowBot", no="/a%2Fb"),
        *rows(only("/a~b"), "CrowBot", yes="/a%7Eb"),
        *rows(only("/100%"), "CrowBot", yes="/100% /100%25", no="/100"),
        *rows("User-agent: CrowBot\nDisallow: /caf\xe9\n".encode("latin-1"), "CrowBot", no="/caf%E9", yes="/caf%C3%A9"),
        *rows(b"User-agent: CrowBot\nDisallow: /\xff\xfe\x80\nDisallow: /b\n", "CrowBot", no="/b /%FF%FE%80"),
    ],
    "special characters": [
        *rows("User-agent: CrowBot\nDisallow: /a/b/c\nAllow: /a/*/d\n", "CrowBot", no="/a/b/c", yes="/a/c /a/x/d"),
        *rows("User-agent: CrowBot\nDisallow: /a/b$\nAllow: /a/b/c\n", "CrowBot", no="/a/b", yes="/a/b/ /a/b/c /a/b/d"),
        *rows("User-agent: CrowBot\n# Disallow: /\nDisallow: /a#b\nAllow: /\n", "CrowBot", no="/a /ab", yes="/b"),
        *rows("User-agent: CrowBot # the crow\nDisallow: /a # the ink\n", "CrowBot", no="/a", yes="/"),
        *rows("User-agent: CrowBot\nDisallow: /a%24\n", "CrowBot", no="/a$ /a$b /a%24", yes="/a"),
        *rows("User-agent: CrowBot\nDisallow: /a%2Ab\n", "CrowBot", no="/a*b /a%2Ab", yes="/aXb"),
        *rows("User-agent: CrowBot\nDisallow: /a$b\n", "CrowBot", no="/a$b", yes="/a /ab"),
        *rows("User-agent: CrowBot\nDisallow: /a$\n", "CrowBot", no="/a", yes="/a$b /a$"),
        *rows("User-agent: CrowBot\nDisallow: *\n", "CrowBot", no="/ /a"),
        *rows("User-agent: CrowBot\nDisallow: *.gif\n", "CrowBot", no="/a.gif /b/c.gif?d", yes="/a.png"),
        *rows("User-agent: CrowBot\nDisallow: crow\n", "CrowBot", yes="/crow /"),
        *rows("User-agent: CrowBot\nDisallow: /*?\n", "CrowBot", no="/a?b /?", yes="/a"),
        *rows("User-agent: CrowBot\nDisallow: /a**b\n", "CrowBot", no="/ab /axb"),
        *rows("User-agent: CrowBot\nDisallow: /*a*a$\n", "CrowBot", no="/aa /xaya", yes="/a /ab"),
        *rows("User-agent: CrowBot\nDisallow: /*ab*b$\n", "CrowBot", no="/abb /ab-ab", yes="/ab"),
    ],
    "prefixes": [
        *rows(
            only("/fern"),
            "CrowBot",
            yes="/fern /fern.html /fern/root.html /fernery /fernery/a.html /fern.html?id=b",
            no="/moss /Fern.asp /catfern /?id=fern",
        ),
        *rows(
            only("/fern*"),
            "CrowBot",
            yes="/fern /fern.html /fern/root.html /fernery /fernery/a.html /fern.html?id=b",
            no="/moss /Fern.asp /catfern /?id=fern",
        ),
        *rows(
            only("/fern/"),
            "CrowBot",
            yes="/fern/ /fern/root /fern/?root /fern/root.html /fern/?id=b",
            no="/fern /fern.html /Fern/Root.html",
        ),
    ],
    "wildcards": [
        *rows(
            only("/*.php"),
            "CrowBot",
            yes="/a.php /f/a.php /f/a.php?b //f/a.php.html /a.php/ /index?f=a.php/",
            no="/php/ /index?php /windows.PHP",
        ),
        *rows(
            only("/*.php$"),
            "CrowBot",
            yes="/a.php /f/a.php",
            no="/a.php?b /a.php/ /a.php5 /php/ /a?php /aaphpaa //windows.PHP",
        ),
        *rows(only("/fern*.php"), "CrowBot", yes="/fern.php /fernery/catfern.php?b", no="/Fern.PHP /moss.php"),
    ],
    "lines": [
        *rows("User-agent: CrowBot\nDisallow: /a\nDisallow: /b", "CrowBot", no="/a /b", yes="/c"),
        *rows("User-agent: CrowBot\r\nDisallow: /a\r\nDisallow: /b\r\n", "CrowBot", no="/a /b", yes="/c"),
        *rows("User-agent: CrowBot\rDisallow: /a\rDisallow: /b", "CrowBot", no="/a /b", yes="/c"),
        *rows("User-agent: CrowBot\n\rDisallow: /a\r\r\nDisallow: /b", "CrowBot", no="/a /b", yes="/c"),
        *rows("User-agent: CrowBot\nDisallow: /a\x0bb\nDisallow: /c\u2028d\n", "CrowBot", yes="/b /d /a"),
        *rows(b"User-agent: CrowBot\x00\nDisallow: /a\x00\n", "CrowBot", no="/a"),
    ],
    "byte order marks": [
        *rows(b"\xef\xbb\xbfUser-agent: CrowBot\nDisallow: /\n", "CrowBot", no="/a"),
        *rows(b"\xef\xbb\xbf\nUser-agent: CrowBot\nDisallow: /\n", "CrowBot", no="/a"),
        *rows(b"User-agent: DoveBot\n\xef\xbb\xbfUser-agent: CrowBot\nDisallow: /\n", "CrowBot", yes="/a"),
    ],
    "robots.txt itself": rows("User-agent: *\nDisallow: /\n", "CrowBot", yes="/robots.txt", no="/robots.txt.bak"),
}

TABLE = [(about, *row) for about, table in CASES.items() for row in table]


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(TABLE) > 200


@pytest.mark.parametrize(("about", "file", "agent", "target", "expected"), TABLE)
def test_a_crawler_may_fetch_what_the_standard_says(
    about: str, file: bytes | str, agent: str, target: str, expected: bool
) -> None:
    assert decide(file, agent, target) is expected, about
