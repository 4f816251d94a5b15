"""The ways that a submission can go, each as a history to prepare and an act to disturb.

Comes in: a world and a site. Goes out: which outcomes are right. Changes: the site, the world.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from extractor.contract import PageToRead, Reading
from extractor.reading import read_page
from newsdesk.adapters.dynamodb import read_inserted
from newsdesk.articles import RevisionRecord
from newsdesk.articles.lifecycle import SETTLING_SECONDS
from newsdesk.errors import UnreadableRecordError
from newsdesk.web import article_id, canonical_url, parse_url
from newsdesk_cli.reprocessing import Beginning, reprocess
from newsdesk_cli.reprocessing import Order as ReprocessingOrder
from newsdesk_cli.retelling import retell
from newsdesk_cli.takedown import Order, carry_out, find_targets
from tests.faults.ledger import Current, Expected
from tests.faults.world import World
from tests.functional.misbehaving_server import Behaviour, MisbehavingServer, Request, answer, redirect
from tests.pipeline import PARAGRAPHS, page

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
    at : str
        Where the article is.
    current : Current or None
        What readers must find of it; None where that depends on the fault.
    """

    act: Act
    ends: Mapping[str, str | frozenset[str]]
    prepare: Act = lambda world, site: None
    follow_pages: int = 0
    opts_out: bool = False
    at: str = PATH
    current: Current | None = None

    def expected(self) -> Expected:
        """Return the outcomes that are right, for each submission."""
        return {name: frozenset({ends}) if isinstance(ends, str) else ends for name, ends in self.ends.items()}

    def forbidden_captures(self, site: MisbehavingServer) -> frozenset[str]:
        """Return the articles of which no capture may be left."""
        return frozenset({_id_of(site, self.at)}) if self.opts_out else frozenset()

    def currents(self, site: MisbehavingServer) -> dict[str, Current]:
        """Return what readers must find, by article id."""
        return {_id_of(site, self.at): self.current} if self.current is not None else {}


def _id_of(site: MisbehavingServer, path: str) -> str:
    return article_id(canonical_url(parse_url(site.url(path))))


def conditional(body: bytes) -> Behaviour:
    """Answer 304 to those who know the page's ETag."""

    def behave(request: Request) -> None:
        known = request.field("If-None-Match") == ETAG[1]
        (answer(b"", ETAG, status=304) if known else answer(body, ETAG))(request)

    return behave


def several_pages(site: MisbehavingServer, texts: Sequence[int] = (1, 2, 3), path: str = PATH) -> None:
    """Put an article on several pages, each with the text of a number; the later ones link the first, as they must."""
    for number, text in enumerate(texts, start=1):
        following = f'<link rel="next" href="{path}/{number + 1}">' if number < len(texts) else ""
        first = f'<nav><a href="{path}">1</a></nav>' if number > 1 else ""
        body = answer(page(*page_text(text), head=following + first))
        site.on(path if number == 1 else f"{path}/{number}", body)


def _texts(*numbers: int) -> tuple[str, ...]:
    return tuple(paragraph for number in numbers for paragraph in page_text(number))


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


def _several(*texts: int) -> Act:
    return lambda _, site: several_pages(site, texts)


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


def _compact(world: World, _: MisbehavingServer) -> None:
    world.compact()


def _fetch(world: World, _: MisbehavingServer) -> None:
    world.deliver_to_fetch()


def _settle(world: World, _: MisbehavingServer) -> None:
    world.clock.advance(SETTLING_SECONDS)


def _begin_visit(world: World, site: MisbehavingServer) -> None:
    world.begin_visit(site.url(PATH))


def _stop_publish(world: World, _: MisbehavingServer) -> None:
    world.is_publish_down = True


def _start_publish(world: World, _: MisbehavingServer) -> None:
    world.is_publish_down = False
    world.read = read_inserted


def _read_no_revision(world: World, _: MisbehavingServer) -> None:
    """Let publish be of a release that cannot read the records of revisions."""

    def read(stream_record: Mapping[str, Any]) -> Any:
        found = read_inserted(stream_record)
        if found is not None and isinstance(found[1], RevisionRecord):
            raise UnreadableRecordError("a record of a release to come")
        return found

    world.read = read


def _retell(world: World, _: MisbehavingServer) -> None:
    world.operate(retell)


def _learn(world: World, _: MisbehavingServer) -> None:
    """Let extract find keywords, and enrich no signature any more."""

    def read(wanted: PageToRead) -> Reading:
        reading = read_page(wanted)
        article = reading.result.article.model_copy(update={"keywords": ("bridges",)})
        return replace(reading, result=replace(reading.result, article=article))

    pipeline = world.pipeline
    pipeline.extract_stage = replace(pipeline.extract_stage, read=read)
    pipeline.enrich_stage = replace(pipeline.enrich_stage, enrichers=pipeline.enrich_stage.enrichers[:1])


def _reprocess(beginning: Beginning) -> Act:
    """Give the command that makes the article anew of what is stored."""

    def act(world: World, site: MisbehavingServer) -> None:
        order = ReprocessingOrder("again", beginning)
        world.operate(
            lambda stack: reprocess(
                stack,
                [_id_of(site, PATH)],
                order,
                per_second=1000,
                say=lambda _: None,
                clock=world.clock,
                sleep=world.clock.sleep,
            )
        )

    return act


NOINDEX = '<meta name="robots" content="noindex">'


def _push(body: bytes, *, age: timedelta = timedelta(days=2000), submission_id: str = "pushed-1") -> Act:
    """Push a page of so long ago."""
    return lambda world, site: world.push(site.url(PATH), body, world.clock() - age, submission_id)


