"""The typeset body: every block with its marks, a bounded part at a time, whatever an article holds.

Comes in: articles of our own writing, some of them vast. Goes out: assertions.
"""

from __future__ import annotations

from newsdesk.contracts import Article, Block, BlockType, Enrichment, Entity, Image, Mark, Media, Mention
from newsdesk_cli.pages import LONGEST_PART, article_page, typeset
from tests.unit.test_enrichment_view import article


def marked(*blocks: Block) -> Article:
    """An article of these blocks in which every `Ida Moss` is marked as a person."""
    body = "\n".join(block.text for block in blocks)
    mentions = []
    begin = body.find("Ida Moss")
    while begin >= 0:
        mentions.append(Mention(begin=begin, end=begin + 8, text="Ida Moss"))
        begin = body.find("Ida Moss", begin + 1)
    found = (
        Enrichment(entities=(Entity(type="PERSON", name="Ida Moss", mentions=tuple(mentions)),)) if mentions else None
    )
    return article(body, found or Enrichment()).model_copy(update={"blocks": blocks})


def block(kind: BlockType, text: str, **more: object) -> Block:
    return Block(type=kind, text=text, **more)


def test_marks_stand_where_the_body_has_them_in_every_kind_of_block() -> None:
    # Given
    shown = typeset(
        marked(
            block(BlockType.HEADING, "Ida Moss", level=2),
            block(BlockType.PARAGRAPH, "Here Ida Moss sailed."),
            block(BlockType.LIST, "one\nIda Moss", items=("one", "Ida Moss")),
            block(BlockType.TABLE, "Ida Moss\ntwo", rows=(("Ida Moss", "two"),)),
        )
    ).blocks
    # Then each mention is marked, and nothing else
    heading, paragraph, list_, table = shown
    assert [(run.text, run.classes) for run in heading.line] == [("Ida Moss", "e person")]
    assert [(run.text, run.classes) for run in paragraph.line] == [
        ("Here ", ""),
        ("Ida Moss", "e person"),
        (" sailed.", ""),
    ]
    assert [[run.classes for run in item.line] for item in list_.items] == [[""], ["e person"]]
    assert [[run.classes for run in cell.line] for cell in table.rows[0]] == [["e person"], [""]]


def test_a_block_that_the_body_does_not_have_is_shown_without_marks() -> None:
    # Given an article whose blocks and body differ, as another release may write it
    other = article("Ida Moss sailed.").model_copy(update={"blocks": (block(BlockType.PARAGRAPH, "Something else."),)})
    # When, Then
    (shown,) = typeset(other).blocks
    assert [(run.text, run.classes) for run in shown.line] == [("Something else.", "")]


def test_a_vast_body_is_shown_in_parts_that_together_are_the_body() -> None:
    # Given one line of three parts' length, and a hundred thousand blocks
    for vast in (
        marked(block(BlockType.PARAGRAPH, "Ida Moss sailed. " + "And on. " * (LONGEST_PART // 3))),
        marked(*(block(BlockType.PARAGRAPH, f"Line {number}.") for number in range(5_000))),
    ):
        # When
        parts = [typeset(vast, number) for number in range(1, typeset(vast).count + 1)]
        # Then
        assert len(parts) >= 3
        texts = [run.text for part in parts for shown in part.blocks for run in shown.line]
        assert "".join(texts).replace("\n", "") == vast.article_body.replace("\n", "")
        assert all(sum(len(run.text) for b in p.blocks for run in b.line) <= LONGEST_PART for p in parts)
        assert typeset(vast, 99).number == len(parts)


def test_marks_are_right_in_a_later_part() -> None:
    # Given a name that stands in both parts
    filler = "x" * LONGEST_PART
    vast = marked(block(BlockType.PARAGRAPH, filler), block(BlockType.PARAGRAPH, "Ida Moss sailed."))
    # When, Then
    (shown,) = typeset(vast, 2).blocks
    assert [(run.text, run.classes) for run in shown.line] == [("Ida Moss", "e person"), (" sailed.", "")]


def test_pictures_are_named_and_never_loaded() -> None:
    # Given
    shown = article_page(
        article().model_copy(
            update={"image": (Image(url="https://a.example/pier.jpg", caption="The pier", credit="M. O."),)}
        )
    )
    # Then
    assert "The pier" in shown
    assert "https://a.example/pier.jpg" in shown
    assert "<img" not in shown


def test_the_pages_own_markup_and_that_of_enrichment_are_both_there() -> None:
    # Given a link over half a name, emphasis over the other half and more, a break, and an address that runs something
    text = "See Ida Moss now, or never."
    marks = (
        Mark(kind="link", begin=4, end=7, url="https://a.example/ida"),
        Mark(kind="emphasis", begin=8, end=16),
        Mark(kind="break", begin=17, end=18),
        Mark(kind="link", begin=21, end=26, url="javascript:alert(1)"),
        Mark(kind="sparkle", begin=0, end=3),
    )
    # When
    (shown,) = typeset(marked(block(BlockType.PARAGRAPH, text, marks=marks))).blocks
    # Then
    assert "".join(run.text for run in shown.line) == text
    assert [(run.text, run.classes, run.elements, run.url) for run in shown.line] == [
        ("See ", "", (), None),
        ("Ida", "e person", (), "https://a.example/ida"),
        (" ", "e person", (), None),
        ("Moss", "e person", ("em",), None),
        (" now", "", ("em",), None),
        (",", "", (), None),
        (" ", "", ("br",), None),
        ("or never.", "", (), None),
    ]


def test_a_list_keeps_its_depths_and_numbers_and_a_table_its_headers() -> None:
    # Given
    list_, table = typeset(
        marked(
            block(BlockType.LIST, "one\ntwo", items=("one", "two"), levels=(0, 1), numbers=(3, None)),
            block(BlockType.TABLE, "Of piers\nPier\n1", rows=(("Pier",), ("1",)), headers=((0, 0),)),
        )
    ).blocks
    # Then
    assert [(item.level, item.number) for item in list_.items] == [(0, 3), (1, None)]
    assert [[cell.is_header for cell in row] for row in table.rows] == [[True], [False]]
    assert "".join(run.text for run in table.line) == "Of piers"


def test_pictures_in_the_text_stand_where_they_stood_and_are_not_loaded() -> None:
    # Given
    media = (Media(kind="image", url="https://a.example/pier.jpg", caption="The pier at dawn", credit="M. O."),)
    shown = article_page(
        marked(block(BlockType.PARAGRAPH, "Before."), block(BlockType.PARAGRAPH, "Behind.", media=media))
    )
    # Then
    assert shown.index("Before.") < shown.index("The pier at dawn") < shown.index("Behind.")
    assert "<img" not in shown
