"""The page cut into segments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.html import Segment, parse_html, segments_of
from extractor.html.segments import walk


def segments(html: str) -> tuple[Segment, ...]:
    tree = parse_html(html)
    assert tree is not None
    return segments_of(tree)


def texts(html: str) -> list[str]:
    return [segment.text for segment in segments(html)]


def test_every_element_that_begins_a_line_is_a_segment() -> None:
    html = "<div>One<p>Two</p>three<ul><li>four<li>five</ul><table><tr><td>six<td>seven</table></div>"
    assert texts(html) == ["One", "Two", "three", "four", "five", "six", "seven"]


def test_markup_within_a_line_parts_no_words() -> None:
    assert texts("<p>A <b>bo</b>ld <a href='/x'>link</a>, and\nmore.</p>") == ["A bold link, and more."]


def test_two_line_breaks_part_segments_and_one_does_not() -> None:
    assert texts("<div>One<br>line.<br> <br>Another.<br/><br/><br/>Third.</div>") == ["One line.", "Another.", "Third."]


def test_line_ends_of_the_source_part_nothing() -> None:
    assert texts("<p>One\n\n\nline.</p>") == ["One line."]


def test_what_no_reader_sees_as_text_is_left_out() -> None:
    html = (
        "<head><title>T</title><style>s</style></head><p>Seen<script>no()</script> text.</p>"
        "<noscript>no</noscript><button>no</button><select><option>no</select><textarea>no</textarea><!-- no -->"
    )
    assert texts(html) == ["Seen text."]


def test_a_segment_knows_its_element_and_its_links() -> None:
    (segment,) = segments("<div><p>Read <a href='/a'>this story</a> <strong>now</strong></p></div>")

    assert segment.tag == "p"
    assert [anchor.get("href") for anchor in segment.links] == ["/a"]
    assert segment.link_characters == len("this story")
    assert segment.strong_characters == len("now")
    assert 0.4 < segment.link_share < 0.6


def test_links_go_to_the_segment_that_has_their_text() -> None:
    one, two = segments("<div><a href='/1'>First</a> text.<br><br>Then the <a href='/2'>second</a>.</div>")
    assert [a.get("href") for a in one.links] == ["/1"]
    assert [a.get("href") for a in two.links] == ["/2"]


def test_a_link_around_lines_is_in_all_of_them() -> None:
    found = segments("<a href='/1'><h3>Title</h3><p>Teaser</p></a><p>Text</p>")
    assert [(s.text, [a.get("href") for a in s.links]) for s in found] == [
        ("Title", ["/1"]),
        ("Teaser", ["/1"]),
        ("Text", []),
    ]
    assert [s.link_share for s in found] == [1.0, 1.0, 0.0]


def test_hidden_text_is_marked_and_not_dropped() -> None:
    html = "<p>Seen</p><div style='display: none'><p>Hidden</p></div><p hidden>Too</p><p aria-hidden='true'>And</p>"
    assert [(s.text, s.is_hidden) for s in segments(html)] == [
        ("Seen", False),
        ("Hidden", True),
        ("Too", True),
        ("And", True),
    ]


def test_depth_costs_nothing() -> None:
    html = "<div>" * 1500 + "<p>Deep down.</p>" + "</div>" * 1500
    assert texts(html) == ["Deep down."]


def test_numbers_follow_the_order_of_the_page() -> None:
    assert [s.index for s in segments("<p>a<p>b<p>c")] == [0, 1, 2]


WORDS = st.lists(st.text("abcdefg", min_size=1, max_size=5), min_size=1, max_size=5).map(" ".join)


@given(st.recursive(WORDS, lambda inner: st.tuples(st.sampled_from(["div", "p", "b", "a", "li"]), st.lists(inner))))
def test_no_visible_character_is_lost_or_repeated(tree: object) -> None:
    def render(node: object) -> tuple[str, str]:
        if isinstance(node, str):
            return f" {node} ", node
        assert isinstance(node, tuple)
        tag, children = node
        rendered = [render(child) for child in children]
        inner = "".join(html for html, _ in rendered)
        return f"<{tag}>{inner}</{tag}>", " ".join(text for _, text in rendered)

    html, text = render(tree)
    page = parse_html(f"<body>start {html}</body>")
    assert page is not None
    found = "".join("".join(segment.text.split()) for segment in segments_of(page))
    assert found == "start" + "".join(text.split())


def test_line_ends_count_in_a_pre() -> None:
    assert texts("<pre>One\ntwo.\n \nThree.</pre><p>Four\n\nfive.</p>") == ["One two.", "Three.", "Four five."]


def test_words_for_screen_readers_are_not_displayed() -> None:
    html = (
        '<p>The <a href="/a">yearbook<span class="sr-only"> (opens in a new tab)</span></a> of the'
        '<span class="is-visually-hidden"> very</span> old <span style="display:none">and grey </span>lock.</p>'
    )
    assert texts(html) == ["The yearbook of the old lock."]


def test_a_declarative_shadow_root_is_shown_with_its_slots_filled() -> None:
    html = (
        "<post-card><template shadowrootmode=open><h1><slot name=head>Loading</slot></h1><slot></slot>"
        "<slot name=foot>No foot</slot></template>First. <b slot=head>Title</b><p>Second.</p>"
        "<p slot=nowhere>Never.</p></post-card><template><p>Stock.</p></template>"
    )
    assert texts(html) == ["Title", "First.", "Second.", "No foot"]


def test_a_shadow_root_within_another_is_shown_too() -> None:
    html = (
        "<out-er><template shadowrootmode=open><in-ner><template shadowroot=open><p>Deep <slot></slot>.</p></template>"
        "<i><slot></slot></i></in-ner></template>down</out-er>"
    )
    assert texts(html) == ["Deep down."]


def test_a_tag_loses_its_attributes_past_all_measure_wherever_it_stands() -> None:
    for before in (0, 5_000, 9_990, 15_000):
        tree = parse_html(f"<p>{'x' * before}</p><p {'a=b ' * 5_500}>Text.</p><p {'c' * 30_000}>More.</p>")
        assert tree is not None
        assert [len(element.attrib) for element in tree.iter("p")] == [0, 0, 1]


def test_what_no_document_may_hold_is_left_out_and_nothing_beside_it() -> None:
    assert texts("<p>A\x00 b\x0br\x1fidge,\ufffe ü\uffffber — \U0001f309.") == ["A bridge, über — \U0001f309."]


@pytest.mark.parametrize(
    "doctype", ["<!DOCTYPE html>", '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x">', ""]
)
@pytest.mark.parametrize("filler", ["", "é" * 3_000, "<!-- 𝔉 -->" * 2_000])
def test_a_page_on_one_line_is_read_whole(doctype: str, filler: str) -> None:
    page = parse_html(
        f"{doctype}<html lang='fr'><head><meta name='x' content='{filler}'/></head><body><p>É.</p></body>"
    )
    assert page is not None
    assert page.get("lang") == "fr"
    assert [segment.text for segment in segments_of(page)] == ["É."]


@pytest.mark.parametrize(
    ("line", "followed"),
    [
        ("<img>one<img> more<br><br><img>two<img>", [0, 1, 1, 2]),
        ("one<br><img><br>two<br><img><br>three<img>", [1, 2, 3]),
        ("one<img><br><br><img>two<img>", [1, 1, 2]),
        ("a<br><br>a<img>", [2]),
        (" <br><br><img>one<br> <br>", [0]),
    ],
)
def test_a_picture_amid_broken_lines_stands_behind_those_before_it(line: str, followed: list[int]) -> None:
    tree = parse_html(f"<div>{line}</div>")
    assert tree is not None
    assert [placed.before for placed in walk(tree).media] == followed


@pytest.mark.parametrize(
    "card",
    [
        '<span><a href="/p/7">Ada Byron</a><span><b>Ada Byron</b><i>More on her</i></span></span>',
        '<span>Ada Byron<span class="tooltip-text">A <b>mathematician</b>.</span></span>',
        '<abbr>Ada Byron</abbr><span role="tooltip"><b>Who?</b> A mathematician.</span>',
        "<dfn>Ada Byron</dfn> <span><strong>ada byron</strong><br>A mathematician.</span>",
    ],
)
def test_what_opens_only_when_a_reader_points_at_a_word_is_no_part_of_its_sentence(card: str) -> None:
    assert texts(f"<p>The notes of {card} were long.</p>") == ["The notes of Ada Byron were long."]


@pytest.mark.parametrize(
    "words",
    [
        "<span>Notes</span> <span>Notes <b>on</b> the engine</span>",
        "<span class='has-tooltip'>Notes <b>on</b> the engine</span>",
        "<a href='/n'>No</a><span>No, <b>never</b>.</span>",
        "<a href='/n'>Notes</a> and <span>Notes<b>!</b></span>",
    ],
)
def test_a_word_that_is_said_again_in_the_line_stays(words: str) -> None:
    tree = parse_html(f"<p>{words}</p>")
    assert tree is not None
    assert texts(f"<p>{words}</p>") == [" ".join(tree.text_content().split())]
