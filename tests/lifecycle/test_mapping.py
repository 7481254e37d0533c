"""From inputs to the bodies of requests, and from what Bird states to the state."""

from __future__ import annotations

from typing import Any

import pytest

from bird_dynamic.lifecycle.drift import STATED_OTHERWISE
from bird_dynamic.lifecycle.mapping import (
    as_asked,
    imported_maps,
    is_complete_row,
    is_stated,
    merged_update,
    read_value,
    request_body,
    to_inputs,
    to_state,
    update_body,
    value_at,
    with_settings,
)
from bird_dynamic.schema.connector import CONNECTOR
from bird_dynamic.schema.naming import DERIVED_NAME, MARK
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from bird_dynamic.schema.webhook_subscription import WEBHOOK_SUBSCRIPTION
from bird_dynamic.settings import Settings

ID = "2cffb55c-120e-91a8-8f10-ed9d1b412d29"
OTHER_ID = "b2f4a2f0-6d1c-4f0b-9a57-0c1e6f0f7a11"
INPUTS: dict[str, Any] = {
    "phone_number_id": ID,
    "name": "n",
    "connector_template_ref": "voice-messagebird:1",
    "arguments": {"recording": True},
    "workspace_id": OTHER_ID,
}
ITEM: dict[str, Any] = {
    "id": OTHER_ID,
    "name": "n",
    "connectorTemplateRef": "voice-messagebird:1",
    "arguments": {"phoneNumberId": ID, "recording": True},
    "channel": {"channelId": ID, "platform": "voice-messagebird"},
    "number": {"phoneNumber": "+31", "capabilities": "voice-inbound, ,sms-outbound"},
    "createdAt": "2026-01-31T09:30:00Z",
}


def test_a_setting_stands_in_for_what_the_program_leaves_out() -> None:
    settings = Settings("k", workspace_id=ID, organization_id=OTHER_ID)
    assert with_settings(VOICE_CHANNEL, {"name": None}, settings) == {"workspace_id": ID}
    given = {"workspace_id": OTHER_ID, "name": "n"}
    assert with_settings(VOICE_CHANNEL, given, settings) == given
    both = {"workspace_id": ID, "organization_id": OTHER_ID}
    assert with_settings(WEBHOOK_SUBSCRIPTION, {}, settings) == both
    assert with_settings(WEBHOOK_SUBSCRIPTION, {}, Settings("k")) == {}


def test_the_body_of_a_create_has_each_input_in_its_place_and_leaves_out_what_is_not_given() -> (
    None
):
    assert request_body(VOICE_CHANNEL, {**INPUTS, "invitation_token": None}) == {
        "name": "n",
        "connectorTemplateRef": "voice-messagebird:1",
        "arguments": {"phoneNumberId": ID, "recording": True},
    }
    filters = [{"key": "status", "value": "ringing"}]
    subscription = {"url": "u", "event_filters": filters, "status": "inactive"}
    assert request_body(WEBHOOK_SUBSCRIPTION, subscription) == {
        "url": "u",
        "eventFilters": filters,
    }, "a status is set by an update alone"


def test_the_body_of_an_update_has_what_differs_and_says_what_was_left_out() -> None:
    before = {"url": "u", "status": "active", "event_filters": [{"key": "a", "value": "b"}]}
    assert update_body(WEBHOOK_SUBSCRIPTION, before, before) == {}
    now = {"url": "v", "status": "active"}
    body = update_body(WEBHOOK_SUBSCRIPTION, before, now)
    assert body == {"url": "v", "eventFilters": []}
    assert is_stated(WEBHOOK_SUBSCRIPTION, body)
    assert not is_stated(WEBHOOK_SUBSCRIPTION, {"signingKey": "s"})
    assert not is_stated(WEBHOOK_SUBSCRIPTION, {})


