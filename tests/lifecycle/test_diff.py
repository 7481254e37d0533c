"""Diff: what a change of each input does, derived from the table of fields."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.bird.models import Transport
from bird_dynamic.lifecycle.connector import ConnectorLifecycle
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.schema.fields import UNKNOWN, OnChange
from bird_dynamic.schema.naming import MARK
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from bird_dynamic.settings import Settings
from tests.support.world import NUMBER, OTHER_NUMBER, OWN_MARK, World, planned

CHANGES: dict[str, Any] = {
    "phone_number_id": OTHER_NUMBER,
    "name": "Another name",
    "connector_template_ref": "voice-messagebird:2",
    "arguments": {"recording": True},
    "security_arguments": {"oauth": {"token": "new"}},
    "channel_conversational_status_enabled": True,
    "invitation_token": "new",
    "workspace_id": "11111111-2222-4333-8444-555555555555",
    "profile": "bird-eu",
    "create_timeout": "10m",
    "delete_timeout": 30,
    "adopt": "11111111-2222-4333-8444-555555555555",
}


def created(**news: Any) -> tuple[World, str, dict[str, Any]]:
    world = World()
    connector_id, state = world.run().create(world.inputs(**news))
    world.forget()
    return world, connector_id, state


def test_every_input_has_a_change_here() -> None:
    assert set(CHANGES) == {field.name for field in VOICE_CHANNEL.inputs}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("unknown", [False, True])
def test_a_changed_input_does_what_the_table_says(name: str, unknown: bool) -> None:
    world, connector_id, state = created()
    inputs = {**world.inputs(), name: UNKNOWN if unknown else CHANGES[name]}
    difference = planned(world.run(), connector_id, state, inputs)
    on_change = next(field.on_change for field in VOICE_CHANNEL.inputs if field.name == name)
    assert difference.changed == (() if on_change is OnChange.NOTHING else (name,))
    assert difference.replaces == ((name,) if on_change is OnChange.REPLACE else ())
    assert world.operations == []


@pytest.mark.parametrize(
    "news",
    [
        {},
        {"name": "Support"},
        {"arguments": {"a": 3.0, "b": {"c": [1.0, "x"]}, "d": True}},
        {"security_arguments": {"oauth": {"token": "t"}}, "invitation_token": "i"},
        {"channel_conversational_status_enabled": False},
        {"channel_conversational_status_enabled": True},
    ],
)
def test_the_same_inputs_again_are_no_change(news: dict[str, Any]) -> None:
    world, connector_id, state = created(**news)
    difference = planned(world.run(), connector_id, state, world.inputs(**news))
    assert difference.changed == ()


def test_true_is_not_the_number_one() -> None:
    world, connector_id, state = created(arguments={"a": True})
    difference = planned(world.run(), connector_id, state, world.inputs(arguments={"a": 1.0}))
    assert difference.replaces == ("arguments",)


def test_an_unknown_value_deep_inside_is_a_change() -> None:
    world, connector_id, state = created(arguments={"a": "b"})
    inputs = world.inputs(arguments={"a": UNKNOWN})
    assert planned(world.run(), connector_id, state, inputs).changed == ("arguments",)


def test_an_automatic_name_outlives_a_renamed_resource() -> None:
    world, connector_id, state = created()
    inputs = world.inputs(**{MARK: "renamed-1111111111"})
    assert planned(world.run(), connector_id, state, inputs).changed == ()


def test_a_name_that_somebody_changed_is_put_right() -> None:
    world, connector_id, state = created()
    inputs = world.inputs()
    drifted = {**state, "name": "changed by hand"}
    assert planned(world.run(), connector_id, drifted, inputs).replaces == ("name",)


@pytest.mark.parametrize("given", [True, False])
def test_a_name_that_is_left_out_leaves_the_name_that_there_is(given: bool) -> None:
    world, connector_id, state = created(name="Support")
    # As release 0.1.0 and an import have it.
    state = {**state, "name": "old-1111111111", "derived_name": "old-1111111111"}
    if given:
        del state["derived_name"]
    assert planned(world.run(), connector_id, state, world.inputs()).changed == ()


def test_a_state_from_before_an_input_existed_is_no_change() -> None:
    world, connector_id, state = created()
    del state["connector_template_ref"], state["adopt"]
    assert planned(world.run(), connector_id, state, world.inputs()).changed == ()


def test_check_and_diff_make_no_connection() -> None:
    settings = World().settings
    connections: list[Settings] = []

    def connect(settings: Settings) -> Transport:
        connections.append(settings)
        raise AssertionError

    lifecycle = ConnectorLifecycle(VOICE_CHANNEL, lambda profile: Account(settings, connect))
    inputs = World().inputs()
    assert lifecycle.check({}, inputs).failures == ()
    assert planned(lifecycle, "c1", inputs, inputs).changed == ()
    assert connections == []


@pytest.mark.parametrize(
    ("news", "deletes_first"),
    [
        ({"phone_number_id": OTHER_NUMBER}, False),
        ({"phone_number_id": UNKNOWN}, True),
        ({"connector_template_ref": UNKNOWN}, True),
        ({"connector_template_ref": "voice-messagebird:2"}, True),
        ({"connector_template_ref": "sms-messagebird:1"}, False),
        ({"phone_number_id": OTHER_NUMBER, "connector_template_ref": UNKNOWN}, False),
        ({"security_arguments": {"oauth": {"token": "new"}}}, True),
        ({"workspace_id": "11111111-2222-4333-8444-555555555555"}, False),
        ({"workspace_id": UNKNOWN}, False),
    ],
)
def test_the_old_one_is_deleted_first_where_the_two_may_hold_the_same_number(
    news: dict[str, Any], deletes_first: bool
) -> None:
    world, connector_id, state = created()
    difference = planned(world.run(), connector_id, state, {**world.inputs(), **news})
    assert difference.replaces
    assert difference.deletes_first is deletes_first


@pytest.mark.parametrize(
    ("arguments", "deletes_first"),
    [
        ({"phoneNumberId": NUMBER, "channelMessageType": "transactional"}, True),
        ({"phoneNumberId": NUMBER.upper(), "channelMessageType": "transactional"}, True),
        ({"phoneNumberId": OTHER_NUMBER, "channelMessageType": "promotional"}, False),
        ({"phoneNumberId": UNKNOWN, "channelMessageType": "promotional"}, True),
        (UNKNOWN, True),
        ({"channelMessageType": "promotional"}, False),
        (None, False),
    ],
)
def test_so_it_is_where_the_number_is_one_of_the_arguments_of_a_template(
    arguments: Any, deletes_first: bool
) -> None:
    world = World()
    news = {
        "connector_template_ref": "sms-messagebird:1",
        "arguments": {"phoneNumberId": NUMBER, "channelMessageType": "promotional"},
        MARK: OWN_MARK,
    }
    inputs = world.checked("Connector", news)
    connector_id, state = world.run("Connector").create(inputs)
    wanted = {**inputs, "arguments": arguments}
    difference = planned(world.run("Connector"), connector_id, state, wanted)
    assert difference.replaces == ("arguments",)
    assert difference.deletes_first is deletes_first
