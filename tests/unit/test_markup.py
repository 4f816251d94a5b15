"""Bodies with their markup: what stands in a page's text stands in its blocks.

Comes in: pages with links, emphasis, lists, tables, pictures and frames. Goes out: assertions on the blocks.
"""

from __future__ import annotations

import pytest

from extractor.body.markup import marked_blocks
from extractor.body.media import MOST_MEDIA
from extractor.html import checked_url, parse_html, segments_of
from extractor.html.inline import MOST_ADDRESSES, MOST_MARKS
from newsdesk.contracts import Block, Media
from tests.unit.test_extraction import PROSE, extracted, page

SITE = "https://www.courier.example"
BASE = checked_url(f"{SITE}/2026/gate")


def blocks(html: str) -> tuple[Block, ...]:
    tree = parse_html(html)
    assert tree is not None
    return marked_blocks(segments_of(tree), BASE)


def marks(html: str) -> list[tuple[str, str]]:
    """Return what each mark is, and the text under it; of a link its target, too."""
    return [
        (f"{mark.kind} {mark.url}" if mark.url else mark.kind, block.text[mark.begin : mark.end])
        for block in blocks(html)
        for mark in block.marks
    ]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>A <b>bold</b> <em>word</em></p>", [("strong", "bold"), ("emphasis", "word")]),
        ("<p>Run <code>make</code>, H<sub>2</sub>O, x<sup>2</sup>, <del>no</del></p>", [
            ("code", "make"), ("subscript", "2"), ("superscript", "2"), ("strikethrough", "no"),
        ]),
        ("<p><strong> spaced </strong>out</p>", [("strong", "spaced")]),
        ("<p><b><i>both</i></b></p>", [("strong", "both"), ("emphasis", "both")]),
        ("<p><b>one</b><b>word</b></p>", [("strong", "oneword")]),
        ("<p><b>nested <b>twice</b></b></p>", [("strong", "nested twice")]),
        ("<p>a <b>b <i>c</b> d</i></p>", [("strong", "b c"), ("emphasis", "c")]),
        ("<a href=/a><p>One</p><p>Two</p></a>", [(f"link {SITE}/a", "One"), (f"link {SITE}/a", "Two")]),
        ("<p>One<br>two<br></p>", [("break", " ")]),
        ("<p><b>One<br><br>Two</b> three</p>", [("strong", "One"), ("strong", "Two")]),
        ("<pre>Two steel doors rise out of the bed of the river. The keepers\nsleep above the pumps.</pre>", []),
        ("<p><span style='font-weight: 700; font-style:italic'>x</span></p>", [("emphasis", "x"), ("strong", "x")]),
        ("<p><b style='font-weight:normal'>not bold</b></p>", []),
        ("<h2><strong>Heading</strong></h2>", []),
        ("<p><i class=icon></i>x <b>\u200b</b>y</p>", []),
        ("<p>e\u0301 <b>e\u0301t\u00ade\u0301</b></p>", [("strong", "été")]),
        ("<p><b>\u202eevil</b></p>", [("strong", "evil")]),
    ],
)  # fmt: skip
def test_a_run_is_marked_as_what_it_is(html: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(marks(html)) == sorted(expected)


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("/tides?utm_source=x", "https://www.courier.example/tides?utm_source=x"),
        ("https://w.example/ü (1)", "https://w.example/%C3%BC%20(1)"),
        ("//w.example", "https://w.example/"),
        ("mailto:ada@courier.example?subject=Hi", "mailto:ada@courier.example"),
        ("mailto:?body=https://x.example", None),
        ("javascript:alert(1)", None),
        (" JaVa\nScript:alert(1)", None),
        ("data:text/html,x", None),
        ("ftp://w.example/", None),
        ("tel:+441234", None),
        ("https://user:secret@w.example/", None),
        ("#top", None),
        ("", None),
    ],
)
def test_a_link_leads_to_the_web_or_a_mailbox(href: str, target: str | None) -> None:
    assert marks(f'<p>See <a href="{href}">there</a>.</p>') == ([(f"link {target}", "there")] if target else [])


