"""The ways that a submission can go, each as a history to prepare and an act to disturb.

Comes in: a world and a site. Goes out: which outcomes are right. Changes: the site, the world.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from newsdesk.articles.lifecycle import SETTLING_SECONDS
from newsdesk.web import article_id, canonical_url, parse_url
from newsdesk_cli import reprocessing
from newsdesk_cli.reprocessing import reprocess
from newsdesk_cli.takedown import Order, carry_out, find_targets
from tests.faults.ledger import Expected
from tests.faults.world import World
from tests.functional.misbehaving_server import Behaviour, MisbehavingServer, Request, answer, redirect
from tests.pipeline import page

PATH = "/2026/03/14/harbour-bridge-reopens"
OTHER = "/2026/03/14/harbour-bridge-opens-again"
ETAG = ("ETag", '"first"')

CHANGED = (
    "The harbour bridge was closed again on Sunday evening after one of its new bearings failed under the load.",
    "Nobody was hurt. The port authority said that buses would be sent through the tunnel until the end of the week.",
    "An inquiry will look into how the bearing could pass its tests, the authority's director told reporters.",
)

Act = Callable[[World, MisbehavingServer], None]


@dataclass(frozen=True)
class Flow:
    """One way through the pipeline.

    Attributes
    ----------
    prepare : callable
        Makes the history; nothing is disturbed in it.
    act : callable
        What is disturbed.
    ends : mapping
        For each submission the outcomes that are right, disturbed or not.
    opts_out : bool
        Whether no capture of the article's page may be left.
    """

    act: Act
    ends: Mapping[str, str | frozenset[str]]
    prepare: Act = lambda world, site: None
    follow_pages: int = 0
    opts_out: bool = False
    at: str = PATH

    def expected(self) -> Expected:
        """Return the outcomes that are right, for each submission."""
        return {name: frozenset({ends}) if isinstance(ends, str) else ends for name, ends in self.ends.items()}

    def forbidden_captures(self, site: MisbehavingServer) -> frozenset[str]:
        """Return the articles of which no capture may be left."""
        return frozenset({article_id(canonical_url(parse_url(site.url(self.at))))}) if self.opts_out else frozenset()


def conditional(body: bytes) -> Behaviour:
    """Answer 304 to those who know the page's ETag."""

    def behave(request: Request) -> None:
        known = request.field("If-None-Match") == ETAG[1]
        (answer(b"", ETAG, status=304) if known else answer(body, ETAG))(request)

    return behave


def several_pages(site: MisbehavingServer, count: int = 3, path: str = PATH) -> None:
    """Put an article on several pages."""
    for number in range(1, count + 1):
        link = f'<link rel="next" href="{path}/{number + 1}">' if number < count else ""
        site.on(path if number == 1 else f"{path}/{number}", answer(page(*page_text(number), head=link)))


def page_text(number: int) -> tuple[str, ...]:
    """Return paragraphs that no other number has."""
    return tuple(f"On the {number}th day, {paragraph[0].lower()}{paragraph[1:]}" for paragraph in CHANGED)


def _serve(body: bytes | None = None, path: str = PATH) -> Act:
    return lambda _, site: (site.on(path, answer(page() if body is None else body)), None)[1]


def _submit(path: str = PATH, submission_id: str = "submission-1") -> Act:
    return lambda world, site: world.submit(site.url(path), submission_id)


def _run(world: World, _: MisbehavingServer) -> None:
    world.run()


def _visit(world: World, site: MisbehavingServer) -> None:
    world.visit_when_due(site.url(PATH))


def _visit_twice(world: World, site: MisbehavingServer) -> None:
    _visit(world, site)
    state = world.state(site.url(PATH))
    if state is not None and state.current is not None:
        _visit(world, site)


def _in_turn(*acts: Act) -> Act:
    def act(world: World, site: MisbehavingServer) -> None:
        for step in acts:
            step(world, site)

    return act


def _on(path: str, behaviour: Behaviour) -> Act:
    return lambda _, site: (site.on(path, behaviour), None)[1]


def _several(_: World, site: MisbehavingServer) -> None:
    several_pages(site)


def _indexed(body: bytes | None = None) -> Act:
    return _in_turn(_serve(body), _submit(), _run)


def _alias_pages(_: World, site: MisbehavingServer) -> None:
    site.on(PATH, answer(page()))
    link = f'<link rel="canonical" href="{site.url(PATH)}">'
    site.on(PATH + "/amp", answer(page(head=link)))


def _submit_what_is_refused(world: World, _: MisbehavingServer) -> None:
    world.submit("ftp://news.example/story", "submission-1")


def _take_down(*, erases: bool = False) -> Act:
    """Give the command that takes the article down; the site's own URL says which, whatever is known of it."""

    def act(world: World, site: MisbehavingServer) -> None:
        order = Order("court order", erases=erases)
        world.operate(
            lambda stack: carry_out(
                stack,
                find_targets(stack, site.url(PATH), None),
                order,
                wait_seconds=0,
                say=lambda _: None,
                clock=world.clock,
                sleep=world.clock.sleep,
            )
        )

    return act


def _fetch(world: World, _: MisbehavingServer) -> None:
    world.deliver_to_fetch()


def _learn(world: World, _: MisbehavingServer) -> None:
    """Let enrich find less than it did, so that reprocessing has something to correct."""
    stage = world.pipeline.enrich_stage
    world.pipeline.enrich_stage = replace(stage, enrichers=stage.enrichers[:1])


def _reprocess(world: World, site: MisbehavingServer) -> None:
    state = world.state(site.url(PATH))
    assert state is not None
    world.operate(
        lambda stack: reprocess(
            stack,
            [state.article_id],
            reprocessing.Order("first", reprocessing.Beginning.EXTRACT),
            per_second=1000,
            say=lambda _: None,
            clock=world.clock,
            sleep=world.clock.sleep,
        )
    )


