"""The generic connector: any template, with the same promises."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.emulator import Fault, Options
from bird_dynamic.lifecycle.error_messages import OperationError
from bird_dynamic.schema.fields import UNKNOWN
from bird_dynamic.schema.naming import MARK
from tests.support.world import NUMBER, OWN_MARK, World, planned

TYPE = "Connector"
SWITCH = "channel_conversational_status_enabled"
SMS: dict[str, Any] = {
    "connector_template_ref": "sms-messagebird:1",
    "arguments": {"phoneNumberId": NUMBER, "channelMessageType": "promotional"},
    MARK: OWN_MARK,
}
WHATSAPP = {
    "connector_template_ref": "whatsapp:1",
    "arguments": {"wabaId": "1", "phoneId": "2", "phoneNumber": "+31612345678"},
    MARK: OWN_MARK,
}


@pytest.mark.parametrize("news", [SMS, WHATSAPP], ids=["sms", "whatsapp"])
def test_it_is_created_read_and_deleted(news: dict[str, Any]) -> None:
    world = World()
    inputs = world.checked(TYPE, news)
    connector_id, state = world.run(TYPE).create(inputs)
    assert state["channel_id"]
    assert state["platform"] == news["connector_template_ref"].removesuffix(":1")
    assert world.run(TYPE).read(connector_id, state) == (state, inputs)
    assert planned(world.run(TYPE), connector_id, state, inputs).changed == ()
    world.run(TYPE).delete(connector_id, state)
    assert world.connector_ids() == []


def test_a_lost_answer_heals_without_a_phone_number_too() -> None:
    world = World(Fault("reset", operation="create_connector", applied=True))
    connector_id, _ = world.run(TYPE).create(world.checked(TYPE, WHATSAPP))
    assert world.connector_ids() == [connector_id]


@pytest.mark.parametrize(
    ("template", "arguments", "says"),
    [
        ("sms-messagebird:1", {"phoneNumberId": NUMBER}, "channelMessageType (promotional, 2fa"),
        (
            "voice-messagebird:1",
            {},
            "phoneNumberId (use get_phone_number(number=…).id) is required",
        ),
        ("voice-messagebird:1", {"phoneNumberId": "+31"}, "phoneNumberId must be a UUID"),
        (
            "whatsapp:1",
            {"wabaId": "1", "phoneId": "2"},
            "phoneNumber is required by the template whatsapp:1",
        ),
    ],
)
def test_what_a_known_template_needs_is_checked_before_anything_is_sent(
    template: str, arguments: dict[str, Any], says: str
) -> None:
    world = World()
    news = {"connector_template_ref": template, "arguments": arguments, MARK: OWN_MARK}
    (failure,) = world.run(TYPE).check({}, news).failures
    assert failure.startswith(f"arguments: {says}")
    assert ("check_arguments=False" in failure) == ("required" in failure)
    assert world.run(TYPE).check({}, {**news, "check_arguments": False}).failures == ()
    assert world.operations == []


@pytest.mark.parametrize(
    "news",
    [
        {"connector_template_ref": "line:1"},
        {"connector_template_ref": "sms-messagebird:2"},
        {"connector_template_ref": UNKNOWN},
        {"connector_template_ref": "sms-messagebird:1", "arguments": UNKNOWN},
        {
            "connector_template_ref": "voice-messagebird:1",
            "arguments": {"phoneNumberId": UNKNOWN},
        },
    ],
)
def test_what_is_not_known_passes(news: dict[str, Any]) -> None:
    assert World().run(TYPE).check({}, {MARK: OWN_MARK, **news}).failures == ()


def test_a_template_without_a_channel_need_not_be_waited_for() -> None:
    world = World(options=Options(channel_after=10**6), timeout="20s")
    news = {**WHATSAPP, SWITCH: True}
    with pytest.raises(OperationError, match="no channel within"):
        world.run(TYPE).create(world.checked(TYPE, news))
    _, state = world.run(TYPE).create(world.checked(TYPE, {**news, "wait_for_channel": False}))
    assert state["channel_id"] is None


def test_the_switch_of_a_channel_that_came_later_can_be_set() -> None:
    world = World(options=Options(channel_after=2))
    news = {**WHATSAPP, "wait_for_channel": False}
    connector_id, state = world.run(TYPE).create(world.checked(TYPE, news))
    assert state["channel_id"] is None
    wanted = world.checked(TYPE, {**news, SWITCH: True}, state)
    with pytest.raises(OperationError, match="which Bird has not created yet"):
        world.run(TYPE).update(connector_id, state, wanted)
    assert "set_conversational" not in world.operations
    state = world.run(TYPE).update(connector_id, state, wanted)
    real, _ = world.run(TYPE).read(connector_id, state) or ({}, {})
    assert real[SWITCH] is True


def test_a_template_is_required() -> None:
    failures = World().run(TYPE).check({}, {MARK: OWN_MARK}).failures
    assert failures == ("connector_template_ref: is required, such as sms-messagebird:1",)
