"""The typeset body: every block with its marks, a bounded part at a time, whatever an article holds.

Comes in: articles of our own writing, some of them vast. Goes out: assertions.
"""

from __future__ import annotations

from newsdesk.contracts import Article, Block, BlockType, Enrichment, Entity, Image, Mention
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
    assert [(run.text, run.classes) for run in heading.lines[0]] == [("Ida Moss", "e person")]
    assert [(run.text, run.classes) for run in paragraph.lines[0]] == [
        ("Here ", ""),
        ("Ida Moss", "e person"),
        (" sailed.", ""),
    ]
    assert [[run.classes for run in line] for line in list_.lines] == [[""], ["e person"]]
    assert [[run.classes for run in cell] for cell in table.rows[0]] == [["e person"], [""]]


def test_a_block_that_the_body_does_not_have_is_shown_without_marks() -> None:
    # Given an article whose blocks and body differ, as another release may write it
    other = article("Ida Moss sailed.").model_copy(update={"blocks": (block(BlockType.PARAGRAPH, "Something else."),)})
    # When, Then
    (shown,) = typeset(other).blocks
    assert [(run.text, run.classes) for run in shown.lines[0]] == [("Something else.", "")]


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
        texts = [run.text for part in parts for shown in part.blocks for line in shown.lines for run in line]
        assert "".join(texts).replace("\n", "") == vast.article_body.replace("\n", "")
        assert all(
            sum(len(run.text) for b in p.blocks for line in b.lines for run in line) <= LONGEST_PART for p in parts
        )
        assert typeset(vast, 99).number == len(parts)


def test_marks_are_right_in_a_later_part() -> None:
    # Given a name that stands in both parts
    filler = "x" * LONGEST_PART
    vast = marked(block(BlockType.PARAGRAPH, filler), block(BlockType.PARAGRAPH, "Ida Moss sailed."))
    # When, Then
    (shown,) = typeset(vast, 2).blocks
    assert [(run.text, run.classes) for run in shown.lines[0]] == [("Ida Moss", "e person"), (" sailed.", "")]


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