def test_a_state_has_what_bird_states_and_otherwise_what_was_there() -> None:
    state = to_state(VOICE_CHANNEL, ITEM, {**INPUTS, MARK: "m", DERIVED_NAME: "n"}, is_first=True)
    assert {name: state[name] for name in INPUTS} == INPUTS
    assert (state["connector_id"], state["channel_id"]) == (OTHER_ID, ID)
    assert state["number"] == {
        "phone_number": "+31",
        "capabilities": ["voice-inbound", "sms-outbound"],
    }
    assert (state[MARK], state[DERIVED_NAME]) == ("m", "n")
    assert STATED_OTHERWISE not in state
    later = to_state(VOICE_CHANNEL, {"id": OTHER_ID}, state)
    assert later == state


def test_nothing_stated_is_no_value_only_where_there_can_be_none() -> None:
    state = to_state(VOICE_CHANNEL, ITEM, INPUTS, is_first=True)
    emptied = {**ITEM, "name": None, "arguments": None, "channel": None, "number": None}
    later = to_state(VOICE_CHANNEL, emptied, state)
    assert (later["name"], later["phone_number_id"]) == ("n", ID)
    assert later["number"] is None
    assert later["channel_id"] == ID
    assert later["arguments"] is None


def test_what_is_spelled_otherwise_at_first_is_remembered_and_what_is_changed_later_is_seen() -> (
    None
):
    spelled = {**ITEM, "name": "N"}
    state = to_state(VOICE_CHANNEL, spelled, INPUTS, is_first=True)
    assert state["name"] == "n"
    assert list(state[STATED_OTHERWISE]) == ["name"]
    assert to_state(VOICE_CHANNEL, spelled, state)["name"] == "n"
    assert to_state(VOICE_CHANNEL, {**ITEM, "name": "other"}, state)["name"] == "other"


@pytest.mark.parametrize(
    ("before", "now", "is_drift"),
    [(None, "2", False), ("1", None, False), ("1", "1", False), ("1", "2", True)],
)
def test_another_spelling_is_drift_where_bird_says_that_somebody_has_changed_it(
    before: str | None, now: str | None, is_drift: bool
) -> None:
    state = to_state(VOICE_CHANNEL, {**ITEM, "updatedAt": before}, INPUTS, is_first=True)
    later = to_state(VOICE_CHANNEL, {**ITEM, "name": "N", "updatedAt": now}, state)
    assert (later["name"] == "N") is is_drift


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("name", "n", "n"),
        ("name", 3, "3"),
        ("name", 0.5, "0.5"),
        ("name", True, None),
        ("name", {"a": 1}, None),
        ("name", ["a"], None),
        ("name", None, None),
        ("phone_number_id", 3, "3"),
        ("arguments", {"a": 1}, {"a": 1}),
        ("arguments", [1], None),
        ("arguments", "x", None),
        ("channel_conversational_status_enabled", True, True),
        ("number", "x", None),
        ("number", {"phoneNumber": "+31"}, {"phone_number": "+31"}),
        ("number", {"capabilities": ["a"]}, {"capabilities": ["a"]}),
        ("number", {"country": 5, "phoneNumber": None, "added": 5}, {"added": 5}),
        ("number", {"capabilities": [1], "variables": [], "profileAttachments": ["x"]}, {}),
        ("number", {"variables": {"a": 1}}, {"variables": {"a": 1}}),
        ("number", {"profileAttachments": [{}]}, {"profile_attachments": [{}]}),
    ],
)
def test_what_bird_states_is_read_as_what_the_table_says(name: str, value: Any, read: Any) -> None:
    assert read_value(VOICE_CHANNEL.by_name[name], value) == read


def test_an_import_takes_birds_maps_without_what_other_inputs_say() -> None:
    assert imported_maps(VOICE_CHANNEL, ITEM) == {"arguments": {"recording": True}}
    assert imported_maps(CONNECTOR, ITEM) == {"arguments": ITEM["arguments"]}
    for nothing in ({}, {"arguments": None}, {"arguments": {"phoneNumberId": ID}}):
        assert imported_maps(VOICE_CHANNEL, nothing) == {}


