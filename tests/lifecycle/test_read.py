"""Read: the real state, drift in every field that Bird returns, and what "gone" means."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.emulator import Fault, Options
from bird_dynamic.lifecycle.error_messages import OperationError
from bird_dynamic.lifecycle.mapping import to_state
from bird_dynamic.schema.fields import Properties
from bird_dynamic.schema.naming import MARK
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from tests.support.world import NUMBER, OTHER_NUMBER, OWN_MARK, World, planned
from tests.wrong_inputs.ways import CORRECT

CONVERSATIONAL = "channel_conversational_status_enabled"
DRIFTED: dict[str, Any] = {
    "phone_number_id": {"arguments": {"phoneNumberId": OTHER_NUMBER, "recording": "on"}},
    "name": {"name": "changed by hand"},
    "connector_template_ref": {"connectorTemplateRef": "voice-messagebird:2"},
    "arguments": {"arguments": {"phoneNumberId": None, "recording": "off"}},
    "channel_id": {"channel": {"channelId": OTHER_NUMBER, "platform": "voice-messagebird"}},
    "platform": {"channel": {"channelId": OTHER_NUMBER, "platform": "voice-elsewhere"}},
    "phone_number": {"number": {"phoneNumber": "+31600000000"}},
    "number": {"number": {"country": "BE"}},
    "region": {"region": "us-east-1"},
    "routing_key": {"routingKey": "another"},
    "description": {"description": "another"},
    "connector_template_slug": {"connectorTemplateSlug": "voice-elsewhere"},
    "created_at": {"createdAt": "2020-01-01T00:00:00Z"},
    "updated_at": {"updatedAt": "2020-01-01T00:00:00Z"},
}
INPUTS = {"arguments": {"recording": "on"}, "security_arguments": {"a": {"b": "c"}}}


def created(world: World, **news: Any) -> tuple[str, Properties, Properties]:
    inputs = world.inputs(**{**INPUTS, **news})
    connector_id, state = world.run().create(inputs)
    world.forget()
    return connector_id, state, inputs


def read(world: World, connector_id: str, state: Properties) -> tuple[Properties, Properties]:
    found = world.run().read(connector_id, state)
    assert found is not None
    return found


def test_without_drift_state_and_inputs_stay_as_they_are() -> None:
    world = World()
    connector_id, state, inputs = created(world)
    assert read(world, connector_id, state) == (state, inputs)
    assert world.operations == ["get_connector"]


def test_drift_is_tested_in_every_field_that_bird_returns() -> None:
    returned = {field.name for field in VOICE_CHANNEL.fields if field.response_path}
    assert set(DRIFTED) == returned - {"connector_id"}


@pytest.mark.parametrize("name", DRIFTED)
def test_drift_is_seen_and_repaired(name: str) -> None:
    world = World()
    connector_id, state, inputs = created(world)
    world.emulator.store.change(connector_id, **DRIFTED[name])
    real, real_inputs = read(world, connector_id, state)
    assert real[name] != state[name]
    (field,) = [field for field in VOICE_CHANNEL.fields if field.name == name]
    if not field.is_input:
        return
    if name != "name":
        assert real_inputs[name] == real[name]
    assert name in planned(world.run(), connector_id, real, inputs).replaces
    run = world.run()
    run.delete(connector_id, real)
    repaired_id, repaired = run.create(inputs)
    assert repaired[name] == state[name] or name == "name"
    assert planned(world.run(), repaired_id, repaired, inputs).changed == ()


def test_arguments_that_bird_adds_are_no_drift() -> None:
    world = World(options=Options(added_arguments={"region": "eu", "recording": "on"}))
    connector_id, state, inputs = created(world)
    assert read(world, connector_id, state) == (state, inputs)


def test_nested_arguments_that_bird_adds_are_no_drift() -> None:
    world = World()
    connector_id, state, inputs = created(world, arguments={"a": {"b": 1.0}})
    stored = world.emulator.store.connectors[connector_id].wire["arguments"]
    stored["a"]["added"] = True
    assert read(world, connector_id, state) == (state, inputs)


@pytest.mark.parametrize("held", [True, False])
def test_the_conversational_switch_is_read_where_the_program_sets_it(held: bool) -> None:
    world = World()
    connector_id, state, inputs = created(world, **{CONVERSATIONAL: held})
    world.emulator.store.connectors[connector_id].conversational = not held
    real, _ = read(world, connector_id, state)
    assert world.operations == ["get_connector", "get_conversational"]
    assert real[CONVERSATIONAL] is not held
    assert planned(world.run(), connector_id, real, inputs).changed == (CONVERSATIONAL,)
    repaired = world.run().update(connector_id, real, inputs)
    assert repaired[CONVERSATIONAL] is held
    assert world.emulator.store.connectors[connector_id].conversational is held


def test_a_channel_that_is_not_stated_is_not_lost() -> None:
    world = World()
    connector_id, state, _ = created(world)
    world.emulator.store.change(connector_id, channel=None, number=None)
    real, _ = read(world, connector_id, state)
    assert real["channel_id"] == state["channel_id"]
    assert real["number"] is None


def test_a_value_of_another_type_than_there_can_be_states_nothing() -> None:
    item = {"id": NUMBER, "name": {"odd": 1}, "region": {"odd": 1}}
    state = to_state(VOICE_CHANNEL, item, {"name": "ours"})
    assert state["name"] == "ours"
    assert state["region"] is None


def test_what_is_gone_is_said_to_be_gone() -> None:
    world = World()
    connector_id, state, _ = created(world)
    world.emulator.store.remove(connector_id, world.clock.now)
    assert world.run().read(connector_id, state) is None


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_nothing_else_is_gone(status: int) -> None:
    world = World()
    connector_id, state, _ = created(world)
    world.break_with(Fault("status", operation="get_connector", times=None, status=status))
    with pytest.raises(OperationError, match=f"{connector_id}.*{status}"):
        world.run().read(connector_id, state)


def test_a_workspace_that_cannot_be_seen_is_an_error() -> None:
    world = World()
    connector_id, state, _ = created(world)
    elsewhere = {**state, "workspace_id": "11111111-2222-4333-8444-555555555555"}
    with pytest.raises(OperationError, match=r"404.*workspace not found.*bird:workspaceId"):
        world.run().read(connector_id, elsewhere)


def test_a_get_by_id_has_only_inputs_to_go_by() -> None:
    world = World()
    connector_id, state, _ = created(world)
    found = world.run().read(connector_id, {"phone_number_id": OTHER_NUMBER})
    assert found is not None
    assert found[0]["channel_id"] == state["channel_id"]
    assert found[0]["workspace_id"] == state["workspace_id"]


def test_a_get_of_what_is_not_there_is_an_error() -> None:
    world = World()
    with pytest.raises(OperationError, match=r"workspace .* has no connector "):
        world.run().read("11111111-2222-4333-8444-555555555555", {})


def test_write_only_inputs_stay_as_the_state_has_them() -> None:
    world = World()
    connector_id, state, _ = created(world, invitation_token="i")
    real, inputs = read(world, connector_id, state)
    assert real["invitation_token"] == inputs["invitation_token"] == "i"
    assert inputs["security_arguments"] == INPUTS["security_arguments"]


def test_what_the_program_reads_as_somebody_elses_is_not_deleted_in_the_same_run() -> None:
    world = World()
    connector_id, state, _ = created(world)
    run = world.run()
    assert run.read(connector_id, {}) is not None
    run.delete(connector_id, state)
    assert world.connector_ids() == [connector_id]
    assert connector_id in world.said[-1]


def sms(world: World) -> str:
    arguments = {"phoneNumberId": NUMBER, "channelMessageType": "promotional"}
    item = world.emulator.add_connector(
        connectorTemplateRef="sms-messagebird:1", name="sms", arguments=arguments
    )
    return str(item["id"])


def test_a_connector_of_another_template_is_not_read_as_a_voice_channel() -> None:
    world = World()
    connector_id = sms(world)
    with pytest.raises(
        OperationError,
        match="template sms-messagebird:1, not from voice-messagebird:1: use Connector for it, "
        "not VoiceChannel",
    ):
        world.run().read(connector_id, {})
    found = world.run("Connector").read(connector_id, {})
    assert found is not None
    assert found[1]["connector_template_ref"] == "sms-messagebird:1"


def test_a_connector_of_another_template_is_not_adopted_as_a_voice_channel() -> None:
    world = World()
    inputs = world.inputs(adopt=sms(world), name="sms")
    with pytest.raises(OperationError, match=r"adopt: .*sms-messagebird:1.* use Connector for it"):
        world.run().create(inputs)
    assert world.operations == ["get_connector"]


@pytest.mark.parametrize("template", ["voice-messagebird:2", "voice-messagebird", None, 5])
def test_a_voice_channel_of_any_version_is_read(template: Any, not_as_described: list[str]) -> None:
    world = World()
    connector_id = world.foreign(name="support")
    world.emulator.change_connector(connector_id, connectorTemplateRef=template)
    assert world.run().read(connector_id, {}) is not None
    not_as_described.clear()


def test_a_managed_voice_channel_whose_template_has_changed_is_still_refreshed() -> None:
    world = World()
    connector_id, state, _ = created(world)
    world.emulator.change_connector(connector_id, connectorTemplateRef="sms-messagebird:1")
    observed, _ = read(world, connector_id, state)
    assert observed["connector_template_ref"] == "sms-messagebird:1"


@pytest.mark.parametrize(
    "written",
    [
        "support",
        "ws_1",
        "",
        "+31612345678",
        "..",
        f"{NUMBER} ",
        f"support/{NUMBER}",
        f"{NUMBER}/{NUMBER}/{NUMBER}/{NUMBER}",
        f"https://app.bird.com/workspaces/{NUMBER}/connectors/{NUMBER}",
    ],
)
def test_an_id_of_another_form_is_told_which_form_is_wanted(written: str) -> None:
    world = World()
    for type_name, forms in (
        ("VoiceChannel", "CONNECTOR_ID or WORKSPACE_ID/CONNECTOR_ID"),
        (
            "WebhookSubscription",
            "WEBHOOK_SUBSCRIPTION_ID, WORKSPACE_ID/WEBHOOK_SUBSCRIPTION_ID or "
            "ORGANIZATION_ID/WORKSPACE_ID/WEBHOOK_SUBSCRIPTION_ID",
        ),
    ):
        with pytest.raises(OperationError, match=f"is not an id. Write {forms}"):
            world.run(type_name).identified(written, {})
        news = {**CORRECT[type_name], MARK: OWN_MARK, "adopt": written}
        (failure,) = world.run(type_name).check({}, news).failures
        item = world.run(type_name).schema.item
        assert failure.startswith(f"adopt: must be the id (UUID) of a {item}, without a workspace")
    assert world.operations == []
