"""Every AWS call of every flow is the last that its function makes: once before its effect, once after it.

Comes in: the flows. Goes out: assertions, and with ``-s`` how many faults were tried. The ordinary run draws calls
of each flow by a seed; ``make faults`` tries them all.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness import aws
from tests.faults.flows import FLOWS, Flow
from tests.faults.ledger import faults_of
from tests.faults.world import TRIES_ALL, Call, World, kill
from tests.functional.misbehaving_server import MisbehavingServer

DRAWN_PER_FLOW = 3
SEED = 20261130


@contextmanager
def _world(monkeypatch: pytest.MonkeyPatch, flow: Flow) -> Iterator[tuple[World, MisbehavingServer]]:
    """A new account and a site with the flow's history."""
    with aws.empty_account(), monkeypatch.context() as patches, MisbehavingServer() as site:
        site.on("/robots.txt", lambda request: request.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
        world = World(patches, follow_pages=flow.follow_pages)
        flow.prepare(world, site)
        world.wire.calls.clear()
        yield world, site


def _play(monkeypatch: pytest.MonkeyPatch, flow: Flow, at: int | None = None, *, after: bool = False) -> list[Call]:
    """Play a flow, with the function killed at one call or at none; return the calls that were made."""
    with _world(monkeypatch, flow) as (world, site):
        if at is not None:
            world.wire.fault = kill(at, after=after)
        flow.act(world, site)
        world.wire.fault = None
        found = faults_of(
            world,
            flow.expected(),
            currents=flow.currents(site),
            forbidden_captures=flow.forbidden_captures(site),
        )
        assert found == [], dict(world.statuses)
        return list(world.wire.calls)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", FLOWS)
def test_a_function_may_die_at_any_call(account: pytest.MonkeyPatch, name: str) -> None:
    # Given a flow, which ends as it should when nothing goes wrong
    flow = FLOWS[name]
    calls = _play(account, flow)

    # When its function dies at a call, before or after the call's effect
    faults = [(at, after) for at in range(len(calls)) for after in (False, True)]
    if not TRIES_ALL:
        faults = random.Random(f"{SEED} {name}").sample(faults, min(DRAWN_PER_FLOW, len(faults)))
    for at, after in faults:
        try:
            _play(account, flow, at, after=after)
        except AssertionError as error:
            where = "after" if after else "before"
            raise AssertionError(f"{name}: killed {where} call {at}, {calls[at]}: {error}") from error

    # Then it ends as it should all the same
    print(f"{name}: {len(calls)} calls, {len(faults)} faults tried")
