"""Hosts and sites: the fake and the adapter on moto keep the same promises.

Comes in: hosts, origins, times. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import random
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import boto3
import pytest

from harness import aws
from harness.fakes import InMemoryHostStore
from newsdesk.adapters.hosts import MAXIMUM_RULES_BYTES, DynamoHostStore
from newsdesk.contracts import Priority
from newsdesk.errors import ConflictError
from newsdesk.hosts import (
    BACK_OFF_BASE_SECONDS,
    BACK_OFF_CAP_SECONDS,
    FORGIVEN_AFTER_SECONDS,
    PROFILE_PAGES,
    RETRY_AFTER_CAP_SECONDS,
    BackOff,
    HostProfile,
    ProfilePage,
    SiteRules,
    TdmRule,
    complainant_of,
)
from newsdesk.pauses import Pauses
from newsdesk.ports import HostStore
from newsdesk.web import article_id
from tests.examples import NOW

HOST = "news.example"
SITE = "https://news.example"
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["memory", "dynamodb"])
def hosts(request: pytest.FixtureRequest) -> HostStore:
    """A store: first the fake, then the real one; the same is asked of both."""
    if request.param == "memory":
        return InMemoryHostStore()
    return dynamodb_on(request.getfixturevalue("table"))


def dynamodb_on(table: str) -> DynamoHostStore:
    client = aws.listening_client("dynamodb")
    return DynamoHostStore(table, client=client)


# -------------------------------------------------------------------------------------------- slots


def test_a_slot_that_went_by_unused_is_exchanged_for_the_present(hosts: HostStore) -> None:
    # Given a slot whose holder was not ready
    unused = hosts.reserve(HOST, NOW, 2.0, 0.0).at
    later = NOW + timedelta(seconds=1.5)

    # When it is given back, Then its holder may ask now, and the next one an interval from now
    again = hosts.reserve(HOST, later, 2.0, 0.0, unused)
    assert (again.granted, again.at) == (True, later)
    assert hosts.reserve(HOST, later, 2.0, 5.0).at == later + timedelta(seconds=2)


def test_a_slot_that_went_by_unused_is_lost_when_there_is_one_behind_it(hosts: HostStore) -> None:
    # Given a slot whose holder was not ready, and another behind it
    unused = hosts.reserve(HOST, NOW, 2.0, 0.0).at
    assert hosts.reserve(HOST, NOW, 2.0, 5.0).at == NOW + timedelta(seconds=2)

    # When the first is given back, Then its holder comes behind the second
    later = NOW + timedelta(seconds=1.5)
    assert hosts.reserve(HOST, later, 2.0, 5.0, unused).at == NOW + timedelta(seconds=4)


def test_a_slot_that_went_by_unused_is_worth_nothing_while_the_host_is_left_alone(hosts: HostStore) -> None:
    unused = hosts.reserve(HOST, NOW, 2.0, 0.0).at
    until = hosts.back_off(HOST, NOW, 600.0, 0.0)
    again = hosts.reserve(HOST, NOW + timedelta(seconds=1.5), 2.0, 5.0, unused)
    assert not again.granted
    assert again.at >= until


def test_a_host_that_nobody_asked_may_be_asked_now(hosts: HostStore) -> None:
    slot = hosts.reserve(HOST, NOW, 2.0, 0.0)
    assert slot.granted
    assert slot.at == NOW


def test_slots_come_one_interval_after_the_other(hosts: HostStore) -> None:
    # Given patience for four intervals, When slots are asked for at once
    slots = [hosts.reserve(HOST, NOW, 2.0, 8.0) for _ in range(5)]

    # Then all are granted, one interval apart
    assert all(slot.granted for slot in slots)
    assert [slot.at - NOW for slot in slots] == [timedelta(seconds=2 * position) for position in range(5)]


def test_nobody_waits_longer_than_their_patience(hosts: HostStore) -> None:
    # Given a host whose next slot is four seconds away
    hosts.reserve(HOST, NOW, 4.0, 0.0)

    # When somebody asks who waits three seconds, and then somebody who waits four
    refused = hosts.reserve(HOST, NOW, 4.0, 3.0)
    granted = hosts.reserve(HOST, NOW, 4.0, 4.0)

    # Then the first is refused and takes nothing from the second
    assert not refused.granted
    assert refused.at >= NOW + timedelta(seconds=3)
    assert (granted.granted, granted.at) == (True, NOW + timedelta(seconds=4))


def test_those_who_are_refused_get_times_one_behind_the_other(hosts: HostStore) -> None:
    # Given a host whose slots are taken as far as anybody's patience goes
    while hosts.reserve(HOST, NOW, 2.0, 10.0).granted:
        pass

    # When ten more ask
    refused = [hosts.reserve(HOST, NOW, 2.0, 10.0) for _ in range(10)]

    # Then each gets a different time, behind everybody's patience and an interval apart
    assert not any(slot.granted for slot in refused)
    assert min(slot.at for slot in refused) >= NOW + timedelta(seconds=10)
    assert [later.at - earlier.at for earlier, later in pairwise(refused)] == [timedelta(seconds=2)] * 9


def test_hosts_do_not_wait_for_one_another(hosts: HostStore) -> None:
    hosts.reserve(HOST, NOW, 60.0, 0.0)
    assert hosts.reserve("other.example", NOW, 60.0, 0.0).granted


def test_a_host_without_an_interval_is_always_free(hosts: HostStore) -> None:
    slots = [hosts.reserve(HOST, NOW, 0.0, 0.0) for _ in range(3)]
    assert [(slot.at, slot.granted) for slot in slots] == [(NOW, True)] * 3


def test_a_rested_host_may_be_asked_at_once(hosts: HostStore) -> None:
    # Given a host asked an hour ago
    hosts.reserve(HOST, NOW, 2.0, 0.0)

    # When it is asked for now, Then it is free now, and hours of silence have not been saved up
    later = NOW + timedelta(hours=1)
    assert hosts.reserve(HOST, later, 2.0, 0.0).at == later
    assert not hosts.reserve(HOST, later, 2.0, 1.0).granted


def test_no_two_slots_are_closer_than_the_interval_however_many_ask(hosts: HostStore) -> None:
    # Given twenty workers whose clocks differ by fractions of a millisecond
    generator = random.Random(20260314)
    moments = [NOW + timedelta(microseconds=generator.randrange(3_000_000)) for _ in range(100)]

    # When they ask at the same time
    with ThreadPoolExecutor(20) as workers:
        slots = list(workers.map(lambda now: hosts.reserve(HOST, now, 0.25, 5.0), moments))

    # Then no two slots are closer than the interval, and nobody's lies before they asked or beyond their patience
    granted = sorted(slot.at for slot in slots if slot.granted)
    assert len(granted) >= 20
    assert all(later - earlier >= timedelta(seconds=0.25) for earlier, later in pairwise(granted))
    for now, slot in zip(moments, slots, strict=True):
        assert slot.at >= now
        assert not slot.granted or slot.at <= now + timedelta(seconds=5, milliseconds=1)


def test_no_two_refused_workers_get_the_same_time(hosts: HostStore) -> None:
    # Given a host that was asked just now
    hosts.reserve(HOST, NOW, 60.0, 0.0)

    # When twenty workers are refused at the same time
    with ThreadPoolExecutor(20) as workers:
        slots = list(workers.map(lambda _: hosts.reserve(HOST, NOW, 60.0, 5.0), range(20)))

    # Then they get twenty different times, an interval apart
    assert not any(slot.granted for slot in slots)
    refused = sorted(slot.at for slot in slots)
    assert [later - earlier for earlier, later in pairwise(refused)] == [MINUTE] * 19


def test_a_longer_interval_counts_from_the_last_request_whichever_worker_made_it(hosts: HostStore) -> None:
    # Given a host that was asked when nobody knew yet that it wants to be asked less often
    hosts.reserve(HOST, NOW, 2.0, 0.0)

    # When the next one knows, Then its slot is the longer interval away
    assert hosts.reserve(HOST, NOW, 10.0, 10.0).at == NOW + timedelta(seconds=10)


# ----------------------------------------------------------------------------------------- back-off


def test_while_a_host_is_left_alone_nobody_gets_a_slot(hosts: HostStore) -> None:
    # Given a host that has asked for ten minutes
    until = hosts.back_off(HOST, NOW, 600.0, 0.0)
    assert until == NOW + 10 * MINUTE

    # When others ask, however patient, Then they get times after it, one behind the other
    refused = [hosts.reserve(HOST, NOW, 2.0, 3600.0) for _ in range(2)] + [hosts.reserve(HOST, NOW, 2.0, 0.0)]
    assert not any(slot.granted for slot in refused)
    assert min(slot.at for slot in refused) >= until
    assert len({slot.at for slot in refused}) == 3

    # And once it is over, there are slots again
    assert hosts.last_back_off(HOST) == BackOff(until, 1)
    assert hosts.reserve(HOST, until, 2.0, 0.0).granted


def test_a_host_that_never_complained_is_not_left_alone(hosts: HostStore) -> None:
    assert hosts.last_back_off(HOST) is None
    hosts.reserve(HOST, NOW, 2.0, 0.0)
    assert hosts.last_back_off(HOST) is None


def test_what_a_host_asks_for_is_capped(hosts: HostStore) -> None:
    assert hosts.back_off(HOST, NOW, float("inf"), 0.0) == NOW + timedelta(seconds=RETRY_AFTER_CAP_SECONDS)


def test_a_host_that_complains_again_and_again_is_left_alone_for_ever_longer(hosts: HostStore) -> None:
    # Given a host that complains whenever it is asked, without saying for how long
    now, pauses = NOW, []
    for _ in range(10):
        until = hosts.back_off(HOST, now, None, 0.0)
        pauses.append((until - now).total_seconds())
        now = until

    # Then each pause is twice the one before, up to a cap
    ceilings = [min(BACK_OFF_CAP_SECONDS, BACK_OFF_BASE_SECONDS * 2.0**level) for level in range(10)]
    assert pauses == [ceiling / 2 for ceiling in ceilings]


def test_a_back_off_is_jittered(hosts: HostStore) -> None:
    until = hosts.back_off(HOST, NOW, None, 0.5)
    assert until == NOW + timedelta(seconds=BACK_OFF_BASE_SECONDS * 0.75)


def test_a_host_that_was_quiet_for_long_is_forgiven(hosts: HostStore) -> None:
    # Given a host that complained three times in a row, and then no more
    now = NOW
    for _ in range(3):
        now = hosts.back_off(HOST, now, None, 0.0)
    now += timedelta(seconds=FORGIVEN_AFTER_SECONDS)

    # When it complains again, Then it begins at the shortest pause
    assert hosts.back_off(HOST, now, None, 0.0) == now + timedelta(seconds=BACK_OFF_BASE_SECONDS / 2)


def test_several_workers_who_get_the_same_answer_at_once_count_as_one(hosts: HostStore) -> None:
    # Given ten requests in flight when a host begins to complain
    with ThreadPoolExecutor(10) as workers:
        list(workers.map(lambda _: hosts.back_off(HOST, NOW, None, 0.0), range(10)))

    # Then its pause is that of one complaint, and so is the next
    back_off = hosts.last_back_off(HOST)
    assert back_off is not None
    until = back_off.until
    assert until == NOW + timedelta(seconds=BACK_OFF_BASE_SECONDS / 2)
    assert hosts.back_off(HOST, until, None, 0.0) == until + timedelta(seconds=BACK_OFF_BASE_SECONDS)


def test_one_url_that_complains_costs_its_host_one_short_pause(hosts: HostStore) -> None:
    # Given a URL that asks for six hours, whenever it is asked
    now = NOW
    pauses = []
    for _ in range(4):
        until = hosts.back_off(HOST, now, RETRY_AFTER_CAP_SECONDS, 0.0, complainant_of("https://news.example/one"))
        pauses.append((until - now).total_seconds())
        # Then those who come meanwhile wait, and are not told that the host is overloaded
        assert not hosts.reserve(HOST, now, 2.0, 0.0).in_backoff
        now = max(until, now)

    # And it is left alone for a minute, once
    assert pauses == [BACK_OFF_BASE_SECONDS, 0.0, 0.0, 0.0]
    now += MINUTE
    assert hosts.reserve(HOST, now, 2.0, 0.0).granted

    # When another URL complains, too, Then the host is left alone for as long as it says
    until = hosts.back_off(HOST, now, 600.0, 0.0, complainant_of("https://news.example/two"))
    assert until == now + 10 * MINUTE
    assert hosts.reserve(HOST, now, 2.0, 0.0).in_backoff

    # And the second cannot prolong that alone either
    assert hosts.back_off(HOST, until, 600.0, 0.0, complainant_of("https://news.example/two")) == until
    assert hosts.back_off(HOST, until, None, 0.0, complainant_of("https://news.example/one")) > until


def test_two_urls_that_complain_at_once_speak_for_their_host(hosts: HostStore) -> None:
    urls = [f"https://news.example/{number}" for number in range(10)]
    with ThreadPoolExecutor(10) as workers:
        list(workers.map(lambda url: hosts.back_off(HOST, NOW, 600.0, 0.0, complainant_of(url)), urls))
    back_off = hosts.last_back_off(HOST)
    assert back_off is not None
    assert (back_off.until, back_off.level) == (NOW + 10 * MINUTE, 1)


def test_a_longer_wish_during_a_back_off_prolongs_it(hosts: HostStore) -> None:
    hosts.back_off(HOST, NOW, None, 0.0)
    assert hosts.back_off(HOST, NOW, 600.0, 0.0) == NOW + 10 * MINUTE
    assert hosts.back_off(HOST, NOW, 5.0, 0.0) == NOW + 10 * MINUTE


# -------------------------------------------------------------------------------------------- rules


def test_rules_are_read_back_as_they_were_saved(hosts: HostStore) -> None:
    # Given rules in which everything has a value
    rules = SiteRules(
        robots=("-/private", "+/private/open$"),
        crawl_delay_seconds=2.5,
        ai_preferences=("Content-Signal: ai-train=no",),
        tdm=(TdmRule(location="/", reservation=1, policy="https://news.example/tdm"),),
        read_at=NOW,
        fresh_until=NOW + MINUTE,
        fresh_seconds=60.0,
        is_cut=True,
    )

    # When they are saved, Then they come back, under their own site only
    hosts.save_rules(SITE, rules)
    assert hosts.rules(SITE) == rules
    assert hosts.rules("http://news.example") is None


def test_one_worker_reads_a_site_s_rules(hosts: HostStore) -> None:
    # Given a site that nobody knows
    assert hosts.claim_rules(SITE, NOW, NOW + MINUTE)

    # When another wants to read its rules, Then it may not, until the first is done or too late
    assert not hosts.claim_rules(SITE, NOW + MINUTE / 2, NOW + 2 * MINUTE)
    assert hosts.rules(SITE) is None
    assert hosts.claim_rules(SITE, NOW + MINUTE, NOW + 2 * MINUTE)


def test_fresh_rules_are_not_read_again(hosts: HostStore) -> None:
    # Given a site whose rules were read
    hosts.claim_rules(SITE, NOW, NOW + MINUTE)
    hosts.save_rules(SITE, SiteRules(read_at=NOW, fresh_until=NOW + 2 * MINUTE))

    # Then nobody may read them again before they are old
    assert not hosts.claim_rules(SITE, NOW + MINUTE, NOW + 2 * MINUTE)
    assert hosts.claim_rules(SITE, NOW + 2 * MINUTE, NOW + 3 * MINUTE)


def test_half_a_reading_keeps_the_claim(hosts: HostStore) -> None:
    hosts.claim_rules(SITE, NOW, NOW + MINUTE)
    hosts.save_rules(SITE, SiteRules(read_at=NOW))
    assert not hosts.claim_rules(SITE, NOW, NOW + MINUTE)


# ----------------------------------------------------------------------------------------- profiles


def a_page(number: int) -> ProfilePage:
    return ProfilePage.of(article_id(f"https://{HOST}/{number}"), NOW + timedelta(minutes=number), range(number, 90))


def test_a_profile_is_what_was_put_in_and_of_its_own_host_only(hosts: HostStore) -> None:
    # Given an unknown host
    assert hosts.profile(HOST) == HostProfile()

    # When pages are put in, one of them twice
    for number in (1, 2, 2):
        hosts.add_page(HOST, a_page(number), hosts.profile(HOST))

    # Then they are there
    assert hosts.profile(HOST) == HostProfile().with_page(a_page(2)).with_page(a_page(1))
    assert hosts.profile("other.example") == HostProfile()


def test_what_others_put_in_meanwhile_is_kept(hosts: HostStore) -> None:
    # Given a worker who knows a host as it was before others put pages in
    seen = hosts.profile(HOST)
    hosts.add_page(HOST, a_page(1), seen)
    hosts.add_page(HOST, a_page(2), hosts.profile(HOST))

    # When it puts in its own, Then all are there
    hosts.add_page(HOST, a_page(3), seen)
    assert len(hosts.profile(HOST).pages) == 3


def test_twenty_workers_at_once_make_the_profile_that_one_would(hosts: HostStore) -> None:
    # Given twenty workers, each with a page of a host that nobody knows
    seen = hosts.profile(HOST)

    def add(number: int) -> None:
        while True:
            try:
                return hosts.add_page(HOST, a_page(number), seen)
            except ConflictError:  # as a message that is delivered again
                continue

    # When they put them in at the same time
    with ThreadPoolExecutor(20) as workers:
        list(workers.map(add, range(20)))

    # Then the sample is the same as if they had come one by one
    expected = HostProfile()
    for number in range(20):
        expected = expected.with_page(a_page(number))
    assert hosts.profile(HOST) == expected


# ---------------------------------------------------------------------------------- on DynamoDB only


def requests_of(table: str) -> tuple[DynamoHostStore, list[str]]:
    """A store, and the names of the calls it makes."""
    made: list[str] = []
    client = aws.listening_client("dynamodb")
    client.meta.events.register("before-call.dynamodb", lambda model, **_: made.append(model.name))
    return DynamoHostStore(table, client=client), made


def test_a_slot_of_a_free_host_takes_one_update_and_of_a_busy_one_two(table: str) -> None:
    # Given a store whose calls are counted
    store, made = requests_of(table)

    # When a free host is asked, one whose slot is to be waited for, and one whose slots are taken
    costs = []
    for longest_wait in (0.0, 10.0, 0.0, 0.0):
        store.reserve(HOST, NOW, 2.0, longest_wait)
        costs.append(len(made))
        made.clear()

    # Then that is what it costs
    assert costs == [1, 2, 2, 2]


def test_a_slot_costs_the_same_however_long_a_robots_txt_is(table: str) -> None:
    # Given a host with much to say
    store = dynamodb_on(table)
    store.save_rules(f"https://{HOST}", SiteRules(robots=tuple(f"-/{n}" for n in range(5000)), read_at=NOW))
    store.reserve(HOST, NOW, 2.0, 0.0)

    # Then its pace lies in an item of its own
    items = boto3.client("dynamodb").scan(TableName=table)["Items"]
    pace, rules = sorted(items, key=lambda item: len(item.get("document", {"B": b""})["B"]))
    assert set(pace) == {"pk", "sk", "kind", "expires_at", "last_slot"}
    assert len(rules["document"]["B"]) > 10_000


def test_rules_beyond_the_cap_are_cut_and_say_so(table: str) -> None:
    # Given more rules than an item has room for, and that hardly compress
    generator = random.Random(9309)
    rules = tuple(f"-/{generator.randbytes(30).hex()}" for _ in range(8000))
    store = dynamodb_on(table)

    # When they are saved
    store.save_rules(SITE, SiteRules(robots=rules, read_at=NOW))

    # Then as many of the first as fit are kept
    item = boto3.client("dynamodb").get_item(TableName=table, Key={"pk": {"S": f"host#{SITE}"}, "sk": {"S": "rules"}})[
        "Item"
    ]
    assert len(item["document"]["B"]) <= MAXIMUM_RULES_BYTES
    kept = store.rules(SITE)
    assert kept is not None
    assert kept.is_cut
    assert 1000 < len(kept.robots) < 8000
    assert kept.robots == rules[: len(kept.robots)]


def test_a_page_of_the_sample_costs_one_write_and_any_other_none(table: str) -> None:
    # Given a host whose sample is full
    store, made = requests_of(table)
    pages = sorted((a_page(number) for number in range(PROFILE_PAGES + 1)), key=lambda page: page.article)
    for page in pages[:-1]:
        store.add_page(HOST, page, store.profile(HOST))
    made.clear()

    # When a page is put in that belongs to it already, and one that does not
    profile = store.profile(HOST)
    store.add_page(HOST, pages[0], profile)
    store.add_page(HOST, pages[-1], profile)

    # Then a read was all; and the first page of another host costs one write
    assert made == ["GetItem"]
    store.add_page("other.example", pages[0], HostProfile())
    assert made == ["GetItem", "PutItem"]


def test_a_worker_that_keeps_losing_gives_up(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given somebody who changes the profile before each of this worker's writes
    store, rival = dynamodb_on(table), dynamodb_on(table)
    numbers = iter(range(1, 100))
    client = aws.listening_client("dynamodb")

    def overtake(**_: object) -> None:
        rival.add_page(HOST, a_page(next(numbers)), rival.profile(HOST))

    client.meta.events.register("before-call.dynamodb.PutItem", overtake)
    waited: list[float] = []
    store = DynamoHostStore(table, client=client, pauses=Pauses(tries=8, sleep=waited.append, jitter=lambda: 0.0))

    # When it wants to write, Then it says so in the end, and has not overwritten anything
    with pytest.raises(ConflictError):
        store.add_page(HOST, a_page(0), HostProfile())
    assert waited == sorted(waited)
    assert len(waited) == 7
    assert len(rival.profile(HOST).pages) == next(numbers) - 1


def test_a_profile_expires_when_its_last_season_is_long_over(table: str) -> None:
    dynamodb_on(table).add_page(HOST, a_page(1), HostProfile())
    (item,) = boto3.client("dynamodb").scan(TableName=table)["Items"]
    days = (int(item["expires_at"]["N"]) - NOW.timestamp()) / 86400
    assert 90 <= days <= 180


def test_hosts_and_sites_expire_when_nobody_asks(table: str) -> None:
    store = dynamodb_on(table)
    store.reserve(HOST, NOW, 2.0, 0.0)
    store.save_rules(SITE, SiteRules(read_at=NOW))
    ends = {item["expires_at"]["N"] for item in boto3.client("dynamodb").scan(TableName=table)["Items"]}
    assert ends == {str(int((NOW + timedelta(days=30)).timestamp()))}


def test_rules_that_nobody_can_read_count_as_unknown_and_are_read_anew(table: str) -> None:
    # Given fresh rules that are no rules any more
    store = dynamodb_on(table)
    for document in (b"", b"no zlib", zlib.compress(b"{"), zlib.compress(b'{"robots": 3}')):
        store.save_rules(SITE, SiteRules(read_at=NOW, fresh_until=NOW + MINUTE))
        boto3.client("dynamodb").update_item(
            TableName=table,
            Key={"pk": {"S": f"host#{SITE}"}, "sk": {"S": "rules"}},
            UpdateExpression="SET document = :document",
            ExpressionAttributeValues={":document": {"B": document}},
        )

        # When they are looked up, Then nothing is known of the site, and anybody may read its rules
        assert store.rules(SITE) is None
        assert store.claim_rules(SITE, NOW, NOW + MINUTE)


def test_rules_that_do_not_fit_without_a_rule_of_robots_txt_are_kept_all_the_same(table: str) -> None:
    # Given wishes that compress badly and have no room beside a robots.txt
    generator = random.Random(9309)
    wishes = tuple(generator.randbytes(30).hex() for _ in range(4000))
    store = dynamodb_on(table)
    store.save_rules(SITE, SiteRules(robots=("-/",), ai_preferences=wishes, read_at=NOW))
    kept = store.rules(SITE)
    assert kept is not None
    assert (kept.ai_preferences, kept.robots, kept.is_cut) == (wishes, (), True)


def test_the_longest_interval_of_a_host_s_sites_holds_for_all_until_it_expires(hosts: HostStore) -> None:
    # Given a host one of whose sites asks for ten seconds, and another for four
    hosts.keep_interval(HOST, 10.0, NOW, NOW + MINUTE)
    hosts.keep_interval(HOST, 4.0, NOW, NOW + 2 * MINUTE)
    hosts.reserve(HOST, NOW, 2.0, 0.0)

    # When a third asks for two, Then it waits for ten, in a slot and behind others
    refused = hosts.reserve(HOST, NOW, 2.0, 5.0)
    assert not refused.granted
    assert refused.at >= NOW + timedelta(seconds=10)
    assert hosts.reserve(HOST, NOW, 2.0, 15.0).at == NOW + timedelta(seconds=10)
    assert hosts.reserve(HOST, NOW, 12.0, 30.0).at == NOW + timedelta(seconds=22)
    assert hosts.reserve("other.example", NOW, 2.0, 0.0).granted

    # When that wish is old, Then it is forgotten, and a shorter one can take its place
    later = NOW + 2 * MINUTE
    hosts.reserve(HOST, later, 2.0, 0.0)
    assert hosts.reserve(HOST, later, 2.0, 5.0).at == later + timedelta(seconds=2)
    hosts.keep_interval(HOST, 4.0, later, later + MINUTE)
    assert hosts.reserve(HOST, later, 2.0, 9.0).at == later + timedelta(seconds=6)


def test_who_is_refused_learns_whether_the_host_is_left_alone(hosts: HostStore) -> None:
    hosts.reserve(HOST, NOW, 2.0, 0.0)
    assert not hosts.reserve(HOST, NOW, 2.0, 0.0).in_backoff
    hosts.back_off(HOST, NOW, None, 0.0)
    assert hosts.reserve(HOST, NOW, 2.0, 0.0).in_backoff


# ----------------------------------------------------------------------------------------- priority


def test_bulk_waits_behind_everything_else_of_its_host(hosts: HostStore) -> None:
    # Given a host whose next slot is taken, with a long queue of bulk
    hosts.reserve(HOST, NOW, 2.0, 0.0)
    bulk = [hosts.reserve(HOST, NOW, 2.0, 0.0, None, "bulk").at for _ in range(50)]

    # When others are refused, Then they come as if there were no bulk, and bulk that is refused later behind all
    live = [hosts.reserve(HOST, NOW, 2.0, 0.0).at, hosts.reserve(HOST, NOW, 2.0, 0.0, None, "normal").at]
    assert live == [NOW + timedelta(seconds=2), NOW + timedelta(seconds=4)]
    assert bulk == [NOW + timedelta(seconds=2 + 2 * number) for number in range(50)]
    assert hosts.reserve(HOST, NOW, 2.0, 0.0, None, "bulk").at == NOW + timedelta(seconds=102)


def test_bulk_gets_no_slot_while_others_wait_for_theirs(hosts: HostStore) -> None:
    # Given a caller who was refused, and comes again in four seconds
    hosts.reserve(HOST, NOW, 4.0, 0.0)
    waiting = hosts.reserve(HOST, NOW, 4.0, 0.0).at

    # When bulk asks for the slot that is free by then, Then it is refused until the other is through
    refused = hosts.reserve(HOST, waiting, 4.0, 0.0, None, "bulk")
    assert (refused.granted, refused.at >= waiting + timedelta(seconds=4)) == (False, True)
    assert hosts.reserve(HOST, waiting, 4.0, 0.0).granted
    assert hosts.reserve(HOST, refused.at, 4.0, 0.0, None, "bulk").granted


def test_high_priority_waits_behind_nobody(hosts: HostStore) -> None:
    # Given a host with a queue of refused callers
    hosts.reserve(HOST, NOW, 2.0, 0.0)
    for _ in range(20):
        hosts.reserve(HOST, NOW, 2.0, 0.0)

    # When one of high priority is refused, Then it comes again when the next slot is free, and moves nobody
    assert hosts.reserve(HOST, NOW, 2.0, 0.0, None, "high").at == NOW + timedelta(seconds=2)
    assert hosts.reserve(HOST, NOW, 2.0, 0.0).at == NOW + timedelta(seconds=42)


@pytest.mark.parametrize("priority", ["bulk", "high"])
def test_no_priority_brings_requests_closer(hosts: HostStore, priority: Priority) -> None:
    slots = [hosts.reserve(HOST, NOW, 2.0, 8.0, None, priority) for _ in range(4)]
    assert [slot.at for slot in slots] == [NOW + timedelta(seconds=2 * number) for number in range(4)]
    assert all(slot.granted for slot in slots)
