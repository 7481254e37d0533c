"""What an audit does not take for a fault, and what it says when it cannot look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from bird_dynamic.emulator import ACCESS_KEY, Dialect, Fault
from bird_dynamic.lifecycle.audit import auditing
from bird_dynamic.lifecycle.audit.auditing import audited
from bird_dynamic.lifecycle.audit.faults import judged
from bird_dynamic.lifecycle.audit.reading import Reader
from bird_dynamic.lifecycle.audit.report import Audit
from bird_dynamic.lifecycle.audit.snapshot import (
    Channel,
    Subscription,
    Workspace,
    channel_of,
    connector_of,
    number_of,
    subscription_of,
)
from bird_dynamic.lifecycle.error_messages import OperationError
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.settings import Settings
from tests.lifecycle.audit_samples import (
    CHANNEL,
    CONNECTOR,
    MANAGED,
    NUMBER,
    WORKSPACE,
    kinds,
    subscription,
)
from tests.support.planted import GONE, URL, Site, healthy
from tests.support.world import EmulatorTransport, World

OTHER_URL = "https://example.com/other"
ALL_STATUSES = tuple(("status", each) for each in ("starting", "ringing", "ongoing", "completed"))
CHANNEL_ID = "11111111-2222-4333-8444-555555555555"


def switched_off(**changed: Any) -> Subscription:
    """One to another URL, which Bird has made inactive."""
    given = {"url": "https://example.com/other", "status_reason": "too many failures", **changed}
    return subscription("t", status="inactive", **given)


def audit(world: World, *ignored: str) -> Audit:
    return audited(Reader(world.account()), ignored)


def bare(site: Site) -> None:
    """Only one subscription, for all channels."""
    for each in site.emulator.webhook_subscriptions():
        site.emulator.remove("webhook-subscriptions", each["id"])
    site.subscribe(None)


def test_one_subscription_for_all_channels_is_enough() -> None:
    world = World()
    bare(healthy(world.emulator))
    found = audit(world)
    assert found.findings == ()
    assert {each.urls for each in found.numbers} == {("https://example.com/calls",)}


def test_a_workspace_without_voice_is_complete() -> None:
    world = World()
    for number in list(world.emulator.store.numbers.values()):
        if "voice" in number.capabilities:
            del world.emulator.store.numbers[number.id]
    found = audit(world)
    assert (found.findings, found.numbers, found.without_voice) == ((), (), 1)


@pytest.mark.parametrize(
    "subscriptions",
    [
        (subscription("s", ("status", "ringing")),),
        (subscription("s", ("status", "Starting")),),
        (subscription("s", ("status", "ringing"), ("status", "completed")),),
        (subscription("s", ("platformId", "voice-messagebird")),),
        (subscription("s", ("status", "ringing")), subscription("t", ("status", "completed"))),
        (subscription("s"), subscription("t", url="https://example.com/other")),
        (subscription("s"), subscription("t", event="voice.outbound")),
        (subscription("s"), subscription("t", ("channelId", "ch"))),
        (subscription("s"), subscription("t", ("channelId", "ch"), ("status", "ringing"))),
        (subscription("s"), subscription("t", ("channelId", "ch"), url=OTHER_URL)),
        (
            subscription("s"),
            subscription("t", ("status", "ringing"), url=OTHER_URL),
            subscription("u", ("channelId", "ch")),
        ),
        (subscription("s", ("channelId", GONE), ("channelId", "ch")),),
        (subscription("s"), subscription("t", status="inactive")),
        (subscription("s"), subscription("t", template="twilio")),
        (subscription("s", status=""),),
        (subscription("s"), subscription("t", ("messageStatus", "sent"))),
        (subscription("s"), switched_off(url=URL)),
        (subscription("s"), switched_off(event="sms.inbound")),
    ],
    ids=[
        "only ringing",
        "only starting",
        "two statuses",
        "of the platform",
        "one for each status",
        "two URLs",
        "outbound too",
        "a filtered one to the same URL",
        "two filters to the same URL",
        "a URL of the number's own",
        "one that gets back what another takes",
        "two channels, of which one is gone",
        "an equal one that is inactive",
        "another template",
        "no status",
        "one that no call matches",
        "an equal one that Bird has switched off",
        "one of messages that Bird has switched off",
    ],
)
def test_unusual_subscriptions_are_fine(subscriptions: tuple[Subscription, ...]) -> None:
    assert kinds(replace(WORKSPACE, subscriptions=subscriptions)) == []


@pytest.mark.parametrize(
    ("subscriptions", "found"),
    [
        ((subscription("s", ("status", "completed")),), ["subscription-filtered"]),
        ((subscription("s", ("messageStatus", "x")),), ["subscription-filtered"]),
        ((subscription("s", ("platformId", "sms-messagebird")),), ["no-inbound-subscription"]),
        ((subscription("s", service="numbers"),), ["no-inbound-subscription"]),
        ((subscription("s", url="https://EXAMPLE.com:443/calls"), subscription("t")), ["doubled"]),
        (
            (
                subscription("s", ("status", "starting"), ("status", "ringing")),
                subscription("t", ("status", "ringing"), ("status", "completed")),
            ),
            ["doubled"],
        ),
        ((subscription("s"), subscription("t"), subscription("u")), ["doubled", "doubled"]),
        (
            (subscription("s"), subscription("t", ("status", "completed"), url=OTHER_URL)),
            ["subscription-shadowed"],
        ),
        (
            (subscription("s"), subscription("t", *ALL_STATUSES, url=OTHER_URL)),
            ["subscription-shadowed"],
        ),
        (
            (
                subscription("s"),
                subscription("t", ("status", "ringing"), url=OTHER_URL),
                subscription("u", ("channelId", "ch"), ("status", "completed")),
            ),
            ["subscription-shadowed"],
        ),
        (
            (
                subscription("s"),
                subscription("t", ("channelId", GONE), ("channelId", CHANNEL_ID), url=OTHER_URL),
            ),
            ["orphan"],
        ),
        ((subscription("s", status="disabled"),), ["subscription-inactive"]),
        ((subscription("s"), switched_off()), ["subscription-inactive"]),
        (
            (subscription("s"), switched_off(event="voice.outbound")),
            ["subscription-inactive"],
        ),
        ((switched_off(),), ["subscription-inactive"]),
    ],
    ids=[
        "no beginning",
        "a filter of messages",
        "another platform",
        "another service",
        "an equal URL",
        "a shared status",
        "three",
        "a status that goes elsewhere",
        "all statuses, which go elsewhere",
        "a status that nobody gets back",
        "two channels, which are gone",
        "an unknown status",
        "one that Bird has switched off",
        "of outbound calls",
        "the only one",
    ],
)
def test_wrong_subscriptions_are_found(
    subscriptions: tuple[Subscription, ...], found: list[str]
) -> None:
    told = kinds(replace(WORKSPACE, subscriptions=subscriptions))
    short = ("doubled-subscription", "orphan-subscription")
    assert [each.partition("-")[0] if each in short else each for each in told] == found


def test_what_listings_omit_is_not_taken_for_a_fault() -> None:
    poor_number = replace(NUMBER, connector_ids=())
    poor_connector = replace(CONNECTOR, number_ids=frozenset(), channel_id=None)
    unowned = replace(CHANNEL, connector_id=None, status="")
    named = replace(WORKSPACE, connectors=(poor_connector,))
    assert kinds(replace(named, channels=(unowned,))) == []
    by_channel = replace(named, numbers=(poor_number,))
    assert kinds(by_channel) == []
    assert kinds(replace(WORKSPACE, channels=(replace(CHANNEL, identifier="", platform=""),))) == []


def test_a_number_of_which_bird_says_little_is_not_passed_over() -> None:
    silent = number_of({"id": GONE, "number": "+31612345678"})
    assert (silent.voice, silent.has_capabilities) == ((), False)
    used = replace(silent, connector_ids=("c",))
    assert kinds(replace(WORKSPACE, numbers=(used,), subscriptions=())) == [
        "no-inbound-subscription"
    ]
    found = auditing.result(Workspace(numbers=(silent,)), ())
    assert found.not_checked == (
        "Phone numbers of which Bird does not say whether they have voice: +31612345678",
    )
    ready = {"capabilities": [{"name": "voice", "inbound": {"status": "active"}}]}
    assert number_of({"id": GONE, "endpoint": ready}).voice == ("inbound",)


def test_a_voice_connector_on_a_number_without_voice_is_found() -> None:
    only_sms = replace(NUMBER, voice=())
    assert kinds(replace(WORKSPACE, numbers=(only_sms,))) == ["voice-not-ready"]


def test_a_number_that_only_calls_needs_no_webhook_and_no_connector() -> None:
    calling = replace(NUMBER, voice=("outbound",))
    assert kinds(replace(WORKSPACE, numbers=(calling,), subscriptions=())) == []
    spare = replace(calling, connector_ids=())
    assert kinds(Workspace(numbers=(spare,))) == []


@pytest.mark.parametrize(
    ("endpoint", "unready"),
    [
        ({}, {}),
        ({"capabilities": None}, {}),
        ({"capabilities": "voice"}, {}),
        ({"capabilities": [{"name": "sms", "inbound": {"status": "inactive"}}]}, {}),
        ({"capabilities": [{"name": "voice"}]}, {}),
        ({"capabilities": [{"name": "voice", "outbound": {"status": "inactive"}}]}, {}),
        ({"capabilities": [{"name": "voice", "inbound": {"status": "active"}}]}, {}),
        (
            {"capabilities": [{"name": "voice", "inbound": {"status": "unavailable"}}]},
            {"inbound": "unavailable"},
        ),
        (
            {"capabilities": [{"name": "voice", "inbound": {"issues": ["kyc"]}}]},
            {"inbound": "no status (kyc)"},
        ),
    ],
)
def test_only_a_stated_status_makes_voice_unready(
    endpoint: Mapping[str, Any], unready: Mapping[str, str]
) -> None:
    # Of its directions, the number has only one.
    row = {"id": GONE, "capabilities": {"voice": {"inbound": True}}, "endpoint": endpoint}
    assert number_of(row).unready == unready


@pytest.mark.parametrize(
    ("capabilities", "directions"),
    [
        ({"voice": {"inbound": True, "outbound": False}}, ("inbound",)),
        ({"voice": True}, ("inbound", "outbound")),
        (["voice"], ("inbound", "outbound")),
        (["voice-outbound", "sms-inbound"], ("outbound",)),
        ({"sms": {"inbound": True}}, ()),
        (None, ()),
        (7, ()),
    ],
)
def test_the_directions_of_voice_are_read_in_each_form(
    capabilities: Any, directions: tuple[str, ...]
) -> None:
    assert number_of({"id": GONE, "capabilities": capabilities}).voice == directions


def test_each_property_of_a_connector_and_a_channel_is_read() -> None:
    bare = connector_of({"id": GONE, "connectorTemplateSlug": "voice-messagebird"})
    assert (bare.is_voice, bare.arguments, bare.channel_id) == (True, {}, None)
    assert connector_of({"id": GONE, "connectorTemplateRef": "Voice-messagebird:2"}).is_voice
    assert not connector_of({"id": GONE, "connectorTemplateSlug": "sms-messagebird"}).is_voice
    whole = connector_of(
        {
            "id": GONE,
            "name": "front",
            "channel": {"channelId": CHANNEL_ID.upper()},
            "arguments": {"phoneNumberId": GONE.upper()},
            "number": {"numberId": CHANNEL_ID, "profileId": "x", "phoneNumber": "+31 6"},
        }
    )
    assert whole.number_ids == {GONE, CHANNEL_ID}
    assert (whole.name, whole.number, whole.channel_id) == ("front", "316", CHANNEL_ID)
    row = {
        "id": CHANNEL_ID,
        "connectorId": GONE.upper(),
        "platformId": "voice-messagebird",
        "identifier": "+31 6",
        "status": "Active",
    }
    assert channel_of(row) == Channel(CHANNEL_ID, GONE, "voice-messagebird", "316", "active")
    assert Workspace().knows_all_numbers


def test_odd_filters_are_read() -> None:
    row = {"id": "s", "eventFilters": [None, {"key": "channelId", "value": 7}, {"value": "x"}]}
    assert subscription_of(row).channel_ids == frozenset()
    assert subscription_of({"id": "s", "eventFilters": "all"}).filters == frozenset()


def test_numbers_of_other_kinds_that_the_key_may_not_read_are_not_checked() -> None:
    world = World(Fault("status", "list_numbers", status=403, times=None))
    site = healthy(world.emulator)
    site.connect(GONE)
    found = audit(world)
    # Its number may be one that is no long code.
    assert found.findings == ()
    (told,) = found.not_checked
    assert told.startswith("Phone numbers that are no long codes: Listing")
    assert "View on /workspaces/*/numbers:" in told


def test_what_cannot_be_read_alone_is_not_checked() -> None:
    world = World(Fault("status", "get_connector", status=403, times=None))
    site = healthy(world.emulator)
    site.emulator.store.connectors[site.connector(0)].reads = -1_000_000
    site.emulator.remove("webhook-subscriptions", site.subscription(0))
    found = audit(world)
    assert [each.kind for each in found.findings] == ["no-channel"]
    (told,) = found.not_checked
    assert told.startswith("What listings do not show: Reading connector")
    assert "View on /workspaces/*/connectors/*" in told


@pytest.mark.parametrize(
    "operation",
    ["list_long_codes", "list_connectors", "list_channels", "list_webhook_subscriptions"],
)
def test_without_a_listing_nothing_is_said_to_be_fine(operation: str) -> None:
    world = World(Fault("status", operation, status=403, times=None))
    healthy(world.emulator)
    with pytest.raises(OperationError, match="needs a role that allows View on"):
        audit(world)


def test_a_change_during_the_audit_is_not_reported() -> None:
    world = World()
    site = healthy(world.emulator)
    missing = site.subscription(3)
    channel = site.channel(3)
    site.emulator.remove("webhook-subscriptions", missing)
    world.clock.sleep = lambda seconds: (  # type: ignore[method-assign]
        site.subscribe(channel) if seconds == auditing.SETTLING else None
    )
    assert audit(world).findings == ()


def changing(world: World, *steps: Callable[[], object]) -> list[float]:
    """Do a step after each reading; the pauses between the readings."""
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        if seconds == auditing.SETTLING:
            if len(pauses) < len(steps):
                steps[len(pauses)]()
            pauses.append(seconds)

    world.clock.sleep = sleep  # type: ignore[method-assign]
    return pauses


def test_a_fault_that_becomes_another_one_is_reported_as_that() -> None:
    world = World(dialect=Dialect(listing_lag="none"))
    site = healthy(world.emulator)
    number = site.number(4)
    site.emulator.remove("webhook-subscriptions", site.subscription(4))
    site.emulator.remove("connectors", site.connector(4))
    pauses = changing(world, lambda: site.connect(number.id))
    assert [(each.kind, each.about) for each in audit(world).findings] == [
        ("no-inbound-subscription", number.number)
    ]
    assert len(pauses) == 2


def test_a_workspace_that_changes_all_the_time_ends_the_readings() -> None:
    world = World(dialect=Dialect(listing_lag="none"))
    site = healthy(world.emulator)
    number, first = site.number(3).number, site.subscription(3)
    site.emulator.change("webhook-subscriptions", first, status="inactive")
    deaf = [{"key": "channelId", "value": site.channel(3)}, {"key": "status", "value": "completed"}]

    def filtered() -> None:
        site.emulator.change("webhook-subscriptions", first, status="active", eventFilters=deaf)

    def paused() -> None:
        site.emulator.change("webhook-subscriptions", first, status="inactive")

    pauses = changing(world, filtered, paused, filtered, paused)
    assert [each.about for each in audit(world).findings] == [number]
    assert len(pauses) == auditing.MOST_READINGS - 1


def test_ignored_numbers_are_left_out_in_any_notation() -> None:
    world = World()
    site = healthy(world.emulator)
    number = site.number(2).number
    site.emulator.remove("webhook-subscriptions", site.subscription(2))
    assert [each.about for each in audit(world).findings] == [number]
    found = audit(world, f"00{number[1:]}")
    assert found.findings == ()
    assert [each.number for each in found.numbers if each.ignored] == [number]
    (finding,) = audit(world, number, "+31600000000").findings
    assert finding.kind == "unknown-ignored-number"


def test_words_of_bird_neither_reach_the_terminal_raw_nor_show_the_key() -> None:
    key = "Secr3tAccessK3yOfAWorkspace"
    world = World(access_key=key)
    site = healthy(world.emulator)
    reason = f"\x1b[31mrefused {key}" + "x" * 5000
    paused = site.subscription(1)
    site.emulator.change("webhook-subscriptions", paused, status="inactive", statusReason=reason)
    site.emulator.change("webhook-subscriptions", paused, template='\x1b[2J"')
    reader = Reader(replace_key(world, key))
    (finding,) = audited(reader).findings
    assert "refused [secret]x" in finding.message
    assert len(finding.message) < 1500
    assert f"{finding.message}{finding.line}".isprintable()
    assert r"""template='\x1b[2J"'""" in finding.line


def replace_key(world: World, key: str) -> Account:
    """The account of the world, to which the emulator answers in spite of another key."""
    account = world.account()

    def connect(settings: Settings) -> EmulatorTransport:
        return EmulatorTransport(world.emulator, world.clock, ACCESS_KEY)

    return Account(replace(account.settings, access_key=key), connect, account.run)


def test_a_stack_that_fits_is_complete() -> None:
    assert kinds(replace(WORKSPACE, managed=MANAGED, stack="prod")) == []


def test_what_the_stack_manages_and_bird_lacks_is_found() -> None:
    lost = replace(WORKSPACE, connectors=(), channels=(), managed=MANAGED, stack="prod")
    no_connector, gone = judged(lost)
    assert (no_connector.kind, gone.kind) == ("no-connector", "gone-from-bird")
    assert no_connector.line == gone.line == "pulumi up --refresh --stack prod"
    assert "front, which is gone from Bird" in gone.message
    elsewhere = replace(MANAGED[0], id="x", phone_number_id=None, is_in_workspace=False)
    assert kinds(replace(WORKSPACE, managed=(*MANAGED, elsewhere))) == []


def test_a_channel_id_that_the_stack_has_of_old_is_found() -> None:
    of_old = replace(MANAGED[0], channel_id="old")
    (finding,) = judged(replace(WORKSPACE, managed=(of_old, MANAGED[1]), stack="prod"))
    assert finding.kind == "stale-channel-id"
    assert finding.line == "pulumi up --refresh --stack prod"


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        (
            {"subscriptions": (subscription(status="inactive"),)},
            "pulumi up --refresh --stack prod",
        ),
        (
            {"channels": ()},
            "pulumi destroy --target urn:front --target-dependents --stack prod",
        ),
    ],
)
def test_what_a_stack_manages_is_mended_through_it(changed: dict[str, Any], line: str) -> None:
    (finding,) = judged(replace(WORKSPACE, managed=MANAGED, stack="prod", **changed))
    assert finding.line == line


def test_what_a_stack_manages_too_much_is_removed_from_the_program() -> None:
    doubled = replace(
        WORKSPACE,
        subscriptions=(subscription("s"), subscription("t")),
        managed=(*MANAGED, replace(MANAGED[1], name="calls-2", id="t")),
    )
    (finding,) = judged(doubled)
    assert finding.remedy == "Remove calls-2 from the program and run `pulumi up`"
    # Rather that which no program has.
    (finding,) = judged(replace(doubled, managed=MANAGED))
    assert finding.about == "t"


@pytest.mark.parametrize("numbers", [1000])
def test_a_thousand_numbers_take_their_pages_and_one_request_each(numbers: int) -> None:
    world = World(numbers=numbers, dialect=Dialect(order="by-id", listing_lag="none"))
    site = Site(world.emulator)
    for number in site.voice_numbers:
        site.subscribe(
            world.emulator.store.connectors[site.connect(number.id)].channel_id,
        )
    world.forget()
    said: list[str] = []
    began = world.clock.now
    found = audited(Reader(world.account(), say=said.append))
    assert found.findings == ()
    assert len(found.numbers) == len(site.voice_numbers) > 990
    lists = [each for each in world.operations if "logs" not in each]
    assert len(lists) <= 55
    assert len(world.operations) - len(lists) == len(site.voice_numbers)
    # Bird allows 50 a second.
    assert world.clock.now - began >= len(world.operations) / 50
    assert said[-1] == "deliveries of 999 of 999 webhook subscriptions"
