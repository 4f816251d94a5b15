"""What the site asks of machines, as the article records it.

Comes in: a page's tree, the response's header fields, and what the host says of the page. Goes out: all signals, and
:class:`newsdesk.contracts.Rights`. The signals themselves are read by :mod:`newsdesk.web.rights`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from newsdesk.contracts import Rights, RightsSignal
from newsdesk.web import (
    RefusedUse,
    Signal,
    header_signals,
    host_signals,
    page_signals,
    recorded,
    refusals_of,
    tdm_reservation,
)

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_NO_DIRECTIVES = frozenset({"tdm-reservation", "tdm-policy", "content-usage", "content-signal"})


def signals_of(
    tree: HtmlElement | None,
    headers: Iterable[tuple[str, str]],
    *,
    host_lines: Iterable[str] = (),
    product_token: str = "",
) -> tuple[Signal, ...]:
    """Return what page, header fields and host ask for, in the order in which they ask.

    Parameters
    ----------
    host_lines : iterable of str
        See :func:`newsdesk.web.rights.host_signals`.
    product_token : str
        The robot that we are to sites, in lower case.
    """
    return (
        *page_signals(_metas(tree), product_token),
        *header_signals(headers, product_token),
        *host_signals(host_lines),
    )


def rights_of(signals: Sequence[Signal], captured_at: datetime) -> Rights:
    """Return what an article records of signals: all that they refuse, and of very many the first that matter.

    Parameters
    ----------
    captured_at : datetime
        Dates in the past of it are over.
    """
    kept = recorded(signals)
    refused = {refusal for _, refusal in refusals_of(signals, captured_at)}
    robots = dict.fromkeys(signal.value for signal in kept if signal.name not in _NO_DIRECTIVES)
    return Rights(
        robots=tuple(robots),
        noarchive=True if RefusedUse.NOARCHIVE in refused else None,
        noai=True if RefusedUse.NOAI in refused else None,
        tdm_reservation=tdm_reservation(signals),
        opt_outs=tuple(refusal.value for refusal in RefusedUse if refusal in refused),
        signals=tuple(RightsSignal(source=it.source, name=it.name, value=it.value) for it in kept),
    )


def _metas(tree: HtmlElement | None) -> Iterator[tuple[str, str]]:
    if tree is not None:
        for meta in tree.iter("meta"):
            yield meta.get("name", ""), meta.get("content", "")
