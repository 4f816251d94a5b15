"""Blocks from segments."""

from __future__ import annotations

from extractor.body.blocks import blocks_of
from extractor.html import parse_html, segments_of
from newsdesk.contracts import Block, BlockType


def blocks(html: str) -> tuple[Block, ...]:
    tree = parse_html(html)
    assert tree is not None
    return blocks_of(segments_of(tree))


def test_every_kind_of_element_makes_its_kind_of_block() -> None:
    html = (
        "<p>A.</p><h2>B</h2><blockquote><p>C.</p></blockquote><pre>D</pre><figure><figcaption>E</figcaption></figure>"
        "<ul><li>F<li>G</ul>"
    )
    assert [(block.type, block.text) for block in blocks(html)] == [
        (BlockType.PARAGRAPH, "A."),
        (BlockType.HEADING, "B"),
        (BlockType.QUOTE, "C."),
        (BlockType.CODE, "D"),
        (BlockType.CAPTION, "E"),
        (BlockType.LIST, "F\nG"),
    ]


def test_a_heading_keeps_its_level() -> None:
    assert [block.level for block in blocks("<h2>A</h2><h4>B</h4><p>C</p>")] == [2, 4, None]


def test_an_item_of_several_paragraphs_is_one_item() -> None:
    (block,) = blocks("<ol><li><p>One.</p><p>More.</p><li>Two.</ol>")
    assert block.items == ("One. More.", "Two.")
    assert block.text == "One.\nMore.\nTwo."


def test_an_inner_list_belongs_to_the_outer_one() -> None:
    (block,) = blocks("<ul><li>One<ul><li>Inner</ul><li>Two</ul>")
    assert block.text == "One\nInner\nTwo"


def test_two_lists_are_two_blocks() -> None:
    assert len(blocks("<ul><li>One</ul><ul><li>Two</ul>")) == 2


def test_a_table_keeps_its_rows() -> None:
    (block,) = blocks("<table><tr><th>Year<th>Ships<tr><td>2025<td>31</table>")
    assert block.type is BlockType.TABLE
    assert block.rows == (("Year", "Ships"), ("2025", "31"))


def test_a_table_that_lays_out_the_page_is_no_table() -> None:
    html = "<table><tr><td>Menu<td><p>One.</p><p>Two.</p><p>Three.</p></table>"
    assert {block.type for block in blocks(html)} == {BlockType.PARAGRAPH}


def test_nothing_makes_no_blocks() -> None:
    assert blocks_of([]) == ()


def test_code_is_one_block_with_its_lines() -> None:
    (block,) = blocks("<pre><code>if wet:\n\n    <b>close</b>()\n</code></pre>")
    assert (block.type, block.text) == (BlockType.CODE, "if wet:\n\n    close()")


def test_each_line_of_highlighted_code_is_a_line() -> None:
    (block,) = blocks("<pre class=highlight><div>if wet:</div><div>  close()</div></pre>")
    assert block.text == "if wet:\n  close()"


def test_prose_in_a_pre_is_paragraphs() -> None:
    one = "Two steel doors rise out of the bed of the river\non the highest tides of the year."
    assert [(block.type, block.text) for block in blocks(f"<pre>{one}\n \n{one}</pre>")] == [
        (BlockType.PARAGRAPH, one.replace("\n", " "))
    ] * 2


def test_a_long_paragraph_in_a_pre_is_prose() -> None:
    text = "Two steel doors rise out of the bed of the river. The keepers sleep above the pumps. " * 20
    assert [block.type for block in blocks(f"<pre>{text}</pre>")] == [BlockType.PARAGRAPH]


def test_a_cell_of_several_lines_is_one_cell() -> None:
    (block,) = blocks("<table><tr><td><div>Upper</div><div>lock</div><td>97 %<tr><td>Lower<td>93 %</table>")
    assert block.rows == (("Upper lock", "97 %"), ("Lower", "93 %"))


def test_a_tables_caption_is_no_row() -> None:
    (block,) = blocks("<table><caption>Levels</caption><tr><td>Upper<td>97 %<tr><td>Lower<td>93 %</table>")
    assert block.rows == (("Upper", "97 %"), ("Lower", "93 %"))
    assert block.text.startswith("Levels\n")