def test_an_inner_list_stands_below_its_item_and_numbers_are_the_pages() -> None:
    (block,) = blocks(
        "<ul><li>One <a href=/a>a</a><ol start=3><li>Three<li value=7>Seven<li>Eight</ol><li><p>Two</p><p>more</p></ul>"
    )
    assert block.items == ("One a", "Three", "Seven", "Eight", "Two more")
    assert block.levels == (0, 1, 1, 1, 0)
    assert block.numbers == (None, 3, 7, 8, None)
    assert [block.text[mark.begin : mark.end] for mark in block.marks] == ["a"]


def test_a_list_of_terms_has_their_descriptions_below_them() -> None:
    (block,) = blocks("<dl><dt>Sill<dd>Where a gate rests.<dd><p>Also</p><p>a lip.</p></dl>")
    assert (block.items, block.levels) == (("Sill", "Where a gate rests.", "Also a lip."), (0, 1, 1))


def test_a_countdown_counts_down() -> None:
    (block,) = blocks("<ol reversed><li>a<li>b<li>c</ol>")
    assert block.numbers == (3, 2, 1)


def test_a_table_keeps_empty_cells_headers_and_what_wide_cells_cover() -> None:
    (block,) = blocks(
        "<table><caption><p>Levels</p></caption><thead><tr><td></td><td colspan=2>Lock</td></tr></thead>"
        "<tr><th rowspan=2>2025<td>Upper<td>97<tr><td><b>Lower</b><td>93<tr><th>2026<td><td>95</table>"
    )
    assert block.rows == (("", "Lock"), ("2025", "Upper", "97"), ("", "Lower", "93"), ("2026", "", "95"))
    assert block.headers == ((0, 1), (1, 0), (3, 0))
    assert [block.text[mark.begin : mark.end] for mark in block.marks] == ["Lower"]


def test_code_names_its_language() -> None:
    (block,) = blocks('<pre><code class="hljs language-python">if wet:\n  close()</code></pre>')
    assert (block.language, block.text, block.marks) == ("python", "if wet:\n  close()", ())


FIGURE = (
    '<figure><img src="/i/gate.jpg" alt="Two doors"><figcaption>The gate at night. Photo: Ada Quill</figcaption>'
    "</figure>"
)
LONGER = (
    "<p>"
    + "The keepers sleep above the pumps, and wake when the water does, which is about once a month. " * 2
    + "</p>"
)


def media(html: str) -> list[tuple[int, Media]]:
    article = extracted(html).article
    return [(place, medium) for place, block in enumerate(article.blocks) for medium in block.media]


def test_a_picture_stands_where_it_stood_with_caption_and_credit() -> None:
    found = media(page(article=PROSE + FIGURE + LONGER))
    ((place, image),) = found
    assert image == Media(
        kind="image",
        url="https://www.courier.example/i/gate.jpg",
        alt="Two doors",
        caption="The gate at night.",
        credit="Ada Quill",
    )
    assert extracted(page(article=PROSE + FIGURE + LONGER)).article.blocks[place].text.startswith("The keepers sleep")


def test_the_pictures_of_posts_that_were_cut_are_not_the_articles() -> None:
    figure = '<figure><img src="/i/{name}.jpg"><figcaption>On the pier. Photo: Ada Quill</figcaption></figure>'
    text = "<p>Passengers of the morning boat have waited on the pier since five, and the café has run out of buns.</p>"
    posts = "".join(
        f'<article><h2><a href="/{name}">A boat waits for the {name}</a></h2>{figure.format(name=f"boat-and-{name}")}'
        f'{text}<a href="/{name}">Read more</a></article>'
        for name in ("fog", "tide")
    )
    result = extracted(page(article=PROSE + FIGURE + LONGER, after=posts), is_explained=True)
    assert [image.url for image in result.article.image] == ["https://www.courier.example/i/gate.jpg"]
    assert [
        (statement.value[-8:], statement.reason) for statement in result.statements if statement.field == "image"
    ] == [
        ("-fog.jpg", "stands in another article of the page"),
        ("tide.jpg", "stands in another article of the page"),
        ("gate.jpg", None),
    ]


