"""What the site asks of machines, as the article records it.

Comes in: a page's tree, the response's header fields, and what the host says of the page. Goes out:
:class:`newsdesk.article.Rights`. Changes nothing. The signals themselves are read by :mod:`newsdesk.rights`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from newsdesk.article import Rights, RightsSignal
from newsdesk.rights import (
    Refusal,
    Signal,
    header_signals,
    host_signals,
    page_signals,
    refusals_of,
    tdm_reservation,
)

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_ROBOTS_NAMES = frozenset({"robots", "x-robots-tag"})


def rights_of(
    tree: HtmlElement | None,
    headers: Iterable[tuple[str, str]],
    captured_at: datetime,
    *,
    host_lines: Iterable[str] = (),
    product_token: str = "",
) -> Rights:
    """Return what page, header fields and host ask for, in the order in which they ask.

    Parameters
    ----------
    captured_at : datetime
        Dates in the past of it are over.
    host_lines : iterable of str
        See :func:`newsdesk.rights.host_signals`.
    product_token : str
        The robot that we are to sites, in lower case.
    """
    signals = (
        *page_signals(_metas(tree), product_token),
        *header_signals(headers, product_token),
        *host_signals(host_lines),
    )
    refused = {refusal for _, refusal in refusals_of(signals, captured_at)}
    robots = dict.fromkeys(signal.value for signal in signals if signal.name in {*_ROBOTS_NAMES, product_token})
    return Rights(
        robots=tuple(robots),
        noarchive=True if Refusal.NOARCHIVE in refused else None,
        noai=True if Refusal.NOAI in refused else None,
        tdm_reservation=tdm_reservation(signals),
        opt_outs=tuple(refusal.value for refusal in Refusal if refusal in refused),
        signals=tuple(RightsSignal(source=it.source, name=it.name, value=it.value) for it in signals),
    )


def signals_in(rights: Rights) -> tuple[Signal, ...]:
    """Return the signals that an article's rights record."""
    return tuple(Signal(signal.source, signal.name, signal.value) for signal in rights.signals)


def _metas(tree: HtmlElement | None) -> Iterator[tuple[str, str]]:
    if tree is not None:
        for meta in tree.iter("meta"):
            yield meta.get("name", ""), meta.get("content", "")