def test_another_id_of_the_same_number_is_the_one_that_was_asked_for() -> None:
    asked = request_body(VOICE_CHANNEL, INPUTS)
    for key in ("numberId", "profileId"):
        item = {"id": "x", "arguments": {"phoneNumberId": OTHER_ID}, "number": {key: ID.upper()}}
        assert as_asked(VOICE_CHANNEL, item, asked)["arguments"] == {"phoneNumberId": ID}
        bare = {"id": "x", "number": {key: ID}}
        assert as_asked(VOICE_CHANNEL, bare, asked)["arguments"] == {"phoneNumberId": ID}
    for other in ({"number": {"numberId": OTHER_ID}}, {"number": None}, {}):
        item = {"id": "x", "arguments": {"phoneNumberId": OTHER_ID}, **other}
        assert as_asked(VOICE_CHANNEL, item, asked) == item
        assert as_asked(VOICE_CHANNEL, item, {}) == item


def test_a_row_is_enough_where_it_states_all_that_the_state_has_and_no_drift() -> None:
    state = to_state(VOICE_CHANNEL, ITEM, INPUTS, is_first=True)
    assert is_complete_row(VOICE_CHANNEL, ITEM, state)
    assert is_complete_row(VOICE_CHANNEL, {**ITEM, "region": "eu"}, state)
    for poorer in ("channel", "arguments", "name", "number", "createdAt"):
        for row in ({**ITEM, poorer: None}, {k: v for k, v in ITEM.items() if k != poorer}):
            assert not is_complete_row(VOICE_CHANNEL, row, state), poorer
    for other in (
        {"name": "other"},
        {"name": "N"},
        {"arguments": {"phoneNumberId": ID}},
        {"arguments": {"phoneNumberId": ID, "recording": False}},
        {"arguments": "x"},
    ):
        assert not is_complete_row(VOICE_CHANNEL, {**ITEM, **other}, state), other


def test_an_update_keeps_what_only_the_state_knows() -> None:
    state = {**to_state(VOICE_CHANNEL, ITEM, INPUTS, is_first=True), "updated_at": "1"}
    unnamed = {**{name: INPUTS[name] for name in INPUTS if name != "name"}, MARK: "m"}
    after = merged_update(VOICE_CHANNEL, state, unnamed)
    assert (after["name"], after[DERIVED_NAME], after[MARK]) == ("n", "n", "m")
    assert (after["channel_id"], after["updated_at"]) == (ID, "1")
    derived = merged_update(VOICE_CHANNEL, {**state, DERIVED_NAME: "d"}, unnamed)
    assert (derived["name"], derived[DERIVED_NAME]) == ("n", "d")
    named = merged_update(VOICE_CHANNEL, state, {**INPUTS, "name": "m"})
    assert named["name"] == "m"
    assert DERIVED_NAME not in named
    assert MARK not in named
    for moment, kept in (("2", "2"), (3, "3"), (None, None)):
        item = {**ITEM, "updatedAt": moment}
        assert merged_update(VOICE_CHANNEL, state, INPUTS, item)["updated_at"] == kept


def test_the_inputs_of_a_state_are_those_that_would_have_made_it() -> None:
    state = to_state(VOICE_CHANNEL, ITEM, {**INPUTS, MARK: "m"}, is_first=True)
    assert to_inputs(VOICE_CHANNEL, state) == {**INPUTS, MARK: "m"}
    automatic = {**state, DERIVED_NAME: "n"}
    unnamed = {name: INPUTS[name] for name in INPUTS if name != "name"}
    assert to_inputs(VOICE_CHANNEL, automatic) == {**unnamed, MARK: "m"}


def test_a_value_is_found_at_its_path_or_not_at_all() -> None:
    item = {"a": {"b": {"c": 1}}, "d": None}
    assert value_at(("a", "b", "c"), item) == 1
    assert value_at(("a", "b"), item) == {"c": 1}
    for path in (("a", "x"), ("a", "b", "c", "d"), ("d",), ("d", "e"), ("x",)):
        assert value_at(path, item) is None
