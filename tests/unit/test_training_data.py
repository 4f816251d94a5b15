"""The labels and the pages of our own making, from which the classifier learns."""

from __future__ import annotations

import numpy as np

from extractor.body.features import PageFeatures, Statements, features_of
from extractor.html import parse_html, segments_of
from training.cases import EXTRA, HONEST, Case
from training.labelling import LabelledPage, without_omissions

FIRST = "The council voted on Tuesday to repair the old harbour bridge before the winter storms arrive."
SECOND = "Work will begin in March, the mayor said, and the ferries will run every half hour until it ends."
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
