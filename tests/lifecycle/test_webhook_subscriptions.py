"""Webhook subscriptions: created as safely as connectors, changed in place where Bird can."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bird_dynamic.emulator import ORGANIZATION_ID, WORKSPACE_ID, Dialect, Fault, Reply, Request
from bird_dynamic.lifecycle.error_messages import OperationError
from bird_dynamic.lifecycle.errors import HalfCreatedError
from bird_dynamic.lifecycle.resource import ResourceLifecycle
from bird_dynamic.schema.fields import UNKNOWN
from bird_dynamic.schema.naming import MARK
from tests.lifecycle.test_answers_to_a_create import answering
from tests.support.world import OWN_MARK, KilledError, World, planned

TYPE = "WebhookSubscription"
CHANNEL = "11111111-2222-4333-8444-555555555555"
NEWS: dict[str, Any] = {
    "service": "channels",
    "event": "voice.inbound",
    "url": "https://example.com/calls",
    "event_filters": [
        {"key": "channelId", "value": CHANNEL},
        {"key": "status", "value": "ringing"},
    ],
    "signing_key": "canary-signing-key",
}
CREATE = "create_webhook_subscription"


def world_with(*faults: Fault, **news: Any) -> tuple[World, ResourceLifecycle, dict[str, Any]]:
    world = World(*faults)
    return world, world.run(TYPE), inputs(world, **news)


def inputs(world: World, **news: Any) -> dict[str, Any]:
    return world.checked(TYPE, {**NEWS, MARK: OWN_MARK, **news})


def created(**news: Any) -> tuple[World, ResourceLifecycle, str, dict[str, Any]]:
    world, run, given = world_with(**news)
    item_id, state = run.create(given)
    world.forget()
    return world, world.run(TYPE), item_id, state


def test_a_create_is_a_listing_and_a_post_in_the_organization() -> None:
    world, run, given = world_with()
    item_id, state = run.create(given)
    assert world.operations == ["list_webhook_subscriptions", CREATE]
    (found,) = world.emulator.webhook_subscriptions()
    assert found["id"] == item_id == state["webhook_subscription_id"]
    assert found["organizationId"] == ORGANIZATION_ID == state["organization_id"]
    assert found["eventFilters"] == NEWS["event_filters"]
    assert (state["status"], state["workspace_id"]) == ("active", WORKSPACE_ID)
    assert state["signing_key"] == NEWS["signing_key"]
    assert "canary" not in str(world.emulator.journal)


def test_after_a_create_there_is_nothing_to_do() -> None:
    world, run, item_id, state = created()
    assert planned(run, item_id, state, inputs(world)).changed == ()
    real, real_inputs = run.read(item_id, state) or ({}, {})
    assert real == state
    assert real_inputs == inputs(world)


def test_an_inactive_one_is_switched_off_after_its_creation() -> None:
    world, run, given = world_with(status="inactive")
    _, state = run.create(given)
    assert state["status"] == "inactive"
    assert world.emulator.webhook_subscriptions()[0]["status"] == "inactive"
    assert world.operations[-2:] == [CREATE, "update_webhook_subscription"]


def test_one_that_cannot_be_switched_off_is_removed_again() -> None:
    refused = Fault("status", operation="update_webhook_subscription", status=403)
    world, run, given = world_with(refused, status="inactive")
    with pytest.raises(OperationError, match="was deleted again") as caught:
        run.create(given)
    assert world.emulator.webhook_subscriptions() == []
    # What Bird said of the cause is told too.
    for told in ("403", "Request id: ", "allows Update on /"):
        assert told in str(caught.value)


@pytest.mark.usefixtures("any_dialect")
@pytest.mark.parametrize("is_stated", [True, False])
def test_one_that_cannot_be_switched_off_is_kept_as_it_is_where_the_state_can_say_so(
    is_stated: bool,
) -> None:
    world = World(Fault("status", operation="update_webhook_subscription", status=403))
    if not is_stated:
        answering(
            world,
            lambda operation, body: (
                0,
                {key: body[key] for key in body if key != "status" or operation != CREATE},
            ),
        )
    with pytest.raises(OperationError, match="is kept; the next `pulumi up` completes") as caught:
        world.run(TYPE, keeps_half_created=True).create(inputs(world, status="inactive"))
    half = caught.value.cause
    assert isinstance(half, HalfCreatedError)
    assert half.state is not None
    assert half.state["status"] == "active"
    after = world.run(TYPE).update(half.item_id, half.state, inputs(world, status="inactive"))
    assert after["status"] == "inactive"
    assert world.emulator.webhook_subscriptions()[0]["status"] == "inactive"


def test_one_that_is_inactive_at_first_is_switched_on() -> None:
    world = World()
    handle = world.emulator.handle

    def inactive(request: Request) -> Reply:
        reply = handle(request)
        if request.method != "POST":
            return reply
        made = {**json.loads(reply.response.body), "status": "inactive"}
        world.emulator.change_webhook_subscription(made["id"], status="inactive")
        return replace(reply, response=replace(reply.response, body=json.dumps(made).encode()))

    world.emulator.handle = inactive  # type: ignore[method-assign]
    _, state = world.run(TYPE).create(inputs(world))
    assert state["status"] == "active"
    assert world.emulator.webhook_subscriptions()[0]["status"] == "active"


def test_one_that_is_inactive_at_first_and_cannot_be_switched_on_is_kept_as_that() -> None:
    world = World(Fault("status", operation="update_webhook_subscription", status=403))

    def inactive(operation: str, body: Any) -> tuple[int, Any]:
        return 0, {**body, "status": "inactive"} if operation == CREATE else body

    answering(world, inactive)
    with pytest.raises(OperationError) as caught:
        world.run(TYPE, keeps_half_created=True).create(inputs(world))
    half = caught.value.cause
    assert isinstance(half, HalfCreatedError)
    assert half.state is not None
    assert half.state["status"] == "inactive"


@pytest.mark.parametrize(
    ("change", "body"),
    [
        ({"url": "https://example.com/b"}, {"url": "https://example.com/b"}),
        ({"event_filters": None}, {"eventFilters": []}),
        ({"signing_key": "another-key"}, {"signingKey": "[secret]"}),
        ({"status": "inactive"}, {"status": "inactive"}),
        ({"template": "t"}, {"template": "t"}),
    ],
    ids=lambda each: next(iter(each)),
)
def test_what_bird_can_change_is_changed_in_place(
    change: dict[str, Any], body: dict[str, Any]
) -> None:
    world, run, item_id, state = created()
    wanted = inputs(world, **change)
    difference = planned(run, item_id, state, wanted)
    assert (difference.changed, difference.replaces) == (tuple(change), ())
    after = run.update(item_id, state, wanted)
    (sent,) = (
        each
        for each in world.emulator.journal
        if each["operation"] == "update_webhook_subscription"
    )
    assert (sent["operation"], sent["body"]) == ("update_webhook_subscription", body)
    assert planned(run, item_id, after, wanted).changed == ()
    assert (world.run(TYPE).read(item_id, after) or ({}, {}))[1] == wanted


@pytest.mark.usefixtures("any_dialect")
def test_what_bird_makes_of_an_update_is_told_once_and_is_no_drift() -> None:
    world, run, item_id, state = created()

    def spelled(operation: str, body: Any) -> tuple[int, Any]:
        if isinstance(body, dict) and "url" in body:
            return 0, {**body, "url": body["url"].replace("E", "e")}
        return 0, body

    answering(world, spelled)
    wanted = inputs(world, url="https://Example.com/b")
    state = run.update(item_id, state, wanted)
    told = [each for each in world.said if "in another form" in each]
    assert len(told) == 1
    assert "url" in told[0]
    again, _ = world.run(TYPE).read(item_id, state) or ({}, {})
    assert planned(world.run(TYPE), item_id, again, wanted).changed == ()
    assert [each for each in world.said if "in another form" in each] == told


@pytest.mark.parametrize("path", ["short", "both"])
def test_without_an_organization_only_the_path_of_the_workspace_is_used(path: str) -> None:
    world, paths = World(dialect=Dialect(webhook_path=path)), []
    world.environment.pop("BIRD_ORGANIZATION_ID", None)
    handle = world.emulator.handle

    def watched(request: Request) -> Reply:
        paths.append(request.path)
        return handle(request)

    world.emulator.handle = watched  # type: ignore[method-assign]
    item_id, state = world.run(TYPE).create(inputs(world))
    assert state["organization_id"] is None
    state = world.run(TYPE).update(item_id, state, inputs(world, url="https://example.com/b"))
    assert world.run(TYPE).read(item_id, state) is not None
    world.run(TYPE).delete(item_id, state)
    assert world.emulator.webhook_subscriptions() == []
    assert {each.split("/")[1] for each in paths} == {"workspaces"}


def test_an_organization_that_is_added_changes_nothing() -> None:
    world, run, item_id, state = created()
    given = inputs(world)
    assert given["organization_id"] == ORGANIZATION_ID
    before = {**state, "organization_id": None}
    assert planned(run, item_id, before, given).changed == ()
    assert world.run(TYPE).read(item_id, before) is not None


@pytest.mark.parametrize("wanted", [None, CHANNEL])
def test_an_organization_that_is_left_out_or_changed_changes_the_state_alone(
    wanted: str | None,
) -> None:
    world, run, item_id, state = created()
    given = {**inputs(world), "organization_id": wanted}
    difference = planned(run, item_id, state, given)
    assert (difference.changed, difference.replaces) == (("organization_id",), ())
    after = run.update(item_id, state, given)
    assert after["organization_id"] == wanted
    assert world.operations == []


def test_a_path_that_bird_no_longer_has_can_be_left() -> None:
    """The long path is that of older documentation."""
    world, _, item_id, state = created()
    world.emulator.dialect = replace(world.emulator.dialect, webhook_path="short")
    with pytest.raises(OperationError) as caught:
        world.run(TYPE).read(item_id, state)
    assert "Or leave out bird:organizationId (or BIRD_ORGANIZATION_ID)" in str(caught.value)
    assert "run `pulumi up` without --refresh" in str(caught.value)
    del world.environment["BIRD_ORGANIZATION_ID"]
    given = inputs(world, url="https://example.com/b")
    assert planned(world.run(TYPE), item_id, state, given).replaces == ()
    state = world.run(TYPE).update(item_id, state, given)
    assert world.run(TYPE).read(item_id, state) is not None
    assert world.emulator.webhook_subscriptions()[0]["url"] == "https://example.com/b"


def test_a_role_that_does_not_allow_the_long_path_is_told_with_the_organization() -> None:
    _, run, given = world_with(Fault("status", status=403, times=None))
    with pytest.raises(OperationError) as caught:
        run.create(given)
    for told in (
        "allows View on /organizations/*/workspaces/*/webhook-subscriptions",
        f"Or leave out bird:organizationId (or BIRD_ORGANIZATION_ID), which is {ORGANIZATION_ID}",
    ):
        assert told in str(caught.value)
    assert "--refresh" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"service": "conversations"},
        {"event": "voice.outbound"},
        {"signing_key": None},
        {"workspace_id": CHANNEL},
    ],
    ids=lambda each: next(iter(each)),
)
def test_what_bird_cannot_change_replaces_it(change: dict[str, Any]) -> None:
    world, run, item_id, state = created()
    difference = planned(run, item_id, state, inputs(world, **change))
    assert difference.replaces == tuple(change)
    assert world.operations == []


def test_a_changed_profile_or_timeout_sends_nothing() -> None:
    world, run, item_id, state = created()
    wanted = inputs(world, create_timeout="1m", profile="bird-eu", workspace_id=WORKSPACE_ID)
    assert set(planned(run, item_id, state, wanted).changed) == {"create_timeout", "profile"}
    after = run.update(item_id, state, wanted)
    assert (after["create_timeout"], after["profile"]) == ("1m", "bird-eu")
    assert world.operations == []


def test_the_order_of_filters_says_nothing() -> None:
    world, run, item_id, state = created()
    filters = list(reversed(NEWS["event_filters"]))
    world.emulator.change_webhook_subscription(item_id, eventFilters=filters)
    real, _ = run.read(item_id, state) or ({}, {})
    assert real["event_filters"] == NEWS["event_filters"]
    assert planned(run, item_id, state, inputs(world, event_filters=filters)).changed == ()


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ({"url": "https://example.com/elsewhere"}, "url"),
        ({"status": "inactive"}, "status"),
        ({"eventFilters": None}, "event_filters"),
        ({"event": "voice.outbound"}, "event"),
    ],
)
def test_drift_is_seen_and_repaired(wire: dict[str, Any], name: str) -> None:
    world, run, item_id, state = created()
    world.emulator.change_webhook_subscription(item_id, **wire)
    real, _ = run.read(item_id, state) or ({}, {})
    difference = planned(run, item_id, real, inputs(world))
    assert difference.changed == (name,)
    if not difference.replaces:
        after = run.update(item_id, real, inputs(world))
        assert (world.run(TYPE).read(item_id, after) or ({}, {}))[1] == inputs(world)


def test_a_deleted_one_is_gone_and_deleting_it_again_is_done() -> None:
    world, run, item_id, state = created()
    run.delete(item_id, state)
    run.delete(item_id, state)
    assert run.read(item_id, state) is None
    assert world.emulator.webhook_subscriptions() == []


@pytest.mark.parametrize("kind", ["reset", "hang", "truncate", "garbage", "status"])
@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_answer_heals_and_makes_one(kind: str, applied: bool) -> None:
    world, run, given = world_with(Fault(kind, operation=CREATE, applied=applied))
    item_id, _ = run.create(given)
    assert [each["id"] for each in world.emulator.webhook_subscriptions()] == [item_id]


@pytest.mark.parametrize("others", [0, 120])
def test_a_lost_answer_heals_and_an_equal_one_is_told_among_many_others(others: int) -> None:
    world, run, given = world_with(Fault("reset", operation=CREATE, applied=True))
    for index in range(others):
        world.emulator.add_webhook_subscription(
            service="channels", event="voice.inbound", url=f"https://example.com/{index}"
        )
    item_id, _ = run.create(given)
    found = world.emulator.webhook_subscriptions()
    assert len(found) == others + 1
    with pytest.raises(OperationError, match=f'adopt="{item_id}"'):
        world.run(TYPE).create(given)
    assert len(world.emulator.webhook_subscriptions()) == others + 1


def test_one_that_was_there_before_may_be_somebody_elses_and_can_be_adopted() -> None:
    world, run, given = world_with()
    left, _ = run.create(given)
    with pytest.raises(OperationError) as caught:
        world.run(TYPE).create(given)
    assert f'adopt="{left}"' in str(caught.value)
    assert (
        f"the webhook subscription {left} (voice.inbound to https://example.com/…) already "
        "exists and matches this resource's arguments" in str(caught.value)
    )
    adopted, state = world.run(TYPE).create(inputs(world, adopt=left))
    assert adopted == left
    # Bird never returns a signing key, so the next run sets it.
    difference = planned(world.run(TYPE), left, state, given)
    assert (difference.changed, difference.replaces) == (("signing_key",), ())
    assert len(world.emulator.webhook_subscriptions()) == 1


def test_a_replacement_may_be_created_before_the_old_one_is_deleted() -> None:
    world, run, item_id, state = created()
    given = inputs(world, signing_key=None)
    assert planned(run, item_id, state, given).replaces == ("signing_key",)
    replacement, _ = run.create(given)
    run.delete(item_id, state)
    assert [each["id"] for each in world.emulator.webhook_subscriptions()] == [replacement]


def test_an_adopted_one_that_is_replaced_is_not_adopted_again() -> None:
    world, run, given = world_with()
    left, _ = run.create(given)
    again = world.run(TYPE)
    adopting = inputs(world, adopt=left)
    _, state = again.create(adopting)
    changed = {**adopting, "event": "voice.outbound"}
    again = world.run(TYPE)
    again.check(adopting, changed)
    assert planned(again, left, state, changed).replaces == ("event",)
    replacement, _ = again.create(changed)
    again.delete(left, state)
    assert [each["id"] for each in world.emulator.webhook_subscriptions()] == [replacement]


def test_one_that_differs_is_not_adopted() -> None:
    world, run, given = world_with()
    other, _ = run.create(inputs(world, url="https://example.com/other"))
    with pytest.raises(OperationError, match=r'url="https://example\.com/other"'):
        world.run(TYPE).create({**given, "adopt": other})


def test_one_that_has_what_the_program_leaves_out_is_not_adopted() -> None:
    world, run, given = world_with()
    other, _ = run.create(given)
    with pytest.raises(OperationError, match=r'event_filters=\[\{"key": "channelId"'):
        world.run(TYPE).create({**inputs(world, event_filters=None), "adopt": other})


@pytest.mark.parametrize(
    ("news", "says"),
    [
        ({"url": "http://example.com"}, "url: must be an https URL"),
        ({"url": "https://localhost/x"}, "url: must be an https URL"),
        ({"url": "https://example.com/a b"}, "url: must be an https URL"),
        ({"service": ""}, "service: must be one of Bird's services: channels, numbers"),
        ({"event": None}, 'event: is required, such as "voice.inbound"'),
        ({"event": ["voice.inbound"]}, "event: must be one event, such as"),
        ({"status": "paused"}, 'status: must be "active" or "inactive"'),
        ({"event_filters": {"key": "a", "value": "b"}}, "event_filters: must be a list"),
        ({"event_filters": [{"key": "a"}]}, 'event_filters[0]: must be {"key"'),
        ({"event_filters": [{"key": "a", "value": 3}]}, 'event_filters[0]: must be {"key"'),
        ({"event_filters": NEWS["event_filters"][:1] * 2}, "event_filters: may filter on one"),
        ({"organization_id": "acme"}, "organization_id: must be a UUID"),
    ],
)
def test_bad_inputs_are_refused_before_anything_is_sent(news: dict[str, Any], says: str) -> None:
    world = World()
    (failure,) = world.run(TYPE).check({}, {**NEWS, **news}).failures
    assert failure.startswith(says)
    assert world.operations == []


def test_unknown_values_pass_at_any_depth() -> None:
    world = World()
    filters = [UNKNOWN, {"key": "channelId", "value": UNKNOWN}]
    for news in ({"event_filters": filters}, {"event_filters": UNKNOWN, "url": UNKNOWN}):
        assert world.run(TYPE).check({}, {**NEWS, **news}).failures == ()


def test_what_a_killed_create_left_is_named_when_the_program_has_changed() -> None:
    world, run, given = world_with()
    handle = world.emulator.handle

    def dying(request: Request) -> Reply:
        reply = handle(request)
        if request.method == "POST":
            raise KilledError
        return reply

    world.emulator.handle = dying  # type: ignore[method-assign]
    with pytest.raises(KilledError):
        run.create(given)
    world.emulator.handle = handle  # type: ignore[method-assign]
    (left,) = world.emulator.webhook_subscriptions()
    (record,) = [each.read_text() for each in world.folder.iterdir()]
    assert "example.com" not in record, "an address may hold what is secret"
    with pytest.raises(OperationError, match=f'adopt="{left["id"]}"'):
        world.run(TYPE).create(given)