FLOWS: dict[str, Flow] = {
    "pushed": Flow(_in_turn(_push(page()), _run), {"pushed-1": "indexed"}, current=Current(1, PARAGRAPHS)),
    "pushed, and opts out": Flow(
        _in_turn(_push(page(head="<meta name='robots' content='noindex'>")), _run),
        {"pushed-1": "rejected:opt_out"},
        opts_out=True,
    ),
    "pushed, and older than what was visited": Flow(
        _in_turn(_push(page(*CHANGED)), _run),
        {"submission-1": "indexed", "pushed-1": "unchanged"},
        prepare=_indexed(),
        current=Current(1, PARAGRAPHS),
    ),
    "pushed to a visit that finds nothing": Flow(
        _in_turn(_submit(), _push(page(*CHANGED)), _run),
        # Where the page's delivery is late, the visit has ended before it.
        {"submission-1": frozenset({"indexed", "failed:access_denied"}), "pushed-1": "indexed"},
        prepare=_on(PATH, answer(b"", status=403)),
        current=Current(1, CHANGED),
    ),
    "pushed, newer than the one in flight": Flow(
        _in_turn(_push(page()), _push(page(*CHANGED), age=timedelta(days=1), submission_id="pushed-2"), _run),
        {"pushed-1": frozenset({"indexed", "unchanged"}), "pushed-2": "indexed"},
    ),
    "new": Flow(
        _in_turn(_submit(), _run),
        {"submission-1": "indexed"},
        prepare=_serve(),
        current=Current(1, PARAGRAPHS),
    ),
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
        current=Current(2, CHANGED),
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
    "several pages": Flow(
        _in_turn(_submit(), _run),
        {"submission-1": "indexed"},
        prepare=_several(1, 2, 3),
        follow_pages=5,
        current=Current(1, _texts(1, 2, 3)),
    ),
    "several pages, changed and one more": Flow(
        _visit,
        {"submission-1": "indexed"},
        prepare=_in_turn(_several(1, 2), _submit(), _run, _several(4, 2, 3)),
        follow_pages=5,
        current=Current(2, _texts(4, 2, 3)),
    ),
    "several pages, as they were": Flow(
        _visit,
        {"submission-1": "indexed"},
        prepare=_in_turn(_several(1, 2, 3), _submit(), _run),
        follow_pages=5,
        current=Current(1, _texts(1, 2, 3)),
    ),
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
    "taken down": Flow(
        _in_turn(_take_down(), _run),
        {"submission-1": "indexed"},
        prepare=_indexed(),
        current=Current(None),
    ),
    "taken down during a visit": Flow(
        _in_turn(_begin_visit, _fetch, _take_down(), _run),
        {"submission-1": "indexed"},
        prepare=_in_turn(_several(1, 2), _submit(), _run, _several(3, 4)),
        follow_pages=5,
        current=Current(None),
    ),
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
    "compacted": Flow(
        _in_turn(_compact, _visit, _compact),
        {"submission-1": "indexed"},
        prepare=_in_turn(_indexed(), _serve(page(*CHANGED))),
        current=Current(2, CHANGED),
    ),
    "compacted, and erased": Flow(
        _in_turn(_take_down(erases=True), _run, _settle, _take_down(erases=True), _run, _compact),
        {"submission-1": "indexed"},
        prepare=_in_turn(_indexed(), _compact),
        current=Current(None),
    ),
    "erased in flight": Flow(
        _in_turn(_submit(), _fetch, _take_down(erases=True), _run, _settle, _take_down(erases=True)),
        {"submission-1": frozenset({"removed", "rejected:taken_down"})},
        prepare=_serve(),
    ),
    "a batch told again": Flow(
        _in_turn(_retell, _run),
        {"submission-1": "indexed"},
        prepare=_in_turn(_stop_publish, _indexed(), _start_publish),
        current=Current(1, PARAGRAPHS),
    ),
    "records told again, after later ones": Flow(
        _in_turn(_retell, _run),
        {"submission-1": "indexed"},
        prepare=_in_turn(_read_no_revision, _indexed(), _start_publish, _serve(page(*CHANGED)), _visit),
        current=Current(2, CHANGED),
    ),
    "told again, and erased": Flow(
        _in_turn(_retell, _take_down(erases=True), _run, _settle, _take_down(erases=True), _run),
        {"submission-1": "indexed"},
        prepare=_in_turn(_stop_publish, _indexed(), _start_publish),
        current=Current(None),
    ),
    "reprocessed": Flow(
        _in_turn(_reprocess(Beginning.EXTRACT), _run),
        {"submission-1": "indexed"},
        prepare=_in_turn(_indexed(), _learn),
        current=Current(2, PARAGRAPHS),
    ),
    "reprocessed, with all its pages": Flow(
        _in_turn(_reprocess(Beginning.EXTRACT), _run),
        {"submission-1": "indexed"},
        prepare=_in_turn(_several(1, 2), _submit(), _run, _learn),
        follow_pages=5,
        current=Current(2, _texts(1, 2)),
    ),
    "reprocessed from what was extracted": Flow(
        _in_turn(_reprocess(Beginning.ENRICH), _run),
        {"submission-1": "indexed"},
        prepare=_in_turn(_indexed(), _learn),
        current=Current(2, PARAGRAPHS),
    ),
    "taken down while it is reprocessed": Flow(
        _in_turn(_reprocess(Beginning.EXTRACT), _take_down(), _run),
        {"submission-1": "indexed"},
        prepare=_in_turn(_indexed(), _learn),
        current=Current(None),
    ),
    "refused at the door": Flow(
        _in_turn(_submit_what_is_refused, _run),
        {"submission-1": "rejected:unsupported_scheme"},
    ),
}
