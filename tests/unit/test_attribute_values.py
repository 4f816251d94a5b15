"""DynamoDB's attribute values, beside those of the library that everybody uses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from newsdesk.adapters.attribute_values import from_attribute, from_attributes, to_attribute, to_attributes

SCALARS = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=9) | st.binary(max_size=9)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
)
DOCUMENTS = st.dictionaries(st.text(min_size=1, max_size=5), VALUES, max_size=5)


@given(DOCUMENTS)
def test_items_are_those_that_boto3_makes_and_reads(document: dict[str, Any]) -> None:
    # When a document is made an item, Then it is boto3's, and both read the same from it
    item = to_attributes(document)
    assert item == {name: TypeSerializer().serialize(value) for name, value in document.items()}
    assert from_attributes(item) == {name: TypeDeserializer().deserialize(value) for name, value in item.items()}
    assert from_attributes(item) == document


def test_fractions_are_kept_to_the_digit() -> None:
    assert to_attribute(Decimal("0.1")) == {"N": "0.1"}
    assert from_attribute({"N": "0.1"}) == Decimal("0.1")


@pytest.mark.parametrize("value", [0.1, {"a", "b"}, object()])
def test_what_items_do_not_hold_is_no_value(value: object) -> None:
    with pytest.raises(TypeError, match="no value of an item"):
        to_attribute(value)


@pytest.mark.parametrize("attribute", [{"SS": ["a"]}, {"NS": ["1"]}])
def test_types_that_are_never_written_are_not_read(attribute: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="never written"):
        from_attribute(attribute)
