"""Posts of social networks and AMP's players: what scripts make something of, and name by reference until then.

Comes in: elements of a page. Goes out: the addresses of what would be shown.

A post stands in a page as a quote, whose class says what a script makes of it. Its words stay in the text, because a
reader without that script reads them; the address says where the post is.
"""

from __future__ import annotations

import re
from itertools import islice

from extractor.html import Element, Page, checked_url, is_same_site

_POST_NAME = re.compile(r"(?<!\S)[a-z]+-(?:bsky-|post-)?(?:tweet|media|embed|card|video|post)(?![a-z])")
"""twitter-tweet, instagram-media, tiktok-embed, bluesky-embed, reddit-embed-bq, text-post-media …"""
_POST_ATTRIBUTE = re.compile(r"cite|data-(?:[a-z]+-)*(?:permalink|url|href)")
_PATH_PART = re.compile(r"/[^/?#]+")
_FEWEST_PARTS = 2
_MOST_LINKS = 50
_PLAYER_ADDRESSES = ("src", "data-src", "data-href")
_PLAYERS = {
    "amp-brightcove": (
        "https://players.brightcove.net/{}/default_default/index.html?videoId={}",
        ("data-account", "data-video-id"),
    ),
    "amp-dailymotion": ("https://www.dailymotion.com/embed/video/{}", ("data-videoid",)),
    "amp-instagram": ("https://www.instagram.com/p/{}/", ("data-shortcode",)),
    "amp-jwplayer": ("https://cdn.jwplayer.com/players/{}-{}.html", ("data-media-id", "data-player-id")),
    "amp-soundcloud": ("https://api.soundcloud.com/tracks/{}", ("data-trackid",)),
    "amp-twitter": ("https://twitter.com/i/status/{}", ("data-tweetid",)),
    "amp-vimeo": ("https://player.vimeo.com/video/{}", ("data-videoid",)),
    "amp-youtube": ("https://www.youtube.com/embed/{}", ("data-videoid",)),
}
"""What AMP makes of the ids that these name (the components' reference on amp.dev)."""
_ID = re.compile(r"[\w.:-]{1,100}")


def is_post(element: Element) -> bool:
    """Return whether an element is a post of a social network, as a quote."""
    return element.tag == "blockquote" and _POST_NAME.search((element.get("class") or "").lower()) is not None


def post_address(element: Element, page: Page) -> str | None:
    """Return the address of a post: the one that it is said to have, or its link that leads furthest into a site."""
    stated = (value for name, value in islice(element.attrib.items(), 20) if _POST_ATTRIBUTE.fullmatch(name))
    linked = (link.get("href") or "" for link in islice(element.iter("a"), _MOST_LINKS))
    for addresses in (stated, linked):
        found = [
            address.href
            for given in addresses
            if (address := checked_url(given.strip(), page.base)) is not None
            and _parts(address.href) >= _FEWEST_PARTS
            and not (page.url is not None and is_same_site(page.url.host, address.host))
        ]
        if found:
            return max(reversed(found), key=_parts)
    return None


def player_address(element: Element) -> str | None:
    """Return the address of what one of AMP's players shows."""
    stated = next((value for name in _PLAYER_ADDRESSES if "/" in (value := element.get(name) or "")), None)
    if stated is not None:
        return stated.strip()
    pattern, names = _PLAYERS.get(str(element.tag), ("", ()))
    ids = [element.get(name) or "" for name in names]
    return pattern.format(*ids) if ids and all(_ID.fullmatch(each) for each in ids) else None


def _parts(address: str) -> int:
    """Return how many parts a path has, behind the host."""
    return len(_PATH_PART.findall(address.partition("//")[2].partition("?")[0])) if "//" in address else 0
