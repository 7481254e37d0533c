"""What an audit prints to be copied: to the letter."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from typing import Any

import pytest

from bird_dynamic.emulator import Dialect
from bird_dynamic.lifecycle.audit.auditing import audited, result
from bird_dynamic.lifecycle.audit.faults import judged
from bird_dynamic.lifecycle.audit.reading import Reader
from bird_dynamic.lifecycle.audit.remedies import EXAMPLE_URL, OWN_QUERY
from bird_dynamic.lifecycle.audit.report import AuditFinding
from bird_dynamic.lifecycle.audit.snapshot import (
    Delivery,
    Managed,
    Subscription,
    Workspace,
    without_query,
)
from bird_dynamic.schema.naming import MARK
from tests.lifecycle.audit_samples import (
    CHANNEL,
    CONNECTOR,
    MANAGED,
    NUMBER,
    WORKSPACE,
    subscription,
)
from tests.support.planted import healthy
from tests.support.world import OWN_MARK, World

LONG_ID = "0123456789abcdef"
OTHER = "11111111-2222-4333-8444-555555555555"
SECOND = replace(CONNECTOR, id=LONG_ID, name="", number_ids=frozenset({"n"}), channel_id=None)
SECOND_CHANNEL = replace(CHANNEL, id=OTHER, connector_id=LONG_ID)


def only(workspace: Workspace, kind: str) -> AuditFinding:
    (found,) = [each for each in judged(workspace) if each.kind == kind]
    return found


def test_a_missing_connector() -> None:
    found = only(Workspace((NUMBER,)), "no-connector")
    assert found.line == (
        'PhoneLine("line-31612345678", phone_number_id="n", '
        'inbound_url="https://example.com/calls")'
    )
    assert found.remedy.startswith("Declare one, with your own URL, and run `pulumi up`")


@pytest.mark.parametrize(
    ("other", "url"),
    [
        (subscription(), None),
        (subscription("s", ("platformId", "voice-messagebird"), ("status", "ringing")), None),
        (subscription("s", ("status", "completed")), "https://example.com/calls"),
        (subscription("s", ("channelId", OTHER)), "https://example.com/calls"),
        (subscription("s", status="inactive"), "https://example.com/calls"),
        (subscription("s", event="voice.outbound"), "https://example.com/calls"),
    ],
)
def test_a_missing_connector_gets_a_webhook_unless_one_is_for_all(
    other: Subscription, url: str | None
) -> None:
    found = only(Workspace((NUMBER,), subscriptions=(other,)), "no-connector")
    assert found.line == (
        'VoiceChannel("line-31612345678", phone_number_id="n")'
        if url is None
        else f'PhoneLine("line-31612345678", phone_number_id="n", inbound_url="{url}")'
    )


@pytest.mark.parametrize("is_known", [True, False])
def test_a_missing_subscription_gets_the_url_that_the_others_have(is_known: bool) -> None:
    theirs = subscription("x", ("channelId", "another"), url="https://shop.example/in")
    rare = subscription("y", ("channelId", "third"), url="https://shop.example/rare")
    others = (theirs, replace(theirs, id="z"), rare) if is_known else ()
    found = only(replace(WORKSPACE, subscriptions=others), "no-inbound-subscription")
    url = "https://shop.example/in" if is_known else EXAMPLE_URL
    assert found.line == (
        'WebhookSubscription("calls-31612345678", service="channels", event="voice.inbound", '
        f'url="{url}", event_filters=[{{"key": "channelId", "value": "ch"}}])'
    )
    assert ("with your own URL" in found.remedy) == (not is_known)


def test_a_subscription_that_hears_too_late() -> None:
    late = subscription("s", ("status", "completed"), url="https://shop.example/in")
    unheard = replace(WORKSPACE, subscriptions=(late,))
    found = only(unheard, "subscription-filtered")
    assert found.line == (
        'WebhookSubscription("calls-31612345678", service="channels", event="voice.inbound", '
        'url="https://shop.example/in", event_filters=[{"key": "channelId", "value": "ch"}, '
        '{"key": "status", "value": "starting"}, {"key": "status", "value": "ringing"}])'
    )
    found = only(replace(unheard, managed=MANAGED), "subscription-filtered")
    assert found.line == ""
    assert 'such as to event_filters=[{"key": "channelId", "value": "ch"}], and' in found.remedy
    assert "(resource calls)" in found.message


def test_the_url_of_a_subscription_without_filters_gets_its_events_back() -> None:
    main = subscription("s", url="https://shop.example/main")
    stats = subscription("t", ("status", "ringing"), ("status", "completed"))
    shadowed = replace(WORKSPACE, subscriptions=(main, stats))
    found = only(shadowed, "subscription-shadowed")
    assert (found.about, found.numbers) == ("s", (NUMBER.number,))
    assert found.line == (
        'WebhookSubscription("calls-31612345678", service="channels", event="voice.inbound", '
        'url="https://shop.example/main", event_filters=[{"key": "channelId", "value": "ch"}])'
    )
    assert "does not get the completed and ringing events of voice.inbound" in found.message
    mended = subscription("u", ("channelId", "ch"), url="https://shop.example/main")
    assert judged(replace(shadowed, subscriptions=(main, stats, mended))) == []
    found = only(replace(shadowed, managed=MANAGED), "subscription-shadowed")
    assert found.line == ""
    assert 'Give calls a channelId filter, event_filters=[{"key": "channelId"' in found.remedy


def test_a_number_with_a_url_of_its_own_is_told_that_alone() -> None:
    own = subscription("t", ("channelId", "ch"), url="https://shop.example/own")
    workspace = replace(WORKSPACE, subscriptions=(subscription("s"), own))
    (row,) = result(workspace, ()).numbers
    assert row.urls == ("https://shop.example/own",)


def test_a_filter_that_no_call_matches_is_left_out() -> None:
    deaf = subscription("s", ("messageStatus", "sent"), ("status", "ringing"))
    found = only(replace(WORKSPACE, subscriptions=(deaf,)), "subscription-filtered")
    assert found.line == (
        'WebhookSubscription("calls-31612345678", service="channels", event="voice.inbound", '
        'url="https://example.com/calls", event_filters=[{"key": "channelId", "value": "ch"}])'
    )
    assert "messageStatus, which calls do not have: its URL learns of no call." in found.message
    assert found.remedy == "Declare one for calls and run `pulumi up`"


SECRET = "t0pSecretOfTheUrl"


@pytest.mark.parametrize(
    "url",
    [
        f"https://shop.example/in?token={SECRET}",
        f"https://shop.example/in#{SECRET}",
        f"https://{SECRET}:x@shop.example/in",
        f"https://shop.example?{SECRET}",
    ],
)
@pytest.mark.parametrize("managed", [None, MANAGED])
@pytest.mark.parametrize(
    "subscriptions",
    [
        (subscription(),),
        (subscription(), subscription("t")),
        (subscription("s", ("status", "ringing")), subscription("t", ("status", "ringing"))),
        (subscription(status="inactive", status_reason="too many failures"),),
        (subscription(), subscription("t", status="inactive", status_reason="failures")),
        (subscription("s", ("status", "completed")),),
        (subscription("s", ("channelId", OTHER)),),
        (subscription(), subscription("t", ("status", "ringing"), template="twilio")),
    ],
    ids=["fine", "doubled", "overlap", "paused", "switched off", "filtered", "orphan", "shadowed"],
)
def test_the_query_of_a_url_is_shown_nowhere(
    url: str, subscriptions: tuple[Subscription, ...], managed: tuple[Managed, ...] | None
) -> None:
    second = replace(NUMBER, id="m", number="+31687654321", ids=frozenset("m"), connector_ids=())
    theirs = tuple(
        replace(each, url=url, status_reason=each.status_reason and f"{url} failed")
        for each in subscriptions
    )
    failed = Delivery(at=1e9, succeeded=False, is_open=False, answer="HTTP 500")
    workspace = replace(
        WORKSPACE,
        numbers=(NUMBER, second),
        subscriptions=theirs,
        deliveries={each.id: (failed,) for each in theirs},
        managed=managed,
    )
    findings = judged(workspace)
    assert findings
    document = json.dumps(result(workspace, findings).document())
    assert SECRET not in document
    for each in findings:
        assert (OWN_QUERY in each.line) == (OWN_QUERY in each.remedy), each


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.com/in", "https://example.com/in"),
        ("https://example.com/in?a=b", "https://example.com/in?…"),
        ("https://example.com?a=b/c@d", "https://example.com?…"),
        ("https://me:pass@example.com/a@b", "https://…@example.com/a@b"),
        ("https://[::1/in", "https://[::1/in"),
        ("https://me:pass@example.com/a//b", "https://…@example.com/a//b"),
        ("", ""),
    ],
)
def test_a_url_is_shown_without_its_query(url: str, shown: str) -> None:
    assert without_query(url) == shown


def test_a_paused_subscription_is_adopted_as_it_is() -> None:
    paused = subscription(
        LONG_ID, ("status", "ringing"), ("channelId", "ch"), template="twilio", status="inactive"
    )
    found = only(replace(WORKSPACE, subscriptions=(paused,)), "subscription-inactive")
    assert found.line == (
        'WebhookSubscription("old-01234567", service="channels", event="voice.inbound", '
        'url="https://example.com/calls", event_filters=[{"key": "channelId", "value": "ch"}, '
        '{"key": "status", "value": "ringing"}], template="twilio", status="inactive", '
        f'adopt="{LONG_ID}")'
    )


@pytest.mark.parametrize(
    ("status", "argument"), [("active", ""), ("inactive", 'status="inactive", ')]
)
def test_an_orphaned_subscription_is_adopted_and_removed(status: str, argument: str) -> None:
    orphan = subscription(LONG_ID, ("channelId", OTHER), event="voice.outbound", status=status)
    found = only(replace(WORKSPACE, subscriptions=(subscription(), orphan)), "orphan-subscription")
    assert found.line == (
        'WebhookSubscription("old-01234567", service="channels", event="voice.outbound", '
        'url="https://example.com/calls", event_filters=[{"key": "channelId", '
        f'"value": "{OTHER}"}}], {argument}adopt="{LONG_ID}")'
    )
    assert "then remove this line and run `pulumi up` again" in found.remedy


@pytest.mark.parametrize(
    ("filters", "managed", "removed"),
    [
        ((), (), LONG_ID),
        ((("channelId", OTHER),), (), "c"),
        ((), (Managed("VoiceChannel", "second", "urn:second", LONG_ID, OTHER, "n"),), "c"),
    ],
    ids=["the first is used", "the second is used", "the second is managed"],
)
def test_of_two_connectors_the_one_that_is_not_used_goes(
    filters: tuple[tuple[str, str], ...], managed: tuple[Managed, ...], removed: str
) -> None:
    doubled = replace(
        WORKSPACE,
        connectors=(CONNECTOR, SECOND),
        channels=(CHANNEL, SECOND_CHANNEL),
        subscriptions=(subscription("s", *(filters or (("channelId", "ch"),))),),
        managed=managed,
    )
    found = only(doubled, "doubled-connector")
    assert found.line == (
        f'VoiceChannel("old-{removed[:8]}", phone_number_id="n", adopt="{removed}")'
    )
    second = f"{LONG_ID}{' (resource second)' if managed else ''}"
    assert found.message == f'2 voice connectors share this number: c "front", {second}.'


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("voice-messagebird:1", 'VoiceChannel("old-'),
        ("voice-messagebird:2", 'connector_template_ref="voice-messagebird:2"'),
        ("voice-other:1", 'Connector("old-'),
    ],
)
def test_a_second_connector_of_any_template_can_be_adopted_as_the_line_says_and_deleted(
    template: str, told: str
) -> None:
    world = World(dialect=Dialect(listing_lag="none"))
    site = healthy(world.emulator)
    second = site.connect(site.number(1).id, template)
    (found,) = audited(Reader(world.account())).findings
    assert found.kind == "doubled-connector"
    assert told in found.line
    call = ast.parse(found.line, mode="eval").body
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Name)
    given = {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}
    checked = world.checked(call.func.id, {**given, MARK: OWN_MARK})
    adopted, state = world.run(call.func.id).create(checked)[:2]
    assert adopted == second
    world.run(call.func.id).delete(adopted, state)
    assert audited(Reader(world.account())).findings == ()


def test_a_connector_without_a_channel() -> None:
    lonely = replace(WORKSPACE, channels=(), connectors=(replace(CONNECTOR, channel_id=None),))
    found = only(lonely, "no-channel")
    assert found.line == 'VoiceChannel("old-c", phone_number_id="n", adopt="c")'
    assert found.remedy == (
        "A channel may need a few minutes after the create. If it does not come, delete it in "
        "app.bird.com. Or adopt it and run `pulumi up`, then remove this line and run `pulumi up` "
        "again, and declare a new one"
    )
    assert found.message == 'The connector c "front" has no channel.'
    assert only(replace(WORKSPACE, channels=()), "no-channel").message == (
        'The connector c "front" has no channel: channel ch is gone.'
    )


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        (
            {"number_ids": frozenset({"z", "y"})},
            'VoiceChannel("old-c", phone_number_id="y", adopt="c")',
        ),
        ({"number_ids": frozenset(), "number": "31600000000"}, ""),
    ],
)
def test_a_connector_whose_number_is_gone(changed: dict[str, Any], line: str) -> None:
    number = replace(NUMBER, connector_ids=())
    channel = replace(CHANNEL, identifier="31600000000")
    orphan = Workspace((number,), (replace(CONNECTOR, **changed),), (channel,))
    found = only(orphan, "orphan-connector")
    assert found.line == line
    assert ("Or adopt it" in found.remedy) == bool(line)


@pytest.mark.parametrize(
    "gone",
    [
        Managed("WebhookSubscription", "calls", "urn:calls", "x", "ch"),
        Managed("WebhookSubscription", "calls", "urn:calls", "x"),
        replace(MANAGED[0], channel_id="of old"),
    ],
    ids=["of this channel", "of all channels", "another channel in the state"],
)
def test_what_the_stack_will_bring_back_is_not_declared_again(gone: Managed) -> None:
    managed = (gone,) if gone.id == "c" else (MANAGED[0], gone)
    silent = replace(WORKSPACE, subscriptions=(), managed=managed, stack="my stack")
    found = only(silent, "no-inbound-subscription")
    assert found.line == "pulumi up --refresh --stack 'my stack'"
    assert f"The state of {gone.name} is not what Bird has" in found.remedy


def test_a_subscription_that_the_stack_lost_for_another_channel_changes_nothing() -> None:
    gone = Managed("WebhookSubscription", "calls", "urn:calls", "x", "another")
    silent = replace(WORKSPACE, subscriptions=(), managed=(MANAGED[0], gone), stack="prod")
    assert only(silent, "no-inbound-subscription").line.startswith("WebhookSubscription(")
    assert only(silent, "gone-from-bird").line == "pulumi up --refresh --stack prod"


def test_an_orphaned_subscription_of_the_stack_gets_its_new_channel() -> None:
    orphan = subscription("s", ("channelId", OTHER))
    found = only(
        replace(WORKSPACE, subscriptions=(orphan,), managed=MANAGED, stack="prod"),
        "orphan-subscription",
    )
    assert found.line == "pulumi up --refresh --stack prod"
    assert "takes the channel of calls from a resource" in found.remedy


def test_a_subscription_for_the_id_of_a_connector_is_told_the_channel() -> None:
    site = replace(
        WORKSPACE,
        connectors=(replace(CONNECTOR, id=OTHER),),
        channels=(replace(CHANNEL, connector_id=OTHER),),
        subscriptions=(subscription("s", ("channelId", OTHER)),),
    )
    found = only(site, "orphan-subscription")
    assert found.message.endswith(
        f" {OTHER} is the id of a connector, whose channel is {CHANNEL.id}."
    )
    assert found.remedy.startswith("Delete it in app.bird.com")
    found = only(replace(site, managed=MANAGED, stack="prod"), "orphan-subscription")
    assert found.remedy == (
        "In the event_filters of calls, write the id of the channel in place of the connector's, "
        "and run `pulumi up`"
    )
    assert found.line == ""
