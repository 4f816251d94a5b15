"""The HTTP API on the whole stack with IAM enforced.

Comes in: the stack and the sample site. Goes out: assertions. Changes: the stack.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from newsdesk_cli.paths import ROOT
from newsdesk_cli.sample_site import SampleSite
from tests.api_conformance import check_conformance
from tests.e2e.conftest import World

pytestmark = pytest.mark.usefixtures("first_visit")
"""The pages are known already, so that no other test misses the first visit to them."""

_AT_ONCE = 200
_EXAMPLES = 6
_NOWHERE = "http://10.0.0.1/"
"""Submit refuses it, so that nothing of it comes to the other stages."""


class Signature(AuthBase):
    """Signs requests as AWS wants them signed."""

    def __init__(self, access_key: str, secret_key: str, region: str) -> None:
        self._signer = SigV4Auth(Credentials(access_key, secret_key), "execute-api", region)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        signed = AWSRequest(str(request.method), str(request.url), data=request.body)
        self._signer.add_auth(signed)
        request.headers.update(dict(signed.headers.items()))
        return request


class Caller:
    """Somebody who calls the API; nobody in particular without keys."""

    def __init__(self, world: World, keys: tuple[str, str] | None) -> None:
        self.url = str(world.stack.api_url)
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = world.stack.options["verify"]
        self.session.auth = Signature(*keys, str(world.stack.region)) if keys else None
        self.session.mount("https://", HTTPAdapter(pool_maxsize=_AT_ONCE))

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.session.get(self.url + path, timeout=60, **options)

    def post(self, path: str, body: Any) -> requests.Response:
        return self.session.post(self.url + path, json=body, timeout=60)

    def ended(self, world: World, submission_id: str) -> dict[str, Any]:
        """Return a submission of the caller's once it has ended."""
        path = f"/v1/submissions/{submission_id}"
        world.eventually(lambda: self.get(path).json().get("state") == "ended", 120)
        document: dict[str, Any] = self.get(path).json()
        return document


@pytest.fixture(scope="module")
def owner(world: World) -> Iterator[Caller]:
    """The account itself; for it the function has few processes, which is all that this machine can bear."""
    function = world.stack.resources["ApiFunction"]
    world.stack.functions.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=3)
    options = world.stack.options
    yield Caller(world, (options["aws_access_key_id"], options["aws_secret_access_key"]))
    world.stack.functions.delete_function_concurrency(FunctionName=function)


