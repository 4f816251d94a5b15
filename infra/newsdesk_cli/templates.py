"""The template, read as data.

Comes in: ``template.yaml``. Goes out: the template with long-form intrinsics.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Template = dict[str, Any]


class _Loader(yaml.CSafeLoader):
    """Knows CloudFormation's short tags, and reads what looks like a date as a string.

    libyaml parses: in plain Python a template takes ten times as long.
    """


def _intrinsic(loader: yaml.CSafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def load_template(path: Path) -> Template:
    """Read a template.

    Raises
    ------
    yaml.YAMLError
        If it is not YAML.
    """
    template: Template = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - derives from CSafeLoader
    return template


def packaged_resources(template: Template) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the logical id, the property that names the code, and the properties of everything that is packaged."""
    uri_of = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] in uri_of:
            yield logical_id, uri_of[resource["Type"]], resource["Properties"]


def function_packages(template: Template) -> dict[str, str]:
    """Return the Python package of every function by the function's logical id."""
    return {
        logical_id: properties["Handler"].partition(".")[0]
        for logical_id, uri, properties in packaged_resources(template)
        if uri == "CodeUri"
    }


def function_variables(template: Template, logical_id: str) -> dict[str, Any]:
    """Return the environment variables that a function is deployed with, those of ``Globals`` included."""
    own = template["Resources"][logical_id]["Properties"].get("Environment", {}).get("Variables", {})
    return {**template["Globals"]["Function"]["Environment"]["Variables"], **own}
