"""The id of a channel in place of its connector's: the connector is named, within the time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bird_dynamic.bird.errors import BirdError
from bird_dynamic.emulator import Fault, PhoneNumber
from bird_dynamic.lifecycle.lookups import Lookups
from bird_dynamic.lifecycle.mistaken_ids import LONGEST_HINT
from bird_dynamic.schema.lookups import LOOKUPS
from bird_dynamic.schema.naming import MARK
from tests.support.world import OWN_MARK, World
from tests.wrong_inputs.ways import WEBHOOK

Ask = Callable[[World, str], object]


def adopt(world: World, item_id: str) -> object:
    inputs = {"phone_number_id": PhoneNumber.made_up(0).id, MARK: OWN_MARK, "adopt": item_id}
    return world.run().create(world.run().check({}, inputs).inputs)


def read(world: World, item_id: str) -> object:
    run = world.run()
    return run.read(*run.identified(item_id, {}))


def look_up(world: World, item_id: str) -> object:
    return Lookups(world.account(), None).find(LOOKUPS["get_connector"], {"id": item_id})


def said(world: World, ask: Ask, item_id: str) -> str:
    with pytest.raises(BirdError) as caught:
        ask(world, item_id)
    return str(caught.value)


@pytest.mark.parametrize("ask", [adopt, read, look_up])
def test_the_connector_of_a_channel_is_named(ask: Ask) -> None:
    world = World()
    connector_id, state = world.run().create(world.inputs())
    channel_id = state["channel_id"]
    meant = f": this is the id of a channel, whose connector is {connector_id}."
    assert meant in said(world, ask, channel_id)
    world.break_with(Fault("status", "get_channel", status=403, times=None))
    text = said(world, ask, channel_id)
    assert "this is the id of" not in text
    assert ask is look_up or "not of a channel; `bird-dynamic export FOLDER` writes" in text


@pytest.mark.parametrize("ask", [adopt, read, look_up])
@pytest.mark.parametrize("timeout", [5.0, 300.0])
def test_an_answer_about_the_channel_is_not_waited_for_long(ask: Ask, timeout: float) -> None:
    world = World(timeout=str(timeout))
    _, state = world.run().create(world.inputs())
    world.break_with(Fault("hang", "get_channel", times=None))
    before = world.clock.monotonic()
    said(world, ask, state["channel_id"])
    assert world.clock.monotonic() - before <= min(timeout, LONGEST_HINT) + 1


def test_a_webhook_subscription_has_no_channel() -> None:
    world = World()
    run = world.run("WebhookSubscription")
    absent = "11111111-2222-4333-8444-555555555555"
    checked = run.check({}, {**WEBHOOK, MARK: OWN_MARK, "adopt": absent}).inputs
    with pytest.raises(BirdError, match="no webhook subscription"):
        run.create(checked)
    assert "get_channel" not in world.operations