def user(world: World, name: str, *routes: str) -> Caller:
    """Make a user who may call some routes."""
    iam = world.stack.client("iam")
    iam.create_user(UserName=name)
    resources = [f"{world.stack.outputs['ApiArn']}/{route}" for route in routes]
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resources}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_user_policy(UserName=name, PolicyName="api", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Caller(world, (key["AccessKeyId"], key["SecretAccessKey"]))


def test_who_is_not_authorised_is_refused(world: World, owner: Caller) -> None:
    # Given nobody, a stranger, and a reader
    reader = user(world, "reader", "GET/v1/articles", "GET/v1/articles/*")
    batch = {"items": [{"url": _NOWHERE}]}
    # When / Then
    for caller in (Caller(world, None), Caller(world, ("AKIASTRANGER", "x" * 40))):
        assert caller.get("/v1/changes").status_code == 403
        assert caller.post("/v1/submissions", batch).status_code == 403
        assert caller.post("/v1/captures", {"url": _NOWHERE, "html": "x"}).status_code == 403
    assert reader.get("/v1/articles", params={"host": "news.example"}).status_code == 200
    assert reader.get("/v1/changes").status_code == 403
    assert reader.post("/v1/submissions", batch).status_code == 403
    # And what is no route is nothing, for the owner too
    assert owner.get("/v1/everything").status_code == 404


def test_articles_are_searched(world: World, owner: Caller, site: SampleSite) -> None:
    # Given an article, and an index that the schedule has kept
    known = {"url": next(iter(site.urls()))}
    world.eventually(lambda: owner.get("/v1/articles", params=known).json()["items"], 120)
    article = owner.get("/v1/articles", params=known).json()["items"][0]
    function = world.stack.outputs["SearchFunctionName"]
    kept = world.stack.functions.invoke(FunctionName=function, Payload=b"{}")
    assert "FunctionError" not in kept
    # When it is searched for by a phrase, its headline, Then it is found; the feed is seconds late
    query = {"q": f'"{article["headline"]}"', "host": article["host"]}

    def found() -> list[str]:
        return [item["articleId"] for item in owner.get("/v1/search", params=query).json()["items"]]

    world.eventually(lambda: article["articleId"] in found(), 90)
    assert owner.get("/v1/search", params={**query, "country": "AQ"}).json()["items"] == []
    # And by what it means, once embed has made its vector and the index has asked for it
    meant = {"q": "a crossing that was closed for repairs is open to traffic", "host": article["host"]}

    def found_by() -> list[str]:
        items = owner.get("/v1/search", params=meant).json()["items"]
        return next((item["foundBy"] for item in items if item["articleId"] == article["articleId"]), [])

    world.eventually(lambda: "meaning" in found_by(), 120)
    # And others are like it, and it is not among them
    alike = owner.get("/v1/search", params={"like": article["articleId"]}).json()
    assert alike["searchedBy"] == ["meaning"]
    assert article["articleId"] not in {item["articleId"] for item in alike["items"]}


def test_every_answer_is_as_the_document_says(world: World, owner: Caller, site: SampleSite) -> None:
    # Given an article, a submission and a source that are known
    article = owner.get("/v1/articles", params={"url": next(iter(site.urls()))}).json()["items"][0]
    owner.post("/v1/submissions", {"items": [{"url": _NOWHERE, "submissionId": "conformance"}]})
    source = owner.post("/v1/sources", {"kind": "feed", "url": f"{_NOWHERE}feed"}).json()
    owner.session.patch(f"{owner.url}/v1/sources/{source['sourceId']}", json={"state": "paused"}, timeout=60)
    owner.ended(world, "conformance")
    known = {
        "article_id": article["articleId"],
        "submission_id": "conformance",
        "source_id": source["sourceId"],
        "form": "atom",
    }
    # What a feed is of is exactly one of three things, which the document cannot say
    queries = {"GET /v1/feeds/{form}": {"country": "GB"}}
    # When every operation is asked for valid and for invalid things
    statuses = check_conformance(owner.url, owner.session, known, queries, _EXAMPLES)
    # Then nothing was found, and what takes a known name was asked something that it could answer
    answered = {name for name, counted in statuses.items() if any(status < 300 for status in counted)}
    assert {name for name in statuses if "{" in name} <= answered
    assert {"POST /v1/submissions", "GET /v1/changes"} <= answered


def test_callers_have_each_their_own_submissions(world: World, owner: Caller, site: SampleSite) -> None:
    # Given two users who choose the same id
    routes = ("POST/v1/submissions", "GET/v1/submissions/*")
    alice, bob = user(world, "alice", *routes), user(world, "bob", *routes)
    urls = [f"{site.base_url}/2026/11/20/harbour-bridge-reopens", f"{site.base_url}/norwick/sport/rovers-late-winner"]
    # When each submits a page, one after the other
    first = alice.post("/v1/submissions", {"items": [{"url": urls[0], "submissionId": "same"}]}).json()["items"][0]
    assert alice.ended(world, "same")["url"] == urls[0]
    second = bob.post("/v1/submissions", {"items": [{"url": urls[1], "submissionId": "same"}]}).json()["items"][0]
    # Then the second finds its own under its message's id, and neither sees the other's
    assert bob.ended(world, second["messageId"])["url"] == urls[1]
    assert [bob.get("/v1/submissions/same").status_code, alice.get("/v1/submissions/same").status_code] == [404, 200]
    assert alice.get(f"/v1/submissions/{second['messageId']}").status_code == 404
    assert first["status"] == second["status"] == "accepted"


class Issuer:
    """Issues tokens, and publishes by which key they can be checked."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        numbers = self._key.public_key().public_numbers()
        key = {"kty": "RSA", "kid": "1", "alg": "RS256", "n": _number(numbers.n), "e": _number(numbers.e)}
        keys = json.dumps({"keys": [key]}).encode()

        class Keys(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_there = self.path == "/.well-known/jwks.json"
                self.send_response(200 if is_there else 404)
                self.end_headers()
                self.wfile.write(keys if is_there else b"{}")

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def token(self, subject: str, audience: str, seconds: int = 300) -> str:
        claims = {"iss": self.url, "sub": subject, "aud": audience, "exp": int(time.time()) + seconds}
        signed = f"{_part({'alg': 'RS256', 'kid': '1'})}.{_part(claims)}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_encoded(signature)}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(number: int) -> str:
    return _encoded(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _part(document: object) -> str:
    return _encoded(json.dumps(document).encode())


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    running = Issuer()
    yield running
    running.close()


def api_by_tokens(world: World, issuer: Issuer) -> str:
    """Make an API before the same function whose routes take tokens, as the template's do with an issuer."""
    gateway = world.stack.client("apigatewayv2")
    function = world.stack.functions.get_function(FunctionName=world.stack.resources["ApiFunction"])
    api = gateway.create_api(Name="tokens", ProtocolType="HTTP")["ApiId"]
    authorizer = gateway.create_authorizer(
        ApiId=api,
        Name="tokens",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": issuer.url, "Audience": ["newsdesk"]},
    )["AuthorizerId"]
    integration = gateway.create_integration(
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationUri=function["Configuration"]["FunctionArn"],
        PayloadFormatVersion="2.0",
    )["IntegrationId"]
    for route in ("POST /v1/submissions", "GET /v1/submissions/{submission_id}"):
        gateway.create_route(
            ApiId=api,
            RouteKey=route,
            AuthorizationType="JWT",
            AuthorizerId=authorizer,
            Target=f"integrations/{integration}",
        )
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    return f"{world.stack.endpoint}/_aws/execute-api/{api}"


def test_holders_of_tokens_have_each_their_own_submissions(world: World, owner: Caller, issuer: Issuer) -> None:
    # Given an API that takes tokens, and two subjects
    url = api_by_tokens(world, issuer)
    carol, dave = Caller(world, None), Caller(world, None)
    for caller, subject in ((carol, "carol"), (dave, "dave")):
        caller.url = url
        caller.session.headers["Authorization"] = f"Bearer {issuer.token(subject, 'newsdesk')}"
    # When one of them submits, Then it alone sees the submission
    assert carol.post("/v1/submissions", {"items": [{"url": _NOWHERE, "submissionId": "carols"}]}).status_code == 202
    assert carol.ended(world, "carols")["outcome"] == "rejected:blocked_address"
    assert dave.get("/v1/submissions/carols").status_code == 404
    assert owner.get("/v1/submissions/carols").status_code == 404
    # And no other token is good
    for token in (issuer.token("carol", "another"), issuer.token("carol", "newsdesk", seconds=-1), "x.y.z", ""):
        carol.session.headers["Authorization"] = f"Bearer {token}"
        assert carol.get("/v1/submissions/carols").status_code == 401


def test_a_pushed_page_becomes_an_article(world: World, owner: Caller, site: SampleSite) -> None:
    # Given the text of a page, and its address on a site that cannot be visited
    page = requests.get(f"{site.base_url}/2026/11/20/harbour-bridge-reopens", timeout=30).content
    url = "https://members.example.org/2026/harbour-bridge-reopens"
    # When it is uploaded and pushed
    upload = owner.post("/v1/captures/uploads", {"sizeBytes": len(page)}).json()
    put = requests.put(upload["uploadUrl"], data=page, verify=owner.session.verify, timeout=30)
    assert put.status_code == 200
    pushed = owner.post("/v1/captures", {"url": url, "uploadId": upload["uploadId"], "contentType": "text/html"})
    assert pushed.status_code == 202
    # Then it is an article, in every form, and the caller's copy is current
    ending = owner.ended(world, pushed.json()["submissionId"])
    assert ending["outcome"] == "indexed"
    path = f"/v1/articles/{ending['articleId']}"
    article = owner.get(path)
    assert article.json()["provenance"]["discovery"] == "pushed"
    for media_type in ("text/markdown", "text/html"):
        assert article.json()["headline"] in owner.get(path, headers={"Accept": media_type}).text
    assert owner.get(path, headers={"If-None-Match": article.headers["etag"]}).status_code == 304


def test_a_thousand_items_and_two_hundred_requests_at_once(world: World, owner: Caller) -> None:
    # Given a thousand submissions in one request
    batch = {"items": [{"url": f"{_NOWHERE}{number}"} for number in range(1000)]}
    answer = owner.post("/v1/submissions", batch)
    assert (answer.status_code, answer.json()["accepted"]) == (202, 1000)

    # When two hundred callers ask at the same time, and try again after an answer of 429
    refused: Counter[int] = Counter()

    def ask(number: int) -> int:
        while True:
            status = owner.get("/v1/articles", params={"host": f"host-{number}.example"}).status_code
            if status != 429:
                return status
            refused[status] += 1
            time.sleep(0.5)

    with ThreadPoolExecutor(_AT_ONCE) as executor:
        statuses = Counter(executor.map(ask, range(_AT_ONCE)))
    # Then every one of them gets an answer
    assert statuses == {200: _AT_ONCE}


def test_the_example_follows_the_changes(world: World, owner: Caller) -> None:
    # Given the example of the guide, and changes that have settled
    options = world.stack.options
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": options["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": options["aws_secret_access_key"],
        "AWS_DEFAULT_REGION": str(world.stack.region),
        "SSL_CERT_FILE": options["verify"],
    }
    expected = {(change.article_id, str(change.revision)) for change in world.changes()}

    def printed(*cursor: str) -> list[list[str]]:
        command = [sys.executable, str(ROOT / "docs" / "examples" / "read_changes.py"), owner.url, *cursor]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
        return [line.split(" ", 3) for line in done.stdout.splitlines()]

    # When it is run until it has them all
    world.eventually(lambda: expected <= {(line[1], line[2]) for line in printed()[:-1]}, 60)
    # Then from its cursor on there is nothing of them any more
    (cursor,) = printed()[-1]
    assert not expected & {(line[1], line[2]) for line in printed(cursor)[:-1]}
