"""The data set in Athena: ``infra/datasets.yaml``, made from the contract.

Comes in: the columns and views of :mod:`newsdesk.contracts`. Goes out: the text of the nested stack's template.
``python -m newsdesk_cli.documents`` (``make docs``) writes it.
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from newsdesk.contracts import PARTITION_COLUMNS, REVISIONS_TABLE, Column, View, keys, revision_columns, views
from newsdesk_cli.paths import ROOT
from newsdesk_cli.queries import EXAMPLES

TABLES_TEMPLATE = ROOT / "infra" / "datasets.yaml"

_HEADER = """\
# Written by `make docs` from the contract of the data set. A nested stack of template.yaml.
"""
_FIRST_DAY = "2026-01-01"
_PARQUET = "org.apache.hadoop.hive.ql.io.parquet"
_LONGEST_COMMENT = 255  # of a column in the catalogue

Node = dict[str, Any]


def tables_text() -> str:
    """Return the template as it is committed."""
    return _HEADER + yaml.safe_dump(tables_template(), sort_keys=False, width=120, allow_unicode=True)


def tables_template() -> Node:
    """Return the template of the database, the table, the views, the workgroup and its named queries."""
    resources: Node = {
        "Database": {
            "Type": "AWS::Glue::Database",
            "Properties": {
                "CatalogId": _ref("AWS::AccountId"),
                "DatabaseInput": {
                    # Athena's names have no hyphens.
                    "Name": {"Fn::Join": ["_", {"Fn::Split": ["-", _ref("Stage")]}]},
                    "Description": "Articles of Newsdesk.",
                },
            },
        },
        "RevisionsTable": _table(),
    }
    before = "RevisionsTable"
    for view in views():
        name = f"{_camel(view.name)}View"
        resources[name] = _view(view, before)
        before = name
    resources["Workgroup"] = _workgroup()
    for example in EXAMPLES:
        resources[f"{_camel(example.name)}Query"] = {
            "Type": "AWS::Athena::NamedQuery",
            "Properties": {
                "Name": example.name,
                "Description": example.description,
                "Database": _ref("Database"),
                "WorkGroup": _ref("Workgroup"),
                "QueryString": example.sql,
            },
        }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Shows the data set of a Newsdesk stack to Amazon Athena.",
        "Parameters": {
            "Stage": {"Type": "String", "Description": "The name of the stack whose data set it is."},
            "BucketName": {"Type": "String", "Description": "Its bucket."},
            "QueryScanBytes": {
                "Type": "Number",
                "Default": 100 * 1024**3,
                "Description": "The most that one query may read.",
            },
        },
        "Resources": resources,
        "Outputs": {
            "DatabaseName": {"Description": "The database.", "Value": _ref("Database")},
            "WorkgroupName": {"Description": "Where queries run.", "Value": _ref("Workgroup")},
        },
    }


def _table() -> Node:
    location = f"s3://${{BucketName}}/{keys.REVISIONS_PREFIX}"
    return {
        "Type": "AWS::Glue::Table",
        "Properties": {
            "CatalogId": _ref("AWS::AccountId"),
            "DatabaseName": _ref("Database"),
            "TableInput": {
                "Name": REVISIONS_TABLE,
                "Description": "One row for each committed revision and each retraction.",
                "TableType": "EXTERNAL_TABLE",
                "PartitionKeys": [_column(column) for column in PARTITION_COLUMNS],
                "Parameters": {
                    "EXTERNAL": "TRUE",
                    "classification": "parquet",
                    "projection.enabled": "true",
                    "projection.date.type": "date",
                    "projection.date.format": "yyyy-MM-dd",
                    "projection.date.range": f"{_FIRST_DAY},NOW",
                    "projection.hour.type": "integer",
                    "projection.hour.range": "0,23",
                    "projection.hour.digits": "2",
                    "storage.location.template": {"Fn::Sub": location + "date=${!date}/hour=${!hour}/"},
                },
                "StorageDescriptor": {
                    "Location": {"Fn::Sub": location},
                    "InputFormat": f"{_PARQUET}.MapredParquetInputFormat",
                    "OutputFormat": f"{_PARQUET}.MapredParquetOutputFormat",
                    "SerdeInfo": {
                        "SerializationLibrary": f"{_PARQUET}.serde.ParquetHiveSerDe",
                        "Parameters": {"serialization.format": "1"},
                    },
                    "Columns": [_column(column) for column in revision_columns()],
                },
            },
        },
    }


def _view(view: View, before: str) -> Node:
    """Return a view as Athena stores it: its query in Base64, and its columns twice."""
    statement = json.dumps(
        {
            "originalSql": view.sql,
            "catalog": "awsdatacatalog",
            "schema": "${Database}",
            "columns": [{"name": column.name, "type": trino_type(column.athena_type)} for column in view.columns],
        },
        separators=(",", ":"),
    )
    return {
        "Type": "AWS::Glue::Table",
        "DependsOn": before,
        "Properties": {
            "CatalogId": _ref("AWS::AccountId"),
            "DatabaseName": _ref("Database"),
            "TableInput": {
                "Name": view.name,
                "Description": view.description,
                "TableType": "VIRTUAL_VIEW",
                "Parameters": {"presto_view": "true", "comment": "Presto View"},
                "ViewOriginalText": {
                    "Fn::Sub": [
                        "/* Presto View: ${Statement} */",
                        {"Statement": {"Fn::Base64": {"Fn::Sub": statement}}},
                    ]
                },
                "ViewExpandedText": "/* Presto View */",
                "StorageDescriptor": {"SerdeInfo": {}, "Columns": [_column(column) for column in view.columns]},
            },
        },
    }


def _workgroup() -> Node:
    return {
        "Type": "AWS::Athena::WorkGroup",
        "Properties": {
            "Name": _ref("Stage"),
            "Description": "Queries over the data set of Newsdesk.",
            "RecursiveDeleteOption": True,
            "WorkGroupConfiguration": {
                "BytesScannedCutoffPerQuery": _ref("QueryScanBytes"),
                "EnforceWorkGroupConfiguration": True,
                "PublishCloudWatchMetricsEnabled": True,
                "EngineVersion": {"SelectedEngineVersion": "Athena engine version 3"},
                "ResultConfiguration": {
                    "OutputLocation": {"Fn::Sub": f"s3://${{BucketName}}/{keys.QUERIES_PREFIX}"},
                    "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"},
                },
            },
        },
    }


def _column(column: Column) -> Node:
    comment = {"Comment": column.description[:_LONGEST_COMMENT]} if column.description else {}
    return {"Name": column.name, "Type": column.athena_type, **comment}


def trino_type(hive_type: str) -> str:
    """Return a type of the catalogue as Athena's engine writes it."""
    if (found := re.fullmatch(r"array<(.+)>", hive_type)) is not None:
        return f"array({trino_type(found[1])})"
    if (found := re.fullmatch(r"struct<([^<>]+)>", hive_type)) is not None:
        fields = (field.split(":", 1) for field in found[1].split(","))
        return f"row({', '.join(f'{name} {trino_type(kind)}' for name, kind in fields)})"
    return {"string": "varchar", "int": "integer", "timestamp": "timestamp(3)"}.get(hive_type, hive_type)


def _camel(name: str) -> str:
    return "".join(word.title() for word in re.split(r"[_\-]", name))


def _ref(name: str) -> Node:
    return {"Ref": name}