@pytest.mark.parametrize("before", ["<h2>At night</h2>", "<ul><li>Two gates of steel and their four keepers</li></ul>"])
def test_a_picture_between_kept_pieces_needs_no_paragraph_beside_it(before: str) -> None:
    html = page(article=PROSE + before + '<div><img src="/i/gate.jpg"></div><h2>At noon</h2>' + LONGER)
    assert [medium.url for _, medium in media(html)] == [f"{SITE}/i/gate.jpg"]


def test_nothing_is_said_twice() -> None:
    article = extracted(page(article=PROSE + FIGURE.replace("Two doors", "The gate at night") + LONGER)).article
    text = article.model_dump_json(include={"article_body", "blocks"})
    said = [block.text for block in article.blocks] + [m.caption or "" for b in article.blocks for m in b.media]
    assert sum("The gate at night." in part for part in said) == 1
    assert '"alt":null' in text


@pytest.mark.parametrize(
    "furniture",
    [
        '<p><img src="/pixel.gif" width="1" height="1"></p>',
        '<figure><img src="/i/logo.svg"></figure>',
        '<a href="/other-story"><figure><img src="/i/other.jpg"></figure></a>',
        '<aside class="related"><figure><img src="/i/other.jpg"></figure><h3>Ten things to do on Friday</h3></aside>',
        '<iframe src="https://t.example/frame" width="1" height="1"></iframe>',
        '<iframe src="https://ads.doubleclick.example/x" title="Advertisement"></iframe>',
        '<iframe src="https://c.example/cookie-banner" title="Your choice"></iframe>',
        '<iframe src="javascript:alert(1)"></iframe>',
        '<iframe src="https://v.example/1" style="display:none"></iframe>',
    ],
)
def test_furniture_is_no_picture_of_the_article(furniture: str) -> None:
    assert media(page(article=PROSE + furniture + LONGER)) == []


def test_a_picture_that_repeats_the_headline_says_nothing() -> None:
    html = page(article=PROSE + FIGURE.replace("Two doors", "The gate closes") + LONGER).replace(
        "</head>", '<meta property="og:title" content="The gate closes"></head>'
    )
    ((_, image),) = media(html)
    assert image.alt is None


def test_the_still_picture_of_a_film_is_not_the_film() -> None:
    film = '<video data-poster-url="/v/still.jpg"><source src="/v/gate.mp4"></video>'
    assert [medium.url for _, medium in media(page(article=PROSE + film + LONGER))] == [f"{SITE}/v/gate.mp4"]


def test_frames_and_recordings_are_named_and_not_loaded() -> None:
    embeds = (
        '<iframe data-src="https://v.example/embed/1" title="The gate closes" width="560"></iframe>'
        '<video><source src="/v/gate.mp4"></video>'
    )
    assert [medium for _, medium in media(page(article=PROSE + embeds + LONGER))] == [
        Media(kind="embed", url="https://v.example/embed/1", alt="The gate closes"),
        Media(kind="video", url="https://www.courier.example/v/gate.mp4"),
    ]


