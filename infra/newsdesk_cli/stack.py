"""A stack that the command line talks to: the one on this machine, or a deployed one.

Comes in: an address and credentials, or a stack's name and region. Goes out: AWS clients and the stack's outputs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import ClientError

from newsdesk.adapters import clients
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.hosts import DynamoHostStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sources import DynamoSourceStore
from newsdesk_cli.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

_LONGEST_INVOCATION_SECONDS = 130
"""More than any function of the stack has."""

_MISSING_STACK_TEXT = "does not exist"


class StackMissingError(CommandError):
    """There is no such stack, or the local stack is not up."""


def _retries() -> Any:
    """Return how often a call is tried: six times, which gets through a throttling, or as AWS_MAX_ATTEMPTS says."""
    # What a client is made with would outweigh the environment.
    return {"mode": "standard"} | ({} if "AWS_MAX_ATTEMPTS" in os.environ else {"total_max_attempts": 6})


@dataclass(frozen=True)
class Stack:
    """A stack and how to reach it.

    Attributes
    ----------
    endpoint : str or None
        The local stack's address; None for AWS.
    options : dict
        Credentials and certificate authority of the local stack, as arguments of ``Session.client``.
    """

    name: str
    region: str | None = None
    endpoint: str | None = None
    options: dict[str, Any] = field(default_factory=dict, repr=False)

    def client(self, service: Any, read_timeout: float = 60) -> Any:
        """Return a client of an AWS service, which waits so many seconds for an answer."""
        # botocore itself reads AWS_DEFAULT_REGION alone; other tools, and people, say AWS_REGION.
        region = self.region or os.environ.get("AWS_REGION")
        return clients.session(region).create_client(
            service,
            endpoint_url=self.endpoint,
            config=Config(retries=_retries(), max_pool_connections=25, read_timeout=read_timeout),
            **self.options,
        )

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        """CloudFormation."""
        client: CloudFormationClient = self.client("cloudformation")
        return client

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """DynamoDB."""
        client: DynamoDBClient = self.client("dynamodb")
        return client

    @cached_property
    def events(self) -> EventBridgeClient:
        """EventBridge."""
        client: EventBridgeClient = self.client("events")
        return client

    @cached_property
    def functions(self) -> LambdaClient:
        """Lambda."""
        client: LambdaClient = self.client("lambda", read_timeout=_LONGEST_INVOCATION_SECONDS)
        return client

    @cached_property
    def s3(self) -> S3Client:
        """S3."""
        client: S3Client = self.client("s3")
        return client

    @cached_property
    def sqs(self) -> SQSClient:
        """SQS."""
        client: SQSClient = self.client("sqs")
        return client

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs.

        Raises
        ------
        StackMissingError
            If there is no such stack.
        """
        return {output["OutputKey"]: output["OutputValue"] for output in self._described.get("Outputs", [])}

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The parameters that the stack was deployed with, defaults included."""
        return {entry["ParameterKey"]: entry["ParameterValue"] for entry in self._described.get("Parameters", [])}

    @cached_property
    def _described(self) -> StackTypeDef:
        try:
            (described,) = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as error:
            if _MISSING_STACK_TEXT in str(error):
                raise StackMissingError(f"there is no stack named {self.name}") from error
            raise
        return described

    @cached_property
    def resources(self) -> dict[str, str]:
        """The physical id of every resource, by logical id."""
        pages = self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.name)
        return {
            resource["LogicalResourceId"]: resource.get("PhysicalResourceId", "")
            for page in pages
            for resource in page["StackResourceSummaries"]
        }

    @cached_property
    def store(self) -> DynamoArticleStore:
        """The table of articles."""
        return DynamoArticleStore(
            self.outputs["TableName"], client=self.dynamodb, band_table=self.outputs.get("BandTableName")
        )

    @cached_property
    def hosts(self) -> DynamoHostStore:
        """What the table keeps of hosts."""
        return DynamoHostStore(self.outputs["TableName"], client=self.dynamodb)

    @cached_property
    def sources(self) -> DynamoSourceStore:
        """The registry of sources."""
        return DynamoSourceStore(self.outputs["TableName"], client=self.dynamodb)

    @cached_property
    def objects(self) -> S3ObjectStore:
        """The bucket."""
        return S3ObjectStore(self.outputs["BucketName"], client=self.s3)

    def has_object(self, key: str) -> bool:
        """Return whether the bucket holds a key."""
        try:
            self.s3.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise
            return False
        return True

    @property
    def api_url(self) -> str | None:
        """The address of the HTTP API; None if the stack has none."""
        if self.endpoint is None:
            return self.outputs.get("ApiUrl")
        api = self.resources.get("Api")
        return f"{self.endpoint}/_aws/execute-api/{api}" if api else None

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self.outputs["BucketName"]
