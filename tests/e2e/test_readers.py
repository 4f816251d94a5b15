"""What is deployed for readers works: the examples of docs/examples, and ReaderAccounts.

Comes in: the templates, and MiniStack without any function, with policies enforced. Goes out: assertions. Changes:
starts and ends a process.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from botocore.exceptions import ClientError

from newsdesk_cli.paths import ROOT, TEMPLATE
from newsdesk_cli.templates import Template, load_template
from tests.bare_ministack import bare_ministack, wait_for

pytestmark = pytest.mark.e2e

EXAMPLES = ROOT / "docs" / "examples"
READER = "111122223333"
CHANGE = load_template(ROOT / "docs" / "schemas" / "event.article-changed.v1.json")["examples"][0]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A function that returns clients of a MiniStack of its own."""
    with bare_ministack(tmp_path_factory.mktemp("ministack"), AUTH="true") as make:
        make("events").create_event_bus(Name="demo")
        yield make


def deploy(client: Any, name: str, template: Template, **parameters: str) -> dict[str, str]:
    """Deploy a template, and return its outputs."""
    cloudformation = client("cloudformation")
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )

    def described() -> Any:
        return cloudformation.describe_stacks(StackName=name)["Stacks"][0]

    wait_for(lambda: not described()["StackStatus"].endswith("IN_PROGRESS"))
    assert described()["StackStatus"] == "CREATE_COMPLETE", described()
    return {output["OutputKey"]: output["OutputValue"] for output in described().get("Outputs", [])}


def tell(client: Any) -> None:
    """Put the example of a change on the bus."""
    entry = {
        "EventBusName": "demo",
        "Source": CHANGE["source"],
        "DetailType": CHANGE["detail-type"],
        "Detail": json.dumps(CHANGE["detail"]),
    }
    assert client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def test_a_rule_sends_changes_to_the_queue_of_a_reader(client: Any) -> None:
    # Given the queue of a reader, and the rule into it
    account = client("sts").get_caller_identity()["Account"]
    queue = deploy(
        client,
        "reader",
        load_template(EXAMPLES / "queue-of-reader.yaml"),
        PublisherAccount=account,
        PublisherStackName="to-reader",
    )
    rule = load_template(EXAMPLES / "queue-in-another-account.yaml")
    deploy(client, "to-reader", rule, EventBusName="demo", QueueArn=queue["QueueArn"])

    # When a change is published, Then the reader has it, as the schema shows it
    tell(client)
    (message,) = client("sqs").receive_message(QueueUrl=queue["QueueUrl"], WaitTimeSeconds=10)["Messages"]
    assert json.loads(message["Body"])["detail"] == CHANGE["detail"]

    # And the role that the rule sends by has a name that the queue's policy takes
    (role,) = [role["Arn"] for role in client("iam").list_roles()["Roles"] if "to-reader" in role["RoleName"]]
    assert ":role/to-reader-SenderRole-" in role


class Endpoint(BaseHTTPRequestHandler):
    """Takes what is posted to it."""

    taken: list[tuple[dict[str, str], Any]] = []  # noqa: RUF012 - the server makes an instance for each request

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append(({name.lower(): value for name, value in self.headers.items()}, json.loads(body)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_webhook_gets_the_change_alone_with_the_key_of_its_connection(client: Any) -> None:
    # Given the parts of the example, which MiniStack knows, but its CloudFormation does not, and an endpoint
    parts = {name: part["Properties"] for name, part in load_template(EXAMPLES / "webhook.yaml")["Resources"].items()}
    events = client("events")
    connection = parts["Connection"]
    key = connection["AuthParameters"]["ApiKeyAuthParameters"]
    made = events.create_connection(
        Name="webhook",
        AuthorizationType=connection["AuthorizationType"],
        AuthParameters={"ApiKeyAuthParameters": {**key, "ApiKeyValue": "secret"}},
    )
    with HTTPServer(("127.0.0.1", 0), Endpoint) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        destination = events.create_api_destination(
            Name="webhook",
            ConnectionArn=made["ConnectionArn"],
            HttpMethod=parts["Destination"]["HttpMethod"],
            InvocationEndpoint=f"http://127.0.0.1:{server.server_port}/changes",
        )
        pattern = json.dumps(parts["Rule"]["EventPattern"])
        events.put_rule(Name="webhook", EventBusName="demo", EventPattern=pattern)
        (target,) = parts["Rule"]["Targets"]
        target |= {"Arn": destination["ApiDestinationArn"], "RoleArn": "arn:aws:iam::000000000000:role/any"}
        del target["DeadLetterConfig"]
        events.put_targets(Rule="webhook", EventBusName="demo", Targets=[target])

        # When a change is published
        tell(client)
        wait_for(lambda: Endpoint.taken)
        server.shutdown()

    # Then the endpoint has the change alone, and what says that it is from us
    ((headers, body),) = Endpoint.taken
    assert body == CHANGE["detail"]
    assert (headers["x-api-key"], headers["x-event"]) == ("secret", "ArticleChanged")


@pytest.fixture(scope="module")
def bucket(client: Any) -> str:
    """The bucket of the template with its policy, and an object under each prefix."""
    template = load_template(TEMPLATE)
    policy = template["Resources"]["ArticleBucketPolicy"]
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    # MiniStack has no TLS here, and does not know the condition of the other one.
    policy["Properties"]["PolicyDocument"]["Statement"] = [
        statement for statement in statements if statement.get("Sid") not in ("TlsOnly", "ArticlesOnce")
    ]
    cut = {
        "Parameters": {name: template["Parameters"][name] for name in ("ReaderAccounts",)},
        "Conditions": {"HasReaders": template["Conditions"]["HasReaders"]},
        "Resources": {"ArticleBucket": {"Type": "AWS::S3::Bucket"}, "ArticleBucketPolicy": policy},
        "Outputs": {"BucketName": {"Value": {"Ref": "ArticleBucket"}}},
    }
    name = deploy(client, "bucket", cut, ReaderAccounts=f"{READER},444455556666")["BucketName"]
    for key in KEYS:
        client("s3").put_object(Bucket=name, Key=key, Body=b"{}")
    return name


OPEN = ("articles/v1/a.json", "changes/v1/a.ndjson", "datasets/revisions/v1/a.parquet", "schemas/article.v1.json")
CLOSED = ("raw/v1/a.warc.gz", "work/v1/a.json.gz", "pushed/v1/a", "vectors/v1/a.json", "inbox/a.txt")
KEYS = (*OPEN, *CLOSED)


def is_denied(call: Any, **arguments: str) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"] in ("AccessDenied", "403")
    return False


@pytest.mark.parametrize("key", KEYS)
def test_an_account_of_readers_reads_what_is_made_for_readers_alone(client: Any, bucket: str, key: str) -> None:
    reader = client("s3", aws_access_key_id=READER)
    assert is_denied(reader.get_object, Bucket=bucket, Key=key) is (key in CLOSED)
    folder = f"{key.partition('/')[0]}/"
    assert is_denied(reader.list_objects_v2, Bucket=bucket, Prefix=folder) is (key in CLOSED)
    assert is_denied(reader.put_object, Bucket=bucket, Key=key)


def test_an_account_that_is_not_named_reads_nothing(client: Any, bucket: str) -> None:
    stranger = client("s3", aws_access_key_id="777788889999")
    assert all(is_denied(stranger.get_object, Bucket=bucket, Key=key) for key in KEYS)
