"""Bird can switch a webhook off: that is drift, and the person is told with Bird's reason."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.lifecycle.resource import ResourceLifecycle
from bird_dynamic.schema.naming import MARK
from tests.lifecycle.test_answers_to_a_create import answering
from tests.support.world import OWN_MARK, World, planned

TYPE = "WebhookSubscription"
KEY = "canary-signing-key"
NEWS: dict[str, Any] = {
    "service": "channels",
    "event": "voice.inbound",
    "url": "https://example.com/calls",
    "signing_key": KEY,
    MARK: OWN_MARK,
}
REASON = "Deactivated after 500 failed deliveries"


def created(**news: Any) -> tuple[World, str, dict[str, Any]]:
    world = World()
    item_id, state = world.run(TYPE).create(world.checked(TYPE, {**NEWS, **news}))
    world.said.clear()
    return world, item_id, state


def switched_off(world: World, item_id: str, **wire: Any) -> None:
    moment = "2026-05-01T00:00:00.000Z"
    given = {"status": "inactive", "statusReason": REASON, "updatedAt": moment, **wire}
    world.emulator.change_webhook_subscription(item_id, **given)


def read(run: ResourceLifecycle, item_id: str, state: dict[str, Any]) -> dict[str, Any]:
    found = run.read(item_id, state)
    assert found is not None
    return found[0]


def test_one_that_bird_switched_off_is_told_with_the_reason_and_switched_on_again() -> None:
    world, item_id, state = created()
    switched_off(world, item_id)
    run = world.run(TYPE)
    state = read(run, item_id, state)
    assert (state["status"], state["status_reason"]) == ("inactive", REASON)
    told = (
        f'webhook subscription "support" ({item_id}): its status in Bird is inactive. Bird\'s '
        f'reason: "{REASON}". `pulumi up` sets it to active'
    )
    assert world.said == [told]

    # In the same run, the plan does not repeat it; a later preview does.
    wanted = world.checked(TYPE, NEWS)
    assert planned(run, item_id, state, wanted).changed == ("status",)
    assert world.said == [told]
    assert planned(world.run(TYPE), item_id, state, wanted).changed == ("status",)
    assert world.said == [told, told]

    after = world.run(TYPE).update(item_id, state, wanted)
    assert (after["status"], after["status_reason"]) == ("active", None)


def test_one_that_was_switched_off_without_a_reason_is_told_too() -> None:
    world, item_id, state = created()
    switched_off(world, item_id, statusReason=None)
    read(world.run(TYPE), item_id, state)
    (told,) = world.said
    assert "its status in Bird is inactive. Bird gives no reason" in told


def test_one_that_the_program_pauses_and_somebody_switches_on_is_told() -> None:
    world, item_id, state = created(status="inactive")
    switched_off(world, item_id, status="active", statusReason=None)
    read(world.run(TYPE), item_id, state)
    (told,) = world.said
    assert "its status in Bird is active." in told
    assert "`pulumi up` sets it to inactive" in told


@pytest.mark.parametrize("status", ["active", "inactive"])
def test_one_that_is_as_the_program_says_is_not_told(status: str) -> None:
    world, item_id, state = created(status=status)
    switched_off(world, item_id, status=status)
    run = world.run(TYPE)
    state = read(run, item_id, state)
    assert state["status_reason"] == REASON
    assert (
        planned(run, item_id, state, world.checked(TYPE, {**NEWS, "status": status})).changed == ()
    )
    assert world.said == []


def test_a_reason_that_is_gone_in_bird_is_gone_from_the_state() -> None:
    world, item_id, state = created()
    world.emulator.change_webhook_subscription(item_id, statusReason="Recovered")
    state = read(world.run(TYPE), item_id, state)
    assert state["status_reason"] == "Recovered"
    world.emulator.change_webhook_subscription(item_id, statusReason=None)
    for _ in range(5):
        # From the fourth read on, rows of the listing answer.
        state = read(world.run(TYPE), item_id, state)
        assert state["status_reason"] is None


def test_a_reason_that_repeats_a_secret_is_told_without_it() -> None:
    world, item_id, state = created()
    switched_off(world, item_id, statusReason=f"the key {KEY} is wrong")
    read(world.run(TYPE), item_id, state)
    assert "the key [secret] is wrong" in world.said[0]


def test_a_paused_one_keeps_no_reason_of_the_status_before() -> None:
    world = World()

    def with_reason(operation: str, body: Any) -> tuple[int, Any]:
        is_new = operation == "create_webhook_subscription"
        return 0, {**body, "statusReason": "New"} if is_new else body

    answering(world, with_reason)
    _, state = world.run(TYPE).create(world.checked(TYPE, {**NEWS, "status": "inactive"}))
    assert (state["status"], state["status_reason"]) == ("inactive", None)
