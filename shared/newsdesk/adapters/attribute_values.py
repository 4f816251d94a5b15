"""DynamoDB's attribute values, made of a document's values and read back.

Comes in: an item's values. Goes out: the same values as DynamoDB writes them, each under the letter of its type.

The library that has this, boto3's resources, is loaded with all that transfers files; that takes longer than everything
else that a function needs of AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


def to_attributes(document: Mapping[str, Any]) -> dict[str, AttributeValueTypeDef]:
    """Return a document as an item.

    Raises
    ------
    TypeError
        For what is neither bytes nor a value that JSON has, and for a ``float``, whose digits DynamoDB would not keep.
    """
    return {name: to_attribute(value) for name, value in document.items()}


def from_attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item as a document; its numbers are decimal.

    Raises
    ------
    TypeError
        For a type that :func:`to_attributes` does not write.
    """
    return {name: from_attribute(attribute) for name, attribute in item.items()}


def to_attribute(value: Any) -> AttributeValueTypeDef:
    """Return one value as an attribute; see :func:`to_attributes`."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | Decimal():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case list() | tuple():
            return {"L": [to_attribute(entry) for entry in value]}
        case Mapping():
            return {"M": to_attributes(value)}
        case _:
            raise TypeError(f"a {type(value).__name__} is no value of an item")


def from_attribute(attribute: Mapping[str, Any]) -> Any:
    """Return the value of one attribute; see :func:`from_attributes`."""
    ((kind, value),) = attribute.items()
    match kind:
        case "NULL":
            return None
        case "BOOL" | "S" | "B":
            return value
        case "N":
            return Decimal(value)
        case "L":
            return [from_attribute(entry) for entry in value]
        case "M":
            return from_attributes(value)
        case _:
            raise TypeError(f"attributes of the type {kind} are never written")
