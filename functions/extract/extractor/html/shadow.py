"""Declarative shadow roots: what a browser shows in an element instead of its children.

Comes in: a page's tree. Goes out: the same tree, with each ``<template shadowrootmode>`` unwrapped where it is shown.

A browser renders such a template without any script (HTML standard, "parsing main inbody"). The children of its host
are shown where the template has a slot for them, and nowhere else. Any other template is not shown.
"""

from __future__ import annotations

from lxml.etree import XPath
from lxml.html import Element, HtmlElement

MARK = "shadowroot"
"""The beginning of the attribute's name, today's and the older one."""

_ROOTS = XPath("descendant::template[@shadowrootmode or @shadowroot]")
_SLOTS = XPath("descendant::slot[not(ancestor::template)]")
_RUN = "span"
_MAXIMUM_ROOTS = 1_000
"""Custom elements of a page; each costs a search through what is in it."""


def show_shadow_roots(tree: HtmlElement) -> None:
    """Put what is in declarative shadow roots where a browser shows it; the outer before the inner."""
    for template in _ROOTS(tree)[:_MAXIMUM_ROOTS]:
        host = template.getparent()
        if host is not None:
            _show(template, host)


def _show(template: HtmlElement, host: HtmlElement) -> None:
    children = _taken_out(host, template)
    template.tag = "div"
    template.attrib.clear()
    slots: dict[str, HtmlElement] = {}
    for slot in _SLOTS(template):
        slots.setdefault(slot.get("name") or "", slot)
    for name, slot in slots.items():
        if assigned := [child for child in children if (child.get("slot") or "") == name]:
            # What a slot holds itself is shown only where the host has nothing for it.
            slot.text = None
            slot[:] = assigned


def _taken_out(host: HtmlElement, template: HtmlElement) -> list[HtmlElement]:
    """Return the host's children in order, its runs of text as elements, and leave the template alone in it."""
    children: list[HtmlElement] = []
    texts, host.text = [host.text], None
    for child in list(host):
        tail, child.tail = child.tail, None
        texts.append(tail)
        if child is not template:
            host.remove(child)
            children.append(child)
        else:
            children.append(_text_run(None))
    runs = [_text_run(text) for text in texts]
    ordered = [runs[0], *(node for pair in zip(children, runs[1:], strict=True) for node in pair)]
    return [node for node in ordered if len(node) or node.text or node.tag != _RUN]


def _text_run(text: str | None) -> HtmlElement:
    run: HtmlElement = Element(_RUN)
    run.text = text if text and text.strip() else None
    return run