def _settle(world: World, _: MisbehavingServer) -> None:
    world.clock.advance(SETTLING_SECONDS)


NOINDEX = '<meta name="robots" content="noindex">'

FLOWS: dict[str, Flow] = {
    "new": Flow(_in_turn(_submit(), _run), {"submission-1": "indexed"}, prepare=_serve()),
    "304": Flow(
        _visit,
        {"submission-1": "indexed"},
        prepare=_in_turn(_on(PATH, conditional(page())), _submit(), _run),
    ),
    "same bytes": Flow(_visit, {"submission-1": "indexed"}, prepare=_indexed()),
    "same article in another page": Flow(
        _visit,
        {"submission-1": "indexed"},
        prepare=_in_turn(_indexed(), _serve(page() + b"<!-- another dress -->")),
    ),
    "changed": Flow(
        _visit,
        {"submission-1": "indexed"},
        prepare=_in_turn(_indexed(), _serve(page(*CHANGED))),
    ),
    "changed, submitted again": Flow(
        _in_turn(_submit(submission_id="submission-2"), _run),
        {"submission-1": "indexed", "submission-2": "indexed"},
        prepare=_in_turn(_indexed(), _serve(page(*CHANGED))),
    ),
    "not there": Flow(
        _in_turn(_submit(), _run),
        {"submission-1": "failed:not_found"},
        prepare=_on(PATH, answer(b"", status=404)),
    ),
    "gone": Flow(
        _visit_twice,
        {"submission-1": "indexed"},
        prepare=_in_turn(_indexed(), _on(PATH, answer(b"", status=410))),
    ),
    "retracted by its page": Flow(
        _visit,
        {"submission-1": "indexed"},
        prepare=_in_turn(_indexed(), _serve(page(head=NOINDEX))),
    ),
    "redirect": Flow(
        _in_turn(_submit(), _run),
        {"submission-1": "duplicate"},
        prepare=_in_turn(_on(PATH, redirect(OTHER)), _serve(path=OTHER)),
        at=OTHER,
    ),
    "redirect to what is known": Flow(
        _in_turn(_submit(submission_id="submission-2"), _run),
        {"submission-1": "indexed", "submission-2": "duplicate"},
        prepare=_in_turn(_serve(path=OTHER), _submit(OTHER), _run, _on(PATH, redirect(OTHER))),
        at=OTHER,
    ),
    "alias": Flow(
        _in_turn(_submit(PATH + "/amp", "submission-2"), _run),
        {"submission-1": "indexed", "submission-2": "duplicate"},
        prepare=_in_turn(_alias_pages, _submit(), _run),
    ),
    "several pages": Flow(_in_turn(_submit(), _run), {"submission-1": "indexed"}, prepare=_several, follow_pages=5),
    "opt-out of the page": Flow(
        _in_turn(_submit(), _run),
        {"submission-1": "rejected:opt_out"},
        prepare=_serve(page(head=NOINDEX)),
        opts_out=True,
    ),
    "opt-out of the header": Flow(
        _in_turn(_submit(), _run),
        {"submission-1": "rejected:opt_out"},
        prepare=_on(PATH, answer(page(), ("X-Robots-Tag", "noindex"))),
        opts_out=True,
    ),
    "id of another URL": Flow(
        _in_turn(_submit(OTHER), _run),
        {"submission-1": "indexed", "m-submission-1-1": "rejected:submission_id_reused"},
        prepare=_in_turn(_serve(), _submit(), _run),
    ),
    "coalesced": Flow(
        _in_turn(*(_submit(submission_id=f"submission-{number}") for number in range(1, 4)), _run),
        {f"submission-{number}": frozenset({"indexed", "unchanged"}) for number in range(1, 4)},
        prepare=_serve(),
    ),
    "a host in trouble": Flow(
        _in_turn(_submit(), _run),
        {"submission-1": frozenset({"failed:server_error", "failed:host_overloaded"})},
        prepare=_on(PATH, answer(b"", status=503)),
    ),
    "refused at the door under a taken id": Flow(
        _in_turn(_submit_what_is_refused, _run),
        {"submission-1": "indexed", "m-submission-1-1": "rejected:unsupported_scheme"},
        prepare=_indexed(),
    ),
    "reprocessed": Flow(
        _in_turn(_learn, _reprocess, _run),
        {"submission-1": "indexed"},
        prepare=_indexed(),
    ),
    "taken down while it is reprocessed": Flow(
        _in_turn(_learn, _reprocess, _take_down(), _run),
        {"submission-1": "indexed"},
        prepare=_indexed(),
    ),
    "taken down": Flow(_in_turn(_take_down(), _run), {"submission-1": "indexed"}, prepare=_indexed()),
    "taken down in flight": Flow(
        _in_turn(_submit(), _fetch, _take_down(), _run),
        {"submission-1": frozenset({"removed", "rejected:taken_down"})},
        prepare=_serve(),
    ),
    "erased": Flow(
        _in_turn(_take_down(erases=True), _run, _take_down(erases=True), _run),
        {"submission-1": "indexed"},
        prepare=_indexed(),
    ),
    "erased in flight": Flow(
        _in_turn(_submit(), _fetch, _take_down(erases=True), _run, _settle, _take_down(erases=True)),
        {"submission-1": frozenset({"removed", "rejected:taken_down"})},
        prepare=_serve(),
    ),
    "refused at the door": Flow(
        _in_turn(_submit_what_is_refused, _run),
        {"submission-1": "rejected:unsupported_scheme"},
    ),
}
