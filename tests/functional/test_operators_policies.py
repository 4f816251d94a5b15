"""The operators' policies allow what each command calls, and nothing that none does.

Comes in: ``infra/operators.yaml``, and commands that are run on AWS in moto. Goes out: assertions. Changes: moto's
memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.rules import RulesCollection

from newsdesk.clock import utc_now
from newsdesk.sources import PauseReason, SourceKind, paused
from newsdesk_cli import redriving, reprocessing, selecting, sources
from newsdesk_cli.desk import desk_of
from newsdesk_cli.embedding import ask_for_vectors
from newsdesk_cli.listing import Wanted, listed
from newsdesk_cli.lookup import status_of
from newsdesk_cli.paths import ROOT
from newsdesk_cli.queues import queue_depths
from newsdesk_cli.stack import Stack
from newsdesk_cli.takedown import Order, carry_out, find_targets, lift_all
from newsdesk_cli.templates import load_template
from tests.faults.flows import PATH
from tests.faults.world import Call, World
from tests.functional.misbehaving_server import MisbehavingServer, answer
from tests.newsroom import HOST, ask
from tests.pipeline import page

POLICIES = ROOT / "infra" / "operators.yaml"

ACTIONS = {
    "s3.ListObjectsV2": {"s3:ListBucket"},
    "s3.ListObjectVersions": {"s3:ListBucketVersions"},
    "s3.HeadObject": {"s3:GetObject"},
    "s3.DeleteObjects": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
    "dynamodb.TransactWriteItems": {"dynamodb:PutItem"},
}
"""What IAM asks for where that has another name than the call."""


def actions_of(*policies: str) -> set[str]:
    resources = load_template(POLICIES)["Resources"]
    found: set[str] = set()
    for policy in policies:
        for statement in resources[policy]["Properties"]["PolicyDocument"]["Statement"]:
            action = statement["Action"]
            found |= {action} if isinstance(action, str) else set(action)
    return found


def needed(calls: list[Call]) -> set[str]:
    return set().union(*(ACTIONS.get(str(call), {f"{call.service}:{call.operation}"}) for call in calls))


def look(stack: Stack, article_id: str) -> None:
    status_of(stack, article_id, utc_now())
    queue_depths(stack)
    listed(stack, Wanted("127.0.0.1", None, selecting.Period(), 10))
    listed(stack, Wanted(None, None, selecting.Period(), 10))
    for source in sources.every(stack.sources):
        sources.known(stack.sources, source, utc_now())
    application = desk_of(stack, [HOST])
    for page_of_it in ("", "/cut", "/revisions", "/capture", "/capture/page", "/explanation"):
        assert ask(application, f"/articles/{article_id}{page_of_it}").status_code == 200
    for address in (
        "/?hours=1",
        "/articles",
        "/articles?host=127.0.0.1&language=en",
        "/sources",
        "/submissions/submission-1",
    ):
        assert ask(application, address).status_code == 200


def operate(stack: Stack, article_id: str) -> None:
    for pair in redriving.find_pairs(stack):
        redriving.redrive(stack, pair, 10, lambda _: None)
    order = reprocessing.Order("first", reprocessing.Beginning.EXTRACT)
    reprocessing.reprocess(stack, selecting.current_in(stack), order, per_second=1000, say=lambda _: None)
    vars(stack)["resources"]["EmbedQueue"] = stack.resources["FetchQueue"]
    ask_for_vectors(stack, [article_id], per_second=1000)
    stack.hosts.forget("127.0.0.1", ["http://127.0.0.1"])
    source = sources.made(SourceKind.FEED, "https://news.example/feed.xml", {})
    stack.sources.add(source)
    sources.change(stack.sources, source, lambda known: paused(known, PauseReason.OPERATOR, utc_now()))
    stack.sources.remove(source.source_id)


def take_down(stack: Stack, article_id: str) -> None:
    for erases in (False, True):
        targets = find_targets(stack, None, "127.0.0.1")
        carry_out(stack, targets, Order("court order", erases=erases), wait_seconds=0, say=lambda _: None)
    lift_all(stack, find_targets(stack, article_id, None))


@pytest.mark.parametrize(
    ("work", "policies"),
    [
        (look, ("ReaderPolicy",)),
        (operate, ("ReaderPolicy", "OperatorPolicy")),
        (take_down, ("ReaderPolicy", "TakedownPolicy")),
    ],
)
def test_a_policy_allows_what_its_commands_call(
    cloud: None,
    monkeypatch: pytest.MonkeyPatch,
    server: MisbehavingServer,
    work: Callable[[Stack, str], None],
    policies: tuple[str, ...],
) -> None:
    # Given an indexed article
    world = World(monkeypatch)
    url = server.on(PATH, answer(page()))
    world.submit(url, "submission-1")
    world.run()
    state = world.state(url)
    assert state is not None
    world.stack.sources.add(sources.made(SourceKind.FEED, "https://news.example/other.xml", {}))
    world.wire.calls.clear()

    # When commands work on it
    with world.wire.working():
        work(world.stack, state.article_id)

    # Then each of their calls is allowed
    assert world.wire.calls
    assert needed(world.wire.calls) - actions_of(*policies) == set()


def test_the_policies_pass_our_lint_rules_and_one_that_is_too_wide_does_not() -> None:
    rules = RulesCollection()
    rules.create_from_directory(str(ROOT / "infra" / "lint"))
    text = POLICIES.read_text(encoding="utf-8")
    wide = text.replace('Action: "s3:ListBucket"', 'Action: "s3:*"')
    assert [match.rule.id for match in lint(text, rules=rules)] == []
    assert [match.rule.id for match in lint(wide, rules=rules)] == ["E9004"]


def test_no_policy_lets_anybody_change_what_takedown_alone_may() -> None:
    lesser: Any = actions_of("ReaderPolicy", "OperatorPolicy")
    assert not lesser & {"s3:DeleteObjectVersion", "s3:PutObject", "dynamodb:UpdateItem"}