@pytest.mark.parametrize(
    ("post", "address"),
    [
        (
            '<blockquote class="twitter-tweet" data-lang="en"><p><a href="https://twitter.com/hashtag/gate?src=hash">'
            '#gate</a> is open. <a href="https://t.co/a1">pic.twitter.com/a1</a></p>&mdash; Ada (@ada) '
            '<a href="https://twitter.com/ada/status/1762981879123247386?ref_src=twsrc">28 Feb</a></blockquote>',
            "https://twitter.com/ada/status/1762981879123247386?ref_src=twsrc",
        ),
        (
            '<blockquote class="instagram-media" data-instgrm-permalink="https://www.instagram.com/p/BzluXJ/"><p>View '
            'this post on Instagram</p><p>A post shared by <a href="https://www.instagram.com/ada/">Ada</a></p></blockquote>',
            "https://www.instagram.com/p/BzluXJ/",
        ),
        (
            '<blockquote class="tiktok-embed" cite="https://www.tiktok.com/@ada/video/73800875">'
            '<section><a href="https://www.tiktok.com/@ada">@ada</a> The gate opens</section></blockquote>',
            "https://www.tiktok.com/@ada/video/73800875",
        ),
        (
            '<blockquote class="bluesky-embed" data-bluesky-uri="at://did:plc:1/app.bsky.feed.post/3k"><p>It opens</p>'
            '<a href="https://bsky.app/profile/did:plc:1/post/3k?ref_src=embed">1 March</a> '
            '<a href="https://bsky.app/profile/did:plc:1?ref_src=embed">Ada</a></blockquote>',
            "https://bsky.app/profile/did:plc:1/post/3k?ref_src=embed",
        ),
        (
            '<blockquote class="mastodon-embed" data-embed-url="https://social.example/@ada/11480/embed"><a '
            'href="https://social.example/@ada/11480">Post by @ada</a></blockquote>',
            "https://social.example/@ada/11480/embed",
        ),
        (
            '<blockquote class="reddit-embed-bq"><a href="https://www.reddit.com/r/gates/comments/1a/it_is_open/">It '
            'opens</a> by <a href="https://www.reddit.com/user/ada/">u/ada</a> in <a href="https://www.reddit.com/r/gates/">'
            "gates</a></blockquote>",
            "https://www.reddit.com/r/gates/comments/1a/it_is_open/",
        ),
    ],
)
def test_a_post_is_an_embed_where_it_stands_and_its_words_stay(post: str, address: str) -> None:
    article = extracted(page(article=PROSE + post + LONGER)).article
    assert [medium for block in article.blocks for medium in block.media] == [Media(kind="embed", url=address)]
    # And it takes nothing out of the text
    without = extracted(page(article=PROSE + post.replace("blockquote class=", "blockquote id=") + LONGER)).article
    assert article.article_body == without.article_body


@pytest.mark.parametrize(
    "quote",
    [
        '<blockquote class="pull-quote"><p>It is open. <a href="https://other.example/2026/gate">Read</a></p></blockquote>',
        '<blockquote><a href="https://twitter.com/ada/status/1">Ada</a>: the gate has been opened at last</blockquote>',
        '<blockquote class="twitter-tweet">The gate is open, and no link is here</blockquote>',
        '<blockquote class="twitter-tweet"><a href="javascript:alert(1)">x</a></blockquote>',
        '<blockquote class="ours-card"><a href="/2026/03/another-story">Another story of ours</a></blockquote>',
    ],
)
def test_a_quote_that_names_no_post_is_none(quote: str) -> None:
    assert media(page(article=PROSE + quote + LONGER)) == []


@pytest.mark.parametrize(
    ("player", "expected"),
    [
        (
            '<amp-youtube data-videoid="lBTCB7yLs8Y" width="480" height="270"><amp-img src="/i/still.jpg"></amp-img>'
            "</amp-youtube>",
            Media(kind="embed", url="https://www.youtube.com/embed/lBTCB7yLs8Y"),
        ),
        (
            '<amp-twitter data-tweetid="585110598171631616" width="375" height="472"></amp-twitter>',
            Media(kind="embed", url="https://twitter.com/i/status/585110598171631616"),
        ),
        (
            '<amp-iframe src="https://maps.example/embed/1" title="Where" width="500" height="281"></amp-iframe>',
            Media(kind="embed", url="https://maps.example/embed/1", alt="Where"),
        ),
        (
            '<amp-facebook data-href="https://www.facebook.com/ada/posts/1" width="500" height="310"></amp-facebook>',
            Media(kind="embed", url="https://www.facebook.com/ada/posts/1"),
        ),
        (
            '<amp-brightcove data-account="1" data-video-id="ref:a-2"></amp-brightcove>',
            Media(kind="embed", url="https://players.brightcove.net/1/default_default/index.html?videoId=ref:a-2"),
        ),
        ('<amp-video src="/v/gate.mp4"></amp-video>', Media(kind="video", url=f"{SITE}/v/gate.mp4")),
        ('<amp-audio src="/v/gate.mp3"></amp-audio>', Media(kind="audio", url=f"{SITE}/v/gate.mp3")),
    ],
)
def test_a_player_of_amp_is_an_embed(player: str, expected: Media) -> None:
    assert [medium for _, medium in media(page(article=PROSE + player + LONGER))] == [expected]


