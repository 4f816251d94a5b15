"""The labels and the pages of our own making, from which the classifier learns."""

from __future__ import annotations

import numpy as np

from extractor.body.features import PageFeatures, Statements, features_of
from extractor.html import parse_html, segments_of
from training.cases import EXTRA, HONEST, Case
from training.furnished import furnished_pages
from training.labelling import LabelledPage, without_omissions
from training.splicing import Page

FIRST = "The council voted on Tuesday to repair the old harbour bridge before the winter storms arrive."
SECOND = "Work will begin in March, the mayor said, and the ferries will run every half hour until it ends."
THIRD = "Nobody knows yet what it will cost, since the divers have not seen the two piers in the middle."
FOURTH = "The last repair took nine years, and two of the three companies that did it no longer exist."
TABLE = "<table><tr><td>Piers</td><td>Five of them</td></tr></table>"


def page_of(html: str) -> PageFeatures:
    tree = parse_html(html)
    assert tree is not None
    return features_of(segments_of(tree), {}, Statements(), {})


def labelled(source: str, number: int, html: str, truth: list[float], kind: str = HONEST) -> LabelledPage:
    case = Case(kind, number, f"{source}-{number}", source, "", html, "", "", frozenset(), frozenset())
    features = page_of(html)
    assert len(features.scored) == len(truth)
    nothing = np.zeros(len(truth), dtype=bool)
    rows = np.zeros((len(truth), 200))
    return LabelledPage(case, features, rows, np.array(truth), [0.0] * len(truth), nothing, nothing)


def test_what_a_sources_truths_leave_out_between_paragraphs_has_no_weight() -> None:
    html = f"<p>{FIRST}</p>{TABLE}<p>{SECOND}</p>"

    strict, whole = without_omissions(
        [
            labelled("leaves tables out", 1, html, [1, 0, 0, 1]),
            labelled("has tables", 2, html, [1, 1, 1, 1]),
        ]
    )

    assert list(strict.weights > 0) == [True, False, False, True]
    assert whole.weights.all()


def test_what_stands_after_the_article_keeps_its_weight() -> None:
    html = f"<p>{FIRST}</p>{TABLE}<p>{SECOND}</p>{TABLE}"
    (page,) = without_omissions([labelled("leaves tables out", 1, html, [1, 0, 0, 1, 0, 0], EXTRA)])
    assert list(page.weights > 0) == [True, False, False, True, True, True]


def test_a_source_that_leaves_out_one_table_of_many_is_believed() -> None:
    html = f"<p>{FIRST}</p>{TABLE}<p>{SECOND}</p>"
    pages = [labelled("mostly", number, html, [1, 1, 1, 1]) for number in range(4)]
    *_, last = without_omissions([*pages, labelled("mostly", 9, html, [1, 0, 0, 1])])
    assert last.weights.all()


def test_an_article_is_furnished_with_a_table_or_a_list_between_two_paragraphs() -> None:
    body = "".join(f"<p>{text}</p>" for text in (FIRST, SECOND, THIRD, FOURTH))
    truth = "\n".join((FIRST, SECOND, THIRD, FOURTH))
    pages = [Page(f"page-{i}", "", "", "", f"<html><body>{body}</body></html>", truth) for i in range(40)]

    made = list(furnished_pages(pages, 30))

    assert len(made) == 30
    assert {"<table>" in page.html for _, page, _ in made} == {True, False}
    for _, page, text in made:
        tree = parse_html(page.html)
        assert tree is not None
        assert [segment.text for segment in segments_of(tree)] == text.split("\n")