@pytest.mark.parametrize(
    "player",
    [
        '<amp-youtube data-videoid="a b/../c"></amp-youtube>',
        "<amp-youtube></amp-youtube>",
        '<amp-ad src="https://ads.example/1" width="300" height="250"></amp-ad>',
        '<amp-iframe src="https://ads.doubleclick.example/x"></amp-iframe>',
        '<amp-iframe src="javascript:alert(1)//"></amp-iframe>',
    ],
)
def test_a_player_that_shows_nothing_of_the_article_is_none(player: str) -> None:
    assert media(page(article=PROSE + player + LONGER)) == []


@pytest.mark.parametrize("address", ["https://www.youtube-nocookie.com/embed/1", "https://v.example/blog-interviews/1"])
def test_a_frame_that_has_a_telling_word_within_another_is_content(address: str) -> None:
    frame = f'<iframe src="{address}"></iframe>'
    assert [medium.url for _, medium in media(page(article=PROSE + frame + LONGER))] == [address]


def test_the_body_is_what_it_was_without_markup() -> None:
    rich = PROSE.replace("Two", '<a href="/x"><b>Two</b></a>', 1) + FIGURE + "<ul><li>a<ul><li>b</ul></ul>" + LONGER
    article = extracted(page(article=rich)).article
    assert article.article_body == "\n".join(block.text for block in article.blocks)
    assert "<" not in article.article_body


MANY, MORE = 8_000, 22_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "html",
    [
        "<p>" + "<a href='/x'>word</a> " * MORE,
        "<p>" + "<b>a<i>b</b>c</i>" * MANY,
        "<a href=/q>" + "<p>x y</p>" * MANY,
        "<p>" + "<a href='/{}'>word</a> ".format("y" * 1_900) * 2_000,
        "<p><b>" + "word<i>x</i><br><br>" * MANY,
        "<div><b>x" * 5_000,
        "<ul><li>x" * 5_000,
        "<ol>" + "<li>x" * MANY,
        "<table>" + ("<tr>" + "<td>x" * 10) * (MANY // 10) + "</table>",
        "<table><tr>" + "<td>x" * MANY + "</table>",
        "<table>" + "<tr><td colspan=999 rowspan=999>x<td>y" * 2_000 + "</table>",
        "<pre>" + "The keepers sleep above the pumps, and wake when water rises.\n\n" * MANY + "</pre>",
    ],
    ids=lambda html: html[:24],
)
def test_a_hostile_page_has_bounded_markup(html: str) -> None:
    made = blocks(html)
    assert sum(len(block.marks) for block in made) <= MOST_MARKS
    assert sum(len(mark.url or "") for block in made for mark in block.marks) <= MOST_ADDRESSES
    cells = sum(len(row) for block in made for row in block.rows or ())
    assert cells <= 10 * html.count("<td") + 1_000
    assert all(mark.end <= len(block.text) for block in made for mark in block.marks)


def test_a_page_of_pictures_has_bounded_media() -> None:
    pictures = "".join(f'<figure><img src="/picture-{number}.jpg"></figure>' for number in range(3_000))
    assert len(media(page(article=PROSE + pictures + LONGER))) == MOST_MEDIA
